/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store: what must outlive a request, behind a handful of verbs that every backend offers and
 * the same conformance tests prove.
 *
 * One process writes, through one Store, in one thread (writer.h). Any number of threads read,
 * each through a StoreReader of its own. A change is a StoreCommit: some operations and perhaps
 * one ledger row that happen all or not at all, and are durable before anybody is told.
 *
 * Fleeting rows may vanish, which costs a person a login; durable rows may not. Neither ever comes
 * back: what was taken, dropped or swapped away stays so over kill -9. Durable rows never expire:
 * their `expires` is STORE_NEVER and no sweep touches them, but for those of a table that ages,
 * which are durable until they expire. A full table of durable rows loses none.
 *
 * Keys and owners are hashed (BLAKE2b-256, seal.h) when an operation is made: a stolen store gives
 * no session. Times are seconds since 1970, always told by the caller. A row whose `expires` is
 * not later than `now` does not exist for any verb.
 */
#pragma once

#include "idp/seal.h"

typedef struct Store Store;             /* the writing side */
typedef struct StoreReader StoreReader; /* a reading side; one per thread */
typedef struct StoreCommit StoreCommit;
typedef struct LedgerRow LedgerRow; /* ledger.h */

typedef enum {
	STORE_SESSION = 0,  /* key: session token; owner: person key */
	STORE_SPENT_ASK,    /* key: pending_id_text(); answered once; held PENDING_LIFE longer than
			       the handle, since a role page made from it has the same id */
	STORE_KNOWN,        /* key: token of a browser; value: who has logged in there (known.h) */
	STORE_CONFIRMATION, /* key: two generations (confirmation.h); value: who let the second
			       follow the first */
	/* Durable from here on. A person is the one whose identity it is: see continuation.h. */
	STORE_EPPN,       /* key: folded EPPN; owner: person; value: eppn.h. Who ever had it:
			     never dropped */
	STORE_EPPN_OF,    /* key: person and role; the EPPN given where the store is its source */
	STORE_IDENTIFIER, /* identifier.h: an identifier by person and service, and the person
			     by identifier, which is what makes it unique */
	STORE_ROTATION,   /* key: person; value: how often and when the identifiers were renewed */
	STORE_CONTINUATION, /* key: person key; value: the earlier one whose identity goes on */
	STORE_APPROVAL, /* key: hash of a rule's text, and a Unix account; value: who and when */
	STORE_CHOICE,   /* choice.h; owner: person. What they were told and asked, and said.
			   Ages: a row is there until it has not counted for long */
	STORE_HOLD,     /* key: a service (hold.h); value: what it asks for, and what of it was let
			   pass */
	STORE_TABLES
} StoreTable;

/* When a durable row expires. */
#define STORE_NEVER G_MAXINT64

typedef struct {
	const char *name;
	bool fleeting;
	bool ages;    /* its rows expire, and are swept then: each fleeting table, and some */
	uint64_t cap; /* rows the table may hold, see limits.h */
} StoreTableInfo;

const StoreTableInfo *store_table_info(StoreTable table);

/* ---- outcomes and faults ---- */

typedef enum {
	STORE_FAULT = 0, /* the store failed: nothing of this commit happened, as far as we can
			    know; the GError says why */
	STORE_OK,
	STORE_ABSENT,   /* store_get(): no such row */
	STORE_CONFLICT, /* an operation's condition did not hold: nothing of this commit happened */
	STORE_UNWANTED, /* nobody waits for it any more: nothing happened */
	STORE_CAPPED,   /* a new row for a table that holds its cap: nothing happened; answer 503 */
} StoreOutcome;

#define STORE_ERROR (store_error_quark())
GQuark store_error_quark(void);

typedef enum {
	STORE_ERROR_IO,         /* read, write, sync */
	STORE_ERROR_FULL,       /* the disk has no room, and the reserve is used up */
	STORE_ERROR_LOCKED,     /* another process writes this store */
	STORE_ERROR_PERMISSION, /* owner or mode of the file or its folder */
	STORE_ERROR_MISSING,    /* asked to open what is not there */
	STORE_ERROR_FOREIGN,    /* a file, or a database, that is not ours */
	STORE_ERROR_CORRUPT,    /* ours, damaged */
	STORE_ERROR_NEWER,      /* written by a newer portvakt */
	STORE_ERROR_OLDER,      /* a reader met a store that no writer has migrated yet */
	STORE_ERROR_LIMIT,      /* a value beyond LIMIT_STORE_VALUE */
} StoreError;

