/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * kill -9 at the worst moments. A child process lets four threads push commits, each a session, a
 * spent ask and a ledger row of two values; when one is told that it is durable it sends the
 * number to us, as the daemon sends the answer. The child is killed
 *
 *   before the commit: a transaction is written, not committed. What was sent is there, and
 *     nothing else is.
 *   between commit and send: what was sent is there, and the transaction on top, whole.
 *   anywhere: what was sent is there; of the rest each is there whole or not at all.
 *
 * Each 50 times, on one and the same store, so that nothing of the rounds before gets lost either.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "idp/store/backend.h"
#include "idp/store/writer.h"

#define NOW     G_GINT64_CONSTANT(1800000000)
#define ROUNDS  50
#define PUSHERS 4
/* Numbers are round * PER_ROUND + thread * PER_THREAD + a count. */
#define PER_THREAD 10000u
#define PER_ROUND  (PUSHERS * PER_THREAD)

typedef enum {
	BEFORE_COMMIT,
	BEFORE_SEND,
	ANYWHERE,
} Moment;

/* ---- the child ---- */

static struct {
	StoreBackend backend;
	Moment moment;
	unsigned after; /* transactions that go well first */
	Writer *writer;
	int pipe;
	unsigned base;
} child;

static void die(void)
{
	kill(getpid(), SIGKILL);
	pause();
}

static bool commit_or_die(Store *store, GError **error)
{
	bool last = child.moment != ANYWHERE && child.after-- == 0;

	if (last && child.moment == BEFORE_COMMIT)
		die();
	if (!store_sqlite->commit(store, error))
		_exit(1);
	if (last)
		die();
	return true;
}

static void send_it(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	uint32_t number = GPOINTER_TO_UINT(data);

	if (result->outcome != STORE_OK ||
	    write(child.pipe, &number, sizeof(number)) != sizeof(number))
		_exit(2);
}

static LedgerRow *row_of(unsigned number)
{
	static const uint8_t bytes[SEAL_KEY_BYTES] = "an example key of 32 bytes or so";
	g_autoptr(LedgerKey) key = ledger_key_new(bytes, sizeof(bytes), NULL);
	g_autofree char *id = g_strdup_printf("%u", number);
	g_autofree char *service = g_strdup_printf("https://sp%u.example/", number / 7);
	LedgerRow *row = ledger_row_new(key, "person", NOW, NOW + 1000);

	ledger_row_describe(row, LEDGER_ANSWERED, "saml2", service, id, "ref", "g");
	ledger_row_add(row, key, "person", "eduPersonPrincipalName", id, "skola.policy", 3);
	ledger_row_add(row, key, "person", "mail", id, "skola.policy", number % 100);
	return row;
}

static void *push_for_ever(void *data)
{
	unsigned base = GPOINTER_TO_UINT(data);

	for (unsigned i = 0; i < PER_THREAD; i++) {
		g_autofree char *key = g_strdup_printf("%u", base + i);
		g_autoptr(GBytes) value = g_bytes_new(key, strlen(key));
		StoreCommit *commit = store_commit_new(NOW, send_it, GUINT_TO_POINTER(base + i));

		store_put_new(commit, STORE_SESSION, key, "person", value, NOW + 1000);
		store_put_new(commit, STORE_SPENT_ASK, key, NULL, value, NOW + 1000);
		store_ensure(commit, STORE_IDENTIFIER, key, "person", value);
		store_add_ledger(commit, row_of(base + i));
		while (!writer_push(child.writer, &commit))
			g_usleep(100);
	}
	return NULL;
}

static void be_child(const char *place, Moment moment, unsigned round, int pipe)
{
	/* A step of the reserve is being filled in each life, too. */
	WriterOptions options = {.queue_max = 12,
				 .batch_max = 8,
				 .reserve = (round + 1) * G_GUINT64_CONSTANT(1048576),
				 .reserve_pause_ms = 1};
	Store *store = store_open(store_sqlite, place, NULL);
	pthread_t thread;

	if (store == NULL)
		_exit(3);
	child.backend = *store_sqlite;
	child.backend.commit = commit_or_die;
	store->backend = &child.backend;
	child.moment = moment;
	child.after = round % 7;
	child.pipe = pipe;
	child.writer = writer_start(store, &options, NULL);
	for (unsigned i = 0; i < PUSHERS; i++)
		pthread_create(&thread, NULL, push_for_ever,
			       GUINT_TO_POINTER(round * PER_ROUND + i * PER_THREAD));
	for (;;)
		pause();
}

/* ---- the parent ---- */

