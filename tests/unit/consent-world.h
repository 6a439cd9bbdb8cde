/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* People at a service, over a real policy and a real store: what is due to them, and what they say.
 */
#pragma once

#include "idp/choice/consent.h"
#include "tests/unit/policy-fixture.h"
#include "tests/unit/store-world.h"

#define NOW  1795421730 /* 2026-11-23 */
#define DAY  86400
#define KEEP (396 * DAY)
#define BOK  "https://bok.example/sp"
#define ASKS " pairwise-id mail displayName givenName sn"
#define PUPIL                                                                                      \
	"student pairwise-id=abc@skola.example mail=a@skola.example displayName=A givenName=B sn=C"

#define SERVICE "service Bok is \"" BOK "\"; "
#define GIVES(title, gifts, page)                                                                  \
	" release \"" title "\" { to service Bok; for everyone; give " gifts "; " page             \
	"; because \"" title "\" }; "

typedef struct {
	StoreWorld *store;
	LedgerKey *key;
	GTimeZone *zone;
} World;

World *world_new(void);
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

/* A key that begins with that byte. Transfer full. */
LedgerKey *world_key(uint8_t first);

/* One login: what is due, and what would leave. */
typedef struct {
	Policy *policy;
	Person *person;
	Service *service;
	Consent *consent;
} Login;

void login_free(Login *login);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Login, login_free)

typedef struct {
	const char *policy, *person, *service;
	const char *identity; /* NULL: "anna" */
	bool too_young;
	int64_t now; /* 0: NOW */
} Case;

Login *login(World *world, const Case *of);

/* "told mail asked sn,givenName anyway", or what leaves: "given mail,sn" or "refused". Transfer
 * full. */
char *render(const Consent *consent);

/* Says it to the page that is due, and what comes then, for good. Transfer full. */
char *say_in(World *world, const Case *of, const char *answer, const char *lang, int64_t now);
char *say(World *world, const Case *of, const char *answer, int64_t now);

void assert_due(World *world, const Case *of, const char *want);
void assert_said(World *world, const Case *of, const char *answer, const char *want);
