/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as an approval's row in the store: who can write there, or a version of ours to come,
 * makes no approval that the code behind cannot have meant. */
#include "idp/approval.h"
#include "tests/fuzz/target.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(Approval) approval = approval_from_bytes(bytes, &error);

	g_assert_true(!approval == (error != NULL));
	if (!approval) {
		fuzz_verdict("refused");
		return 0;
	}
	g_assert_true(*approval->account && *approval->title);
	g_assert_true(g_utf8_validate(approval->account, -1, NULL) &&
		      g_utf8_validate(approval->title, -1, NULL));
	g_assert_cmpuint(strspn(approval->hash, "0123456789abcdef"), ==, 64);
	g_assert_cmpuint(strlen(approval->hash), ==, 64);
	fuzz_verdict("taken %u", (unsigned)approval->uid);
	return 0;
}
