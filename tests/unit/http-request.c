/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/request.h"

#include <string.h>

#include "idp/limits.h"

#define MAX_FIELDS 8

typedef struct {
	const char *name;
	const char *method, *target, *version;
	const char *fields[2 * MAX_FIELDS]; /* name, value, ... */
	int want;                           /* 0 or the status of the refusal */
} Case;

#define HOST "Host", "idp.example"

static const Case cases[] = {
	{"plain get", "GET", "/saml/sso?a=%41&b", "HTTP/1.1", {HOST}, 0},
	{"head", "HEAD", "/", "HTTP/1.1", {HOST}, 0},
	{"post", "POST", "/login", "HTTP/1.1", {HOST, "Content-Length", "12"}, 0},
	{"post without body", "POST", "/login", "HTTP/1.1", {HOST}, 0},
	{"chunked", "POST", "/", "HTTP/1.1", {HOST, "Transfer-Encoding", "Chunked"}, 0},
	{"http/1.0 without host", "GET", "/", "HTTP/1.0", {NULL}, 0},
	{"get of length 0", "GET", "/", "HTTP/1.1", {HOST, "Content-Length", "0"}, 0},
	{"raw specials in the query", "GET", "/?a=|^`{}\\'\"<>", "HTTP/1.1", {HOST}, 0},
	{"latin-1 in a field that is not kept", "GET", "/", "HTTP/1.1", {HOST, "X-Y", "\xe5"}, 0},

	{"put", "PUT", "/", "HTTP/1.1", {HOST}, 405},
	{"lower-case method", "get", "/", "HTTP/1.1", {HOST}, 405},
	{"connect", "CONNECT", "a:1", "HTTP/1.1", {HOST}, 405},
	{"http/2", "GET", "/", "HTTP/2.0", {HOST}, 505},
	{"http/1.2", "GET", "/", "HTTP/1.2", {HOST}, 505},
	{"no version", "GET", "/", "", {HOST}, 505},
	{"absolute form", "GET", "http://idp.example/", "HTTP/1.1", {HOST}, 400},
	{"asterisk form", "GET", "*", "HTTP/1.1", {HOST}, 400},
	{"empty target", "GET", "", "HTTP/1.1", {HOST}, 400},
	{"fragment", "GET", "/#a", "HTTP/1.1", {HOST}, 400},
	{"space in target", "GET", "/a b", "HTTP/1.1", {HOST}, 400},
	{"raw utf-8 in target", "GET", "/\xc3\xa5", "HTTP/1.1", {HOST}, 400},
	{"tab in query", "GET", "/?a\tb", "HTTP/1.1", {HOST}, 400},
	{"escape cut off", "GET", "/%4", "HTTP/1.1", {HOST}, 400},
	{"escape at the end of the path", "GET", "/%?41", "HTTP/1.1", {HOST}, 400},
	{"escape not hex", "GET", "/%zz", "HTTP/1.1", {HOST}, 400},
	{"escaped NUL in path", "GET", "/login%00.css", "HTTP/1.1", {HOST}, 400},
	{"escaped NUL in query", "GET", "/?a=%00", "HTTP/1.1", {HOST}, 400},
	{"bad escape in query", "GET", "/?a=100%", "HTTP/1.1", {HOST}, 400},
	{"escaped slash", "GET", "/static%2f..%2fkey", "HTTP/1.1", {HOST}, 400},
	{"escaped backslash", "GET", "/static%5ckey", "HTTP/1.1", {HOST}, 400},
	{"backslash", "GET", "/\\evil.example", "HTTP/1.1", {HOST}, 400},
	{"dot segment", "GET", "/static/../key", "HTTP/1.1", {HOST}, 400},
	{"escaped dot segment", "GET", "/static/%2e%2E/key", "HTTP/1.1", {HOST}, 400},
	{"single dot", "GET", "/./login", "HTTP/1.1", {HOST}, 400},
	{"dot at the end", "GET", "/static/..", "HTTP/1.1", {HOST}, 400},
	{"double slash", "GET", "//evil.example", "HTTP/1.1", {HOST}, 400},
	{"escaped line break", "GET", "/a%0d%0aSet-Cookie:b", "HTTP/1.1", {HOST}, 400},
	{"escaped c1 control", "GET", "/%c2%85", "HTTP/1.1", {HOST}, 400},
	{"overlong utf-8", "GET", "/%c0%af", "HTTP/1.1", {HOST}, 400},
	{"utf-8 cut off", "GET", "/%c3", "HTTP/1.1", {HOST}, 400},

	{"no host", "GET", "/", "HTTP/1.1", {NULL}, 400},
	{"empty host", "GET", "/", "HTTP/1.1", {"Host", ""}, 400},
	{"two hosts", "GET", "/", "HTTP/1.1", {HOST, "host", "evil.example"}, 400},
	{"two equal hosts", "GET", "/", "HTTP/1.1", {HOST, HOST}, 400},
	{"host with user", "GET", "/", "HTTP/1.1", {"Host", "a@idp.example"}, 400},
	{"host with path", "GET", "/", "HTTP/1.1", {"Host", "idp.example/x"}, 400},
	{"host with space", "GET", "/", "HTTP/1.1", {"Host", "idp.example evil"}, 400},
	{"host list", "GET", "/", "HTTP/1.1", {"Host", "idp.example,evil"}, 400},
	{"host with empty port", "GET", "/", "HTTP/1.1", {"Host", "idp.example:"}, 400},
	{"host with long port", "GET", "/", "HTTP/1.1", {"Host", "idp.example:123456"}, 400},
	{"host with open bracket", "GET", "/", "HTTP/1.1", {"Host", "[::1"}, 400},
	{"two content lengths",
	 "POST",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Content-Length", "4", "Content-Length", "5"},
	 400},
	{"two equal content lengths",
	 "POST",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Content-Length", "4", "content-length", "4"},
	 400},
	{"content length and transfer encoding",
	 "POST",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Content-Length", "4", "Transfer-Encoding", "chunked"},
	 400},
	{"content length list", "POST", "/", "HTTP/1.1", {HOST, "Content-Length", "4, 4"}, 400},
	{"content length with sign", "POST", "/", "HTTP/1.1", {HOST, "Content-Length", "+4"}, 400},
	{"negative content length", "POST", "/", "HTTP/1.1", {HOST, "Content-Length", "-1"}, 400},
	{"hex content length", "POST", "/", "HTTP/1.1", {HOST, "Content-Length", "0x4"}, 400},
	{"content length with space", "POST", "/", "HTTP/1.1", {HOST, "Content-Length", "4 "}, 400},
	{"empty content length", "POST", "/", "HTTP/1.1", {HOST, "Content-Length", ""}, 400},
	{"content length of 64 bits",
	 "POST",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Content-Length", "18446744073709551617"},
	 400},
	{"get with body", "GET", "/", "HTTP/1.1", {HOST, "Content-Length", "4"}, 400},
	{"get chunked", "GET", "/", "HTTP/1.1", {HOST, "Transfer-Encoding", "chunked"}, 400},
	{"gzip, chunked",
	 "POST",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Transfer-Encoding", "gzip, chunked"},
	 501},
	{"chunked with space",
	 "POST",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Transfer-Encoding", "chunked "},
	 501},
	{"xchunked", "POST", "/", "HTTP/1.1", {HOST, "Transfer-Encoding", "xchunked"}, 501},
	{"identity", "POST", "/", "HTTP/1.1", {HOST, "Transfer-Encoding", "identity"}, 501},
	{"chunked twice",
	 "POST",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"},
	 400},
	{"chunked in 1.0", "POST", "/", "HTTP/1.0", {HOST, "Transfer-Encoding", "chunked"}, 400},
	{"two content types",
	 "POST",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Content-Type", "a/b", "Content-Type", "c/d"},
	 400},
	{"two cookies", "GET", "/", "HTTP/1.1", {HOST, "Cookie", "a=b", "Cookie", "c=d"}, 400},
	{"two origins", "GET", "/", "HTTP/1.1", {HOST, "Origin", "null", "Origin", "null"}, 400},
	{"two authorizations",
	 "GET",
	 "/",
	 "HTTP/1.1",
	 {HOST, "Authorization", "a", "Authorization", "b"},
	 400},
	{"name with space", "GET", "/", "HTTP/1.1", {HOST, "Content-Length ", "4"}, 400},
	{"name with tab", "GET", "/", "HTTP/1.1", {HOST, "X\tY", "4"}, 400},
	{"empty name", "GET", "/", "HTTP/1.1", {HOST, "", "4"}, 400},
	{"name with umlaut", "GET", "/", "HTTP/1.1", {HOST, "X-\xc3\xa5", "4"}, 400},
	{"name with brackets", "GET", "/", "HTTP/1.1", {HOST, "X(Y)", "4"}, 400},
	{"line feed in value", "GET", "/", "HTTP/1.1", {HOST, "X", "a\nb"}, 400},
	{"carriage return in value", "GET", "/", "HTTP/1.1", {HOST, "X", "a\rb"}, 400},
	{"escape in value", "GET", "/", "HTTP/1.1", {HOST, "X", "\x1b[2J"}, 400},
	{"latin-1 in origin", "GET", "/", "HTTP/1.1", {HOST, "Origin", "https://\xe5"}, 400},
};

