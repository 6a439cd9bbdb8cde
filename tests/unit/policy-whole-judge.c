/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/policy-whole.h"

/* What else is taken to be so, where it is asked what could come of it. */
enum { AGREES = 1, ANY_LEVEL = 2 };

typedef struct {
	const World *world;
	const WPerson *person;
	const WSite *site;
	const WLogin *login;
	unsigned taken_for_true;
	unsigned plain[W_ATTRIBUTES], given[W_ATTRIBUTES]; /* bits of values */
	bool plain_login, let_in;
	bool to_ask, declined, young, high, wants;
	PageKind page;
} Judge;

/* ---- conditions ---- */

static bool pset_holds(const WPset *pset, const WPerson *person, bool given)
{
	static const unsigned roles[] = {0x1, 0x4, 0x6, 0x8, 0xf};
	bool is_protected = person->kind & 8, is_test = person->kind & 4;

	return (roles[pset->word] >> person->kind % 4 & 1) && (pset->mark != 1 || is_test) &&
	       (given ? is_protected == (pset->mark == 2) : pset->mark != 2 || is_protected) &&
	       (!pset->years || pset->years & 1u << person->year ||
		(!given && w_years[person->year] == YEAR_UNKNOWN)) &&
	       (!pset->groups || pset->groups & person->groups) &&
	       (!pset->units || pset->units & person->units);
}

static bool is_for(const WRule *rule, const WPerson *person)
{
	bool any = false;

	for (unsigned i = 0; i < rule->people.n; i++)
		any = any || pset_holds(&rule->people.psets[i], person, !rule->never);
	return any && !(rule->people.has_except && pset_holds(&rule->people.except, person, false));
}

typedef enum { DECLARED, EFFECTIVE, APPROVED } Seen;

static bool target_holds(const WTarget *target, const WSite *site, Seen seen)
{
	unsigned carried = site->categories;

	/* personalized does not count beside anonymous */
	if (seen != DECLARED && (carried & 1))
		carried &= ~2u;
	if (seen == APPROVED)
		carried &= ~site->held_categories;
	return (!target->ids || target->ids & 1u << site->id) &&
	       (!target->categories || target->categories & carried) &&
	       (!target->authorities ||
		(site->authority && target->authorities & 1u << (site->authority - 1))) &&
	       (!target->feeds || target->feeds & site->feeds) &&
	       (!target->protocol || target->protocol == site->service->protocol) &&
	       (seen == DECLARED || !site->service->trial || target->feeds);
}

static bool reaches(const WTo *to, const WSite *site, Seen seen)
{
	bool any = false;

	for (unsigned i = 0; i < to->n; i++)
		any = any || target_holds(&to->targets[i], site, seen);
	return any && !(to->has_except && target_holds(&to->except, site, DECLARED));
}

static bool is_literal(const WRule *rule)
{
	for (unsigned i = 0; i < rule->to.n; i++)
		if (!rule->to.targets[i].ids)
			return false;
	return true;
}

static bool filter_lets(unsigned filter, const WAttribute *attribute, const WValue *value)
{
	for (unsigned i = 0; i < w_filters[filter].n; i++) {
		bool any = false;

		for (unsigned j = 0; j < 2 && w_filters[filter].facets[i].texts[j]; j++) {
			const char *text = w_filters[filter].facets[i].texts[j];
			g_autofree char *scoped = g_strdup_printf("%s@", text);

			switch (w_filters[filter].facets[i].type) {
			case F_VALUE:
				any = any || strcmp(value->text, text) == 0 ||
				      (attribute->scoped && g_str_has_prefix(value->text, scoped));
				break;
			case F_BEGINNING:
				any = any || g_str_has_prefix(value->text, text);
				break;
			case F_UNIT:
				any = any || g_strcmp0(value->unit, text) == 0;
				break;
			case F_KIND:
				any = any || g_strcmp0(value->kind, text) == 0;
				break;
			case F_SUBJECT:
				any = any || g_strcmp0(value->subject, text) == 0;
				break;
			}
		}
		if (!any)
			return false;
	}
	return true;
}

