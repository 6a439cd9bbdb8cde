/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a school may define, and every mistake that is told. */
#include "idp/attribute-file.h"

#include "idp/limits.h"
#include "policy/facet.h"

#include <glib/gstdio.h>
#include <string.h>

#define CARD                                                                                       \
	"[libraryCard]\nsaml = https://bibblan.example/card\nclaim = library_card\nkind = code\n"  \
	"label-sv = lånekort\n"

/* Everything that can be said. */
static const char whole[] =
	"# the library's\n\n[libraryCard]\n"
	"saml = https://bibblan.example/card\n"
	"legacy = urn:bibblan:card; urn:bibblan:kort\n"
	"claim = library_card\n"
	"scope = library\n"
	"kind = code\n"
	"syntax = digits 6\n"
	"single = yes\n"
	"label-sv = lånekort\nlabel-en = library card\nlabel-fi = kirjastokortti\n"
	"plain-sv = Numret på ditt lånekort.\nplain-en = The number of your library card.\n"
	"plain-fi = Kirjastokorttisi numero.\n"
	"[schoolGroup]\nsaml=urn:x-skola:group\nclaim=school_group\nkind=study\nscoped=yes\n"
	"form = {unit}/{group}; {unit}-{kind}-{subject}-{group}\nlabel-sv=grupp\n"
	"  [sisSchoolCourseStudent]\n  form = {group}:{unit}\n";

static Registry *read_text(const char *text, GError **error)
{
	const AttributeFile file = {"a.attributes", text, strlen(text)};

	return attribute_files_read(&file, 1, error);
}

static void test_whole(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Registry) registry = read_text(whole, &error);
	const Attribute *card, *group, *course;

	g_assert_no_error(error);
	g_assert_cmpuint(registry_own(registry), ==, 3);
	card = registry_by_name(registry, "libraryCard");
	g_assert_cmpstr(card->saml, ==, "https://bibblan.example/card");
	g_assert_cmpstr(card->legacy[1], ==, "urn:bibblan:kort");
	g_assert_null(card->legacy[2]);
	g_assert_cmpstr(card->claim, ==, "library_card");
	g_assert_cmpstr(card->scope, ==, "library");
	g_assert_cmpint(card->kind, ==, KIND_CODE);
	g_assert_cmpint(card->sensitivity, ==, SENSITIVITY_PERSONAL);
	g_assert_cmpint(card->syntax, ==, SYNTAX_DIGITS);
	g_assert_cmpuint(card->length, ==, 6);
	g_assert_true(card->single && !card->scoped);
	g_assert_null(card->forms);
	g_assert_cmpstr(attribute_label(card, "fi"), ==, "kirjastokortti");
	g_assert_cmpstr(attribute_explanation(card, "en"), ==, "The number of your library card.");

	group = registry_by_name(registry, "schoolGroup");
	g_assert_true(group->scoped && !group->single);
	g_assert_true(facet_is(group, "1-class-MA-7", FACET_PART_SUBJECT, "MA"));
	g_assert_cmpstr(attribute_label(group, "en"), ==, "grupp");
	g_assert_null(attribute_explanation(group, "sv"));

	course = registry_by_name(registry, "sisSchoolCourseStudent");
	g_assert_true(course != attribute_by_name("sisSchoolCourseStudent"));
	g_assert_true(registry_by_saml(registry, "urn:oid:1.2.752.194.10.2.5") == course);
	g_assert_true(facet_is(course, "7A:12345678", FACET_PART_UNIT, "12345678"));
	g_assert_false(facet_can(course, FACET_PART_SUBJECT));
	g_assert_cmpstr(attribute_label(course, "sv"), ==, "grupper som elev");
}

/* The same again, by a reload or another huvudman, takes no room; a change does. */
static void test_again(void)
{
	g_autoptr(Registry) first = read_text(whole, NULL), second = read_text(whole, NULL);
	g_autoptr(Registry) other = NULL;
	size_t n, then;

	attribute_table(&n);
	g_assert_true(registry_by_name(first, "libraryCard") ==
		      registry_by_name(second, "libraryCard"));
	g_autoptr(GString) changed = g_string_new(whole);
	g_string_replace(changed, "digits 6", "digits 7", 0);
	other = read_text(changed->str, NULL);
	attribute_table(&then);
	g_assert_cmpuint(then, ==, n + 1);
	g_assert_true(registry_by_name(first, "libraryCard") !=
		      registry_by_name(other, "libraryCard"));
	g_assert_true(registry_by_name(first, "schoolGroup") ==
		      registry_by_name(other, "schoolGroup"));
}

