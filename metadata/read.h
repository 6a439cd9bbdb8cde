/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * What is left to read from `fd`, which stays open; `path` is what errors call it. (transfer full)
 * or NULL with METADATA_ERROR_IO, or METADATA_ERROR_LIMIT if there are more than `max` bytes.
 */
GBytes *metadata_read(int fd, const char *path, gsize max, GError **error);
