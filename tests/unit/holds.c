/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/holds.h"

#include <glib/gstdio.h>
#include <string.h>

#include "idp/limits.h"
#include "metadata/xml/init.h"
#include "tests/unit/policy-fixture.h"

#define NOW 1795435200 /* 2026-11-23T12:00:00Z */
#define SP  "https://sp.example"

#define ANONYMOUS    "+https://refeds.org/category/anonymous"
#define PERSONALIZED "+https://refeds.org/category/personalized"

typedef struct {
	char *folder, *place;
	Store *store;
	gint64 now;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	fixture->folder = g_dir_make_tmp("portvakt-holds-XXXXXX", NULL);
	fixture->place = g_build_filename(fixture->folder, "portvakt.db", NULL);
	fixture->store = store_open(store_sqlite, fixture->place, &error);
	fixture->now = NOW;
	g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	g_autofree char *command = g_strdup_printf("rm -rf '%s'", fixture->folder);

	store_close(fixture->store);
	g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
	g_free(fixture->folder);
	g_free(fixture->place);
}

/* ---- services, from words ---- */

static const char *saml_of(const char *name)
{
	const Attribute *attribute = attribute_by_name(name);

	return attribute ? attribute->saml : name;
}

static void add_index(GString *text, const char *words, int index)
{
	g_auto(GStrv) wishes = g_strsplit(words, " ", -1);

	g_string_append_printf(text,
			       "<AttributeConsumingService index=\"%d\"><ServiceName "
			       "xml:lang=\"en\">x</ServiceName>",
			       index);
	for (char **wish = wishes; *wish; wish++) {
		bool required = g_str_has_suffix(*wish, "!");
		g_autofree char *name = g_strndup(*wish, strlen(*wish) - required);

		if (*name && *name != '+')
			g_string_append_printf(
				text, "<RequestedAttribute Name=\"%s\" isRequired=\"%s\"/>",
				saml_of(name), required ? "true" : "false");
	}
	g_string_append(text, "</AttributeConsumingService>");
}

/* "mail givenName! +u:category / sn": two indices, of which the first is the default. */
static Entity *entity_of(const char *id, const char *words)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(GStrv) indices = g_strsplit(words, " / ", -1);
	g_auto(GStrv) all = g_strsplit(words, " ", -1);
	g_autoptr(GError) error = NULL;

	g_string_append_printf(text,
			       "<EntityDescriptor xmlns=\"" XML_NS_MD "\" xmlns:s=\"" XML_NS_SAML
			       "\" xmlns:a=\"" XML_NS_MDATTR "\" entityID=\"%s\"><Extensions>"
			       "<a:EntityAttributes><s:Attribute "
			       "Name=\"http://macedir.org/entity-category\">",
			       id);
	for (char **word = all; *word; word++)
		if (**word == '+')
			g_string_append_printf(text, "<s:AttributeValue>%s</s:AttributeValue>",
					       *word + 1);
	g_string_append(text, "</s:Attribute></a:EntityAttributes></Extensions><SPSSODescriptor "
			      "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
			      "<AssertionConsumerService Binding=\"" ENDPOINT_POST
			      "\" Location=\"https://sp.example/acs\" index=\"0\"/>");
	for (int i = 0; indices[i]; i++)
		add_index(text, indices[i], i);
	g_string_append(text, "</SPSSODescriptor></EntityDescriptor>");
	Entity *entity = entity_parse(text->str, text->len, NOW, &error);
	g_assert_no_error(error);
	return entity;
}

static EntitySet *set_of(const char *words)
{
	g_autoptr(GPtrArray) entities = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	if (strcmp(words, "gone") != 0)
		g_ptr_array_add(entities, entity_of(SP, words));
	EntitySet *set = entity_set_new(entities, &error);
	g_assert_no_error(error);
	return set;
}

/* ---- one load after another ---- */

