/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is proved over all persons and services, against going through them all: who gets an
 * attribute, what changes between two policies, and whether an expectation holds. A failure is
 * repeated with --seed; -m slow goes through ten thousand policies.
 */
#include "policy/diff.h"
#include "policy/universe.h"
#include "policy/who.h"
#include "policy/work.h"
#include "tests/unit/policy-draw.h"

#define ROUNDS      60
#define ROUNDS_SLOW 10000

enum { ATTRIBUTES = 7, LOGIN = ATTRIBUTES, PAGE, ABOUT };
enum { KNOWN, IMAGINED, SITES };
enum { ASKINGS = 5 };

/* The attributes of draw_attributes, and the one that stands for norEduPersonNIN where that may not
 * be given. */
static const Attribute *about(unsigned i)
{
	static const Attribute *found[ATTRIBUTES];

	if (!found[i])
		found[i] = fixture_attribute(i < 6 ? draw_attributes[i] : "norEduPersonLegalName");
	return found[i];
}

static unsigned rounds(void)
{
	return g_test_slow() ? ROUNDS_SLOW : ROUNDS;
}

static PolicyContext context_of(const GPtrArray *services, guint known)
{
	return (PolicyContext){.scopes = fixture_scopes,
			       .today = FIXTURE_TODAY,
			       .services = (const Service *const *)services->pdata,
			       .n_services = known,
			       .feeds = fixture_feeds,
			       .n_feeds = G_N_ELEMENTS(fixture_feeds)};
}

/* A service like that one that asks for everything, in one of five ways; 0 for nothing. */
static Service *asking(const Service *service, unsigned how)
{
	Service *copy = universe_service_like(service);
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; how > 0 && i < n; i++)
		service_add_wish(copy, table[i].saml, how == 2 || how == 4);
	for (guint i = 0; i < copy->wishes->len; i++)
		((Wish *)copy->wishes->pdata[i])->held = how < 3;
	return copy;
}

/* ---- who ---- */

static void mark_who(const GPtrArray *entries, const char *title, bool *sites)
{
	for (guint i = 0; i < entries->len; i++) {
		const WhoEntry *entry = entries->pdata[i];

		for (guint j = 0; strcmp(entry->rule.title, title) == 0 && j < entry->services->len;
		     j++)
			sites[((Site *)entry->services->pdata[j])->is_known ? KNOWN : IMAGINED] =
				true;
	}
}

/* Where a policy that has one release gives the attributes to anybody. */
static void go_through_who(const Policy *policy, const GPtrArray *persons,
			   const GPtrArray *services, guint known, bool gets[ATTRIBUTES][SITES])
{
	for (guint s = 0; s < services->len; s++) {
		g_autoptr(Service) service = asking(services->pdata[s], 4);

		for (guint p = 0; p < persons->len; p++)
			for (const unsigned *day = draw_days; *day; day++) {
				const Circumstances circumstances = {.today = *day};
				Work work;

				work_make(&work, policy, persons->pdata[p], service, &circumstances,
					  ASSUME_VALUES | ASSUME_APPROVED | ASSUME_LEVEL |
						  ASSUME_AGREED | ASSUME_SUBJECT);
				for (unsigned a = 0;
				     work.outcome == OUTCOME_ANSWERED && a < ATTRIBUTES; a++)
					if (work.entries[attribute_index(about(a))].n_given > 0)
						gets[a][s < known ? KNOWN : IMAGINED] = true;
				work_clear(&work);
			}
	}
}

static const char *title_of(const Policy *policy)
{
	return ((Release *)policy->rules.releases->pdata[0])->title;
}

