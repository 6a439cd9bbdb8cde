/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/agreements.h"

#include <string.h>

#include "idp/difference.h"
#include "idp/known-services.h"
#include "idp/limits.h"
#include "policy/day.h"
#include "policy/register.h"

static const unsigned thresholds[] = {1, 7, 30, 90};

#define SOON (thresholds[G_N_ELEMENTS(thresholds) - 1])

void agreement_end_free(AgreementEnd *end)
{
	g_free(end->names);
	g_free(end->losers);
	g_free(end);
}

static void end_free(gpointer end)
{
	agreement_end_free(end);
}

char *agreement_end_sentence(const AgreementEnd *end, const char *language)
{
	bool swedish = strcmp(language, "sv") == 0;
	GString *text = g_string_new(NULL);
	g_string_printf(text, "%s %s %s " DAY_FORMAT ", ", swedish ? "avtal" : "agreement",
			end->names, swedish ? "slutar" : "ends", DAY_PARTS(end->last));
	if (end->left == 0)
		g_string_append(text, swedish ? "i dag" : "today");
	else if (end->left == 1)
		g_string_append(text, swedish ? "i morgon" : "tomorrow");
	else
		g_string_append_printf(text, "%s %u %s", swedish ? "om" : "in", end->left,
				       swedish ? "dagar" : "days");
	if (end->losers)
		g_string_append_printf(text, "; %s: %s",
				       swedish ? "personer som då förlorar något"
					       : "persons who then lose something",
				       end->losers);
	else if (end->counted)
		g_string_append(text, swedish ? "; ingen i katalogen förlorar något då"
					      : "; nobody in the directory loses anything then");
	return g_string_free(text, FALSE);
}

/* ---- which end ---- */

static AgreementEnd *end_new(const PolicyTurn *turn, unsigned left)
{
	AgreementEnd *end = g_new0(AgreementEnd, 1);
	end->last = turn->last;
	end->day = turn->day;
	end->left = left;
	end->names = g_strdup_printf("\"%s\"", turn->agreement);
	end->rule = turn->rule;
	for (gsize i = G_N_ELEMENTS(thresholds); i-- > 0;)
		if (left <= thresholds[i])
			end->threshold = thresholds[i];
	return end;
}

static void add_name(AgreementEnd *end, const char *agreement)
{
	g_autofree char *name = g_strdup_printf("\"%s\"", agreement);
	g_auto(GStrv) names = g_strsplit(end->names, ", ", -1);
	if (g_strv_contains((const char *const *)names, name))
		return;
	char *more = g_strconcat(end->names, ", ", name, NULL);
	g_free(end->names);
	end->names = more;
}

GPtrArray *agreements_ending(const Policy *policy, unsigned today)
{
	GPtrArray *ends = g_ptr_array_new_with_free_func(end_free);
	g_autoptr(GArray) turns = policy_turns(policy);
	AgreementEnd *end = NULL;
	for (guint i = 0; i < turns->len; i++) {
		const PolicyTurn *turn = &g_array_index(turns, PolicyTurn, i);
		if (!turn->agreement || turn->last < today)
			continue;
		unsigned left = (unsigned)day_count(today, turn->last);
		if (left > SOON)
			continue;
		if (end && end->last == turn->last) {
			add_name(end, turn->agreement);
			continue;
		}
		end = end_new(turn, left);
		g_ptr_array_add(ends, end);
	}
	return ends;
}

/* ---- who loses ---- */

typedef struct {
	const Generation *generation;
	GPtrArray *differences; /* Difference, one for each end that is counted */
	bool (*sees)(const DirectoryEntry *entry, gpointer data);
	gpointer data;
	bool stopped;
} Walk;

static bool take(const DirectoryWalked *walked, gpointer data)
{
	Walk *walk = data;
	for (guint i = 0; i < walk->differences->len; i++)
		difference_add(walk->differences->pdata[i], walked->entry);
	walk->stopped = walk->sees && !walk->sees(walked->entry, walk->data);
	return !walk->stopped;
}

