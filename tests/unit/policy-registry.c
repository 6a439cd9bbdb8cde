/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a school defines besides: the table that grows, and who sees what of it. */
#include "policy/registry.h"

#include <string.h>

#include "policy/diff.h"
#include "policy/facet.h"
#include "policy/who.h"

static const AttributeWords words = {{"bibliotekskort", NULL, NULL}, {NULL, NULL, NULL}};

static const char *const legacy[] = {"urn:bibblan:card", NULL};

static Attribute card(const char *name)
{
	return (Attribute){.name = name,
			   .saml = "https://bibblan.example/attr/card",
			   .legacy = legacy,
			   .claim = "library_card",
			   .kind = KIND_CODE,
			   .sensitivity = SENSITIVITY_PERSONAL,
			   .syntax = SYNTAX_DIGITS,
			   .length = 6,
			   .words = &words};
}

/* What is added stays, equal ones are one, and nothing of it is what was passed. */
static void test_add(void)
{
	char name[] = "libraryCard";
	Attribute first = card(name), other = card("libraryCard");
	const Attribute *slot = attribute_add(&first);
	size_t n;

	memset(name, 'x', sizeof name - 1);
	g_assert_cmpstr(slot->name, ==, "libraryCard");
	g_assert_true(slot->words != &words);
	g_assert_cmpuint(attribute_index(slot), >=, attribute_shipped_count());
	g_assert_true(attribute_table(&n) + attribute_index(slot) == slot);
	g_assert_cmpuint(n, ==, attribute_index(slot) + 1);
	g_assert_true(attribute_add(&other) == slot);
	other.length = 7;
	g_assert_true(attribute_add(&other) != slot);
	/* shipped ones are found by name, others by the registry of their school alone */
	g_assert_null(attribute_by_name("libraryCard"));
	g_assert_null(attribute_by_saml("urn:bibblan:card"));
	g_assert_cmpstr(attribute_label(slot, "fi"), ==, "bibliotekskort");
	g_assert_null(attribute_explanation(slot, "sv"));
}

static void test_view(void)
{
	Attribute definition = card("libraryCard");
	Attribute form = *attribute_by_name("sisSchoolCourseStudent");
	const char *const forms[] = {"{group}:{unit}", NULL};
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, "https://ne.example");
	const Wish *wishes[3];

	form.forms = forms;
	const Attribute *added[] = {attribute_add(&definition), attribute_add(&form)};
	g_autoptr(Registry) registry = registry_new(added, 2);

	g_assert_cmpuint(registry_size(NULL), ==, attribute_shipped_count());
	g_assert_cmpuint(registry_size(registry), ==, attribute_shipped_count() + 1);
	g_assert_cmpuint(registry_own(registry), ==, 2);
	g_assert_true(registry_by_name(registry, "libraryCard") == added[0]);
	g_assert_true(registry_by_saml(registry, "https://bibblan.example/attr/card") == added[0]);
	g_assert_true(registry_by_saml(registry, "urn:bibblan:card") == added[0]);
	g_assert_true(registry_by_claim(registry, "library_card") == added[0]);
	g_assert_null(registry_by_name(NULL, "libraryCard"));
	g_assert_null(registry_by_saml(NULL, "urn:bibblan:card"));

	/* in the place of the shipped one, by all its names */
	g_assert_true(registry_by_name(registry, form.name) == added[1]);
	g_assert_true(registry_by_saml(registry, form.saml) == added[1]);
	g_assert_true(registry_by_saml(registry, form.legacy[0]) == added[1]);
	g_assert_true(registry_by_claim(registry, form.claim) == added[1]);
	g_assert_true(facet_is(added[1], "7A:12345678", FACET_PART_UNIT, "12345678"));
	g_assert_true(registry_by_name(registry, "mail") == attribute_by_name("mail"));
	for (unsigned i = 0; i < registry_size(registry); i++)
		g_assert_true(registry_by_name(registry, registry_get(registry, i)->name) ==
			      registry_get(registry, i));

	service_add_wish(service, "urn:bibblan:card", true);
	service_add_wish(service, form.saml, true);
	service_add_wish(service, "urn:x", true);
	for (unsigned i = 0; i < 3; i++)
		wishes[i] = service->wishes->pdata[i];
	g_assert_null(wishes[0]->attribute);
	g_assert_true(registry_wish(registry, wishes[0]) == added[0]);
	g_assert_null(registry_wish(NULL, wishes[0]));
	g_assert_true(registry_wish(registry, wishes[1]) == added[1]);
	g_assert_true(registry_wish(NULL, wishes[1]) == attribute_by_name(form.name));
	g_assert_null(registry_wish(registry, wishes[2]));
}

