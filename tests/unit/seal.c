/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/seal.h"

#include <string.h>

#include "idp/limits.h"

#define NOW 1800000000

static const uint8_t key_bytes[SEAL_KEY_BYTES] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
						  11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
						  22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

static Sealer *test_sealer(void)
{
	g_autoptr(GError) error = NULL;
	Sealer *sealer = sealer_new(key_bytes, sizeof(key_bytes), &error);

	g_assert_no_error(error);
	return sealer;
}

static void assert_hex(const uint8_t hash[SEAL_HASH_BYTES], const char *want)
{
	g_autoptr(GString) hex = g_string_new(NULL);

	for (unsigned i = 0; i < SEAL_HASH_BYTES; i++)
		g_string_append_printf(hex, "%02x", hash[i]);
	g_assert_cmpstr(hex->str, ==, want);
}

static void assert_opens(const Sealer *sealer, const char *purpose, const char *sealed, int64_t now,
			 SealOutcome want, const char *plain)
{
	g_autoptr(GBytes) bytes = NULL;

	g_assert_cmpint(seal_open(sealer, purpose, sealed, now, &bytes), ==, want);
	if (want == SEAL_BROKEN)
		g_assert_null(bytes);
	else
		g_assert_cmpmem(g_bytes_get_data(bytes, NULL), (int)g_bytes_get_size(bytes), plain,
				(int)strlen(plain));
}

static void opens_what_it_closed(void)
{
	static const struct {
		const char *name, *purpose;
		int64_t expires, now;
		SealOutcome want;
	} cases[] = {
		{"fresh", "ask", NOW + 600, NOW, SEAL_OK},
		{"the last second", "ask", NOW + 600, NOW + 599, SEAL_OK},
		{"the second it expires", "ask", NOW + 600, NOW + 600, SEAL_EXPIRED},
		{"long past", "ask", NOW + 600, NOW + 1000000, SEAL_EXPIRED},
		{"never valid", "ask", INT64_MIN, NOW, SEAL_EXPIRED},
		{"for ever", "ask", INT64_MAX, NOW, SEAL_OK},
		{"other purpose", "as", NOW + 600, NOW, SEAL_BROKEN},
		{"longer purpose", "ask ", NOW + 600, NOW, SEAL_BROKEN},
		{"no purpose", "", NOW + 600, NOW, SEAL_BROKEN},
		{"other purpose, expired", "ASK", NOW - 1, NOW, SEAL_BROKEN},
	};
	g_autoptr(Sealer) sealer = test_sealer();

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *sealed = seal_close(sealer, "ask", "Pippi", 5, cases[i].expires);

		g_test_message("%s", cases[i].name);
		g_assert_cmpuint(strlen(sealed), ==, (4 * (49 + 5) + 2) / 3);
		assert_opens(sealer, cases[i].purpose, sealed, cases[i].now, cases[i].want,
			     "Pippi");
	}
}

