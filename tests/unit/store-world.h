/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A real store in a folder of its own. */
#pragma once

#include "idp/store/store.h"

#include <glib/gstdio.h>

typedef struct {
	char *folder, *place;
	Store *store;
	StoreReader *reader;
} StoreWorld;

static inline StoreWorld *store_world_new(void)
{
	g_autoptr(GError) error = NULL;
	StoreWorld *world = g_new0(StoreWorld, 1);

	world->folder = g_dir_make_tmp("portvakt-store-XXXXXX", &error);
	g_assert_no_error(error);
	world->place = g_build_filename(world->folder, "store", NULL);
	world->store = store_open(store_sqlite, world->place, &error);
	g_assert_no_error(error);
	world->reader = store_reader_open(store_sqlite, world->place, &error);
	g_assert_no_error(error);
	return world;
}

static inline void store_world_free(StoreWorld *world)
{
	g_autoptr(GDir) dir = g_dir_open(world->folder, 0, NULL);
	const char *name;

	store_reader_close(world->reader);
	store_close(world->store);
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(world->folder, name, NULL);
		g_unlink(path);
	}
	g_rmdir(world->folder);
	g_free(world->place);
	g_free(world->folder);
	g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreWorld, store_world_free)

/* commit: transfer full. */
static inline StoreOutcome store_world_apply(StoreWorld *world, StoreCommit *commit)
{
	StoreResult result = {0};
	g_autoptr(GError) error = NULL;

	store_apply(world->store, &commit, 1, &result, &error);
	g_assert_no_error(error);
	store_commit_free(commit);
	return result.outcome;
}
