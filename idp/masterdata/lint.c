/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/lint.h"

#include "idp/identity/eppn-speaks.h"
#include "idp/identity/eppn.h"
#include "idp/limits.h"
#include "idp/masterdata/lint-people.h"
#include "idp/masterdata/lint-value.h"
#include "idp/masterdata/personal-number.h"

#include <string.h>

/* A place in entries that is looked at: one LDAP attribute, and what it is to the roles. */
typedef struct {
	const Attribute *attribute;
	const char *source; /* LDAP attribute */
	unsigned roles;     /* which it serves as that */
} Look;

/* A personal number that was seen: enough to tell of it at the end. */
typedef struct {
	guint32 number; /* of people */
	guint8 look, form;
} Seen;

struct Lint {
	LintOptions options;
	LintPeople *people;
	GArray *looks;   /* Look, all but EPPNs */
	GArray *eppns;   /* Look, the EPPNs; LintHolder.place is their index */
	GArray *numbers; /* Seen */
	const Attribute *eppn, *subject_id, *given_name, *sn, *grade, *mail;
	bool group_told;
	/* of the entry that is looked at */
	const DirectoryEntry *entry;
	guint number;
	unsigned roles;
	LintCode shut_out; /* LINT_CODES: nothing does */
};

G_STATIC_ASSERT(LINT_CODES <= 64); /* a set of them is one word */
#define BIT(code) (G_GUINT64_CONSTANT(1) << (code))

/* Combinations of given name and surname that are looked for in an EPPN. */
#define LINT_NAMES_MAX 64

/* ---- making ---- */

static void add_look(GArray *looks, const Attribute *attribute, const char *source, Role role)
{
	for (guint i = 0; i < looks->len; i++) {
		Look *look = &g_array_index(looks, Look, i);
		if (look->attribute == attribute && g_ascii_strcasecmp(look->source, source) == 0) {
			look->roles |= role;
			return;
		}
	}
	const Look look = {attribute, source, role};
	g_array_append_val(looks, look);
}

static void make_looks(Lint *lint)
{
	const Registry *registry = masterdata_registry(lint->options.masterdata);
	lint->looks = g_array_new(FALSE, FALSE, sizeof(Look));
	lint->eppns = g_array_new(FALSE, FALSE, sizeof(Look));
	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);
		for (unsigned role = ROLE_STUDENT; role <= ROLE_GUARDIAN; role <<= 1) {
			const char *source =
				masterdata_source(lint->options.masterdata, attribute, (Role)role);
			if (source)
				add_look(attribute == lint->eppn ? lint->eppns : lint->looks,
					 attribute, source, (Role)role);
		}
	}
}

Lint *lint_new(const LintOptions *options)
{
	Lint *lint = g_new0(Lint, 1);
	lint->options = *options;
	lint->people = lint_people_new();
	lint->numbers = g_array_new(FALSE, FALSE, sizeof(Seen));
	lint->eppn = attribute_by_name("eduPersonPrincipalName");
	lint->subject_id = attribute_by_name("subject-id");
	lint->given_name = attribute_by_name("givenName");
	lint->sn = attribute_by_name("sn");
	lint->grade = attribute_by_name("sisSchoolGrade");
	lint->mail = attribute_by_name("mail");
	make_looks(lint);
	return lint;
}

void lint_free(Lint *lint)
{
	if (!lint)
		return;
	lint_people_free(lint->people);
	g_array_unref(lint->looks);
	g_array_unref(lint->eppns);
	g_array_unref(lint->numbers);
	g_free(lint);
}

guint lint_size(const Lint *lint)
{
	return lint_people_size(lint->people);
}

/* ---- telling ---- */

/* The role, if it is one. */
static Role one_role(unsigned roles)
{
	return roles & (roles - 1) ? ROLE_NONE : (Role)roles;
}

static void tell(Lint *lint, guint number, LintFinding finding)
{
	const LintKind *kind = lint_kind(finding.code);
	finding.dn = lint_people_dn(lint->people, number);
	finding.key = lint_people_key(lint->people, number);
	finding.count = 1;
	lint->options.tell(&finding, lint->options.data);
	if (!kind->shuts_out)
		return;
	if (number == lint->number && lint->shut_out == LINT_CODES)
		lint->shut_out = finding.code;
	if (number != lint->number && lint->options.services)
		lint_services_shut_out(lint->options.services, lint->people, number, finding.code);
}

