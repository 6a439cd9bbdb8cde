/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/policy-files.h"

#include <string.h>

#include "metadata/trusted.h"

/* More policy files than any huvudman has schools. */
#define FILES_MAX 1000

PolicyFiles *policy_files_new(void)
{
	PolicyFiles *files = g_new0(PolicyFiles, 1);
	files->sources = g_array_new(FALSE, FALSE, sizeof(PolicySource));
	files->contents = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	files->labels = g_ptr_array_new_with_free_func(g_free);
	return files;
}

void policy_files_free(PolicyFiles *files)
{
	if (!files)
		return;
	g_array_unref(files->sources);
	g_ptr_array_unref(files->contents);
	g_ptr_array_unref(files->labels);
	g_free(files);
}

/* As long as anything that is freed with the files: among the labels. */
static const char *keep_text(PolicyFiles *files, char *text)
{
	g_ptr_array_add(files->labels, text);
	return text;
}

void policy_files_add(PolicyFiles *files, const char *name, const char *huvudman, GBytes *bytes)
{
	PolicySource source = {
		.name = keep_text(files, huvudman ? g_build_filename(huvudman, name, NULL)
						  : g_strdup(name)),
		.huvudman = huvudman ? keep_text(files, g_strdup(huvudman)) : NULL,
	};
	const char *text = g_bytes_get_data(bytes, &source.length);
	source.bytes = text ? text : ""; /* NULL for an empty file */
	g_ptr_array_add(files->contents, g_bytes_ref(bytes));
	g_array_append_val(files->sources, source);
}

void policy_files_texts(const PolicyFiles *files, GPtrArray *texts)
{
	const GArray *sources = files->sources;
	g_ptr_array_extend_and_steal(
		texts,
		policy_texts((const PolicySource *)(const void *)sources->data, sources->len));
}

/* ---- those that hold ---- */

static bool read_trusted(PolicyFiles *files, const char *folder, const char *huvudman,
			 GError **error)
{
	g_autoptr(Trusted) trusted = trusted_open(folder, error);
	g_autoptr(GPtrArray) names =
		trusted ? trusted_list(trusted, ".policy", FILES_MAX, error) : NULL;
	for (guint i = 0; names && i < names->len; i++) {
		g_autoptr(GBytes) bytes =
			trusted_read(trusted, names->pdata[i], POLICY_FILE_MAX, error);
		if (!bytes)
			return false;
		policy_files_add(files, names->pdata[i], huvudman, bytes);
	}
	return names;
}

PolicyFiles *policy_files_read(const Config *config, GError **error)
{
	g_autoptr(PolicyFiles) files = policy_files_new();
	const char *folder = config_path(config, "policy", "folder");
	const char *huvudman = config_huvudman(config);
	g_autofree char *own = huvudman ? g_build_filename(folder, huvudman, NULL) : NULL;
	if (read_trusted(files, folder, NULL, error) &&
	    (!own || !g_file_test(own, G_FILE_TEST_EXISTS) ||
	     read_trusted(files, own, huvudman, error)))
		return g_steal_pointer(&files);
	g_autofree char *where = config_where(config, "policy", "folder");
	g_prefix_error(error, "%s: ", where);
	return NULL;
}

/* ---- those that are looked at ---- */

static bool look_at_file(PolicyFiles *files, const char *path, const char *huvudman, GError **error)
{
	g_autoptr(GFile) file = g_file_new_for_path(path);
	g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, error);
	g_autofree char *text = g_malloc(POLICY_FILE_MAX + 1);
	g_autofree char *name = g_path_get_basename(path);
	gsize length = 0;
	if (!stream || !g_input_stream_read_all(G_INPUT_STREAM(stream), text, POLICY_FILE_MAX + 1,
						&length, NULL, error))
		return false;
	if (length > POLICY_FILE_MAX) {
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE,
			    "%s: larger than the %d bytes that a policy file may have", path,
			    POLICY_FILE_MAX);
		return false;
	}
	g_autoptr(GBytes) bytes = g_bytes_new(text, length);
	policy_files_add(files, name, huvudman, bytes);
	return true;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool look_at_folder(PolicyFiles *files, const char *folder, const char *huvudman,
			   GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;
	while (dir && (name = g_dir_read_name(dir)) && names->len <= FILES_MAX)
		if (*name != '.' && g_str_has_suffix(name, ".policy"))
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	if (names->len > FILES_MAX) {
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE, "%s: more than %d policy files",
			    folder, FILES_MAX);
		return false;
	}
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
		if (!look_at_file(files, path, huvudman, error))
			return false;
	}
	return dir;
}

PolicyFiles *policy_files_look(const char *path, const char *huvudman, GError **error)
{
	g_autoptr(PolicyFiles) files = policy_files_new();
	g_autofree char *own = huvudman ? g_build_filename(path, huvudman, NULL) : NULL;
	bool good = g_file_test(path, G_FILE_TEST_IS_DIR)
			    ? look_at_folder(files, path, NULL, error) &&
				      (!own || !g_file_test(own, G_FILE_TEST_EXISTS) ||
				       look_at_folder(files, own, huvudman, error))
			    : look_at_file(files, path, NULL, error);
	return good ? g_steal_pointer(&files) : NULL;
}