/* ---- what is asked for ---- */

typedef struct {
	bool asked, required, held, held_required;
} Asked;

static unsigned subject_of(const Judge *judge)
{
	return judge->site->id == 1   ? judge->world->book.subject
	       : judge->site->id == 2 ? W_ATTRIBUTES
				      : 0;
}

static Asked asked_of(const Judge *judge, unsigned a)
{
	static const char *const bundles[W_CATEGORIES] = {
		" schacHomeOrganization eduPersonScopedAffiliation ",
		" schacHomeOrganization sn mail eduPersonScopedAffiliation ", "",
		" mail sn eduPersonScopedAffiliation "};
	g_autofree char *word = g_strdup_printf(" %s ", w_attributes[a].name);
	const WSite *site = judge->site;
	Asked asked = {.asked = site->wishes[a] && !site->held[a],
		       .required = site->wishes[a] == 2 && !site->held[a],
		       .held = site->wishes[a] && site->held[a],
		       .held_required = site->wishes[a] == 2 && site->held[a]};

	for (unsigned c = 0; c < W_CATEGORIES; c++) {
		if (!(site->categories & 1u << c) || !strstr(bundles[c], word) ||
		    (c == 1 && (site->categories & 1)))
			continue;
		if (site->held_categories & 1u << c)
			asked.held = true;
		else
			asked.asked = true;
	}
	if (site->id == 1) {
		const WBook *book = &judge->world->book;

		asked.asked = asked.asked || book->asks[a] || book->subject == a + 1;
		asked.required = asked.required || book->asks[a] == 2 || book->subject == a + 1;
	}
	return asked;
}

static bool covers(const WRule *rule, const WItem *item, unsigned a, const Asked *asked)
{
	bool named = item->what == W_NAMED;
	bool if_required = item->what == W_REQUIRED || item->if_required;

	if (item->what == W_LOGIN || (named && item->attribute != a) ||
	    (!named && w_attributes[a].guarded))
		return false;
	if (item->unasked)
		return true;
	if (rule->new_asks || (named && is_literal(rule)))
		return (asked->asked || asked->held) &&
		       (!if_required || asked->required || asked->held_required);
	return asked->asked && (!if_required || asked->required);
}

/* Whether it is in the bundle of personalized alone, which does not count beside anonymous. */
static bool asked_aside(const Judge *judge, unsigned a)
{
	const char *name = w_attributes[a].name;
	const Asked asked = asked_of(judge, a);

	return (judge->site->categories & 3) == 3 && !asked.asked && !asked.held &&
	       (strcmp(name, "sn") == 0 || strcmp(name, "mail") == 0);
}

/* ---- what a rule gives or takes ---- */

static bool takes(const WRule *rule, unsigned a, const WValue *value)
{
	for (unsigned i = 0; i < rule->n_items; i++) {
		const WItem *item = &rule->items[i];
		bool meant =
			item->what == W_NAMED ? item->attribute == a
			: item->what == W_KIND
				? fixture_attribute(w_attributes[item->attribute].name)->kind ==
					  fixture_attribute(w_attributes[a].name)->kind
				: false;

		if (item->what == W_ANYTHING ||
		    (meant && filter_lets(item->filter, &w_attributes[a], value)))
			return true;
	}
	return false;
}

static bool counts(const Judge *judge, const WRule *rule)
{
	return rule->never && is_for(rule, judge->person) &&
	       reaches(&rule->to, judge->site, DECLARED);
}

static bool is_stopped(const Judge *judge, unsigned a, const WValue *value)
{
	for (unsigned i = 0; i < judge->world->n; i++)
		if (counts(judge, &judge->world->rules[i]) &&
		    takes(&judge->world->rules[i], a, value))
			return true;
	return false;
}

