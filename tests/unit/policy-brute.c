/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is proved over all persons and services, against going through them all: who gets an
 * attribute, what changes between two policies, and whether an expectation holds. A failure is
 * repeated with --seed; -m slow goes through ten thousand policies (`make brute`).
 */
#include "tests/unit/policy-brute.h"

#include "policy/who.h"

#define ROUNDS      60
#define ROUNDS_SLOW 10000

Figures brute_figures;

const Attribute *brute_about(unsigned i)
{
	static const Attribute *found[ATTRIBUTES];

	if (!found[i])
		found[i] = fixture_attribute(i < 6 ? draw_attributes[i] : "norEduPersonLegalName");
	return found[i];
}

static unsigned rounds(void)
{
	const char *said = g_getenv("BRUTE_ROUNDS");

	if (!g_test_slow())
		return ROUNDS;
	return said ? (unsigned)g_ascii_strtoull(said, NULL, 10) : ROUNDS_SLOW;
}

bool brute_draws(void)
{
	if (brute_figures.policies >= rounds())
		return false;
	brute_figures.drawn++;
	g_assert_cmpuint(brute_figures.drawn, <=, 2 * rounds());
	return true;
}

PolicyContext brute_context(const GPtrArray *services, guint known)
{
	return (PolicyContext){.scopes = fixture_scopes,
			       .today = FIXTURE_TODAY,
			       .services = (const Service *const *)services->pdata,
			       .n_services = known,
			       .feeds = fixture_feeds,
			       .n_feeds = G_N_ELEMENTS(fixture_feeds)};
}

Service *brute_asking(const Service *service, unsigned how)
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

static const unsigned years[BRUTE_YEARS] = {YEAR_NONE,     YEAR_GRADE(3),     YEAR_GRADE(7),
					    YEAR_GRADE(8), YEAR_GYMNASIUM(1), YEAR_UNKNOWN};

unsigned brute_whom(const Person *person)
{
	unsigned kind = (person->is_protected ? 8 : 0) + (person->is_test ? 4 : 0), year = 0;

	kind += person->role == ROLE_GUARDIAN ? 3
		: person->teacher             ? 2
		: person->role == ROLE_STAFF  ? 1
					      : 0;
	while (years[year] != person->year)
		year++;
	return kind * BRUTE_YEARS + year;
}

bool brute_holds(Kinds kinds, Years all, unsigned whom)
{
	return (kinds >> whom / BRUTE_YEARS & 1) && (all >> years[whom % BRUTE_YEARS] & 1);
}

/* ---- who ---- */

enum { DAYS = 8 };
/* Being let in, after the attributes. */
enum { LOGIN = ATTRIBUTES };

/* Whom something is given to, where and when. */
typedef struct {
	bool so[SITES][DAYS][BRUTE_WHOM];
} Gets;

static void mark_entry(const WhoEntry *entry, unsigned site, Gets *told)
{
	for (unsigned day = 0; day < DAYS; day++)
		for (unsigned whom = 0; whom < BRUTE_WHOM; whom++)
			if (brute_holds(entry->kinds, entry->years, whom) &&
			    draw_days[day] >= entry->from &&
			    (!entry->until || draw_days[day] <= entry->until))
				told->so[site][day][whom] = true;
}

/* what LOGIN: at clients somebody may be let in by another release, for a subject. */
static void mark_who(const GPtrArray *entries, const char *title, unsigned what, Gets *told)
{
	for (guint i = 0; i < entries->len; i++) {
		const WhoEntry *entry = entries->pdata[i];

		for (guint j = 0; strcmp(entry->rule.title, title) == 0 && j < entry->services->len;
		     j++) {
			const Site *site = entry->services->pdata[j];

			if (what != LOGIN || site->protocol == PROTOCOL_SAML)
				mark_entry(entry, site->is_known ? KNOWN : IMAGINED, told);
		}
	}
}

static void look_who(const Policy *policy, const Person *person, const Service *service,
		     unsigned site, unsigned day, Gets gets[LOGIN + 1])
{
	const Circumstances circumstances = {.today = draw_days[day]};
	UNFILLED Work work;

	work_make(&work, policy, person, service, &circumstances,
		  ASSUME_VALUES | ASSUME_APPROVED | ASSUME_LEVEL | ASSUME_AGREED | ASSUME_SUBJECT);
	brute_figures.decisions++;
	if (work.outcome == OUTCOME_ANSWERED && service->protocol == PROTOCOL_SAML)
		gets[LOGIN].so[site][day][brute_whom(person)] = true;
	for (unsigned a = 0; work.outcome == OUTCOME_ANSWERED && a < ATTRIBUTES; a++)
		if (work.entries[attribute_index(brute_about(a))].n_given > 0)
			gets[a].so[site][day][brute_whom(person)] = true;
	work_clear(&work);
}

