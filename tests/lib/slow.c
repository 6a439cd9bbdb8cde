/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Those who hold a server up: connections that never come to an end, and beside them strangers who
 * send what is no request. One thread, loopback only, bounded in count and time. A connection that
 * the server closes is opened again. Prints one JSON line; fails when a junk request was answered
 * with 2xx or not at all.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_COUNT   4000
#define MOST_SECONDS 300
#define MOST_JUNK    1000 /* at once; more are due than answered: the server hangs */
#define DRIP_US      (500 * 1000)
#define PATIENCE_US  (10 * G_USEC_PER_SEC)

static struct {
	char *at, *host, *page;
	int count, junk, seconds;
	gboolean spread;
} option = {.count = 1000, .seconds = 20};

static const GOptionEntry entries[] = {
	{"connect", 'c', 0, G_OPTION_ARG_STRING, &option.at, "Server, 127.x.x.x:PORT", "ADDRESS"},
	{"host", 'H', 0, G_OPTION_ARG_STRING, &option.host, "Host header", "HOST"},
	{"page", 'P', 0, G_OPTION_ARG_STRING, &option.page, "What slow readers ask for", "PATH"},
	{"count", 'n', 0, G_OPTION_ARG_INT, &option.count, "Slow connections (1000)", "N"},
	{"junk", 'j', 0, G_OPTION_ARG_INT, &option.junk, "Junk requests a second (0)", "N"},
	{"seconds", 'T', 0, G_OPTION_ARG_INT, &option.seconds, "For so long (20)", "N"},
	{"spread", 'S', 0, G_OPTION_ARG_NONE, &option.spread,
	 "Give each slow connection an address of its own in 127.0.0.0/8", NULL},
	{NULL}};

/* In turn; %s is the host, or, in the reader's, the path and the host. */
typedef enum { SLOW_HEAD, SLOW_BODY, SLOW_READER, SLOW_SILENT, SLOW_KINDS } Slow;

#define POST "POST /login HTTP/1.1\r\nHost: %s\r\n"
#define FORM POST "Content-Type: application/x-www-form-urlencoded\r\n"

/* None of them may be answered with 2xx. */
static const char *const junk[] = {
	"\x16\x03\x01\x02\x01\x01\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: %s\r\nHost: %s\r\n\r\n",
	"GET / HTTP/1.1\nHost: %s\n\n",
	"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
	"GET http://elsewhere.example/ HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET /%%00 HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET /wp-login.php HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET /static/..%%2f..%%2fetc/passwd HTTP/1.1\r\nHost: %s\r\n\r\n",
	"DELETE /saml/sso HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET /saml/sso HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET /saml/sso?SAMLRequest=junk HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET /saml/sso?SAMLRequest=PHNhbWw%%2B HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET /saml/continue?handle=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: %s\r\n\r\n",
	FORM "Content-Length: 15\r\n\r\nlogin=&login=%%%%",
	POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
	POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
};

typedef struct {
	int fd;       /* -1: to be opened */
	int number;   /* of a slow one; -1: junk */
	gint64 since; /* opened */
	bool answered, good;
} Guest;

static struct sockaddr_in server;
static Guest *guests; /* the slow ones, then the junk ones */
static struct pollfd *polls;
static unsigned opened, closed, refused, taken, unanswered;

static int dial(int number)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	static const int yes = 1, small = 2048;
	struct sockaddr_in from = {.sin_family = AF_INET};

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
	if (number >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	from.sin_addr.s_addr =
		htonl(option.spread && number >= 0
			      ? (127u << 24 | 1u << 16 | (unsigned)(number / 250) << 8) +
					(unsigned)(number % 250) + 1
			      : INADDR_LOOPBACK + 8);
	bool ok = bind(fd, (struct sockaddr *)&from, sizeof from) == 0 &&
		  (connect(fd, (struct sockaddr *)&server, sizeof server) == 0 ||
		   errno == EINPROGRESS);
	if (!ok) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Whatever does not fit is not sent: that is slow, too. */
static void say(int fd, const char *text, gsize length)
{
	ssize_t sent = send(fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)sent;
}

static void begin(const Guest *guest)
{
	g_autofree char *text = NULL;

	switch ((Slow)(guest->number % SLOW_KINDS)) {
	case SLOW_HEAD:
		text = g_strdup_printf("GET / HTTP/1.1\r\nHost: %s\r\nX: ", option.host);
		break;
	case SLOW_BODY:
		text = g_strdup_printf(FORM "Content-Length: 4000\r\n\r\nlogin=", option.host);
		break;
	case SLOW_READER: {
		g_autofree char *once = g_strdup_printf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n",
							option.page, option.host);
		g_autoptr(GString) often = g_string_new(NULL);
		for (int i = 0; i < 20; i++)
			g_string_append(often, once);
		text = g_string_free(g_steal_pointer(&often), FALSE);
		break;
	}
	default:
		return;
	}
	say(guest->fd, text, strlen(text));
}

static void hang_up(Guest *guest)
{
	close(guest->fd);
	guest->fd = -1;
}

