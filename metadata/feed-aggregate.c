/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/feed-aggregate.h"

#include <string.h>

#include "metadata/entity-read.h"
#include "metadata/feed-index.h"
#include "metadata/xml/sign.h"

#define NOTE_MAX 300 /* characters */

typedef struct {
	GHashTable *times; /* entityID -> how many service providers have it */
	FeedIndexWriter *writer;
	FeedIndexFacts facts;
	Asked *asked; /* of the service at hand */
} Walk;

/* What is done with each service provider. `until` in seconds, of all lists around it. */
typedef bool (*Each)(Walk *walk, const XmlNode *descriptor, const char *id, gint64 until,
		     GError **error);

static bool is_service(const XmlNode *descriptor)
{
	return xml_node_child(descriptor, XML_NS_MD, "SPSSODescriptor");
}

/* Deep as XML_LIMITS_FEED allows. */
static bool walk_list(Walk *walk, const XmlNode *list, gint64 until, Each each, GError **error)
{
	if (!entity_read_until(list, &until, error))
		return false;
	for (const XmlNode *node = xml_node_child(list, XML_NS_MD, NULL); node;
	     node = xml_node_next(node, XML_NS_MD, NULL)) {
		if (xml_node_is(node, XML_NS_MD, "EntitiesDescriptor")) {
			if (!walk_list(walk, node, until, each, error))
				return false;
		} else if (xml_node_is(node, XML_NS_MD, "EntityDescriptor")) {
			g_autofree char *id = xml_node_attribute(node, "entityID");
			if (!each(walk, node, id ? id : "", until, error))
				return false;
		}
	}
	return true;
}

static bool count(Walk *walk, const XmlNode *descriptor, const char *id, gint64 until,
		  GError **error)
{
	if (!is_service(descriptor)) {
		walk->facts.others++;
		return true;
	}
	gsize times = GPOINTER_TO_SIZE(g_hash_table_lookup(walk->times, id));
	g_hash_table_insert(walk->times, g_strdup(id), GSIZE_TO_POINTER(times + 1));
	return true;
}