static void opens_nothing_else(void)
{
	static const char *const cases[] = {
		NULL,
		"",
		"A",
		"AA",
		"AAAA",
		"=",
		"====",
		"hello",
		"\xff\xff\xff",
		"a b",
		"+/+/",
		/* as long as a seal of five bytes, all zero */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	g_autoptr(Sealer) sealer = test_sealer();
	g_autofree char *endless = g_strnfill(1024 * 1024, 'A');

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_opens(sealer, "ask", cases[i], NOW, SEAL_BROKEN, NULL);
	assert_opens(sealer, "ask", endless, NOW, SEAL_BROKEN, NULL);
}

static void notices_every_flipped_bit(void)
{
	g_autoptr(Sealer) sealer = test_sealer();
	g_autofree char *sealed = seal_close(sealer, "ask", "Pippi", 5, NOW + 600);
	g_autoptr(GBytes) blob = seal_base64url_decode(sealed, 100);
	gsize length = g_bytes_get_size(blob);
	g_autofree uint8_t *bytes = g_memdup2(g_bytes_get_data(blob, NULL), length);

	g_assert_cmpuint(length, ==, 54);
	for (unsigned bit = 0; bit < length * 8; bit++) {
		g_autofree char *altered = NULL;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		altered = seal_base64url(bytes, length);
		assert_opens(sealer, "ask", altered, NOW, SEAL_BROKEN, NULL);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (unsigned n = 0; n < length; n++) {
		g_autofree char *cut = seal_base64url(bytes, n);

		assert_opens(sealer, "ask", cut, NOW, SEAL_BROKEN, NULL);
	}
}

static void takes_one_spelling_only(void)
{
	static const char *const tails[] = {"=", "==", "A", "\n", " ", "%3D", "&x"};
	g_autoptr(Sealer) sealer = test_sealer();
	/* 49 + 4 bytes leave two spare bits in the last character */
	g_autofree char *sealed = seal_close(sealer, "ask", "Lisa", 4, NOW + 600);
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *last = sealed + strlen(sealed) - 1;
	ptrdiff_t digit = strchr(alphabet, *last) - alphabet;

	for (unsigned i = 0; i < G_N_ELEMENTS(tails); i++) {
		g_autofree char *longer = g_strconcat(sealed, tails[i], NULL);

		assert_opens(sealer, "ask", longer, NOW, SEAL_BROKEN, NULL);
	}
	assert_opens(sealer, "ask", sealed, NOW, SEAL_OK, "Lisa");
	g_assert_cmpint(digit % 4, ==, 0);
	for (int spare = 1; spare < 4; spare++) {
		*last = alphabet[digit + spare];
		assert_opens(sealer, "ask", sealed, NOW, SEAL_BROKEN, NULL);
	}
}

static void another_key_opens_nothing(void)
{
	g_autoptr(Sealer) sealer = test_sealer();
	g_autoptr(Secret) other_key = secret_new_random(SEAL_KEY_BYTES);
	g_autoptr(Sealer) other = sealer_new(secret_bytes(other_key), SEAL_KEY_BYTES, NULL);
	g_autofree char *sealed = seal_close(other, "ask", "Pippi", 5, NOW + 600);

	assert_opens(other, "ask", sealed, NOW, SEAL_OK, "Pippi");
	assert_opens(sealer, "ask", sealed, NOW, SEAL_BROKEN, NULL);
}

/* A handle must survive an upgrade in the middle of a login. */
static void opens_what_an_earlier_version_closed(void)
{
	g_autoptr(Sealer) sealer = test_sealer();

	assert_opens(sealer, "ask",
		     "AWImdRYut6HbC6ehFdWMP76enPaTC7xQj2YyCshyxb1jT0M8OpI6FhvstnBSzRc8Mfn4LQ5l",
		     NOW, SEAL_OK, "Pippi");
}

static void never_seals_twice_the_same(void)
{
	g_autoptr(Sealer) sealer = test_sealer();
	g_autofree char *a = seal_close(sealer, "ask", "Pippi", 5, NOW);
	g_autofree char *b = seal_close(sealer, "ask", "Pippi", 5, NOW);

	g_assert_cmpstr(a, !=, b);
}

static void keeps_its_size_limit(void)
{
	g_autoptr(Sealer) sealer = test_sealer();
	g_autofree char *plain = g_strnfill(LIMIT_SEALED + 1, 'x');
	g_autofree char *sealed = seal_close(sealer, "ask", plain, LIMIT_SEALED + 1, NOW);
	g_autofree char *most = seal_close(sealer, "ask", plain, LIMIT_SEALED, NOW + 1);
	g_autofree char *none = seal_close(sealer, "ask", NULL, 0, NOW + 1);

	g_assert_null(sealed);
	plain[LIMIT_SEALED] = '\0';
	assert_opens(sealer, "ask", most, NOW, SEAL_OK, plain);
	assert_opens(sealer, "ask", none, NOW, SEAL_OK, "");
}

static void refuses_what_is_no_key(void)
{
	uint8_t bytes[64];

	for (unsigned length = 0; length <= sizeof(bytes); length++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Sealer) sealer = NULL;

		for (unsigned i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)i;
		sealer = sealer_new(bytes, length, &error);
		g_assert_true((sealer != NULL) == (length == SEAL_KEY_BYTES));
		g_assert_true((error == NULL) == (length == SEAL_KEY_BYTES));
	}
	for (unsigned fill = 0; fill < 256; fill += 0x55) {
		g_autoptr(GError) error = NULL;

		memset(bytes, (int)fill, sizeof(bytes));
		g_assert_null(sealer_new(bytes, SEAL_KEY_BYTES, &error));
		g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
	}
}

static void base64url_is_strict(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", ""},
		{"Zg", "f"},
		{"Zm8", "fo"},
		{"Zm9v", "foo"},
		{"Zm9vYg", "foob"},
		{"_-8", "\xff\xef"},
		{NULL, NULL},
		{"Zg==", NULL},
		{"Zh", NULL},
		{"Zm9", NULL},
		{"Z", NULL},
		{"Zm 8", NULL},
		{"Zm8\n", NULL},
		{"/+8", NULL},
		{"\xa6-8", NULL}, /* to libsodium the same as "_-8" */
		{"Zm9vYmFyYmFy", NULL} /* nine bytes, eight allowed */,
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) bytes = seal_base64url_decode(cases[i].text, 8);

		g_test_message("'%s'", cases[i].text == NULL ? "(null)" : cases[i].text);
		if (cases[i].want == NULL) {
			g_assert_null(bytes);
			continue;
		}
		g_assert_nonnull(bytes);
		g_assert_cmpmem(g_bytes_get_data(bytes, NULL), (int)g_bytes_get_size(bytes),
				cases[i].want, (int)strlen(cases[i].want));
		g_autofree char *back = seal_base64url(cases[i].want, strlen(cases[i].want));
		g_assert_cmpstr(back, ==, cases[i].text);
	}
}

