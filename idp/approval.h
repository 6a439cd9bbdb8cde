/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * An approval: that one administrator has read the canonical text of a release (section APPROVAL of
 * portvakt-policy(5)) and lets it give. STORE_APPROVAL holds a row for each text and person, so
 * that nobody counts twice; a release that two have approved gives from the next load on.
 */
#pragma once

#include "idp/store/store.h"
#include <glib.h>
#include <sys/types.h>

typedef struct {
	char *hash; /* of the text, see approval_hash() */
	uid_t uid;  /* whose it is */
	char *account;
	char *title; /* of the release, as it was called then */
	gint64 time;
} Approval;

/* What a canonical text is called: SHA-256, 64 lower-case hex digits. Transfer full. */
char *approval_hash(const char *canonical);

void approval_free(Approval *approval);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Approval, approval_free)

/* Enters it: CONFLICT if the person has approved that text before. */
void approval_give(StoreCommit *commit, const Approval *approval);

/* Takes back what a person has approved: CONFLICT if that person has not. */
void approval_withdraw(StoreCommit *commit, const char *hash, uid_t uid);

/* The approval in a row; transfer full. NULL with STORE_ERROR_CORRUPT when it is none of ours. */
Approval *approval_from_bytes(GBytes *bytes, GError **error);

/* All there are, by title, hash, time and account: Approval *, transfer full. An empty one where
 * there is no store yet at `place`, or an older one that has no such table. NULL on any other
 * fault. */
GPtrArray *approval_read_all(const char *place, GError **error);

/* For the load of a policy: how many people have approved a text. The store is not read before
 * somebody asks. */
typedef struct {
	const char *place;
	GPtrArray *all;
	GError *error; /* why nothing could be read: then the answers are not to be believed */
} ApprovalCounter;

/* PolicyContext.approvers; data is an ApprovalCounter. */
unsigned approval_count(const char *canonical, gpointer data);
void approval_counter_clear(ApprovalCounter *counter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ApprovalCounter, approval_counter_clear)
