/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/policy-model.h"

const char *const model_ids[SERVICES] = {"https://a", "https://b", "c"};
static const char *const names[SERVICES] = {"service \"https://a\"", "service Bok", "client \"c\""};
static const char *const categories[CATEGORIES] = {"anonymous", "personalized", "coco-v2"};
static const char *const uris[CATEGORIES] = {"https://refeds.org/category/anonymous",
					     "https://refeds.org/category/personalized",
					     "https://refeds.org/category/code-of-conduct/v2"};
const char *const model_values[VALUES] = {"a", "ab", "abc", "ax", "b", "c", "q"};
const char *const model_attributes[ATTRIBUTES] = {"givenName", "sn", "sisLegalGuardianFor",
						  "orgAffiliation", "schacHomeOrganization"};
const char *const model_words[WORDS] = {"student", "teacher", "staff", "guardian", "everyone"};

const Filter model_filters[FILTERS] = {
	{EVERY, ""},
	{EVERY, ""},
	{EVERY, ""},
	{0x01, " only \"a\""},
	{0x12, " only \"ab\" or \"b\""},
	{0x0f, " only beginning \"a\""},
	{0x46, " only beginning \"ab\" or \"q\""},
	{0x06, " only beginning \"a\" and beginning \"ab\" or \"c\""},
};

unsigned model_roll(unsigned n)
{
	return (unsigned)g_test_rand_int_range(0, (gint32)n);
}

/* ---- making them ---- */

static void make_conj(Conj *conj, bool literal)
{
	*conj = (Conj){0};
	if (literal || model_roll(2))
		conj->ids = 1 + model_roll((1 << SERVICES) - 1);
	if (model_roll(3) == 0)
		conj->categories = 1 + model_roll((1 << CATEGORIES) - 1);
	if (model_roll(6) == 0)
		conj->protocol = 1 + model_roll(2);
}

void model_make_to(To *to, bool literal_except)
{
	to->n = 1 + (model_roll(4) == 0);
	for (unsigned i = 0; i < to->n; i++)
		make_conj(&to->targets[i], false);
	to->has_except = model_roll(4) == 0;
	make_conj(&to->except, literal_except);
	if (literal_except)
		to->except.categories = to->except.protocol = 0;
}

bool model_all_named(const To *to)
{
	for (unsigned i = 0; i < to->n; i++)
		if (!to->targets[i].ids)
			return false;
	return true;
}

static bool model_is_protecting(const Rule *rule)
{
	for (unsigned i = 0; i < rule->n_people; i++)
		if (rule->people[i].mark == 2)
			return true;
	return false;
}

static void make_item(Item *item, const Rule *rule)
{
	*item = (Item){.what = NAMED,
		       .attribute = fixture_attribute(model_attributes[model_roll(ATTRIBUTES)]),
		       .filter = model_roll(FILTERS)};
	if (rule->never) {
		static const What whats[] = {NAMED, NAMED, KIND, KIND, KIND, LOGIN, ANYTHING};

		item->what = whats[model_roll(G_N_ELEMENTS(whats))];
		return;
	}
	if (model_roll(3) == 0)
		item->what = model_is_protecting(rule) ? LOGIN : (What)model_roll(3);
	item->unasked = model_all_named(&rule->to) && model_roll(4) == 0;
	item->if_required = !item->unasked && model_roll(5) == 0;
	if (item->what == NAMED && model_guarded(item->attribute) && !model_all_named(&rule->to))
		item->attribute = fixture_attribute("givenName");
}

static bool item_is_new(const Rule *rule, const Item *item)
{
	for (unsigned i = 0; i < rule->n_items; i++)
		if (rule->items[i].what == item->what &&
		    (item->what != NAMED || rule->items[i].attribute == item->attribute))
			return false;
	return true;
}

/* A client is told who it is by pairwise-id, so most releases that name one give that. */
static bool names_client(const Rule *rule)
{
	for (unsigned i = 0; i < rule->to.n; i++)
		if (rule->to.targets[i].ids & 4)
			return true;
	return false;
}

