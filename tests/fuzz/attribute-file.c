/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a file of attributes: an error says file, line and column in text that can be shown,
 * and what is taken is nobody else's: no name of it is understood as a shipped attribute, and it is
 * no personal number. */
#include "idp/attribute-file.h"
#include "tests/fuzz/target.h"

#include <string.h>

#include "policy/facet.h"

#define FILE_NAME "f"

static void check_own(const Registry *registry, const Attribute *attribute)
{
	g_assert_null(attribute_by_saml(attribute->saml));
	g_assert_null(attribute_by_claim(attribute->claim));
	g_assert_true(registry_by_saml(registry, attribute->saml) == attribute);
	g_assert_true(registry_by_claim(registry, attribute->claim) == attribute);
	g_assert_cmpint(attribute->kind, !=, KIND_PERSONAL_NUMBER);
	g_assert_true(attribute->syntax != SYNTAX_NIN && attribute->syntax != SYNTAX_PIN);
	g_assert_nonnull(attribute_label(attribute, "sv"));
}

static void check(const Registry *registry)
{
	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);

		g_assert_true(registry_by_name(registry, attribute->name) == attribute);
		for (const char *const *form = attribute->forms; form && *form; form++)
			g_assert_null(facet_form_fault(*form));
		if (i >= attribute_shipped_count())
			check_own(registry, attribute);
		else
			g_assert_cmpstr(attribute->saml, ==, registry_get(NULL, i)->saml);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const AttributeFile file = {FILE_NAME, (const char *)data, size};
	g_autoptr(GError) error = NULL;
	g_autoptr(Registry) registry = attribute_files_read(&file, 1, &error);

	g_assert_true(!registry == (error != NULL));
	if (registry) {
		check(registry);
		fuzz_verdict("taken %u", registry_own(registry));
		return 0;
	}
	g_assert_true(error->domain == ATTRIBUTE_FILE_ERROR);
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	g_assert_true(g_str_has_prefix(error->message, FILE_NAME ":"));
	const char *place = error->message + strlen(FILE_NAME ":");
	const char *message = strstr(place, ": ");
	g_assert_true(message && message - place < 20);
	if (error->code == ATTRIBUTE_FILE_ERROR_FULL)
		fuzz_verdict("taken full");
	else
		fuzz_verdict("refused %.*s: %s", (int)(message - place), place,
			     message + strlen(": "));
	return 0;
}
