/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whether a generation may follow the one that runs: at once, or, where [policy] confirm-widening
 * says so and it releases more, only when an administrator has let it in (confirmation.h). All of
 * it waits, or none. That it says so no more is itself to be confirmed, or it would guard nothing.
 */
#pragma once

#include "idp/generation.h"

#define ADMISSION_ERROR (admission_error_quark())
GQuark admission_error_quark(void);
typedef enum {
	ADMISSION_ERROR_WAITS, /* it has to be confirmed, and is not */
} AdmissionError;

typedef struct {
	GPtrArray *wider; /* char *: what is released besides (widening.h); NULL: nothing */
	char *account;    /* who confirmed that; NULL: nobody had to */
	char *waits;      /* of a start: why what ran before goes on; NULL: it does not */
} Admission;

void admission_clear(Admission *admission);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Admission, admission_clear)

/* Whether `after' has to be confirmed if it releases more: either of the two says so. meaning: of
 * what runs, as it was taken. */
bool admission_must_wait(const char *meaning, const Generation *after);

/*
 * At a reload. base: what runs, as it was taken (kept_policy_base()), also where it was loaded
 * again under another configuration or metadata. False: `after` must not be taken, error
 * (ADMISSION_ERROR, STORE_ERROR) says why; `wider' is filled for WAITS too.
 */
bool admission_judge(const Generation *before, const char *base, const Generation *after,
		     gint64 now, Admission *ret, GError **error);

/*
 * At a start, when nothing runs: what ran last is on disk (kept-policy.h). True: `after` may be
 * taken. False without an error: it has to wait, as `waits' says, and *ret_before (transfer full)
 * is what ran, loaded again, and *ret_base what it is called, to be taken in its place. False with
 * an error: neither may, also (WAITS) where the words of what ran mean something else under the
 * configuration of now (meaning.h).
 */
bool admission_start(const Generation *after, gint64 now, Admission *ret, Generation **ret_before,
		     char **ret_base, GError **error);
