/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/view.h"

static uint64_t *take_set(const Numbers *numbers, Sort sort, Scratch *scratch)
{
	/* one word more, so that a set of nothing is not nothing */
	return scratch_take(scratch, (BITS_WORDS(numbers->sorts[sort].n) + 1) * sizeof(uint64_t));
}

static const uint64_t *set_of(const Numbers *numbers, Sort sort, const GPtrArray *names,
			      Scratch *scratch)
{
	uint64_t *set = take_set(numbers, sort, scratch);

	for (guint i = 0; names && numbers->sorts[sort].n > 0 && i < names->len; i++) {
		unsigned number = numbers_find(numbers, sort, names->pdata[i]);

		if (number != NUMBER_NONE)
			bits_add(set, number);
	}
	return set;
}

void person_view_init(PersonView *view, const Numbers *numbers, const Person *person,
		      Scratch *scratch)
{
	view->kinds = kinds_of_person(person);
	view->years = (Years)(1u << (person->year < YEARS ? person->year : YEAR_UNKNOWN));
	view->groups = set_of(numbers, SORT_GROUP, person->groups, scratch);
	view->units = set_of(numbers, SORT_UNIT, person->units, scratch);
}

static const Category *minimal_of(const GPtrArray *uris)
{
	const Category *minimal = NULL;

	for (guint i = 0; i < uris->len; i++) {
		const Category *category = category_by_uri(uris->pdata[i]);

		if (category && category->minimal != 0 &&
		    (!minimal || category->minimal < minimal->minimal))
			minimal = category;
	}
	return minimal;
}

static void add_categories(ServiceView *view, const Numbers *numbers, Scratch *scratch)
{
	uint64_t *declared = take_set(numbers, SORT_CATEGORY, scratch);
	uint64_t *effective = take_set(numbers, SORT_CATEGORY, scratch);
	uint64_t *approved = take_set(numbers, SORT_CATEGORY, scratch);
	const uint64_t *held =
		set_of(numbers, SORT_CATEGORY, view->service->held_categories, scratch);
	const GPtrArray *uris = view->service->categories;

	view->minimal = minimal_of(uris);
	for (guint i = 0; i < uris->len; i++) {
		unsigned number = numbers_find(numbers, SORT_CATEGORY, uris->pdata[i]);
		const Category *category;

		if (number == NUMBER_NONE)
			continue;
		bits_add(declared, number);
		category = category_by_uri(uris->pdata[i]);
		if (category && category->minimal != 0 && category != view->minimal)
			continue;
		bits_add(effective, number);
		if (!bits_have(held, number))
			bits_add(approved, number);
	}
	view->declared = declared;
	view->effective = effective;
	view->approved = approved;
}

void service_view_init(ServiceView *view, const Numbers *numbers, const Service *service,
		       unsigned number, Scratch *scratch)
{
	view->service = service;
	view->number = number;
	view->authority = numbers_find(numbers, SORT_AUTHORITY, service->registered_by);
	view->feeds = set_of(numbers, SORT_FEED, service->feeds, scratch);
	add_categories(view, numbers, scratch);
}
