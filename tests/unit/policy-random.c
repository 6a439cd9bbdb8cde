/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Small random policies against a second reading of the specification: the rules are made as plain
 * structs, written out as text for the library, and judged here by the shortest code that could be
 * right. First decisions for random persons, then the verdict on random expectations by trying
 * every kind of person at every service. A failure is repeated with --seed.
 */
#include "tests/unit/policy-fixture.h"

#define POLICIES 120
#define PERSONS  12
#define EXPECTS  5

enum { SERVICES = 3, CATEGORIES = 3, VALUES = 7, RULES = 4, KINDS = 16 };

static const char *const ids[SERVICES] = {"https://a", "https://b", "c"};
static const char *const names[SERVICES] = {"service \"https://a\"", "service Bok", "client \"c\""};
static const char *const categories[CATEGORIES] = {"anonymous", "personalized", "coco-v2"};
static const char *const uris[CATEGORIES] = {"https://refeds.org/category/anonymous",
					     "https://refeds.org/category/personalized",
					     "https://refeds.org/category/code-of-conduct/v2"};
static const char *const bundles[CATEGORIES] = {
	" schacHomeOrganization eduPersonScopedAffiliation ",
	" schacHomeOrganization subject-id displayName givenName sn mail "
	"eduPersonScopedAffiliation eduPersonAssurance ",
	"",
};
static const char *const values[VALUES] = {"a", "ab", "abc", "ax", "b", "c", "q"};
static const char *const attributes[] = {"mail", "sn", "norEduPersonNIN",
					 "eduPersonScopedAffiliation", "schacHomeOrganization"};
static const char *const words[] = {"student", "teacher", "staff", "guardian", "everyone"};

/* One of every class that the filters below can tell apart. */
#define EVERY 0x7fu

/* A filter: which of `values` it lets through, a bit each, and how it is written. */
static const struct {
	unsigned bits;
	const char *text;
} filters[] = {
	{EVERY, ""},
	{EVERY, ""},
	{EVERY, ""},
	{0x01, " only \"a\""},
	{0x12, " only \"ab\" or \"b\""},
	{0x0f, " only beginning \"a\""},
	{0x46, " only beginning \"ab\" or \"q\""},
	{0x06, " only beginning \"a\" and beginning \"ab\" or \"c\""},
};

typedef struct {
	unsigned ids;        /* bits; 0: not said */
	unsigned categories; /* bits, any of them; 0: not said */
	unsigned protocol;   /* 0: not said */
} Conj;

typedef struct {
	Conj targets[2];
	unsigned n;
	bool has_except;
	Conj except;
} To;

typedef struct {
	unsigned word, mark; /* mark: 0, 1 test, 2 protected */
} Pset;

typedef enum { LOGIN, REQUESTED, REQUIRED, NAMED, KIND, ANYTHING } What;

typedef struct {
	What what;
	const Attribute *attribute;
	unsigned filter;
	bool unasked, if_required;
} Item;

typedef struct {
	bool never;
	To to;
	Pset people[2];
	unsigned n_people;
	bool has_except;
	Pset except;
	Item items[3];
	unsigned n_items;
	bool asleep;
} Rule;

/* A service, known or imagined. */
typedef struct {
	Service *service;
	unsigned id; /* SERVICES: an imagined one without an id */
	unsigned categories;
	bool imagined;
} Site;

typedef struct {
	Rule rules[RULES];
	unsigned n;
	Site known[SERVICES];
	unsigned n_known;
	bool asks_mail; /* a line of ours for Bok */
} Model;

/* What a person gets: bits of `values` for each attribute of the registry. */
typedef struct {
	bool answered;
	unsigned given[ATTRIBUTE_MAX];
} Answer;

static unsigned roll(unsigned n)
{
	return (unsigned)g_test_rand_int_range(0, (gint32)n);
}

/* ---- the second reading ---- */