static char *decide(const char *text, Registry *registry, const Attribute *attribute)
{
	static const char *const scopes[] = {"skola.example", NULL};
	PolicySource source = {"t.policy", text, strlen(text)};
	PolicyContext context = {.scopes = scopes, .today = 20261105, .attributes = registry};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, "https://b.example");
	g_autoptr(Person) person = person_new("key");
	g_autoptr(Decision) decision = NULL;
	g_autoptr(GString) said = g_string_new(NULL);

	if (!policy)
		return g_strdelimit(g_strdup(error->message), "\n", '|');
	person->role = ROLE_STUDENT;
	person_add_value(person, attribute, "123456", -1);
	service_add_wish(service, "urn:bibblan:card", false);
	decision = policy_decide(policy, person, service, &(Circumstances){.today = context.today});
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		g_string_append_printf(said, "%s=%s", row->name, reason_code_name(row->reason));
	}
	return g_string_free(g_steal_pointer(&said), FALSE);
}

/* A policy speaks of what its school has, and knows who asks for that; another's does not. */
static void test_policy(void)
{
	static const char named[] = "policy 1\nrelease \"A\" { to any; for student; "
				    "give libraryCard; silent; because \"x\" }";
	static const char requested[] =
		"policy 1\nrelease \"A\" { to any; for student; give requested; silent; "
		"because \"x\" }\nservice B is \"https://b.example\"";
	static const char renamed[] =
		"policy 1\nservice B is \"https://b.example\" { rename mail to "
		"\"URN:bibblan:card\" }";
	static const char guessed[] = "policy 1\nrelease \"A\" { to any; for student; "
				      "give libraryCart; because \"x\" }";
	Attribute definition = card("libraryCard");
	const Attribute *own = attribute_add(&definition);
	g_autoptr(Registry) registry = registry_new(&own, 1);
	const struct {
		const char *text;
		Registry *registry;
		const char *want;
	} cases[] = {
		{named, registry, "libraryCard=given"},
		{named, NULL, "t.policy:2:41: no attribute is called 'libraryCard'*"},
		{requested, registry, "libraryCard=given"},
		{requested, NULL, "urn:bibblan:card=unknown-attribute"},
		{renamed, registry, "*would pass it off as libraryCard*"},
		{renamed, NULL, "urn:bibblan:card=unknown-attribute"},
		{guessed, registry, "*did you mean 'libraryCard'?*"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *said = decide(cases[i].text, cases[i].registry, own);

		if (!g_pattern_match_simple(cases[i].want, said))
			g_error("%s, not %s", said, cases[i].want);
	}
}

/* ---- proofs ---- */

#define END "; silent; because \"x\"; basis \"6.1 e\" }\n"
/* Which values of its own attribute a school gives away. */
#define GIVES(what)                                                                                \
	"policy 1\nservice B is \"https://b.example\" { asks libraryCard, libraryGroup }\n"        \
	"release \"A\" { to service B; for student; give " what END

static Registry *own_registry(void)
{
	static const char *const forms[] = {"{group}:{unit}", NULL};
	const Attribute definition = card("libraryCard");
	Attribute group = card("libraryGroup");
	const Attribute *added[2] = {attribute_add(&definition)};

	group.saml = "https://bibblan.example/attr/group";
	group.legacy = NULL;
	group.claim = "library_group";
	group.syntax = SYNTAX_TEXT;
	group.length = 0;
	group.forms = forms;
	added[1] = attribute_add(&group);
	return registry_new(added, 2);
}

static PolicyContext own_context(Registry *registry)
{
	static const char *const scopes[] = {"skola.example", NULL};

	return (PolicyContext){.scopes = scopes, .today = 20261105, .attributes = registry};
}

static Policy *load_own(const char *text, Registry *registry, GError **error)
{
	const PolicySource source = {"t.policy", text, strlen(text)};
	const PolicyContext context = own_context(registry);

	return policy_load(&source, 1, &context, error);
}

/* What is expected is proved over the values that rules tell apart of it. */
static void test_expect(void)
{
	static const struct {
		const char *text;
		const char *want; /* NULL: it holds */
	} cases[] = {
		{GIVES("libraryCard only \"111111\"") "expect student at B gets libraryCard only "
						      "\"111111\"",
		 NULL},
		{GIVES("libraryCard only \"111111\" or \"222222\"") "expect student at B gets libraryCard only \"111111\"",
		 "*libraryCard*\"222222\"*"},
		{GIVES("libraryCard only \"111111\"") "expect student at B gets libraryCard",
		 "*libraryCard*"},
		{GIVES("libraryCard") "expect student at B gets libraryCard only \"111111\"",
		 "*libraryCard*"},
		{GIVES("libraryCard") "never \"N\" { give libraryCard only \"222222\"; because "
				      "\"x\" }\nexpect student at B gets libraryCard",
		 "*libraryCard*\"222222\"*"},
		{GIVES("requested only \"111111\"") "expect student at B never gets libraryCard",
		 "*libraryCard*"},
		{GIVES("libraryGroup only unit \"12345678\"") "expect student at B gets libraryGroup only unit \"12345678\"",
		 NULL},
		{GIVES("libraryGroup only unit \"12345678\" or \"23456789\"") "expect student at B gets libraryGroup only unit \"12345678\"",
		 "*libraryGroup*"},
	};
	g_autoptr(Registry) registry = own_registry();

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = load_own(cases[i].text, registry, &error);

		if (!cases[i].want) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_null(policy);
		g_assert_error(error, POLICY_ERROR, POLICY_ERROR_EXPECT);
		if (!g_pattern_match_simple(cases[i].want, error->message))
			g_error("%s: %s", cases[i].text, error->message);
	}
}

