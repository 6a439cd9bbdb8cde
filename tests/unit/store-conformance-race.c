/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Every backend against a model, by random commits, and against itself, by threads that race.
 */
#include "tests/unit/store-conformance.h"

#include <pthread.h>
#include <string.h>

/* ---- against a model ---- */

#define MODEL_KEYS   12
#define MODEL_OWNERS 4

typedef struct {
	bool there;
	unsigned owner, value; /* owner 0: none */
	int64_t expires;
} ModelRow;

typedef struct {
	ModelRow rows[STORE_TABLES][MODEL_KEYS];
} Model;

static GBytes *number(unsigned value)
{
	char *digits = g_strdup_printf("%u", value);

	return g_bytes_new_take(digits, strlen(digits));
}

/* Adds one random operation to the commit and does the same to the model. False when its
 * condition does not hold, so that the commit must fail there. */
static bool model_op(Model *model, GRand *random, StoreCommit *commit, int64_t now)
{
	StoreTable table = (StoreTable)g_rand_int_range(random, 0, STORE_TABLES);
	unsigned k = (unsigned)g_rand_int_range(random, 0, MODEL_KEYS);
	unsigned owner = (unsigned)g_rand_int_range(random, 0, MODEL_OWNERS);
	unsigned value = (unsigned)g_rand_int_range(random, 0, 5);
	const bool fleeting = store_table_info(table)->fleeting;
	int64_t expires = fleeting ? now + g_rand_int_range(random, 1, 40) : STORE_NEVER;
	ModelRow *row = &model->rows[table][k];
	bool there = row->there && row->expires > now;
	unsigned guess = g_rand_int_range(random, 0, 4) > 0 ? row->value : value;
	g_autofree char *key = g_strdup_printf("key %u", k);
	g_autofree char *owner_name = g_strdup_printf("owner %u", owner);
	g_autoptr(GBytes) bytes = number(value);
	g_autoptr(GBytes) old = number(guess);

	switch (g_rand_int_range(random, 0, 12)) {
	default:
		store_put_new(commit, table, key, owner == 0 ? NULL : owner_name, bytes, expires);
		if (!there)
			*row = (ModelRow){true, owner, value, expires};
		return !there;
	case 9:
		if (fleeting) {
			store_touch(commit, table, key, 0);
			return there;
		}
		store_ensure(commit, table, key, owner == 0 ? NULL : owner_name, bytes);
		if (!there)
			*row = (ModelRow){true, owner, value, expires};
		return row->value == value;
	case 10:
		if (fleeting || owner == 0) {
			store_drop(commit, table, key);
			row->there = false;
			return true;
		}
		store_claim(commit, table, key, owner_name, bytes);
		if (!there)
			*row = (ModelRow){true, owner, value, expires};
		return row->owner == owner;
	case 11:
		if (fleeting) {
			store_touch(commit, table, key, 0);
			return there;
		}
		store_expect(commit, table, key, guess == 0 ? NULL : old);
		return guess == 0 ? !there : there && row->value == guess;
	case 8:
		store_put(commit, table, key, owner == 0 ? NULL : owner_name, bytes, expires);
		*row = (ModelRow){true, owner, value, expires};
		return true;
	case 3:
		store_take(commit, table, key);
		row->there = false;
		return there;
	case 4:
		store_swap(commit, table, key, old, bytes, expires);
		there = there && row->value == guess;
		row->value = value;
		row->expires = expires;
		return there;
	case 5:
		store_touch(commit, table, key, expires);
		row->expires = MAX(row->expires, expires);
		return there;
	case 6:
		store_drop(commit, table, key);
		row->there = false;
		return true;
	case 7:
		store_drop_owner(commit, table, owner_name);
		for (unsigned i = 0; owner > 0 && i < MODEL_KEYS; i++)
			if (model->rows[table][i].owner == owner)
				model->rows[table][i].there = false;
		return true;
	}
}

