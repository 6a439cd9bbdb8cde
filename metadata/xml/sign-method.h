/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "metadata/xml/sign.h"

/* The algorithms of signatures; for nobody outside metadata/xml/. */

#define XML_SIGN_ENVELOPED "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
#define XML_SIGN_SHA256    "http://www.w3.org/2001/04/xmlenc#sha256"

/* Whether a DigestMethod is SHA-256, SHA-384 or SHA-512. */
bool xml_sign_digest_is_taken(const char *uri);
