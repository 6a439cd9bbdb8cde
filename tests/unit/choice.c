/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The rows of what people were told and said. */
#include "idp/choice/choice.h"

#include <string.h>

#include "policy/policy.h"
#include "tests/unit/store-world.h"

#define NOW  1795421730
#define KEEP (396 * 86400)
#define ID   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ID2  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"

typedef struct {
	Service *service;
	Matter *matter;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
	const Purpose purpose = {"Lektion \"1\"", "Lesson"};

	f->service = service_new(PROTOCOL_SAML, "https://bok.example/sp");
	f->service->display_sv = g_strdup("Boken");
	f->service->display_en = g_strdup("The Book");
	f->matter = g_new0(Matter, 1);
	f->matter->asks = true;
	f->matter->id = g_strdup(ID);
	f->matter->id_en = g_strdup(ID);
	f->matter->service = f->service;
	f->matter->purposes = g_array_new(FALSE, FALSE, sizeof(Purpose));
	g_array_append_val(f->matter->purposes, purpose);
	f->matter->attributes = g_ptr_array_new();
	g_ptr_array_add(f->matter->attributes, (gpointer)(guintptr)attribute_by_name("mail"));
	f->matter->said = SAID_YES;
	f->matter->time = NOW;
	f->matter->lang = "sv";
	f->matter->agreed = NOW;
}

static void tear_down(Fixture *f, gconstpointer data)
{
	matter_free(f->matter);
	service_free(f->service);
}

static void remember(StoreWorld *world, const char *person, Role role, const Matter *matter)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	const ChoiceTime at = {NOW, KEEP};

	choice_remember(commit, person, role, matter, &at);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
}

static Said recall(StoreWorld *world, const char *person, Role role, const Matter *matter)
{
	Matter one = *matter;
	g_autoptr(GError) error = NULL;

	one.said = SAID_NOTHING;
	g_assert_true(choice_recall(world->reader, person, role, &one, NOW, &error));
	g_assert_no_error(error);
	g_assert_true(one.said == SAID_NOTHING || one.time == NOW);
	g_clear_pointer(&one.found, g_bytes_unref);
	return one.said;
}

static void test_list(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreWorld) world = store_world_new();
	g_autoptr(GPtrArray) none = choice_list(world->reader, "anna", NOW, NULL);
	Matter told = *f->matter;

	g_assert_cmpuint(none->len, ==, 0);
	told.asks = false;
	told.said = SAID_SEEN;
	told.agreed = 0;
	told.time = NOW + 5;
	remember(world, "anna", ROLE_STUDENT, f->matter);
	remember(world, "anna", ROLE_STUDENT, &told);
	remember(world, "bo", ROLE_STUDENT, f->matter);
	g_autoptr(GPtrArray) list = choice_list(world->reader, "anna", NOW, NULL);
	g_assert_cmpuint(list->len, ==, 2);
	const Choice *choice = list->pdata[1];
	g_assert_cmpint(((const Choice *)list->pdata[0])->said, ==, SAID_SEEN);
	g_assert_cmpstr(choice->id, ==, ID);
	g_assert_cmpint(choice->said, ==, SAID_YES);
	g_assert_cmpint(choice->role, ==, ROLE_STUDENT);
	g_assert_cmpint(choice->time, ==, NOW);
	g_assert_cmpint(choice->protocol, ==, PROTOCOL_SAML);
	g_assert_cmpstr(choice->service, ==, "https://bok.example/sp");
	g_assert_cmpstr(choice->name_sv, ==, "Boken");
	g_assert_cmpstr(choice->name_en, ==, "The Book");
	g_assert_cmpuint(choice->purposes_sv->len, ==, 1);
	g_assert_cmpstr(choice->purposes_sv->pdata[0], ==, "Lektion \"1\"");
	g_assert_cmpstr(choice->purposes_en->pdata[0], ==, "Lesson");
	g_assert_cmpuint(choice->attributes->len, ==, 1);
	g_assert_cmpstr(choice->attributes->pdata[0], ==, "mail");
}

