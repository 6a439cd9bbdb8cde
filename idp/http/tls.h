/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* TLS 1.2 with AEAD and forward secrecy, and 1.3; a GnuTLS priority string. */
extern const char tls_priorities[];

/*
 * Whether certificate chain and key (PEM) can be used and belong together. The server library
 * itself only says that it did not start. False with an error in G_IO_ERROR.
 */
bool tls_check(GBytes *certificate, GBytes *key, GError **error);

/* When the chain's leaf ends, in seconds since 1970; 0 if it cannot be read. */
gint64 tls_certificate_end(GBytes *certificate);
