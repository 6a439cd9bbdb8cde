/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/feed-aggregate.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "metadata/feed-index.h"
#include "metadata/xml/init.h"
#include "tests/unit/feed-fixture.h"

#define NOW   1795435200 /* 2026-11-23T12:00:00Z */
#define UNTIL "validUntil=\"2026-11-30T12:00:00Z\""
#define A     "https://a.example/sp"
#define B     "https://b.example/sp"

static TestKey *signer, *stranger;

static FeedIndex *index_of(GBytes *aggregate, GError **error)
{
	int fd = memfd_create("index", 0);
	bool good = feed_aggregate_index(aggregate, signer->der, NOW, fd, error);
	FeedIndex *index = good ? feed_index_open(fd, error) : NULL;
	close(fd);
	return index;
}

static FeedIndex *index_of_text(const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = feed_sign(text, signer);
	FeedIndex *index = index_of(bytes, &error);
	g_assert_no_error(error);
	return index;
}

static void refused(const char *name, GBytes *bytes, int code, const char *says)
{
	g_autoptr(GError) error = NULL;
	g_test_message("%s", name);
	g_assert_null(index_of(bytes, &error));
	g_assert_error(error, METADATA_ERROR, code);
	if (!strstr(error->message, says))
		g_error("%s: \"%s\" does not say \"%s\"", name, error->message, says);
}

static const char plain[] = FEED_ROOT(UNTIL) FEED_SERVICE(A) FEED_SERVICE(B) FEED_END;

static void test_good(void)
{
	g_autoptr(FeedIndex) index = index_of_text(plain);
	const FeedIndexFacts *facts = feed_index_facts(index);
	g_assert_cmpuint(facts->count, ==, 2);
	g_assert_cmpuint(facts->refused + facts->duplicates + facts->others, ==, 0);
	g_assert_cmpint(facts->valid_until, ==, NOW + 7 * 86400);
	int i = feed_index_find(index, A);
	g_assert_cmpint(i, >=, 0);
	g_assert_cmpint(feed_index_find(index, "https://A.example/sp"), <, 0);
	g_assert_cmpint(feed_index_valid_until(index, i), ==, NOW + 7 * 86400);
	g_autoptr(GBytes) blob = feed_index_blob(index, i, NULL);
	gsize len;
	const void *data = g_bytes_get_data(blob, &len);
	g_autoptr(Entity) entity = entity_parse(data, len, NOW, NULL);
	g_assert_cmpstr(entity->id, ==, A);
	/* the same wishes: one stands for both */
	g_assert_cmpint(feed_index_is_example(index, 0) + feed_index_is_example(index, 1), ==, 1);
}

/* ---- what was signed by nobody, or otherwise ---- */

static void test_signer(void)
{
	g_autoptr(GBytes) foreign = feed_sign(plain, stranger);
	g_autoptr(GBytes) unsigned_one = g_bytes_new_static(plain, strlen(plain));
	refused("another signer, whose certificate is in KeyInfo", foreign,
		METADATA_ERROR_SIGNATURE, "does not verify");
	refused("nobody", unsigned_one, METADATA_ERROR_SIGNATURE, "no signature");
}

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"

