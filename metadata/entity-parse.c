/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "metadata/entity-read.h"
#include "metadata/entity.h"

#define PROTOCOL_SAML2 "urn:oasis:names:tc:SAML:2.0:protocol"

bool entity_read_refuse(GError **error, MetadataError code, const XmlNode *at, const char *format,
			...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *what = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, METADATA_ERROR, code, "line %u: %s: %s", xml_node_line(at),
		    xml_node_local(at), what);
	return false;
}

bool entity_read_bool(const XmlNode *node, const char *name, int *ret, GError **error)
{
	g_autofree char *value = xml_node_attribute(node, name);
	*ret = -1;
	if (!value)
		return true;
	g_strstrip(value);
	if (strcmp(value, "true") == 0 || strcmp(value, "1") == 0)
		*ret = 1;
	else if (strcmp(value, "false") == 0 || strcmp(value, "0") == 0)
		*ret = 0;
	else
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, node,
					  "%s is neither true nor false", name);
	return true;
}

bool entity_read_index(const XmlNode *node, int *ret, GError **error)
{
	g_autofree char *value = xml_node_attribute(node, "index");
	guint64 index;
	if (!value || !g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT16, &index, NULL))
		return entity_read_refuse(error, METADATA_ERROR_ENDPOINT, node,
					  "index is %s; a number from 0 to 65535 is needed",
					  value ? "not a number" : "missing");
	*ret = (int)index;
	return true;
}

int entity_read_rank(int is_default)
{
	return is_default < 0 ? 1 : is_default ? 2 : 0;
}

bool entity_read_until(const XmlNode *node, gint64 *until, GError **error)
{
	g_autofree char *value = xml_node_attribute(node, "validUntil");
	if (!value)
		return true;
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(g_strstrip(value), NULL);
	if (!time)
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, node,
					  "validUntil is not a time such as 2027-01-31T12:00:00Z");
	gint64 said = g_date_time_to_unix(time);
	if (*until == 0 || said < *until)
		*until = MAX(said, 1);
	return true;
}

/* The earliest validUntil of the entity and the role wins. */
static bool read_valid_until(Entity *entity, const XmlNode *node, GError **error)
{
	return entity_read_until(node, &entity->valid_until, error);
}

static bool read_url(const XmlNode *node, const char *name, char **ret, GError **error)
{
	g_autofree char *url = xml_node_attribute(node, name);
	g_autoptr(GError) bad = NULL;
	if (url && !endpoint_url_check(url, &bad))
		return entity_read_refuse(error, METADATA_ERROR_ENDPOINT, node, "%s: %s", name,
					  bad->message);
	*ret = g_steal_pointer(&url);
	return true;
}

static bool read_endpoint(const XmlNode *node, bool indexed, GPtrArray *into, GError **error)
{
	g_autoptr(Endpoint) endpoint = g_new0(Endpoint, 1);
	endpoint->index = -1;
	endpoint->binding = xml_node_attribute(node, "Binding");
	if (!read_url(node, "Location", &endpoint->location, error) ||
	    !read_url(node, "ResponseLocation", &endpoint->response_location, error) ||
	    (indexed && !entity_read_index(node, &endpoint->index, error)) ||
	    !entity_read_bool(node, "isDefault", &endpoint->is_default, error))
		return false;
	if (!endpoint->binding || !endpoint->location)
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, node, "%s is missing",
					  endpoint->binding ? "Location" : "Binding");
	for (guint i = 0; indexed && i < into->len; i++) {
		const Endpoint *other = into->pdata[i];
		if (other->index == endpoint->index)
			return entity_read_refuse(error, METADATA_ERROR_DUPLICATE, node,
						  "a second one with index %d", endpoint->index);
	}
	g_ptr_array_add(into, g_steal_pointer(&endpoint));
	return true;
}

static bool read_endpoints(const XmlNode *role, const char *local, bool indexed, GPtrArray *into,
			   GError **error)
{
	for (const XmlNode *node = xml_node_child(role, XML_NS_MD, local); node;
	     node = xml_node_next(node, XML_NS_MD, local)) {
		if (into->len == ENTITY_ENDPOINTS_MAX)
			return entity_read_refuse(error, METADATA_ERROR_LIMIT, node,
						  "more than %d of them", ENTITY_ENDPOINTS_MAX);
		if (!read_endpoint(node, indexed, into, error))
			return false;
	}
	return true;
}

