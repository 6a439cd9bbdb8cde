/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/attribute-definition.h"

#include "idp/limits.h"
#include "policy/facet.h"
#include "policy/guess.h"
#include "policy/parser.h"
#include "policy/rename.h"
#include "policy/syntax.h"
#include "policy/value.h"

#include <string.h>

#define SHIPPED_NAMESPACE "urn:oasis:names:tc:SAML:"
#define DIGITS_MAX        64

static const char *const keys[SAYS] = {
	[SAY_SAML] = "saml",         [SAY_LEGACY] = "legacy",     [SAY_CLAIM] = "claim",
	[SAY_SCOPE] = "scope",       [SAY_KIND] = "kind",         [SAY_SYNTAX] = "syntax",
	[SAY_SCOPED] = "scoped",     [SAY_SINGLE] = "single",     [SAY_FORM] = "form",
	[SAY_LABEL_SV] = "label-sv", [SAY_LABEL_EN] = "label-en", [SAY_LABEL_FI] = "label-fi",
	[SAY_PLAIN_SV] = "plain-sv", [SAY_PLAIN_EN] = "plain-en", [SAY_PLAIN_FI] = "plain-fi",
};

/* Shipped attributes whose values schools write each in their own way. */
static const char *const reformable[] = {"sisSchoolCourseStudent", "sisSchoolCourseTeacher",
					 "eduCourseOffering", "eduCourseMember", NULL};

/* Scopes of OpenID Connect that ask for no claim. */
static const char *const own_scopes[] = {"openid", "offline_access", NULL};

Definition *definition_new(const char *name, const DefinitionPlace *place)
{
	Definition *definition = g_new0(Definition, 1);

	definition->name = g_strdup(name);
	definition->place = *place;
	return definition;
}

void definition_free(Definition *definition)
{
	g_free(definition->name);
	for (guint i = 0; i < SAYS; i++)
		g_free(definition->said[i]);
	g_strfreev(definition->legacy);
	g_strfreev(definition->forms);
	g_free(definition);
}

/* "; did you mean 'X'?" or "". Transfer full. */
static char *guess(const char *word, const char *const *names, gsize n)
{
	const char *nearest = guess_nearest(word, names, n);

	return nearest ? g_strdup_printf("; did you mean '%s'?", nearest) : g_strdup("");
}

#define WRONG(definition, say, ...)                                                                \
	attribute_file_fail(error, ATTRIBUTE_FILE_ERROR_MEANING, &(definition)->said_at[say],      \
			    __VA_ARGS__)
#define LACKS(definition, ...)                                                                     \
	attribute_file_fail(error, ATTRIBUTE_FILE_ERROR_MEANING, &(definition)->place, __VA_ARGS__)

bool definition_say(Definition *definition, const DefinitionPlace *place, const char *key,
		    const char *value, GError **error)
{
	for (guint i = 0; i < SAYS; i++) {
		if (!g_str_equal(keys[i], key))
			continue;
		if (definition->said[i])
			return attribute_file_fail(error, ATTRIBUTE_FILE_ERROR_SYNTAX, place,
						   "'%s' is said twice (first at line %u)", key,
						   definition->said_at[i].line);
		if (!*value)
			return attribute_file_fail(error, ATTRIBUTE_FILE_ERROR_SYNTAX, place,
						   "'%s' has no value; leave the line out instead",
						   key);
		definition->said[i] = g_strdup(value);
		definition->said_at[i] = *place;
		return true;
	}
	g_autofree char *meant = guess(key, keys, SAYS);
	return attribute_file_fail(error, ATTRIBUTE_FILE_ERROR_SYNTAX, place,
				   "an attribute has no '%s'%s", key, meant);
}

/* ---- names ---- */

static bool is_plain_name(const char *name)
{
	gsize length = strlen(name);

	if (length > LIMIT_ATTRIBUTE_NAME || !g_ascii_isalpha(name[0]))
		return false;
	for (const char *c = name; *c; c++)
		if (!g_ascii_isalnum(*c) && *c != '-')
			return false;
	return true;
}

static bool judge_name(const Definition *definition, GError **error)
{
	const char *name = definition->name;

	if (!is_plain_name(name))
		return LACKS(definition,
			     "'%s' is no name: a letter, then letters, digits and -, at most 64, "
			     "all of them ASCII",
			     name);
	if (parser_is_reserved(name) || attribute_kind_by_name(name))
		return LACKS(definition, "'%s' is a word of the policy language; take another",
			     name);
	return true;
}

