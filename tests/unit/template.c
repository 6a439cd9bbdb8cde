/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/template.h"

#include <jansson.h>
#include <string.h>

/* Our own cases of what the Mustache specification says. Contexts are GVariant text. */
typedef struct {
	const char *name, *template, *context, *partial, *want;
} Case;

static const Case cases[] = {
	/* interpolation */
	{"no-tags", "Hej {du}!\n", "{}", NULL, "Hej {du}!\n"},
	{"value", "Hej {{namn}}!", "{'namn': <'Åsa'>}", NULL, "Hej Åsa!"},
	{"value-padded", "|{{  namn \n }}|", "{'namn': <'Åsa'>}", NULL, "|Åsa|"},
	{"value-keeps-space", "  {{x}}\n", "{'x': <'-'>}", NULL, "  -\n"},
	{"value-missing", "({{x}})", "{}", NULL, "()"},
	{"value-not-text", "({{x}}{{y}})", "{'x': <true>, 'y': <['a']>}", NULL, "()"},
	{"value-maybe", "({{x}}{{y}})", "{'x': <@ms 'a'>, 'y': <@ms nothing>}", NULL, "(a)"},
	{"dotted", "{{a.b.c}}", "{'a': <{'b': <{'c': <'x'>}>}>}", NULL, "x"},
	{"dotted-broken-chain", "({{a.b.c}})", "{'a': <{'x': <'y'>}>, 'c': <'z'>}", NULL, "()"},
	{"dotted-through-text", "({{a.b}})", "{'a': <'x'>}", NULL, "()"},
	{"dotted-first-wins", "{{#a}}({{b.c}}){{/a}}",
	 "{'a': <{'b': <{'x': <'-'>}>}>, 'b': <{'c': <'outer'>}>}", NULL, "()"},
	{"brace-after", "{{x}}}", "{'x': <'-'>}", NULL, "-}"},
	/* escaping */
	{"escape-text", "{{x}}", "{'x': <'<script>alert(1)</script>'>}", NULL,
	 "&lt;script&gt;alert(1)&lt;/script&gt;"},
	{"escape-double-quoted", "<a b=\"{{x}}\">", "{'x': <'\" onclick=\"x'>}", NULL,
	 "<a b=\"&quot; onclick=&quot;x\">"},
	{"escape-single-quoted", "<a b='{{x}}'>", "{'x': <\"' onclick='x\">}", NULL,
	 "<a b='&#39; onclick=&#39;x'>"},
	{"escape-entity", "{{x}}", "{'x': <'&lt;b&gt;'>}", NULL, "&amp;lt;b&amp;gt;"},
	{"escape-comment-end", "<!-- {{x}} -->", "{'x': <'--> <b'>}", NULL,
	 "<!-- --&gt; &lt;b -->"},
	{"escape-not-a-template", "{{x}}", "{'x': <'{{y}}'>, 'y': <'no'>}", NULL, "{{y}}"},
	{"escape-in-list", "{{#x}}{{.}}{{/x}}", "{'x': <['<', '>']>}", NULL, "&lt;&gt;"},
	{"escape-in-partial", "{{>p}}", "{'x': <'<'>}", "{{x}}", "&lt;"},
	{"escape-other-delimiters", "{{=| |=}}|x|", "{'x': <'<'>}", NULL, "&lt;"},
	/* sections */
	{"section-true", "{{#x}}ja{{/x}}", "{'x': <true>}", NULL, "ja"},
	{"section-false", "({{#x}}ja{{/x}})", "{'x': <false>}", NULL, "()"},
	{"section-missing", "({{#x}}ja{{/x}})", "{}", NULL, "()"},
	{"section-nothing", "({{#x}}ja{{/x}})", "{'x': <@mv nothing>}", NULL, "()"},
	{"section-empty-text", "({{#x}}ja{{/x}})", "{'x': <''>}", NULL, "()"},
	{"section-text", "{{#x}}({{.}}){{/x}}", "{'x': <'a'>}", NULL, "(a)"},
	{"section-map", "{{#x}}{{y}}{{z}}{{/x}}", "{'x': <{'y': <'1'>}>, 'z': <'2'>}", NULL, "12"},
	{"section-list", "{{#x}}{{y}},{{/x}}", "{'x': <[{'y': <'1'>}, {'y': <'2'>}]>}", NULL,
	 "1,2,"},
	{"section-empty-list", "({{#x}}ja{{/x}})", "{'x': <@as []>}", NULL, "()"},
	{"section-empty-map", "({{#x}}ja{{/x}})", "{'x': <@a{sv} {}>}", NULL, "(ja)"},
	{"section-inner-hides-outer", "{{#x}}{{y}}{{/x}}{{y}}", "{'x': <{'y': <'i'>}>, 'y': <'o'>}",
	 NULL, "io"},
	{"section-list-of-lists", "{{#x}}({{#.}}{{.}}{{/.}}){{/x}}",
	 "{'x': <[<['a','b']>, <['c']>]>}", NULL, "(ab)(c)"},
	{"section-dotted", "{{#a.b}}ja{{/a.b}}", "{'a': <{'b': <true>}>}", NULL, "ja"},
	{"section-same-name-nested", "{{#x}}a{{#x}}b{{/x}}c{{/x}}", "{'x': <true>}", NULL, "abc"},
	{"section-padded", "{{# x }}ja{{/ x }}", "{'x': <true>}", NULL, "ja"},
	{"inverted-missing", "{{^x}}nej{{/x}}", "{}", NULL, "nej"},
	{"inverted-list", "({{^x}}nej{{/x}})", "{'x': <['a']>}", NULL, "()"},
	{"inverted-empty-list", "{{^x}}nej{{/x}}", "{'x': <@as []>}", NULL, "nej"},
	{"inverted-empty-text", "{{^x}}nej{{/x}}", "{'x': <''>}", NULL, "nej"},
	/* lines that are only a tag */
	{"alone-section", "a\n{{#x}}\nb\n{{/x}}\nc\n", "{'x': <true>}", NULL, "a\nb\nc\n"},
	{"alone-indented", "a\n  {{#x}}\t\nb\n  {{/x}}\nc\n", "{'x': <true>}", NULL, "a\nb\nc\n"},
	{"alone-crlf", "a\r\n{{#x}}\r\nb\r\n{{/x}}\r\nc", "{'x': <true>}", NULL, "a\r\nb\r\nc"},
	{"alone-at-start", "  {{#x}}\nb{{/x}}", "{'x': <true>}", NULL, "b"},
	{"alone-at-end", "a\n  {{!c}}", "{}", NULL, "a\n"},
	{"alone-comment", "a\n{{! b\n  c }}\nd", "{}", NULL, "a\nd"},
	{"alone-delimiters", "a\n{{=| |=}}\nb", "{}", NULL, "a\nb"},
	{"alone-not-two", " {{#x}} {{/x}}\n", "{'x': <true>}", NULL, "  \n"},
	{"alone-not-value", " {{x}}\n", "{'x': <'-'>}", NULL, " -\n"},
	{"alone-list", "{{#x}}\n<li>{{.}}\n{{/x}}\n", "{'x': <['1','2']>}", NULL, "<li>1\n<li>2\n"},
	/* comments and delimiters */
	{"comment", "a{{! {b} & c }}d", "{}", NULL, "ad"},
	{"delimiters", "{{=<% %>=}}<% x %>{{x}}", "{'x': <'-'>}", NULL, "-{{x}}"},
	{"delimiters-and-back", "{{=| |=}}|x||={{ }}=|{{x}}", "{'x': <'-'>}", NULL, "--"},
	{"delimiters-padded", "{{=  |   | =}}|x|", "{'x': <'-'>}", NULL, "-"},
	{"delimiters-not-in-partial", "{{=| |=}}|>p|", "{'x': <'-'>}", "{{x}}|x|", "-|x|"},
	/* partials */
	{"partial", "({{>p}})", "{'x': <'-'>}", "{{x}}", "(-)"},
	{"partial-missing", "({{>none}})", "{}", NULL, "()"},
	{"partial-indented", " {{>p}}\nz", "{'x': <'1\n2'>}", "|\n{{x}}\n|\n", " |\n 1\n2\n |\nz"},
	{"partial-indented-section", "  {{>p}}\n", "{'x': <['1','2']>}",
	 "<ul>\n{{#x}}\n<li>{{.}}\n{{/x}}\n</ul>\n", "  <ul>\n  <li>1\n  <li>2\n  </ul>\n"},
	{"partial-not-alone", " a {{>p}}\n", "{}", "1\n2", " a 1\n2\n"},
	{"partial-recursive", "{{>p}}", "{'v': <'1'>, 'n': <[{'v': <'2'>, 'n': <@as []>}]>}",
	 "({{v}}{{#n}}{{>p}}{{/n}})", "(1(2))"},
	{"dynamic", "{{>*which}}", "{'which': <'p'>, 'x': <'-'>}", "{{x}}", "-"},
	{"dynamic-dotted", "{{> * a.b }}", "{'a': <{'b': <'p'>}>}", "!", "!"},
};

