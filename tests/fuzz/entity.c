/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as metadata of a service. What is taken has a place to send answers to that a browser
 * may be sent to, reads the same again from what it keeps, and cannot steer a terminal. */
#include "metadata/entity.h"
#include "metadata/describe.h"
#include "metadata/xml/init.h"
#include "tests/fuzz/target.h"

#include <string.h>

#define NOW 1795421730 /* 2026-11-23T08:15:30Z */

static const char *const codes[] = {
	[METADATA_ERROR_SYNTAX] = "syntax",
	[METADATA_ERROR_ENDPOINT] = "endpoint",
	[METADATA_ERROR_KEY] = "key",
	[METADATA_ERROR_EXPIRED] = "expired",
	[METADATA_ERROR_DUPLICATE] = "duplicate",
	[METADATA_ERROR_TRUST] = "trust",
	[METADATA_ERROR_LIMIT] = "limit",
	[METADATA_ERROR_IO] = "io",
	[METADATA_ERROR_NO_ACS] = "no-acs",
	[METADATA_ERROR_USAGE] = "usage",
};

static void check_lines(GPtrArray *lines)
{
	for (guint i = 0; i < lines->len; i++) {
		const char *line = lines->pdata[i];
		g_assert_true(g_utf8_validate(line, -1, NULL));
		for (const char *p = line; *p; p += g_utf8_skip[*(const guchar *)p])
			g_assert_true(g_unichar_isprint(g_utf8_get_char(p)));
	}
	g_ptr_array_unref(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(xml_init(NULL));
	g_autoptr(Entity) entity = entity_parse(data, size, ENTITY_ANY_TIME, &error);
	g_assert_true((entity != NULL) == (error == NULL));
	if (!entity) {
		g_assert_true(error->domain == METADATA_ERROR);
		fuzz_verdict("refused %s: %s", codes[error->code], error->message);
		return 0;
	}
	const Endpoint *acs = entity_choose_acs(entity, NULL, -1, NULL, NULL);
	g_assert_true(acs && endpoint_url_check(acs->location, NULL));
	g_assert_true(entity_choose_acs(entity, acs->location, -1, ENDPOINT_POST, NULL) != NULL);
	g_assert_true(entity_service(entity, -1) == entity->service);
	check_lines(describe_entity(entity));
	check_lines(describe_warnings(entity, 0));

	gsize len = g_bytes_get_size(entity->bytes);
	const char *bytes = g_bytes_get_data(entity->bytes, NULL);
	g_assert_cmpuint(strlen(bytes), ==, len);
	g_autoptr(Entity) again = entity_parse(bytes, len, ENTITY_ANY_TIME, NULL);
	g_assert_nonnull(again);
	g_autoptr(GPtrArray) changes = describe_changes(entity, again);
	g_assert_cmpuint(changes->len, ==, 0);
	g_autoptr(Entity) today = entity_parse(bytes, len, NOW, &error);
	if (today)
		fuzz_verdict("taken %s", entity->id);
	else
		fuzz_verdict("refused %s: %s", codes[error->code], error->message);
	return 0;
}
