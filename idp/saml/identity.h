/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who we are in SAML: what own metadata says and responses are signed with. Part of a generation:
 * filled once from the configuration, immutable from then on, borrowed by all workers. */
#pragma once

#include "metadata/xml/key.h"
#include <glib.h>

typedef struct {
	const char *entity_id;         /* [idp] entity-id */
	const char *base_url;          /* [idp] base-url: https origin, no slash at the end */
	const char *const *scopes;     /* [idp] scopes: NULL-terminated, at least one */
	const char *name_sv, *name_en; /* [idp] name-sv, name-en: for people */
	const char *description_sv, *description_en; /* or NULL: made from the name */
	const char *organization_url;                /* or NULL: base_url */
	const char *privacy_url;                     /* or NULL: not told */
	const char *logo_url;                        /* https, or NULL: not told */
	const char *support_email;                   /* [idp] support-email */
	const char *technical_email;                 /* or NULL: support_email */
	const XmlKey *key;                           /* [saml] key: signs responses and metadata */
	GPtrArray *certificates; /* GBytes *, DER: the key's own first, then those of keys
				    that will sign later or did sign lately */
} SamlIdentity;