static void compare_who(const Policy *policy, const char *text, const GPtrArray *persons,
			const GPtrArray *services, guint known)
{
	PolicyContext context = context_of(services, known);
	g_autoptr(GPtrArray) parts = draw_apart(text);

	for (guint i = 0; i < parts->len; i++) {
		bool gets[ATTRIBUTES][SITES] = {{false}};
		g_autoptr(Policy) part =
			fixture_load(parts->pdata[i], context.services, known, NULL);

		if (!part)
			continue;
		go_through_who(part, persons, services, known, gets);
		for (unsigned a = 0; a < ATTRIBUTES; a++) {
			g_autoptr(GPtrArray) entries = policy_who(policy, &context, about(a));
			bool told[SITES] = {false};

			mark_who(entries, title_of(part), told);
			if (told[KNOWN] != gets[a][KNOWN] || told[IMAGINED] != gets[a][IMAGINED])
				g_error("%s by %s: %d %d told, %d %d so:\n%s", about(a)->name,
					title_of(part), told[KNOWN], told[IMAGINED], gets[a][KNOWN],
					gets[a][IMAGINED], text);
		}
	}
}

static void test_who(void)
{
	unsigned loaded = 0;

	for (unsigned round = 0; round < rounds(); round++) {
		Draw draw = draw_new();
		guint known;
		g_autoptr(GPtrArray) persons = draw_persons(&draw);
		g_autoptr(GPtrArray) services = draw_services(&draw, &known);
		g_autofree char *text = draw_policy(&draw);
		g_autoptr(Policy) policy =
			fixture_load(text, (const Service *const *)services->pdata, known, NULL);

		if (!policy)
			continue;
		loaded++;
		compare_who(policy, text, persons, services, known);
	}
	g_assert_cmpuint(loaded, >, rounds() * 3 / 4);
}

/* ---- diff ---- */

/* The first day on which more is given, by what it is about and at which services; 0: none. */
typedef struct {
	unsigned first[2][SITES][ABOUT]; /* [0] by the new policy, [1] by the old one */
	unsigned by_lines[2]; /* being let in where no feed brings the service, and only a block or
				 a category asks for something: may be told or not */
} Changes;

static void note(Changes *changes, unsigned way, unsigned site, unsigned what, unsigned day)
{
	unsigned *first = &changes->first[way][site][what];

	if (*first == 0 || day < *first)
		*first = day;
}

/* What one decision gives: a bit for each value of each attribute, and for login. */
typedef struct {
	bool in;
	PageKind page;
	guint64 values[ATTRIBUTES];
} Gain;

static void gain(const Policy *policy, const Person *person, const Service *service,
		 const Circumstances *circumstances, Assume assume, Gain *ret)
{
	Work work;

	*ret = (Gain){0};
	work_make(&work, policy, person, service, circumstances,
		  assume | ASSUME_VALUES | ASSUME_SUBJECT);
	ret->in = work.outcome == OUTCOME_ANSWERED;
	for (const Grant *grant = work.grants; grant; grant = grant->next)
		if (grant->state == GRANT_GIVEN || grant->state == GRANT_AGREED)
			ret->page = MAX(ret->page, grant->release->page);
	for (unsigned a = 0; ret->in && a < ATTRIBUTES; a++) {
		const Entry *entry = &work.entries[attribute_index(about(a))];

		for (guint v = 0; entry->values && v < entry->values->len; v++)
			if (entry->marks[v] & VALUE_IS_GIVEN)
				ret->values[a] |= UINT64_C(1) << (v % 64);
	}
	work_clear(&work);
}

static void note_gains(Changes *changes, unsigned site, unsigned day, bool by_lines,
		       const Gain *old, const Gain *new)
{
	const Gain *gains[] = {old, new};

	for (unsigned way = 0; way < 2; way++) {
		const Gain *less = gains[way], *more = gains[1 - way];
		bool in = more->in && !less->in;

		if (in && !by_lines)
			note(changes, way, site, LOGIN, day);
		else if (in && (changes->by_lines[way] == 0 || day < changes->by_lines[way]))
			changes->by_lines[way] = day;
		for (unsigned a = 0; a < ATTRIBUTES; a++)
			if (more->values[a] & ~less->values[a])
				note(changes, way, site, a, day);
	}
}

