/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/palette.h"

#include <string.h>

#include "policy/facet.h"

/* Ends a value, or is a part of one, that no rule mentions; no text of a policy can hold it. */
#define OTHER "\001"

/* By what a text is compared with. */
enum { OF_VALUE, OF_UNIT, OF_SUBJECT, OF_KIND, OFS };

static const FacetPart parts[OFS] = {
	[OF_UNIT] = FACET_PART_UNIT,
	[OF_SUBJECT] = FACET_PART_SUBJECT,
	[OF_KIND] = FACET_PART_KIND,
};

typedef struct {
	GPtrArray *texts[OFS]; /* char *, each once; NULL: none */
} Shade;

struct Palette {
	const char *const *scopes;
	Person *plain;                /* with what no rule mentions */
	Shade *shades[ATTRIBUTE_MAX]; /* NULL: nothing of it is mentioned */
};

static void shade_clear(Shade *shade)
{
	for (unsigned of = 0; of < OFS; of++)
		g_clear_pointer(&shade->texts[of], g_ptr_array_unref);
}

Palette *palette_new(const char *const *scopes)
{
	Palette *palette = g_new0(Palette, 1);

	palette->scopes = scopes;
	return palette;
}

void palette_clear(Palette *palette)
{
	for (unsigned i = 0; i < ATTRIBUTE_MAX; i++) {
		if (palette->shades[i])
			shade_clear(palette->shades[i]);
		g_clear_pointer(&palette->shades[i], g_free);
	}
}

void palette_free(Palette *palette)
{
	if (!palette)
		return;
	palette_clear(palette);
	person_free(palette->plain);
	g_free(palette);
}

static bool has_text(const GPtrArray *texts, const char *text)
{
	return texts && g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)texts, text,
							 g_str_equal, NULL);
}

static void add_text(GPtrArray **texts, const char *text, gsize length)
{
	g_autofree char *copy = g_strndup(text, length);

	if (!*texts)
		*texts = g_ptr_array_new_with_free_func(g_free);
	if (!has_text(*texts, copy))
		g_ptr_array_add(*texts, g_steal_pointer(&copy));
}

static Shade *shade_of(Palette *palette, const Attribute *attribute)
{
	Shade **shade = &palette->shades[attribute_index(attribute)];

	if (!*shade)
		*shade = g_new0(Shade, 1);
	return *shade;
}

static unsigned of_facet(FacetType type)
{
	switch (type) {
	case FACET_UNIT:
		return OF_UNIT;
	case FACET_SUBJECT:
		return OF_SUBJECT;
	case FACET_KIND:
		return OF_KIND;
	case FACET_VALUE:
	case FACET_BEGINNING:
		break;
	}
	return OF_VALUE;
}

void palette_add_only(Palette *palette, const Attribute *attribute, const Only *only)
{
	for (unsigned i = 0; i < only->n_facets; i++) {
		const Facet *facet = &only->facets[i];
		Shade *shade = shade_of(palette, attribute);

		for (unsigned j = 0; j < facet->n_texts; j++)
			add_text(&shade->texts[of_facet(facet->type)], facet->texts[j],
				 strlen(facet->texts[j]));
	}
}

/* `at unit` narrows what bears a unit. */
static void add_units(Palette *palette, const Attribute *attribute, const People *people)
{
	for (unsigned i = 0; i < people->n_psets; i++)
		for (unsigned j = 0; j < people->psets[i].n_units; j++) {
			const Choice *choice = &people->psets[i].units[j];

			for (unsigned k = 0; k < choice->n; k++)
				add_text(&shade_of(palette, attribute)->texts[OF_UNIT],
					 choice->names[k], strlen(choice->names[k]));
		}
}

static void add_release(Palette *palette, const Attribute *attribute, const Release *release)
{
	bool given = false;

	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type == GIFT_LOGIN ||
		    (gift->type == GIFT_ATTRIBUTE && gift->attribute != attribute))
			continue;
		given = true;
		palette_add_only(palette, attribute, &gift->only);
	}
	if (given && facet_can(attribute, FACET_PART_UNIT))
		add_units(palette, attribute, &release->people);
}

static void add_never(Palette *palette, const Attribute *attribute, const Never *never)
{
	for (unsigned i = 0; i < never->n_taken; i++) {
		const Taken *taken = &never->taken[i];

		if (taken->type == TAKEN_ATTRIBUTE ? taken->attribute == attribute
						   : taken->kind == attribute->kind)
			palette_add_only(palette, attribute, &taken->only);
	}
}

void palette_add_nevers(Palette *palette, const GPtrArray *nevers)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (guint i = 0; i < nevers->len; i++)
		for (size_t j = 0; j < n; j++)
			add_never(palette, &table[j], nevers->pdata[i]);
}

