/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Our own EntityDescriptor (saml-metadata 2.4.3, saml2int SDP-IDP33): made so that mod_shib and
 * mod_auth_mellon consume it as it is. shibmd:Scope stands inside IDPSSODescriptor, where
 * Skolverket's gateway looks for it; WantAuthnRequestsSigned is never said, since the gateway
 * does not sign.
 */
#pragma once

#include "idp/saml/identity.h"
#include <glib.h>
#include <stdbool.h>

/* How long a consumer may keep it: long enough for a closed school over a summer holiday, short
 * enough that a lost key ends; consumers refresh hourly. */
#define OWN_METADATA_VALID_SECONDS 5184000 /* 60 days */
#define OWN_METADATA_CACHE         "PT1H"

/* `signed` metadata carry an enveloped signature over the root. `now` is unix seconds; `id` is the
 * root's ID (an NCName). Equal arguments give equal bytes (with an RSA key). Transfer full. */
GBytes *own_metadata_build(const SamlIdentity *identity, gint64 now, const char *id, bool is_signed,
			   GError **error);

/* The same, unsigned and without validity: what a LassoReader is made with. Transfer full. */
char *own_metadata_for_reader(const SamlIdentity *identity);

/* The URL of our single sign-on endpoint, for Redirect and POST alike. Transfer full. */
char *own_metadata_sso_url(const SamlIdentity *identity);
