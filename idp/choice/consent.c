/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/choice/consent.h"

#include <string.h>

/* What settle() has found out. */
static void forget(Consent *consent)
{
	g_clear_pointer(&consent->answered, decision_free);
	g_clear_pointer(&consent->hoped, decision_free);
	g_clear_pointer(&consent->wished, decision_free);
	g_clear_pointer(&consent->sure, decision_free);
}

void consent_free(Consent *consent)
{
	if (!consent)
		return;
	g_clear_pointer(&consent->matters, g_ptr_array_unref);
	forget(consent);
	g_clear_pointer(&consent->first, decision_free);
	g_free(consent);
}

bool consent_is_too_young(const Person *person, unsigned age, unsigned today)
{
	return person->role == ROLE_STUDENT &&
	       (person->born == 0 || today < person->born || (today - person->born) / 10000 < age);
}

/* ---- deciding ---- */

/* Local day of a time, as yyyymmdd. */
static unsigned day_of(GTimeZone *zone, int64_t time)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time);
	g_autoptr(GDateTime) here = utc ? g_date_time_to_timezone(utc, zone) : NULL;

	return here ? (unsigned)(g_date_time_get_year(here) * 10000 +
				 g_date_time_get_month(here) * 100 +
				 g_date_time_get_day_of_month(here))
		    : 0;
}

/* Whether who said it to the one, in that language, said it to the other. */
static bool is_same(const Matter *one, const Matter *other, const char *lang)
{
	return one->asks == other->asks &&
	       g_str_equal(matter_id_in(one, lang), matter_id_in(other, lang));
}

/* By what has been said, and as if yes were said to `yes_to` (NULL: to nothing) and `else_said` to
 * all else that has no answer (SAID_NOTHING: as it is). */
static Decision *decide(const Consent *consent, Said else_said, const Matter *yes_to)
{
	const ConsentCase *of = &consent->of;
	g_autoptr(GArray) answers = g_array_new(FALSE, FALSE, sizeof(PersonAnswer));
	Circumstances circumstances = of->circumstances;

	for (guint i = 0; i < consent->matters->len; i++) {
		const Matter *matter = consent->matters->pdata[i];
		/* two releases may ask the same */
		Said unsaid = yes_to && is_same(matter, yes_to, of->lang) ? SAID_YES : else_said;
		Said said = matter->said ? matter->said : unsaid;
		const PersonAnswer answer = {
			.title = matter->title,
			.yes = said == SAID_YES,
			.date = matter->said ? day_of(of->zone, matter->time)
					     : of->circumstances.today,
		};
		if (matter->asks && said != SAID_NOTHING)
			g_array_append_val(answers, answer);
	}
	circumstances.answers = (const PersonAnswer *)(void *)answers->data;
	circumstances.n_answers = answers->len;
	return policy_decide(of->policy, of->person, of->service, &circumstances);
}

static const Matter *unsaid(const Consent *consent, bool asks)
{
	for (guint i = 0; i < consent->matters->len; i++) {
		const Matter *matter = consent->matters->pdata[i];
		if (matter->asks == asks && matter->said == SAID_NOTHING)
			return matter;
	}
	return NULL;
}

static bool has_answers(const Consent *consent)
{
	for (guint i = 0; i < consent->matters->len; i++)
		if (((const Matter *)consent->matters->pdata[i])->said > SAID_SEEN)
			return true;
	return false;
}

/* The decision, or NULL if it refuses. Transfer full, of both. */
static Decision *if_answered(Decision *decision)
{
	if (decision->outcome == OUTCOME_ANSWERED)
		return decision;
	decision_free(decision);
	return NULL;
}

/* The first question to which a yes leads somewhere: more may also be too much for the service, so
 * that a yes shuts it. Sets `wished`. */
static const Matter *question(Consent *consent)
{
	for (guint i = 0; i < consent->matters->len; i++) {
		const Matter *matter = consent->matters->pdata[i];

		if (!matter->asks || matter->said != SAID_NOTHING)
			continue;
		consent->wished = if_answered(decide(consent, SAID_NO, matter));
		if (consent->wished || consent->hoped)
			return matter;
	}
	return NULL;
}

static void settle(Consent *consent)
{
	forget(consent);
	if (has_answers(consent))
		consent->answered = decide(consent, SAID_NOTHING, NULL);
	consent->told = consent->asked = NULL;
	if (!unsaid(consent, false) && !unsaid(consent, true))
		return;
	consent->hoped = if_answered(decide(consent, SAID_YES, NULL));
	consent->sure = if_answered(decide(consent, SAID_NO, NULL));
	consent->lets_in = consent->sure != NULL;
	consent->asked = question(consent);
	/* what would not leave whatever is said is not told */
	if (consent->asked || consent->sure)
		consent->told = unsaid(consent, false);
}

static bool withholds_for_age(const Decision *decision)
{
	for (guint i = 0; i < decision->grants->len; i++)
		if (((const DecisionGrant *)decision->grants->pdata[i])->state == GRANT_TOO_YOUNG)
			return true;
	return false;
}

Consent *consent_find(const ConsentCase *of, Decision *first, GError **error)
{
	g_autoptr(Consent) consent = g_new0(Consent, 1);

	consent->of = *of;
	consent->first = first;
	consent->matters = matters_of(consent->first, of->service, of->key, of->identity);
	for (guint i = 0; of->reader && i < consent->matters->len; i++)
		if (!choice_recall(of->reader, of->identity, of->person->role,
				   consent->matters->pdata[i], of->at.now, error))
			return NULL;
	consent->too_young = withholds_for_age(first);
	settle(consent);
	return g_steal_pointer(&consent);
}