/* ---- opening ---- */

typedef struct StoreBackend StoreBackend; /* backend.h; callers only pass it on */
extern const StoreBackend *const store_sqlite;

/*
 * Opens the store for writing, makes it (mode 0600) when nothing is there, migrates an older one.
 * `place` is the path of the file for SQLite. Refuses, with a message that says what to do: a
 * store another process writes, a file that is foreign, damaged, empty or from a newer version,
 * one that others may read or that belongs to somebody else, a folder others may write to.
 * It never replaces what it refuses. Transfer full.
 */
Store *store_open(const StoreBackend *backend, const char *place, GError **error);
/*
 * For a command: the store itself, as store_open() has it, or, where the daemon has it, one that
 * hands its commits to the daemon (door.h). Then each commit of a store_apply() is a transaction of
 * its own, nothing is swept and nothing kept in reserve, and a FAULT says so when nobody knows
 * whether it was written: a commit that may be done twice is good to have. Where the store is
 * locked and nobody takes commits, waits LIMIT_DOOR_WAIT_MS, then STORE_ERROR_LOCKED. Transfer
 * full.
 */
Store *store_open_beside(const StoreBackend *backend, const char *place, GError **error);
/* NULL is allowed. No reader need be closed before. */
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/*
 * Opens a store read-only: for a thread of the daemon, or for a command beside a running daemon.
 * Made and used by one thread at a time. Transfer full.
 */
StoreReader *store_reader_open(const StoreBackend *backend, const char *place, GError **error);
void store_reader_close(StoreReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreReader, store_reader_close)

/* ---- reading ---- */

/*
 * STORE_OK, STORE_ABSENT or STORE_FAULT (error set). Sees every commit that was acknowledged
 * before the call. `*value` (transfer full) and `*expires` are set for STORE_OK; either pointer
 * may be NULL.
 */
StoreOutcome store_get(StoreReader *reader, StoreTable table, const char *key, int64_t now,
		       GBytes **value, int64_t *expires, GError **error);

/* Rows in a table, expired ones included until they are swept. False on a fault. */
bool store_count(StoreReader *reader, StoreTable table, uint64_t *count, GError **error);

/*
 * Tells `row` the value (transfer none) of each row of a durable table, as of one moment and in no
 * order that means anything, until it returns false. For commands: while it lasts the log of the
 * store grows, so `row` should not wait for anything. It may read by the same reader, but not walk
 * the same table. True when `row` ended it too; false on a fault, after any number of rows.
 */
bool store_walk(StoreReader *reader, StoreTable table, bool (*row)(GBytes *value, gpointer data),
		gpointer data, GError **error);

/* The same of the rows that were put with that owner and have not expired at `now`. */
bool store_walk_owner(StoreReader *reader, StoreTable table, const char *owner, int64_t now,
		      bool (*row)(GBytes *value, gpointer data), gpointer data, GError **error);

/* ---- commits ---- */

typedef struct {
	StoreOutcome outcome; /* OK, CONFLICT, CAPPED, UNWANTED or FAULT */
	unsigned op;          /* which operation stopped it, from 0 in the order they were added;
				 the number of operations: the ledger row did */
	const GError *error;  /* for FAULT; for the log */
} StoreResult;

/*
 * Told once for each commit a writer accepted, in the writer's thread, after the commit is durable
 * (or failed). Must be quick and must not block: everybody's answers wait behind it.
 */
typedef void (*StoreDone)(StoreCommit *commit, const StoreResult *result, gpointer data);

/* An empty commit as of `now`. `done` may be NULL. Transfer full. */
StoreCommit *store_commit_new(int64_t now, StoreDone done, gpointer data);
void store_commit_free(StoreCommit *commit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreCommit, store_commit_free)

/* When the store is open for the commit, and before it is applied, `wanted` is asked in the thread
 * that applies, with the data of `done`; where that is false the commit is left undone, UNWANTED.
 * Once false it has to stay so. */
void store_commit_while(StoreCommit *commit, bool (*wanted)(gpointer data));

/*
 * The operations, applied in the order they are added. `key` and `owner` are NUL-terminated and
 * not kept; values are referenced. Values have at most LIMIT_STORE_VALUE bytes (a longer one makes
 * the commit a FAULT). In a table that does not age `expires` is STORE_NEVER.
 */

/*
 * CONFLICT if the key exists, or if `expires` has come; CAPPED if the table is full. `owner` may be
 * NULL. What makes something single-use must be told the same `now` as the commit when it judges
 * whether that something is still fresh: then a row is there for as long as anybody may ask.
 */
