/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* No Response mixes values of two roles of one human, whatever the directory holds: entries are
 * drawn at random, and all that a policy can give is given. */
#include "idp/masterdata/masterdata.h"
#include "idp/saml/response.h"
#include "idp/seal.h"
#include "metadata/xml/init.h"
#include "policy/policy.h"
#include "tests/unit/saml-fixture.h"

#include <string.h>

#define SERVICE "https://sp.example/shibboleth"
#define ACS     "https://sp.example/acs"
#define NOW     1795421730
#define TODAY   20261123
#define ENTRIES 2000

typedef struct {
	DirectoryEntry *entry;
	char *eppn[2]; /* as pupil, as staff */
	bool unreadable[2];
} Human;

/* What each role alone explains; the word before the dash is looked for in the other's Response. */
static const struct {
	const char *ldap, *value;
} own[] = {
	{"sisSchoolGrade", "pupilonly-9"},      {"sisSchoolCourseStudent", "pupilonly-9A"},
	{"pupilName", "pupilonly-name"},        {"mail", "pupilonly-mail@skola.example"},
	{"sisSchoolUnitCode", "pupilonly-1"},   {"staffUnit", "staffonly-2"},
	{"staffMail", "staffonly-mail@x"},      {"staffName", "staffonly-name"},
	{"title", "staffonly-title"},           {"sisSchoolCourseTeacher", "staffonly-1A"},
	{"employeeNumber", "staffonly-number"},
};
static const char *const common[] = {"givenName",
				     "sn",
				     "uid",
				     "eduPersonEntitlement",
				     "eduPersonUniqueId",
				     "isMemberOf",
				     "norEduPersonLIN",
				     "orgAffiliation",
				     "telephoneNumber",
				     "eduPersonOrcid"};

static TestKey *key;
static SamlIdentity identity;

static Masterdata *meaning(void)
{
	static const char *const lines[][2] = {
		{"sisSchoolUnitCode.staff", "staffUnit"},
		{"mail.staff", "staffMail"},
		{"displayName.student", "pupilName"},
		{"displayName.staff", "staffName"},
	};
	g_autoptr(MasterdataOptions) options = masterdata_options_new();
	g_autoptr(GError) error = NULL;
	options->name = g_strdup("main");
	options->student = g_strsplit("eduPersonAffiliation=student", ";", -1);
	options->staff = g_strsplit("eduPersonAffiliation=employee", ";", -1);
	options->protected_attribute = g_strdup("none");
	options->eppn_staff = g_strdup("staffPrincipalName");
	options->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
		g_hash_table_insert(options->attributes, g_strdup(lines[i][0]),
				    g_strdup(lines[i][1]));
	Masterdata *masterdata = masterdata_new(options, &error);
	g_assert_no_error(error);
	return masterdata;
}

/* Everything there is, asked for or not. */
static Policy *open_policy(void)
{
	g_autoptr(GString) text = g_string_new("policy 1\nrelease \"All\" { to service \"" SERVICE
					       "\"; for everyone; give login");
	static const char *const scopes[] = {"skola.example", NULL};
	const PolicyContext context = {.scopes = scopes, .today = TODAY};
	g_autoptr(GError) error = NULL;
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < n; i++)
		g_string_append_printf(text, ",\n%s unasked", table[i].name);
	g_string_append(text, "\nsilent; because \"x\" }\n");
	const PolicySource source = {"all.policy", text->str, text->len};
	Policy *policy = policy_load(&source, 1, &context, &error);
	g_assert_no_error(error);
	return policy;
}

/* A value that may hold the name of either role, inside other text and in capitals. */
static char *draw_value(GRand *random, const Human *human)
{
	static const char *const forms[] = {"%s", "urn:x:%s", "%s;x", "<%s>"};
	int which = g_rand_int_range(random, 0, 5);
	if (which > 1)
		return g_strdup(which == 2 ? ENTRY_UNREADABLE : "neutral@skola.example");
	g_autofree char *name = g_rand_boolean(random) ? g_ascii_strup(human->eppn[which], -1)
						       : g_strdup(human->eppn[which]);
	g_auto(GStrv) sides = g_strsplit(forms[g_rand_int_range(random, 0, 4)], "%s", 2);
	return g_strjoin(name, sides[0], sides[1], NULL);
}

