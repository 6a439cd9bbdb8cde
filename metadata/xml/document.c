/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/document.h"

#include <libxml/c14n.h>
#include <libxml/uri.h>
#include <libxml/xmlsave.h>
#include <string.h>

#include "metadata/xml/libxml.h"
#include "metadata/xml/scan.h"

#define NS_XINCLUDE_2001 "http://www.w3.org/2001/XInclude"
#define NS_XINCLUDE_2003 "http://www.w3.org/2003/XInclude"

G_DEFINE_QUARK(xml - error - quark, xml_error)

const XmlLimits XML_LIMITS_MESSAGE = {
	.bytes = 65536,
	.nodes = 2048,
	.attributes = 1024,
	.attributes_per_element = 64,
	.depth = 32,
};
const XmlLimits XML_LIMITS_ENTITY = {
	.bytes = 1048576,
	.nodes = 20000,
	.attributes = 20000,
	.attributes_per_element = 128,
	.depth = 32,
};
const XmlLimits XML_LIMITS_AGGREGATE = {
	.bytes = 16777216,
	.nodes = 1000000,
	.attributes = 1000000,
	.attributes_per_element = 128,
	.depth = 32,
};
const XmlLimits XML_LIMITS_FEED = {
	.bytes = 134217728,
	.nodes = 4000000,
	.attributes = 4000000,
	.attributes_per_element = 128,
	.depth = 32,
};

typedef xmlParserCtxt Parser;
static void parser_free(Parser *parser)
{
	if (parser->myDoc)
		xmlFreeDoc(parser->myDoc);
	xmlFreeParserCtxt(parser);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parser, parser_free)