void store_put_new(StoreCommit *commit, StoreTable table, const char *key, const char *owner,
		   GBytes *value, int64_t expires);

/*
 * The row, whether there was one or not: value, owner (or NULL) and expiry. Never CONFLICT; in a
 * full table the row that would expire first makes room, and only a durable one is CAPPED. For
 * what is good to have and may go; of two at once, the last one stays.
 */
void store_put(StoreCommit *commit, StoreTable table, const char *key, const char *owner,
	       GBytes *value, int64_t expires);

/*
 * Makes sure of a row of a durable table: puts it where there is none, and where there is one its
 * value must be `value`, byte for byte, else CONFLICT; CAPPED if it is none and the table is full.
 * `owner` may be NULL, and is only for a row that is put. Of two at once with other values, one has
 * CONFLICT: this is how whatever was promised once for all is promised by the first who needs it.
 */
void store_ensure(StoreCommit *commit, StoreTable table, const char *key, const char *owner,
		  GBytes *value);

/*
 * Makes sure whose a row of a durable table is: puts it where there is none, and where there is one
 * its owner must be `owner`, else CONFLICT; CAPPED as above. A row that is there stays as it is,
 * whatever its value: of two at once by one owner, the first one's stays, and neither has CONFLICT.
 */
void store_claim(StoreCommit *commit, StoreTable table, const char *key, const char *owner,
		 GBytes *value);

/*
 * Changes nothing: a row of a durable table must still be as it was found, with `value`, or NULL if
 * there was none, else CONFLICT. What was decided by a row that somebody else may write holds.
 */
void store_expect(StoreCommit *commit, StoreTable table, const char *key, GBytes *value);

/* Reads and deletes in one step, so each row is had once: CONFLICT if it is not there. The value
 * is in store_taken() when done. */
void store_take(StoreCommit *commit, StoreTable table, const char *key);

/* Replaces the value and expiry if the row's value is `old`, byte for byte; else CONFLICT. */
void store_swap(StoreCommit *commit, StoreTable table, const char *key, GBytes *old, GBytes *value,
		int64_t expires);

/*
 * Demands that the row exists (else CONFLICT) and lets it live at least until `expires`; never
 * shortens it. With expires 0 it only demands. Two at once do not disturb each other, as two
 * swaps would: this is how an SSO lengthens its session, and how an answer is withheld from a
 * session that was logged out in the meantime.
 */
void store_touch(StoreCommit *commit, StoreTable table, const char *key, int64_t expires);

/* Deletes the row, or all rows of an owner; none there is fine. */
void store_drop(StoreCommit *commit, StoreTable table, const char *key);
void store_drop_owner(StoreCommit *commit, StoreTable table, const char *owner);

/* Adds the ledger row (transfer full), at most one in a commit. CONFLICT if its Response ID has
 * been used before. */
void store_add_ledger(StoreCommit *commit, LedgerRow *row);

/* Operations added so far, the ledger row not counted: the number the next one will have. */
unsigned store_commit_ops(const StoreCommit *commit);

/* The value that operation `op`, a take, had. NULL unless the outcome is STORE_OK. Transfer none.
 */
GBytes *store_taken(const StoreCommit *commit, unsigned op);

/*
 * Applies commits in one durable transaction, here and now; results[i] is told for commits[i], and
 * `done` is not called. A commit whose condition fails is undone alone. False on a fault (error
 * set): then none has happened and every result is STORE_FAULT. For commands and tests; the daemon
 * has writer.h.
 */
bool store_apply(Store *store, StoreCommit *const *commits, unsigned n, StoreResult *results,
		 GError **error);

/*
 * Makes one step, of about a megabyte, towards a reserve of `want` bytes against a full disk, which
 * commits use when there is no other room; `*have` is what there is of it. A backend without one
 * has all that is wanted. False, with STORE_ERROR_FULL, when the disk has no room for more of it.
 */
bool store_reserve(Store *store, uint64_t want, uint64_t *have, GError **error);

/* What there is of it, as of the last commit. */
uint64_t store_reserve_left(const Store *store);

/*
 * Deletes at most `limit` rows of each table and of the ledger that expired LIMIT_STORE_GRACE ago.
 * `*more` (may be NULL) says that some are left. False on a fault.
 */
bool store_sweep(Store *store, int64_t now, unsigned limit, bool *more, GError **error);
