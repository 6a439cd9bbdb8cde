/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/masterdata/directory-marks.h"
#include "idp/masterdata/directory-search.h"
#include "idp/masterdata/filter.h"

typedef struct {
	Directory *directory;
	LinkSearch search;
	bool (*person)(const DirectoryWalked *, gpointer);
	gpointer data;
	guint told; /* people */
	bool enough;
	guint pages, empty; /* pages from this server; of those, empty ones in a row */
	GHashTable *firsts; /* the DN with which each page began */
} Walk;

static GPtrArray *all_attributes(const Directory *directory, const DirectoryWalkOptions *options)
{
	GPtrArray *all = g_ptr_array_new();
	const char *const *more = options ? options->attributes : NULL;

	for (guint i = 0; directory->attributes->pdata[i]; i++)
		g_ptr_array_add(all, directory->attributes->pdata[i]);
	for (; more && *more; more++) {
		bool known = false;
		for (guint i = 0; i < all->len && !known; i++)
			known = g_ascii_strcasecmp(all->pdata[i], *more) == 0;
		if (!known)
			g_ptr_array_add(all, (gpointer)(guintptr)*more);
	}
	g_ptr_array_add(all, NULL);
	return all;
}

static bool fail(GError **error, const char *why)
{
	g_set_error_literal(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN, why);
	return false;
}

/* A server may say for ever that there is more. That its cookie does not change proves nothing:
 * 389 Directory Server names the connection's search with it, and not a place. */
static bool has_progressed(Walk *walk, const GPtrArray *page, GError **error)
{
	walk->empty = page->len ? 0 : walk->empty + 1;
	if (++walk->pages > LIMIT_DIRECTORY_PAGES || walk->empty > LIMIT_DIRECTORY_EMPTY_PAGES)
		return fail(error, "the server gives pages without end");
	if (walk->told + page->len > LIMIT_DIRECTORY_PEOPLE)
		return fail(error, "the server gives more people than any school has");
	return !page->len || g_hash_table_add(walk->firsts, g_strdup(entry_dn(page->pdata[0]))) ||
	       fail(error, "the server gives the same page again");
}

static void tell(Walk *walk, const GPtrArray *page)
{
	for (guint i = 0; i < page->len && !walk->enough; i++) {
		DirectoryEntry *entry = page->pdata[i];
		const DirectoryWalked walked = {
			.outcome = *entry_key(entry) ? DIRECTORY_FOUND : DIRECTORY_NO_KEY,
			.entry = entry,
			.number = ++walk->told,
		};
		walk->enough = !walk->person(&walked, walk->data);
	}
}

static bool walk_page(Walk *walk, Link *link, GBytes **place, GError **error)
{
	g_autoptr(GPtrArray) page = g_ptr_array_new_with_free_func((GDestroyNotify)entry_unref);
	gint64 deadline =
		g_get_monotonic_time() + LIMIT_DIRECTORY_PAGE_MS * G_TIME_SPAN_MILLISECOND;

	if (link_page(link, &walk->search, place, page, deadline, error) != LINK_OK ||
	    !has_progressed(walk, page, error) ||
	    marks_of_page(link, walk->directory, page, error) != LINK_OK)
		return false;
	tell(walk, page);
	return true;
}

static bool walk_server(Walk *walk, unsigned uri, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + LIMIT_DIRECTORY_URI_MS * G_TIME_SPAN_MILLISECOND;
	g_autoptr(Link) link = servers_connect(walk->directory->servers, uri, deadline, error);
	g_autoptr(GHashTable) firsts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GBytes) place = NULL;

	if (!link)
		return false;
	walk->firsts = firsts;
	walk->pages = walk->empty = 0;
	do
		if (!walk_page(walk, link, &place, error))
			return false;
	while (place && !walk->enough);
	return walk->told || fail(error, "nobody is there; do base and login-filter fit, and may "
					 "the service account search for people?");
}

static bool is_never(const DirectoryEntry *entry, gpointer data)
{
	return false;
}

bool directory_walk(Directory *directory, const DirectoryWalkOptions *options,
		    bool (*person)(const DirectoryWalked *, gpointer), gpointer data,
		    GError **error)
{
	g_autoptr(GPtrArray) attributes = all_attributes(directory, options);
	g_autofree char *filter = filter_for_everybody(directory->login_filter);
	g_autoptr(GString) failures = g_string_new(NULL);
	Directory view = *directory; /* borrows everything */
	Walk walk = {
		.directory = &view,
		.search = {.base = directory->base,
			   .filter = filter,
			   .attributes = (const char *const *)attributes->pdata,
			   .key = directory->key,
			   .key_is_binary = directory->key_is_binary},
		.person = person,
		.data = data,
	};

	if (options && options->keeps_protected)
		view.is_protected = is_never;
	for (unsigned i = 0; i < servers_count(directory->servers) && !walk.told; i++) {
		g_autoptr(GError) failure = NULL;
		if (walk_server(&walk, i, &failure))
			return true;
		g_string_append_printf(failures, "%s%s", failures->len ? "; " : "",
				       failure->message);
	}
	g_set_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN, "after %u people: %s", walk.told,
		    failures->str);
	return false;
}
