/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/ask.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "metadata/endpoint.h"
#include "policy/subject.h"
#include <string.h>

/* form, protocol, flags, consuming index, issued, service, request id, return URL, relay state.
 * The widest first: GVariant then needs no padding. */
#define PACKED "(xiyyysssms)"

/* Changes when the packed form does: what an older version sealed is then expired, not misread. */
#define FORM 1

enum {
	FLAG_FORCE_AUTHN = 1 << 0,
	FLAG_IS_PASSIVE = 1 << 1,
	FLAG_IS_SIGNED = 1 << 2,
	FLAG_NO_NEW_NAME = 1 << 3,
	FLAGS_NAME = 3 << 4, /* AskName */
	FLAGS_ALL =
		FLAG_FORCE_AUTHN | FLAG_IS_PASSIVE | FLAG_IS_SIGNED | FLAG_NO_NEW_NAME | FLAGS_NAME,
};

#define NAME_SHIFT 4

Ask *ask_new(void)
{
	Ask *ask = g_new0(Ask, 1);

	ask->consuming_index = -1;
	return ask;
}

void ask_free(Ask *ask)
{
	if (!ask)
		return;
	g_free(ask->service);
	g_free(ask->request_id);
	g_free(ask->return_url);
	g_free(ask->relay_state);
	g_free(ask);
}

Ask *ask_copy(const Ask *ask)
{
	Ask *copy = g_memdup2(ask, sizeof(*ask));

	copy->service = g_strdup(ask->service);
	copy->request_id = g_strdup(ask->request_id);
	copy->return_url = g_strdup(ask->return_url);
	copy->relay_state = g_strdup(ask->relay_state);
	return copy;
}

AskName ask_name_of(const char *format)
{
	if (!format || strcmp(format, SUBJECT_FORMAT_UNSPECIFIED) == 0)
		return ASK_NAME_ANY;
	if (strcmp(format, SUBJECT_FORMAT_TRANSIENT) == 0)
		return ASK_NAME_TRANSIENT;
	return strcmp(format, SUBJECT_FORMAT_PERSISTENT) == 0 ? ASK_NAME_PERSISTENT
							      : ASK_NAME_OTHER;
}

bool ask_takes_name(const Ask *ask, const char *format)
{
	return ask->name == ASK_NAME_ANY || ask->name == ask_name_of(format);
}

GVariant *ask_to_variant(const Ask *ask)
{
	unsigned flags =
		(ask->force_authn ? FLAG_FORCE_AUTHN : 0) |
		(ask->is_passive ? FLAG_IS_PASSIVE : 0) | (ask->is_signed ? FLAG_IS_SIGNED : 0) |
		(ask->no_new_name ? FLAG_NO_NEW_NAME : 0) | (unsigned)ask->name << NAME_SHIFT;

	return g_variant_new(PACKED, ask->issued, ask->consuming_index, FORM, ask->protocol, flags,
			     ask->service, ask->request_id, ask->return_url, ask->relay_state);
}

static bool is_between(const char *text, gsize least, gsize most)
{
	gsize size = strlen(text);

	return size >= least && size <= most;
}

/* What every decoder promises of the asks it makes. */
static bool is_sane(const Ask *ask)
{
	return (ask->protocol == PROTOCOL_SAML || ask->protocol == PROTOCOL_OIDC) &&
	       ask->consuming_index >= -1 && ask->consuming_index <= G_MAXUINT16 &&
	       is_between(ask->service, 1, LIMIT_SAML_URL) &&
	       is_between(ask->request_id, 1, LIMIT_SAML_URL) &&
	       (!ask->relay_state || is_between(ask->relay_state, 1, LIMIT_RELAY_STATE)) &&
	       endpoint_url_check(ask->return_url, NULL);
}

Ask *ask_from_variant(GVariant *variant, GError **error)
{
	g_autoptr(Ask) ask = ask_new();
	guint8 form = 0, protocol = 0, flags = 0;

	if (g_variant_is_of_type(variant, G_VARIANT_TYPE(PACKED)) &&
	    g_variant_is_normal_form(variant)) {
		g_variant_get(variant, PACKED, &ask->issued, &ask->consuming_index, &form,
			      &protocol, &flags, &ask->service, &ask->request_id, &ask->return_url,
			      &ask->relay_state);
		ask->protocol = (Protocol)protocol;
		ask->force_authn = flags & FLAG_FORCE_AUTHN;
		ask->is_passive = flags & FLAG_IS_PASSIVE;
		ask->is_signed = flags & FLAG_IS_SIGNED;
		ask->no_new_name = flags & FLAG_NO_NEW_NAME;
		ask->name = (AskName)((flags & FLAGS_NAME) >> NAME_SHIFT);
	}
	if (form != FORM || (flags & ~FLAGS_ALL) || !is_sane(ask)) {
		g_set_error(error, FAULT_ERROR, FAULT_LOGIN_EXPIRED,
			    "a pending ask is not of this version's form");
		return NULL;
	}
	return g_steal_pointer(&ask);
}
