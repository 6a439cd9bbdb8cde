/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/asset.h"

#include <gio/gio.h>
#include <string.h>

#define PREFIX      "/static/"
#define HASH_LENGTH 16

typedef struct {
	const char *type;
	char *url;  /* with the hash */
	char *etag; /* with its quotes */
	GBytes *bytes;
} Asset;

struct AssetSet {
	GHashTable *by_name; /* "portvakt.css" -> Asset */
};

static const struct {
	const char *suffix, *type;
} kinds[] = {
	{".css", "text/css; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".svg", "image/svg+xml"},
};

static void asset_free(Asset *asset)
{
	g_free(asset->url);
	g_free(asset->etag);
	g_bytes_unref(asset->bytes);
	g_free(asset);
}

void asset_set_free(AssetSet *set)
{
	if (!set)
		return;
	g_hash_table_unref(set->by_name);
	g_free(set);
}

static const char *type_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_has_suffix(name, kinds[i].suffix))
			return kinds[i].type;
	return NULL;
}

static bool load_one(AssetSet *set, const char *folder, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	char *contents = NULL;
	gsize length = 0;

	if (!type_of(name) || strspn(name, "abcdefghijklmnopqrstuvwxyz-.") != strlen(name)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "%s: a static file is called by small letters and ends in .css, .js "
			    "or .svg",
			    path);
		return false;
	}
	if (!g_file_get_contents(path, &contents, &length, error))
		return false;
	g_autoptr(GBytes) bytes = g_bytes_new_take(contents, length);
	if (length > ASSET_MAX) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: is more than %d bytes",
			    path, ASSET_MAX);
		return false;
	}

	g_autofree char *hash = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
	const char *suffix = strrchr(name, '.');
	Asset *asset = g_new0(Asset, 1);
	asset->type = type_of(name);
	asset->url = g_strdup_printf(PREFIX "%.*s.%.*s%s", (int)(suffix - name), name, HASH_LENGTH,
				     hash, suffix);
	asset->etag = g_strdup_printf("\"%.*s\"", HASH_LENGTH, hash);
	asset->bytes = g_steal_pointer(&bytes);
	g_hash_table_insert(set->by_name, g_strdup(name), asset);
	return true;
}

AssetSet *asset_set_load(const char *folder, GError **error)
{
	g_autoptr(AssetSet) set = g_new0(AssetSet, 1);
	g_autoptr(GDir) dir = NULL;
	const char *name;

	set->by_name =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)asset_free);
	dir = g_dir_open(folder, 0, error);
	if (!dir)
		return NULL;
	while ((name = g_dir_read_name(dir)))
		if (!load_one(set, folder, name, error))
			return NULL;
	return g_steal_pointer(&set);
}

const char *asset_url(const AssetSet *set, const char *name)
{
	const Asset *asset = g_hash_table_lookup(set->by_name, name);

	return asset ? asset->url : NULL;
}

/* "portvakt.css" of "portvakt.0123456789abcdef.css"; NULL when there is no hash in it. */
static char *without_hash(const char *name)
{
	const char *suffix = strrchr(name, '.');

	if (!suffix || suffix - name < HASH_LENGTH + 2 || suffix[-HASH_LENGTH - 1] != '.' ||
	    strspn(suffix - HASH_LENGTH, "0123456789abcdef") != HASH_LENGTH)
		return NULL;
	return g_strdup_printf("%.*s%s", (int)(suffix - name - HASH_LENGTH - 1), name, suffix);
}

/* If-None-Match: a list of ETags, weakly compared, or `*` (RFC 9110 13.1.2). */
static bool names_etag(const char *if_none_match, const char *etag)
{
	g_auto(GStrv) tags = g_strsplit(if_none_match ? if_none_match : "", ",", -1);

	for (size_t i = 0; tags[i]; i++) {
		const char *tag = g_strstrip(tags[i]);
		if (g_str_has_prefix(tag, "W/"))
			tag += 2;
		if (g_str_equal(tag, etag) || g_str_equal(tag, "*"))
			return true;
	}
	return false;
}

HttpResponse *asset_response(const AssetSet *set, const char *path, const char *if_none_match)
{
	if (!g_str_has_prefix(path, PREFIX))
		return NULL;

	const char *name = path + strlen(PREFIX);
	g_autofree char *plain = without_hash(name);
	/* another hash is that of a page from before a reload: it gets today's file, unkept */
	const Asset *asset = g_hash_table_lookup(set->by_name, plain ? plain : name);
	if (!asset)
		return NULL;

	bool same = names_etag(if_none_match, asset->etag);
	HttpResponse *response =
		same ? http_response_new(304, NULL, NULL)
		     : http_response_new(200, asset->type, g_bytes_ref(asset->bytes));
	http_response_set(response, "ETag", asset->etag);
	http_response_set(response, "Cache-Control",
			  g_str_equal(path, asset->url) ? "public, max-age=31536000, immutable"
							: "no-cache");
	return response;
}
