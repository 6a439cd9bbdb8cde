/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a stranger may send, against the real server: every hostile request carries a second one
 * behind it, which must never reach the handler.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "idp/http/server.h"
#include "idp/limits.h"
#include "tests/unit/http-client.h"

static atomic_uint smuggled;
static HttpServer *server;

/* Answers with what it understood. */
static void echo(HttpExchange *exchange, const HttpRequest *request, gpointer user)
{
	g_autofree char *text = NULL;

	if (strstr(request->path, "smuggled"))
		atomic_fetch_add(&smuggled, 1);
	text = g_strdup_printf("%s %s?%s %zu", request->method == HTTP_POST ? "POST" : "GET",
			       request->path, request->query ? request->query : "-",
			       g_bytes_get_size(request->body));
	http_exchange_answer(exchange, http_response_text(200, text));
}

static gsize body_limit(HttpMethod method, const char *path, gpointer user)
{
	return strcmp(path, "/saml/sso") == 0 ? LIMIT_HTTP_BODY_SAML : 0;
}

static void start(void)
{
	HttpServerOptions options = {
		.listen = "127.0.0.1:0", .threads = 2, .handler = echo, .body_limit = body_limit};
	g_autoptr(GError) error = NULL;

	server = http_server_start(&options, &error);
	g_assert_no_error(error);
}

#define BYTES(text)         text, sizeof text - 1
#define HOST                "Host: idp.example\r\n"
#define NEXT                "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET(headers)        "GET / HTTP/1.1\r\n" HOST headers "\r\n" NEXT
#define POST(headers, body) "POST / HTTP/1.1\r\n" HOST headers "\r\n" body

