/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/error.h"

G_DEFINE_QUARK(metadata - error - quark, metadata_error)

bool metadata_refuse(GError **error, MetadataError code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (error)
		*error = g_error_new_valist(METADATA_ERROR, code, format, args);
	va_end(args);
	return false;
}