static void test_changed(void)
{
	static const struct {
		const char *name, *find, *put, *says;
	} cases[] = {
		{"an entity is another", A, "https://c.example/sp", "does not verify"},
		{"an endpoint is another", "https://sp.example/acs", "https://evil.example/acs",
		 "does not verify"},
		{"an entity more", "</md:EntitiesDescriptor>",
		 FEED_SERVICE("https://c.example/sp") "</md:EntitiesDescriptor>",
		 "does not verify"},
		{"valid longer", "2026-11-30", "2026-12-30", "does not verify"},
		{"another ID", "ID=\"_feed\"", "ID=\"_food\"", "not of the whole"},
		{"a comment in an entity's place is not signed, but a text is", "<md:Entity",
		 "x<md:Entity", ""},
		{"SHA-1 signature", MORE "rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
		 "signature method"},
		{"MD5 signature", MORE "rsa-sha256", MORE "rsa-md5", "signature method"},
		{"HMAC by the certificate", MORE "rsa-sha256", MORE "hmac-sha256",
		 "signature method"},
		{"SHA-1 digest", "http://www.w3.org/2001/04/xmlenc#sha256",
		 "http://www.w3.org/2000/09/xmldsig#sha1", "digest"},
		{"of nothing said", "URI=\"#_feed\"", "URI=\"\"", "not of the whole"},
		{"of a file", "URI=\"#_feed\"", "URI=\"file:///etc/passwd\"", "not of the whole"},
		{"of an expression", "URI=\"#_feed\"", "URI=\"#xpointer(/)\"", "not of the whole"},
		{"another transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
		 "http://www.w3.org/TR/1999/REC-xslt-19991116", "transforms"},
		{"a parameter", "<ds:SignatureMethod ",
		 "<ds:SignatureMethod><x/></ds:SignatureMethod><ds:SignatureMethod ", "hold"},
		{"a signature with an Object", "</ds:Signature>", "<ds:Object/></ds:Signature>",
		 "hold"},
	};
	g_autoptr(GBytes) good = feed_sign(plain, signer);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) bytes = feed_replace(good, cases[i].find, cases[i].put);
		refused(cases[i].name, bytes, METADATA_ERROR_SIGNATURE, cases[i].says);
	}
}

static char *text_of(GBytes *bytes)
{
	gsize len;
	const char *data = g_bytes_get_data(bytes, &len);
	return g_strndup(data, len);
}

/* What was signed lies somewhere else, and what is read is around it. */
static void test_wrapped(void)
{
	g_autoptr(GBytes) good = feed_sign(plain, signer);
	g_autofree char *text = text_of(good);
	const char *root = strstr(text, "<md:EntitiesDescriptor");
	g_autofree char *signature = g_strdup(strstr(text, "<ds:Signature"));
	strstr(signature, "</ds:Signature>")[strlen("</ds:Signature>")] = '\0';
	const struct {
		const char *name;
		char *text;
		int code;
	} cases[] = {
		{"within another, which brings the signature along",
		 g_strconcat("<md:EntitiesDescriptor xmlns:md=\"" XML_NS_MD
			     "\" xmlns:ds=\"" XML_NS_DS "\" ID=\"_evil\" " UNTIL ">",
			     signature, FEED_SERVICE("https://evil.example/sp"), root, FEED_END,
			     NULL),
		 METADATA_ERROR_SIGNATURE},
		{"within another of the same ID",
		 g_strconcat(FEED_ROOT(UNTIL), signature, FEED_SERVICE("https://evil.example/sp"),
			     root, FEED_END, NULL),
		 METADATA_ERROR_SYNTAX},
		{"within another without a signature",
		 g_strconcat("<md:EntitiesDescriptor xmlns:md=\"" XML_NS_MD "\" " UNTIL ">", root,
			     FEED_END, NULL),
		 METADATA_ERROR_SIGNATURE},
		{"twice signed",
		 g_strconcat(FEED_ROOT(UNTIL), signature, signature, FEED_SERVICE(A), FEED_END,
			     NULL),
		 METADATA_ERROR_SIGNATURE},
		{"signed in the wrong place",
		 g_strconcat(FEED_ROOT(UNTIL), FEED_SERVICE(A), signature, FEED_END, NULL),
		 METADATA_ERROR_SIGNATURE},
		{"signed out of sight",
		 g_strconcat(FEED_ROOT(UNTIL), "<md:Extensions>", signature, "</md:Extensions>",
			     FEED_SERVICE(A), FEED_END, NULL),
		 METADATA_ERROR_SIGNATURE},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) bytes = g_bytes_new_take(cases[i].text, strlen(cases[i].text));
		refused(cases[i].name, bytes, cases[i].code, "");
	}
}

/* ---- what was signed, and is not taken ---- */

