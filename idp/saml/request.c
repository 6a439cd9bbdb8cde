/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/request.h"

#include "idp/fault.h"
#include "idp/saml/authnrequest.h"
#include "idp/saml/post.h"
#include "idp/saml/redirect.h"
#include "metadata/xml/document.h"
#include "metadata/xml/sign.h"
#include <string.h>

#define CLASS_PASSWORD_TRANSPORT "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

/* A message on its way to an ask. Exactly one of redirect and post is set. */
typedef struct {
	const SamlContext *context;
	SamlRedirect *redirect;
	SamlPost *post;
	XmlDocument *document;
	char *claim; /* who it says it is from */
	AuthnRequest *request;
	Entity *entity;
	const Endpoint *acs;      /* the entity's */
	XmlSignMethod xml_method; /* of the XML signature; XML_SIGN_NONE: there is none */
	bool is_signed;           /* a signature was there and has verified */
} Message;

static void message_clear(Message *message)
{
	saml_redirect_free(message->redirect);
	saml_post_free(message->post);
	xml_document_free(message->document);
	g_free(message->claim);
	authnrequest_free(message->request);
	entity_unref(message->entity);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Message, message_clear)

static bool refuse(GError **error, FaultCode code, const char *text)
{
	g_set_error_literal(error, FAULT_ERROR, code, text);
	return false;
}

/* Another library's error as one of ours, keeping its words: they quote no content. */
static bool refuse_as(GError **error, FaultCode code, const GError *cause)
{
	return refuse(error, code, cause->message);
}

/* ---- steps that a fault stays on our page for ---- */

static bool parse(Message *m, GError **error)
{
	GBytes *bytes = m->redirect ? m->redirect->message : m->post->message;
	g_autoptr(GError) cause = NULL;
	gsize size = 0;
	const void *data = g_bytes_get_data(bytes, &size);

	m->document = xml_document_parse(data, size, &XML_LIMITS_MESSAGE, &cause);
	if (!m->document)
		return refuse_as(error,
				 g_error_matches(cause, XML_ERROR, XML_ERROR_LIMIT)
					 ? FAULT_SAML_TOO_LARGE
					 : FAULT_SAML_MALFORMED,
				 cause);
	m->claim = authnrequest_claim(m->document, error);
	return m->claim != NULL;
}

static bool find_service(Message *m, GError **error)
{
	m->entity = entity_set_find(m->context->entities, m->claim, m->context->now);
	return m->entity || refuse(error, FAULT_SAML_UNKNOWN_SERVICE,
				   "the Issuer is no service in our metadata");
}

/* The form of an XML signature, before anything verifies it. */
static bool judge_signature(Message *m, GError **error)
{
	XmlSignatureInfo info = {0};
	g_autoptr(GError) cause = NULL;

	if (!xml_signature_inspect(m->document, xml_document_root(m->document), &info, &cause))
		return refuse_as(error, FAULT_SAML_SIGNATURE, cause);
	if (!info.signature)
		return true;
	/* saml-bindings 3.4.4.1: by Redirect the message carries no signature of its own */
	if (m->redirect)
		return refuse(error, FAULT_SAML_SIGNATURE,
			      "a message by Redirect carries an XML signature");
	m->xml_method = info.method;
	return true;
}

static bool verify_redirect(Message *m, GError **error)
{
	g_autoptr(GPtrArray) keys =
		g_ptr_array_new_with_free_func((GDestroyNotify)crypto_key_unref);

	for (guint i = 0; i < m->entity->keys->len; i++) {
		const EntityKey *known = m->entity->keys->pdata[i];
		CryptoKey *key = crypto_key_from_certificate(known->der, NULL);

		if (key)
			g_ptr_array_add(keys, key);
	}
	return saml_redirect_verify(m->redirect, keys, error);
}

static bool verify_post(Message *m, GError **error)
{
	g_autoptr(GPtrArray) certificates = g_ptr_array_new();
	g_autoptr(GError) cause = NULL;

	for (guint i = 0; i < m->entity->keys->len; i++) {
		const EntityKey *known = m->entity->keys->pdata[i];

		g_ptr_array_add(certificates, known->der);
	}
	return xml_signature_verify(m->document, xml_document_root(m->document), certificates,
				    &cause) ||
	       refuse_as(error, FAULT_SAML_SIGNATURE, cause);
}

