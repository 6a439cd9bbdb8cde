/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The files of a policy as they were read: what policy_load() takes, with the bytes that it points
 * to.
 */
#pragma once

#include <gio/gio.h>

#include "idp/config.h"
#include "policy/policy.h"

typedef struct {
	GArray *sources;     /* PolicySource; borrows from the next two */
	GPtrArray *contents; /* GBytes */
	GPtrArray *labels;   /* char *: FILE, or HUVUDMAN/FILE */
} PolicyFiles;

/* None yet. Transfer full. */
PolicyFiles *policy_files_new(void);
void policy_files_free(PolicyFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PolicyFiles, policy_files_free)

/* Adds one. huvudman: whom alone it binds, or NULL; it is put before the name. */
void policy_files_add(PolicyFiles *files, const char *name, const char *huvudman, GBytes *bytes);

/* Adds every text in quotes of the files (policy_texts()) to `texts', an array that frees them. */
void policy_files_texts(const PolicyFiles *files, GPtrArray *texts);

/*
 * Those that hold: of [policy] folder, which bind all huvudmän who name it, and those of the folder
 * in it that is called as the huvudman, which bind that one; it need not be there. Whoever may
 * write them decides what leaves: they are judged as metadata's are (trusted.h). Transfer full;
 * NULL with an error that says where the folder is named.
 */
PolicyFiles *policy_files_read(const Config *config, GError **error);

/*
 * Those of a folder, laid out in the same way, or a single file, whoever may write them: to be
 * looked at, and not to hold. huvudman: NULL: the only one. Transfer full.
 */
PolicyFiles *policy_files_look(const char *path, const char *huvudman, GError **error);
