/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The writer, over a real SQLite store whose transactions the tests can hold up, fail and count.
 */
#include "idp/store/writer.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "idp/store/backend.h"

#define NOW G_GINT64_CONSTANT(1800000000)

/* What stands between the writer and SQLite. One at a time; reset by set_up(). */
static struct {
	StoreBackend backend;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool held;                                                /* begin() waits */
	bool waiting;                                             /* ... and is waiting now */
	unsigned fail_begin, fail_commit, fail_apply, fail_sweep; /* how many of the next */
	unsigned transactions;
	unsigned largest, applied; /* commits in the largest transaction, in this one */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static bool fails(unsigned *times, GError **error)
{
	if (*times == 0)
		return false;
	(*times)--;
	g_set_error_literal(error, STORE_ERROR, STORE_ERROR_IO, "the disk is full");
	return true;
}

static bool gate_begin(Store *store, GError **error)
{
	bool failed;

	pthread_mutex_lock(&gate.lock);
	gate.waiting = true;
	pthread_cond_broadcast(&gate.changed);
	while (gate.held)
		pthread_cond_wait(&gate.changed, &gate.lock);
	gate.waiting = false;
	gate.applied = 0;
	failed = fails(&gate.fail_begin, error);
	pthread_mutex_unlock(&gate.lock);
	return !failed && store_sqlite->begin(store, error);
}

static StoreOutcome gate_apply(Store *store, StoreCommit *commit, unsigned *op, GError **error)
{
	StoreOutcome outcome = store_sqlite->apply(store, commit, op, error);

	if (outcome != STORE_FAULT && fails(&gate.fail_apply, error))
		return STORE_FAULT;
	gate.applied++;
	gate.largest = MAX(gate.largest, gate.applied);
	return outcome;
}

static bool gate_commit(Store *store, GError **error)
{
	if (fails(&gate.fail_commit, error))
		return false;
	gate.transactions++;
	return store_sqlite->commit(store, error);
}

static bool gate_sweep(Store *store, int64_t until, unsigned limit, bool *more, GError **error)
{
	return !fails(&gate.fail_sweep, error) &&
	       store_sqlite->sweep(store, until, limit, more, error);
}

static void hold(bool held)
{
	pthread_mutex_lock(&gate.lock);
	gate.held = held;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
}

static void wait_until_held(void)
{
	pthread_mutex_lock(&gate.lock);
	while (!gate.waiting)
		pthread_cond_wait(&gate.changed, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

/* ---- the fixture: a store, and what was told ---- */

typedef struct {
	char *folder, *place;
	Writer *writer;
	StoreReader *reader;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned told[STORE_CAPPED + 1];
	unsigned all;
	unsigned order; /* of the one told last */
	bool in_order;
	char *fault;
} Fixture;

typedef struct {
	Fixture *f;
	unsigned number;
} Ticket;

static Store *gated_store(const char *place)
{
	g_autoptr(GError) error = NULL;
	Store *store = store_open(store_sqlite, place, &error);

	g_assert_no_error(error);
	gate.backend = *store_sqlite;
	gate.backend.begin = gate_begin;
	gate.backend.apply = gate_apply;
	gate.backend.commit = gate_commit;
	gate.backend.sweep = gate_sweep;
	store->backend = &gate.backend;
	return store;
}

static void start(Fixture *f, const WriterOptions *options)
{
	g_autoptr(GError) error = NULL;

	f->writer = writer_start(gated_store(f->place), options, &error);
	g_assert_no_error(error);
}

static void set_up(Fixture *f, gconstpointer data)
{
	f->folder = g_dir_make_tmp("portvakt-writer-XXXXXX", NULL);
	f->place = g_build_filename(f->folder, "store.db", NULL);
	store_close(store_open(store_sqlite, f->place, NULL));
	f->reader = store_reader_open(store_sqlite, f->place, NULL);
	g_assert_nonnull(f->reader);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->changed, NULL);
	f->in_order = true;
	gate.held = gate.waiting = false;
	gate.fail_begin = gate.fail_apply = gate.fail_commit = gate.fail_sweep = 0;
	gate.transactions = gate.largest = 0;
}

static void tear_down(Fixture *f, gconstpointer data)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};

	writer_stop(f->writer);
	store_reader_close(f->reader);
	for (unsigned i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *path = g_strconcat(f->place, suffixes[i], NULL);

		g_remove(path);
	}
	g_assert_cmpint(g_rmdir(f->folder), ==, 0);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	g_free(f->fault);
	g_free(f->place);
	g_free(f->folder);
}

