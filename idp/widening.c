/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/widening.h"

#include "idp/known-services.h"
#include "idp/meaning.h"
#include "policy/day.h"
#include "policy/diff.h"

static char *line_of(const DiffEntry *entry, unsigned today)
{
	g_autofree char *sentence = diff_sentence(entry, "en");
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < entry->services->len && i < 3; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "",
				       ((const Site *)entry->services->pdata[i])->name_en);
	if (entry->services->len > 3)
		g_string_append_printf(text, " and %u more", entry->services->len - 3);
	g_string_append_printf(text, "%s%s", text->len ? ": " : "", sentence);
	if (entry->from > today)
		g_string_append_printf(text, " (from " DAY_FORMAT ")", DAY_PARTS(entry->from));
	return g_string_free(text, FALSE);
}

GPtrArray *widening_entries(const Generation *before, const Generation *after,
			    const GPtrArray *services, gint64 now, bool whole)
{
	const PolicyContext context = {
		.scopes = after->identity.scopes,
		.today = generation_today(after->zone, now),
		.services = (const Service *const *)services->pdata,
		.n_services = services->len,
	};
	return whole ? policy_diff(before->policy, after->policy, &context)
		     : policy_diff_wider(before->policy, after->policy, &context);
}

static void add_words(const Generation *before, const Generation *after, GPtrArray *lines)
{
	g_autoptr(GPtrArray) sections = meaning_widens(before->meaning, after->meaning);
	for (guint i = 0; i < sections->len; i++)
		g_ptr_array_add(lines, meaning_sentence(sections->pdata[i], "en"));
}

GPtrArray *widening_find(const Generation *before, const Generation *after, gint64 now)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	policy_files_texts(before->files, texts);
	policy_files_texts(after->files, texts);
	g_autoptr(KnownServices) known = known_services_new(after->entities, texts, now);
	g_autoptr(GPtrArray) entries = widening_entries(before, after, known->services, now, false);
	unsigned today = generation_today(after->zone, now);
	guint more = 0;
	add_words(before, after, lines);
	for (guint i = 0; i < entries->len; i++) {
		const DiffEntry *entry = entries->pdata[i];
		if (entry->way != DIFF_WIDER && entry->way != DIFF_MAY_WIDEN)
			continue;
		if (lines->len < WIDENING_LINES)
			g_ptr_array_add(lines, line_of(entry, today));
		else
			more++;
	}
	if (more)
		g_ptr_array_add(lines, g_strdup_printf("%u more: `portvakt diff' tells", more));
	return lines;
}
