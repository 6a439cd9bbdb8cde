/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What drives a fuzz target in an ordinary build: every file of tests/fuzz/corpus/NAME/ goes once
 * through the target called NAME. Each lies in a block of exactly its size, so that a sanitizer
 * sees a read past its end.
 */
#include "tests/fuzz/target.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *corpus_files(const char *folder)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	return g_steal_pointer(&names);
}

static bool replay(const char *path)
{
	g_autofree char *bytes = NULL;
	g_autofree uint8_t *exact = NULL;
	size_t size;

	if (!g_file_get_contents(path, &bytes, &size, NULL))
		return false;
	exact = g_malloc(MAX(size, 1));
	memcpy(exact, bytes, size);
	return LLVMFuzzerTestOneInput(exact, size) == 0;
}

int main(int argc, char **argv)
{
	g_autofree char *target = g_path_get_basename(argv[0]);
	g_autofree char *folder =
		g_build_filename(TEST_SRCDIR, "tests", "fuzz", "corpus", target, NULL);
	g_autoptr(GPtrArray) names = corpus_files(folder);
	unsigned failed = 0;

	/* An empty corpus is a mistake, not a pass. */
	if (names->len == 0) {
		printf("1..1\nnot ok 1 - %s holds no files\n", folder);
		return 1;
	}
	printf("1..%u\n", names->len);
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *path = g_build_filename(folder, name, NULL);
		bool ok = replay(path);

		printf("%s %u - %s/%s\n", ok ? "ok" : "not ok", i + 1, target, name);
		fflush(stdout);
		failed += !ok;
	}
	return failed ? 1 : 0;
}
