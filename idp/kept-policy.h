/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The policy that runs, kept in the file "STORE.policy" beside the store: what was taken, file by
 * file, so that commands can say what a reload would change, and so that a start knows what held
 * before it.
 */
#pragma once

#include "idp/generation.h"

typedef struct {
	PolicyFiles *files;
	char *digest;  /* of the generation that was taken, as Generation.digest */
	char *meaning; /* likewise */
	gint64 taken;  /* seconds since 1970 */
} KeptPolicy;

void kept_policy_free(KeptPolicy *kept);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeptPolicy, kept_policy_free)

/* What a confirmation calls a generation that was taken then: another each time, so that nothing
 * that was confirmed once is let in a second time unseen. It begins with the digest. Transfer full.
 */
char *kept_policy_base(const char *digest, gint64 taken);

/* Keeps the policy of a generation that is taken `now`, durably. Errors: METADATA_ERROR,
 * CONFIG_ERROR. */
bool kept_policy_write(const Generation *generation, gint64 now, GError **error);

/* What is kept beside the store that the configuration names; transfer full. NULL without an error
 * where nothing is kept: no generation has been taken yet. Believed only if it belongs to root or
 * to whoever owns the store, and nobody else may write it. */
KeptPolicy *kept_policy_read(const Config *config, GError **error);

/* What is kept (its files are taken), loaded again under a configuration that may be another; it
 * still says what its words meant. Errors: generation_load(). Transfer full. */
Generation *kept_policy_load(KeptPolicy *kept, Config *config, gint64 now, GError **error);

/* The bytes of it, and back; transfer full. CONFIG_ERROR_FILE where they are none of this
 * version's. */
GBytes *kept_policy_to_bytes(const PolicyFiles *files, const char *digest, const char *meaning,
			     gint64 taken);
KeptPolicy *kept_policy_from_bytes(GBytes *bytes, GError **error);