/* Where a policy gives the attributes to anybody, or lets anybody in. */
static void go_through_who(const Policy *policy, const GPtrArray *persons,
			   const GPtrArray *services, guint known, unsigned days,
			   Gets gets[LOGIN + 1])
{
	for (guint s = 0; s < services->len; s++) {
		g_autoptr(Service) service = brute_asking(services->pdata[s], 4);

		for (guint p = 0; p < persons->len; p++)
			for (unsigned day = 0; day < days; day++)
				look_who(policy, persons->pdata[p], service,
					 s < known ? KNOWN : IMAGINED, day, gets);
	}
}

static void assert_same(const Gets *told, const Gets *so, const GPtrArray *persons, unsigned days,
			const char *about, const char *text)
{
	for (unsigned site = 0; site < SITES; site++)
		for (unsigned day = 0; day < days; day++)
			for (guint p = 0; p < persons->len; p++) {
				unsigned whom = brute_whom(persons->pdata[p]);

				if (told->so[site][day][whom] != so->so[site][day][whom])
					g_error("%s %s, kind %u year %u on %u: %d told, %d so:\n%s",
						about, site == KNOWN ? "known" : "imagined",
						whom / BRUTE_YEARS, whom % BRUTE_YEARS,
						draw_days[day], told->so[site][day][whom],
						so->so[site][day][whom], text);
			}
}

/* The release that comes last: the only one, but for what lets everybody in at a client. */
static const char *title_of(const Policy *policy)
{
	const GPtrArray *releases = policy->rules.releases;

	return ((Release *)releases->pdata[releases->len - 1])->title;
}

/* Each release with all the nevers, against what is told of it. */
static void compare_who(const Draw *draw, const Policy *policy, const char *text,
			const GPtrArray *persons, const GPtrArray *services, guint known)
{
	PolicyContext context = brute_context(services, known);
	g_autofree char *plain = draw_plain(text);
	g_autoptr(GPtrArray) parts = draw_apart(plain);
	unsigned days = draw->theme == DRAW_TIMES ? DAYS : 1;

	for (guint i = 0; i < parts->len; i++) {
		g_autofree Gets *gets = g_new0(Gets, LOGIN + 1), *told = g_new(Gets, 1);
		g_autoptr(Policy) part =
			fixture_load(parts->pdata[i], context.services, known, NULL);

		if (!part)
			continue;
		go_through_who(part, persons, services, known, days, gets);
		for (unsigned a = 0; a <= LOGIN; a++) {
			const Attribute *attribute = a < LOGIN ? brute_about(a) : NULL;
			g_autoptr(GPtrArray) entries =
				policy_who(policy, &context, attribute, NULL);
			g_autofree char *about = g_strdup_printf(
				"%s by %s", attribute ? attribute->name : "login", title_of(part));

			g_assert_nonnull(entries);
			memset(told, 0, sizeof *told);
			mark_who(entries, title_of(part), a, told);
			assert_same(told, &gets[a], persons, days, about, text);
		}
	}
}

static void test_who(void)
{
	while (brute_draws()) {
		Draw draw = draw_new();
		guint known;
		g_autoptr(GPtrArray) persons = draw_persons(&draw);
		g_autoptr(GPtrArray) services = draw_services(&draw, &known);
		g_autofree char *text = draw_policy(&draw);
		g_autoptr(Policy) policy =
			fixture_load(text, (const Service *const *)services->pdata, known, NULL);

		if (!policy)
			continue;
		brute_figures.policies++;
		compare_who(&draw, policy, text, persons, services, known);
	}
}

/* ---- all parts ---- */

typedef struct {
	const char *name;
	void (*test)(void);
} Part;

static const Part parts[] = {
	{"who", test_who}, {"diff", brute_test_diff}, {"expectations", brute_test_expectations}};

/* Runs a part, and tells what it went through. */
static void run(gconstpointer data)
{
	const Part *part = data;
	gint64 start = g_get_monotonic_time();

	brute_figures = (Figures){0};
	part->test();
	g_test_message("%s: %u policies were compared (%u more do not stand), over "
		       "%" G_GUINT64_FORMAT " decisions for a person at a service on a day, in "
		       "%.0f s",
		       part->name, brute_figures.policies,
		       brute_figures.drawn - brute_figures.policies, brute_figures.decisions,
		       (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *path = g_strconcat("/policy/brute/", parts[i].name, NULL);

		g_test_add_data_func(path, &parts[i], run);
	}
	return g_test_run();
}
