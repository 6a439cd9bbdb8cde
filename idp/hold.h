/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What one service asks for, and what of it has been let pass: by being there when the service was
 * first seen, or by an admin. The rest is held (policy-language: a service that is known and asks
 * for more gets no more until somebody has looked). STORE_HOLD holds a row for each service ever
 * seen, which stays when the service goes: who comes back has what it had.
 *
 * A wish that becomes required asks for more, since there are rules that give only what is
 * required: until that too is let pass it counts as optional. What is no longer asked for is
 * forgotten, so that it is held when it is asked for again. A category that a more minimal one sets
 * aside is not asked for: who drops that one would be given what it never was.
 */
#pragma once

#include "idp/store/store.h"
#include "metadata/asked.h"
#include "policy/service.h"

/* How much is asked or let pass, in rising order; a category knows only the first two. */
typedef enum {
	HOLD_NOTHING = 0,
	HOLD_ASKED,
	HOLD_REQUIRED,
} HoldLevel;

typedef struct {
	char *name;       /* SAML Name, the registry's where it has one; or URI of a category */
	HoldLevel asked;  /* never HOLD_NOTHING */
	HoldLevel passed; /* never more than asked */
	gint64 since;  /* when it was first held, or let pass by `account`; 0: from the beginning */
	char *account; /* of the admin who let pass what is passed; "": it was there at first */
} HoldItem;

typedef struct {
	Protocol protocol;
	bool is_trial; /* from a trial feed: never the same as a real one of that id */
	char *id;
	GPtrArray *asks;       /* HoldItem, by name */
	GPtrArray *categories; /* likewise */
	bool is_cut;           /* there is more than a row takes, and what is not in it is held */
} HoldRow;

void hold_row_free(HoldRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HoldRow, hold_row_free)

/* What a service's row is stored under: "saml2 ID", "saml2 trial ID". Transfer full. */
char *hold_key(Protocol protocol, bool is_trial, const char *id);

/*
 * The row of a service that asks for that, as of `now`; before: its row until now, or NULL where it
 * was never seen, whose asks are then let pass as they are. Attributes of the registry go before
 * categories of the policy's, these before other categories and names nobody knows, when there is
 * more than LIMIT_STORE_VALUE holds. Transfer full.
 */
HoldRow *hold_row_next(const HoldRow *before, Protocol protocol, bool is_trial, const Asked *asked,
		       gint64 now);

/* The item of that name; NULL if there is none. Transfer none. */
HoldItem *hold_find(const GPtrArray *items, const char *name);
static inline bool hold_is_held(const HoldItem *item)
{
	return item->passed < item->asked;
}
/* Whether anything of the row is held, or cut. */
bool hold_row_is_held(const HoldRow *row);

/* Lets all of it pass, or nothing of it. */
void hold_pass(HoldItem *item, const char *account, gint64 now);
void hold_again(HoldItem *item, gint64 now);

/* Whether both are stored as the same bytes. */
bool hold_row_equals(const HoldRow *row, const HoldRow *other);
/* What is stored. Equal rows give equal bytes. Transfer full. */
GBytes *hold_row_to_bytes(const HoldRow *row);
/* Transfer full. NULL with STORE_ERROR_CORRUPT when it is none of ours. */
HoldRow *hold_row_from_bytes(GBytes *bytes, GError **error);
