/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as the row of what a service asks for: what is read of it lets nothing pass that was
 * not asked for, and is stored again as it was. */
#include "idp/hold.h"
#include "tests/fuzz/target.h"

static unsigned check_items(const GPtrArray *items, HoldLevel most)
{
	unsigned held = 0;

	for (guint i = 0; i < items->len; i++) {
		const HoldItem *item = items->pdata[i];

		g_assert_true(item->asked > HOLD_NOTHING && item->asked <= most);
		g_assert_true(item->passed <= item->asked && item->since >= 0);
		g_assert_true(*item->name && g_utf8_validate(item->name, -1, NULL));
		g_assert_true(g_utf8_validate(item->account, -1, NULL));
		g_assert_true(hold_find(items, item->name) == item);
		held += hold_is_held(item);
	}
	return held;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(HoldRow) row = hold_row_from_bytes(bytes, &error);
	unsigned held;

	g_assert_true(!row == (error != NULL));
	if (!row) {
		fuzz_verdict("refused");
		return 0;
	}
	held = check_items(row->asks, HOLD_REQUIRED) + check_items(row->categories, HOLD_ASKED);
	g_assert_true(hold_row_is_held(row) == (held > 0));
	g_autoptr(GBytes) again = hold_row_to_bytes(row);
	g_assert_true(g_bytes_equal(again, bytes));
	fuzz_verdict("taken %u, held %u", row->asks->len + row->categories->len, held);
	return 0;
}