static void assert_model(Fixture *f, const Model *model, int64_t now)
{
	for (StoreTable table = 0; table < STORE_TABLES; table++)
		for (unsigned k = 0; k < MODEL_KEYS; k++) {
			const ModelRow *row = &model->rows[table][k];
			bool there = row->there && row->expires > now;
			g_autofree char *key = g_strdup_printf("key %u", k);
			g_autoptr(GBytes) want = number(row->value);
			g_autoptr(GBytes) value = NULL;
			int64_t expires = 0;
			StoreOutcome outcome =
				store_get(f->reader, table, key, now, &value, &expires, NULL);

			g_assert_cmpint(outcome, ==, there ? STORE_OK : STORE_ABSENT);
			if (there) {
				g_assert_true(g_bytes_equal(value, want));
				g_assert_cmpint(expires, ==, row->expires);
			}
		}
}

/* What expires is counted until it is swept; what does not is known. */
static void assert_counts(Fixture *f, const Model *model)
{
	for (StoreTable table = 0; table < STORE_TABLES; table++) {
		unsigned there = 0;

		for (unsigned k = 0; k < MODEL_KEYS; k++)
			there += model->rows[table][k].there;
		if (!store_table_info(table)->fleeting)
			g_assert_cmpuint(conformance_count(f, table), ==, there);
	}
}

static void does_what_a_model_does(Fixture *f, gconstpointer data)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(20260817);
	Model model = {0};
	int64_t now = NOW;
	unsigned failed = 0;

	for (unsigned round = 0; round < 1500; round++) {
		StoreCommit *commits[4];
		StoreResult results[4], want[4];

		now += g_rand_int_range(random, 0, 4);
		for (unsigned i = 0; i < 4; i++) {
			unsigned ops = (unsigned)g_rand_int_range(random, 1, 4);
			Model after = model;

			commits[i] = store_commit_new(now, NULL, NULL);
			want[i] = (StoreResult){.outcome = STORE_OK, .op = ops};
			for (unsigned o = 0; o < ops; o++)
				if (!model_op(&after, random, commits[i], now) &&
				    want[i].outcome == STORE_OK)
					want[i] = (StoreResult){.outcome = STORE_CONFLICT, .op = o};
			if (want[i].outcome == STORE_OK)
				model = after;
			else
				failed++;
		}
		g_assert_true(store_apply(f->store, commits, 4, results, NULL));
		for (unsigned i = 0; i < 4; i++) {
			g_assert_cmpint(results[i].outcome, ==, want[i].outcome);
			g_assert_cmpuint(results[i].op, ==, want[i].op);
			store_commit_free(commits[i]);
		}
		if (round % 10 == 0)
			store_sweep(f->store, now, 3, NULL, NULL);
		assert_model(f, &model, now);
		assert_counts(f, &model);
	}
	g_test_message("%u of 6000 commits failed, as they should", failed);
	g_assert_cmpuint(failed, >, 1000);
	g_assert_cmpuint(failed, <, 5000);
}

/* ---- races ---- */

#define RACERS 8
#define PRIZES 150

typedef struct {
	Writer *writer;
	const StoreSuite *suite;
	const char *place;
	enum { PUT, TAKE, ENSURE, CLAIM } verb;
	pthread_mutex_t lock;
	pthread_cond_t told;
	unsigned waiting;
	unsigned won[PRIZES], lost[PRIZES];
} Race;

typedef struct {
	Race *race;
	unsigned prize;
	unsigned at; /* the operation of the prize */
} Try;

static void race_done(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	Try *try = data;
	Race *race = try->race;

	if (race->verb == TAKE)
		g_assert_true((store_taken(commit, try->at) != NULL) ==
			      (result->outcome == STORE_OK));
	pthread_mutex_lock(&race->lock);
	if (result->outcome == STORE_OK)
		race->won[try->prize]++;
	else if (result->outcome == STORE_CONFLICT && result->op == try->at)
		race->lost[try->prize]++;
	race->waiting--;
	pthread_cond_signal(&race->told);
	pthread_mutex_unlock(&race->lock);
	g_free(try);
}

