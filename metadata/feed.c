/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metadata/feed-child.h"
#include "metadata/feed-index.h"
#include "metadata/trusted.h"

#define CERTIFICATE_MAX 65536 /* bytes of its file */

struct Feed {
	char *name, *file, *folder;
	FeedIndex *index;
	bool is_unkept; /* the index is in memory only */
	bool is_old;
	bool is_trial;
	void (*dress)(Entity *entity, gpointer data); /* or NULL */
	gpointer dress_data;
	pthread_mutex_t lock; /* of both below; pthread, so that TSan sees it */
	GHashTable *cache;    /* entityID -> GList in `used` */
	GQueue used;          /* Entity, the last used first */
};

static Feed *feed_new(const FeedOptions *options)
{
	Feed *feed = g_new0(Feed, 1);
	feed->name = g_strdup(options->name);
	feed->file = g_strdup(options->file);
	feed->folder = g_strdup(options->folder);
	feed->is_trial = options->is_trial;
	feed->cache = g_hash_table_new(g_str_hash, g_str_equal);
	g_queue_init(&feed->used);
	pthread_mutex_init(&feed->lock, NULL);
	return feed;
}

void feed_free(Feed *feed)
{
	if (!feed)
		return;
	g_hash_table_unref(feed->cache);
	g_queue_clear_full(&feed->used, (GDestroyNotify)entity_unref);
	g_clear_pointer(&feed->index, feed_index_free);
	pthread_mutex_destroy(&feed->lock);
	g_free(feed->name);
	g_free(feed->file);
	g_free(feed->folder);
	g_free(feed);
}

/* ---- loading ---- */

static GBytes *read_certificate(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	g_autoptr(Trusted) trusted = trusted_open(folder, error);
	g_autoptr(GBytes) pem =
		trusted ? trusted_read(trusted, name, CERTIFICATE_MAX, error) : NULL;
	XmlCertificate facts;
	g_autoptr(GError) bad = NULL;
	gsize len;
	if (!pem)
		return NULL;
	const void *data = g_bytes_get_data(pem, &len);
	g_autoptr(GBytes) der = xml_certificate_decode(data, len, &bad);
	if (der && xml_certificate_read(der, &facts, &bad))
		return g_steal_pointer(&der);
	metadata_refuse(error, METADATA_ERROR_KEY, "%s: %s", path, bad->message);
	return NULL;
}

/* O_NONBLOCK as for trusted_open_file. */
static int open_aggregate(const char *path, GError **error)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		metadata_refuse(error, METADATA_ERROR_IO, "%s: %s", path, g_strerror(errno));
	else if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		metadata_refuse(error, METADATA_ERROR_IO, "%s: not a file", path);
	else if (st.st_size > (off_t)XML_LIMITS_FEED.bytes)
		metadata_refuse(error, METADATA_ERROR_LIMIT, "%s: larger than %zu bytes", path,
				XML_LIMITS_FEED.bytes);
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Of what is open, which is left at its beginning. */
static bool digest_file(int fd, const char *path, guint8 ret[DIGEST_SIZE], GError **error)
{
	Digest *digest = digest_new();
	g_autofree guint8 *block = g_malloc(1048576);
	ssize_t n;
	while ((n = read(fd, block, 1048576)) > 0 || (n < 0 && errno == EINTR))
		digest_add(digest, block, n > 0 ? (gsize)n : 0);
	digest_end(digest, ret);
	return (n == 0 && lseek(fd, 0, SEEK_SET) == 0) ||
	       metadata_refuse(error, METADATA_ERROR_IO, "%s: %s", path, g_strerror(errno));
}

static char *index_name(const char *feed)
{
	return g_strdup_printf("feed-%s.index", feed);
}

/* The copy in the folder, if it is whole and was signed by the same; else NULL, and it is as if
 * there were none. */
static FeedIndex *open_kept(const FeedOptions *options, const guint8 certificate[DIGEST_SIZE],
			    GError **error)
{
	g_autofree char *name = index_name(options->name);
	g_autoptr(Trusted) folder = trusted_open(options->folder, error);
	int fd = folder ? trusted_open_file(folder, name, error) : -1;
	if (fd < 0)
		return NULL;
	g_autoptr(FeedIndex) index = feed_index_open(fd, error);
	close(fd);
	if (index && memcmp(feed_index_facts(index)->certificate, certificate, DIGEST_SIZE) == 0)
		return g_steal_pointer(&index);
	return NULL;
}

