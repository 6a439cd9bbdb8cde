/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/lint-store.h"

#include "idp/identity/continuation.h"
#include "idp/identity/eppn.h"

/* The row of an EPPN, and whether it is of who has that person key; NULL: there is none. */
static EppnRow *find_row(LintStore *store, const char *eppn, const char *key, bool *ret_mine)
{
	g_autoptr(EppnRow) row = NULL;
	if (store->error || eppn_find(store->reader, eppn, &row, &store->error) != STORE_OK)
		return NULL;
	g_autofree char *person = continuation_of(store->reader, key, &store->error);
	if (!person)
		return NULL;
	*ret_mine = g_str_equal(person, row->person);
	return g_steal_pointer(&row);
}

bool lint_store_is_taken(const char *eppn, const char *key, gpointer data)
{
	bool mine = false;
	g_autoptr(EppnRow) row = find_row(data, eppn, key, &mine);
	return row && !mine;
}

bool lint_store_was_open(const char *eppn, const char *key, gpointer data)
{
	bool mine = false;
	g_autoptr(EppnRow) row = find_row(data, eppn, key, &mine);
	return row && mine && row->open;
}
