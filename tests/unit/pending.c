/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/pending.h"
#include "idp/limits.h"
#include "idp/login/csrf.h"
#include "policy/person.h"

#include <string.h>

#define NOW 1800000000

static Sealer *sealer_of(uint8_t first)
{
	uint8_t key[SEAL_KEY_BYTES] = {first, 1, 2, 3};
	Sealer *sealer = sealer_new(key, sizeof key, NULL);

	g_assert_nonnull(sealer);
	return sealer;
}

static Ask *ask_of(const char *relay_state)
{
	Ask *ask = ask_new();

	ask->protocol = PROTOCOL_SAML;
	ask->service = g_strdup("https://mattebok.example/sp");
	ask->request_id = g_strdup("_a1");
	ask->return_url = g_strdup("https://mattebok.example/acs");
	ask->relay_state = g_strdup(relay_state);
	ask->issued = NOW - 1;
	ask->force_authn = true;
	return ask;
}

static void test_continue(void)
{
	g_autoptr(Sealer) sealer = sealer_of(1);
	g_autoptr(Ask) ask = ask_of("\"><script>'&\nå");
	g_autoptr(Pending) pending = NULL;
	g_autofree char *handle = pending_seal(sealer, PENDING_CONTINUE, ask, NULL, NOW);
	g_autofree char *browser = pending_browser_new();

	/* whatever the browser is, even none: it is the next GET that binds */
	g_assert_cmpint(pending_open(sealer, PENDING_CONTINUE, handle, browser, NOW, &pending), ==,
			PENDING_OK);
	g_clear_pointer(&pending, pending_free);
	g_assert_cmpint(pending_open(sealer, PENDING_CONTINUE, handle, NULL, NOW + 599, &pending),
			==, PENDING_OK);
	g_assert_cmpint(pending->expires, ==, NOW + PENDING_LIFE);
	g_assert_null(pending->person_key);
	g_autoptr(GVariant) asked = g_variant_ref_sink(ask_to_variant(ask));
	g_autoptr(GVariant) kept = g_variant_ref_sink(ask_to_variant(pending->ask));
	g_assert_true(g_variant_equal(asked, kept));
}

static void test_login_and_role(void)
{
	g_autoptr(Sealer) sealer = sealer_of(1);
	g_autoptr(Ask) ask = ask_of(NULL);
	g_autoptr(Pending) login = NULL;
	g_autoptr(Pending) role = NULL;
	g_autofree char *browser = pending_browser_new();
	g_autofree char *handle = pending_seal(sealer, PENDING_LOGIN, ask, browser, NOW);
	g_autofree char *again = pending_seal(sealer, PENDING_LOGIN, ask, browser, NOW);

	g_assert_cmpint(pending_open(sealer, PENDING_LOGIN, handle, browser, NOW + 500, &login), ==,
			PENDING_OK);
	g_autofree char *next = pending_seal_role(sealer, login, "key-1", ROLE_STUDENT | ROLE_STAFF,
						  NOW + 499, NOW + 500);
	g_assert_cmpint(pending_open(sealer, PENDING_ROLE, next, browser, NOW + 1099, &role), ==,
			PENDING_OK);
	/* one attempt: the same id, held at least as long as either handle */
	g_assert_cmpmem(login->id, PENDING_ID_BYTES, role->id, PENDING_ID_BYTES);
	g_assert_cmpint(role->expires, ==, NOW + 500 + PENDING_LIFE);
	g_assert_cmpstr(role->person_key, ==, "key-1");
	g_assert_cmpint(role->auth_instant, ==, NOW + 499);
	g_assert_cmpuint(role->roles, ==, ROLE_STUDENT | ROLE_STAFF);
	g_assert_cmpstr(role->ask->return_url, ==, ask->return_url);

	/* another handle for the same ask is another attempt */
	g_autoptr(Pending) other = NULL;
	g_assert_cmpint(pending_open(sealer, PENDING_LOGIN, again, browser, NOW, &other), ==,
			PENDING_OK);
	g_autofree char *a = pending_id_text(login);
	g_autofree char *b = pending_id_text(other);
	g_assert_cmpuint(strlen(a), ==, 2 * PENDING_ID_BYTES);
	g_assert_cmpstr(a, !=, b);
}

