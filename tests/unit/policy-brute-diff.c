/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/diff.h"
#include "tests/unit/policy-brute.h"

enum { LOGIN = ATTRIBUTES, PAGE, ABOUT };

/* The first day on which more is given, by what it is about, at which services and to whom; 0:
 * none. */
typedef struct {
	unsigned first[2][SITES][ABOUT][BRUTE_WHOM]; /* [0] by the new policy, [1] by the old one */
	unsigned by_lines[2][BRUTE_WHOM]; /* being let in where no feed brings the service, and only
				 a block or a category asks for something: may be told or not */
} Changes;

static void note_day(unsigned *first, unsigned day)
{
	if (*first == 0 || day < *first)
		*first = day;
}

/* Of pages one person tells, and so it is noted of nobody. */
static void note(Changes *changes, unsigned way, unsigned site, unsigned what, unsigned whom,
		 unsigned day)
{
	note_day(&changes->first[way][site][what][what == PAGE ? 0 : whom], day);
}

enum { VALUES_MAX = 256 };

/* What one decision gives: a bit for each value of each attribute, and for login. */
typedef struct {
	bool in;
	PageKind page;
	uint64_t values[ATTRIBUTES][BITS_WORDS(VALUES_MAX)];
} Gain;

static void gain(const Policy *policy, const Person *person, const Service *service,
		 const Circumstances *circumstances, Assume assume, Gain *ret)
{
	UNFILLED Work work;

	*ret = (Gain){0};
	work_make(&work, policy, person, service, circumstances,
		  assume | ASSUME_VALUES | ASSUME_SUBJECT);
	brute_figures.decisions++;
	ret->in = work.outcome == OUTCOME_ANSWERED;
	for (const Grant *grant = work.grants; grant; grant = grant->next)
		if (grant->state == GRANT_GIVEN || grant->state == GRANT_AGREED)
			ret->page = MAX(ret->page, grant->release->page);
	for (unsigned a = 0; ret->in && a < ATTRIBUTES; a++) {
		const Entry *entry = &work.entries[attribute_index(brute_about(a))];

		g_assert_true(!entry->values || entry->values->len <= VALUES_MAX);
		for (guint v = 0; entry->values && v < entry->values->len; v++)
			if (entry->marks[v] & VALUE_IS_GIVEN)
				bits_add(ret->values[a], v);
	}
	work_clear(&work);
}

static bool has_more(const uint64_t *more, const uint64_t *less)
{
	bool any = false;

	for (unsigned i = 0; i < BITS_WORDS(VALUES_MAX); i++)
		any = any || (more[i] & ~less[i]);
	return any;
}

static void note_gains(Changes *changes, unsigned site, unsigned whom, unsigned day, bool by_lines,
		       const Gain *old, const Gain *new)
{
	const Gain *gains[] = {old, new};

	for (unsigned way = 0; way < 2; way++) {
		const Gain *less = gains[way], *more = gains[1 - way];
		bool in = more->in && !less->in;

		if (in && !by_lines)
			note(changes, way, site, LOGIN, whom, day);
		else if (in)
			note_day(&changes->by_lines[way][whom], day);
		for (unsigned a = 0; a < ATTRIBUTES; a++)
			if (has_more(more->values[a], less->values[a]))
				note(changes, way, site, a, whom, day);
	}
}

static void note_pages(Changes *changes, unsigned site, unsigned day, const Gain *old,
		       const Gain *new)
{
	if (!old->in || !new->in)
		return;
	if (new->page < old->page)
		note(changes, 0, site, PAGE, 0, day);
	if (old->page < new->page)
		note(changes, 1, site, PAGE, 0, day);
}

typedef struct {
	const Policy *old, *new;
	const Person *person;
	const Service *services[BRUTE_ASKINGS];
	unsigned site;
	bool times, approvals; /* days, levels and pages matter; approvals do */
	Changes *changes;
} Pair;

/* By a block, or by a category. */
static bool asks_for_some(const Service *service, unsigned how)
{
	/* That one of ours requires more than others that ask for everything. */
	return (*service->id && how < 4) || (service->categories->len > 0 && how < 3);
}

static void compare_on(const Pair *pair, unsigned day)
{
	Gain old, new;

	for (unsigned world = 0; world < 4 * BRUTE_ASKINGS; world++)
		for (unsigned level = 0; level == 0 || (pair->times && draw_levels[level]);
		     level++) {
			const Circumstances circumstances = {.today = day,
							     .level = draw_levels[level]};
			Assume assume =
				(world & 1 ? ASSUME_AGREED : 0) | (world & 2 ? ASSUME_APPROVED : 0);

			if ((!pair->times && !(world & 1)) || (!pair->approvals && !(world & 2)))
				continue;
			gain(pair->old, pair->person, pair->services[world / 4], &circumstances,
			     assume, &old);
			gain(pair->new, pair->person, pair->services[world / 4], &circumstances,
			     assume, &new);
			note_gains(pair->changes, pair->site, brute_whom(pair->person), day,
				   pair->site == IMAGINED &&
					   asks_for_some(pair->services[0], world / 4),
				   &old, &new);
		}
	/* Where no time is drawn every release is silent. */
	if (!pair->times)
		return;
	gain(pair->old, pair->person, pair->services[4], &(Circumstances){.today = day},
	     ASSUME_AGREED | ASSUME_APPROVED | ASSUME_LEVEL, &old);
	gain(pair->new, pair->person, pair->services[4], &(Circumstances){.today = day},
	     ASSUME_AGREED | ASSUME_APPROVED | ASSUME_LEVEL, &new);
	note_pages(pair->changes, pair->site, day, &old, &new);
}

