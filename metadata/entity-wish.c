/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "metadata/entity-read.h"

#define ENTITY_CATEGORY "http://macedir.org/entity-category"
#define SUBJECT_ID_REQ  "urn:oasis:names:tc:SAML:profiles:subject-id:req"
#define SUBJECT_ID      "urn:oasis:names:tc:SAML:attribute:subject-id"
#define PAIRWISE_ID     "urn:oasis:names:tc:SAML:attribute:pairwise-id"

#define DISPLAY_MAX    120 /* characters: what fits a page */
#define CATEGORIES_MAX 64
#define VALUE_MAX      1024 /* bytes of a URI or name */

/* Called by the names people know; sv and en, each or both NULL. */
typedef struct {
	char *sv, *en;
} Names;

static void names_clear(Names *names)
{
	g_free(names->sv);
	g_free(names->en);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Names, names_clear)

void entity_wish_free(EntityWish *wish)
{
	service_free(wish->service);
	g_free(wish);
}

static bool is_language(const char *tag, const char *want)
{
	return tag && g_ascii_strncasecmp(tag, want, 2) == 0 && (tag[2] == '\0' || tag[2] == '-');
}

char *entity_read_tidy(const char *text, glong max)
{
	GString *tidy = g_string_new(NULL);
	glong count = 0;
	bool space = false;
	for (const char *p = text; *p && count < max; p += g_utf8_skip[*(const guchar *)p]) {
		gunichar c = g_utf8_get_char(p);
		if (g_unichar_isspace(c)) {
			space = tidy->len > 0;
			continue;
		}
		if (!g_unichar_isprint(c)) /* controls and formats are not */
			continue;
		if (space)
			g_string_append_c(tidy, ' ');
		g_string_append_unichar(tidy, c);
		count += 1 + space;
		space = false;
	}
	return g_string_free(tidy, tidy->len == 0);
}

static bool take_name(char **slot, const XmlNode *node, GError **error)
{
	g_autoptr(GError) bad = NULL;
	g_autofree char *text = xml_node_text(node, &bad);
	if (!text)
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, node,
					  "holds more than text");
	if (!*slot)
		*slot = entity_read_tidy(text, DISPLAY_MAX);
	return true;
}

/* The first {ns}local of each language below parent (NULL: none), unless a name is known already:
 * better names come first. */
static bool read_names(Names *names, const XmlNode *parent, const char *ns, const char *local,
		       GError **error)
{
	if (!parent || names->sv || names->en)
		return true;
	for (const XmlNode *node = xml_node_child(parent, ns, local); node;
	     node = xml_node_next(node, ns, local)) {
		g_autofree char *tag = xml_node_attribute_ns(node, XML_NS_XML, "lang");
		if (is_language(tag, "sv") && !take_name(&names->sv, node, error))
			return false;
		if (is_language(tag, "en") && !take_name(&names->en, node, error))
			return false;
	}
	return true;
}

static const XmlNode *ui_info(const XmlNode *role)
{
	const XmlNode *extensions = xml_node_child(role, XML_NS_MD, "Extensions");
	return extensions ? xml_node_child(extensions, XML_NS_MDUI, "UIInfo") : NULL;
}

static bool take_value(Entity *entity, const char *name, const XmlNode *node, GPtrArray *categories,
		       GError **error)
{
	g_autofree char *value = xml_node_text_stripped(node, NULL);
	if (!value || strlen(value) > VALUE_MAX)
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, node, "not a short text");
	if (strcmp(name, ENTITY_CATEGORY) == 0) {
		if (categories->len == CATEGORIES_MAX)
			return entity_read_refuse(error, METADATA_ERROR_LIMIT, node,
						  "too many categories");
		g_ptr_array_add(categories, g_steal_pointer(&value));
	} else if (entity->subject_id_req) {
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, node,
					  "a second subject-id:req");
	} else {
		entity->subject_id_req = g_steal_pointer(&value);
	}
	return true;
}

