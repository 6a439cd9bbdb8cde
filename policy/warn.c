/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/warn.h"

#include <string.h>

#include "policy/day.h"

typedef struct {
	Place place;
	char *text;
} Warning;

/* What a warning takes: so that there are no more of them than somebody might read. */
#define WARNING_LOOKS 500

void warn_say(Warner *warner, const Place *place, const char *format, ...)
{
	Warning warning = {.place = *place};
	va_list arguments;

	va_start(arguments, format);
	warning.text = g_strdup_vprintf(place_say(place, format), arguments);
	va_end(arguments);
	effort_spend(warner->policy->effort, WARNING_LOOKS);
	g_array_append_val(warner->warnings, warning);
}

static void warning_clear(gpointer warning)
{
	g_free(((Warning *)warning)->text);
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const Warning *first = a, *second = b;
	gint names = strcmp(first->place.source->name, second->place.source->name);

	if (names != 0)
		return names;
	if (first->place.line != second->place.line)
		return first->place.line < second->place.line ? -1 : 1;
	if (first->place.column != second->place.column)
		return first->place.column < second->place.column ? -1 : 1;
	return strcmp(first->text, second->text);
}

/* ---- words ---- */

char *warn_list(const GPtrArray *words, const char *last)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < words->len; i++)
		g_string_append_printf(text, "%s%s",
				       i == 0                ? ""
				       : i + 1 == words->len ? last
							     : ", ",
				       (const char *)words->pdata[i]);
	return g_string_free(text, FALSE);
}

char *warn_roles(Kinds kinds, const Place *place)
{
	const Kinds teachers = kinds_of("teacher", MARK_NONE, PEOPLE_STOPPED);
	/* `staff` holds the teachers. */
	const bool staff = kinds & kinds_of("staff", MARK_NONE, PEOPLE_STOPPED) & ~teachers;
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	if (kinds & kinds_of("student", MARK_NONE, PEOPLE_STOPPED))
		g_ptr_array_add(words, (gpointer)(guintptr)place_say(place, "students"));
	if (staff)
		g_ptr_array_add(words, (gpointer)(guintptr)place_say(place, "staff"));
	else if (kinds & teachers)
		g_ptr_array_add(words, (gpointer)(guintptr)place_say(place, "teachers"));
	if (kinds & kinds_of("guardian", MARK_NONE, PEOPLE_STOPPED))
		g_ptr_array_add(words, (gpointer)(guintptr)place_say(place, "guardians"));
	return warn_list(words, place_say(place, " and "));
}

bool warn_is_open(const Release *release)
{
	return !release->is_literal;
}

/* ---- days ---- */

static void add_day(const Warner *warner, GArray *days, unsigned day)
{
	int ahead = day_count(warner->context->today, day);

	if (ahead > 0 && ahead <= WARN_SOON_DAYS)
		g_array_append_val(days, day);
}

static gint by_day(gconstpointer a, gconstpointer b)
{
	unsigned first = *(const unsigned *)a, second = *(const unsigned *)b;

	return first < second ? -1 : first > second;
}

/* The days soon on which a release begins, or has just ended. */
static GArray *days_of_change(const Warner *warner)
{
	const GPtrArray *releases = warner->policy->rules.releases;
	GArray *days = g_array_new(FALSE, FALSE, sizeof(unsigned));

	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		if (release->from)
			add_day(warner, days, release->from);
		if (release->until)
			add_day(warner, days, day_after(release->until));
		if (release->agreement_until)
			add_day(warner, days, day_after(release->agreement_until));
	}
	g_array_sort(days, by_day);
	return days;
}

/* What holds today may fail on a day that is near, and from then on no start would succeed. */
static void warn_expectations(Warner *warner)
{
	const GPtrArray *expects = warner->policy->rules.expects;
	g_autoptr(GArray) days = days_of_change(warner);
	g_autoptr(Palette) palette = palette_new((const char *const *)warner->policy->scopes);

	for (guint i = 0; i < expects->len; i++) {
		const Expect *expect = expects->pdata[i];
		bool told = expect->on != 0;

		for (guint j = 0;
		     !told && j < days->len && !effort_is_spent(warner->policy->effort); j++) {
			unsigned day = g_array_index(days, unsigned, j);
			g_autofree char *failure = NULL;
			bool gave_up;

			if (j > 0 && day == g_array_index(days, unsigned, j - 1))
				continue;
			failure = prove_expectation(warner->policy, warner->universe, palette,
						    expect, day, &gave_up);
			told = failure && !effort_is_spent(warner->policy->effort);
			if (told && gave_up)
				warn_say(warner, &expect->place, "%s", failure);
			else if (told)
				warn_say(warner, &expect->place,
					 "from " DAY_FORMAT " on this expectation fails and the "
					 "policy does not load: %s",
					 DAY_PARTS(day), failure);
		}
	}
}

/* ---- all of them ---- */

static void count_services(Warner *warner)
{
	for (guint i = 0; i < warner->universe->spots->len; i++) {
		const Spot *spot = warner->universe->spots->pdata[i];

		for (guint j = 0; !spot->is_imagined && j < spot->reach[0]->releases->len; j++) {
			gpointer release = spot->reach[0]->releases->pdata[j];
			guint count =
				GPOINTER_TO_UINT(g_hash_table_lookup(warner->counts, release));

			g_hash_table_insert(warner->counts, release,
					    GUINT_TO_POINTER(count + spot->alike->len));
		}
	}
}

/* It stands in no line: the beginning of the first file is as good as any. */
static void say_unfinished(Warner *warner)
{
	const Rules *rules = &warner->policy->rules;
	Place place;

	if (rules->releases->len == 0)
		return;
	place = ((Release *)rules->releases->pdata[0])->place;
	place.line = place.column = 1;
	warn_say(warner, &place,
		 "this policy says so much that not all warnings could be looked for");
}

void warn_policy(Policy *policy, const PolicyContext *context, const Universe *universe)
{
	g_autoptr(GArray) warnings = g_array_new(FALSE, FALSE, sizeof(Warning));
	g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
	Warner warner = {policy, context, universe, counts, warnings};

	g_array_set_clear_func(warnings, warning_clear);
	count_services(&warner);
	warn_releases(&warner);
	warn_fates(&warner);
	warn_services(&warner);
	warn_expectations(&warner);
	/* Without metadata every service is unknown, which says nothing. */
	if (context->n_services > 0)
		warn_unknown_services(&warner);
	if (effort_is_spent(policy->effort))
		say_unfinished(&warner);
	g_array_sort(warnings, by_place);
	for (guint i = 0; i < warnings->len; i++) {
		const Warning *warning = &g_array_index(warnings, Warning, i);

		g_ptr_array_add(policy->warnings,
				g_strdup_printf("%s:%u:%u: %s", warning->place.source->name,
						warning->place.line, warning->place.column,
						warning->text));
	}
}
