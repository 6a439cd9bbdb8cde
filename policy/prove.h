/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/universe.h"

/*
 * Proofs of what a policy promises, over all persons and services there can be: sections
 * EXPECTATIONS and SUBJECTS of portvakt-policy(5).
 */

/* Persons that one proof tries at most; no proof of a real policy comes near. */
#define PROVE_STEPS_MAX 200000

/* Proves every expectation, or tells of one that does not hold. universe: of that policy alone,
 * imagined services and wishes told apart. */
bool prove_expectations(const Policy *policy, const PolicyContext *context,
			const Universe *universe, GError **error);

/* Tries one expectation on a day, whatever day it names. Returns NULL if it holds, else what goes
 * wrong for whom and where, or, with ret_gave_up, why it is too much to try; in words; transfer
 * full. palette: of the policy's scopes. */
char *prove_expectation(const Policy *policy, const Universe *universe, Palette *palette,
			const Expect *expect, unsigned day, bool *ret_gave_up);

/* What another expectation promises that cannot hold together with this one, in words; NULL: no
 * other contradicts it. Transfer full. */
char *prove_contradiction(const Policy *policy, const PolicyContext *context,
			  const Universe *universe, const Expect *expect);

/* Proves that whom a release lets into a service that knows people by an attribute, a release gives
 * that attribute to, or tells of a kind of person who could never be answered. */
bool prove_subjects(const Policy *policy, const PolicyContext *context, GError **error);

/* The line `needs` of a service that refuses some kind of person whom releases let in for ever,
 * since nothing gives them what it needs; NULL: there is none. ret_kind: which kind. Transfer none.
 */
Need *prove_need(const Policy *policy, unsigned today, Palette *palette, const Ident *ident,
		 unsigned *ret_kind);