static bool read_entity_attribute(Entity *entity, const XmlNode *attribute, GPtrArray *categories,
				  GError **error)
{
	g_autofree char *name = xml_node_attribute(attribute, "Name");
	if (g_strcmp0(name, ENTITY_CATEGORY) != 0 && g_strcmp0(name, SUBJECT_ID_REQ) != 0)
		return true;
	for (const XmlNode *value = xml_node_child(attribute, XML_NS_SAML, "AttributeValue"); value;
	     value = xml_node_next(value, XML_NS_SAML, "AttributeValue")) {
		if (!take_value(entity, name, value, categories, error))
			return false;
	}
	return true;
}

/* EntityAttributes stand directly under the entity; in a role they mean nothing. */
static bool read_entity_attributes(Entity *entity, const XmlNode *descriptor, GPtrArray *categories,
				   GError **error)
{
	const XmlNode *extensions = xml_node_child(descriptor, XML_NS_MD, "Extensions");
	const XmlNode *attributes =
		extensions ? xml_node_child(extensions, XML_NS_MDATTR, "EntityAttributes") : NULL;
	for (const XmlNode *node = attributes ? xml_node_child(attributes, XML_NS_SAML, "Attribute")
					      : NULL;
	     node; node = xml_node_next(node, XML_NS_SAML, "Attribute")) {
		if (!read_entity_attribute(entity, node, categories, error))
			return false;
	}
	return true;
}

/* Who registered the service with a federation (SAML Metadata Extensions for Registration and
 * Publication Information 1.0, 2.1), as whoever signed or added the metadata lets it say. Of two
 * nobody could tell which one a rule means. */
static bool read_registration(const XmlNode *descriptor, char **ret, GError **error)
{
	const XmlNode *extensions = xml_node_child(descriptor, XML_NS_MD, "Extensions");
	const XmlNode *info =
		extensions ? xml_node_child(extensions, XML_NS_MDRPI, "RegistrationInfo") : NULL;
	if (!info)
		return true;
	if (xml_node_next(info, XML_NS_MDRPI, "RegistrationInfo"))
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, info,
					  "there is a second one");
	g_autofree char *value = xml_node_attribute(info, "registrationAuthority");
	if (value && (!*value || strlen(value) > VALUE_MAX))
		return entity_read_refuse(error, METADATA_ERROR_SYNTAX, info,
					  "registrationAuthority is not a short text");
	*ret = g_steal_pointer(&value);
	return true;
}

/* What the service says of subject identifiers (SAML Subject Identifier Attributes Profile 1.0)
 * stands in the place of what it requests of them: "none" wants neither, and "any" leaves the
 * choice to us: the one that services cannot compare. */
static void settle_subject_id(Service *service, const char *req)
{
	static const struct {
		const char *req, *name;
	} meanings[] = {
		{"subject-id", SUBJECT_ID},
		{"pairwise-id", PAIRWISE_ID},
		{"any", PAIRWISE_ID},
		{"none", NULL},
	};
	for (gsize i = 0; req && i < G_N_ELEMENTS(meanings); i++) {
		if (strcmp(meanings[i].req, req) != 0)
			continue;
		service_remove_wish(service, attribute_by_saml(SUBJECT_ID));
		service_remove_wish(service, attribute_by_saml(PAIRWISE_ID));
		if (meanings[i].name)
			service_add_wish(service, meanings[i].name, true);
	}
}

static bool read_requested(Service *service, const XmlNode *consuming, GError **error)
{
	guint count = 0;
	for (const XmlNode *node = xml_node_child(consuming, XML_NS_MD, "RequestedAttribute"); node;
	     node = xml_node_next(node, XML_NS_MD, "RequestedAttribute")) {
		g_autofree char *name = xml_node_attribute(node, "Name");
		if (!name || !*g_strstrip(name) || strlen(name) > VALUE_MAX)
			return entity_read_refuse(error, METADATA_ERROR_SYNTAX, node,
						  "Name is missing or too long");
		if (++count > ENTITY_WISHES_MAX)
			return entity_read_refuse(error, METADATA_ERROR_LIMIT, node,
						  "more than %d of them", ENTITY_WISHES_MAX);
		int required;
		if (!entity_read_bool(node, "isRequired", &required, error))
			return false;
		service_add_wish(service, name, required == 1);
	}
	return true;
}

