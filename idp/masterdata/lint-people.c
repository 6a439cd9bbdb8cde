/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/lint-people.h"

#include "idp/limits.h"
#include "idp/printable.h"

#include <string.h>

struct LintPeople {
	GStringChunk *texts;
	GArray *people;      /* Remembered */
	GHashTable *holders; /* 64 bits of a digest -> packed LintHolder */
};

typedef struct {
	const char *dn, *key; /* of texts */
} Remembered;

G_STATIC_ASSERT(sizeof(gpointer) == sizeof(guint64));
G_STATIC_ASSERT(LIMIT_DIRECTORY_PEOPLE < (1 << 30));

LintPeople *lint_people_new(void)
{
	LintPeople *people = g_new0(LintPeople, 1);
	people->texts = g_string_chunk_new(65536);
	people->people = g_array_new(FALSE, FALSE, sizeof(Remembered));
	people->holders = g_hash_table_new(g_direct_hash, g_direct_equal);
	return people;
}

void lint_people_free(LintPeople *people)
{
	if (!people)
		return;
	g_string_chunk_free(people->texts);
	g_array_unref(people->people);
	g_hash_table_unref(people->holders);
	g_free(people);
}

static const char *keep(LintPeople *people, const char *text)
{
	gsize length = strlen(text);
	g_autofree char *fit = printable(text, MIN((gssize)length, LIMIT_LINT_DN), 0xfffd);
	g_autofree char *cut = length > LIMIT_LINT_DN ? g_strconcat(fit, "…", NULL) : NULL;

	return g_string_chunk_insert(people->texts, cut ? cut : fit);
}

guint lint_people_add(LintPeople *people, const char *dn, const char *key)
{
	const Remembered one = {keep(people, dn), keep(people, key)};
	g_array_append_val(people->people, one);
	return people->people->len - 1;
}

guint lint_people_size(const LintPeople *people)
{
	return people->people->len;
}

static const Remembered *remembered(const LintPeople *people, guint number)
{
	g_assert(number < people->people->len);
	return &g_array_index(people->people, Remembered, number);
}

const char *lint_people_dn(const LintPeople *people, guint number)
{
	return remembered(people, number)->dn;
}

const char *lint_people_key(const LintPeople *people, guint number)
{
	return remembered(people, number)->key;
}

/* Two texts with the same: 1 in 10^7 among a million of them. */
static gpointer digest(LintSpace space, const char *text)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	const guchar prefix = (guchar)space;
	guint8 bytes[32];
	gsize size = sizeof bytes;
	guint64 part;

	g_checksum_update(checksum, &prefix, sizeof prefix);
	g_checksum_update(checksum, (const guchar *)text, (gssize)strlen(text));
	g_checksum_get_digest(checksum, bytes, &size);
	memcpy(&part, bytes, sizeof part);
	return GSIZE_TO_POINTER(part);
}

static gpointer pack(LintHolder holder)
{
	g_assert(holder.place < LINT_PLACES);
	return GSIZE_TO_POINTER(((gsize)holder.number * LINT_PLACES + holder.place) * 2 +
				holder.told);
}

static LintHolder unpack(gpointer packed)
{
	gsize bits = GPOINTER_TO_SIZE(packed);
	return (LintHolder){(guint)(bits / 2 / LINT_PLACES), (unsigned)(bits / 2 % LINT_PLACES),
			    bits & 1};
}

bool lint_people_claim(LintPeople *people, LintSpace space, const char *text, LintHolder holder,
		       LintHolder *ret_first)
{
	gpointer key = digest(space, text), packed;
	if (!g_hash_table_lookup_extended(people->holders, key, NULL, &packed)) {
		g_hash_table_insert(people->holders, key, pack(holder));
		return false;
	}
	*ret_first = unpack(packed);
	LintHolder told = *ret_first;
	told.told = true;
	g_hash_table_insert(people->holders, key, pack(told));
	return true;
}
