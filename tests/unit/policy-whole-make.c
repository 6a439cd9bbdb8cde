/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/policy-whole.h"

const unsigned w_years[W_YEARS] = {YEAR_GRADE(7), YEAR_GRADE(9), YEAR_GYMNASIUM(1), YEAR_NONE,
				   YEAR_UNKNOWN};
static const char *const year_words[] = {"in grade 7", "in grade 8-9", "in gymnasium 1-2"};
const char *const w_groups[W_GROUPS] = {"vikarier", "rektorer"};
const char *const w_units[W_UNITS] = {"12345678", "23456789", "34567890"};
const char *const w_feeds[W_FEEDS] = {"skolfederation", "swamid", "skolfederation-trial"};
const char *const w_authorities[W_AUTHORITIES] = {"http://www.swamid.se/", "http://www.sambi.se/"};
static const char *const categories[W_CATEGORIES] = {"anonymous", "personalized", "coco-v2",
						     "research-and-scholarship"};
const char *const w_uris[W_CATEGORIES] = {"https://refeds.org/category/anonymous",
					  "https://refeds.org/category/personalized",
					  "https://refeds.org/category/code-of-conduct/v2",
					  "http://refeds.org/category/research-and-scholarship"};
const char *const w_ids[W_SERVICES] = {"https://a", "https://b", "c"};
static const char *const names[W_SERVICES] = {"service \"https://a\"", "service Bok",
					      "client \"c\""};
static const char *const words[] = {"student", "teacher", "staff", "guardian", "everyone"};
static const char *const levels[W_LEVELS] = {"two-factor", "eid2", "eid3"};

const WAttribute w_attributes[W_ATTRIBUTES] = {
	{"mail", .values = {{"a@y"}, {"Ab@y"}, {"ab@y"}, {"åb@y"}}},
	{"sn", .values = {{"a"}, {"ab"}, {"\xff", .bad = true}, {"Åb"}}},
	{"norEduPersonNIN", .single = true, .guarded = true,
	 .values = {{"200001012384"}, {"200001012385"}}},
	{"eduPersonScopedAffiliation", .scoped = true,
	 .values = {{"student@skola.example"},
		    {"member@skola.example"},
		    {"student@evil.example", .bad = true},
		    {"faculty@edu.sollunda.example"}}},
	{"schacHomeOrganization", .single = true,
	 .values = {{"skola.example"}, {"edu.sollunda.example"}}},
	{"sisSchoolUnitCode", .has_units = true,
	 .values = {{"12345678", .unit = "12345678"},
		    {"23456789", .unit = "23456789"},
		    {"345", .bad = true}}},
	{"sisSchoolCourseStudent", .has_units = true,
	 .values = {{"12345678/class/MA/9A", .unit = "12345678", .kind = "class", .subject = "MA",
		     .shown = "12345678/9A"},
		    {"23456789/course/SV/7B", .unit = "23456789", .kind = "course", .subject = "SV",
		     .shown = "23456789/7B"},
		    {"12345678/9A", .unit = "12345678", .shown = "12345678/9A"},
		    {"grupp"}}},
	{"pairwise-id", .scoped = true, .single = true,
	 .values = {{"p@skola.example"}, {"q@skola.example"}, {"p@evil.example", .bad = true}}},
};

const WFilter w_filters[W_FILTERS] = {
	{.n = 0},
	{.n = 0},
	{.n = 0},
	{{{F_VALUE, {"a", "student"}}}, 1},
	{{{F_BEGINNING, {"a", "1"}}}, 1},
	{{{F_BEGINNING, {"2"}}}, 1},
	{{{F_UNIT, {"12345678"}}}, 1},
	{{{F_KIND, {"class", "course"}}, {F_BEGINNING, {"1"}}}, 2},
	{{{F_SUBJECT, {"SV"}}}, 1},
};

unsigned w_roll(unsigned n)
{
	return (unsigned)g_test_rand_int_range(0, (gint32)n);
}

/* A set of bits of n, not empty, once in so many times; else 0. */
static unsigned some(unsigned n, unsigned times)
{
	return w_roll(times) == 0 ? 1 + w_roll((1u << n) - 1) : 0;
}

/* ---- making them ---- */

static void make_target(WTarget *target, bool literal)
{
	*target = (WTarget){.ids = literal ? 1 + w_roll((1u << W_SERVICES) - 1)
					   : some(W_SERVICES, 3)};
	if (literal || w_roll(4) == 0)
		return;
	target->categories = some(W_CATEGORIES, 3);
	target->authorities = some(W_AUTHORITIES, 6);
	target->feeds = some(W_FEEDS, 4);
	target->protocol = w_roll(8) == 0 ? 1 + w_roll(2) : 0;
}

