/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/choice/choice.h"

#include <string.h>

#include "idp/limits.h"

/* time, form, said, role, protocol, id, service, its names, attributes, purposes; and what came
 * with the second form: title, is_consent, lang, agreed, by */
#define PACKED_1 "(xyyyyssssasa(ss))"
#define PACKED_2 "(xyyyyssssasa(ss)sbsxs)"
#define FORM     2
#define FORM_AT  8 /* where its byte is */

void choice_free(Choice *choice)
{
	if (!choice)
		return;
	g_free(choice->id);
	g_free(choice->service);
	g_free(choice->name_sv);
	g_free(choice->name_en);
	g_clear_pointer(&choice->purposes_sv, g_ptr_array_unref);
	g_clear_pointer(&choice->purposes_en, g_ptr_array_unref);
	g_clear_pointer(&choice->attributes, g_ptr_array_unref);
	g_free(choice->title);
	g_free(choice->lang);
	g_free(choice->by);
	g_clear_pointer(&choice->found, g_bytes_unref);
	g_free(choice);
}

static Choice *choice_new(void)
{
	Choice *choice = g_new0(Choice, 1);

	choice->purposes_sv = g_ptr_array_new_with_free_func(g_free);
	choice->purposes_en = g_ptr_array_new_with_free_func(g_free);
	choice->attributes = g_ptr_array_new_with_free_func(g_free);
	return choice;
}

/* ---- the bytes ---- */

GBytes *choice_to_bytes(const Choice *choice)
{
	GVariantBuilder attributes, purposes;

	g_variant_builder_init(&attributes, G_VARIANT_TYPE("as"));
	g_variant_builder_init(&purposes, G_VARIANT_TYPE("a(ss)"));
	for (guint i = 0; i < choice->attributes->len; i++)
		g_variant_builder_add(&attributes, "s", choice->attributes->pdata[i]);
	for (guint i = 0; i < choice->purposes_sv->len; i++)
		g_variant_builder_add(&purposes, "(ss)", choice->purposes_sv->pdata[i],
				      choice->purposes_en->pdata[i]);
	g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_new(
		PACKED_2, choice->time, FORM, (guint8)choice->said, (guint8)choice->role,
		(guint8)choice->protocol, choice->id, choice->service, choice->name_sv,
		choice->name_en, &attributes, &purposes, choice->title,
		(gboolean)choice->is_consent, choice->lang, choice->agreed, choice->by));
	return g_variant_get_data_as_bytes(row);
}

static bool is_language(const char *lang)
{
	return g_str_equal(lang, "sv") || g_str_equal(lang, "en");
}

/* What was said, and what is told of it besides. */
static bool is_whole(const Choice *choice, guint8 form)
{
	if (form == 1)
		return choice->said >= SAID_SEEN && choice->said <= SAID_NO;
	if (!is_language(choice->lang) || (*choice->by && choice->said != SAID_LAPSED))
		return false;
	switch (choice->said) {
	case SAID_SEEN:
		return choice->agreed == 0 && !choice->is_consent;
	case SAID_YES:
		return choice->agreed == choice->time && choice->agreed > 0;
	case SAID_NO:
		return choice->agreed >= 0;
	case SAID_LAPSED:
		return choice->agreed > 0;
	default:
		return false;
	}
}

static bool is_sound(const Choice *choice, guint8 form)
{
	g_autoptr(GBytes) id = seal_base64url_decode(choice->id, SEAL_HASH_BYTES);

	return id && g_bytes_get_size(id) == SEAL_HASH_BYTES && is_whole(choice, form) &&
	       role_name(choice->role) &&
	       (choice->protocol == PROTOCOL_SAML || choice->protocol == PROTOCOL_OIDC) &&
	       *choice->service && choice->purposes_sv->len;
}

static void unpack_lists(Choice *choice, GVariantIter *attributes, GVariantIter *purposes)
{
	char *one, *other;

	while (g_variant_iter_next(attributes, "s", &one))
		g_ptr_array_add(choice->attributes, one);
	while (g_variant_iter_next(purposes, "(ss)", &one, &other)) {
		g_ptr_array_add(choice->purposes_sv, one);
		g_ptr_array_add(choice->purposes_en, other);
	}
}

