/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/choice/matter.h"

#include <string.h>

void matter_free(Matter *matter)
{
	if (!matter)
		return;
	g_free(matter->id);
	g_free(matter->id_en);
	g_clear_pointer(&matter->found, g_bytes_unref);
	g_array_unref(matter->purposes);
	g_ptr_array_unref(matter->attributes);
	g_free(matter);
}

static void append(GString *text, const char *word, const char *value)
{
	g_string_append_printf(text, "%s %zu:%s\n", word, strlen(value), value);
}

static bool is_swedish(const char *lang)
{
	return g_str_equal(lang, "sv");
}

char *matter_text(const Matter *matter, const char *lang)
{
	bool in_swedish = !matter->asks || is_swedish(lang);
	GString *text = g_string_new(NULL);

	append(text, "choice", "1");
	append(text, matter->asks ? "ask" : "inform", "");
	if (matter->is_consent)
		append(text, "consent", "");
	append(text, matter->service->protocol == PROTOCOL_OIDC ? "to-oidc" : "to-saml",
	       matter->service->id);
	for (guint i = 0; i < matter->purposes->len; i++) {
		const Purpose *purpose = &g_array_index(matter->purposes, Purpose, i);
		append(text, "because", in_swedish ? purpose->sv : purpose->en);
	}
	for (guint i = 0; i < matter->attributes->len; i++)
		append(text, "give", ((const Attribute *)matter->attributes->pdata[i])->name);
	return g_string_free(text, FALSE);
}

char *matter_id(const LedgerKey *key, const char *person, const char *text)
{
	uint8_t mac[SEAL_HASH_BYTES];

	/* no attribute has a name like that */
	ledger_value_mac(key, person, "portvakt choice 1", text, mac);
	return seal_base64url(mac, sizeof mac);
}

const char *matter_id_in(const Matter *matter, const char *lang)
{
	return is_swedish(lang) ? matter->id : matter->id_en;
}

bool matter_has_id(const Matter *matter, const char *id)
{
	return g_str_equal(matter->id, id) || g_str_equal(matter->id_en, id);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp((*(const Attribute *const *)a)->name, (*(const Attribute *const *)b)->name);
}

static gint by_purpose(gconstpointer a, gconstpointer b)
{
	return strcmp(((const Purpose *)a)->sv, ((const Purpose *)b)->sv);
}

static void add_purpose(Matter *matter, const DecisionGrant *grant)
{
	const Purpose purpose = {grant->because_sv, grant->because_en};

	for (guint i = 0; i < matter->purposes->len; i++)
		if (g_str_equal(g_array_index(matter->purposes, Purpose, i).sv, purpose.sv))
			return;
	g_array_append_val(matter->purposes, purpose);
}

static void add_grant(Matter *matter, const DecisionGrant *grant)
{
	add_purpose(matter, grant);
	for (guint i = 0; i < grant->attributes->len; i++)
		if (!g_ptr_array_find(matter->attributes, grant->attributes->pdata[i], NULL))
			g_ptr_array_add(matter->attributes, grant->attributes->pdata[i]);
}

static Matter *matter_new(bool asks, const Service *service)
{
	Matter *matter = g_new0(Matter, 1);

	matter->asks = asks;
	matter->service = service;
	matter->purposes = g_array_new(FALSE, FALSE, sizeof(Purpose));
	matter->attributes = g_ptr_array_new();
	return matter;
}

static void settle(Matter *matter, const LedgerKey *key, const char *person)
{
	g_array_sort(matter->purposes, by_purpose);
	g_ptr_array_sort(matter->attributes, by_name);
	g_autofree char *sv = matter_text(matter, "sv");
	g_autofree char *en = matter_text(matter, "en");
	matter->id = matter_id(key, person, sv);
	matter->id_en = matter_id(key, person, en);
}

GPtrArray *matters_of(const Decision *decision, const Service *service, const LedgerKey *key,
		      const char *person)
{
	GPtrArray *matters =
		g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))matter_free);
	g_autoptr(Matter) told = matter_new(false, service);

	for (guint i = 0; i < decision->grants->len; i++) {
		const DecisionGrant *grant = decision->grants->pdata[i];
		if (grant->page == PAGE_INFORM && grant->state == GRANT_GIVEN)
			add_grant(told, grant);
		if (grant->page != PAGE_ASK || grant->state == GRANT_TOO_YOUNG)
			continue;
		Matter *asked = matter_new(true, service);
		asked->title = grant->rule.title;
		asked->is_consent = grant->is_consent;
		add_grant(asked, grant);
		settle(asked, key, person);
		g_ptr_array_add(matters, asked);
	}
	if (!told->purposes->len)
		return matters;
	settle(told, key, person);
	g_ptr_array_insert(matters, 0, g_steal_pointer(&told));
	return matters;
}
