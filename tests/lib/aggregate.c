/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Writes the signed aggregate of a federation that does not exist:
 *
 *     aggregate --key FILE --cert FILE [--valid SECONDS] [--entities N] [--size BYTES] [SERVICE...]
 *
 * N service providers (0 when left out) named https://N.federation.example/sp, each about BYTES
 * long and of one of 400 kinds, and the EntityDescriptors of the files SERVICE; valid for that many
 * seconds from now, a week when left out.
 */
#include "metadata/entity.h"
#include "metadata/xml/init.h"
#include "metadata/xml/sign.h"

#include <stdio.h>
#include <string.h>

static char *key_file, *cert_file;
static char **services;
static int valid = 7 * 86400, entities, size = 2000;

static const GOptionEntry entries[] = {
	{"key", 0, 0, G_OPTION_ARG_FILENAME, &key_file, "Private key of the signer", "FILE"},
	{"cert", 0, 0, G_OPTION_ARG_FILENAME, &cert_file, "Its certificate", "FILE"},
	{"valid", 0, 0, G_OPTION_ARG_INT, &valid, "How long it is valid", "SECONDS"},
	{"entities", 0, 0, G_OPTION_ARG_INT, &entities, "How many services to make up", "N"},
	{"size", 0, 0, G_OPTION_ARG_INT, &size, "How long each of them is", "BYTES"},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &services, NULL, "SERVICE"},
	G_OPTION_ENTRY_NULL,
};

/* What kinds are made of. */
static const char *const wishes[] = {
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.6",
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.9",
	"urn:oid:0.9.2342.19200300.100.1.3",
	"urn:oid:2.5.4.42",
	"urn:oid:2.5.4.4",
	"urn:oid:2.16.840.1.113730.3.1.241",
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.7",
	"urn:oid:2.5.4.10",
	"urn:oid:1.2.752.194.10.2.1",
};

static void append_service(GString *text, int i, const char *certificate)
{
	gsize begin = text->len;
	g_string_append_printf(
		text,
		"<md:EntityDescriptor entityID=\"https://%d.federation.example/sp\">"
		"<md:Extensions><mdrpi:RegistrationInfo "
		"registrationAuthority=\"http://www.federation.example/\"/></md:Extensions>\n"
		"<md:SPSSODescriptor "
		"protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
		"<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s"
		"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\n"
		"<md:AssertionConsumerService Binding=\"" ENDPOINT_POST
		"\" Location=\"https://%d.federation.example/acs\" index=\"1\"/>"
		"<md:AttributeConsumingService index=\"1\">"
		"<md:ServiceName xml:lang=\"en\">Service %d</md:ServiceName>\n",
		i, certificate, i, i);
	for (gsize j = 0; j < G_N_ELEMENTS(wishes); j++)
		if ((i % 400 + 1) & (1 << j))
			g_string_append_printf(text,
					       "<md:RequestedAttribute Name=\"%s\" "
					       "isRequired=\"true\"/>\n",
					       wishes[j]);
	g_string_append(text, "</md:AttributeConsumingService></md:SPSSODescriptor>\n");
	/* what real ones are long by: many small elements */
	g_string_append(text, "<md:Organization>");
	for (int j = 0; text->len - begin + 100 < (gsize)size; j++)
		g_string_append_printf(text,
				       "<md:OrganizationName xml:lang=\"en\">Department %d of "
				       "the University of %d</md:OrganizationName>\n",
				       j, i);
	g_string_append(text, "</md:Organization></md:EntityDescriptor>\n");
}

static bool append_file(GString *text, const char *path, GError **error)
{
	g_autofree char *bytes = NULL;
	gsize len;
	if (!g_file_get_contents(path, &bytes, &len, error))
		return false;
	g_autoptr(XmlDocument) doc = xml_document_parse(bytes, len, &XML_LIMITS_ENTITY, error);
	if (!doc)
		return false;
	g_autoptr(GBytes) alone = xml_document_to_message(doc);
	gsize size_alone;
	const char *data = g_bytes_get_data(alone, &size_alone);
	g_string_append_len(text, data, (gssize)size_alone);
	return true;
}

static char *until(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autoptr(GDateTime) then = g_date_time_add_seconds(now, valid);
	return g_date_time_format(then, "%Y-%m-%dT%H:%M:%SZ");
}

static GString *compose(const XmlKey *key, GError **error)
{
	g_autofree char *then = until();
	GString *text = g_string_new(NULL);
	g_string_printf(
		text,
		"<md:EntitiesDescriptor xmlns:md=\"" XML_NS_MD "\" xmlns:ds=\"" XML_NS_DS
		"\" xmlns:mdrpi=\"urn:oasis:names:tc:SAML:metadata:rpi\" ID=\"_federation\" "
		"validUntil=\"%s\">\n",
		then);
	bool good = true;
	for (char **path = services; good && path && *path; path++)
		good = append_file(text, *path, error);
	for (int i = 0; i < entities; i++)
		append_service(text, i, xml_key_certificate_base64(key));
	g_string_append(text, "</md:EntitiesDescriptor>");
	return text;
}

static GBytes *aggregate(GError **error)
{
	g_autofree char *key_pem = NULL;
	g_autofree char *cert_pem = NULL;
	gsize key_len, cert_len;
	if (!g_file_get_contents(key_file, &key_pem, &key_len, error) ||
	    !g_file_get_contents(cert_file, &cert_pem, &cert_len, error))
		return NULL;
	g_autoptr(XmlKey) key = xml_key_new(key_pem, key_len, cert_pem, cert_len, error);
	if (!key)
		return NULL;
	GString *text = compose(key, error);
	g_autoptr(XmlDocument) doc =
		*error ? NULL : xml_document_parse(text->str, text->len, &XML_LIMITS_FEED, error);
	g_string_free(text, TRUE);
	if (!doc || !xml_sign(doc, xml_document_root(doc), "_federation", key, NULL, error))
		return NULL;
	return xml_document_to_bytes(doc);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_option_context_add_main_entries(context, entries, NULL);
	g_autoptr(GBytes) bytes = NULL;
	if (g_option_context_parse(context, &argc, &argv, &error) && key_file && cert_file &&
	    xml_init(&error))
		bytes = aggregate(&error);
	if (!bytes) {
		g_printerr("aggregate: %s\n", error ? error->message : "--key and --cert, please");
		return 1;
	}
	gsize len;
	const void *data = g_bytes_get_data(bytes, &len);
	bool written = fwrite(data, 1, len, stdout) == len && fflush(stdout) == 0;
	g_free(key_file);
	g_free(cert_file);
	g_strfreev(services);
	xml_shutdown();
	return !written;
}
