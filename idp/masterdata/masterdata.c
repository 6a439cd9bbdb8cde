/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/masterdata.h"

#include "idp/masterdata/condition.h"
#include "policy/guess.h"

#include <string.h>

#define EPPN "eduPersonPrincipalName"

/* The roles, in the order of every array below that has one element for each. */
enum { STUDENT, STAFF, GUARDIAN, ROLES };
static const Role roles[ROLES] = {ROLE_STUDENT, ROLE_STAFF, ROLE_GUARDIAN};

/* Attributes that speak of a human in one role only: a teacher's own school grade must not follow
 * into the staff role of somebody who is also a pupil. */
static const struct {
	const char *name;
	Role role;
} bound[] = {
	{"sisSchoolGrade", ROLE_STUDENT},       {"sisSchoolCourseStudent", ROLE_STUDENT},
	{"sisSchoolCourseTeacher", ROLE_STAFF}, {"title", ROLE_STAFF},
	{"employeeType", ROLE_STAFF},           {"employeeNumber", ROLE_STAFF},
	{"departmentNumber", ROLE_STAFF},       {"sisLegalGuardianFor", ROLE_GUARDIAN},
};

/* Never read from a directory: their values differ from service to service. */
static const char *const computed[] = {"pairwise-id", "eduPersonTargetedID"};

static const char *const affiliation_attributes[] = {
	"eduPersonAffiliation", "eduPersonScopedAffiliation", "eduPersonPrimaryAffiliation"};

/* What of the eduPerson vocabulary belongs to which roles. */
static const struct {
	const char *word;
	unsigned roles;
} affiliations[] = {
	{"student", ROLE_STUDENT},
	{"faculty", ROLE_STAFF},
	{"staff", ROLE_STAFF},
	{"employee", ROLE_STAFF},
	{"member", ROLE_STUDENT | ROLE_STAFF | ROLE_GUARDIAN},
};

struct Masterdata {
	GPtrArray *is[ROLES]; /* conditions */
	GPtrArray *teacher;
	GPtrArray *test;
	char *protected_attribute; /* NULL: the school has declared that there is none */
	GPtrArray *protected_no;   /* char *, folded */
	/* the LDAP attribute of each registry attribute in each role; NULL: none in that role */
	char *source[ROLES][ATTRIBUTE_MAX];
	unsigned eppn;     /* attribute_index() of it */
	GPtrArray *wanted; /* char *, NULL-ended: what the directory is asked for */
};

MasterdataOptions *masterdata_options_new(void)
{
	return g_new0(MasterdataOptions, 1);
}

void masterdata_options_free(MasterdataOptions *options)
{
	if (!options)
		return;
	g_free(options->name);
	g_strfreev(options->student);
	g_strfreev(options->staff);
	g_strfreev(options->guardian);
	g_strfreev(options->teacher);
	g_strfreev(options->test);
	g_free(options->protected_attribute);
	g_strfreev(options->protected_no);
	g_free(options->eppn_student);
	g_free(options->eppn_staff);
	g_free(options->eppn_guardian);
	g_clear_pointer(&options->attributes, g_hash_table_unref);
	g_free(options);
}

static bool G_GNUC_PRINTF(4, 5)
	wrong(GError **error, const char *group, const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "[%s] %s: %s", group,
		    key, text);
	return false;
}

static bool strv_has(const char *const *list, gsize n, const char *text)
{
	for (gsize i = 0; i < n; i++)
		if (g_str_equal(list[i], text))
			return true;
	return false;
}

/* ---- loading ---- */

static bool load_conditions(Masterdata *masterdata, const MasterdataOptions *options,
			    GError **error)
{
	const struct {
		const char *key;
		char **texts;
		GPtrArray **list;
	} all[] = {
		{"student", options->student, &masterdata->is[STUDENT]},
		{"staff", options->staff, &masterdata->is[STAFF]},
		{"guardian", options->guardian, &masterdata->is[GUARDIAN]},
		{"teacher", options->teacher, &masterdata->teacher},
		{"test", options->test, &masterdata->test},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		*all[i].list = conditions_parse(all[i].texts, options->name, all[i].key, error);
		if (!*all[i].list)
			return false;
	}
	return true;
}

