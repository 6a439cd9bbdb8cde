/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/universe.h"

#include <string.h>

#include "policy/category.h"

/* Ends a value that no rule mentions; no text of a policy can hold it. */
#define OTHER "\001"

/* The id of a service that no rule names; no text of a policy is empty. */
#define NAMELESS ""

/* Combinations of categories that one target may have. */
#define COMBINATIONS_MAX 1000

typedef struct {
	const Policy *policy;
	GHashTable *texts[ATTRIBUTE_MAX]; /* what `only` mentions: a set */
	GHashTable *known;                /* ident keys of the known services */
	GHashTable *seen;                 /* imagined services, by what makes them up */
	Universe *universe;
} Builder;

static void add_texts(GHashTable *set, const Only *only)
{
	for (unsigned i = 0; i < only->n_facets; i++)
		for (unsigned j = 0; j < only->facets[i].n_texts; j++)
			g_hash_table_add(set, (gpointer)(guintptr)only->facets[i].texts[j]);
}

/* The texts of an `only` go to the attribute it is about; to those of a kind; or to all. */
static void add_only(Builder *builder, const Attribute *attribute, AttributeKind kind,
		     const Only *only)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; only->n_facets > 0 && i < n; i++)
		if ((!attribute || attribute == &table[i]) && (!kind || kind == table[i].kind))
			add_texts(builder->texts[i], only);
}

static void collect_texts(Builder *builder)
{
	const Rules *rules = &builder->policy->rules;

	for (guint i = 0; i < rules->releases->len; i++) {
		const Release *release = rules->releases->pdata[i];

		for (unsigned j = 0; j < release->n_gifts; j++)
			add_only(builder, release->gifts[j].attribute, 0, &release->gifts[j].only);
	}
	for (guint i = 0; i < rules->nevers->len; i++) {
		const Never *never = rules->nevers->pdata[i];

		for (unsigned j = 0; j < never->n_taken; j++)
			add_only(builder, never->taken[j].attribute, never->taken[j].kind,
				 &never->taken[j].only);
	}
	for (guint i = 0; i < rules->expects->len; i++) {
		const Expect *expect = rules->expects->pdata[i];

		for (unsigned j = 0; j < expect->n_gets; j++)
			add_only(builder, expect->gets[j].attribute, 0, &expect->gets[j].only);
	}
}

