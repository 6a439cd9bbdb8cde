/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* One XML document: read strictly, walked, or built.
 *
 * The nodes are libxml2's own, opaque outside metadata/xml/. A node belongs to its document and
 * lives as long. A document is used by one thread at a time; one that is only read may be read by
 * many. */
typedef struct _xmlDoc XmlDocument;
typedef struct _xmlNode XmlNode;

/* Namespaces of SAML 2.0 and its neighbours. */
#define XML_NS_SAML     "urn:oasis:names:tc:SAML:2.0:assertion"
#define XML_NS_SAMLP    "urn:oasis:names:tc:SAML:2.0:protocol"
#define XML_NS_MD       "urn:oasis:names:tc:SAML:2.0:metadata"
#define XML_NS_MDATTR   "urn:oasis:names:tc:SAML:metadata:attribute"
#define XML_NS_MDUI     "urn:oasis:names:tc:SAML:metadata:ui"
#define XML_NS_MDRPI    "urn:oasis:names:tc:SAML:metadata:rpi"
#define XML_NS_SHIBMD   "urn:mace:shibboleth:metadata:1.0"
#define XML_NS_DS       "http://www.w3.org/2000/09/xmldsig#"
#define XML_NS_EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define XML_NS_XML      "http://www.w3.org/XML/1998/namespace"
#define XML_NS_XSI      "http://www.w3.org/2001/XMLSchema-instance"
#define XML_NS_XS       "http://www.w3.org/2001/XMLSchema"

/* What an XML_ERROR means. The message names the place as line:column of the bytes where one is
 * known, never quotes content of the document beyond the name of an element or attribute. */
#define XML_ERROR (xml_error_quark())
GQuark xml_error_quark(void);
typedef enum {
	XML_ERROR_LIMIT,        /* more bytes, nodes, attributes or levels than XmlLimits allows */
	XML_ERROR_ENCODING,     /* not UTF-8, or another encoding declared, or a NUL */
	XML_ERROR_FORBIDDEN,    /* DOCTYPE, processing instruction, entity, XInclude, relative
				   namespace */
	XML_ERROR_SYNTAX,       /* not well-formed, undeclared prefix, bytes after the document */
	XML_ERROR_DUPLICATE_ID, /* two ID attributes (ID, Id, id, xml:id) with one value */
	XML_ERROR_STRUCTURE,    /* an element twice where one is allowed, or markup within text */
	XML_ERROR_KEY,          /* a key or certificate that is unreadable, weak or mismatched */
	XML_ERROR_SIGNATURE,    /* a signature of a form we do not take, or that does not verify */
	XML_ERROR_LIBRARY,      /* libxml2 or xmlsec1 failed where they must not */
} XmlError;

/* What a sender may cost us. Each is inclusive. */
typedef struct {
	gsize bytes;
	guint nodes;                  /* elements, runs of text, comments, CDATA sections */
	guint attributes;             /* in the whole document, namespace declarations included */
	guint attributes_per_element; /* libxml2 compares each with each */
	guint depth;                  /* the root has depth 1 */
} XmlLimits;

/* A SAML message from a stranger: 64 KiB decoded. The largest honest AuthnRequest we know, signed
 * by RSA-4096 with a certificate, is 8 KiB and 40 elements. */
extern const XmlLimits XML_LIMITS_MESSAGE;
/* One EntityDescriptor from a file an administrator trusts: 1 MiB, since logos are inlined. */
extern const XmlLimits XML_LIMITS_ENTITY;
/* A file of several entities, only for `portvakt metadata add`: 16 MiB. */
extern const XmlLimits XML_LIMITS_AGGREGATE;
/* A federation's aggregate, only in the confined child: 128 MiB, twice eduGAIN's 62 MB, whose 9,500
 * entities have about 150 elements and texts each. */
extern const XmlLimits XML_LIMITS_FEED;

/* Reads a document. First a linear scan of ours over the bytes, which stops at the first breach of
 * `limits` and refuses what SAML has no use for: a DOCTYPE (SDP-G03), processing instructions,
 * entities other than the five and character references, encodings other than UTF-8 (a UTF-8 byte
 * order mark is accepted), NUL, bytes after the root other than white space and comments, elements
 * of XInclude, namespaces that are not absolute URIs. Then one libxml2 parse without network. Then
 * the ID attributes: two with the same value are refused. Returns (transfer full) or NULL with an
 * XML_ERROR. The bytes are not kept. */
