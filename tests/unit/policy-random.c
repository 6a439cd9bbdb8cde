/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Small random policies against a second reading of the specification (policy-model.h). First
 * decisions for random persons, then the verdict on random expectations by trying every kind of
 * person at every service. A failure is repeated with --seed.
 */
#include "policy/value.h"
#include "tests/unit/policy-model.h"

#define POLICIES 120
#define PERSONS  12
#define EXPECTS  5

/* ---- decisions ---- */

static char *value_of(const Attribute *attribute, unsigned v)
{
	return g_strconcat(model_values[v], attribute->scoped ? "@skola.example" : NULL, NULL);
}

static Person *make_person(unsigned kind, unsigned *has)
{
	static const Role roles[] = {ROLE_STUDENT, ROLE_STAFF, ROLE_STAFF, ROLE_GUARDIAN};
	Person *person = person_new("key");
	size_t n;
	const Attribute *table = attribute_table(&n);

	person->role = roles[kind % 4];
	person->teacher = kind % 4 == 2;
	person->is_test = (kind & 4) != 0;
	person->is_protected = (kind & 8) != 0;
	for (size_t a = 0; a < n; a++) {
		has[a] = model_roll(1 << VALUES);
		if (table[a].single && model_roll(4))
			has[a] = 1u << model_roll(VALUES);
		for (unsigned v = 0; v < VALUES; v++) {
			g_autofree char *value = value_of(&table[a], v);

			if (has[a] & 1u << v)
				person_add_value(person, &table[a], value, -1);
		}
		/* what may never leave: several model_values of a single one, what breaks its
		 * syntax (of attributes that only categories ask for), a foreign domain */
		if (table[a].single && (has[a] & (has[a] - 1)))
			has[a] = 0;
		for (unsigned v = 0; v < VALUES; v++) {
			g_autofree char *value = value_of(&table[a], v);

			if (value_judge(&table[a], value, fixture_scopes) != VALUE_GOOD)
				has[a] &= ~(1u << v);
		}
		if (table[a].scoped && !table[a].single && model_roll(3) == 0) {
			person_add_value(person, &table[a], "a@evil.example", -1);
			/* which nothing gives, but where there must be one value it is another */
			has[a] |= 1u << VALUES;
		}
	}
	return person;
}

static void compare(const Decision *decision, const Answer *answer, const char *text)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	if ((decision->outcome == OUTCOME_ANSWERED) != answer->answered)
		g_error("%s by the library, not so here:\n%s",
			decision->outcome == OUTCOME_ANSWERED ? "answered" : "refused", text);
	for (size_t a = 0; a < n; a++) {
		const DecisionRow *row = decision_row(decision, &table[a]);
		unsigned given = 0;

		for (unsigned v = 0; row && row->values && v < VALUES; v++) {
			g_autofree char *value = value_of(&table[a], v);

			if (g_ptr_array_find_with_equal_func(row->values, value, g_str_equal, NULL))
				given |= 1u << v;
		}
		if (given != answer->given[a] ||
		    (row && row->values && (unsigned)__builtin_popcount(given) != row->values->len))
			g_error("%s: %#x by the library, %#x here:\n%s", table[a].name, given,
				answer->given[a], text);
	}
}

static bool names(const Model *model, unsigned id)
{
	for (unsigned i = 0; i < model->n; i++)
		for (unsigned j = 0; !model->rules[i].never && j < model->rules[i].to.n; j++)
			if (model->rules[i].to.targets[j].ids & 1u << id)
				return true;
	return false;
}

static bool can_answer(const Model *model, unsigned id)
{
	g_autoptr(Service) service =
		service_new(id == 2 ? PROTOCOL_OIDC : PROTOCOL_SAML, model_ids[id]);
	const Site site = {.service = service, .id = id};
	unsigned has[ATTRIBUTE_MAX] = {0};
	size_t n;

	attribute_table(&n);
	for (size_t a = 0; a < n; a++)
		has[a] = EVERY;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		Answer answer;

		model_judge(model, kind, has, &site, ASKS_ALL_ALWAYS, &answer);
		if (answer.nameless)
			return false;
	}
	return true;
}

