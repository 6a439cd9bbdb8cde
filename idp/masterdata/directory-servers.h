/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-link.h"
#include "idp/seal.h"

/*
 * The connections to one directory: its addresses in order, which of them rest, and idle links of
 * two kinds. Any thread may use it.
 */
typedef struct Servers Servers;

typedef enum {
	LINK_SERVICE, /* bound as the service account; never bound as anybody else */
	LINK_PERSON,  /* only ever used to bind, never to ask */
	LINK_KINDS
} LinkKind;

/* A school has two or three; within LIMIT_DIRECTORY_TOTAL_MS no more could be tried. */
#define SERVERS_MAX 8

/* uris: NULL-ended, at most SERVERS_MAX, copied. password: a reference is taken. most: attempts at
 * a time. Returns: transfer full. */
Servers *servers_new(const char *const *uris, const char *ca_file, const char *bind_dn,
		     Secret *password, unsigned most);
void servers_free(Servers *servers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Servers, servers_free)

/* Something to ask of the server number `uri`. LINK_OK: it answered; LINK_FAULT: it failed at this,
 * but is well; LINK_LOST: it is not there, or not well. Error is set for the latter two. */
typedef LinkResult (*ServersAttempt)(Servers *servers, unsigned uri, gint64 deadline, gpointer data,
				     GError **error);

/* Makes the attempt at one server after the other until one answers, within the limits of
 * limits.h. A lost server rests; one that merely failed does not, since one entry with a broken
 * password hash must not shut out the others.
 * began: g_get_monotonic_time() when whoever waits for this began to wait: the time in all counts
 *   from there. Without enough of it left nothing is tried, since a failure would then say nothing
 *   of the server.
 * False: none answered; error says what each said. */
bool servers_try(Servers *servers, gint64 began, ServersAttempt attempt, gpointer data,
		 GError **error);

/* Something to do on a link. */
typedef LinkResult (*ServersUse)(Link *link, gint64 deadline, gpointer data, GError **error);

/* Does it on an idle link or a new one; an idle one that turns out to be dead is replaced once.
 * Called by an attempt. */
LinkResult servers_use(Servers *servers, unsigned uri, LinkKind kind, ServersUse use, gpointer data,
		       gint64 deadline, GError **error);

/* Connects afresh to the server number `uri`, as nobody yet. Transfer full. */
Link *servers_open(Servers *servers, unsigned uri, gint64 deadline, GError **error);

/* Connects and binds afresh to the server number `uri` as the service account. Transfer full. */
Link *servers_connect(Servers *servers, unsigned uri, gint64 deadline, GError **error);

/* How many servers there are. */
unsigned servers_count(const Servers *servers);

typedef struct ServersStats {
	const char *uri;   /* the servers' own */
	bool rests;        /* it failed less than LIMIT_DIRECTORY_REST_MS ago */
	bool lost;         /* it failed, and has not answered since */
	guint64 questions; /* attempts at it, and those of them that got no answer */
	guint64 failures;
	gint64 answered; /* g_get_monotonic_time() of its last answer; 0: never */
} ServersStats;

/* How they are now; how many connections are in use. Returns: how many servers there are. */
unsigned servers_stats(Servers *servers, ServersStats ret_stats[SERVERS_MAX],
		       unsigned *ret_running);