static const struct {
	const char *text, *error;
} mistakes[] = {
	/* lines */
	{"x", "1:1: a line is 'key = value', '[attribute]' or '# comment'"},
	{"\n  saml = x", "2:3: the first line that is no comment must be an '[attribute]'"},
	{CARD "sampl = x", "6:1: an attribute has no 'sampl'; did you mean 'saml'?"},
	{CARD "zzzzzz = x", "6:1: an attribute has no 'zzzzzz'"},
	{CARD "claim = x", "6:1: 'claim' is said twice (first at line 3)"},
	{CARD "scope =", "6:1: 'scope' has no value; leave the line out instead"},
	{CARD "[LIBRARYcard]",
	 "6:1: [LIBRARYcard] is said twice (first at a.attributes:1); keep one"},

	/* names */
	{"[]", "1:1: '' is no name: a letter, then letters, digits and -, at most 64, all of them "
	       "ASCII"},
	{"[9a]", "1:1: '9a' is no name: *"},
	{"[lånekort]", "1:1: 'lånekort' is no name: *"},
	{"[library_card]", "1:1: 'library_card' is no name: *"},
	{"[a b]", "1:1: 'a b' is no name: *"},
	{"[release]", "1:1: 'release' is a word of the policy language; take another"},
	{"[contact]", "1:1: 'contact' is a word of the policy language; take another"},
	{"[MAIL]", "1:1: 'MAIL' would pass for mail; take another name"},
	/* the claim of another */
	{"[email]", "1:1: 'email' would pass for mail; take another name"},

	/* shipped ones */
	{"[mail]\nsaml = https://x.example", "2:1: mail is shipped, and its 'saml' is the same "
					     "everywhere; remove the line, or take another name"},
	{"[mail]\nform = {unit}",
	 "1:1: mail is shipped, and nothing can be said of it; take another name"},
	{"[sisSchoolGrade]\nform = {unit}",
	 "1:1: sisSchoolGrade is shipped, and nothing can be said of it; take another name"},
	{"[sisSchoolCourseTeacher]",
	 "1:1: [sisSchoolCourseTeacher] says nothing; write 'form', or remove it"},
	{"[sisSchoolCourseTeacher]\nform = {unit}\nkind = code",
	 "3:1: sisSchoolCourseTeacher is shipped, and its 'kind' is the same everywhere; *"},

	/* what is mandatory */
	{"[a]", "1:1: [a] lacks 'saml', the SAML Name"},
	{"[a]\nsaml = urn:x:a", "1:1: [a] lacks 'claim', the name of its OpenID Connect claim"},
	{"[a]\nsaml = urn:x:a\nclaim = a",
	 "1:1: [a] lacks 'kind'; write one of those that a policy can name after 'any', such as code"},
	{"[a]\nsaml = urn:x:a\nclaim = a\nkind = code",
	 "1:1: [a] lacks 'label-sv', what people are told it is, in Swedish"},

	/* names outside */
	{"[a]\nsaml = a",
	 "2:1: 'a' is no address or urn: of at most 256 ASCII characters; write one of "
	 "your own, such as https://skola.example/attribute/a"},
	{"[a]\nsaml = https://sköla.example",
	 "2:1: 'https://sköla.example' is no address or urn: *"},
	{"[a]\nsaml = urn:oid:0.9.2342.19200300.100.1.3",
	 "2:1: urn:oid:0.9.2342.19200300.100.1.3 would pass a off as mail; take another name"},
	{"[a]\nsaml = URN:OID:0.9.2342.19200300.100.1.3", "2:1: * would pass a off as mail; *"},
	{"[a]\nsaml = urn:mace:dir:attribute-def:mail", "2:1: * would pass a off as mail; *"},
	{"[a]\nsaml = urn:mace:dir:attribute-def:email", "2:1: * would pass a off as mail; *"},
	{"[a]\nsaml = https://id.oidc.se/claim/personalIdentityNumber",
	 "2:1: * would pass a off as personalIdentityNumber; *"},
	{"[a]\nsaml = urn:oasis:names:tc:SAML:attribute:x",
	 "2:1: * would pass a off as what the answer says of itself; take another name"},
	{"[a]\nsaml = urn:x:a\nlegacy = urn:mace:terena.org:attribute-def:schacGender",
	 "3:1: * would pass a off as schacGender; *"},
	{"[a]\nsaml = urn:x:a\nlegacy = ;", "3:1: there are 0 names; 1 to 8 can be said"},
	{"[a]\nsaml = urn:x:a\nclaim = sub",
	 "3:1: sub would pass a off as what the answer says of itself; take another name"},
	{"[a]\nsaml = urn:x:a\nclaim = EMAIL", "3:1: EMAIL would pass a off as mail; *"},
	{"[a]\nsaml = urn:x:a\nclaim = a b", "3:1: 'a b' is no claim; write such as library_card"},
	{"[a]\nsaml = urn:x:a\nclaim = å", "3:1: 'å' is no claim; write such as library_card"},
	{"[a]\nsaml = urn:x:a\nclaim = a\nscope = openid",
	 "4:1: 'openid' cannot be the scope that asks for it; write such as library"},
	{CARD "[zcard]\nsaml = HTTPS://bibblan.example/card",
	 "7:1: * would pass zcard off as libraryCard; *"},
	{CARD "[zcard]\nsaml = urn:z\nclaim = librarycard",
	 "8:1: * would pass zcard off as libraryCard; *"},

	/* kinds and syntax */
	{"[a]\nsaml = urn:x:a\nclaim = a\nkind = codes",
	 "4:1: no kind of attribute is called 'codes'; did you mean 'code'?"},
	{"[a]\nsaml = urn:x:a\nclaim = a\nkind = personal-number",
	 "4:1: personal numbers leave as norEduPersonNIN or personalIdentityNumber, which rules and "
	 "reports know, and as nothing else; use 'rename' *"},
	{CARD "scoped = true", "6:1: 'true' is neither yes nor no"},
	{CARD "single = 1", "6:1: '1' is neither yes nor no"},
	{CARD "syntax = digit", "6:1: no syntax is called 'digit'; did you mean 'digits'?"},
	{CARD "syntax = digits 65",
	 "6:1: 'digits 65' is no syntax; only digits have a number, of 1 to 64"},
	{CARD "syntax = text 4", "6:1: 'text 4' is no syntax; *"},
	{CARD "syntax = nin", "6:1: what looks like a personal number leaves as norEduPersonNIN or "
			      "personalIdentityNumber and as nothing else"},
	{CARD "syntax = subject-id",
	 "6:1: subject-id is what stands before a scope; write 'scoped = yes' too"},
	{CARD "syntax = mail\nscoped = yes",
	 "6:1: a scoped value has one @, and so has mail; remove one of the two"},
	{CARD "form = unit", "6:1: the form unit has no part; write such as {unit}/{group}"},
	{CARD "form = {unit}; {unitt}/x",
	 "6:1: the form {unitt}/x has a part that is not {unit}, *"},
	{CARD "form = ;;", "6:1: there are 0 forms; 1 to 8 can be said"},

	/* words */
	{CARD "label-en = a\u202e!", "6:1: holds a character that cannot be seen *"},
	{CARD "plain-sv = a\tb", "6:1: holds a control character"},
};