/* kind: two bits of role (student, staff, teacher, guardian), a bit for test, one for protected */
static bool is_word(unsigned word, unsigned kind)
{
	static const unsigned roles[] = {0x1, 0x4, 0x6, 0x8, 0xf};

	return roles[word] & 1u << kind % 4;
}

static bool in_release(const Pset *pset, unsigned kind)
{
	return is_word(pset->word, kind) && !(kind & 8) && (pset->mark != 1 || (kind & 4));
}

static bool in_never(const Pset *pset, unsigned kind)
{
	return is_word(pset->word, kind) && (pset->mark != 1 || (kind & 4)) &&
	       (pset->mark != 2 || (kind & 8));
}

static bool in_expect(const Pset *pset, unsigned kind)
{
	return is_word(pset->word, kind) && kind / 4 == pset->mark;
}

static bool holds(const Conj *conj, const Site *site, bool declared)
{
	unsigned carried = site->categories;

	/* personalized does not count beside anonymous */
	if (!declared && (carried & 1))
		carried &= ~2u;
	return (!conj->ids || (site->id < SERVICES && (conj->ids & 1u << site->id))) &&
	       (!conj->categories || (conj->categories & carried)) &&
	       (!conj->protocol || conj->protocol == site->service->protocol);
}

static bool reaches(const To *to, const Site *site, bool declared)
{
	bool any = false;

	for (unsigned i = 0; i < to->n; i++)
		any = any || holds(&to->targets[i], site, declared);
	return any && !(to->has_except && holds(&to->except, site, true));
}

static bool is_for(const Rule *rule, unsigned kind)
{
	bool any = false;

	for (unsigned i = 0; i < rule->n_people; i++)
		any = any || (rule->never ? in_never(&rule->people[i], kind)
					  : in_release(&rule->people[i], kind));
	return any && !(rule->has_except && in_never(&rule->except, kind));
}

static bool in_bundle(const Site *site, const Attribute *attribute)
{
	g_autofree char *word = g_strdup_printf(" %s ", attribute->name);

	return ((site->categories & 1) && strstr(bundles[0], word)) ||
	       ((site->categories & 3) == 2 && strstr(bundles[1], word));
}

static bool asks(const Model *model, const Site *site, const Attribute *attribute, bool *required)
{
	bool asked = in_bundle(site, attribute);

	*required = false;
	if (site->id == 1 && model->asks_mail && strcmp(attribute->name, "mail") == 0)
		asked = *required = true;
	for (guint i = 0; i < site->service->wishes->len; i++) {
		const Wish *wish = site->service->wishes->pdata[i];

		if (wish->attribute != attribute)
			continue;
		asked = true;
		*required = *required || wish->required;
	}
	return asked;
}

typedef enum { AS_IT_IS, ASKS_ALL, ASKS_ALL_BUT_NAMED_ONLY } Mode;

static bool guarded(const Attribute *attribute)
{
	return attribute->kind == KIND_PERSONAL_NUMBER || attribute->kind == KIND_BIRTH ||
	       attribute->kind == KIND_FAMILY;
}

/* Which values one item of a release gives. */
static unsigned gives(const Item *item, const Attribute *attribute, bool asked, bool required,
		      Mode mode)
{
	unsigned bits = filters[item->filter].bits;

	if (item->what == REQUESTED || item->what == REQUIRED) {
		if (mode == ASKS_ALL_BUT_NAMED_ONLY || guarded(attribute))
			return 0;
		return asked && (item->what == REQUESTED || required) ? bits : 0;
	}
	if (item->what != NAMED || item->attribute != attribute)
		return 0;
	return (asked || item->unasked) && (required || !item->if_required) ? bits : 0;
}

static unsigned takes(const Item *item, const Attribute *attribute)
{
	if (item->what == ANYTHING)
		return EVERY;
	if ((item->what == KIND && item->attribute->kind == attribute->kind) ||
	    (item->what == NAMED && item->attribute == attribute))
		return filters[item->filter].bits;
	return 0;
}