static char *render(const char *template, const char *context, const char *partial, GError **error)
{
	g_autoptr(TemplateSet) set = template_set_new();
	g_autoptr(GVariant) values =
		g_variant_parse(G_VARIANT_TYPE_VARDICT, context, NULL, NULL, error);

	g_assert_nonnull(values);
	if (!template_set_add(set, "t", TEMPLATE_HTML, "t.html", 1, template, error))
		return NULL;
	if (partial && !template_set_add(set, "p", TEMPLATE_HTML, "p.html", 1, partial, error))
		return NULL;
	template_set_seal(set);
	return template_render(template_set_get(set, "t"), values, error);
}

static void test_case(gconstpointer data)
{
	const Case *c = data;
	g_autoptr(GError) error = NULL;
	g_autofree char *got = render(c->template, c->context, c->partial, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(got, ==, c->want);
}

/* What must not load, and where the message points. */
static const struct {
	const char *name, *template, *want;
} broken[] = {
	{"triple", "a\n  {{{x}}}", "t.html:2:3: values are always escaped"},
	{"ampersand", "å{{&x}}", "t.html:1:2: values are always escaped"},
	{"ampersand-padded", "{{ & x }}", "t.html:1:1: values are always escaped"},
	{"triple-padded", "{{ {x} }}", "t.html:1:1: values are always escaped"},
	{"triple-other-delimiters", "{{=| |=}}|{x}|", "t.html:1:10: values are always escaped"},
	{"ampersand-other-delimiters", "{{=| |=}}|&x|", "t.html:1:10: values are always escaped"},
	{"open-tag", "a {{x", "t.html:1:3: this tag is never closed with '}}'"},
	{"open-tag-one-brace", "{{x}", "t.html:1:1: this tag is never closed with '}}'"},
	{"open-delimiters", "{{=| |}}", "t.html:1:1: this tag is never closed with '=}}'"},
	{"open-section", "\n {{#x}}", "t.html:2:2: the section 'x' is never closed"},
	{"wrong-close", "{{#x}}\n{{/y}}",
	 "t.html:2:1: this closes 'y', but 'x' is open (from t.html:1:1)"},
	{"close-without-open", "a{{/x}}", "t.html:1:2: no section is open here"},
	{"crossed", "{{#x}}{{#y}}{{/x}}{{/y}}", "t.html:1:13: this closes 'x', but 'y' is open"},
	{"no-name", "{{}}", "t.html:1:1: '' is not a name"},
	{"two-names", "{{a b}}", "t.html:1:1: 'a b' is not a name"},
	{"double-dot", "{{a..b}}", "t.html:1:1: 'a..b' is not a name"},
	{"ends-in-dot", "{{a.}}", "t.html:1:1: 'a.' is not a name"},
	{"parent", "{{<layout}}{{/layout}}", "t.html:1:1: '<layout' is not a name"},
	{"partial-dot", "{{>.}}", "t.html:1:1: '.' is not the name"},
	{"delimiters-one", "{{=|=}}", "t.html:1:1: new delimiters are two words"},
	{"delimiters-three", "{{=a b c=}}", "t.html:1:1: new delimiters are two words"},
	{"delimiters-equals", "{{== ===}}", "t.html:1:1: new delimiters are two words"},
};

static void test_broken(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *got = render(broken[i].template, "{}", NULL, &error);
		g_test_message("%s", broken[i].name);
		g_assert_null(got);
		g_assert_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_SYNTAX);
		if (!g_str_has_prefix(error->message, broken[i].want))
			g_error("%s: \"%s\" instead of \"%s…\"", broken[i].name, error->message,
				broken[i].want);
	}
}

