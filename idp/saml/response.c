/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/response.h"

#include "idp/saml/instant.h"
#include "idp/seal.h"
#include "metadata/xml/document.h"
#include "metadata/xml/sign.h"
#include <string.h>

#define SAML  XML_NS_SAML, "saml"
#define SAMLP XML_NS_SAMLP, "samlp"

#define SUCCESS    "urn:oasis:names:tc:SAML:2.0:status:Success"
#define BEARER     "urn:oasis:names:tc:SAML:2.0:cm:bearer"
#define PASSWORD   "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
#define URI_FORMAT "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"

/* '_' first, since an ID may not begin with a digit; size counts the NUL. */
static void draw(char *ret, gsize size)
{
	static const char digits[] = "0123456789abcdef";
	guint8 bytes[SAML_ID_SIZE / 2];
	gsize count = (size - 2) / 2;

	g_assert(count <= sizeof(bytes));
	seal_random(bytes, count);
	ret[0] = '_';
	for (gsize i = 0; i < count; i++) {
		ret[1 + 2 * i] = digits[bytes[i] >> 4];
		ret[2 + 2 * i] = digits[bytes[i] & 15];
	}
	ret[size - 1] = '\0';
}

void saml_stamp_draw(SamlStamp *stamp, gint64 now)
{
	stamp->now = now;
	draw(stamp->response_id, sizeof(stamp->response_id));
	draw(stamp->assertion_id, sizeof(stamp->assertion_id));
	draw(stamp->name_id, sizeof(stamp->name_id));
	draw(stamp->session_index, sizeof(stamp->session_index));
}

static void set_time(XmlNode *node, const char *name, gint64 seconds)
{
	char instant[SAML_INSTANT_SIZE];

	xml_node_set(node, name, saml_instant_format(seconds, instant));
}

/* Returns the Issuer, which the signature follows. */
static XmlNode *set_head(XmlNode *node, const SamlIdentity *identity, const char *id, gint64 now)
{
	xml_node_set(node, "ID", id);
	xml_node_set(node, "Version", "2.0");
	set_time(node, "IssueInstant", now);
	return xml_node_add_with_text(node, SAML, "Issuer", identity->entity_id);
}

/* Of the formats that may leave only these two say what a qualifier means (core 8.3). */
static bool is_qualified(const char *format)
{
	return strcmp(format, SUBJECT_FORMAT_TRANSIENT) == 0 ||
	       strcmp(format, SUBJECT_FORMAT_PERSISTENT) == 0;
}

static void add_name_id(XmlNode *subject, const SamlIdentity *identity, const Answer *answer,
			const SamlStamp *stamp)
{
	const char *format = answer->decision->subject.format;
	const char *value = decision_subject(answer->decision);

	/* the policy has refused an answer whose name is withheld */
	g_assert((value != NULL) == (answer->decision->subject.attribute != NULL));
	XmlNode *name_id =
		xml_node_add_with_text(subject, SAML, "NameID", value ? value : stamp->name_id);
	xml_node_set(name_id, "Format", format);
	if (!is_qualified(format))
		return;
	xml_node_set(name_id, "NameQualifier", identity->entity_id);
	xml_node_set(name_id, "SPNameQualifier", answer->ask->service);
}

static void add_subject(XmlNode *assertion, const SamlIdentity *identity, const Answer *answer,
			const SamlStamp *stamp)
{
	const Ask *ask = answer->ask;
	XmlNode *subject = xml_node_add(assertion, SAML, "Subject");

	add_name_id(subject, identity, answer, stamp);
	XmlNode *confirmation = xml_node_add(subject, SAML, "SubjectConfirmation");
	XmlNode *data = xml_node_add(confirmation, SAML, "SubjectConfirmationData");

	xml_node_set(confirmation, "Method", BEARER);
	xml_node_set(data, "InResponseTo", ask->request_id);
	xml_node_set(data, "Recipient", ask->return_url);
	set_time(data, "NotOnOrAfter", stamp->now + SAML_RESPONSE_LIFETIME_SECONDS);
}

static void add_conditions(XmlNode *assertion, const Ask *ask, gint64 now)
{
	XmlNode *conditions = xml_node_add(assertion, SAML, "Conditions");
	XmlNode *audience = xml_node_add(conditions, SAML, "AudienceRestriction");

	set_time(conditions, "NotBefore", now - SAML_RESPONSE_SKEW_SECONDS);
	set_time(conditions, "NotOnOrAfter", now + SAML_RESPONSE_LIFETIME_SECONDS);
	xml_node_add_with_text(audience, SAML, "Audience", ask->service);
}

