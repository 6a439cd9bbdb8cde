/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/want.h"

#include <string.h>

#define HARMLESS "harmless"
#define TAKEN    "taken"

static void want_free(gpointer data)
{
	Want *want = data;

	g_free(want->verdict);
	g_free(want->words);
	g_free(want);
}

static bool begins(const char *text, const char *word)
{
	gsize length = strlen(word);

	return strncmp(text, word, length) == 0 && strchr(" ,", text[length]);
}

static bool fits_the_name(const char *name, const char *verdict)
{
	return g_str_has_prefix(name, "honest-")
		       ? begins(verdict, TAKEN)
		       : begins(verdict, "refused") || begins(verdict, HARMLESS);
}

static const char *take_line(GHashTable *wants, const char *line)
{
	g_auto(GStrv) fields = g_strsplit(line, "\t", 4);
	guint count = g_strv_length(fields);

	if (count < 2 || count > 3)
		return "a line is CASE, tab, VERDICT, perhaps tab, WORDS";
	if (!fits_the_name(fields[0], fields[1]))
		return "an honest-... case is `taken', any other `refused' or `harmless'";
	if (g_hash_table_contains(wants, fields[0]))
		return "the case is there twice";
	Want *want = g_new0(Want, 1);
	want->verdict = g_strdup(fields[1]);
	want->words = g_strdup(count == 3 ? fields[2] : "");
	g_hash_table_insert(wants, g_strdup(fields[0]), want);
	return NULL;
}

GHashTable *want_read(const char *file, GError **error)
{
	g_autoptr(GHashTable) wants =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, want_free);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(file, &text, NULL, error))
		return NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		const char *wrong =
			*lines[i] && *lines[i] != '#' ? take_line(wants, lines[i]) : NULL;
		if (wrong) {
			g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, "%s:%u: %s",
				    file, i + 1, wrong);
			return NULL;
		}
	}
	return g_steal_pointer(&wants);
}

bool want_is_met(const Want *want, const char *verdict)
{
	const char *message = strstr(verdict, ": ");
	g_autofree char *said =
		message ? g_strndup(verdict, (gsize)(message - verdict)) : g_strdup(verdict);
	g_autofree char *wanted =
		begins(want->verdict, HARMLESS)
			? g_strconcat(TAKEN, want->verdict + strlen(HARMLESS), NULL)
			: g_strdup(want->verdict);

	return strcmp(said, wanted) == 0 && strstr(message ? message : "", want->words);
}
