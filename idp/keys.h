/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The files that hold secrets: read only where nobody else could read them, made so from the
 * start, never overwritten.
 */
#pragma once

#include <sys/types.h>

#include "idp/config.h"
#include "idp/keypair.h"
#include "idp/seal.h"

/* The largest secret file is a PEM key of RSA 8192, 6.5 KiB. */
#define KEYS_FILE_MAX (16 * 1024)

/*
 * Reads a secret. Refused, naming the file and the command that mends it: a file that its group or
 * others may read or write (any of mode 077), that belongs to neither root nor the user we run as
 * (nor, when that is root, to `owner', for whom root runs a command; keys_owner()),
 * that is no regular file, or is larger than KEYS_FILE_MAX. Errors: G_FILE_ERROR, G_IO_ERROR.
 * Transfer full.
 */
Secret *keys_read(const char *path, uid_t owner, GError **error);

/* Whose secrets a configuration names, besides root's: of the owner of its store, or where there is
 * none yet, of its folder; of root where there is neither. */
uid_t keys_owner(const Config *config);

typedef enum {
	KEYS_SAML = 1 << 0,
	KEYS_LEDGER = 1 << 1,
	KEYS_SEAL = 1 << 2,
	KEYS_IDENTIFIERS = 1 << 3,
	KEYS_ALL = KEYS_SAML | KEYS_LEDGER | KEYS_SEAL | KEYS_IDENTIFIERS,
} KeysWhich;

typedef struct {
	KeysWhich which;
	KeypairKind kind;
	int days;
	gint64 now; /* seconds since 1970 */
} KeysRequest;

/* Told of each file made (made true) or found and left alone. */
typedef void (*KeysTold)(const char *path, const char *what, bool made, gpointer data);

/*
 * Makes the key files that the configuration names and that are not there yet, mode 0600 (the
 * certificate 0644), in folders made with 0700 where missing. A file that is there is left alone;
 * a certificate without its key, or the other way round, is an error, since a new half would not
 * fit the old one.
 */
bool keys_make(const Config *config, const KeysRequest *request, KeysTold told, gpointer data,
	       GError **error);
