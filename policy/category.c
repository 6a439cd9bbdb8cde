/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/category.h"

#include <string.h>

static const Category table[] = {
	{"anonymous",
	 "https://refeds.org/category/anonymous",
	 1,
	 {"schacHomeOrganization", "eduPersonScopedAffiliation"}},
	{"pseudonymous",
	 "https://refeds.org/category/pseudonymous",
	 2,
	 {"schacHomeOrganization", "eduPersonScopedAffiliation", "pairwise-id",
	  "eduPersonAssurance"}},
	{"personalized",
	 "https://refeds.org/category/personalized",
	 3,
	 {"schacHomeOrganization", "subject-id", "displayName", "givenName", "sn", "mail",
	  "eduPersonScopedAffiliation", "eduPersonAssurance"}},
	{"research-and-scholarship",
	 "http://refeds.org/category/research-and-scholarship",
	 0,
	 {"eduPersonPrincipalName", "mail", "displayName", "givenName", "sn",
	  "eduPersonScopedAffiliation"}},
	/* The Codes of Conduct ask by RequestedAttribute alone. */
	{"coco-v1", "http://www.geant.net/uri/dataprotection-code-of-conduct/v1", 0, {NULL}},
	{"coco-v2", "https://refeds.org/category/code-of-conduct/v2", 0, {NULL}},
	{"esi",
	 "https://myacademicid.org/entity-categories/esi",
	 0,
	 {"schacPersonalUniqueCode", "eduPersonScopedAffiliation"}},
};

const Category *category_table(size_t *n)
{
	*n = G_N_ELEMENTS(table);
	return table;
}

const Category *category_by_name(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const Category *category_by_uri(const char *uri)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (strcmp(table[i].uri, uri) == 0)
			return &table[i];
	return NULL;
}

const Category *category_set_aside(const Category *category, const GPtrArray *uris)
{
	const Category *lowest = category;

	if (category->minimal == 0)
		return NULL;
	for (guint i = 0; i < uris->len; i++) {
		const Category *other = category_by_uri(uris->pdata[i]);

		if (other && other->minimal != 0 && other->minimal < lowest->minimal)
			lowest = other;
	}
	return lowest != category ? lowest : NULL;
}