/* Which attribute a careless reader takes the name for; NULL: none. */
static const Attribute *taken_for(const char *name, const GPtrArray *all, guint judged)
{
	g_autofree char *plain = rename_plain(name);

	for (unsigned i = 0; i < registry_size(NULL); i++)
		if (rename_is_of(plain, registry_get(NULL, i)))
			return registry_get(NULL, i);
	for (guint i = 0; i < judged; i++)
		if (rename_is_of(plain, &((const Definition *)all->pdata[i])->attribute))
			return &((const Definition *)all->pdata[i])->attribute;
	return NULL;
}

static bool judge_outer_name(const Definition *definition, DefinitionSay say, const char *name,
			     const GPtrArray *all, guint judged, GError **error)
{
	const Attribute *other = taken_for(name, all, judged);
	g_autofree char *plain = rename_plain(name);

	if (other)
		return WRONG(definition, say, "%s would pass %s off as %s; take another name", name,
			     definition->name, other->name);
	if (rename_is_reserved(plain) || g_str_has_prefix(name, SHIPPED_NAMESPACE))
		return WRONG(definition, say,
			     "%s would pass %s off as what the answer says of itself; take another "
			     "name",
			     name, definition->name);
	return true;
}

static bool is_name_uri(const char *uri)
{
	gsize length = strlen(uri);

	for (const char *c = uri; *c; c++)
		if (!g_ascii_isgraph(*c))
			return false;
	return length <= LIMIT_ATTRIBUTE_URI && syntax_fits(SYNTAX_URI, 0, uri, length) &&
	       (g_ascii_strncasecmp(uri, "urn:", strlen("urn:")) == 0 ||
		g_ascii_strncasecmp(uri, "https://", strlen("https://")) == 0 ||
		g_ascii_strncasecmp(uri, "http://", strlen("http://")) == 0);
}

static bool judge_uri(const Definition *definition, DefinitionSay say, const char *uri,
		      const GPtrArray *all, guint judged, GError **error)
{
	if (!is_name_uri(uri))
		return WRONG(
			definition, say,
			"'%s' is no address or urn: of at most 256 ASCII characters; write one "
			"of your own, such as https://skola.example/attribute/%s",
			uri, definition->name);
	return judge_outer_name(definition, say, uri, all, judged, error);
}

static bool judge_saml(Definition *definition, const GPtrArray *all, guint judged, GError **error)
{
	if (!definition->said[SAY_SAML])
		return LACKS(definition, "[%s] lacks 'saml', the SAML Name", definition->name);
	if (!judge_uri(definition, SAY_SAML, definition->said[SAY_SAML], all, judged, error))
		return false;
	definition->attribute.saml = definition->said[SAY_SAML];
	return true;
}

/* The texts between the semicolons. Transfer full. */
static char **split(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ";", -1);
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();

	for (char **part = parts; *part; part++)
		if (*g_strstrip(*part))
			g_strv_builder_add(kept, *part);
	return g_strv_builder_end(kept);
}

static bool judge_legacy(Definition *definition, const GPtrArray *all, guint judged, GError **error)
{
	if (!definition->said[SAY_LEGACY])
		return true;
	definition->legacy = split(definition->said[SAY_LEGACY]);
	guint n = g_strv_length(definition->legacy);
	if (n == 0 || n > LIMIT_ATTRIBUTE_LEGACY)
		return WRONG(definition, SAY_LEGACY, "there are %u names; 1 to %u can be said", n,
			     LIMIT_ATTRIBUTE_LEGACY);
	for (guint i = 0; i < n; i++)
		if (!judge_uri(definition, SAY_LEGACY, definition->legacy[i], all, judged, error))
			return false;
	definition->attribute.legacy = (const char *const *)definition->legacy;
	return true;
}

static bool is_claim(const char *text)
{
	gsize length = strlen(text);

	for (const char *c = text; *c; c++)
		if (!g_ascii_isgraph(*c) || *c == '"' || *c == '\\')
			return false;
	return length <= LIMIT_ATTRIBUTE_URI;
}