static bool load_protected(Masterdata *masterdata, const MasterdataOptions *options, GError **error)
{
	g_autofree char *group = g_strdup_printf("directory %s", options->name);
	const char *attribute = options->protected_attribute;

	masterdata->protected_no = g_ptr_array_new_with_free_func(g_free);
	if (!attribute || !*attribute)
		return wrong(error, group, "protected-attribute",
			     "missing; name the attribute that marks protected identity, or write "
			     "`none' if the directory has no such persons");
	if (g_str_equal(attribute, "none"))
		return true;
	if (!condition_is_attribute(attribute))
		return wrong(error, group, "protected-attribute", "`%s' is no LDAP attribute",
			     attribute);
	if (!options->protected_no || !*options->protected_no)
		return wrong(error, group, "protected-no",
			     "missing; write the values of %s that mean `not protected'",
			     attribute);
	masterdata->protected_attribute = g_strdup(attribute);
	for (char **no = options->protected_no; *no; no++) {
		if (!g_utf8_validate(*no, -1, NULL) || !**no)
			return wrong(error, group, "protected-no", "a value is empty or not UTF-8");
		g_ptr_array_add(masterdata->protected_no, condition_fold(*no));
	}
	return true;
}

/* Every attribute has its own name in the directory until told otherwise. */
static void load_defaults(Masterdata *masterdata)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	masterdata->eppn = attribute_index(attribute_by_name(EPPN));
	for (size_t i = 0; i < n; i++)
		if (!strv_has(computed, G_N_ELEMENTS(computed), table[i].name))
			for (unsigned r = 0; r < ROLES; r++)
				masterdata->source[r][i] = g_strdup(table[i].name);
	for (size_t i = 0; i < G_N_ELEMENTS(bound); i++)
		for (unsigned r = 0; r < ROLES; r++)
			if (roles[r] != bound[i].role)
				g_clear_pointer(&masterdata->source[r][attribute_index(
							attribute_by_name(bound[i].name))],
						g_free);
}

static bool load_eppn(Masterdata *masterdata, const MasterdataOptions *options, GError **error)
{
	static const char *const keys[ROLES] = {"eppn-student", "eppn-staff", "eppn-guardian"};
	const char *const values[ROLES] = {options->eppn_student, options->eppn_staff,
					   options->eppn_guardian};
	g_autofree char *group = g_strdup_printf("directory %s", options->name);

	for (unsigned r = 0; r < ROLES; r++) {
		if (!values[r])
			continue;
		if (!condition_is_attribute(values[r]))
			return wrong(error, group, keys[r], "`%s' is no LDAP attribute", values[r]);
		g_free(masterdata->source[r][masterdata->eppn]);
		masterdata->source[r][masterdata->eppn] = g_strdup(values[r]);
	}
	return true;
}

static bool wrong_name(GError **error, const char *key, const char *name)
{
	size_t n;
	const Attribute *table = attribute_table(&n);
	const char *names[ATTRIBUTE_MAX];

	for (size_t i = 0; i < n; i++)
		names[i] = table[i].name;
	const char *guess = guess_nearest(name, names, n);
	return wrong(error, "attributes", key, "no attribute is called `%s'%s%s%s", name,
		     guess ? "; did you mean `" : "", guess ? guess : "", guess ? "'?" : "");
}

