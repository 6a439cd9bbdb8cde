/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/feed.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metadata/entity-set.h"
#include "metadata/feed-child.h"
#include "metadata/feed-index.h"
#include "metadata/xml/init.h"
#include "tests/unit/feed-fixture.h"

#define NOW   1795435200 /* 2026-11-23T12:00:00Z */
#define WEEK  (NOW + 7 * 86400)
#define UNTIL "validUntil=\"2026-11-30T12:00:00Z\""
#define A     "https://a.example/sp"
#define B     "https://b.example/sp"

static TestKey *signer, *stranger;
static const char plain[] = FEED_ROOT(UNTIL) FEED_SERVICE(A) FEED_SERVICE(B) FEED_END;

typedef struct {
	char *folder, *file, *certificate, *kept;
	GPtrArray *warnings;
	FeedOptions options;
} Fixture;

static void put(const char *path, const void *bytes, gsize len)
{
	g_assert_true(g_file_set_contents(path, bytes, (gssize)len, NULL));
	g_assert_cmpint(g_chmod(path, 0644), ==, 0);
}

static void put_aggregate(const Fixture *fixture, const char *text, const TestKey *by)
{
	g_autoptr(GBytes) bytes = feed_sign(text, by);
	gsize len;
	const void *data = g_bytes_get_data(bytes, &len);
	put(fixture->file, data, len);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
	fixture->folder = g_dir_make_tmp("feed-XXXXXX", NULL);
	fixture->file = g_build_filename(fixture->folder, "aggregate.xml", NULL);
	fixture->certificate = g_build_filename(fixture->folder, "signer.pem", NULL);
	fixture->kept = g_build_filename(fixture->folder, "feed-school.index", NULL);
	fixture->warnings = g_ptr_array_new_with_free_func(g_free);
	fixture->options =
		(FeedOptions){"school", fixture->file, fixture->certificate, fixture->folder};
	put(fixture->certificate, signer->cert_pem, strlen(signer->cert_pem));
	put_aggregate(fixture, plain, signer);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	g_chmod(fixture->folder, 0700);
	g_unlink(fixture->file);
	g_unlink(fixture->certificate);
	g_unlink(fixture->kept);
	g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
	g_free(fixture->folder);
	g_free(fixture->file);
	g_free(fixture->certificate);
	g_free(fixture->kept);
	g_ptr_array_unref(fixture->warnings);
}

static Feed *load_at(const Fixture *fixture, gint64 now)
{
	g_autoptr(GError) error = NULL;
	g_ptr_array_set_size(fixture->warnings, 0);
	Feed *feed = feed_load(&fixture->options, now, fixture->warnings, &error);
	g_assert_no_error(error);
	return feed;
}

static void load_and_keep(const Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Feed) feed = load_at(fixture, NOW);
	g_assert_true(feed_keep(feed, &error));
	g_assert_no_error(error);
}

static void fails(const Fixture *fixture, int code, const char *says)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(feed_load(&fixture->options, NOW, fixture->warnings, &error));
	g_assert_error(error, METADATA_ERROR, code);
	if (!strstr(error->message, says))
		g_error("\"%s\" does not say \"%s\"", error->message, says);
}

static bool knows(Feed *feed, const char *id, gint64 now)
{
	g_autoptr(Entity) entity = feed_find(feed, id, now);
	g_assert_true(!entity || strcmp(entity->id, id) == 0);
	return entity;
}

static void warned(const Fixture *fixture, const char *what)
{
	for (guint i = 0; i < fixture->warnings->len; i++)
		if (strstr(fixture->warnings->pdata[i], what))
			return;
	g_error("no warning says \"%s\"", what);
}

/* What children have cost us so far. */
static long children_cost(void)
{
	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	return usage.ru_minflt;
}

static void test_load(Fixture *fixture, gconstpointer data)
{
	g_autoptr(Feed) feed = load_at(fixture, NOW);
	FeedStatus status = feed_status(feed);
	g_assert_cmpstr(status.name, ==, "school");
	g_assert_cmpuint(status.entities, ==, 2);
	g_assert_cmpint(status.valid_until, ==, WEEK);
	g_assert_false(status.is_old);
	g_assert_cmpuint(fixture->warnings->len, ==, 0);
	g_assert_true(knows(feed, A, NOW) && knows(feed, B, NOW) && knows(feed, A, WEEK - 1));
	g_assert_false(knows(feed, "https://c.example/sp", NOW));
	/* also from the cache */
	g_assert_false(knows(feed, A, WEEK));
	g_assert_true(knows(feed, A, ENTITY_ANY_TIME));
	/* loading writes nothing */
	g_assert_false(g_file_test(fixture->kept, G_FILE_TEST_EXISTS));
}

