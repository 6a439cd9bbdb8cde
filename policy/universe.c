/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/universe.h"

#include <string.h>

#include "policy/category.h"

/* Combinations of categories, authorities and federations that one target may have. */
#define COMBINATIONS_MAX 1000

typedef struct {
	const Policy *const *policies;
	size_t n;
	UniverseUse use;
	Universe *universe;
	Growth growth;
	bool *imagined;   /* by Known.number, of the policy at hand: its service is there already */
	guint64 excepted; /* services that nevers except, at each open release */
} Builder;

static void spot_free(gpointer data)
{
	Spot *spot = data;

	g_ptr_array_unref(spot->alike);
	example_free(spot->example);
	for (unsigned i = 0; i < UNIVERSE_POLICIES; i++)
		reach_free(spot->reach[i]);
	g_free(spot);
}

/* An imagined service without an id is found by no name. */
static void name_spot(Universe *universe, Spot *spot, const Service *service)
{
	g_autofree char *key = ident_key(service->protocol, service->id);
	GPtrArray *spots = g_hash_table_lookup(universe->named, key);

	if (!*service->id)
		return;
	if (!spots) {
		spots = g_ptr_array_new();
		g_hash_table_insert(universe->named, g_steal_pointer(&key), spots);
	}
	g_ptr_array_add(spots, spot);
}

static Spot *add_spot(const Builder *builder, const Service *service, bool is_imagined,
		      Reach **reach, GPtrArray *alike)
{
	Spot *spot = g_new0(Spot, 1);

	spot->service = service;
	spot->alike = alike;
	spot->is_imagined = is_imagined;
	spot->order = builder->universe->spots->len;
	for (size_t i = 0; i < builder->n; i++)
		spot->reach[i] = g_steal_pointer(&reach[i]);
	g_ptr_array_add(alike, (gpointer)(guintptr)service);
	g_ptr_array_add(builder->universe->spots, spot);
	name_spot(builder->universe, spot, service);
	return spot;
}

/* ---- known services ---- */

static void append_rules(GString *key, const GPtrArray *rules)
{
	for (guint i = 0; i < rules->len; i++)
		g_string_append_printf(key, " %p", rules->pdata[i]);
	g_string_append_c(key, '\n');
}

static void append_expects(GString *key, const Policy *policy, const Service *service)
{
	for (guint i = 0; i < policy->rules.expects->len; i++) {
		const Expect *expect = policy->rules.expects->pdata[i];

		g_string_append_c(key,
				  match_targets(&expect->at, service, SEES_DECLARED) ? '1' : '0');
	}
}

static void append_wishes(GString *key, const Service *service)
{
	for (guint i = 0; i < service->wishes->len; i++) {
		const Wish *wish = service->wishes->pdata[i];

		g_string_append_printf(key, " %s%s%s", wish->name, wish->required ? "!" : "",
				       wish->held ? "?" : "");
	}
}

/* Categories that ask for something, or are held. */
static void append_categories(GString *key, const Service *service)
{
	for (guint i = 0; i < service->categories->len; i++)
		if (category_by_uri(service->categories->pdata[i]))
			g_string_append_printf(key, " %s", (char *)service->categories->pdata[i]);
	for (guint i = 0; i < service->held_categories->len; i++)
		g_string_append_printf(key, " ?%s", (char *)service->held_categories->pdata[i]);
}

/* A rule may name many services through a tag, and is looked at for each of them. */
static Reach *reach_at(const Policy *policy, const Service *service)
{
	Reach *reach = reach_new(policy, service);

	for (guint i = 0; i < reach->releases->len; i++)
		effort_spend(policy->effort,
			     1 + reach_names(&((Release *)reach->releases->pdata[i])->to) / 16);
	for (guint i = 0; i < reach->nevers->len; i++)
		effort_spend(policy->effort,
			     1 + reach_names(&((Never *)reach->nevers->pdata[i])->to) / 16);
	return reach;
}

