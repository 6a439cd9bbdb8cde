/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Makes AuthnRequests for tests, right ones and wrong ones, without a line of what it tests: as
 * the query of a Redirect, the body of a POST, or plain XML.
 */
#include <gio/gio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

static const char *issuer = "https://shib.localhost/shibboleth", *version = "2.0", *inside = "";
static const char *algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
static char *acs, *destination, *id;
static char *issued, *force, *passive, *format, *acs_index, *consuming, *binding, *relay, *key_file;
static char *xml_file, *prolog, *append_query;
static char **contexts;
static char *comparison;
static gboolean as_post, as_xml, trailing, lower_case;

static const GOptionEntry entries[] = {
	{"issuer", 0, 0, G_OPTION_ARG_STRING, &issuer, "Issuer", "ID"},
	{"acs", 0, 0, G_OPTION_ARG_STRING, &acs, "AssertionConsumerServiceURL", "URL"},
	{"acs-index", 0, 0, G_OPTION_ARG_STRING, &acs_index, "AssertionConsumerServiceIndex", "N"},
	{"consuming-index", 0, 0, G_OPTION_ARG_STRING, &consuming, "AttributeConsumingServiceIndex",
	 "N"},
	{"binding", 0, 0, G_OPTION_ARG_STRING, &binding, "ProtocolBinding", "URI"},
	{"destination", 0, 0, G_OPTION_ARG_STRING, &destination, "Destination", "URL"},
	{"id", 0, 0, G_OPTION_ARG_STRING, &id, "ID (default: random)", "ID"},
	{"version", 0, 0, G_OPTION_ARG_STRING, &version, "Version", "V"},
	{"issued", 0, 0, G_OPTION_ARG_STRING, &issued,
	 "IssueInstant, or seconds from now as +N or -N", "TIME"},
	{"force", 0, 0, G_OPTION_ARG_STRING, &force, "ForceAuthn", "BOOL"},
	{"passive", 0, 0, G_OPTION_ARG_STRING, &passive, "IsPassive", "BOOL"},
	{"format", 0, 0, G_OPTION_ARG_STRING, &format, "NameIDPolicy Format", "URI"},
	{"context", 0, 0, G_OPTION_ARG_STRING_ARRAY, &contexts, "AuthnContextClassRef", "URI"},
	{"comparison", 0, 0, G_OPTION_ARG_STRING, &comparison, "Comparison", "HOW"},
	{"inside", 0, 0, G_OPTION_ARG_STRING, &inside, "XML after the Issuer", "XML"},
	{"prolog", 0, 0, G_OPTION_ARG_STRING, &prolog, "text before the document", "TEXT"},
	{"relay", 0, 0, G_OPTION_ARG_STRING, &relay, "RelayState", "TEXT"},
	{"sign", 0, 0, G_OPTION_ARG_FILENAME, &key_file, "sign the query with this key", "PEM"},
	{"algorithm", 0, 0, G_OPTION_ARG_STRING, &algorithm, "SigAlg", "URI"},
	{"lower-case", 0, 0, G_OPTION_ARG_NONE, &lower_case, "percent escapes in lower case", NULL},
	{"append", 0, 0, G_OPTION_ARG_STRING, &append_query, "added to the query", "TEXT"},
	{"trailing", 0, 0, G_OPTION_ARG_NONE, &trailing, "bytes after the deflate stream", NULL},
	{"xml-file", 0, 0, G_OPTION_ARG_FILENAME, &xml_file, "this document instead", "FILE"},
	{"post", 0, 0, G_OPTION_ARG_NONE, &as_post, "print the body of a POST", NULL},
	{"xml", 0, 0, G_OPTION_ARG_NONE, &as_xml, "print the document", NULL},
	G_OPTION_ENTRY_NULL,
};

static void add(GString *xml, const char *name, const char *value)
{
	if (value) {
		g_autofree char *escaped = g_markup_escape_text(value, -1);
		g_string_append_printf(xml, " %s=\"%s\"", name, escaped);
	}
}

static char *instant(void)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	if (issued && *issued != '+' && *issued != '-')
		return g_strdup(issued);
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(
		now + (issued ? g_ascii_strtoll(issued, NULL, 10) : 0));
	return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

