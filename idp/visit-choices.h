/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a person was told and said before: the page on which they see it, and take it back. */
#pragma once

#include "idp/visit.h"

/* GET /me/choices, of a visit with a session: what was told and said. NULL: a fault. Transfer full.
 */
HttpResponse *visit_choices(Visit *visit);

/* POST /me/choices, likewise: adds to the commit that an answer is taken back, if it is what the
 * form says. Leads to the page. NULL: a fault. Transfer full. */
HttpResponse *visit_take_back(Visit *visit);
