/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Broken policies: each is refused, and says where and what was probably meant. */
#include "tests/unit/policy-cases.h"

static const Case cases[] = {
	/* E1: names that nobody has given */
	{"attribute", "\n" SAYS TO FOR "give afiliation; " BECAUSE, "afiliation",
	 "no attribute is called 'afiliation'; did you mean 'eduPersonScopedAffiliation'?"},
	{"attribute-case", "\n" SAYS TO FOR "give Mail; " BECAUSE, "Mail",
	 "no attribute is called 'Mail'; did you mean 'mail'?"},
	{"attribute-nickname", "\n" SAYS TO FOR "give ePPN; " BECAUSE, "ePPN",
	 "no attribute is called 'ePPN'; did you mean 'eduPersonPrincipalName'?"},
	{"attribute-nothing-like-it", "\n" SAYS TO FOR "give skostorlek; " BECAUSE, "skostorlek",
	 "no attribute is called 'skostorlek'"},
	{"kind", "\n never \"N\" { give any persnal-number; because \"x\" }", "persnal-number",
	 "no kind of attribute is called 'persnal-number'; did you mean 'personal-number'?"},
	{"service", "service NE is \"https://ne\"\n" SAYS "to service Ne; " REST, "Ne",
	 "no service is called 'Ne'; did you mean 'NE'?"},
	{"service-unknown", "\n" SAYS "to service Quizly; " REST, "Quizly",
	 "no service is called 'Quizly'"},
	{"service-block-of-nothing", "\nservice NE { asks mail }", "NE",
	 "no service is called 'NE'"},
	{"tag", "tag egna { \"https://x\" }\n" SAYS "to tag egan; " REST, "egan",
	 "no tag is called 'egan'; did you mean 'egna'?"},
	{"category", "\n" SAYS "to category personalised; " REST, "personalised",
	 "no category is called 'personalised'; did you mean 'personalized'?"},
	{"clause", "\n" SAYS "too service NE; " REST, "too",
	 "expected a line of the release ('to', 'for', 'give' …), not 'too'; did you mean "
	 "'to'?"},
	{"people", "\n" SAYS TO "for students; " GIVE BECAUSE, "students",
	 "expected for whom: 'student', 'teacher', 'staff', 'guardian' or 'everyone', not "
	 "'students'; did you mean 'student'?"},
	{"people-marked-twice",
	 "\n" SAYS TO "approved by two; for protected test student; " GIVE BECAUSE, "test",
	 "expected for whom: 'student', 'teacher', 'staff', 'guardian' or 'everyone', not 'test'"},
	{"rule", "\nrelaese \"X\" { " WHOLE, "relaese",
	 "expected a rule ('release', 'never', 'service', 'tag' or 'expect'), not 'relaese'; "
	 "did you mean 'release'?"},
	{"target", "\n" SAYS "to NE; " REST, "NE",
	 "expected whom: 'service', 'client', 'tag', 'category', 'registered-by', 'federation', "
	 "'protocol' or 'any', not 'NE'; did you mean 'service NE'?"},
	{"protocol", "\n" SAYS "to protocol smal; " REST, "smal",
	 "expected 'saml' or 'oidc', not 'smal'; did you mean 'saml'?"},

	/* E2: shape */
	{"unclosed-block", "\nrelease \"Läromedel\" {\n to any\n for student", "release",
	 "'release \"Läromedel\"' opened here is not closed with '}'"},
	{"unclosed-before-the-next", "\nnever \"N\" { give mail; because \"x\"\n\n" SAYS WHOLE,
	 "never", "'never \"N\"' opened here is not closed with '}'"},
	{"unclosed-service", "service NE is \"x\"\nservice NE {\n asks mail\n expect", "service",
	 "'service NE' opened here is not closed with '}'"},
	{"unclosed-tag", "\ntag t {\n \"x\"", "tag", "'tag t' opened here is not closed with '}'"},
	{"unclosed-tag-after-a-comma", "\ntag t { \"x\",\n", "tag",
	 "'tag t' opened here is not closed with '}'"},
	{"unclosed-tag-before-the-next", "\ntag t { \"x\",\nnever \"N\" {", "tag",
	 "'tag t' opened here is not closed with '}'"},
	{"tag-without-comma", "\ntag t { \"x\" \"y\" }", "\"y\"",
	 "expected a comma or '}', not \"y\""},
	{"empty-tag", "\ntag t { }", "}",
	 "expected the name of a service, or its entityID in quotes, not '}'"},
	{"unclosed-quote", "\n" SAYS "to service \"https://x\n}", "\"",
	 "this text has no closing quote"},
	{"unclosed-quote-at-the-end", "\nservice NE is \"x\\\"", "\"",
	 "this text has no closing quote"},
	{"empty-text", "\nservice NE is \"\"", "\"\"", "this text is empty"},
	{"escape", "\nservice NE is \"a\\n\"", "\\",
	 "in a text \\ stands only before \" or another \\"},
	{"missing-comma", "\n" SAYS TO FOR "give sn mail; " BECAUSE, "mail",
	 "expected the end of the line, not 'mail' (a comma before it?)"},
	{"missing-comma-on-a-line", "\n" SAYS TO FOR "give sn\nmail; " BECAUSE, "mail",
	 "expected a line of the release ('to', 'for', 'give' …), not 'mail'"},
	{"two-rules-on-a-line", "\nservice NE is \"x\" service N2 is \"y\"", "service",
	 "expected the end of the line, not 'service'"},
	{"stray-brace", "\n}", "}",
	 "expected a rule ('release', 'never', 'service', 'tag' or 'expect'), not '}'"},
	{"stray-character", "\n" SAYS "to any = service; " REST, "=",
	 "'=' has no meaning here; texts stand in quotes \"…\""},
	{"unquoted-uri", "\n" SAYS "to service https://x; " REST, ":",
	 "':' has no meaning here; texts stand in quotes \"…\""},
	{"word-of-other-letters", "\nservice \xd0\x95\xd0\x90 is \"x\"", "\xd0\x95",
	 "'\xd0\x95' has no meaning here; texts stand in quotes \"…\""},
	{"title-without-quotes", "\nrelease Läromedel { " WHOLE, "Läromedel",
	 "expected a title in quotes, not 'Läromedel'"},
	{"nothing-after-comma", "\n" SAYS TO FOR "give mail, ; " BECAUSE, ";",
	 "expected the name of an attribute, not ';'"},
	{"word-of-the-language-as-attribute", "\n" SAYS TO FOR "give student; " BECAUSE, "student",
	 "expected the name of an attribute, not 'student'"},
	{"word-of-the-language-as-name", "\nservice release is \"x\"", "release",
	 "expected a name for the service, or its entityID in quotes, but 'release' is a "
	 "word of the language and names nothing"},
	{"later-word-as-name", "\ntag group { \"x\" }", "group",
	 "expected a name for the tag, but 'group' is a word of the language and names "
	 "nothing"},
	{"or-service", "\n" SAYS "to service \"x\" or service \"y\"; " REST, "service",
	 "expected the name of a service, or its entityID in quotes, but 'service' is a "
	 "word of the language and names nothing"},
	{"except-twice", "\n" SAYS "to any except service \"x\" except service \"y\"; " REST,
	 "except", "expected the end of the line, not 'except'"},
	{"number-word", "\n" SAYS TO "for student; from 9b; " GIVE BECAUSE, "9b",
	 "'9b' is neither a word, a number nor a day (a day is written 2027-06-30)"},
	{"date-in-quotes", "\n" SAYS TO "for student; from \"2027-06-30\"; " GIVE BECAUSE,
	 "\"2027-06-30\"", "expected a day, written like 2027-06-30, not \"2027-06-30\""},
	{"if-what", "\n" SAYS TO FOR "give mail if requested; " BECAUSE, "requested",
	 "expected 'required', not 'requested'; did you mean 'required'?"},
	{"anything-in-a-release", "\n" SAYS TO FOR "give anything; " BECAUSE, "anything",
	 "a release names what it gives, or says 'requested' for what the service asks for"},
	{"any-kind-in-a-release", "\n" SAYS TO FOR "give any contact; " BECAUSE, "any",
	 "a release names what it gives, or says 'requested' for what the service asks for"},
	{"bad-because-language", "\n" SAYS TO FOR GIVE "silent; because Svenska \"x\" }", "Svenska",
	 "expected a text in quotes, after a language (sv, en) or none, not 'Svenska'"},

	{"the-end-of-the-file", "\n" SAYS "give mail,", "",
	 "expected the name of an attribute, not the end of the file"},
	{"kind-without-a-name", "\n never \"N\" { give any, mail; because \"x\" }", ",",
	 "expected a kind of attribute, not ','"},
	{"level-without-a-name", "\n" SAYS TO FOR GIVE "demand; " BECAUSE, ";",
	 "expected the name of a level, not ';'"},
	{"client-without-quotes", "\n" SAYS "to client moodle; " REST, "moodle",
	 "expected a client_id in quotes, not 'moodle'"},
	{"ident-without-quotes", "\nservice NE is ne", "ne",
	 "expected an entityID in quotes, or 'client' and a client_id, not 'ne'"},
	{"tag-without-a-name", "\n" SAYS "to tag \"egna\"; " REST, "\"egna\"",
	 "expected the name of a tag, not \"egna\""},
	{"category-without-a-name", "\n" SAYS "to category; " REST, ";",
	 "expected the name of a category, or its URI in quotes, not ';'"},
	{"federation-without-a-name", "\n" SAYS "to federation \"swamid\"; " REST, "\"swamid\"",
	 "expected the name of a federation, not \"swamid\""},
	{"group-without-a-name", "\n" SAYS TO "for staff in group 7; " GIVE BECAUSE, "7",
	 "expected the name of a group, not '7'"},
	{"agreement-without-quotes", "\n" SAYS TO FOR GIVE "agreement PUB; " BECAUSE, "PUB",
	 "expected the agreement's name in quotes, not 'PUB'"},
	{"basis-without-quotes", "\n" SAYS TO FOR GIVE "basis 6; " BECAUSE, "6",
	 "expected the legal basis in quotes, not '6'"},
	{"expect-what", "\nexpect student at \"x\"", "",
	 "expected 'gets', 'never gets' or 'is', not the end of the line"},

	/* E3: what must be said */
	{"no-to", "\n" SAYS REST, "\"X\"",
	 "release \"X\" does not say to which services; write 'to any' if you mean it"},
	{"no-for", "\n" SAYS TO GIVE BECAUSE, "\"X\"",
	 "release \"X\" does not say for whom; write 'for everyone' if you mean it"},
	{"no-give", "\n" SAYS TO FOR BECAUSE, "\"X\"",
	 "release \"X\" does not say what it gives; write 'give login' to let people in and "
	 "no more"},
	{"no-because", "\n" SAYS TO FOR GIVE "silent }", "\"X\"",
	 "release \"X\" does not say why; write 'because \"…\"'"},
	{"empty-release", "\n" SAYS "}", "\"X\"",
	 "release \"X\" does not say to which services; write 'to any' if you mean it"},
	{"never-without-give", "\n never \"N\" { because \"x\" }", "\"N\"",
	 "never \"N\" does not say what it stops; write 'give anything' to shut the service"},
	{"never-without-because", "\n never \"N\" { give mail }", "\"N\"",
	 "never \"N\" does not say why; write 'because \"…\"'"},

	/* E4: said twice, called the same */
	{"to-twice", "\n" SAYS TO "to any; " REST, "to",
	 "'to' is said twice in \"X\" (first at line 2); put a comma between the targets"},
	{"for-twice", "\n" SAYS TO FOR "\n" FOR GIVE BECAUSE, "for",
	 "'for' is said twice in \"X\" (first at line 2); put a comma between the people"},
	{"give-twice", "\n" SAYS TO FOR GIVE GIVE BECAUSE, "give",
	 "'give' is said twice in \"X\" (first at line 2); put a comma between the gifts"},
	{"silent-twice", "\n" SAYS TO FOR GIVE "silent; " BECAUSE, "silent",
	 "'silent' is said twice in \"X\" (first at line 2)"},
	{"because-twice", "\n" SAYS TO FOR GIVE "because sv \"y\"; because sv \"z\"; " BECAUSE,
	 "because", "'because sv' is said twice in \"X\""},
	{"gift-twice", "\n" SAYS TO FOR "give mail, sn, mail if required; " BECAUSE, "mail",
	 "this is given twice (first at line 2)"},
	{"title-twice", "\n" SAYS WHOLE "\n never \"X\" { give mail; because \"x\" }", "\"X\"",
	 "two rules are called \"X\" (t.policy:2)"},
	{"names-in-two-cases", "\nservice NE is \"x\"\nservice Ne is \"y\"", "Ne",
	 "the names 'NE' and 'Ne' differ only in case"},
	{"tags-in-two-cases", "\ntag åäö { \"x\" }\ntag ÅÄÖ { \"x\" }", "ÅÄÖ",
	 "the names 'åäö' and 'ÅÄÖ' differ only in case"},
	{"service-and-tag-in-two-cases", "\nservice NE is \"x\"\ntag Ne { \"x\" }", "Ne",
	 "the names 'NE' and 'Ne' differ only in case"},
	{"name-twice", "\nservice NE is \"x\"\nservice NE is \"y\"", "NE",
	 "'NE' is already defined (t.policy:2); 'service NE { … }' without 'is' adds to it"},
	{"tag-twice", "\ntag t { \"x\" }\ntag t { \"y\" }", "t",
	 "the tag 't' is already defined (t.policy:2)"},
	{"id-of-two-names", "\nservice ILT is \"x\"\nservice NE is \"y\", \"x\"", "\"x\"",
	 "\"x\" is already called ILT (t.policy:2)"},
	{"client-of-an-entityID",
	 "\nservice NE is \"x\"\n" SAYS "to client \"x\"; " FOR GIVE BECAUSE, "\"x\"",
	 "\"x\" is an entityID and a client_id (t.policy:2), which are two services; let the client "
	 "have another client_id"},
	{"entityID-of-a-client", "\ntag t { client \"x\" }\nservice \"x\" { asks mail }", "\"x\"",
	 "\"x\" is an entityID and a client_id (t.policy:2), which are two services; let the client "
	 "have another client_id"},
	{"id-twice", "\nservice NE is \"x\", \"x\"", "\"x\"", "\"x\" stands twice in the list"},
	{"expected-twice", "\nexpect student at \"x\" gets mail, mail", "mail",
	 "mail is said twice"},

	/* E5 E6 E7 E8 */
	{"protected-without-approval", "\n" SAYS TO "for student, protected student; " GIVE BECAUSE,
	 "protected", "\"X\" is for protected persons and needs the line 'approved by two'"},
	{"requested-for-protected",
	 "\n" SAYS TO "for protected staff; approved by two; give mail, requested; " BECAUSE,
	 "requested", "'requested' is not allowed for protected persons; name the attributes"},
	{"required-for-protected",
	 "\n" SAYS TO "for protected staff; give required; approved by two; " BECAUSE, "required",
	 "'required' is not allowed for protected persons; name the attributes"},
	{"approved-by-three", "\n" SAYS TO FOR GIVE "approved by three; " BECAUSE, "three",
	 "expected 'two', not 'three'"},
	{"approved-alone", "\n" SAYS TO FOR GIVE "approved; " BECAUSE, ";",
	 "expected 'by', not ';'"},
	{"approved-twice", "\n" SAYS TO FOR GIVE "approved by two; approved by two; " BECAUSE,
	 "approved", "'approved' is said twice in \"X\" (first at line 2)"},
	{"approved-in-a-never", "\n never \"N\" { give mail; approved by two; because \"x\" }",
	 "approved",
	 "expected a line of the never ('to', 'for', 'give', 'because'), not 'approved'"},
	{"unasked-to-a-category",
	 "\n" SAYS "to category coco-v2; " FOR "give mail unasked; " BECAUSE, "mail",
	 "'unasked' needs named services; category "
	 "\"https://refeds.org/category/code-of-conduct/v2\" may grow"},
	{"unasked-to-any-and-one",
	 "\n" SAYS "to service \"x\", any; " FOR "give mail unasked; " BECAUSE, "mail",
	 "'unasked' needs named services; 'any' may grow"},
	{"unasked-to-a-federation",
	 "\n" SAYS "to federation swamid and protocol saml; " FOR "give mail unasked; " BECAUSE,
	 "mail", "'unasked' needs named services; federation swamid may grow"},
	{"birth-to-a-registrar",
	 "\n" SAYS "to registered-by \"http://a\"; " FOR "give schacDateOfBirth; " BECAUSE,
	 "schacDateOfBirth",
	 "\"X\" gives schacDateOfBirth (birth) to registered-by \"http://a\"; kinds "
	 "personal-number, birth and family go only to named services"},
	{"never-except-people",
	 "\n never \"N\" { for staff except teacher; give mail; because \"x\" }", "except",
	 "a never has no 'except' for people; name whom it is for"},
	{"never-except-category",
	 "\n never \"N\" { to any except category coco-v1; give mail; because \"x\" }", "category",
	 "a never excepts only services, clients and tags"},
	{"never-with-a-date", "\n never \"N\" { give mail; until 2027-01-01; because \"x\" }",
	 "until", "a never has no dates; remove it by hand when it is over"},
	{"personal-number-to-any", "\n" SAYS "to any; " FOR "give norEduPersonNIN; " BECAUSE,
	 "norEduPersonNIN",
	 "\"X\" gives norEduPersonNIN (personal-number) to 'any'; kinds personal-number, "
	 "birth and family go only to named services"},
	{"birth-to-a-category",
	 "\n" SAYS "to category esi; " FOR "give mail, schacDateOfBirth; " BECAUSE,
	 "schacDateOfBirth",
	 "\"X\" gives schacDateOfBirth (birth) to category "
	 "\"https://myacademicid.org/entity-categories/esi\"; kinds personal-number, birth and "
	 "family go only to named services"},

	/* E13 */
	{"not-a-day", "\n" SAYS TO FOR "until 2027-02-30; " GIVE BECAUSE, "2027-02-30",
	 "2027-02-30 is not a day"},
	{"from-after-until", "\n" SAYS TO FOR "from 2027-01-01; until 2026-12-31; " GIVE BECAUSE,
	 "from", "from 2027-01-01 is after until 2026-12-31"},
	{"consent", "\n" SAYS TO FOR GIVE "basis \"6.1 a\"; " BECAUSE, "\"6.1 a\"",
	 "basis \"6.1 a\" is consent, but \"X\" does not ask"},
	{"consent-and-more", "\n" SAYS TO FOR GIVE "basis \"6.1 a (samtycke)\"; " BECAUSE,
	 "\"6.1 a (samtycke)\"", "basis \"6.1 a (samtycke)\" is consent, but \"X\" does not ask"},

	/* whom, where, what: the closed lists and years */
	{"grade-without-year", "\n" SAYS TO "for student in grade; " GIVE BECAUSE, ";",
	 "expected years like 7 or 7-9, not ';'"},
	{"grade-in-quotes", "\n" SAYS TO "for student in grade \"7\"; " GIVE BECAUSE, "\"7\"",
	 "expected years like 7 or 7-9, not \"7\""},
	{"grade-11", "\n" SAYS TO "for student in grade 7-11; " GIVE BECAUSE, "7-11",
	 "there is no grade 11; they are 0-10"},
	{"grade-backwards", "\n" SAYS TO "for student in grade 3 or 9-7; " GIVE BECAUSE, "9-7",
	 "9-7 runs backwards; write 7-9"},
	{"gymnasium-0", "\n" SAYS TO "for student in gymnasium 0; " GIVE BECAUSE, "0",
	 "there is no gymnasium 0; they are 1-4"},
	{"gymnasium-5", "\n" SAYS TO "for student in gymnasium 5; " GIVE BECAUSE, "5",
	 "there is no gymnasium 5; they are 1-4"},
	{"grade-and-gymnasium", "\n" SAYS TO "for student in grade 7 in gymnasium 1; " GIVE BECAUSE,
	 "in", "nobody is in both; put a comma between to mean either of them"},
	{"in-what", "\n" SAYS TO "for student in grades 7; " GIVE BECAUSE, "grades",
	 "expected 'grade', 'gymnasium' or 'group', not 'grades'; did you mean 'grade'?"},
	{"group", "\n" SAYS TO "for staff in group vikare; " GIVE BECAUSE, "vikare",
	 "no group is called 'vikare'; did you mean 'vikarier'?"},
	{"group-of-the-second", "\n" SAYS TO "for staff in group rektorer or x; " GIVE BECAUSE, "x",
	 "no group is called 'x'"},
	{"unit-without-quotes", "\n" SAYS TO "for staff at unit 12345678; " GIVE BECAUSE,
	 "12345678", "expected the code of a school unit in quotes, not '12345678'"},
	{"federation", "\n" SAYS "to federation skolfed; " REST, "skolfed",
	 "no federation is called 'skolfed'; did you mean 'skolfederation'?"},
	{"registered-by-word", "\n" SAYS "to registered-by swamid; " REST, "swamid",
	 "expected the registration authority's URI in quotes, not 'swamid'"},
	{"demand", "\n" SAYS TO FOR GIVE "demand edi2; " BECAUSE, "edi2",
	 "no level is called 'edi2'; did you mean 'eid2'?"},
	{"demand-twice", "\n" SAYS TO FOR GIVE "demand eid2; demand eid3; " BECAUSE, "demand",
	 "'demand' is said twice in \"X\" (first at line 2)"},
	{"new-asks", "\n" SAYS TO FOR GIVE "new asks; " BECAUSE, ";", "expected 'pass', not ';'"},
	{"new-asks-twice", "\n" SAYS TO FOR GIVE "new asks pass; new asks pass; " BECAUSE, "new",
	 "'new' is said twice in \"X\" (first at line 2)"},
	{"two-pages", "\n" SAYS TO FOR GIVE "ask; " BECAUSE, "silent",
	 "\"X\" says 'silent' here and 'ask' at line 2; say one of them"},
	{"page-in-a-never", "\n never \"N\" { give mail; ask; because \"x\" }", "ask",
	 "expected a line of the never ('to', 'for', 'give', 'because'), not 'ask'"},
	{"only-what", "\n" SAYS TO FOR "give mail only class; " BECAUSE, "class",
	 "expected a value in quotes, 'beginning', 'unit', 'subject' or 'kind', not 'class'"},
	{"only-kind", "\n" SAYS TO FOR "give sisSchoolCourseStudent only kind \"class\"; " BECAUSE,
	 "\"class\"", "expected a kind of group, not \"class\""},
	{"only-unit", "\n" SAYS TO FOR "give sisSchoolUnitCode only unit 12345678; " BECAUSE,
	 "12345678", "expected the code of a school unit in quotes, not '12345678'"},
	{"only-subject", "\n" SAYS TO FOR "give mail only \"a\" and subject MA; " BECAUSE, "MA",
	 "expected a subject in quotes, not 'MA'"},
	{"only-beginning", "\n" SAYS TO FOR "give mail only beginning a; " BECAUSE, "a",
	 "expected the beginning of a value in quotes, not 'a'"},
	{"expect-is-what", "\nexpect student at \"x\" is ask", "ask",
	 "expected 'refused', 'asked' or 'informed', not 'ask'"},
	{"expect-without-at", "\nexpect student at unit \"1\" gets mail", "gets",
	 "expected 'at', not 'gets'"},
	{"expect-of-two", "\nexpect student, staff at \"x\" gets mail", ",",
	 "expected 'at', not ','"},

	/* Expectations that contradict themselves. */
	{"without-what-is-expected", "\nexpect student without mail at \"x\" gets mail", "expect",
	 "nobody gets mail who is without it"},

	/* What may be in a file at all. */
	{"bom", "\n\xef\xbb\xbfservice", HIDDEN,
	 "a byte order mark (U+FEFF); save the file as UTF-8 without BOM"},
	{"windows", "\nservice NE is \"x\"\r\n", HIDDEN,
	 "the line ends as in Windows (CR LF); save the file with Unix line ends (LF)"},
	{"latin-1", "\nservice L\xe4ra", HIDDEN,
	 "the byte 0xE4 is not UTF-8; save the file as UTF-8"},
	{"overlong-utf-8", "\n\xc0\xaf", HIDDEN,
	 "the byte 0xC0 is not UTF-8; save the file as UTF-8"},
	{"bidi-in-a-title", "\nrelease \"X\xe2\x80\xae\" {", HIDDEN,
	 "the character U+202E cannot be seen, or changes how others are seen; remove it"},
	{"bidi-in-a-comment", "\n# \xe2\x81\xa6", HIDDEN,
	 "the character U+2066 cannot be seen, or changes how others are seen; remove it"},
	{"zero-width-in-an-id", "\nservice \"https://x\xe2\x80\x8b\"", HIDDEN,
	 "the character U+200B cannot be seen, or changes how others are seen; remove it"},
	{"line-separator", "\n# a\xe2\x80\xa8service", HIDDEN,
	 "the character U+2028 cannot be seen, or changes how others are seen; remove it"},
	{"escape-character", "\n# \033[2J", HIDDEN,
	 "the character U+001B cannot be seen, or changes how others are seen; remove it"},
	{"not-nfc", "\nservice Va\xcc\x88xa", "a",
	 "a letter is written as several characters (not NFC); type it anew"},
	/* Letters that look like others. */
	{"word-of-two-alphabets", "\nservice N\xd0\x95 is \"x\"", "\xd0\x95",
	 "'\xd0\x95' has no meaning here; texts stand in quotes \"…\""},
	{"word-of-other-latin-letters", "\nservice N\xc3\xb8 is \"x\"", "\xc3\xb8",
	 "'\xc3\xb8' has no meaning here; texts stand in quotes \"…\""},
	{"word-of-wide-letters", "\nservice \xef\xbc\xae is \"x\"", "\xef\xbc\xae",
	 "'\xef\xbc\xae' has no meaning here; texts stand in quotes \"…\""},
	{"keyword-of-two-alphabets",
	 "\nrel\xd0\xb5"
	 "ase \"X\" { ",
	 "\xd0\xb5", "'\xd0\xb5' has no meaning here; texts stand in quotes \"…\""},
	{"title-of-two-alphabets", "\nrelease \"St\xd0\xbepp\" { ", "\"St\xd0\xbepp\"",
	 "a word in this text mixes letters of two alphabets that look alike (U+043E)"},
	{"id-of-two-alphabets", "\nservice NE is \"https://n\xce\xbf.example\"",
	 "\"https://n\xce\xbf.example\"",
	 "a word in this text mixes letters of two alphabets that look alike (U+03BF)"},
	{"digits-of-others", "\nservice NE { guard size \xd9\xa2 bytes }", "\xd9\xa2",
	 "'\xd9\xa2' has no meaning here; texts stand in quotes \"…\""},
	{"quotes-of-others", "\nservice NE is \xe2\x80\x9dx\xe2\x80\x9d", "\xe2\x80\x9d",
	 "'\xe2\x80\x9d' has no meaning here; texts stand in quotes \"…\""},
	{"no-break-space", "\nservice\xc2\xa0NE", "\xc2\xa0",
	 "'\xc2\xa0' has no meaning here; texts stand in quotes \"…\""},
};

