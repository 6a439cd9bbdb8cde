/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/field.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include <string.h>

bool saml_field_get(const Form *form, const char *name, const FormPair **ret_pair, GError **error)
{
	g_autoptr(GError) twice = NULL;
	const FormPair *pair = form_get_pair(form, name, &twice);

	*ret_pair = NULL;
	if (twice) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED, "%s is there twice", name);
		return false;
	}
	if (pair && strcmp(pair->raw_name, name) != 0) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED, "the name %s is escaped",
			    name);
		return false;
	}
	*ret_pair = pair;
	return true;
}

static bool has_control_character(const char *text)
{
	for (const char *at = text; *at; at++)
		if (g_ascii_iscntrl(*at))
			return true;
	return false;
}

bool saml_field_relay_state(const Form *form, char **ret_relay_state, GError **error)
{
	const FormPair *pair = NULL;

	*ret_relay_state = NULL;
	if (!saml_field_get(form, "RelayState", &pair, error))
		return false;
	if (!pair || !*pair->value)
		return true;
	if (strlen(pair->value) > LIMIT_RELAY_STATE) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_TOO_LARGE,
			    "RelayState is longer than %d bytes", LIMIT_RELAY_STATE);
		return false;
	}
	/* browsers change line breaks in form fields, so it could not be given back as it came */
	if (has_control_character(pair->value)) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED,
			    "RelayState has control characters");
		return false;
	}
	*ret_relay_state = g_strdup(pair->value);
	return true;
}

GBytes *saml_field_base64(const char *text, GError **error)
{
	gsize length = strlen(text), size = 0;

	if (length > LIMIT_SAML_BASE64) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_TOO_LARGE,
			    "base64 of more than %d characters", LIMIT_SAML_BASE64);
		return NULL;
	}
	g_autofree guchar *bytes = g_base64_decode(text, &size);
	g_autofree char *canonical = g_base64_encode(bytes, size);
	/* GLib skips what is not of the alphabet: only what encodes to itself was strict */
	if (!length || strcmp(canonical, text) != 0) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED, "base64 that is not strict");
		return NULL;
	}
	return g_bytes_new_take(g_steal_pointer(&bytes), size);
}
