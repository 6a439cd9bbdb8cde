/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/side.h"

#include "idp/kept-policy.h"
#include "idp/meaning.h"

void side_clear(Side *side)
{
	g_clear_pointer(&side->known, known_services_free);
	g_clear_pointer(&side->generation, generation_unref);
	g_clear_pointer(&side->says, g_free);
	g_clear_pointer(&side->digest, g_free);
}

bool side_configured(Side *side, const CommandLine *line, gint64 now, GError **error)
{
	side->generation = command_generation(line, now, error);
	if (side->generation)
		side->says = g_strdup(config_path(side->generation->config, "policy", "folder"));
	return side->generation;
}

static char *date_text(gint64 time)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time);
	return date ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("?");
}

bool side_running(Side *side, const CommandLine *line, gint64 now, GError **error)
{
	g_autoptr(Config) config = command_config(line, error);
	g_autoptr(GError) fault = NULL;
	g_autoptr(KeptPolicy) kept = config ? kept_policy_read(config, &fault) : NULL;
	if (config && !kept && !fault)
		return command_set_error(error, "portvakt serve has not taken a policy yet with "
						"this configuration: there is nothing to compare "
						"with; name a folder");
	if (!kept) {
		if (fault)
			g_propagate_error(error, g_steal_pointer(&fault));
		return false;
	}
	g_autofree char *taken = date_text(kept->taken);
	side->says = g_strdup_printf("%.12s, %s", kept->digest, taken);
	side->digest = g_strdup(kept->digest);
	side->generation = kept_policy_load(kept, config, now, error);
	if (!side->generation)
		g_prefix_error(error, "the policy that runs: ");
	return side->generation;
}

bool side_at(Side *side, const char *path, const CommandLine *line, gint64 now, GError **error)
{
	CommandLine other = *line;
	side->says = g_strdup(path);
	if (!g_file_test(path, G_FILE_TEST_IS_DIR) && !g_str_has_suffix(path, ".policy")) {
		other.config = side->says;
		side->generation = command_generation(&other, now, error);
		return side->generation;
	}
	g_autoptr(Config) config = command_config(line, error);
	PolicyFiles *files =
		config ? policy_files_look(path, config_huvudman(config), error) : NULL;
	side->generation = files ? generation_load_files(config, files, now, error) : NULL;
	return side->generation;
}

void side_know(Side *side, gint64 now)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	policy_files_texts(side->generation->files, texts);
	side->known = known_services_new(side->generation->entities, texts, now);
}

void sides_know(Side *before, Side *after, gint64 now)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	policy_files_texts(before->generation->files, texts);
	policy_files_texts(after->generation->files, texts);
	before->known = known_services_new(before->generation->entities, texts, now);
	after->known = known_services_new(after->generation->entities, texts, now);
}

GPtrArray *sides_meaning(const Side *before, const Side *after)
{
	/* taken just as it is configured: nothing waits, whatever version it was that wrote it */
	if (g_strcmp0(before->digest, after->generation->digest) == 0)
		return g_ptr_array_new_with_free_func(g_free);
	return meaning_widens(before->generation->meaning, after->generation->meaning);
}