/* Who gets it: an entry is there only for a value that no never takes. */
static void test_who(void)
{
	static const struct {
		const char *text;
		guint want;
	} cases[] = {
		{GIVES("libraryCard only \"111111\""), 1},
		{GIVES("libraryCard only \"111111\"") "never \"N\" { give libraryCard only \"222222\"; because \"x\" }",
		 1},
		{GIVES("libraryCard only \"111111\"") "never \"N\" { give libraryCard only \"111111\"; because \"x\" }",
		 0},
		{GIVES("requested only \"111111\""), 1},
	};
	g_autoptr(Registry) registry = own_registry();
	const PolicyContext context = own_context(registry);
	const Attribute *const asked[] = {registry_by_name(registry, "libraryCard"), NULL};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(asked); j++) {
			g_autoptr(GError) error = NULL;
			g_autoptr(Policy) policy = load_own(cases[i].text, registry, &error);
			g_autoptr(GPtrArray) entries = NULL;

			g_assert_no_error(error);
			entries = policy_who(policy, &context, asked[j], &error);
			g_assert_no_error(error);
			g_assert_cmpuint(entries->len, ==, cases[i].want);
		}
}

/* What changes is found value by value. */
static void test_diff(void)
{
	static const struct {
		const char *old, *new;
		const char *want; /* way, attribute and values; "": nothing changes */
	} cases[] = {
		{GIVES("libraryCard only \"111111\""), GIVES("libraryCard only \"111111\""), ""},
		{GIVES("libraryCard only \"111111\""),
		 GIVES("libraryCard only \"111111\" or \"222222\""),
		 "wider libraryCard \"222222\"\n"},
		{GIVES("libraryCard only \"111111\" or \"222222\""),
		 GIVES("libraryCard only \"111111\""), "narrower libraryCard \"222222\"\n"},
		{GIVES("libraryGroup only unit \"12345678\""),
		 GIVES("libraryGroup only unit \"12345678\" or \"23456789\""),
		 "wider libraryGroup*"},
	};
	g_autoptr(Registry) registry = own_registry();
	const PolicyContext context = own_context(registry);

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Policy) old = load_own(cases[i].old, registry, NULL);
		g_autoptr(Policy) new = load_own(cases[i].new, registry, NULL);
		g_autoptr(GPtrArray) entries = policy_diff(old, new, &context);
		g_autoptr(GString) said = g_string_new(NULL);

		for (guint j = 0; j < entries->len; j++) {
			const DiffEntry *entry = entries->pdata[j];

			g_string_append_printf(said, "%s %s %s\n",
					       entry->way == DIFF_WIDER      ? "wider"
					       : entry->way == DIFF_NARROWER ? "narrower"
									     : "other",
					       entry->attribute, entry->values);
		}
		if (!g_pattern_match_simple(cases[i].want, said->str))
			g_error("%s: %s", cases[i].new, said->str);
	}
}

#define THREADS 4

/* Several huvudmän that load at once, while others look. */
static gpointer add_many(gpointer data)
{
	for (unsigned i = 0; i < 20; i++) {
		g_autofree char *name = g_strdup_printf("thread%u", i);
		Attribute definition = card(name);
		const Attribute *slot = attribute_add(&definition);
		size_t n;
		const Attribute *table = attribute_table(&n);

		g_assert_cmpstr(slot->name, ==, name);
		for (size_t j = 0; j < n; j++)
			g_assert_nonnull(table[j].name);
	}
	return data;
}

static void test_threads(void)
{
	GThread *threads[THREADS];
	size_t before, after;

	attribute_table(&before);
	for (unsigned i = 0; i < THREADS; i++)
		threads[i] = g_thread_new("add", add_many, NULL);
	for (unsigned i = 0; i < THREADS; i++)
		g_thread_join(threads[i]);
	attribute_table(&after);
	g_assert_cmpuint(after, ==, before + 20);
}

/* Last, since nothing can be added after it. */
static void test_full(void)
{
	size_t n;

	for (unsigned i = 0; i < ATTRIBUTE_MAX; i++) {
		g_autofree char *name = g_strdup_printf("full%u", i);
		Attribute definition = card(name);
		attribute_table(&n);
		g_assert_true((attribute_add(&definition) == NULL) == (n == ATTRIBUTE_MAX));
	}
	g_assert_cmpuint(n, ==, ATTRIBUTE_MAX);
	Attribute known = card("libraryCard");
	g_assert_nonnull(attribute_add(&known));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/registry/add", test_add);
	g_test_add_func("/policy/registry/view", test_view);
	g_test_add_func("/policy/registry/policy", test_policy);
	g_test_add_func("/policy/registry/expect", test_expect);
	g_test_add_func("/policy/registry/who", test_who);
	g_test_add_func("/policy/registry/diff", test_diff);
	g_test_add_func("/policy/registry/threads", test_threads);
	g_test_add_func("/policy/registry/zz-full", test_full);
	return g_test_run();
}
