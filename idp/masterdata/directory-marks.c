/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-marks.h"

#include "idp/limits.h"
#include "idp/masterdata/directory-groups.h"
#include "idp/masterdata/directory-link-inside.h"
#include "idp/masterdata/directory-search.h"
#include "idp/masterdata/filter.h"

#include <string.h>

static LinkSearch search_of(const Directory *directory, const char *filter)
{
	return (LinkSearch){.base = directory->base,
			    .filter = filter,
			    .attributes = (const char *const *)directory->attributes->pdata,
			    .key = directory->key,
			    .key_is_binary = directory->key_is_binary};
}

/* ---- EPPNs that are another's too ---- */

static bool is_too_much(const GPtrArray *values)
{
	for (guint i = 0; i < values->len; i++)
		if (strlen(values->pdata[i]) > LIMIT_ENTRY_EPPN_BYTES)
			return true;
	return values->len > LIMIT_ENTRY_EPPNS;
}

/* The texts among the entry's values of the attributes of EPPNs; more than anybody has make all of
 * them unreadable. */
static GPtrArray *eppns_of(const Directory *directory, DirectoryEntry *entry)
{
	GPtrArray *eppns = g_ptr_array_new();

	for (char **attribute = directory->unique; *attribute; attribute++) {
		const char *const *value = entry_values(entry, *attribute);
		for (; value && *value; value++)
			if (entry_is_text(*value))
				g_ptr_array_add(eppns, (gpointer)(guintptr)*value);
	}
	if (!is_too_much(eppns))
		return eppns;
	for (char **attribute = directory->unique; *attribute; attribute++)
		entry_spoil(entry, *attribute);
	g_ptr_array_set_size(eppns, 0);
	return eppns;
}

/* One value at a time, for whoever is found by one value might not be by the next, whose attribute
 * has no equality rule: nearly everybody has but one. */
static LinkResult look_for_another(Link *link, const Directory *directory, DirectoryEntry *entry,
				   const char *eppn, gint64 deadline, GError **error)
{
	static const char *const nothing[] = {"1.1", NULL}; /* RFC 4511, 4.5.1.8 */
	g_autofree char *filter = filter_for_any(directory->unique, eppn);
	LinkSearch search = search_of(directory, filter);
	g_autoptr(DirectoryEntry) found = NULL;
	search.attributes = nothing;
	LinkResult result = link_search(link, &search, deadline, &found, error);

	if (result == LINK_LOST || result == LINK_FAULT)
		return result;
	if (result == LINK_NONE)
		return link_fail(link, LINK_FAULT, "looking whether an EPPN is one person's",
				 "the entry is not found by its own value; the attributes of EPPNs "
				 "need an equality rule, and the service account must be allowed "
				 "to search for them",
				 error);
	if (result == LINK_MANY || !g_str_equal(entry_dn(found), entry_dn(entry)))
		entry_mark(entry, ENTRY_EPPN_SHARED);
	return LINK_OK;
}

static LinkResult mark_shared(Link *link, const Directory *directory, DirectoryEntry *entry,
			      gint64 deadline, GError **error)
{
	g_autoptr(GPtrArray) eppns = eppns_of(directory, entry);
	LinkResult result = LINK_OK;

	for (guint i = 0; result == LINK_OK && i < eppns->len; i++)
		result = look_for_another(link, directory, entry, eppns->pdata[i], deadline, error);
	return result;
}

/* ---- the group of those with protected identity ---- */

static LinkResult mark_members(Link *link, const Directory *directory, DirectoryEntry **entries,
			       guint n, gint64 deadline, GError **error)
{
	static const unsigned marks[] = {[LINK_UNSAID] = ENTRY_PROTECTED_UNKNOWN,
					 [LINK_NO] = 0,
					 [LINK_YES] = ENTRY_PROTECTED_MEMBER};
	g_autofree const char **names = g_new(const char *, n);
	g_autofree LinkAnswer *answers = g_new0(LinkAnswer, n);

	if (!directory->protected_group)
		return LINK_OK;
	for (guint i = 0; i < n; i++)
		names[i] = entry_dn(entries[i]);
	LinkResult result =
		link_compare(link, directory->protected_group, directory->protected_group_attribute,
			     names, n, answers, deadline, error);
	for (guint i = 0; result == LINK_OK && i < n; i++)
		entry_mark(entries[i], marks[answers[i]]);
	return result;
}

