/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A form in the first line, and a value after it: what is said of the value's parts stands in it,
 * and says so again when the value is put together anew. */
#include "policy/facet.h"
#include "tests/fuzz/target.h"

#include <string.h>

static char *part_of(const Attribute *attribute, const char *value, FacetPart part)
{
	const char *start = NULL;
	gsize length = 0;

	if (!facet_of(attribute, value, part, &start, &length))
		return NULL;
	g_assert_true(length > 0 && start >= value && start + length <= value + strlen(value));
	g_assert_true(facet_can(attribute, part));
	return g_strndup(start, length);
}

static void check(const Attribute *attribute, const char *value)
{
	char *texts[FACET_PART_LAST + 1] = {NULL};
	g_autoptr(GString) said = g_string_new(NULL);

	for (unsigned part = FACET_PART_UNIT; part <= FACET_PART_LAST; part++) {
		texts[part] = part_of(attribute, value, (FacetPart)part);
		if (!texts[part])
			continue;
		g_assert_true(facet_is(attribute, value, (FacetPart)part, texts[part]));
		g_string_append_printf(said, " %s=%s", facet_part_name((FacetPart)part),
				       texts[part]);
	}
	if (said->len > 0) {
		g_autofree char *again = facet_compose(attribute, (const char *const *)texts);
		g_assert_cmpstr(again, ==, value);
	}
	fuzz_verdict("taken%s", said->str);
	for (unsigned part = 0; part <= FACET_PART_LAST; part++)
		g_free(texts[part]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *form = g_strndup((const char *)data, size);
	char *value = strchr(form, '\n');
	const char *const forms[] = {form, NULL};
	Attribute attribute = *attribute_by_name("sisSchoolCourseStudent");

	if (!value) {
		fuzz_verdict("refused");
		return 0;
	}
	*value++ = '\0';
	const char *fault = facet_form_fault(form);
	if (fault) {
		fuzz_verdict("refused: %s", fault);
		return 0;
	}
	attribute.forms = forms;
	check(&attribute, value);
	return 0;
}