static bool awaits_approval(const Policy *policy)
{
	for (guint i = 0; i < policy->rules.releases->len; i++) {
		const Release *release = policy->rules.releases->pdata[i];

		if (release->by_two_place.line && release->approvers < 2)
			return true;
	}
	return false;
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
			     .approvals = awaits_approval(old) || awaits_approval(new),
			     .changes = changes};

		for (unsigned how = 0; how < BRUTE_ASKINGS; how++)
			pair.services[how] = brute_asking(services->pdata[s], how);
		for (guint p = 0; p < persons->len; p++) {
			pair.person = persons->pdata[p];
			for (const unsigned *day = draw_days; *day && (times || day == draw_days);
			     day++)
				compare_on(&pair, *day);
		}
		for (unsigned how = 0; how < BRUTE_ASKINGS; how++)
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
		if (strcmp(brute_about(a)->name, entry->attribute) == 0)
			return a;
	return ABOUT;
}

static void mark_entry(const DiffEntry *entry, Changes *changes)
{
	unsigned what = what_of(entry), way = entry->way == DIFF_WIDER ? 0 : 1;

	if (entry->what > DIFF_ASK || entry->what == DIFF_OPENED || what == ABOUT)
		return;
	for (guint i = 0; i < entry->services->len; i++)
		for (unsigned whom = 0; whom < BRUTE_WHOM; whom++)
			if (brute_holds(entry->kinds, entry->years, whom))
				note(changes, way,
				     ((Site *)entry->services->pdata[i])->is_known ? KNOWN
										   : IMAGINED,
				     what, whom, entry->from);
}

static void assert_same_of(const Changes *told, const Changes *so, unsigned whom, const char *old,
			   const char *new)
{
	for (unsigned way = 0; way < 2; way++)
		for (unsigned site = 0; site < SITES; site++)
			for (unsigned what = 0; what < ABOUT; what++) {
				unsigned first = told->first[way][site][what][whom];
				unsigned right = so->first[way][site][what][whom];

				if (first != right && !(site == IMAGINED && what == LOGIN &&
							first == so->by_lines[way][whom]))
					g_error("%s %s %s, kind %u year %u: %u told, %u so:\n%s\n"
						"----\n%s",
						way ? "narrower" : "wider",
						site == KNOWN ? "known" : "imagined",
						what == PAGE    ? "page"
						: what == LOGIN ? "login"
								: brute_about(what)->name,
						whom / BRUTE_YEARS, whom % BRUTE_YEARS, first,
						right, old, new);
			}
}

/* Years in which no person was drawn are told of too. */
static void assert_same(const Changes *told, const Changes *so, const GPtrArray *persons,
			const char *old, const char *new)
{
	for (guint p = 0; p < persons->len; p++)
		assert_same_of(told, so, brute_whom(persons->pdata[p]), old, new);
}

static void compare_diff(const Draw *draw, const char *old_text, const char *new_text)
{
	guint known;
	g_autoptr(GPtrArray) persons = draw_persons(draw);
	g_autoptr(GPtrArray) services = draw_services(draw, &known);
	const Service *const *list = (const Service *const *)services->pdata;
	g_autoptr(Policy) old = fixture_load(old_text, list, known, NULL);
	g_autoptr(Policy) new = fixture_load(new_text, list, known, NULL);
	g_autofree char *old_plain = draw_plain(old_text), *new_plain = draw_plain(new_text);
	g_autoptr(Policy) plainly_old = fixture_load(old_plain, list, known, NULL);
	g_autoptr(Policy) plainly_new = fixture_load(new_plain, list, known, NULL);
	PolicyContext context = brute_context(services, known);
	g_autoptr(GPtrArray) entries = NULL;
	Changes told = {0}, so = {0};

	if (!old || !new || !plainly_old || !plainly_new)
		return;
	brute_figures.policies++;
	entries = policy_diff(old, new, &context);
	for (guint i = 0; i < entries->len; i++) {
		if (((DiffEntry *)entries->pdata[i])->way == DIFF_MAY_WIDEN)
			g_error("not told within its limits:\n%s\n----\n%s", old_text, new_text);
		mark_entry(entries->pdata[i], &told);
	}
	go_through(plainly_old, plainly_new, draw, persons, services, known, &so);
	assert_same(&told, &so, persons, old_text, new_text);
}

void brute_test_diff(void)
{
	while (brute_draws()) {
		Draw draw = draw_new();
		g_autofree char *old = draw_policy(&draw);
		g_autofree char *new = draw_change(&draw, old);

		compare_diff(&draw, old, new);
	}
}
