/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The form in which values leave: `lower-case`, `value` and `guard ascii` of the service. */
#include <string.h>

#include "policy/facet.h"
#include "policy/work.h"

/* What the lines about one attribute say. */
typedef struct {
	const char *form; /* NULL: none */
	bool lower_case;
} How;

static const Shape *line_of(const Shape *lines, unsigned n, const Attribute *attribute)
{
	for (unsigned i = 0; i < n; i++)
		if (lines[i].attribute == attribute)
			return &lines[i];
	return NULL;
}

static How how_of(const Work *work, const Attribute *attribute)
{
	How how = {0};

	for (guint i = 0; work->known && i < work->known->blocks->len; i++) {
		const ServiceBlock *block = work->known->blocks->pdata[i];
		const Shape *value = line_of(block->values, block->n_values, attribute);

		how.form = value ? value->form : how.form;
		how.lower_case = how.lower_case ||
				 line_of(block->lower_cases, block->n_lower_cases, attribute);
	}
	return how;
}

static bool guards_ascii(const Work *work)
{
	for (guint i = 0; work->known && i < work->known->blocks->len; i++)
		if (((const ServiceBlock *)work->known->blocks->pdata[i])->guard_ascii_place.line)
			return true;
	return false;
}

const Rename *shape_rename(const Work *work, const Attribute *attribute)
{
	bool oidc = work->service->protocol == PROTOCOL_OIDC;

	for (guint i = 0; work->known && i < work->known->blocks->len; i++) {
		const ServiceBlock *block = work->known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_renames; j++) {
			const Rename *rename = &block->renames[j];

			if (rename->attribute == attribute &&
			    (oidc ? rename->in_oidc : rename->in_saml))
				return rename;
		}
	}
	return NULL;
}

/* The attack prevented: the Kelvin sign, whose lower case is an ordinary k, makes one person's
 * value that of another. What was not ASCII does not become so. */
static gunichar lower(gunichar c)
{
	gunichar low = g_unichar_tolower(c);

	return c >= 0x80 && low < 0x80 ? c : low;
}

/* Character by character, so that the language of the process makes no difference. */
static const char *lower_case(Work *work, const char *value)
{
	size_t size = 0;
	char *text, *end;

	for (const char *c = value; *c; c += g_utf8_skip[(guchar)*c])
		size += (size_t)g_unichar_to_utf8(lower(g_utf8_get_char(c)), NULL);
	text = end = scratch_take(&work->scratch, size + 1);
	for (const char *c = value; *c; c += g_utf8_skip[(guchar)*c])
		end += g_unichar_to_utf8(lower(g_utf8_get_char(c)), end);
	return text;
}

/* Writes the value in that form, or only tells how long it is. Returns NULL if it lacks no part,
 * else the name of the one it lacks. */
static const char *expand(const char *form, const Attribute *attribute, const char *value,
			  char *out, size_t *length)
{
	*length = 0;
	while (*form) {
		const char *part = form, *close = *form == '{' ? strchr(form, '}') : NULL;
		size_t n = strcspn(form + 1, "{") + 1;
		FacetPart which;

		if (*form == '{' && !close)
			return "?";
		if (close) {
			n = (size_t)(close - form) + 1;
			if (!facet_part_by_name(form + 1, n - 2, &which))
				return "?";
			form += n;
			if (!facet_of(attribute, value, which, &part, &n))
				return facet_part_name(which);
		} else {
			form += n;
		}
		if (out)
			memcpy(out + *length, part, n);
		*length += n;
	}
	return NULL;
}

static const char *in_form(Work *work, const char *form, const Attribute *attribute,
			   const char *value, const char **ret_gap)
{
	size_t length;
	char *text;

	*ret_gap = expand(form, attribute, value, NULL, &length);
	if (*ret_gap)
		return NULL;
	text = scratch_take(&work->scratch, length + 1);
	expand(form, attribute, value, text, &length);
	return text;
}

/* A form can make a value longer than it was, and can name a scope. */
static ValueFault judge_shaped(const Work *work, const Attribute *attribute, const char *value)
{
	const char *at = attribute->scoped ? strrchr(value, '@') : NULL;

	if (g_utf8_strlen(value, -1) > POLICY_VALUE_MAX)
		return VALUE_TOO_LONG;
	return at && !g_strv_contains((const char *const *)work->policy->scopes, at + 1)
		       ? VALUE_FOREIGN_SCOPE
		       : VALUE_GOOD;
}