static bool read_certificate(Entity *entity, const XmlNode *node, GError **error)
{
	g_autoptr(GError) bad = NULL;
	g_autofree char *text = xml_node_text(node, &bad);
	g_autoptr(GBytes) der = text ? xml_certificate_decode(text, strlen(text), &bad) : NULL;
	XmlCertificate certificate;
	if (!der || !xml_certificate_read(der, &certificate, &bad))
		return entity_read_refuse(error, METADATA_ERROR_KEY, node, "signing key %u: %s",
					  entity->keys->len + 1, bad->message);
	if (entity->keys->len == ENTITY_KEYS_MAX)
		return entity_read_refuse(error, METADATA_ERROR_LIMIT, node,
					  "more than %d signing keys", ENTITY_KEYS_MAX);
	EntityKey *key = g_new0(EntityKey, 1);
	key->der = g_steal_pointer(&der);
	key->certificate = certificate;
	g_ptr_array_add(entity->keys, key);
	return true;
}

static bool read_key_info(Entity *entity, const XmlNode *descriptor, GError **error)
{
	guint before = entity->keys->len;
	const XmlNode *info = xml_node_child(descriptor, XML_NS_DS, "KeyInfo");
	for (const XmlNode *data = info ? xml_node_child(info, XML_NS_DS, "X509Data") : NULL; data;
	     data = xml_node_next(data, XML_NS_DS, "X509Data")) {
		for (const XmlNode *cert = xml_node_child(data, XML_NS_DS, "X509Certificate"); cert;
		     cert = xml_node_next(cert, XML_NS_DS, "X509Certificate")) {
			if (!read_certificate(entity, cert, error))
				return false;
		}
	}
	return entity->keys->len > before ||
	       entity_read_refuse(error, METADATA_ERROR_KEY, descriptor,
				  "there is no X509Certificate in it");
}

/* A descriptor without use is for both (IIP-MD11). */
static bool read_keys(Entity *entity, const XmlNode *role, GError **error)
{
	for (const XmlNode *node = xml_node_child(role, XML_NS_MD, "KeyDescriptor"); node;
	     node = xml_node_next(node, XML_NS_MD, "KeyDescriptor")) {
		g_autofree char *use = xml_node_attribute(node, "use");
		if (g_strcmp0(use, "encryption") == 0)
			continue;
		if (use && strcmp(use, "signing") != 0)
			return entity_read_refuse(error, METADATA_ERROR_KEY, node,
						  "use is neither signing nor encryption");
		if (!read_key_info(entity, node, error))
			return false;
	}
	return true;
}

static bool read_flags(Entity *entity, const XmlNode *role, GError **error)
{
	int requests, assertions;
	if (!entity_read_bool(role, "AuthnRequestsSigned", &requests, error) ||
	    !entity_read_bool(role, "WantAssertionsSigned", &assertions, error))
		return false;
	entity->authn_requests_signed = requests == 1;
	entity->want_assertions_signed = assertions == 1;
	if (entity->authn_requests_signed && entity->keys->len == 0)
		return entity_read_refuse(
			error, METADATA_ERROR_KEY, role,
			"AuthnRequestsSigned is true, but there is no signing key");
	return true;
}

static bool has_post_acs(const Entity *entity)
{
	return entity_choose_acs(entity, NULL, -1, NULL, NULL);
}

static bool read_role(Entity *entity, const XmlNode *descriptor, const XmlNode *role,
		      GError **error)
{
	if (!read_valid_until(entity, role, error) || !read_keys(entity, role, error) ||
	    !read_flags(entity, role, error) ||
	    !read_endpoints(role, "AssertionConsumerService", true, entity->acs, error) ||
	    !read_endpoints(role, "SingleLogoutService", false, entity->slo, error))
		return false;
	if (!has_post_acs(entity))
		return entity_read_refuse(error, METADATA_ERROR_ENDPOINT, role,
					  "no AssertionConsumerService with the binding HTTP-POST");
	return entity_wish_read(entity, descriptor, role, error);
}