static void test_time(void)
{
	static const struct {
		const char *name, *text;
		int code;
		const char *says;
	} cases[] = {
		{"no validUntil", FEED_ROOT("") FEED_SERVICE(A) FEED_END, METADATA_ERROR_SYNTAX,
		 "no validUntil"},
		{"over", FEED_ROOT("validUntil=\"2026-11-23T12:00:00Z\"") FEED_SERVICE(A) FEED_END,
		 METADATA_ERROR_EXPIRED, "has passed"},
		{"for ever", FEED_ROOT("validUntil=\"2036-11-23T12:00:00Z\"") FEED_END,
		 METADATA_ERROR_LIMIT, "90 days"},
		{"a second too long", FEED_ROOT("validUntil=\"2027-02-21T12:00:01Z\"") FEED_END,
		 METADATA_ERROR_LIMIT, "90 days"},
		{"no time", FEED_ROOT("validUntil=\"soon\"") FEED_END, METADATA_ERROR_SYNTAX,
		 "not a time"},
		{"no zone", FEED_ROOT("validUntil=\"2026-11-30T12:00:00\"") FEED_END,
		 METADATA_ERROR_SYNTAX, "not a time"},
		{"no time within",
		 FEED_ROOT(UNTIL) "<md:EntitiesDescriptor validUntil=\"x\"/>" FEED_END,
		 METADATA_ERROR_SYNTAX, "not a time"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) bytes = feed_sign(cases[i].text, signer);
		refused(cases[i].name, bytes, cases[i].code, cases[i].says);
	}
	g_autoptr(FeedIndex) index =
		index_of_text(FEED_ROOT("validUntil=\"2027-02-21T12:00:00Z\"") FEED_END);
	g_assert_cmpuint(feed_index_facts(index)->count, ==, 0);
}

static void test_form(void)
{
	g_autoptr(GString) deep = g_string_new(FEED_ROOT(UNTIL));
	for (guint i = 0; i < XML_LIMITS_FEED.depth; i++)
		g_string_append(deep, "<md:EntitiesDescriptor>");
	const struct {
		const char *name, *text;
		int code;
		const char *says;
	} cases[] = {
		{"nothing", "", METADATA_ERROR_SYNTAX, "empty"},
		{"a page", "<html><body>404", METADATA_ERROR_SYNTAX, ""},
		{"a DOCTYPE", "<!DOCTYPE md:EntitiesDescriptor><a/>", METADATA_ERROR_SYNTAX,
		 "DOCTYPE"},
		{"an entity that is a file",
		 "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
		 METADATA_ERROR_SYNTAX, "DOCTYPE"},
		{"a billion laughs", "<!DOCTYPE a [<!ENTITY x \"ha\">]><a>&x;</a>",
		 METADATA_ERROR_SYNTAX, "DOCTYPE"},
		{"an entity without a DOCTYPE", FEED_ROOT(UNTIL) "&x;" FEED_END,
		 METADATA_ERROR_SYNTAX, "entity"},
		{"a processing instruction", FEED_ROOT(UNTIL) "<?x?>" FEED_END,
		 METADATA_ERROR_SYNTAX, "processing"},
		{"XInclude",
		 FEED_ROOT(UNTIL) "<include xmlns=\"http://www.w3.org/2001/XInclude\" "
				  "href=\"/etc/passwd\"/>" FEED_END,
		 METADATA_ERROR_SYNTAX, "XInclude"},
		{"cut off", FEED_ROOT(UNTIL) FEED_SERVICE(A), METADATA_ERROR_SYNTAX, "too early"},
		{"too deep", deep->str, METADATA_ERROR_LIMIT, "levels"},
		{"two with one ID", FEED_ROOT(UNTIL) "<md:Extensions ID=\"_feed\"/>" FEED_END,
		 METADATA_ERROR_SYNTAX, "same ID"},
		{"one entity", "<md:EntityDescriptor xmlns:md=\"" XML_NS_MD "\"/>",
		 METADATA_ERROR_SYNTAX, "not an EntitiesDescriptor"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) bytes = g_bytes_new_static(cases[i].text, strlen(cases[i].text));
		refused(cases[i].name, bytes, cases[i].code, cases[i].says);
	}
	gsize size = XML_LIMITS_FEED.bytes + 1;
	g_autoptr(GBytes) huge = g_bytes_new_take(g_malloc0(size), size);
	refused("too large", huge, METADATA_ERROR_LIMIT, "bytes");
}

