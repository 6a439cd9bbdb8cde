/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The groups of which there may be several, each with a name: [feed NAME] and so on. For config.c.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	NAMED_FEED,
	NAMED_GROUP,
	NAMED_LEVEL,
	NAMED_KINDS,
	NAMED_NONE = NAMED_KINDS
} NamedKind;

/* Of what kind a group "feed swamid" is, or a group of the table "feed"; NAMED_NONE: of none. */
NamedKind named_kind(const char *group);
NamedKind named_kind_of_table(const char *group);

/* "feed". Static. */
const char *named_word(NamedKind kind);

/* Why there cannot be one of that name beside n others; NULL: there can. Transfer full. */
char *named_fault(NamedKind kind, const char *name, guint n);
