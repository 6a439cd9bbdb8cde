/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

/* LDAP servers that misbehave, each in a manner of its own. Those before ROGUE_CUT never come to
 * speak of people and have a loopback port; the others take every bind, have one person (Rut, whose
 * key is `rut`) for every search, hang up on what else is asked, and have a local socket, where no
 * TLS is asked for. */
typedef enum {
	ROGUE_CLOSED,       /* has the port, but does not listen */
	ROGUE_FULL,         /* listens, but takes no connection: packets vanish */
	ROGUE_SILENT,       /* takes the connection and says nothing */
	ROGUE_NO_TLS,       /* answers StartTLS with a protocol error */
	ROGUE_STALLED_TLS,  /* agrees to StartTLS, then says nothing */
	ROGUE_DRIPPING_TLS, /* agrees, then sends a byte of handshake every 100 ms */

	ROGUE_CUT,       /* hangs up within the entry */
	ROGUE_DRIPPING,  /* sends the entry, a byte every 100 ms */
	ROGUE_HUGE,      /* announces a message of 100 MiB */
	ROGUE_TORN,      /* an attribute that ends behind its entry */
	ROGUE_TWICE,     /* the attribute sn is there twice */
	ROGUE_ENDLESS,   /* sends entries without end */
	ROGUE_REFERENCE, /* refers to another server besides */
	ROGUE_REFERRAL,  /* refers to another server instead, also whoever writes */

	/* those that give pages (RFC 2696) of one person each, with one and the same cookie */
	ROGUE_TWO_PAGES,      /* and does no harm */
	ROGUE_SAME_PAGES,     /* the first page for ever */
	ROGUE_EMPTY_PAGES,    /* nobody, for ever */
	ROGUE_NEW_PAGES,      /* somebody new, for ever */
	ROGUE_LATER_CUT,      /* hangs up within the second page */
	ROGUE_LATER_LIMIT,    /* says there that it gives no more */
	ROGUE_LATER_REFERRAL, /* refers there to another server */
	ROGUE_LATER_NO_PAGES, /* has forgotten there what pages are */
	ROGUE_MANNERS
} RogueManner;

typedef struct Rogue Rogue;

/* elsewhere: the URI that ROGUE_REFERENCE and ROGUE_REFERRAL name; else NULL. */
Rogue *rogue_new(RogueManner manner);
Rogue *rogue_new_referring(RogueManner manner, const char *elsewhere);
void rogue_free(Rogue *rogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rogue, rogue_free)

/* ldap://127.0.0.1:PORT or ldapi://%2FPATH. Transfer none. */
const char *rogue_uri(const Rogue *rogue);

/* How many connections it has had. */
guint rogue_connections(Rogue *rogue);