const Decision *consent_decision(const Consent *consent)
{
	return consent->answered ? consent->answered : consent->first;
}

Decision *consent_take_decision(Consent *consent)
{
	return consent->answered ? g_steal_pointer(&consent->answered)
				 : g_steal_pointer(&consent->first);
}

/* Of a protected person a refusal says that no release is for them. The attack prevented: whoever
 * reads the log finds that reason in the line of a no, where nobody else has it. */
Reason consent_refusal(const Decision *decision, bool declined)
{
	return declined && decision->reason == REASON_REFUSED_NO_RULE ? REASON_REFUSED_DECLINED
								      : decision->reason;
}

/* ---- the page ---- */

static const GPtrArray *values_in(const Decision *decision, const Attribute *attribute)
{
	const DecisionRow *row = decision ? decision_row(decision, attribute) : NULL;

	return row ? row->values : NULL;
}

/* The attack prevented: what leaves only by a yes is told as if it left anyway. */
GPtrArray *consent_values(const Consent *consent, const Matter *matter, const Attribute *attribute)
{
	const Decision *asked = consent->wished ? consent->wished : consent->hoped;
	const Decision *told = consent->sure    ? consent->sure
			       : consent->hoped ? consent->hoped
						: asked;
	const GPtrArray *all = values_in(matter->asks ? asked : told, attribute);
	const GPtrArray *but = matter->asks ? values_in(consent->sure, attribute) : NULL;
	g_autoptr(GPtrArray) values = g_ptr_array_new();

	for (guint i = 0; all && i < all->len; i++)
		if (!but || !g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)but,
							      all->pdata[i], g_str_equal, NULL))
			g_ptr_array_add(values, all->pdata[i]);
	return values->len ? g_steal_pointer(&values) : NULL;
}

static void print_of(const Matter *told, const Matter *asked, uint8_t print[CONSENT_PRINT_BYTES])
{
	uint8_t hash[SEAL_HASH_BYTES];
	/* in all languages: a page is shown in the one, and its form may say the other */
	g_autofree char *all = g_strjoin(" ", told ? told->id : "-", asked ? asked->id : "-",
					 asked ? asked->id_en : "-", NULL);

	seal_hash("portvakt consent page 2", all, strlen(all), hash);
	memcpy(print, hash, CONSENT_PRINT_BYTES);
}

void consent_print(const Consent *consent, uint8_t print[CONSENT_PRINT_BYTES])
{
	print_of(consent->told, consent->asked, print);
}

static bool was_shown(const Matter *told, const Matter *asked,
		      const uint8_t print[CONSENT_PRINT_BYTES])
{
	uint8_t one[CONSENT_PRINT_BYTES];

	print_of(told, asked, one);
	return seal_equal(one, print, sizeof one);
}

/* Which of the matters, said or not, a page was about. The attack prevented: an answer that was
 * given to one text counts for another. */
static bool find_shown(const Consent *consent, const uint8_t print[CONSENT_PRINT_BYTES],
		       Matter **ret_told, Matter **ret_asked)
{
	Matter *told = NULL;

	for (guint i = 0; i < consent->matters->len; i++) {
		Matter *matter = consent->matters->pdata[i];
		if (!matter->asks)
			told = matter;
		*ret_asked = matter->asks ? matter : NULL;
		*ret_told = told;
		if (was_shown(told, *ret_asked, print))
			return true;
		*ret_told = NULL;
		if (was_shown(NULL, *ret_asked, print))
			return matter->asks;
	}
	return false;
}

bool consent_hear(Consent *consent, const uint8_t print[CONSENT_PRINT_BYTES], const char *answer,
		  const char *lang)
{
	Matter *told, *asked;
	Said said = g_strcmp0(answer, "yes") == 0  ? SAID_YES
		    : g_strcmp0(answer, "no") == 0 ? SAID_NO
						   : SAID_NOTHING;

	if (!find_shown(consent, print, &told, &asked) || (asked && !said))
		return false;
	for (guint i = 0; i < consent->matters->len; i++) {
		/* two releases may ask the same */
		Matter *matter = consent->matters->pdata[i];
		if (!(told && matter == told) && !(asked && is_same(matter, asked, lang)))
			continue;
		matter->said = matter->asks ? said : SAID_SEEN;
		matter->time = consent->of.at.now;
		if (matter->said == SAID_YES)
			matter->agreed = matter->time;
		g_clear_pointer(&matter->found, g_bytes_unref);
		matter->lang = g_str_equal(lang, "sv") ? "sv" : "en";
	}
	consent->heard_told = told;
	consent->heard_asked = asked;
	settle(consent);
	return true;
}

void consent_use(const Consent *consent, StoreCommit *commit)
{
	const ConsentCase *of = &consent->of;

	for (guint i = 0; i < consent->matters->len; i++)
		choice_use(commit, of->identity, of->person->role, consent->matters->pdata[i],
			   &of->at);
}

bool consent_keep(const Consent *consent, StoreCommit *commit, GError **error)
{
	const ConsentCase *of = &consent->of;
	Role role = of->person->role;

	if (consent->heard_told)
		choice_remember(commit, of->identity, role, consent->heard_told, &of->at);
	if (!consent->heard_asked)
		return true;
	choice_remember(commit, of->identity, role, consent->heard_asked, &of->at);
	return !of->reader ||
	       choice_forget_others(of->reader, commit, of->identity, role, consent->matters,
				    consent->heard_asked, &of->at, error);
}