static void told(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	Ticket *ticket = data;
	Fixture *f = ticket->f;

	pthread_mutex_lock(&f->lock);
	f->told[result->outcome]++;
	f->in_order = f->in_order && (f->all == 0 || ticket->number > f->order);
	f->order = ticket->number;
	f->all++;
	if (result->outcome == STORE_FAULT) {
		g_assert_nonnull(result->error);
		g_free(f->fault);
		f->fault = g_strdup(result->error->message);
	}
	pthread_cond_signal(&f->changed);
	pthread_mutex_unlock(&f->lock);
	g_free(ticket);
}

static void wait_for(Fixture *f, unsigned all)
{
	pthread_mutex_lock(&f->lock);
	while (f->all < all)
		pthread_cond_wait(&f->changed, &f->lock);
	pthread_mutex_unlock(&f->lock);
}

static bool push(Fixture *f, unsigned number, gsize bytes, int64_t expires)
{
	Ticket *ticket = g_new0(Ticket, 1);
	g_autofree char *key = g_strdup_printf("%u", number);
	g_autoptr(GBytes) value = g_bytes_new_take(g_malloc0(bytes), bytes);
	g_autoptr(StoreCommit) commit = store_commit_new(NOW, told, ticket);

	*ticket = (Ticket){f, number};
	store_put_new(commit, STORE_SESSION, key, NULL, value, expires);
	if (writer_push(f->writer, &commit)) {
		g_assert_null(commit);
		return true;
	}
	g_assert_nonnull(commit);
	g_free(ticket);
	return false;
}

static bool is_there(Fixture *f, unsigned number)
{
	g_autofree char *key = g_strdup_printf("%u", number);

	return store_get(f->reader, STORE_SESSION, key, NOW, NULL, NULL, NULL) == STORE_OK;
}

/* Holds the writer up in a transaction of one commit, number 0. */
static void hold_up(Fixture *f)
{
	hold(true);
	g_assert_true(push(f, 0, 10, NOW + 10));
	wait_until_held();
}

/* ---- tests ---- */

static void stopping_finishes_what_was_accepted(Fixture *f, gconstpointer data)
{
	start(f, NULL);
	for (unsigned i = 0; i < 500; i++)
		g_assert_true(push(f, i, 10, NOW + 10));
	writer_stop(g_steal_pointer(&f->writer));
	g_assert_cmpuint(f->told[STORE_OK], ==, 500);
	g_assert_true(f->in_order);
	for (unsigned i = 0; i < 500; i++)
		g_assert_true(is_there(f, i));
}

static void *stop(void *writer)
{
	writer_stop(writer);
	return NULL;
}

static void a_stopping_writer_refuses(Fixture *f, gconstpointer data)
{
	unsigned accepted = 0;
	pthread_t thread;

	start(f, NULL);
	hold_up(f);
	pthread_create(&thread, NULL, stop, f->writer);
	while (accepted < 900 && push(f, accepted + 1, 10, NOW + 10)) {
		accepted++;
		g_usleep(1000);
	}
	g_assert_cmpuint(accepted, <, 900);
	hold(false);
	pthread_join(thread, NULL);
	f->writer = NULL;
	g_assert_cmpuint(f->told[STORE_OK], ==, accepted + 1);
}

static void a_full_queue_refuses(Fixture *f, gconstpointer data)
{
	WriterOptions options = {.queue_max = 5};

	start(f, &options);
	hold_up(f);
	for (unsigned i = 1; i <= 5; i++)
		g_assert_true(push(f, i, 10, NOW + 10));
	g_assert_false(push(f, 6, 10, NOW + 10));
	g_assert_cmpuint(writer_stats(f->writer).queued, ==, 5);
	hold(false);
	wait_for(f, 6);
	g_assert_true(push(f, 6, 10, NOW + 10));
	wait_for(f, 7);
	g_assert_cmpuint(f->told[STORE_OK], ==, 7);
}

static void who_waits_shares_a_transaction(Fixture *f, gconstpointer data)
{
	start(f, NULL);
	hold_up(f);
	for (unsigned i = 1; i <= 50; i++)
		g_assert_true(push(f, i, 10, NOW + 10));
	hold(false);
	wait_for(f, 51);
	g_assert_cmpuint(writer_stats(f->writer).transactions, ==, 2);
	g_assert_cmpuint(writer_stats(f->writer).commits, ==, 51);
	g_assert_cmpuint(gate.largest, ==, 50);
}

static void a_transaction_has_limits(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *name;
		WriterOptions options;
		gsize bytes;
		unsigned largest;
	} cases[] = {
		{"commits", {.batch_max = 7}, 10, 7},
		{"bytes", {.batch_bytes = 10000}, 2000, 4},
		{"one larger than the limit", {.batch_bytes = 1000}, 2000, 1},
	};

	for (unsigned c = 0; c < G_N_ELEMENTS(cases); c++) {
		g_test_message("%s", cases[c].name);
		f->all = 0;
		gate.largest = 0;
		start(f, &cases[c].options);
		hold_up(f);
		for (unsigned i = 1; i <= 20; i++)
			g_assert_true(push(f, c * 100 + i, cases[c].bytes, NOW + 10));
		hold(false);
		wait_for(f, 21);
		writer_stop(g_steal_pointer(&f->writer));
		g_assert_cmpuint(gate.largest, ==, cases[c].largest);
	}
}