/* A value in every domain the school owns, or just the value. */
static void add_value(const Builder *builder, const Attribute *attribute, GHashTable *values,
		      const char *text, const char *end)
{
	size_t length = attribute->scoped ? strcspn(text, "@") : strlen(text);
	g_autofree char *name = g_strndup(text, length);

	if (!attribute->scoped) {
		g_hash_table_add(values, g_strconcat(name, end, NULL));
		return;
	}
	for (char **scope = builder->policy->scopes; *scope; scope++)
		if (*name || *end)
			g_hash_table_add(values, g_strconcat(name, end, "@", *scope, NULL));
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Each text, each with something after it (for `beginning`), and what nobody mentions. */
static GPtrArray *attribute_values(const Builder *builder, const Attribute *attribute)
{
	g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *values;
	GHashTableIter iterator;
	gpointer text;

	add_value(builder, attribute, set, "", OTHER);
	g_hash_table_iter_init(&iterator, builder->texts[attribute_index(attribute)]);
	while (g_hash_table_iter_next(&iterator, &text, NULL)) {
		add_value(builder, attribute, set, text, "");
		add_value(builder, attribute, set, text, OTHER);
	}
	if (g_hash_table_size(set) == 0)
		return NULL;
	values = g_ptr_array_new_with_free_func(g_free);
	g_hash_table_iter_init(&iterator, set);
	while (g_hash_table_iter_next(&iterator, &text, NULL))
		g_ptr_array_add(values, g_strdup(text));
	/* In an order of their own, so that the same failure is always told in the same words. */
	g_ptr_array_sort(values, by_text);
	return values;
}

static void imagine(Builder *builder, const Ident *ident, const GPtrArray *categories)
{
	g_autoptr(Service) service = service_new(ident->protocol, ident->id);
	g_autofree char *key = ident_key(ident->protocol, ident->id);
	g_autoptr(GString) what = g_string_new(key);

	if (g_hash_table_contains(builder->known, key))
		return;
	for (guint i = 0; i < categories->len; i++)
		service_add_category(service, categories->pdata[i]);
	for (guint i = 0; i < service->categories->len; i++)
		g_string_append_printf(what, "\n%s", (char *)service->categories->pdata[i]);
	if (g_hash_table_add(builder->seen, g_strdup(what->str)))
		g_ptr_array_add(builder->universe->imagined, g_steal_pointer(&service));
}

/* The services that a combination of categories can be carried by: those the target names, or a
 * nameless one in each protocol it allows. */
static void imagine_all(Builder *builder, const Target *target, const GPtrArray *categories)
{
	static const Ident nameless[] = {{PROTOCOL_SAML, NAMELESS}, {PROTOCOL_OIDC, NAMELESS}};
	const Ident *idents = nameless;
	unsigned n = G_N_ELEMENTS(nameless);

	for (unsigned i = 0; i < target->n_atoms; i++)
		if (target->atoms[i].type == ATOM_LITERAL) {
			idents = target->atoms[i].idents;
			n = target->atoms[i].n_idents;
			break;
		}
	for (unsigned i = 0; i < n; i++) {
		g_autoptr(Service) trial = service_new(idents[i].protocol, idents[i].id);

		for (guint j = 0; j < categories->len; j++)
			service_add_category(trial, categories->pdata[j]);
		/* Leaves out what other atoms rule out: another id, another protocol. */
		if (match_target(target, trial, SEES_DECLARED))
			imagine(builder, &idents[i], categories);
	}
}

static bool too_many(const Target *target, GError **error)
{
	unsigned product = 1;

	for (unsigned i = 0; i < target->n_atoms; i++)
		if (target->atoms[i].type == ATOM_CATEGORY) {
			product *= target->atoms[i].n_texts;
			if (product <= COMBINATIONS_MAX)
				continue;
			place_error(error, POLICY_ERROR_MEANING, &target->place,
				    "the categories of this target can be combined in more than "
				    "%d ways, too many to prove; divide it",
				    COMBINATIONS_MAX);
			return true;
		}
	return false;
}

/* One category of every `category` condition, in every combination. */
static bool imagine_target(Builder *builder, const Target *target, GError **error)
{
	unsigned product = 1;

	if (too_many(target, error))
		return false;
	for (unsigned i = 0; i < target->n_atoms; i++)
		if (target->atoms[i].type == ATOM_CATEGORY)
			product *= target->atoms[i].n_texts;
	for (unsigned combination = 0; combination < product; combination++) {
		g_autoptr(GPtrArray) categories = g_ptr_array_new();
		unsigned rest = combination;

		for (unsigned i = 0; i < target->n_atoms; i++) {
			const Atom *atom = &target->atoms[i];

			if (atom->type != ATOM_CATEGORY)
				continue;
			g_ptr_array_add(categories,
					(gpointer)(guintptr)atom->texts[rest % atom->n_texts]);
			rest /= atom->n_texts;
		}
		imagine_all(builder, target, categories);
	}
	return true;
}

static bool imagine_targets(Builder *builder, const Targets *targets, GError **error)
{
	for (unsigned i = 0; i < targets->n_targets; i++)
		if (!imagine_target(builder, &targets->targets[i], error))
			return false;
	return true;
}

static bool imagine_services(Builder *builder, GError **error)
{
	const Rules *rules = &builder->policy->rules;
	bool good = true;

	for (guint i = 0; good && i < rules->expects->len; i++)
		good = imagine_targets(builder, &((Expect *)rules->expects->pdata[i])->at, error);
	for (guint i = 0; good && i < rules->releases->len; i++)
		good = imagine_targets(builder, &((Release *)rules->releases->pdata[i])->to, error);
	for (guint i = 0; good && i < rules->nevers->len; i++)
		good = imagine_targets(builder, &((Never *)rules->nevers->pdata[i])->to, error);
	return good;
}

static bool universe_fill(Universe *universe, const Policy *policy, const Service *const *services,
			  size_t n, GError **error)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Builder builder = {policy, {NULL}, known, seen, universe};
	size_t count;
	const Attribute *table = attribute_table(&count);

	universe->imagined = g_ptr_array_new_with_free_func((GDestroyNotify)service_free);
	for (size_t i = 0; i < count; i++)
		builder.texts[i] = g_hash_table_new(g_str_hash, g_str_equal);
	collect_texts(&builder);
	for (size_t i = 0; i < count; i++) {
		universe->values[i] = attribute_values(&builder, &table[i]);
		g_hash_table_unref(builder.texts[i]);
	}
	for (size_t i = 0; i < n; i++)
		g_hash_table_add(known, ident_key(services[i]->protocol, services[i]->id));
	return imagine_services(&builder, error);
}

Universe *universe_new(const Policy *policy, const Service *const *services, size_t n,
		       GError **error)
{
	Universe *universe = g_new0(Universe, 1);

	if (universe_fill(universe, policy, services, n, error))
		return universe;
	universe_free(universe);
	return NULL;
}

void universe_free(Universe *universe)
{
	for (unsigned i = 0; i < ATTRIBUTE_MAX; i++)
		g_clear_pointer(&universe->values[i], g_ptr_array_unref);
	g_clear_pointer(&universe->imagined, g_ptr_array_unref);
	g_free(universe);
}

Person *universe_person(const Universe *universe, unsigned kind, const Attribute *const *without,
			unsigned n)
{
	Person *person = people_example(kind);

	for (unsigned i = 0; i < ATTRIBUTE_MAX; i++)
		if (universe->values[i])
			person->values[i] = g_ptr_array_ref(universe->values[i]);
	for (unsigned i = 0; i < n; i++)
		g_clear_pointer(&person->values[attribute_index(without[i])], g_ptr_array_unref);
	return person;
}

bool universe_is_other(const char *value)
{
	return strstr(value, OTHER) != NULL;
}

char *universe_describe(const Service *service)
{
	g_autoptr(GString) text = NULL;

	if (*service->id)
		return g_strdup(service->id);
	text = g_string_new(service->protocol == PROTOCOL_OIDC ? "any client" : "any service");
	for (guint i = 0; i < service->categories->len; i++) {
		const Category *category = category_by_uri(service->categories->pdata[i]);

		g_string_append_printf(text, "%s %s", i == 0 ? " of category" : " and",
				       category ? category->name
						: (char *)service->categories->pdata[i]);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}