static StoreOutcome write_down(Fixture *fixture, StoreCommit *commit)
{
	g_autoptr(StoreCommit) owned = commit;
	g_autoptr(GError) error = NULL;
	StoreResult result = {0};

	g_assert_true(store_apply(fixture->store, &owned, 1, &result, &error));
	return result.outcome;
}

static Holds *load(Fixture *fixture, EntitySet *set, bool is_killed)
{
	g_autoptr(GError) error = NULL;
	Holds *holds = holds_new(fixture->place, set, NULL, fixture->now, &error);

	g_assert_no_error(error);
	if (is_killed)
		return holds;
	StoreCommit *commit = holds_commit(holds, fixture->now, NULL, NULL);
	if (commit)
		g_assert_cmpint(write_down(fixture, commit), ==, STORE_OK);
	g_assert_null(holds_commit(holds, fixture->now, NULL, NULL));
	return holds;
}

static void append_held(GString *text, const char *name, const char *mark)
{
	g_string_append_printf(text, "%s%s%s", text->len ? " " : "", name, mark);
}

/* What policy sees as held: "mail", "mail!" where only that it is required is, "+category"; of the
 * next index after " /". */
static char *held_of(const EntitySet *set)
{
	g_autoptr(Entity) entity = entity_set_find(set, SP, NOW);
	GString *text = g_string_new(NULL);

	for (guint i = 0; entity && i < entity->wishes->len; i++) {
		const Service *service = ((EntityWish *)entity->wishes->pdata[i])->service;

		if (i > 0)
			append_held(text, "/", "");
		for (guint j = 0; j < service->wishes->len; j++) {
			const Wish *wish = service->wishes->pdata[j];
			const char *name = wish->attribute ? wish->attribute->name : wish->name;

			g_assert_false(wish->held && wish->held_required);
			g_assert_false(wish->held_required && wish->required);
			if (wish->held || wish->held_required)
				append_held(text, name, wish->held ? "" : "!");
		}
		for (guint j = 0; i == 0 && j < service->held_categories->len; j++) {
			append_held(text, "+", service->held_categories->pdata[j]);
		}
	}
	return g_string_free(text, FALSE);
}

/* Lets something of the service pass, or holds it again, as the command does. */
static void decide(Fixture *fixture, const EntitySet *set, const char *name, bool pass)
{
	g_autoptr(Entity) entity = entity_set_find(set, SP, NOW);
	g_autoptr(Asked) asked = asked_new();
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, fixture->place, NULL);
	g_autofree char *key = hold_key(PROTOCOL_SAML, false, SP);
	g_autoptr(GBytes) old = NULL;

	asked_of_entity(asked, entity);
	g_assert_cmpint(store_get(reader, STORE_HOLD, key, NOW, &old, NULL, NULL), ==, STORE_OK);
	g_autoptr(HoldRow) before = hold_row_from_bytes(old, NULL);
	g_autoptr(HoldRow) row = hold_row_next(before, PROTOCOL_SAML, false, asked, fixture->now);
	HoldItem *item = *name == '+' ? hold_find(row->categories, name + 1)
				      : hold_find(row->asks, saml_of(name));
	g_assert_nonnull(item);
	if (pass)
		hold_pass(item, "anna", fixture->now);
	else
		hold_again(item, fixture->now);
	g_autoptr(GBytes) new = hold_row_to_bytes(row);
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	store_swap(commit, STORE_HOLD, key, old, new, STORE_NEVER);
	g_assert_cmpint(write_down(fixture, commit), ==, STORE_OK);
}

/* One letter and what follows: `=` a load of a service that asks for that, `~` one that is killed
 * before it has written, `?` what is then held, `y` lets pass, `n` holds again. */