static bool is_shut(const Judge *judge)
{
	for (unsigned i = 0; i < judge->world->n; i++) {
		const WRule *rule = &judge->world->rules[i];

		for (unsigned j = 0; counts(judge, rule) && j < rule->n_items; j++)
			if (rule->items[j].what == W_LOGIN || rule->items[j].what == W_ANYTHING)
				return true;
	}
	return false;
}

/* For which units alone, bits; 0: for any. */
static unsigned units_of(const WRule *rule, const WPerson *person)
{
	unsigned units = 0;

	for (unsigned i = 0; i < rule->people.n; i++) {
		const WPset *pset = &rule->people.psets[i];

		if (!pset_holds(pset, person, true))
			continue;
		if (!pset->units)
			return 0;
		units |= pset->units;
	}
	return units;
}

static bool in_units(const char *unit, unsigned units)
{
	for (unsigned i = 0; i < W_UNITS; i++)
		if ((units & 1u << i) && g_strcmp0(unit, w_units[i]) == 0)
			return true;
	return false;
}

/* The values that can leave at all. */
static unsigned good_values(const Judge *judge, unsigned a)
{
	unsigned has = judge->person->has[a], good = 0;

	if ((w_attributes[a].single || subject_of(judge) == a + 1) && (has & (has - 1)))
		return 0;
	for (unsigned v = 0; v < W_VALUES; v++)
		if ((has & 1u << v) && !w_attributes[a].values[v].bad)
			good |= 1u << v;
	return good;
}

/* The values of an attribute that a release would give, but for level and consent. */
static unsigned gives(const Judge *judge, const WRule *rule, unsigned a)
{
	unsigned units = units_of(rule, judge->person), good = good_values(judge, a), bits = 0;
	const Asked asked = asked_of(judge, a);

	for (unsigned i = 0; i < rule->n_items; i++)
		for (unsigned v = 0; v < W_VALUES; v++) {
			const WValue *value = &w_attributes[a].values[v];

			if ((good & 1u << v) && covers(rule, &rule->items[i], a, &asked) &&
			    filter_lets(rule->items[i].filter, &w_attributes[a], value) &&
			    (!units || !w_attributes[a].has_units ||
			     in_units(value->unit, units)) &&
			    !is_stopped(judge, a, value))
				bits |= 1u << v;
		}
	return bits;
}

static bool gives_login(const WRule *rule)
{
	for (unsigned i = 0; i < rule->n_items; i++)
		if (rule->items[i].what == W_LOGIN)
			return true;
	return false;
}

static bool is_sensitive(const WRule *rule)
{
	for (unsigned i = 0; i < rule->n_items; i++)
		if (rule->items[i].what == W_REQUESTED || rule->items[i].what == W_REQUIRED ||
		    (rule->items[i].what == W_NAMED &&
		     attribute_is_sensitive(
			     fixture_attribute(w_attributes[rule->items[i].attribute].name))))
			return true;
	return false;
}

/* Whether a release is for this, awake, and not held as a whole. */
static bool applies(const Judge *judge, const WRule *rule)
{
	return !rule->never && is_for(rule, judge->person) &&
	       reaches(&rule->to, judge->site, EFFECTIVE) && rule->from <= FIXTURE_TODAY &&
	       (!rule->until || rule->until >= FIXTURE_TODAY) &&
	       (!rule->agreement || rule->agreement >= FIXTURE_TODAY) &&
	       (!rule->by_two || rule->approved) &&
	       !(is_sensitive(rule) && judge->site->held_categories && !rule->new_asks &&
		 !reaches(&rule->to, judge->site, APPROVED));
}

/* eid3 includes eid2, which is the one before it. */
static bool proves(const Judge *judge, unsigned level)
{
	return !level || (judge->taken_for_true & ANY_LEVEL) || judge->login->level == level ||
	       (level == 2 && judge->login->level == 3);
}