/* Whether protocolSupportEnumeration lists SAML 2.0. */
static bool speaks_saml2(const XmlNode *role)
{
	g_autofree char *list = xml_node_attribute(role, "protocolSupportEnumeration");
	g_auto(GStrv) protocols = g_strsplit_set(list ? list : "", " \t\r\n", -1);
	return g_strv_contains((const char *const *)protocols, PROTOCOL_SAML2);
}

static bool find_role(const XmlNode *descriptor, const XmlNode **ret_role, GError **error)
{
	*ret_role = NULL;
	for (const XmlNode *node = xml_node_child(descriptor, XML_NS_MD, "SPSSODescriptor"); node;
	     node = xml_node_next(node, XML_NS_MD, "SPSSODescriptor")) {
		if (!speaks_saml2(node))
			continue;
		if (*ret_role)
			return entity_read_refuse(error, METADATA_ERROR_SYNTAX, node,
						  "a second one for SAML 2.0");
		*ret_role = node;
	}
	return *ret_role ||
	       entity_read_refuse(
		       error, METADATA_ERROR_SYNTAX, descriptor,
		       "this is no service provider: there is no SPSSODescriptor for SAML 2.0");
}

static bool read_id(Entity *entity, const XmlNode *descriptor, GError **error)
{
	if (xml_node_is(descriptor, XML_NS_MD, "EntitiesDescriptor"))
		return entity_read_refuse(
			error, METADATA_ERROR_SYNTAX, descriptor,
			"this is a list of entities; one EntityDescriptor is needed "
			"(portvakt metadata add takes one out of a list)");
	if (!xml_node_is(descriptor, XML_NS_MD, "EntityDescriptor"))
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, descriptor,
					  "this is not SAML metadata (EntityDescriptor)");
	g_autofree char *id = xml_node_attribute(descriptor, "entityID");
	if (!id || !*id)
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, descriptor,
					  "entityID is missing");
	if (strlen(id) > ENTITY_ID_MAX)
		return entity_read_refuse(error, METADATA_ERROR_LIMIT, descriptor,
					  "entityID is longer than %d bytes", ENTITY_ID_MAX);
	for (const char *p = id; *p; p++) {
		if (!g_ascii_isgraph(*p))
			return entity_read_refuse(
				error, METADATA_ERROR_SYNTAX, descriptor,
				"entityID holds white space or characters that are not ASCII");
	}
	entity->id = g_steal_pointer(&id);
	return true;
}

static bool judge_time(const Entity *entity, gint64 now, GError **error)
{
	if (!entity_is_expired(entity, now))
		return true;
	g_autoptr(GDateTime) until = g_date_time_new_from_unix_utc(entity->valid_until);
	g_autofree char *text = g_date_time_format_iso8601(until);
	g_set_error(error, METADATA_ERROR, METADATA_ERROR_EXPIRED,
		    "validUntil %s has passed; get newer metadata from the service", text);
	return false;
}

Entity *entity_from_node(const XmlNode *descriptor, gint64 now, GError **error)
{
	g_autoptr(Entity) entity = entity_new();
	const XmlNode *role;
	if (!read_id(entity, descriptor, error))
		return NULL;
	if (!read_valid_until(entity, descriptor, error) || !find_role(descriptor, &role, error) ||
	    !read_role(entity, descriptor, role, error) || !judge_time(entity, now, error)) {
		g_prefix_error(error, "%s: ", entity->id);
		return NULL;
	}
	g_autoptr(XmlDocument) alone = xml_document_from_node(descriptor);
	entity->bytes = xml_document_to_bytes(alone);
	return g_steal_pointer(&entity);
}

Entity *entity_parse(const void *bytes, gsize len, gint64 now, GError **error)
{
	g_autoptr(GError) bad = NULL;
	g_autoptr(XmlDocument) doc = xml_document_parse(bytes, len, &XML_LIMITS_ENTITY, &bad);
	if (doc)
		return entity_from_node(xml_document_root(doc), now, error);
	g_set_error(error, METADATA_ERROR,
		    bad->code == XML_ERROR_LIMIT ? METADATA_ERROR_LIMIT : METADATA_ERROR_SYNTAX,
		    "%s", bad->message);
	return NULL;
}
