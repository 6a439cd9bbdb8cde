/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/lasso.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "metadata/xml/init.h"
#include <lasso/lasso.h>
#include <lasso/xml/saml-2.0/samlp2_authn_request.h>
#include <pthread.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LassoLogin, lasso_login_destroy)

typedef struct {
	GBytes *metadata; /* held, so that its address stays its own */
	guint64 used;
} Known;

struct LassoReader {
	LassoServer *server;
	GHashTable *known; /* entityID -> Known */
	guint64 clock;     /* counts uses: the smallest `used` is the longest unused */
};

void lasso_reader_prepare_process(void)
{
	g_setenv("SSL_CERT_FILE", "/dev/null", TRUE);
	g_setenv("SSL_CERT_DIR", "/nonexistent", TRUE);
}

/* lasso's messages quote what peers sent, and say nothing that its return codes do not. */
static void say_nothing(const char *domain, GLogLevelFlags level, const char *message,
			gpointer data)
{
}

bool lasso_reader_init(GError **error)
{
	static gsize once = 0;
	static int status = 0;

	if (g_once_init_enter(&once)) {
		g_log_set_handler("Lasso",
				  G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION | G_LOG_FLAG_FATAL,
				  say_nothing, NULL);
		status = lasso_init();
		/* lasso has set handlers of its own, which write to stderr */
		if (!xml_init(NULL))
			status = -1;
		g_once_init_leave(&once, 1);
	}
	if (status == 0)
		return true;
	g_set_error(error, FAULT_ERROR, FAULT_INTERNAL, "lasso does not start (error %d)", status);
	return false;
}

static void known_free(gpointer data)
{
	Known *known = data;

	g_bytes_unref(known->metadata);
	g_free(known);
}

/* xmlsec reads a certificate's dates with the gmtime whose answer all threads share. */
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

LassoReader *lasso_reader_new(const char *metadata, GError **error)
{
	if (!lasso_reader_init(error))
		return NULL;
	pthread_mutex_lock(&loading);
	LassoServer *server = lasso_server_new_from_buffers(metadata, NULL, NULL, NULL);
	pthread_mutex_unlock(&loading);
	if (!server) {
		g_set_error(error, FAULT_ERROR, FAULT_INTERNAL,
			    "lasso does not take our own metadata");
		return NULL;
	}
	LassoReader *reader = g_new0(LassoReader, 1);
	reader->server = server;
	reader->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
	return reader;
}

void lasso_reader_free(LassoReader *reader)
{
	if (!reader)
		return;
	g_hash_table_unref(reader->known);
	lasso_server_destroy(reader->server);
	g_free(reader);
}

guint lasso_reader_count(const LassoReader *reader)
{
	return g_hash_table_size(reader->known);
}

static void forget_longest_unused(LassoReader *reader)
{
	GHashTableIter iter;
	gpointer id = NULL, value = NULL;
	const char *oldest = NULL;
	guint64 used = G_MAXUINT64;

	g_hash_table_iter_init(&iter, reader->known);
	while (g_hash_table_iter_next(&iter, &id, &value)) {
		const Known *known = value;

		if (known->used < used) {
			used = known->used;
			oldest = id;
		}
	}
	g_assert(oldest);
	g_hash_table_remove(reader->server->providers, oldest);
	g_hash_table_remove(reader->known, oldest);
}

static bool load(LassoReader *reader, const char *entity_id, GBytes *metadata)
{
	gsize size = 0;
	const char *bytes = g_bytes_get_data(metadata, &size);
	g_autofree char *text = g_strndup(bytes, size);

	pthread_mutex_lock(&loading);
	bool is_loaded = lasso_server_add_provider_from_buffer(
				 reader->server, LASSO_PROVIDER_ROLE_SP, text, NULL, NULL) == 0;
	pthread_mutex_unlock(&loading);
	return is_loaded && lasso_server_get_provider(reader->server, entity_id) != NULL;
}

bool lasso_reader_know(LassoReader *reader, const char *entity_id, GBytes *metadata, GError **error)
{
	Known *known = g_hash_table_lookup(reader->known, entity_id);

	if (known && known->metadata == metadata) {
		known->used = ++reader->clock;
		return true;
	}
	/* what lasso knew of it before may hold keys that have been withdrawn */
	g_hash_table_remove(reader->server->providers, entity_id);
	g_hash_table_remove(reader->known, entity_id);
	if (lasso_reader_count(reader) >= LIMIT_LASSO_PROVIDERS)
		forget_longest_unused(reader);
	if (!load(reader, entity_id, metadata)) {
		g_set_error(error, FAULT_ERROR, FAULT_INTERNAL,
			    "lasso does not take the metadata of a service that we took");
		return false;
	}
	known = g_new0(Known, 1);
	known->metadata = g_bytes_ref(metadata);
	known->used = ++reader->clock;
	g_hash_table_insert(reader->known, g_strdup(entity_id), known);
	return true;
}

/* ---- reading ---- */

static SamlComparison comparison_of(const char *text)
{
	if (!text || strcmp(text, "exact") == 0)
		return SAML_COMPARISON_EXACT;
	if (strcmp(text, "minimum") == 0)
		return SAML_COMPARISON_MINIMUM;
	if (strcmp(text, "maximum") == 0)
		return SAML_COMPARISON_MAXIMUM;
	return SAML_COMPARISON_BETTER; /* we refuse what is none of the four */
}