static const struct {
	const char *name;
	const char *steps[14];
} sequences[] = {
	{"the first is the baseline", {"=mail! sn +u:a", "?"}},
	{"nothing new, nothing held", {"=mail sn", "=sn mail", "?"}},
	{"a new wish", {"=mail", "=mail sn", "?sn", "=mail sn", "?sn"}},
	{"let pass",
	 {"=mail", "=mail sn givenName", "?sn givenName", "ysn", "=mail sn givenName",
	  "?givenName"}},
	{"held again by hand",
	 {"=mail sn", "nmail", "=mail sn", "?mail", "ymail", "=mail sn", "?"}},
	{"withdrawn and made again",
	 {"=mail sn", "=mail", "?", "=mail sn", "?sn", "ysn", "=mail sn", "?", "=mail", "=mail sn",
	  "?sn"}},
	{"gone and back",
	 {"=mail sn", "=gone", "=gone", "=mail sn", "?", "=mail sn givenName", "?givenName"}},
	{"gone and back with more", {"=mail", "=gone", "=mail sn", "?sn"}},
	{"gone and back with less, then as before",
	 {"=mail sn", "=gone", "=mail", "=mail sn", "?sn"}},
	{"it asks for nothing at first", {"=", "=mail", "?mail"}},
	{"it asks for nothing for a while", {"=mail", "=", "?", "=mail", "?mail"}},
	{"becomes required",
	 {"=mail", "=mail!", "?mail!", "=mail!", "?mail!", "ymail", "=mail!", "?"}},
	{"new and required", {"=sn", "=sn mail!", "?mail"}},
	{"new, let pass, then required", {"=sn", "=sn mail", "ymail", "=sn mail!", "?mail!"}},
	{"becomes optional and required again", {"=mail!", "=mail", "?", "=mail!", "?mail!"}},
	{"a new category",
	 {"=mail +u:a", "=mail +u:a +u:b", "?+u:b", "y+u:b", "=mail +u:a +u:b", "?"}},
	{"a category put off and on", {"=+u:a", "=", "=+u:a", "?+u:a"}},
	{"the minimal category dropped",
	 {"=" PERSONALIZED " " ANONYMOUS, "?", "=" PERSONALIZED, "?" PERSONALIZED, "y" PERSONALIZED,
	  "=" PERSONALIZED, "?"}},
	{"a minimal category put on and off",
	 {"=" PERSONALIZED, "=" PERSONALIZED " " ANONYMOUS, "?" ANONYMOUS, "=" PERSONALIZED,
	  "?" PERSONALIZED}},
	{"a name nobody knows",
	 {"=mail", "=mail shoeSize", "?shoeSize", "yshoeSize", "=mail shoeSize", "?"}},
	{"the old name of an attribute",
	 {"=mail", "=urn:mace:dir:attribute-def:mail", "?", "=mail", "?"}},
	{"another index", {"=mail", "=mail / sn", "?/ sn"}},
	{"what another index asked already",
	 {"=mail / sn", "=mail sn / sn", "?/", "=sn / mail", "?/"}},
	{"required by another index", {"=mail / mail!", "=mail! / mail", "?/"}},
	{"required by a new index", {"=mail", "=mail / mail!", "?/ mail!"}},
	{"killed before the first is written", {"~mail", "?", "=mail sn", "?"}},
	{"killed before a hold is written",
	 {"=mail", "~mail sn", "?sn", "~mail sn", "?sn", "=mail sn", "?sn"}},
	{"killed before a withdrawal is written", {"=mail sn", "~mail", "=mail sn", "?"}},
};

static void test_sequence(Fixture *fixture, gconstpointer data)
{
	const char *const *steps = sequences[GPOINTER_TO_SIZE(data)].steps;
	g_autoptr(EntitySet) set = NULL;
	g_autoptr(Holds) holds = NULL;

	for (; *steps; steps++) {
		const char *rest = *steps + 1;
		g_autofree char *held = NULL;

		fixture->now++;
		switch (**steps) {
		case '=':
		case '~':
			g_clear_pointer(&set, entity_set_free);
			g_clear_pointer(&holds, holds_free);
			set = set_of(rest);
			holds = load(fixture, set, **steps == '~');
			entity_set_dress(set, holds_dress, holds);
			break;
		case '?':
			held = held_of(set);
			g_assert_cmpstr(held, ==, rest);
			break;
		default:
			decide(fixture, set, rest, **steps == 'y');
			break;
		}
	}
}

