/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/error.h"

/* How far ahead an aggregate may say it is valid. A stolen or withheld one is believed that long
 * (saml2int SDP-MD03 asks for a threshold); federations say days to weeks. */
#define FEED_VALIDITY_MAX (90 * G_GINT64_CONSTANT(86400)) /* seconds */

/*
 * Judges a signed aggregate of metadata (an EntitiesDescriptor, SAML Metadata 2.3.1) and writes the
 * index of its service providers to `fd`, an empty file: see feed-index.h. What a stranger wrote is
 * parsed here: run by a confined process only, or by a test.
 *
 * In this order: XML_LIMITS_FEED and what xml_document_parse refuses; the signature of the root by
 * the key of `certificate` (DER) alone, see xml_signature_verify_aggregate; validUntil of the root,
 * which must be there, after `now` and at most FEED_VALIDITY_MAX ahead.
 *
 * Lists may lie in lists; an entity is valid as long as all that is around it. An entity that
 * entity_parse does not take, and an entityID that two service providers have, are left out, with a
 * note in the index: one member's mistake is not to cost the others. METADATA_ERROR.
 */
bool feed_aggregate_index(GBytes *aggregate, GBytes *certificate, gint64 now, int fd,
			  GError **error);
