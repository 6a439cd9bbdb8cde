/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/parser.h"
#include "policy/rules.h"

/*
 * The parts that rules are made of: to which services, for which people, what. Each reads its part
 * from the words at hand into the arena and returns false with error set if it is not there.
 */

/* Who is asking, since the same words mean less in some places. */
typedef enum { CLAUSE_RELEASE, CLAUSE_NEVER, CLAUSE_EXPECT } ClauseUse;

/* targets [ "except" targets ] */
bool clause_targets(Parser *parser, ClauseUse use, Targets *targets, GError **error);

/* A single service: a name, or an entityID in quotes. */
bool clause_service(Parser *parser, Literal *literal, GError **error);

/* An entityID in quotes, or "client" and a client_id in quotes. */
bool clause_ident(Parser *parser, Literal *literal, GError **error);

/* people [ "except" people ], or of an expect one pset. ret_protected (may be NULL): where the
 * first `protected` stands before `except`; untouched if there is none. */
bool clause_people(Parser *parser, ClauseUse use, People *people, Place *ret_protected,
		   GError **error);

/* The name of an attribute. */
bool clause_attribute(Parser *parser, const Attribute **attribute, GError **error);

/* The name of a kind, after `any`. */
bool clause_kind(Parser *parser, AttributeKind *kind, GError **error);

/* [ "only" facet { "and" facet } ] */
bool clause_only(Parser *parser, Only *only, GError **error);

/* gift { "," gift } */
bool clause_gifts(Parser *parser, Gift **gifts, unsigned *n, GError **error);

/* taken { "," taken } */
bool clause_taken(Parser *parser, Taken **taken, unsigned *n, GError **error);

/* ATTR [ "required" ] { "," ATTR [ "required" ] }, added to an array of Ask. */
bool clause_asks(Parser *parser, GArray *asks, GError **error);
