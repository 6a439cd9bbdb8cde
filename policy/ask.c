/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a service asks for: its metadata, its categories, and our `asks` lines. */
#include "policy/category.h"
#include "policy/work.h"

static void ask(Work *work, const Attribute *attribute, bool required, bool held)
{
	unsigned index = attribute_index(attribute);
	Entry *entry = &work->entries[index];

	if (!entry->asked && !entry->held) {
		work->asked[work->n_asked++] = index;
		bits_add(work->asked_set, index);
	}
	if (held && !(work->assume & ASSUME_PASSED)) {
		entry->held = true;
		entry->held_required = entry->held_required || required;
	} else {
		entry->asked = true;
		entry->required = entry->required || required;
	}
}

static void ask_bundle(Work *work, const char *uri)
{
	const Category *category = category_by_uri(uri), *minimal = work->seen.minimal;
	const Attribute *const *bundle;
	bool aside, held;
	size_t n;

	if (!category)
		return;
	aside = category->minimal != 0 && category != minimal;
	held = service_holds_category(work->service, uri);
	bundle = work->policy->bundles +
		 (size_t)(category - category_table(&n)) * (CATEGORY_BUNDLE_MAX + 1);
	for (; *bundle; bundle++)
		if (aside)
			work->entries[attribute_index(*bundle)].aside = minimal;
		else
			ask(work, *bundle, false, held);
}

void ask_gather(Work *work)
{
	const Known *known = work->known;
	const Service *service = work->service;
	const Registry *registry = work->policy->registry;

	for (guint i = 0; i < service->wishes->len; i++) {
		const Wish *wish = service->wishes->pdata[i];
		const Attribute *attribute = registry_wish(registry, wish);

		if (attribute)
			ask(work, attribute, wish->required, wish->held);
		if (attribute && wish->held_required)
			ask(work, attribute, true, true);
	}
	for (guint i = 0; i < service->categories->len; i++)
		ask_bundle(work, service->categories->pdata[i]);
	for (guint i = 0; known && i < known->asks->len; i++) {
		const Ask *line = &g_array_index(known->asks, Ask, i);

		ask(work, line->attribute, line->required, false);
	}
	for (unsigned i = 0; (work->assume & ASSUME_ASKED) && i < registry_size(registry); i++)
		ask(work, registry_get(registry, i), true, false);
}

/* Whether what is held makes no difference to the gift. */
static bool is_free(const Release *release, const Gift *gift)
{
	return release->new_asks_place.line != 0 ||
	       (gift->type == GIFT_ATTRIBUTE && release->is_literal);
}

Reason ask_covers(const Work *work, const Release *release, const Gift *gift,
		  const Attribute *attribute)
{
	const Entry *entry = &work->entries[attribute_index(attribute)];
	bool needs_required = gift->type == GIFT_REQUIRED || gift->if_required;

	if (!entry->asked && !entry->held && !gift->unasked)
		return REASON_NOT_ASKED;
	if (needs_required && !entry->required && !entry->held_required)
		return REASON_NOT_REQUIRED;
	if (!gift->unasked && !is_free(release, gift) &&
	    (!entry->asked || (needs_required && !entry->required)))
		return REASON_HELD;
	if (gift->type != GIFT_ATTRIBUTE && attribute_must_be_named(attribute))
		return REASON_MUST_BE_NAMED;
	return REASON_GIVEN;
}

bool ask_is_held(const Work *work, const Release *release)
{
	return release->is_sensitive && work->service->held_categories->len > 0 &&
	       release->new_asks_place.line == 0 && !(work->assume & ASSUME_PASSED) &&
	       !match_view(&release->to, &work->seen, SEES_APPROVED);
}