/* Whether nobody with every value is let into Bok, or the client if a release names it, and cannot
 * be named there, whatever it asks for. */
static bool can_always_answer(const Model *model)
{
	return can_answer(model, 1) && (!names(model, 2) || can_answer(model, 2));
}

/* What is given is what could be given. */
static void foreseen(const Policy *policy, const Service *service, const Decision *decision)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		g_assert_true(!row->values || policy_may_give(policy, service, row->attribute));
	}
}

static void test_decisions(void)
{
	unsigned loaded = 0;

	for (unsigned round = 0; round < POLICIES; round++) {
		Model model = {0};
		g_autofree char *text = NULL;
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = NULL;

		model_make(&model);
		text = model_write(&model);
		policy = model_load(&model, text, &error);
		if ((policy != NULL) != can_always_answer(&model))
			g_error("%s, not so here:\n%s", policy ? "loaded" : error->message, text);
		if (policy)
			g_assert_no_error(error);
		else
			g_assert_error(error, POLICY_ERROR, POLICY_ERROR_MEANING);
		loaded += policy != NULL;
		for (unsigned i = 0; policy && i < PERSONS; i++) {
			unsigned has[ATTRIBUTE_MAX] = {0}, kind = model_roll(KINDS);
			g_autoptr(Person) person = make_person(kind, has);

			for (unsigned s = 0; s < model.n_known; s++) {
				g_autoptr(Decision) decision =
					policy_decide(policy, person, model.known[s].service,
						      &(Circumstances){.today = FIXTURE_TODAY});
				Answer answer;

				model_judge(&model, kind, has, &model.known[s], AS_IT_IS, &answer);
				compare(decision, &answer, text);
				foreseen(policy, model.known[s].service, decision);
			}
		}
		for (unsigned s = 0; s < model.n_known; s++)
			service_free(model.known[s].service);
	}
	/* Most policies stand, and some do not. */
	g_assert_cmpuint(loaded, >, POLICIES / 2);
	g_assert_cmpuint(loaded, <, POLICIES);
}

/* ---- expectations ---- */

typedef struct {
	Pset people;
	To at;
	enum { REFUSED, GETS, NEVER_GETS } type;
	unsigned gets[ATTRIBUTE_MAX]; /* filter + 1; 0: not listed */
	const Attribute *attribute;
	bool kind; /* the kind of the attribute, not the attribute */
	const Attribute *without;
} Promise;

static void write_promise(GString *text, const Promise *promise)
{
	const char *comma = " ";
	size_t n;
	const Attribute *table = attribute_table(&n);

	g_string_append(text, "\nexpect ");
	model_write_pset(text, &promise->people);
	if (promise->without)
		g_string_append_printf(text, " without %s", promise->without->name);
	g_string_append(text, " at ");
	model_write_to(text, &promise->at);
	if (promise->type == REFUSED) {
		g_string_append(text, " is refused");
	} else if (promise->type == NEVER_GETS) {
		g_string_append_printf(text, " never gets %s%s", promise->kind ? "any " : "",
				       promise->kind ? attribute_kind_name(promise->attribute->kind)
						     : promise->attribute->name);
	} else {
		g_string_append(text, " gets");
		for (size_t a = 0; a < n; a++)
			if (promise->gets[a]) {
				g_string_append_printf(text, "%s%s%s", comma, table[a].name,
						       model_filters[promise->gets[a] - 1].text);
				comma = ", ";
			}
		if (strcmp(comma, " ") == 0)
			g_string_append(text, " login");
	}
}