/* Everything a store holds, checked: each row whole. Response IDs, as numbers, are the keys. */
static GHashTable *read_all(const char *place)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, place, &error);
	GHashTable *numbers = g_hash_table_new(NULL, NULL);
	LedgerFilter filter = {.limit = LEDGER_READ_MAX};
	uint64_t sessions = 0, spent = 0, identifiers = 0;
	unsigned got;

	g_assert_no_error(error);
	do {
		g_autoptr(GPtrArray) rows = ledger_read(reader, &filter, &error);

		g_assert_no_error(error);
		got = rows->len;
		for (unsigned i = 0; i < got; i++) {
			const LedgerRow *row = rows->pdata[i];
			unsigned number = (unsigned)g_ascii_strtoull(row->response_id, NULL, 10);
			g_autoptr(LedgerRow) want = row_of(number);

			g_assert_true(g_hash_table_add(numbers, GUINT_TO_POINTER(number)));
			g_assert_cmpstr(row->service, ==, want->service);
			g_assert_cmpuint(row->values->len, ==, 2);
			for (unsigned v = 0; v < 2; v++) {
				const LedgerValue *a = row->values->pdata[v];
				const LedgerValue *b = want->values->pdata[v];

				g_assert_cmpstr(a->attribute, ==, b->attribute);
				g_assert_cmpmem(a->mac, 32, b->mac, 32);
				g_assert_cmpuint(a->line, ==, b->line);
			}
			g_assert_cmpint(store_get(reader, STORE_SESSION, row->response_id, NOW,
						  NULL, NULL, NULL),
					==, STORE_OK);
			g_assert_cmpint(store_get(reader, STORE_SPENT_ASK, row->response_id, NOW,
						  NULL, NULL, NULL),
					==, STORE_OK);
			filter.before_id = row->id;
		}
	} while (got == LEDGER_READ_MAX);
	g_assert_true(store_count(reader, STORE_SESSION, &sessions, NULL));
	g_assert_true(store_count(reader, STORE_SPENT_ASK, &spent, NULL));
	g_assert_cmpuint(sessions, ==, g_hash_table_size(numbers));
	g_assert_true(store_count(reader, STORE_IDENTIFIER, &identifiers, NULL));
	g_assert_cmpuint(spent, ==, g_hash_table_size(numbers));
	g_assert_cmpuint(identifiers, ==, g_hash_table_size(numbers));
	return numbers;
}

/* Lets a child live and die; the numbers it sent, in `sent`. How many there were. */
static unsigned one_life(const char *place, Moment moment, unsigned round, GHashTable *sent)
{
	int ends[2], status;
	uint32_t number;
	unsigned n = 0;
	ssize_t got;
	pid_t pid;

	g_assert_cmpint(pipe(ends), ==, 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		be_child(place, moment, round, ends[1]);
	}
	close(ends[1]);
	while ((got = read(ends[0], &number, sizeof(number))) == sizeof(number)) {
		g_assert_true(g_hash_table_add(sent, GUINT_TO_POINTER(number)));
		/* Some microseconds into whatever it does next. */
		if (++n == 20 + round && moment == ANYWHERE) {
			g_usleep(round * 37 % 400);
			kill(pid, SIGKILL);
		}
	}
	g_assert_cmpint(got, ==, 0);
	close(ends[0]);
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFSIGNALED(status));
	g_assert_cmpint(WTERMSIG(status), ==, SIGKILL);
	return n;
}

/* What was redeemed stays redeemed, and what was promised stays promised. */
static void assert_spent(const char *place, unsigned number)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = store_open(store_sqlite, place, &error);
	g_autoptr(StoreCommit) commit = store_commit_new(NOW, NULL, NULL);
	g_autofree char *key = g_strdup_printf("%u", number);
	g_autoptr(GBytes) value = g_bytes_new(NULL, 0);
	StoreResult result;

	g_assert_no_error(error);
	store_put_new(commit, STORE_SPENT_ASK, key, NULL, value, NOW + 1000);
	g_assert_true(store_apply(store, &commit, 1, &result, NULL));
	g_assert_cmpint(result.outcome, ==, STORE_CONFLICT);
	g_clear_pointer(&commit, store_commit_free);
	commit = store_commit_new(NOW, NULL, NULL);
	store_ensure(commit, STORE_IDENTIFIER, key, NULL, value);
	g_assert_true(store_apply(store, &commit, 1, &result, NULL));
	g_assert_cmpint(result.outcome, ==, STORE_CONFLICT);
}

static void lives(Moment moment)
{
	g_autofree char *folder = g_dir_make_tmp("portvakt-kill-XXXXXX", NULL);
	g_autofree char *place = g_build_filename(folder, "store.db", NULL);
	g_autoptr(GHashTable) sent = g_hash_table_new(NULL, NULL);
	static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
	unsigned unsent = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned n = one_life(place, moment, round, sent);
		g_autoptr(GHashTable) there = NULL;
		GHashTableIter iter;
		gpointer number = NULL;
		unsigned on_top;

		/* Opening recovers, and checks the whole file. */
		if (n > 0) {
			g_hash_table_iter_init(&iter, sent);
			g_assert_true(g_hash_table_iter_next(&iter, &number, NULL));
			assert_spent(place, GPOINTER_TO_UINT(number));
		}
		there = read_all(place);
		g_hash_table_iter_init(&iter, sent);
		while (g_hash_table_iter_next(&iter, &number, NULL))
			g_assert_true(g_hash_table_contains(there, number));
		on_top = g_hash_table_size(there) - g_hash_table_size(sent) - unsent;
		if (moment == BEFORE_COMMIT)
			g_assert_cmpuint(on_top, ==, 0);
		if (moment == BEFORE_SEND)
			g_assert_cmpuint(on_top, >, 0);
		unsent += on_top;
	}
	g_test_message("%u answers sent, %u durable but not sent", g_hash_table_size(sent), unsent);
	g_assert_cmpuint(g_hash_table_size(sent), >, ROUNDS);
	for (unsigned i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *path = g_strconcat(place, suffixes[i], NULL);

		g_remove(path);
	}
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void before_the_commit(void)
{
	lives(BEFORE_COMMIT);
}

static void between_commit_and_send(void)
{
	lives(BEFORE_SEND);
}

static void anywhere(void)
{
	lives(ANYWHERE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/kill/before-the-commit", before_the_commit);
	g_test_add_func("/kill/between-commit-and-send", between_commit_and_send);
	g_test_add_func("/kill/anywhere", anywhere);
	return g_test_run();
}
