/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include <string.h>

#include "metadata/xml/document.h"
#include "metadata/xml/libxml.h"

bool xml_node_is(const XmlNode *node, const char *ns, const char *local)
{
	return node && node->type == XML_ELEMENT_NODE &&
	       (!local || strcmp((const char *)node->name, local) == 0) &&
	       (!ns || strcmp(xml_node_ns(node), ns) == 0);
}

const char *xml_node_local(const XmlNode *node)
{
	return (const char *)node->name;
}

const char *xml_node_ns(const XmlNode *node)
{
	return node->ns ? (const char *)node->ns->href : "";
}

static XmlNode *first_from(XmlNode *node, const char *ns, const char *local)
{
	while (node && !xml_node_is(node, ns, local))
		node = node->next;
	return node;
}

XmlNode *xml_node_child(const XmlNode *node, const char *ns, const char *local)
{
	return first_from(node->children, ns, local);
}

XmlNode *xml_node_next(const XmlNode *node, const char *ns, const char *local)
{
	return first_from(node->next, ns, local);
}

XmlNode *xml_node_parent(const XmlNode *node)
{
	return xml_node_is(node->parent, NULL, NULL) ? node->parent : NULL;
}

static char *take(xmlChar *value)
{
	char *copy = g_strdup((const char *)value);
	xmlFree(value);
	return copy;
}

char *xml_node_attribute(const XmlNode *node, const char *name)
{
	return take(xmlGetNoNsProp(node, XML_STR(name)));
}

char *xml_node_attribute_ns(const XmlNode *node, const char *ns, const char *name)
{
	return take(xmlGetNsProp(node, XML_STR(name), XML_STR(ns)));
}

char *xml_node_text(const XmlNode *node, GError **error)
{
	GString *text = g_string_new(NULL);
	for (const xmlNode *child = node->children; child; child = child->next) {
		if (child->type != XML_TEXT_NODE) {
			g_set_error(error, XML_ERROR, XML_ERROR_STRUCTURE,
				    "%u: %s holds a comment or element where only text may be",
				    xml_node_line(node), xml_node_local(node));
			g_string_free(text, TRUE);
			return NULL;
		}
		g_string_append(text, (const char *)child->content);
	}
	return g_string_free(text, FALSE);
}

char *xml_node_text_stripped(const XmlNode *node, GError **error)
{
	char *text = xml_node_text(node, error);
	return text ? g_strstrip(text) : NULL;
}

guint xml_node_line(const XmlNode *node)
{
	long line = xmlGetLineNo(node);
	return line > 0 ? (guint)line : 0;
}

/* What Char of XML 1.0 leaves out of Unicode. */
static bool is_xml_char(gunichar c)
{
	return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == '\t' || c == '\n' || c == '\r';
}

/* g_utf8_next_char casts const away. */
static gsize utf8_len(const char *p)
{
	return g_utf8_skip[*(const guchar *)p];
}

/* The text itself, or in *ret_own a copy that XML can carry. */
static const xmlChar *carried(const char *text, char **ret_own)
{
	bool clean = g_utf8_validate(text, -1, NULL);
	for (const char *p = text; clean && *p; p += utf8_len(p))
		clean = is_xml_char(g_utf8_get_char(p));
	if (clean)
		return XML_STR(text);
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *own = g_string_new(NULL);
	for (const char *p = valid; *p; p += utf8_len(p)) {
		gunichar c = g_utf8_get_char(p);
		g_string_append_unichar(own, is_xml_char(c) ? c : 0xfffd);
	}
	*ret_own = g_string_free(own, FALSE);
	return XML_STR(*ret_own);
}

/* The declaration of prefix that holds at node, made there when it is another or none. */
static xmlNs *namespace_at(XmlNode *node, const char *ns, const char *prefix)
{
	xmlNs *found = xmlSearchNs(node->doc, node, XML_STR(prefix));
	if (!found || strcmp((const char *)found->href, ns) != 0)
		found = xmlNewNs(node, XML_STR(ns), XML_STR(prefix));
	g_assert(found);
	return found;
}

XmlNode *xml_document_add_root(XmlDocument *doc, const char *ns, const char *prefix,
			       const char *local)
{
	g_assert(!xmlDocGetRootElement(doc));
	XmlNode *node = xmlNewDocNode(doc, NULL, XML_STR(local), NULL);
	g_assert(node);
	xmlDocSetRootElement(doc, node);
	xmlSetNs(node, namespace_at(node, ns, prefix));
	return node;
}

XmlNode *xml_node_add(XmlNode *parent, const char *ns, const char *prefix, const char *local)
{
	XmlNode *node = xmlNewDocNode(parent->doc, NULL, XML_STR(local), NULL);
	g_assert(node);
	xmlAddChild(parent, node);
	xmlSetNs(node, namespace_at(node, ns, prefix));
	return node;
}

XmlNode *xml_node_add_with_text(XmlNode *parent, const char *ns, const char *prefix,
				const char *local, const char *text)
{
	XmlNode *node = xml_node_add(parent, ns, prefix, local);
	xml_node_add_text(node, text);
	return node;
}

void xml_node_set(XmlNode *node, const char *name, const char *value)
{
	g_autofree char *own = NULL;
	xmlAttr *attr = xmlSetProp(node, XML_STR(name), carried(value, &own));
	g_assert(attr);
}

void xml_node_set_ns(XmlNode *node, const char *ns, const char *prefix, const char *name,
		     const char *value)
{
	g_autofree char *own = NULL;
	xmlAttr *attr = xmlSetNsProp(node, namespace_at(node, ns, prefix), XML_STR(name),
				     carried(value, &own));
	g_assert(attr);
}

void xml_node_declare(XmlNode *node, const char *ns, const char *prefix)
{
	namespace_at(node, ns, prefix);
}

void xml_node_add_text(XmlNode *node, const char *text)
{
	g_autofree char *own = NULL;
	xmlNode *child = xmlNewDocText(node->doc, carried(text, &own));
	g_assert(child);
	xmlAddChild(node, child);
}

void xml_document_add_comment(XmlDocument *doc, const char *text)
{
	g_autofree char *own = NULL;
	GString *safe = g_string_new((const char *)carried(text, &own));
	/* Twice: "---" holds two pairs that overlap. */
	g_string_replace(safe, "--", "- -", 0);
	g_string_replace(safe, "--", "- -", 0);
	if (safe->len > 0 && safe->str[safe->len - 1] == '-')
		g_string_append_c(safe, ' ');
	xmlNode *comment = xmlNewDocComment(doc, XML_STR(safe->str));
	g_assert(comment);
	xmlAddPrevSibling(xmlDocGetRootElement(doc), comment);
	g_string_free(safe, TRUE);
}
