/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory.h"

/* What the files of the directory share; for them alone. */
struct Directory {
	Servers *servers;
	char *base;
	char *login_filter;
	char *key;
	bool key_is_binary;
	char *decoy_dn;
	GPtrArray *attributes; /* char *, NULL-ended, with key */
	EntryCache *cache;
	gint64 max_age;
	char *same; /* equal for two directories that ask the same of the same */
};
