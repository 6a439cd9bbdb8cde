/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A confirmation: that an administrator has seen what one generation releases besides what another
 * does, and lets it follow that one. It is good for exactly these two: an edit makes another
 * generation.
 */
#pragma once

#include "idp/store/store.h"

/* Enters it. before: kept_policy_base() of what runs; after: Generation.digest of what shall
 * follow; account: who confirms. */
void confirmation_give(StoreCommit *commit, const char *before, const char *after,
		       const char *account, gint64 now);

/* Who has confirmed that `after` follows `before`; NULL with *error set or unset: nobody has, as
 * far as can be known. Transfer full. */
char *confirmation_find(const char *place, const char *before, const char *after, gint64 now,
			GError **error);
