/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/own-metadata.h"

#include "idp/fault.h"
#include "idp/saml/instant.h"
#include "metadata/endpoint.h"
#include "metadata/xml/document.h"
#include "metadata/xml/sign.h"
#include "policy/subject.h"

#define MD   XML_NS_MD, "md"
#define MDUI XML_NS_MDUI, "mdui"

/* REFEDS errorURL 1.0: the service puts its own words where the placeholders stand. */
#define ERROR_PATH                                                                                 \
	"/error?errorurl_code=ERRORURL_CODE&errorurl_ts=ERRORURL_TS&errorurl_rp=ERRORURL_RP"       \
	"&errorurl_tid=ERRORURL_TID&errorurl_ctx=ERRORURL_CTX"

char *own_metadata_sso_url(const SamlIdentity *identity)
{
	return g_strconcat(identity->base_url, "/saml/sso", NULL);
}

/* One element per language. SWAMID 5.1.4: a language used in one element is used in all. */
static void add_in_both(XmlNode *parent, const char *ns, const char *prefix, const char *local,
			const char *sv, const char *en)
{
	XmlNode *node = xml_node_add_with_text(parent, ns, prefix, local, sv);

	xml_node_set_ns(node, XML_NS_XML, "xml", "lang", "sv");
	node = xml_node_add_with_text(parent, ns, prefix, local, en);
	xml_node_set_ns(node, XML_NS_XML, "xml", "lang", "en");
}

static void add_user_interface(XmlNode *extensions, const SamlIdentity *identity)
{
	XmlNode *info = xml_node_add(extensions, MDUI, "UIInfo");
	g_autofree char *sv =
		g_strdup_printf("Inloggning för elever och personal vid %s", identity->name_sv);
	g_autofree char *en =
		g_strdup_printf("Login for pupils and staff of %s", identity->name_en);
	const char *url = identity->organization_url ?: identity->base_url;

	add_in_both(info, MDUI, "DisplayName", identity->name_sv, identity->name_en);
	add_in_both(info, MDUI, "Description", identity->description_sv ?: sv,
		    identity->description_en ?: en);
	add_in_both(info, MDUI, "InformationURL", url, url);
	if (identity->privacy_url)
		add_in_both(info, MDUI, "PrivacyStatementURL", identity->privacy_url,
			    identity->privacy_url);
	if (identity->logo_url) {
		XmlNode *logo = xml_node_add_with_text(info, MDUI, "Logo", identity->logo_url);

		xml_node_set(logo, "height", "64");
		xml_node_set(logo, "width", "64");
	}
}

static void add_keys(XmlNode *role, const SamlIdentity *identity)
{
	for (guint i = 0; i < identity->certificates->len; i++) {
		gsize size = 0;
		const guchar *der = g_bytes_get_data(identity->certificates->pdata[i], &size);
		g_autofree char *base64 = g_base64_encode(der, size);
		XmlNode *descriptor = xml_node_add(role, MD, "KeyDescriptor");
		XmlNode *info = xml_node_add(descriptor, XML_NS_DS, "ds", "KeyInfo");
		XmlNode *data = xml_node_add(info, XML_NS_DS, "ds", "X509Data");

		xml_node_set(descriptor, "use", "signing");
		xml_node_add_with_text(data, XML_NS_DS, "ds", "X509Certificate", base64);
	}
}

static void add_role(XmlNode *root, const SamlIdentity *identity)
{
	XmlNode *role = xml_node_add(root, MD, "IDPSSODescriptor");
	XmlNode *extensions = xml_node_add(role, MD, "Extensions");
	static const char *const bindings[] = {ENDPOINT_REDIRECT, ENDPOINT_POST};
	g_autofree char *error_url = g_strconcat(identity->base_url, ERROR_PATH, NULL);
	g_autofree char *sso_url = own_metadata_sso_url(identity);

	xml_node_set(role, "protocolSupportEnumeration", XML_NS_SAMLP);
	xml_node_set(role, "errorURL", error_url);
	for (const char *const *scope = identity->scopes; *scope; scope++)
		xml_node_set(xml_node_add_with_text(extensions, XML_NS_SHIBMD, "shibmd", "Scope",
						    *scope),
			     "regexp", "false");
	add_user_interface(extensions, identity);
	add_keys(role, identity);
	xml_node_add_with_text(role, MD, "NameIDFormat", SUBJECT_FORMAT_TRANSIENT);
	xml_node_add_with_text(role, MD, "NameIDFormat", SUBJECT_FORMAT_PERSISTENT);
	for (gsize i = 0; i < G_N_ELEMENTS(bindings); i++) {
		XmlNode *service = xml_node_add(role, MD, "SingleSignOnService");

		xml_node_set(service, "Binding", bindings[i]);
		xml_node_set(service, "Location", sso_url);
	}
}

static void add_organization(XmlNode *root, const SamlIdentity *identity)
{
	XmlNode *organization = xml_node_add(root, MD, "Organization");
	const char *url = identity->organization_url ?: identity->base_url;

	add_in_both(organization, MD, "OrganizationName", identity->name_sv, identity->name_en);
	add_in_both(organization, MD, "OrganizationDisplayName", identity->name_sv,
		    identity->name_en);
	add_in_both(organization, MD, "OrganizationURL", url, url);
}

static void add_contact(XmlNode *root, const char *type, const char *email)
{
	XmlNode *contact = xml_node_add(root, MD, "ContactPerson");
	g_autofree char *address = g_strconcat("mailto:", email, NULL);

	xml_node_set(contact, "contactType", type);
	xml_node_add_with_text(contact, MD, "EmailAddress", address);
}

/* The document; ID and dates are the caller's. */
static XmlDocument *build(const SamlIdentity *identity)
{
	XmlDocument *document = xml_document_new();
	XmlNode *root = xml_document_add_root(document, MD, "EntityDescriptor");
	const char *technical = identity->technical_email ?: identity->support_email;

	xml_node_set(root, "entityID", identity->entity_id);
	add_role(root, identity);
	add_organization(root, identity);
	add_contact(root, "administrative", identity->support_email);
	add_contact(root, "technical", technical);
	add_contact(root, "support", identity->support_email);
	return document;
}

GBytes *own_metadata_build(const SamlIdentity *identity, gint64 now, const char *id, bool is_signed,
			   GError **error)
{
	g_autoptr(XmlDocument) document = build(identity);
	XmlNode *root = xml_document_root(document);
	char until[SAML_INSTANT_SIZE];

	xml_node_set(root, "ID", id);
	xml_node_set(root, "validUntil",
		     saml_instant_format(now + OWN_METADATA_VALID_SECONDS, until));
	xml_node_set(root, "cacheDuration", OWN_METADATA_CACHE);
	if (is_signed && !xml_sign(document, root, id, identity->key, NULL, error))
		return NULL;
	return xml_document_to_bytes(document);
}

char *own_metadata_for_reader(const SamlIdentity *identity)
{
	g_autoptr(XmlDocument) document = build(identity);
	g_autoptr(GBytes) bytes = xml_document_to_bytes(document);
	gsize size = 0;
	const char *text = g_bytes_get_data(bytes, &size);

	return g_strndup(text, size);
}