static void hashes_are_the_published_ones(void)
{
	uint8_t hash[SEAL_HASH_BYTES], other[SEAL_HASH_BYTES];
	g_autoptr(Sealer) sealer = test_sealer();
	/* RFC 4231, test cases 2 and 6 */
	g_autoptr(Secret) jefe = secret_new("Jefe", 4);
	g_autofree char *aa = g_strnfill(131, '\xaa');
	g_autoptr(Secret) longer = secret_new(aa, 131);
	static const char nothing[] = "what do ya want for nothing?";
	static const char larger[] = "Test Using Larger Than Block-Size Key - Hash Key First";

	seal_hmac(jefe, nothing, strlen(nothing), hash);
	assert_hex(hash, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	seal_hmac(longer, larger, strlen(larger), hash);
	assert_hex(hash, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	/* the next three from Python's hashlib and hmac */
	seal_hash("p", "abc", 3, hash);
	assert_hex(hash, "7f780d927509b47c0f3aa5070c5e91bc9d9ae3ba6b1cdebf6029a0ae21eefdee");
	seal_hash("p", NULL, 0, hash);
	assert_hex(hash, "556287beab7f3fc72e03ff24bbb7cc4e7866f42d21a222597041674b42a48a52");
	sealer_mac(sealer, "csrf", "cookie", 6, hash);
	assert_hex(hash, "c2f5586d8ac27d0005b3dd659bedab1ea7ebf6c4eaf8727b8c1787385aef7efc");

	sealer_mac(sealer, "csrf2", "cookie", 6, other);
	g_assert_false(seal_equal(hash, other, SEAL_HASH_BYTES));
	seal_hash("pa", "bc", 2, hash);
	seal_hash("p", "abc", 3, other);
	g_assert_false(seal_equal(hash, other, SEAL_HASH_BYTES));
}

static void equality(void)
{
	g_assert_true(seal_equal_text("abc", "abc"));
	g_assert_true(seal_equal_text("", ""));
	g_assert_false(seal_equal_text("abc", "abd"));
	g_assert_false(seal_equal_text("abc", "ab"));
	g_assert_false(seal_equal_text("abc", NULL));
	g_assert_false(seal_equal_text(NULL, NULL));
	g_assert_true(seal_equal("abcX", "abcY", 3));
	g_assert_false(seal_equal("abcX", "abcY", 4));
}

static void random_tokens_differ(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < 1000; i++) {
		char *token = seal_random_token(32);

		g_assert_cmpuint(strlen(token), ==, 43);
		g_assert_true(g_hash_table_add(seen, token));
	}
}

static void secrets(void)
{
	g_autoptr(Secret) secret = secret_new("hemligt", 7);
	g_autoptr(Secret) same = secret_ref(secret);
	g_autoptr(Secret) empty = secret_new(NULL, 0);
	char buffer[] = "hemligt";

	g_assert_cmpstr(secret_text(same), ==, "hemligt");
	g_assert_cmpuint(secret_length(same), ==, 7);
	g_assert_cmpstr(secret_text(empty), ==, "");
	seal_wipe(buffer, sizeof(buffer));
	for (unsigned i = 0; i < sizeof(buffer); i++)
		g_assert_cmpint(buffer[i], ==, 0);
	seal_wipe(NULL, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/seal/opens-what-it-closed", opens_what_it_closed);
	g_test_add_func("/seal/opens-nothing-else", opens_nothing_else);
	g_test_add_func("/seal/notices-every-flipped-bit", notices_every_flipped_bit);
	g_test_add_func("/seal/takes-one-spelling-only", takes_one_spelling_only);
	g_test_add_func("/seal/another-key-opens-nothing", another_key_opens_nothing);
	g_test_add_func("/seal/opens-what-an-earlier-version-closed",
			opens_what_an_earlier_version_closed);
	g_test_add_func("/seal/never-seals-twice-the-same", never_seals_twice_the_same);
	g_test_add_func("/seal/keeps-its-size-limit", keeps_its_size_limit);
	g_test_add_func("/seal/refuses-what-is-no-key", refuses_what_is_no_key);
	g_test_add_func("/seal/base64url-is-strict", base64url_is_strict);
	g_test_add_func("/seal/hashes-are-the-published-ones", hashes_are_the_published_ones);
	g_test_add_func("/seal/equality", equality);
	g_test_add_func("/seal/random-tokens-differ", random_tokens_differ);
	g_test_add_func("/seal/secrets", secrets);
	return g_test_run();
}
