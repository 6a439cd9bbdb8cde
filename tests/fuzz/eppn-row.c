/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as the row that says whose an EPPN is, or as one that is a text alone (an identifier,
 * its owner, a continuation): who can write in the store makes no row that ours cannot have meant.
 */
#include "idp/identity/eppn.h"
#include "idp/identity/row.h"
#include "tests/fuzz/target.h"

static bool is_text_row(GBytes *bytes)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = row_unpack(bytes, &error);

	g_assert_true((text == NULL) == (error != NULL));
	if (!text)
		return false;
	g_assert_true(*text && g_utf8_validate(text, -1, NULL));
	g_autoptr(GBytes) again = row_pack(text);
	g_assert_true(g_bytes_equal(again, bytes));
	fuzz_verdict("taken text");
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(EppnRow) row = eppn_row_from_bytes(bytes, &error);

	g_assert_true((row == NULL) == (error != NULL));
	if (!row) {
		if (!is_text_row(bytes))
			fuzz_verdict("refused");
		return 0;
	}
	g_assert_true(*row->person && g_utf8_validate(row->person, -1, NULL));
	g_assert_true(*row->eppn && g_utf8_validate(row->eppn, -1, NULL));
	g_autofree char *folded = eppn_fold(row->eppn);
	g_assert_nonnull(folded);
	g_autoptr(GBytes) again = eppn_row_to_bytes(row);
	g_assert_true(g_bytes_equal(again, bytes));
	fuzz_verdict("taken %s %s", role_name(row->role), row->open ? "open" : "protected");
	return 0;
}
