/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The log: structured fields, to the journal when stderr is one, else one JSON object a line on
 * stderr. Only the flow, main and the wrappers of libraries log, each event once.
 *
 * No attribute value, password, token, cookie or personal number is ever logged; of what peers
 * send, only entityIDs and request IDs are, cut at LOG_FIELD_MAX bytes.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define LOG_FIELD_MAX 512

/* Takes over GLib's log; first thing in main. DEBUG is dropped (lasso is chatty); libraries' own
 * messages are logged without their text, which may quote input, and as peers' (see below). */
void log_init(void);

typedef struct {
	const char *name;  /* lower case; the journal gets PORTVAKT_NAME */
	const char *value; /* NULL: the field is left out */
} LogField;

/* Logs one event. `message` is ours. The fields end with a NULL name; at most 16. */
void log_event(GLogLevelFlags level, const char *message, const LogField *fields);

/*
 * Logs one event that a peer can cause as often as it likes: of each `kind` (a name of ours, the
 * same for all that is alike) so many lines as limits.h allows are written, and the others counted.
 * Never for what an admin must see: an answer, a reload, a fault of the store.
 */
void log_peer_event(GLogLevelFlags level, const char *message, const char *kind,
		    const LogField *fields);

/* Writes one line for each kind of which lines were left out: "more were left out", outcome=KIND,
 * count=N. For the daemon to call once a second; `all`: at the end, when none may be kept for
 * later. */
void log_tell_left_out(bool all);

/* Lines since the start. */
typedef struct {
	guint64 written;  /* all, whoever caused them */
	guint64 left_out; /* told or not yet */
} LogStats;

LogStats log_stats(void);

/* A message with an error's text: "cannot reload: …". */
void log_error(GLogLevelFlags level, const char *message, const GError *error);