static bool is_aside(const Judge *judge, unsigned a)
{
	const Asked asked = asked_of(judge, a);
	bool aside = asked_aside(judge, a);

	for (unsigned i = 0; aside && i < judge->world->n; i++) {
		const WRule *rule = &judge->world->rules[i];

		for (unsigned j = 0; aside && applies(judge, rule) && j < rule->n_items; j++)
			aside = !covers(rule, &rule->items[j], a, &asked);
	}
	return aside;
}

typedef enum { YES, NO, PENDING, YOUNG } Said;

static Said said(const Judge *judge, unsigned number)
{
	if (judge->world->rules[number].page != PAGE_ASK)
		return YES;
	if (judge->login->too_young)
		return YOUNG;
	if (judge->login->answers[number])
		return judge->login->answers[number] == 2 ? YES : NO;
	return judge->taken_for_true & AGREES ? YES : PENDING;
}

/* ---- all rules ---- */

static void give_plainly(Judge *judge, const WRule *rule)
{
	bool any = gives_login(rule);

	for (unsigned a = 0; a < W_ATTRIBUTES; a++) {
		unsigned bits = gives(judge, rule, a);

		judge->plain[a] |= bits;
		any = any || bits;
	}
	judge->plain_login = judge->plain_login || any;
	if (any)
		judge->page = MAX(judge->page, rule->page);
}

static void give_by_asking(Judge *judge, unsigned number)
{
	const WRule *rule = &judge->world->rules[number];
	Said answer = said(judge, number);
	bool any = gives_login(rule) && !judge->plain_login;

	for (unsigned a = 0; a < W_ATTRIBUTES; a++) {
		unsigned bits = gives(judge, rule, a) & ~judge->plain[a];

		any = any || bits;
		judge->given[a] |= answer == YES ? bits : 0;
	}
	if (!any)
		return;
	judge->let_in = judge->let_in || answer == YES;
	judge->to_ask = judge->to_ask || answer == PENDING;
	judge->declined = judge->declined || answer == NO;
	judge->young = judge->young || answer == YOUNG;
	if (answer == YES || answer == PENDING)
		judge->page = PAGE_ASK;
}

static void look_higher(Judge *judge, unsigned number)
{
	const WRule *rule = &judge->world->rules[number];
	Said answer = said(judge, number);
	bool more = gives_login(rule) && !judge->let_in;

	judge->high = judge->high || gives_login(rule);
	for (unsigned a = 0; a < W_ATTRIBUTES; a++) {
		unsigned bits = gives(judge, rule, a);

		judge->high = judge->high || bits;
		more = more || (bits & ~judge->given[a]);
	}
	judge->wants = judge->wants || (more && (answer == YES || answer == PENDING));
}

static void give_all(Judge *judge)
{
	const World *world = judge->world;

	for (unsigned i = 0; i < world->n; i++)
		if (applies(judge, &world->rules[i]) && proves(judge, world->rules[i].demand) &&
		    world->rules[i].page != PAGE_ASK)
			give_plainly(judge, &world->rules[i]);
	memcpy(judge->given, judge->plain, sizeof judge->given);
	judge->let_in = judge->plain_login;
	for (unsigned i = 0; i < world->n; i++)
		if (applies(judge, &world->rules[i]) && proves(judge, world->rules[i].demand) &&
		    world->rules[i].page == PAGE_ASK)
			give_by_asking(judge, i);
	for (unsigned i = 0; i < world->n; i++)
		if (applies(judge, &world->rules[i]) && !proves(judge, world->rules[i].demand))
			look_higher(judge, i);
}

/* ---- the form, and the whole ---- */