static char *first_line(const char *message)
{
	const char *end = strchr(message, '\n');

	return end ? g_strndup(message, (gsize)(end - message)) : g_strdup(message);
}

/* The quoted line, the mark, and that what is hidden in a line is not printed. */
static void test_mark(void)
{
	static const struct {
		const char *text, *want;
	} marks[] = {
		{"\n\tservice NE  is \"x\" tågg\n",
		 "t.policy:2:21: expected the end of the line, not 'tågg'\n"
		 "    \tservice NE  is \"x\" tågg\n"
		 "    \t                   ^^^^"},
		{"\n# \033[31m röd",
		 "t.policy:2:3: the character U+001B cannot be seen, or changes how others are "
		 "seen; remove it\n"
		 "    # \xef\xbf\xbd[31m röd\n"
		 "      ^"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(marks[i].text, NULL, 0, &error);

		g_assert_null(policy);
		g_assert_cmpstr(error->message, ==, marks[i].want);
	}
}

/* A word far out in a long line is quoted with what is around it. */
static void test_long_line(void)
{
	g_autofree char *spaces = g_strnfill(3000, ' ');
	g_autofree char *text = g_strconcat("\n", spaces, "nonsense", spaces + 2000, "end", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);

	g_assert_null(policy);
	g_assert_true(g_str_has_prefix(error->message, "t.policy:2:3001: expected a rule"));
	g_assert_nonnull(strstr(error->message, " nonsense "));
	g_assert_nonnull(strstr(error->message, " ^^^^^^^^"));
	g_assert_cmpuint(strlen(error->message), <, 600);
}

static void expect_error(const char *text, const char *want)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);
	g_autofree char *got = NULL;

	g_assert_null(policy);
	got = first_line(error->message);
	g_assert_cmpstr(got, ==, want);
}