static bool judge_claim(Definition *definition, const GPtrArray *all, guint judged, GError **error)
{
	const char *claim = definition->said[SAY_CLAIM];

	if (!claim)
		return LACKS(definition, "[%s] lacks 'claim', the name of its OpenID Connect claim",
			     definition->name);
	if (!is_claim(claim))
		return WRONG(definition, SAY_CLAIM, "'%s' is no claim; write such as library_card",
			     claim);
	if (!judge_outer_name(definition, SAY_CLAIM, claim, all, judged, error))
		return false;
	definition->attribute.claim = claim;
	return true;
}

static bool judge_scope(Definition *definition, GError **error)
{
	const char *scope = definition->said[SAY_SCOPE];

	if (!scope)
		return true;
	if (!is_claim(scope) || g_strv_contains(own_scopes, scope))
		return WRONG(definition, SAY_SCOPE,
			     "'%s' cannot be the scope that asks for it; write such as library",
			     scope);
	definition->attribute.scope = scope;
	return true;
}

/* ---- what it is ---- */

static bool judge_kind(Definition *definition, GError **error)
{
	const char *kind = definition->said[SAY_KIND], *names[KIND_LAST];

	for (unsigned i = 0; i < KIND_LAST; i++)
		names[i] = attribute_kind_name((AttributeKind)(i + 1));
	if (!kind)
		return LACKS(definition,
			     "[%s] lacks 'kind'; write one of those that a policy can "
			     "name after 'any', such as code",
			     definition->name);
	definition->attribute.kind = attribute_kind_by_name(kind);
	if (!definition->attribute.kind) {
		g_autofree char *meant = guess(kind, names, KIND_LAST);
		return WRONG(definition, SAY_KIND, "no kind of attribute is called '%s'%s", kind,
			     meant);
	}
	if (definition->attribute.kind == KIND_PERSONAL_NUMBER)
		return WRONG(definition, SAY_KIND,
			     "personal numbers leave as norEduPersonNIN or personalIdentityNumber, "
			     "which rules and reports know, and as nothing else; use 'rename' in "
			     "the policy where a service calls them otherwise");
	definition->attribute.sensitivity = attribute_kind_sensitivity(definition->attribute.kind);
	return true;
}

static bool judge_bool(const Definition *definition, DefinitionSay say, bool *ret, GError **error)
{
	const char *text = definition->said[say];

	*ret = text && g_str_equal(text, "yes");
	if (text && !*ret && !g_str_equal(text, "no"))
		return WRONG(definition, say, "'%s' is neither yes nor no", text);
	return true;
}

static bool unknown_syntax(const Definition *definition, const char *word, GError **error)
{
	const char *names[SYNTAX_LAST + 1];

	for (unsigned i = 0; i <= SYNTAX_LAST; i++)
		names[i] = attribute_syntax_name((AttributeSyntax)i);
	g_autofree char *meant = guess(word, names, SYNTAX_LAST + 1);
	return WRONG(definition, SAY_SYNTAX, "no syntax is called '%s'%s", word, meant);
}

/* "digits 6", or a name alone. */
static bool judge_syntax(Definition *definition, GError **error)
{
	const char *text = definition->said[SAY_SYNTAX];
	Attribute *attribute = &definition->attribute;
	guint64 length = 0;

	if (!text)
		return true; /* SYNTAX_TEXT */
	g_auto(GStrv) words = g_strsplit(text, " ", 2);
	if (!syntax_by_name(words[0], &attribute->syntax))
		return unknown_syntax(definition, words[0], error);
	if (words[1] &&
	    (attribute->syntax != SYNTAX_DIGITS ||
	     !g_ascii_string_to_unsigned(g_strstrip(words[1]), 10, 1, DIGITS_MAX, &length, NULL)))
		return WRONG(definition, SAY_SYNTAX,
			     "'%s' is no syntax; only digits have a number, of 1 to %d", text,
			     DIGITS_MAX);
	attribute->length = (unsigned)length;
	if (attribute->syntax == SYNTAX_NIN || attribute->syntax == SYNTAX_PIN)
		return WRONG(definition, SAY_SYNTAX,
			     "what looks like a personal number leaves as norEduPersonNIN or "
			     "personalIdentityNumber and as nothing else");
	if (attribute->syntax == SYNTAX_SUBJECT_ID && !attribute->scoped)
		return WRONG(definition, SAY_SYNTAX,
			     "subject-id is what stands before a scope; write 'scoped = yes' too");
	if (attribute->syntax == SYNTAX_MAIL && attribute->scoped)
		return WRONG(definition, SAY_SYNTAX,
			     "a scoped value has one @, and so has mail; remove one of the two");
	return true;
}