/* ---- what rules make of it ---- */

static void test_decisions(Fixture *fixture, gconstpointer data)
{
#define RULE(give) "release \"R\" { to any; for staff; give " give "; silent; because \"x\" }"
#define OURS(give)                                                                                 \
	"release \"R\" { to service \"" SP "\"; for staff; give " give "; because \"x\" }"
	static const struct {
		const char *before, *after, *policy, *want;
	} cases[] = {
		{"mail", "mail sn", RULE("requested"), "sn=held mail=given"},
		{"mail", "mail sn", RULE("mail, sn"), "sn=held mail=given"},
		{"mail", "mail sn", OURS("requested"), "sn=held mail=given"},
		{"mail", "mail sn", OURS("mail, sn"), "sn=given mail=given"},
		{"mail", "mail sn", RULE("requested; new asks pass"), "sn=given mail=given"},
		/* what is only newly required is given as before, but not as required */
		{"mail sn", "mail! sn", RULE("requested"), "sn=given mail=given"},
		{"mail sn", "mail! sn", RULE("mail"), "sn=no-rule mail=given"},
		{"mail sn", "mail! sn", RULE("required"), "sn=not-required mail=held"},
		{"mail sn", "mail! sn", RULE("mail if required"), "sn=no-rule mail=held"},
		{"mail sn", "mail! sn", OURS("mail if required"), "sn=no-rule mail=given"},
		{"mail sn", "mail! sn", RULE("required; new asks pass"),
		 "sn=not-required mail=given"},
		{"mail! sn", "mail sn", RULE("required"), "sn=not-required mail=not-required"},
		{NULL},
	};
	g_autoptr(Person) person = fixture_person("staff mail=a@skola.example sn=Ek");
	const Circumstances circumstances = {.today = FIXTURE_TODAY};

	for (gsize i = 0; cases[i].want; i++) {
		StoreCommit *forget = store_commit_new(NOW, NULL, NULL);
		g_autofree char *key = hold_key(PROTOCOL_SAML, false, SP);
		g_autoptr(EntitySet) before = set_of(cases[i].before);
		g_autoptr(EntitySet) after = set_of(cases[i].after);
		g_autoptr(GError) error = NULL;

		store_drop(forget, STORE_HOLD, key);
		g_assert_cmpint(write_down(fixture, forget), ==, STORE_OK);
		g_autoptr(Holds) first = load(fixture, before, false);
		g_autoptr(Holds) holds = load(fixture, after, false);
		entity_set_dress(after, holds_dress, holds);
		g_autoptr(Entity) entity = entity_set_find(after, SP, NOW);
		g_autoptr(Policy) policy = fixture_load(cases[i].policy, NULL, 0, &error);
		g_assert_no_error(error);
		g_autoptr(Decision) decision =
			policy_decide(policy, person, entity->service, &circumstances);
		g_autoptr(GString) got = g_string_new(NULL);
		for (guint j = 0; j < decision->rows->len; j++) {
			const DecisionRow *row = decision->rows->pdata[j];

			g_string_append_printf(got, "%s%s=%s", j ? " " : "", row->name,
					       reason_code_name(row->reason));
		}
		g_test_message("%s -> %s, %s", cases[i].before, cases[i].after, cases[i].policy);
		g_assert_cmpstr(got->str, ==, cases[i].want);
	}
}

/* ---- what a row takes ---- */

