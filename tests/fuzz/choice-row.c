/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a choice's row in the store: who can write there, or a version of ours to come,
 * makes no answer that nobody can have given, and none that a page could not show. */
#include "idp/choice/choice.h"
#include "tests/fuzz/target.h"

#include <string.h>

static void check_texts(const GPtrArray *texts)
{
	for (guint i = 0; i < texts->len; i++)
		g_assert_true(g_utf8_validate(texts->pdata[i], -1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"nothing", "seen", "yes", "no", "lapsed"};
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(Choice) choice = choice_from_bytes(bytes, &error);

	g_assert_true(!choice == (error != NULL));
	if (!choice) {
		fuzz_verdict("refused");
		return 0;
	}
	g_assert_true(choice->said >= SAID_SEEN && choice->said <= SAID_LAPSED);
	g_assert_nonnull(role_name(choice->role));
	g_assert_cmpuint(choice->purposes_sv->len, ==, choice->purposes_en->len);
	g_assert_cmpuint(strspn(choice->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					    "0123456789-_"),
			 ==, MATTER_ID_LENGTH);
	check_texts(choice->purposes_sv);
	check_texts(choice->purposes_en);
	check_texts(choice->attributes);
	g_assert_true(g_utf8_validate(choice->service, -1, NULL) &&
		      g_utf8_validate(choice->name_sv, -1, NULL) &&
		      g_utf8_validate(choice->name_en, -1, NULL));
	g_assert_true(g_utf8_validate(choice->title, -1, NULL) &&
		      g_utf8_validate(choice->by, -1, NULL) &&
		      (g_str_equal(choice->lang, "sv") || g_str_equal(choice->lang, "en")));
	g_assert_true(choice->said != SAID_LAPSED || choice->agreed > 0);
	/* what is taken back is compared byte by byte */
	g_assert_true(g_bytes_equal(bytes, choice->found));
	/* and what is written is of the second form, the only bytes that say so */
	g_autoptr(GBytes) again = choice_to_bytes(choice);
	g_assert_true(data[8] == 1 || g_bytes_equal(bytes, again));
	fuzz_verdict("taken %s", names[choice->said]);
	return 0;
}