static char *key_of(const Builder *builder, const Service *service, Reach *const *reach)
{
	GString *key = g_string_new(service->trial ? "t" : "-");

	g_string_append_c(key, service->protocol == PROTOCOL_OIDC ? 'c' : 's');
	for (size_t i = 0; i < builder->n; i++) {
		g_string_append_printf(key, " %p", (const void *)reach[i]->known);
		append_rules(key, reach[i]->releases);
		append_rules(key, reach[i]->nevers);
		if (builder->use & UNIVERSE_WISHES)
			append_expects(key, builder->policies[i], service);
	}
	append_categories(key, service);
	if (builder->use & UNIVERSE_WISHES)
		append_wishes(key, service);
	return g_string_free(key, FALSE);
}

static void add_known(const Builder *builder, GHashTable *alikes, const Service *service)
{
	Reach *reach[UNIVERSE_POLICIES] = {NULL};
	g_autofree char *key = NULL;
	GPtrArray *alike;

	for (size_t i = 0; i < builder->n; i++)
		reach[i] = reach_at(builder->policies[i], service);
	key = key_of(builder, service, reach);
	alike = g_hash_table_lookup(alikes, key);
	if (alike) {
		g_ptr_array_add(alike, (gpointer)(guintptr)service);
	} else {
		alike = g_ptr_array_new();
		g_hash_table_insert(alikes, g_steal_pointer(&key), alike);
		add_spot(builder, service, false, reach, alike);
	}
	for (size_t i = 0; i < builder->n; i++)
		reach_free(reach[i]);
}

/* ---- imagined services ---- */

static bool imagine(const Example *example, gpointer data)
{
	Builder *builder = data;
	Service *service;
	Reach *reach[UNIVERSE_POLICIES] = {NULL};
	Spot *spot;

	if (effort_is_spent(builder->growth.effort))
		return false;
	if (!g_hash_table_add(builder->universe->seen, example_key(example)))
		return true;
	service = example_service(example, (const char *const *)builder->universe->trial_feeds);
	g_ptr_array_add(builder->universe->imagined, service);
	for (size_t i = 0; i < builder->n; i++)
		reach[i] = reach_at(builder->policies[i], service);
	spot = add_spot(builder, service, true, reach, g_ptr_array_new());
	if (builder->use & UNIVERSE_EXAMPLES)
		spot->example = example_copy(example);
	return true;
}

static bool is_too_wide(const Target *target, GError **error)
{
	guint64 product = 1;

	for (unsigned i = 0; i < target->n_atoms; i++) {
		const Atom *atom = &target->atoms[i];

		product *= atom->n_texts ? atom->n_texts : 1;
		if (product <= COMBINATIONS_MAX)
			continue;
		place_error(error, POLICY_ERROR_MEANING, &target->place,
			    "the categories, authorities and federations of this target can be "
			    "combined in more than %d ways, too many to prove; divide it",
			    COMBINATIONS_MAX);
		return true;
	}
	return false;
}

/* Whether a target names services and asks nothing else of them, all of which are there already;
 * most rules are for a service that others are for too. Marks them. */
static bool is_imagined(const Builder *builder, const Target *target)
{
	const Atom *atom = target->atoms;
	bool all = true;

	if (target->n_atoms != 1 || atom->type != ATOM_LITERAL)
		return false;
	for (unsigned i = 0; i < atom->n_idents; i++) {
		all = all && builder->imagined[atom->numbers[i]];
		builder->imagined[atom->numbers[i]] = true;
	}
	return all;
}

/* One choice of every condition, in every combination. */
static bool imagine_targets(Builder *builder, const Targets *targets, GError **error)
{
	for (unsigned i = 0; i < targets->n_targets; i++) {
		const Way way = {NULL, &targets->targets[i]};

		if (is_too_wide(way.target, error))
			return false;
		if (!is_imagined(builder, way.target))
			growth_each(&builder->growth, &way, 1, imagine, builder);
		if (effort_is_spent(builder->growth.effort)) {
			place_error(error, POLICY_ERROR_MEANING, &way.target->place,
				    "this target and those before it name so many services in so "
				    "many rules that proving them takes too much work; write one "
				    "rule for all of them");
			return false;
		}
	}
	return true;
}

