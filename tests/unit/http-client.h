/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A client that sends any bytes and reads one answer, for tests of the server. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
	int status; /* 0: closed without an answer; -1: nothing within the time */
	char *head; /* with the empty line */
	GString *body;
	bool closed; /* the server closed after it */
} Reply;

static inline void reply_free(Reply *reply)
{
	g_free(reply->head);
	g_string_free(reply->body, TRUE);
	g_free(reply);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reply, reply_free)

/* From 127.0.0.`host` to 127.0.0.1:`port`. */
static inline int client_connect_from(unsigned host, guint16 port)
{
	struct sockaddr_in from = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host)};
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(bind(fd, (struct sockaddr *)&from, sizeof from), ==, 0);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&to, sizeof to), ==, 0);
	return fd;
}

static inline int client_connect(guint16 port)
{
	return client_connect_from(1, port);
}

/* False when the server does not take them any more. */
static inline bool client_send(int fd, const char *bytes, gsize length)
{
	while (length > 0) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		bytes += n;
		length -= (gsize)n;
	}
	return true;
}

/* One byte at most; -1: closed or reset, -2: nothing within `ms`. */
static inline int client_byte(int fd, int ms)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	unsigned char byte;

	if (poll(&wait, 1, ms) == 0)
		return -2;
	return recv(fd, &byte, 1, 0) == 1 ? byte : -1;
}

static inline void client_read_body(int fd, Reply *reply, gint64 length, int ms)
{
	char buffer[16384];

	while (length != 0) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		gsize most = length > 0 ? MIN((gsize)length, sizeof buffer) : sizeof buffer;
		if (poll(&wait, 1, ms) == 0)
			return;
		ssize_t n = recv(fd, buffer, most, 0);
		if (n <= 0) {
			reply->closed = true;
			return;
		}
		g_string_append_len(reply->body, buffer, n);
		length -= length > 0 ? n : 0;
	}
}

/* One answer; `bodiless` after HEAD. Skips a 100. */
static inline Reply *client_read(int fd, bool bodiless, int ms)
{
	Reply *reply = g_new0(Reply, 1);
	g_autoptr(GString) head = g_string_new(NULL);
	int byte = 0;

	reply->body = g_string_new(NULL);
	while (!g_str_has_suffix(head->str, "\r\n\r\n") && (byte = client_byte(fd, ms)) >= 0)
		g_string_append_c(head, (char)byte);
	if (byte < 0) {
		reply->status = byte == -2 ? -1 : 0;
		reply->closed = byte == -1;
		return reply;
	}
	reply->head = g_strdup(head->str);
	reply->status = atoi(reply->head + strlen("HTTP/1.1 "));
	if (reply->status == 100) {
		reply_free(reply);
		return client_read(fd, bodiless, ms);
	}
	const char *length = strstr(reply->head, "\r\nContent-Length: ");
	if (!bodiless)
		client_read_body(fd, reply, length ? atoll(length + 18) : -1, ms);
	/* The library sends the head of some refusals of its own twice. */
	if (strstr(reply->head, "\r\nConnection: close")) {
		while (byte >= 0)
			byte = client_byte(fd, ms);
		reply->closed = byte == -1;
	}
	return reply;
}

/* Connects, sends, reads one answer, closes. */
static inline Reply *client_ask(guint16 port, const char *bytes, gsize length)
{
	int fd = client_connect(port);

	client_send(fd, bytes, length);
	Reply *reply = client_read(fd, strncmp(bytes, "HEAD", 4) == 0, 5000);
	close(fd);
	return reply;
}