/* Whose it is, as what, at which service, to what: each alone makes it another row. */
static void test_apart(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreWorld) world = store_world_new();
	Matter other = *f->matter;
	g_autoptr(Service) elsewhere = service_new(PROTOCOL_SAML, "https://bok.example/sp2");
	g_autoptr(Service) client = service_new(PROTOCOL_OIDC, "https://bok.example/sp");

	remember(world, "anna", ROLE_STUDENT, f->matter);
	g_assert_cmpint(recall(world, "anna", ROLE_STUDENT, f->matter), ==, SAID_YES);
	g_assert_cmpint(recall(world, "anna", ROLE_STAFF, f->matter), ==, SAID_NOTHING);
	g_assert_cmpint(recall(world, "ann", ROLE_STUDENT, f->matter), ==, SAID_NOTHING);
	g_assert_cmpint(recall(world, "anna saml", ROLE_STUDENT, f->matter), ==, SAID_NOTHING);
	other.service = elsewhere;
	g_assert_cmpint(recall(world, "anna", ROLE_STUDENT, &other), ==, SAID_NOTHING);
	other.service = client;
	g_assert_cmpint(recall(world, "anna", ROLE_STUDENT, &other), ==, SAID_NOTHING);
	other = *f->matter;
	other.asks = false;
	g_assert_cmpint(recall(world, "anna", ROLE_STUDENT, &other), ==, SAID_NOTHING);
	other = *f->matter;
	other.id = (char *)(guintptr)ID2;
	other.id_en = other.id;
	g_assert_cmpint(recall(world, "anna", ROLE_STUDENT, &other), ==, SAID_NOTHING);
}

/* The longest that a policy can make of a matter fits into a row. */
static void test_longest(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreWorld) world = store_world_new();
	g_autofree char *long_name = g_strnfill(100000, 'n');
	g_autofree char *text = g_strnfill(POLICY_LINE_MAX, 'x');
	const Purpose purpose = {text, text};
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < n; i++)
		g_ptr_array_add(f->matter->attributes, (gpointer)(guintptr)&table[i]);
	for (unsigned i = 0; i < 64; i++)
		g_array_append_val(f->matter->purposes, purpose);
	/* cut where a character ends */
	f->service->display_sv =
		(g_free(f->service->display_sv), g_strconcat("å", long_name, NULL));
	f->service->display_en = (g_free(f->service->display_en), g_strdup(long_name));
	remember(world, "anna", ROLE_STUDENT, f->matter);
	g_autoptr(GPtrArray) list = choice_list(world->reader, "anna", NOW, NULL);
	const Choice *choice = list->pdata[0];
	g_assert_cmpuint(strlen(choice->name_sv), ==, CHOICE_NAME_MAX);
	g_assert_true(g_utf8_validate(choice->name_sv, -1, NULL));
	g_assert_cmpuint(choice->purposes_sv->len, >=, 1);
	g_assert_cmpuint(choice->attributes->len, ==, n + 1);
	g_assert_cmpint(recall(world, "anna", ROLE_STUDENT, f->matter), ==, SAID_YES);
}

/* ---- bytes ---- */

static GBytes *packed(const char *type, const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) row = g_variant_parse(G_VARIANT_TYPE(type), text, NULL, NULL, &error);

	g_assert_no_error(error);
	return g_variant_get_data_as_bytes(row);
}

#define HEAD(form, said, role, protocol, id, service)                                              \
	"(1795421730, " form ", " said ", " role ", " protocol ", '" id "', '" service "', "       \
	"'Boken', 'The Book', ['mail'], "
#define WHY              "[('Lektion', 'Lesson')])"
#define WHY2             "[('Lektion', 'Lesson')], "
#define SAYS(said, more) HEAD("2", said, "1", "1", ID, "s") WHY2 more ")"