/* So many services that nevers except are imagined at releases to services that are not named. */
#define EXCEPTIONS_MAX 20000

static void imagine_at_open(Builder *builder, const Policy *policy, const Target *exception)
{
	for (guint i = 0; i < policy->open_releases->len; i++) {
		unsigned number = g_array_index(policy->open_releases, unsigned, i);
		const Targets *to = &((Release *)policy->rules.releases->pdata[number])->to;

		for (unsigned j = 0; j < to->n_targets; j++) {
			const Way ways[] = {{NULL, &to->targets[j]}, {NULL, exception}};

			if (!match_is_literal(&to->targets[j]))
				growth_each(&builder->growth, ways, G_N_ELEMENTS(ways), imagine,
					    builder);
		}
	}
}

/* A service that a never excepts: what it takes from all others it may leave to that one. */
static void imagine_exceptions(Builder *builder, const Never *never)
{
	for (unsigned i = 0; i < never->to.n_exceptions; i++) {
		const Target *exception = &never->to.exceptions[i];

		growth_each(&builder->growth, &(Way){NULL, exception}, 1, imagine, builder);
		if (!(builder->use & UNIVERSE_UNITED))
			continue;
		for (size_t p = 0; p < builder->n; p++) {
			const Policy *policy = builder->policies[p];

			for (unsigned j = 0; j < exception->n_atoms; j++)
				builder->excepted += (guint64)exception->atoms[j].n_idents *
						     (policy->open_releases->len + 1);
			builder->universe->is_short = builder->excepted > EXCEPTIONS_MAX;
			if (!builder->universe->is_short)
				imagine_at_open(builder, policy, exception);
		}
	}
}

static bool imagine_services(Builder *builder, const Policy *policy, GError **error)
{
	const Rules *rules = &policy->rules;
	g_autofree bool *imagined = g_new0(bool, g_hash_table_size(policy->known));
	bool good = true;

	builder->imagined = imagined;
	for (guint i = 0; good && i < rules->expects->len; i++)
		good = imagine_targets(builder, &((Expect *)rules->expects->pdata[i])->at, error);
	for (guint i = 0; good && i < rules->releases->len; i++)
		good = imagine_targets(builder, &((Release *)rules->releases->pdata[i])->to, error);
	for (guint i = 0; good && i < rules->nevers->len; i++)
		good = imagine_targets(builder, &((Never *)rules->nevers->pdata[i])->to, error);
	for (guint i = 0; good && i < rules->nevers->len; i++)
		imagine_exceptions(builder, rules->nevers->pdata[i]);
	return good;
}

static char **trial_feeds(const PolicyContext *context)
{
	GPtrArray *names = g_ptr_array_new();

	for (size_t i = 0; i < context->n_feeds; i++)
		if (context->feeds[i].is_trial)
			g_ptr_array_add(names, g_strdup(context->feeds[i].name));
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

static bool universe_fill(Builder *builder, const PolicyContext *context, GError **error)
{
	g_autoptr(GHashTable) alikes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Universe *universe = builder->universe;
	bool good = true;

	for (size_t i = 0; i < context->n_services; i++) {
		const Service *service = context->services[i];

		g_hash_table_add(universe->known_ids, ident_key(service->protocol, service->id));
		add_known(builder, alikes, service);
	}
	growth_init(&builder->growth, G_MAXUINT64);
	builder->growth.known_ids = universe->known_ids;
	builder->growth.effort = builder->policies[0]->effort;
	for (size_t i = 0; good && (builder->use & UNIVERSE_IMAGINED) && i < builder->n; i++)
		good = imagine_services(builder, builder->policies[i], error);
	return good;
}

Universe *universe_new(const Policy *const *policies, size_t n, const PolicyContext *context,
		       UniverseUse use, GError **error)
{
	g_autoptr(Universe) universe = g_new0(Universe, 1);
	Builder builder = {.policies = policies, .n = n, .use = use, .universe = universe};

	g_assert(n <= UNIVERSE_POLICIES);
	universe->spots = g_ptr_array_new_with_free_func(spot_free);
	universe->imagined = g_ptr_array_new_with_free_func((GDestroyNotify)service_free);
	universe->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						(GDestroyNotify)g_ptr_array_unref);
	universe->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	universe->known_ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	universe->trial_feeds = trial_feeds(context);
	universe->effort = policies[0]->effort;
	return universe_fill(&builder, context, error) ? g_steal_pointer(&universe) : NULL;
}

