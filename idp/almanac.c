/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/almanac.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "idp/agreements.h"
#include "idp/log.h"
#include "idp/thread.h"
#include "policy/register.h"

/* Between two people that are counted: 500 a second at most, which no directory feels. */
#define PACE_US 2000

struct Almanac {
	const char *huvudman;
	/* of the thread that looks */
	unsigned day;     /* that was looked at last */
	guint64 serial;   /* of the generation then */
	GHashTable *told; /* unsigned last day -> least threshold that was told */
	pthread_t thread;
	bool has_thread;
	atomic_bool is_counting, is_stopping;

	pthread_mutex_t lock; /* of what follows */
	GPtrArray *ends;      /* AgreementEnd without rule, as far as they are counted */
};

/* A count. */
typedef struct {
	Almanac *almanac;
	Generation *generation;
	GPtrArray *ends; /* AgreementEnd */
	GArray *news;    /* bool, of each: it is to be told */
	gint64 now;
} Count;

Almanac *almanac_new(const char *huvudman)
{
	Almanac *almanac = g_new0(Almanac, 1);
	almanac->huvudman = huvudman;
	almanac->told = g_hash_table_new(NULL, NULL);
	pthread_mutex_init(&almanac->lock, NULL);
	return almanac;
}

void almanac_stop(Almanac *almanac)
{
	atomic_store(&almanac->is_stopping, true);
	if (almanac->has_thread)
		pthread_join(almanac->thread, NULL);
	almanac->has_thread = false;
}

void almanac_free(Almanac *almanac)
{
	if (!almanac)
		return;
	almanac_stop(almanac);
	g_hash_table_unref(almanac->told);
	g_clear_pointer(&almanac->ends, g_ptr_array_unref);
	pthread_mutex_destroy(&almanac->lock);
	g_free(almanac);
}

/* ---- what is logged ---- */

static void tell_end(const Almanac *almanac, const AgreementEnd *end, const char *error)
{
	g_autofree char *sentence = agreement_end_sentence(end, "en");
	g_autofree char *rule = g_strdup_printf("%s:%u", end->rule.file, end->rule.line);
	g_autofree char *days = g_strdup_printf("%u", end->left);
	g_autofree char *persons = end->counted ? g_strdup_printf("%u", end->most) : NULL;
	const LogField fields[] = {{"huvudman", almanac->huvudman},
				   {"agreement", sentence},
				   {"days", days},
				   {"persons", persons},
				   {"rule", rule},
				   {"error", error},
				   {NULL, NULL}};
	log_event(G_LOG_LEVEL_WARNING, "an agreement ends", fields);
}

static void tell_turns(const Almanac *almanac, const Policy *policy, unsigned today)
{
	g_autoptr(GArray) turns = policy_turns(policy);
	for (guint i = 0; i < turns->len; i++) {
		const PolicyTurn *turn = &g_array_index(turns, PolicyTurn, i);
		g_autofree char *rule = g_strdup_printf("%s:%u \"%s\"", turn->rule.file,
							turn->rule.line, turn->rule.title);
		const LogField fields[] = {{"huvudman", almanac->huvudman},
					   {"rule", rule},
					   {"agreement", turn->agreement},
					   {NULL, NULL}};
		if (turn->day == today)
			log_event(G_LOG_LEVEL_INFO,
				  turn->ends ? "a release gives nothing from today on"
					     : "a release begins today",
				  fields);
	}
}

/* ---- the count ---- */

static bool goes_on(const DirectoryEntry *entry, gpointer data)
{
	Almanac *almanac = data;
	(void)entry;
	g_usleep(PACE_US);
	return !atomic_load(&almanac->is_stopping);
}

/* What is asked for later. It holds no policy that may have been replaced. */
static void keep(Almanac *almanac, GPtrArray *ends)
{
	for (guint i = 0; i < ends->len; i++)
		((AgreementEnd *)ends->pdata[i])->rule = (DecisionRule){0};
	pthread_mutex_lock(&almanac->lock);
	GPtrArray *old = almanac->ends;
	almanac->ends = ends;
	pthread_mutex_unlock(&almanac->lock);
	if (old)
		g_ptr_array_unref(old);
}

