/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Starts libxml2 and xmlsec1 for the process; main and tests call it before any other function of
 * metadata/, in the main thread, before threads are started. Their error output is silenced (what
 * goes wrong is told by GError), and xmlsec1 fetches nothing. May be called again.
 * A program that uses lasso calls lasso_init() first: it starts the same libraries, and here that
 * is seen; the other way round xmlsec1 loses 1 KiB, once. False with XML_ERROR_LIBRARY. */
bool xml_init(GError **error);
/* For tests under a leak checker and the end of main. No function of metadata/ after it. Stops
 * xmlsec1 only if xml_init started it; else lasso_shutdown() does. */
void xml_shutdown(void);
