/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/post.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/saml/field.h"
#include <string.h>

static char *without_line_breaks(const char *text)
{
	GString *joined = g_string_sized_new(strlen(text));

	for (const char *at = text; *at; at++)
		if (*at != '\r' && *at != '\n')
			g_string_append_c(joined, *at);
	return g_string_free(joined, FALSE);
}

SamlPost *saml_post_read(const Form *form, GError **error)
{
	g_autoptr(SamlPost) post = g_new0(SamlPost, 1);
	const FormPair *request = NULL;

	if (!saml_field_get(form, "SAMLRequest", &request, error) ||
	    !saml_field_relay_state(form, &post->relay_state, error))
		return NULL;
	if (!request) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED, "there is no SAMLRequest");
		return NULL;
	}
	post->base64 = without_line_breaks(request->value);
	post->message = saml_field_base64(post->base64, error);
	if (!post->message)
		return NULL;
	if (g_bytes_get_size(post->message) > LIMIT_SAML_MESSAGE) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_TOO_LARGE,
			    "a message of more than %d bytes", LIMIT_SAML_MESSAGE);
		return NULL;
	}
	return g_steal_pointer(&post);
}

void saml_post_free(SamlPost *post)
{
	if (!post)
		return;
	g_clear_pointer(&post->message, g_bytes_unref);
	g_free(post->relay_state);
	g_free(post->base64);
	g_free(post);
}