static void tell_here(Lint *lint, LintCode code, const char *attribute, unsigned roles)
{
	tell(lint, lint->number,
	     (LintFinding){.code = code, .attribute = attribute, .role = one_role(roles)});
}

static void tell_set(Lint *lint, guint64 codes, const Look *look)
{
	for (unsigned code = 0; codes; code++, codes >>= 1)
		if (codes & 1)
			tell_here(lint, (LintCode)code, look->source, look->roles & lint->roles);
}

/* Two have the same: both are told, each with the other's DN. */
static void tell_pair(Lint *lint, LintCode code, const char *attribute, Role role, LintHolder first,
		      LintFinding of_first)
{
	const char *here = lint_people_dn(lint->people, lint->number);
	tell(lint, lint->number,
	     (LintFinding){.code = code,
			   .attribute = attribute,
			   .role = role,
			   .detail = lint_people_dn(lint->people, first.number)});
	if (first.told)
		return;
	of_first.code = code;
	of_first.detail = here;
	tell(lint, first.number, of_first);
}

/* ---- keys, roles, marking ---- */

static void judge_key(Lint *lint)
{
	const char *attribute = lint->options.person_key, *key = entry_key(lint->entry);
	const char *const *values = entry_values(lint->entry, attribute);
	LintHolder first;

	if (!*key)
		tell_here(lint,
			  values && values[0] && values[1] ? LINT_KEY_SEVERAL : LINT_KEY_MISSING,
			  attribute, 0);
	else if (lint_people_claim(lint->people, LINT_SPACE_KEY, key,
				   (LintHolder){.number = lint->number}, &first))
		tell_pair(lint, LINT_KEY_DUPLICATE, attribute, ROLE_NONE, first,
			  (LintFinding){.attribute = attribute});
}

static bool has_text(const Lint *lint, const Attribute *attribute, Role role)
{
	const char *source = masterdata_source(lint->options.masterdata, attribute, role);
	const char *const *value = source ? entry_values(lint->entry, source) : NULL;
	for (; value && *value; value++)
		if (entry_is_text(*value))
			return true;
	return false;
}

static void judge_roles(Lint *lint)
{
	const Masterdata *masterdata = lint->options.masterdata;
	if (!lint->roles)
		tell_here(lint, LINT_ROLE_NONE, NULL, 0);
	if (lint->roles && !one_role(lint->roles))
		tell_here(lint, LINT_ROLE_TWO, NULL, 0);
	if ((lint->roles & ROLE_STUDENT) && !has_text(lint, lint->grade, ROLE_STUDENT))
		tell_here(lint, LINT_GRADE,
			  masterdata_source(masterdata, lint->grade, ROLE_STUDENT), ROLE_STUDENT);
	if ((lint->roles & ROLE_STUDENT) && masterdata_year_is_broken(masterdata, lint->entry))
		tell_here(lint, LINT_YEAR, masterdata_year_source(masterdata), ROLE_STUDENT);
	if ((lint->roles & ROLE_STAFF) && !has_text(lint, lint->mail, ROLE_STAFF))
		tell_here(lint, LINT_STAFF_MAIL,
			  masterdata_source(masterdata, lint->mail, ROLE_STAFF), ROLE_STAFF);
}

static void judge_marking(Lint *lint)
{
	const Masterdata *masterdata = lint->options.masterdata;
	if (!masterdata_marking_is_readable(masterdata, lint->entry))
		tell_here(lint, LINT_MARKING, masterdata_marking(masterdata), 0);
	if ((entry_marks(lint->entry) & ENTRY_PROTECTED_UNKNOWN) && !lint->group_told) {
		const LintFinding finding = {.code = LINT_GROUP, .count = 1};
		lint->options.tell(&finding, lint->options.data);
		lint->group_told = true;
	}
}

/* ---- EPPN ---- */

static bool speaks_of(const Lint *lint, const char *eppn, Role role)
{
	const Masterdata *masterdata = lint->options.masterdata;
	const char *given_source = masterdata_source(masterdata, lint->given_name, role);
	const char *sn_source = masterdata_source(masterdata, lint->sn, role);
	static const char *const none[] = {NULL};
	const char *const *given = given_source ? entry_values(lint->entry, given_source) : NULL;
	const char *const *surnames = sn_source ? entry_values(lint->entry, sn_source) : NULL;
	unsigned i = 0;

	given = given ? given : none;
	surnames = surnames ? surnames : none;
	do {
		const char *const *surname = surnames;
		do {
			if (eppn_speaks_of(eppn, *given, *surname))
				return true;
		} while (*surname && *++surname && ++i < LINT_NAMES_MAX);
	} while (*given && *++given && ++i < LINT_NAMES_MAX);
	return false;
}