/* Adds the text of a value as it leaves, once. */
static void tell(const Judge *judge, unsigned a, const WValue *value, GString *told)
{
	const WBook *book = judge->site->id == 1 ? &judge->world->book : NULL;
	bool formed =
		book && book->form && strcmp(w_attributes[a].name, "sisSchoolCourseStudent") == 0;
	g_autofree char *text = book && (book->lower & 1u << a) ? g_utf8_strdown(value->text, -1)
								: g_strdup(value->text);
	g_autofree char *all = g_strconcat("\n", told->str, NULL), *line = NULL;

	if (formed && !value->shown)
		return;
	line = g_strdup_printf("\n%s\n", formed ? value->shown : text);
	if ((!book || !book->ascii || g_str_is_ascii(line)) && !strstr(all, line))
		g_string_append(told, line + 1);
}

static bool lacks(const WAnswer *answer, unsigned needs)
{
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		if ((needs & 1u << a) && answer->told[a]->len > 0)
			return false;
	return needs != 0;
}

static Reason judge_book(Judge *judge, const WAnswer *answer)
{
	const WBook *book = &judge->world->book;
	Reason reason = REASON_GIVEN;

	for (unsigned i = 0; i < W_LINES; i++)
		if (lacks(answer, book->needs[i]) &&
		    pset_holds(&book->needs_of[i], judge->person, false))
			return REASON_REFUSED_MISSING;
	for (unsigned i = 0; i < W_LINES; i++)
		if (!proves(judge, book->demands[i]) &&
		    pset_holds(&book->demands_of[i], judge->person, false)) {
			reason = REASON_REFUSED_LEVEL;
			judge->wants = true;
		}
	return reason;
}

static Reason judge_whole(Judge *judge, const WAnswer *answer)
{
	unsigned subject = subject_of(judge);

	if (judge->site->service->trial && !(judge->person->kind & 4))
		return REASON_REFUSED_TRIAL;
	if (is_shut(judge))
		return REASON_REFUSED_STOPPED;
	if (!judge->let_in)
		return judge->to_ask     ? REASON_REFUSED_TO_ASK
		       : judge->declined ? REASON_REFUSED_DECLINED
		       : judge->young    ? REASON_REFUSED_TOO_YOUNG
		       : judge->high     ? REASON_REFUSED_LEVEL
					 : REASON_REFUSED_NO_RULE;
	if (subject && answer->told[subject - 1]->len == 0)
		return REASON_REFUSED_SUBJECT;
	return judge->site->id == 1 ? judge_book(judge, answer) : REASON_GIVEN;
}

static void judge_once(Judge *judge, WAnswer *answer)
{
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		answer->told[a] = g_string_new(NULL);
	give_all(judge);
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		for (unsigned v = 0; v < W_VALUES; v++)
			if (judge->given[a] & 1u << v)
				tell(judge, a, &w_attributes[a].values[v], answer->told[a]);
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		answer->aside[a] = is_aside(judge, a);
	answer->reason = judge_whole(judge, answer);
	answer->page = judge->page;
}

/* What it would come to. */
static Reason foresee(const Judge *judge, unsigned taken_for_true)
{
	Judge other = {judge->world, judge->person, judge->site, judge->login, taken_for_true};
	g_auto(WAnswer) answer = {0};

	judge_once(&other, &answer);
	return answer.reason;
}

void world_judge(const World *world, const WPerson *person, const WSite *site, const WLogin *login,
		 WAnswer *answer)
{
	Judge judge = {world, person, site, login, 0};
	Reason agreed;
	bool by_level;

	judge_once(&judge, answer);
	if (answer->reason == REASON_GIVEN)
		return;
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		g_string_truncate(answer->told[a], 0);
	agreed = foresee(&judge, AGREES);
	by_level = judge.wants && foresee(&judge, AGREES | ANY_LEVEL) == REASON_GIVEN;
	answer->page = judge.to_ask && agreed == REASON_GIVEN ? PAGE_ASK : PAGE_SILENT;
	if (answer->reason == REASON_REFUSED_TO_ASK && agreed != REASON_GIVEN && !by_level)
		answer->reason = agreed;
}

void world_answer_clear(WAnswer *answer)
{
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		if (answer->told[a])
			g_string_free(answer->told[a], TRUE);
}
