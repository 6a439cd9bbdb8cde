/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/reading.h"

#include "idp/fault.h"

SamlReading *saml_reading_new(void)
{
	SamlReading *reading = g_new0(SamlReading, 1);

	reading->acs_index = -1;
	reading->consuming_index = -1;
	reading->contexts = g_ptr_array_new_with_free_func(g_free);
	return reading;
}

void saml_reading_free(SamlReading *reading)
{
	if (!reading)
		return;
	g_free(reading->id);
	g_free(reading->version);
	g_free(reading->issue_instant);
	g_free(reading->destination);
	g_free(reading->issuer);
	g_free(reading->acs_url);
	g_free(reading->binding);
	g_free(reading->name_id_format);
	g_free(reading->name_id_qualifier);
	g_ptr_array_unref(reading->contexts);
	g_free(reading->consent);
	g_free(reading->relay_state);
	g_free(reading);
}

static bool same(const char *a, const char *b)
{
	return g_strcmp0(a, b) == 0;
}

static bool same_list(const GPtrArray *a, const GPtrArray *b)
{
	if (a->len != b->len)
		return false;
	for (guint i = 0; i < a->len; i++)
		if (!same(a->pdata[i], b->pdata[i]))
			return false;
	return true;
}

bool saml_reading_agrees(const SamlReading *a, const SamlReading *b, GError **error)
{
	const struct {
		const char *name;
		bool agrees;
	} fields[] = {
		{"id", same(a->id, b->id)},
		{"version", same(a->version, b->version)},
		{"issue_instant", same(a->issue_instant, b->issue_instant)},
		{"destination", same(a->destination, b->destination)},
		{"issuer", same(a->issuer, b->issuer)},
		{"acs_url", same(a->acs_url, b->acs_url)},
		{"acs_index", a->acs_index == b->acs_index},
		{"binding", same(a->binding, b->binding)},
		{"consuming_index", a->consuming_index == b->consuming_index},
		{"force_authn", a->force_authn == b->force_authn},
		{"is_passive", a->is_passive == b->is_passive},
		{"has_name_id_policy", a->has_name_id_policy == b->has_name_id_policy},
		{"name_id_format", same(a->name_id_format, b->name_id_format)},
		{"name_id_qualifier", same(a->name_id_qualifier, b->name_id_qualifier)},
		{"allow_create", a->allow_create == b->allow_create},
		{"has_context", a->has_context == b->has_context},
		{"comparison", a->comparison == b->comparison},
		{"contexts", same_list(a->contexts, b->contexts)},
		{"has_subject", a->has_subject == b->has_subject},
		{"has_conditions", a->has_conditions == b->has_conditions},
		{"consent", same(a->consent, b->consent)},
		{"relay_state", same(a->relay_state, b->relay_state)},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (fields[i].agrees)
			continue;
		g_set_error(error, FAULT_ERROR, FAULT_SAML_DISAGREE,
			    "two readers of the AuthnRequest differ in %s", fields[i].name);
		return false;
	}
	return true;
}
