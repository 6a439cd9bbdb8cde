/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Inside of HttpExchange, for the server only. The connection holds one reference, whoever has to
 * answer another. The first of worker, writer and deadline to answer wins; only it wakes the
 * connection up, and only if the I/O thread has put it to sleep.
 */
#pragma once

#include <stdatomic.h>

#include "idp/http/connection.h"
#include "idp/http/server.h"

struct MHD_Connection;

/* What the exchanges of a server share; lives as long as the last of them. */
typedef struct {
	atomic_uint references;
	atomic_uint active;    /* exchanges that a connection still holds */
	atomic_uint waiting;   /* handed over and not answered */
	atomic_uint answering; /* answers on their way: the server may not go before they arrived */
	HttpResponse *(*refuse)(const HttpRefusal *refusal, gpointer user);
	gpointer user;
} ExchangeHub;

ExchangeHub *exchange_hub_new(void);
ExchangeHub *exchange_hub_ref(ExchangeHub *hub);
void exchange_hub_unref(ExchangeHub *hub);

/* A body as it arrives, in memory that is wiped when it goes: a password may be in it. */
typedef struct {
	gsize size;
	char data[];
} ExchangeBody;

struct HttpExchange {
	ExchangeHub *hub;
	atomic_uint references;
	atomic_bool claimed;  /* somebody answers */
	atomic_uint meeting;  /* ANSWERED and ASLEEP; whoever comes second wakes the connection */
	HttpResponse *answer; /* set by who claimed, before it comes to the meeting */
	char *refusal;        /* why, when the server itself answers */
	bool handed;          /* the handler has seen it */
	gint64 deadline;
	atomic_llong answer_by; /* an earlier deadline, or 0 */
	atomic_uint late;       /* why, for HttpRefusal; set before */
	HttpRequest *request;   /* NULL until the head is decoded */

	/* The I/O thread's own. */
	struct MHD_Connection *mhd;
	Connection *connection;
	char *target; /* raw */
	char reference[HTTP_REFERENCE_LENGTH + 1];
	gint64 received;
	bool judged; /* the head has been read */
	bool queued;
	unsigned status;
	gsize head_bytes, body_bytes, body_limit;
	ExchangeBody *body;
};

HttpExchange *exchange_new(ExchangeHub *hub, struct MHD_Connection *mhd, Connection *connection,
			   const char *target);
HttpExchange *exchange_ref(HttpExchange *exchange);
void exchange_unref(HttpExchange *exchange);

/* Makes room for a body of at most `limit` bytes and takes its pieces; what exceeds it is counted
 * and dropped. The pieces are wiped where they came from. Then makes it the request's. */
void exchange_expect_body(HttpExchange *exchange, gsize limit);
void exchange_take_body(HttpExchange *exchange, const char *bytes, gsize length);
void exchange_finish_body(HttpExchange *exchange);

/* Answers with a refusal of the server's own, if nobody has answered. Any thread. */
void exchange_refuse(HttpExchange *exchange, unsigned status, const char *what);

/* When a refusal is due. Any thread that has a reference. */
gint64 exchange_due(const HttpExchange *exchange);

/* The answer, once it is there; I/O thread only. */
const HttpResponse *exchange_answer(HttpExchange *exchange);

/* After the handler returned without an answer: sleeps until one comes. I/O thread only. */
void exchange_sleep(HttpExchange *exchange);