/* has: which values the person has, for each attribute. */
static void judge(const Model *model, unsigned kind, const unsigned *has, const Site *site,
		  Mode mode, Answer *answer)
{
	bool login = false, shut = false;
	size_t n;
	const Attribute *table = attribute_table(&n);

	memset(answer, 0, sizeof *answer);
	for (unsigned i = 0; i < model->n; i++) {
		const Rule *rule = &model->rules[i];

		if (!is_for(rule, kind) || rule->asleep || !reaches(&rule->to, site, rule->never))
			continue;
		for (unsigned j = 0; j < rule->n_items; j++) {
			login = login || (!rule->never && rule->items[j].what == LOGIN);
			shut = shut || (rule->never && (rule->items[j].what == LOGIN ||
							rule->items[j].what == ANYTHING));
		}
	}
	for (size_t a = 0; a < n; a++) {
		bool required, asked = asks(model, site, &table[a], &required);
		unsigned given = 0, taken = 0;

		if (mode != AS_IT_IS)
			asked = required = true;
		for (unsigned i = 0; i < model->n; i++) {
			const Rule *rule = &model->rules[i];

			if (!is_for(rule, kind) || rule->asleep ||
			    !reaches(&rule->to, site, rule->never))
				continue;
			for (unsigned j = 0; j < rule->n_items; j++) {
				if (rule->never)
					taken |= takes(&rule->items[j], &table[a]);
				else
					given |= gives(&rule->items[j], &table[a], asked, required,
						       mode);
			}
		}
		answer->given[a] = given & has[a] & ~taken;
		login = login || answer->given[a];
	}
	answer->answered = login && !shut;
	if (!answer->answered)
		memset(answer->given, 0, sizeof answer->given);
}

/* ---- making and writing policies ---- */

static void make_conj(Conj *conj, bool literal)
{
	*conj = (Conj){0};
	if (literal || roll(2))
		conj->ids = 1 + roll((1 << SERVICES) - 1);
	if (roll(3) == 0)
		conj->categories = 1 + roll((1 << CATEGORIES) - 1);
	if (roll(6) == 0)
		conj->protocol = 1 + roll(2);
}

static void make_to(To *to, bool literal_except)
{
	to->n = 1 + (roll(4) == 0);
	for (unsigned i = 0; i < to->n; i++)
		make_conj(&to->targets[i], false);
	to->has_except = roll(4) == 0;
	make_conj(&to->except, literal_except);
	if (literal_except)
		to->except.categories = to->except.protocol = 0;
}

static bool all_named(const To *to)
{
	for (unsigned i = 0; i < to->n; i++)
		if (!to->targets[i].ids)
			return false;
	return true;
}

static void make_item(Item *item, const Rule *rule)
{
	*item = (Item){.what = NAMED,
		       .attribute = fixture_attribute(attributes[roll(G_N_ELEMENTS(attributes))]),
		       .filter = roll(G_N_ELEMENTS(filters))};
	if (rule->never) {
		static const What whats[] = {NAMED, NAMED, KIND, KIND, KIND, LOGIN, ANYTHING};

		item->what = whats[roll(G_N_ELEMENTS(whats))];
		return;
	}
	if (roll(3) == 0)
		item->what = (What)roll(3);
	item->unasked = all_named(&rule->to) && roll(4) == 0;
	item->if_required = !item->unasked && roll(5) == 0;
	if (item->what == NAMED && guarded(item->attribute) && !all_named(&rule->to))
		item->attribute = fixture_attribute("mail");
}

static bool item_is_new(const Rule *rule, const Item *item)
{
	for (unsigned i = 0; i < rule->n_items; i++)
		if (rule->items[i].what == item->what &&
		    (item->what != NAMED || rule->items[i].attribute == item->attribute))
			return false;
	return true;
}