static XmlDocument *parse(const void *bytes, gsize len, GError **error)
{
	g_autoptr(Parser) parser = xmlNewParserCtxt();
	g_assert(parser);
	XmlDocument *doc = xmlCtxtReadMemory(parser, bytes, (int)len, NULL, "UTF-8",
					     XML_PARSE_NONET | XML_PARSE_NOCDATA |
						     XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	/* The context still owns it (myDoc is taken away by the call), whatever follows. */
	parser->myDoc = doc;
	if (!doc || !parser->wellFormed || !parser->nsWellFormed) {
		const xmlError *last = xmlCtxtGetLastError(parser);
		g_autofree char *what = g_strdup(last && last->message ? last->message : "not XML");
		g_set_error(error, XML_ERROR, XML_ERROR_SYNTAX, "%d:%d: %s", last ? last->line : 1,
			    last ? last->int2 : 1, g_strstrip(what));
		return NULL;
	}
	parser->myDoc = NULL;
	return doc;
}

static bool is_id(const xmlAttr *attr)
{
	const char *name = (const char *)attr->name;
	if (attr->ns)
		return strcmp(name, "id") == 0 &&
		       strcmp((const char *)attr->ns->href, XML_NS_XML) == 0;
	return strcmp(name, "ID") == 0 || strcmp(name, "Id") == 0 || strcmp(name, "id") == 0;
}

/* Without a DTD libxml2 does not know which attributes are IDs, and keeps the first of two that
 * are the same. A signature's Reference must mean one element, for every reader: two elements of
 * one ID, in any spelling of the attribute, are what signature wrapping is made of. */
static bool register_ids(XmlDocument *doc, xmlNode *element, GHashTable *seen, GError **error)
{
	for (xmlAttr *attr = element->properties; attr; attr = attr->next) {
		if (!is_id(attr))
			continue;
		xmlChar *value = xmlNodeListGetString(doc, attr->children, 1);
		if (!g_hash_table_add(seen, value ? (char *)value : g_strdup(""))) {
			g_set_error(error, XML_ERROR, XML_ERROR_DUPLICATE_ID,
				    "%ld: a second element with the same %s", xmlGetLineNo(element),
				    (const char *)attr->name);
			return false;
		}
		if (!attr->ns && value)
			xmlAddID(NULL, doc, value, attr);
	}
	return true;
}

/* The next element in document order. */
static xmlNode *next_element(xmlNode *element)
{
	xmlNode *next = xmlFirstElementChild(element);
	for (; !next && element; element = element->parent) {
		if (element->type != XML_ELEMENT_NODE)
			return NULL;
		next = xmlNextElementSibling(element);
	}
	return next;
}

/* Canonicalization is not defined for relative namespaces, and fails. */
static bool is_absolute(const xmlChar *href)
{
	if (!href || !*href)
		return true;
	xmlURI *uri = xmlParseURI((const char *)href);
	bool absolute = uri && uri->scheme && *uri->scheme;
	xmlFreeURI(uri);
	return absolute;
}

static bool judge_namespaces(const xmlNode *el, GError **error)
{
	const char *ns = xml_node_ns(el);
	const char *what = NULL;
	if (strcmp(ns, NS_XINCLUDE_2001) == 0 || strcmp(ns, NS_XINCLUDE_2003) == 0)
		what = "XInclude";
	for (const xmlNs *def = el->nsDef; def; def = def->next) {
		if (!is_absolute(def->href))
			what = "a namespace that is not an absolute URI";
	}
	if (what)
		g_set_error(error, XML_ERROR, XML_ERROR_FORBIDDEN, "%ld: %s", xmlGetLineNo(el),
			    what);
	return !what;
}

static bool judge_elements(XmlDocument *doc, GError **error)
{
	/* xmlMalloc is malloc, as g_malloc is: nobody here changes libxml2's allocator. */
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (xmlNode *el = xmlDocGetRootElement(doc); el; el = next_element(el)) {
		if (!judge_namespaces(el, error) || !register_ids(doc, el, seen, error))
			return false;
	}
	return true;
}

XmlDocument *xml_document_parse(const void *bytes, gsize len, const XmlLimits *limits,
				GError **error)
{
	if (!xml_scan(bytes, len, limits, error))
		return NULL;
	g_autoptr(XmlDocument) doc = parse(bytes, len, error);
	if (!doc || !judge_elements(doc, error))
		return NULL;
	return g_steal_pointer(&doc);
}

XmlDocument *xml_document_new(void)
{
	XmlDocument *doc = xmlNewDoc(XML_STR("1.0"));
	g_assert(doc);
	return doc;
}

/* All namespaces in scope are copied, also those that only a QName in a value (xsi:type) uses. */
XmlDocument *xml_document_from_node(const XmlNode *node)
{
	XmlDocument *doc = xml_document_new();
	xmlNode *root = xmlDocCopyNode(XML_UNCONST(xmlNode, node), doc, 1);
	g_assert(root);
	xmlDocSetRootElement(doc, root);
	xmlNs **scope = xmlGetNsList(node->doc, node);
	for (xmlNs **ns = scope; ns && *ns; ns++) {
		if (!xmlSearchNs(doc, root, (*ns)->prefix))
			xmlNewNs(root, (*ns)->href, (*ns)->prefix);
	}
	xmlFree(scope);
	return doc;
}

void xml_document_free(XmlDocument *doc)
{
	if (doc)
		xmlFreeDoc(doc);
}

XmlNode *xml_document_root(const XmlDocument *doc)
{
	return xmlDocGetRootElement(doc);
}

static GBytes *take_bytes(xmlChar *bytes, int len)
{
	g_assert(bytes && len >= 0);
	return g_bytes_new_with_free_func(bytes, len, (GDestroyNotify)xmlFree, bytes);
}

GBytes *xml_document_to_bytes(const XmlDocument *doc)
{
	xmlChar *bytes = NULL;
	int len = -1;
	xmlDocDumpMemoryEnc(XML_UNCONST(xmlDoc, doc), &bytes, &len, "UTF-8");
	return take_bytes(bytes, len);
}

GBytes *xml_document_to_message(const XmlDocument *doc)
{
	xmlBuffer *buffer = xmlBufferCreate();
	xmlSaveCtxt *save = xmlSaveToBuffer(buffer, "UTF-8", XML_SAVE_NO_DECL);
	g_assert(save);
	xmlSaveTree(save, xmlDocGetRootElement(doc));
	int failed = xmlSaveClose(save);
	g_assert(failed != -1);
	int len = xmlBufferLength(buffer);
	xmlChar *bytes = xmlBufferDetach(buffer);
	xmlBufferFree(buffer);
	return take_bytes(bytes, len);
}

GBytes *xml_node_to_canonical(const XmlNode *node)
{
	g_autoptr(XmlDocument) copy = xml_document_from_node(node);
	xmlChar *bytes = NULL;
	int len = xmlC14NDocDumpMemory(copy, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &bytes);
	return take_bytes(bytes, len);
}
