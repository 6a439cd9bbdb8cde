/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What two huvudmän of one installation may not have in common, or one would be taken for the
 * other: the host (cookies are a host's, whatever the port), the entityID, a scope (each store
 * knows only of its own people that an EPPN is taken), the folder of the store and every key, by
 * what is in its file and not by its name.
 */
#pragma once

#include "idp/generation.h"

/* False: error says what, and where each of the two says it. */
bool apart(const Generation *generation, const Generation *other, GError **error);

/* Whether two base-urls (or hosts with or without port) name one host. */
bool apart_same_host(const char *base_url, const char *other);
