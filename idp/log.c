/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "idp/json.h"
#include "idp/log-limit.h"
#include "idp/printable.h"

#define FIELDS_MAX 16
#define DOMAIN     "portvakt"

static bool journal; /* stderr is one; set before there are threads */

static pthread_mutex_t limit_lock = PTHREAD_MUTEX_INITIALIZER;
static LogLimit limit; /* under limit_lock */
static atomic_ullong lines_written, lines_left_out;

static const char *level_name(GLogLevelFlags level)
{
	if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
		return "error";
	if (level & G_LOG_LEVEL_WARNING)
		return "warning";
	return level & G_LOG_LEVEL_DEBUG ? "debug" : "info";
}

static const char *field_text(const GLogField *fields, gsize n, const char *key)
{
	for (gsize i = 0; i < n; i++)
		if (g_str_equal(fields[i].key, key) && fields[i].length < 0)
			return fields[i].value;
	return NULL;
}

static void write_json(GLogLevelFlags level, const GLogField *fields, gsize n, const char *message)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S.%fZ");
	GVariantBuilder builder;
	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
	g_variant_builder_add(&builder, "{ss}", "time", time);
	g_variant_builder_add(&builder, "{ss}", "level", level_name(level));
	g_variant_builder_add(&builder, "{ss}", "message", message);
	for (gsize i = 0; i < n; i++)
		if (g_str_has_prefix(fields[i].key, "PORTVAKT_")) {
			g_autofree char *name =
				g_ascii_strdown(fields[i].key + strlen("PORTVAKT_"), -1);
			g_variant_builder_add(&builder, "{ss}", name, fields[i].value);
		}
	g_autofree char *text = json_from_variant(g_variant_builder_end(&builder), false);
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	/* one write a line: lines of several threads do not mix */
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
}

/* Whether one more line of that kind, which peers can cause, is written. Logs nothing itself: a
 * library's messages ask it from inside GLib's log. */
static bool take(const char *kind)
{
	pthread_mutex_lock(&limit_lock);
	bool write = log_limit_take(&limit, kind, g_get_monotonic_time());
	pthread_mutex_unlock(&limit_lock);
	atomic_fetch_add_explicit(write ? &lines_written : &lines_left_out, 1,
				  memory_order_relaxed);
	return write;
}

static GLogWriterOutput writer(GLogLevelFlags level, const GLogField *fields, gsize n,
			       gpointer data)
{
	const char *domain = field_text(fields, n, "GLIB_DOMAIN");
	const char *message = field_text(fields, n, "MESSAGE");
	if (level & G_LOG_LEVEL_DEBUG)
		return G_LOG_WRITER_HANDLED;
	/* A library's message may quote what a peer sent. */
	if (g_strcmp0(domain, DOMAIN) != 0) {
		const GLogField foreign[] = {
			{"MESSAGE", "a library logged a message", -1},
			{"PRIORITY", "5", -1},
			{"PORTVAKT_LIBRARY", domain ? domain : "unknown", -1},
		};
		/* and what a peer sends makes it speak */
		if (!take(foreign[2].value))
			return G_LOG_WRITER_HANDLED;
		if (!journal)
			write_json(level, foreign, G_N_ELEMENTS(foreign), foreign[0].value);
		else
			g_log_writer_journald(level, foreign, G_N_ELEMENTS(foreign), NULL);
		return G_LOG_WRITER_HANDLED;
	}
	if (journal && g_log_writer_journald(level, fields, n, NULL) == G_LOG_WRITER_HANDLED)
		return G_LOG_WRITER_HANDLED;
	write_json(level, fields, n, message ? message : "");
	return G_LOG_WRITER_HANDLED;
}

void log_init(void)
{
	journal = g_log_writer_is_journald(STDERR_FILENO);
	g_log_set_writer_func(writer, NULL, NULL);
}

/* The value as it may stand in a log. */
static char *clean(const char *value)
{
	g_autofree char *cut = g_strndup(value, LOG_FIELD_MAX);
	return printable(cut, -1, '?');
}

static void write_event(GLogLevelFlags level, const char *message, const LogField *given)
{
	GLogField fields[FIELDS_MAX + 3] = {
		{"MESSAGE", message, -1},
		{"GLIB_DOMAIN", DOMAIN, -1},
		{"PRIORITY", level & G_LOG_LEVEL_WARNING ? "4" : "6", -1},
	};
	char *owned[2 * FIELDS_MAX];
	gsize n = 3, n_owned = 0;
	for (; given && given->name; given++) {
		if (!given->value)
			continue;
		g_assert(n < G_N_ELEMENTS(fields));
		g_autofree char *upper = g_ascii_strup(given->name, -1);
		fields[n].key = owned[n_owned++] = g_strconcat("PORTVAKT_", upper, NULL);
		fields[n].value = owned[n_owned++] = clean(given->value);
		fields[n++].length = -1;
	}
	g_log_structured_array(level, fields, n);
	while (n_owned)
		g_free(owned[--n_owned]);
}

void log_event(GLogLevelFlags level, const char *message, const LogField *fields)
{
	atomic_fetch_add_explicit(&lines_written, 1, memory_order_relaxed);
	write_event(level, message, fields);
}

void log_peer_event(GLogLevelFlags level, const char *message, const char *kind,
		    const LogField *fields)
{
	if (take(kind))
		write_event(level, message, fields);
}

void log_tell_left_out(bool all)
{
	for (unsigned i = 0; all || i < LIMIT_LOG_TOLD; i++) {
		const char *kind = NULL;
		guint64 left_out = 0;
		pthread_mutex_lock(&limit_lock);
		bool some = log_limit_tell(&limit, &kind, &left_out);
		pthread_mutex_unlock(&limit_lock);
		if (!some)
			return;
		g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, left_out);
		const LogField fields[] = {{"outcome", kind}, {"count", count}, {NULL, NULL}};
		log_event(G_LOG_LEVEL_WARNING, "more were left out", fields);
	}
}

LogStats log_stats(void)
{
	return (LogStats){
		.written = atomic_load_explicit(&lines_written, memory_order_relaxed),
		.left_out = atomic_load_explicit(&lines_left_out, memory_order_relaxed),
	};
}

void log_error(GLogLevelFlags level, const char *message, const GError *error)
{
	const LogField fields[] = {{"error", error->message}, {NULL, NULL}};
	log_event(level, message, fields);
}
