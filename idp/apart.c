/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/apart.h"

#include <string.h>
#include <sys/stat.h>

static bool fail(const Generation *generation, const Generation *other, const char *group,
		 const char *key, const char *other_group, const char *other_key, const char *what,
		 GError **error)
{
	g_autofree char *where = config_where(generation->config, group, key);
	g_autofree char *there = config_where(other->config, other_group, other_key);
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		    "%s: %s as huvudman %s has in %s; each needs its own", where, what,
		    config_huvudman(other->config), there);
	return false;
}

/* "https://[::1]:8443" -> "[::1]" */
static char *host_of(const char *base_url)
{
	const char *host =
		g_str_has_prefix(base_url, "https://") ? base_url + strlen("https://") : base_url;
	const char *from = strchr(host, ']');
	const char *colon = strchr(from ? from : host, ':');
	return colon ? g_strndup(host, (gsize)(colon - host)) : g_strdup(host);
}

bool apart_same_host(const char *base_url, const char *other)
{
	g_autofree char *one = host_of(base_url), *two = host_of(other);
	return g_str_equal(one, two);
}

/* By name, or, where both are there, by what it leads to. */
static bool is_same_folder(const char *file, const char *other)
{
	g_autofree char *one = g_path_get_dirname(file), *two = g_path_get_dirname(other);
	struct stat a, b;
	return g_str_equal(one, two) || (stat(one, &a) == 0 && stat(two, &b) == 0 &&
					 a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

static bool secrets_apart(const Generation *generation, const Generation *other, GError **error)
{
	for (guint i = 0; i < generation->secrets->len; i++) {
		const GenerationSecret *one =
			&g_array_index(generation->secrets, GenerationSecret, i);
		for (guint j = 0; j < other->secrets->len; j++) {
			const GenerationSecret *two =
				&g_array_index(other->secrets, GenerationSecret, j);
			if (seal_equal(one->print, two->print, sizeof one->print))
				return fail(generation, other, one->group, one->key, two->group,
					    two->key, "the same key is in this file", error);
		}
	}
	return true;
}

static bool scopes_apart(const Generation *generation, const Generation *other, GError **error)
{
	const char *const *there = config_list(other->config, "idp", "scopes");
	for (const char *const *scope = config_list(generation->config, "idp", "scopes"); *scope;
	     scope++)
		if (g_strv_contains(there, *scope))
			return fail(generation, other, "idp", "scopes", "idp", "scopes",
				    "the same scope", error);
	return true;
}

bool apart(const Generation *generation, const Generation *other, GError **error)
{
	if (apart_same_host(generation->identity.base_url, other->identity.base_url))
		return fail(generation, other, "idp", "base-url", "idp", "base-url",
			    "the same host", error);
	if (g_str_equal(generation->identity.entity_id, other->identity.entity_id))
		return fail(generation, other, "idp", "entity-id", "idp", "entity-id",
			    "the same entityID", error);
	if (is_same_folder(config_path(generation->config, "store", "file"),
			   config_path(other->config, "store", "file")))
		return fail(generation, other, "store", "file", "store", "file",
			    "the store is in the same folder", error);
	return scopes_apart(generation, other, error) && secrets_apart(generation, other, error);
}
