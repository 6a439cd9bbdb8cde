/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/presence.h"

#include "policy/census.h"

struct Presence {
	const Generation *generation;
	GHashTable *groups, *units; /* char *, as sets */
	bool has[ATTRIBUTE_MAX];    /* by attribute_index() */
	bool has_student, has_year;
};

Presence *presence_new(const Generation *generation)
{
	Presence *presence = g_new0(Presence, 1);
	presence->generation = generation;
	presence->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	presence->units = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return presence;
}

void presence_free(Presence *presence)
{
	if (!presence)
		return;
	g_hash_table_unref(presence->groups);
	g_hash_table_unref(presence->units);
	g_free(presence);
}

static void add_names(GHashTable *set, const GPtrArray *names)
{
	for (guint i = 0; names && i < names->len; i++)
		if (!g_hash_table_contains(set, names->pdata[i]))
			g_hash_table_add(set, g_strdup(names->pdata[i]));
}

void presence_add(Presence *presence, const DirectoryEntry *entry)
{
	const Masterdata *masterdata = presence->generation->masterdata;
	unsigned roles = masterdata_roles(masterdata, entry);
	for (unsigned role = ROLE_STUDENT; role <= ROLE_GUARDIAN; role <<= 1) {
		if (!(roles & role))
			continue;
		g_autoptr(Person) person = masterdata_person(masterdata, entry, (Role)role);
		add_names(presence->groups, person->groups);
		add_names(presence->units, person->units);
		presence->has_student |= role == ROLE_STUDENT;
		presence->has_year |= role == ROLE_STUDENT && person->year != YEAR_UNKNOWN;
		for (unsigned i = 0; i < ATTRIBUTE_MAX; i++)
			presence->has[i] = presence->has[i] || person->values[i];
	}
}

static bool has_group(const char *name, gpointer data)
{
	return g_hash_table_contains(((const Presence *)data)->groups, name);
}

static bool has_unit(const char *code, gpointer data)
{
	return g_hash_table_contains(((const Presence *)data)->units, code);
}

/* What is not read from the directory is made at the login. */
static bool has_attribute(const Attribute *attribute, gpointer data)
{
	const Presence *presence = data;
	const Generation *generation = presence->generation;
	return presence->has[attribute_index(attribute)] ||
	       !masterdata_reads(generation->masterdata, attribute) ||
	       (generation->identities.eppn_in_store &&
		attribute == attribute_by_name("eduPersonPrincipalName"));
}

static bool has_years(gpointer data)
{
	const Presence *presence = data;
	return presence->has_year || !presence->has_student;
}

GPtrArray *presence_warnings(const Presence *presence)
{
	const Census census = {
		.has_group = has_group,
		.has_unit = has_unit,
		.has_attribute = has_attribute,
		.has_years = has_years,
		.data = (gpointer)(guintptr)presence,
	};
	return policy_census(presence->generation->policy, &census);
}
