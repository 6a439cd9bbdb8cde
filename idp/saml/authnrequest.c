/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/authnrequest.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/saml/instant.h"
#include <string.h>

#define FORMAT_ENTITY "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

G_GNUC_PRINTF(2, 3)
static bool refuse(GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, FAULT_ERROR, FAULT_SAML_MALFORMED, message);
	return false;
}

/* ---- attributes ---- */

/* Missing is false; else exactly one of the four spellings of xs:boolean. */
static bool read_boolean(const XmlNode *node, const char *name, bool *ret, GError **error)
{
	g_autofree char *text = xml_node_attribute(node, name);

	*ret = text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
	if (!text || *ret || strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		return true;
	return refuse(error, "%s is not an xs:boolean", name);
}

/* Missing is -1; else one to five digits up to 65535 ("1x", "-1" and 2^32 + 1 are other readers'
 * way to another endpoint). */
static bool read_index(const XmlNode *node, const char *name, int *ret, GError **error)
{
	g_autofree char *text = xml_node_attribute(node, name);
	guint64 value = 0;

	*ret = -1;
	if (!text)
		return true;
	if (strlen(text) > 5 || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT16, &value, NULL))
		return refuse(error, "%s is not an xs:unsignedShort", name);
	*ret = (int)value;
	return true;
}

/* Missing is NULL; else not empty and at most `limit` characters. */
static bool read_text(const XmlNode *node, const char *name, glong limit, char **ret,
		      GError **error)
{
	g_autofree char *text = xml_node_attribute(node, name);

	if (text && !*text)
		return refuse(error, "%s is empty", name);
	if (text && g_utf8_strlen(text, -1) > limit)
		return refuse(error, "%s is longer than %ld characters", name, limit);
	*ret = g_steal_pointer(&text);
	return true;
}

static bool is_ncname(const char *text)
{
	g_autofree gunichar *characters = g_utf8_to_ucs4_fast(text, -1, NULL);

	if (characters[0] != '_' && !g_unichar_isalpha(characters[0]))
		return false;
	for (const gunichar *c = characters; *c; c++)
		if (!g_unichar_isalnum(*c) && *c != '_' && *c != '-' && *c != '.')
			return false;
	return true;
}

static bool read_identity(AuthnRequest *request, const XmlNode *root, GError **error)
{
	SamlReading *reading = request->reading;

	if (!read_text(root, "Version", LIMIT_SAML_ID, &reading->version, error) ||
	    !read_text(root, "ID", LIMIT_SAML_ID, &reading->id, error) ||
	    !read_text(root, "IssueInstant", LIMIT_SAML_ID, &reading->issue_instant, error))
		return false;
	if (!reading->version)
		return refuse(error, "Version is missing");
	if (!reading->id || !is_ncname(reading->id))
		return refuse(error, "ID is missing or not an NCName");
	if (!reading->issue_instant ||
	    !saml_instant_parse(reading->issue_instant, &request->issued))
		return refuse(error, "IssueInstant is missing or not an xs:dateTime in UTC");
	return true;
}

static bool read_attributes(SamlReading *reading, const XmlNode *root, GError **error)
{
	if (!read_text(root, "Destination", LIMIT_SAML_URL, &reading->destination, error) ||
	    !read_text(root, "Consent", LIMIT_SAML_URL, &reading->consent, error) ||
	    !read_text(root, "AssertionConsumerServiceURL", LIMIT_SAML_URL, &reading->acs_url,
		       error) ||
	    !read_text(root, "ProtocolBinding", LIMIT_SAML_URL, &reading->binding, error) ||
	    !read_index(root, "AssertionConsumerServiceIndex", &reading->acs_index, error) ||
	    !read_index(root, "AttributeConsumingServiceIndex", &reading->consuming_index, error) ||
	    !read_boolean(root, "ForceAuthn", &reading->force_authn, error) ||
	    !read_boolean(root, "IsPassive", &reading->is_passive, error))
		return false;
	if (reading->acs_index >= 0 && (reading->acs_url || reading->binding))
		return refuse(error, "AssertionConsumerServiceIndex stands beside "
				     "AssertionConsumerServiceURL or ProtocolBinding");
	return true;
}

/* ---- elements ---- */

static bool read_issuer(AuthnRequest *request, const XmlNode *node, GError **error)
{
	g_autofree char *format = xml_node_attribute(node, "Format");
	g_autoptr(GError) mixed = NULL;

	if (format && strcmp(format, FORMAT_ENTITY) != 0)
		return refuse(error, "Issuer has another Format than entity");
	request->reading->issuer = xml_node_text(node, &mixed);
	if (!request->reading->issuer)
		return refuse(error, "Issuer holds more than text");
	if (!*request->reading->issuer ||
	    g_utf8_strlen(request->reading->issuer, -1) > LIMIT_SAML_ID)
		return refuse(error, "Issuer is empty or longer than %d characters", LIMIT_SAML_ID);
	return true;
}

static bool read_signature(AuthnRequest *request, const XmlNode *node, GError **error)
{
	request->has_signature = true;
	return true;
}

static bool read_nothing(AuthnRequest *request, const XmlNode *node, GError **error)
{
	return true;
}

static bool read_subject(AuthnRequest *request, const XmlNode *node, GError **error)
{
	request->reading->has_subject = true;
	return true;
}

static bool read_name_id_policy(AuthnRequest *request, const XmlNode *node, GError **error)
{
	SamlReading *reading = request->reading;

	reading->has_name_id_policy = true;
	return read_text(node, "Format", LIMIT_SAML_URL, &reading->name_id_format, error) &&
	       read_text(node, "SPNameQualifier", LIMIT_SAML_URL, &reading->name_id_qualifier,
			 error) &&
	       read_boolean(node, "AllowCreate", &reading->allow_create, error);
}