static void make_to(WTo *to, bool never)
{
	*to = (WTo){.n = 1 + (w_roll(3) == 0), .has_except = w_roll(5) == 0};
	for (unsigned i = 0; i < to->n; i++)
		make_target(&to->targets[i], w_roll(3) == 0);
	make_target(&to->except, never);
}

static void make_pset(WPset *pset, unsigned mark)
{
	*pset = (WPset){.word = w_roll(3) ? w_roll(G_N_ELEMENTS(words)) : 4, .mark = mark};
	pset->years = w_roll(6) == 0 ? 1u << w_roll(G_N_ELEMENTS(year_words)) : 0;
	pset->groups = some(W_GROUPS, 8);
	pset->units = some(W_UNITS - 1, 5);
}

static bool all_named(const WTo *to)
{
	for (unsigned i = 0; i < to->n; i++)
		if (!to->targets[i].ids)
			return false;
	return true;
}

static bool is_protecting(const WRule *rule)
{
	for (unsigned i = 0; i < rule->people.n; i++)
		if (rule->people.psets[i].mark == 2)
			return true;
	return false;
}

/* Parts are for attributes that have them. */
static bool fits(unsigned filter, unsigned attribute)
{
	for (unsigned i = 0; i < w_filters[filter].n; i++)
		if (w_filters[filter].facets[i].type > F_BEGINNING &&
		    !(w_attributes[attribute].has_units &&
		      (w_filters[filter].facets[i].type == F_UNIT ||
		       w_attributes[attribute].values[0].kind)))
			return false;
	return true;
}

static void make_item(WItem *item, const WRule *rule)
{
	static const WWhat taken[] = {W_NAMED, W_NAMED, W_KIND, W_KIND, W_LOGIN, W_ANYTHING};
	unsigned kind = w_roll(rule->never ? G_N_ELEMENTS(taken) : 5);

	*item = (WItem){.what = W_NAMED, .attribute = w_roll(W_ATTRIBUTES)};
	if (rule->never)
		item->what = taken[kind];
	else if (kind < 2)
		item->what = is_protecting(rule) ? W_LOGIN : (WWhat)w_roll(3);
	if (item->what == W_NAMED && !rule->never && w_attributes[item->attribute].guarded &&
	    !all_named(&rule->to))
		item->attribute = 0;
	item->filter = w_roll(W_FILTERS);
	if ((item->what != W_NAMED && w_filters[item->filter].n > 0 &&
	     w_filters[item->filter].facets[0].type > F_BEGINNING) ||
	    (item->what == W_NAMED && !fits(item->filter, item->attribute)))
		item->filter = 0;
	item->unasked =
		!rule->never && item->what == W_NAMED && all_named(&rule->to) && w_roll(5) == 0;
	item->if_required =
		!rule->never && item->what == W_NAMED && !item->unasked && w_roll(5) == 0;
}

static bool is_new(const WRule *rule, const WItem *item)
{
	for (unsigned i = 0; i < rule->n_items; i++)
		if (rule->items[i].what == item->what &&
		    (item->what != W_NAMED || rule->items[i].attribute == item->attribute))
			return false;
	return true;
}

/* A day before or after the one on which it is decided, or that day. */
static unsigned some_day(void)
{
	static const unsigned days[] = {20260101, 20261104, 20261105, 20261106, 20280101};

	return days[w_roll(G_N_ELEMENTS(days))];
}

static void make_lines(WRule *rule)
{
	rule->until = w_roll(8) == 0 ? some_day() : 0;
	rule->agreement = w_roll(8) == 0 ? some_day() : 0;
	rule->from = !rule->until && !rule->agreement && w_roll(8) == 0 ? some_day() : 0;
	rule->page = w_roll(3) == 0 ? PAGE_ASK : (PageKind)w_roll(2);
	rule->demand = w_roll(5) == 0 ? 1 + w_roll(W_LEVELS) : 0;
	rule->by_two = is_protecting(rule) || w_roll(10) == 0;
	rule->approved = rule->by_two && w_roll(3);
	rule->new_asks = w_roll(3) == 0;
}