static void make_rule(Rule *rule)
{
	*rule = (Rule){.never = roll(3) == 0};
	make_to(&rule->to, rule->never);
	rule->n_people = 1 + (roll(3) == 0);
	for (unsigned i = 0; i < rule->n_people; i++)
		rule->people[i] = (Pset){roll(5), roll(rule->never ? 3 : 2) * !roll(4)};
	if (rule->never && roll(4) == 0)
		rule->people[0].mark = 2;
	rule->has_except = !rule->never && roll(4) == 0;
	rule->except = (Pset){roll(5), !roll(4)};
	for (unsigned i = 0; i < 3; i++) {
		Item item;

		make_item(&item, rule);
		if (item_is_new(rule, &item) && (i == 0 || roll(2)))
			rule->items[rule->n_items++] = item;
	}
	rule->asleep = !rule->never && roll(8) == 0;
}

static void make_model(Model *model)
{
	model->n = 1 + roll(RULES);
	for (unsigned i = 0; i < model->n; i++)
		make_rule(&model->rules[i]);
	model->asks_mail = roll(2);
	model->n_known = 0;
	for (unsigned i = 0; i < SERVICES; i++) {
		Site *site = &model->known[model->n_known];

		if (roll(4) == 0)
			continue;
		*site = (Site){.service =
				       service_new(i == 2 ? PROTOCOL_OIDC : PROTOCOL_SAML, ids[i]),
			       .id = i};
		for (unsigned c = 0; c < CATEGORIES; c++)
			if (roll(3) == 0) {
				service_add_category(site->service, uris[c]);
				site->categories |= 1u << c;
			}
		for (size_t a = 0; a < G_N_ELEMENTS(attributes); a++)
			if (roll(2))
				service_add_wish(site->service,
						 fixture_attribute(attributes[a])->saml, roll(2));
		model->n_known++;
	}
}

static void write_conj(GString *text, const Conj *conj)
{
	const char *before = "";

	if (conj->ids) {
		/* one word per kind of literal, so several ids are joined through a tag */
		bool one = (conj->ids & (conj->ids - 1)) == 0;

		if (one)
			g_string_append(text, names[g_bit_nth_lsf(conj->ids, -1)]);
		else
			g_string_append_printf(text, "tag t%u", conj->ids);
		before = " and ";
	}
	if (conj->categories) {
		const char * or = "category ";

		g_string_append(text, before);
		for (unsigned c = 0; c < CATEGORIES; c++)
			if (conj->categories & 1u << c) {
				g_string_append_printf(text, "%s%s", or, categories[c]);
				or = " or ";
			}
		before = " and ";
	}
	if (conj->protocol) {
		g_string_append_printf(text, "%sprotocol %s", before,
				       conj->protocol == PROTOCOL_OIDC ? "oidc" : "saml");
		before = " and ";
	}
	if (!*before)
		g_string_append(text, "any");
}

static void write_to(GString *text, const To *to)
{
	for (unsigned i = 0; i < to->n; i++) {
		g_string_append(text, i ? ", " : "");
		write_conj(text, &to->targets[i]);
	}
	if (to->has_except) {
		g_string_append(text, " except ");
		write_conj(text, &to->except);
	}
}

static void write_pset(GString *text, const Pset *pset)
{
	static const char *const marks[] = {"", "test ", "protected "};

	g_string_append_printf(text, "%s%s", marks[pset->mark], words[pset->word]);
}

static void write_item(GString *text, const Item *item)
{
	static const char *const whats[] = {"login", "requested", "required",
					    NULL,    NULL,        "anything"};

	if (item->what == NAMED)
		g_string_append(text, item->attribute->name);
	else if (item->what == KIND)
		g_string_append_printf(text, "any %s", attribute_kind_name(item->attribute->kind));
	else
		g_string_append(text, whats[item->what]);
	if (item->what == NAMED && item->unasked)
		g_string_append(text, " unasked");
	if (item->what == NAMED && item->if_required)
		g_string_append(text, " if required");
	if (item->what != LOGIN && item->what != ANYTHING)
		g_string_append(text, filters[item->filter].text);
}