static const struct {
	const char *name, *text;
	bool sound;
} rows_1[] =
	{
		{"seen", HEAD("1", "1", "1", "1", ID, "s") WHY, true},
		{"yes", HEAD("1", "2", "2", "2", ID, "s") WHY, true},
		{"no", HEAD("1", "3", "4", "1", ID, "s") WHY, true},
		{"form-0", HEAD("0", "2", "1", "1", ID, "s") WHY, false},
		{"form-2", HEAD("2", "2", "1", "1", ID, "s") WHY, false},
		{"form-3", HEAD("3", "2", "1", "1", ID, "s") WHY, false},
		{"nothing-said", HEAD("1", "0", "1", "1", ID, "s") WHY, false},
		{"lapsed", HEAD("1", "4", "1", "1", ID, "s") WHY, false},
		{"no-role", HEAD("1", "2", "0", "1", ID, "s") WHY, false},
		{"two-roles", HEAD("1", "2", "3", "1", ID, "s") WHY, false},
		{"protocol-0", HEAD("1", "2", "1", "0", ID, "s") WHY, false},
		{"protocol-3", HEAD("1", "2", "1", "3", ID, "s") WHY, false},
		{"no-id", HEAD("1", "2", "1", "1", "", "s") WHY, false},
		{"id-short", HEAD("1", "2", "1", "1", "AAAA", "s") WHY, false},
		{"id-long", HEAD("1", "2", "1", "1", ID "AAAA", "s") WHY, false},
		{"id-markup", HEAD("1", "2", "1", "1", "\"><script>", "s") WHY, false},
		{"no-service", HEAD("1", "2", "1", "1", ID, "") WHY, false},
		{"no-purpose", HEAD("1", "2", "1", "1", ID, "s") "[])", false},
},
  rows_2[] = {
	  {"seen", SAYS("1", "'', false, 'sv', 0, ''"), true},
	  {"yes", SAYS("2", "'Brev', true, 'en', 1795421730, ''"), true},
	  {"no", SAYS("3", "'Brev', true, 'sv', 0, ''"), true},
	  {"no-after-a-yes", SAYS("3", "'Brev', true, 'sv', 1795421000, ''"), true},
	  {"lapsed", SAYS("4", "'Brev', true, 'sv', 1795421000, ''"), true},
	  {"withdrawn", SAYS("4", "'Brev', true, 'sv', 1795421000, 'anna'"), true},
	  {"said-5", SAYS("5", "'Brev', true, 'sv', 1795421000, ''"), false},
	  {"a-yes-of-another-time", SAYS("2", "'Brev', true, 'sv', 1795421000, ''"), false},
	  {"a-yes-that-somebody-withdrew", SAYS("2", "'Brev', true, 'sv', 1795421730, 'anna'"),
	   false},
	  {"lapsed-without-a-yes", SAYS("4", "'Brev', true, 'sv', 0, ''"), false},
	  {"seen-and-agreed", SAYS("1", "'', false, 'sv', 1795421000, ''"), false},
	  {"a-language-that-is-none", SAYS("2", "'Brev', true, 'fi', 1795421730, ''"), false},
	  {"before-1970", SAYS("3", "'Brev', true, 'sv', -1, ''"), false},
	  {"form-1", HEAD("1", "3", "1", "1", ID, "s") WHY2 "'Brev', true, 'sv', 0, '')", false},
};

static void assert_bytes(const char *type, const char *name, const char *text, bool sound)
{
	g_autoptr(GBytes) bytes = packed(type, text);
	g_autoptr(GError) error = NULL;
	g_autoptr(Choice) choice = choice_from_bytes(bytes, &error);

	g_test_message("%s %s", type, name);
	g_assert_true((choice != NULL) == sound);
	if (!choice) {
		g_assert_error(error, STORE_ERROR, STORE_ERROR_CORRUPT);
		return;
	}
	g_assert_true(g_bytes_equal(bytes, choice->found));
	g_autoptr(GBytes) again = choice_to_bytes(choice);
	g_autoptr(Choice) second = choice_from_bytes(again, &error);
	g_assert_no_error(error);
	g_assert_cmpint(second->said, ==, choice->said);
	g_assert_cmpint(second->time, ==, choice->time);
	g_assert_cmpint(second->agreed, ==, choice->agreed);
	g_assert_cmpstr(second->by, ==, choice->by);
}

static void test_bytes(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(rows_1); i++)
		assert_bytes("(xyyyyssssasa(ss))", rows_1[i].name, rows_1[i].text, rows_1[i].sound);
	for (unsigned i = 0; i < G_N_ELEMENTS(rows_2); i++)
		assert_bytes("(xyyyyssssasa(ss)sbsxs)", rows_2[i].name, rows_2[i].text,
			     rows_2[i].sound);
}

