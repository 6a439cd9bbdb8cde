/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A feed: the services of a federation, from its signed aggregate in a local file. What is read of
 * it by this process is an index that a confined child has made (feed-child.h, feed-index.h); a
 * service is opened when it is asked for. Thread-safe once loaded.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/asked.h"
#include "metadata/entity.h"

/* Opened services that are kept: what a huvudman's pupils use in a day; 30 to 60 kB each. */
#define FEED_CACHE_MAX 256
/* Time enough to ask why the fetching has stopped, in seconds. */
#define FEED_WARN_BEFORE (3 * G_GINT64_CONSTANT(86400))

typedef struct {
	const char *name;        /* letters, digits, "-" and "_" */
	const char *file;        /* the aggregate; it is signed, so anybody may have written it */
	const char *certificate; /* PEM of the one signer; judged as trusted.h says */
	const char *folder;      /* where the index is kept; judged likewise */
	bool is_trial;           /* its services are for test persons alone */
} FeedOptions;

/* For whoever watches. */
typedef struct {
	const char *name;   /* the feed's */
	gint64 valid_until; /* seconds since 1970 */
	guint entities;     /* services in it */
	bool is_old;        /* the file could not be used, and the last good copy is */
} FeedStatus;

typedef struct Feed Feed;

/*
 * Loads a feed, without side effects on files. The index in the folder is used as it is when it was
 * made from exactly this aggregate and certificate; else a child makes one, in memory until
 * feed_keep. When that fails, the last good copy by the same certificate goes on, until its
 * validUntil, with a line in `warnings` (char*); past it the feed is there without services. NULL
 * with METADATA_ERROR only where there is no copy. `now` in seconds. (transfer full)
 */
Feed *feed_load(const FeedOptions *options, gint64 now, GPtrArray *warnings, GError **error);
/* Puts an index that was made by feed_load into the folder, for the next start and as the last good
 * copy; nothing to do is success. Before other threads know of the feed. */
bool feed_keep(Feed *feed, GError **error);
void feed_free(Feed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Feed, feed_free)

/* What is done to each service when it is opened, before anybody sees it. While only one thread
 * knows of the feed: what was opened before is forgotten. */
void feed_dress(Feed *feed, void (*dress)(Entity *entity, gpointer data), gpointer data);

/* The service, or NULL when it is unknown, expired by `now` (or the feed is; ENTITY_ANY_TIME:
 * never) or its place in the index was damaged. (transfer full) */
Entity *feed_find(Feed *feed, const char *id, gint64 now);
bool feed_has(const Feed *feed, const char *id);
/* One service of each kind that policy can tell from others but by name: what holds for them holds
 * for all that no rule names. Opens them all. (transfer full): Entity* */
GPtrArray *feed_examples(const Feed *feed);

/* What is in it: services by number, below FeedStatus.entities, in the order of their keys
 * (feed-index.h), and what each asks for, as long as the feed lives. None is opened. */
const guint8 *feed_key(const Feed *feed, guint i);
/* The number of its kind, as feed_examples has them. */
guint feed_kind(const Feed *feed, guint i);
/* The service itself; NULL where its place was damaged. (transfer full) */
Entity *feed_open(const Feed *feed, guint i);
void feed_asked(const Feed *feed, guint i, Asked *asked);
bool feed_has_key(const Feed *feed, const guint8 *key);
/* How many services of the one are in the other too; the entityID of one of them in *ret_first
 * (transfer full), NULL if there is none. */
guint feed_shared(const Feed *feed, const Feed *other, char **ret_first);

FeedStatus feed_status(const Feed *feed);
const char *feed_name(const Feed *feed);
bool feed_is_trial(const Feed *feed);
const char *feed_file(const Feed *feed);
/* Another for other content. (transfer full) */
GBytes *feed_fingerprint(const Feed *feed);