/* The limits: nothing is cut off silently, and nothing runs away. */
static void test_limits(void)
{
	g_autoptr(GString) deep = g_string_new(NULL);
	g_autofree char *wide = g_strnfill(TEMPLATE_SOURCE_MAX + 1, 'x');
	const struct {
		const char *template, *partial;
		TemplateError want;
	} limits[] = {
		{"{{>p}}", "{{>p}}", TEMPLATE_ERROR_TOO_DEEP},
		{"{{>p}}", "a{{>p}}{{>p}}", TEMPLATE_ERROR_TOO_DEEP},
		{"{{>p}}",
		 "{{#no}}{{>p}}{{/no}}{{#list}}{{#list}}{{#list}}{{#list}}{{#list}}"
		 "{{#list}}x{{/list}}{{/list}}{{/list}}{{/list}}{{/list}}{{/list}}",
		 TEMPLATE_ERROR_TOO_LARGE},
		{deep->str, NULL, TEMPLATE_ERROR_SYNTAX},
		{wide, NULL, TEMPLATE_ERROR_TOO_LARGE},
	};

	for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
		g_string_append(deep, "{{#a}}");
	for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
		g_string_append(deep, "{{/a}}");
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *got = render(i == 3 ? deep->str : limits[i].template,
					      "{'list': <['1','2','3','4','5','6','7','8']>}",
					      limits[i].partial, &error);
		g_assert_null(got);
		g_assert_error(error, TEMPLATE_ERROR, (int)limits[i].want);
	}
}

