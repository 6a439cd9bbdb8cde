/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A daemon that is well, for the tests of what is said of it. */
#pragma once

#include "idp/health/health.h"

#define FIXTURE_NOW G_GINT64_CONSTANT(1780000000)
#define FIXTURE_DAY G_GINT64_CONSTANT(86400)

static inline Health health_fixture(const Tally *tally)
{
	const HealthOf of = {
		.directory = {.n_servers = 2,
			      .servers = {{.uri = "ldaps://a"}, {.uri = "ldaps://b"}},
			      .max_age = 300 * (gint64)G_USEC_PER_SEC},
		.generation = "0123456789ab",
		.generation_loaded = FIXTURE_NOW - 3600,
		.services = 2,
		.saml_certificate_ends = FIXTURE_NOW + 400 * FIXTURE_DAY,
		.tally = tally,
	};
	Health health = {
		.now = FIXTURE_NOW,
		.queue = 1024,
		.writer_queue = 1024,
		.tls_certificate_ends = FIXTURE_NOW + 89 * FIXTURE_DAY,
	};
	health_init(&health, 1);
	health.of[0] = of;
	return health;
}

/* The same with two huvudmän. */
static inline Health health_fixture_of_two(const Tally *tally)
{
	Health one = health_fixture(tally);
	const HealthOf of = one.of[0];
	health_clear(&one);
	health_init(&one, 2);
	one.of[0] = one.of[1] = of;
	one.of[0].name = "norra";
	one.of[1].name = "sodra";
	return one;
}