static void judge_eppn_text(Lint *lint, const Look *look, const char *eppn)
{
	guint64 codes = lint_value_eppn(lint->eppn, lint->subject_id, eppn, lint->options.scopes);
	unsigned roles = look->roles & lint->roles;

	if (!(codes & BIT(LINT_EPPN_UNREADABLE))) {
		if (eppn_holds_personal_number(eppn))
			codes |= BIT(LINT_EPPN_NUMBER);
		for (unsigned role = ROLE_STUDENT; role <= ROLE_GUARDIAN; role <<= 1)
			if ((roles & role) && speaks_of(lint, eppn, (Role)role)) {
				codes |= BIT(LINT_EPPN_NAME);
				break;
			}
		const char *key = entry_key(lint->entry);
		if (*key && lint->options.is_taken &&
		    lint->options.is_taken(eppn, key, lint->options.store))
			codes |= BIT(LINT_EPPN_TAKEN);
		if (*key && lint->options.was_open &&
		    masterdata_is_protected(lint->options.masterdata, lint->entry) &&
		    lint->options.was_open(eppn, key, lint->options.store))
			codes |= BIT(LINT_ROTATE);
	}
	tell_set(lint, codes, look);
}

/* Whoever has it in whatever role, or in none: a login compares with all of them. */
static void claim_eppn(Lint *lint, guint place, const char *eppn)
{
	const Look *look = &g_array_index(lint->eppns, Look, place);
	g_autofree char *folded = eppn_fold(eppn);
	const LintHolder holder = {.number = lint->number, .place = place};
	LintHolder same, like;
	bool has_same = lint_people_claim(lint->people, LINT_SPACE_EPPN, eppn, holder, &same);
	bool has_like =
		lint_people_claim(lint->people, LINT_SPACE_EPPN_FOLDED, folded, holder, &like);
	const LintHolder *first = has_same ? &same : &like;

	if ((!has_same && !has_like) || first->number == lint->number)
		return;
	tell_pair(
		lint, has_same ? LINT_EPPN_DUPLICATE : LINT_EPPN_CASE, look->source,
		one_role(look->roles & lint->roles), *first,
		(LintFinding){.attribute = g_array_index(lint->eppns, Look, first->place).source});
}

/* EPPN of two roles of this human: in one attribute, or equal in two. */
static void judge_eppn_roles(Lint *lint)
{
	g_autoptr(GPtrArray) seen = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < lint->eppns->len; i++) {
		const Look *look = &g_array_index(lint->eppns, Look, i);
		unsigned roles = look->roles & lint->roles;
		const char *const *values = entry_values(lint->entry, look->source);
		if (!roles || !values || !*values || !entry_is_text(*values))
			continue;
		g_autofree char *folded = eppn_fold(*values);
		if (!one_role(roles) ||
		    g_ptr_array_find_with_equal_func(seen, folded, g_str_equal, NULL)) {
			tell_here(lint, LINT_EPPN_TWO_ROLES, look->source, 0);
			return;
		}
		g_ptr_array_add(seen, g_steal_pointer(&folded));
	}
}

static void judge_eppns(Lint *lint)
{
	if (lint->options.eppn_elsewhere)
		return;
	for (guint place = 0; place < lint->eppns->len; place++) {
		const Look *look = &g_array_index(lint->eppns, Look, place);
		unsigned roles = look->roles & lint->roles;
		const char *const *values = entry_values(lint->entry, look->source);
		unsigned n = 0;
		for (const char *const *value = values; value && *value; value++) {
			if (!**value)
				continue;
			if (entry_is_text(*value))
				claim_eppn(lint, place, *value);
			if (roles && n == 0)
				judge_eppn_text(lint, look, *value);
			n++;
		}
		if (n > 1 && roles)
			tell_here(lint, LINT_EPPN_SEVERAL, look->source, roles);
		/* guardians are seldom known by one */
		if (n == 0 && (roles & ~(unsigned)ROLE_GUARDIAN))
			tell_here(lint, LINT_EPPN_MISSING, look->source, roles);
	}
	if (lint->roles && !one_role(lint->roles))
		judge_eppn_roles(lint);
}

