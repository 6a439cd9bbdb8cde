/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/masterdata.h"

#include "idp/identity/eppn.h"
#include "idp/masterdata/condition.h"
#include "idp/masterdata/mapping.h"
#include "idp/masterdata/standing.h"
#include "policy/guess.h"

#include <string.h>

#define EPPN "eduPersonPrincipalName"

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

/* Kinds of attributes that tell where a protected person is or how to find them. */
static const AttributeKind telling[] = {KIND_SCHOOL, KIND_STUDY,           KIND_FAMILY,
					KIND_BIRTH,  KIND_PERSONAL_NUMBER, KIND_CONTACT};

struct Masterdata {
	Registry *registry;
	Standing *standing;
	GPtrArray *is[MAPPING_ROLES]; /* conditions */
	GPtrArray *teacher;
	GPtrArray *test;
	char *protected_attribute; /* NULL: the school has declared that there is none */
	GPtrArray *protected_no;   /* char *, folded */
	Mapping source;            /* of everybody else, and the EPPN of all */
	Mapping alias;             /* of protected persons */
	bool suppressed[ATTRIBUTE_MAX];
	unsigned eppn;       /* attribute_index() of it */
	GPtrArray *wanted;   /* char *, NULL-ended: what the directory is asked for */
	GPtrArray *warnings; /* char * */
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
	g_clear_pointer(&options->registry, registry_unref);
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
	g_free(options->year);
	g_strfreev(options->gymnasium);
	g_strfreev(options->gymnasium_prefix);
	g_free(options->birth_date);
	g_clear_pointer(&options->groups, g_ptr_array_unref);
	g_clear_pointer(&options->attributes, g_hash_table_unref);
	g_clear_pointer(&options->alias, g_hash_table_unref);
	g_strfreev(options->suppress);
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
		{"student", options->student, &masterdata->is[MAPPING_STUDENT]},
		{"staff", options->staff, &masterdata->is[MAPPING_STAFF]},
		{"guardian", options->guardian, &masterdata->is[MAPPING_GUARDIAN]},
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

static bool load_eppn(Masterdata *masterdata, const MasterdataOptions *options, GError **error)
{
	static const char *const keys[MAPPING_ROLES] = {"eppn-student", "eppn-staff",
							"eppn-guardian"};
	const char *const values[MAPPING_ROLES] = {options->eppn_student, options->eppn_staff,
						   options->eppn_guardian};
	g_autofree char *group = g_strdup_printf("directory %s", options->name);

	for (unsigned r = 0; r < MAPPING_ROLES; r++) {
		if (!values[r])
			continue;
		if (!condition_is_attribute(values[r]))
			return wrong(error, group, keys[r], "`%s' is no LDAP attribute", values[r]);
		g_free(masterdata->source.ldap[r][masterdata->eppn]);
		masterdata->source.ldap[r][masterdata->eppn] = g_strdup(values[r]);
	}
	return true;
}

/* What is suppressed when nothing is said. */
static void suppress_default(Masterdata *masterdata)
{
	for (unsigned i = 0; i < registry_size(masterdata->registry); i++) {
		const Attribute *attribute = registry_get(masterdata->registry, i);

		for (gsize k = 0; k < G_N_ELEMENTS(telling); k++)
			masterdata->suppressed[attribute_index(attribute)] |=
				attribute->kind == telling[k];
	}
}

/* One word of `suppress': an attribute, or a kind for all attributes of it. */
static bool suppress(Masterdata *masterdata, const char *word, GError **error)
{
	const Registry *registry = masterdata->registry;
	const Attribute *named = registry_by_name(registry, word);
	AttributeKind kind = attribute_kind_by_name(word);
	const char *names[ATTRIBUTE_MAX + KIND_LAST];
	size_t known = 0;

	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);

		masterdata->suppressed[attribute_index(attribute)] |=
			attribute == named || attribute->kind == kind;
		names[known++] = attribute->name;
	}
	if (named || kind)
		return true;
	for (unsigned k = 1; k <= KIND_LAST; k++)
		names[known++] = attribute_kind_name((AttributeKind)k);
	const char *guess = guess_nearest(word, names, known);
	return wrong(error, "protected", "suppress", "no attribute or kind is called `%s'%s%s%s",
		     word, guess ? "; did you mean `" : "", guess ? guess : "", guess ? "'?" : "");
}