static void write_rule(GString *text, const Rule *rule, unsigned number)
{
	g_string_append_printf(text, "\n%s \"%u\" { to ", rule->never ? "never" : "release",
			       number);
	write_to(text, &rule->to);
	g_string_append(text, "; for ");
	for (unsigned i = 0; i < rule->n_people; i++) {
		g_string_append(text, i ? ", " : "");
		write_pset(text, &rule->people[i]);
	}
	if (rule->has_except) {
		g_string_append(text, " except ");
		write_pset(text, &rule->except);
	}
	g_string_append(text, "; give ");
	for (unsigned i = 0; i < rule->n_items; i++) {
		g_string_append(text, i ? ", " : "");
		write_item(text, &rule->items[i]);
	}
	g_string_append_printf(text, ";%s%s because \"x\" }",
			       rule->asleep ? " until 2026-01-01;" : "",
			       rule->never ? "" : " silent;");
}

static char *write_model(const Model *model)
{
	GString *text = g_string_new("service Bok is \"https://b\"");

	if (model->asks_mail)
		g_string_append(text, " { asks mail required }");
	for (unsigned bits = 1; bits < 1 << SERVICES; bits++) {
		const char *comma = "";

		g_string_append_printf(text, "\ntag t%u { ", bits);
		for (unsigned i = 0; i < SERVICES; i++)
			if (bits & 1u << i) {
				g_string_append_printf(text, "%s%s", comma,
						       i == 0   ? "\"https://a\""
						       : i == 1 ? "Bok"
								: "client \"c\"");
				comma = ", ";
			}
		g_string_append(text, " }");
	}
	for (unsigned i = 0; i < model->n; i++)
		write_rule(text, &model->rules[i], i);
	return g_string_free(text, FALSE);
}

static Policy *load(const Model *model, const char *text, GError **error)
{
	const Service *known[SERVICES];

	for (unsigned i = 0; i < model->n_known; i++)
		known[i] = model->known[i].service;
	return fixture_load(text, known, model->n_known, error);
}

/* ---- decisions ---- */

static char *value_of(const Attribute *attribute, unsigned v)
{
	return g_strconcat(values[v], attribute->scoped ? "@skola.example" : NULL, NULL);
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
		has[a] = roll(1 << VALUES);
		if (table[a].single && roll(4))
			has[a] = 1u << roll(VALUES);
		for (unsigned v = 0; v < VALUES; v++) {
			g_autofree char *value = value_of(&table[a], v);

			if (has[a] & 1u << v)
				person_add_value(person, &table[a], value, -1);
		}
		/* what may never leave: several values of a single one, a foreign domain */
		if (table[a].single && (has[a] & (has[a] - 1)))
			has[a] = 0;
		/* and three attributes have a form that these values do not have */
		if (table[a].scoped && !table[a].single && roll(3) == 0)
			person_add_value(person, &table[a], "a@evil.example", -1);
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

static void test_decisions(void)
{
	for (unsigned round = 0; round < POLICIES; round++) {
		Model model = {0};
		g_autofree char *text = NULL;
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = NULL;

		make_model(&model);
		text = write_model(&model);
		policy = load(&model, text, &error);
		g_assert_no_error(error);
		for (unsigned i = 0; i < PERSONS; i++) {
			unsigned has[ATTRIBUTE_MAX] = {0}, kind = roll(KINDS);
			g_autoptr(Person) person = make_person(kind, has);

			for (unsigned s = 0; s < model.n_known; s++) {
				g_autoptr(Decision) decision = policy_decide(
					policy, person, model.known[s].service, FIXTURE_TODAY);
				Answer answer;

				judge(&model, kind, has, &model.known[s], AS_IT_IS, &answer);
				compare(decision, &answer, text);
			}
		}
		for (unsigned s = 0; s < model.n_known; s++)
			service_free(model.known[s].service);
	}
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
	write_pset(text, &promise->people);
	if (promise->without)
		g_string_append_printf(text, " without %s", promise->without->name);
	g_string_append(text, " at ");
	write_to(text, &promise->at);
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
						       filters[promise->gets[a] - 1].text);
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
			promise->gets[a] ? filters[promise->gets[a] - 1].bits & has[a] : 0;

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
	unsigned has[ATTRIBUTE_MAX];
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t a = 0; a < n; a++)
		has[a] = &table[a] == promise->without ? 0 : EVERY;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		Answer answer;

		if (!in_expect(&promise->people, kind))
			continue;
		judge(model, kind, has, site, promise->type == GETS ? AS_IT_IS : ASKS_ALL, &answer);
		if (!keeps(promise, &answer, has, true))
			return false;
		if (promise->type != GETS || !site->imagined || (site->id == 1 && model->asks_mail))
			continue;
		judge(model, kind, has, site, ASKS_ALL_BUT_NAMED_ONLY, &answer);
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
		if (!model->rules[i].never && reaches(&model->rules[i].to, site, false))
			return true;
	return false;
}

