/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What goes through the door (door.h): a commit one way, how it went the other way. Each is one
 * message: eight bytes that say which and of what version, and a GVariant in normal form, as this
 * machine orders bytes. Tables, verbs and outcomes go by name, keys and owners as the hashes that
 * they are in the store.
 *
 * Whoever decodes believes nothing: a message that no encoder of this version makes is refused,
 * with STORE_ERROR_FOREIGN. That makes the encoding unique: what is decoded, encoded again, is the
 * same bytes.
 */
#pragma once

#include "idp/store/backend.h"

/* The commit's time, operations and ledger row. Transfer full; NULL with STORE_ERROR_LIMIT when it
 * has more than LIMIT_DOOR_MESSAGE bytes. */
GBytes *door_message_commit(const StoreCommit *commit, GError **error);

/* That commit, to be told by `done` with `data`. Also refused: more than LIMIT_DOOR_OPS operations
 * or LIMIT_DOOR_TAKES takes, a row that no table may hold. Transfer full. */
StoreCommit *door_message_read_commit(GBytes *message, StoreDone done, gpointer data,
				      GError **error);

/* How it went, with the values that its takes had. Transfer full. */
GBytes *door_message_answer(const StoreCommit *commit, const StoreResult *result);
/* A FAULT, with a text for whoever asked. Transfer full. */
GBytes *door_message_fault(const char *text);

/*
 * Takes the answer to `commit`: sets `taken` of its takes, and `*op` as store_apply() does. For a
 * FAULT error is set, to the text that came, or because the answer does not fit the commit.
 */
StoreOutcome door_message_read_answer(GBytes *message, StoreCommit *commit, unsigned *op,
				      GError **error);
