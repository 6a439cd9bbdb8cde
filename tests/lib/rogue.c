/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/lib/rogue.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

struct Rogue {
	RogueManner manner;
	int listener;
	GThread *thread;
	char *uri;
	GMutex lock;
	int peer; /* under lock; -1: none */
	bool stop;
};

/* LDAP: the answers to a StartTLS request with message id 1 */
static const char tls_yes[] = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
static const char tls_no[] = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00";

static void misbehave(Rogue *rogue, int peer)
{
	char bytes[512];
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
		g_mutex_lock(&rogue->lock);
		bool stop = rogue->stop;
		rogue->peer = stop ? -1 : peer;
		g_mutex_unlock(&rogue->lock);
		if (peer >= 0 && !stop)
			misbehave(rogue, peer);
		g_mutex_lock(&rogue->lock);
		rogue->peer = -1;
		if (peer >= 0)
			close(peer);
		g_mutex_unlock(&rogue->lock);
		if (stop || peer < 0)
			return NULL;
	}
}

Rogue *rogue_new(RogueManner manner)
{
	Rogue *rogue = g_new0(Rogue, 1);
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;

	rogue->manner = manner;
	rogue->peer = -1;
	g_mutex_init(&rogue->lock);
	rogue->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(rogue->listener, (struct sockaddr *)&address, length), ==, 0);
	g_assert_cmpint(getsockname(rogue->listener, (struct sockaddr *)&address, &length), ==, 0);
	rogue->uri = g_strdup_printf("ldap://127.0.0.1:%d", ntohs(address.sin_port));
	/* ROGUE_CLOSED: the port is ours, so that nobody else takes it, but nobody listens */
	if (manner != ROGUE_CLOSED) {
		g_assert_cmpint(listen(rogue->listener, 16), ==, 0);
		rogue->thread = g_thread_new("rogue", rogue_run, rogue);
	}
	return rogue;
}

void rogue_free(Rogue *rogue)
{
	g_mutex_lock(&rogue->lock);
	rogue->stop = true;
	shutdown(rogue->listener, SHUT_RDWR);
	if (rogue->peer >= 0)
		shutdown(rogue->peer, SHUT_RDWR);
	g_mutex_unlock(&rogue->lock);
	if (rogue->thread)
		g_thread_join(rogue->thread);
	close(rogue->listener);
	g_free(rogue->uri);
	g_mutex_clear(&rogue->lock);
	g_free(rogue);
}

const char *rogue_uri(const Rogue *rogue)
{
	return rogue->uri;
}