static char *document(void)
{
	char *text = NULL;
	if (xml_file) {
		g_assert(g_file_get_contents(xml_file, &text, NULL, NULL));
		return text;
	}
	g_autofree char *random = g_uuid_string_random();
	g_autofree char *own_id = g_strconcat("_", random, NULL);
	g_autofree char *time = instant();
	g_autofree char *who = g_markup_escape_text(issuer, -1);
	GString *xml = g_string_new(prolog);
	g_string_append(xml,
			"<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" "
			"xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"");
	add(xml, "ID", id ? id : own_id);
	add(xml, "Version", version);
	add(xml, "IssueInstant", time);
	add(xml, "Destination", destination);
	add(xml, "AssertionConsumerServiceURL", acs);
	add(xml, "AssertionConsumerServiceIndex", acs_index);
	add(xml, "AttributeConsumingServiceIndex", consuming);
	add(xml, "ProtocolBinding", binding);
	add(xml, "ForceAuthn", force);
	add(xml, "IsPassive", passive);
	g_string_append_printf(xml, "><saml:Issuer>%s</saml:Issuer>%s", who, inside);
	if (format) {
		g_string_append(xml, "<samlp:NameIDPolicy AllowCreate=\"true\"");
		add(xml, "Format", format);
		g_string_append(xml, "/>");
	}
	if (contexts) {
		g_string_append(xml, "<samlp:RequestedAuthnContext");
		add(xml, "Comparison", comparison);
		g_string_append(xml, ">");
		for (char **context = contexts; *context; context++)
			g_string_append_printf(
				xml, "<saml:AuthnContextClassRef>%s</saml:AuthnContextClassRef>",
				*context);
		g_string_append(xml, "</samlp:RequestedAuthnContext>");
	}
	g_string_append(xml, "</samlp:AuthnRequest>");
	return g_string_free(xml, FALSE);
}

static char *escape(const char *text)
{
	char *escaped = g_uri_escape_string(text, NULL, FALSE);
	for (char *p = escaped; lower_case && *p; p++)
		if (*p == '%') {
			p[1] = g_ascii_tolower(p[1]);
			p[2] = g_ascii_tolower(p[2]);
		}
	return escaped;
}

static char *deflate64(const char *xml)
{
	g_autoptr(GZlibCompressor) zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW, 9);
	g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
	g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, G_CONVERTER(zlib));
	g_output_stream_write_all(stream, xml, strlen(xml), NULL, NULL, NULL);
	g_filter_output_stream_set_close_base_stream(G_FILTER_OUTPUT_STREAM(stream), FALSE);
	g_output_stream_close(stream, NULL, NULL);
	if (trailing)
		g_output_stream_write_all(memory, "more", 4, NULL, NULL, NULL);
	g_output_stream_close(memory, NULL, NULL);
	g_autoptr(GBytes) bytes =
		g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
	return g_base64_encode(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static char *sign(const char *query)
{
	g_autofree char *pem = NULL;
	gsize length = 0, size = 0;
	g_assert(g_file_get_contents(key_file, &pem, &length, NULL));
	BIO *bio = BIO_new_mem_buf(pem, (int)length);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const EVP_MD *digest = g_str_has_suffix(algorithm, "sha1") ? EVP_sha1() : EVP_sha256();
	g_assert(key);
	g_assert_cmpint(EVP_DigestSignInit(context, NULL, digest, NULL, key), ==, 1);
	EVP_DigestSign(context, NULL, &size, (const guchar *)query, strlen(query));
	g_autofree guchar *signature = g_malloc(size);
	g_assert_cmpint(
		EVP_DigestSign(context, signature, &size, (const guchar *)query, strlen(query)), ==,
		1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	BIO_free(bio);
	g_autofree char *base64 = g_base64_encode(signature, size);
	return escape(base64);
}

static char *query_of(const char *xml)
{
	g_autofree char *base64 = deflate64(xml);
	g_autofree char *message = escape(base64);
	g_autofree char *state = relay ? escape(relay) : NULL;
	g_autofree char *plain =
		g_strconcat("SAMLRequest=", message, state ? "&RelayState=" : NULL, state, NULL);
	if (!key_file)
		return g_steal_pointer(&plain);
	g_autofree char *name = escape(algorithm);
	g_autofree char *whole = g_strconcat(plain, "&SigAlg=", name, NULL);
	g_autofree char *signature = sign(whole);
	return g_strconcat(whole, "&Signature=", signature, NULL);
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) options = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, &error))
		g_error("%s", error->message);
	g_autofree char *xml = document();
	if (as_xml) {
		g_print("%s\n", xml);
	} else if (as_post) {
		g_autofree char *base64 = g_base64_encode((const guchar *)xml, strlen(xml));
		g_autofree char *message = escape(base64);
		g_autofree char *state = relay ? escape(relay) : NULL;
		g_print("SAMLRequest=%s%s%s%s\n", message, state ? "&RelayState=" : "",
			state ? state : "", append_query ? append_query : "");
	} else {
		g_autofree char *query = query_of(xml);
		g_print("%s%s\n", query, append_query ? append_query : "");
	}
	return 0;
}
