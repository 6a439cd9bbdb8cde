/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as an XML message. What is taken must have kept the limits as the tree shows them, so
 * that nothing escapes the scan that libxml2 sees; must be the same again when written and read;
 * and its signature, should it have one, is judged without harm. */
#include "metadata/xml/document.h"
#include "metadata/xml/init.h"
#include "metadata/xml/sign.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/xml-error.h"

static const XmlLimits limits = {
	.bytes = 16384, .nodes = 60, .attributes = 40, .attributes_per_element = 12, .depth = 8};

static guint count_elements(const XmlNode *node, guint depth)
{
	guint count = 1;

	g_assert_cmpuint(depth, <=, limits.depth);
	g_assert_cmpuint(xml_node_line(node), >, 0);
	for (XmlNode *child = xml_node_child(node, NULL, NULL); child;
	     child = xml_node_next(child, NULL, NULL)) {
		g_assert_true(xml_node_parent(child) == node);
		count += count_elements(child, depth + 1);
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	XmlSignatureInfo info;

	g_assert_true(xml_init(NULL));
	g_autoptr(XmlDocument) doc = xml_document_parse(data, size, &limits, &error);
	g_assert_true((doc != NULL) == (error == NULL));
	if (!doc) {
		fuzz_verdict("refused %s: %s", xml_error_name(error), error->message);
		return 0;
	}
	const XmlNode *root = xml_document_root(doc);
	g_assert_cmpuint(count_elements(root, 1), <=, limits.nodes);
	g_free(xml_node_text(root, NULL));
	bool form = xml_signature_inspect(doc, root, &info, &error);
	g_assert_true(form == (error == NULL));

	g_autoptr(GBytes) written = xml_document_to_message(doc);
	g_autoptr(GBytes) canonical = xml_node_to_canonical(root);
	g_autoptr(XmlDocument) again =
		xml_document_parse(g_bytes_get_data(written, NULL), g_bytes_get_size(written),
				   &XML_LIMITS_ENTITY, NULL);
	g_assert_nonnull(again);
	g_autoptr(GBytes) same = xml_node_to_canonical(xml_document_root(again));
	g_assert_true(g_bytes_equal(canonical, same));
	if (!form)
		fuzz_verdict("refused %s: %s", xml_error_name(error), error->message);
	else
		fuzz_verdict(info.signature ? "taken, signed" : "taken");
	return 0;
}
