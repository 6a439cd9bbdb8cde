/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as what comes through the door, from either side: a commit is one that a store can
 * take, an answer fits what was asked, and both are the only bytes that say so. */
#include <string.h>

#include "idp/limits.h"
#include "idp/store/door-message.h"
#include "tests/fuzz/target.h"

static void check_op(const StoreOp *op)
{
	const StoreTableInfo *info = store_table_info(op->table);

	g_assert_cmpint(op->expires, >=, 0);
	if (op->value) {
		g_assert_cmpuint(g_bytes_get_size(op->value), <=, LIMIT_STORE_VALUE);
		g_assert_true(info->ages || op->expires == STORE_NEVER);
	}
	g_assert_true(op->verb != STORE_ENSURE || (!info->fleeting && op->value));
	g_assert_true(op->verb != STORE_CLAIM || (!info->fleeting && op->value && op->owned));
	g_assert_true(op->verb != STORE_EXPECT || !info->fleeting);
	g_assert_true(op->verb != STORE_SWAP || (op->old && op->value));
	g_assert_true(op->verb != STORE_DROP_OWNER || op->owned);
}

static void check_ledger(const LedgerRow *row)
{
	g_assert_true(row->outcome == LEDGER_ANSWERED || row->outcome == LEDGER_LOOKED);
	g_assert_true((row->outcome == LEDGER_LOOKED) == (row->account != NULL));
	g_assert_true(row->reference && row->generation && row->protocol && row->service &&
		      row->response_id);
	g_assert_cmpuint(row->values->len, <=, LIMIT_LEDGER_VALUES);
}

static void try_commit(GBytes *message)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(StoreCommit) commit = door_message_read_commit(message, NULL, NULL, &error);

	if (!commit) {
		g_assert_error(error, STORE_ERROR, STORE_ERROR_FOREIGN);
		fuzz_verdict("refused: %s", error->message);
		return;
	}
	g_assert_null(commit->error);
	g_assert_cmpuint(commit->ops->len, <=, LIMIT_DOOR_OPS);
	for (guint i = 0; i < commit->ops->len; i++)
		check_op(&g_array_index(commit->ops, StoreOp, i));
	if (commit->ledger)
		check_ledger(commit->ledger);
	g_autoptr(GBytes) again = door_message_commit(commit, &error);
	if (g_bytes_get_size(message) <= LIMIT_DOOR_MESSAGE)
		g_assert_true(g_bytes_equal(again, message));
	fuzz_verdict("taken %u operations%s", commit->ops->len,
		     commit->ledger ? " and a ledger row" : "");
}

/* The commit that is answered: take, drop, take. */
static void try_answer(GBytes *message)
{
	g_autoptr(StoreCommit) commit = store_commit_new(1, NULL, NULL);
	g_autoptr(GError) error = NULL;
	StoreResult result = {.op = 0};

	store_take(commit, STORE_SESSION, "a");
	store_drop(commit, STORE_SESSION, "b");
	store_take(commit, STORE_SESSION, "c");
	result.outcome = door_message_read_answer(message, commit, &result.op, &error);
	g_assert_true((result.outcome == STORE_FAULT) == (error != NULL));
	if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FOREIGN)) {
		fuzz_verdict("refused: %s", error->message);
		return;
	}
	result.error = error;
	g_autoptr(GBytes) again = door_message_answer(commit, &result);
	g_assert_true(g_bytes_equal(again, message));
	g_assert_cmpuint(result.op, <=, 3);
	fuzz_verdict("taken answer %d, op %u%s%s", result.outcome, result.op, error ? ": " : "",
		     error ? error->message : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) message = g_bytes_new(data, size);

	if (size >= 6 && memcmp(data, "Pvktre", 6) == 0)
		try_answer(message);
	else
		try_commit(message);
	return 0;
}