/* What all services of the entity share, in one of them. */
typedef struct {
	const Entity *entity;
	const XmlNode *descriptor, *role;
	GPtrArray *categories;
	const char *registered_by;
} Shared;

static Service *make_service(const Shared *shared, const XmlNode *consuming, GError **error)
{
	g_auto(Names) names = {0};
	const XmlNode *organization = xml_node_child(shared->descriptor, XML_NS_MD, "Organization");
	if (!read_names(&names, ui_info(shared->role), XML_NS_MDUI, "DisplayName", error) ||
	    !read_names(&names, consuming, XML_NS_MD, "ServiceName", error) ||
	    !read_names(&names, organization, XML_NS_MD, "OrganizationDisplayName", error))
		return NULL;
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, shared->entity->id);
	service->display_sv = g_steal_pointer(&names.sv);
	service->display_en = g_steal_pointer(&names.en);
	service->registered_by = g_strdup(shared->registered_by);
	for (guint i = 0; i < shared->categories->len; i++)
		service_add_category(service, shared->categories->pdata[i]);
	if (consuming && !read_requested(service, consuming, error))
		return NULL;
	settle_subject_id(service, shared->entity->subject_id_req);
	return g_steal_pointer(&service);
}

static bool has_index(const Entity *entity, int index)
{
	return index >= 0 && entity_service(entity, index);
}

static void add_wish(Entity *entity, Service *service, int index, int is_default)
{
	EntityWish *wish = g_new0(EntityWish, 1);
	wish->index = index;
	wish->is_default = is_default;
	wish->service = service;
	g_ptr_array_add(entity->wishes, wish);
}

static void choose_default(Entity *entity)
{
	const EntityWish *best = entity->wishes->pdata[0];
	for (guint i = 1; i < entity->wishes->len; i++) {
		const EntityWish *wish = entity->wishes->pdata[i];
		if (entity_read_rank(wish->is_default) > entity_read_rank(best->is_default))
			best = wish;
	}
	entity->service = best->service;
}

static bool read_consuming(Entity *entity, const Shared *shared, const XmlNode *node,
			   GError **error)
{
	int index, is_default;
	if (!entity_read_index(node, &index, error) ||
	    !entity_read_bool(node, "isDefault", &is_default, error))
		return false;
	if (has_index(entity, index))
		return entity_read_refuse(error, METADATA_ERROR_DUPLICATE, node,
					  "a second one with index %d", index);
	if (entity->wishes->len == ENTITY_SERVICES_MAX)
		return entity_read_refuse(error, METADATA_ERROR_LIMIT, node, "more than %d of them",
					  ENTITY_SERVICES_MAX);
	Service *service = make_service(shared, node, error);
	if (service)
		add_wish(entity, service, index, is_default);
	return service;
}

bool entity_wish_read(Entity *entity, const XmlNode *descriptor, const XmlNode *role,
		      GError **error)
{
	g_autoptr(GPtrArray) categories = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *registered_by = NULL;
	if (!read_entity_attributes(entity, descriptor, categories, error) ||
	    !read_registration(descriptor, &registered_by, error))
		return false;
	const Shared shared = {entity, descriptor, role, categories, registered_by};
	for (const XmlNode *node = xml_node_child(role, XML_NS_MD, "AttributeConsumingService");
	     node; node = xml_node_next(node, XML_NS_MD, "AttributeConsumingService")) {
		if (!read_consuming(entity, &shared, node, error))
			return false;
	}
	if (entity->wishes->len == 0) {
		Service *service = make_service(&shared, NULL, error);
		if (!service)
			return false;
		add_wish(entity, service, -1, -1);
	}
	choose_default(entity);
	return true;
}