/* Nothing a file can hold takes more than it may. */
static void test_limits(void)
{
	g_autofree char *long_line = g_strnfill(POLICY_LINE_MAX + 1, '#');
	g_autofree char *line = g_strconcat("\n", long_line, NULL);
	g_autofree char *large = g_strnfill(POLICY_FILE_MAX, '\n');
	g_autofree char *fits = g_strconcat("\n", long_line + 1, NULL);
	g_autoptr(GString) rules = g_string_new("\n");
	g_autoptr(GString) conditions = g_string_new("\n" SAYS "to any, service \"a\"");
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = NULL;

	expect_error(line, "t.policy:2:1: the line is longer than 4096 bytes");
	expect_error(large, "t.policy:1:1: the file is larger than 1048576 bytes; divide it");
	for (unsigned i = 0; i <= POLICY_RULES_MAX; i++)
		g_string_append_printf(rules, "service N%u is \"%u\"\n", i, i);
	expect_error(rules->str, "t.policy:10002:1: there are more than 10000 rules");
	for (unsigned i = 3; i <= POLICY_CONDITIONS_MAX; i++)
		g_string_append_printf(conditions, "\nor \"%u\"", i);
	g_string_append(conditions, "\n" REST);
	expect_error(conditions->str,
		     "t.policy:65:5: the rule has more than 64 conditions; gather services in a "
		     "tag, or divide it");
	policy = fixture_load(fits, NULL, 0, &error);
	g_assert_no_error(error);
	g_assert_nonnull(policy);
}

