/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "policy/service.h"

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
