/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/standing.h"

#include "idp/masterdata/born.h"
#include "idp/masterdata/condition.h"
#include "idp/masterdata/school-year.h"
#include "policy/value.h"

#define UNIT  "sisSchoolUnitCode"
#define GRADE "sisSchoolGrade"

static const char *const births[] = {"schacDateOfBirth", "norEduPersonBirthDate", "dateOfBirth",
				     "norEduPersonNIN", "personalIdentityNumber"};

struct Standing {
	char *year;           /* NULL: as the registry has it */
	GPtrArray *gymnasium; /* conditions */
	char **prefixes;      /* of years of upper secondary school */
	char *birth_date;     /* NULL: as the registry has it */
	GPtrArray *groups;    /* char *, by bit of entry_groups() */
	GArray *roles;        /* unsigned, for each: the roles in which it counts */
};

static bool G_GNUC_PRINTF(4, 5)
	wrong(GError **error, const char *name, const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
		    "[directory %s] %s: %s", name, key, text);
	return false;
}

static bool take_attribute(const MasterdataOptions *options, const char *key, const char *text,
			   char **place, GError **error)
{
	if (text && !condition_is_attribute(text))
		return wrong(error, options->name, key, "`%s' is no LDAP attribute", text);
	*place = g_strdup(text);
	return true;
}

/* One that ends in a digit would be torn apart from the year in two ways. */
static bool take_prefixes(Standing *standing, const MasterdataOptions *options, GError **error)
{
	static const char *const usual[] = {"GY", "G", NULL};
	const char *const *prefix =
		options->gymnasium_prefix ? (const char *const *)options->gymnasium_prefix : usual;

	standing->prefixes = g_strdupv((char **)(guintptr)prefix);
	for (; *prefix; prefix++)
		if (!**prefix || g_ascii_isdigit((*prefix)[strlen(*prefix) - 1]))
			return wrong(error, options->name, "gymnasium-prefix",
				     "`%s' ends in a digit; write what stands before the year, "
				     "such as GY",
				     *prefix);
	return true;
}

static void take_groups(Standing *standing, const MasterdataOptions *options)
{
	standing->groups = g_ptr_array_new_with_free_func(g_free);
	standing->roles = g_array_new(FALSE, FALSE, sizeof(unsigned));
	for (guint i = 0; options->groups && i < options->groups->len; i++) {
		const MasterdataGroup *group = options->groups->pdata[i];
		g_ptr_array_add(standing->groups, g_strdup(group->name));
		g_array_append_val(standing->roles, group->roles);
	}
}

Standing *standing_new(const MasterdataOptions *options, GError **error)
{
	Standing *standing = g_new0(Standing, 1);

	take_groups(standing, options);
	standing->gymnasium =
		conditions_parse(options->gymnasium, options->name, "gymnasium", error);
	if (standing->gymnasium &&
	    take_attribute(options, "year", options->year, &standing->year, error) &&
	    take_attribute(options, "birth-date", options->birth_date, &standing->birth_date,
			   error) &&
	    take_prefixes(standing, options, error))
		return standing;
	standing_free(standing);
	return NULL;
}

void standing_free(Standing *standing)
{
	if (!standing)
		return;
	g_free(standing->year);
	g_clear_pointer(&standing->gymnasium, g_ptr_array_unref);
	g_strfreev(standing->prefixes);
	g_free(standing->birth_date);
	g_ptr_array_unref(standing->groups);
	g_array_unref(standing->roles);
	g_free(standing);
}

const char **standing_attributes(const Standing *standing)
{
	GPtrArray *list = g_ptr_array_new();

	if (standing->year)
		g_ptr_array_add(list, standing->year);
	if (standing->birth_date)
		g_ptr_array_add(list, standing->birth_date);
	for (guint i = 0; i < standing->gymnasium->len; i++)
		g_ptr_array_add(list,
				((const Condition *)standing->gymnasium->pdata[i])->attribute);
	g_ptr_array_add(list, NULL);
	return (const char **)(void *)g_ptr_array_free(list, FALSE);
}

static const char *source_of(const Mapping *source, const char *attribute, Role role)
{
	return source->ldap[mapping_place(role)][attribute_index(attribute_by_name(attribute))];
}

const char *standing_year_source(const Standing *standing, const Mapping *source)
{
	return standing->year ? standing->year : source_of(source, GRADE, ROLE_STUDENT);
}

/* Of two that differ neither is known to be right. */
unsigned standing_year(const Standing *standing, const Mapping *source, const DirectoryEntry *entry)
{
	const char *attribute = standing_year_source(standing, source);
	const char *const *value = attribute ? entry_values(entry, attribute) : NULL;
	bool is_gymnasium = conditions_hold(standing->gymnasium, entry);
	unsigned found = YEAR_UNKNOWN;

	for (; value && *value; value++) {
		if (!**value)
			continue;
		unsigned year = school_year_read(*value, is_gymnasium,
						 (const char *const *)standing->prefixes);
		if (year == YEAR_UNKNOWN || (found != YEAR_UNKNOWN && found != year))
			return YEAR_UNKNOWN;
		found = year;
	}
	return found;
}

static void read_units(const Mapping *source, const DirectoryEntry *entry, Person *person)
{
	static const char *const no_scopes[] = {NULL};
	const Attribute *unit = attribute_by_name(UNIT);
	const char *attribute = source_of(source, UNIT, person->role);
	const char *const *value = attribute ? entry_values(entry, attribute) : NULL;

	for (; value && *value; value++)
		if (value_judge(unit, *value, no_scopes) == VALUE_GOOD)
			person_add_unit(person, *value);
}

static void read_groups(const Standing *standing, const DirectoryEntry *entry, Person *person)
{
	guint64 groups = entry_groups(entry);

	for (guint i = 0; i < standing->groups->len; i++)
		if ((groups & G_GUINT64_CONSTANT(1) << i) &&
		    (g_array_index(standing->roles, unsigned, i) & person->role))
			person_add_group(person, standing->groups->pdata[i]);
}

static unsigned latest(const DirectoryEntry *entry, const char *attribute, unsigned born)
{
	const char *const *value = attribute ? entry_values(entry, attribute) : NULL;

	for (; value && *value; value++)
		born = MAX(born, born_read(*value));
	return born;
}

/* Of several days the latest, so that nobody is taken for older than they are. */
static unsigned read_born(const Standing *standing, const Mapping *source,
			  const DirectoryEntry *entry, Role role)
{
	unsigned born = 0;

	if (standing->birth_date)
		return latest(entry, standing->birth_date, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(births); i++)
		born = latest(entry, source_of(source, births[i], role), born);
	return born;
}

void standing_read(const Standing *standing, const Mapping *source, const DirectoryEntry *entry,
		   Person *person)
{
	person->year =
		person->role == ROLE_STUDENT ? standing_year(standing, source, entry) : YEAR_NONE;
	person->born = read_born(standing, source, entry, person->role);
	read_units(source, entry, person);
	read_groups(standing, entry, person);
}