/* One imagined service; asks for what the line lists. Returns whether the promise holds there. */
static bool imagine(const Model *model, const Promise *promise, unsigned id, unsigned carried,
		    Protocol protocol, bool *any)
{
	Site site = {.service = service_new(protocol, id < SERVICES ? ids[id] : "?"),
		     .id = id,
		     .categories = carried,
		     .imagined = true};
	g_autoptr(Service) service = site.service;
	bool named = all_named(&promise->at);
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t a = 0; a < n; a++)
		if (promise->gets[a] && !(id == 1 && model->asks_mail))
			service_add_wish(service, table[a].saml, true);
	if (!reaches(&promise->at, &site, true) ||
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
		if (!reaches(&promise->at, &model->known[i], true))
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
	const Site *site = &model->known[roll(model->n_known)];
	unsigned has[ATTRIBUTE_MAX], kind = promise->people.mark * 4 + roll(4);
	Answer answer;
	size_t n;

	attribute_table(&n);
	for (size_t a = 0; a < n; a++)
		has[a] = EVERY;
	promise->at = (To){.n = 1, .targets = {{.ids = 1u << site->id}}};
	for (unsigned word = 0; word < G_N_ELEMENTS(words); word++)
		if (is_word(word, kind)) {
			promise->people.word = word;
			break;
		}
	judge(model, kind, has, site, AS_IT_IS, &answer);
	for (size_t a = 0; a < n; a++)
		for (unsigned f = 0; answer.given[a] && f < G_N_ELEMENTS(filters); f++)
			if (filters[f].bits == answer.given[a])
				promise->gets[a] = f + 1;
}

static void make_promise(const Model *model, Promise *promise)
{
	*promise = (Promise){.people = {roll(5), roll(3) * !roll(3)}, .type = roll(3)};
	make_to(&promise->at, false);
	promise->attribute = fixture_attribute(attributes[roll(G_N_ELEMENTS(attributes))]);
	promise->kind = roll(2);
	if (promise->type == GETS && model->n_known > 0 && roll(3))
		make_gets(model, promise);
	else if (promise->type == GETS)
		promise->gets[attribute_index(promise->attribute)] =
			1 + roll(G_N_ELEMENTS(filters));
	if (roll(4) == 0)
		promise->without = fixture_attribute(attributes[roll(G_N_ELEMENTS(attributes))]);
	if (promise->without && promise->gets[attribute_index(promise->without)])
		promise->without = NULL;
}

static void test_expectations(void)
{
	unsigned held = 0, failed = 0;

	for (unsigned round = 0; round < POLICIES; round++) {
		Model model = {0};
		g_autofree char *rules = NULL;

		make_model(&model);
		rules = write_model(&model);
		for (unsigned i = 0; i < EXPECTS; i++) {
			Promise promise;
			g_autoptr(GString) text = g_string_new(rules);
			g_autoptr(GError) error = NULL;
			g_autoptr(Policy) policy = NULL;
			bool want;

			make_promise(&model, &promise);
			write_promise(text, &promise);
			policy = load(&model, text->str, &error);
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
