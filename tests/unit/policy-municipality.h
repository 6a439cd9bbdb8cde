/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "tests/unit/policy-fixture.h"

/* What the configuration of a made-up municipality names: that of the manual's examples and of the
 * policies that are shipped. */

static const char *const municipality_groups[] = {"vikarier", "it-drift", NULL};

static const PolicyFeed municipality_feeds[] = {
	{"skolfederation", false}, {"skolfederation-trial", true}, {"swamid", false}};

static const char *const municipality_factor[] = {"two-factor", NULL};
static const char *const municipality_eid2[] = {"eid2", NULL};

/* An e-ID is two factors, and level 3 more than level 2. */
static const PolicyLevel municipality_levels[] = {
	{"two-factor", NULL}, {"eid2", municipality_factor}, {"eid3", municipality_eid2}};

static inline void municipality_fill(PolicyContext *context)
{
	context->groups = municipality_groups;
	context->feeds = municipality_feeds;
	context->n_feeds = G_N_ELEMENTS(municipality_feeds);
	context->levels = municipality_levels;
	context->n_levels = G_N_ELEMENTS(municipality_levels);
}
