/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* What is wrong with metadata. Messages are for an administrator: they name the element, the
 * entity and, where one is known, file and line, and say what to do. */
#define METADATA_ERROR (metadata_error_quark())
GQuark metadata_error_quark(void);
typedef enum {
	METADATA_ERROR_SYNTAX,    /* not XML, or not metadata of a SAML 2.0 service provider */
	METADATA_ERROR_ENDPOINT,  /* a URL or index of an endpoint */
	METADATA_ERROR_KEY,       /* a certificate */
	METADATA_ERROR_EXPIRED,   /* validUntil has passed */
	METADATA_ERROR_DUPLICATE, /* one entityID or index twice */
	METADATA_ERROR_TRUST,     /* owner or mode of a file or folder */
	METADATA_ERROR_LIMIT,     /* too large or too many */
	METADATA_ERROR_IO,        /* the operating system said no */
	METADATA_ERROR_NO_ACS,    /* what a request asks for is not in the metadata */
	METADATA_ERROR_USAGE,     /* `metadata add` was asked for something it cannot do */
	METADATA_ERROR_SIGNATURE, /* an aggregate's signature is missing or is not the signer's */
} MetadataError;

/* Sets the error and returns false. */
bool metadata_refuse(GError **error, MetadataError code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
