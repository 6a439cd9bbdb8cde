/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A visit: one HTTP request on its way to its answer, and all that the steps of flow.c have
 * learnt so far. It belongs to one thread at a time.
 */
#pragma once

#include "idp/ask.h"
#include "idp/delay.h"
#include "idp/fault.h"
#include "idp/generation.h"
#include "idp/health/tally.h"
#include "idp/http/form.h"
#include "idp/http/server.h"
#include "idp/huvudman.h"
#include "idp/login/known.h"
#include "idp/login/pending.h"
#include "idp/login/session.h"
#include "idp/login/throttle.h"
#include "idp/saml/lasso.h"
#include "idp/store/writer.h"

/* What a worker thread has of its own for one huvudman. `lasso` is made for the generation of that
 * serial, which it does not keep: an idle worker holds no keys that were replaced. */
typedef struct {
	StoreReader *reader;
	LassoReader *lasso;
	guint64 serial;
} VisitWorker;

typedef struct {
	HttpExchange *exchange;
	const HttpRequest *request; /* the exchange's */
	Generation *generation;     /* the one it began with */
	Huvudman *huvudman;         /* whose host was asked; may be NULL */
	Writer *writer;             /* the huvudman's, like the next two */
	Throttle *throttle;
	Tally *tally; /* of how visits end; may be NULL */
	Delay *delay;
	int *alive;              /* the daemon's count of visits */
	VisitWorker *worker;     /* the running thread's; NULL in the directory lane */
	unsigned endpoint, step; /* where it is in flow.c's table */
	gint64 now;              /* seconds since 1970, when it began */
	gint64 began;            /* g_get_monotonic_time() then: all of the request was there */
	char reference[HTTP_REFERENCE_LENGTH + 1];
	const char *lang;

	Form *form;    /* of the body */
	char *browser; /* the pre-login cookie, as it came or new */
	bool browser_is_new;
	char *session_cookie;   /* the session cookie as it came, or NULL */
	Pending *pending;       /* the opened handle */
	char *handle;           /* as it came */
	Ask *ask;               /* proven; NULL: a login for its own sake */
	char *claimed_service;  /* who an unproven request says it is from, for the log */
	Entity *entity;         /* who asks; held, since a feed's may leave its cache */
	const Service *service; /* of the entity */
	Session *session;       /* that was there, or was opened by this visit */
	bool logged_in;         /* by this visit */
	Known *known;           /* the browser, if somebody is known to have used it */
	char *known_cookie;     /* to be set; NULL: stays as it is */
	ThrottleTry try;        /* of the password */
	gint64 hold;            /* milliseconds before one may be tried; 0: it was */
	bool password_failed;
	gint64 not_before; /* when the answer may leave, g_get_monotonic_time(); 0: at once */
	DirectoryEntry *entry;
	unsigned roles; /* Role bits of the entry */
	Role role;
	gint64 auth_instant;
	Person *person;
	Identity *identity; /* of the person */
	Decision *decision;
	const char *choice; /* what a page told or asked, or what was said to it; NULL: nothing */

	StoreCommit *commit; /* rows that must be durable before the response leaves */
	unsigned spent_op;   /* which of its operations spends the ask, plus one; 0: none */
	unsigned names_op;   /* likewise, finds that nobody has begun to renew the names */
	unsigned eppn_op;    /* likewise, says whose the EPPN is */
	unsigned given_op;   /* likewise, is the first of those that keep identifiers; the last */
	unsigned choice_op;  /* likewise, takes an answer back */
	unsigned said_op;    /* likewise, is the first of those that say what it rests on was */
	unsigned said_last;  /* said, and is still; the last; none where it is below the first */
	bool durable;        /* they are */
	HttpResponse *response;
	const char *outcome; /* for log and tally; NULL: not worth a line */
	char *response_id;
	GError *fault;
} Visit;

/* Begins a visit. `generation` is referenced; `now` in seconds since 1970; `*alive` counts the
 * visits that have not ended (atomic). Transfer full. */
Visit *visit_new(HttpExchange *exchange, const HttpRequest *request, Generation *generation,
		 Writer *writer, int *alive, gint64 now);

/* The visit's commit, made when first asked for. Transfer none. */
StoreCommit *visit_commit(Visit *visit);

/* Display name of the service that asks, in the visit's language, or NULL. Transfer none. */
const char *visit_service_name(const Visit *visit);

/* How a signed message goes to the service that asks. Borrows from both. */
PagePost visit_post(const Visit *visit, const char *message);

/*
 * Ends the visit (transfer full): makes its rows durable, if it has any, and sends its response
 * after that (or after `not_before`, which no visit with rows has); a fault becomes a page, or a
 * SAML status where the service may be told.
 */
void visit_finish(Visit *visit);

/* Ends the visit with a fault, whatever it has. Transfer full. */
void visit_fail(Visit *visit, FaultCode code, const char *message);

/* The page for a request whose visit is still under way, but was too late. Any thread. Transfer
 * full. */
HttpResponse *visit_late_page(const Generation *generation, FaultCode code,
			      const HttpRequest *request);

/* The page of a fault that came before there was a visit, or outside one. Transfer full. */
HttpResponse *visit_fault_page(const Generation *generation, FaultCode code, const char *reference,
			       const char *accept_language);
