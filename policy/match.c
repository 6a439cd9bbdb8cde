/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/match.h"

#include <string.h>

#include "policy/category.h"
#include "policy/facet.h"

/* What is looked at: a service, or its view if that is there already. */
typedef struct {
	const Service *service;
	const ServiceView *view;
	Sees sees;
} Look;

static bool has_text(const GPtrArray *texts, const char *text)
{
	return g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)texts, text, g_str_equal,
						NULL);
}

static bool has_category(const Look *look, const char *uri)
{
	const Service *service = look->service;
	const Category *category;

	if (!has_text(service->categories, uri))
		return false;
	if (look->sees == SEES_DECLARED)
		return true;
	category = category_by_uri(uri);
	return !(category && category_set_aside(category, service->categories)) &&
	       !(look->sees == SEES_APPROVED && has_text(service->held_categories, uri));
}

static bool is_named(const Atom *atom, const Service *service)
{
	for (unsigned i = 0; i < atom->n_idents; i++)
		if (atom->idents[i].protocol == service->protocol &&
		    strcmp(atom->idents[i].id, service->id) == 0)
			return true;
	return false;
}

static bool match_atom(const Atom *atom, const Look *look)
{
	const Service *service = look->service;
	bool matches = false;

	switch (atom->type) {
	case ATOM_ANY:
		return true;
	case ATOM_PROTOCOL:
		return service->protocol == atom->protocol;
	case ATOM_LITERAL:
		return is_named(atom, service);
	case ATOM_CATEGORY:
		for (unsigned i = 0; !matches && i < atom->n_texts; i++)
			matches = has_category(look, atom->texts[i]);
		return matches;
	case ATOM_REGISTERED_BY:
		for (unsigned i = 0; !matches && i < atom->n_texts; i++)
			matches = g_strcmp0(service->registered_by, atom->texts[i]) == 0;
		return matches;
	case ATOM_FEDERATION:
		for (unsigned i = 0; !matches && i < atom->n_texts; i++)
			matches = has_text(service->feeds, atom->texts[i]);
		return matches;
	}
	return false;
}

/* numbers: ascending; of a tag they may be ten thousand. */
static bool is_one_of(unsigned number, const unsigned *numbers, unsigned n)
{
	unsigned low = 0, high = n;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return number != NUMBER_NONE && low < n && numbers[low] == number;
}

static bool view_atom(const Atom *atom, const Look *look)
{
	const ServiceView *view = look->view;
	const uint64_t *categories = look->sees == SEES_DECLARED    ? view->declared
				     : look->sees == SEES_EFFECTIVE ? view->effective
								    : view->approved;

	switch (atom->type) {
	case ATOM_ANY:
		return true;
	case ATOM_PROTOCOL:
		return view->service->protocol == atom->protocol;
	case ATOM_LITERAL:
		return is_one_of(view->number, atom->numbers, atom->n_idents);
	case ATOM_CATEGORY:
		return bits_have_any(categories, atom->numbers, atom->n_texts);
	case ATOM_REGISTERED_BY:
		return is_one_of(view->authority, atom->numbers, atom->n_texts);
	case ATOM_FEDERATION:
		return bits_have_any(view->feeds, atom->numbers, atom->n_texts);
	}
	return false;
}

static bool look_at_target(const Target *target, const Look *look)
{
	bool trial = look->service->trial && look->sees != SEES_DECLARED;

	for (unsigned i = 0; i < target->n_atoms; i++) {
		const Atom *atom = &target->atoms[i];

		if (!(look->view ? view_atom(atom, look) : match_atom(atom, look)))
			return false;
		trial = trial && atom->type != ATOM_FEDERATION;
	}
	return target->n_atoms > 0 && !trial;
}

static bool look_at(const Targets *targets, const Look *look)
{
	const Look declared = {look->service, look->view, SEES_DECLARED};
	bool matches = false;

	for (unsigned i = 0; !matches && i < targets->n_targets; i++)
		matches = look_at_target(&targets->targets[i], look);
	for (unsigned i = 0; matches && i < targets->n_exceptions; i++)
		matches = !look_at_target(&targets->exceptions[i], &declared);
	return matches;
}

bool match_target(const Target *target, const Service *service, Sees sees)
{
	return look_at_target(target, &(Look){service, NULL, sees});
}

bool match_targets(const Targets *targets, const Service *service, Sees sees)
{
	return look_at(targets, &(Look){service, NULL, sees});
}

bool match_view(const Targets *targets, const ServiceView *view, Sees sees)
{
	return look_at(targets, &(Look){view->service, view, sees});
}

bool match_pset(const Pset *pset, const PersonView *view)
{
	if (!(pset->kinds & view->kinds) || !(pset->years & view->years))
		return false;
	for (unsigned i = 0; i < pset->n_groups; i++)
		if (!bits_have_any(view->groups, pset->groups[i].numbers, pset->groups[i].n))
			return false;
	for (unsigned i = 0; i < pset->n_units; i++)
		if (!bits_have_any(view->units, pset->units[i].numbers, pset->units[i].n))
			return false;
	return true;
}

bool match_people(const People *people, const PersonView *view)
{
	bool matches = false;

	for (unsigned i = 0; !matches && i < people->n_psets; i++)
		matches = match_pset(&people->psets[i], view);
	for (unsigned i = 0; matches && i < people->n_exceptions; i++)
		matches = !match_pset(&people->exceptions[i], view);
	return matches;
}

bool match_is_literal(const Target *target)
{
	for (unsigned i = 0; i < target->n_atoms; i++)
		if (target->atoms[i].type == ATOM_LITERAL)
			return true;
	return false;
}

static bool match_text(const Facet *facet, const char *text, const Attribute *attribute,
		       const char *value)
{
	size_t length = strlen(text);

	if (strncmp(value, text, length) != 0)
		return false;
	if (facet->type == FACET_BEGINNING || value[length] == '\0')
		return true;
	/* "student" is also the student@skola.example of a scoped attribute. */
	return attribute->scoped && value[length] == '@' && !strchr(text, '@');
}

/* A value without that part meets nothing. */
static bool match_facet(const Facet *facet, const Attribute *attribute, const char *value)
{
	static const FacetPart parts[] = {[FACET_UNIT] = FACET_PART_UNIT,
					  [FACET_SUBJECT] = FACET_PART_SUBJECT,
					  [FACET_KIND] = FACET_PART_KIND};
	bool whole = facet->type == FACET_VALUE || facet->type == FACET_BEGINNING, any = false;
	const char *start;
	gsize length;

	if (!whole && !facet_of(attribute, value, parts[facet->type], &start, &length))
		return false;
	for (unsigned i = 0; !any && i < facet->n_texts; i++)
		any = whole ? match_text(facet, facet->texts[i], attribute, value)
			    : strlen(facet->texts[i]) == length &&
				      memcmp(facet->texts[i], start, length) == 0;
	return any;
}

bool match_value(const Only *only, const Attribute *attribute, const char *value)
{
	for (unsigned i = 0; i < only->n_facets; i++)
		if (!match_facet(&only->facets[i], attribute, value))
			return false;
	return true;
}

bool match_unit(const Pset *pset, const char *unit, size_t length)
{
	for (unsigned i = 0; i < pset->n_units; i++)
		for (unsigned j = 0; j < pset->units[i].n; j++)
			if (strlen(pset->units[i].names[j]) == length &&
			    memcmp(pset->units[i].names[j], unit, length) == 0)
				return true;
	return false;
}