static void told_look(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	Ticket *ticket = data;

	g_assert_true(is_there(ticket->f, ticket->number));
	told(commit, result, data);
}

static void what_is_told_is_there(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) value = g_bytes_new_static("x", 1);

	start(f, NULL);
	for (unsigned i = 0; i < 20; i++) {
		g_autofree char *key = g_strdup_printf("%u", i);
		Ticket *ticket = g_new0(Ticket, 1);
		StoreCommit *commit = store_commit_new(NOW, told_look, ticket);

		*ticket = (Ticket){f, i};
		store_put_new(commit, STORE_SESSION, key, NULL, value, NOW + 10);
		g_assert_true(writer_push(f->writer, &commit));
	}
	wait_for(f, 20);
}

static gint waiting;

static bool somebody_waits(gpointer data)
{
	return g_atomic_int_get(&waiting) > 0;
}

/* Another process holds the store until nobody waits any more: what was told to try again is not
 * written after all. */
static void who_has_left_while_it_waited_is_not_written(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) value = g_bytes_new_static("x", 1);
	Ticket *ticket = g_new0(Ticket, 1);
	StoreCommit *commit = store_commit_new(NOW, told, ticket);

	*ticket = (Ticket){f, 1};
	store_put_new(commit, STORE_SESSION, "1", NULL, value, NOW + 10);
	store_commit_while(commit, somebody_waits);
	g_atomic_int_set(&waiting, 1);
	start(f, NULL);
	hold(true);
	g_assert_true(writer_push(f->writer, &commit));
	wait_until_held();
	g_atomic_int_set(&waiting, 0);
	hold(false);
	wait_for(f, 1);
	g_assert_cmpuint(f->told[STORE_UNWANTED], ==, 1);
	g_assert_false(is_there(f, 1));
	g_assert_true(push(f, 2, 10, NOW + 10));
	wait_for(f, 2);
	g_assert_true(is_there(f, 2));
}

static void told_push(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	Ticket *ticket = data;

	g_assert_true(push(ticket->f, ticket->number + 1, 10, NOW + 10));
	told(commit, result, data);
}

static void who_is_told_may_push(Fixture *f, gconstpointer data)
{
	Ticket *ticket = g_new0(Ticket, 1);
	StoreCommit *commit = store_commit_new(NOW, told_push, ticket);

	*ticket = (Ticket){f, 1};
	start(f, NULL);
	g_assert_true(writer_push(f->writer, &commit));
	wait_for(f, 2);
	g_assert_true(is_there(f, 2));
}

static void a_fault_is_told_to_all_and_passes(Fixture *f, gconstpointer data)
{
	unsigned *const faults[] = {&gate.fail_begin, &gate.fail_apply, &gate.fail_commit};

	start(f, NULL);
	for (unsigned c = 0; c < G_N_ELEMENTS(faults); c++) {
		memset(f->told, 0, sizeof(f->told));
		f->all = 0;
		hold(true);
		g_assert_true(push(f, 1000 + c, 10, NOW + 10));
		wait_until_held();
		for (unsigned i = 1; i <= 5; i++)
			g_assert_true(push(f, i, 10, NOW + 10));
		/* The one that is held up fails, then the five together. */
		*faults[c] = 2;
		hold(false);
		wait_for(f, 6);
		g_assert_cmpuint(f->told[STORE_FAULT], ==, 6);
		g_assert_cmpstr(f->fault, ==, "the disk is full");
		for (unsigned i = 1; i <= 5; i++)
			g_assert_false(is_there(f, i));
	}
	g_assert_cmpuint(writer_stats(f->writer).faults, ==, 18);
	g_assert_cmpint(writer_stats(f->writer).failed, >, 0);
	g_assert_true(push(f, 1, 10, NOW + 10));
	wait_for(f, 7);
	g_assert_cmpint(writer_stats(f->writer).failed, ==, 0);
	g_assert_true(is_there(f, 1));
}

static int64_t later;

static int64_t clock_later(void)
{
	return later;
}

static bool gone_soon(Fixture *f, unsigned number)
{
	for (unsigned i = 0; i < 100 && is_there(f, number); i++)
		g_usleep(50000);
	return !is_there(f, number);
}

static void sweep_fault(const GError *error, gpointer data)
{
	Fixture *f = data;

	pthread_mutex_lock(&f->lock);
	f->fault = g_strdup(error->message);
	pthread_mutex_unlock(&f->lock);
}

