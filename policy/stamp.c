/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/stamp.h"

#include <string.h>

/* Every text with its length before it, so that no text can pass for two. */
static void add_text(GString *stamp, const char *text)
{
	g_string_append_printf(stamp, " %u:%s", (unsigned)strlen(text), text);
}

static void add_texts(GString *stamp, const char *const *texts, unsigned n)
{
	g_string_append_printf(stamp, " %u", n);
	for (unsigned i = 0; i < n; i++)
		add_text(stamp, texts[i]);
}

static void add_targets(GString *stamp, const Target *targets, unsigned n)
{
	g_string_append_printf(stamp, "\ntargets %u", n);
	for (unsigned i = 0; i < n; i++) {
		g_string_append_printf(stamp, " (%u", targets[i].n_atoms);
		for (unsigned j = 0; j < targets[i].n_atoms; j++) {
			const Atom *atom = &targets[i].atoms[j];

			g_string_append_printf(stamp, " %d %d %u", atom->type, atom->protocol,
					       atom->n_idents);
			for (unsigned k = 0; k < atom->n_idents; k++) {
				g_string_append_printf(stamp, " %d", atom->idents[k].protocol);
				add_text(stamp, atom->idents[k].id);
			}
			add_texts(stamp, atom->texts, atom->n_texts);
		}
		g_string_append_c(stamp, ')');
	}
}

static void add_choices(GString *stamp, const Choice *choices, unsigned n)
{
	g_string_append_printf(stamp, " %u", n);
	for (unsigned i = 0; i < n; i++)
		add_texts(stamp, choices[i].names, choices[i].n);
}

static void add_psets(GString *stamp, const Pset *psets, unsigned n)
{
	g_string_append_printf(stamp, "\npeople %u", n);
	for (unsigned i = 0; i < n; i++) {
		g_string_append_printf(stamp, " (%u %u", psets[i].kinds, psets[i].years);
		add_choices(stamp, psets[i].groups, psets[i].n_groups);
		add_choices(stamp, psets[i].units, psets[i].n_units);
		g_string_append_c(stamp, ')');
	}
}

static void add_only(GString *stamp, const Only *only)
{
	g_string_append_printf(stamp, " only %u", only->n_facets);
	for (unsigned i = 0; i < only->n_facets; i++) {
		g_string_append_printf(stamp, " %d", only->facets[i].type);
		add_texts(stamp, only->facets[i].texts, only->facets[i].n_texts);
	}
}

static void add_rule(GString *stamp, const Targets *to, const People *people)
{
	add_targets(stamp, to->targets, to->n_targets);
	add_targets(stamp, to->exceptions, to->n_exceptions);
	add_psets(stamp, people->psets, people->n_psets);
	add_psets(stamp, people->exceptions, people->n_exceptions);
}

char *stamp_release(const Release *release)
{
	GString *stamp = g_string_new("release");

	add_rule(stamp, &release->to, &release->people);
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		g_string_append_printf(stamp, "\ngift %d %p %d %d", gift->type,
				       (const void *)gift->attribute, gift->unasked,
				       gift->if_required);
		add_only(stamp, &gift->only);
	}
	g_string_append_printf(stamp, "\n%d %u %u %u %d %u %d", release->page, release->from,
			       release->until, release->agreement_until,
			       release->by_two_place.line != 0, release->approvers,
			       release->new_asks_place.line != 0);
	if (release->demand)
		add_text(stamp, release->demand);
	return g_string_free(stamp, FALSE);
}

char *stamp_never(const Never *never)
{
	GString *stamp = g_string_new("never");

	add_rule(stamp, &never->to, &never->people);
	for (unsigned i = 0; i < never->n_taken; i++) {
		const Taken *taken = &never->taken[i];

		g_string_append_printf(stamp, "\ntaken %d %d %p", taken->type, taken->kind,
				       (const void *)taken->attribute);
		add_only(stamp, &taken->only);
	}
	return g_string_free(stamp, FALSE);
}
