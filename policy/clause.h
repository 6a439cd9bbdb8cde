/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/parser.h"
#include "policy/rules.h"

/*
 * The parts that rules are made of: names of the closed lists, and to which services. Each reads
 * its part from the words at hand into the arena and returns false with error set if it is not
 * there.
 */

/* Who is asking, since the same words mean less in some places. */
typedef enum { CLAUSE_RELEASE, CLAUSE_NEVER, CLAUSE_SERVICE, CLAUSE_EXPECT } ClauseUse;

/* targets [ "except" targets ] */
bool clause_targets(Parser *parser, ClauseUse use, Targets *targets, GError **error);

/* The targets of a rule that does not say to which: any service. */
void clause_any(Arena *arena, Targets *targets);

/* A single service: a name, or an entityID in quotes. */
bool clause_service(Parser *parser, Literal *literal, GError **error);

/* An entityID in quotes, or "client" and a client_id in quotes. */
bool clause_ident(Parser *parser, Literal *literal, GError **error);

/* The name of an attribute. */
bool clause_attribute(Parser *parser, const Attribute **attribute, GError **error);

/* The name of a kind, after `any`. */
bool clause_kind(Parser *parser, AttributeKind *kind, GError **error);

/* The name of a level of the configuration. */
bool clause_level(Parser *parser, const char **level, GError **error);

/* Fails: nothing of that sort ("attribute") is called what a token says. known: char *, what
 * there is, for guessing. Returns false. */
bool clause_unknown(const Token *token, const char *what, const GPtrArray *known, GError **error);