/* Beginnings of a file. */
static void test_header(void)
{
	static const struct {
		const char *text, *want;
	} headers[] = {
		{"", "a.policy:1:1: a policy file begins with 'policy 1'"},
		{"# only a comment\n", "a.policy:2:1: a policy file begins with 'policy 1'"},
		{"release \"X\" {}", "a.policy:1:1: a policy file begins with 'policy 1'"},
		{"policy", "a.policy:1:7: expected the version of the language, 1, not the end of "
			   "the line"},
		{"policy 2\n", "a.policy:1:8: this version of Portvakt understands policy 1, not "
			       "policy 2"},
		{"policy 1 huvudman norra\n",
		 "a.policy:1:19: huvudman 'norra', but there is one huvudman here, without a name: "
		 "write 'policy 1'"},
		{"policy 1 service", "a.policy:1:10: expected the end of the line, not 'service'"},
		{"\n\n# x\npolicy 1", NULL},
		{"policy 1;;;\n;", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
		PolicySource source = {"a.policy", headers[i].text, strlen(headers[i].text)};
		PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

		if (!headers[i].want) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_null(policy);
		g_autofree char *got = first_line(error->message);
		g_assert_cmpstr(got, ==, headers[i].want);
	}
}

/* Whom a file binds: its header and its folder say the same, or it is not taken. */
static void test_huvudman(void)
{
	static const struct {
		const char *text, *folder, *want;
	} bound[] = {
		{"policy 1 huvudman norra", "norra", NULL},
		{"policy 1 huvudman staff", "staff", NULL},
		{"policy 1", NULL, NULL},
		{"policy 1", "norra",
		 "a.policy:1:9: in folder norra a policy file begins with 'policy 1 huvudman "
		 "norra'"},
		{"policy 1 huvudman norra", "sodra",
		 "a.policy:1:19: huvudman 'norra' in folder sodra"},
		{"policy 1 huvudman norra", NULL,
		 "a.policy:1:19: huvudman 'norra' in the folder of all: move the file to the "
		 "folder norra in it"},
		{"policy 1 huvudman", "norra",
		 "a.policy:1:18: expected the name of a huvudman, not the end of the line"},
		{"policy 1 huvudman \"norra\"", "norra",
		 "a.policy:1:19: expected the name of a huvudman, not \"norra\""},
		{"policy 1 huvudman norra sodra", "norra",
		 "a.policy:1:25: expected the end of the line, not 'sodra'"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bound); i++) {
		PolicySource source = {"a.policy", bound[i].text, strlen(bound[i].text),
				       bound[i].folder};
		PolicyContext context = {.scopes = fixture_scopes,
					 .today = FIXTURE_TODAY,
					 .huvudman = bound[i].folder ? bound[i].folder : "norra"};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

		if (!bound[i].want) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_null(policy);
		g_autofree char *got = first_line(error->message);
		g_assert_cmpstr(got, ==, bound[i].want);
	}
}

/* An agreement is between a service and one huvudman. */
static void test_shared_agreement(void)
{
	static const char rule[] = "release \"Ett\" { to any; for student; give login; silent; "
				   "because \"x\"; basis \"6.1 e\"; agreement \"PUB 1\" }\n";
	g_autofree char *all = g_strconcat("policy 1\n", rule, NULL);
	g_autofree char *own = g_strconcat("policy 1 huvudman norra\n", rule, NULL);
	const PolicySource sources[] = {{"a.policy", all, strlen(all), NULL},
					{"norra/a.policy", own, strlen(own), "norra"}};

	for (size_t i = 0; i < 3; i++) {
		PolicyContext context = {.scopes = fixture_scopes,
					 .today = FIXTURE_TODAY,
					 .huvudman = i < 2 ? "norra" : NULL};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(&sources[i == 1], 1, &context, &error);
		unsigned told = 0;

		g_assert_no_error(error);
		for (guint j = 0; j < policy_warnings(policy)->len; j++)
			told += strstr(policy_warnings(policy)->pdata[j],
				       "a rule of all huvudmän has an agreement") != NULL;
		g_assert_cmpuint(told, ==, i == 0);
	}
}

/* The same title may stand in the files of two huvudmän, who never meet, and not in those of all
 * and of one. */
static void test_titles(void)
{
	static const char rule[] = "release \"Ett\" { to any; for student; give login; silent; "
				   "because \"x\"; basis \"6.1 e\" }\n";
	g_autofree char *all = g_strconcat("policy 1\n", rule, NULL);
	g_autofree char *own = g_strconcat("policy 1 huvudman norra\n", rule, NULL);
	const PolicySource sources[] = {{"a.policy", all, strlen(all), NULL},
					{"norra/a.policy", own, strlen(own), "norra"}};
	PolicyContext context = {
		.scopes = fixture_scopes, .today = FIXTURE_TODAY, .huvudman = "norra"};
	g_autoptr(GError) error = NULL;

	g_assert_null(policy_load(sources, 2, &context, &error));
	g_assert_nonnull(strstr(error->message, "norra/a.policy:2:"));
	g_assert_nonnull(strstr(error->message, "a.policy:2"));
}

/* Bytes after a NUL are not out of sight. */
static void test_nul(void)
{
	static const char bytes[] = "policy 1\n\0release";
	PolicySource source = {"a.policy", bytes, sizeof bytes - 1};
	PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

	g_assert_null(policy);
	g_assert_true(g_str_has_prefix(error->message, "a.policy:2:1: the byte 0x00 is not UTF-8"));
}

/* Several files, in whatever order they come. */
static void test_files(void)
{
	static const char first[] = "policy 1\nservice NE is \"https://ne\"\n"
				    "release \"A\" { to service B; " REST;
	static const char second[] = "policy 1\nservice B is \"https://b\"\n"
				     "never \"A\" { to service NE; give mail; because \"x\" }";
	PolicySource sources[] = {{"b.policy", second, sizeof second - 1},
				  {"a.policy", first, sizeof first - 1}};
	PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};

	for (unsigned i = 0; i < 2; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(sources, 2, &context, &error);
		PolicySource swap = sources[0];

		g_assert_null(policy);
		g_assert_true(g_str_has_prefix(
			error->message, "b.policy:3:7: two rules are called \"A\" (a.policy:3)\n"));
		sources[0] = sources[1];
		sources[1] = swap;
	}
}

