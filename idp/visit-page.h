/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pages with a form that a visit meets on its way: what they carry is bound to its browser. */
#pragma once

#include "idp/visit.h"

/* A browser without a pre-login cookie gets one. */
void visit_know_browser(Visit *visit);

/* The login page, also after a wrong password. A browser without a pre-login cookie gets one.
 * Transfer full. */
HttpResponse *visit_login_page(Visit *visit);

/* "As a pupil or as staff?", after the right password. The visit's ask goes into its handle.
 * Transfer full. */
HttpResponse *visit_role_page(Visit *visit);

/* The token of the form that logs out. Transfer full. */
char *visit_logout_token(const Visit *visit);
