/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One huvudman (a school principal) that the daemon serves, and everything that is its own: the
 * generation, the store with its writer, the threads that wait for its directory, the count of its
 * wrong passwords and of its visits. Nothing of it is reachable from another, so that what one
 * makes (cookie, handle, session) is nothing to another, and what one lacks is no other's loss.
 *
 * One thread starts, loads and frees; any thread asks.
 */
#pragma once

#include "idp/admission.h"
#include "idp/generation.h"
#include "idp/health/health.h"
#include "idp/login/throttle.h"
#include "idp/pool.h"
#include "idp/store/writer.h"

typedef struct Huvudman Huvudman;

/* The lane for its directory. */
typedef struct {
	unsigned capacity;
	void (*work)(void *job, void *worker, void *user); /* worker: NULL */
	void (*late)(void *job, void *user);
	void *user;
} HuvudmanLane;

/* Without a generation. `name` as in the configuration; NULL: the only one. Transfer full. */
Huvudman *huvudman_new(const char *name, const HuvudmanLane *lane);

/*
 * Builds a whole new generation from the main configuration and takes it; the first time also opens
 * store and lane. False: the generation before goes on, if there is one, and error, which is kept
 * for huvudman_gather() too, says why. Visits under way end in the one they began with. `others`
 * are all of the daemon, whose generations and hosts it must keep apart from. The host is known
 * from the first try on, where the configuration says it.
 *
 * ret_admission: zeroed; what is released besides. At a start it may be that what is configured has
 * to wait for a confirmation, and what ran before goes on: true, with `waits' set.
 */
bool huvudman_load(Huvudman *huvudman, Config *main, Huvudman *const *others, unsigned n,
		   Admission *ret_admission, GError **error);

/* The generation before goes on, for that reason. */
void huvudman_keep(Huvudman *huvudman, const char *why);

/* To be called every second or so: sees that a day has begun (almanac.h). */
void huvudman_look(Huvudman *huvudman, gint64 now);

/* Its name, or NULL; of NULL too. Its host, with the port if that is not 443: constant once there
 * are threads; NULL: not known. Transfer none. */
const char *huvudman_name(const Huvudman *huvudman);
const char *huvudman_host(const Huvudman *huvudman);

/* The current generation (transfer full), or NULL: none was ever loaded. */
Generation *huvudman_current(Huvudman *huvudman);

/* Where there is a generation: a reader of its own for a thread (transfer full), the parts that
 * visits need (transfer none), and a job for the lane (transfer full if true). */
StoreReader *huvudman_reader(const Huvudman *huvudman, GError **error);
Writer *huvudman_writer(const Huvudman *huvudman);
Throttle *huvudman_throttle(const Huvudman *huvudman);
bool huvudman_wait(Huvudman *huvudman, void *job, guint64 origin);

/* Always. Transfer none. */
Tally *huvudman_tally(Huvudman *huvudman);

/* Its part of the report, into what is zeroed. */
void huvudman_gather(Huvudman *huvudman, gint64 now, HealthOf *of);

/* Takes no more jobs into the lane and nothing more at the store's door, and finishes what is
 * there; then the rest. NULL is fine. */
void huvudman_stop(Huvudman *huvudman);
void huvudman_free(Huvudman *huvudman);
