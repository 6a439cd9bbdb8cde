/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/choice-rows.h"
#include "idp/choice/consent.h"
#include "idp/command/command.h"
#include "idp/identity/identity.h"
#include "idp/printable.h"

static void choice_row_free(gpointer data)
{
	ChoiceRow *row = data;

	g_free(row->who);
	choice_free(row->choice);
	g_free(row);
}

void choice_rows_init(ChoiceRows *rows, const Generation *generation, StoreReader *reader,
		      int64_t now, const char *service)
{
	*rows = (ChoiceRows){generation, reader, now, service, NULL};
	rows->rows = g_ptr_array_new_with_free_func(choice_row_free);
}

void choice_rows_clear(ChoiceRows *rows)
{
	g_clear_pointer(&rows->rows, g_ptr_array_unref);
}

/* ---- what still stands ---- */

/* What the person would be told and asked at a login now; NULL: nobody is let in as them. */
static GPtrArray *matters_now(const ChoiceRows *rows, const DirectoryEntry *entry,
			      const char *identity, Role role, const Service *service)
{
	const Generation *generation = rows->generation;
	const IdentitySeen seen = {
		.eppn_is_shared = entry_marks(entry) & ENTRY_EPPN_SHARED,
		.asked_at = entry_asked_at(entry),
	};
	g_autoptr(Person) person = masterdata_person(generation->masterdata, entry, role);
	g_autoptr(GError) fault = NULL;
	g_autoptr(Identity) found = identity_find(&generation->identities, rows->reader, person,
						  service, &seen, rows->now, &fault);
	if (!found)
		return NULL;
	unsigned today = generation_today(generation->zone, rows->now);
	const Circumstances circumstances = {
		.today = today,
		.level = assurance_of_password(generation->assurance),
		.too_young = consent_is_too_young(
			person, (unsigned)config_number(generation->config, "consent", "age"),
			today),
	};
	g_autoptr(Decision) decision =
		policy_decide(generation->policy, person, service, &circumstances);
	return matters_of(decision, service, generation->ledger_key, identity);
}

static bool is_among(const GPtrArray *matters, const Choice *choice)
{
	for (guint i = 0; i < matters->len; i++)
		if (matter_has_id(matters->pdata[i], choice->id))
			return true;
	return false;
}

static Stands stands(const ChoiceRows *rows, const DirectoryEntry *entry, const char *identity,
		     const Choice *choice)
{
	g_autoptr(Entity) entity =
		choice->protocol == PROTOCOL_SAML
			? entity_set_find(rows->generation->entities, choice->service, rows->now)
			: NULL;

	if (!entity || !(masterdata_roles(rows->generation->masterdata, entry) & choice->role))
		return STANDS_NO;
	g_autoptr(GPtrArray) matters =
		matters_now(rows, entry, identity, choice->role, entity->service);
	if (!matters)
		return STANDS_UNKNOWN;
	return is_among(matters, choice) ? STANDS_YES : STANDS_NO;
}

static bool is_wanted(const ChoiceRows *rows, const Choice *choice)
{
	if (!rows->service || g_str_equal(choice->service, rows->service))
		return true;
	g_autoptr(GPtrArray) ids =
		policy_service_ids(rows->generation->policy, choice->protocol, rows->service);
	return g_ptr_array_find_with_equal_func(ids, choice->service, g_str_equal, NULL);
}

bool choice_rows_add(ChoiceRows *rows, const char *who, const DirectoryEntry *entry,
		     const char *identity, GError **error)
{
	g_autoptr(GPtrArray) all = rows->reader
					   ? choice_list(rows->reader, identity, rows->now, error)
					   : g_ptr_array_new();

	while (all && all->len) {
		Choice *choice = g_ptr_array_steal_index(all, 0);
		if (!is_wanted(rows, choice)) {
			choice_free(choice);
			continue;
		}
		ChoiceRow *row = g_new0(ChoiceRow, 1);
		row->who = g_strdup(who);
		row->choice = choice;
		row->stands = stands(rows, entry, identity, choice);
		g_ptr_array_add(rows->rows, row);
	}
	return all;
}

/* ---- what is printed ---- */

static const char *say(const char *lang, const char *en, const char *sv)
{
	return g_str_equal(lang, "sv") ? sv : en;
}

static const char *role_word(const char *lang, Role role)
{
	return role == ROLE_STUDENT ? say(lang, "student", "elev")
	       : role == ROLE_STAFF ? say(lang, "staff", "personal")
				    : say(lang, "guardian", "vårdnadshavare");
}

static char *time_text(int64_t time, const char *format)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time);

	return utc ? g_date_time_format(utc, format) : g_strdup("?");
}

