/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Instants as SAML writes them (core 1.3.3): xs:dateTime in UTC, with the Z. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* "2026-11-23T08:15:30Z" and NUL. */
#define SAML_INSTANT_SIZE 21

/*
 * Reads YYYY-MM-DDThh:mm:ss[.f...]Z into unix seconds; a fraction (1 to 12 digits) is dropped.
 * False for all else, other time zones and leap seconds among it.
 */
bool saml_instant_parse(const char *text, gint64 *ret_seconds);

/* Writes unix seconds; years 1 to 9999 (asserted). Returns `ret`. */
const char *saml_instant_format(gint64 seconds, char ret[SAML_INSTANT_SIZE]);
