/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One attribute that a school defines, while it is read: for attribute-file.c. */
#pragma once

#include "idp/attribute-file.h"

typedef struct {
	const char *file; /* borrowed */
	guint line, column;
} DefinitionPlace;

/* What can be said of an attribute. */
typedef enum {
	SAY_SAML,
	SAY_LEGACY,
	SAY_CLAIM,
	SAY_SCOPE,
	SAY_KIND,
	SAY_SYNTAX,
	SAY_SCOPED,
	SAY_SINGLE,
	SAY_FORM,
	SAY_LABEL_SV,
	SAY_LABEL_EN,
	SAY_LABEL_FI,
	SAY_PLAIN_SV,
	SAY_PLAIN_EN,
	SAY_PLAIN_FI,
	SAYS
} DefinitionSay;

typedef struct {
	char *name;
	DefinitionPlace place;
	char *said[SAYS]; /* NULL: not said */
	DefinitionPlace said_at[SAYS];
	char **legacy, **forms;
	AttributeWords words;
	Attribute attribute; /* once it is judged; borrows from the rest */
} Definition;

Definition *definition_new(const char *name, const DefinitionPlace *place);
void definition_free(Definition *definition);

/* Takes one line. */
bool definition_say(Definition *definition, const DefinitionPlace *place, const char *key,
		    const char *value, GError **error);

/* Fills attribute, unless it cannot stand beside what is shipped and the first `judged` of all. */
bool definition_judge(Definition *definition, const GPtrArray *all, guint judged, GError **error);

/* Sets the error and returns false. In attribute-file.c. */
bool attribute_file_fail(GError **error, AttributeFileError code, const DefinitionPlace *place,
			 const char *format, ...) G_GNUC_PRINTF(4, 5);
