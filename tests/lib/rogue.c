/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/lib/rogue.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A queue of one is full with two: from then on the kernel drops who comes. */
#define FILLERS 3

struct Rogue {
	RogueManner manner;
	int listener;
	int fillers[FILLERS];
	GThread *thread;
	char *uri;
	char *path; /* of a local socket; its folder is ours */
	char *elsewhere;
	guint answers;        /* of searches; its thread's own */
	pthread_mutex_t lock; /* not a GMutex, so that TSan sees it */
	int peer;             /* under lock, as the rest; -1: none */
	guint connections;
	bool stop;
};

/* ---- LDAP (RFC 4511), as much as there is of it here ---- */

enum {
	INTEGER = 0x02,
	OCTETS = 0x04,
	ENUMERATED = 0x0a,
	SEQUENCE = 0x30,
	SET = 0x31,
	BIND_REQUEST = 0x60,
	BIND_RESPONSE = 0x61,
	SEARCH_REQUEST = 0x63,
	SEARCH_ENTRY = 0x64,
	SEARCH_DONE = 0x65,
	MODIFY_REQUEST = 0x66,
	MODIFY_RESPONSE = 0x67,
	SEARCH_REFERENCE = 0x73,
	REFERRAL = 0xa3,
	CONTROLS = 0xa0
};

enum { SUCCESS = 0, SIZE_LIMIT = 4, REFERRED = 10 };

static const char tls_yes[] = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
static const char tls_no[] = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00";

/* Wraps what is in the string from `start` on: tag, a length of four bytes, content. */
static void wrap(GString *ber, gsize start, int tag)
{
	gsize n = ber->len - start;
	const char head[] = {(char)tag,       (char)0x84,     (char)(n >> 24),
			     (char)(n >> 16), (char)(n >> 8), (char)n};
	g_string_insert_len(ber, (gssize)start, head, sizeof head);
}

static void put(GString *ber, int tag, const char *bytes, gsize length)
{
	gsize start = ber->len;
	g_string_append_len(ber, bytes, (gssize)length);
	wrap(ber, start, tag);
}

static void put_attribute(GString *ber, const char *name, const char *value)
{
	gsize start = ber->len;
	put(ber, OCTETS, name, strlen(name));
	gsize values = ber->len;
	put(ber, OCTETS, value, strlen(value));
	wrap(ber, values, SET);
	wrap(ber, start, SEQUENCE);
}

/* From `start` on, what follows the id of a message. */
static void message_id(GString *ber, gsize start, guint id)
{
	const char integer[] = {INTEGER,         4,       (char)(id >> 24), (char)(id >> 16),
				(char)(id >> 8), (char)id};
	g_string_insert_len(ber, (gssize)start, integer, sizeof integer);
	wrap(ber, start, SEQUENCE);
}

static void message_end(GString *ber, gsize start, int tag, guint id)
{
	wrap(ber, start, tag);
	message_id(ber, start, id);
}

/* One of many; number 0 is Rut, who has no displayName; the others' is long. */
static void put_entry(GString *ber, guint id, guint number, bool twice, bool torn)
{
	g_autofree char *uid = number ? g_strdup_printf("rut%u", number) : g_strdup("rut");
	g_autofree char *dn = g_strdup_printf("uid=%s,dc=rogue", uid);
	gsize start = ber->len;
	put(ber, OCTETS, dn, strlen(dn));
	gsize attributes = ber->len;
	put_attribute(ber, "entryUUID", uid);
	put_attribute(ber, "uid", uid);
	put_attribute(ber, "sn", "Rut");
	if (number) {
		g_autofree char *name = g_strnfill(4096, 'r');
		put_attribute(ber, "displayName", name);
	}
	if (twice)
		put_attribute(ber, "SN", "Ruth");
	put_attribute(ber, "mail", "rut@rogue.example");
	if (torn)
		ber->str[ber->len - strlen("rut@rogue.example") - 1] = 99;
	wrap(ber, attributes, SEQUENCE);
	message_end(ber, start, SEARCH_ENTRY, id);
}