static bool verify(Message *m, GError **error)
{
	bool has_signature =
		m->redirect ? m->redirect->signature != NULL : m->xml_method != XML_SIGN_NONE;

	if (!has_signature)
		return !m->entity->authn_requests_signed ||
		       refuse(error, FAULT_SAML_UNSIGNED,
			      "the service's metadata say that it signs, and the request is not");
	if (!(m->redirect ? verify_redirect(m, error) : verify_post(m, error)))
		return false;
	m->is_signed = true;
	return true;
}

/* Every field, from the tree whose signature has verified if it has one. */
static bool read_fields(Message *m, GError **error)
{
	m->request = authnrequest_read(m->document, error);
	if (!m->request)
		return false;
	if (strcmp(m->request->reading->issuer, m->entity->id) != 0)
		return refuse(error, FAULT_SAML_MALFORMED, "the Issuer reads in two ways");
	m->request->reading->relay_state =
		g_strdup(m->redirect ? m->redirect->relay_state : m->post->relay_state);
	return true;
}

/* Saml-bindings 3.4.5.2 and 3.5.5.2: what is signed says whom it is for. */
static bool check_destination(Message *m, GError **error)
{
	const char *destination = m->request->reading->destination;

	if (!destination && m->is_signed)
		return refuse(error, FAULT_SAML_DESTINATION, "a signed request has no Destination");
	if (destination && strcmp(destination, m->context->endpoint) != 0)
		return refuse(error, FAULT_SAML_DESTINATION, "Destination is not our endpoint");
	return true;
}

static bool check_freshness(Message *m, GError **error)
{
	gint64 age = m->context->now - m->request->issued;

	return (age <= SAML_REQUEST_MAX_AGE && age >= -SAML_REQUEST_MAX_AHEAD) ||
	       refuse(error, FAULT_SAML_STALE,
		      age > 0 ? "IssueInstant is too long ago" : "IssueInstant is in the future");
}

static bool choose_acs(Message *m, GError **error)
{
	const SamlReading *reading = m->request->reading;
	g_autoptr(GError) cause = NULL;

	/* the binding is judged later: that fault can be told to the service */
	m->acs = entity_choose_acs(m->entity, reading->acs_url, reading->acs_index, NULL, &cause);
	return m->acs || refuse_as(error, FAULT_SAML_ACS, cause);
}

static bool is_binding_ours(const Message *m)
{
	const char *binding = m->request->reading->binding;

	return !binding || strcmp(binding, ENDPOINT_POST) == 0;
}

static LassoOpinion *ask_lasso(Message *m, GError **error)
{
	LassoReader *lasso = m->context->lasso;

	if (!lasso_reader_know(lasso, m->entity->id, m->entity->bytes, error))
		return NULL;
	if (m->redirect)
		return lasso_reader_redirect(lasso, m->redirect->plain_query, error);
	bool verify = m->is_signed && xml_sign_method_kind(m->xml_method) == XML_KEY_RSA;
	return lasso_reader_post(lasso, m->post->base64, m->post->relay_state, verify, error);
}

static bool compare(Message *m, GError **error)
{
	g_autoptr(LassoOpinion) opinion = ask_lasso(m, error);

	if (!opinion || !saml_reading_agrees(m->request->reading, opinion->reading, error))
		return false;
	return opinion->accepts_endpoint || !is_binding_ours(m) ||
	       refuse(error, FAULT_SAML_DISAGREE,
		      "lasso does not find the AssertionConsumerService that we found");
}

/* ---- steps that a fault may go back to the service for ---- */

static bool check_version(Message *m, GError **error)
{
	return strcmp(m->request->reading->version, "2.0") == 0 ||
	       refuse(error, FAULT_SAML_VERSION, "Version is not 2.0");
}

static bool check_binding(Message *m, GError **error)
{
	return is_binding_ours(m) ||
	       refuse(error, FAULT_SAML_BINDING, "ProtocolBinding is not HTTP-POST");
}

static bool check_subject(Message *m, GError **error)
{
	return !m->request->reading->has_subject ||
	       refuse(error, FAULT_SAML_UNSUPPORTED, "the request names a Subject");
}

/* Which attributes are meant is unknown if the index is none of the service's; a service that has
 * no AttributeConsumingService at all says nothing by its index. */
static bool check_consuming_index(Message *m, GError **error)
{
	int index = m->request->reading->consuming_index;
	const EntityWish *first = m->entity->wishes->pdata[0];

	return index < 0 || first->index < 0 || entity_service(m->entity, index) ||
	       refuse(error, FAULT_SAML_UNSUPPORTED,
		      "AttributeConsumingServiceIndex is not in the service's metadata");
}

