/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/door.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idp/limits.h"
#include "idp/store/door-message.h"
#include "idp/store/place.h"
#include "idp/thread.h"

/* When there are no descriptors left to let anybody in, how long until it is tried again. */
#define REST_MS 100

typedef struct {
	Door *door;
	int fd;
	enum {
		NOBODY = 0,
		READING,   /* its commit has not come */
		WRITING,   /* the writer has it, and will tell */
		ANSWERING, /* `answer` is there */
	} state;
	int64_t until; /* READING: monotonic microseconds */
	GBytes *answer;
} Guest;

struct Door {
	char *place;
	char *name; /* of the socket */
	Writer *writer;
	pthread_t thread;
	int listener;
	int bell; /* an eventfd: the writer has told somebody, or it is time to stop */

	pthread_mutex_t lock; /* of all below; guests that are WRITING are the writer's */
	StoreTable watched;
	void (*notice)(gpointer data); /* NULL: nothing is watched */
	gpointer notice_data;
	bool stopping;
	Guest guests[LIMIT_DOOR_GUESTS];
};

static void ring(Door *door)
{
	const uint64_t one = 1;

	/* It fails only when it has been rung 2^64 times and nobody looked. */
	if (write(door->bell, &one, sizeof one) != (ssize_t)sizeof one)
		g_assert(errno == EAGAIN);
}

/* ---- a guest ---- */

static void send_away(Guest *guest)
{
	close(guest->fd);
	g_clear_pointer(&guest->answer, g_bytes_unref);
	guest->state = NOBODY;
}

static void send_message(int fd, GBytes *message)
{
	gsize length;
	const void *bytes = g_bytes_get_data(message, &length);

	/* The first that is sent on it, so there is room. Whoever has gone misses nothing. */
	if (send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
}

static void fail(int fd, const char *text)
{
	g_autoptr(GBytes) message = door_message_fault(text);

	send_message(fd, message);
}

static bool writes_to(const StoreCommit *commit, StoreTable table)
{
	for (guint i = 0; i < commit->ops->len; i++)
		if (g_array_index(commit->ops, StoreOp, i).table == table)
			return true;
	return false;
}

/* In the writer's thread. */
static void told(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	Guest *guest = data;
	Door *door = guest->door;
	GBytes *answer = door_message_answer(commit, result);

	pthread_mutex_lock(&door->lock);
	if (door->notice && result->outcome == STORE_OK && writes_to(commit, door->watched))
		door->notice(door->notice_data);
	guest->answer = answer;
	guest->state = ANSWERING;
	/* Under the lock: once it is released the door may be gone. */
	ring(door);
	pthread_mutex_unlock(&door->lock);
}

static void push(Guest *guest, GBytes *message)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(StoreCommit) commit = door_message_read_commit(message, told, guest, &error);
	Door *door = guest->door;

	if (commit == NULL) {
		fail(guest->fd, error->message);
		send_away(guest);
		return;
	}
	guest->state = WRITING;
	/* It may be told before this returns, and takes the lock for it. */
	pthread_mutex_unlock(&door->lock);
	bool pushed = writer_push(door->writer, &commit);
	pthread_mutex_lock(&door->lock);
	if (pushed)
		return;
	fail(guest->fd, "portvakt serve has too much to write just now: try again");
	send_away(guest);
}

static void read_commit(Guest *guest)
{
	char *bytes = g_malloc(LIMIT_DOOR_MESSAGE + 1);
	ssize_t n = recv(guest->fd, bytes, LIMIT_DOOR_MESSAGE + 1, MSG_DONTWAIT);
	g_autoptr(GBytes) message = g_bytes_new_take(bytes, n > 0 ? (gsize)n : 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && n <= LIMIT_DOOR_MESSAGE) {
		push(guest, message);
		return;
	}
	if (n > 0)
		fail(guest->fd, "the commit is larger than any that a command makes");
	send_away(guest);
}

/* ---- the thread ---- */

static Guest *free_place(Door *door)
{
	for (unsigned i = 0; i < LIMIT_DOOR_GUESTS; i++)
		if (door->guests[i].state == NOBODY)
			return &door->guests[i];
	return NULL;
}

static bool may_enter(int fd)
{
	struct ucred who;
	socklen_t length = sizeof who;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 &&
	       (who.uid == 0 || who.uid == geteuid());
}

