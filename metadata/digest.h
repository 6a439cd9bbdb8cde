/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

/* SHA-256, by OpenSSL: what is digested here is megabytes at each start, and GLib's own takes six
 * times as long. */

#define DIGEST_SIZE 32

typedef struct Digest Digest;

/* (transfer full) */
Digest *digest_new(void);
void digest_add(Digest *digest, const void *bytes, gsize len);
/* Ends and frees it. */
void digest_end(Digest *digest, guint8 ret[DIGEST_SIZE]);
/* All at once. */
void digest_of(const void *bytes, gsize len, guint8 ret[DIGEST_SIZE]);