static const struct {
	const char *name, *bytes;
	gsize length;
	const char *want; /* what the handler understood */
} honest[] = {
	{"get", BYTES("GET / HTTP/1.1\r\n" HOST "\r\n"), "GET /?- 0"},
	{"http/1.0", BYTES("GET /a HTTP/1.0\r\n\r\n"), "GET /a?- 0"},
	{"query as it came", BYTES("GET /?a=%2b+%3D&a&SAMLRequest=x%0A HTTP/1.1\r\n" HOST "\r\n"),
	 "GET /?a=%2b+%3D&a&SAMLRequest=x%0A 0"},
	{"escaped path", BYTES("GET /sk%C3%B6t HTTP/1.1\r\n" HOST "\r\n"), "GET /sköt?- 0"},
	{"no space after colon", BYTES("GET / HTTP/1.1\r\nHost:idp.example\r\nX:y\r\n\r\n"),
	 "GET /?- 0"},
	{"spaces after colon", BYTES("GET / HTTP/1.1\r\nHost: \t idp.example\r\n\r\n"),
	 "GET /?- 0"},
	{"empty value", BYTES("GET / HTTP/1.1\r\n" HOST "X:\r\nY: \r\n\r\n"), "GET /?- 0"},
	{"cookies", BYTES("GET / HTTP/1.1\r\n" HOST "Cookie: a=b; c=\"d e\"; f\r\n\r\n"),
	 "GET /?- 0"},
	{"empty line first", BYTES("\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), "GET /?- 0"},
	{"post", BYTES(POST("Content-Length: 3\r\n", "a=b")), "POST /?- 3"},
	{"post without a body", BYTES(POST("", "")), "POST /?- 0"},
	{"post of NUL", BYTES(POST("Content-Length: 3\r\n", "\0\0\0")), "POST /?- 3"},
	{"chunks",
	 BYTES(POST("Transfer-Encoding: chunked\r\n", "3\r\na=b\r\n2\r\nxy\r\n0\r\n\r\n")),
	 "POST /?- 5"},
	{"chunks with trailer",
	 BYTES(POST("Transfer-Encoding: chunked\r\n", "3\r\na=b\r\n0\r\nX: y\r\n\r\n")),
	 "POST /?- 3"},
	{"100-continue", BYTES(POST("Expect: 100-continue\r\nContent-Length: 3\r\n", "a=b")),
	 "POST /?- 3"},
};

static void test_honest(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(honest); i++) {
		g_autoptr(Reply) reply =
			client_ask(http_server_port(server), honest[i].bytes, honest[i].length);
		g_test_message("%s", honest[i].name);
		g_assert_cmpint(reply->status, ==, 200);
		g_assert_cmpstr(reply->body->str, ==, honest[i].want);
	}
}

/* `want` 0: closed without a word. Those of the library's own carry no page of ours. */
static const struct {
	const char *name, *bytes;
	gsize length;
	int want;
} hostile[] = {
	{"bare LF after request line", BYTES("GET / HTTP/1.1\n" HOST "\r\n" NEXT), 400},
	{"bare LF after header", BYTES("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n" NEXT), 400},
	{"bare LF hidden by a space", BYTES("GET / HTTP/1.1\r\nHost: a\nX:  y\r\n\r\n" NEXT), 400},
	{"bare LF after last header", BYTES("GET / HTTP/1.1\r\nHost: a\n\r\n" NEXT), 400},
	{"bare LF as empty line", BYTES("GET / HTTP/1.1\r\nHost: a\r\n\n" NEXT), 400},
	{"all bare LF", BYTES("GET / HTTP/1.1\nHost: a\n\n" NEXT), 400},
	{"CR in value", BYTES(GET("X: a\rb\r\n")), 400},
	{"CR CR LF", BYTES(GET("X: a\r\r\n")), 400},
	{"CR in name", BYTES(GET("X\rY: a\r\n")), 400},
	{"CR in target", BYTES("GET /a\rb HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"NUL in value", BYTES(GET("X: a\0b\r\n")), 400},
	{"NUL at the end of a value", BYTES(GET("X: a\0\r\n")), 400},
	{"NUL at the end of a value, before another", BYTES(GET("X: a\0\r\nY: b\r\n")), 400},
	{"NUL in name", BYTES(GET("X\0Y: a\r\n")), 400},
	{"NUL before a name", BYTES(GET("\0X: a\r\n")), 400},
	{"NUL line hidden by a bare LF",
	 BYTES("GET / HTTP/1.1\r\nHost: a\n\0Content-Length: 5\r\n\r\n" NEXT), 400},
	{"NUL in target", BYTES("GET /a\0b HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"NUL after target", BYTES("GET /\0 HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"NUL in method", BYTES("GE\0T / HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"folded by space", BYTES(GET("X: a\r\n b\r\n")), 400},
	{"folded by tab", BYTES(GET("X: a\r\n\tb\r\n")), 400},
	{"folded host", BYTES("GET / HTTP/1.1\r\nHost: idp\r\n .example\r\n\r\n" NEXT), 400},
	{"folded transfer encoding",
	 BYTES(POST("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n" NEXT)), 400},
	{"first line folded", BYTES("GET / HTTP/1.1\r\n X: y\r\n" HOST "\r\n" NEXT), 400},
	{"space before colon", BYTES(GET("X : a\r\n")), 400},
	{"space before colon of length", BYTES(POST("Content-Length : 38\r\n", NEXT)), 400},
	{"space before name", BYTES("GET / HTTP/1.1\r\n Host: a\r\n\r\n" NEXT), 400},
	{"tab before colon", BYTES(GET("X\t: a\r\n")), 400},
	{"no colon", BYTES(GET("X\r\n")), 400},
	{"empty name", BYTES(GET(": a\r\n")), 400},
	{"name with umlaut", BYTES(GET("X\xc3\xa5: a\r\n")), 400},
	{"two spaces after method", BYTES("GET  / HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"two spaces before version", BYTES("GET /  HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"space after version", BYTES("GET / HTTP/1.1 \r\n" HOST "\r\n" NEXT), 400},
	{"space in target", BYTES("GET /a b HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"tab for space", BYTES("GET\t/\tHTTP/1.1\r\n" HOST "\r\n" NEXT), 0},
	{"http/0.9", BYTES("GET /\r\n\r\n" NEXT), 400},
	{"http/2.0", BYTES("GET / HTTP/2.0\r\n" HOST "\r\n" NEXT), 505},
	{"http/1.11", BYTES("GET / HTTP/1.11\r\n" HOST "\r\n" NEXT), 400},
	{"lower-case version", BYTES("GET / http/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"preface of http/2", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
	{"tls to a plain port", BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), 0},
	{"no host", BYTES("GET / HTTP/1.1\r\n\r\n" NEXT), 400},
	{"two hosts", BYTES(GET("Host: evil.example\r\n")), 400},
	{"two hosts in two cases", BYTES(GET("hOST: idp.example\r\n")), 400},
	{"absolute form", BYTES("GET http://evil.example/ HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"put", BYTES("PUT / HTTP/1.1\r\n" HOST "\r\n" NEXT), 405},
	{"options", BYTES("OPTIONS * HTTP/1.1\r\n" HOST "\r\n" NEXT), 405},
	{"connect", BYTES("CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n" NEXT), 405},
	{"trace", BYTES("TRACE / HTTP/1.1\r\n" HOST "\r\n" NEXT), 405},
	{"two lengths", BYTES(POST("Content-Length: 0\r\nContent-Length: 38\r\n", NEXT)), 400},
	{"two equal lengths", BYTES(POST("Content-Length: 0\r\nContent-Length: 0\r\n", NEXT)), 400},
	{"length list", BYTES(POST("Content-Length: 0, 38\r\n", NEXT)), 400},
	{"length with plus", BYTES(POST("Content-Length: +0\r\n", NEXT)), 400},
	{"negative length", BYTES(POST("Content-Length: -1\r\n", NEXT)), 400},
	{"hex length", BYTES(POST("Content-Length: 0x0\r\n", NEXT)), 400},
	{"length of letters", BYTES(POST("Content-Length: zero\r\n", NEXT)), 400},
	{"empty length", BYTES(POST("Content-Length: \r\n", NEXT)), 400},
	{"length and space", BYTES(POST("Content-Length: 0 \r\n", NEXT)), 400},
	{"length past 64 bits", BYTES(POST("Content-Length: 18446744073709551616\r\n", NEXT)), 413},
	{"length near 64 bits", BYTES(POST("Content-Length: 18446744073709551615\r\n", NEXT)), 400},
	{"length and chunks",
	 BYTES(POST("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" NEXT)), 400},
	{"chunks and length",
	 BYTES(POST("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" NEXT)), 400},
	{"gzip, chunked", BYTES(POST("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n" NEXT)),
	 501},
	{"chunked, identity",
	 BYTES(POST("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n" NEXT)), 501},
	{"identity", BYTES(POST("Transfer-Encoding: identity\r\n", NEXT)), 501},
	{"xchunked", BYTES(POST("Transfer-Encoding: xchunked\r\n", NEXT)), 501},
	{"chunked and space", BYTES(POST("Transfer-Encoding: chunked \r\n", "0\r\n\r\n" NEXT)),
	 501},
	{"chunked after vertical tab",
	 BYTES(POST("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n" NEXT)), 400},
	{"two transfer encodings",
	 BYTES(POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
		    "0\r\n\r\n" NEXT)),
	 400},
	{"chunked in http/1.0",
	 BYTES("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT), 400},
	{"get with a body", BYTES("GET / HTTP/1.1\r\n" HOST "Content-Length: 38\r\n\r\n" NEXT),
	 400},
	{"get with chunks",
	 BYTES("GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT), 400},
	{"chunk size of letters", BYTES(POST("Transfer-Encoding: chunked\r\n", "zz\r\n" NEXT)),
	 400},
	{"negative chunk size", BYTES(POST("Transfer-Encoding: chunked\r\n", "-1\r\n" NEXT)), 400},
	{"chunk size 0x", BYTES(POST("Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n" NEXT)), 400},
	{"chunk size past 64 bits",
	 BYTES(POST("Transfer-Encoding: chunked\r\n", "10000000000000001\r\na\r\n" NEXT)), 413},
	{"chunk without line end", BYTES(POST("Transfer-Encoding: chunked\r\n", "1\r\nabc" NEXT)),
	 400},
	{"escaped NUL", BYTES("GET /login%00.css HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"escaped NUL in query", BYTES("GET /?a=%00 HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"bad escape", BYTES("GET /%zz HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"dot segments", BYTES("GET /static/../../etc/passwd HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"escaped dot segments",
	 BYTES("GET /static/%2e%2e/etc/passwd HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"escaped slash", BYTES("GET /static%2fx HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"double slash", BYTES("GET //evil.example HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"two content types",
	 BYTES(POST("Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n", NEXT)), 400},
	{"two cookie headers", BYTES(GET("Cookie: a=b\r\nCookie: c=d\r\n")), 400},
	{"lower-case method", BYTES("get / HTTP/1.1\r\n" HOST "\r\n" NEXT), 405},
	{"host with user", BYTES("GET / HTTP/1.1\r\nHost: u@idp.example\r\n\r\n" NEXT), 400},
	{"host with path", BYTES("GET / HTTP/1.1\r\nHost: idp.example/x\r\n\r\n" NEXT), 400},
	{"host list", BYTES("GET / HTTP/1.1\r\nHost: idp.example, a\r\n\r\n" NEXT), 400},
	{"host with open bracket", BYTES("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n" NEXT), 400},
	{"empty host", BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n" NEXT), 400},
	{"expect and chunks and length",
	 BYTES(POST("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
		    "0\r\n\r\n" NEXT)),
	 400},
	{"authority form", BYTES("GET idp.example:443 HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"asterisk form", BYTES("GET * HTTP/1.1\r\n" HOST "\r\n" NEXT), 400},
	{"two origins", BYTES(GET("Origin: https://a\r\nOrigin: null\r\n")), 400},
};

static void test_hostile(void)
{
	HttpStats before, after;
	unsigned ours = 0;

	http_server_stats(server, &before);
	for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(Reply) reply =
			client_ask(http_server_port(server), hostile[i].bytes, hostile[i].length);
		g_test_message("%s: %d", hostile[i].name, reply->status);
		g_assert_cmpint(reply->status, ==, hostile[i].want);
		g_assert_true(reply->closed);
		ours += strstr(reply->body->str, "reference: ") != NULL;
	}
	g_assert_cmpuint(atomic_load(&smuggled), ==, 0);
	http_server_stats(server, &after);
	g_assert_cmpuint(after.requests, ==, before.requests);
	g_assert_cmpuint(after.refused - before.refused, ==, ours);
	g_assert_cmpuint(ours, >, G_N_ELEMENTS(hostile) * 7 / 10);
}

/* Bytes behind chunks are nobody's request: the library reads chunks leniently, so where they end
 * is a matter of opinion, and the connection ends there. */
static void test_after_chunks(void)
{
	static const char plain[] =
		POST("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n" NEXT);
	static const char lenient[] =
		POST("Transfer-Encoding: chunked\r\n", "1;a=b\nx\n0\n\n" NEXT);
	g_autoptr(Reply) first = client_ask(http_server_port(server), BYTES(plain));
	g_autoptr(Reply) second = client_ask(http_server_port(server), BYTES(lenient));

	g_assert_cmpint(first->status, ==, 200);
	g_assert_true(first->closed);
	g_assert_true(second->closed);
	g_assert_cmpuint(atomic_load(&smuggled), ==, 0);
}

static Reply *ask_head_of(gsize size)
{
	g_autoptr(GString) bytes = g_string_new("GET / HTTP/1.1\r\nHost: a\r\nCookie: a=");

	while (bytes->len < size - 4)
		g_string_append_c(bytes, 'x');
	g_string_append(bytes, "\r\n\r\n");
	return client_ask(http_server_port(server), bytes->str, bytes->len);
}

static Reply *ask_body_of(const char *path, gsize size, bool chunked)
{
	g_autoptr(GString) bytes = g_string_new(NULL);

	g_string_printf(bytes, "POST %s HTTP/1.1\r\nHost: a\r\n", path);
	if (chunked)
		g_string_append_printf(bytes, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", size);
	else
		g_string_append_printf(bytes, "Content-Length: %zu\r\n\r\n", size);
	for (gsize i = 0; i < size; i++)
		g_string_append_c(bytes, 'x');
	if (chunked)
		g_string_append(bytes, "\r\n0\r\n\r\n");
	return client_ask(http_server_port(server), bytes->str, bytes->len);
}

static void test_head_size(void)
{
	static const struct {
		gsize size;
		int want;
	} table[] = {
		{1000, 200},
		{LIMIT_HTTP_REQUEST, 431}, /* the copy of so large a cookie has no room beside it */
		{LIMIT_HTTP_REQUEST / 4 * 3, 200},
		{LIMIT_HTTP_REQUEST + 1, 431},
		{100000, 431},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(Reply) reply = ask_head_of(table[i].size);
		g_test_message("head of %zu: %d", table[i].size, reply->status);
		g_assert_cmpint(reply->status, ==, table[i].want);
	}
}

static void test_target_size(void)
{
	static const struct {
		gsize size;
		int want;
	} table[] = {{16000, 200}, {LIMIT_HTTP_REQUEST - 100, 200}, {100000, 414}};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *value = g_strnfill(table[i].size, 'x');
		g_autofree char *bytes =
			g_strdup_printf("GET /?a=%s HTTP/1.1\r\nHost: a\r\n\r\n", value);
		g_autoptr(Reply) reply = client_ask(http_server_port(server), bytes, strlen(bytes));
		g_test_message("target of %zu: %d", table[i].size, reply->status);
		g_assert_cmpint(reply->status, ==, table[i].want);
	}
}

/* A head of exactly the limit: in many small fields, which need no copy beside them. */
static void test_head_at_the_limit(void)
{
	for (gsize over = 0; over <= 1; over++) {
		g_autoptr(GString) bytes = g_string_new("GET / HTTP/1.1\r\nHost: a\r\n");
		for (int i = 0; i < 3; i++) {
			g_autofree char *filler = g_strnfill(8000, 'x');
			g_string_append_printf(bytes, "X%d: %s\r\n", i, filler);
		}
		g_autofree char *rest = g_strnfill(
			LIMIT_HTTP_REQUEST - bytes->len - strlen("Y: \r\n\r\n") + over, 'y');
		g_string_append_printf(bytes, "Y: %s\r\n\r\n", rest);
		g_assert_cmpuint(bytes->len, ==, LIMIT_HTTP_REQUEST + over);
		g_autoptr(Reply) reply =
			client_ask(http_server_port(server), bytes->str, bytes->len);
		g_assert_cmpint(reply->status, ==, over ? 431 : 200);
	}
}

/* Two requests in one piece are two, in order; HTTP/1.0 is kept where it asks for it. */
static void test_pipeline(void)
{
	static const char both[] =
		POST("Content-Length: 3\r\n", "a=b") "GET /second HTTP/1.1\r\n" HOST
						     "\r\nGET /third HTTP/1.1\r\n" HOST
						     "Connection: close\r\n\r\n" NEXT;
	static const char *const want[] = {"POST /?- 3", "GET /second?- 0", "GET /third?- 0"};
	int fd = client_connect(http_server_port(server));

	client_send(fd, BYTES(both));
	for (gsize i = 0; i < G_N_ELEMENTS(want); i++) {
		g_autoptr(Reply) reply = client_read(fd, false, 5000);
		g_assert_cmpint(reply->status, ==, 200);
		g_assert_cmpstr(reply->body->str, ==, want[i]);
		g_assert_true(reply->closed == (i == 2));
	}
	close(fd);
	g_autoptr(Reply) once =
		client_ask(http_server_port(server), BYTES("GET / HTTP/1.0\r\n\r\n" NEXT));
	g_assert_cmpint(once->status, ==, 200);
	g_assert_true(once->closed);
	g_assert_cmpuint(atomic_load(&smuggled), ==, 0);
}

static void test_field_count(void)
{
	static const unsigned counts[] = {LIMIT_HTTP_HEADERS, LIMIT_HTTP_HEADERS + 1, 300};

	for (gsize k = 0; k < G_N_ELEMENTS(counts); k++) {
		unsigned count = counts[k];
		g_autoptr(GString) bytes = g_string_new("GET / HTTP/1.1\r\nHost: a\r\n");
		for (unsigned i = 1; i < count; i++)
			g_string_append(bytes, "X: y\r\n");
		g_string_append(bytes, "\r\n");
		g_autoptr(Reply) reply =
			client_ask(http_server_port(server), bytes->str, bytes->len);
		g_assert_cmpint(reply->status, ==, count == LIMIT_HTTP_HEADERS ? 200 : 431);
	}
}

static void test_body_size(void)
{
	static const struct {
		const char *path;
		gsize size;
		bool chunked;
		int want;
	} table[] = {
		{"/login", 30000, false, 200},
		{"/login", 30000, true, 200},
		{"/login", LIMIT_HTTP_REQUEST, false, 413},
		{"/login", LIMIT_HTTP_REQUEST, true, 413},
		{"/saml/sso", LIMIT_HTTP_BODY_SAML, false, 200},
		{"/saml/sso", LIMIT_HTTP_BODY_SAML, true, 200},
		{"/saml/sso", LIMIT_HTTP_BODY_SAML + 1, false, 413},
		{"/saml/sso", LIMIT_HTTP_BODY_SAML + 1, true, 413},
		{"/login", 500000, false, 413},
		{"/login", 500000, true, 413},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(Reply) reply =
			ask_body_of(table[i].path, table[i].size, table[i].chunked);
		g_test_message("%s %zu: %d", table[i].path, table[i].size, reply->status);
		g_assert_cmpint(reply->status, ==, table[i].want);
	}
	/* Refused before it comes: nobody reads two megabytes, and who asks first is told. */
	static const char huge[] = POST("Content-Length: 2000000\r\n", "");
	static const char asks[] = POST("Content-Length: 99999\r\nExpect: 100-continue\r\n", "");
	g_autoptr(Reply) first = client_ask(http_server_port(server), BYTES(huge));
	g_autoptr(Reply) second = client_ask(http_server_port(server), BYTES(asks));
	g_assert_cmpint(first->status, ==, 413);
	g_assert_cmpint(second->status, ==, 413);
	/* A body without end is cut off. */
	g_autoptr(Reply) endless = ask_body_of("/login", 8 * 1024 * 1024, true);
	g_assert_cmpint(endless->status, ==, 0);
}

/* Each case again, cut into single bytes: the answer may not depend on how the bytes arrive. */
static void test_byte_by_byte(void)
{
	static const int one = 1;

	for (gsize i = 0; i < G_N_ELEMENTS(hostile); i += 3) {
		int fd = client_connect(http_server_port(server));
		setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof one);
		for (gsize k = 0; k < hostile[i].length; k++)
			if (!client_send(fd, hostile[i].bytes + k, 1))
				break;
		g_autoptr(Reply) reply = client_read(fd, false, 5000);
		close(fd);
		g_test_message("%s: %d", hostile[i].name, reply->status);
		/* Reset: it went on sending after the refusal. */
		g_assert_true(reply->status == hostile[i].want || reply->status == 0);
	}
	g_assert_cmpuint(atomic_load(&smuggled), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	start();
	g_test_add_func("/http-gate/honest", test_honest);
	g_test_add_func("/http-gate/hostile", test_hostile);
	g_test_add_func("/http-gate/after-chunks", test_after_chunks);
	g_test_add_func("/http-gate/head-size", test_head_size);
	g_test_add_func("/http-gate/target-size", test_target_size);
	g_test_add_func("/http-gate/head-at-the-limit", test_head_at_the_limit);
	g_test_add_func("/http-gate/pipeline", test_pipeline);
	g_test_add_func("/http-gate/field-count", test_field_count);
	g_test_add_func("/http-gate/body-size", test_body_size);
	g_test_add_func("/http-gate/byte-by-byte", test_byte_by_byte);
	int result = g_test_run();
	http_server_stop(server);
	return result;
}