static void note(Walk *walk, const char *what)
{
	g_autofree char *line = entity_read_tidy(what, NOTE_MAX);
	if (line)
		feed_index_writer_note(walk->writer, line);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In order, so that services that say the same in another order are of one kind. */
static void digest_lines(Digest *digest, GPtrArray *lines)
{
	g_ptr_array_sort(lines, by_text);
	for (guint i = 0; i < lines->len; i++)
		digest_add(digest, lines->pdata[i], strlen(lines->pdata[i]) + 1);
	digest_add(digest, "", 1);
}

/* All that policy sees of a service but its id (policy/match.c, policy/decide.c): categories,
 * wishes, and who registered it. Names for people it only shows, and the feed is all of theirs. */
static void digest_kind(const Entity *entity, guint8 ret[DIGEST_SIZE])
{
	Digest *digest = digest_new();
	const char *registered_by = entity->service->registered_by;
	digest_add(digest, registered_by ? registered_by : "",
		   registered_by ? strlen(registered_by) + 1 : 0);
	digest_add(digest, "", 1);
	for (guint i = 0; i < entity->wishes->len; i++) {
		const Service *service = ((const EntityWish *)entity->wishes->pdata[i])->service;
		g_autoptr(GPtrArray) categories = g_ptr_array_new();
		g_autoptr(GPtrArray) wishes = g_ptr_array_new_with_free_func(g_free);
		for (guint j = 0; j < service->categories->len; j++)
			g_ptr_array_add(categories, service->categories->pdata[j]);
		for (guint j = 0; j < service->wishes->len; j++) {
			const Wish *wish = service->wishes->pdata[j];
			g_ptr_array_add(wishes,
					g_strdup_printf("%d %s", wish->required, wish->name));
		}
		digest_lines(digest, categories);
		digest_lines(digest, wishes);
	}
	digest_end(digest, ret);
}

/* The entity as a document of its own, and what it says when that is read as it will be. */
static Entity *alone(const XmlNode *descriptor, GBytes **ret_blob, GError **error)
{
	g_autoptr(XmlDocument) doc = xml_document_from_node(descriptor);
	g_autoptr(GBytes) blob = xml_document_to_message(doc);
	gsize len;
	const void *data = g_bytes_get_data(blob, &len);
	Entity *entity = entity_parse(data, len, ENTITY_ANY_TIME, error);
	if (entity)
		*ret_blob = g_steal_pointer(&blob);
	return entity;
}

static bool take(Walk *walk, const XmlNode *descriptor, const char *id, gint64 until,
		 GError **error)
{
	if (!is_service(descriptor))
		return true;
	gsize times = GPOINTER_TO_SIZE(g_hash_table_lookup(walk->times, id));
	if (times > 1) {
		g_autofree char *what = g_strdup_printf("%s: is there %zu times", id, times);
		note(walk, what);
		walk->facts.duplicates++;
		/* once for all of them */
		g_hash_table_insert(walk->times, g_strdup(id), NULL);
	}
	if (times != 1)
		return true;
	g_autoptr(GError) bad = NULL;
	g_autoptr(GBytes) blob = NULL;
	g_autoptr(Entity) entity = alone(descriptor, &blob, &bad);
	guint8 kind[DIGEST_SIZE];
	if (!entity) {
		walk->facts.refused++;
		note(walk, bad->message);
		return true;
	}
	if (entity->valid_until != 0 && entity->valid_until < until)
		until = entity->valid_until;
	digest_kind(entity, kind);
	asked_of_entity(walk->asked, entity);
	return feed_index_writer_add(walk->writer, walk->asked, blob, until, kind, error);
}

static bool judge_time(const XmlNode *root, gint64 now, gint64 *ret_until, GError **error)
{
	g_autofree char *text = xml_node_attribute(root, "validUntil");
	*ret_until = 0;
	if (!text)
		return metadata_refuse(error, METADATA_ERROR_SYNTAX,
				       "the aggregate has no validUntil, so that an old one could "
				       "be passed off for ever");
	if (!entity_read_until(root, ret_until, error))
		return false;
	if (*ret_until <= now)
		return metadata_refuse(error, METADATA_ERROR_EXPIRED,
				       "its validUntil, %s, has passed; get a newer one", text);
	if (*ret_until > now + FEED_VALIDITY_MAX)
		return metadata_refuse(error, METADATA_ERROR_LIMIT,
				       "its validUntil, %s, is more than %d days ahead", text,
				       (int)(FEED_VALIDITY_MAX / 86400));
	return true;
}

/* Another library's error as one of ours. */
static bool refuse_as(GError **error, const GError *cause)
{
	MetadataError code = METADATA_ERROR_SYNTAX;
	if (g_error_matches(cause, XML_ERROR, XML_ERROR_LIMIT))
		code = METADATA_ERROR_LIMIT;
	else if (g_error_matches(cause, XML_ERROR, XML_ERROR_SIGNATURE))
		code = METADATA_ERROR_SIGNATURE;
	return metadata_refuse(error, code, "%s", cause->message);
}

static XmlDocument *verified(GBytes *aggregate, GBytes *certificate, GError **error)
{
	g_autoptr(GError) bad = NULL;
	gsize len;
	const void *data = g_bytes_get_data(aggregate, &len);
	g_autoptr(XmlDocument) doc = xml_document_parse(data, len, &XML_LIMITS_FEED, &bad);
	XmlNode *root = doc ? xml_document_root(doc) : NULL;
	if (root && !xml_node_is(root, XML_NS_MD, "EntitiesDescriptor"))
		metadata_refuse(&bad, METADATA_ERROR_SYNTAX,
				"the root is not an EntitiesDescriptor; single services go into "
				"the folder of [metadata]");
	if (bad || !xml_signature_verify_aggregate(doc, root, certificate, &bad)) {
		refuse_as(error, bad);
		return NULL;
	}
	return g_steal_pointer(&doc);
}

bool feed_aggregate_index(GBytes *aggregate, GBytes *certificate, gint64 now, int fd,
			  GError **error)
{
	g_autoptr(XmlDocument) doc = verified(aggregate, certificate, error);
	if (!doc)
		return false;
	const XmlNode *root = xml_document_root(doc);
	g_autoptr(GHashTable) times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(FeedIndexWriter) writer = feed_index_writer_new(fd);
	g_autoptr(Asked) asked = asked_new();
	Walk walk = {.times = times, .writer = writer, .asked = asked};
	gsize len;
	const void *data = g_bytes_get_data(aggregate, &len);
	digest_of(data, len, walk.facts.aggregate);
	data = g_bytes_get_data(certificate, &len);
	digest_of(data, len, walk.facts.certificate);
	return judge_time(root, now, &walk.facts.valid_until, error) &&
	       walk_list(&walk, root, 0, count, error) && walk_list(&walk, root, 0, take, error) &&
	       feed_index_writer_end(writer, &walk.facts, error);
}
