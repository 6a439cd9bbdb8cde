/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/attribute-file.h"

#include "idp/attribute-definition.h"
#include "idp/limits.h"
#include "metadata/trusted.h"

#include <string.h>

#define SUFFIX ".attributes"

G_DEFINE_QUARK(portvakt - attribute - file - error, attribute_file_error)

bool attribute_file_fail(GError **error, AttributeFileError code, const DefinitionPlace *place,
			 const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, ATTRIBUTE_FILE_ERROR, code, "%s:%u:%u: %s", place->file, place->line,
		    place->column, text);
	return false;
}

/* ---- lines ---- */

static guint blanks(const char *text)
{
	return (guint)strspn(text, " \t");
}

static bool take_group(GPtrArray *definitions, const DefinitionPlace *place, char *name,
		       GError **error)
{
	for (guint i = 0; i < definitions->len; i++) {
		const Definition *other = definitions->pdata[i];
		if (g_ascii_strcasecmp(other->name, name) == 0)
			return attribute_file_fail(error, ATTRIBUTE_FILE_ERROR_MEANING, place,
						   "[%s] is said twice (first at %s:%u); keep one",
						   name, other->place.file, other->place.line);
	}
	g_ptr_array_add(definitions, definition_new(name, place));
	return true;
}

static bool take_line(GPtrArray *definitions, guint before, const DefinitionPlace *place,
		      char *line, GError **error)
{
	gsize end = strlen(line);
	char *equals = strchr(line, '=');

	if (*line == '[' && line[end - 1] == ']') {
		line[end - 1] = '\0';
		return take_group(definitions, place, line + 1, error);
	}
	if (!equals)
		return attribute_file_fail(error, ATTRIBUTE_FILE_ERROR_SYNTAX, place,
					   "a line is 'key = value', '[attribute]' or '# comment'");
	if (definitions->len == before)
		return attribute_file_fail(
			error, ATTRIBUTE_FILE_ERROR_SYNTAX, place,
			"the first line that is no comment must be an '[attribute]'");
	*equals = '\0';
	return definition_say(definitions->pdata[definitions->len - 1], place, g_strchomp(line),
			      g_strstrip(equals + 1), error);
}

static bool take_file(GPtrArray *definitions, const AttributeFile *file, GError **error)
{
	guint before = definitions->len;

	if (file->length > LIMIT_ATTRIBUTE_FILE ||
	    !g_utf8_validate_len(file->bytes, file->length, NULL))
		return attribute_file_fail(error, ATTRIBUTE_FILE_ERROR_SYNTAX,
					   &(DefinitionPlace){file->name, 1, 1},
					   "over 128 KiB, or not UTF-8");
	g_autofree char *text = g_strndup(file->bytes, file->length);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		const DefinitionPlace place = {file->name, i + 1, blanks(lines[i]) + 1};
		char *line = g_strstrip(lines[i]);
		if (*line && *line != '#' && !take_line(definitions, before, &place, line, error))
			return false;
	}
	return true;
}

/* ---- all together ---- */

/* In the order of their names, so that the order of files shows nowhere. */
static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp((*(const Definition *const *)a)->name, (*(const Definition *const *)b)->name);
}

static Registry *put_all(const GPtrArray *definitions, GError **error)
{
	g_autofree const Attribute **slots = g_new0(const Attribute *, definitions->len + 1);

	for (guint i = 0; i < definitions->len; i++) {
		const Definition *definition = definitions->pdata[i];
		slots[i] = attribute_add(&definition->attribute);
		if (!slots[i]) {
			attribute_file_fail(
				error, ATTRIBUTE_FILE_ERROR_FULL, &definition->place,
				"there is no more room for attributes that were defined "
				"or changed since the start; restart portvakt");
			return NULL;
		}
	}
	return registry_new(slots, definitions->len);
}

Registry *attribute_files_read(const AttributeFile *files, guint n, GError **error)
{
	g_autoptr(GPtrArray) definitions =
		g_ptr_array_new_with_free_func((GDestroyNotify)definition_free);

	for (guint i = 0; i < n; i++)
		if (!take_file(definitions, &files[i], error))
			return NULL;
	g_ptr_array_sort(definitions, by_name);
	for (guint i = 0; i < definitions->len; i++)
		if (!definition_judge(definitions->pdata[i], definitions, i, error))
			return NULL;
	return put_all(definitions, error);
}

static bool read_folder(const char *folder, const char *huvudman, GArray *files, GPtrArray *kept,
			GError **error)
{
	g_autoptr(Trusted) trusted = trusted_open(folder, error);
	g_autoptr(GPtrArray) names =
		trusted ? trusted_list(trusted, SUFFIX, LIMIT_ATTRIBUTE_FILES, error) : NULL;

	for (guint i = 0; names && i < names->len; i++) {
		const char *name = names->pdata[i];
		GBytes *bytes = trusted_read(trusted, name, LIMIT_ATTRIBUTE_FILE, error);
		if (!bytes)
			return false;
		char *label = huvudman ? g_build_filename(huvudman, name, NULL) : g_strdup(name);
		AttributeFile file = {.name = label};
		file.bytes = g_bytes_get_data(bytes, &file.length);
		g_ptr_array_add(kept, g_bytes_new_take(label, strlen(label) + 1));
		g_ptr_array_add(kept, bytes);
		g_array_append_val(files, file);
	}
	return names != NULL;
}

Registry *attribute_folder_read(const char *folder, const char *huvudman, GChecksum *sum,
				GError **error)
{
	g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(AttributeFile));
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autofree char *own = huvudman ? g_build_filename(folder, huvudman, NULL) : NULL;

	if (g_file_test(folder, G_FILE_TEST_EXISTS) &&
	    !read_folder(folder, NULL, files, kept, error))
		return NULL;
	if (own && g_file_test(own, G_FILE_TEST_EXISTS) &&
	    !read_folder(own, huvudman, files, kept, error))
		return NULL;
	for (guint i = 0; sum && i < kept->len; i++) {
		gsize length = 0;
		const guchar *bytes = g_bytes_get_data(kept->pdata[i], &length);
		g_checksum_update(sum, bytes, (gssize)length);
	}
	return attribute_files_read((const AttributeFile *)(void *)files->data, files->len, error);
}