static void add_attribute(Palette *palette, const Reach *reach, const Attribute *attribute)
{
	for (guint i = 0; i < reach->releases->len; i++)
		add_release(palette, attribute, reach->releases->pdata[i]);
	for (guint i = 0; i < reach->nevers->len; i++)
		add_never(palette, attribute, reach->nevers->pdata[i]);
}

/* Marks what a release can give; all, where it gives what is asked for. */
static void mark_given(const Release *release, bool *given, size_t n)
{
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type == GIFT_ATTRIBUTE)
			given[attribute_index(gift->attribute)] = true;
		for (size_t j = 0;
		     gift->type != GIFT_ATTRIBUTE && gift->type != GIFT_LOGIN && j < n; j++)
			given[j] = true;
	}
}

void palette_add_reach(Palette *palette, const Reach *reach, const Attribute *attribute)
{
	bool given[ATTRIBUTE_MAX] = {false};
	size_t n;
	const Attribute *table = attribute_table(&n);

	if (attribute) {
		add_attribute(palette, reach, attribute);
		return;
	}
	for (guint i = 0; i < reach->releases->len; i++)
		mark_given(reach->releases->pdata[i], given, n);
	for (size_t i = 0; i < n; i++)
		if (given[i])
			add_attribute(palette, reach, &table[i]);
}

/* ---- values ---- */

typedef struct {
	const Palette *palette;
	const Attribute *attribute;
	GHashTable *set; /* of values */
} Painter;

/* A value in every domain the school owns, or just the value. */
static void paint(const Painter *painter, const char *text, const char *end)
{
	bool scoped = painter->attribute->scoped;
	size_t length = scoped ? strcspn(text, "@") : strlen(text);
	g_autofree char *name = g_strndup(text, length);

	if (!scoped) {
		g_hash_table_add(painter->set, g_strconcat(name, end, NULL));
		return;
	}
	for (const char *const *scope = painter->palette->scopes; *scope; scope++)
		if (*name || *end)
			g_hash_table_add(painter->set, g_strconcat(name, end, "@", *scope, NULL));
}

/* Adds the parts of a value that begin within a text it begins with. */
static void learn(const Attribute *attribute, const char *value, size_t mentioned, Shade *shade)
{
	for (unsigned of = OF_UNIT; of < OFS; of++) {
		const char *start;
		gsize length;

		if (facet_of(attribute, value, parts[of], &start, &length) &&
		    (size_t)(start - value) < mentioned)
			add_text(&shade->texts[of], start, length);
	}
}

/* A mentioned value may have a unit too, which then comes with every kind and subject; and what
 * values begin with may be some of a unit, and then of every value of a form from there on. */
static void learn_parts(const Attribute *attribute, const char *text, Shade *shade)
{
	size_t length = strlen(text);

	learn(attribute, text, length, shade);
	for (const char *const *form = attribute->forms; form && *form; form++)
		for (const char *end = strchr(*form, '}'); end; end = strchr(end + 1, '}')) {
			g_autoptr(GString) rest = g_string_new(NULL);
			g_autofree char *ended = NULL, *longer = NULL;

			for (const char *c = end + 1; *c; c++) {
				const char *close = *c == '{' ? strchr(c, '}') : NULL;

				g_string_append_c(rest, close ? *OTHER : *c);
				c = close ? close : c;
			}
			ended = g_strconcat(text, rest->str, NULL);
			longer = g_strconcat(text, OTHER, rest->str, NULL);
			learn(attribute, ended, length, shade);
			learn(attribute, longer, length, shade);
		}
}

/* Tells as much of the rest as the first form of the attribute has room for that has any. */
static char *compose(const Attribute *attribute, const char *const *told)
{
	static const FacetPart rest[] = {FACET_PART_GROUP, FACET_PART_KIND, FACET_PART_SUBJECT,
					 FACET_PART_UNIT};

	for (unsigned left = 0; left < 1u << G_N_ELEMENTS(rest); left++) {
		const char *texts[FACET_PART_LAST + 1] = {NULL};
		char *value;

		for (unsigned i = 0; i <= FACET_PART_LAST; i++)
			texts[i] = told[i];
		for (unsigned i = 0; i < G_N_ELEMENTS(rest); i++)
			if (!(left >> i & 1) && !texts[rest[i]])
				texts[rest[i]] = OTHER;
		value = facet_compose(attribute, texts);
		if (value)
			return value;
	}
	return NULL;
}

/* Whether a value of one form is not taken for one of another. */
static bool says(const Attribute *attribute, const char *value, const char *const *told)
{
	for (unsigned of = OF_UNIT; of < OFS; of++)
		if (told[parts[of]] && !facet_is(attribute, value, parts[of], told[parts[of]]))
			return false;
	return true;
}

