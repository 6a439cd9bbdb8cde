/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The attributes that a school defines: files of groups, one for each attribute, in the form of
 * portvakt.conf (portvakt-attributes(1)). A new attribute has a name, SAML Name and claim that no
 * careless reader can take for another's, and is no personal number; of a shipped one that tells of
 * groups only the forms of its values can be said.
 */
#pragma once

#include "policy/registry.h"

typedef struct {
	const char *name;  /* what messages call it */
	const char *bytes; /* need not end in NUL */
	gsize length;
} AttributeFile;

#define ATTRIBUTE_FILE_ERROR (attribute_file_error_quark())
GQuark attribute_file_error_quark(void);
typedef enum {
	ATTRIBUTE_FILE_ERROR_SYNTAX,  /* no such file, group or key */
	ATTRIBUTE_FILE_ERROR_MEANING, /* an attribute that cannot stand */
	ATTRIBUTE_FILE_ERROR_FULL,    /* the process must start anew before there can be more */
} AttributeFileError;

/* What the files define, all together; their order has no meaning. None: what is shipped. NULL:
 * error says FILE:LINE:COLUMN: what is wrong; what to do. Nothing is put into the table of
 * attributes unless all is right. Returns: transfer full. */
Registry *attribute_files_read(const AttributeFile *files, guint n, GError **error);

/* The same of the *.attributes files of a folder, and of the folder in it that is called as the
 * huvudman (NULL: the only one), as far as they are there; they are judged for who could write
 * them. sum: told of every byte that was read; may be NULL. */
Registry *attribute_folder_read(const char *folder, const char *huvudman, GChecksum *sum,
				GError **error);
