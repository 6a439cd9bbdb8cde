/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include <string.h>

#include "metadata/xml/libxml.h"
#include "metadata/xml/sign-method.h"

G_GNUC_PRINTF(3, 4)
static bool refuse(GError **error, const XmlNode *at, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *what = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, XML_ERROR, XML_ERROR_SIGNATURE, "%u: %s", xml_node_line(at), what);
	return false;
}

static bool is_blank(const xmlNode *text)
{
	const char *content = (const char *)text->content;
	return content[strspn(content, " \t\r\n")] == '\0';
}

/* Whether the children of node are exactly the elements of `names` (of ds:), in this order; a name
 * with "?" before it may be missing. Between them only white space: a comment within is read one
 * way by one library and otherwise by another. */
static bool holds(const XmlNode *node, const char *const *names, GError **error)
{
	const xmlNode *child = node->children;
	for (;; child = child->next) {
		while (child && child->type == XML_TEXT_NODE && is_blank(child))
			child = child->next;
		if (!child)
			break;
		while (*names && **names == '?' && !xml_node_is(child, XML_NS_DS, *names + 1))
			names++;
		if (!*names || !xml_node_is(child, XML_NS_DS, *names + (**names == '?')))
			return refuse(error, node, "%s does not hold what a SAML signature may",
				      xml_node_local(node));
		names++;
	}
	while (*names && **names == '?')
		names++;
	return !*names || refuse(error, node, "%s lacks %s", xml_node_local(node), *names);
}

/* A leaf with text only, or with nothing. */
static bool holds_text(const XmlNode *parent, const char *local, GError **error)
{
	g_autofree char *text = xml_node_text(xml_node_child(parent, XML_NS_DS, local), error);
	return text != NULL;
}

/* The Algorithm of an element without children: no parameters, so no HMACOutputLength. */
static char *algorithm(const XmlNode *node, GError **error)
{
	static const char *const nothing[] = {NULL};
	char *uri = xml_node_attribute(node, "Algorithm");
	if (!uri)
		refuse(error, node, "%s lacks Algorithm", xml_node_local(node));
	else if (!holds(node, nothing, error))
		g_clear_pointer(&uri, g_free);
	return uri;
}

/* exc-c14n may name prefixes (OpenSAML does, for xsi:type); nothing else. */
static bool inspect_c14n_transform(const XmlNode *transform, GError **error)
{
	const xmlNode *inner = NULL;
	for (const xmlNode *child = transform->children; child; child = child->next) {
		if (child->type == XML_TEXT_NODE && is_blank(child))
			continue;
		if (inner || !xml_node_is(child, XML_NS_EXC_C14N, "InclusiveNamespaces") ||
		    child->children)
			return refuse(error, transform, "a canonicalization with parameters");
		inner = child;
	}
	return true;
}

/* Exactly enveloped-signature, then exc-c14n. XSLT runs programs, XPath and base64 choose what is
 * signed, c14n with comments signs what we do not read. */
static bool inspect_transforms(const XmlNode *transforms, GError **error)
{
	static const char *const two[] = {"Transform", "Transform", NULL};
	if (!holds(transforms, two, error))
		return false;
	const XmlNode *first = xml_node_child(transforms, XML_NS_DS, "Transform");
	const XmlNode *second = xml_node_next(first, XML_NS_DS, "Transform");
	g_autofree char *enveloped = algorithm(first, error);
	g_autofree char *c14n = xml_node_attribute(second, "Algorithm");
	if (!enveloped)
		return false;
	if (strcmp(enveloped, XML_SIGN_ENVELOPED) != 0 || g_strcmp0(c14n, XML_NS_EXC_C14N) != 0)
		return refuse(error, transforms,
			      "transforms other than enveloped-signature and exc-c14n");
	return inspect_c14n_transform(second, error);
}

/* The Reference must be to the root, by its ID: "" and xpointer(…) mean other things to other
 * readers, another ID is signature wrapping. */
static bool inspect_reference(const XmlNode *reference, const XmlNode *root, GError **error)
{
	static const char *const three[] = {"Transforms", "DigestMethod", "DigestValue", NULL};
	g_autofree char *uri = xml_node_attribute(reference, "URI");
	g_autofree char *id = xml_node_attribute(root, "ID");
	if (!uri || !id || *uri != '#' || !*id || strcmp(uri + 1, id) != 0)
		return refuse(error, reference, "the signature is not of the whole message");
	if (!holds(reference, three, error) || !holds_text(reference, "DigestValue", error))
		return false;
	g_autofree char *digest =
		algorithm(xml_node_child(reference, XML_NS_DS, "DigestMethod"), error);
	if (!digest)
		return false;
	if (!xml_sign_digest_is_taken(digest))
		return refuse(error, reference, "a digest other than SHA-256, SHA-384 and SHA-512");
	return inspect_transforms(xml_node_child(reference, XML_NS_DS, "Transforms"), error);
}

