/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parts of a value: which form fits, and what it says. */
#include "policy/facet.h"

#include <string.h>

static char *part_of(const Attribute *attribute, const char *value, FacetPart part)
{
	const char *start = NULL;
	gsize length = 0;

	return facet_of(attribute, value, part, &start, &length) ? g_strndup(start, length) : NULL;
}

static void test_parts(void)
{
	static const struct {
		const char *attribute, *value, *unit, *group, *kind, *subject, *scope;
	} cases[] = {
		{"sisSchoolUnitCode", "12345678", "12345678", NULL, NULL, NULL, NULL},
		{"sisSchoolUnitCode", "", NULL, NULL, NULL, NULL, NULL},
		{"sisSchoolUnitCode", "1/2", NULL, NULL, NULL, NULL, NULL},
		{"norEduOrgUnitUniqueIdentifier", "12345678", "12345678", NULL, NULL, NULL, NULL},
		{"sisSchoolCourseStudent", "12345678/7A", "12345678", "7A", NULL, NULL, NULL},
		{"sisSchoolCourseStudent", "12345678/7A/b", "12345678", "7A/b", NULL, NULL, NULL},
		{"sisSchoolCourseStudent", "12345678/class/MA/7A", "12345678", "7A", "class", "MA",
		 NULL},
		{"sisSchoolCourseStudent", "12345678/class/MA/7A/b", "12345678", "7A/b", "class",
		 "MA", NULL},
		/* an empty part is none, so the shorter form fits */
		{"sisSchoolCourseStudent", "12345678/class//7A", "12345678", "class//7A", NULL,
		 NULL, NULL},
		{"sisSchoolCourseTeacher", "http://skola.example/12345678/7A", "12345678", "7A",
		 NULL, NULL, "skola.example"},
		{"sisSchoolCourseTeacher", "http://skola.example/12345678/", NULL, NULL, NULL, NULL,
		 NULL},
		{"sisSchoolCourseTeacher", "https://skola.example/12345678/7A", NULL, NULL, NULL,
		 NULL, NULL},
		{"sisSchoolCourseTeacher", "12345678", NULL, NULL, NULL, NULL, NULL},
		{"sisSchoolCourseTeacher", "/7A", NULL, NULL, NULL, NULL, NULL},
		{"sisSchoolCourseTeacher", "12345678/", NULL, NULL, NULL, NULL, NULL},
		{"sisSchoolCourseTeacher", "12345678/Å9", "12345678", "Å9", NULL, NULL, NULL},
		{"mail", "a@skola.example", NULL, NULL, NULL, NULL, NULL},
		{"eduPersonPrincipalName", "a@skola.example", NULL, NULL, NULL, NULL,
		 "skola.example"},
		{"eduPersonPrincipalName", "a@", NULL, NULL, NULL, NULL, NULL},
		{"eduPersonPrincipalName", "a", NULL, NULL, NULL, NULL, NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Attribute *attribute = attribute_by_name(cases[i].attribute);
		const char *want[FACET_PART_LAST + 1] = {cases[i].value,   cases[i].unit,
							 cases[i].group,   cases[i].kind,
							 cases[i].subject, cases[i].scope};

		g_test_message("%s %s", cases[i].attribute, cases[i].value);
		for (unsigned part = 0; part <= FACET_PART_LAST; part++) {
			g_autofree char *is = part_of(attribute, cases[i].value, (FacetPart)part);

			g_assert_cmpstr(is, ==, want[part]);
			g_assert_true(!want[part] || facet_is(attribute, cases[i].value,
							      (FacetPart)part, want[part]));
			g_assert_false(facet_is(attribute, cases[i].value, (FacetPart)part, "?"));
			g_assert_true(!want[part] || facet_can(attribute, (FacetPart)part));
		}
	}
	g_assert_false(facet_can(attribute_by_name("mail"), FACET_PART_UNIT));
	g_assert_false(facet_can(attribute_by_name("sisSchoolUnitCode"), FACET_PART_GROUP));
}

static void test_compose(void)
{
	static const struct {
		const char *attribute, *unit, *group, *kind, *subject, *want;
	} cases[] = {
		{"sisSchoolUnitCode", "12345678", NULL, NULL, NULL, "12345678"},
		{"sisSchoolUnitCode", "12345678", "7A", NULL, NULL, NULL},
		{"sisSchoolCourseStudent", "12345678", "7A", NULL, NULL, "http://x/12345678/7A"},
		{"sisSchoolCourseStudent", NULL, NULL, NULL, "MA", "x/x/MA/x"},
		{"sisSchoolCourseStudent", "12345678", NULL, "class", NULL, "12345678/class/x/x"},
		/* would be read as something else */
		{"sisSchoolCourseStudent", "1/2", NULL, NULL, NULL, NULL},
		{"sisSchoolCourseStudent", NULL, NULL, NULL, "M/A", NULL},
		{"mail", "1", NULL, NULL, NULL, NULL},
		{"mail", NULL, NULL, NULL, NULL, NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *texts[FACET_PART_LAST + 1] = {
			NULL, cases[i].unit, cases[i].group, cases[i].kind, cases[i].subject, NULL};
		g_autofree char *value =
			facet_compose(attribute_by_name(cases[i].attribute), texts);

		g_assert_cmpstr(value, ==, cases[i].want);
	}
}

static void test_forms(void)
{
	static const struct {
		const char *form, *fault;
	} cases[] = {
		{"{unit}/{group}", NULL},
		{"urn:x:{unit}:{group}:y", NULL},
		{"{unit}", NULL},
		{"", "has no part"},
		{"unit", "has no part"},
		{"{unit", "has a '{' without '}'"},
		{"unit}", "has a '}' without '{'"},
		{"{unit}{group}", "has two parts with nothing between them"},
		{"{unit}/{unit}", "has the same part twice"},
		{"{unitt}/x",
		 "has a part that is not {unit}, {group}, {kind}, {subject} or {scope}"},
		{"{value}", "has a part that is not {unit}, {group}, {kind}, {subject} or {scope}"},
		{"{}", "has a part that is not {unit}, {group}, {kind}, {subject} or {scope}"},
		{"{{unit}}",
		 "has a part that is not {unit}, {group}, {kind}, {subject} or {scope}"},
	};
	g_autofree char *length = g_strnfill(FACET_FORM_MAX + 1, 'x');

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpstr(facet_form_fault(cases[i].form), ==, cases[i].fault);
	g_assert_cmpstr(facet_form_fault(length), ==, "is longer than 128 bytes");
}

static void test_names(void)
{
	for (unsigned part = 0; part <= FACET_PART_LAST; part++) {
		const char *name = facet_part_name((FacetPart)part);
		FacetPart found;

		g_assert_true(facet_part_by_name(name, strlen(name), &found));
		g_assert_cmpint(found, ==, part);
		g_assert_false(facet_part_by_name(name, strlen(name) - 1, &found));
	}
	g_assert_null(facet_part_name(FACET_PART_LAST + 1));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/facet/parts", test_parts);
	g_test_add_func("/policy/facet/compose", test_compose);
	g_test_add_func("/policy/facet/forms", test_forms);
	g_test_add_func("/policy/facet/names", test_names);
	return g_test_run();
}