static bool read_conditions(AuthnRequest *request, const XmlNode *node, GError **error)
{
	request->reading->has_conditions = true;
	return true;
}

static bool read_comparison(const XmlNode *node, SamlComparison *ret, GError **error)
{
	static const char *const names[] = {
		[SAML_COMPARISON_EXACT] = "exact",
		[SAML_COMPARISON_MINIMUM] = "minimum",
		[SAML_COMPARISON_MAXIMUM] = "maximum",
		[SAML_COMPARISON_BETTER] = "better",
	};
	g_autofree char *text = xml_node_attribute(node, "Comparison");

	if (!text)
		return true;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*ret = (SamlComparison)i;
			return true;
		}
	return refuse(error, "Comparison is none of the four");
}

static bool read_context(AuthnRequest *request, const XmlNode *node, GError **error)
{
	SamlReading *reading = request->reading;
	guint count = 0;

	reading->has_context = true;
	if (!read_comparison(node, &reading->comparison, error))
		return false;
	for (const XmlNode *child = xml_node_child(node, NULL, NULL); child;
	     child = xml_node_next(child, NULL, NULL)) {
		if (++count > LIMIT_SAML_CONTEXTS)
			return refuse(error, "RequestedAuthnContext has more than %d entries",
				      LIMIT_SAML_CONTEXTS);
		if (xml_node_is(child, XML_NS_SAML, "AuthnContextDeclRef")) {
			request->has_declarations = true;
			continue;
		}
		if (!xml_node_is(child, XML_NS_SAML, "AuthnContextClassRef"))
			return refuse(error, "RequestedAuthnContext has a child not of the schema");
		/* Skolverket's own sample has white space around the URIs */
		char *class = xml_node_text_stripped(child, NULL);
		if (!class)
			return refuse(error, "AuthnContextClassRef holds more than text");
		g_ptr_array_add(reading->contexts, class);
	}
	if (!count || (request->has_declarations && reading->contexts->len))
		return refuse(error, "RequestedAuthnContext holds neither classes nor declarations "
				     "alone");
	return true;
}

static bool read_scoping(AuthnRequest *request, const XmlNode *node, GError **error)
{
	request->has_scoping = true;
	return true;
}

/* The children that core 3.2.1 and 3.4.1 have, in the order of the schema, each at most once. */
static const struct {
	const char *ns;
	const char *local;
	bool (*read)(AuthnRequest *request, const XmlNode *node, GError **error);
} children[] = {
	{XML_NS_SAML, "Issuer", read_issuer},
	{XML_NS_DS, "Signature", read_signature},
	{XML_NS_SAMLP, "Extensions", read_nothing},
	{XML_NS_SAML, "Subject", read_subject},
	{XML_NS_SAMLP, "NameIDPolicy", read_name_id_policy},
	{XML_NS_SAML, "Conditions", read_conditions},
	{XML_NS_SAMLP, "RequestedAuthnContext", read_context},
	{XML_NS_SAMLP, "Scoping", read_scoping},
};

/* A reader with types in it (lasso) makes of an element what its xsi:type says, whatever its name
 * is; nothing in a request needs one. */
static bool has_no_type(const XmlNode *node, GError **error)
{
	g_autofree char *type = xml_node_attribute_ns(node, XML_NS_XSI, "type");

	return !type || refuse(error, "line %u: an element has an xsi:type", xml_node_line(node));
}

static bool read_children(AuthnRequest *request, const XmlNode *root, GError **error)
{
	gsize next = 0;

	for (const XmlNode *node = xml_node_child(root, NULL, NULL); node;
	     node = xml_node_next(node, NULL, NULL)) {
		while (next < G_N_ELEMENTS(children) &&
		       !xml_node_is(node, children[next].ns, children[next].local))
			next++;
		/* a repeated child (a second Issuer) ends here too: its place has passed */
		if (next == G_N_ELEMENTS(children))
			return refuse(error,
				      "line %u: an element that is not of the schema, there "
				      "twice or out of order",
				      xml_node_line(node));
		if (!has_no_type(node, error) || !children[next++].read(request, node, error))
			return false;
	}
	return true;
}

static bool is_request(const XmlNode *root, GError **error)
{
	return xml_node_is(root, XML_NS_SAMLP, "AuthnRequest") ||
	       refuse(error, "the message is not an AuthnRequest");
}

char *authnrequest_claim(const XmlDocument *document, GError **error)
{
	const XmlNode *root = xml_document_root(document);
	if (!is_request(root, error))
		return NULL;
	const XmlNode *first = xml_node_child(root, NULL, NULL);
	char *claim = first && xml_node_is(first, XML_NS_SAML, "Issuer")
			      ? xml_node_text(first, NULL)
			      : NULL;
	if (!claim)
		refuse(error, "the request does not begin with an Issuer of text alone");
	return claim;
}

AuthnRequest *authnrequest_read(const XmlDocument *document, GError **error)
{
	const XmlNode *root = xml_document_root(document);
	g_autoptr(AuthnRequest) request = g_new0(AuthnRequest, 1);

	request->reading = saml_reading_new();
	if (!is_request(root, error) || !has_no_type(root, error) ||
	    !read_identity(request, root, error) ||
	    !read_attributes(request->reading, root, error) || !read_children(request, root, error))
		return NULL;
	if (!request->reading->issuer) {
		refuse(error, "there is no Issuer");
		return NULL;
	}
	return g_steal_pointer(&request);
}

void authnrequest_free(AuthnRequest *request)
{
	if (!request)
		return;
	saml_reading_free(request->reading);
	g_free(request);
}
