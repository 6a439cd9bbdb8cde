/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A daemon with a door, and one who comes to it. */
#pragma once

#include <glib/gstdio.h>
#include <string.h>

#include "idp/store/backend.h"
#include "idp/store/door.h"
#include "tests/unit/store-conformance.h"

typedef struct {
	char *place;
	Writer *writer;
	Door *door;
} Daemon;

static inline char *new_place(void)
{
	g_autofree char *folder = g_dir_make_tmp("portvakt-door-XXXXXX", NULL);

	g_assert_nonnull(folder);
	return g_build_filename(folder, "portvakt.db", NULL);
}

static inline void remove_place(char *place)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", ".lock", ".door"};
	g_autofree char *folder = g_path_get_dirname(place);

	for (unsigned i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *path = g_strconcat(place, suffixes[i], NULL);

		g_remove(path);
	}
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_free(place);
}

/* As the backend says; NULL for the ordinary one. */
static inline void daemon_begin(Daemon *daemon, const StoreBackend *backend)
{
	g_autoptr(GError) error = NULL;
	Store *store = store_open(store_sqlite, daemon->place, &error);

	g_assert_no_error(error);
	if (backend != NULL)
		store->backend = backend;
	daemon->writer = writer_start(store, NULL, &error);
	g_assert_no_error(error);
	daemon->door = door_open(daemon->place, daemon->writer, &error);
	g_assert_no_error(error);
}

static inline void daemon_end(Daemon *daemon)
{
	g_clear_pointer(&daemon->door, door_close);
	g_clear_pointer(&daemon->writer, writer_stop);
}

static inline Daemon daemon_new(void)
{
	Daemon daemon = {.place = new_place()};

	daemon_begin(&daemon, NULL);
	return daemon;
}

static inline void daemon_clear(Daemon *daemon)
{
	daemon_end(daemon);
	remove_place(daemon->place);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Daemon, daemon_clear)

static inline double seconds_since(gint64 began)
{
	return (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
}

/* Ensures key = value; how that went, and what was said. */
static inline StoreOutcome ensure(Store *store, const char *key, const char *value, GError **error)
{
	g_autoptr(StoreCommit) commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) bytes = g_bytes_new(value, strlen(value));
	StoreResult result;

	store_ensure(commit, STORE_EPPN, key, NULL, bytes);
	store_apply(store, &commit, 1, &result, error);
	return result.outcome;
}

static inline bool has(const char *place, const char *key)
{
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, place, NULL);

	return store_get(reader, STORE_EPPN, key, NOW, NULL, NULL, NULL) == STORE_OK;
}

static inline void assert_serves(const Daemon *daemon, const char *key)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = store_open_beside(store_sqlite, daemon->place, &error);

	g_assert_no_error(error);
	g_assert_cmpint(ensure(store, key, "x", &error), ==, STORE_OK);
	g_assert_no_error(error);
	g_assert_true(has(daemon->place, key));
}