/* ---- what is left out of a good one ---- */

static bool notes_say(const FeedIndex *index, const char *what)
{
	g_autoptr(GPtrArray) notes = feed_index_notes(index);
	for (guint i = 0; i < notes->len; i++)
		if (strstr(notes->pdata[i], what))
			return true;
	return false;
}

static void test_left_out(void)
{
	g_autoptr(FeedIndex) index = index_of_text(
		FEED_ROOT(UNTIL) FEED_SERVICE(A) FEED_SERVICE(B) FEED_SERVICE_WITH(B, "", "") "<!-- " FEED_SERVICE(
			"https://comment.example") " -->"
						   "<![CDATA[" FEED_SERVICE(
							   "https://cdata.example") "]]>"
										    "<md:EntityDescriptor entityID=\"https://idp.example\"><md:IDPSSODescriptor "
										    "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>"
										    "</md:EntityDescriptor>"
										    "<md:EntityDescriptor entityID=\"https://http.example\"><md:SPSSODescriptor "
										    "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
										    "<md:AssertionConsumerService Binding=\"" ENDPOINT_POST
										    "\" Location=\"http://http.example/acs\" index=\"0\"/></md:SPSSODescriptor>"
										    "</md:EntityDescriptor>"
										    "<x xmlns=\"urn:x\">" FEED_SERVICE(
											    "https://elsewhere.example") "</x>" FEED_SERVICE("")
											    FEED_END);
	const FeedIndexFacts *facts = feed_index_facts(index);
	g_assert_cmpuint(facts->count, ==, 1);
	g_assert_cmpuint(facts->duplicates, ==, 1);
	g_assert_cmpuint(facts->others, ==, 1);
	g_assert_cmpuint(facts->refused, ==, 2);
	g_assert_cmpint(feed_index_find(index, A), ==, 0);
	g_assert_true(notes_say(index, B ": is there 2 times"));
	g_assert_true(notes_say(index, "https://http.example: "));
}

/* A group's time holds for all within it, and a bad one does not make a good one longer. */
static void test_nested(void)
{
	g_autoptr(FeedIndex) index = index_of_text(
		FEED_ROOT(UNTIL) "<md:EntitiesDescriptor validUntil=\"2026-11-25T12:00:00Z\">" FEED_SERVICE(
			"https://group.example") "<md:EntitiesDescriptor validUntil=\"2026-12-30T12:00:00Z\">" FEED_SERVICE_WITH("https://longer.example",
																 "validUntil=\"2026-12-24T12:00:00Z\"",
																 "")
			FEED_SERVICE_WITH("https://shorter.example", "validUntil=\"2026-11-24T12:00:00Z\"", "") "</md:EntitiesDescriptor></md:EntitiesDescriptor>" FEED_SERVICE(
				A) "<md:EntitiesDescriptor validUntil=\"2020-01-01T00:00:00Z\">" FEED_SERVICE("https://over.example") "</md:EntitiesDescriptor>" FEED_END);
	static const struct {
		const char *id;
		gint64 until;
	} cases[] = {
		{A, NOW + 7 * 86400},
		{"https://group.example", NOW + 2 * 86400},
		{"https://longer.example", NOW + 2 * 86400},
		{"https://shorter.example", NOW + 86400},
		{"https://over.example", 1577836800},
	};
	g_assert_cmpuint(feed_index_facts(index)->count, ==, G_N_ELEMENTS(cases));
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		int at = feed_index_find(index, cases[i].id);
		g_assert_cmpint(at, >=, 0);
		g_assert_cmpint(feed_index_valid_until(index, at), ==, cases[i].until);
	}
}