XmlDocument *xml_document_parse(const void *bytes, gsize len, const XmlLimits *limits,
				GError **error);

/* A document without content, for building. (transfer full) */
XmlDocument *xml_document_new(void);
/* Copies the subtree below `node`, with the namespaces it needs, as a document. (transfer full) */
XmlDocument *xml_document_from_node(const XmlNode *node);
void xml_document_free(XmlDocument *doc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlDocument, xml_document_free)

/* --- Walking. Comments and text are skipped by all of these. --- */

/* The root element; NULL only for a document just made. (transfer none) */
XmlNode *xml_document_root(const XmlDocument *doc);
/* Whether node is an element {ns}local. NULL node: false. */
bool xml_node_is(const XmlNode *node, const char *ns, const char *local);
/* The local name and namespace ("" when in none) of an element. (transfer none) */
const char *xml_node_local(const XmlNode *node);
const char *xml_node_ns(const XmlNode *node);
/* First child element, or next sibling element, named {ns}local; NULL for ns or local means any.
 * (transfer none) or NULL. */
XmlNode *xml_node_child(const XmlNode *node, const char *ns, const char *local);
XmlNode *xml_node_next(const XmlNode *node, const char *ns, const char *local);
/* The element around it; NULL for the root. (transfer none) */
XmlNode *xml_node_parent(const XmlNode *node);
/* Value of an attribute without namespace, or of {ns}name. (transfer full) or NULL when absent. */
char *xml_node_attribute(const XmlNode *node, const char *name);
char *xml_node_attribute_ns(const XmlNode *node, const char *ns, const char *name);
/* The text of an element, as it is (white space included), "" when empty. (transfer full)
 * NULL with XML_ERROR_STRUCTURE when it holds anything but text: with a comment within, readers
 * disagree on the text ("admin<!---->.example"), so we do not read it at all. */
char *xml_node_text(const XmlNode *node, GError **error);
/* As xml_node_text, without leading and trailing white space. */
char *xml_node_text_stripped(const XmlNode *node, GError **error);
/* The line of the element in the bytes it was read from, from 1; 0 when built. */
guint xml_node_line(const XmlNode *node);

/* --- Building. Strings are UTF-8; what XML cannot carry (bad UTF-8, control characters) becomes
 * U+FFFD, so that no value of a directory can break the document. --- */

/* Makes the root element. The document must have none. (transfer none) */
XmlNode *xml_document_add_root(XmlDocument *doc, const char *ns, const char *prefix,
			       const char *local);
/* Appends a child element. The namespace is declared on it unless in scope with this prefix.
 * (transfer none) */
XmlNode *xml_node_add(XmlNode *parent, const char *ns, const char *prefix, const char *local);
/* As xml_node_add with a text. (transfer none) */
XmlNode *xml_node_add_with_text(XmlNode *parent, const char *ns, const char *prefix,
				const char *local, const char *text);
/* Sets an attribute, replacing one of that name. */
void xml_node_set(XmlNode *node, const char *name, const char *value);
/* Sets prefix:name, e.g. xml:lang (XML_NS_XML, "xml") or xsi:type; the value is no QName to us:
 * declare what it refers to with xml_node_declare. */
void xml_node_set_ns(XmlNode *node, const char *ns, const char *prefix, const char *name,
		     const char *value);
/* Declares a namespace on the element unless it is in scope with this prefix. */
void xml_node_declare(XmlNode *node, const char *ns, const char *prefix);
void xml_node_add_text(XmlNode *node, const char *text);
/* Puts a comment on a line of its own before the root element; "--" in it becomes "- -". */
void xml_document_add_comment(XmlDocument *doc, const char *text);

/* --- Bytes out: UTF-8, nothing reindented. --- */

/* The document with its XML declaration. (transfer full) */
GBytes *xml_document_to_bytes(const XmlDocument *doc);
/* The root element alone, without a declaration: what goes into a SAML message. (transfer full) */
GBytes *xml_document_to_message(const XmlDocument *doc);
/* The subtree in Exclusive XML Canonicalization 1.0 without comments. (transfer full) */
GBytes *xml_node_to_canonical(const XmlNode *node);
