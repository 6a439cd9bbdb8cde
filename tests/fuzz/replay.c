/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What drives a fuzz target in an ordinary build: every file of tests/fuzz/corpus/NAME/ goes once
 * through the target called NAME, which must say what tests/fuzz/want/NAME says it must (want.h),
 * within what an input may cost (cost.h). Each lies in a block of exactly its size, so that a
 * sanitizer sees a read past its end.
 *
 * Given files as arguments (and not the --tap of run-tap) it says the verdict on each, and judges
 * nothing: how a line of a want file begins, and how something that `make fuzz` found is looked at
 * without libFuzzer.
 */
#include "tests/fuzz/cost.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/want.h"

#include <stdio.h>
#include <string.h>

/* Another try where a case was too dear: a machine that does other things is not its fault. */
#define TRIES 3

typedef struct {
	const char *target;
	GHashTable *wants;
	Cost dearest;       /* the most CPU and the most heap of any case */
	const char *by_cpu; /* and whose they were */
	const char *by_heap;
	guint hostile;
	guint number, failed;
} Replay;

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

static void say(Replay *r, bool ok, const char *what)
{
	printf("%s %u - %s/%s\n", ok ? "ok" : "not ok", ++r->number, r->target, what);
	fflush(stdout);
	r->failed += !ok;
}

/* False when the file cannot be read. */
static bool play(const char *path, Cost *ret_cost, const char **ret_verdict)
{
	g_autofree char *bytes = NULL;
	g_autofree uint8_t *exact = NULL;
	size_t size;

	if (!g_file_get_contents(path, &bytes, &size, NULL))
		return false;
	exact = g_malloc(MAX(size, 1));
	memcpy(exact, bytes, size);
	cost_start();
	LLVMFuzzerTestOneInput(exact, size);
	*ret_cost = cost_stop();
	*ret_verdict = fuzz_verdict_take();
	return true;
}

static void note(Replay *r, Cost cost, const char *name)
{
	if (cost.cpu > r->dearest.cpu) {
		r->dearest.cpu = cost.cpu;
		r->by_cpu = name;
	}
	if (cost.heap > r->dearest.heap) {
		r->dearest.heap = cost.heap;
		r->by_heap = name;
	}
}

static void judge(Replay *r, const char *path, const char *name)
{
	const Want *want = g_hash_table_lookup(r->wants, name);
	const char *verdict = "";
	Cost cost = {0};
	bool bounded = false,
	     met = play(path, &cost, &verdict) && want && want_is_met(want, verdict);

	if (!met)
		printf("# it said: %s\n# wanted: %s %s\n", verdict,
		       want ? want->verdict : "nothing",
		       want ? want->words : "(no line in tests/fuzz/want)");
	for (guint i = 0; i < TRIES && !(bounded = cost_is_bounded(cost)); i++)
		play(path, &cost, &verdict);
	if (!bounded)
		printf("# it cost %.1f ms and %.0f KiB\n", (double)cost.cpu / 1000,
		       (double)cost.heap / 1024);
	note(r, cost, name);
	r->hostile += !g_str_has_prefix(name, "honest-");
	say(r, met && bounded, name);
}

/* What is made at the first input (a library's tables, a reader, a server) is no input's cost. */
static void warm_up(const char *folder, const GPtrArray *names)
{
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
		const char *verdict;
		Cost cost;
		if (g_str_has_prefix(names->pdata[i], "honest-") || i == 0)
			play(path, &cost, &verdict);
	}
}

static int replay(Replay *r)
{
	g_autofree char *folder =
		g_build_filename(TEST_SRCDIR, "tests", "fuzz", "corpus", r->target, NULL);
	g_autofree char *file =
		g_build_filename(TEST_SRCDIR, "tests", "fuzz", "want", r->target, NULL);
	g_autoptr(GPtrArray) names = corpus_files(folder);
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) wants = want_read(file, &error);

	/* An empty corpus is a mistake, not a pass. */
	if (names->len == 0 || !wants) {
		printf("1..1\nnot ok 1 - %s\n", error ? error->message : "the corpus is empty");
		return 1;
	}
	r->wants = wants;
	printf("1..%u\n", names->len + 1);
	warm_up(folder, names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
		judge(r, path, names->pdata[i]);
	}
	/* each file has a line, so as many lines as files: no line without a file */
	say(r, g_hash_table_size(wants) == names->len, "(each line of the want file has a case)");
	printf("# %u hostile; dearest: %.1f ms (%s), %.0f KiB (%s)%s\n", r->hostile,
	       (double)r->dearest.cpu / 1000, r->by_cpu ? r->by_cpu : "-",
	       (double)r->dearest.heap / 1024, r->by_heap ? r->by_heap : "-",
	       COST_SANITIZED ? "; under sanitizers memory is not judged" : "");
	return r->failed ? 1 : 0;
}

static int tell(char *const *paths)
{
	for (; *paths; paths++) {
		const char *verdict = "";
		Cost cost = {0};
		if (!play(*paths, &cost, &verdict))
			return 1;
		g_autofree char *name = g_path_get_basename(*paths);
		printf("%s\t%s\n", name, verdict);
	}
	return 0;
}

int main(int argc, char **argv)
{
	g_autofree char *target = g_path_get_basename(argv[0]);
	Replay r = {.target = target};

	fuzz_is_replay = true;
	return argc > 1 && strcmp(argv[1], "--tap") != 0 ? tell(argv + 1) : replay(&r);
}