/* What a row of before the second form does not say. */
static void unpack_nothing(Choice *choice)
{
	choice->title = g_strdup("");
	choice->lang = g_strdup("sv");
	choice->agreed = choice->said == SAID_YES ? choice->time : 0;
	choice->by = g_strdup("");
}

static bool unpack(Choice *choice, GVariant *row, guint8 form)
{
	g_autoptr(GVariantIter) attributes = NULL;
	g_autoptr(GVariantIter) purposes = NULL;
	guint8 also_form = 0, said = 0, role = 0, protocol = 0;
	gboolean is_consent = FALSE;

	if (!g_variant_is_normal_form(row))
		return false;
	if (form == 1)
		g_variant_get(row, PACKED_1, &choice->time, &also_form, &said, &role, &protocol,
			      &choice->id, &choice->service, &choice->name_sv, &choice->name_en,
			      &attributes, &purposes);
	else
		g_variant_get(row, PACKED_2, &choice->time, &also_form, &said, &role, &protocol,
			      &choice->id, &choice->service, &choice->name_sv, &choice->name_en,
			      &attributes, &purposes, &choice->title, &is_consent, &choice->lang,
			      &choice->agreed, &choice->by);
	unpack_lists(choice, attributes, purposes);
	choice->said = said;
	choice->role = role;
	choice->protocol = protocol;
	choice->is_consent = is_consent;
	if (form == 1)
		unpack_nothing(choice);
	return is_sound(choice, form);
}

Choice *choice_from_bytes(GBytes *bytes, GError **error)
{
	g_autoptr(Choice) choice = choice_new();
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	guint8 form = size > FORM_AT ? data[FORM_AT] : 0;

	if (form == 1 || form == FORM) {
		g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_new_from_bytes(
			form == 1 ? G_VARIANT_TYPE(PACKED_1) : G_VARIANT_TYPE(PACKED_2), bytes,
			FALSE));
		if (unpack(choice, row, form)) {
			choice->found = g_bytes_ref(bytes);
			return g_steal_pointer(&choice);
		}
	}
	g_set_error_literal(error, STORE_ERROR, STORE_ERROR_CORRUPT,
			    "a choice in the store is none of this version's");
	return NULL;
}

/* ---- the rows ---- */

/* The length says where the person ends: no two choices have one key. What was told there has one
 * row, whatever it was; what is asked has one for each matter. */
static char *row_key(const char *person, Role role, Protocol protocol, const char *service,
		     const char *id)
{
	return g_strdup_printf("%s %zu %s %s %s%s %s", role_name(role), strlen(person), person,
			       protocol == PROTOCOL_OIDC ? "oidc" : "saml", id ? "ask " : "inform",
			       id ? id : "", service);
}

static int64_t kept_until(const ChoiceTime *at)
{
	return at->now + at->keep + at->keep / 12;
}

static char *matter_key(const char *person, Role role, const Matter *matter, const char *lang)
{
	return row_key(person, role, matter->service->protocol, matter->service->id,
		       matter->asks ? matter_id_in(matter, lang) : NULL);
}

/* False on a fault. */
static bool recall_in(StoreReader *reader, const char *person, Role role, Matter *matter,
		      const char *lang, int64_t now, GError **error)
{
	g_autofree char *key = matter_key(person, role, matter, lang);
	g_autoptr(GBytes) value = NULL;
	int64_t expires = 0;
	StoreOutcome outcome = store_get(reader, STORE_CHOICE, key, now, &value, &expires, error);

	if (outcome != STORE_OK)
		return outcome == STORE_ABSENT;
	g_autoptr(Choice) choice = choice_from_bytes(value, error);
	if (!choice)
		return false;
	/* what was told before was another thing */
	if (!g_str_equal(choice->id, matter_id_in(matter, lang)))
		return true;
	matter->agreed = MAX(matter->agreed, choice->agreed);
	/* what was said last, in either language, holds */
	if (choice->said == SAID_LAPSED || (matter->said && matter->time > choice->time))
		return true;
	matter->said = choice->said;
	matter->time = choice->time;
	matter->lang = lang;
	g_clear_pointer(&matter->found, g_bytes_unref);
	matter->found = g_steal_pointer(&value);
	matter->expires = expires;
	return true;
}