static void put_outcome(GString *ber, int tag, char code, const char *referral)
{
	gsize start = ber->len;
	put(ber, ENUMERATED, &code, 1);
	put(ber, OCTETS, "", 0);
	put(ber, OCTETS, "", 0);
	if (referral) {
		gsize uris = ber->len;
		put(ber, OCTETS, referral, strlen(referral));
		wrap(ber, uris, REFERRAL);
	}
	wrap(ber, start, tag);
}

static void put_result(GString *ber, guint id, int tag, char code, const char *referral)
{
	gsize start = ber->len;
	put_outcome(ber, tag, code, referral);
	message_id(ber, start, id);
}

/* The end of a page (RFC 2696); an empty cookie: of the last one. */
static void put_page_end(GString *ber, guint id, const char *cookie)
{
	static const char oid[] = "1.2.840.113556.1.4.319";
	g_autoptr(GString) value = g_string_new(NULL);
	put(value, INTEGER, "", 1);
	put(value, OCTETS, cookie, strlen(cookie));
	wrap(value, 0, SEQUENCE);
	gsize start = ber->len;
	put_outcome(ber, SEARCH_DONE, SUCCESS, NULL);
	gsize controls = ber->len;
	put(ber, OCTETS, oid, strlen(oid));
	put(ber, OCTETS, value->str, value->len);
	wrap(ber, controls, SEQUENCE);
	wrap(ber, controls, CONTROLS);
	message_id(ber, start, id);
}

static void put_reference(GString *ber, guint id, const char *uri)
{
	gsize start = ber->len;
	put(ber, OCTETS, uri, strlen(uri));
	message_end(ber, start, SEARCH_REFERENCE, id);
}

