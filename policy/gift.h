/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/parser.h"
#include "policy/rules.h"

/*
 * What a rule gives, takes or asks for: attributes, and which of their values. Each reads its part
 * from the words at hand into the arena and returns false with error set if it is not there.
 */

/* gift { "," gift } */
bool gift_list(Parser *parser, Gift **gifts, unsigned *n, GError **error);

/* taken { "," taken } */
bool gift_taken(Parser *parser, Taken **taken, unsigned *n, GError **error);

/* ATTR [ "required" ] { "," ATTR [ "required" ] }, added to an array of Ask. */
bool gift_asks(Parser *parser, GArray *asks, GError **error);

/* [ "only" facet { "and" facet } ] */
bool gift_only(Parser *parser, Only *only, GError **error);
