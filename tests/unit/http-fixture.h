/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A server that does what the path says, and counts what came of it; and clients that race. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "idp/http/exchange.h"
#include "idp/http/server.h"
#include "idp/pool.h"
#include "tests/unit/http-client.h"

#define BYTES(text)  text, sizeof text - 1
#define GET_OF(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define MOST_HELD    64
#define READ_MS      400
#define PATIENCE_MS  5000

/* What one test lets its server do; begins as zeroes. */
typedef struct {
	HttpServer *server;
	Pool *pool;
	pthread_mutex_t lock;
	HttpExchange *held[MOST_HELD];
	unsigned n_held;
	atomic_uint handled, won, lost;
	atomic_uint sent, unsent, refused;
	atomic_ullong response_bytes;
} House;

/*
 * Short times, two threads, any port of 127.0.0.1, and a handler for these paths: /wait/MS is
 * answered by a worker after so long, /hold when the test wants it, /large at once with 32 MiB, any
 * other at once with "answered".
 */
HttpServerOptions house_options(House *house);
void house_open(House *house, const HttpServerOptions *options);

/* Stops the server, unless the test has done so and set it to NULL, then answers what is held. */
void house_close(House *house);
guint16 house_port(House *house);

/* From 127.0.0.HOST; returns once the server has it, since its threads would otherwise take those
 * that wait in any order. */
int house_connect(House *house, unsigned host);

/* Answers and counts whether that was the answer sent (won) or another was before it (lost). */
void house_answer(House *house, HttpExchange *exchange, unsigned status);
void house_answer_held(House *house);

/* Until the counter is there, or no more than so many connections are open; fails the test if that
 * takes long. */
void house_wait(atomic_uint *counter, unsigned want);
void house_wait_connections(House *house, unsigned most);

/* One of the clients that ask at the same time, with what it got. */
typedef struct {
	House *house;
	pthread_t thread;
	unsigned ok, late, other;
} Racer;

#define RACERS 4

/* RACERS threads, each with `run` and its Racer. */
void racers_start(Racer *racers, House *house, void *(*run)(void *racer));
void racers_join(Racer *racers);
