/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-groups.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/masterdata/condition.h"
#include "idp/masterdata/directory-link-inside.h"
#include "idp/masterdata/directory-search.h"
#include "idp/masterdata/filter.h"

#define MEMBER "member"

static void group_free(gpointer data)
{
	directory_group_free(data);
}

DirectoryGroup *directory_group_new(const char *name, const char *dn, const char *attribute,
				    const char *filter)
{
	DirectoryGroup *group = g_new0(DirectoryGroup, 1);

	group->name = g_strdup(name);
	group->dn = g_strdup(dn);
	group->attribute = g_strdup(attribute ? attribute : MEMBER);
	group->filter = g_strdup(filter);
	return group;
}

void directory_group_free(DirectoryGroup *group)
{
	g_free(group->name);
	g_free(group->dn);
	g_free(group->attribute);
	g_free(group->filter);
	g_free(group);
}

GPtrArray *groups_copy(const GPtrArray *groups)
{
	GPtrArray *copy = g_ptr_array_new_with_free_func(group_free);

	for (guint i = 0; groups && i < groups->len; i++) {
		const DirectoryGroup *group = groups->pdata[i];
		g_ptr_array_add(copy, directory_group_new(group->name, group->dn, group->attribute,
							  group->filter));
	}
	return copy;
}

/* ---- what is said of them ---- */

static bool G_GNUC_PRINTF(4, 5)
	wrong(GError **error, const DirectoryGroup *group, const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "[group %s] %s: %s",
		    group->name, key, text);
	return false;
}

static bool check(const DirectoryGroup *group, const char *base, GError **error)
{
	if (!group->dn == !group->filter)
		return wrong(error, group, "dn",
			     "say who is in it: by dn, the name of a group in the directory, or by "
			     "filter, and not by both");
	if (group->dn && !link_is_dn(group->dn))
		return wrong(error, group, "dn",
			     "`%s' is no DN; write the whole name of the group, such as "
			     "cn=%s,ou=groups,%s",
			     group->dn, group->name, base);
	if (!condition_is_attribute(group->attribute))
		return wrong(error, group, "attribute", "`%s' is no LDAP attribute",
			     group->attribute);
	return !group->filter || filter_is_one(group->filter) ||
	       wrong(error, group, "filter", "`%s' is no LDAP filter; write (ATTRIBUTE=VALUE)",
		     group->filter);
}

bool groups_check(const GPtrArray *groups, const char *base, GError **error)
{
	g_assert(!groups || groups->len <= LIMIT_CONFIG_GROUPS);
	for (guint i = 0; groups && i < groups->len; i++)
		if (!check(groups->pdata[i], base, error))
			return false;
	return true;
}

char *groups_sameness(const GPtrArray *groups)
{
	GString *same = g_string_new(NULL);

	for (guint i = 0; i < groups->len; i++) {
		const DirectoryGroup *group = groups->pdata[i];
		g_string_append_printf(same, "%s\n%s\n%s\n%s\n\n", group->name,
				       group->dn ? group->dn : "", group->attribute,
				       group->filter ? group->filter : "");
	}
	return g_string_free(same, FALSE);
}

/* ---- asking ---- */

static LinkResult unsaid(const Link *link, const DirectoryGroup *group, GError **error)
{
	g_autofree char *doing = g_strdup_printf("asking who is in the group %s", group->name);
	g_autofree char *why = g_strdup_printf(
		"the directory does not say; is there an entry %s with the attribute %s, and may "
		"the service account compare it?",
		group->dn, group->attribute);
	return link_fail(link, LINK_FAULT, doing, why, error);
}

static LinkResult ask_group(Link *link, const DirectoryGroup *group, DirectoryEntry **entries,
			    guint n, guint64 *masks, guint64 bit, gint64 deadline, GError **error)
{
	g_autofree const char **names = g_new(const char *, n);
	g_autofree LinkAnswer *answers = g_new0(LinkAnswer, n);

	for (guint i = 0; i < n; i++)
		names[i] = entry_dn(entries[i]);
	LinkResult result =
		link_compare(link, group->dn, group->attribute, names, n, answers, deadline, error);
	for (guint i = 0; result == LINK_OK && i < n; i++) {
		if (answers[i] == LINK_UNSAID)
			return unsaid(link, group, error);
		masks[i] |= answers[i] == LINK_YES ? bit : 0;
	}
	return result;
}

/* The person's entry alone is searched, so that the server judges the filter by its own rules. */
static LinkResult ask_filter(Link *link, const Directory *directory, const char *filter,
			     const DirectoryEntry *entry, bool *ret_fits, gint64 deadline,
			     GError **error)
{
	static const char *const nothing[] = {"1.1", NULL}; /* RFC 4511, 4.5.1.8 */
	const LinkSearch search = {.base = entry_dn(entry),
				   .alone = true,
				   .filter = filter,
				   .attributes = nothing,
				   .key = directory->key};
	g_autoptr(DirectoryEntry) found = NULL;
	LinkResult result = link_search(link, &search, deadline, &found, error);

	*ret_fits = result == LINK_OK || result == LINK_NO_KEY;
	return *ret_fits || result == LINK_NONE ? LINK_OK : result;
}

static LinkResult ask_filters(Link *link, const Directory *directory, const DirectoryGroup *group,
			      DirectoryEntry **entries, guint n, guint64 *masks, guint64 bit,
			      gint64 deadline, GError **error)
{
	LinkResult result = LINK_OK;

	for (guint i = 0; result == LINK_OK && i < n; i++) {
		bool fits = false;
		result = ask_filter(link, directory, group->filter, entries[i], &fits, deadline,
				    error);
		masks[i] |= fits ? bit : 0;
	}
	/* an answer that cannot be is none */
	return result == LINK_MANY ? link_fail(link, LINK_FAULT, "asking who is in a group",
					       "the server sends more than was asked for", error)
				   : result;
}

LinkResult groups_mark(Link *link, const Directory *directory, DirectoryEntry **entries, guint n,
		       gint64 deadline, unsigned budget_ms, GError **error)
{
	g_autofree guint64 *masks = g_new0(guint64, n);
	LinkResult result = LINK_OK;

	for (guint g = 0; result == LINK_OK && g < directory->groups->len; g++) {
		const DirectoryGroup *group = directory->groups->pdata[g];
		guint64 bit = G_GUINT64_CONSTANT(1) << g;
		if (budget_ms)
			deadline = g_get_monotonic_time() + budget_ms * G_TIME_SPAN_MILLISECOND;
		result = group->dn ? ask_group(link, group, entries, n, masks, bit, deadline, error)
				   : ask_filters(link, directory, group, entries, n, masks, bit,
						 deadline, error);
	}
	for (guint i = 0; result == LINK_OK && i < n; i++)
		entry_put_groups(entries[i], masks[i]);
	return result;
}

bool groups_probe(Link *link, const Directory *directory, const char *nobody, gint64 deadline,
		  GError **error)
{
	g_autofree char *dn = g_strdup_printf("cn=%s,%s", nobody, directory->base);
	const char *const members[] = {dn};

	for (guint g = 0; g < directory->groups->len; g++) {
		const DirectoryGroup *group = directory->groups->pdata[g];
		LinkAnswer answer = LINK_NO;
		if (group->dn && link_compare(link, group->dn, group->attribute, members, 1,
					      &answer, deadline, error) != LINK_OK)
			return false;
		if (answer == LINK_UNSAID) {
			unsaid(link, group, error);
			g_prefix_error(error, "nobody can log in while the directory does not say "
					      "who is in a group: ");
			return false;
		}
	}
	return true;
}