bool choice_recall(StoreReader *reader, const char *person, Role role, Matter *matter, int64_t now,
		   GError **error)
{
	bool is_one = g_str_equal(matter->id, matter->id_en);

	return recall_in(reader, person, role, matter, "sv", now, error) &&
	       (is_one || recall_in(reader, person, role, matter, "en", now, error));
}

void choice_use(StoreCommit *commit, const char *person, Role role, const Matter *matter,
		const ChoiceTime *at)
{
	if (!matter->found)
		return;
	g_autofree char *key = matter_key(person, role, matter, matter->lang);
	if (matter->said == SAID_YES)
		store_expect(commit, STORE_CHOICE, key, matter->found);
	if (matter->expires < at->now + at->keep)
		store_touch(commit, STORE_CHOICE, key, kept_until(at));
}

static char *cut(const char *text)
{
	const char *end = NULL;
	gsize length = strnlen(text, CHOICE_NAME_MAX);

	g_utf8_validate(text, (gssize)length, &end);
	return g_strndup(text, (gsize)(end - text));
}

static void describe(Choice *choice, const Matter *matter)
{
	gsize bytes = 0;

	for (guint i = 0; i < matter->purposes->len; i++) {
		const Purpose *purpose = &g_array_index(matter->purposes, Purpose, i);
		bytes += strlen(purpose->sv) + strlen(purpose->en);
		if (i > 0 && bytes > CHOICE_PURPOSES_MAX)
			break;
		g_ptr_array_add(choice->purposes_sv, g_strdup(purpose->sv));
		g_ptr_array_add(choice->purposes_en, g_strdup(purpose->en));
	}
	for (guint i = 0; i < matter->attributes->len; i++)
		g_ptr_array_add(choice->attributes,
				g_strdup(((const Attribute *)matter->attributes->pdata[i])->name));
}

void choice_remember(StoreCommit *commit, const char *person, Role role, const Matter *matter,
		     const ChoiceTime *at)
{
	g_autofree char *key = matter_key(person, role, matter, matter->lang);
	g_autoptr(Choice) choice = choice_new();

	g_assert(matter->asks ? matter->said > SAID_SEEN : matter->said == SAID_SEEN);
	choice->id = g_strdup(matter_id_in(matter, matter->lang));
	choice->said = matter->said;
	choice->role = role;
	choice->time = matter->time;
	choice->protocol = matter->service->protocol;
	choice->service = g_strdup(matter->service->id);
	choice->name_sv = cut(service_display(matter->service, "sv"));
	choice->name_en = cut(service_display(matter->service, "en"));
	choice->title = cut(matter->title ? matter->title : "");
	choice->is_consent = matter->is_consent;
	choice->lang = g_strdup(matter->lang);
	choice->agreed = matter->said == SAID_YES ? matter->time : matter->agreed;
	choice->by = g_strdup("");
	describe(choice, matter);
	g_autoptr(GBytes) bytes = choice_to_bytes(choice);
	store_put(commit, STORE_CHOICE, key, person, bytes, kept_until(at));
}

typedef struct {
	GPtrArray *all;
	GError *error;
} Walk;

static bool take_row(GBytes *value, gpointer data)
{
	Walk *walk = data;
	Choice *choice = choice_from_bytes(value, &walk->error);

	if (choice)
		g_ptr_array_add(walk->all, choice);
	return choice != NULL;
}

static gint latest_first(gconstpointer a, gconstpointer b)
{
	const Choice *first = *(Choice *const *)a, *second = *(Choice *const *)b;
	int order = (first->time < second->time) - (first->time > second->time);

	return order ? order : strcmp(first->id, second->id);
}

