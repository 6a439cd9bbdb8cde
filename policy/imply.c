/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/imply.h"

#include <string.h>

static bool has_text(const char *const *texts, unsigned n, const char *text)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(texts[i], text) == 0)
			return true;
	return false;
}

static bool all_texts(const char *const *texts, unsigned n, const char *const *of, unsigned n_of)
{
	for (unsigned i = 0; i < n; i++)
		if (!has_text(of, n_of, texts[i]))
			return false;
	return true;
}

static bool all_idents(const Atom *atom, const Atom *of)
{
	for (unsigned i = 0; i < atom->n_idents; i++) {
		bool any = false;

		for (unsigned j = 0; !any && j < of->n_idents; j++)
			any = atom->idents[i].protocol == of->idents[j].protocol &&
			      strcmp(atom->idents[i].id, of->idents[j].id) == 0;
		if (!any)
			return false;
	}
	return true;
}

/* Whether a service that meets the one atom meets the other. */
static bool atom_implies(const Atom *atom, const Atom *other)
{
	if (other->type == ATOM_ANY)
		return true;
	if (atom->type != other->type)
		return false;
	if (atom->type == ATOM_PROTOCOL)
		return atom->protocol == other->protocol;
	if (atom->type == ATOM_LITERAL)
		return all_idents(atom, other);
	return all_texts(atom->texts, atom->n_texts, other->texts, other->n_texts);
}

static bool target_implies(const Target *target, const Target *other)
{
	for (unsigned i = 0; i < other->n_atoms; i++) {
		bool any = false;

		for (unsigned j = 0; !any && j < target->n_atoms; j++)
			any = atom_implies(&target->atoms[j], &other->atoms[i]);
		if (!any)
			return false;
	}
	return true;
}

static bool any_implied(const Target *target, const Target *others, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (target_implies(target, &others[i]))
			return true;
	return false;
}

static bool is_disjoint(const Target *target, const Target *other)
{
	for (unsigned i = 0; i < target->n_atoms; i++)
		for (unsigned j = 0; j < other->n_atoms; j++) {
			const Atom *one = &target->atoms[i], *two = &other->atoms[j];
			bool common = one->type != ATOM_LITERAL || two->type != ATOM_LITERAL;

			for (unsigned k = 0; !common && k < one->n_idents; k++) {
				const Atom single = {.type = ATOM_LITERAL,
						     .idents = &one->idents[k],
						     .n_idents = 1};

				common = all_idents(&single, two);
			}
			if (!common)
				return true;
		}
	return false;
}

/* Whether what the other excepts is nothing that these reach. */
static bool keeps_out(const Targets *targets, const Target *exception)
{
	if (any_implied(exception, targets->exceptions, targets->n_exceptions))
		return true;
	for (unsigned i = 0; i < targets->n_targets; i++)
		if (!is_disjoint(&targets->targets[i], exception))
			return false;
	return true;
}

bool imply_targets(const Targets *targets, const Targets *other)
{
	for (unsigned i = 0; i < targets->n_targets; i++)
		if (!any_implied(&targets->targets[i], other->targets, other->n_targets))
			return false;
	for (unsigned i = 0; i < other->n_exceptions; i++)
		if (!keeps_out(targets, &other->exceptions[i]))
			return false;
	return true;
}

static bool choices_imply(const Choice *choices, unsigned n, const Choice *others,
			  unsigned n_others)
{
	for (unsigned i = 0; i < n_others; i++) {
		bool any = false;

		for (unsigned j = 0; !any && j < n; j++)
			any = all_texts(choices[j].names, choices[j].n, others[i].names,
					others[i].n);
		if (!any)
			return false;
	}
	return true;
}

static bool pset_implies(const Pset *pset, const Pset *other)
{
	return !(pset->kinds & ~other->kinds) && !(pset->years & ~other->years) &&
	       choices_imply(pset->groups, pset->n_groups, other->groups, other->n_groups) &&
	       choices_imply(pset->units, pset->n_units, other->units, other->n_units) &&
	       /* more units than the other's would let through values of more units */
	       (other->n_units == 0 || pset->n_units == other->n_units);
}

static bool is_implied(const Pset *pset, const Pset *others, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (pset_implies(pset, &others[i]))
			return true;
	return false;
}

bool imply_people(const People *people, const People *other)
{
	for (unsigned i = 0; i < people->n_psets; i++)
		if (!is_implied(&people->psets[i], other->psets, other->n_psets))
			return false;
	for (unsigned i = 0; i < other->n_exceptions; i++)
		if (!is_implied(&other->exceptions[i], people->exceptions, people->n_exceptions))
			return false;
	return true;
}

bool imply_only(const Only *one, const Only *other)
{
	if (one->n_facets != other->n_facets)
		return false;
	for (unsigned i = 0; i < one->n_facets; i++) {
		const Facet *first = &one->facets[i], *second = &other->facets[i];

		if (first->type != second->type ||
		    !all_texts(first->texts, first->n_texts, second->texts, second->n_texts))
			return false;
	}
	return true;
}