static void test_kept(Fixture *fixture, gconstpointer data)
{
	load_and_keep(fixture);
	long before = children_cost();
	g_autoptr(Feed) feed = load_at(fixture, NOW);
	g_assert_cmpint(children_cost(), ==, before);
	g_assert_true(knows(feed, A, NOW));
	g_assert_true(feed_keep(feed, NULL));
	put_aggregate(fixture, FEED_ROOT(UNTIL) FEED_SERVICE(B) FEED_END, signer);
	g_autoptr(Feed) next = load_at(fixture, NOW);
	g_assert_cmpint(children_cost(), >, before);
	g_assert_false(knows(next, A, NOW));
	g_assert_true(feed_keep(next, NULL));
	/* who has the old one keeps it */
	g_assert_true(knows(feed, A, NOW) && knows(feed, B, NOW));
}

static void test_nothing_good(Fixture *fixture, gconstpointer data)
{
	put_aggregate(fixture, plain, stranger);
	fails(fixture, METADATA_ERROR_SIGNATURE, "aggregate.xml: the signature does not verify");
	put(fixture->file, "<a>\n<b>", 7);
	fails(fixture, METADATA_ERROR_SYNTAX, "aggregate.xml:2:4: ");
	put_aggregate(fixture, FEED_ROOT("validUntil=\"2026-11-23T12:00:00Z\"") FEED_END, signer);
	fails(fixture, METADATA_ERROR_EXPIRED, "has passed");
	g_unlink(fixture->file);
	fails(fixture, METADATA_ERROR_IO, "aggregate.xml");
	g_assert_cmpint(mkfifo(fixture->file, 0600), ==, 0);
	fails(fixture, METADATA_ERROR_IO, "not a file");
	g_assert_cmpint(g_unlink(fixture->file), ==, 0);
	int fd = open(fixture->file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	g_assert_cmpint(ftruncate(fd, (off_t)XML_LIMITS_FEED.bytes + 1), ==, 0);
	close(fd);
	fails(fixture, METADATA_ERROR_LIMIT, "larger than");
}

/* design.md, promise 5. */
static void test_last_good(Fixture *fixture, gconstpointer data)
{
	load_and_keep(fixture);
	put_aggregate(fixture, FEED_ROOT(UNTIL) FEED_SERVICE("https://evil.example") FEED_END,
		      stranger);
	g_autoptr(Feed) feed = load_at(fixture, NOW);
	warned(fixture, "does not verify with any known key; the last good copy goes on, until "
			"2026-11-30T12:00:00Z");
	g_assert_true(feed_status(feed).is_old);
	g_assert_true(knows(feed, A, NOW) && !knows(feed, "https://evil.example", NOW));
	g_assert_false(knows(feed, A, WEEK));
	/* with nothing to keep, the good copy stays where it is */
	g_assert_true(feed_keep(feed, NULL));
	g_unlink(fixture->file);
	g_autoptr(Feed) missing = load_at(fixture, WEEK - 1);
	warned(fixture, "No such file");
	warned(fixture, "valid until 2026-11-30T12:00:00Z only");
	g_assert_true(knows(missing, A, WEEK - 1));
	/* a school whose fetching has stopped starts, without that federation */
	g_autoptr(Feed) over = load_at(fixture, WEEK);
	warned(fixture, "has passed, so that none of its services is known");
	g_assert_false(knows(over, A, WEEK));
}

static void test_another_certificate(Fixture *fixture, gconstpointer data)
{
	load_and_keep(fixture);
	put(fixture->certificate, stranger->cert_pem, strlen(stranger->cert_pem));
	fails(fixture, METADATA_ERROR_SIGNATURE, "does not verify");
	put(fixture->certificate, "x", 1);
	fails(fixture, METADATA_ERROR_KEY, "signer.pem");
	g_unlink(fixture->certificate);
	fails(fixture, METADATA_ERROR_IO, "signer.pem");
}

static void test_trust(Fixture *fixture, gconstpointer data)
{
	load_and_keep(fixture);
	put_aggregate(fixture, plain, stranger);
	g_chmod(fixture->certificate, 0664);
	fails(fixture, METADATA_ERROR_TRUST, "signer.pem");
	g_chmod(fixture->certificate, 0644);
	g_chmod(fixture->kept, 0666);
	fails(fixture, METADATA_ERROR_SIGNATURE, "does not verify");
	g_chmod(fixture->kept, 0644);
	g_autoptr(Feed) feed = load_at(fixture, NOW);
	g_assert_true(feed_status(feed).is_old);
}

static void test_damaged(Fixture *fixture, gconstpointer data)
{
	g_autofree char *bytes = NULL;
	gsize len;
	load_and_keep(fixture);
	g_assert_true(g_file_get_contents(fixture->kept, &bytes, &len, NULL));
	bytes[len - 20] ^= 1;
	put(fixture->kept, bytes, len);
	g_autoptr(Feed) feed = load_at(fixture, NOW);
	g_assert_true(knows(feed, A, NOW) && !feed_status(feed).is_old);
	g_assert_true(feed_keep(feed, NULL));
	/* one service's place only: it is unknown, the other is not */
	g_autofree char *again = NULL;
	g_assert_true(g_file_get_contents(fixture->kept, &again, &len, NULL));
	again[FEED_INDEX_HEADER] ^= 1;
	put(fixture->kept, again, len);
	g_autoptr(Feed) part = load_at(fixture, NOW);
	g_assert_cmpint(knows(part, A, NOW) + knows(part, B, NOW), ==, 1);
}

static void test_left_out(Fixture *fixture, gconstpointer data)
{
	put_aggregate(fixture, FEED_ROOT(UNTIL) FEED_SERVICE(A) FEED_SERVICE(A) FEED_END, signer);
	g_autoptr(Feed) feed = load_at(fixture, NOW);
	warned(fixture, "1 services of ");
	warned(fixture, "the first: " A ": is there 2 times");
	warned(fixture, "there is no service in");
	g_assert_false(knows(feed, A, NOW));
}

static void *find_many(void *data)
{
	for (guint i = 0; i < 2 * FEED_CACHE_MAX; i++) {
		g_autofree char *id = g_strdup_printf("https://%u.example/sp", i % 300);
		g_assert_true(knows(data, id, NOW));
	}
	return NULL;
}

/* More than are kept open, by several at once. */
static void test_cache(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) text = g_string_new(FEED_ROOT(UNTIL));
	pthread_t threads[3];
	for (guint i = 0; i < 300; i++) {
		g_autofree char *id = g_strdup_printf("https://%u.example/sp", i);
		g_autoptr(GString) one = g_string_new(FEED_SERVICE("@@"));
		g_string_replace(one, "@@", id, 1);
		g_string_append(text, one->str);
	}
	g_string_append(text, FEED_END);
	put_aggregate(fixture, text->str, signer);
	g_autoptr(Feed) feed = load_at(fixture, NOW);
	g_autoptr(Entity) first = feed_find(feed, "https://0.example/sp", NOW);
	g_assert_cmpuint(atomic_load(&first->references), ==, 2);
	for (guint i = 1; i <= FEED_CACHE_MAX; i++) {
		g_autofree char *id = g_strdup_printf("https://%u.example/sp", i);
		g_assert_true(knows(feed, id, NOW));
	}
	g_assert_cmpuint(atomic_load(&first->references), ==, 1); /* ours */
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		g_assert_cmpint(pthread_create(&threads[i], NULL, find_many, feed), ==, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		pthread_join(threads[i], NULL);
	/* held by us, whatever has left the cache */
	g_assert_cmpstr(first->id, ==, "https://0.example/sp");
	g_autoptr(GPtrArray) examples = feed_examples(feed);
	g_assert_cmpuint(examples->len, ==, 1);
}

static EntitySet *set_with(const char *id)
{
	g_autoptr(GPtrArray) entities =
		g_ptr_array_new_with_free_func((GDestroyNotify)entity_unref);
	g_autoptr(GString) text =
		g_string_new(FEED_SERVICE_WITH("@@", "xmlns:md=\"" XML_NS_MD "\"", FEED_WISH("")));
	g_string_replace(text, "@@", id, 1);
	Entity *entity = entity_parse(text->str, text->len, NOW, NULL);
	g_assert_nonnull(entity);
	g_ptr_array_add(entities, entity);
	return entity_set_new(entities, NULL);
}

/* The school's own file counts, then the first feed. */
static void test_set(Fixture *fixture, gconstpointer data)
{
	g_autoptr(EntitySet) set = set_with(A);
	entity_set_add_feed(set, load_at(fixture, NOW));
	put_aggregate(fixture,
		      FEED_ROOT("validUntil=\"2026-11-24T12:00:00Z\"")
			      FEED_SERVICE_WITH(B, "", FEED_WISH(FEED_ASK("urn:oid:2.5.4.42")))
				      FEED_SERVICE("https://c.example") FEED_END,
		      signer);
	entity_set_add_feed(set, load_at(fixture, NOW));
	g_autoptr(Entity) a = entity_set_find(set, A, NOW);
	g_autoptr(Entity) b = entity_set_find(set, B, NOW);
	g_autoptr(Entity) c = entity_set_find(set, "https://c.example", NOW);
	g_assert_true(a == entity_set_entities(set)->pdata[0]);
	g_assert_cmpuint(b->service->wishes->len, ==, 0);
	g_assert_nonnull(c);
	g_assert_null(entity_set_find(set, "https://d.example", NOW));
	g_assert_cmpuint(entity_set_warnings(set)->len, ==, 1);
	g_assert_nonnull(strstr(entity_set_warnings(set)->pdata[0], A " is also in "));
	g_assert_cmpstr(entity_set_file(set, B), ==, fixture->file);
	/* a later feed is not asked where the first has let it expire */
	g_assert_null(entity_set_find(set, "https://c.example", NOW + 86400));
}

/* "feed,feed" and "!" of a trial one, or "-" when nobody knows it. */
static char *origin_of(const EntitySet *set, const char *id)
{
	g_autoptr(Entity) entity = entity_set_find(set, id, NOW);
	if (!entity)
		return g_strdup("-");
	g_autoptr(GPtrArray) feeds = g_ptr_array_copy(entity->service->feeds, NULL, NULL);
	g_ptr_array_set_free_func(feeds, NULL);
	g_ptr_array_add(feeds, NULL);
	g_autofree char *names = g_strjoinv(",", (char **)feeds->pdata);
	return g_strconcat(names, entity->service->trial ? "!" : "", NULL);
}

static void tell_asked(const Asked *asked, bool is_trial, gpointer data)
{
	g_autofree char *name = g_strconcat(asked->id, is_trial ? "!" : "", NULL);
	if (!g_hash_table_insert(data, g_strdup(name), GUINT_TO_POINTER(asked->wishes->len + 1)))
		g_error("%s is told twice", name);
}

static void put_feed(Fixture *fixture, EntitySet *set, const char *name, bool is_trial,
		     const char *services)
{
	g_autofree char *text = g_strconcat(FEED_ROOT(UNTIL), services, FEED_END, NULL);
	put_aggregate(fixture, text, signer);
	fixture->options.name = name;
	fixture->options.is_trial = is_trial;
	entity_set_add_feed(set, load_at(fixture, NOW));
}

/* Wherever it stands in the configuration, a trial feed never says who a real service is. */
static void test_trial(Fixture *fixture, gconstpointer data)
{
#define ASKING(id) FEED_SERVICE_WITH(id, "", FEED_WISH(FEED_ASK("urn:oid:2.5.4.42")))
	static const struct {
		const char *id, *want;
	} cases[] = {
		{A, ""},
		{B, "one,two"},
		{"https://c.example", "two"},
		{"https://t.example", "before,after!"},
		{"https://u.example", "after!"},
		{"https://gone.example", "one"},
		{"https://nobody.example", "-"},
	};
	g_autoptr(EntitySet) set = set_with(A);
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	put_feed(fixture, set, "before", true,
		 ASKING(B) ASKING(A) FEED_SERVICE("https://t.example")
			 ASKING("https://gone.example"));
	put_feed(fixture, set, "one", false,
		 FEED_SERVICE(A) FEED_SERVICE(B) FEED_SERVICE_WITH(
			 "https://gone.example", "validUntil=\"2026-11-23T12:00:00Z\"", ""));
	put_feed(fixture, set, "two", false, ASKING(B) FEED_SERVICE("https://c.example"));
	put_feed(fixture, set, "after", true,
		 FEED_SERVICE(B) FEED_SERVICE("https://u.example") ASKING("https://t.example"));
	for (gsize i = 0; i + 2 < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = origin_of(set, cases[i].id);
		g_assert_cmpstr(got, ==, cases[i].want);
	}
	/* the real one has expired: nobody takes its place */
	g_assert_null(entity_set_find(set, "https://gone.example", NOW));
	g_assert_null(entity_set_find(set, "https://nobody.example", NOW));
	const GPtrArray *warnings = entity_set_warnings(set);
	guint trial = 0;
	for (guint i = 0; i < warnings->len; i++)
		trial += strstr(warnings->pdata[i], "the trial ones are left out") != NULL;
	g_assert_cmpuint(trial, ==, 4);
	entity_set_each_asked(set, tell_asked, told);
	g_assert_cmpuint(g_hash_table_size(told), ==, 6);
	g_assert_cmpuint(GPOINTER_TO_UINT(g_hash_table_lookup(told, A)), ==, 1);
	g_assert_cmpuint(GPOINTER_TO_UINT(g_hash_table_lookup(told, B)), ==, 1);
	g_assert_true(g_hash_table_contains(told, "https://gone.example"));
	g_assert_cmpuint(GPOINTER_TO_UINT(g_hash_table_lookup(told, "https://t.example!")), ==, 1);
	g_assert_true(g_hash_table_contains(told, "https://u.example!"));
	/* those of one feed alone are told by their kind, those of two by one example more */
	const Feed *one = entity_set_feeds(set)->pdata[1];
	g_autoptr(GPtrArray) examples = entity_set_shared_examples(set, one);
	g_assert_cmpuint(examples->len, ==, 1);
	g_assert_cmpstr(((Entity *)examples->pdata[0])->id, ==, B);
}

static void mark(Entity *entity, gpointer data)
{
	for (guint i = 0; i < entity->wishes->len; i++)
		service_add_category(((EntityWish *)entity->wishes->pdata[i])->service, data);
}

/* What is done to each service is done to all that anybody ever sees, however it was found. */
static void test_dress(Fixture *fixture, gconstpointer data)
{
	g_autoptr(EntitySet) set = set_with(A);
	entity_set_add_feed(set, load_at(fixture, NOW));
	g_autoptr(Entity) before = entity_set_find(set, B, NOW);
	g_assert_cmpuint(before->service->categories->len, ==, 0);
	entity_set_dress(set, mark, (gpointer)(guintptr) "u:dressed");
	const char *const ids[] = {A, B};
	for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_autoptr(Entity) entity = entity_set_find(set, ids[i], NOW);
		g_assert_cmpuint(entity->service->categories->len, ==, 1);
	}
	g_autoptr(GPtrArray) examples = feed_examples(entity_set_feeds(set)->pdata[0]);
	for (guint i = 0; i < examples->len; i++)
		g_assert_cmpuint(((Entity *)examples->pdata[i])->service->categories->len, ==, 1);
}

