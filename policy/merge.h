/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/rules.h"

/*
 * Several `service` blocks about one service: `asks`, `needs` and `demand` add up, any other line
 * may be repeated only if it is equal, for no block goes before another.
 */

/* What the blocks that were added say of one id. */
typedef struct Merge Merge;

Merge *merge_new(const Ident *ident);
void merge_free(Merge *merge);

/* Adds a block. Fails, naming both places, if it says otherwise than one before it, or if two
 * attributes would have one name. name: what the service is called; NULL: nothing. What is in the
 * block must live as long as the merge. */
bool merge_add(Merge *merge, const ServiceBlock *block, const char *name, GError **error);