typedef struct {
	const char *name;
	guint persons;
} Losers;

static gint by_most(gconstpointer a, gconstpointer b)
{
	const Losers *first = a, *second = b;
	if (first->persons != second->persons)
		return first->persons > second->persons ? -1 : 1;
	return strcmp(first->name, second->name);
}

static const char *service_name(const Generation *generation, const Service *service)
{
	const char *name = policy_service_name(generation->policy, service->protocol, service->id);
	return name ? name : service->id;
}

/* Services are told by name: one that has several ids or indices is there once. */
static GArray *gather_losers(const Walk *walk, GArray *changes, const GArray *services)
{
	GArray *losers = g_array_new(FALSE, FALSE, sizeof(Losers));
	for (guint i = 0; i < changes->len; i++) {
		const DifferenceChange *change = &g_array_index(changes, DifferenceChange, i);
		const DifferenceService *service =
			&g_array_index(services, DifferenceService, change->service);
		Losers one = {service_name(walk->generation, service->after), change->count};
		guint j = 0;
		if (change->wider || change->kind != DIFFERENCE_ANYTHING)
			continue;
		while (j < losers->len &&
		       strcmp(g_array_index(losers, Losers, j).name, one.name) != 0)
			j++;
		if (j == losers->len)
			g_array_append_val(losers, one);
		else
			g_array_index(losers, Losers, j).persons += one.persons;
	}
	g_array_sort(losers, by_most);
	return losers;
}

static void fill_losers(AgreementEnd *end, const GArray *losers)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < losers->len; i++) {
		const Losers *one = &g_array_index(losers, Losers, i);
		g_string_append_printf(text, "%s%s: %u", i ? ", " : "", one->name, one->persons);
	}
	end->counted = true;
	end->most = losers->len ? g_array_index(losers, Losers, 0).persons : 0;
	g_free(end->losers);
	end->losers = g_string_free(text, !losers->len);
}

static bool start_all(Walk *walk, const GPtrArray *ends, const GArray *services, GError **error)
{
	for (guint i = 0; i < MIN(ends->len, LIMIT_AGREEMENT_DAYS); i++) {
		const AgreementEnd *end = ends->pdata[i];
		const DifferenceOptions options = {
			.before = {walk->generation, end->last},
			.after = {walk->generation, end->day},
			.services = (const DifferenceService *)(const void *)services->data,
			.n_services = services->len,
			.threads = 1,
		};
		Difference *difference = difference_new(&options, error);
		if (!difference)
			return false;
		g_ptr_array_add(walk->differences, difference);
	}
	return true;
}

static void free_difference(gpointer difference)
{
	difference_free(difference);
}

bool agreements_count(const Generation *generation, GPtrArray *ends, gint64 now,
		      bool (*sees)(const DirectoryEntry *entry, gpointer data), gpointer data,
		      GError **error)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) differences = g_ptr_array_new_with_free_func(free_difference);
	g_autoptr(GArray) services = g_array_new(FALSE, FALSE, sizeof(DifferenceService));
	const DirectoryWalkOptions options = {.keeps_protected = true};
	Walk walk = {generation, differences, sees, data, false};
	policy_files_texts(generation->files, texts);
	g_autoptr(KnownServices) known = known_services_new(generation->entities, texts, now);
	for (guint i = 0; i < known->services->len; i++) {
		const DifferenceService same = {known->services->pdata[i],
						known->services->pdata[i]};
		g_array_append_val(services, same);
	}
	if (!ends->len && !sees)
		return true;
	if (!start_all(&walk, ends, services, error) ||
	    !directory_walk(generation->directory, &options, take, &walk, error))
		return false;
	for (guint i = 0; i < differences->len && !walk.stopped; i++) {
		g_autoptr(GArray) changes = difference_finish(differences->pdata[i]);
		g_autoptr(GArray) losers = gather_losers(&walk, changes, services);
		fill_losers(ends->pdata[i], losers);
	}
	return true;
}