/* What the page shows is its name: the next one about the same has the same. */
static void test_consent(void)
{
	static const uint8_t id[PENDING_ID_BYTES] = {1, 2, 3};
	g_autoptr(Sealer) sealer = sealer_of(1);
	g_autoptr(Ask) ask = ask_of("state");
	g_autoptr(Pending) pending = NULL;
	g_autofree char *browser = pending_browser_new();
	g_autofree char *other = pending_browser_new();
	g_autofree char *handle =
		pending_seal_consent(sealer, ask, browser, "key-1", ROLE_STAFF, NOW - 7, id, NOW);
	g_autofree char *login = pending_seal(sealer, PENDING_LOGIN, ask, browser, NOW);
	const struct {
		const char *name;
		PendingPurpose purpose;
		const char *handle, *browser;
		int64_t now;
		PendingOutcome want;
	} rows[] = {
		{"right", PENDING_CONSENT, handle, browser, NOW + 599, PENDING_OK},
		{"too-late", PENDING_CONSENT, handle, browser, NOW + 600, PENDING_EXPIRED},
		{"other-browser", PENDING_CONSENT, handle, other, NOW, PENDING_OTHER_BROWSER},
		{"no-cookie", PENDING_CONSENT, handle, NULL, NOW, PENDING_OTHER_BROWSER},
		{"as-login", PENDING_LOGIN, handle, browser, NOW, PENDING_BROKEN},
		{"as-role", PENDING_ROLE, handle, browser, NOW, PENDING_BROKEN},
		{"as-unbound", PENDING_CONTINUE, handle, browser, NOW, PENDING_BROKEN},
		{"login-as-consent", PENDING_CONSENT, login, browser, NOW, PENDING_BROKEN},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Pending) one = NULL;
		g_test_message("%s", rows[i].name);
		g_assert_cmpint(pending_open(sealer, rows[i].purpose, rows[i].handle,
					     rows[i].browser, rows[i].now, &one),
				==, rows[i].want);
	}
	pending_open(sealer, PENDING_CONSENT, handle, browser, NOW, &pending);
	g_assert_cmpmem(pending->id, PENDING_ID_BYTES, id, PENDING_ID_BYTES);
	g_assert_cmpstr(pending->person_key, ==, "key-1");
	g_assert_cmpuint(pending->roles, ==, ROLE_STAFF);
	g_assert_cmpint(pending->auth_instant, ==, NOW - 7);
	g_assert_cmpstr(pending->ask->relay_state, ==, "state");
}

static void test_without_ask(void)
{
	g_autoptr(Sealer) sealer = sealer_of(1);
	g_autoptr(Pending) pending = NULL;
	g_autofree char *browser = pending_browser_new();
	g_autofree char *handle = pending_seal(sealer, PENDING_LOGIN, NULL, browser, NOW);

	g_assert_cmpint(pending_open(sealer, PENDING_LOGIN, handle, browser, NOW, &pending), ==,
			PENDING_OK);
	g_assert_null(pending->ask);
}

