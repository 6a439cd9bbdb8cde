/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a person types, or a store or an admin holds, on its way into an LDAP filter. The input is a
 * line that says which, and then the bytes:
 *     login: into "(&(objectClass=person)(|(uid={login})(mail={login})))"
 *     key, guid: the text of a person key, as text or as the hexadecimal form of raw bytes
 *     filter: a login-filter itself
 */
#include "idp/limits.h"
#include "idp/masterdata/filter.h"
#include "tests/fuzz/target.h"

#include <string.h>

#define BEFORE  "(&(objectClass=person)(|(uid="
#define BETWEEN ")(mail="
#define AFTER   ")))"

/* The bytes that a value in a filter stands for (RFC 4515, section 3). Whatever that grammar does
 * not allow in a value unescaped fails, and so does what only some servers take. */
static GByteArray *unescape(const char *text, gsize length)
{
	GByteArray *bytes = g_byte_array_new();

	for (gsize i = 0; i < length; i++) {
		guint8 byte = (guint8)text[i];
		g_assert_true(byte > ' ' && byte < 0x7f && !strchr("*()|&!<>=~:,;\"'", byte));
		if (byte == '\\') {
			g_assert_true(i + 2 < length && g_ascii_isxdigit(text[i + 1]) &&
				      g_ascii_isxdigit(text[i + 2]));
			byte = (guint8)(g_ascii_xdigit_value(text[i + 1]) * 16 +
					g_ascii_xdigit_value(text[i + 2]));
			i += 2;
		}
		g_byte_array_append(bytes, &byte, 1);
	}
	return bytes;
}

/* Skips `text` at *at. */
static void skip(const char **at, const char *text)
{
	g_assert_true(g_str_has_prefix(*at, text));
	*at += strlen(text);
}

static void check_value(const char *text, gsize length, const char *bytes, gsize size)
{
	g_autoptr(GByteArray) meant = unescape(text, length);

	g_assert_cmpuint(length, <=, 3 * size);
	g_assert_cmpmem(meant->data, (int)meant->len, bytes, (int)size);
}

static void fuzz_login(const char *bytes, gsize size)
{
	g_autofree char *filter =
		filter_for_login(BEFORE FILTER_PLACE BETWEEN FILTER_PLACE AFTER, bytes, size);
	const char *at = filter;

	g_assert_true(filter_is_one(filter));
	skip(&at, BEFORE);
	gsize length = strcspn(at, ")");
	g_autofree char *value = g_strndup(at, length);
	check_value(at, length, bytes, size);
	skip(&at, value);
	skip(&at, BETWEEN);
	skip(&at, value);
	g_assert_cmpstr(at, ==, AFTER);
	fuzz_verdict("taken %s", value);
}

static void fuzz_key(const char *bytes, gsize size, bool is_binary)
{
	g_autofree char *key = g_strndup(bytes, size);
	g_autofree char *filter = filter_for_key("entryUUID", is_binary, key);
	const char *at = filter;

	if (!filter) {
		fuzz_verdict("refused");
		return;
	}
	if (!is_binary) {
		char *const attributes[] = {(char *)(guintptr) "entryUUID", NULL};
		g_autofree char *any = filter_for_any(attributes, key);
		g_autofree char *want = g_strdup_printf("(|%s)", filter);
		g_assert_cmpstr(any, ==, want);
	}
	skip(&at, "(entryUUID=");
	g_assert_true(filter_is_one(filter) && strlen(key) <= LIMIT_PERSON_KEY);
	gsize length = strlen(at) - strlen(")");
	if (is_binary) {
		g_autoptr(GByteArray) meant = unescape(at, length);
		g_assert_cmpuint(2 * meant->len, ==, strlen(key));
	} else {
		check_value(at, length, key, strlen(key));
	}
	fuzz_verdict("taken %.*s", (int)length, at);
}

static void fuzz_filter(const char *bytes, gsize size)
{
	g_autofree char *filter = g_strndup(bytes, size);

	if (filter_is_one(filter)) {
		g_assert_true(g_str_has_prefix(filter, "(") && g_str_has_suffix(filter, ")"));
		fuzz_verdict("taken");
	} else {
		fuzz_verdict("refused");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = memchr(text, '\n', size);
	gsize word = end ? (gsize)(end - text) : 0;
	const char *bytes = end ? end + 1 : text;
	gsize length = end ? size - word - 1 : 0;

	if (word == 5 && memcmp(text, "login", word) == 0)
		fuzz_login(bytes, length);
	else if (word == 3 && memcmp(text, "key", word) == 0)
		fuzz_key(bytes, length, false);
	else if (word == 4 && memcmp(text, "guid", word) == 0)
		fuzz_key(bytes, length, true);
	else if (word == 6 && memcmp(text, "filter", word) == 0)
		fuzz_filter(bytes, length);
	return 0;
}
