/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/rotation.h"

#include "idp/identity/row.h"

/* version, count, at */
#define ROTATION_TYPE    "(qux)"
#define ROTATION_VERSION 1

static GBytes *pack(const Rotation *rotation)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_new(
		ROTATION_TYPE, ROTATION_VERSION, (guint32)rotation->count, rotation->at));
	return g_variant_get_data_as_bytes(packed);
}

static bool unpack(GBytes *bytes, Rotation *rotation)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(ROTATION_TYPE), bytes, FALSE));
	guint16 version = 0;
	guint32 count = 0;

	if (g_variant_is_normal_form(packed))
		g_variant_get(packed, ROTATION_TYPE, &version, &count, &rotation->at);
	rotation->count = count;
	return version == ROTATION_VERSION && count > 0;
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

void rotation_renew(StoreCommit *commit, const char *person, const Rotation *found, int64_t now)
{
	const Rotation next = {found->count + 1, now};
	g_autoptr(GBytes) old = pack(found);
	g_autoptr(GBytes) new = pack(&next);

	if (found->count)
		store_swap(commit, STORE_ROTATION, person, old, new, STORE_NEVER);
	else
		store_put_new(commit, STORE_ROTATION, person, person, new, STORE_NEVER);
}