/* ---- the child ---- */

typedef struct {
	int from, out;
	bool good;
	GError *error;
	guint seconds;
} Run;

static void *run_child(void *data)
{
	Run *run = data;
	run->good =
		feed_child_run(run->from, signer->der, NOW, run->out, run->seconds, &run->error);
	return NULL;
}

/* The only child that this process has; 0: none yet. */
static int child_pid(void)
{
	g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
	for (const char *task; (task = g_dir_read_name(tasks));) {
		g_autofree char *path = g_strdup_printf("/proc/self/task/%s/children", task);
		g_autofree char *text = NULL;
		if (g_file_get_contents(path, &text, NULL, NULL) && *text)
			return (int)g_ascii_strtoll(text, NULL, 10);
	}
	return 0;
}

static char *read_proc(int pid, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, name);
	char *text = NULL;
	return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

/* Until it has confined itself; it then waits for the first byte. */
static int await_confined(void)
{
	for (guint i = 0; i < 2000; i++) {
		int pid = child_pid();
		g_autofree char *status = pid ? read_proc(pid, "status") : g_strdup("");
		if (strstr(status, "Seccomp:\t2\n"))
			return pid;
		g_usleep(10000);
	}
	g_error("the child does not confine itself");
	return 0;
}

static void test_confined(Fixture *fixture, gconstpointer data)
{
	int fds[2];
	g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
	int secret = open(fixture->certificate, O_RDONLY); /* would be inherited */
	Run run = {.from = fds[0], .out = memfd_create("out", MFD_CLOEXEC), .seconds = 60};
	pthread_t thread;
	g_setenv("FEED_TEST_SECRET", "1", TRUE);
	g_assert_cmpint(pthread_create(&thread, NULL, run_child, &run), ==, 0);
	int pid = await_confined();
	g_autofree char *status = read_proc(pid, "status");
	g_autofree char *limits = read_proc(pid, "limits");
	g_autofree char *environment = read_proc(pid, "environ");
	g_autofree char *folder = g_strdup_printf("/proc/%d/fd", pid);
	g_assert_nonnull(strstr(status, "NoNewPrivs:\t1\n"));
	g_assert_nonnull(strstr(status, "Threads:\t1\n"));
	g_assert_cmpstr(environment, ==, "");
	g_assert_true(g_regex_match_simple("Max open files +0 +0 ", limits, 0, 0));
	g_assert_true(g_regex_match_simple("Max core file size +0 +0 ", limits, 0, 0));
	g_autoptr(GDir) open_files = g_dir_open(folder, 0, NULL);
	guint count = 0;
	for (const char *name; (name = g_dir_read_name(open_files)); count++)
		g_assert_true(*name >= '0' && *name <= '2' && name[1] == '\0');
	g_assert_cmpuint(count, ==, 3);
	/* and so it does its work */
	g_autoptr(GBytes) bytes = feed_sign(plain, signer);
	gsize len;
	const void *text = g_bytes_get_data(bytes, &len);
	g_assert_cmpint(write(fds[1], text, len), ==, len);
	close(fds[1]);
	pthread_join(thread, NULL);
	g_assert_no_error(run.error);
	g_assert_true(run.good);
	g_autoptr(FeedIndex) index = feed_index_open(run.out, NULL);
	g_assert_cmpuint(feed_index_facts(index)->count, ==, 2);
	close(fds[0]);
	close(secret);
	close(run.out);
}

