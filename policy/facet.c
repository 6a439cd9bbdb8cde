/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/facet.h"

#include <string.h>

static const char *const names[FACET_PART_LAST + 1] = {
	[FACET_PART_VALUE] = "value",     [FACET_PART_UNIT] = "unit",
	[FACET_PART_GROUP] = "group",     [FACET_PART_KIND] = "kind",
	[FACET_PART_SUBJECT] = "subject", [FACET_PART_SCOPE] = "scope",
};

/* One placeholder of a form, and the literal text around it. */
typedef struct {
	const char *before; /* literal text that leads to it */
	gsize n_before;
	FacetPart part;
	const char *rest; /* the form after it */
} Hole;

/* The next placeholder of a form that is good; false: only literal text is left. */
static bool next_hole(const char *form, Hole *hole)
{
	const char *open = strchr(form, '{'), *close = open ? strchr(open, '}') : NULL;

	if (!close)
		return false;
	*hole = (Hole){.before = form, .n_before = (gsize)(open - form), .rest = close + 1};
	return facet_part_by_name(open + 1, (gsize)(close - open - 1), &hole->part);
}

/* How much of text a placeholder takes, before the literal that follows it. */
static gsize span(const Hole *hole, const char *text)
{
	gsize literal = strcspn(hole->rest, "{");
	const char *end = text;

	if (literal == 0)
		return strlen(text);
	while (*end && strncmp(end, hole->rest, literal) != 0)
		end++;
	return (gsize)(end - text);
}

static bool may_hold(FacetPart part, const char *text, gsize length)
{
	if (length == 0)
		return false;
	if (part == FACET_PART_GROUP || part == FACET_PART_SUBJECT)
		return true;
	return !memchr(text, '/', length) && !memchr(text, ':', length);
}

/* Whether the form fits the whole value; if it does and has the part, where that is. */
static bool fit(const char *form, const char *value, FacetPart part, const char **ret_start,
		gsize *ret_length)
{
	const char *start = NULL;
	gsize length = 0;
	Hole hole;

	while (next_hole(form, &hole)) {
		if (strncmp(value, hole.before, hole.n_before) != 0)
			return false;
		value += hole.n_before;
		gsize taken = span(&hole, value);
		if (!may_hold(hole.part, value, taken))
			return false;
		if (hole.part == part) {
			start = value;
			length = taken;
		}
		value += taken;
		form = hole.rest;
	}
	if (strcmp(form, value) != 0)
		return false;
	*ret_start = start;
	*ret_length = length;
	return true;
}

bool facet_of(const Attribute *attribute, const char *value, FacetPart part, const char **ret_start,
	      gsize *ret_length)
{
	const char *at = attribute->scoped ? strchr(value, '@') : NULL, *start = NULL;
	gsize length = 0;

	if (part == FACET_PART_VALUE) {
		start = value;
		length = strlen(value);
	} else if (part == FACET_PART_SCOPE && at) {
		start = at + 1;
		length = strlen(at + 1);
	}
	for (const char *const *form = attribute->forms; !start && form && *form; form++)
		/* the first that fits tells what the value is, even if it lacks this part */
		if (fit(*form, value, part, &start, &length))
			break;
	if (!start || (length == 0 && part != FACET_PART_VALUE))
		return false;
	*ret_start = start;
	*ret_length = length;
	return true;
}

bool facet_is(const Attribute *attribute, const char *value, FacetPart part, const char *text)
{
	const char *start;
	gsize length;

	return facet_of(attribute, value, part, &start, &length) && strlen(text) == length &&
	       memcmp(start, text, length) == 0;
}

static bool form_has(const char *form, FacetPart part)
{
	Hole hole;

	for (; next_hole(form, &hole); form = hole.rest)
		if (hole.part == part)
			return true;
	return false;
}

bool facet_can(const Attribute *attribute, FacetPart part)
{
	if (part == FACET_PART_VALUE || (part == FACET_PART_SCOPE && attribute->scoped))
		return true;
	for (const char *const *form = attribute->forms; form && *form; form++)
		if (form_has(*form, part))
			return true;
	return false;
}

static char *compose(const char *form, const char *const *texts)
{
	g_autoptr(GString) value = g_string_new(NULL);
	Hole hole;

	for (; next_hole(form, &hole); form = hole.rest) {
		g_string_append_len(value, hole.before, (gssize)hole.n_before);
		g_string_append(value, texts[hole.part] ? texts[hole.part] : "x");
	}
	g_string_append(value, form);
	return g_string_free(g_steal_pointer(&value), FALSE);
}

/* Whether a value says again what it was put together from. */
static bool says(const Attribute *attribute, const char *value, const char *const *texts)
{
	for (FacetPart part = FACET_PART_UNIT; part <= FACET_PART_LAST; part++)
		if (texts[part] && !facet_is(attribute, value, part, texts[part]))
			return false;
	return true;
}

char *facet_compose(const Attribute *attribute, const char *const texts[FACET_PART_LAST + 1])
{
	for (const char *const *form = attribute->forms; form && *form; form++) {
		g_autofree char *value = compose(*form, texts);

		if (says(attribute, value, texts))
			return g_steal_pointer(&value);
	}
	return NULL;
}

const char *facet_part_name(FacetPart part)
{
	return part <= FACET_PART_LAST ? names[part] : NULL;
}

bool facet_part_by_name(const char *name, gsize length, FacetPart *ret_part)
{
	for (unsigned i = 0; i <= FACET_PART_LAST; i++)
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) {
			*ret_part = (FacetPart)i;
			return true;
		}
	return false;
}

const char *facet_form_fault(const char *form)
{
	unsigned seen = 0;
	bool after_hole = false;

	if (strlen(form) > FACET_FORM_MAX)
		return "is longer than 128 bytes";
	while (*form) {
		const char *close = strchr(form, '}');
		FacetPart part;

		if (*form == '}')
			return "has a '}' without '{'";
		if (*form != '{') {
			form++;
			after_hole = false;
			continue;
		}
		if (!close)
			return "has a '{' without '}'";
		if (!facet_part_by_name(form + 1, (gsize)(close - form - 1), &part) ||
		    part == FACET_PART_VALUE)
			return "has a part that is not {unit}, {group}, {kind}, {subject} or "
			       "{scope}";
		if (seen & (1u << part))
			return "has the same part twice";
		if (after_hole)
			return "has two parts with nothing between them";
		seen |= 1u << part;
		after_hole = true;
		form = close + 1;
	}
	return seen ? NULL : "has no part";
}