static void add_authentication(XmlNode *assertion, const Answer *answer, const SamlStamp *stamp)
{
	XmlNode *statement = xml_node_add(assertion, SAML, "AuthnStatement");
	XmlNode *context = xml_node_add(statement, SAML, "AuthnContext");

	set_time(statement, "AuthnInstant", answer->authenticated_at);
	xml_node_set(statement, "SessionIndex", stamp->session_index);
	if (answer->session_until)
		set_time(statement, "SessionNotOnOrAfter", answer->session_until);
	xml_node_add_with_text(context, SAML, "AuthnContextClassRef", PASSWORD);
}

static void add_attribute(XmlNode *statement, const DecisionRow *row)
{
	XmlNode *attribute = xml_node_add(statement, SAML, "Attribute");

	xml_node_set(attribute, "FriendlyName", row->attribute->name);
	xml_node_set(attribute, "Name", row->told_as ? row->told_as : row->attribute->saml);
	if (!row->without_format)
		xml_node_set(attribute, "NameFormat", URI_FORMAT);
	for (guint i = 0; i < row->values->len; i++)
		xml_node_add_with_text(attribute, SAML, "AttributeValue", row->values->pdata[i]);
}

/* An empty AttributeStatement is not of the schema (core 2.7.3). */
static void add_attributes(XmlNode *assertion, const Decision *decision)
{
	XmlNode *statement = NULL;

	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		if (!decision_row_is_told(decision, row))
			continue;
		/* a name the registry lacks can have no values: nothing could say what they are */
		g_assert(row->attribute);
		if (!statement)
			statement = xml_node_add(assertion, SAML, "AttributeStatement");
		add_attribute(statement, row);
	}
}

static XmlNode *start_response(XmlDocument *document, const SamlIdentity *identity, const Ask *ask,
			       const SamlStamp *stamp, XmlNode **ret_issuer)
{
	XmlNode *response = xml_document_add_root(document, SAMLP, "Response");

	*ret_issuer = set_head(response, identity, stamp->response_id, stamp->now);
	xml_node_set(response, "InResponseTo", ask->request_id);
	xml_node_set(response, "Destination", ask->return_url);
	return response;
}

static XmlNode *add_status(XmlNode *parent, const char *value)
{
	XmlNode *code = xml_node_add(parent, SAMLP, "StatusCode");

	xml_node_set(code, "Value", value);
	return code;
}

static char *finish(const XmlDocument *document)
{
	g_autoptr(GBytes) bytes = xml_document_to_message(document);
	gsize size = 0;
	const guchar *data = g_bytes_get_data(bytes, &size);

	return g_base64_encode(data, size);
}

char *saml_response_login(const SamlIdentity *identity, const Answer *answer,
			  const SamlStamp *stamp, GError **error)
{
	g_autoptr(XmlDocument) document = xml_document_new();
	const Ask *ask = answer->ask;
	XmlNode *issuer = NULL;
	XmlNode *response = start_response(document, identity, ask, stamp, &issuer);

	g_assert(answer->decision->outcome == OUTCOME_ANSWERED);
	add_status(xml_node_add(response, SAMLP, "Status"), SUCCESS);
	XmlNode *assertion = xml_node_add(response, SAML, "Assertion");
	const XmlNode *inner = set_head(assertion, identity, stamp->assertion_id, stamp->now);
	add_subject(assertion, identity, answer, stamp);
	add_conditions(assertion, ask, stamp->now);
	add_authentication(assertion, answer, stamp);
	add_attributes(assertion, answer->decision);
	/* the inner one first: the outer one covers it */
	if (!xml_sign(document, assertion, stamp->assertion_id, identity->key, inner, error) ||
	    !xml_sign(document, response, stamp->response_id, identity->key, issuer, error))
		return NULL;
	return finish(document);
}

char *saml_response_fault(const SamlIdentity *identity, const Ask *ask, FaultCode fault,
			  const SamlStamp *stamp, GError **error)
{
	g_autoptr(XmlDocument) document = xml_document_new();
	const Fault *row = fault_row(fault);
	XmlNode *issuer = NULL;
	XmlNode *response = start_response(document, identity, ask, stamp, &issuer);

	g_assert(row->saml);
	XmlNode *top = add_status(xml_node_add(response, SAMLP, "Status"), row->saml);
	if (row->saml_second)
		add_status(top, row->saml_second);
	if (!xml_sign(document, response, stamp->response_id, identity->key, issuer, error))
		return NULL;
	return finish(document);
}