/* A client can answer nobody of whom it is not told pairwise-id. */
static void make_answerable(WRule *rule)
{
	bool names_client = false;
	unsigned last = MIN(rule->n_items, W_ITEMS - 1);

	for (unsigned i = 0; i < rule->to.n; i++)
		names_client = names_client || (rule->to.targets[i].ids & 4);
	for (unsigned i = 0; i < rule->n_items; i++)
		if (rule->items[i].what == W_NAMED && rule->items[i].attribute == W_PAIRWISE)
			last = i;
	if (!names_client || w_roll(8) == 0)
		return;
	rule->items[last] = (WItem){.what = W_NAMED, .attribute = W_PAIRWISE};
	rule->n_items = MAX(rule->n_items, last + 1);
}

void world_make_rule(WRule *rule, bool never)
{
	*rule = (WRule){.never = never};
	make_to(&rule->to, never);
	rule->people.n = 1 + (w_roll(2) == 0);
	for (unsigned i = 0; i < rule->people.n; i++)
		make_pset(&rule->people.psets[i], w_roll(3) * !w_roll(5));
	rule->people.has_except = !never && w_roll(4) == 0;
	make_pset(&rule->people.except, !w_roll(4));
	if (!never)
		make_lines(rule);
	for (unsigned i = 0; i < W_ITEMS; i++) {
		WItem item;

		make_item(&item, rule);
		if (is_new(rule, &item) && (i == 0 || w_roll(2)))
			rule->items[rule->n_items++] = item;
	}
	if (!never)
		make_answerable(rule);
}

static void make_book(WBook *book)
{
	*book = (WBook){.lower = some(2, 4), .form = w_roll(3) == 0, .ascii = w_roll(4) == 0};
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		book->asks[a] = w_roll(4) == 0 ? 1 + w_roll(2) : 0;
	if (w_roll(5) == 0)
		book->subject = 1 + w_roll(W_ATTRIBUTES);
	for (unsigned i = 0; i < W_LINES; i++) {
		book->needs[i] = some(W_ATTRIBUTES, 5);
		make_pset(&book->needs_of[i], 0);
		book->demands[i] = w_roll(5) == 0 ? 1 + w_roll(W_LEVELS) : 0;
		make_pset(&book->demands_of[i], 0);
	}
}

static void make_site(WSite *site, unsigned id)
{
	*site = (WSite){.id = id, .authority = w_roll(W_AUTHORITIES + 1)};
	site->service = service_new(id == 2 ? PROTOCOL_OIDC : PROTOCOL_SAML, w_ids[id]);
	site->categories = w_roll(1u << W_CATEGORIES) & w_roll(1u << W_CATEGORIES);
	site->held_categories = site->categories & w_roll(1u << W_CATEGORIES);
	site->feeds = w_roll(12) == 0 ? 4 : w_roll(4);
	for (unsigned c = 0; c < W_CATEGORIES; c++) {
		if (site->categories & 1u << c)
			service_add_category(site->service, w_uris[c]);
		if (site->held_categories & 1u << c)
			service_hold_category(site->service, w_uris[c]);
	}
	for (unsigned f = 0; f < W_FEEDS; f++)
		if (site->feeds & 1u << f)
			service_add_feed(site->service, w_feeds[f]);
	site->service->trial = site->feeds == 4;
	if (site->authority)
		site->service->registered_by = g_strdup(w_authorities[site->authority - 1]);
	for (unsigned a = 0; a < W_ATTRIBUTES; a++) {
		GPtrArray *wishes = site->service->wishes;

		site->wishes[a] = w_roll(3);
		site->held[a] = site->wishes[a] && w_roll(3) == 0;
		if (!site->wishes[a])
			continue;
		service_add_wish(site->service, fixture_attribute(w_attributes[a].name)->saml,
				 site->wishes[a] == 2);
		((Wish *)wishes->pdata[wishes->len - 1])->held = site->held[a];
	}
}

void world_make(World *world)
{
	*world = (World){.n = 1 + w_roll(W_RULES - 1)};
	for (unsigned i = 0; i < world->n; i++)
		world_make_rule(&world->rules[i], w_roll(4) == 0);
	make_book(&world->book);
	for (unsigned i = 0; i < W_SERVICES; i++)
		make_site(&world->sites[i], i);
}

void world_clear(World *world)
{
	for (unsigned i = 0; i < W_SERVICES; i++)
		service_free(world->sites[i].service);
}