/* Values that were different may be the same in their form; each leaves once. */
typedef struct {
	guint *places; /* of a value in the list, + 1; 0: free */
	guint mask;
} Seen;

static void seen_init(Seen *seen, Work *work, guint n)
{
	guint size = 8;

	while (size < 2 * n)
		size *= 2;
	seen->mask = size - 1;
	seen->places = scratch_take(&work->scratch, size * sizeof *seen->places);
}

static bool seen_add(Seen *seen, const char *const *list, guint n, const char *value)
{
	guint at = g_str_hash(value) & seen->mask;

	for (; seen->places[at]; at = (at + 1) & seen->mask)
		if (strcmp(list[seen->places[at] - 1], value) == 0)
			return false;
	seen->places[at] = n + 1;
	return true;
}

/* One value through the lines: NULL if it has no such form, which the entry then tells. */
static const char *shape_value(Work *work, const How *how, const Attribute *attribute, Entry *entry,
			       const char *value)
{
	const char *gap = NULL;
	ValueFault fault;

	if (how->lower_case)
		value = lower_case(work, value);
	if (how->form)
		value = in_form(work, how->form, attribute, value, &gap);
	fault = value ? judge_shaped(work, attribute, value) : VALUE_GOOD;
	if (value && fault == VALUE_GOOD)
		return value;
	if (entry->gap || entry->fault)
		return NULL;
	entry->gap = gap;
	entry->fault = fault;
	entry->scope = fault == VALUE_FOREIGN_SCOPE ? strrchr(value, '@') + 1 : NULL;
	return NULL;
}

static void shape_values(Work *work, const How *how, const Attribute *attribute, Entry *entry)
{
	Seen seen;

	entry->gap = NULL;
	entry->fault = VALUE_GOOD;
	entry->told = scratch_take(&work->scratch, entry->n_given * sizeof *entry->told);
	seen_init(&seen, work, entry->n_given);
	for (guint i = 0; i < entry->values->len; i++) {
		const char *value = NULL;

		if (entry->marks[i] & VALUE_IS_GIVEN)
			value = shape_value(work, how, attribute, entry, entry->values->pdata[i]);
		if (!value)
			continue;
		entry->n_formed++;
		if (seen_add(&seen, entry->told, entry->n_told, value))
			entry->told[entry->n_told++] = value;
	}
	if (entry->n_told > 0)
		return;
	entry->reason = entry->gap                            ? REASON_TEMPLATE_GAP
			: entry->fault == VALUE_FOREIGN_SCOPE ? REASON_FOREIGN_SCOPE
							      : REASON_BAD_VALUE;
}

static void keep_values(Work *work, Entry *entry)
{
	entry->told = scratch_take(&work->scratch, entry->n_given * sizeof *entry->told);
	for (guint i = 0; i < entry->values->len; i++)
		if (entry->marks[i] & VALUE_IS_GIVEN)
			entry->told[entry->n_told++] = entry->values->pdata[i];
	entry->n_formed = entry->n_told;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((guchar)*text > 0x7f)
			return false;
	return true;
}

/* Value by value: if one kept back the others, a never that takes it would give them. */
static void guard_ascii(Entry *entry)
{
	guint kept = 0;

	if (entry->n_told == 0)
		return;
	for (guint i = 0; i < entry->n_told; i++)
		if (is_ascii(entry->told[i]))
			entry->told[kept++] = entry->told[i];
		else
			entry->n_formed--;
	entry->n_told = kept;
	if (kept == 0)
		entry->reason = REASON_NOT_ASCII;
}

void shape_all(Work *work)
{
	/* a proof is about the values that rules speak of */
	bool plain = !work->known || (work->assume & ASSUME_VALUES);
	bool guarded = !plain && guards_ascii(work);

	for (size_t i = 0; i < work->n_attributes; i++) {
		const Attribute *attribute = &work->table[i];
		Entry *entry = &work->entries[i];
		How how = {0};

		if (entry->step != STEP_GIVEN)
			continue;
		if (!plain)
			how = how_of(work, attribute);
		if (how.form || how.lower_case)
			shape_values(work, &how, attribute, entry);
		else
			keep_values(work, entry);
		if (guarded)
			guard_ascii(entry);
	}
}