static void warn_suppressed(Masterdata *masterdata)
{
	for (unsigned i = 0; i < registry_size(masterdata->registry); i++) {
		const Attribute *attribute = registry_get(masterdata->registry, i);
		unsigned index = attribute_index(attribute);
		bool has_alias = false;

		for (unsigned r = 0; r < MAPPING_ROLES; r++)
			has_alias |= masterdata->alias.ldap[r][index] != NULL;
		if (masterdata->suppressed[index] && has_alias)
			g_ptr_array_add(
				masterdata->warnings,
				g_strdup_printf("[alias] %s: never leaves, since [protected] "
						"suppress holds it; leave it out of one of them",
						attribute->name));
	}
}

static bool load_suppressed(Masterdata *masterdata, char *const *words, GError **error)
{
	if (words && !*words)
		return wrong(error, "protected", "suppress",
			     "names nothing; leave the line out, or write `none' if every alias "
			     "may leave");
	if (!words)
		suppress_default(masterdata);
	else if (words[1] || !g_str_equal(words[0], "none"))
		for (; *words; words++)
			if (!suppress(masterdata, *words, error))
				return false;
	masterdata->warnings = g_ptr_array_new_with_free_func(g_free);
	warn_suppressed(masterdata);
	return true;
}

static bool load_mappings(Masterdata *masterdata, const MasterdataOptions *options, GError **error)
{
	return mapping_load(&masterdata->source, masterdata->registry, "attributes",
			    options->attributes,
			    "write eppn-student, eppn-staff and eppn-guardian in [directory] "
			    "instead, since each role has its own",
			    error) &&
	       mapping_load(&masterdata->alias, masterdata->registry, "alias", options->alias,
			    "it is its own alias, since whoever becomes protected gets a new one "
			    "(`portvakt eppn rotate'); remove the line",
			    error);
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
	const GPtrArray *lists[] = {masterdata->is[MAPPING_STUDENT], masterdata->is[MAPPING_STAFF],
				    masterdata->is[MAPPING_GUARDIAN], masterdata->teacher,
				    masterdata->test};

	for (gsize l = 0; l < G_N_ELEMENTS(lists); l++)
		for (guint i = 0; i < lists[l]->len; i++)
			want(seen, wanted, ((const Condition *)lists[l]->pdata[i])->attribute);
	want(seen, wanted, masterdata->protected_attribute);
	g_autofree const char **more = standing_attributes(masterdata->standing);
	for (gsize i = 0; more[i]; i++)
		want(seen, wanted, more[i]);
	for (unsigned r = 0; r < MAPPING_ROLES; r++)
		for (gsize i = 0; i < ATTRIBUTE_MAX; i++) {
			want(seen, wanted, masterdata->source.ldap[r][i]);
			want(seen, wanted, masterdata->alias.ldap[r][i]);
		}
	g_ptr_array_add(wanted, NULL);
	return wanted;
}

Masterdata *masterdata_new(const MasterdataOptions *options, GError **error)
{
	g_autoptr(Masterdata) masterdata = g_new0(Masterdata, 1);

	masterdata->eppn = attribute_index(attribute_by_name(EPPN));
	masterdata->registry = options->registry ? registry_ref(options->registry) : NULL;
	mapping_fill(&masterdata->source, masterdata->registry);
	if (!load_conditions(masterdata, options, error) ||
	    !load_protected(masterdata, options, error) || !load_eppn(masterdata, options, error) ||
	    !load_mappings(masterdata, options, error) ||
	    !load_suppressed(masterdata, options->suppress, error))
		return NULL;
	masterdata->standing = standing_new(options, error);
	if (!masterdata->standing)
		return NULL;
	masterdata->wanted = list_wanted(masterdata);
	return g_steal_pointer(&masterdata);
}