static void assert_same(const HoldRow *row)
{
	g_autoptr(GBytes) bytes = hold_row_to_bytes(row);
	g_autoptr(GError) error = NULL;
	g_autoptr(HoldRow) again = hold_row_from_bytes(bytes, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(g_bytes_get_size(bytes), <=, LIMIT_STORE_VALUE);
	g_autoptr(GBytes) twice = hold_row_to_bytes(again);
	g_assert_true(g_bytes_equal(bytes, twice));
}

/* A service that asks for more than anybody can keep: the attributes we know are kept whatever
 * else it writes, what does not fit is held, and stays so. */
static void test_too_much(Fixture *fixture, gconstpointer data)
{
	g_autoptr(Asked) asked = asked_new();
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *filling = g_strnfill(1000, 'x');
	size_t n;
	const Attribute *table = attribute_table(&n);

	asked->id = SP;
	for (guint i = 0; i < 10000; i++) {
		/* sorts before any real name */
		char *name = g_strdup_printf("!%u%s", i, i % 100 ? "" : filling);
		const AskedWish wish = {name, i % 2};

		g_ptr_array_add(names, name);
		g_array_append_val(asked->wishes, wish);
		if (i < 64)
			g_ptr_array_add(asked->categories, name);
	}
	for (size_t i = 0; i < n; i++) {
		const AskedWish wish = {table[i].saml, false};

		g_array_append_val(asked->wishes, wish);
	}
	g_autoptr(HoldRow) first = hold_row_next(NULL, PROTOCOL_SAML, false, asked, NOW);
	g_assert_true(first->is_cut && hold_row_is_held(first));
	for (size_t i = 0; i < n; i++)
		g_assert_false(hold_is_held(hold_find(first->asks, table[i].saml)));
	assert_same(first);
	g_autoptr(HoldRow) second = hold_row_next(first, PROTOCOL_SAML, false, asked, NOW + 1);
	g_autoptr(GBytes) one = hold_row_to_bytes(first), two = hold_row_to_bytes(second);
	g_assert_true(g_bytes_equal(one, two));
	for (guint i = 0; i < first->asks->len; i++)
		hold_pass(first->asks->pdata[i], names->pdata[0], NOW);
	assert_same(first);
}

/* 10,000 wishes, as far as metadata may have them, and every one of them new. */
static void test_many(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) words = g_string_new(NULL);

	for (guint i = 0; i < ENTITY_SERVICES_MAX; i++) {
		g_string_append(words, i ? " /" : "");
		for (guint j = 0; j < ENTITY_WISHES_MAX; j++)
			g_string_append_printf(words, " u:%u:%u", i, j);
	}
	g_autoptr(EntitySet) few = set_of("mail");
	g_autoptr(EntitySet) many = set_of(words->str + 1);
	g_autoptr(Holds) before = load(fixture, few, false);
	g_autoptr(Holds) after = load(fixture, many, false);
	gint64 begin = g_get_monotonic_time();
	entity_set_dress(many, holds_dress, after);
	g_test_message("%" G_GINT64_FORMAT " us", g_get_monotonic_time() - begin);
	g_autoptr(Entity) entity = entity_set_find(many, SP, NOW);
	for (guint i = 0; i < entity->wishes->len; i++) {
		const GPtrArray *wishes = ((EntityWish *)entity->wishes->pdata[i])->service->wishes;
		for (guint j = 0; j < wishes->len; j++)
			g_assert_true(((Wish *)wishes->pdata[j])->held);
	}
	/* what nobody has defined is nothing that could be given */
	g_assert_cmpuint(holds_count(after).services, ==, 1);
	g_assert_cmpuint(holds_count(after).asks, ==, 0);
}

/* ---- the store ---- */