static void print_said(const Choice *choice, const char *lang)
{
	g_autofree char *when = time_text(choice->time, "%Y-%m-%dT%H:%M:%SZ");
	g_autofree char *agreed = time_text(choice->agreed, "%Y-%m-%dT%H:%M:%SZ");
	const char *words[] = {
		[SAID_NOTHING] = "",
		[SAID_SEEN] = say(lang, "was told", "fick veta"),
		[SAID_YES] = say(lang, "said yes", "sa ja"),
		[SAID_NO] = say(lang, "said no", "sa nej"),
		[SAID_LAPSED] = *choice->by ? say(lang, "yes withdrawn", "ja återtaget")
					    : say(lang, "yes no longer counts",
						  "ja som inte gäller längre"),
	};

	g_print("    %s %s", when, words[choice->said]);
	if (*choice->by)
		g_print(" %s %s", say(lang, "by", "av"), choice->by);
	if (choice->agreed && choice->said != SAID_YES)
		g_print("; %s %s", say(lang, "said yes", "sa ja"), agreed);
	if (choice->is_consent)
		g_print(" (%s)", say(lang, "consent", "samtycke"));
}

static const GPtrArray *purposes_read(const Choice *choice)
{
	return g_str_equal(choice->lang, "sv") ? choice->purposes_sv : choice->purposes_en;
}

static void print_row(const ChoiceRow *row, const char *lang)
{
	const Choice *choice = row->choice;
	const GPtrArray *purposes = purposes_read(choice);
	g_autofree char *name = printable(say(lang, choice->name_en, choice->name_sv), -1, 0xfffd);
	g_autofree char *service = printable(choice->service, -1, 0xfffd);

	g_print("  %s (%s), %s\n", name, service, role_word(lang, choice->role));
	print_said(choice, lang);
	g_print("%s\n", row->stands == STANDS_NO ? say(lang, " (no longer in the policy)",
						       " (finns inte längre i reglerna)")
						 : "");
	if (*choice->title)
		g_print("      \"%s\"\n", choice->title);
	for (guint i = 0; i < choice->attributes->len; i++)
		g_print("%s%s", i ? ", " : "      ", (const char *)choice->attributes->pdata[i]);
	g_print("%s", choice->attributes->len ? "\n" : "");
	for (guint i = 0; i < purposes->len; i++) {
		g_autofree char *text = printable(purposes->pdata[i], -1, 0xfffd);
		g_print("      [%s] %s\n", choice->lang, text);
	}
}

void choice_rows_print(const ChoiceRows *rows, const char *lang)
{
	const char *who = NULL;

	for (guint i = 0; i < rows->rows->len; i++) {
		const ChoiceRow *row = rows->rows->pdata[i];
		g_autofree char *name = printable(row->who, -1, 0xfffd);
		if (g_strcmp0(who, row->who) != 0)
			g_print("%s\n", name);
		who = row->who;
		print_row(row, lang);
	}
}

static GVariant *texts_variant(const GPtrArray *texts)
{
	GVariantBuilder list;

	g_variant_builder_init(&list, G_VARIANT_TYPE("as"));
	for (guint i = 0; i < texts->len; i++)
		g_variant_builder_add(&list, "s", texts->pdata[i]);
	return g_variant_builder_end(&list);
}

static GVariant *row_variant(const ChoiceRow *row)
{
	static const char *const said[] = {[SAID_NOTHING] = "nothing",
					   [SAID_SEEN] = "seen",
					   [SAID_YES] = "yes",
					   [SAID_NO] = "no",
					   [SAID_LAPSED] = "lapsed"};
	const Choice *choice = row->choice;
	g_autofree char *time = time_text(choice->time, "%Y-%m-%dT%H:%M:%SZ");
	g_autofree char *agreed = time_text(choice->agreed, "%Y-%m-%dT%H:%M:%SZ");
	GVariantDict dict;

	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "person", "s", row->who);
	g_variant_dict_insert(&dict, "role", "s", role_name(choice->role));
	g_variant_dict_insert(&dict, "protocol", "s",
			      choice->protocol == PROTOCOL_OIDC ? "oidc" : "saml");
	g_variant_dict_insert(&dict, "service", "s", choice->service);
	g_variant_dict_insert(&dict, "name_sv", "s", choice->name_sv);
	g_variant_dict_insert(&dict, "name_en", "s", choice->name_en);
	g_variant_dict_insert(&dict, "said", "s", said[choice->said]);
	g_variant_dict_insert(&dict, "time", "s", time);
	if (choice->agreed)
		g_variant_dict_insert(&dict, "agreed", "s", agreed);
	if (*choice->by)
		g_variant_dict_insert(&dict, "withdrawn_by", "s", choice->by);
	if (*choice->title)
		g_variant_dict_insert(&dict, "release", "s", choice->title);
	g_variant_dict_insert(&dict, "consent", "b", (gboolean)choice->is_consent);
	g_variant_dict_insert(&dict, "language", "s", choice->lang);
	g_variant_dict_insert_value(&dict, "because_sv", texts_variant(choice->purposes_sv));
	g_variant_dict_insert_value(&dict, "because_en", texts_variant(choice->purposes_en));
	g_variant_dict_insert_value(&dict, "attributes", texts_variant(choice->attributes));
	if (row->stands)
		g_variant_dict_insert(&dict, "in_policy", "b",
				      (gboolean)(row->stands == STANDS_YES));
	return g_variant_dict_end(&dict);
}

void choice_rows_print_json(const ChoiceRows *rows)
{
	GVariantBuilder list;

	g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < rows->rows->len; i++)
		g_variant_builder_add_value(&list, row_variant(rows->rows->pdata[i]));
	command_print_json(g_variant_builder_end(&list));
}