void masterdata_free(Masterdata *masterdata)
{
	if (!masterdata)
		return;
	for (unsigned r = 0; r < MAPPING_ROLES; r++)
		g_clear_pointer(&masterdata->is[r], g_ptr_array_unref);
	g_clear_pointer(&masterdata->registry, registry_unref);
	g_clear_pointer(&masterdata->standing, standing_free);
	mapping_clear(&masterdata->source);
	mapping_clear(&masterdata->alias);
	g_clear_pointer(&masterdata->warnings, g_ptr_array_unref);
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

static bool is_eppn(const Attribute *attribute)
{
	return g_str_equal(attribute->name, EPPN);
}

static bool is_family(const Attribute *attribute)
{
	return attribute->kind == KIND_FAMILY;
}

/* Where the attributes for which `is` holds are read from, in any role and of anybody. */
static char **sources(const Masterdata *masterdata, bool (*is)(const Attribute *))
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *list = g_ptr_array_new();

	for (unsigned i = 0; i < registry_size(masterdata->registry); i++) {
		const Attribute *attribute = registry_get(masterdata->registry, i);

		for (unsigned r = 0; is(attribute) && r < MAPPING_ROLES; r++) {
			want(seen, list, masterdata->source.ldap[r][attribute_index(attribute)]);
			want(seen, list, masterdata->alias.ldap[r][attribute_index(attribute)]);
		}
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

char **masterdata_eppns(const Masterdata *masterdata)
{
	return sources(masterdata, is_eppn);
}

char **masterdata_family(const Masterdata *masterdata)
{
	return sources(masterdata, is_family);
}

const Registry *masterdata_registry(const Masterdata *masterdata)
{
	return masterdata->registry;
}

const GPtrArray *masterdata_warnings(const Masterdata *masterdata)
{
	return masterdata->warnings;
}

bool masterdata_reads(const Masterdata *masterdata, const Attribute *attribute)
{
	for (unsigned r = 0; r < MAPPING_ROLES; r++)
		if (masterdata->source.ldap[r][attribute_index(attribute)])
			return true;
	return false;
}

const char *masterdata_source(const Masterdata *masterdata, const Attribute *attribute, Role role)
{
	return masterdata->source.ldap[mapping_place(role)][attribute_index(attribute)];
}

const char *masterdata_year_source(const Masterdata *masterdata)
{
	return standing_year_source(masterdata->standing, &masterdata->source);
}

bool masterdata_year_is_broken(const Masterdata *masterdata, const DirectoryEntry *entry)
{
	const char *attribute = masterdata_year_source(masterdata);
	const char *const *value = attribute ? entry_values(entry, attribute) : NULL;
	bool has = false;

	for (; value && *value; value++)
		has |= entry_is_text(*value);
	return has &&
	       standing_year(masterdata->standing, &masterdata->source, entry) == YEAR_UNKNOWN;
}

const char *masterdata_marking(const Masterdata *masterdata)
{
	return masterdata->protected_attribute;
}

/* ---- reading ---- */

unsigned masterdata_roles(const Masterdata *masterdata, const DirectoryEntry *entry)
{
	unsigned found = 0;
	for (unsigned r = 0; r < MAPPING_ROLES; r++)
		if (conditions_hold(masterdata->is[r], entry))
			found |= mapping_role(r);
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

bool masterdata_marking_is_readable(const Masterdata *masterdata, const DirectoryEntry *entry)
{
	if (!masterdata->protected_attribute)
		return true;
	const char *const *value = entry_values(entry, masterdata->protected_attribute);
	if (!value || !*value)
		return false;
	for (; *value; value++)
		if (!entry_is_text(*value))
			return false;
	return true;
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

/* The EPPNs (folded) that this human has in other roles; NULL if one of them cannot be read, so
 * that nobody knows which values hold it. Transfer full. */
static GPtrArray *foreign_eppns(const Masterdata *masterdata, const DirectoryEntry *entry,
				unsigned role, unsigned has)
{
	g_autoptr(GPtrArray) foreign = g_ptr_array_new_with_free_func(g_free);
	for (unsigned r = 0; r < MAPPING_ROLES; r++) {
		if (r == role || !(has & mapping_role(r)))
			continue;
		const char *const *value =
			entry_values(entry, masterdata->source.ldap[r][masterdata->eppn]);
		for (; value && *value; value++) {
			if (g_str_equal(*value, ENTRY_UNREADABLE))
				return NULL;
			if (entry_is_text(*value))
				g_ptr_array_add(foreign, eppn_fold(*value));
		}
	}
	return g_steal_pointer(&foreign);
}

static bool is_foreign(const GPtrArray *foreign, const char *value)
{
	if (!foreign->len || !entry_is_text(value))
		return false;
	g_autofree char *folded = eppn_fold(value);
	for (guint i = 0; i < foreign->len; i++)
		if (strstr(folded, foreign->pdata[i]))
			return true;
	return false;
}

/* A person who is being read: in which role, and what of other roles must stay behind. */
typedef struct {
	const Masterdata *masterdata;
	const DirectoryEntry *entry;
	unsigned r;
	unsigned has;       /* roles, as bits */
	GPtrArray *foreign; /* NULL: unknown */
} Reading;

/* Adds what of these values is about this role; -> whether there were any. */
static bool add_values(const Reading *reading, Person *person, const Attribute *attribute,
		       const char *ldap)
{
	Role role = mapping_role(reading->r);
	const char *const *value = ldap ? entry_values(reading->entry, ldap) : NULL;
	bool affiliation = strv_has(affiliation_attributes, G_N_ELEMENTS(affiliation_attributes),
				    attribute->name);

	if (!value || !*value)
		return false;
	/* any of them may hold the name of the other role */
	if (!reading->foreign) {
		person_add_value(person, attribute, ENTRY_UNREADABLE, -1);
		return true;
	}
	for (; *value; value++)
		if ((!affiliation || affiliation_fits(*value, role, reading->has)) &&
		    !is_foreign(reading->foreign, *value))
			person_add_value(person, attribute, *value, -1);
	return true;
}

/* Of a protected person nothing is read but the EPPN, which they got when they became so, and
 * aliases. */
static void read_attribute(const Reading *reading, Person *person, const Attribute *attribute)
{
	const Masterdata *masterdata = reading->masterdata;
	unsigned index = attribute_index(attribute);
	const char *source = masterdata->source.ldap[reading->r][index];
	const char *alias =
		index == masterdata->eppn ? source : masterdata->alias.ldap[reading->r][index];

	if (!person->is_protected) {
		add_values(reading, person, attribute, source);
		return;
	}
	if (!masterdata->suppressed[index] && add_values(reading, person, attribute, alias))
		return;
	const char *const *real = source ? entry_values(reading->entry, source) : NULL;
	person->no_alias[index] = real && *real;
}

static Person *read_person(const Masterdata *masterdata, const DirectoryEntry *entry, Role role,
			   bool is_protected)
{
	Reading reading = {masterdata, entry, mapping_place(role),
			   masterdata_roles(masterdata, entry), NULL};
	g_autoptr(Person) person = person_new(entry_key(entry));

	person->is_protected = is_protected;
	if (!(reading.has & role))
		return g_steal_pointer(&person);
	person->role = role;
	if (person->is_protected)
		memcpy(person->suppressed, masterdata->suppressed, sizeof person->suppressed);
	person->teacher = role == ROLE_STAFF && conditions_hold(masterdata->teacher, entry);
	person->is_test = conditions_hold(masterdata->test, entry);
	standing_read(masterdata->standing, &masterdata->source, entry, person);
	reading.foreign = foreign_eppns(masterdata, entry, reading.r, reading.has);
	for (unsigned i = 0; i < registry_size(masterdata->registry); i++)
		read_attribute(&reading, person, registry_get(masterdata->registry, i));
	g_clear_pointer(&reading.foreign, g_ptr_array_unref);
	return g_steal_pointer(&person);
}

Person *masterdata_person(const Masterdata *masterdata, const DirectoryEntry *entry, Role role)
{
	return read_person(masterdata, entry, role, masterdata_is_protected(masterdata, entry));
}

Person *masterdata_ordinary(const Masterdata *masterdata, const DirectoryEntry *entry, Role role)
{
	return read_person(masterdata, entry, role, false);
}