/* What an entity says does not change when it stands alone: prefixes of values too. */
static void test_alone(void)
{
	g_autoptr(FeedIndex) index = index_of_text(
		FEED_ROOT(UNTIL " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
				"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"")
			FEED_SERVICE_WITH(
				A, "",
				FEED_WISH(
					"<md:RequestedAttribute Name=\"urn:oid:2.5.4.42\">"
					"<saml:AttributeValue xsi:type=\"xs:string\">x</saml:AttributeValue>"
					"</md:RequestedAttribute>")) FEED_END);
	g_autoptr(GBytes) blob = feed_index_blob(index, 0, NULL);
	g_autofree char *text = text_of(blob);
	g_assert_nonnull(strstr(text, "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""));
	g_assert_nonnull(strstr(text, "xsi:type=\"xs:string\""));
	g_assert_true(g_str_has_prefix(text, "<md:EntityDescriptor"));
}

/* Registrars sign what they pass on; what is around it counts. */
static void test_signed_entity(void)
{
	g_autoptr(FeedIndex) index = index_of_text(
		FEED_ROOT(UNTIL) "<md:EntityDescriptor entityID=\"" A "\" ID=\"_a\"><ds:Signature>"
				 "<ds:SignedInfo/></ds:Signature><md:SPSSODescriptor "
				 "protocolSupportEnumeration=\""
				 "urn:oasis:names:tc:SAML:2.0:protocol\">"
				 "<md:AssertionConsumerService Binding=\"" ENDPOINT_POST
				 "\" Location=\"https://sp.example/acs\" index=\"0\"/>"
				 "</md:SPSSODescriptor></md:EntityDescriptor>" FEED_END);
	g_assert_cmpint(feed_index_find(index, A), ==, 0);
}

/* As many examples as kinds, and not one fewer. */
static void test_kinds(void)
{
	static const struct {
		const char *name, *wish;
	} kinds[] = {
		{"nothing", ""},
		{"one", FEED_WISH(FEED_ASK("urn:oid:2.5.4.42"))},
		{"another", FEED_WISH(FEED_ASK("urn:oid:2.5.4.4"))},
		{"one that must be there",
		 FEED_WISH("<md:RequestedAttribute Name=\"urn:oid:2.5.4.42\" isRequired=\"1\"/>")},
		{"both", FEED_WISH(FEED_ASK("urn:oid:2.5.4.4") FEED_ASK("urn:oid:2.5.4.42"))},
	};
	g_autoptr(GString) text = g_string_new(FEED_ROOT(UNTIL));
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		for (guint j = 0; j < 3; j++) {
			g_autofree char *id = g_strdup_printf("https://%zu.%u.example", i, j);
			g_autoptr(GString) one = g_string_new(FEED_SERVICE_WITH("@@", "", "WISH"));
			g_string_replace(one, "@@", id, 1);
			g_string_replace(one, "WISH", kinds[i].wish, 1);
			g_string_append(text, one->str);
		}
	/* the same in another order is the same */
	g_string_append(text, FEED_SERVICE_WITH("https://x.example", "",
						FEED_WISH(FEED_ASK("urn:oid:2.5.4.42")
								  FEED_ASK("urn:oid:2.5.4.4"))));
	g_string_append(text, FEED_END);
	g_autoptr(FeedIndex) index = index_of_text(text->str);
	guint count = feed_index_facts(index)->count, examples = 0;
	for (guint i = 0; i < count; i++)
		examples += feed_index_is_example(index, i);
	g_assert_cmpuint(count, ==, 3 * G_N_ELEMENTS(kinds) + 1);
	g_assert_cmpuint(examples, ==, G_N_ELEMENTS(kinds));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	signer = test_key_new(EVP_RSA_gen(2048));
	stranger = test_key_new(EVP_RSA_gen(2048));
	g_test_add_func("/aggregate/good", test_good);
	g_test_add_func("/aggregate/signer", test_signer);
	g_test_add_func("/aggregate/changed", test_changed);
	g_test_add_func("/aggregate/wrapped", test_wrapped);
	g_test_add_func("/aggregate/time", test_time);
	g_test_add_func("/aggregate/form", test_form);
	g_test_add_func("/aggregate/left-out", test_left_out);
	g_test_add_func("/aggregate/nested", test_nested);
	g_test_add_func("/aggregate/alone", test_alone);
	g_test_add_func("/aggregate/signed-entity", test_signed_entity);
	g_test_add_func("/aggregate/kinds", test_kinds);
	int result = g_test_run();
	test_key_free(signer);
	test_key_free(stranger);
	xml_shutdown();
	return result;
}
