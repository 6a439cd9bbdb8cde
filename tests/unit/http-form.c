/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/form.h"

#include <string.h>

#include "idp/limits.h"

static const struct {
	const char *name, *input;
	const char *want; /* "name=value|..." decoded, NULL: refused */
} cases[] = {
	{"empty", "", ""},
	{"one", "a=b", "a=b|"},
	{"no equals", "a", "a=|"},
	{"empty value", "a=", "a=|"},
	{"equals in value", "a=b=c==", "a=b=c==|"},
	{"plus is a space", "a+b=c+d", "a b=c d|"},
	{"escapes", "%61=%2B%3d%26%C3%A5", "a=+=&å|"},
	{"order kept", "b=1&a=2&b=3", "b=1|a=2|b=3|"},
	{"escaped line break", "a=%0D%0A", "a=\r\n|"},

	{"no name", "=b", NULL},
	{"nothing between", "a=1&&b=2", NULL},
	{"ampersand first", "&a=1", NULL},
	{"ampersand last", "a=1&", NULL},
	{"lone ampersand", "&", NULL},
	{"escape cut off", "a=%4", NULL},
	{"escape over the border", "a=%&41=b", NULL},
	{"escape not hex", "a=%g0", NULL},
	{"percent u", "a=%u0041", NULL},
	{"escaped NUL in value", "a=b%00c", NULL},
	{"escaped NUL in name", "a%00=b", NULL},
	{"latin-1", "a=%E5", NULL},
	{"overlong slash", "a=%C0%AF", NULL},
	{"surrogate", "a=%ED%A0%80", NULL},
	{"beyond unicode", "a=%F4%90%80%80", NULL},
	{"utf-8 cut off", "a=%C3", NULL},
	{"raw utf-8", "a=\xc3\xa5", NULL},
	{"raw space", "a=b c", NULL},
	{"raw line break", "a=b\r\n", NULL},
	{"raw tab", "a=\tb", NULL},
	{"raw delete", "a=\x7f", NULL},
};

static char *shape(const Form *form)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < form->pairs->len; i++) {
		const FormPair *pair = g_ptr_array_index(form->pairs, i);
		g_string_append_printf(text, "%s=%s|", pair->name, pair->value);
	}
	return g_string_free(text, FALSE);
}

static void test_table(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Form) form = form_parse(cases[i].input, strlen(cases[i].input), &error);
		g_autofree char *got = form ? shape(form) : NULL;
		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(got, ==, cases[i].want);
		g_assert_true((form == NULL) == (error != NULL));
		if (error)
			g_assert_error(error, HTTP_ERROR, 400);
	}
}

static void test_raw(void)
{
	static const char query[] = "SAMLRequest=a%2bb%2Bc&RelayState=&SigAlg";
	g_autoptr(GError) error = NULL;
	g_autoptr(Form) form = form_parse(query, strlen(query), &error);

	g_assert_no_error(error);
	g_assert_cmpstr(form_get_pair(form, "SAMLRequest", &error)->raw_value, ==, "a%2bb%2Bc");
	g_assert_cmpstr(form_get_pair(form, "RelayState", &error)->raw_value, ==, "");
	g_assert_null(form_get_pair(form, "SigAlg", &error)->raw_value);
	g_assert_no_error(error);
}

static void test_get(void)
{
	/* The same name in two spellings is still the same name. */
	static const char body[] = "a=1&b=2&%62=3";
	g_autoptr(GError) error = NULL;
	g_autoptr(Form) form = form_parse(body, strlen(body), &error);

	g_assert_cmpstr(form_get(form, "a", &error), ==, "1");
	g_assert_no_error(error);
	g_assert_null(form_get(form, "c", &error));
	g_assert_no_error(error);
	g_assert_true(form_has_duplicates(form));
	g_assert_null(form_get(form, "b", &error));
	g_assert_error(error, HTTP_ERROR, 400);

	g_autoptr(Form) plain = form_parse("a=1&b=2", 7, NULL);
	g_assert_false(form_has_duplicates(plain));
}

static void test_count(void)
{
	g_autoptr(GString) text = g_string_new("a0=");
	g_autoptr(GError) error = NULL;

	for (int i = 1; i < LIMIT_HTTP_PARAMETERS; i++)
		g_string_append_printf(text, "&a%d=", i);
	g_autoptr(Form) form = form_parse(text->str, text->len, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(form->pairs->len, ==, LIMIT_HTTP_PARAMETERS);
	g_string_append(text, "&one=more");
	g_assert_null(form_parse(text->str, text->len, &error));
	g_assert_error(error, HTTP_ERROR, 400);
}

static void test_nul(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(form_parse("a=b\0c", 5, &error));
	g_assert_error(error, HTTP_ERROR, 400);
}

static void test_request(void)
{
	g_autoptr(HttpRequest) request = http_request_new(HTTP_POST, "/login?x=1");
	g_autoptr(GError) error = NULL;
	g_autoptr(Form) query = form_from_query(request, &error);

	g_assert_cmpstr(form_get(query, "x", &error), ==, "1");
	g_assert_null(form_from_body(request, &error));
	g_assert_error(error, HTTP_ERROR, 415);
	g_clear_error(&error);
	request->content_type = g_strdup("text/plain");
	g_assert_null(form_from_body(request, &error));
	g_assert_error(error, HTTP_ERROR, 415);
	g_clear_error(&error);
	g_free(request->content_type);
	request->content_type = g_strdup("application/x-www-form-urlencoded");
	g_bytes_unref(request->body);
	request->body = g_bytes_new_static("y=%C3%A5", 8);
	g_autoptr(Form) body = form_from_body(request, &error);
	g_assert_cmpstr(form_get(body, "y", &error), ==, "å");
	g_assert_no_error(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-form/table", test_table);
	g_test_add_func("/http-form/raw", test_raw);
	g_test_add_func("/http-form/get", test_get);
	g_test_add_func("/http-form/count", test_count);
	g_test_add_func("/http-form/nul", test_nul);
	g_test_add_func("/http-form/request", test_request);
	return g_test_run();
}