/* What is not a handle for this purpose, browser and moment. */
static void test_refused(void)
{
	g_autoptr(Sealer) ours = sealer_of(1);
	g_autoptr(Sealer) foreign = sealer_of(2);
	g_autoptr(Ask) ask = ask_of("state");
	g_autofree char *browser = pending_browser_new();
	g_autofree char *other = pending_browser_new();
	g_autofree char *first = pending_seal(ours, PENDING_CONTINUE, ask, NULL, NOW);
	g_autofree char *login = pending_seal(ours, PENDING_LOGIN, ask, browser, NOW);
	g_autofree char *alien = pending_seal(foreign, PENDING_LOGIN, ask, browser, NOW);
	g_autofree char *longer = g_strconcat(login, "A", NULL);
	g_autofree char *padded = g_strconcat(login, "=", NULL);
	g_autofree char *shorter = g_strndup(login, strlen(login) - 1);
	const struct {
		const char *name;
		PendingPurpose purpose;
		const char *handle, *browser;
		int64_t now;
		PendingOutcome want;
	} rows[] = {
		{"right", PENDING_LOGIN, login, browser, NOW, PENDING_OK},
		{"last-second", PENDING_LOGIN, login, browser, NOW + 599, PENDING_OK},
		{"too-late", PENDING_LOGIN, login, browser, NOW + 600, PENDING_EXPIRED},
		{"too-late-continue", PENDING_CONTINUE, first, NULL, NOW + 600, PENDING_EXPIRED},
		{"other-browser", PENDING_LOGIN, login, other, NOW, PENDING_OTHER_BROWSER},
		{"no-cookie", PENDING_LOGIN, login, NULL, NOW, PENDING_OTHER_BROWSER},
		{"empty-cookie", PENDING_LOGIN, login, "", NOW, PENDING_OTHER_BROWSER},
		{"odd-cookie", PENDING_LOGIN, login, "\"><script>", NOW, PENDING_OTHER_BROWSER},
		{"unbound-as-login", PENDING_LOGIN, first, browser, NOW, PENDING_BROKEN},
		{"login-as-unbound", PENDING_CONTINUE, login, browser, NOW, PENDING_BROKEN},
		{"login-as-role", PENDING_ROLE, login, browser, NOW, PENDING_BROKEN},
		{"foreign-key", PENDING_LOGIN, alien, browser, NOW, PENDING_BROKEN},
		{"absent", PENDING_LOGIN, NULL, browser, NOW, PENDING_BROKEN},
		{"empty", PENDING_LOGIN, "", browser, NOW, PENDING_BROKEN},
		{"markup", PENDING_LOGIN, "\"><script>", browser, NOW, PENDING_BROKEN},
		{"longer", PENDING_LOGIN, longer, browser, NOW, PENDING_BROKEN},
		{"padded", PENDING_LOGIN, padded, browser, NOW, PENDING_BROKEN},
		{"shorter", PENDING_LOGIN, shorter, browser, NOW, PENDING_BROKEN},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Pending) pending = NULL;
		PendingOutcome got = pending_open(ours, rows[i].purpose, rows[i].handle,
						  rows[i].browser, rows[i].now, &pending);
		if (got != rows[i].want || (pending != NULL) != (got != PENDING_BROKEN))
			g_error("%s: outcome %d instead of %d", rows[i].name, got, rows[i].want);
	}
}

/* Every byte of a handle counts: cut anywhere or changed anywhere it is broken. */
static void test_altered(void)
{
	static const char replacements[] = "AQgw-_ .%\"<";
	g_autoptr(Sealer) sealer = sealer_of(1);
	g_autofree char *browser = pending_browser_new();
	g_autofree char *handle = pending_seal(sealer, PENDING_LOGIN, NULL, browser, NOW);

	for (size_t i = 0; handle[i]; i++) {
		g_autoptr(Pending) pending = NULL;
		g_autofree char *cut = g_strndup(handle, i);
		g_assert_cmpint(pending_open(sealer, PENDING_LOGIN, cut, browser, NOW, &pending),
				==, PENDING_BROKEN);
		for (size_t j = 0; replacements[j]; j++) {
			g_autofree char *changed = g_strdup(handle);
			if (changed[i] == replacements[j])
				continue;
			changed[i] = replacements[j];
			g_assert_cmpint(pending_open(sealer, PENDING_LOGIN, changed, browser, NOW,
						     &pending),
					==, PENDING_BROKEN);
		}
	}
}

/* The longest ask that a decoder lets through fits into a handle. */
static void test_longest(void)
{
	g_autoptr(Sealer) sealer = sealer_of(1);
	g_autofree char *relay_state = g_strnfill(LIMIT_RELAY_STATE, '"');
	g_autofree char *path = g_strnfill(LIMIT_SAML_URL - 22, 'a');
	g_autofree char *browser = pending_browser_new();
	g_autoptr(Ask) ask = ask_of(relay_state);
	g_autoptr(Pending) pending = NULL;

	g_free(ask->return_url);
	ask->return_url = g_strconcat("https://mattebok.test/", path, NULL);
	g_free(ask->service);
	ask->service = g_strnfill(LIMIT_SAML_ID, 's');
	g_free(ask->request_id);
	ask->request_id = g_strnfill(LIMIT_SAML_ID, 'r');
	g_autofree char *handle = pending_seal(sealer, PENDING_LOGIN, ask, browser, NOW);
	g_assert_cmpint(pending_open(sealer, PENDING_LOGIN, handle, browser, NOW, &pending), ==,
			PENDING_OK);
	g_assert_cmpstr(pending->ask->relay_state, ==, relay_state);
	g_assert_cmpstr(pending->ask->return_url, ==, ask->return_url);
}