static void race_for(Race *race, unsigned prize, unsigned racer)
{
	Try *try = g_new0(Try, 1);
	StoreCommit *commit = store_commit_new(NOW, race_done, try);
	g_autoptr(GBytes) value = number(racer);
	g_autofree char *key = g_strdup_printf("prize %u", prize);
	g_autofree char *own = g_strdup_printf("own %u %u", prize, racer);

	*try = (Try){race, prize, 1};
	store_put_new(commit, STORE_SESSION, own, NULL, value, NOW + 10);
	if (race->verb == PUT)
		store_put_new(commit, STORE_SPENT_ASK, key, NULL, value, NOW + 10);
	else if (race->verb == ENSURE)
		store_ensure(commit, STORE_EPPN, key, NULL, value);
	else if (race->verb == CLAIM)
		store_claim(commit, STORE_EPPN, key, own, value);
	else
		store_take(commit, STORE_SPENT_ASK, key);
	pthread_mutex_lock(&race->lock);
	race->waiting++;
	pthread_mutex_unlock(&race->lock);
	while (!writer_push(race->writer, &commit))
		g_usleep(100);
}

static void *racer(void *data)
{
	static unsigned next;
	Race *race = data;
	unsigned me = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
	g_autoptr(StoreReader) reader = store_reader_open(race->suite->backend, race->place, NULL);

	for (unsigned i = 0; i < PRIZES; i++) {
		g_autofree char *key = g_strdup_printf("prize %u", i);

		race_for(race, i, me);
		/* Readers go on beside the writer; either answer is right. */
		g_assert_cmpint(store_get(reader, STORE_SPENT_ASK, key, NOW, NULL, NULL, NULL), !=,
				STORE_FAULT);
	}
	return NULL;
}

static void run_race(Fixture *f, int verb)
{
	pthread_t threads[RACERS];
	Race race = {.suite = f->suite, .place = f->place, .verb = verb};
	WriterOptions options = {.queue_max = 64, .batch_max = 16};
	uint64_t own;

	for (unsigned i = 0; verb == TAKE && i < PRIZES; i++) {
		g_autofree char *key = g_strdup_printf("prize %u", i);

		g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, key, "x", NOW + 10), ==,
				STORE_OK);
	}
	pthread_mutex_init(&race.lock, NULL);
	pthread_cond_init(&race.told, NULL);
	race.writer = writer_start(g_steal_pointer(&f->store), &options, NULL);
	for (unsigned i = 0; i < RACERS; i++)
		pthread_create(&threads[i], NULL, racer, &race);
	for (unsigned i = 0; i < RACERS; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_lock(&race.lock);
	while (race.waiting > 0)
		pthread_cond_wait(&race.told, &race.lock);
	pthread_mutex_unlock(&race.lock);
	for (unsigned i = 0; i < PRIZES; i++) {
		g_assert_cmpuint(race.won[i], ==, 1);
		g_assert_cmpuint(race.lost[i], ==, RACERS - 1);
	}
	own = conformance_count(f, STORE_SESSION);
	g_assert_cmpuint(own, ==, PRIZES);
	g_assert_cmpuint(writer_stats(race.writer).commits, ==, PRIZES);
	g_assert_cmpuint(writer_stats(race.writer).refused, ==, PRIZES * (RACERS - 1));
	writer_stop(race.writer);
	pthread_cond_destroy(&race.told);
	pthread_mutex_destroy(&race.lock);
}

static void one_put_new_wins(Fixture *f, gconstpointer data)
{
	run_race(f, PUT);
}

static void one_take_wins(Fixture *f, gconstpointer data)
{
	run_race(f, TAKE);
}

/* Each of another value; those of one value are in the model. */
static void one_ensure_wins(Fixture *f, gconstpointer data)
{
	run_race(f, ENSURE);
}

static void one_claim_wins(Fixture *f, gconstpointer data)
{
	run_race(f, CLAIM);
}

const ConformanceTest conformance_race_tests[] = {
	{"does-what-a-model-does", does_what_a_model_does},
	{"one-put-new-wins", one_put_new_wins},
	{"one-take-wins", one_take_wins},
	{"one-ensure-wins", one_ensure_wins},
	{"one-claim-wins", one_claim_wins},
	{0},
};