static const char *given_format(const Message *m)
{
	return m->context->policy
		       ? policy_subject(m->context->policy, PROTOCOL_SAML, m->entity->id).format
		       : SUBJECT_FORMAT_TRANSIENT;
}

static bool check_name_id(Message *m, GError **error)
{
	const SamlReading *reading = m->request->reading;
	const char *format = reading->name_id_format;
	const char *qualifier = reading->name_id_qualifier;

	if (ask_name_of(format) != ASK_NAME_ANY && strcmp(format, given_format(m)) != 0)
		return refuse(error, FAULT_SAML_NAMEID_POLICY,
			      "NameIDPolicy asks for another format than the policy gives the "
			      "service");
	if (qualifier && strcmp(qualifier, m->entity->id) != 0)
		return refuse(error, FAULT_SAML_NAMEID_POLICY,
			      "NameIDPolicy names another SPNameQualifier than the service");
	return true;
}

/* A password over TLS must be named, whatever the Comparison: what is weaker or stronger than what
 * is an order we do not share with services. `better` than it we have nothing. */
static bool is_password_enough(const SamlReading *reading)
{
	bool named = false;

	for (guint i = 0; i < reading->contexts->len; i++)
		named = named || strcmp(reading->contexts->pdata[i], CLASS_PASSWORD_TRANSPORT) == 0;
	return named && reading->comparison != SAML_COMPARISON_BETTER;
}

static bool check_context(Message *m, GError **error)
{
	const SamlReading *reading = m->request->reading;

	return !reading->has_context || is_password_enough(reading) ||
	       refuse(error, FAULT_SAML_AUTHN_CONTEXT,
		      "RequestedAuthnContext asks for what a password is not");
}

/* ---- the whole ---- */

typedef bool (*Step)(Message *message, GError **error);

static const Step on_our_page[] = {
	parse,           find_service, judge_signature, verify, read_fields, check_destination,
	check_freshness, choose_acs,   compare,
};

static const Step to_the_service[] = {
	check_version,         check_binding, check_subject,
	check_consuming_index, check_name_id, check_context,
};

static bool walk(const Step *steps, gsize count, Message *message, GError **error)
{
	for (gsize i = 0; i < count; i++)
		if (!steps[i](message, error))
			return false;
	return true;
}

static Ask *make_ask(const Message *m)
{
	g_assert(m->request && m->entity && m->acs);
	const SamlReading *reading = m->request->reading;
	const EntityWish *first = m->entity->wishes->pdata[0];
	Ask *ask = ask_new();

	ask->protocol = PROTOCOL_SAML;
	ask->service = g_strdup(m->entity->id);
	ask->request_id = g_strdup(reading->id);
	ask->return_url = g_strdup(m->acs->location);
	ask->relay_state = g_strdup(reading->relay_state);
	ask->issued = m->request->issued;
	ask->consuming_index = first->index < 0 ? -1 : reading->consuming_index;
	ask->force_authn = reading->force_authn;
	ask->is_passive = reading->is_passive;
	ask->is_signed = m->is_signed;
	ask->name = ask_name_of(reading->name_id_format);
	/* AllowCreate is false where a NameIDPolicy does not say (core 3.4.1.1); a request without
	 * any leaves its NameID to us */
	ask->no_new_name = reading->has_name_id_policy && !reading->allow_create;
	return ask;
}

static SamlRequest *decode(Message *message, SamlRequest *result)
{
	bool is_proven = walk(on_our_page, G_N_ELEMENTS(on_our_page), message, &result->fault);

	result->claimed_service = g_strdup(message->claim);
	if (!is_proven)
		return result;
	result->ask = make_ask(message);
	walk(to_the_service, G_N_ELEMENTS(to_the_service), message, &result->fault);
	return result;
}

SamlRequest *saml_request_by_redirect(const SamlContext *context, const char *query)
{
	SamlRequest *result = g_new0(SamlRequest, 1);
	g_auto(Message) message = {.context = context};

	message.redirect = saml_redirect_read(query, &result->fault);
	return message.redirect ? decode(&message, result) : result;
}

SamlRequest *saml_request_by_post(const SamlContext *context, const Form *form)
{
	SamlRequest *result = g_new0(SamlRequest, 1);
	g_auto(Message) message = {.context = context};

	message.post = saml_post_read(form, &result->fault);
	return message.post ? decode(&message, result) : result;
}

void saml_request_free(SamlRequest *request)
{
	if (!request)
		return;
	ask_free(request->ask);
	g_clear_error(&request->fault);
	g_free(request->claimed_service);
	g_free(request);
}