static bool judge_forms(Definition *definition, GError **error)
{
	const char *text = definition->said[SAY_FORM];

	if (!text)
		return true;
	definition->forms = split(text);
	guint n = g_strv_length(definition->forms);
	if (n == 0 || n > FACET_FORMS_MAX)
		return WRONG(definition, SAY_FORM, "there are %u forms; 1 to %d can be said", n,
			     FACET_FORMS_MAX);
	for (guint i = 0; i < n; i++) {
		const char *fault = facet_form_fault(definition->forms[i]);
		if (fault)
			return WRONG(definition, SAY_FORM,
				     "the form %s %s; write such as {unit}/{group}",
				     definition->forms[i], fault);
	}
	definition->attribute.forms = (const char *const *)definition->forms;
	return true;
}

/* ---- words ---- */

static bool judge_words(Definition *definition, GError **error)
{
	static const Attribute text = {.syntax = SYNTAX_TEXT};
	static const char *const no_scopes[] = {NULL};

	for (unsigned i = 0; i < 2 * ATTRIBUTE_LANGUAGES; i++) {
		DefinitionSay say = (DefinitionSay)(SAY_LABEL_SV + i);
		const char *said = definition->said[say];
		glong max = i < ATTRIBUTE_LANGUAGES ? LIMIT_ATTRIBUTE_LABEL : LIMIT_ATTRIBUTE_PLAIN;
		if (!said)
			continue;
		ValueFault fault = value_judge(&text, said, no_scopes);
		if (g_utf8_strlen(said, -1) > max)
			return WRONG(definition, say, "longer than %ld characters", max);
		if (fault != VALUE_GOOD && fault != VALUE_TOO_LONG)
			return WRONG(definition, say, "holds %s", value_fault_text(fault, "en"));
		if (i < ATTRIBUTE_LANGUAGES)
			definition->words.label[i] = said;
		else
			definition->words.plain[i - ATTRIBUTE_LANGUAGES] = said;
	}
	if (!definition->words.label[0])
		return LACKS(definition,
			     "[%s] lacks 'label-sv', what people are told it is, in Swedish",
			     definition->name);
	definition->attribute.words = &definition->words;
	return true;
}

/* ---- the whole ---- */

/* Of a shipped attribute only the forms can be said. */
static bool judge_shipped(Definition *definition, const Attribute *shipped, GError **error)
{
	definition->attribute = *shipped;
	for (guint i = 0; i < SAYS; i++)
		if (definition->said[i] && i != SAY_FORM)
			return WRONG(definition, i,
				     "%s is shipped, and its '%s' is the same everywhere; remove "
				     "the line, or take another name",
				     shipped->name, keys[i]);
	if (!g_strv_contains(reformable, shipped->name))
		return LACKS(definition,
			     "%s is shipped, and nothing can be said of it; take another name",
			     shipped->name);
	return definition->said[SAY_FORM]
		       ? judge_forms(definition, error)
		       : LACKS(definition, "[%s] says nothing; write 'form', or remove it",
			       shipped->name);
}

bool definition_judge(Definition *definition, const GPtrArray *all, guint judged, GError **error)
{
	const Attribute *shipped = attribute_by_name(definition->name), *other;

	if (shipped)
		return judge_shipped(definition, shipped, error);
	if (!judge_name(definition, error))
		return false;
	other = taken_for(definition->name, all, judged);
	if (other)
		return LACKS(definition, "'%s' would pass for %s; take another name",
			     definition->name, other->name);
	definition->attribute.name = definition->name;
	return judge_saml(definition, all, judged, error) &&
	       judge_legacy(definition, all, judged, error) &&
	       judge_claim(definition, all, judged, error) && judge_scope(definition, error) &&
	       judge_kind(definition, error) &&
	       judge_bool(definition, SAY_SCOPED, &definition->attribute.scoped, error) &&
	       judge_bool(definition, SAY_SINGLE, &definition->attribute.single, error) &&
	       judge_syntax(definition, error) && judge_forms(definition, error) &&
	       judge_words(definition, error);
}
