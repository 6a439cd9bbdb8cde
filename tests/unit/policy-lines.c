/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lines of a service that cannot stand: alone, beside each other, or about that service. */
#include "tests/unit/policy-cases.h"

/* A block about one service, on line 2, and one more about it on line 3. */
#define BLOCK(lines)     "\nservice \"x\" { " lines " }"
#define CLIENT(lines)    "\nservice client \"m\" { " lines " }"
#define BLOCKS(one, two) BLOCK(one) "\nservice \"x\" { " two " }"
#define NAMED(one, two)                                                                            \
	"service NE is \"x\", \"y\"\nservice NE { " one " }\nservice \"y\" { " two " }"

#define LONG_TEXT "0123456789012345678901234567890123456789012345678901234567890"

static const Case cases[] = {
	/* E9 E11: by what a service knows people */
	{"subject-of-what", "\nservice \"x\" { subject opaque }", "opaque",
	 "expected 'transient', 'pairwise' or 'from', not 'opaque'"},
	{"subject-from-nothing", "\nservice \"x\" { subject from maill }", "maill",
	 "no attribute is called 'maill'; did you mean 'mail'?"},
	{"subject-twice", "\nservice \"x\" { subject pairwise; subject pairwise }", "subject",
	 "'subject' is said twice in the block (first at line 2)"},
	{"subject-in-a-release", "\n" SAYS TO FOR GIVE "subject pairwise; " BECAUSE, "subject",
	 "expected a line of the release ('to', 'for', 'give' …), not 'subject'"},
	{"subject-format-without-quotes", "\nservice \"x\" { subject from mail format urn }", "urn",
	 "expected the URI of the format in quotes, not 'urn'"},
	{"subject-format-no-uri", "\nservice \"x\" { subject from mail format \"mail\" }",
	 "\"mail\"",
	 "\"mail\" is no format; it is a URI like "
	 "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
	{"subject-format-space", "\nservice \"x\" { subject from mail format \"urn:a b\" }",
	 "\"urn:a b\"",
	 "\"urn:a b\" is no format; it is a URI like "
	 "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
	{"subject-format-of-another",
	 "\nservice \"x\" { subject from mail format "
	 "\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\" }",
	 "\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\"",
	 "mail is no name of that format"},
	{"subject-format-of-an-entity",
	 "\nservice \"x\" { subject pairwise format "
	 "\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\" }",
	 "\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\"",
	 "pairwise-id is no name of that format"},
	{"transient-with-a-format", "\nservice \"x\" { subject transient format \"urn:x\" }",
	 "\"urn:x\"", "'subject transient' has a format of its own"},
	{"transient-also-attribute", "\nservice \"x\" { subject transient also attribute }", "also",
	 "'subject transient' is no attribute and cannot also be one"},
	{"subject-also-what", "\nservice \"x\" { subject pairwise also mail }", "mail",
	 "expected 'attribute', not 'mail'"},
	{"transient-client", "\nservice client \"m\" { subject transient }", "subject",
	 "client \"m\" cannot have 'subject transient', which only SAML knows"},
	{"two-subjects",
	 "service NE is \"x\" { subject pairwise }\nservice NE {\nsubject from mail }", "subject",
	 "service NE says 'subject from mail' here and 'subject pairwise' at t.policy:1"},
	{"two-subjects-of-an-id",
	 "\nservice \"x\" { subject pairwise }\nservice \"x\" { subject pairwise also attribute }",
	 "subject",
	 "service \"x\" says 'subject pairwise also attribute' here and 'subject pairwise' at "
	 "t.policy:2"},
	{"subject-that-nothing-gives",
	 "service NE is \"https://x\" {\nsubject from uid }\n" SAYS WHOLE, "subject",
	 "service NE can never answer a student: 'subject from uid', and no release gives uid"},
	{"subject-that-others-are-given",
	 "\nservice \"https://x\" { subject from uid }\n" SAYS TO "for staff; " GIVE BECAUSE
	 "\nrelease \"Y\" { to any; for teacher; give uid; " BECAUSE,
	 "subject",
	 "\"https://x\" can never answer a non-teaching member of staff: 'subject from uid', and "
	 "no release gives uid"},
	{"subject-that-a-never-takes",
	 "\nservice \"https://x\" { subject from uid }\n" SAYS TO FOR "give mail, uid; " BECAUSE
	 "\nnever \"N\" { give uid; because \"x\" }",
	 "subject",
	 "\"https://x\" can never answer a student: 'subject from uid', and Stopped by \"N\"."},
	{"subject-that-protected-are-not-given",
	 "\nservice \"https://x\" { subject from uid }\n" SAYS TO FOR "give uid; " BECAUSE
	 "\nrelease \"Y\" { to any; for protected student; approved by two; give login; " BECAUSE,
	 "subject",
	 "\"https://x\" can never answer a protected student: 'subject from uid', and no release "
	 "gives uid"},

	/* lines as such */
	{"line", BLOCK("ask mail"), "ask",
	 "expected a line of the service ('asks', 'subject', 'needs' …), not 'ask'; did you mean "
	 "'asks'?"},
	{"line-of-a-release", BLOCK("silent"), "silent",
	 "expected a line of the service ('asks', 'subject', 'needs' …), not 'silent'"},
	{"needs-what", BLOCK("needs"), "}", "expected the name of an attribute, not '}'"},
	{"needs-or", BLOCK("needs mail or sn, uid"), ",",
	 "expected the end of the line, not ',' (a comma before it?)"},
	{"needs-of-whom", BLOCK("needs mail of pupils"), "pupils",
	 "expected for whom: 'student', 'teacher', 'staff', 'guardian' or 'everyone', not "
	 "'pupils'; did you mean 'student'?"},
	{"needs-except", BLOCK("needs mail of staff except teacher"), "except",
	 "expected the end of the line, not 'except'"},
	{"demand-of-nobody", BLOCK("demand eid2"), "}", "expected 'of', not '}'"},
	{"demand-level", BLOCK("demand eid1 of staff"), "eid1",
	 "no level is called 'eid1'; did you mean 'eid2'?"},
	{"signal-level", BLOCK("signal edi3 as \"urn:x\""), "edi3",
	 "no level is called 'edi3'; did you mean 'eid3'?"},
	{"signal-is", BLOCK("signal eid3 is \"urn:x\""), "is",
	 "expected 'as', not 'is'; did you mean 'as'?"},
	{"signal-without-quotes", BLOCK("signal eid3 as loa3"), "loa3",
	 "expected the URI of the level in quotes, not 'loa3'"},
	{"rename-without-quotes", BLOCK("rename mail to m"), "m",
	 "expected the other name in quotes, not 'm'"},
	{"issuer-without-quotes", BLOCK("issuer idp"), "idp",
	 "expected an entityID of ours in quotes, not 'idp'"},
	{"scope-without-quotes", BLOCK("scope skola"), "skola",
	 "expected a domain of ours in quotes, not 'skola'"},
	{"start-without-quotes", BLOCK("start login"), "login",
	 "expected the address where login starts in quotes, not 'login'"},
	{"signal-no-uri", BLOCK("signal eid3 as \"loa3\""), "\"loa3\"",
	 "\"loa3\" is no level; it is a URI like http://id.elegnamnden.se/loa/1.0/loa3"},
	{"signal-twice", BLOCK("signal eid3 as \"urn:x\"; signal eid3 as \"urn:x\""), "signal",
	 "'signal eid3' is said twice in the block (first at line 2)"},
	{"rename-as", BLOCK("rename mail as \"m\""), "as", "expected 'to', not 'as'"},
	{"rename-without", BLOCK("rename mail to \"m\" without name"), "name",
	 "expected 'format', not 'name'"},
	{"rename-in", BLOCK("rename mail to \"m\" in ldap"), "ldap",
	 "expected 'saml' or 'oidc', not 'ldap'"},
	{"rename-twice", BLOCK("rename mail to \"m\" in saml; rename mail to \"m\""), "rename",
	 "'rename mail' is said twice in the block (first at line 2)"},
	{"rename-to-space", BLOCK("rename mail to \" \""), "\" \"", "\" \" is no name"},
	{"value-without-quotes", BLOCK("value mail lower"), "lower",
	 "expected a template like \"{unit}/{group}\", not 'lower'"},
	{"value-twice", BLOCK("value mail \"{value}\"; value mail \"{value}\""), "value",
	 "'value mail' is said twice in the block (first at line 2)"},
	{"lower-case-what", BLOCK("lower-case Mail"), "Mail",
	 "no attribute is called 'Mail'; did you mean 'mail'?"},
	{"lower-case-twice", BLOCK("lower-case mail\nlower-case mail"), "lower-case",
	 "'lower-case mail' is said twice in the block (first at line 2)"},
	{"guard", BLOCK("guard utf"), "utf", "expected 'ascii' or 'size', not 'utf'"},
	{"guard-ascii-twice", BLOCK("guard ascii; guard ascii"), "guard",
	 "'guard ascii' is said twice in the block (first at line 2)"},
	{"guard-size-twice", BLOCK("guard size 1 bytes; guard size 1 bytes"), "guard",
	 "'guard size' is said twice in the block (first at line 2)"},
	{"guard-size-range", BLOCK("guard size 1-2 bytes"), "1-2",
	 "expected a number of bytes, not '1-2'"},
	{"guard-size-nothing", BLOCK("guard size 0 bytes"), "0",
	 "a guard of 0 bytes; it is 1-10000000"},
	{"guard-size-too-large", BLOCK("guard size 10000001 bytes"), "10000001",
	 "a guard of 10000001 bytes; it is 1-10000000"},
	{"guard-size-unit", BLOCK("guard size 2 kb"), "kb", "expected 'bytes', not 'kb'"},
	{"issuer-no-uri", BLOCK("issuer \"idp\""), "\"idp\"",
	 "\"idp\" is no entityID; it is a URI like https://idp.skola.example/m365"},
	{"issuer-with-a-space", BLOCK("issuer \"https://i dp\""), "\"https://i dp\"",
	 "\"https://i dp\" is no entityID; it is a URI like https://idp.skola.example/m365"},
	{"issuer-twice", BLOCK("issuer \"urn:x\"; issuer \"urn:x\""), "issuer",
	 "'issuer' is said twice in the block (first at line 2)"},
	{"scope-of-others", BLOCK("scope \"other.se\""), "\"other.se\"",
	 "scope 'other.se' is not one of this huvudman's"},
	{"scope-in-capitals", BLOCK("scope \"Skola.example\""), "\"Skola.example\"",
	 "scope 'Skola.example' is not one of this huvudman's"},
	{"scope-twice", BLOCK("scope \"skola.example\"; scope \"skola.example\""), "scope",
	 "'scope' is said twice in the block (first at line 2)"},
	{"start-in-the-clear", BLOCK("start \"http://x\""), "\"http://x\"",
	 "\"http://x\" is no address; it is a URI like https://ne.example/login"},
	{"start-twice", BLOCK("start \"https://x\"; start \"https://x\""), "start",
	 "'start' is said twice in the block (first at line 2)"},
	{"sign", BLOCK("sign all"), "all", "expected 'response', 'assertion' or 'both', not 'all'"},
	{"sign-twice", BLOCK("sign both; sign both"), "sign",
	 "'sign' is said twice in the block (first at line 2)"},
	{"encrypt", BLOCK("encrypt when_possible"), "when_possible",
	 "expected 'always', 'never' or 'when-possible', not 'when_possible'; did you mean "
	 "'when-possible'?"},
	{"encrypt-twice", BLOCK("encrypt always; encrypt never"), "encrypt",
	 "'encrypt' is said twice in the block (first at line 2)"},
	{"requests", BLOCK("requests sign"), "sign",
	 "expected 'signed' or 'unsigned', not 'sign'; did you mean 'signed'?"},
	{"requests-twice", BLOCK("requests signed; requests unsigned"), "requests",
	 "'requests' is said twice in the block (first at line 2)"},

	/* E9: two blocks of one service */
	{"two-signals", BLOCKS("signal eid2 as \"urn:a\"", "signal eid2 as \"urn:b\""), "signal",
	 "service \"x\" says 'signal eid2 as \"urn:b\"' here and 'signal eid2 as \"urn:a\"' at "
	 "t.policy:2"},
	{"two-renames", BLOCKS("rename mail to \"a\"", "rename mail to \"b\""), "rename",
	 "service \"x\" says 'rename mail to \"b\"' here and 'rename mail to \"a\"' at t.policy:2"},
	{"two-renames-of-a-protocol",
	 BLOCKS("rename mail to \"a\" without format in saml", "rename mail to \"a\" in saml"),
	 "rename",
	 "service \"x\" says 'rename mail to \"a\" in saml' here and 'rename mail to \"a\" without "
	 "format in saml' at t.policy:2"},
	{"two-renames-in-all-and-one",
	 BLOCKS("rename mail to \"a\" in oidc", "rename mail to \"a\""), "rename",
	 "service \"x\" says 'rename mail to \"a\"' here and 'rename mail to \"a\" in oidc' at "
	 "t.policy:2"},
	{"two-values", BLOCKS("value mail \"{value}\"", "value mail \"{value}.\""), "value",
	 "service \"x\" says 'value mail \"{value}.\"' here and 'value mail \"{value}\"' at "
	 "t.policy:2"},
	{"two-sizes", BLOCKS("guard size 1 bytes", "guard size 2 bytes"), "guard",
	 "service \"x\" says 'guard size 2 bytes' here and 'guard size 1 bytes' at t.policy:2"},
	{"two-issuers", BLOCKS("issuer \"urn:a\"", "issuer \"urn:b\""), "issuer",
	 "service \"x\" says 'issuer \"urn:b\"' here and 'issuer \"urn:a\"' at t.policy:2"},
	{"two-scopes", BLOCKS("scope \"skola.example\"", "scope \"edu.sollunda.example\""), "scope",
	 "service \"x\" says 'scope \"edu.sollunda.example\"' here and 'scope \"skola.example\"' at "
	 "t.policy:2"},
	{"two-starts", BLOCKS("start \"https://a\"", "start \"https://b\""), "start",
	 "service \"x\" says 'start \"https://b\"' here and 'start \"https://a\"' at t.policy:2"},
	{"two-signs", BLOCKS("sign both", "sign response"), "sign",
	 "service \"x\" says 'sign response' here and 'sign both' at t.policy:2"},
	{"two-encrypts", BLOCKS("encrypt never", "encrypt when-possible"), "encrypt",
	 "service \"x\" says 'encrypt when-possible' here and 'encrypt never' at t.policy:2"},
	{"two-requests", BLOCKS("requests signed", "requests unsigned"), "requests",
	 "service \"x\" says 'requests unsigned' here and 'requests signed' at t.policy:2"},
	{"two-of-ids-of-a-name", NAMED("sign both", "sign assertion"), "sign",
	 "service NE says 'sign assertion' here and 'sign both' at t.policy:2"},
	{"two-of-a-client",
	 "\nservice client \"m\" { scope \"skola.example\" }\nservice client \"m\" { scope "
	 "\"edu.sollunda.example\" }",
	 "scope",
	 "client \"m\" says 'scope \"edu.sollunda.example\"' here and 'scope \"skola.example\"' at "
	 "t.policy:2"},

	/* E9: what an attribute is called */
	{"renamed-to-an-oid", BLOCK("rename givenName to \"urn:oid:0.9.2342.19200300.100.1.3\""),
	 "\"urn:oid:0.9.2342.19200300.100.1.3\"",
	 "renaming givenName to urn:oid:0.9.2342.19200300.100.1.3 would pass it off as mail"},
	{"renamed-to-an-oid-in-capitals",
	 BLOCK("rename givenName to \"URN:OID:0.9.2342.19200300.100.1.3\""),
	 "\"URN:OID:0.9.2342.19200300.100.1.3\"",
	 "renaming givenName to URN:OID:0.9.2342.19200300.100.1.3 would pass it off as mail"},
	{"renamed-to-a-bare-oid", BLOCK("rename givenName to \"0.9.2342.19200300.100.1.3\""),
	 "\"0.9.2342.19200300.100.1.3\"",
	 "renaming givenName to 0.9.2342.19200300.100.1.3 would pass it off as mail"},
	{"renamed-to-a-legacy-name",
	 BLOCK("rename uid to \"urn:mace:dir:attribute-def:eduPersonPrincipalName\""),
	 "\"urn:mace:dir:attribute-def:eduPersonPrincipalName\"",
	 "renaming uid to urn:mace:dir:attribute-def:eduPersonPrincipalName would pass it off as "
	 "eduPersonPrincipalName"},
	{"renamed-to-a-name", BLOCK("rename uid to \"norEduPersonNIN\" without format"),
	 "\"norEduPersonNIN\"",
	 "renaming uid to norEduPersonNIN would pass it off as norEduPersonNIN"},
	{"renamed-to-a-claim", BLOCK("rename uid to \"email\" in oidc"), "\"email\"",
	 "renaming uid to email would pass it off as mail"},
	{"renamed-to-a-claim-but-for-case", BLOCK("rename uid to \"eMail\""), "\"eMail\"",
	 "renaming uid to eMail would pass it off as mail"},
	{"renamed-to-a-claim-but-for-spaces", BLOCK("rename uid to \" email \""), "\" email \"",
	 "renaming uid to  email  would pass it off as mail"},
	{"renamed-to-a-claim-but-for-width",
	 BLOCK("rename uid to \"\xef\xbd\x8d"
	       "ail\""),
	 "\"\xef\xbd\x8d"
	 "ail\"",
	 "renaming uid to \xef\xbd\x8d"
	 "ail would pass it off as mail"},
	{"renamed-to-sub", BLOCK("rename uid to \"sub\""), "\"sub\"",
	 "renaming uid to sub would pass it off as what the answer says of itself"},
	{"renamed-to-email-verified", BLOCK("rename uid to \"email_verified\" in oidc"),
	 "\"email_verified\"",
	 "renaming uid to email_verified would pass it off as what the answer says of itself"},
	{"renamed-to-one", BLOCK("rename mail to \"post\"; rename uid to \"post\""), "rename",
	 "mail and uid are both renamed to \"post\""},
	{"renamed-to-one-but-for-case",
	 BLOCKS("rename mail to \"post\"", "rename uid to \"Post\" in saml"), "rename",
	 "mail and uid are both renamed to \"Post\""},

	/* E10 */
	{"template-part", BLOCK("value sisSchoolCourseStudent \"{unitt}\""), "\"{unitt}\"",
	 "template \"{unitt}\": no such part; sisSchoolCourseStudent has value, unit, group, kind, "
	 "subject, scope"},
	{"template-part-of-others", BLOCK("value mail \"{unit}\""), "\"{unit}\"",
	 "template \"{unit}\": no such part; mail has value"},
	{"template-other-attribute", BLOCK("value mail \"{givenName}\""), "\"{givenName}\"",
	 "template \"{givenName}\": no such part; mail has value"},
	{"template-empty-part", BLOCK("value mail \"{}\""), "\"{}\"",
	 "template \"{}\": no such part; mail has value"},
	{"template-open", BLOCK("value mail \"{value\""), "\"{value\"",
	 "template \"{value\": a { has no }"},
	{"template-in-template", BLOCK("value mail \"{{value}}\""), "\"{{value}}\"",
	 "template \"{{value}}\": a { has no }"},
	{"template-closed", BLOCK("value mail \"value}\""), "\"value}\"",
	 "template \"value}\": a } has no {"},
	{"template-constant", BLOCK("value mail \"a@b\""), "\"a@b\"",
	 "template \"a@b\" has no part of the value; write {value} where mail stands"},
	{"template-of-an-identifier", BLOCK("value eduPersonPrincipalName \"admin@{scope}\""),
	 "\"admin@{scope}\"",
	 "template \"admin@{scope}\" makes one of many persons: eduPersonPrincipalName must keep "
	 "{value}"},

	{"template-too-long", BLOCK("value mail \"" LONG_TEXT LONG_TEXT "{value}\""),
	 "\"" LONG_TEXT LONG_TEXT "{value}\"",
	 "template \"012345678901234567890123456789012345678901234567890123456789\" is longer than "
	 "128 bytes"},

	/* what only SAML knows */
	{"client-sign", CLIENT("sign both"), "sign",
	 "client \"m\" cannot have 'sign', which only SAML knows"},
	{"client-encrypt", CLIENT("encrypt always"), "encrypt",
	 "client \"m\" cannot have 'encrypt', which only SAML knows"},
	{"client-requests", CLIENT("requests signed"), "requests",
	 "client \"m\" cannot have 'requests', which only SAML knows"},
	{"clients-sign", "\nservice M is client \"m\", client \"n\" { sign both }", "sign",
	 "client \"m\" cannot have 'sign', which only SAML knows"},
};

static void test_allowed(void)
{
	static const char *const texts[] = {
		BLOCK("asks mail required, sn; needs mail or sn; needs sn of student in grade 1, staff;"
		      "demand eid2 of staff; demand two-factor of everyone in group rektorer;"
		      "signal eid2 as \"urn:a\"; signal eid3 as \"urn:a\";"
		      "rename mail to \"http://x/mail\"; rename sn to \"Last Name\" without format in "
		      "saml; rename sn to \"last\" in oidc; rename uid to \"urn:oid:"
		      "0.9.2342.19200300.100.1.1\"; rename displayName to \"name\";"
		      "value sisSchoolCourseStudent \"{unit}/{group}\"; value mail \"{value}\";"
		      "lower-case mail; lower-case sn; guard ascii; guard size 2048 bytes;"
		      "issuer \"https://idp.skola.example/x\"; scope \"skola.example\";"
		      "start \"https://x/start\"; sign assertion; encrypt when-possible; requests "
		      "unsigned"),
		BLOCKS("sign both; guard ascii; rename mail to \"a\"; value sn \"{value}\"; signal eid2 "
		       "as \"urn:a\"; lower-case sn; subject pairwise; asks pairwise-id",
		       "sign both; guard ascii; rename mail to \"a\"; value sn \"{value}\"; signal eid2 "
		       "as \"urn:a\"; lower-case sn; subject pairwise; needs sn; demand eid2 of staff") //
		"\nrelease \"X\" { to service \"x\"; for everyone; give pairwise-id; because \"x\" }",
		BLOCKS("rename mail to \"a\" in saml", "rename sn to \"a\" in oidc"),
		"\nservice M is client \"m\", \"urn:m\" { sign both; encrypt never }",
		"\nservice \"x\" { }\nservice client \"y\" { scope \"skola.example\" }\nservice \"x\" { "
		"scope \"edu.sollunda.example\" }",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(texts[i], NULL, 0, &error);

		g_assert_no_error(error);
	}
}

/* An entityID has at most 1024 characters. */
static void test_long_issuer(void)
{
	g_autofree char *fits = g_strnfill(1020, 'a'), *long_one = g_strnfill(1021, 'a');
	g_autofree char *good = g_strdup_printf(BLOCK("issuer \"urn:%s\""), fits);
	g_autofree char *bad = g_strdup_printf(BLOCK("issuer \"urn:%s\""), long_one);
	g_autoptr(Policy) policy = fixture_load(good, NULL, 0, NULL);
	g_autoptr(Policy) none = fixture_load(bad, NULL, 0, NULL);

	g_assert_nonnull(policy);
	g_assert_null(none);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	cases_add("/policy/lines", cases, G_N_ELEMENTS(cases));
	g_test_add_func("/policy/lines/allowed", test_allowed);
	g_test_add_func("/policy/lines/long-issuer", test_long_issuer);
	return g_test_run();
}