static void sweeps_when_it_rests(Fixture *f, gconstpointer data)
{
	WriterOptions options = {
		.sweep_every = 1, .clock = clock_later, .fault = sweep_fault, .data = f};

	later = NOW + 100;
	gate.fail_sweep = 1;
	start(f, &options);
	for (unsigned i = 0; i < 500; i++)
		g_assert_true(push(f, i, 10, i == 7 ? NOW + 1000 : NOW + 10));
	wait_for(f, 500);
	g_assert_true(is_there(f, 0));
	g_test_message("the first sweep fails, the next ones take three slices");
	g_assert_true(gone_soon(f, 0));
	g_assert_true(gone_soon(f, 499));
	g_assert_true(is_there(f, 7));
	pthread_mutex_lock(&f->lock);
	g_assert_cmpstr(f->fault, ==, "the disk is full");
	pthread_mutex_unlock(&f->lock);
}

/* ---- how fast ---- */

static LedgerRow *bench_row(unsigned number)
{
	static const uint8_t bytes[SEAL_KEY_BYTES] = "an example key of 32 bytes or so";
	g_autoptr(LedgerKey) key = ledger_key_new(bytes, sizeof(bytes), NULL);
	g_autofree char *id = g_strdup_printf("_%08x%016" G_GINT64_MODIFIER "x", number,
					      (uint64_t)number * 0x9e3779b97f4a7c15u);
	LedgerRow *row = ledger_row_new(key, "person", NOW, NOW + 1000);

	ledger_row_describe(row, LEDGER_ANSWERED, "saml2", "https://sp.example/", id, "ref", "g");
	ledger_row_add(row, key, "person", "eduPersonPrincipalName", "a@b", "skola.policy", 3);
	ledger_row_add(row, key, "person", "eduPersonScopedAffiliation", "s@b", "skola.policy", 3);
	return row;
}

/* An SSO: touches its session, spends its ask, writes two values to the ledger. */
static void bench_push(Fixture *f, unsigned number)
{
	Ticket *ticket = g_new0(Ticket, 1);
	g_autofree char *id = seal_random_token(16);
	g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
	StoreCommit *commit = store_commit_new(NOW, told, ticket);

	*ticket = (Ticket){f, number};
	store_touch(commit, STORE_SESSION, "0", 0);
	store_put_new(commit, STORE_SPENT_ASK, id, NULL, empty, NOW + 600);
	store_add_ledger(commit, bench_row(number));
	g_assert_true(writer_push(f->writer, &commit));
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void bench(Fixture *f, gconstpointer data)
{
	static const unsigned together[] = {1, 64};

	start(f, NULL);
	g_assert_true(push(f, 0, 200, NOW + 10000));
	wait_for(f, 1);
	for (unsigned c = 0; c < G_N_ELEMENTS(together); c++) {
		int64_t begin = g_get_monotonic_time();
		uint64_t before = writer_stats(f->writer).transactions;
		double cpu = cpu_seconds(), seconds;
		unsigned sent = 0, first = f->all;

		while (g_get_monotonic_time() - begin < G_USEC_PER_SEC / 2) {
			bench_push(f, first + sent++);
			wait_for(f,
				 first + sent < together[c] ? 0 : first + sent + 1 - together[c]);
		}
		wait_for(f, first + sent);
		seconds = (double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC;
		g_test_message("%2u at a time: %.0f commits/s, %.0f us CPU each, %.1f in a "
			       "transaction",
			       together[c], sent / seconds, (cpu_seconds() - cpu) / sent * 1e6,
			       (double)sent /
				       (double)(writer_stats(f->writer).transactions - before));
		g_assert_cmpuint(f->told[STORE_OK], ==, first + sent);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"/writer/stopping-finishes-what-was-accepted",
		 stopping_finishes_what_was_accepted},
		{"/writer/a-stopping-writer-refuses", a_stopping_writer_refuses},
		{"/writer/a-full-queue-refuses", a_full_queue_refuses},
		{"/writer/who-waits-shares-a-transaction", who_waits_shares_a_transaction},
		{"/writer/a-transaction-has-limits", a_transaction_has_limits},
		{"/writer/what-is-told-is-there", what_is_told_is_there},
		{"/writer/who-has-left-while-it-waited-is-not-written",
		 who_has_left_while_it_waited_is_not_written},
		{"/writer/who-is-told-may-push", who_is_told_may_push},
		{"/writer/a-fault-is-told-to-all-and-passes", a_fault_is_told_to_all_and_passes},
		{"/writer/sweeps-when-it-rests", sweeps_when_it_rests},
		{"/writer/bench", bench},
	};

	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
	return g_test_run();
}
