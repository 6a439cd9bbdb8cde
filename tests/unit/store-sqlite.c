/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/store-conformance.h"

#include <glib/gstdio.h>

static char *place_new(void)
{
	g_autofree char *folder = g_dir_make_tmp("portvakt-store-XXXXXX", NULL);

	g_assert_nonnull(folder);
	return g_build_filename(folder, "store.db", NULL);
}

static void place_remove(char *place)
{
	g_autofree char *folder = g_path_get_dirname(place);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_remove(path) != 0)
			g_rmdir(path);
	}
	g_dir_close(dir);
	g_rmdir(folder);
	g_free(place);
}

int main(int argc, char **argv)
{
	StoreSuite suite = {store_sqlite, place_new, place_remove};

	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	store_conformance_add(&suite);
	return g_test_run();
}