static Choice *only_choice(StoreWorld *world)
{
	g_autoptr(GPtrArray) list = choice_list(world->reader, "anna", NOW, NULL);

	g_assert_cmpuint(list->len, ==, 1);
	return g_ptr_array_steal_index(list, 0);
}

/* A yes leaves its trace until it is swept, whatever ended it. */
static void test_trace(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreWorld) world = store_world_new();
	const ChoiceTime at = {NOW + 5, KEEP};

	f->matter->title = "Brev";
	f->matter->is_consent = true;
	f->matter->agreed = NOW;
	remember(world, "anna", ROLE_STUDENT, f->matter);
	g_autoptr(Choice) yes = only_choice(world);
	g_assert_cmpstr(yes->title, ==, "Brev");
	g_assert_cmpstr(yes->lang, ==, "sv");
	g_assert_true(yes->is_consent && yes->agreed == NOW);
	g_test_message("withdrawn by an admin, it is as if nothing were said");
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	choice_withdraw(commit, "anna", yes, "eva", &at);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	g_assert_cmpint(recall(world, "anna", ROLE_STUDENT, f->matter), ==, SAID_NOTHING);
	g_autoptr(Choice) withdrawn = only_choice(world);
	g_assert_cmpint(withdrawn->said, ==, SAID_LAPSED);
	g_assert_cmpint(withdrawn->time, ==, NOW + 5);
	g_assert_cmpint(withdrawn->agreed, ==, NOW);
	g_assert_cmpstr(withdrawn->by, ==, "eva");
	g_test_message("once");
	commit = store_commit_new(NOW, NULL, NULL);
	choice_withdraw(commit, "anna", yes, "eva", &at);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_CONFLICT);
	g_test_message("a no after it says when the yes was");
	Matter no = *f->matter;
	no.said = SAID_NO;
	no.agreed = 0;
	g_autoptr(GError) error = NULL;
	g_assert_true(choice_recall(world->reader, "anna", ROLE_STUDENT, &no, NOW, &error));
	g_assert_cmpint(no.agreed, ==, NOW);
	no.said = SAID_NO;
	remember(world, "anna", ROLE_STUDENT, &no);
	g_autoptr(Choice) declined = only_choice(world);
	g_assert_cmpint(declined->said, ==, SAID_NO);
	g_assert_cmpint(declined->agreed, ==, NOW);
	g_assert_cmpstr(declined->by, ==, "");
	g_clear_pointer(&no.found, g_bytes_unref);
}

/* A damaged row is never taken for no answer, nor for a yes. */
static void test_damaged(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreWorld) world = store_world_new();
	g_autoptr(GBytes) junk = g_bytes_new_static("junk", 4);
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GError) error = NULL, listed = NULL;
	g_autofree char *key =
		g_strdup_printf("student 4 anna saml ask %s %s", f->matter->id, f->service->id);

	store_put(commit, STORE_CHOICE, key, "anna", junk, STORE_NEVER);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	f->matter->said = SAID_NOTHING;
	g_assert_false(choice_recall(world->reader, "anna", ROLE_STUDENT, f->matter, NOW, &error));
	g_assert_error(error, STORE_ERROR, STORE_ERROR_CORRUPT);
	g_assert_cmpint(f->matter->said, ==, SAID_NOTHING);
	g_assert_null(choice_list(world->reader, "anna", NOW, &listed));
	g_assert_error(listed, STORE_ERROR, STORE_ERROR_CORRUPT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add("/choice/list", Fixture, NULL, set_up, test_list, tear_down);
	g_test_add("/choice/apart", Fixture, NULL, set_up, test_apart, tear_down);
	g_test_add("/choice/longest", Fixture, NULL, set_up, test_longest, tear_down);
	g_test_add_func("/choice/bytes", test_bytes);
	g_test_add("/choice/trace", Fixture, NULL, set_up, test_trace, tear_down);
	g_test_add("/choice/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
	return g_test_run();
}