/* Once in DRIP_US for each of the slow ones; those that are gone come again. */
static void drip(Guest *guest, gint64 now)
{
	char byte;

	if (guest->fd < 0) {
		guest->fd = dial(guest->number);
		guest->since = now;
		opened += guest->fd >= 0;
		if (guest->fd >= 0)
			begin(guest);
	} else if (guest->number % SLOW_KINDS == SLOW_READER) {
		if (recv(guest->fd, &byte, 1, MSG_DONTWAIT) == 0) {
			closed++;
			hang_up(guest);
		}
	} else if (guest->number % SLOW_KINDS != SLOW_SILENT) {
		say(guest->fd, "a", 1);
	}
}

static void throw_junk(gint64 now)
{
	static unsigned next;

	for (int i = option.count; i < option.count + MOST_JUNK; i++) {
		Guest *guest = &guests[i];
		if (guest->fd >= 0)
			continue;
		const char *format = junk[next++ % G_N_ELEMENTS(junk)];
		g_auto(GStrv) parts = g_strsplit(format, "%s", -1);
		g_autofree char *filled = g_strjoinv(option.host, parts);
		g_auto(GStrv) percents = g_strsplit(filled, "%%", -1);
		g_autofree char *text = g_strjoinv("%", percents);
		*guest = (Guest){.fd = dial(-1), .number = -1, .since = now};
		if (guest->fd >= 0)
			say(guest->fd, text, strlen(text));
		else
			unanswered++;
		return;
	}
	unanswered++;
}

/* What came: slow ones but readers are told that they are late, junk is refused. */
static void look(Guest *guest, gint64 now)
{
	char buffer[4096];

	if (guest->number >= 0 && guest->number % SLOW_KINDS == SLOW_READER)
		return;
	ssize_t n = recv(guest->fd, buffer, sizeof buffer, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return;
	if (guest->number >= 0) {
		if (n <= 0) {
			closed++;
			hang_up(guest);
		}
		return;
	}
	if (n > 12 && memcmp(buffer, "HTTP/1.", 7) == 0 && buffer[9] == '2')
		taken++;
	else
		refused++;
	hang_up(guest);
}

static void give_up_junk(Guest *guest, gint64 now)
{
	if (guest->fd >= 0 && guest->number < 0 && now - guest->since > PATIENCE_US) {
		unanswered++;
		hang_up(guest);
	}
}

static void run(void)
{
	gint64 began = g_get_monotonic_time(), ends = began + option.seconds * G_USEC_PER_SEC;
	gint64 dripped = 0, thrown = 0;
	int all = option.count + MOST_JUNK;

	for (gint64 now = began; now < ends; now = g_get_monotonic_time()) {
		bool due = now - dripped >= DRIP_US;
		for (int i = 0; due && i < option.count; i++)
			drip(&guests[i], now);
		dripped = due ? now : dripped;
		for (; thrown < (now - began) * option.junk / G_USEC_PER_SEC; thrown++)
			throw_junk(now);
		for (int i = 0; i < all; i++) {
			bool reads = i >= option.count || i % SLOW_KINDS != SLOW_READER;
			polls[i] =
				(struct pollfd){.fd = reads ? guests[i].fd : -1, .events = POLLIN};
		}
		if (poll(polls, (nfds_t)all, 10) <= 0)
			continue;
		now = g_get_monotonic_time();
		for (int i = 0; i < all; i++) {
			if (polls[i].fd >= 0 && polls[i].revents)
				look(&guests[i], now);
			give_up_junk(&guests[i], now);
		}
	}
}

/* Only this machine may be bothered. */
static bool take_address(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text ? text : "", ":", 2);

	server.sin_family = AF_INET;
	if (g_strv_length(parts) != 2 || inet_pton(AF_INET, parts[0], &server.sin_addr) != 1)
		return false;
	server.sin_port = htons((guint16)g_ascii_strtoull(parts[1], NULL, 10));
	return ntohl(server.sin_addr.s_addr) >> 24 == 127 && server.sin_port != 0;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- hold up a server on loopback");
	g_autoptr(GError) error = NULL;
	struct rlimit files;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || !take_address(option.at) ||
	    !option.host || option.count < 0 || option.count > MOST_COUNT || option.junk < 0 ||
	    option.junk > MOST_JUNK || option.seconds < 1 || option.seconds > MOST_SECONDS) {
		fprintf(stderr, "slow: %s\n",
			error ? error->message : "needs --connect, --host and sane numbers");
		return 2;
	}
	option.page = option.page ? option.page : g_strdup("/saml/metadata");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = MIN(files.rlim_max, MOST_COUNT + MOST_JUNK + 64);
	setrlimit(RLIMIT_NOFILE, &files);
	guests = g_new0(Guest, (gsize)option.count + MOST_JUNK);
	polls = g_new0(struct pollfd, (gsize)option.count + MOST_JUNK);
	for (int i = 0; i < option.count + MOST_JUNK; i++)
		guests[i] = (Guest){.fd = -1, .number = i < option.count ? i : -1};
	run();
	printf("{\"opened\":%u,\"closed\":%u,\"refused\":%u,\"taken\":%u,\"unanswered\":%u}\n",
	       opened, closed, refused, taken, unanswered);
	for (int i = 0; i < option.count + MOST_JUNK; i++)
		if (guests[i].fd >= 0)
			hang_up(&guests[i]);
	g_free(guests);
	g_free(polls);
	return taken > 0 || unanswered > 0;
}
