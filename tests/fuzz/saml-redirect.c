/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The query of a request by Redirect: what anybody may put behind the '?' of /saml/sso. */
#include "tests/fuzz/target.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/saml/redirect.h"
#include "tests/fuzz/signer.h"
#include <string.h>

static void check(const SamlRedirect *redirect)
{
	g_assert_cmpuint(g_bytes_get_size(redirect->message), <=, LIMIT_SAML_MESSAGE);
	g_assert_true(!redirect->signature == !redirect->algorithm);
	g_assert_true(!redirect->signature == !redirect->signed_query);
	if (redirect->relay_state) {
		g_assert_cmpuint(strlen(redirect->relay_state), <=, LIMIT_RELAY_STATE);
		g_assert_true(g_utf8_validate(redirect->relay_state, -1, NULL));
	}
	/* what lasso is given says the same to us */
	g_autoptr(GError) error = NULL;
	g_autoptr(SamlRedirect) again = saml_redirect_read(redirect->plain_query, &error);
	g_assert_no_error(error);
	g_assert_true(g_bytes_equal(again->message, redirect->message));
	g_assert_cmpstr(again->relay_state, ==, redirect->relay_state);
	g_assert_null(again->signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *query = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(SamlRedirect) redirect = saml_redirect_read(query, &error);

	if (!redirect) {
		g_assert_true(error->domain == FAULT_ERROR);
		fuzz_verdict("refused %s: %s", fault_of(error)->name, error->message);
		return 0;
	}
	check(redirect);
	if (!redirect->signature)
		fuzz_verdict("taken, unsigned, %zu bytes", g_bytes_get_size(redirect->message));
	else if (saml_redirect_verify(redirect, signer_keys(), &error))
		fuzz_verdict("taken, signed");
	else
		fuzz_verdict("refused %s: %s", fault_of(error)->name, error->message);
	return 0;
}