static void test_conflict(Fixture *fixture, gconstpointer data)
{
	g_autoptr(EntitySet) set = set_of("mail sn");
	g_autoptr(GError) error = NULL;
	g_autoptr(Holds) one = holds_new(fixture->place, set, NULL, NOW, &error);
	g_autoptr(Holds) two = holds_new(fixture->place, set, NULL, NOW, &error);
	g_assert_no_error(error);
	g_assert_cmpint(write_down(fixture, holds_commit(one, NOW, NULL, NULL)), ==, STORE_OK);
	g_assert_cmpint(write_down(fixture, holds_commit(two, NOW, NULL, NULL)), ==,
			STORE_CONFLICT);
}

/* What cannot be read is not taken for nothing. */
static void test_damaged(Fixture *fixture, gconstpointer data)
{
	g_autoptr(EntitySet) set = set_of("mail");
	g_autoptr(GBytes) none = g_bytes_new_static("x", 1);
	g_autoptr(GError) error = NULL;
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	store_put_new(commit, STORE_HOLD, "saml2 other", NULL, none, STORE_NEVER);
	g_assert_cmpint(write_down(fixture, commit), ==, STORE_OK);
	g_assert_null(holds_new(fixture->place, set, NULL, NOW, &error));
	g_assert_error(error, STORE_ERROR, STORE_ERROR_CORRUPT);
	g_assert_nonnull(strstr(error->message, fixture->place));
}

/* No store yet, or one of before there were holds: everything is as if seen for the first time. */
static void test_absent(Fixture *fixture, gconstpointer data)
{
	g_autoptr(EntitySet) set = set_of("mail");
	g_autofree char *place = g_build_filename(fixture->folder, "none.db", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Holds) holds = holds_new(place, set, NULL, NOW, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(holds_count(holds).services, ==, 0);
	g_assert_false(g_file_test(place, G_FILE_TEST_EXISTS));
}

/* Of two states with something else held the names differ; since when is no matter. */
static void test_fingerprint(Fixture *fixture, gconstpointer data)
{
	g_autoptr(EntitySet) few = set_of("mail");
	g_autoptr(EntitySet) more = set_of("mail sn +u:a");
	g_autoptr(Holds) first = load(fixture, few, false);
	g_autoptr(Holds) then = load(fixture, more, true);
	fixture->now += 5;
	g_autoptr(Holds) later = load(fixture, more, false);
	decide(fixture, more, "sn", true);
	g_autoptr(Holds) passed = load(fixture, more, false);
	g_autofree char *a = holds_fingerprint(first), *b = holds_fingerprint(then);
	g_autofree char *c = holds_fingerprint(later), *d = holds_fingerprint(passed);
	g_assert_cmpstr(a, !=, b);
	g_assert_cmpstr(b, ==, c);
	g_assert_cmpstr(c, !=, d);
	g_assert_cmpuint(holds_count(later).asks, ==, 1);
	g_assert_cmpuint(holds_count(later).categories, ==, 1);
	g_autoptr(GPtrArray) rows = holds_list(passed);
	g_assert_cmpuint(rows->len, ==, 1);
	const HoldItem *sn = hold_find(((HoldRow *)rows->pdata[0])->asks, saml_of("sn"));
	g_assert_cmpstr(sn->account, ==, "anna");
	g_assert_cmpint(sn->since, ==, fixture->now);
}

#define ADD(name, test) g_test_add("/holds/" name, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	for (gsize i = 0; i < G_N_ELEMENTS(sequences); i++) {
		g_autofree char *dashed = g_strdelimit(g_strdup(sequences[i].name), " ", '-');
		g_autofree char *path = g_strconcat("/holds/sequence/", dashed, NULL);

		g_test_add(path, Fixture, GSIZE_TO_POINTER(i), set_up, test_sequence, tear_down);
	}
	ADD("decisions", test_decisions);
	ADD("too-much", test_too_much);
	ADD("many", test_many);
	ADD("conflict", test_conflict);
	ADD("damaged", test_damaged);
	ADD("absent", test_absent);
	ADD("fingerprint", test_fingerprint);
	return g_test_run();
}