/* One line of [attributes]: NAME or NAME.ROLE, and the LDAP attribute. */
static bool load_mapping(Masterdata *masterdata, const char *key, const char *ldap, GError **error)
{
	const char *dot = strchr(key, '.');
	g_autofree char *name = dot ? g_strndup(key, (gsize)(dot - key)) : g_strdup(key);
	const Attribute *attribute = attribute_by_name(name);
	Role only = dot ? role_by_name(dot + 1) : ROLE_NONE;

	if (!attribute)
		return wrong_name(error, key, name);
	if (dot && !only)
		return wrong(error, "attributes", key,
			     "`%s' is no role; write student, staff or guardian", dot + 1);
	if (attribute_index(attribute) == masterdata->eppn)
		return wrong(error, "attributes", key,
			     "write eppn-student, eppn-staff and eppn-guardian in [directory] "
			     "instead, since each role has its own");
	if (strv_has(computed, G_N_ELEMENTS(computed), name))
		return wrong(error, "attributes", key,
			     "its value differs from service to service and cannot be read from "
			     "the directory; remove the line");
	if (!condition_is_attribute(ldap))
		return wrong(error, "attributes", key, "`%s' is no LDAP attribute", ldap);

	for (unsigned r = 0; r < ROLES; r++) {
		char **source = &masterdata->source[r][attribute_index(attribute)];
		/* a role that the attribute does not speak of gets it only if named */
		if (only ? roles[r] != only : !*source)
			continue;
		g_free(*source);
		*source = g_strdup(ldap);
	}
	return true;
}

/* Lines without a role first: a line with a role narrows them, whatever the order of the file. */
static bool load_mappings(Masterdata *masterdata, GHashTable *mappings, GError **error)
{
	for (int with_role = 0; mappings && with_role < 2; with_role++) {
		GHashTableIter iter;
		gpointer key, ldap;
		g_hash_table_iter_init(&iter, mappings);
		while (g_hash_table_iter_next(&iter, &key, &ldap))
			if ((strchr(key, '.') != NULL) == with_role &&
			    !load_mapping(masterdata, key, ldap, error))
				return false;
	}
	return true;
}

static void want(GHashTable *seen, GPtrArray *wanted, const char *attribute)
{
	if (attribute && g_hash_table_add(seen, g_ascii_strdown(attribute, -1)))
		g_ptr_array_add(wanted, g_strdup(attribute));
}

static GPtrArray *list_wanted(const Masterdata *masterdata)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *wanted = g_ptr_array_new_with_free_func(g_free);
	const GPtrArray *lists[] = {masterdata->is[STUDENT], masterdata->is[STAFF],
				    masterdata->is[GUARDIAN], masterdata->teacher,
				    masterdata->test};

	for (gsize l = 0; l < G_N_ELEMENTS(lists); l++)
		for (guint i = 0; i < lists[l]->len; i++)
			want(seen, wanted, ((const Condition *)lists[l]->pdata[i])->attribute);
	want(seen, wanted, masterdata->protected_attribute);
	for (unsigned r = 0; r < ROLES; r++)
		for (gsize i = 0; i < ATTRIBUTE_MAX; i++)
			want(seen, wanted, masterdata->source[r][i]);
	g_ptr_array_add(wanted, NULL);
	return wanted;
}

Masterdata *masterdata_new(const MasterdataOptions *options, GError **error)
{
	g_autoptr(Masterdata) masterdata = g_new0(Masterdata, 1);

	load_defaults(masterdata);
	if (!load_conditions(masterdata, options, error) ||
	    !load_protected(masterdata, options, error) || !load_eppn(masterdata, options, error) ||
	    !load_mappings(masterdata, options->attributes, error))
		return NULL;
	masterdata->wanted = list_wanted(masterdata);
	return g_steal_pointer(&masterdata);
}

void masterdata_free(Masterdata *masterdata)
{
	if (!masterdata)
		return;
	for (unsigned r = 0; r < ROLES; r++) {
		g_clear_pointer(&masterdata->is[r], g_ptr_array_unref);
		for (gsize i = 0; i < ATTRIBUTE_MAX; i++)
			g_free(masterdata->source[r][i]);
	}
	g_clear_pointer(&masterdata->teacher, g_ptr_array_unref);
	g_clear_pointer(&masterdata->test, g_ptr_array_unref);
	g_free(masterdata->protected_attribute);
	g_clear_pointer(&masterdata->protected_no, g_ptr_array_unref);
	g_clear_pointer(&masterdata->wanted, g_ptr_array_unref);
	g_free(masterdata);
}

const char *const *masterdata_attributes(const Masterdata *masterdata)
{
	return (const char *const *)masterdata->wanted->pdata;
}

/* ---- reading ---- */

