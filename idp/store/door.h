/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The door: how a command writes to a store that a running daemon writes. It is a socket beside the
 * store, "PATH.door" (AF_UNIX, SOCK_SEQPACKET, mode 0600), at which a command hands over one commit
 * a connection (door-message.h) and hears how it went once it is durable. The other side is
 * store_open_beside().
 *
 * Let in is who runs as root or as the daemon's own user (SO_PEERCRED): both could write the file
 * itself. A thread of its own serves LIMIT_DOOR_GUESTS at once and waits for none of them.
 */
#pragma once

#include "idp/store/writer.h"

typedef struct Door Door;

/*
 * Opens it for the store at `place`, whose lock `writer` holds: a socket that is there is of a
 * daemon that has ended, and is replaced; anything else there is refused. `writer` must outlast
 * the door. Transfer full; NULL with STORE_ERROR_PERMISSION or _IO, or G_FILE_ERROR.
 */
Door *door_open(const char *place, Writer *writer, GError **error);

/* From now on `notice` is called, in any thread, when a commit that a command handed over has
 * written to that table and is durable. Once. */
void door_watch(Door *door, StoreTable table, void (*notice)(gpointer data), gpointer data);

/* Removes the socket, sends away whoever has not handed over all of a commit, answers the others
 * when theirs are durable, and frees the door. NULL is allowed. */
void door_close(Door *door);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Door, door_close)
