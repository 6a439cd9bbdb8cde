/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/error.h"

/* How an administrator makes a service known: one EntityDescriptor into the folder that
 * entity_set_load reads. */

#define ADD_BECAUSE_MAX 1000     /* bytes */
#define ADD_FILE_MAX    16777216 /* 16 MiB, as XML_LIMITS_AGGREGATE */

typedef struct {
	const char *folder;
	/* Either the metadata that the supplier gave: one EntityDescriptor, or a list of entities
	 * in which entity_id (or being the only service provider) says which. */
	GBytes *file;
	/* Or what the supplier said: */
	const char *entity_id;
	const char *const *acs;        /* URLs by HTTP-POST, the first is the default; NULL-ended */
	const GPtrArray *certificates; /* GBytes: PEM, DER or base64, one each; may be empty */
	const char *name;              /* for people, or NULL */
	bool requests_signed;          /* refuse unsigned requests; needs a certificate */

	const char *because; /* why this service: kept in the file */
	bool replace;        /* a service that is known already */
	bool dry_run;        /* say everything, write nothing */
	gint64 now;          /* seconds since 1970 */
} MetadataAdd;

/* Adds a service and says in *ret_report (transfer full, lines for a terminal) what it is, what it
 * asks for, what changed, and what to beware of. The folder must be one that entity_set_load takes
 * whole. A service that is known already is METADATA_ERROR_DUPLICATE without `replace`; the report
 * then says what would change. The file is named after the entityID, readable, or as the one it
 * replaces; it is there whole or not at all.
 *
 * `because` goes into an XML comment: so it stays with the file it explains, moves and is removed
 * with it, and is no extension that a reader of metadata would have to know. The comment cannot be
 * ended from within. */
bool metadata_add(const MetadataAdd *add, char **ret_report, GError **error);