static void note_pages(Changes *changes, unsigned site, unsigned day, const Gain *old,
		       const Gain *new)
{
	if (!old->in || !new->in)
		return;
	if (new->page < old->page)
		note(changes, 0, site, PAGE, day);
	if (old->page < new->page)
		note(changes, 1, site, PAGE, day);
}

typedef struct {
	const Policy *old, *new;
	const Person *person;
	const Service *services[ASKINGS];
	unsigned site;
	bool times;
	Changes *changes;
} Pair;

/* By a block, or by a category. */
static bool asks_for_some(const Service *service)
{
	return *service->id || service->categories->len > 0;
}

static void compare_on(const Pair *pair, unsigned day)
{
	Gain old, new;

	for (unsigned world = 0; world < 4 * ASKINGS; world++)
		for (unsigned level = 0; level == 0 || (pair->times && draw_levels[level]);
		     level++) {
			const Circumstances circumstances = {.today = day,
							     .level = draw_levels[level]};
			Assume assume =
				(world & 1 ? ASSUME_AGREED : 0) | (world & 2 ? ASSUME_APPROVED : 0);

			if (!pair->times && !(world & 1))
				continue;
			gain(pair->old, pair->person, pair->services[world / 4], &circumstances,
			     assume, &old);
			gain(pair->new, pair->person, pair->services[world / 4], &circumstances,
			     assume, &new);
			note_gains(pair->changes, pair->site, day,
				   world / 4 < 3 && pair->site == IMAGINED &&
					   asks_for_some(pair->services[0]),
				   &old, &new);
		}
	gain(pair->old, pair->person, pair->services[4], &(Circumstances){.today = day},
	     ASSUME_AGREED | ASSUME_APPROVED | ASSUME_LEVEL, &old);
	gain(pair->new, pair->person, pair->services[4], &(Circumstances){.today = day},
	     ASSUME_AGREED | ASSUME_APPROVED | ASSUME_LEVEL, &new);
	note_pages(pair->changes, pair->site, day, &old, &new);
}

static void go_through(const Policy *old, const Policy *new, const Draw *draw,
		       const GPtrArray *persons, const GPtrArray *services, guint known,
		       Changes *changes)
{
	bool times = draw->theme == DRAW_TIMES;

	for (guint s = 0; s < services->len; s++) {
		Pair pair = {.old = old,
			     .new = new,
			     .site = s < known ? KNOWN : IMAGINED,
			     .times = times,
			     .changes = changes};

		for (unsigned how = 0; how < ASKINGS; how++)
			pair.services[how] = asking(services->pdata[s], how);
		for (guint p = 0; p < persons->len; p++) {
			pair.person = persons->pdata[p];
			for (const unsigned *day = draw_days; *day && (times || day == draw_days);
			     day++)
				compare_on(&pair, *day);
		}
		for (unsigned how = 0; how < ASKINGS; how++)
			service_free((Service *)(guintptr)pair.services[how]);
	}
}

static unsigned what_of(const DiffEntry *entry)
{
	if (entry->what == DIFF_PAGE)
		return PAGE;
	if (!entry->attribute)
		return LOGIN;
	for (unsigned a = 0; a < ATTRIBUTES; a++)
		if (strcmp(about(a)->name, entry->attribute) == 0)
			return a;
	return ABOUT;
}

static void mark_entry(const DiffEntry *entry, Changes *changes)
{
	unsigned what = what_of(entry);

	if (entry->what > DIFF_ASK || entry->what == DIFF_OPENED || what == ABOUT)
		return;
	for (guint i = 0; i < entry->services->len; i++) {
		const Site *site = entry->services->pdata[i];

		note(changes, entry->way == DIFF_WIDER ? 0 : 1, site->is_known ? KNOWN : IMAGINED,
		     what, entry->from);
	}
}

