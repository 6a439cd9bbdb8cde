/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/attribute.h"

#include <stdatomic.h>
#include <string.h>

#include "policy/shipped.h"

static const char *const kind_names[KIND_LAST + 1] = {
	NULL,     "pseudonym", "identifier", "personal-number", "birth",     "name", "contact",
	"school", "study",     "role",       "family",          "assurance", "code",
};

static const Sensitivity kind_sensitivities[KIND_LAST + 1] = {
	[KIND_PSEUDONYM] = SENSITIVITY_OPEN,
	[KIND_IDENTIFIER] = SENSITIVITY_PERSONAL,
	[KIND_PERSONAL_NUMBER] = SENSITIVITY_STRICT,
	[KIND_BIRTH] = SENSITIVITY_STRICT,
	[KIND_NAME] = SENSITIVITY_PERSONAL,
	[KIND_CONTACT] = SENSITIVITY_PERSONAL,
	[KIND_SCHOOL] = SENSITIVITY_OPEN,
	[KIND_STUDY] = SENSITIVITY_PERSONAL,
	[KIND_ROLE] = SENSITIVITY_OPEN,
	[KIND_FAMILY] = SENSITIVITY_STRICT,
	[KIND_ASSURANCE] = SENSITIVITY_OPEN,
	[KIND_CODE] = SENSITIVITY_PERSONAL,
};

static const char *const sensitivity_names[SENSITIVITY_LAST + 1] = {"open", "personal", "strict"};

static const char *const syntax_names[SYNTAX_LAST + 1] = {
	[SYNTAX_TEXT] = "text",
	[SYNTAX_TOKEN] = "token",
	[SYNTAX_SUBJECT_ID] = "subject-id",
	[SYNTAX_AFFILIATION] = "affiliation",
	[SYNTAX_UNIT_CODE] = "unit-code",
	[SYNTAX_NIN] = "nin",
	[SYNTAX_PIN] = "pin",
	[SYNTAX_DIGITS] = "digits",
	[SYNTAX_DAY_PLAIN] = "yyyymmdd",
	[SYNTAX_DAY] = "yyyy-mm-dd",
	[SYNTAX_MAIL] = "mail",
	[SYNTAX_DOMAIN] = "domain",
	[SYNTAX_COUNTRY] = "country",
	[SYNTAX_LANGUAGE] = "language",
	[SYNTAX_URI] = "uri",
	[SYNTAX_ORCID] = "orcid",
	[SYNTAX_PERSONAL_CODE] = "personal-code",
	[SYNTAX_SEX] = "sex",
	[SYNTAX_BOOLEAN] = "boolean",
};

static const char *const languages[ATTRIBUTE_LANGUAGES] = {"sv", "en", "fi"};

/* Slots below it are whole and never change again. */
static atomic_uint used = ATTRIBUTE_SHIPPED;
static atomic_flag adding = ATOMIC_FLAG_INIT;

const Attribute *attribute_table(size_t *n)
{
	*n = atomic_load_explicit(&used, memory_order_acquire);
	return attribute_slots;
}

unsigned attribute_shipped_count(void)
{
	return ATTRIBUTE_SHIPPED;
}

const Attribute *attribute_by_name(const char *name)
{
	for (unsigned i = 0; i < ATTRIBUTE_SHIPPED; i++)
		if (*attribute_slots[i].name == *name && strcmp(attribute_slots[i].name, name) == 0)
			return &attribute_slots[i];
	return NULL;
}

bool attribute_has_saml(const Attribute *attribute, const char *saml)
{
	return strcmp(attribute->saml, saml) == 0 ||
	       (attribute->legacy && g_strv_contains(attribute->legacy, saml));
}

const Attribute *attribute_by_saml(const char *saml)
{
	for (unsigned i = 0; i < ATTRIBUTE_SHIPPED; i++)
		if (attribute_has_saml(&attribute_slots[i], saml))
			return &attribute_slots[i];
	return NULL;
}

const Attribute *attribute_by_claim(const char *claim)
{
	for (unsigned i = 0; i < ATTRIBUTE_SHIPPED; i++)
		if (strcmp(attribute_slots[i].claim, claim) == 0)
			return &attribute_slots[i];
	return NULL;
}

unsigned attribute_index(const Attribute *attribute)
{
	g_assert(attribute >= attribute_slots && attribute < attribute_slots + ATTRIBUTE_MAX);
	return (unsigned)(attribute - attribute_slots);
}

/* ---- what schools define ---- */

static bool same_list(const char *const *one, const char *const *other)
{
	if (!one || !other)
		return one == other;
	for (; *one && *other; one++, other++)
		if (strcmp(*one, *other) != 0)
			return false;
	return *one == *other;
}