void universe_imagine(Universe *universe, const Policy *const *policies, size_t n_policies,
		      const Way *ways, unsigned n)
{
	Builder builder = {.policies = policies,
			   .n = n_policies,
			   .use = UNIVERSE_EXAMPLES,
			   .universe = universe};

	growth_init(&builder.growth, G_MAXUINT64);
	builder.growth.known_ids = universe->known_ids;
	growth_each(&builder.growth, ways, n, imagine, &builder);
}

void universe_free(Universe *universe)
{
	if (!universe)
		return;
	g_ptr_array_unref(universe->spots);
	g_ptr_array_unref(universe->imagined);
	g_hash_table_unref(universe->named);
	g_hash_table_unref(universe->seen);
	g_hash_table_unref(universe->known_ids);
	g_strfreev(universe->trial_feeds);
	g_free(universe);
}

static void add_named(const Universe *universe, const Target *target, GPtrArray *spots)
{
	const Atom *literal = NULL;

	for (unsigned i = 0; i < target->n_atoms; i++)
		if (target->atoms[i].type == ATOM_LITERAL)
			literal = &target->atoms[i];
	g_assert(literal);
	for (unsigned i = 0; i < literal->n_idents; i++) {
		const Ident *ident = &literal->idents[i];
		g_autofree char *key = ident_key(ident->protocol, ident->id);
		const GPtrArray *named = g_hash_table_lookup(universe->named, key);

		for (guint j = 0; named && j < named->len; j++)
			if (!g_ptr_array_find(spots, named->pdata[j], NULL))
				g_ptr_array_add(spots, named->pdata[j]);
	}
}

static gint by_order(gconstpointer a, gconstpointer b)
{
	const Spot *first = *(const Spot *const *)a, *second = *(const Spot *const *)b;

	return first->order < second->order ? -1 : first->order > second->order;
}

GPtrArray *universe_spots(const Universe *universe, const Targets *targets)
{
	g_autoptr(GPtrArray) candidates = g_ptr_array_new();
	GPtrArray *spots = g_ptr_array_new();
	bool named = true;

	for (unsigned i = 0; i < targets->n_targets; i++)
		named = named && match_is_literal(&targets->targets[i]);
	for (unsigned i = 0; named && i < targets->n_targets; i++)
		add_named(universe, &targets->targets[i], candidates);
	g_ptr_array_sort(candidates, by_order);
	effort_spend(universe->effort, named ? candidates->len : universe->spots->len);
	for (guint i = 0; i < (named ? candidates : universe->spots)->len; i++) {
		Spot *spot = (named ? candidates : universe->spots)->pdata[i];

		if (match_targets(targets, spot->service, SEES_DECLARED))
			g_ptr_array_add(spots, spot);
	}
	return spots;
}

Service *universe_service_like(const Service *service)
{
	Service *copy = service_new(service->protocol, service->id);

	copy->registered_by = g_strdup(service->registered_by);
	copy->trial = service->trial;
	for (guint i = 0; i < service->categories->len; i++)
		service_add_category(copy, service->categories->pdata[i]);
	for (guint i = 0; i < service->held_categories->len; i++)
		service_hold_category(copy, service->held_categories->pdata[i]);
	for (guint i = 0; i < service->feeds->len; i++)
		service_add_feed(copy, service->feeds->pdata[i]);
	return copy;
}