static void assert_same(const Changes *told, const Changes *so, const char *old, const char *new)
{
	for (unsigned way = 0; way < 2; way++)
		for (unsigned site = 0; site < SITES; site++)
			for (unsigned what = 0; what < ABOUT; what++)
				if (told->first[way][site][what] != so->first[way][site][what] &&
				    !(site == IMAGINED && what == LOGIN &&
				      told->first[way][site][what] == so->by_lines[way]))
					g_error("%s %s %s: %u told, %u so:\n%s\n----\n%s",
						way ? "narrower" : "wider",
						site == KNOWN ? "known" : "imagined",
						what == PAGE    ? "page"
						: what == LOGIN ? "login"
								: about(what)->name,
						told->first[way][site][what],
						so->first[way][site][what], old, new);
}

static void compare_diff(const Draw *draw, const char *old_text, const char *new_text,
			 unsigned *compared)
{
	guint known;
	g_autoptr(GPtrArray) persons = draw_persons(draw);
	g_autoptr(GPtrArray) services = draw_services(draw, &known);
	const Service *const *list = (const Service *const *)services->pdata;
	g_autoptr(Policy) old = fixture_load(old_text, list, known, NULL);
	g_autoptr(Policy) new = fixture_load(new_text, list, known, NULL);
	PolicyContext context = context_of(services, known);
	g_autoptr(GPtrArray) entries = NULL;
	Changes told = {0}, so = {0};

	if (!old || !new)
		return;
	(*compared)++;
	entries = policy_diff(old, new, &context);
	for (guint i = 0; i < entries->len; i++) {
		if (((DiffEntry *)entries->pdata[i])->way == DIFF_MAY_WIDEN)
			g_error("not told within its limits:\n%s\n----\n%s", old_text, new_text);
		mark_entry(entries->pdata[i], &told);
	}
	go_through(old, new, draw, persons, services, known, &so);
	assert_same(&told, &so, old_text, new_text);
}

static void test_diff(void)
{
	unsigned compared = 0;

	for (unsigned round = 0; round < rounds(); round++) {
		Draw draw = draw_new();
		g_autofree char *old = draw_policy(&draw);
		g_autofree char *new = draw_change(&draw, old);

		compare_diff(&draw, old, new, &compared);
	}
	g_assert_cmpuint(compared, >, rounds() / 2);
}

/* ---- expectations ---- */

typedef struct {
	DrawPset people;
	enum { REFUSED, NEVER, GETS } type;
	unsigned attribute;    /* of NEVER */
	bool gets[ATTRIBUTES]; /* of GETS */
} Promise;

static void write_promise(GString *text, const Promise *promise)
{
	const char *before = " gets ";

	g_string_append(text, "\nexpect ");
	draw_write_pset(text, &promise->people);
	g_string_append(text, " at \"https://a\"");
	if (promise->type == REFUSED)
		g_string_append(text, " is refused");
	else if (promise->type == NEVER)
		g_string_append_printf(text, " never gets %s", about(promise->attribute)->name);
	for (unsigned a = 0; promise->type == GETS && a < ATTRIBUTES; a++)
		if (promise->gets[a]) {
			g_string_append_printf(text, "%s%s", before, about(a)->name);
			before = ", ";
		}
	if (promise->type == GETS && strcmp(before, " gets ") == 0)
		g_string_append(text, " gets login");
}

/* A category asks for more than the attributes that rules speak of here. */
static bool gives_others(const Decision *decision)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		bool listed = false;

		for (unsigned a = 0; a < ATTRIBUTES; a++)
			listed = listed || row->attribute == about(a);
		if (row->values && !listed)
			return true;
	}
	return false;
}