static void test_output_limit(void)
{
	g_autofree char *fits = g_strnfill(TEMPLATE_OUTPUT_MAX, 'x');
	g_autofree char *grows = g_strnfill(TEMPLATE_OUTPUT_MAX / 5 + 1, '&');
	g_autoptr(TemplateSet) set = template_set_new();
	g_autoptr(GError) error = NULL;

	g_assert_true(template_set_add(set, "t", TEMPLATE_HTML, "t", 1, "{{x}}", NULL));
	template_set_seal(set);
	const Template *template = template_set_get(set, "t");
	g_autofree char *got =
		template_render(template, g_variant_new_parsed("{'x': <%s>}", fits), &error);
	g_assert_no_error(error);
	g_assert_cmpstr(got, ==, fits);
	g_assert_null(
		template_render(template, g_variant_new_parsed("{'x': <%s>}", grows), &error));
	g_assert_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_TOO_LARGE);
}

static void test_sets(void)
{
	g_autoptr(TemplateSet) set = template_set_new();
	g_autoptr(GError) error = NULL;

	g_assert_true(template_set_add(set, "t", TEMPLATE_HTML, "t.html", 1,
				       "<b>\n{{>text}} {{#x}}{{>nope}}{{/x}}{{>*dyn}}", &error));
	/* text between tags is plain text: markup in a text does not become markup */
	g_assert_true(template_set_add(set, "text", TEMPLATE_TEXT, "texts", 7, "<i> & \"{{who}}\"",
				       &error));
	g_assert_false(template_set_add(set, "t", TEMPLATE_TEXT, "u.html", 3, "x", &error));
	g_assert_cmpstr(error->message, ==,
			"u.html:3:1: there already is a template or text called 't'");
	g_clear_error(&error);
	g_assert_false(template_set_add(set, "v", TEMPLATE_TEXT, "texts", 7, "å{{x", &error));
	g_assert_cmpstr(error->message, ==, "texts:7:2: this tag is never closed with '}}'");
	g_clear_error(&error);

	template_set_seal(set);
	g_assert_false(template_set_is_complete(set, &error));
	g_assert_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_PARTIAL);
	g_assert_cmpstr(error->message, ==,
			"t.html:2:17: there is no template or text called 'nope'");
	g_clear_error(&error);
	g_assert_null(template_set_get(set, "nope"));

	const Template *t = template_set_get(set, "t");
	g_autofree char *got =
		template_render(t, g_variant_new_parsed("{'who': <'<'>, 'dyn': <'text'>}"), &error);
	g_assert_no_error(error);
	g_assert_cmpstr(got, ==,
			"<b>\n&lt;i&gt; &amp; &quot;&lt;&quot; &lt;i&gt; &amp; &quot;&lt;&quot;");
	g_assert_null(template_render(t, g_variant_new_parsed("{'dyn': <'nope'>}"), &error));
	g_assert_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_PARTIAL);
}