static void finish(Count *count, const char *error)
{
	Almanac *almanac = count->almanac;
	for (guint i = 0; i < count->ends->len && !atomic_load(&almanac->is_stopping); i++)
		if (g_array_index(count->news, bool, i))
			tell_end(almanac, count->ends->pdata[i], error);
	g_array_unref(count->news);
	keep(almanac, count->ends);
	generation_unref(count->generation);
	g_free(count);
	atomic_store(&almanac->is_counting, false);
}

static void *run(void *data)
{
	Count *count = data;
	g_autoptr(GError) error = NULL;
	agreements_count(count->generation, count->ends, count->now, goes_on, count->almanac,
			 &error);
	finish(count, error ? error->message : NULL);
	return NULL;
}

/* Which of them were not told yet at that distance; they are from now on. */
static GArray *find_news(Almanac *almanac, const GPtrArray *ends, bool *ret_any)
{
	GArray *news = g_array_new(FALSE, TRUE, sizeof(bool));
	*ret_any = false;
	for (guint i = 0; i < ends->len; i++) {
		const AgreementEnd *end = ends->pdata[i];
		gpointer key = GUINT_TO_POINTER(end->last);
		guint told = GPOINTER_TO_UINT(g_hash_table_lookup(almanac->told, key));
		bool is_new = !told || end->threshold < told;
		if (is_new)
			g_hash_table_insert(almanac->told, key, GUINT_TO_POINTER(end->threshold));
		*ret_any |= is_new;
		g_array_append_val(news, is_new);
	}
	return news;
}

/* What was counted for the same end before, so that a reload does not forget it. */
static void inherit(Almanac *almanac, GPtrArray *ends)
{
	pthread_mutex_lock(&almanac->lock);
	for (guint i = 0; i < ends->len; i++)
		for (guint j = 0; almanac->ends && j < almanac->ends->len; j++) {
			AgreementEnd *end = ends->pdata[i];
			const AgreementEnd *before = almanac->ends->pdata[j];
			if (end->last != before->last || strcmp(end->names, before->names) != 0)
				continue;
			end->counted = before->counted;
			end->most = before->most;
			end->losers = g_strdup(before->losers);
		}
	pthread_mutex_unlock(&almanac->lock);
}

static void start(Almanac *almanac, Generation *generation, GPtrArray *ends, GArray *news,
		  gint64 now)
{
	g_autoptr(GError) error = NULL;
	Count *count = g_new0(Count, 1);
	*count = (Count){almanac, generation_ref(generation), ends, news, now};
	if (almanac->has_thread)
		pthread_join(almanac->thread, NULL);
	atomic_store(&almanac->is_counting, true);
	almanac->has_thread = thread_start(&almanac->thread, "almanac", run, count, &error);
	if (!almanac->has_thread)
		finish(count, error->message);
}

void almanac_look(Almanac *almanac, Generation *generation, gint64 now)
{
	unsigned today = generation_today(generation->zone, now);
	bool any;
	if ((today == almanac->day && generation->serial == almanac->serial) ||
	    atomic_load(&almanac->is_counting))
		return;
	if (today != almanac->day)
		tell_turns(almanac, generation->policy, today);
	almanac->day = today;
	almanac->serial = generation->serial;
	GPtrArray *ends = agreements_ending(generation->policy, today);
	GArray *news = find_news(almanac, ends, &any);
	inherit(almanac, ends);
	if (any) {
		start(almanac, generation, ends, news, now);
		return;
	}
	g_array_unref(news);
	keep(almanac, ends);
}

char *almanac_next(Almanac *almanac, unsigned *ret_left)
{
	char *sentence = NULL;
	pthread_mutex_lock(&almanac->lock);
	if (almanac->ends && almanac->ends->len) {
		const AgreementEnd *end = almanac->ends->pdata[0];
		sentence = agreement_end_sentence(end, "en");
		*ret_left = end->left;
	}
	pthread_mutex_unlock(&almanac->lock);
	return sentence;
}
