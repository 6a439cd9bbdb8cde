/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where a store lies on disk: who may touch it, and that one process writes it.
 */
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include "idp/store/store.h"

typedef enum {
	PLACE_REFUSED = 0, /* error set */
	PLACE_ABSENT,
	PLACE_PRESENT,
} PlaceState;

/*
 * Looks at the file without opening it: closing a descriptor of ours would drop the locks that
 * SQLite holds on it. PRESENT is a regular file with mode 0600 or less that belongs to us (or to
 * anybody, when `foreign_owner` and we are root), and is not empty.
 */
PlaceState place_look(const char *path, bool foreign_owner, GError **error);

/* False when somebody other than us and root could put another file in the place of ours. */
bool place_check_folder(const char *path, GError **error);

/*
 * Takes the lock file beside `path` ("PATH.lock", made with mode 0600, never removed), which says
 * who writes the store. The descriptor is the lock; -1 when another process, or another Store of
 * this one, has it.
 */
int place_lock(const char *path, GError **error);

/* Makes an empty file with mode 0600 in which a new store can be prepared, and puts it in its
 * place, durably, when it is ready. A leftover of an earlier try is removed. */
bool place_make(const char *draft, GError **error);
bool place_move(const char *draft, const char *path, GError **error);

/*
 * The address of the socket "PATH.door", for bind() and connect(). It leads through the folder's
 * descriptor, so that the path may be longer than such an address. The result is that descriptor,
 * to be closed when the address has been used; -1 on a fault.
 */
int place_door(const char *path, struct sockaddr_un *address, GError **error);

/* What errno says of `path`: "PATH: cannot DOING: why", STORE_ERROR/PERMISSION or IO. Returns
 * false.
 */
bool place_fail_errno(const char *path, const char *doing, GError **error);
