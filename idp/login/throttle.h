/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How many wrong passwords may be tried. Wrong ones typed in one place delay nobody elsewhere, no
 * account is ever locked, and nobody waits for more than LIMIT_THROTTLE_HOLD_MS.
 *
 * A try falls into one or two of three kinds of bucket:
 *
 *   known    person and browser, where the person has logged in there before (known.h): the owner's
 *            own mistakes, and those of whoever shares that computer; nobody else's
 *   unknown  person and all other browsers together: what a guesser has, however many browsers,
 *            addresses and spellings of the name they use
 *   address  all tries from one address but those of the known kind: one password for many people
 *
 * In the first two LIMIT_THROTTLE_FREE wrong tries cost nothing; each further one is followed by a
 * hold, of a second at first and twice as long each time. What is tried during a hold is refused
 * unseen and does not lengthen it. LIMIT_THROTTLE_FORGET_MS after the last wrong try all is
 * forgotten. While somebody goes on guessing by machine, others in unknown browsers compete with it
 * for the try a minute that is left. An address has LIMIT_THROTTLE_ADDRESS wrong tries, of which
 * one comes back each LIMIT_THROTTLE_ADDRESS_MS.
 *
 * A try counts from when it is admitted and is given back when the password was right or nobody
 * could say, so that a hundred at once get no further than a hundred in turn.
 *
 * A user that the directory does not have is throttled like one it has, by the name as typed, in
 * which capitals, width and blanks make no difference as they make none to directories (RFC 4518).
 * Whoever knows two other names of one person (user name and mail address, say) can see that they
 * share a bucket.
 *
 * Everything is in memory, in tables of fixed size that forget what was not used for longest: a
 * wrong password costs no disk. A restart forgets it all, and each of several nodes counts for
 * itself. Keys are hashed under a key of this process's own. Any thread may call; times are
 * milliseconds of a clock that never goes back, told by the caller.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define THROTTLE_HASH_BYTES 16

typedef struct Throttle Throttle;

typedef enum {
	THROTTLE_KNOWN = 0,
	THROTTLE_UNKNOWN,
	THROTTLE_ADDRESS,
	THROTTLE_KINDS
} ThrottleKind;

/* Who tries. */
typedef struct {
	const char *person;  /* the directory's key; NULL: a user it does not have */
	const char *login;   /* as typed, UTF-8; counts where there is no person */
	const char *browser; /* token of a browser known to the person; NULL: any other */
	guint64 peer;        /* the address, as HttpRequest has it */
} ThrottleWho;

/* An admitted try, to be given back. All zero: there is none. */
typedef struct {
	bool counted;
	ThrottleKind kind; /* THROTTLE_KNOWN or THROTTLE_UNKNOWN */
	uint8_t person[THROTTLE_HASH_BYTES], address[THROTTLE_HASH_BYTES];
	gint64 hold; /* when the hold that it began will end; 0: it began none */
} ThrottleTry;

/* Since the start; `entries` is of now. */
typedef struct {
	guint64 admitted;
	guint64 held[THROTTLE_KINDS];    /* tries refused, by the bucket that refused them */
	guint64 evicted[THROTTLE_KINDS]; /* buckets forgotten too soon, for lack of room */
	unsigned entries[THROTTLE_KINDS];
} ThrottleStats;

/* Transfer full. */
Throttle *throttle_new(void);
void throttle_free(Throttle *throttle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Throttle, throttle_free)

/*
 * May this password be tried now? 0: yes, it is counted, and `*try` says so. Else for how many
 * milliseconds such a try has to wait, at most LIMIT_THROTTLE_HOLD_MS, and `*try` is zero. A try
 * that is already counted in `*try` is given back first: one password is one try.
 */
gint64 throttle_admit(Throttle *throttle, const ThrottleWho *who, gint64 now, ThrottleTry *try);

/* A wait as a person and Retry-After are told it: in seconds, as people count, five at a time, and
 * rather too many than too few. */
unsigned throttle_seconds(gint64 wait);

/* Nobody could say whether the password is right: as if it had not been tried. */
void throttle_give_back(Throttle *throttle, ThrottleTry *try);

/* It was right: given back; in a known browser all wrong ones before are forgotten too. In others
 * they are not, or a guesser would be the freer the more often the owner logs in. */
void throttle_right(Throttle *throttle, ThrottleTry *try);

void throttle_stats(Throttle *throttle, ThrottleStats *stats);
