/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/redirect.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/saml/field.h"
#include <gio/gio.h>
#include <string.h>

#define DEFLATE "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

/* Each key costs a verification; metadata with more keys than this is not how keys are changed. */
#define KEYS_TRIED 8

typedef struct {
	const FormPair *request;
	const FormPair *relay_state;
	const FormPair *algorithm;
	const FormPair *signature;
	const FormPair *encoding;
} Fields;

static bool find_fields(const Form *form, Fields *fields, GError **error)
{
	if (!saml_field_get(form, "SAMLRequest", &fields->request, error) ||
	    !saml_field_get(form, "RelayState", &fields->relay_state, error) ||
	    !saml_field_get(form, "SigAlg", &fields->algorithm, error) ||
	    !saml_field_get(form, "Signature", &fields->signature, error) ||
	    !saml_field_get(form, "SAMLEncoding", &fields->encoding, error))
		return false;
	if (!fields->request) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED, "there is no SAMLRequest");
		return false;
	}
	if (fields->encoding && strcmp(fields->encoding->value, DEFLATE) != 0) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED,
			    "SAMLEncoding is not DEFLATE");
		return false;
	}
	if (!fields->algorithm != !fields->signature) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_SIGNATURE,
			    "one of SigAlg and Signature is missing");
		return false;
	}
	return true;
}

/* The bytes of one raw DEFLATE stream (RFC 1951) that is all of `packed`. */
static GBytes *inflate(GBytes *packed, GError **error)
{
	g_autoptr(GZlibDecompressor) zlib = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW);
	const gsize room = LIMIT_SAML_MESSAGE + 1; /* one more, to tell "full" from "too much" */
	g_autofree char *buffer = g_malloc(room);
	gsize size = 0, used = 0, written = 0;
	const char *bytes = g_bytes_get_data(packed, &size);
	GConverterResult result = G_CONVERTER_CONVERTED;

	for (gsize at = 0; result == G_CONVERTER_CONVERTED; at += used) {
		gsize more = 0;

		result = g_converter_convert(G_CONVERTER(zlib), bytes + at, size - at,
					     buffer + written, room - written,
					     G_CONVERTER_INPUT_AT_END, &used, &more, NULL);
		if (result == G_CONVERTER_ERROR)
			break;
		written += more;
		if (written == room) {
			g_set_error(error, FAULT_ERROR, FAULT_SAML_TOO_LARGE,
				    "a message of more than %d bytes", LIMIT_SAML_MESSAGE);
			return NULL;
		}
		/* what follows the stream would be a message that only some readers see */
		if (result == G_CONVERTER_FINISHED && at + used != size)
			result = G_CONVERTER_ERROR;
	}
	if (result != G_CONVERTER_FINISHED) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED,
			    "SAMLRequest is not exactly one DEFLATE stream");
		return NULL;
	}
	return g_bytes_new(buffer, written);
}

static void append(GString *query, const char *name, const FormPair *pair)
{
	if (pair)
		g_string_append_printf(query, "%s%s=%s", query->len ? "&" : "", name,
				       pair->raw_value ? pair->raw_value : "");
}

/* saml-bindings 3.4.4.1: these three, in this order, each as the sender wrote it. */
static char *octets_signed(const Fields *fields)
{
	GString *query = g_string_new(NULL);

	append(query, "SAMLRequest", fields->request);
	append(query, "RelayState", fields->relay_state);
	append(query, "SigAlg", fields->algorithm);
	return g_string_free(query, FALSE);
}

/* For a reader that takes '+' for itself: it stands for a space, so it is written as one. */
static char *octets_plain(const Fields *fields)
{
	GString *query = g_string_new(NULL);

	append(query, "SAMLRequest", fields->request);
	append(query, "RelayState", fields->relay_state);
	g_string_replace(query, "+", "%20", 0);
	return g_string_free(query, FALSE);
}

SamlRedirect *saml_redirect_read(const char *query, GError **error)
{
	g_autoptr(Form) form = form_parse(query, strlen(query), NULL);
	g_autoptr(SamlRedirect) redirect = g_new0(SamlRedirect, 1);
	Fields fields = {0};

	if (!form) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED,
			    "the query is not well encoded");
		return NULL;
	}
	if (!find_fields(form, &fields, error) ||
	    !saml_field_relay_state(form, &redirect->relay_state, error))
		return NULL;
	g_autoptr(GBytes) packed = saml_field_base64(fields.request->value, error);
	redirect->message = packed ? inflate(packed, error) : NULL;
	if (!redirect->message)
		return NULL;
	redirect->plain_query = octets_plain(&fields);
	if (fields.signature) {
		redirect->algorithm = g_strdup(fields.algorithm->value);
		redirect->signed_query = octets_signed(&fields);
		redirect->signature = saml_field_base64(fields.signature->value, NULL);
		if (!redirect->signature) {
			g_set_error(error, FAULT_ERROR, FAULT_SAML_SIGNATURE,
				    "Signature is not strict base64");
			return NULL;
		}
	}
	return g_steal_pointer(&redirect);
}

void saml_redirect_free(SamlRedirect *redirect)
{
	if (!redirect)
		return;
	g_clear_pointer(&redirect->message, g_bytes_unref);
	g_clear_pointer(&redirect->signature, g_bytes_unref);
	g_free(redirect->relay_state);
	g_free(redirect->algorithm);
	g_free(redirect->signed_query);
	g_free(redirect->plain_query);
	g_free(redirect);
}

bool saml_redirect_verify(const SamlRedirect *redirect, const GPtrArray *keys, GError **error)
{
	if (!redirect->signature) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_UNSIGNED, "the query is not signed");
		return false;
	}
	XmlSignMethod method = xml_sign_method_from_uri(redirect->algorithm);
	if (method == XML_SIGN_NONE) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_SIGNATURE,
			    "SigAlg is not an algorithm we accept (SHA-1 is not)");
		return false;
	}
	gsize size = 0;
	const void *signature = g_bytes_get_data(redirect->signature, &size);
	for (guint i = 0; i < keys->len && i < KEYS_TRIED; i++)
		if (crypto_verify(keys->pdata[i], method, redirect->signed_query,
				  strlen(redirect->signed_query), signature,
				  size) == CRYPTO_VERIFIED)
			return true;
	g_set_error(error, FAULT_ERROR, FAULT_SAML_SIGNATURE,
		    keys->len ? "the query's signature does not verify with the service's keys"
			      : "the service's metadata has no key to verify its signature with");
	return false;
}