static bool send_all(int peer, const GString *bytes)
{
	for (gsize at = 0; at < bytes->len;) {
		ssize_t n = send(peer, bytes->str + at, bytes->len - at, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		at += (gsize)n;
	}
	return true;
}

static bool drip(int peer, const GString *bytes)
{
	for (gsize at = 0; at < bytes->len; at++) {
		if (send(peer, bytes->str + at, 1, MSG_NOSIGNAL) != 1)
			return false;
		g_usleep(100000);
	}
	return true;
}

/* A page of the search for everybody; false: the connection ends with it. */
static bool answer_page(Rogue *rogue, int peer, guint id)
{
	guint page = rogue->answers++;
	bool first = page == 0, on = true;
	g_autoptr(GString) ber = g_string_new(NULL);

	if (rogue->manner != ROGUE_EMPTY_PAGES)
		put_entry(ber, id, rogue->manner == ROGUE_SAME_PAGES ? 0 : page + 1, false, false);
	if (rogue->manner == ROGUE_LATER_CUT && !first)
		on = false;
	else if (rogue->manner == ROGUE_LATER_LIMIT && !first)
		put_result(ber, id, SEARCH_DONE, SIZE_LIMIT, NULL);
	else if (rogue->manner == ROGUE_LATER_REFERRAL && !first)
		put_result(ber, id, SEARCH_DONE, REFERRED, rogue->elsewhere);
	else if (rogue->manner == ROGUE_LATER_NO_PAGES && !first)
		put_result(ber, id, SEARCH_DONE, SUCCESS, NULL);
	else
		put_page_end(ber, id, rogue->manner == ROGUE_TWO_PAGES && !first ? "" : "same");
	return send_all(peer, ber) && on;
}

/* Answers a search; false: nothing more is to be had on this connection. */
static bool answer_search(Rogue *rogue, int peer, guint id)
{
	g_autoptr(GString) ber = g_string_new(NULL);
	if (rogue->manner >= ROGUE_TWO_PAGES)
		return answer_page(rogue, peer, id);
	switch (rogue->manner) {
	case ROGUE_HUGE:
		g_string_append_len(ber, "\x30\x84\x06\x40\x00\x00", 6);
		return send_all(peer, ber);
	case ROGUE_ENDLESS:
		put_entry(ber, id, 0, false, false);
		while (send_all(peer, ber))
			;
		return false;
	case ROGUE_REFERRAL:
		put_result(ber, id, SEARCH_DONE, REFERRED, rogue->elsewhere);
		return send_all(peer, ber);
	case ROGUE_REFERENCE:
		put_reference(ber, id, rogue->elsewhere);
		break;
	default:
		break;
	}
	put_entry(ber, id, 0, rogue->manner == ROGUE_TWICE, rogue->manner == ROGUE_TORN);
	if (rogue->manner == ROGUE_CUT) {
		g_string_truncate(ber, ber->len / 2);
		send_all(peer, ber);
		return false;
	}
	put_result(ber, id, SEARCH_DONE, 0, NULL);
	return rogue->manner == ROGUE_DRIPPING ? drip(peer, ber) : send_all(peer, ber);
}

/* Where a length that begins there ends. */
static gsize after_length(const guchar *bytes, gsize at)
{
	return at + 1 + (bytes[at] & 0x80 ? bytes[at] & 0x7f : 0);
}

/* Requests are small and come one at a time, each in one piece. */
static void serve(Rogue *rogue, int peer)
{
	guchar bytes[4096];
	bool on = true;
	while (on) {
		ssize_t n = recv(peer, bytes, sizeof bytes, 0);
		if (n < 8)
			return;
		gsize at = after_length(bytes, 1) + 1; /* past INTEGER: length, id, operation */
		gsize after = at + 1 + bytes[at];
		guint id = 0;
		while (++at < after)
			id = id << 8 | bytes[at];
		g_autoptr(GString) ber = g_string_new(NULL);
		if (bytes[at] == SEARCH_REQUEST) {
			on = answer_search(rogue, peer, id);
		} else if (bytes[at] == BIND_REQUEST) {
			put_result(ber, id, BIND_RESPONSE, 0, NULL);
			on = send_all(peer, ber);
		} else if (bytes[at] == MODIFY_REQUEST && rogue->manner == ROGUE_REFERRAL) {
			put_result(ber, id, MODIFY_RESPONSE, REFERRED, rogue->elsewhere);
			on = send_all(peer, ber);
		} else {
			return;
		}
	}
}

/* ---- the server ---- */

static void misbehave(Rogue *rogue, int peer)
{
	char bytes[512];

	if (rogue->manner >= ROGUE_CUT) {
		serve(rogue, peer);
		return;
	}
	gssize ignored G_GNUC_UNUSED = recv(peer, bytes, sizeof bytes, 0);
	if (rogue->manner == ROGUE_NO_TLS)
		send(peer, tls_no, sizeof tls_no - 1, MSG_NOSIGNAL);
	if (rogue->manner == ROGUE_STALLED_TLS || rogue->manner == ROGUE_DRIPPING_TLS)
		send(peer, tls_yes, sizeof tls_yes - 1, MSG_NOSIGNAL);
	if (rogue->manner == ROGUE_DRIPPING_TLS) {
		/* a handshake record of 512 bytes, one every 100 ms */
		recv(peer, bytes, sizeof bytes, 0);
		send(peer, "\x16\x03\x03\x02\x00", 5, MSG_NOSIGNAL);
		while (send(peer, "\x02", 1, MSG_NOSIGNAL) == 1)
			g_usleep(100000);
	}
	while (recv(peer, bytes, sizeof bytes, 0) > 0)
		;
}

static gpointer rogue_run(gpointer data)
{
	Rogue *rogue = data;
	for (;;) {
		int peer = accept(rogue->listener, NULL, NULL);
		pthread_mutex_lock(&rogue->lock);
		bool stop = rogue->stop;
		rogue->peer = stop ? -1 : peer;
		rogue->connections += peer >= 0 && !stop;
		pthread_mutex_unlock(&rogue->lock);
		if (peer >= 0 && !stop)
			misbehave(rogue, peer);
		pthread_mutex_lock(&rogue->lock);
		rogue->peer = -1;
		if (peer >= 0)
			close(peer);
		pthread_mutex_unlock(&rogue->lock);
		if (stop || peer < 0)
			return NULL;
	}
}

static void open_port(Rogue *rogue, struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;
	*address = (struct sockaddr_in){.sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	rogue->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(rogue->listener, (struct sockaddr *)address, length), ==, 0);
	g_assert_cmpint(getsockname(rogue->listener, (struct sockaddr *)address, &length), ==, 0);
	rogue->uri = g_strdup_printf("ldap://127.0.0.1:%d", ntohs(address->sin_port));
}

static void open_socket(Rogue *rogue)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_autofree char *folder = g_dir_make_tmp("rogue-XXXXXX", NULL);
	rogue->path = g_build_filename(folder, "ldapi", NULL);
	g_autofree char *escaped = g_uri_escape_string(rogue->path, NULL, FALSE);
	rogue->uri = g_strdup_printf("ldapi://%s", escaped);
	g_strlcpy(address.sun_path, rogue->path, sizeof address.sun_path);
	rogue->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(rogue->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
}

static void fill(Rogue *rogue, const struct sockaddr_in *address)
{
	for (int i = 0; i < FILLERS; i++) {
		rogue->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		connect(rogue->fillers[i], (const struct sockaddr *)address, sizeof *address);
	}
}

Rogue *rogue_new_referring(RogueManner manner, const char *elsewhere)
{
	Rogue *rogue = g_new0(Rogue, 1);
	struct sockaddr_in address;

	rogue->manner = manner;
	rogue->elsewhere = g_strdup(elsewhere);
	rogue->peer = -1;
	pthread_mutex_init(&rogue->lock, NULL);
	if (manner >= ROGUE_CUT)
		open_socket(rogue);
	else
		open_port(rogue, &address);
	/* ROGUE_CLOSED: the port is ours, so that nobody else takes it, but nobody listens */
	if (manner == ROGUE_CLOSED)
		return rogue;
	g_assert_cmpint(listen(rogue->listener, manner == ROGUE_FULL ? 0 : 16), ==, 0);
	if (manner == ROGUE_FULL)
		fill(rogue, &address);
	else
		rogue->thread = g_thread_new("rogue", rogue_run, rogue);
	return rogue;
}

Rogue *rogue_new(RogueManner manner)
{
	return rogue_new_referring(manner, NULL);
}

void rogue_free(Rogue *rogue)
{
	pthread_mutex_lock(&rogue->lock);
	rogue->stop = true;
	shutdown(rogue->listener, SHUT_RDWR);
	if (rogue->peer >= 0)
		shutdown(rogue->peer, SHUT_RDWR);
	pthread_mutex_unlock(&rogue->lock);
	if (rogue->thread)
		g_thread_join(rogue->thread);
	for (int i = 0; rogue->manner == ROGUE_FULL && i < FILLERS; i++)
		close(rogue->fillers[i]);
	close(rogue->listener);
	if (rogue->path) {
		g_autofree char *folder = g_path_get_dirname(rogue->path);
		g_unlink(rogue->path);
		g_rmdir(folder);
	}
	g_free(rogue->path);
	g_free(rogue->elsewhere);
	g_free(rogue->uri);
	pthread_mutex_destroy(&rogue->lock);
	g_free(rogue);
}

const char *rogue_uri(const Rogue *rogue)
{
	return rogue->uri;
}

guint rogue_connections(Rogue *rogue)
{
	pthread_mutex_lock(&rogue->lock);
	guint connections = rogue->connections;
	pthread_mutex_unlock(&rogue->lock);
	return connections;
}
