/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as the policy that is kept beside the store: what is no kept policy of ours is refused,
 * and what is taken is such that it can be read as policy files, and kept again as the same bytes.
 */
#include "idp/kept-policy.h"
#include "tests/fuzz/target.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(KeptPolicy) kept = kept_policy_from_bytes(bytes, &error);

	g_assert_true(!kept == (error != NULL));
	if (!kept) {
		fuzz_verdict("refused");
		return 0;
	}
	g_assert_cmpuint(strspn(kept->digest, "0123456789abcdef"), ==, 64);
	for (guint i = 0; i < kept->files->sources->len; i++) {
		const PolicySource *source = &g_array_index(kept->files->sources, PolicySource, i);
		g_autofree char *name = g_path_get_basename(source->name);

		g_assert_true(*name && *name != '.' && g_utf8_validate(source->name, -1, NULL));
		g_assert_cmpuint(source->length, <=, POLICY_FILE_MAX);
	}
	g_autoptr(GBytes) again =
		kept_policy_to_bytes(kept->files, kept->digest, kept->meaning, kept->taken);
	g_assert_true(g_bytes_equal(bytes, again));
	fuzz_verdict("taken %u files", kept->files->sources->len);
	return 0;
}