static void test_mistakes(void)
{
	size_t before, after;

	attribute_table(&before);
	for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *want = g_strconcat("a.attributes:", mistakes[i].error, NULL);
		Registry *registry = read_text(mistakes[i].text, &error);

		g_assert_null(registry);
		g_assert_true(error->domain == ATTRIBUTE_FILE_ERROR);
		if (!g_pattern_match_simple(want, error->message))
			g_error("%s, not %s", error->message, want);
	}
	/* and nothing of it was put into the table */
	attribute_table(&after);
	g_assert_cmpuint(before, ==, after);
}

static void test_limits(void)
{
	g_autofree char *name = g_strnfill(LIMIT_ATTRIBUTE_NAME + 1, 'a');
	g_autofree char *uri = g_strnfill(LIMIT_ATTRIBUTE_URI, 'a');
	g_autofree char *label = g_strnfill(LIMIT_ATTRIBUTE_LABEL + 1, 'a');
	g_autofree char *plain = g_strnfill(LIMIT_ATTRIBUTE_PLAIN + 1, 'a');
	g_autofree char *comment = g_strnfill(LIMIT_ATTRIBUTE_FILE + 1, '#');
	g_autofree char *many = g_strnfill(2 * (FACET_FORMS_MAX + 1), ';');
	for (gsize i = 0; many[i]; i += 2)
		many[i] = 'a';
	const struct {
		char *text;
		const char *error;
	} cases[] = {
		{g_strdup_printf("[%s]", name), "1:1: * is no name: *"},
		{g_strdup_printf("[a]\nsaml = urn:%s", uri), "2:1: * is no address or urn: *"},
		{g_strdup_printf(CARD "label-en = %s", label), "6:1: longer than 80 characters"},
		{g_strdup_printf(CARD "plain-sv = %s", plain), "6:1: longer than 300 characters"},
		{g_strdup_printf(CARD "form = %s", many),
		 "6:1: there are 9 forms; 1 to 8 can be said"},
		{g_strdup_printf(CARD "legacy = %s", many),
		 "6:1: there are 9 names; 1 to 8 can be said"},
		{g_steal_pointer(&comment), "1:1: over 128 KiB, or not UTF-8"},
		{g_strdup("[a]\n# \xff"), "1:1: over 128 KiB, or not UTF-8"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *want = g_strconcat("a.attributes:", cases[i].error, NULL);

		g_assert_null(read_text(cases[i].text, &error));
		if (!g_pattern_match_simple(want, error->message))
			g_error("%s, not %s", error->message, want);
		g_free(cases[i].text);
	}
}

static void test_two_files(void)
{
	static const char second[] = "[libraryCard]\nkind = code";
	const AttributeFile files[] = {{"b.attributes", CARD, strlen(CARD)},
				       {"c.attributes", second, strlen(second)}};
	g_autoptr(GError) error = NULL;

	g_assert_null(attribute_files_read(files, 2, &error));
	g_assert_cmpstr(error->message, ==,
			"c.attributes:1:1: [libraryCard] is said twice (first at b.attributes:1); "
			"keep one");
	g_autoptr(Registry) none = attribute_files_read(NULL, 0, NULL);
	g_assert_cmpuint(registry_own(none), ==, 0);
}

static void test_folder(void)
{
	g_autofree char *folder = g_dir_make_tmp("attributes-XXXXXX", NULL);
	g_autofree char *own = g_build_filename(folder, "norra", NULL);
	g_autofree char *shared = g_build_filename(folder, "a.attributes", NULL);
	g_autofree char *other = g_build_filename(folder, "a.attributes~", NULL);
	g_autofree char *norra = g_build_filename(own, "n.attributes", NULL);
	static const char extra[] = "[bus]\nsaml=urn:x:bus\nclaim=bus\nkind=code\nlabel-sv=buss";
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(g_mkdir(own, 0755), ==, 0);
	g_assert_true(g_file_set_contents(shared, CARD, -1, NULL));
	g_assert_true(g_file_set_contents(other, "x", -1, NULL));
	g_assert_true(g_file_set_contents(norra, extra, -1, NULL));
	g_autoptr(Registry) all = attribute_folder_read(folder, NULL, NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(registry_own(all), ==, 1);
	g_autoptr(Registry) theirs = attribute_folder_read(folder, "norra", sum, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(registry_own(theirs), ==, 2);
	g_assert_nonnull(registry_by_name(theirs, "bus"));
	g_assert_null(registry_by_name(all, "bus"));
	g_autoptr(Registry) none = attribute_folder_read("/nonexistent", "norra", NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(registry_own(none), ==, 0);

	g_assert_true(g_file_set_contents(norra, "[x", -1, NULL));
	g_assert_null(attribute_folder_read(folder, "norra", NULL, &error));
	g_assert_true(g_str_has_prefix(error->message, "norra/n.attributes:1:1: "));
	g_clear_error(&error);
	/* whoever may write it decides what leaves */
	g_assert_cmpint(g_chmod(shared, 0666), ==, 0);
	g_assert_null(attribute_folder_read(folder, NULL, NULL, &error));
	g_assert_nonnull(strstr(error->message, "chmod"));

	g_remove(shared);
	g_remove(other);
	g_remove(norra);
	g_rmdir(own);
	g_rmdir(folder);
}

/* Last, since nothing new can be read after it. */
static void test_full(void)
{
	g_autoptr(GError) error = NULL;

	for (unsigned i = 0; !error && i <= ATTRIBUTE_MAX; i++) {
		g_autofree char *text = g_strdup_printf(CARD "label-en = card %u", i);
		g_autoptr(Registry) registry = read_text(text, &error);
		g_assert_true((registry == NULL) == (error != NULL));
	}
	g_assert_error(error, ATTRIBUTE_FILE_ERROR, ATTRIBUTE_FILE_ERROR_FULL);
	g_assert_cmpstr(
		error->message, ==,
		"a.attributes:1:1: there is no more room for attributes that were defined or "
		"changed since the start; restart portvakt");
	/* what was there before goes on */
	g_autoptr(Registry) known = read_text(whole, NULL);
	g_assert_nonnull(known);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/attribute-file/whole", test_whole);
	g_test_add_func("/attribute-file/again", test_again);
	g_test_add_func("/attribute-file/mistakes", test_mistakes);
	g_test_add_func("/attribute-file/limits", test_limits);
	g_test_add_func("/attribute-file/two-files", test_two_files);
	g_test_add_func("/attribute-file/folder", test_folder);
	g_test_add_func("/attribute-file/zz-full", test_full);
	return g_test_run();
}
