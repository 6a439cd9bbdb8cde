/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Ids that no service has: often a known one with a slip in it. */
#include <string.h>

#include "policy/warn.h"

/* Unknown services for which a similar known one is looked for. */
#define GUESSES 100

typedef struct {
	Warner *warner;
	GHashTable *told; /* entityIDs: known ones, and those that were told of */
	GPtrArray *ids;   /* of the known services */
} Unknown;

/* A name in quotes is no name; else a known id that is like it. Transfer full. */
static char *guess(const Unknown *unknown, const Literal *literal)
{
	const char *id = literal->ident.id;
	g_autofree char *name = g_strdup_printf("service %s", id);

	if (g_hash_table_contains(unknown->warner->policy->names, id))
		return g_strdup_printf(place_say(&literal->place, "; did you mean '%s'?"), name);
	return g_hash_table_size(unknown->told) <= unknown->ids->len + GUESSES
		       ? place_guess(&literal->place, id, unknown->ids)
		       : g_strdup("");
}

static void warn_literal(const Unknown *unknown, const Literal *literal)
{
	g_autofree char *meant = NULL;

	if (literal->type != NAMED_IDENT || literal->ident.protocol != PROTOCOL_SAML ||
	    !g_hash_table_add(unknown->told, (gpointer)(guintptr)literal->ident.id))
		return;
	meant = guess(unknown, literal);
	warn_say(unknown->warner, &literal->place,
		 "no feed and no client file knows \"%s\"%s (released when it appears)",
		 literal->ident.id, meant);
}

static void warn_targets(const Unknown *unknown, const Target *targets, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < targets[i].n_atoms; j++)
			for (unsigned k = 0; k < targets[i].atoms[j].n_literals; k++)
				warn_literal(unknown, &targets[i].atoms[j].literals[k]);
}

static void warn_definitions(const Unknown *unknown, const Rules *rules)
{
	for (guint i = 0; i < rules->services->len; i++) {
		const ServiceBlock *block = rules->services->pdata[i];

		for (unsigned j = 0; j < block->n_idents; j++)
			warn_literal(unknown, &block->idents[j]);
		if (!block->name)
			warn_literal(unknown, &block->block);
	}
	for (guint i = 0; i < rules->tags->len; i++) {
		const Tag *tag = rules->tags->pdata[i];

		for (unsigned j = 0; j < tag->n_members; j++)
			warn_literal(unknown, &tag->members[j]);
	}
}

void warn_unknown_services(Warner *warner)
{
	const Rules *rules = &warner->policy->rules;
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	const Unknown unknown = {warner, told, ids};

	for (size_t i = 0; i < warner->context->n_services; i++) {
		g_ptr_array_add(ids, warner->context->services[i]->id);
		g_hash_table_add(told, warner->context->services[i]->id);
	}
	warn_definitions(&unknown, rules);
	for (guint i = 0; i < rules->releases->len; i++) {
		const Targets *to = &((Release *)rules->releases->pdata[i])->to;

		warn_targets(&unknown, to->targets, to->n_targets);
		warn_targets(&unknown, to->exceptions, to->n_exceptions);
	}
	for (guint i = 0; i < rules->nevers->len; i++) {
		const Targets *to = &((Never *)rules->nevers->pdata[i])->to;

		warn_targets(&unknown, to->targets, to->n_targets);
		warn_targets(&unknown, to->exceptions, to->n_exceptions);
	}
}
