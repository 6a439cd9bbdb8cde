/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/candidate.h"

#include <string.h>

#include "metadata/endpoint.h"
#include "metadata/xml/key.h"

#define LIST_MAX 20 /* entityIDs in an error text */
#define SAML2    "urn:oasis:names:tc:SAML:2.0:protocol"

/* Collects every EntityDescriptor below a list of entities, or the node itself. Lists may hold
 * lists; the parse has bounded how deep. */
static void collect(XmlNode *node, GPtrArray *into)
{
	if (xml_node_is(node, XML_NS_MD, "EntityDescriptor"))
		g_ptr_array_add(into, node);
	if (!xml_node_is(node, XML_NS_MD, "EntitiesDescriptor"))
		return;
	for (XmlNode *child = xml_node_child(node, XML_NS_MD, NULL); child;
	     child = xml_node_next(child, XML_NS_MD, NULL))
		collect(child, into);
}

static bool is_called(const XmlNode *descriptor, const char *id)
{
	g_autofree char *own = xml_node_attribute(descriptor, "entityID");
	return g_strcmp0(own, id) == 0;
}

static void keep_only(GPtrArray *descriptors, const char *id)
{
	for (guint i = descriptors->len; i > 0; i--) {
		const XmlNode *node = descriptors->pdata[i - 1];
		bool keep = id ? is_called(node, id)
			       : xml_node_child(node, XML_NS_MD, "SPSSODescriptor") != NULL;
		if (!keep)
			g_ptr_array_remove_index(descriptors, i - 1);
	}
}

static bool list_choices(const GPtrArray *services, GError **error)
{
	GString *ids = g_string_new(NULL);
	for (guint i = 0; i < services->len && i < LIST_MAX; i++) {
		g_autofree char *id = xml_node_attribute(services->pdata[i], "entityID");
		g_autofree char *shown = g_strescape(id ? id : "?", NULL);
		g_string_append_printf(ids, "\n  %s", shown);
	}
	if (services->len > LIST_MAX)
		g_string_append_printf(ids, "\n  and %u more", services->len - LIST_MAX);
	metadata_refuse(error, METADATA_ERROR_USAGE,
			"the file holds %u services; say which: --entity ID%s", services->len,
			ids->str);
	g_string_free(ids, TRUE);
	return false;
}

static const XmlNode *choose(XmlDocument *doc, const char *id, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	collect(xml_document_root(doc), found);
	if (found->len == 0) {
		metadata_refuse(error, METADATA_ERROR_SYNTAX,
				"the file is not SAML metadata: it holds no EntityDescriptor");
		return NULL;
	}
	/* A single one is judged whatever it is, with an error about it. */
	if (id || found->len > 1)
		keep_only(found, id);
	if (found->len == 1)
		return found->pdata[0];
	if (id)
		metadata_refuse(error, METADATA_ERROR_USAGE,
				found->len == 0 ? "the file holds no entity called %s"
						: "the file holds several entities called %s",
				id);
	else if (found->len == 0)
		metadata_refuse(error, METADATA_ERROR_SYNTAX, "the file holds no service provider");
	else
		list_choices(found, error);
	return NULL;
}

/* A list's validUntil bounds all in it; a copy without it would outlive what its source said. An
 * unreadable one is copied, for entity_from_node to refuse. */
static void inherit_until(XmlDocument *copy, const XmlNode *descriptor)
{
	XmlNode *root = xml_document_root(copy);
	g_autofree char *best = xml_node_attribute(root, "validUntil");
	for (const XmlNode *list = xml_node_parent(descriptor); list;
	     list = xml_node_parent(list)) {
		g_autofree char *value = xml_node_attribute(list, "validUntil");
		g_autoptr(GDateTime) time =
			value ? g_date_time_new_from_iso8601(value, NULL) : NULL;
		g_autoptr(GDateTime) known = best ? g_date_time_new_from_iso8601(best, NULL) : NULL;
		bool earlier = value &&
			       (!time || !best || (known && g_date_time_compare(time, known) < 0));
		if (earlier) {
			g_free(best);
			best = g_steal_pointer(&value);
		}
	}
	if (best)
		xml_node_set(root, "validUntil", best);
}