/* Whether an answer is what the line promises; no_less: and not less than that. */
static bool keeps(const Promise *promise, const Answer *answer, const unsigned *has, bool no_less)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	if (promise->type == REFUSED)
		return !answer->answered;
	for (size_t a = 0; a < n; a++) {
		unsigned wanted =
			promise->gets[a] ? model_filters[promise->gets[a] - 1].bits & has[a] : 0;

		if (promise->type == NEVER_GETS) {
			bool meant = promise->kind ? table[a].kind == promise->attribute->kind
						   : &table[a] == promise->attribute;

			if (meant && answer->given[a])
				return false;
			continue;
		}
		if ((answer->given[a] & ~wanted) || (no_less && (wanted & ~answer->given[a])))
			return false;
	}
	return promise->type == NEVER_GETS || !no_less || answer->answered;
}

static bool tried(const Model *model, const Promise *promise, const Site *site)
{
	unsigned has[ATTRIBUTE_MAX] = {0};
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t a = 0; a < n; a++)
		has[a] = &table[a] == promise->without ? 0 : EVERY;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		Answer answer;

		if (!model_in_expect(&promise->people, kind))
			continue;
		model_judge(model, kind, has, site, promise->type == GETS ? PROOF : ASKS_ALL,
			    &answer);
		if (!keeps(promise, &answer, has, true))
			return false;
		if (promise->type != GETS || !site->imagined ||
		    (site->id == 1 && (model->asks_name || model->subject)))
			continue;
		model_judge(model, kind, has, site, ASKS_ALL_BUT_NAMED_ONLY, &answer);
		if (!keeps(promise, &answer, has, false))
			return false;
	}
	return true;
}

static bool is_known(const Model *model, unsigned id)
{
	for (unsigned i = 0; i < model->n_known; i++)
		if (model->known[i].id == id)
			return true;
	return false;
}

static bool reached(const Model *model, const Site *site)
{
	for (unsigned i = 0; i < model->n; i++)
		if (!model->rules[i].never && model_reaches(&model->rules[i].to, site, false))
			return true;
	return false;
}

/* One imagined service; asks for what the line lists. Returns whether the promise holds there. */
static bool imagine(const Model *model, const Promise *promise, unsigned id, unsigned carried,
		    Protocol protocol, bool *any)
{
	Site site = {.service = service_new(protocol, id < SERVICES ? model_ids[id] : "?"),
		     .id = id,
		     .categories = carried,
		     .imagined = true};
	g_autoptr(Service) service = site.service;
	bool named = model_all_named(&promise->at);
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t a = 0; a < n; a++)
		if (promise->gets[a] && !(id == 1 && (model->asks_name || model->subject)))
			service_add_wish(service, table[a].saml, true);
	if (!model_reaches(&promise->at, &site, true) ||
	    (!(promise->type == GETS && named) && !reached(model, &site)))
		return true;
	*any = true;
	return tried(model, promise, &site);
}

/* The least services of one target: an id it names or none, one category of its choice. */
static bool imagine_conj(const Model *model, const Promise *promise, const Conj *conj, bool *any)
{
	for (unsigned id = 0; id <= SERVICES; id++) {
		if (conj->ids ? !(conj->ids & 1u << id) : id != SERVICES)
			continue;
		if (is_known(model, id))
			continue;
		for (unsigned c = 0; c <= CATEGORIES; c++) {
			if (conj->categories ? !(conj->categories & 1u << c) : c != CATEGORIES)
				continue;
			for (unsigned p = PROTOCOL_SAML; p <= PROTOCOL_OIDC; p++) {
				if ((conj->protocol && conj->protocol != p) ||
				    (id < SERVICES &&
				     (id == 2 ? PROTOCOL_OIDC : PROTOCOL_SAML) != p))
					continue;
				if (!imagine(model, promise, id, c < CATEGORIES ? 1u << c : 0,
					     (Protocol)p, any))
					return false;
			}
		}
	}
	return true;
}

