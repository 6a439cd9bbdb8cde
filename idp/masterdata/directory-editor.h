/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-change.h"
#include "idp/masterdata/directory.h"
#include "idp/seal.h"

/*
 * Changes values in the directory, for an admin's command, bound as an account that the daemon
 * never is. The wire is secured as the directory's own (directory.h). One thread at a time.
 */
typedef struct DirectoryEditor DirectoryEditor;

/* Connects to the first of the directory's addresses that answers, and binds there.
 *
 * bind_dn, password: neither may be empty.
 * Errors: FAULT_ERROR/FAULT_DIRECTORY_DOWN; CHANGE_ERROR/CHANGE_DENIED when the password is not
 *   right, and then no other address is tried.
 * Returns: transfer full. */
DirectoryEditor *directory_editor_open(Directory *directory, const char *bind_dn, Secret *password,
				       GError **error);

/* Gives an entry's attribute a value in place of `before` (NULL: of none), in one step that fails
 * if the attribute is not so any more.
 *
 * dn: as entry_dn() says. attribute: one that condition_is_attribute() takes. after: not empty.
 * Errors: CHANGE_ERROR (directory-change.h), nothing was changed and the next may be tried;
 *   FAULT_ERROR/FAULT_DIRECTORY_DOWN, nobody knows whether it was, and every further call fails
 *   with that. */
bool directory_editor_set(DirectoryEditor *editor, const char *dn, const char *attribute,
			  const char *before, const char *after, GError **error);

void directory_editor_close(DirectoryEditor *editor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DirectoryEditor, directory_editor_close)
