/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/eppn.h"

#include <string.h>

#include "idp/identity/row.h"

/* version, eppn, person, role, first_seen, open */
#define EPPN_TYPE    "(qssuxb)"
#define EPPN_VERSION 1
#define DAY          (24 * 60 * 60)

/* What RFC 4518 (2.2) maps to nothing: characters that nobody sees. */
static bool is_unseen(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	return type == G_UNICODE_FORMAT || type == G_UNICODE_CONTROL ||
	       c == 0x034f ||                                 /* combining grapheme joiner */
	       (c >= 0x115f && c <= 0x1160) || c == 0x3164 || /* Hangul fillers */
	       (c >= 0x17b4 && c <= 0x17b5) ||                /* Khmer vowels inherent */
	       (c >= 0x180b && c <= 0x180f) ||                /* Mongolian variation selectors */
	       (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef) || c == 0xfffc;
}

/* Without case: Turkish i, with and without a dot, is i, since programs do not agree on it. What
 * g_utf8_casefold() turns into capitals (Cherokee) is small again. */
static char *without_case(const char *text)
{
	g_autofree char *folded = g_utf8_casefold(text, -1);
	GString *small = g_string_sized_new(strlen(folded));
	gunichar before = 0;

	for (const char *at = folded; *at; at += g_utf8_skip[(guchar)*at]) {
		gunichar c = g_unichar_tolower(g_utf8_get_char(at));

		if (is_unseen(c) || (before == 'i' && c == 0x0307))
			continue;
		before = c == 0x0131 ? 'i' : c;
		g_string_append_unichar(small, before);
	}
	return g_string_free(small, FALSE);
}

char *eppn_fold(const char *eppn)
{
	g_autofree char *whole = g_utf8_normalize(eppn, -1, G_NORMALIZE_ALL_COMPOSE);
	g_autofree char *folded = whole ? without_case(whole) : NULL;

	return folded ? g_utf8_normalize(folded, -1, G_NORMALIZE_ALL_COMPOSE) : NULL;
}

EppnRow *eppn_row_new(const char *eppn, const char *person, Role role, bool open, int64_t now)
{
	EppnRow *row = g_new0(EppnRow, 1);

	row->eppn = g_strdup(eppn);
	row->person = g_strdup(person);
	row->role = role;
	row->first_seen = now - now % DAY;
	row->open = open;
	return row;
}

void eppn_row_free(EppnRow *row)
{
	if (!row)
		return;
	g_free(row->eppn);
	g_free(row->person);
	g_free(row);
}

GBytes *eppn_row_to_bytes(const EppnRow *row)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new(EPPN_TYPE, EPPN_VERSION, row->eppn, row->person, (guint32)row->role,
			      row->first_seen, (gboolean)row->open));
	return g_variant_get_data_as_bytes(packed);
}

EppnRow *eppn_row_from_bytes(GBytes *bytes, GError **error)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(EPPN_TYPE), bytes, FALSE));
	g_autoptr(EppnRow) row = g_new0(EppnRow, 1);
	guint16 version = 0;
	guint32 role = ROLE_NONE;
	gboolean open = FALSE;

	if (g_variant_is_normal_form(packed))
		g_variant_get(packed, EPPN_TYPE, &version, &row->eppn, &row->person, &role,
			      &row->first_seen, &open);
	row->role = (Role)role;
	row->open = open;
	if (version == EPPN_VERSION && *row->eppn && *row->person && role_name(row->role))
		return g_steal_pointer(&row);
	row_damaged(STORE_EPPN, error);
	return NULL;
}

StoreOutcome eppn_find(StoreReader *reader, const char *eppn, EppnRow **row, GError **error)
{
	g_autofree char *key = eppn_fold(eppn);
	g_autoptr(GBytes) bytes = NULL;

	g_assert(key);
	*row = NULL;
	StoreOutcome outcome = store_get(reader, STORE_EPPN, key, 0, &bytes, NULL, error);
	if (outcome == STORE_OK)
		*row = eppn_row_from_bytes(bytes, error);
	return outcome == STORE_OK && !*row ? STORE_FAULT : outcome;
}

void eppn_remember(StoreCommit *commit, const EppnRow *row)
{
	g_autofree char *key = eppn_fold(row->eppn);
	g_autoptr(GBytes) bytes = eppn_row_to_bytes(row);

	store_claim(commit, STORE_EPPN, key, row->person, bytes);
}

void eppn_open(StoreCommit *commit, EppnRow *row)
{
	g_autofree char *key = eppn_fold(row->eppn);

	row->open = true;
	g_autoptr(GBytes) bytes = eppn_row_to_bytes(row);
	store_put(commit, STORE_EPPN, key, row->person, bytes, STORE_NEVER);
}

static char *of_key(const char *person, Role role)
{
	return g_strconcat(role_name(role), " ", person, NULL);
}

StoreOutcome eppn_of(StoreReader *reader, const char *person, Role role, char **eppn,
		     GError **error)
{
	g_autofree char *key = of_key(person, role);

	return row_get(reader, STORE_EPPN_OF, key, eppn, error);
}

void eppn_assign(StoreCommit *commit, const EppnRow *row, const char *old)
{
	g_autofree char *key = of_key(row->person, row->role);
	g_autoptr(GBytes) new = row_pack(row->eppn);

	eppn_remember(commit, row);
	if (old) {
		g_autoptr(GBytes) before = row_pack(old);
		store_swap(commit, STORE_EPPN_OF, key, before, new, STORE_NEVER);
	} else {
		store_put_new(commit, STORE_EPPN_OF, key, row->person, new, STORE_NEVER);
	}
}