static Human draw(GRand *random)
{
	static const char *const names[] = {"eduPersonPrincipalName", "staffPrincipalName"};
	static const char *const words[] = {"student", "employee", "staff", "faculty", "member"};
	Human human = {NULL};
	EntryDraft *entry = entry_draft_new();

	for (int r = 0; r < 2; r++) {
		human.eppn[r] =
			g_strdup_printf("%c%08x@skola.example", "ps"[r], g_rand_int(random));
		human.unreadable[r] = g_rand_int_range(random, 0, 6) == 0;
		entry_draft_add(entry, names[r], human.eppn[r], -1);
		if (human.unreadable[r])
			entry_draft_spoil(entry, names[r]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *scoped = g_strconcat(words[i], "@skola.example", NULL);
		if (i > 1 && g_rand_boolean(random))
			continue;
		entry_draft_add(entry, "eduPersonAffiliation", words[i], -1);
		entry_draft_add(entry, "eduPersonScopedAffiliation", scoped, -1);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
		if (g_rand_boolean(random))
			entry_draft_add(entry, own[i].ldap, own[i].value, -1);
	for (gsize i = 0; i < G_N_ELEMENTS(common); i++) {
		g_autofree char *value = draw_value(random, &human);
		if (g_rand_boolean(random))
			entry_draft_add(entry, common[i], value, -1);
	}
	human.entry = entry_draft_finish(entry, "uid=x", "key-1");
	return human;
}

/* The Response, in lower case, without what is random in it. */
static char *respond(const Decision *decision)
{
	Ask ask = {.service = (char *)(guintptr)SERVICE,
		   .request_id = (char *)(guintptr) "_request",
		   .return_url = (char *)(guintptr)ACS,
		   .consuming_index = -1};
	const Answer answer = {.ask = &ask, .decision = decision, .authenticated_at = NOW - 60};
	SamlStamp stamp;
	g_autoptr(GError) error = NULL;
	gsize length = 0;

	saml_stamp_draw(&stamp, NOW);
	g_autofree char *base64 = saml_response_login(&identity, &answer, &stamp, &error);
	g_assert_no_error(error);
	g_autofree guchar *xml = g_base64_decode(base64, &length);
	return g_ascii_strdown((char *)xml, (gssize)length);
}

static bool gives(const Decision *decision, const char *attribute, const char *value)
{
	const DecisionRow *row = decision_row(decision, attribute_by_name(attribute));
	for (guint i = 0; row && row->values && i < row->values->len; i++)
		if (g_ascii_strncasecmp(row->values->pdata[i], value, strlen(value)) == 0)
			return true;
	return false;
}

static void check(const Human *human, int r, const Decision *decision, unsigned *given)
{
	static const char *const words[2][4] = {{"student"}, {"employee", "staff", "faculty"}};
	static const char *const marks[] = {"pupilonly", "staffonly"};
	static const char *const attributes[] = {"eduPersonAffiliation",
						 "eduPersonScopedAffiliation"};
	g_autofree char *response = respond(decision);

	g_assert_null(strstr(response, marks[!r]));
	g_assert_null(strstr(response, human->eppn[!r]));
	for (unsigned w = 0; words[!r][w]; w++)
		for (unsigned a = 0; a < G_N_ELEMENTS(attributes); a++)
			g_assert_false(gives(decision, attributes[a], words[!r][w]));
	if (human->unreadable[!r])
		g_assert_null(strstr(response, "attributevalue"));
	else if (!human->unreadable[r])
		g_assert_nonnull(strstr(response, human->eppn[r]));
	*given += strstr(response, marks[r]) != NULL;
}

static void test_no_response_mixes(void)
{
	static const Role roles[] = {ROLE_STUDENT, ROLE_STAFF};
	g_autoptr(GRand) random = g_rand_new_with_seed((guint32)g_test_rand_int());
	g_autoptr(Masterdata) masterdata = meaning();
	g_autoptr(Policy) policy = open_policy();
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, SERVICE);
	unsigned given = 0;

	for (int i = 0; i < ENTRIES; i++) {
		Human human = draw(random);
		for (int r = 0; r < 2; r++) {
			g_autoptr(Person) person =
				masterdata_person(masterdata, human.entry, roles[r]);
			g_autoptr(Decision) decision = policy_decide(
				policy, person, service, &(Circumstances){.today = TODAY});
			g_assert_cmpint(decision->outcome, ==, OUTCOME_ANSWERED);
			check(&human, r, decision, &given);
		}
		entry_unref(human.entry);
		g_free(human.eppn[0]);
		g_free(human.eppn[1]);
	}
	/* what is a role's own does leave, most of the time */
	g_assert_cmpuint(given, >, ENTRIES);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_assert_true(xml_init(NULL));
	key = test_key_new("P-256");
	g_autoptr(XmlKey) signer = test_xml_key(key);
	g_autoptr(GPtrArray) certificates = g_ptr_array_new();
	g_ptr_array_add(certificates, key->der);
	identity = test_identity(signer, certificates);
	g_test_add_func("/two-roles/no-response-mixes", test_no_response_mixes);
	int status = g_test_run();
	test_key_free(key);
	return status;
}
