/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The levels of assurance that a configuration names ([level NAME], portvakt.conf(5)): which login
 * proves each, which others it includes, and what services are told of it. There is always one that
 * a password proves, called `password' unless the configuration says otherwise. Immutable.
 */
#pragma once

#include "idp/config.h"
#include "policy/policy.h"

typedef struct Assurance Assurance;

/* Errors: CONFIG_ERROR, with the place. Borrows from config. Transfer full. */
Assurance *assurance_new(const Config *config, GError **error);
void assurance_free(Assurance *assurance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Assurance, assurance_free)

/* All of them, for a policy. Lives as long as assurance. Transfer none. */
const PolicyLevel *assurance_levels(const Assurance *assurance, gsize *ret_n);

/* The name of the level that a password proves. Transfer none. */
const char *assurance_of_password(const Assurance *assurance);

/* What services are told of a level; NULL: nothing, or there is no such level. Transfer none. */
const char *assurance_uri(const Assurance *assurance, const char *name);