unsigned masterdata_roles(const Masterdata *masterdata, const DirectoryEntry *entry)
{
	unsigned found = 0;
	for (unsigned r = 0; r < ROLES; r++)
		if (conditions_hold(masterdata->is[r], entry))
			found |= roles[r];
	return found;
}

bool masterdata_is_protected(const Masterdata *masterdata, const DirectoryEntry *entry)
{
	if (entry_marks(entry) & (ENTRY_PROTECTED_MEMBER | ENTRY_PROTECTED_UNKNOWN))
		return true;
	if (!masterdata->protected_attribute)
		return false;
	const char *const *value = entry_values(entry, masterdata->protected_attribute);
	if (!value || !*value)
		return true;
	for (; *value; value++) {
		if (!entry_is_text(*value))
			return true;
		g_autofree char *text = g_strdup(*value);
		g_autofree char *folded = condition_fold(g_strstrip(text));
		if (!g_ptr_array_find_with_equal_func(masterdata->protected_no, folded, g_str_equal,
						      NULL))
			return true;
	}
	return false;
}

/* May this affiliation leave in this role? A word outside the vocabulary says nothing of roles:
 * it may when there is only one role that it can be about. */
static bool affiliation_fits(const char *value, Role role, unsigned has)
{
	gsize word = strcspn(value, "@");

	for (gsize i = 0; i < G_N_ELEMENTS(affiliations); i++)
		if (strlen(affiliations[i].word) == word &&
		    g_ascii_strncasecmp(affiliations[i].word, value, word) == 0)
			return affiliations[i].roles & role;
	return has == (unsigned)role;
}

/* The EPPNs (folded) that this human has in other roles; NULL-safe empty for most people. */
static GPtrArray *foreign_eppns(const Masterdata *masterdata, const DirectoryEntry *entry,
				unsigned role, unsigned has)
{
	GPtrArray *foreign = g_ptr_array_new_with_free_func(g_free);
	for (unsigned r = 0; r < ROLES; r++) {
		if (r == role || !(has & roles[r]))
			continue;
		const char *const *value =
			entry_values(entry, masterdata->source[r][masterdata->eppn]);
		for (; value && *value; value++)
			if (entry_is_text(*value))
				g_ptr_array_add(foreign, condition_fold(*value));
	}
	return foreign;
}

static bool is_foreign(const GPtrArray *foreign, const char *value)
{
	if (!foreign->len || !entry_is_text(value))
		return false;
	g_autofree char *folded = condition_fold(value);
	for (guint i = 0; i < foreign->len; i++)
		if (strstr(folded, foreign->pdata[i]))
			return true;
	return false;
}

static unsigned role_place(Role role)
{
	for (unsigned r = 0; r < ROLES; r++)
		if (roles[r] == role)
			return r;
	g_assert_not_reached();
}

Person *masterdata_person(const Masterdata *masterdata, const DirectoryEntry *entry, Role role)
{
	unsigned r = role_place(role);
	unsigned has = masterdata_roles(masterdata, entry);
	g_autoptr(Person) person = person_new(entry_key(entry));
	size_t n;
	const Attribute *table = attribute_table(&n);

	person->is_protected = masterdata_is_protected(masterdata, entry);
	if (!(has & role))
		return g_steal_pointer(&person);
	person->role = role;
	person->teacher = role == ROLE_STAFF && conditions_hold(masterdata->teacher, entry);
	person->is_test = conditions_hold(masterdata->test, entry);

	g_autoptr(GPtrArray) foreign = foreign_eppns(masterdata, entry, r, has);
	for (size_t i = 0; i < n; i++) {
		const char *source = masterdata->source[r][i];
		const char *const *value = source ? entry_values(entry, source) : NULL;
		bool affiliation = strv_has(affiliation_attributes,
					    G_N_ELEMENTS(affiliation_attributes), table[i].name);
		for (; value && *value; value++)
			if ((!affiliation || affiliation_fits(*value, role, has)) &&
			    !is_foreign(foreign, *value))
				person_add_value(person, &table[i], *value, -1);
	}
	return g_steal_pointer(&person);
}
