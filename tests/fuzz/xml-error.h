/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "metadata/xml/document.h"

/* The name of an XML_ERROR's code, for a verdict. */
static inline const char *xml_error_name(const GError *error)
{
	static const char *const names[] = {
		[XML_ERROR_LIMIT] = "limit",
		[XML_ERROR_ENCODING] = "encoding",
		[XML_ERROR_FORBIDDEN] = "forbidden",
		[XML_ERROR_SYNTAX] = "syntax",
		[XML_ERROR_STRUCTURE] = "structure",
		[XML_ERROR_DUPLICATE_ID] = "duplicate-id",
		[XML_ERROR_KEY] = "key",
		[XML_ERROR_SIGNATURE] = "signature",
		[XML_ERROR_LIBRARY] = "library",
	};

	g_assert_true(error->domain == XML_ERROR);
	return names[error->code];
}