static bool inspect_info(const XmlNode *info, const XmlNode *root, XmlSignMethod *ret_method,
			 GError **error)
{
	static const char *const three[] = {"CanonicalizationMethod", "SignatureMethod",
					    "Reference", NULL};
	if (!holds(info, three, error))
		return false;
	g_autofree char *c14n =
		algorithm(xml_node_child(info, XML_NS_DS, "CanonicalizationMethod"), error);
	g_autofree char *method =
		c14n ? algorithm(xml_node_child(info, XML_NS_DS, "SignatureMethod"), error) : NULL;
	if (!method)
		return false;
	if (strcmp(c14n, XML_NS_EXC_C14N) != 0)
		return refuse(error, info, "a canonicalization other than exc-c14n");
	*ret_method = xml_sign_method_from_uri(method);
	if (*ret_method == XML_SIGN_NONE)
		return refuse(error, info,
			      "a signature method other than RSA or ECDSA with SHA-256, SHA-384 "
			      "or SHA-512");
	return inspect_reference(xml_node_child(info, XML_NS_DS, "Reference"), root, error);
}

/* The next element in document order below root. */
static const xmlNode *next_below(const xmlNode *el, const xmlNode *root)
{
	const xmlNode *next = xml_node_child(el, NULL, NULL);
	for (; !next && el != root; el = el->parent)
		next = xml_node_next(el, NULL, NULL);
	return next;
}

/* Where the schema has it: first, or after Issuer. */
static bool is_in_place(const XmlNode *signature, const XmlNode *root)
{
	const XmlNode *first = xml_node_child(root, NULL, NULL);
	return signature->parent == root &&
	       (signature == first || (xml_node_is(first, XML_NS_SAML, "Issuer") &&
				       xml_node_next(first, NULL, NULL) == signature));
}

/* The only signature in the whole document, or NULL. */
static bool find_only(const XmlNode *root, XmlNode **ret, GError **error)
{
	*ret = NULL;
	for (const xmlNode *el = root; el; el = next_below(el, root)) {
		if (!xml_node_is(el, XML_NS_DS, "Signature"))
			continue;
		if (*ret)
			return refuse(error, el, "a second signature");
		*ret = XML_UNCONST(XmlNode, el);
	}
	return true;
}

/* The only signature that is a child of the root, or NULL. */
static bool find_child(const XmlNode *root, XmlNode **ret, GError **error)
{
	*ret = xml_node_child(root, XML_NS_DS, "Signature");
	const XmlNode *second = *ret ? xml_node_next(*ret, XML_NS_DS, "Signature") : NULL;
	return !second || refuse(error, second, "a second signature");
}

static bool inspect_signature(XmlNode *signature, const XmlNode *root, XmlSignatureInfo *ret,
			      GError **error)
{
	static const char *const three[] = {"SignedInfo", "SignatureValue", "?KeyInfo", NULL};
	if (!signature)
		return true;
	if (!is_in_place(signature, root))
		return refuse(error, signature, "a signature in a place where none may be");
	if (!holds(signature, three, error) || !holds_text(signature, "SignatureValue", error) ||
	    !inspect_info(xml_node_child(signature, XML_NS_DS, "SignedInfo"), root, &ret->method,
			  error))
		return false;
	ret->signature = signature;
	return true;
}

bool xml_signature_inspect(const XmlDocument *doc, const XmlNode *element, XmlSignatureInfo *ret,
			   GError **error)
{
	XmlNode *signature;
	*ret = (XmlSignatureInfo){0};
	g_assert(element == xml_document_root(doc));
	return find_only(element, &signature, error) &&
	       inspect_signature(signature, element, ret, error);
}

bool xml_signature_inspect_aggregate(const XmlDocument *doc, const XmlNode *element,
				     XmlSignatureInfo *ret, GError **error)
{
	XmlNode *signature;
	*ret = (XmlSignatureInfo){0};
	g_assert(element == xml_document_root(doc));
	return find_child(element, &signature, error) &&
	       inspect_signature(signature, element, ret, error);
}