static void test_browser_cookie(void)
{
	static const struct {
		const char *cookie;
		bool want;
	} rows[] = {
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true},
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", false}, /* stray bits */
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false},
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+", false},
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false},
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false},
		{"", false},
		{NULL, false},
	};
	g_autofree char *fresh = pending_browser_new();
	g_autofree char *second = pending_browser_new();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_true(pending_browser_is_valid(rows[i].cookie) == rows[i].want);
	g_assert_true(pending_browser_is_valid(fresh));
	g_assert_cmpuint(strlen(fresh), ==, PENDING_BROWSER_LENGTH);
	g_assert_cmpstr(fresh, !=, second);
}

static void test_csrf_token(void)
{
	g_autoptr(Sealer) ours = sealer_of(1);
	g_autoptr(Sealer) foreign = sealer_of(2);
	g_autofree char *token = csrf_token(ours, CSRF_LOGIN, "cookie", "handle");
	g_autofree char *cut = g_strndup(token, strlen(token) - 1);
	const struct {
		const char *name;
		const Sealer *sealer;
		CsrfPage page;
		const char *cookie, *handle, *token;
		bool want;
	} rows[] = {
		{"right", ours, CSRF_LOGIN, "cookie", "handle", token, true},
		{"other-page", ours, CSRF_ROLE, "cookie", "handle", token, false},
		{"other-cookie", ours, CSRF_LOGIN, "cookiE", "handle", token, false},
		{"other-handle", ours, CSRF_LOGIN, "cookie", "handlE", token, false},
		{"moved-border", ours, CSRF_LOGIN, "cookieh", "andle", token, false},
		{"other-key", foreign, CSRF_LOGIN, "cookie", "handle", token, false},
		{"no-cookie", ours, CSRF_LOGIN, NULL, "handle", token, false},
		{"no-handle", ours, CSRF_LOGIN, "cookie", NULL, token, false},
		{"no-token", ours, CSRF_LOGIN, "cookie", "handle", NULL, false},
		{"empty-token", ours, CSRF_LOGIN, "cookie", "handle", "", false},
		{"cut-token", ours, CSRF_LOGIN, "cookie", "handle", cut, false},
		{"handle-as-token", ours, CSRF_LOGIN, "cookie", "handle", "handle", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (csrf_token_is_right(rows[i].sealer, rows[i].page, rows[i].cookie,
					rows[i].handle, rows[i].token) != rows[i].want)
			g_error("%s", rows[i].name);
}

static void test_origin(void)
{
	static const char own[] = "https://idp.localhost:8443";
	static const struct {
		const char *origin;
		bool want;
	} rows[] = {
		{"https://idp.localhost:8443", true},
		{NULL, false},
		{"", false},
		{"null", false},
		{"https://idp.localhost", false},
		{"http://idp.localhost:8443", false},
		{"https://idp.localhost:8443/", false},
		{"https://IDP.localhost:8443", false},
		{"https://idp.localhost:8443 https://evil.example", false},
		{"https://idp.localhost:8443.evil.example", false},
		{"https://evil.idp.localhost:8443", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_true(csrf_origin_is_own(rows[i].origin, own) == rows[i].want);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/pending/continue", test_continue);
	g_test_add_func("/pending/login-and-role", test_login_and_role);
	g_test_add_func("/pending/consent", test_consent);
	g_test_add_func("/pending/without-ask", test_without_ask);
	g_test_add_func("/pending/refused", test_refused);
	g_test_add_func("/pending/altered", test_altered);
	g_test_add_func("/pending/longest", test_longest);
	g_test_add_func("/pending/browser-cookie", test_browser_cookie);
	g_test_add_func("/csrf/token", test_csrf_token);
	g_test_add_func("/csrf/origin", test_origin);
	return g_test_run();
}
