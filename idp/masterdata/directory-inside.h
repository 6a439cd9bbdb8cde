/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory.h"

/* What the files of the directory share; for them alone. Lists are never NULL. */
struct Directory {
	Servers *servers;
	char *base;
	char *login_filter;
	char *key;
	bool key_is_binary;
	char *decoy_dn;
	GPtrArray *attributes; /* char *, NULL-ended, with key */
	char **unique;         /* DirectoryOptions has the same */
	char **others;
	char *others_key;
	bool (*is_protected)(const DirectoryEntry *, gpointer);
	gpointer data;
	char *protected_group; /* NULL: none */
	char *protected_group_attribute;
	GPtrArray *groups; /* DirectoryGroup */
	EntryCache *cache;
	gint64 max_age;
	char *same; /* equal for two directories that ask the same of the same */
};
