/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "metadata/endpoint.h"
#include "metadata/error.h"
#include "metadata/xml/document.h"
#include "metadata/xml/key.h"
#include "policy/service.h"

/* One service provider, as its EntityDescriptor says (SAML Metadata 2.3.2, 2.4.4). Immutable once
 * made and reference counted; all fields may be read by any thread. What a service asks for is only
 * a wish: policy decides. */

#define ENTITY_ID_MAX        256 /* SDP-G04; SAML Metadata allows 1024 */
#define ENTITY_ENDPOINTS_MAX 256
#define ENTITY_KEYS_MAX      16
#define ENTITY_WISHES_MAX    256 /* RequestedAttributes of one AttributeConsumingService */
#define ENTITY_SERVICES_MAX  32

/* A key that signs the service's requests. */
typedef struct {
	GBytes *der;
	XmlCertificate certificate;
} EntityKey;

/* What the service asks for under one AttributeConsumingService. */
typedef struct {
	int index;      /* 0..65535; -1: the metadata has no AttributeConsumingService */
	int is_default; /* 1, 0, or -1 when not said */
	Service *service;
} EntityWish;

typedef struct Entity {
	atomic_uint references;     /* C11's, not GLib's: ThreadSanitizer sees these */
	char *id;                   /* entityID */
	GPtrArray *acs;             /* Endpoint; only those with binding ENDPOINT_POST are chosen */
	GPtrArray *slo;             /* Endpoint */
	GPtrArray *keys;            /* EntityKey; may be empty */
	bool authn_requests_signed; /* an unsigned AuthnRequest is refused */
	bool want_assertions_signed;
	GPtrArray *wishes;      /* EntityWish, at least one */
	const Service *service; /* of the default wish; in `wishes` */
	char *subject_id_req; /* subject-id, pairwise-id, none, any, or what means nothing; NULL */
	gint64 valid_until;   /* seconds since 1970; 0: not limited */
	GBytes *bytes;        /* the EntityDescriptor as a document: what lasso is given. Its data
				 is followed by a NUL that is not counted. */
} Entity;

Entity *entity_ref(Entity *entity);
void entity_unref(Entity *entity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Entity, entity_unref)

/* Reads one EntityDescriptor with an SPSSODescriptor for SAML 2.0. `now` in seconds judges
 * validUntil of the entity and of the role: METADATA_ERROR_EXPIRED. Every location must pass
 * endpoint_url_check (those of bindings we do not use too); at least one AssertionConsumerService
 * by HTTP-POST; indices strict unsigned 16-bit and unique; signing keys (use="signing" or no use,
 * SDP IIP-MD11) RSA >= 2048 or P-256/384, expired certificates accepted (IIP-MD12).
 * Display names: mdui:DisplayName, else ServiceName, else OrganizationDisplayName, else entityID.
 * (transfer full) or NULL with METADATA_ERROR; the message begins with the entityID once known. */
Entity *entity_parse(const void *bytes, gsize len, gint64 now, GError **error);
/* As entity_parse, for an element already read. */
Entity *entity_from_node(const XmlNode *descriptor, gint64 now, GError **error);
/* For `now`: validUntil is read, not judged. */
#define ENTITY_ANY_TIME G_MININT64

/* The endpoint that the Response goes to (SDP-IDP06, SAML Profiles 4.1.4.1): the one whose location
 * is byte for byte `url`, or whose index is `index`, or, with url NULL and index -1, the default.
 * `binding` is ProtocolBinding or NULL; anything but HTTP-POST is refused, as are url and index
 * together. (transfer none) or NULL with METADATA_ERROR_NO_ACS: never a URL from the request. */
const Endpoint *entity_choose_acs(const Entity *entity, const char *url, int index,
				  const char *binding, GError **error);
/* What is asked under AttributeConsumingServiceIndex `index`, -1: the default. NULL when the
 * metadata has no such index. (transfer none) */
const Service *entity_service(const Entity *entity, int index);
/* Whether valid_until lies before now. */
bool entity_is_expired(const Entity *entity, gint64 now);
