/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

/* LDAP servers that misbehave, each in a manner of its own, on a loopback port. */
typedef enum {
	ROGUE_CLOSED,       /* has the port, but does not listen */
	ROGUE_SILENT,       /* takes the connection and says nothing */
	ROGUE_NO_TLS,       /* answers StartTLS with a protocol error */
	ROGUE_STALLED_TLS,  /* agrees to StartTLS, then says nothing */
	ROGUE_DRIPPING_TLS, /* agrees, then sends a byte of handshake every 100 ms */
} RogueManner;

typedef struct Rogue Rogue;

Rogue *rogue_new(RogueManner manner);
void rogue_free(Rogue *rogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rogue, rogue_free)

/* ldap://127.0.0.1:PORT. Transfer none. */
const char *rogue_uri(const Rogue *rogue);
