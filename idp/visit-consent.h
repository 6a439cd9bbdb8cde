/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a visit meets between its decision and its answer: that a person is told what leaves, or
 * asked whether it may. */
#pragma once

#include "idp/visit.h"

typedef enum {
	CONSENT_AHEAD,  /* a page may have to come first; the person is led to it */
	CONSENT_LOOKED, /* GET /consent: they have come to it */
	CONSENT_SAID,   /* POST /consent: they have said something to it */
} ConsentAt;

/* All that the decision about this visit rests on, without what the person has said. */
Circumstances visit_circumstances(const Visit *visit);

/*
 * The page that is due, or the way to it (transfer full); NULL when none is, so that the decision
 * of the visit, which is now by what the person has said, is to be answered, or when there is a
 * fault. What they say is added to the commit if it is said to the very page that would be shown
 * now; else that is shown again, and they have said nothing.
 */
HttpResponse *visit_consent(Visit *visit, ConsentAt at);
