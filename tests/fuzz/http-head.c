/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/target.h"

#include <string.h>

#include "idp/http/request.h"
#include "idp/limits.h"

/* The input is a head as lines "METHOD TARGET VERSION" and "name:value". */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", LIMIT_HTTP_HEADERS + 4);
	g_auto(GStrv) first = g_strsplit(lines[0] ? lines[0] : "", " ", 3);
	HttpField fields[LIMIT_HTTP_HEADERS + 4];
	HttpHead head = {.fields = fields};

	if (g_strv_length(first) < 3) {
		fuzz_verdict("refused: no request line, so nothing was asked");
		return 0;
	}
	head.method = first[0];
	head.target = first[1];
	head.version = first[2];
	for (char **line = lines + 1; *line; line++) {
		char *colon = strchr(*line, ':');
		if (!colon)
			continue;
		*colon = '\0';
		fields[head.n_fields++] =
			(HttpField){*line, colon + 1, strlen(*line), strlen(colon + 1)};
	}
	g_autoptr(GError) error = NULL;
	g_autoptr(HttpRequest) request = http_request_decode(&head, &error);
	g_assert((request == NULL) == (error != NULL));
	if (!request) {
		fuzz_verdict("refused %d: %s", error->code, error->message);
		return 0;
	}
	g_assert(request->path[0] == '/' && !strstr(request->path, "//") &&
		 !strstr(request->path, "/../") && !strchr(request->path, '\\'));
	g_assert(g_utf8_validate(request->path, -1, NULL));
	g_assert(request->method == HTTP_POST || request->body_announced == 0);
	fuzz_verdict("taken %s%s", request->is_head ? "HEAD " : "", request->path);
	return 0;
}