void world_make_person(WPerson *person)
{
	*person = (WPerson){.kind = w_roll(4) + 4 * (w_roll(3) == 0) + 8 * (w_roll(5) == 0),
			    .year = w_roll(W_YEARS),
			    .groups = w_roll(1u << W_GROUPS),
			    .units = w_roll(1u << W_UNITS)};
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		for (unsigned v = 0; v < W_VALUES && w_attributes[a].values[v].text; v++)
			if (w_attributes[a].single && w_roll(5) ? person->has[a] == 0 && w_roll(2)
								: w_roll(2))
				person->has[a] |= 1u << v;
}

void world_make_login(WLogin *login, const World *world)
{
	*login = (WLogin){.level = w_roll(W_LEVELS + 1), .too_young = w_roll(8) == 0};
	for (unsigned i = 0; i < world->n; i++)
		login->answers[i] = w_roll(3);
}

Person *world_person(const WPerson *person)
{
	static const Role roles[] = {ROLE_STUDENT, ROLE_STAFF, ROLE_STAFF, ROLE_GUARDIAN};
	Person *made = person_new("key");

	made->role = roles[person->kind % 4];
	made->teacher = person->kind % 4 == 2;
	made->is_test = (person->kind & 4) != 0;
	made->is_protected = (person->kind & 8) != 0;
	made->year = w_years[person->year];
	for (unsigned i = 0; i < W_GROUPS; i++)
		if (person->groups & 1u << i)
			person_add_group(made, w_groups[i]);
	for (unsigned i = 0; i < W_UNITS; i++)
		if (person->units & 1u << i)
			person_add_unit(made, w_units[i]);
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		for (unsigned v = 0; v < W_VALUES; v++)
			if (person->has[a] & 1u << v)
				person_add_value(made, fixture_attribute(w_attributes[a].name),
						 w_attributes[a].values[v].text, -1);
	return made;
}

/* ---- writing them ---- */

/* `before`, then the names of the bits with ` or ` between them, in quotes or not. */
static void write_some(GString *text, const char *before, const char *const *all, unsigned bits,
		       const char *quote)
{
	const char *between = before;

	for (unsigned i = 0; bits >> i; i++) {
		if (!(bits & 1u << i))
			continue;
		g_string_append_printf(text, "%s%s%s%s", between, quote, all[i], quote);
		between = " or ";
	}
}

static void write_target(GString *text, const WTarget *target)
{
	g_autoptr(GString) line = g_string_new(NULL);

	if (target->ids && (target->ids & (target->ids - 1)) == 0)
		g_string_append_printf(line, " and %s", names[g_bit_nth_lsf(target->ids, -1)]);
	else if (target->ids)
		g_string_append_printf(line, " and tag t%u", target->ids);
	write_some(line, " and category ", categories, target->categories, "");
	write_some(line, " and registered-by ", w_authorities, target->authorities, "\"");
	write_some(line, " and federation ", w_feeds, target->feeds, "");
	if (target->protocol)
		g_string_append_printf(line, " and protocol %s",
				       target->protocol == PROTOCOL_OIDC ? "oidc" : "saml");
	g_string_append(text, line->len ? line->str + strlen(" and ") : "any");
}

static void write_to(GString *text, const WTo *to)
{
	for (unsigned i = 0; i < to->n; i++) {
		g_string_append(text, i ? ", " : "");
		write_target(text, &to->targets[i]);
	}
	if (to->has_except) {
		g_string_append(text, " except ");
		write_target(text, &to->except);
	}
}

static void write_pset(GString *text, const WPset *pset)
{
	static const char *const marks[] = {"", "test ", "protected "};

	g_string_append_printf(text, "%s%s", marks[pset->mark], words[pset->word]);
	if (pset->years)
		g_string_append_printf(text, " %s", year_words[g_bit_nth_lsf(pset->years, -1)]);
	write_some(text, " in group ", w_groups, pset->groups, "");
	write_some(text, " at unit ", w_units, pset->units, "\"");
}

static void write_people(GString *text, const WPeople *people)
{
	for (unsigned i = 0; i < people->n; i++) {
		g_string_append(text, i ? ", " : "");
		write_pset(text, &people->psets[i]);
	}
	if (people->has_except) {
		g_string_append(text, " except ");
		write_pset(text, &people->except);
	}
}