static HttpRequest *decode(const Case *c, const char *const *hosts, GError **error)
{
	HttpField fields[MAX_FIELDS];
	HttpHead head = {c->method, c->target, c->version, fields, 0, hosts};

	for (gsize i = 0; i < 2 * MAX_FIELDS && c->fields[i]; i += 2)
		fields[head.n_fields++] =
			(HttpField){c->fields[i], c->fields[i + 1], strlen(c->fields[i]),
				    strlen(c->fields[i + 1])};
	return http_request_decode(&head, error);
}

static void test_table(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(HttpRequest) request = decode(&cases[i], NULL, &error);
		g_test_message("%s: %s", cases[i].name, error ? error->message : "taken");
		g_assert_true((request == NULL) == (error != NULL));
		g_assert_cmpint(error ? error->code : 0, ==, cases[i].want);
		if (error)
			g_assert_true(error->domain == HTTP_ERROR);
	}
}

static void test_values(void)
{
	static const Case c = {"",
			       "POST",
			       "/sk%C3%B6t/a+b?SAMLRequest=a%2Bb+c%3d&x=%e5",
			       "HTTP/1.1",
			       {"HOST", "IDP.Example:8443", "content-type",
				"Application/X-WWW-Form-Urlencoded ; charset=utf-8", "Origin",
				"null", "Cookie", "a=b", "Content-Length", "7", "Accept-Language",
				"sv", "Sec-Fetch-Site", "cross-site"},
			       0};
	g_autoptr(GError) error = NULL;
	g_autoptr(HttpRequest) request = decode(&c, NULL, &error);

	g_assert_no_error(error);
	g_assert_cmpint(request->method, ==, HTTP_POST);
	g_assert_cmpstr(request->path, ==, "/sköt/a+b");
	g_assert_cmpstr(request->query, ==, "SAMLRequest=a%2Bb+c%3d&x=%e5");
	g_assert_cmpstr(request->host, ==, "idp.example:8443");
	g_assert_cmpstr(request->content_type, ==, "application/x-www-form-urlencoded");
	g_assert_cmpstr(request->origin, ==, "null");
	g_assert_cmpstr(request->cookies, ==, "a=b");
	g_assert_cmpstr(request->accept_language, ==, "sv");
	g_assert_cmpstr(request->sec_fetch_site, ==, "cross-site");
	g_assert_cmpint(request->body_announced, ==, 7);
	g_assert_cmpuint(g_bytes_get_size(request->body), ==, 0);
	g_assert_cmpuint(strlen(request->reference), ==, HTTP_REFERENCE_LENGTH);
}