static XmlDocument *take_from_file(const MetadataAdd *add, GError **error)
{
	gsize len;
	const void *data = g_bytes_get_data(add->file, &len);
	g_autoptr(GError) bad = NULL;
	g_autoptr(XmlDocument) doc = xml_document_parse(data, len, &XML_LIMITS_AGGREGATE, &bad);
	if (!doc) {
		metadata_refuse(error,
				bad->code == XML_ERROR_LIMIT ? METADATA_ERROR_LIMIT
							     : METADATA_ERROR_SYNTAX,
				"%s", bad->message);
		return NULL;
	}
	const XmlNode *descriptor = choose(doc, add->entity_id, error);
	if (!descriptor)
		return NULL;
	XmlDocument *copy = xml_document_from_node(descriptor);
	inherit_until(copy, descriptor);
	return copy;
}

static XmlNode *add_md(XmlNode *parent, const char *local)
{
	return xml_node_add(parent, XML_NS_MD, "md", local);
}

static void add_name(XmlNode *role, const char *name)
{
	XmlNode *info = xml_node_add(add_md(role, "Extensions"), XML_NS_MDUI, "mdui", "UIInfo");
	XmlNode *display = xml_node_add_with_text(info, XML_NS_MDUI, "mdui", "DisplayName", name);
	xml_node_set_ns(display, XML_NS_XML, "xml", "lang", "sv");
}

static bool add_key(XmlNode *role, GBytes *certificate, guint number, GError **error)
{
	gsize len;
	const void *data = g_bytes_get_data(certificate, &len);
	g_autoptr(GError) bad = NULL;
	g_autoptr(GBytes) der = xml_certificate_decode(data, len, &bad);
	if (!der)
		return metadata_refuse(error, METADATA_ERROR_KEY, "certificate %u: %s", number,
				       bad->message);
	const guint8 *bytes = g_bytes_get_data(der, &len);
	g_autofree char *base64 = g_base64_encode(bytes, len);
	XmlNode *info = xml_node_add(add_md(role, "KeyDescriptor"), XML_NS_DS, "ds", "KeyInfo");
	xml_node_add_with_text(xml_node_add(info, XML_NS_DS, "ds", "X509Data"), XML_NS_DS, "ds",
			       "X509Certificate", base64);
	return true;
}

static void add_acs(XmlNode *role, const char *url, guint index)
{
	XmlNode *acs = add_md(role, "AssertionConsumerService");
	g_autofree char *number = g_strdup_printf("%u", index);
	xml_node_set(acs, "Binding", ENDPOINT_POST);
	xml_node_set(acs, "Location", url);
	xml_node_set(acs, "index", number);
	if (index == 0)
		xml_node_set(acs, "isDefault", "true");
}

static XmlDocument *build(const MetadataAdd *add, GError **error)
{
	g_autoptr(XmlDocument) doc = xml_document_new();
	XmlNode *root = xml_document_add_root(doc, XML_NS_MD, "md", "EntityDescriptor");
	xml_node_set(root, "entityID", add->entity_id);
	XmlNode *role = add_md(root, "SPSSODescriptor");
	if (add->requests_signed)
		xml_node_set(role, "AuthnRequestsSigned", "true");
	xml_node_set(role, "protocolSupportEnumeration", SAML2);
	if (add->name)
		add_name(role, add->name);
	for (guint i = 0; add->certificates && i < add->certificates->len; i++) {
		if (!add_key(role, add->certificates->pdata[i], i + 1, error))
			return NULL;
	}
	for (guint i = 0; add->acs[i]; i++)
		add_acs(role, add->acs[i], i);
	return g_steal_pointer(&doc);
}

XmlDocument *candidate_new(const MetadataAdd *add, GError **error)
{
	bool told = (add->acs && *add->acs) || add->name || add->requests_signed ||
		    (add->certificates && add->certificates->len > 0);
	bool enough = add->entity_id && add->acs && *add->acs;
	if (add->file ? told : !enough) {
		metadata_refuse(error, METADATA_ERROR_USAGE,
				"give either a FILE of metadata, or --entity ID and --acs URL");
		return NULL;
	}
	return add->file ? take_from_file(add, error) : build(add, error);
}
