/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/lib/visited.h"

#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <string.h>

#define LOCAL(name) "*[local-name()='" name "']"

Page *page_read(const GString *html)
{
	return htmlReadMemory(html->str, (int)html->len, NULL, "UTF-8",
			      HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
}

void page_free(Page *page)
{
	xmlFreeDoc(page);
}

static xmlXPathObject *evaluate(xmlDoc *document, const char *xpath)
{
	xmlXPathContext *context = xmlXPathNewContext(document);
	xmlXPathObject *object = xmlXPathEvalExpression((const xmlChar *)xpath, context);

	g_assert(object);
	xmlXPathFreeContext(context);
	return object;
}

/* Frees what libxml has made. */
static char *own(xmlChar *text)
{
	char *copy = g_strdup(text ? (const char *)text : "");

	xmlFree(text);
	return copy;
}

char *page_text(Page *page, const char *xpath)
{
	g_autofree char *expression = g_strdup_printf("string(%s)", xpath);
	xmlXPathObject *object = evaluate(page, expression);
	char *text = g_strdup((const char *)object->stringval);

	xmlXPathFreeObject(object);
	return text;
}

GPtrArray *page_texts(Page *page, const char *xpath)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
	xmlXPathObject *object = evaluate(page, xpath);

	for (int i = 0; object->nodesetval && i < object->nodesetval->nodeNr; i++)
		g_ptr_array_add(texts, own(xmlNodeGetContent(object->nodesetval->nodeTab[i])));
	xmlXPathFreeObject(object);
	return texts;
}

static void add_field(GString *form, const char *name, const char *value)
{
	g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);

	g_string_append_printf(form, "%s%s=%s", form->len ? "&" : "", name, escaped);
}

char *page_form(Page *page, const char *condition, char **ret_action)
{
	g_autofree char *form = g_strdup_printf("(//form[@method='post'][%s])[1]", condition);
	g_autofree char *action = g_strconcat(form, "/@action", NULL);
	g_autofree char *fields = g_strconcat(form, "//input[@type='hidden']/@name", NULL);
	g_autofree char *values = g_strconcat(form, "//input[@type='hidden']/@value", NULL);
	g_autoptr(GPtrArray) name = page_texts(page, fields), value = page_texts(page, values);
	GString *body = g_string_new(NULL);

	*ret_action = page_text(page, action);
	if (!**ret_action || name->len != value->len) {
		g_clear_pointer(ret_action, g_free);
		return g_string_free(body, TRUE);
	}
	for (guint i = 0; i < name->len; i++)
		add_field(body, name->pdata[i], value->pdata[i]);
	return g_string_free(body, FALSE);
}

void visited(const char *number, const char *what, const char *a, const char *b)
{
	printf("%s\t%s\t%s\t%s\n", number, what, a, b);
}

/* ---- what is told and asked ---- */

static void each(const char *number, const char *what, Page *page, const char *xpath)
{
	g_autoptr(GPtrArray) texts = page_texts(page, xpath);

	for (guint i = 0; i < texts->len; i++)
		visited(number, what, texts->pdata[i], "");
}

void visited_matters(const char *number, Page *page)
{
	g_autofree char *undo = page_text(page, "//*[@id='undo']");
	g_autofree char *effect = page_text(page, "//*[@id='effect']");
	g_autoptr(GPtrArray) young = page_texts(page, "//*[@id='young']");

	each(number, "told-why", page, "//*[@id='told']//ul[@class='why']/li");
	each(number, "told-value", page, "//*[@id='told']//dd[@class='value']");
	each(number, "asked-why", page, "//*[@id='asked']//ul[@class='why']/li");
	each(number, "asked-value", page, "//*[@id='asked']//dd[@class='value']");
	if (*undo)
		visited(number, "asked-basis",
			strstr(undo, "samtycke") || strstr(undo, "onsent") ? "consent" : "other",
			"");
	/* "Svarar du nej", "If you say no", "If you answer no" stand where it shuts the door */
	if (*effect)
		visited(number, "effect",
			strstr(effect, "även om") || strstr(effect, "even if") ? "free" : "closed",
			"");
	if (young->len)
		visited(number, "young", "yes", "");
}

/* ---- what leaves ---- */

static void visited_attributes(const char *number, xmlDoc *message)
{
	xmlXPathObject *values = evaluate(message, "//" LOCAL("AttributeValue"));

	for (int i = 0; values->nodesetval && i < values->nodesetval->nodeNr; i++) {
		xmlNode *value = values->nodesetval->nodeTab[i];
		g_autofree char *name = own(xmlGetNoNsProp(value->parent, (const xmlChar *)"Name"));
		g_autofree char *text = own(xmlNodeGetContent(value));
		visited(number, "attribute", name, text);
	}
	xmlXPathFreeObject(values);
}

bool visited_message(const char *number, Page *page)
{
	g_autofree char *base64 = page_text(page, "//input[@name='SAMLResponse']/@value");
	gsize length = 0;
	g_autofree guchar *xml = g_base64_decode(base64, &length);
	g_autoptr(Page) message =
		length ? xmlReadMemory((const char *)xml, (int)length, NULL, NULL, XML_PARSE_NONET)
		       : NULL;
	if (!message)
		return false;
	g_autofree char *id = page_text(message, "/*/@ID");
	g_autofree char *format = page_text(message, "//" LOCAL("NameID") "/@Format");
	g_autofree char *name = page_text(message, "//" LOCAL("NameID"));

	visited(number, "id", id, "");
	each(number, "status", message, "//" LOCAL("StatusCode") "/@Value");
	visited_attributes(number, message);
	if (*format && !g_str_has_suffix(format, ":transient"))
		visited(number, "subject", format, name);
	return true;
}

/* ---- what was said ---- */

void visited_choices(const char *number, Page *page)
{
	static const char *const kinds[][2] = {
		{"yes", "//*[@id='answered']//li[.//input[@name='said'][@value='yes']]"},
		{"no", "//*[@id='answered']//li[.//input[@name='said'][@value='no']]"},
		{"seen", "//*[@id='told']/ul/li"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *count = g_strdup_printf("count(%s)", kinds[i][1]);
		g_autofree char *n = page_text(page, count);
		for (gint64 j = 1; j <= g_ascii_strtoll(n, NULL, 10); j++) {
			g_autofree char *service =
				g_strdup_printf("(%s)[%" G_GINT64_FORMAT "]/h3", kinds[i][1], j);
			g_autofree char *why = g_strdup_printf(
				"(%s)[%" G_GINT64_FORMAT "]//ul[@class='why']/li", kinds[i][1], j);
			g_autofree char *name = page_text(page, service);
			g_autoptr(GPtrArray) purposes = page_texts(page, why);
			for (guint k = 0; k < purposes->len; k++) {
				g_autofree char *both = g_strconcat(
					kinds[i][0], "\t", (char *)purposes->pdata[k], NULL);
				visited(number, "choice", name, both);
			}
		}
	}
}