/* Whether one decision is what the line says. */
static bool keeps(const Promise *promise, const Policy *policy, const Person *person,
		  const Service *service)
{
	const Circumstances circumstances = {.today = FIXTURE_TODAY};
	g_autoptr(Decision) decision = decide_assuming(
		policy, person, service, &circumstances,
		ASSUME_VALUES | ASSUME_APPROVED | ASSUME_LEVEL | ASSUME_AGREED | ASSUME_PASSED |
			(promise->type == GETS ? ASSUME_NOTHING : ASSUME_ASKED));

	if (promise->type == REFUSED)
		return decision->outcome == OUTCOME_REFUSED;
	if (promise->type == GETS &&
	    (decision->outcome == OUTCOME_REFUSED || gives_others(decision)))
		return false;
	for (unsigned a = 0; a < ATTRIBUTES; a++) {
		const DecisionRow *row = decision_row(decision, about(a));
		const GPtrArray *all = person_values(person, about(a));
		guint given = row && row->values ? row->values->len : 0;

		if (promise->type == NEVER ? a == promise->attribute && given > 0
		    : promise->gets[a]     ? given != all->len
					   : given > 0)
			return false;
	}
	return true;
}

static void choose_gets(Promise *promise, const Policy *policy, const GPtrArray *persons,
			const Service *service)
{
	for (unsigned tries = 0; tries < 50; tries++) {
		const Person *person = persons->pdata[draw_roll(persons->len)];
		Gain given;

		if (!draw_is_expected(&promise->people, person))
			continue;
		gain(policy, person, service, &(Circumstances){.today = FIXTURE_TODAY},
		     ASSUME_APPROVED | ASSUME_LEVEL | ASSUME_AGREED | ASSUME_PASSED, &given);
		for (unsigned a = 0; a < ATTRIBUTES; a++)
			promise->gets[a] = given.values[a] != 0;
		if (given.in)
			return;
	}
}

static bool compare_promise(const Draw *draw, const char *rules, const GPtrArray *persons,
			    const Service *service, unsigned *held)
{
	Promise promise = {.people = draw_pset(draw), .type = draw_roll(3)};
	g_autoptr(GString) text = g_string_new(rules);
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(rules, &service, 1, NULL), proved = NULL;
	bool so = true;

	if (!policy)
		return false;
	promise.attribute = draw_roll(ATTRIBUTES);
	promise.people.mark = draw_roll(8) ? promise.people.mark : 2;
	if (promise.type == GETS)
		choose_gets(&promise, policy, persons, service);
	write_promise(text, &promise);
	for (guint p = 0; so && p < persons->len; p++)
		so = !draw_is_expected(&promise.people, persons->pdata[p]) ||
		     keeps(&promise, policy, persons->pdata[p], service);
	proved = fixture_load(text->str, &service, 1, &error);
	if ((proved != NULL) != so)
		g_error("%s, %s so:\n%s", proved ? "proved" : error->message,
			so ? "and it is" : "and it is not", text->str);
	*held += so;
	return true;
}

static void test_expectations(void)
{
	unsigned tried = 0, held = 0;

	for (unsigned round = 0; round < rounds(); round++) {
		Draw draw = draw_new();
		guint known;
		g_autoptr(GPtrArray) persons = draw_persons(&draw);
		g_autoptr(GPtrArray) services = draw_services(&draw, &known);
		g_autofree char *rules = draw_policy(&draw);
		Service *service = services->pdata[0];

		for (unsigned a = 0; a < ATTRIBUTES; a++)
			if (draw_roll(3))
				service_add_wish(service, about(a)->saml, draw_roll(2));
		for (unsigned i = 0; i < 4; i++)
			tried += compare_promise(&draw, rules, persons, service, &held);
	}
	g_test_message("%u of %u held", held, tried);
	g_assert_cmpuint(held, >, tried / 10);
	g_assert_cmpuint(held, <, tried * 9 / 10);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/brute/who", test_who);
	g_test_add_func("/policy/brute/diff", test_diff);
	g_test_add_func("/policy/brute/expectations", test_expectations);
	return g_test_run();
}
