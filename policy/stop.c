/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What nevers take. */
#include "policy/work.h"

static void add_taken(Work *work, const Never *never, unsigned order, const Taken *taken)
{
	Stop *stop = scratch_take(&work->scratch, sizeof *stop), **list = &work->any_stops;

	if (taken->type == TAKEN_ATTRIBUTE)
		list = &work->entries[attribute_index(taken->attribute)].stops;
	else if (taken->type == TAKEN_KIND)
		list = &work->kind_stops[taken->kind];
	*stop = (Stop){*list, never, order, taken};
	*list = stop;
}

void stop_gather(Work *work)
{
	Slice slice = slice_nevers(work->policy, work->known);
	unsigned order;

	for (const Never *never = slice_next(&slice, &order); never;
	     never = slice_next(&slice, &order)) {
		if (!match_people(&never->people, &work->stopping) ||
		    !match_view(&never->to, &work->seen, SEES_DECLARED))
			continue;
		for (unsigned i = 0; i < never->n_taken; i++) {
			const Taken *taken = &never->taken[i];

			if (taken->type == TAKEN_LOGIN || taken->type == TAKEN_ANYTHING)
				work->shut = work->shut ? work->shut : never;
			if (taken->type != TAKEN_LOGIN)
				add_taken(work, never, order, taken);
		}
	}
}

const Never *stop_find(const Work *work, const Attribute *attribute, const char *value)
{
	const Stop *const lists[] = {work->entries[attribute_index(attribute)].stops,
				     work->kind_stops[attribute->kind], work->any_stops};
	const Stop *first = NULL;

	for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++)
		for (const Stop *stop = lists[i]; stop; stop = stop->next)
			if ((!first || stop->order < first->order) &&
			    (stop->taken->type == TAKEN_ANYTHING ||
			     match_value(&stop->taken->only, attribute, value)))
				first = stop;
	return first ? first->never : NULL;
}
