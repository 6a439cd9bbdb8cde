/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* JSON out (RFC 8259), by jansson: the one place that includes it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * A GVariant as JSON text on one line (or indented): a{s*} is an object with its keys in order,
 * other arrays are arrays, s, b, i, u, x and t are what they look like, mX is X or null, v is
 * what it holds. Other types are a bug. A floating value is sunk. Transfer full.
 */
char *json_from_variant(GVariant *value, bool indented);
