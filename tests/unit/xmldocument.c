/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/document.h"
#include "metadata/xml/init.h"

#include <string.h>

#define NONE (-1)

static const struct {
	const char *name;
	const char *input;
	int want; /* XmlError or NONE */
	const char *place;
} inputs[] = {
	{"plain", "<a/>", NONE},
	{"declared", "<?xml version=\"1.0\" encoding=\"utf-8\" standalone='yes'?>\n<a>å</a>\n",
	 NONE},
	{"byte-order-mark", "\xef\xbb\xbf<a/>", NONE},
	{"comments-around", "<!-- a --><a><!-- b --></a>\n<!-- c -->\n", NONE},
	{"five-entities", "<a b='&lt;&quot;'>&amp;&gt;&apos;&#229;&#xe5;</a>", NONE},
	{"cdata", "<a><![CDATA[<b>&c;]]></a>", NONE},
	{"gt-in-attribute", "<a b='x>y'/>", NONE},

	{"empty", "", XML_ERROR_SYNTAX, "1:1"},
	{"only-space", " \n", XML_ERROR_SYNTAX},
	{"not-xml", "hello", XML_ERROR_SYNTAX, "1:1"},
	{"only-comment", "<!-- a -->", XML_ERROR_SYNTAX},
	{"cut", "<a><b/>", XML_ERROR_SYNTAX},
	{"cut-in-tag", "<a b='c'", XML_ERROR_SYNTAX},
	{"cut-in-value", "<a b='c", XML_ERROR_SYNTAX},
	{"cut-in-comment", "<a><!-- </a>", XML_ERROR_SYNTAX},
	{"cut-in-cdata", "<a><![CDATA[</a>", XML_ERROR_SYNTAX},
	{"mismatch", "<a>\n<b></a></b>", XML_ERROR_SYNTAX, "2:"},
	{"end-only", "</a>", XML_ERROR_SYNTAX},
	{"bare-ampersand", "<a>&</a>", XML_ERROR_FORBIDDEN},
	{"attribute-twice", "<a b='1' b='2'/>", XML_ERROR_SYNTAX},
	{"attribute-twice-by-namespace", "<a xmlns:x='u:a' xmlns:y='u:a' x:b='1' y:b='2'/>",
	 XML_ERROR_SYNTAX},
	{"undeclared-prefix", "<a><x:b/></a>", XML_ERROR_SYNTAX},
	{"undeclared-attribute-prefix", "<a x:b='c'/>", XML_ERROR_SYNTAX},
	{"trailing-text", "<a/>x", XML_ERROR_SYNTAX, "1:5"},
	{"trailing-element", "<a/>\n <b/>", XML_ERROR_SYNTAX, "2:2"},
	{"trailing-cdata", "<a/><![CDATA[x]]>", XML_ERROR_FORBIDDEN},
	{"control-character", "<a>\x01</a>", XML_ERROR_SYNTAX},
	{"null-reference", "<a>&#0;</a>", XML_ERROR_SYNTAX},
	{"surrogate-reference", "<a>&#xd800;</a>", XML_ERROR_SYNTAX},
	{"less-in-attribute", "<a b='<'/>", XML_ERROR_SYNTAX},

	{"doctype", "<!DOCTYPE a><a/>", XML_ERROR_FORBIDDEN, "1:1"},
	{"doctype-lower", "<!doctype a><a/>", XML_ERROR_FORBIDDEN},
	{"doctype-after-comment", "<!-- --><!DOCTYPE a SYSTEM 'http://127.0.0.1/x'><a/>",
	 XML_ERROR_FORBIDDEN},
	{"doctype-in-root", "<a><!DOCTYPE a></a>", XML_ERROR_FORBIDDEN},
	{"billion-laughs",
	 "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;&x;&x;&x;&x;&x;'>]><a>&y;</a>",
	 XML_ERROR_FORBIDDEN},
	{"external-entity", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
	 XML_ERROR_FORBIDDEN},
	{"entity-without-doctype", "<a>&x;</a>", XML_ERROR_FORBIDDEN, "1:4"},
	{"entity-in-attribute", "<a b='&x;'/>", XML_ERROR_FORBIDDEN},
	{"html-entity", "<a>&nbsp;</a>", XML_ERROR_FORBIDDEN},
	{"instruction", "<?php x ?><a/>", XML_ERROR_FORBIDDEN},
	{"instruction-within", "<a><?x?></a>", XML_ERROR_FORBIDDEN},
	{"instruction-after", "<a/><?x?>", XML_ERROR_FORBIDDEN},
	{"stylesheet", "<?xml-stylesheet href='x'?><a/>", XML_ERROR_FORBIDDEN},
	{"second-declaration", "<?xml version='1.0'?><?xml version='1.0'?><a/>",
	 XML_ERROR_FORBIDDEN},
	{"late-declaration", " <?xml version='1.0'?><a/>", XML_ERROR_FORBIDDEN},
	{"version-11", "<?xml version='1.1'?><a/>", XML_ERROR_FORBIDDEN},
	{"xinclude", "<a xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='x'/></a>",
	 XML_ERROR_FORBIDDEN},
	{"namespace-relative", "<a xmlns='x'/>", XML_ERROR_FORBIDDEN},
	{"namespace-relative-prefix", "<a xmlns:p='httpF//x'/>", XML_ERROR_FORBIDDEN},
	{"namespace-undone", "<a xmlns='u:a'><b xmlns=''/></a>", NONE},
	{"xinclude-hidden", "<a xmlns:i='http://www.w3.org/2001/XIn&#99;lude'><i:include/></a>",
	 XML_ERROR_FORBIDDEN},

	{"latin-1", "<a>\xe5</a>", XML_ERROR_ENCODING, "1:4"},
	{"latin-1-declared", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", XML_ERROR_ENCODING},
	{"utf-7-declared", "<?xml version='1.0' encoding='UTF-7'?>+ADw-a/+AD4-",
	 XML_ERROR_ENCODING},
	{"utf-16-declared", "<?xml version='1.0' encoding='UTF-16'?><a/>", XML_ERROR_ENCODING},
	{"overlong", "<a>\xc0\xbc</a>", XML_ERROR_ENCODING},
	{"utf-16-mark", "\xff\xfe<", XML_ERROR_ENCODING},

	{"id-twice", "<a ID='x'><b ID='x'/></a>", XML_ERROR_DUPLICATE_ID},
	{"id-twice-other-case", "<a ID='x'><b Id='x'/></a>", XML_ERROR_DUPLICATE_ID},
	{"id-twice-lower", "<a id='x'><b ID='x'/></a>", XML_ERROR_DUPLICATE_ID},
	{"id-twice-xml", "<a xml:id='x'><b><c ID='x'/></b></a>", XML_ERROR_DUPLICATE_ID},
	{"id-twice-hidden", "<a ID='x'><b ID='&#120;'/></a>", XML_ERROR_DUPLICATE_ID},
	{"id-empty-twice", "<a ID=''><b ID=''/></a>", XML_ERROR_DUPLICATE_ID},
	{"id-different", "<a ID='x' Id='y'><b ID='z' xmlns:p='p:p' p:ID='x'/></a>", NONE},
};

static void check(const char *bytes, gsize len, const XmlLimits *limits, int want,
		  const char *place)
{
	g_autoptr(GError) error = NULL;
	/* Off the heap and without terminator, so that reading past the end is seen. */
	g_autofree char *copy = g_memdup2(bytes, len);
	g_autoptr(XmlDocument) doc = xml_document_parse(copy, len, limits, &error);
	if (want == NONE) {
		g_assert_no_error(error);
		g_assert_nonnull(doc);
		return;
	}
	g_assert_null(doc);
	g_assert_error(error, XML_ERROR, want);
	if (place && !g_str_has_prefix(error->message, place))
		g_error("place: \"%s\" is not at %s", error->message, place);
}

static void test_input(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	check(inputs[i].input, strlen(inputs[i].input), &XML_LIMITS_MESSAGE, inputs[i].want,
	      inputs[i].place);
}

static void test_bytes(void)
{
	check("<a>\0</a>", 8, &XML_LIMITS_MESSAGE, XML_ERROR_ENCODING, NULL);
	check("<a/>\0", 5, &XML_LIMITS_MESSAGE, XML_ERROR_ENCODING, NULL);
	check("<\0a\0/\0>\0", 8, &XML_LIMITS_MESSAGE, XML_ERROR_ENCODING, NULL);
	check("\0<\0a\0/\0>", 8, &XML_LIMITS_MESSAGE, XML_ERROR_ENCODING, NULL);
	check("\xfe\xff\0<\0a\0/\0>", 10, &XML_LIMITS_MESSAGE, XML_ERROR_ENCODING, NULL);
	check("\0\0\0<", 4, &XML_LIMITS_MESSAGE, XML_ERROR_ENCODING, NULL);
	check("<a>\xc3", 4, &XML_LIMITS_MESSAGE, XML_ERROR_ENCODING, NULL);
}

/* n times a text, between head and tail; '%' in it is the number of the copy. */
static GString *repeat(const char *head, const char *text, guint n, const char *tail)
{
	GString *all = g_string_new(head);
	for (guint i = 0; i < n; i++) {
		for (const char *p = text; *p; p++) {
			if (*p == '%')
				g_string_append_printf(all, "%u", i);
			else
				g_string_append_c(all, *p);
		}
	}
	return g_string_append(all, tail);
}

static void check_repeat(const char *head, const char *text, guint n, const char *tail, int want)
{
	XmlLimits limits = {.bytes = 1 << 24,
			    .nodes = 1000,
			    .attributes = 1000,
			    .attributes_per_element = 100,
			    .depth = 30};
	GString *all = repeat(head, text, n, tail);
	check(all->str, all->len, &limits, want, NULL);
	g_string_free(all, TRUE);
}

static void test_limits(void)
{
	check_repeat("<a>", "<b/>", 999, "</a>", NONE);
	check_repeat("<a>", "<b/>", 1000, "</a>", XML_ERROR_LIMIT);
	check_repeat("<a>", "<!---->", 1000, "</a>", XML_ERROR_LIMIT);
	check_repeat("<a>", "x<b/>", 500, "</a>", XML_ERROR_LIMIT);
	check_repeat("<a>", "<![CDATA[]]>", 1000, "</a>", XML_ERROR_LIMIT);
	check_repeat("<a ", "b%='' ", 100, "/>", NONE);
	check_repeat("<a ", "b%='' ", 101, "/>", XML_ERROR_LIMIT);
	check_repeat("<a>", "<b c='1' d='2'/>", 501, "</a>", XML_ERROR_LIMIT);
	check_repeat("", "<a>", 100000, "", XML_ERROR_LIMIT);
	GString *deep = repeat("", "<a>", 30, "");
	for (int i = 0; i < 30; i++)
		g_string_append(deep, "</a>");
	check(deep->str, deep->len, &XML_LIMITS_MESSAGE, NONE, NULL);
	g_string_prepend(deep, "<a><a><a>");
	g_string_append(deep, "</a></a></a>");
	check(deep->str, deep->len, &XML_LIMITS_MESSAGE, XML_ERROR_LIMIT, NULL);
	g_string_free(deep, TRUE);
	GString *large = repeat("<a>", "x", (guint)XML_LIMITS_MESSAGE.bytes - 7, "</a>");
	check(large->str, large->len, &XML_LIMITS_MESSAGE, NONE, NULL);
	g_string_insert_c(large, 3, 'x');
	check(large->str, large->len, &XML_LIMITS_MESSAGE, XML_ERROR_LIMIT, NULL);
	g_string_free(large, TRUE);
}

/* What lasso takes seconds for. Generous, for sanitizers on a loaded machine. */
static void test_hostile_is_fast(void)
{
	static const struct {
		const char *head, *text, *tail;
	} shapes[] = {
		{"<a ", "b%='' ", "/>"},
		{"<a ", "xmlns:b%='u:%' ", "/>"},
		{"", "<a>", ""},
		{"<a>", "<b/>", "</a>"},
		{"<a>", "&lt;", "</a>"},
		{"<a><!--", "-", "--></a>"},
		{"<a b='", "&#120;", "'/>"},
		{"<a>", "<b xmlns='u:%' ID='i%'/>", "</a>"},
		{"<a>", "<b c='%'>", "</b></a>"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
		GString *all = repeat(shapes[i].head, shapes[i].text, 100000, shapes[i].tail);
		g_string_truncate(all, MIN(all->len, XML_LIMITS_MESSAGE.bytes));
		gint64 start = g_get_monotonic_time();
		xml_document_free(
			xml_document_parse(all->str, all->len, &XML_LIMITS_MESSAGE, NULL));
		gint64 took = g_get_monotonic_time() - start;
		g_test_message("shape %zu: %" G_GINT64_FORMAT " us", i, took);
		g_assert_cmpint(took, <, 250000);
		g_string_free(all, TRUE);
	}
}

static XmlDocument *read_doc(const char *text)
{
	g_autoptr(GError) error = NULL;
	XmlDocument *doc = xml_document_parse(text, strlen(text), &XML_LIMITS_ENTITY, &error);
	g_assert_no_error(error);
	return doc;
}

static void test_walk(void)
{
	g_autoptr(XmlDocument) doc =
		read_doc("<r xmlns='u:r' xmlns:p='u:p' a='1' p:a='2'>\n"
			 "<!-- x --><c/>text<p:c x='å&#10;'/><c> t </c><d/></r>");
	XmlNode *root = xml_document_root(doc);
	g_assert_true(xml_node_is(root, "u:r", "r"));
	g_assert_false(xml_node_is(root, "u:p", "r"));
	g_assert_false(xml_node_is(NULL, NULL, NULL));
	g_assert_cmpstr(xml_node_local(root), ==, "r");
	g_autofree char *plain = xml_node_attribute(root, "a");
	g_autofree char *spaced = xml_node_attribute_ns(root, "u:p", "a");
	g_assert_cmpstr(plain, ==, "1");
	g_assert_cmpstr(spaced, ==, "2");
	g_assert_null(xml_node_attribute(root, "none"));

	XmlNode *c = xml_node_child(root, "u:r", "c");
	XmlNode *pc = xml_node_child(root, "u:p", "c");
	g_assert_cmpuint(xml_node_line(c), ==, 2);
	g_assert_true(xml_node_child(root, NULL, NULL) == c);
	g_assert_true(xml_node_next(c, NULL, NULL) == pc);
	g_autofree char *value = xml_node_attribute(pc, "x");
	g_assert_cmpstr(value, ==, "å\n");
	XmlNode *last = xml_node_next(c, "u:r", "c");
	g_autofree char *text = xml_node_text(last, NULL);
	g_autofree char *bare = xml_node_text_stripped(last, NULL);
	g_autofree char *empty = xml_node_text(c, NULL);
	g_assert_cmpstr(text, ==, " t ");
	g_assert_cmpstr(bare, ==, "t");
	g_assert_cmpstr(empty, ==, "");
	g_assert_null(xml_node_next(last, "u:r", "c"));
}

/* CVE-2017-11427 and its kin: two readers, two texts. */
static void test_text_with_markup(void)
{
	static const char *const bad[] = {"<a>admin@x<!---->.evil</a>", "<a><!-- -->x</a>",
					  "<a>x<b/>y</a>", "<a><b>x</b></a>"};
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(XmlDocument) doc = read_doc(bad[i]);
		g_autoptr(GError) error = NULL;
		g_assert_null(xml_node_text(xml_document_root(doc), &error));
		g_assert_error(error, XML_ERROR, XML_ERROR_STRUCTURE);
	}
	g_autoptr(XmlDocument) doc = read_doc("<a>x<![CDATA[<y>]]>&amp;&#x7a;</a>");
	g_autofree char *text = xml_node_text(xml_document_root(doc), NULL);
	g_assert_cmpstr(text, ==, "x<y>&z");
}

static char *to_text(GBytes *bytes)
{
	gsize len;
	const char *data = g_bytes_get_data(bytes, &len);
	char *text = g_strndup(data, len);
	g_bytes_unref(bytes);
	return text;
}

static void test_build(void)
{
	g_autoptr(XmlDocument) doc = xml_document_new();
	XmlNode *root = xml_document_add_root(doc, "u:r", "r", "root");
	xml_node_declare(root, XML_NS_XS, "xs");
	xml_node_set(root, "a", "1<\"&");
	xml_node_set(root, "a", "2<\"&\n");
	xml_node_set_ns(root, XML_NS_XML, "xml", "lang", "sv");
	XmlNode *child = xml_node_add(root, "u:r", "r", "child");
	xml_node_set_ns(child, XML_NS_XSI, "xsi", "type", "xs:string");
	xml_node_add_text(child, "<å> &\r");
	xml_node_add_with_text(child, "u:other", "r", "other", "x\x01y\xff");
	xml_document_add_comment(doc, "a--->");
	g_autofree char *message = to_text(xml_document_to_message(doc));
	g_assert_cmpstr(
		message, ==,
		"<r:root xmlns:r=\"u:r\" xmlns:xs=\"" XML_NS_XS "\" "
		"a=\"2&lt;&quot;&amp;&#10;\" xml:lang=\"sv\"><r:child xmlns:xsi=\"" XML_NS_XSI
		"\" xsi:type=\"xs:string\">&lt;å&gt; &amp;&#13;"
		"<r:other xmlns:r=\"u:other\">x\xef\xbf\xbdy\xef\xbf\xbd</r:other></r:child></r:root>");
	g_autofree char *whole = to_text(xml_document_to_bytes(doc));
	g_assert_true(g_str_has_prefix(
		whole, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!--a- - ->-->\n<r:root"));
	check(whole, strlen(whole), &XML_LIMITS_MESSAGE, NONE, NULL);

	g_autoptr(XmlDocument) copy = xml_document_from_node(child);
	g_autofree char *copied = to_text(xml_document_to_message(copy));
	g_assert_nonnull(strstr(copied, "xmlns:xs=\"" XML_NS_XS "\""));
	g_autofree char *canonical = to_text(xml_node_to_canonical(child));
	g_assert_true(g_str_has_prefix(canonical, "<r:child xmlns:r=\"u:r\" xmlns:xsi="));
}

/* Whatever the text, what is built can be read, and comments end where they should. */
static void test_build_hostile(void)
{
	static const char *const texts[] = {"]]>",  "-->",          "--",           "-",
					    "---",  "----->x<!--",  "\x1f\x7f",     "\xef\xbf\xbe",
					    "&lt;", "<!DOCTYPE a>", "\xed\xa0\x80", ""};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(XmlDocument) doc = xml_document_new();
		XmlNode *root = xml_document_add_root(doc, "u:r", "r", "root");
		xml_node_set(root, "a", texts[i]);
		xml_document_add_comment(doc, texts[i]);
		xml_node_add_with_text(root, "u:r", "r", "b", texts[i]);
		g_autofree char *bytes = to_text(xml_document_to_bytes(doc));
		g_autoptr(XmlDocument) again = read_doc(bytes);
		XmlNode *b = xml_node_child(xml_document_root(again), NULL, NULL);
		g_autofree char *text = xml_node_text(b, NULL);
		g_autofree char *value = xml_node_attribute(xml_document_root(again), "a");
		g_assert_cmpstr(text, ==, value);
		g_assert_null(xml_node_next(b, NULL, NULL));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	for (gsize i = 0; i < G_N_ELEMENTS(inputs); i++) {
		g_autofree char *path = g_strconcat("/xml/input/", inputs[i].name, NULL);
		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_input);
	}
	g_test_add_func("/xml/bytes", test_bytes);
	g_test_add_func("/xml/limits", test_limits);
	g_test_add_func("/xml/hostile-is-fast", test_hostile_is_fast);
	g_test_add_func("/xml/walk", test_walk);
	g_test_add_func("/xml/text-with-markup", test_text_with_markup);
	g_test_add_func("/xml/build", test_build);
	g_test_add_func("/xml/build-hostile", test_build_hostile);
	int result = g_test_run();
	xml_shutdown();
	return result;
}
