/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/exchange.h"

#include <microhttpd.h>
#include <string.h>

/* Bits of HttpExchange.meeting. */
#define ANSWERED 1u
#define ASLEEP   2u

ExchangeHub *exchange_hub_new(void)
{
	ExchangeHub *hub = g_new0(ExchangeHub, 1);

	atomic_init(&hub->references, 1);
	return hub;
}

ExchangeHub *exchange_hub_ref(ExchangeHub *hub)
{
	atomic_fetch_add(&hub->references, 1);
	return hub;
}

void exchange_hub_unref(ExchangeHub *hub)
{
	if (atomic_fetch_sub(&hub->references, 1) == 1)
		g_free(hub);
}

HttpExchange *exchange_new(ExchangeHub *hub, struct MHD_Connection *mhd, Connection *connection,
			   const char *target)
{
	HttpExchange *exchange = g_new0(HttpExchange, 1);

	exchange->hub = exchange_hub_ref(hub);
	atomic_init(&exchange->references, 1);
	exchange->mhd = mhd;
	exchange->connection = connection;
	exchange->target = g_strdup(target);
	exchange->received = g_get_monotonic_time();
	atomic_fetch_add(&hub->active, 1);
	return exchange;
}

HttpExchange *exchange_ref(HttpExchange *exchange)
{
	atomic_fetch_add(&exchange->references, 1);
	return exchange;
}

static void body_free(gpointer data)
{
	ExchangeBody *body = data;

	if (!body)
		return;
	explicit_bzero(body->data, body->size);
	g_free(body);
}

void exchange_unref(HttpExchange *exchange)
{
	if (atomic_fetch_sub(&exchange->references, 1) != 1)
		return;
	http_response_free(exchange->answer);
	http_request_free(exchange->request);
	body_free(exchange->body);
	g_free(exchange->refusal);
	g_free(exchange->target);
	exchange_hub_unref(exchange->hub);
	g_free(exchange);
}

void exchange_expect_body(HttpExchange *exchange, gsize limit)
{
	exchange->body = g_malloc(sizeof *exchange->body + limit);
	exchange->body->size = limit;
	exchange->body_limit = limit;
}

void exchange_take_body(HttpExchange *exchange, const char *bytes, gsize length)
{
	char *library_copy = (char *)(guintptr)bytes;
	gsize used = exchange->body_bytes;

	exchange->body_bytes += length;
	if (exchange->body && exchange->body_bytes <= exchange->body_limit)
		memcpy(exchange->body->data + used, bytes, length);
	/* The buffer is the library's, lives as long as the connection, and is not read again. */
	explicit_bzero(library_copy, length);
}

void exchange_finish_body(HttpExchange *exchange)
{
	ExchangeBody *body = g_steal_pointer(&exchange->body);

	if (!body)
		return;
	g_bytes_unref(exchange->request->body);
	exchange->request->body =
		g_bytes_new_with_free_func(body->data, exchange->body_bytes, body_free, body);
}

/* The server may not go from here to the end of the answer that follows. */
static bool claim(HttpExchange *exchange)
{
	atomic_fetch_add(&exchange->hub->answering, 1);
	if (!atomic_exchange(&exchange->claimed, true))
		return true;
	atomic_fetch_sub(&exchange->hub->answering, 1);
	return false;
}

/* The answer of who has claimed. Takes the response. */
static void deliver(HttpExchange *exchange, HttpResponse *response, const char *refusal)
{
	ExchangeHub *hub = exchange->hub;

	exchange->answer = response;
	exchange->refusal = g_strdup(refusal);
	if (exchange->handed)
		atomic_fetch_sub(&hub->waiting, 1);
	/* From here on the connection may be gone, unless it sleeps until we wake it. */
	if (atomic_fetch_or(&exchange->meeting, ANSWERED) & ASLEEP)
		MHD_resume_connection(exchange->mhd);
	atomic_fetch_sub(&hub->answering, 1);
}

static HttpResponse *plain_refusal(const HttpRefusal *refusal)
{
	g_autofree char *text = g_strdup_printf("%u\nReferens / reference: %s\n", refusal->status,
						refusal->reference);

	return http_response_text(refusal->status, text);
}

void exchange_refuse(HttpExchange *exchange, unsigned status, const char *what)
{
	ExchangeHub *hub = exchange->hub;
	const HttpRequest *request = exchange->request;

	/* Only the I/O thread refuses before there is a request. */
	if (!request && exchange->reference[0] == '\0')
		http_reference_new(exchange->reference);
	HttpRefusal refusal = {
		.status = status,
		.reference = request ? request->reference : exchange->reference,
		.accept_language = request ? request->accept_language : NULL,
		.host = request ? request->host : NULL,
		.late = exchange->handed ? atomic_load(&exchange->late) : 0,
		.request = exchange->handed ? request : NULL,
	};
	HttpResponse *response = hub->refuse ? hub->refuse(&refusal, hub->user) : NULL;
	if (!response)
		response = plain_refusal(&refusal);
	if (status == 405)
		http_response_set(response, "Allow", "GET, HEAD, POST");
	if (status == 503)
		http_response_set(response, "Retry-After", "5");
	if (claim(exchange))
		deliver(exchange, response, what);
	else
		http_response_free(response);
}

const HttpResponse *exchange_answer(HttpExchange *exchange)
{
	return atomic_load(&exchange->meeting) & ANSWERED ? exchange->answer : NULL;
}

void exchange_sleep(HttpExchange *exchange)
{
	/* Asleep first: who answers after the meeting point wakes a connection that sleeps. */
	MHD_suspend_connection(exchange->mhd);
	if (atomic_fetch_or(&exchange->meeting, ASLEEP) & ANSWERED)
		MHD_resume_connection(exchange->mhd);
}

const HttpRequest *http_exchange_request(const HttpExchange *exchange)
{
	return exchange->request;
}

gint64 http_exchange_deadline(const HttpExchange *exchange)
{
	return exchange->deadline;
}

gint64 exchange_due(const HttpExchange *exchange)
{
	gint64 by = atomic_load(&exchange->answer_by);

	return by > 0 ? by : G_MAXINT64;
}

void http_exchange_answer_by(HttpExchange *exchange, gint64 when, unsigned late)
{
	atomic_store(&exchange->late, late);
	atomic_store(&exchange->answer_by, when);
}

bool http_exchange_is_open(const HttpExchange *exchange)
{
	return !atomic_load(&exchange->claimed);
}

bool http_exchange_claim(HttpExchange *exchange)
{
	return claim(exchange);
}

void http_exchange_settle(HttpExchange *exchange, bool claimed, HttpResponse *response)
{
	if (claimed)
		deliver(exchange, response, NULL);
	else
		http_response_free(response);
	exchange_unref(exchange);
}

bool http_exchange_answer(HttpExchange *exchange, HttpResponse *response)
{
	bool claimed = claim(exchange);

	http_exchange_settle(exchange, claimed, response);
	return claimed;
}