GPtrArray *choice_list(StoreReader *reader, const char *person, int64_t now, GError **error)
{
	g_autoptr(GPtrArray) all =
		g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))choice_free);
	Walk walk = {all, NULL};

	if (!store_walk_owner(reader, STORE_CHOICE, person, now, take_row, &walk, error))
		return NULL;
	if (walk.error) {
		g_propagate_error(error, walk.error);
		return NULL;
	}
	g_ptr_array_sort(all, latest_first);
	return g_steal_pointer(&all);
}

static bool is_one_of(const Choice *choice, const GPtrArray *matters)
{
	for (guint i = 0; i < matters->len; i++)
		if (matter_has_id(matters->pdata[i], choice->id))
			return true;
	return false;
}

static bool is_replaced(const Choice *choice, const GPtrArray *matters, const Matter *heard)
{
	if (g_str_equal(choice->id, matter_id_in(heard, heard->lang)))
		return false;
	return matter_has_id(heard, choice->id) ||
	       (choice->said == SAID_YES && !is_one_of(choice, matters));
}

/* The row of a choice that is something else from now on. Transfer full. */
static GBytes *changed(const Choice *choice, Said said, const char *by, const ChoiceTime *at)
{
	Choice now = *choice;

	now.said = said;
	now.time = at->now;
	now.by = (char *)(guintptr)by;
	return choice_to_bytes(&now);
}

static char *choice_key(const char *person, const Choice *choice)
{
	return row_key(person, choice->role, choice->protocol, choice->service, choice->id);
}

/* A no that is said to it at the same moment, in another tab, is lost with that, and asked for
 * again. */
static void lapse(StoreCommit *commit, const char *person, const Choice *choice,
		  const ChoiceTime *at)
{
	g_autofree char *key = choice_key(person, choice);
	g_autoptr(GBytes) row = changed(choice, SAID_LAPSED, "", at);

	if (choice->said == SAID_YES)
		store_put(commit, STORE_CHOICE, key, person, row, kept_until(at));
	else if (choice->said == SAID_NO)
		store_drop(commit, STORE_CHOICE, key);
}

bool choice_forget_others(StoreReader *reader, StoreCommit *commit, const char *person, Role role,
			  const GPtrArray *matters, const Matter *heard, const ChoiceTime *at,
			  GError **error)
{
	const Service *service = heard->service;
	g_autoptr(GPtrArray) all = choice_list(reader, person, at->now, error);

	for (guint i = 0; all && i < all->len; i++) {
		const Choice *choice = all->pdata[i];
		if (choice->said != SAID_SEEN && choice->role == role &&
		    choice->protocol == service->protocol &&
		    g_str_equal(choice->service, service->id) &&
		    is_replaced(choice, matters, heard))
			lapse(commit, person, choice, at);
	}
	return all;
}

static void swap(StoreCommit *commit, const char *person, const Choice *choice, Said said,
		 const char *by, const ChoiceTime *at)
{
	g_autofree char *key = choice_key(person, choice);
	g_autoptr(GBytes) row = changed(choice, said, by, at);

	store_swap(commit, STORE_CHOICE, key, choice->found, row, kept_until(at));
}

void choice_take_back(StoreCommit *commit, const char *person, const Choice *choice,
		      const ChoiceTime *at)
{
	g_autofree char *key = choice_key(person, choice);

	g_assert(choice->said == SAID_YES || choice->said == SAID_NO);
	if (choice->said == SAID_YES)
		swap(commit, person, choice, SAID_NO, "", at);
	else if (choice->agreed > 0)
		swap(commit, person, choice, SAID_LAPSED, "", at);
	else
		store_take(commit, STORE_CHOICE, key);
}

void choice_withdraw(StoreCommit *commit, const char *person, const Choice *choice,
		     const char *account, const ChoiceTime *at)
{
	g_assert(choice->said == SAID_YES);
	swap(commit, person, choice, SAID_LAPSED, account, at);
}