/* One that never ends is ended. */
static void test_slow(Fixture *fixture, gconstpointer data)
{
	int fds[2];
	g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
	Run run = {.from = fds[0], .out = memfd_create("out", MFD_CLOEXEC), .seconds = 1};
	run_child(&run);
	g_assert_false(run.good);
	g_assert_error(run.error, METADATA_ERROR, METADATA_ERROR_LIMIT);
	g_assert_nonnull(strstr(run.error->message, "more than 1 seconds"));
	g_clear_error(&run.error);
	g_assert_cmpint(child_pid(), ==, 0);
	close(fds[0]);
	close(fds[1]);
	close(run.out);
}

/* One that dies is told of, and is none of ours. */
static void test_killed(Fixture *fixture, gconstpointer data)
{
	int fds[2];
	g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
	Run run = {.from = fds[0], .out = memfd_create("out", MFD_CLOEXEC), .seconds = 60};
	pthread_t thread;
	g_assert_cmpint(pthread_create(&thread, NULL, run_child, &run), ==, 0);
	kill(await_confined(), SIGKILL);
	pthread_join(thread, NULL);
	g_assert_false(run.good);
	g_assert_error(run.error, METADATA_ERROR, METADATA_ERROR_LIMIT);
	g_clear_error(&run.error);
	close(fds[0]);
	close(fds[1]);
	close(run.out);
}

#define ADD(name, function) g_test_add("/feed/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
	if (feed_child_is_wanted(argc, argv))
		feed_child_main(argv);
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	signer = test_key_new(EVP_RSA_gen(2048));
	stranger = test_key_new(EVP_EC_gen("P-256"));
	ADD("load", test_load);
	ADD("kept", test_kept);
	ADD("nothing-good", test_nothing_good);
	ADD("last-good", test_last_good);
	ADD("another-certificate", test_another_certificate);
	ADD("trust", test_trust);
	ADD("damaged", test_damaged);
	ADD("left-out", test_left_out);
	ADD("cache", test_cache);
	ADD("set", test_set);
	ADD("trial", test_trial);
	ADD("dress", test_dress);
	ADD("confined", test_confined);
	ADD("slow", test_slow);
	ADD("killed", test_killed);
	int result = g_test_run();
	test_key_free(signer);
	test_key_free(stranger);
	xml_shutdown();
	return result;
}
