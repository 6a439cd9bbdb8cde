/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the Redirect and the POST binding have in common: fields of a strictly read form. */
#pragma once

#include "idp/http/form.h"
#include <glib.h>
#include <stdbool.h>

/*
 * The field's pair (transfer none), NULL when it is absent. False with FAULT_SAML_MALFORMED when it
 * is there twice, or its name is escaped ("SAMLReques%74"), which no sender does and which a reader
 * that does not unescape names would miss.
 */
bool saml_field_get(const Form *form, const char *name, const FormPair **ret_pair, GError **error);

/*
 * RelayState (transfer full), NULL when absent or empty. Refused: over LIMIT_RELAY_STATE
 * (FAULT_SAML_TOO_LARGE), control characters (FAULT_SAML_MALFORMED).
 */
bool saml_field_relay_state(const Form *form, char **ret_relay_state, GError **error);

/*
 * Bytes of strict base64 (RFC 4648, 4: canonical, padded, nothing outside the alphabet). Transfer
 * full. NULL with FAULT_SAML_MALFORMED, or FAULT_SAML_TOO_LARGE over LIMIT_SAML_BASE64.
 */
GBytes *saml_field_base64(const char *text, GError **error);