/* ---- the specification's published vectors, where they lie beside the source ---- */

static GVariant *from_json(json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT: {
		GVariantDict dict;
		const char *key;
		json_t *value;
		g_variant_dict_init(&dict, NULL);
		json_object_foreach(json, key, value)
			g_variant_dict_insert_value(&dict, key, from_json(value));
		return g_variant_dict_end(&dict);
	}
	case JSON_ARRAY: {
		g_auto(GVariantBuilder) list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("av"));
		size_t i;
		json_t *value;
		json_array_foreach(json, i, value)
			g_variant_builder_add(&list, "v", from_json(value));
		return g_variant_builder_end(&list);
	}
	case JSON_STRING:
		return g_variant_new_string(json_string_value(json));
	case JSON_INTEGER:
	case JSON_REAL:
		return g_variant_new_take_string(g_strdup_printf("%g", json_number_value(json)));
	case JSON_NULL:
		return g_variant_new_maybe(G_VARIANT_TYPE_VARIANT, NULL);
	default:
		return g_variant_new_boolean(json_is_true(json));
	}
}

static bool unescaped(const char *template)
{
	return strstr(template, "{{{") || strstr(template, "{{&") || strstr(template, "|&");
}

static void run_vector(json_t *vector)
{
	const char *name = json_string_value(json_object_get(vector, "name"));
	const char *template = json_string_value(json_object_get(vector, "template"));
	const char *want = json_string_value(json_object_get(vector, "expected"));
	json_t *partials = json_object_get(vector, "partials");
	bool refuse = unescaped(template), loads;
	g_autoptr(TemplateSet) set = template_set_new();
	g_autoptr(GError) error = NULL;
	const char *key;
	json_t *value;

	loads = template_set_add(set, "", TEMPLATE_HTML, "t", 1, template, NULL);
	json_object_foreach(partials, key, value)
	{
		const char *partial = json_string_value(value);
		refuse = refuse || unescaped(partial);
		loads = template_set_add(set, key, TEMPLATE_HTML, key, 1, partial, NULL) && loads;
	}
	if (loads == refuse)
		g_error("%s: %s", name, loads ? "loads, unescaped" : "does not load");
	if (refuse)
		return;
	template_set_seal(set);
	g_autofree char *got = template_render(template_set_get(set, ""),
					       from_json(json_object_get(vector, "data")), &error);
	g_assert_no_error(error);
	if (g_strcmp0(got, want) != 0)
		g_error("%s: \"%s\" instead of \"%s\"", name, got, want);
}

static void test_vectors(void)
{
	static const char *const files[] = {"comments", "delimiters", "interpolation",
					    "inverted", "partials",   "sections"};
	const char *folder = g_getenv("MUSTACHE_SPEC");
	g_autofree char *beside =
		g_build_filename(TEST_SRCDIR, "..", "shared", "mustache-spec", NULL);
	unsigned ran = 0;

	if (!folder)
		folder = beside;
	if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		/* our own table above covers the specification; this is the second reader */
		g_test_message("the published vectors are not here (MUSTACHE_SPEC says where)");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *name = g_strconcat(files[i], ".json", NULL);
		g_autofree char *path = g_build_filename(folder, name, NULL);
		json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
		json_t *vectors = json_object_get(file, "tests");
		g_assert_nonnull(vectors);
		for (size_t j = 0; j < json_array_size(vectors); j++, ran++)
			run_vector(json_array_get(vectors, j));
		json_decref(file);
	}
	g_test_message("%u published vectors", ran);
	g_assert_cmpuint(ran, >, 100);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strconcat("/template/renders/", cases[i].name, NULL);
		g_test_add_data_func(path, &cases[i], test_case);
	}
	g_test_add_func("/template/broken-is-refused-with-its-place", test_broken);
	g_test_add_func("/template/limits", test_limits);
	g_test_add_func("/template/output-limit", test_output_limit);
	g_test_add_func("/template/sets", test_sets);
	g_test_add_func("/template/published-vectors", test_vectors);
	return g_test_run();
}
