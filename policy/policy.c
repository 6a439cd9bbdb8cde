/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/policy.h"

#include <string.h>

#include "policy/canonical.h"
#include "policy/day.h"
#include "policy/grammar.h"
#include "policy/lexer.h"
#include "policy/prove.h"
#include "policy/warn.h"

G_DEFINE_QUARK(policy - error - quark, policy_error)

static void policy_clear(Policy *policy)
{
	rules_clear(&policy->rules);
	g_clear_pointer(&policy->known, g_hash_table_unref);
	g_clear_pointer(&policy->names, g_hash_table_unref);
	g_clear_pointer(&policy->open_releases, g_array_unref);
	g_clear_pointer(&policy->open_nevers, g_array_unref);
	g_clear_pointer(&policy->warnings, g_ptr_array_unref);
	g_clear_pointer(&policy->scopes, g_strfreev);
	g_clear_pointer(&policy->registry, registry_unref);
	numbers_clear(&policy->numbers);
	arena_clear(&policy->arena);
	g_free(policy);
}

Policy *policy_ref(Policy *policy)
{
	g_atomic_ref_count_inc(&policy->references);
	return policy;
}

void policy_unref(Policy *policy)
{
	if (g_atomic_ref_count_dec(&policy->references))
		policy_clear(policy);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp((*(Source *const *)a)->name, (*(Source *const *)b)->name);
}

/* The files by name, so that the order in which they are given shows nowhere: everything that is
 * read from them is in order from the start. */
static GPtrArray *sorted_sources(Policy *policy, const PolicySource *files, size_t n,
				 const PolicyContext *context)
{
	GPtrArray *sources = g_ptr_array_new();

	for (size_t i = 0; i < n; i++) {
		Source *source = arena_alloc(&policy->arena, sizeof *source);

		source->name = arena_text(&policy->arena, files[i].name, strlen(files[i].name));
		source->bytes = files[i].bytes;
		source->length = files[i].length;
		source->huvudman = files[i].huvudman;
		source->is_shared = context->huvudman && !files[i].huvudman;
		source->is_swedish = g_strcmp0(context->language, "sv") == 0;
		g_ptr_array_add(sources, source);
	}
	g_ptr_array_sort(sources, by_name);
	return sources;
}

static void look_up_approvals(Policy *policy, const PolicyContext *context)
{
	for (guint i = 0; i < policy->rules.releases->len; i++) {
		Release *release = policy->rules.releases->pdata[i];

		if (release->by_two_place.line == 0)
			continue;
		release->canonical = canonical_text(release, &policy->arena);
		if (context->approvers)
			release->approvers = MIN(
				context->approvers(release->canonical, context->approvers_data), 2);
	}
}

Policy *policy_load(const PolicySource *files, size_t n, const PolicyContext *context,
		    GError **error)
{
	g_autoptr(Policy) policy = g_new0(Policy, 1);
	g_autoptr(GPtrArray) sources = NULL;
	g_autoptr(Universe) universe = NULL;
	Effort proving = {EFFORT_PROVE}, warning = {EFFORT_WARN};

	g_assert(day_is_real(context->today));
	g_atomic_ref_count_init(&policy->references);
	arena_init(&policy->arena);
	rules_init(&policy->rules);
	numbers_init(&policy->numbers);
	policy->scopes = g_strdupv((char **)(guintptr)context->scopes);
	policy->registry = context->attributes ? registry_ref(context->attributes) : NULL;
	policy->warnings = g_ptr_array_new_with_free_func(g_free);
	sources = sorted_sources(policy, files, n, context);
	for (guint i = 0; i < sources->len; i++)
		if (!source_check(sources->pdata[i], error) ||
		    !grammar_read(sources->pdata[i], context, &policy->arena, &policy->rules,
				  error))
			return NULL;
	if (!resolve_rules(policy, error))
		return NULL;
	look_up_approvals(policy, context);
	index_rules(policy, context);
	policy->effort = &proving;
	universe = universe_new((const Policy *const[]){policy}, 1, context,
				UNIVERSE_IMAGINED | UNIVERSE_WISHES, error);
	if (!universe || !prove_subjects(policy, context, error) ||
	    !prove_expectations(policy, context, universe, error))
		return NULL;
	universe->effort = policy->effort = &warning;
	warn_policy(policy, context, universe);
	policy->effort = NULL;
	return g_steal_pointer(&policy);
}

const GPtrArray *policy_warnings(const Policy *policy)
{
	return policy->warnings;
}

GArray *policy_approvals(const Policy *policy)
{
	GArray *approvals = g_array_new(FALSE, FALSE, sizeof(PolicyApproval));

	for (guint i = 0; i < policy->rules.releases->len; i++) {
		const Release *release = policy->rules.releases->pdata[i];
		const PolicyApproval one = {release->title, release->place.source->name,
					    release->place.line, release->canonical,
					    release->approvers};

		if (release->canonical)
			g_array_append_val(approvals, one);
	}
	return approvals;
}

const char *policy_rule_canonical(const Policy *policy, const char *title)
{
	for (guint i = 0; i < policy->rules.releases->len; i++) {
		const Release *release = policy->rules.releases->pdata[i];

		if (strcmp(release->title, title) == 0)
			return release->canonical;
	}
	return NULL;
}

Subject policy_subject(const Policy *policy, Protocol protocol, const char *id)
{
	const Known *known = policy_known_ident(policy, protocol, id);

	return known && known->subject ? known->subject->subject : subject_default(protocol);
}

const char *policy_service_name(const Policy *policy, Protocol protocol, const char *id)
{
	const Known *known = policy_known_ident(policy, protocol, id);

	return known ? known->name : NULL;
}

GArray *policy_deviations(const Policy *policy, Protocol protocol, const char *id)
{
	const Known *known = policy_known_ident(policy, protocol, id);
	GArray *deviations = g_array_new(FALSE, FALSE, sizeof(PolicyDeviation));

	for (guint i = 0; known && i < known->blocks->len; i++) {
		const ServiceBlock *block = known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_lines; j++) {
			const Setting *line = &block->lines[j];
			const PolicyDeviation one = {line->text, line->place.source->name,
						     line->place.line};

			g_array_append_val(deviations, one);
		}
	}
	return deviations;
}

GPtrArray *policy_service_ids(const Policy *policy, Protocol protocol, const char *name)
{
	const ServiceBlock *block = g_hash_table_lookup(policy->names, name);
	GPtrArray *ids = g_ptr_array_new();

	for (unsigned i = 0; block && i < block->n_idents; i++)
		if (block->idents[i].ident.protocol == protocol)
			g_ptr_array_add(ids, (gpointer)(guintptr)block->idents[i].ident.id);
	return ids;
}

GPtrArray *policy_texts(const PolicySource *sources, size_t n)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
	Arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < n; i++) {
		const Source source = {.name = sources[i].name,
				       .bytes = sources[i].bytes,
				       .length = sources[i].length};
		g_autoptr(GArray) tokens =
			source_check(&source, NULL) ? lexer_read(&source, &arena, NULL) : NULL;

		for (guint j = 0; tokens && j < tokens->len; j++) {
			const Token *token = &g_array_index(tokens, Token, j);

			if (token->type == TOKEN_STRING)
				g_ptr_array_add(texts, g_strdup(token->text));
		}
	}
	arena_clear(&arena);
	return texts;
}
