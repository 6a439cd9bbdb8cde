/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/read.h"

#include <errno.h>
#include <unistd.h>

#include "metadata/error.h"

GBytes *metadata_read(int fd, const char *path, gsize max, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint8 block[65536];
	ssize_t n;
	while ((n = read(fd, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			metadata_refuse(error, METADATA_ERROR_IO, "%s: %s", path,
					g_strerror(errno));
			return NULL;
		}
		g_byte_array_append(bytes, block, (guint)n);
		if (bytes->len > max) {
			metadata_refuse(error, METADATA_ERROR_LIMIT, "%s: larger than %zu bytes",
					path, max);
			return NULL;
		}
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}