/* ---- values ---- */

static guint64 judge_number(Lint *lint, guint look, const char *text)
{
	PersonalNumber number = personal_number_read(text, lint->options.today);
	const Seen seen = {lint->number, (guint8)look, (guint8)number.form};

	if (number.form == NUMBER_NONE)
		return BIT(LINT_NUMBER_FORM);
	g_array_append_val(lint->numbers, seen);
	return (number.is_day ? 0 : BIT(LINT_NUMBER_DAY)) |
	       (number.check_digit || !number.is_day ? 0 : BIT(LINT_NUMBER_CHECK_DIGIT));
}

static void judge_look(Lint *lint, guint i)
{
	const Look *look = &g_array_index(lint->looks, Look, i);
	const char *const *value =
		look->roles & lint->roles ? entry_values(lint->entry, look->source) : NULL;
	bool number = lint_value_is_number(look->attribute);
	guint64 codes = 0;
	unsigned n = 0;

	for (; value && *value; value++, n++) {
		codes |= lint_value(look->attribute, *value, lint->options.scopes);
		if (number && entry_is_text(*value))
			codes |= judge_number(lint, i, *value);
	}
	if (n > 1 && look->attribute->single)
		codes |= BIT(LINT_SEVERAL);
	tell_set(lint, codes, look);
}

void lint_entry(Lint *lint, const DirectoryEntry *entry)
{
	lint->entry = entry;
	lint->roles = masterdata_roles(lint->options.masterdata, entry);
	lint->shut_out = LINT_CODES;
	lint->number = lint_people_add(lint->people, entry_dn(entry), entry_key(entry));
	judge_key(lint);
	judge_roles(lint);
	judge_marking(lint);
	judge_eppns(lint);
	for (guint i = 0; i < lint->looks->len; i++)
		judge_look(lint, i);
	if (lint->options.services)
		lint_services_person(lint->options.services, lint->people, lint->number, entry,
				     lint->shut_out);
	lint->entry = NULL;
}

/* ---- the end ---- */

/* The form that most numbers in that place have; NUMBER_NONE if there are none. */
static NumberForm usual_form(const Lint *lint, guint look, bool temporary)
{
	unsigned counts[NUMBER_LAST + 1] = {0};
	NumberForm usual = NUMBER_NONE;
	for (guint i = 0; i < lint->numbers->len; i++) {
		const Seen *seen = &g_array_index(lint->numbers, Seen, i);
		if (seen->look == look && number_form_is_temporary(seen->form) == temporary)
			counts[seen->form]++;
	}
	for (unsigned form = 1; form <= NUMBER_LAST; form++)
		if (counts[form] > counts[usual])
			usual = (NumberForm)form;
	return usual;
}

static void tell_mixed(Lint *lint, guint place, bool temporary)
{
	const Look *look = &g_array_index(lint->looks, Look, place);
	const char *language = lint->options.language;
	NumberForm usual = usual_form(lint, place, temporary);

	for (guint i = 0; i < lint->numbers->len; i++) {
		const Seen *seen = &g_array_index(lint->numbers, Seen, i);
		if (seen->look != place || number_form_is_temporary(seen->form) != temporary ||
		    seen->form == usual)
			continue;
		g_autofree char *detail =
			g_strdup_printf("%s; %s %s", number_form_name(seen->form, language),
					strcmp(language, "sv") == 0 ? "de flesta:" : "most:",
					number_form_name(usual, language));
		tell(lint, seen->number,
		     (LintFinding){.code = LINT_NUMBER_MIXED,
				   .attribute = look->source,
				   .detail = detail});
	}
	if (temporary || usual == NUMBER_NONE || usual == NUMBER_TWELVE)
		return;
	const LintFinding finding = {.code = LINT_NUMBER_UNUSUAL,
				     .attribute = look->source,
				     .detail = number_form_name(usual, language),
				     .count = 1};
	lint->options.tell(&finding, lint->options.data);
}

void lint_finish(Lint *lint)
{
	lint->number = G_MAXUINT;
	for (guint i = 0; i < lint->looks->len; i++)
		if (lint_value_is_number(g_array_index(lint->looks, Look, i).attribute)) {
			tell_mixed(lint, i, false);
			tell_mixed(lint, i, true);
		}
	if (lint->options.services)
		lint_services_finish(lint->options.services);
}
