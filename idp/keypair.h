/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* New signing keys and their self-signed certificates (OpenSSL EVP). */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	KEYPAIR_RSA_3072, /* the default: what the Swedish profile wants past 2030 */
	KEYPAIR_RSA_2048, /* a seventh of the cost, until 2030 */
	KEYPAIR_P256,     /* cheapest; only where every service takes ECDSA */
} KeypairKind;

/* The kind of a name ("rsa-3072", "rsa-2048", "p-256"). False if there is none. */
bool keypair_kind_by_name(const char *name, KeypairKind *ret_kind);

/*
 * Makes a key and a certificate that only carries it: self-signed with SHA-256, subject and issuer
 * CN=common_name (cut at 64 bytes, X.520), a random serial, valid `days` from `now` (seconds since
 * 1970). ret_key and ret_certificate: PEM, transfer full; the caller wipes the key.
 */
bool keypair_new(KeypairKind kind, const char *common_name, gint64 now, int days, char **ret_key,
		 char **ret_certificate, GError **error);
