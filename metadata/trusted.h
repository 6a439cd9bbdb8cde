/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/error.h"

/* A folder whose files are believed because of who could have written them: it and they belong to
 * root or to the user we run as, and nobody else may write them. */
typedef struct Trusted Trusted;

/* Opens the folder. METADATA_ERROR_TRUST with the command that mends it, METADATA_ERROR_IO.
 * (transfer full) */
Trusted *trusted_open(const char *folder, GError **error);
void trusted_free(Trusted *trusted);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trusted, trusted_free)

/* Names that end in `suffix` and do not begin with a dot, sorted by byte. More than max:
 * METADATA_ERROR_LIMIT. (transfer full): char* */
GPtrArray *trusted_list(Trusted *trusted, const char *suffix, guint max, GError **error);
/* The file's bytes; owner, mode and size are judged on what is open, so nothing can change between
 * judging and reading. No symbolic links, no devices. (transfer full) */
GBytes *trusted_read(const Trusted *trusted, const char *name, gsize max, GError **error);
/* As trusted_read, but only opens it. The descriptor is the caller's; -1 with an
 * error. */
int trusted_open_file(const Trusted *trusted, const char *name, GError **error);
/* Puts the bytes there whole or not at all, mode 0644, durable on return. */
bool trusted_write(const Trusted *trusted, const char *name, GBytes *bytes, GError **error);
/* Whether there is anything of that name. */
bool trusted_has(const Trusted *trusted, const char *name);
/* folder/name. (transfer full) */
char *trusted_path(const Trusted *trusted, const char *name);