static void write_item(GString *text, const WItem *item)
{
	static const char *const whats[] = {"login", "requested", "required",
					    NULL,    NULL,        "anything"};
	static const char *const facets[] = {"", "beginning ", "unit ", "kind ", "subject "};
	const char *name = w_attributes[item->attribute].name;
	const WFilter *filter = &w_filters[item->filter];

	if (item->what == W_NAMED)
		g_string_append(text, name);
	else if (item->what == W_KIND)
		g_string_append_printf(text, "any %s",
				       attribute_kind_name(fixture_attribute(name)->kind));
	else
		g_string_append(text, whats[item->what]);
	g_string_append(text, item->unasked ? " unasked" : item->if_required ? " if required" : "");
	for (unsigned i = 0; i < filter->n && item->what != W_LOGIN && item->what != W_ANYTHING;
	     i++) {
		bool word = filter->facets[i].type == F_KIND;

		g_string_append_printf(text, "%s%s", i ? " and " : " only ",
				       facets[filter->facets[i].type]);
		write_some(text, "", filter->facets[i].texts, filter->facets[i].texts[1] ? 3 : 1,
			   word ? "" : "\"");
	}
}

static void write_day(GString *text, const char *before, unsigned day)
{
	if (day)
		g_string_append_printf(text, "; %s %04u-%02u-%02u", before, day / 10000,
				       day / 100 % 100, day % 100);
}

static void write_rule(GString *text, const WRule *rule, unsigned number)
{
	static const char *const pages[] = {"; silent", "", "; ask"};

	g_string_append_printf(text, "\n%s \"%u%s\" { to ", rule->never ? "never" : "release",
			       number, rule->approved ? " [2]" : "");
	write_to(text, &rule->to);
	g_string_append(text, "; for ");
	write_people(text, &rule->people);
	for (unsigned i = 0; i < rule->n_items; i++) {
		g_string_append(text, i ? ", " : "; give ");
		write_item(text, &rule->items[i]);
	}
	write_day(text, "from", rule->from);
	write_day(text, "until", rule->until);
	write_day(text, "agreement \"x\" until", rule->agreement);
	if (rule->demand)
		g_string_append_printf(text, "; demand %s", levels[rule->demand - 1]);
	g_string_append(text, rule->by_two ? "; approved by two" : "");
	g_string_append(text, rule->new_asks ? "; new asks pass" : "");
	g_string_append_printf(text, "%s; because \"x\" }", rule->never ? "" : pages[rule->page]);
}

static void write_line_of(GString *text, const char *end, const WPset *of)
{
	g_string_append_printf(text, "%s of ", end);
	write_pset(text, of);
	g_string_append(text, "; ");
}

static void write_book(GString *text, const WBook *book)
{
	const char *all[W_ATTRIBUTES];

	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		all[a] = w_attributes[a].name;
	g_string_append(text, "\nservice Bok is \"https://b\" { ");
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		if (book->asks[a])
			g_string_append_printf(text, "asks %s%s; ", all[a],
					       book->asks[a] == 2 ? " required" : "");
	if (book->subject)
		g_string_append_printf(text, "subject from %s; ", all[book->subject - 1]);
	for (unsigned i = 0; i < W_LINES; i++) {
		write_some(text, "needs ", all, book->needs[i], "");
		if (book->needs[i])
			write_line_of(text, "", &book->needs_of[i]);
		if (book->demands[i]) {
			g_string_append_printf(text, "demand %s", levels[book->demands[i] - 1]);
			write_line_of(text, "", &book->demands_of[i]);
		}
	}
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		if (book->lower & 1u << a)
			g_string_append_printf(text, "lower-case %s; ", all[a]);
	if (book->form)
		g_string_append(text, "value sisSchoolCourseStudent \"{unit}/{group}\"; ");
	g_string_append(text, book->ascii ? "guard ascii }" : "}");
}

static void write_tags(GString *text)
{
	for (unsigned bits = 1; bits < 1 << W_SERVICES; bits++) {
		const char *comma = "";

		g_string_append_printf(text, "\ntag t%u { ", bits);
		for (unsigned i = 0; i < W_SERVICES; i++) {
			if (!(bits & 1u << i))
				continue;
			g_string_append_printf(text, "%s%s", comma,
					       i == 0   ? "\"https://a\""
					       : i == 1 ? "Bok"
							: "client \"c\"");
			comma = ", ";
		}
		g_string_append(text, " }");
	}
}

char *world_write(const World *world, unsigned rules, bool lines, bool backwards)
{
	GString *text = g_string_new(NULL);

	if (lines && !backwards)
		write_book(text, &world->book);
	for (unsigned i = 0; i < world->n; i++) {
		unsigned number = backwards ? world->n - 1 - i : i;

		if (rules & 1u << number)
			write_rule(text, &world->rules[number], number);
	}
	if (lines && backwards)
		write_book(text, &world->book);
	if (lines)
		write_tags(text);
	return g_string_free(text, FALSE);
}