/* The order of files shows neither in which error is told nor in which rule is the reason. */
static void test_order(void)
{
	static const char broken[] = "policy 2";
	static const char release[] = "policy 1\nrelease \"A\" { to any; " REST;
	static const char other[] = "policy 1\nrelease \"B\" { to any; " REST;
	PolicySource bad[] = {{"b.policy", broken, sizeof broken - 1},
			      {"a.policy", broken, sizeof broken - 1}};
	PolicySource good[] = {{"b.policy", other, sizeof other - 1},
			       {"a.policy", release, sizeof release - 1}};
	PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) none = policy_load(bad, 2, &context, &error);
	g_autoptr(Policy) policy = policy_load(good, 2, &context, NULL);
	g_autoptr(Person) person = fixture_person("student mail=a@y");
	g_autoptr(Service) service = fixture_service("https://x mail");
	g_autoptr(Decision) decision =
		policy_decide(policy, person, service, &(Circumstances){.today = FIXTURE_TODAY});

	g_assert_null(none);
	g_assert_true(g_str_has_prefix(error->message, "a.policy:1:8: "));
	g_assert_cmpstr(decision->rule.file, ==, "a.policy");
	g_assert_cmpstr(decision_row(decision, fixture_attribute("mail"))->rule.title, ==, "A");
}

