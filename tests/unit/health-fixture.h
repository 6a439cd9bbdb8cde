/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A daemon that is well, for the tests of what is said of it. */
#pragma once

#include "idp/health/health.h"

#define FIXTURE_NOW G_GINT64_CONSTANT(1780000000)
#define FIXTURE_DAY G_GINT64_CONSTANT(86400)

static inline Health health_fixture(const Tally *tally)
{
	return (Health){
		.now = FIXTURE_NOW,
		.queue = 1024,
		.writer_queue = 1024,
		.directory = {.n_servers = 2,
			      .servers = {{.uri = "ldaps://a"}, {.uri = "ldaps://b"}},
			      .max_age = 300 * (gint64)G_USEC_PER_SEC},
		.generation = "0123456789ab",
		.generation_loaded = FIXTURE_NOW - 3600,
		.services = 2,
		.saml_certificate_ends = FIXTURE_NOW + 400 * FIXTURE_DAY,
		.tls_certificate_ends = FIXTURE_NOW + 89 * FIXTURE_DAY,
		.tally = tally,
	};
}
