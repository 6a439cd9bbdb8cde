/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/rotation.h"

#include "idp/identity/row.h"

/* state, count, at */
#define ROTATION_TYPE "(qux)"

enum { SETTLED = 1, PENDING };

static GBytes *pack(const Rotation *rotation)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new(ROTATION_TYPE, rotation->pending ? PENDING : SETTLED,
			      (guint32)rotation->count, rotation->at));
	return g_variant_get_data_as_bytes(packed);
}

static bool unpack(GBytes *bytes, Rotation *rotation)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(ROTATION_TYPE), bytes, FALSE));
	guint16 state = 0;
	guint32 count = 0;

	if (g_variant_is_normal_form(packed))
		g_variant_get(packed, ROTATION_TYPE, &state, &count, &rotation->at);
	rotation->count = count;
	rotation->pending = state == PENDING;
	rotation->stored = true;
	return state == SETTLED || (state == PENDING && count > 0);
}

bool rotation_find(StoreReader *reader, const char *person, Rotation *rotation, GError **error)
{
	g_autoptr(GBytes) bytes = NULL;

	*rotation = (Rotation){0};
	switch (store_get(reader, STORE_ROTATION, person, 0, &bytes, NULL, error)) {
	case STORE_OK:
		return unpack(bytes, rotation) || row_damaged(STORE_ROTATION, error) == STORE_OK;
	case STORE_ABSENT:
		return true;
	default:
		return false;
	}
}

static void replace(StoreCommit *commit, const char *person, const Rotation *before,
		    const Rotation *after)
{
	g_autoptr(GBytes) old = pack(before);
	g_autoptr(GBytes) new = pack(after);

	if (before->stored)
		store_swap(commit, STORE_ROTATION, person, old, new, STORE_NEVER);
	else
		store_put_new(commit, STORE_ROTATION, person, person, new, STORE_NEVER);
}

void rotation_begin(StoreCommit *commit, const char *person, const Rotation *found, int64_t now,
		    Rotation *begun)
{
	*begun = (Rotation){found->count + 1, now, .pending = true, .stored = true};
	replace(commit, person, found, begun);
}

void rotation_end(StoreCommit *commit, const char *person, const Rotation *begun, int64_t now)
{
	const Rotation done = {begun->count, now, .pending = false, .stored = true};

	replace(commit, person, begun, &done);
}

void rotation_undo(StoreCommit *commit, const char *person, const Rotation *begun,
		   const Rotation *found)
{
	g_assert(!found->pending);
	replace(commit, person, begun, found);
}

void rotation_expect(StoreCommit *commit, const char *person, const Rotation *found)
{
	g_autoptr(GBytes) row = found->stored ? pack(found) : NULL;

	store_expect(commit, STORE_ROTATION, person, row);
}

void rotation_renew(StoreCommit *commit, const char *person, const Rotation *found, int64_t now)
{
	const Rotation next = {found->count + 1, now, .pending = false, .stored = true};

	replace(commit, person, found, &next);
}