static void test_hosts(void)
{
	static const char *const hosts[] = {"idp.example", "idp.example:8443", NULL};
	static const struct {
		const char *host;
		int want;
	} table[] = {
		{"idp.example", 0},    {"IDP.example:8443", 0},       {"idp.example:443", 421},
		{"idp.example.", 421}, {"evil.example", 421},         {"127.0.0.1:8443", 421},
		{"[::1]:8443", 421},   {"idp.example.evil.com", 421}, {"xidp.example", 421},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		Case c = {"", "GET", "/", "HTTP/1.1", {"Host", table[i].host}, 0};
		g_autoptr(GError) error = NULL;
		g_autoptr(HttpRequest) request = decode(&c, hosts, &error);
		g_assert_cmpint(error ? error->code : 0, ==, table[i].want);
	}
	Case old = {"", "GET", "/", "HTTP/1.0", {NULL}, 0};
	g_autoptr(GError) error = NULL;
	g_autoptr(HttpRequest) request = decode(&old, hosts, &error);
	g_assert_error(error, HTTP_ERROR, 400);
}

static void test_lengths(void)
{
	static const HttpField nul_in_value[] = {{"Host", "a", 4, 1}, {"X", "a\0b", 1, 3}};
	static const HttpField nul_in_name[] = {{"Host", "a", 4, 1}, {"X\0Y", "a", 3, 1}};
	HttpField many[LIMIT_HTTP_HEADERS + 1];
	HttpHead head = {"GET", "/", "HTTP/1.1", nul_in_value, 2, NULL};
	g_autoptr(GError) error = NULL;

	g_assert_null(http_request_decode(&head, &error));
	g_assert_error(error, HTTP_ERROR, 400);
	g_clear_error(&error);
	head.fields = nul_in_name;
	g_assert_null(http_request_decode(&head, &error));
	g_assert_error(error, HTTP_ERROR, 400);
	g_clear_error(&error);

	for (gsize i = 0; i < G_N_ELEMENTS(many); i++)
		many[i] = (HttpField){"X", "a", 1, 1};
	many[0] = (HttpField){"Host", "a", 4, 1};
	head.fields = many;
	head.n_fields = LIMIT_HTTP_HEADERS;
	g_autoptr(HttpRequest) request = http_request_decode(&head, &error);
	g_assert_no_error(error);
	head.n_fields++;
	g_assert_null(http_request_decode(&head, &error));
	g_assert_error(error, HTTP_ERROR, 431);
}

static void test_reference(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (int i = 0; i < 1000; i++) {
		char reference[HTTP_REFERENCE_LENGTH + 1];
		http_reference_new(reference);
		g_assert_cmpuint(strspn(reference, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), ==,
				 HTTP_REFERENCE_LENGTH);
		g_assert_true(g_hash_table_add(seen, g_strdup(reference)));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-request/table", test_table);
	g_test_add_func("/http-request/values", test_values);
	g_test_add_func("/http-request/hosts", test_hosts);
	g_test_add_func("/http-request/lengths", test_lengths);
	g_test_add_func("/http-request/reference", test_reference);
	return g_test_run();
}