/* False when it could not, and will not soon. */
static bool let_in(Door *door)
{
	Guest *guest = free_place(door);
	int fd = accept4(door->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
	if (!may_enter(fd)) {
		fail(fd, "only root and the user that portvakt serve runs as may write");
		close(fd);
		return true;
	}
	*guest = (Guest){.door = door, .fd = fd, .state = READING};
	guest->until = g_get_monotonic_time() + LIMIT_DOOR_READ_MS * G_TIME_SPAN_MILLISECOND;
	return true;
}

/* What to wait for, guest i at i, then the bell and, when there is room, the listener; and how
 * long. */
static int gather(Door *door, struct pollfd fds[LIMIT_DOOR_GUESTS + 2])
{
	int64_t until = G_MAXINT64, now = g_get_monotonic_time();

	for (unsigned i = 0; i < LIMIT_DOOR_GUESTS; i++) {
		const Guest *guest = &door->guests[i];
		bool reading = guest->state == READING;

		fds[i] = (struct pollfd){.fd = reading ? guest->fd : -1, .events = POLLIN};
		if (reading)
			until = MIN(until, guest->until);
	}
	fds[LIMIT_DOOR_GUESTS] = (struct pollfd){.fd = door->bell, .events = POLLIN};
	fds[LIMIT_DOOR_GUESTS + 1] = (struct pollfd){
		.fd = free_place(door) != NULL ? door->listener : -1, .events = POLLIN};
	if (until == G_MAXINT64)
		return -1;
	return (int)(MAX(until - now, 0) / G_TIME_SPAN_MILLISECOND) + 1;
}

static void serve(Guest *guest, const struct pollfd *seen)
{
	if (guest->state == ANSWERING) {
		send_message(guest->fd, guest->answer);
		send_away(guest);
	} else if (guest->state == READING && seen->fd == guest->fd && seen->revents != 0) {
		read_commit(guest);
	} else if (guest->state == READING && g_get_monotonic_time() >= guest->until) {
		send_away(guest);
	}
}

/* Whoever handed nothing over goes. Whether anybody is left. */
static bool clear(Door *door)
{
	bool left = false;

	for (unsigned i = 0; i < LIMIT_DOOR_GUESTS; i++) {
		if (door->guests[i].state == READING)
			send_away(&door->guests[i]);
		left = left || door->guests[i].state != NOBODY;
	}
	return left;
}

static void *run(void *data)
{
	Door *door = data;
	struct pollfd fds[LIMIT_DOOR_GUESTS + 2];
	uint64_t rung;
	bool resting = false;

	pthread_mutex_lock(&door->lock);
	while (!door->stopping || clear(door)) {
		int wait = gather(door, fds);

		if (door->stopping || resting)
			fds[LIMIT_DOOR_GUESTS + 1].fd = -1;
		if (resting)
			wait = REST_MS;
		resting = false;
		pthread_mutex_unlock(&door->lock);
		int ready = poll(fds, G_N_ELEMENTS(fds), wait);
		pthread_mutex_lock(&door->lock);
		if (ready < 0)
			continue;
		if (fds[LIMIT_DOOR_GUESTS].revents != 0 && read(door->bell, &rung, sizeof rung) < 0)
			continue;
		for (unsigned i = 0; i < LIMIT_DOOR_GUESTS; i++)
			serve(&door->guests[i], &fds[i]);
		if (fds[LIMIT_DOOR_GUESTS + 1].revents != 0 && free_place(door) != NULL)
			resting = !let_in(door);
	}
	pthread_mutex_unlock(&door->lock);
	return NULL;
}

/* ---- opening and closing ---- */

static bool remove_stale(const char *name, const char *path, GError **error)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT || place_fail_errno(name, "look at the door", error);
	if (!S_ISSOCK(st.st_mode)) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_FOREIGN,
			    "%s: here commands meet portvakt serve, but something else is in the "
			    "way: move it away",
			    name);
		return false;
	}
	return unlink(path) == 0 || place_fail_errno(name, "remove the old door", error);
}

static bool listen_at(Door *door, GError **error)
{
	struct sockaddr_un address;
	int folder = place_door(door->place, &address, error);
	bool bound;

	if (folder < 0)
		return false;
	door->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The mode before there is a name, whatever the umask. */
	bound = remove_stale(door->name, address.sun_path, error) &&
		((door->listener >= 0 && fchmod(door->listener, 0600) == 0 &&
		  bind(door->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
		  listen(door->listener, LIMIT_DOOR_GUESTS) == 0) ||
		 place_fail_errno(door->name, "open the door for commands", error));
	close(folder);
	return bound;
}

static void door_free(Door *door)
{
	if (door->listener >= 0)
		close(door->listener);
	if (door->bell >= 0)
		close(door->bell);
	pthread_mutex_destroy(&door->lock);
	g_free(door->place);
	g_free(door->name);
	g_free(door);
}

Door *door_open(const char *place, Writer *writer, GError **error)
{
	Door *door = g_new0(Door, 1);

	door->place = g_canonicalize_filename(place, NULL);
	door->name = g_strconcat(door->place, ".door", NULL);
	door->writer = writer;
	door->listener = -1;
	door->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&door->lock, NULL);
	if (door->bell < 0) {
		place_fail_errno(door->name, "make an eventfd", error);
	} else if (listen_at(door, error)) {
		if (thread_start(&door->thread, "portvakt-door", run, door, error))
			return door;
		unlink(door->name);
	}
	door_free(door);
	return NULL;
}

void door_watch(Door *door, StoreTable table, void (*notice)(gpointer data), gpointer data)
{
	pthread_mutex_lock(&door->lock);
	door->watched = table;
	door->notice = notice;
	door->notice_data = data;
	pthread_mutex_unlock(&door->lock);
}

void door_close(Door *door)
{
	if (door == NULL)
		return;
	unlink(door->name);
	pthread_mutex_lock(&door->lock);
	door->stopping = true;
	ring(door);
	pthread_mutex_unlock(&door->lock);
	pthread_join(door->thread, NULL);
	door_free(door);
}