static void copy_context(SamlReading *reading, const LassoSamlp2RequestedAuthnContext *context)
{
	if (!context)
		return;
	reading->has_context = true;
	reading->comparison = comparison_of(context->Comparison);
	for (const GList *at = context->AuthnContextClassRef; at; at = at->next)
		g_ptr_array_add(reading->contexts, g_strstrip(g_strdup(at->data)));
}

static void copy_policy(SamlReading *reading, const LassoSamlp2NameIDPolicy *policy)
{
	if (!policy)
		return;
	reading->has_name_id_policy = true;
	reading->name_id_format = g_strdup(policy->Format);
	reading->name_id_qualifier = g_strdup(policy->SPNameQualifier);
	reading->allow_create = policy->AllowCreate;
}

static SamlReading *copy_request(const LassoSamlp2AuthnRequest *request)
{
	SamlReading *reading = saml_reading_new();

	reading->id = g_strdup(request->parent.ID);
	reading->version = g_strdup(request->parent.Version);
	reading->issue_instant = g_strdup(request->parent.IssueInstant);
	reading->destination = g_strdup(request->parent.Destination);
	reading->issuer = request->parent.Issuer ? g_strdup(request->parent.Issuer->content) : NULL;
	reading->consent = g_strdup(request->parent.Consent);
	reading->acs_url = g_strdup(request->AssertionConsumerServiceURL);
	reading->acs_index = request->AssertionConsumerServiceIndex;
	reading->binding = g_strdup(request->ProtocolBinding);
	reading->consuming_index = request->AttributeConsumingServiceIndex;
	reading->force_authn = request->ForceAuthn;
	reading->is_passive = request->IsPassive;
	reading->has_subject = request->Subject != NULL;
	reading->has_conditions = request->Conditions != NULL;
	copy_policy(reading, request->NameIDPolicy);
	copy_context(reading, request->RequestedAuthnContext);
	return reading;
}

/* Lasso's parse by itself: as part of a login it writes a ProtocolBinding of its own choice where
 * the message has none. */
static SamlReading *parse(const char *message, GError **error)
{
	LassoNode *node = lasso_samlp2_authn_request_new();
	LassoMessageFormat format = lasso_node_init_from_message(node, message);
	SamlReading *reading = NULL;

	if ((format == LASSO_MESSAGE_FORMAT_QUERY || format == LASSO_MESSAGE_FORMAT_BASE64) &&
	    LASSO_IS_SAMLP2_AUTHN_REQUEST(node))
		reading = copy_request(LASSO_SAMLP2_AUTHN_REQUEST(node));
	else
		g_set_error(error, FAULT_ERROR, FAULT_SAML_DISAGREE,
			    "lasso cannot read the AuthnRequest");
	lasso_node_destroy(node);
	return reading;
}

static bool is_about_endpoint(int status)
{
	return status == LASSO_PROFILE_ERROR_INVALID_PROTOCOLPROFILE ||
	       status == LASSO_LOGIN_ERROR_NO_DEFAULT_ENDPOINT;
}

static bool judge(LassoLogin *login, const char *message, bool verify, LassoOpinion *opinion,
		  GError **error)
{
	lasso_profile_set_signature_verify_hint(
		&login->parent, verify ? LASSO_PROFILE_SIGNATURE_VERIFY_HINT_FORCE
				       : LASSO_PROFILE_SIGNATURE_VERIFY_HINT_IGNORE);
	int status = lasso_login_process_authn_request_msg(login, message);
	int signature = lasso_profile_get_signature_status(&login->parent);

	opinion->accepts_endpoint = status == 0;
	if (verify && (signature != 0 || !login->parent.request)) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_SIGNATURE,
			    "lasso does not verify the signature (error %d)", signature);
		return false;
	}
	if (status == 0 || is_about_endpoint(status))
		return true;
	g_set_error(error, FAULT_ERROR, FAULT_SAML_DISAGREE,
		    "lasso refuses the AuthnRequest (error %d)", status);
	return false;
}

static LassoOpinion *read_message(LassoReader *reader, const char *message, bool verify,
				  GError **error)
{
	g_autoptr(LassoOpinion) opinion = g_new0(LassoOpinion, 1);
	g_autoptr(LassoLogin) login = lasso_login_new(reader->server);

	opinion->reading = parse(message, error);
	if (!opinion->reading || !judge(login, message, verify, opinion, error))
		return NULL;
	if (login->parent.msg_relayState && *login->parent.msg_relayState)
		opinion->reading->relay_state = g_strdup(login->parent.msg_relayState);
	return g_steal_pointer(&opinion);
}

LassoOpinion *lasso_reader_redirect(LassoReader *reader, const char *plain_query, GError **error)
{
	return read_message(reader, plain_query, false, error);
}

LassoOpinion *lasso_reader_post(LassoReader *reader, const char *base64, const char *relay_state,
				bool verify, GError **error)
{
	LassoOpinion *opinion = read_message(reader, base64, verify, error);

	/* by POST, RelayState is a field that lasso never sees */
	if (opinion)
		opinion->reading->relay_state = g_strdup(relay_state);
	return opinion;
}

void lasso_opinion_free(LassoOpinion *opinion)
{
	if (!opinion)
		return;
	saml_reading_free(opinion->reading);
	g_free(opinion);
}
