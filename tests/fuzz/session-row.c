/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a session's row in the store: who can write there, or a version of ours to come,
 * makes no session that the code behind cannot have meant. */
#include "idp/login/session.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(Session) session = session_from_bytes("token", 1, bytes);

	if (!session) {
		fuzz_verdict("refused");
		return 0;
	}
	g_assert_true(*session->person_key && *session->level && *session->index);
	g_assert_true(g_utf8_validate(session->person_key, -1, NULL) &&
		      g_utf8_validate(session->level, -1, NULL));
	g_assert_nonnull(role_name(session->role));
	g_autoptr(GBytes) again = session_to_bytes(session);
	g_assert_true(g_bytes_equal(again, bytes));
	fuzz_verdict("taken %s", role_name(session->role));
	return 0;
}