/* Sealed once the child is done, so that it stays as it was checked. */
static FeedIndex *make_index(const FeedOptions *options, int aggregate, GBytes *certificate,
			     gint64 now, GError **error)
{
	g_autoptr(GError) bad = NULL;
	FeedIndex *index = NULL;
	int fd = memfd_create("portvakt-feed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		metadata_refuse(error, METADATA_ERROR_IO, "memfd_create: %s", g_strerror(errno));
		return NULL;
	}
	if (!feed_child_run(aggregate, certificate, now, fd, FEED_CHILD_SECONDS, &bad))
		;
	else if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		metadata_refuse(&bad, METADATA_ERROR_IO, "%s", g_strerror(errno));
	else
		index = feed_index_open(fd, &bad);
	close(fd);
	/* FILE:LINE:COLUMN when the XML is bad. */
	if (!index)
		g_set_error(error, bad->domain, bad->code, "%s:%s%s", options->file,
			    g_ascii_isdigit(*bad->message) ? "" : " ", bad->message);
	return index;
}

static char *date(gint64 seconds)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
	return time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("no time");
}

static void warn(GPtrArray *warnings, const Feed *feed, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static void warn(GPtrArray *warnings, const Feed *feed, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_ptr_array_add(warnings, g_strdup_printf("feed %s: %s", feed->name, text));
}

static void warn_of_index(GPtrArray *warnings, const Feed *feed, gint64 now)
{
	const FeedIndexFacts *facts = feed_index_facts(feed->index);
	g_autofree char *until = date(facts->valid_until);
	g_autoptr(GPtrArray) notes = feed_index_notes(feed->index);
	if (facts->valid_until <= now)
		warn(warnings, feed,
		     "its validUntil, %s, has passed, so that none of its services is known; get a "
		     "newer %s",
		     until, feed->file);
	else if (facts->valid_until - now < FEED_WARN_BEFORE)
		warn(warnings, feed, "it is valid until %s only; is %s still fetched?", until,
		     feed->file);
	if (facts->count == 0)
		warn(warnings, feed, "there is no service in %s that can be used", feed->file);
	if (facts->refused + facts->duplicates > 0)
		warn(warnings, feed, "%u services of %s are left out; the first: %s",
		     facts->refused + facts->duplicates, feed->file,
		     notes->len ? (const char *)notes->pdata[0] : "it did not say why");
}

/* What is used when the file is not. A copy that has expired counts too: a school whose fetching
 * has stopped is to start, with its other services. */
static bool fall_back(Feed *feed, FeedIndex *kept, GError *bad, gint64 now, GPtrArray *warnings,
		      GError **error)
{
	if (!kept) {
		g_propagate_error(error, bad);
		return false;
	}
	gint64 valid_until = feed_index_facts(kept)->valid_until;
	g_autofree char *until = date(valid_until);
	warn(warnings, feed, "%s%s%s", bad->message,
	     valid_until > now ? "; the last good copy goes on, until " : "",
	     valid_until > now ? until : "");
	g_error_free(bad);
	feed->index = kept;
	feed->is_old = true;
	return true;
}

static bool choose_index(Feed *feed, const FeedOptions *options, GBytes *certificate, gint64 now,
			 GPtrArray *warnings, GError **error)
{
	guint8 signer[DIGEST_SIZE], content[DIGEST_SIZE];
	gsize len;
	const void *data = g_bytes_get_data(certificate, &len);
	GError *bad = NULL;
	digest_of(data, len, signer);
	g_autoptr(FeedIndex) kept = open_kept(options, signer, NULL);
	int fd = open_aggregate(options->file, &bad);
	if (fd >= 0 && digest_file(fd, options->file, content, &bad)) {
		if (kept && memcmp(feed_index_facts(kept)->aggregate, content, DIGEST_SIZE) == 0)
			feed->index = g_steal_pointer(&kept);
		else
			feed->is_unkept = (feed->index = make_index(options, fd, certificate, now,
								    &bad)) != NULL;
	}
	if (fd >= 0)
		close(fd);
	return feed->index || fall_back(feed, g_steal_pointer(&kept), bad, now, warnings, error);
}

Feed *feed_load(const FeedOptions *options, gint64 now, GPtrArray *warnings, GError **error)
{
	g_autoptr(Feed) feed = feed_new(options);
	g_autoptr(GBytes) certificate = read_certificate(options->certificate, error);
	if (!certificate || !choose_index(feed, options, certificate, now, warnings, error))
		return NULL;
	warn_of_index(warnings, feed, now);
	return g_steal_pointer(&feed);
}

bool feed_keep(Feed *feed, GError **error)
{
	if (!feed->is_unkept)
		return true;
	g_autofree char *name = index_name(feed->name);
	g_autoptr(Trusted) folder = trusted_open(feed->folder, error);
	g_autoptr(GBytes) bytes = feed_index_bytes(feed->index);
	if (!folder || !trusted_write(folder, name, bytes, error))
		return false;
	int fd = trusted_open_file(folder, name, error);
	FeedIndex *index = fd >= 0 ? feed_index_open(fd, error) : NULL;
	if (fd >= 0)
		close(fd);
	if (!index)
		return false;
	/* From now on its pages belong to the file, and can be given back. */
	feed_index_free(feed->index);
	feed->index = index;
	feed->is_unkept = false;
	return true;
}

/* ---- asking ---- */

static Entity *open_entity(const Feed *feed, guint i, const char *id)
{
	g_autoptr(GBytes) blob = feed_index_blob(feed->index, i, NULL);
	gsize len = 0;
	const void *data = blob ? g_bytes_get_data(blob, &len) : NULL;
	g_autoptr(Entity) entity = blob ? entity_parse(data, len, ENTITY_ANY_TIME, NULL) : NULL;
	if (!entity || (id && strcmp(entity->id, id) != 0))
		return NULL;
	if (feed->dress)
		feed->dress(entity, feed->dress_data);
	return g_steal_pointer(&entity);
}

void feed_dress(Feed *feed, void (*dress)(Entity *entity, gpointer data), gpointer data)
{
	feed->dress = dress;
	feed->dress_data = data;
	g_hash_table_remove_all(feed->cache);
	g_queue_clear_full(&feed->used, (GDestroyNotify)entity_unref);
}

/* With the lock held. */
static Entity *cached(Feed *feed, const char *id)
{
	GList *link = g_hash_table_lookup(feed->cache, id);
	if (!link)
		return NULL;
	g_queue_unlink(&feed->used, link);
	g_queue_push_head_link(&feed->used, link);
	return entity_ref(link->data);
}

/* Two threads may have opened the same: the first stays. */
static void cache(Feed *feed, Entity *entity)
{
	if (g_hash_table_contains(feed->cache, entity->id))
		return;
	g_queue_push_head(&feed->used, entity_ref(entity));
	g_hash_table_insert(feed->cache, entity->id, feed->used.head);
	if (feed->used.length <= FEED_CACHE_MAX)
		return;
	Entity *last = g_queue_pop_tail(&feed->used);
	g_hash_table_remove(feed->cache, last->id);
	entity_unref(last);
}

Entity *feed_find(Feed *feed, const char *id, gint64 now)
{
	int i = feed_index_find(feed->index, id);
	if (i < 0 || feed_index_valid_until(feed->index, (guint)i) <= now)
		return NULL;
	pthread_mutex_lock(&feed->lock);
	Entity *entity = cached(feed, id);
	pthread_mutex_unlock(&feed->lock);
	if (entity)
		return entity;
	entity = open_entity(feed, (guint)i, id); /* others need not wait for this */
	if (!entity)
		return NULL;
	pthread_mutex_lock(&feed->lock);
	cache(feed, entity);
	pthread_mutex_unlock(&feed->lock);
	return entity;
}

bool feed_has(const Feed *feed, const char *id)
{
	return feed_index_find(feed->index, id) >= 0;
}

GPtrArray *feed_examples(const Feed *feed)
{
	GPtrArray *examples = g_ptr_array_new_with_free_func((GDestroyNotify)entity_unref);
	guint count = feed_index_facts(feed->index)->count;
	for (guint i = 0; i < count; i++) {
		Entity *entity =
			feed_index_is_example(feed->index, i) ? open_entity(feed, i, NULL) : NULL;
		if (entity)
			g_ptr_array_add(examples, entity);
	}
	return examples;
}

const guint8 *feed_key(const Feed *feed, guint i)
{
	return feed_index_key(feed->index, i);
}

guint feed_kind(const Feed *feed, guint i)
{
	return feed_index_kind(feed->index, i);
}

Entity *feed_open(const Feed *feed, guint i)
{
	return open_entity(feed, i, NULL);
}

void feed_asked(const Feed *feed, guint i, Asked *asked)
{
	feed_index_asked(feed->index, i, asked);
}

bool feed_has_key(const Feed *feed, const guint8 *key)
{
	return feed_index_find_key(feed->index, key) >= 0;
}

guint feed_shared(const Feed *feed, const Feed *other, char **ret_first)
{
	guint count = feed_index_facts(feed->index)->count, shared = 0;
	*ret_first = NULL;
	for (guint i = 0; i < count; i++) {
		if (!feed_has_key(other, feed_key(feed, i)))
			continue;
		if (shared++ == 0) {
			g_autoptr(Asked) asked = asked_new();
			feed_asked(feed, i, asked);
			*ret_first = g_strdup(asked->id);
		}
	}
	return shared;
}

const char *feed_name(const Feed *feed)
{
	return feed->name;
}

bool feed_is_trial(const Feed *feed)
{
	return feed->is_trial;
}

FeedStatus feed_status(const Feed *feed)
{
	const FeedIndexFacts *facts = feed_index_facts(feed->index);
	return (FeedStatus){
		.name = feed->name,
		.valid_until = facts->valid_until,
		.entities = facts->count,
		.is_old = feed->is_old,
	};
}

const char *feed_file(const Feed *feed)
{
	return feed->file;
}

GBytes *feed_fingerprint(const Feed *feed)
{
	const FeedIndexFacts *facts = feed_index_facts(feed->index);
	return g_bytes_new(facts->aggregate, DIGEST_SIZE);
}
