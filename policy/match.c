/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/match.h"

#include <string.h>

#include "policy/category.h"

static bool has_category(const Service *service, const char *uri, Sees sees)
{
	const Category *category;

	if (!g_ptr_array_find_with_equal_func(service->categories, uri, g_str_equal, NULL))
		return false;
	category = category_by_uri(uri);
	return sees == SEES_DECLARED || !category ||
	       !category_set_aside(category, service->categories);
}

static bool match_atom(const Atom *atom, const Service *service, Sees sees)
{
	switch (atom->type) {
	case ATOM_ANY:
		return true;
	case ATOM_PROTOCOL:
		return service->protocol == atom->protocol;
	case ATOM_LITERAL:
		for (unsigned i = 0; i < atom->n_idents; i++)
			if (atom->idents[i].protocol == service->protocol &&
			    strcmp(atom->idents[i].id, service->id) == 0)
				return true;
		return false;
	case ATOM_CATEGORY:
		for (unsigned i = 0; i < atom->n_texts; i++)
			if (has_category(service, atom->texts[i], sees))
				return true;
		return false;
	case ATOM_REGISTERED_BY:
		for (unsigned i = 0; i < atom->n_texts; i++)
			if (g_strcmp0(service->registered_by, atom->texts[i]) == 0)
				return true;
		return false;
	case ATOM_FEDERATION:
		for (unsigned i = 0; i < atom->n_texts; i++)
			if (g_ptr_array_find_with_equal_func(service->feeds, atom->texts[i],
							     g_str_equal, NULL))
				return true;
		return false;
	}
	return false;
}

bool match_target(const Target *target, const Service *service, Sees sees)
{
	for (unsigned i = 0; i < target->n_atoms; i++)
		if (!match_atom(&target->atoms[i], service, sees))
			return false;
	return target->n_atoms > 0;
}

bool match_targets(const Targets *targets, const Service *service, Sees sees)
{
	bool matches = false;

	for (unsigned i = 0; !matches && i < targets->n_targets; i++)
		matches = match_target(&targets->targets[i], service, sees);
	for (unsigned i = 0; matches && i < targets->n_exceptions; i++)
		matches = !match_target(&targets->exceptions[i], service, SEES_DECLARED);
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

bool match_value(const Only *only, const Attribute *attribute, const char *value)
{
	for (unsigned i = 0; i < only->n_facets; i++) {
		const Facet *facet = &only->facets[i];
		bool any = false;

		for (unsigned j = 0; !any && j < facet->n_texts; j++)
			any = match_text(facet, facet->texts[j], attribute, value);
		if (!any)
			return false;
	}
	return true;
}