static bool judge_promise(const Model *model, const Promise *promise)
{
	bool any = false, holds_everywhere = true;

	for (unsigned i = 0; i < model->n_known; i++) {
		if (!model_reaches(&promise->at, &model->known[i], true))
			continue;
		any = true;
		holds_everywhere = holds_everywhere && tried(model, promise, &model->known[i]);
	}
	for (unsigned i = 0; i < promise->at.n; i++)
		holds_everywhere = holds_everywhere &&
				   imagine_conj(model, promise, &promise->at.targets[i], &any);
	for (unsigned i = 0; i < model->n; i++)
		for (unsigned j = 0; j < model->rules[i].to.n; j++)
			holds_everywhere =
				holds_everywhere &&
				imagine_conj(model, promise, &model->rules[i].to.targets[j], &any);
	return holds_everywhere && (any || promise->type != GETS);
}

/* A promise that holds for one person at one known service, so that enough of them do. */
static void make_gets(const Model *model, Promise *promise)
{
	const Site *site = &model->known[model_roll(model->n_known)];
	unsigned has[ATTRIBUTE_MAX] = {0}, kind = promise->people.mark * 4 + model_roll(4);
	Answer answer;
	size_t n;

	attribute_table(&n);
	for (size_t a = 0; a < n; a++)
		has[a] = EVERY;
	promise->at = (To){.n = 1, .targets = {{.ids = 1u << site->id}}};
	for (unsigned word = 0; word < WORDS; word++)
		if (model_is_word(word, kind)) {
			promise->people.word = word;
			break;
		}
	model_judge(model, kind, has, site, PROOF, &answer);
	for (size_t a = 0; a < n; a++)
		for (unsigned f = 0; answer.given[a] && f < FILTERS; f++)
			if (model_filters[f].bits == answer.given[a])
				promise->gets[a] = f + 1;
}

static void make_promise(const Model *model, Promise *promise)
{
	*promise = (Promise){.people = {model_roll(5), model_roll(3) * !model_roll(3)},
			     .type = model_roll(3)};
	model_make_to(&promise->at, false);
	promise->attribute = fixture_attribute(model_attributes[model_roll(ATTRIBUTES)]);
	promise->kind = model_roll(2);
	if (promise->type == GETS && model->n_known > 0 && model_roll(3))
		make_gets(model, promise);
	else if (promise->type == GETS)
		promise->gets[attribute_index(promise->attribute)] = 1 + model_roll(FILTERS);
	if (model_roll(4) == 0)
		promise->without = fixture_attribute(model_attributes[model_roll(ATTRIBUTES)]);
	if (promise->without && promise->gets[attribute_index(promise->without)])
		promise->without = NULL;
}

static void test_expectations(void)
{
	unsigned held = 0, failed = 0;

	for (unsigned round = 0; round < POLICIES; round++) {
		Model model = {0};
		g_autofree char *rules = NULL;

		model_make(&model);
		rules = model_write(&model);
		for (unsigned i = 0; i < EXPECTS && can_always_answer(&model); i++) {
			Promise promise;
			g_autoptr(GString) text = g_string_new(rules);
			g_autoptr(GError) error = NULL;
			g_autoptr(Policy) policy = NULL;
			bool want;

			make_promise(&model, &promise);
			write_promise(text, &promise);
			policy = model_load(&model, text->str, &error);
			if (error)
				g_assert_error(error, POLICY_ERROR, POLICY_ERROR_EXPECT);
			want = judge_promise(&model, &promise);
			if (want != (policy != NULL))
				g_error("%s by the library (%s), not so here:\n%s",
					policy ? "holds" : "fails", error ? error->message : "",
					text->str);
			held += want;
			failed += !want;
		}
		for (unsigned s = 0; s < model.n_known; s++)
			service_free(model.known[s].service);
	}
	/* Neither verdict is a rarity, or nothing was tried. */
	g_test_message("%u held, %u failed", held, failed);
	g_assert_cmpuint(held, >, POLICIES * EXPECTS / 10);
	g_assert_cmpuint(failed, >, POLICIES * EXPECTS / 10);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/random/decisions", test_decisions);
	g_test_add_func("/policy/random/expectations", test_expectations);
	return g_test_run();
}
