/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Starts libxml2 and xmlsec1 for the process; main and tests call it before any other function of
 * metadata/, in the main thread, before threads are started. Their error output is silenced: what
 * goes wrong is told by GError. May be called again. lasso_init() may come before or after: it
 * starts the same libraries once more, which they tolerate; call xml_init again after it to silence
 * the handlers that it sets. False with XML_ERROR_LIBRARY. */
bool xml_init(GError **error);
/* For tests under a leak checker and the end of main. No function of metadata/ after it; not
 * together with lasso_shutdown(), which does the same. */
void xml_shutdown(void);
