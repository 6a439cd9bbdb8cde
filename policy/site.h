/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "policy/policy.h"

/*
 * A service in a report about many: one that is known, or one that is imagined because a rule
 * speaks of such services, and of which no metadata is there yet.
 */
typedef struct {
	Protocol protocol;
	char *id;      /* entityID or client_id; NULL: any service that the name describes */
	char *name_en; /* what people call it: our name for it, else its id, else "any service of
			  category coco-v2 in federation skolfederation" */
	char *name_sv;
	bool is_known; /* one of the services the report was asked about */
} Site;

void site_free(Site *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Site, site_free)

/* What is told of a service, with the name that the policy has for it. Transfer full. */
Site *site_new(const Policy *policy, const Service *service, bool is_known);

/* For g_ptr_array_sort(): known ones first, then by name, id and protocol. */
gint site_compare(gconstpointer a, gconstpointer b);

/* What a service is called: the policy's name for it, or else as site_describe() says it; language
 * "sv" or "en". Transfer full. */
char *site_name(const Policy *policy, const Service *service, const char *language);

/* The id of a service; of an imagined one without an id what describes it: "any service of category
 * coco-v2". Transfer full. */
char *site_describe(const Service *service, const char *language);