static bool same_words(const AttributeWords *one, const AttributeWords *other)
{
	for (unsigned i = 0; i < ATTRIBUTE_LANGUAGES; i++)
		if (g_strcmp0(one->label[i], other->label[i]) != 0 ||
		    g_strcmp0(one->plain[i], other->plain[i]) != 0)
			return false;
	return true;
}

static bool same(const Attribute *one, const Attribute *other)
{
	return strcmp(one->name, other->name) == 0 && strcmp(one->saml, other->saml) == 0 &&
	       strcmp(one->claim, other->claim) == 0 && g_strcmp0(one->scope, other->scope) == 0 &&
	       one->kind == other->kind && one->sensitivity == other->sensitivity &&
	       one->syntax == other->syntax && one->length == other->length &&
	       one->scoped == other->scoped && one->single == other->single &&
	       same_list(one->legacy, other->legacy) && same_list(one->forms, other->forms) &&
	       same_words(one->words, other->words);
}

/* What a slot holds lives as long as the process. */
static const char *const *keep_list(const char *const *list)
{
	return (const char *const *)g_strdupv((char **)(guintptr)list);
}

static void fill(Attribute *slot, const Attribute *from)
{
	AttributeWords *words = g_malloc(sizeof *words);

	for (unsigned i = 0; i < ATTRIBUTE_LANGUAGES; i++) {
		words->label[i] = g_strdup(from->words->label[i]);
		words->plain[i] = g_strdup(from->words->plain[i]);
	}
	*slot = *from;
	slot->name = g_strdup(from->name);
	slot->saml = g_strdup(from->saml);
	slot->legacy = keep_list(from->legacy);
	slot->claim = g_strdup(from->claim);
	slot->scope = g_strdup(from->scope);
	slot->forms = keep_list(from->forms);
	slot->words = words;
}

static const Attribute *find_or_add(const Attribute *attribute)
{
	unsigned n = atomic_load_explicit(&used, memory_order_relaxed);

	for (unsigned i = ATTRIBUTE_SHIPPED; i < n; i++)
		if (same(&attribute_slots[i], attribute))
			return &attribute_slots[i];
	if (n == ATTRIBUTE_MAX)
		return NULL;
	fill(&attribute_slots[n], attribute);
	atomic_store_explicit(&used, n + 1, memory_order_release);
	return &attribute_slots[n];
}

const Attribute *attribute_add(const Attribute *attribute)
{
	const Attribute *slot;

	/* held for the time of some copies, and only while a configuration is loaded */
	while (atomic_flag_test_and_set_explicit(&adding, memory_order_acquire))
		;
	slot = find_or_add(attribute);
	atomic_flag_clear_explicit(&adding, memory_order_release);
	return slot;
}

/* ---- words ---- */

static const char *in_language(const char *const *texts, const char *language)
{
	const char *any = NULL;

	for (unsigned i = 0; i < ATTRIBUTE_LANGUAGES; i++) {
		if (strcmp(languages[i], language) == 0 && texts[i])
			return texts[i];
		if (!any)
			any = texts[i];
	}
	return any;
}

const char *attribute_label(const Attribute *attribute, const char *language)
{
	return in_language(attribute->words->label, language);
}

const char *attribute_explanation(const Attribute *attribute, const char *language)
{
	return in_language(attribute->words->plain, language);
}

bool attribute_is_sensitive(const Attribute *attribute)
{
	return attribute->sensitivity > SENSITIVITY_OPEN;
}

bool attribute_must_be_named(const Attribute *attribute)
{
	return attribute_kind_sensitivity(attribute->kind) == SENSITIVITY_STRICT;
}

const char *attribute_kind_name(AttributeKind kind)
{
	return kind >= KIND_PSEUDONYM && kind <= KIND_LAST ? kind_names[kind] : NULL;
}

AttributeKind attribute_kind_by_name(const char *name)
{
	for (unsigned i = KIND_PSEUDONYM; i <= KIND_LAST; i++)
		if (strcmp(kind_names[i], name) == 0)
			return (AttributeKind)i;
	return 0;
}

Sensitivity attribute_kind_sensitivity(AttributeKind kind)
{
	g_assert(kind >= KIND_PSEUDONYM && kind <= KIND_LAST);
	return kind_sensitivities[kind];
}

const char *sensitivity_name(Sensitivity sensitivity)
{
	return sensitivity <= SENSITIVITY_LAST ? sensitivity_names[sensitivity] : NULL;
}

const char *attribute_syntax_name(AttributeSyntax syntax)
{
	return syntax <= SYNTAX_LAST ? syntax_names[syntax] : NULL;
}
