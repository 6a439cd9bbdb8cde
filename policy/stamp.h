/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/rules.h"

/*
 * What a rule does, as a text: rules of the same stamp do the same, whichever policy they stand in,
 * whatever they are called and wherever they stand. Rules that do the same in other words may have
 * other stamps.
 */

/* Transfer full. */
char *stamp_release(const Release *release);
char *stamp_never(const Never *never);
