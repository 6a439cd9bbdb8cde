/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The static files of the pages (style sheet, script, icon), read into memory when a generation is
 * loaded. Each is served under its own name, asked again each time by ETag, and under a name that
 * carries its hash ("portvakt.0123456789abcdef.css"), which a browser keeps for a year.
 */
#pragma once

#include "idp/http/response.h"

#include <stdbool.h>

/* Bytes of one static file: the style sheet has 6 KiB; it is held in memory and sent whole. */
#define ASSET_MAX (256 * 1024)

typedef struct AssetSet AssetSet;

/* Reads every .css, .js and .svg of `folder`; a file of another kind is an error. Transfer full. */
AssetSet *asset_set_load(const char *folder, GError **error);
void asset_set_free(AssetSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AssetSet, asset_set_free)

/* "/static/NAME.HASH.EXT" for "NAME.EXT", or NULL when there is none. Transfer none. */
const char *asset_url(const AssetSet *set, const char *name);

/* See page_static(). */
HttpResponse *asset_response(const AssetSet *set, const char *path, const char *if_none_match);