/* ---- values that speak of others ---- */

/* May a value stand that speaks of whoever is found by it? */
static LinkResult judge_other(Link *link, const Directory *directory, const char *value,
			      bool *ret_stands, gint64 deadline, GError **error)
{
	g_autofree char *filter = filter_for_key(directory->others_key, false, value);
	g_autoptr(DirectoryEntry) other = NULL;

	*ret_stands = false;
	if (!filter)
		return LINK_OK;
	const LinkSearch search = search_of(directory, filter);
	LinkResult result = link_search(link, &search, deadline, &other, error);
	if (result == LINK_NONE || result == LINK_MANY)
		return LINK_OK;
	if (result != LINK_OK && result != LINK_NO_KEY)
		return result;
	result = mark_members(link, directory, &other, 1, deadline, error);
	*ret_stands = result == LINK_OK && !directory->is_protected(other, directory->data);
	return result;
}

static LinkResult strike_others(Link *link, const Directory *directory, DirectoryEntry *entry,
				const char *attribute, gint64 deadline, GError **error)
{
	const char *const *values = entry_values(entry, attribute);
	bool stands[LIMIT_ENTRY_OTHERS] = {false};
	LinkResult result = LINK_OK;

	if (!values)
		return LINK_OK;
	guint n = g_strv_length((char **)(guintptr)values);
	if (n > LIMIT_ENTRY_OTHERS) {
		entry_spoil(entry, attribute);
		return LINK_OK;
	}
	for (guint i = 0; result == LINK_OK && i < n; i++)
		if (entry_is_text(values[i]))
			result = judge_other(link, directory, values[i], &stands[i], deadline,
					     error);
		else
			stands[i] = true; /* says nothing of anybody */
	if (result == LINK_OK)
		entry_keep(entry, attribute, stands);
	return result;
}

static LinkResult strike_all(Link *link, const Directory *directory, DirectoryEntry *entry,
			     gint64 deadline, GError **error)
{
	LinkResult result = LINK_OK;
	for (char **attribute = directory->others; result == LINK_OK && *attribute; attribute++)
		result = strike_others(link, directory, entry, *attribute, deadline, error);
	return result;
}

LinkResult marks_of_one(Link *link, const Directory *directory, DirectoryEntry *entry,
			gint64 deadline, GError **error)
{
	LinkResult result = mark_shared(link, directory, entry, deadline, error);
	if (result == LINK_OK)
		result = mark_members(link, directory, &entry, 1, deadline, error);
	if (result == LINK_OK)
		result = groups_mark(link, directory, &entry, 1, deadline, 0, error);
	return result == LINK_OK ? strike_all(link, directory, entry, deadline, error) : result;
}

LinkResult marks_of_page(Link *link, const Directory *directory, const GPtrArray *entries,
			 GError **error)
{
	gint64 deadline =
		g_get_monotonic_time() + LIMIT_DIRECTORY_PAGE_MS * G_TIME_SPAN_MILLISECOND;
	LinkResult result = mark_members(link, directory, (DirectoryEntry **)entries->pdata,
					 entries->len, deadline, error);
	if (result == LINK_OK)
		result = groups_mark(link, directory, (DirectoryEntry **)entries->pdata,
				     entries->len, 0, LIMIT_DIRECTORY_PAGE_MS, error);
	for (guint i = 0; result == LINK_OK && i < entries->len; i++) {
		deadline =
			g_get_monotonic_time() + LIMIT_DIRECTORY_TOTAL_MS * G_TIME_SPAN_MILLISECOND;
		result = strike_all(link, directory, entries->pdata[i], deadline, error);
	}
	return result;
}
