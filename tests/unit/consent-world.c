/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/consent-world.h"

LedgerKey *world_key(uint8_t first)
{
	uint8_t bytes[SEAL_KEY_BYTES] = {first, 1, 2, 3};

	return ledger_key_new(bytes, sizeof bytes, NULL);
}

World *world_new(void)
{
	World *world = g_new0(World, 1);

	world->store = store_world_new();
	world->key = world_key(1);
	world->zone = g_time_zone_new_identifier("Europe/Stockholm");
	return world;
}

void world_free(World *world)
{
	store_world_free(world->store);
	ledger_key_unref(world->key);
	g_time_zone_unref(world->zone);
	g_free(world);
}

void login_free(Login *login)
{
	consent_free(login->consent);
	policy_unref(login->policy);
	person_free(login->person);
	service_free(login->service);
	g_free(login);
}

Login *login(World *world, const Case *of)
{
	Login *login = g_new0(Login, 1);
	g_autoptr(GError) error = NULL;

	login->policy = fixture_load(of->policy, NULL, 0, &error);
	g_assert_no_error(error);
	login->person = fixture_person(of->person ? of->person : PUPIL);
	login->service = fixture_service(of->service ? of->service : BOK ASKS);
	const ConsentCase about = {
		.policy = login->policy,
		.key = world->key,
		.reader = world->store->reader,
		.zone = world->zone,
		.identity = of->identity ? of->identity : "anna",
		.lang = "sv",
		.person = login->person,
		.service = login->service,
		.circumstances = {.today = FIXTURE_TODAY, .too_young = of->too_young},
		.at = {of->now ? of->now : NOW, KEEP},
	};
	Decision *first =
		policy_decide(login->policy, login->person, login->service, &about.circumstances);
	login->consent = consent_find(&about, first, &error);
	g_assert_no_error(error);
	return login;
}

static void append_matter(GString *text, const char *word, const Matter *matter)
{
	if (!matter)
		return;
	g_string_append_printf(text, "%s%s", text->len ? " " : "", word);
	for (guint i = 0; i < matter->attributes->len; i++)
		g_string_append_printf(text, "%c%s", i ? ',' : ' ',
				       ((const Attribute *)matter->attributes->pdata[i])->name);
}

char *render(const Consent *consent)
{
	GString *text = g_string_new(NULL);
	const Decision *decision = consent_decision(consent);

	append_matter(text, "told", consent->told);
	append_matter(text, "asked", consent->asked);
	if (consent->asked && consent->lets_in)
		g_string_append(text, " anyway");
	if (text->len)
		return g_string_free(text, FALSE);
	g_string_append(text, decision->outcome == OUTCOME_ANSWERED
				      ? "given"
				      : reason_code_name(decision->reason));
	char joint = ' ';
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		if (row->values)
			g_string_append_printf(text, "%c%s", joint, row->name);
		joint = row->values ? ',' : joint;
	}
	return g_string_free(text, FALSE);
}

char *say_in(World *world, const Case *of, const char *answer, const char *lang, int64_t now)
{
	Case then = *of;
	then.now = now;
	g_autoptr(Login) one = login(world, &then);
	StoreCommit *commit = store_commit_new(now, NULL, NULL);
	uint8_t print[CONSENT_PRINT_BYTES];

	consent_print(one->consent, print);
	g_assert_true(consent_hear(one->consent, print, answer, lang));
	g_assert_true(consent_keep(one->consent, commit, NULL));
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
	return render(one->consent);
}

char *say(World *world, const Case *of, const char *answer, int64_t now)
{
	return say_in(world, of, answer, "sv", now);
}

void assert_due(World *world, const Case *of, const char *want)
{
	g_autoptr(Login) one = login(world, of);
	g_autofree char *got = render(one->consent);

	g_assert_cmpstr(got, ==, want);
}

void assert_said(World *world, const Case *of, const char *answer, const char *want)
{
	g_autofree char *got = say(world, of, answer, NOW);

	g_assert_cmpstr(got, ==, want);
}
