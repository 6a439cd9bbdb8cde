/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/add.h"

#include <string.h>

#include "metadata/candidate.h"
#include "metadata/describe.h"
#include "metadata/entity-set.h"
#include "metadata/trusted.h"

static bool check_because(const char *because, GError **error)
{
	if (!because || !*because)
		return metadata_refuse(error, METADATA_ERROR_USAGE,
				       "say why this service is added: --because TEXT");
	if (strlen(because) > ADD_BECAUSE_MAX)
		return metadata_refuse(error, METADATA_ERROR_USAGE,
				       "the text after --because is longer than %d bytes",
				       ADD_BECAUSE_MAX);
	if (!g_utf8_validate(because, -1, NULL))
		return metadata_refuse(error, METADATA_ERROR_USAGE,
				       "the text after --because is not UTF-8");
	return true;
}

/* The entityID in letters that every file system and shell takes, and enough of a hash that two
 * never share a name: "sp.example-shibboleth-1a2b3c4d5e6f.xml". */
static char *file_name(const char *id)
{
	const char *from = strstr(id, "://");
	GString *name = g_string_new(NULL);
	for (const char *p = from ? from + 3 : id; *p && name->len < 60; p++) {
		bool keep = g_ascii_isalnum(*p) || (*p == '.' && name->len > 0);
		if (keep)
			g_string_append_c(name, g_ascii_tolower(*p));
		else if (name->len > 0 && name->str[name->len - 1] != '-')
			g_string_append_c(name, '-');
	}
	if (name->len > 0 && name->str[name->len - 1] != '-')
		g_string_append_c(name, '-');
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id, -1);
	g_string_append_printf(name, "%.12s.xml", hash);
	return g_string_free(name, FALSE);
}

static void append_lines(GString *report, const char *before, const GPtrArray *lines)
{
	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf(report, "%s%s\n", before, (const char *)lines->pdata[i]);
}

static char *report_on(const Entity *entity, const Entity *old, gint64 now)
{
	GString *report = g_string_new(NULL);
	g_autoptr(GPtrArray) facts = describe_entity(entity);
	g_autoptr(GPtrArray) warnings = describe_warnings(entity, now);
	append_lines(report, "", facts);
	append_lines(report, "beware: ", warnings);
	if (old) {
		g_autoptr(GPtrArray) changes = describe_changes(old, entity);
		g_string_append(report, changes->len > 0
						? "what changes for a service known already:\n"
						: "nothing changes for a service known already\n");
		append_lines(report, "  ", changes);
		g_autofree char *held = describe_holds(entity, changes);
		if (held)
			g_string_append_printf(report, "%s\n", held);
	}
	g_string_append(report, "What it asks for is a wish: only a policy line releases it.\n");
	return g_string_free(report, FALSE);
}

/* The bytes of the file, which are what the next start will read: they are read here as well. */
static GBytes *compose(const MetadataAdd *add, const XmlNode *descriptor, GError **error)
{
	g_autoptr(XmlDocument) doc = xml_document_from_node(descriptor);
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(add->now);
	g_autofree char *date = g_date_time_format(now, "%Y-%m-%d");
	g_autofree char *comment = g_strdup_printf(" Added %s because: %s ", date, add->because);
	xml_document_add_comment(doc, comment);
	g_autoptr(GBytes) bytes = xml_document_to_bytes(doc);
	gsize len;
	const void *data = g_bytes_get_data(bytes, &len);
	g_autoptr(Entity) again = entity_parse(data, len, add->now, error);
	return again ? g_steal_pointer(&bytes) : NULL;
}

/* Where it goes: over the file it replaces, or to a name of its own. */
static char *choose_name(const MetadataAdd *add, const EntitySet *set, const Trusted *trusted,
			 const char *id, GError **error)
{
	const char *old = entity_set_file(set, id);
	if (old && !add->replace) {
		metadata_refuse(error, METADATA_ERROR_DUPLICATE,
				"%s is known already, from %s; to put this in its place: --replace",
				id, old);
		return NULL;
	}
	g_autofree char *name = old ? g_path_get_basename(old) : file_name(id);
	if (!old && trusted_has(trusted, name)) {
		g_autofree char *path = trusted_path(trusted, name);
		metadata_refuse(error, METADATA_ERROR_DUPLICATE,
				"%s is there already, but holds another service; move it away",
				path);
		return NULL;
	}
	return g_steal_pointer(&name);
}

static bool put(const MetadataAdd *add, const Trusted *trusted, const char *name, GBytes *bytes,
		char **report, GError **error)
{
	if (!add->dry_run && !trusted_write(trusted, name, bytes, error))
		return false;
	g_autofree char *path = trusted_path(trusted, name);
	g_autofree char *before = *report;
	*report = g_strconcat(before, add->dry_run ? "would be written to " : "written to ", path,
			      "\n", NULL);
	return true;
}

bool metadata_add(const MetadataAdd *add, char **ret_report, GError **error)
{
	*ret_report = NULL;
	if (!check_because(add->because, error))
		return false;
	g_autoptr(XmlDocument) doc = candidate_new(add, error);
	g_autoptr(Entity) entity =
		doc ? entity_from_node(xml_document_root(doc), add->now, error) : NULL;
	g_autoptr(Trusted) trusted = entity ? trusted_open(add->folder, error) : NULL;
	g_autoptr(EntitySet) set = trusted ? entity_set_load(add->folder, add->now, error) : NULL;
	if (!set)
		return false;
	g_autoptr(Entity) old = entity_set_find(set, entity->id, ENTITY_ANY_TIME);
	*ret_report = report_on(entity, old, add->now);
	g_autofree char *name = choose_name(add, set, trusted, entity->id, error);
	g_autoptr(GBytes) bytes = name ? compose(add, xml_document_root(doc), error) : NULL;
	return bytes && put(add, trusted, name, bytes, ret_report, error);
}
