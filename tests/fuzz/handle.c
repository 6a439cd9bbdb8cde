/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What comes back from a browser: handles, tokens and cookies. The input is a line of words parted
 * by a space, the first of which says what the rest of the input is:
 *     continue, login COOKIE, role COOKIE, consent COOKIE: a handle of that purpose
 *     inside-continue, inside-login COOKIE, inside-role COOKIE, inside-consent COOKIE: what lies
 *         under the seal of one, as a version of ours to come may have written it
 *     csrf COOKIE HANDLE: the token of a login form
 *     session, browser: the value of that cookie
 * The corpus is sealed with the key below, and of the time NOW.
 */
#include "idp/limits.h"
#include "idp/login/csrf.h"
#include "idp/login/pending.h"
#include "idp/login/session.h"
#include "tests/fuzz/target.h"

#include <string.h>

#define NOW 1795421730 /* 2026-11-23T08:15:30Z */

static const char *const purposes[] = {
	[PENDING_CONTINUE] = "continue",
	[PENDING_LOGIN] = "login",
	[PENDING_ROLE] = "role",
	[PENDING_CONSENT] = "consent",
};

static const char *const seals[] = {
	[PENDING_CONTINUE] = "portvakt pending continue 1",
	[PENDING_LOGIN] = "portvakt pending login 1",
	[PENDING_ROLE] = "portvakt pending role 1",
	[PENDING_CONSENT] = "portvakt pending consent 1",
};

static const Sealer *the_sealer(void)
{
	static Sealer *sealer;
	uint8_t key[SEAL_KEY_BYTES];

	if (!sealer) {
		g_assert_true(seal_init());
		for (uint8_t i = 0; i < SEAL_KEY_BYTES; i++)
			key[i] = i;
		sealer = sealer_new(key, sizeof key, NULL);
		g_assert_nonnull(sealer);
	}
	return sealer;
}

static void check(const Pending *pending, PendingPurpose purpose)
{
	g_assert_true(pending->purpose == purpose);
	g_assert_true((pending->person_key != NULL) ==
		      (purpose == PENDING_ROLE || purpose == PENDING_CONSENT));
	g_assert_true(pending->ask || purpose != PENDING_CONSENT);
	/* in capitals or not: RFC 3986, 3.1 */
	g_assert_true(!pending->ask ||
		      g_ascii_strncasecmp(pending->ask->return_url, "https://", 8) == 0);
	g_assert_true(!pending->ask || !pending->ask->relay_state ||
		      strlen(pending->ask->relay_state) <= LIMIT_RELAY_STATE);
}

static void fuzz_handle(PendingPurpose purpose, const char *cookie, const char *handle)
{
	static const char *const outcomes[] = {
		[PENDING_BROKEN] = "refused broken",
		[PENDING_EXPIRED] = "refused expired",
		[PENDING_OTHER_BROWSER] = "refused other browser",
		[PENDING_OK] = "taken",
	};
	g_autoptr(Pending) pending = NULL;
	PendingOutcome outcome = pending_open(the_sealer(), purpose, handle, cookie, NOW, &pending);

	g_assert_true((outcome == PENDING_BROKEN) == !pending);
	if (pending)
		check(pending, purpose);
	fuzz_verdict("%s", outcomes[outcome]);
}

static void fuzz_inside(PendingPurpose purpose, const char *cookie, const char *bytes, gsize length)
{
	g_autofree char *handle =
		seal_close(the_sealer(), seals[purpose], bytes, length, NOW + PENDING_LIFE);

	if (handle)
		fuzz_handle(purpose, cookie, handle);
}

/* A cookie that is one of ours has one spelling. */
static void fuzz_cookie(const char *value, bool is_valid)
{
	if (is_valid) {
		g_autoptr(GBytes) bytes = seal_base64url_decode(value, 32);
		gsize size = 0;
		const void *data = g_bytes_get_data(bytes, &size);
		g_autofree char *again = seal_base64url(data, size);
		g_assert_cmpuint(size, ==, 32);
		g_assert_cmpstr(again, ==, value);
	}
	fuzz_verdict(is_valid ? "taken" : "refused");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = memchr(text, '\n', size);
	g_autofree char *line = g_strndup(text, end ? (gsize)(end - text) : 0);
	g_auto(GStrv) words = g_strsplit(line, " ", 3);
	const char *rest = end ? end + 1 : text;
	gsize length = end ? size - (gsize)(rest - text) : 0;
	g_autofree char *value = g_strndup(rest, length);
	guint count = g_strv_length(words);
	const char *kind = count > 0 ? words[0] : "", *cookie = count > 1 ? words[1] : NULL;

	for (PendingPurpose p = PENDING_CONTINUE; p <= PENDING_CONSENT; p++)
		if (strcmp(kind, purposes[p]) == 0)
			fuzz_handle(p, cookie, value);
		else if (g_str_has_prefix(kind, "inside-") &&
			 strcmp(kind + strlen("inside-"), purposes[p]) == 0)
			fuzz_inside(p, cookie, rest, length);
	if (strcmp(kind, "csrf") == 0)
		fuzz_verdict(csrf_token_is_right(the_sealer(), CSRF_LOGIN, cookie,
						 count > 2 ? words[2] : NULL, value)
				     ? "taken"
				     : "refused");
	else if (strcmp(kind, "session") == 0)
		fuzz_cookie(value, session_token_is_valid(value));
	else if (strcmp(kind, "browser") == 0)
		fuzz_cookie(value, pending_browser_is_valid(value));
	return 0;
}