static void make_rule(Rule *rule)
{
	*rule = (Rule){.never = model_roll(3) == 0};
	model_make_to(&rule->to, rule->never);
	rule->n_people = 1 + (model_roll(3) == 0);
	for (unsigned i = 0; i < rule->n_people; i++)
		rule->people[i] = (Pset){model_roll(5), model_roll(3) * !model_roll(4)};
	if (rule->never && model_roll(4) == 0)
		rule->people[0].mark = 2;
	rule->has_except = !rule->never && model_roll(4) == 0;
	rule->except = (Pset){model_roll(5), !model_roll(4)};
	rule->by_two = !rule->never && (model_is_protecting(rule) || model_roll(8) == 0);
	rule->approved = rule->by_two && model_roll(2);
	for (unsigned i = 0; i < 3; i++) {
		Item item;

		make_item(&item, rule);
		if (i == 0 && !rule->never && names_client(rule) && model_roll(8))
			item = (Item){.what = NAMED, .attribute = fixture_attribute("pairwise-id")};
		if (item_is_new(rule, &item) && (i == 0 || model_roll(2)))
			rule->items[rule->n_items++] = item;
	}
	rule->asleep = !rule->never && model_roll(8) == 0;
}

void model_make(Model *model)
{
	model->n = 1 + model_roll(RULES);
	for (unsigned i = 0; i < model->n; i++)
		make_rule(&model->rules[i]);
	model->asks_name = model_roll(2);
	if (model_roll(3) == 0)
		model->subject = fixture_attribute(model_attributes[model_roll(ATTRIBUTES)]);
	model->n_known = 0;
	for (unsigned i = 0; i < SERVICES; i++) {
		Site *site = &model->known[model->n_known];

		if (model_roll(4) == 0)
			continue;
		*site = (Site){.service = service_new(i == 2 ? PROTOCOL_OIDC : PROTOCOL_SAML,
						      model_ids[i]),
			       .id = i};
		for (unsigned c = 0; c < CATEGORIES; c++)
			if (model_roll(3) == 0) {
				service_add_category(site->service, uris[c]);
				site->categories |= 1u << c;
			}
		for (size_t a = 0; a < ATTRIBUTES; a++)
			if (model_roll(2))
				service_add_wish(site->service,
						 fixture_attribute(model_attributes[a])->saml,
						 model_roll(2));
		if (i == 2)
			service_add_wish(site->service, fixture_attribute("pairwise-id")->saml,
					 true);
		model->n_known++;
	}
}

/* ---- writing them ---- */

static void write_conj(GString *text, const Conj *conj)
{
	const char *before = "";

	if (conj->ids) {
		/* one word per kind of literal, so several model_ids are joined through a tag */
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

void model_write_to(GString *text, const To *to)
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

void model_write_pset(GString *text, const Pset *pset)
{
	static const char *const marks[] = {"", "test ", "protected "};

	g_string_append_printf(text, "%s%s", marks[pset->mark], model_words[pset->word]);
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
		g_string_append(text, model_filters[item->filter].text);
}

static void write_rule(GString *text, const Rule *rule, unsigned number)
{
	g_string_append_printf(text, "\n%s \"%u%s\" { to ", rule->never ? "never" : "release",
			       number, rule->approved ? " [2]" : "");
	model_write_to(text, &rule->to);
	g_string_append(text, "; for ");
	for (unsigned i = 0; i < rule->n_people; i++) {
		g_string_append(text, i ? ", " : "");
		model_write_pset(text, &rule->people[i]);
	}
	if (rule->has_except) {
		g_string_append(text, " except ");
		model_write_pset(text, &rule->except);
	}
	g_string_append(text, "; give ");
	for (unsigned i = 0; i < rule->n_items; i++) {
		g_string_append(text, i ? ", " : "");
		write_item(text, &rule->items[i]);
	}
	g_string_append(text, rule->by_two ? "; approved by two" : "");
	g_string_append_printf(text, ";%s%s because \"x\" }",
			       rule->asleep ? " until 2026-01-01;" : "",
			       rule->never ? "" : " silent;");
}

char *model_write(const Model *model)
{
	GString *text = g_string_new("service Bok is \"https://b\" {");

	if (model->asks_name)
		g_string_append(text, " asks givenName required;");
	if (model->subject)
		g_string_append_printf(text, " subject from %s", model->subject->name);
	g_string_append(text, " }");
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

Policy *model_load(const Model *model, const char *text, GError **error)
{
	const Service *known[SERVICES];

	for (unsigned i = 0; i < model->n_known; i++)
		known[i] = model->known[i].service;
	return fixture_load(text, known, model->n_known, error);
}