/* What is allowed though it looks odd. */
static void test_allowed(void)
{
	static const char *const texts[] = {
		"",
		"release \"X\" { " WHOLE,
		"release \"X\" {\n\n" TO "\n# for nobody\n" FOR ";;" GIVE "\n\n" BECAUSE,
		/* a clause goes on over lines */
		"release \"X\"\n{\n to service \"a\"\n or \"b\"\n and category coco-v1,\n\n any\n"
		" except tag t\n" REST "\ntag t\n{ \"x\" }",
		"release \"X\" { to any; for student, staff\nexcept teacher\n" GIVE BECAUSE,
		"service Läsa is \"x\" ; service \"y\" ; service client \"z\" { asks mail }",
		"tag t {\n\n NE,\n \"x\",\n client \"y\"\n\n}\nservice NE is \"ne\"",
		"release \"say \\\"hi\\\" \\\\\" { " WHOLE,
		"release \"X\" { " TO FOR GIVE
		"silent; because sv \"x\"; because en \"y\"; because \"z\" }",
		"release \"X\" { " TO FOR
		"give requested only \"a\", login, mail unasked only \"b\"; " BECAUSE,
		"service Va_xa-2 is \"x\"",
		"never \"x\" { give login, anything, any name only \"Bo\", mail; because \"y\" }",
		/* other alphabets, each for itself */
		"release \"\xd0\xa0\xd1\x83\xd1\x81 \xce\xb1-test \xe6\x97\xa5\xe6\x9c\xac A\" { " WHOLE,
		"service NE is \"x\"; tag NE { NE }",
		/* pages */
		"release \"X\" { " TO FOR GIVE "because \"x\" }",
		"release \"X\" { " TO FOR GIVE "inform; because \"x\" }",
		"release \"X\" { " TO FOR GIVE "ask; basis \"6.1 a\"; because \"x\" }",
		"release \"X\" { " TO FOR GIVE "basis \"6.1 annat\"; " BECAUSE,
		"release \"X\" { " TO FOR GIVE "demand eid2; new asks pass; " BECAUSE,
		/* people */
		"release \"X\" { " TO "for student in grade 0-3 or 5 or 7-9 in grade 1-10 in group "
		"rektorer or vikarier in group it-drift at unit \"1\" or \"2\" at unit \"2\", test "
		"guardian except everyone in gymnasium 1-4; " GIVE BECAUSE,
		"never \"x\" { for staff in group vikarier; give mail only unit \"1\" or \"2\" and "
		"kind class or course and subject \"MA\" and beginning \"a\"; because \"y\" }",
		/* services */
		"release \"X\" { to federation skolfederation or swamid and registered-by \"http://a\" "
		"or \"http://b\" and protocol saml except federation skolfederation-trial; " REST,
		/* expectations */
		"expect student in grade 7 at unit \"1\" without mail or sn on 2027-01-01 at \"x\" is "
		"refused",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(texts[i], NULL, 0, &error);

		g_assert_no_error(error);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	cases_add("/policy/errors", cases, G_N_ELEMENTS(cases));
	g_test_add_func("/policy/errors/mark", test_mark);
	g_test_add_func("/policy/errors/long-line", test_long_line);
	g_test_add_func("/policy/errors/limits", test_limits);
	g_test_add_func("/policy/errors/header", test_header);
	g_test_add_func("/policy/errors/huvudman", test_huvudman);
	g_test_add_func("/policy/errors/shared-agreement", test_shared_agreement);
	g_test_add_func("/policy/errors/titles", test_titles);
	g_test_add_func("/policy/errors/nul", test_nul);
	g_test_add_func("/policy/errors/files", test_files);
	g_test_add_func("/policy/errors/order", test_order);
	g_test_add_func("/policy/allowed", test_allowed);
	return g_test_run();
}