/* In every form that has the parts: a rule may look at how a value begins as well. */
static void paint_forms(const Painter *painter, const char *const *told)
{
	const char *const *forms = painter->attribute->forms;

	for (; forms && *forms; forms++) {
		const char *const only[] = {*forms, NULL};
		Attribute single = *painter->attribute;
		g_autofree char *value = NULL;

		single.forms = only;
		value = compose(&single, told);
		if (value && says(painter->attribute, value, told))
			paint(painter, value, "");
	}
}

static void paint_parts(const Painter *painter, const Shade *shade, unsigned of, const char **told)
{
	const GPtrArray *texts = of < OFS ? shade->texts[of] : NULL;

	if (of == OFS) {
		paint_forms(painter, told);
		return;
	}
	told[parts[of]] = NULL;
	paint_parts(painter, shade, of + 1, told);
	for (guint i = 0; texts && i < texts->len; i++) {
		told[parts[of]] = texts->pdata[i];
		paint_parts(painter, shade, of + 1, told);
	}
	told[parts[of]] = NULL;
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In an order of their own, so that the same failure is always told in the same words. */
static GPtrArray *sorted(GHashTable *set)
{
	GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iterator;
	gpointer text;

	g_hash_table_iter_init(&iterator, set);
	while (g_hash_table_iter_next(&iterator, &text, NULL))
		g_ptr_array_add(values, g_strdup(text));
	g_ptr_array_sort(values, by_text);
	return values;
}

static guint64 combinations(const Shade *shade)
{
	guint64 product = 1;

	for (unsigned of = OF_UNIT; of < OFS; of++)
		product *= shade->texts[of] ? shade->texts[of]->len + 1u : 1;
	return product;
}

static Shade shade_copy(const Shade *shade)
{
	Shade copy = {{NULL}};

	for (unsigned of = 0; of < OFS; of++)
		for (guint i = 0; shade->texts[of] && i < shade->texts[of]->len; i++) {
			const char *text = shade->texts[of]->pdata[i];

			add_text(&copy.texts[of], text, strlen(text));
		}
	return copy;
}

/* NULL: too many. */
static GPtrArray *attribute_values(const Painter *painter, const Shade *mentioned)
{
	const GPtrArray *texts = mentioned ? mentioned->texts[OF_VALUE] : NULL;
	const char *told[FACET_PART_LAST + 1] = {NULL};
	Shade shade = {{NULL}};

	paint(painter, "", OTHER);
	if (!mentioned)
		return sorted(painter->set);
	shade = shade_copy(mentioned);
	for (guint i = 0; texts && i < texts->len; i++) {
		paint(painter, texts->pdata[i], "");
		paint(painter, texts->pdata[i], OTHER);
		learn_parts(painter->attribute, texts->pdata[i], &shade);
	}
	if (combinations(&shade) <= PALETTE_MAX)
		paint_parts(painter, &shade, OF_UNIT, told);
	else
		g_hash_table_remove_all(painter->set);
	shade_clear(&shade);
	return g_hash_table_size(painter->set) > 0 ? sorted(painter->set) : NULL;
}

static bool is_without(const Attribute *attribute, const Attribute *const *without, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (without[i] == attribute)
			return true;
	return false;
}

/* NULL: too many. */
static GPtrArray *values_of(const Palette *palette, const Attribute *attribute, const Shade *shade)
{
	g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const Painter painter = {palette, attribute, set};

	return attribute_values(&painter, shade);
}

static Person *plain_person(const Palette *palette)
{
	Person *person = person_new("");
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < n; i++)
		if (!table[i].scoped || *palette->scopes)
			person->values[i] = values_of(palette, &table[i], NULL);
	return person;
}

static GPtrArray *plain_values(Palette *palette, const Attribute *attribute)
{
	if (!palette->plain)
		palette->plain = plain_person(palette);
	return palette->plain->values[attribute_index(attribute)];
}

GPtrArray *palette_values(Palette *palette, const Attribute *attribute)
{
	GPtrArray *plain = plain_values(palette, attribute);
	const Shade *shade = palette->shades[attribute_index(attribute)];

	if (!plain)
		return NULL;
	return shade ? values_of(palette, attribute, shade) : g_ptr_array_ref(plain);
}

Person *palette_person(Palette *palette, const Attribute *const *without, unsigned n,
		       const Attribute **ret_crowded)
{
	g_autoptr(Person) person = person_new("");
	size_t count;
	const Attribute *table = attribute_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (!plain_values(palette, &table[i]) || is_without(&table[i], without, n))
			continue;
		person->values[i] = palette_values(palette, &table[i]);
		if (!person->values[i]) {
			*ret_crowded = &table[i];
			return NULL;
		}
	}
	return g_steal_pointer(&person);
}

bool palette_is_other(const char *value)
{
	return strstr(value, OTHER) != NULL;
}
