/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/entity.h"
#include "metadata/asked.h"

#include <string.h>

#include "metadata/xml/init.h"
#include "tests/unit/testkeys.h"

#define NOW  1795435200 /* 2026-11-23T12:00:00Z */
#define ACS  "https://sp.example/acs"
#define EPPN "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"
#define NONE (-1)
#define KEY                                                                                        \
	"<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>@CERT@</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
#define LOGOUT                                                                                     \
	"<md:SingleLogoutService Binding=\"" ENDPOINT_REDIRECT                                     \
	"\" Location=\"https://sp.example/slo\"/>"
#define ENDS    "</md:SPSSODescriptor>"
#define CONSUME "<md:AttributeConsumingService index=\"1\">"

static const char template[] =
	"<?xml version=\"1.0\"?>\n"
	"<md:EntityDescriptor xmlns:md=\"" XML_NS_MD "\" xmlns:ds=\"" XML_NS_DS
	"\" xmlns:saml=\"" XML_NS_SAML "\" xmlns:mdui=\"" XML_NS_MDUI "\" xmlns:a=\"" XML_NS_MDATTR
	"\" entityID=\"https://sp.example/md\" validUntil=\"2027-01-01T00:00:00Z\">\n"
	"<!-- from the supplier -->"
	"<md:Extensions><a:EntityAttributes>"
	"<saml:Attribute Name=\"http://macedir.org/entity-category\"><saml:AttributeValue> u:cat "
	"</saml:AttributeValue></saml:Attribute>"
	"<saml:Attribute Name=\"urn:oasis:names:tc:SAML:profiles:subject-id:req\">"
	"<saml:AttributeValue>any</saml:AttributeValue></saml:Attribute>"
	"</a:EntityAttributes></md:Extensions>"
	"<md:SPSSODescriptor AuthnRequestsSigned=\"true\" protocolSupportEnumeration=\"urn:x "
	"urn:oasis:names:tc:SAML:2.0:protocol\"><md:Extensions><mdui:UIInfo>"
	"<mdui:DisplayName xml:lang=\"en\">The\n service</mdui:DisplayName>"
	"<mdui:DisplayName xml:lang=\"sv\">Tjänsten</mdui:DisplayName>"
	"</mdui:UIInfo></md:Extensions>" KEY LOGOUT
	"<md:AssertionConsumerService Binding=\"" ENDPOINT_ARTIFACT
	"\" Location=\"https://sp.example/artifact\" index=\"0\" isDefault=\"true\"/>"
	"<md:AssertionConsumerService Binding=\"" ENDPOINT_POST "\" Location=\"" ACS
	"\" index=\"1\"/>"
	"<md:AssertionConsumerService Binding=\"" ENDPOINT_POST
	"\" Location=\"https://sp.example/acs2\" index=\"65535\"/>" CONSUME
	"<md:ServiceName xml:lang=\"sv\">Annat</md:ServiceName>"
	"<md:RequestedAttribute Name=\"" EPPN "\" isRequired=\"true\"/>"
	"<md:RequestedAttribute Name=\"urn:oid:2.5.4.42\"/>"
	"<md:RequestedAttribute Name=\"shoeSize\"/>"
	"</md:AttributeConsumingService>"
	"<md:AttributeConsumingService index=\"2\" isDefault=\"1\"><md:RequestedAttribute Name=\"" EPPN
	"\"/></md:AttributeConsumingService>" ENDS
	"<md:Organization><md:OrganizationDisplayName xml:lang=\"sv\">Bolaget"
	"</md:OrganizationDisplayName></md:Organization></md:EntityDescriptor>\n";

static char *certificate, *weak_certificate, *old_certificate;

/* The template with one text for another, wherever it stands, and the certificate filled in. */
static char *filled(const char *find, const char *put)
{
	GString *text = g_string_new(template);
	if (find)
		g_assert_cmpuint(g_string_replace(text, find, put, 0), >, 0);
	g_string_replace(text, "@CERT@", certificate, 0);
	g_string_replace(text, "@WEAK@", weak_certificate, 0);
	g_string_replace(text, "@OLD@", old_certificate, 0);
	return g_string_free(text, FALSE);
}

static Entity *read_changed(const char *find, const char *put, GError **error)
{
	g_autofree char *text = filled(find, put);
	return entity_parse(text, strlen(text), NOW, error);
}

static Entity *read_plain(void)
{
	g_autoptr(GError) error = NULL;
	Entity *entity = read_changed(NULL, NULL, &error);
	g_assert_no_error(error);
	return entity;
}

#define POST_WITH(location, index)                                                                 \
	"<md:AssertionConsumerService Binding=\"" ENDPOINT_POST "\" Location=\"" location          \
	"\" index=\"" index "\"/>" ENDS
#define SAML2 "urn:oasis:names:tc:SAML:2.0:protocol"

/* Changes to the template and what they lead to. */
static const struct {
	const char *name, *find, *put;
	int want; /* MetadataError or NONE */
	const char *says;
} changes[] = {
	{"plain", NULL, NULL, NONE},
	{"no-key-and-unsigned", KEY, "", METADATA_ERROR_KEY, "no signing key"},
	{"key-without-use", " use=\"signing\"", "", NONE},
	{"key-odd-use", "use=\"signing\"", "use=\"all\"", METADATA_ERROR_KEY, "use is neither"},
	{"key-only-encryption", "use=\"signing\"", "use=\"encryption\"", METADATA_ERROR_KEY},
	{"key-weak", "@CERT@", "@WEAK@", METADATA_ERROR_KEY, "signing key 1: the RSA key has 1024"},
	{"key-expired-certificate", "@CERT@", "@OLD@", NONE},
	{"key-garbage", "@CERT@", "AAAA", METADATA_ERROR_KEY, "not a certificate"},
	{"key-empty", "@CERT@", "", METADATA_ERROR_KEY},
	{"key-with-comment", "@CERT@", "<!-- x -->@CERT@", METADATA_ERROR_KEY},
	{"key-without-certificate", "ds:X509Certificate", "ds:X509CRL", METADATA_ERROR_KEY,
	 "no X509Certificate"},

	{"not-metadata", "md:EntityDescriptor", "md:Entity", METADATA_ERROR_SYNTAX, "not SAML"},
	{"list", "md:EntityDescriptor", "md:EntitiesDescriptor", METADATA_ERROR_SYNTAX, "a list"},
	{"other-namespace", XML_NS_MD, "urn:other", METADATA_ERROR_SYNTAX},
	{"no-id", " entityID=\"https://sp.example/md\"", "", METADATA_ERROR_SYNTAX, "entityID"},
	{"id-empty", "entityID=\"https://sp.example/md\"", "entityID=\"\"", METADATA_ERROR_SYNTAX},
	{"id-space", "entityID=\"https://sp.example/md\"", "entityID=\"a b\"",
	 METADATA_ERROR_SYNTAX},
	{"not-a-service", "md:SPSSODescriptor", "md:IDPSSODescriptor", METADATA_ERROR_SYNTAX,
	 "no service provider"},
	{"saml-1", SAML2, "urn:oasis:names:tc:SAML:1.1:protocol", METADATA_ERROR_SYNTAX},
	{"saml-2-lookalike", SAML2, SAML2 "2", METADATA_ERROR_SYNTAX},
	{"role-twice", ENDS, ENDS "<md:SPSSODescriptor protocolSupportEnumeration=\"" SAML2 "\"/>",
	 METADATA_ERROR_SYNTAX, "second"},
	{"role-saml-1-too", ENDS,
	 ENDS
	 "<md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol\"/>",
	 NONE},
	{"expired", "2027-01-01T00:00:00Z", "2026-11-23T12:00:00Z", METADATA_ERROR_EXPIRED,
	 "https://sp.example/md: validUntil"},
	{"not-yet-expired", "2027-01-01T00:00:00Z", "2026-11-23T12:00:01Z", NONE},
	{"expired-role", "<md:SPSSODescriptor ",
	 "<md:SPSSODescriptor validUntil=\"2020-01-01T00:00:00Z\" ", METADATA_ERROR_EXPIRED},
	{"until-offset", "2027-01-01T00:00:00Z", "2026-11-23T12:30:00+01:00",
	 METADATA_ERROR_EXPIRED},
	{"until-garbage", "2027-01-01T00:00:00Z", "soon", METADATA_ERROR_SYNTAX, "validUntil"},
	{"until-without-zone", "2027-01-01T00:00:00Z", "2027-01-01T00:00:00",
	 METADATA_ERROR_SYNTAX},
	{"flag-maybe", "AuthnRequestsSigned=\"true\"", "AuthnRequestsSigned=\"yes\"",
	 METADATA_ERROR_SYNTAX, "neither true nor false"},
	{"doctype", "<md:EntityDescriptor xmlns:md", "<!DOCTYPE x><md:EntityDescriptor xmlns:md",
	 METADATA_ERROR_SYNTAX, "2:1"},

	{"acs-http", ACS, "http://sp.example/acs", METADATA_ERROR_ENDPOINT,
	 "does not begin with https"},
	{"acs-javascript", ACS, "javascript:alert(1)", METADATA_ERROR_ENDPOINT},
	{"acs-artifact-http", "https://sp.example/artifact", "http://sp.example/artifact",
	 METADATA_ERROR_ENDPOINT},
	{"slo-http", "https://sp.example/slo", "http://sp.example/slo", METADATA_ERROR_ENDPOINT},
	{"acs-missing-location", " Location=\"" ACS "\"", "", METADATA_ERROR_SYNTAX, "Location"},
	{"acs-missing-binding", " Binding=\"" ENDPOINT_ARTIFACT "\"", "", METADATA_ERROR_SYNTAX,
	 "Binding"},
	{"acs-none-by-post", ENDPOINT_POST, "urn:oasis:names:tc:SAML:2.0:bindings:PAOS",
	 METADATA_ERROR_ENDPOINT, "no AssertionConsumerService"},
	{"acs-index-twice", ENDS, POST_WITH(ACS, "1"), METADATA_ERROR_DUPLICATE, "index 1"},
	{"acs-index-too-large", ENDS, POST_WITH(ACS, "65536"), METADATA_ERROR_ENDPOINT},
	{"acs-index-negative", ENDS, POST_WITH(ACS, "-1"), METADATA_ERROR_ENDPOINT},
	{"acs-index-sloppy", ENDS, POST_WITH(ACS, "3x"), METADATA_ERROR_ENDPOINT},
	{"acs-index-plus", ENDS, POST_WITH(ACS, "+3"), METADATA_ERROR_ENDPOINT},
	{"acs-index-space", ENDS, POST_WITH(ACS, " 3"), METADATA_ERROR_ENDPOINT},
	{"acs-index-empty", ENDS, POST_WITH(ACS, ""), METADATA_ERROR_ENDPOINT},
	{"acs-index-missing", " index=\"65535\"", "", METADATA_ERROR_ENDPOINT, "missing"},
	{"acs-default-twice", "index=\"65535\"", "index=\"65535\" isDefault=\"true\"", NONE},
	{"acs-default-maybe", "index=\"65535\"", "index=\"65535\" isDefault=\"TRUE\"",
	 METADATA_ERROR_SYNTAX},

	{"wish-index-twice", "index=\"2\"", "index=\"1\"", METADATA_ERROR_DUPLICATE},
	{"wish-index-missing", CONSUME, "<md:AttributeConsumingService>", METADATA_ERROR_ENDPOINT},
	{"wish-without-name", "Name=\"shoeSize\"", "Nam=\"shoeSize\"", METADATA_ERROR_SYNTAX},
	{"wish-required-maybe", "isRequired=\"true\"", "isRequired=\"maybe\"",
	 METADATA_ERROR_SYNTAX},
	{"category-with-comment", " u:cat ", "u:c<!-- -->at", METADATA_ERROR_SYNTAX},
	{"name-with-element", "Tjänsten", "<b/>", METADATA_ERROR_SYNTAX},
	{"subject-id-twice", "<saml:AttributeValue>any</saml:AttributeValue>",
	 "<saml:AttributeValue>any</saml:AttributeValue><saml:AttributeValue>none</saml:AttributeValue>",
	 METADATA_ERROR_SYNTAX},
};

static void test_change(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autoptr(GError) error = NULL;
	g_autoptr(Entity) entity = read_changed(changes[i].find, changes[i].put, &error);
	if (changes[i].want == NONE) {
		g_assert_no_error(error);
		g_assert_nonnull(entity);
		return;
	}
	g_assert_null(entity);
	g_assert_error(error, METADATA_ERROR, changes[i].want);
	if (changes[i].says && !strstr(error->message, changes[i].says))
		g_error("\"%s\" does not say \"%s\"", error->message, changes[i].says);
	g_test_message("%s", error->message);
}

static void test_fields(void)
{
	g_autoptr(Entity) entity = read_plain();
	g_assert_cmpstr(entity->id, ==, "https://sp.example/md");
	g_assert_cmpint(entity->valid_until, ==, 1798761600);
	g_assert_true(entity->authn_requests_signed);
	g_assert_false(entity->want_assertions_signed);
	g_assert_cmpuint(entity->acs->len, ==, 3);
	g_assert_cmpuint(entity->slo->len, ==, 1);
	g_assert_cmpuint(entity->keys->len, ==, 1);
	const EntityKey *key = entity->keys->pdata[0];
	g_assert_cmpint(key->certificate.kind, ==, XML_KEY_EC);
	const Endpoint *slo = entity->slo->pdata[0];
	g_assert_cmpstr(slo->location, ==, "https://sp.example/slo");
	g_assert_cmpint(slo->index, ==, -1);
	g_assert_false(entity_is_expired(entity, NOW));
	g_assert_true(entity_is_expired(entity, entity->valid_until));
	/* What lasso is given says the same. */
	const char *text = g_bytes_get_data(entity->bytes, NULL);
	g_assert_cmpuint(strlen(text), ==, g_bytes_get_size(entity->bytes));
	g_autoptr(Entity) again = entity_parse(text, strlen(text), NOW, NULL);
	g_assert_true(again && g_bytes_equal(again->bytes, entity->bytes));
}

static void test_wishes(void)
{
	g_autoptr(Entity) entity = read_plain();
	const Service *first = entity_service(entity, 1), *second = entity_service(entity, 2);
	g_assert_null(entity_service(entity, 0));
	g_assert_null(entity_service(entity, 65536));
	g_assert_true(entity_service(entity, -1) == second);
	g_assert_true(entity->service == second);
	g_assert_cmpuint(first->wishes->len, ==, 4);
	g_assert_cmpuint(second->wishes->len, ==, 2);
	const Wish *eppn = first->wishes->pdata[0], *given = first->wishes->pdata[1];
	const Wish *odd = first->wishes->pdata[2], *subject = first->wishes->pdata[3];
	g_assert_true(eppn->attribute == attribute_by_name("eduPersonPrincipalName"));
	g_assert_true(eppn->required);
	g_assert_true(given->attribute == attribute_by_name("givenName"));
	g_assert_false(given->required);
	g_assert_null(odd->attribute);
	g_assert_cmpstr(odd->name, ==, "shoeSize");
	g_assert_true(subject->attribute == attribute_by_name("pairwise-id"));
	g_assert_true(subject->required);
	g_assert_cmpstr(entity->subject_id_req, ==, "any");
	g_assert_cmpuint(first->categories->len, ==, 1);
	g_assert_cmpstr(first->categories->pdata[0], ==, "u:cat");
	g_assert_cmpint(first->protocol, ==, PROTOCOL_SAML);
	g_assert_cmpstr(first->id, ==, entity->id);
}

/* What is said of subject identifiers stands in the place of what is requested of them. */
static void test_subject_id(void)
{
	static const struct {
		const char *req, *want;
	} cases[] = {
		{"any", "pairwise-id!"},
		{"none", ""},
		{"subject-id", "subject-id!"},
		{"pairwise-id", "pairwise-id!"},
		/* what means nothing says nothing */
		{"Any", "subject-id pairwise-id!"},
		{"", "subject-id pairwise-id!"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = filled(
			"<md:RequestedAttribute Name=\"shoeSize\"/>",
			"<md:RequestedAttribute Name=\"urn:oasis:names:tc:SAML:attribute:subject-id\"/>"
			"<md:RequestedAttribute Name=\"urn:oasis:names:tc:SAML:attribute:pairwise-id\" "
			"isRequired=\"true\"/>");
		g_autoptr(GString) changed = g_string_new(text);
		g_autofree char *value =
			g_strconcat(">", cases[i].req, "</saml:AttributeValue>", NULL);
		g_autoptr(GError) error = NULL;
		g_autoptr(Entity) entity = NULL;
		g_autoptr(GString) got = g_string_new(NULL);

		g_string_replace(changed, ">any</saml:AttributeValue>", value, 0);
		entity = entity_parse(changed->str, changed->len, NOW, &error);
		g_assert_no_error(error);
		const GPtrArray *wishes = entity_service(entity, 1)->wishes;
		for (guint j = 0; j < wishes->len; j++) {
			const Wish *wish = wishes->pdata[j];
			if (g_str_has_suffix(wish->attribute->name, "-id"))
				g_string_append_printf(got, "%s%s%s", got->len ? " " : "",
						       wish->attribute->name,
						       wish->required ? "!" : "");
		}
		g_assert_cmpstr(got->str, ==, cases[i].want);
	}
}

/* Who registered it, and of two who say so neither. */
static void test_registration(void)
{
#define BY(value) "<rpi:RegistrationInfo registrationAuthority=\"" value "\"/>"
	static const struct {
		const char *name, *text, *want;
		bool refused;
	} cases[] = {
		{"said", BY("http://www.swamid.se/"), "http://www.swamid.se/"},
		{"byte for byte", BY("HTTP://www.swamid.se"), "HTTP://www.swamid.se"},
		{"not said", "", NULL},
		{"without the authority", "<rpi:RegistrationInfo/>", NULL},
		{"of another namespace",
		 "<x:RegistrationInfo xmlns:x=\"u:x\" registrationAuthority=\"a\"/>", NULL},
		{"empty", BY(""), NULL, true},
		{"twice", BY("a") BY("b"), NULL, true},
		{"twice the same", BY("a") BY("a"), NULL, true},
		{"long", BY("@@"), NULL, true},
	};
	g_autofree char *letters = g_strnfill(1025, 'x');

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) text = g_string_new(
			"<EntityDescriptor xmlns=\"" XML_NS_MD "\" xmlns:rpi=\"" XML_NS_MDRPI
			"\" entityID=\"sp\"><Extensions>##</Extensions><SPSSODescriptor "
			"protocolSupportEnumeration=\"" SAML2
			"\"><AssertionConsumerService Binding=\"" ENDPOINT_POST "\" Location=\"" ACS
			"\" index=\"7\"/></SPSSODescriptor></EntityDescriptor>");
		g_autoptr(GError) error = NULL;
		g_string_replace(text, "##", cases[i].text, 1);
		g_string_replace(text, "@@", letters, 1);
		g_test_message("%s", cases[i].name);
		g_autoptr(Entity) entity = entity_parse(text->str, text->len, NOW, &error);
		g_assert_true((entity == NULL) == cases[i].refused);
		if (entity)
			g_assert_cmpstr(entity->service->registered_by, ==, cases[i].want);
		else
			g_assert_error(error, METADATA_ERROR, METADATA_ERROR_SYNTAX);
	}
#undef BY
}

static char *text_of(const Asked *asked)
{
	GString *text = g_string_new(asked->id);
	for (guint i = 0; i < asked->categories->len; i++)
		g_string_append_printf(text, " c=%s", (char *)asked->categories->pdata[i]);
	for (guint i = 0; i < asked->wishes->len; i++) {
		const AskedWish *wish = &g_array_index(asked->wishes, AskedWish, i);
		g_string_append_printf(text, " %s=%s", wish->required ? "r" : "o", wish->name);
	}
	return g_string_free(text, FALSE);
}

/* All that it asks for under any index, and required under any; the same as a text. */
static void test_asked(void)
{
	g_autoptr(Entity) entity = read_plain();
	g_autoptr(Asked) asked = asked_new(), again = asked_new();
	g_autoptr(GByteArray) text = g_byte_array_new();
	asked_of_entity(asked, entity);
	asked_to_text(asked, text);
	g_assert_true(asked_is_text((char *)text->data, text->len));
	g_assert_true(asked_from_text(again, (char *)text->data, text->len));
	g_autofree char *said = text_of(asked), *read = text_of(again);
	g_assert_cmpstr(said, ==, read);
	g_assert_cmpstr(said, ==,
			"https://sp.example/md c=u:cat r=" EPPN " o=urn:oid:2.5.4.42 o=shoeSize "
			"r=urn:oasis:names:tc:SAML:attribute:pairwise-id");
	for (guint length = 0; length < text->len; length++)
		if (asked_is_text((char *)text->data, length))
			g_assert_cmpint(text->data[length - 1], ==, '\0');
}

static const struct {
	const char *name, *find, *put, *sv, *en;
} names[] = {
	{"mdui", NULL, NULL, "Tjänsten", "The service"},
	{"region", "xml:lang=\"en\"", "xml:lang=\"EN-us\"", "Tjänsten", "The service"},
	{"one-language", "xml:lang=\"en\"", "xml:lang=\"eng\"", "Tjänsten", NULL},
	{"service-name", "mdui:DisplayName", "mdui:Description", "Annat", NULL},
	{"blank", "Tjänsten", " &#10; ", NULL, "The service"},
	{"direction-marks", "Tjänsten", "a\xe2\x80\xae&#10;\tb&#x200b;", "a b", "The service"},
};

static void test_name(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autoptr(GError) error = NULL;
	g_autoptr(Entity) entity = read_changed(names[i].find, names[i].put, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(entity_service(entity, 1)->display_sv, ==, names[i].sv);
	g_assert_cmpstr(entity_service(entity, 1)->display_en, ==, names[i].en);
}

static void test_without_wishes(void)
{
	static const char text[] =
		"<EntityDescriptor xmlns=\"" XML_NS_MD "\" entityID=\"sp\"><SPSSODescriptor "
		"protocolSupportEnumeration=\"" SAML2
		"\"><AssertionConsumerService Binding=\"" ENDPOINT_POST "\" Location=\"" ACS
		"\" index=\"7\"/></SPSSODescriptor><Organization><OrganizationDisplayName "
		"xml:lang=\"sv\">Bolaget</OrganizationDisplayName></Organization></EntityDescriptor>";
	g_autoptr(GError) error = NULL;
	g_autoptr(Entity) entity = entity_parse(text, strlen(text), NOW, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(entity->wishes->len, ==, 1);
	g_assert_cmpuint(entity->service->wishes->len, ==, 0);
	g_assert_cmpstr(service_display(entity->service, "en"), ==, "Bolaget");
	g_assert_cmpuint(entity->keys->len, ==, 0);
	g_assert_false(entity->authn_requests_signed);
	g_assert_null(entity_service(entity, 0));
}

static const struct {
	const char *name, *url;
	int index;
	const char *binding;
	const char *want;
} choices[] = {
	{"default-by-post", NULL, -1, NULL, ACS},
	{"default-with-binding", NULL, -1, ENDPOINT_POST, ACS},
	{"url", "https://sp.example/acs2", -1, ENDPOINT_POST, "https://sp.example/acs2"},
	{"index", NULL, 65535, NULL, "https://sp.example/acs2"},
	{"foreign", "https://evil.example/acs", -1},
	{"prefix", ACS "/", -1},
	{"case", "https://SP.example/acs", -1},
	{"query", ACS "?", -1},
	{"encoded", "https://sp.example/ac%73", -1},
	{"port", "https://sp.example:443/acs", -1},
	{"empty", "", -1},
	{"artifact-url", "https://sp.example/artifact", -1},
	{"artifact-index", NULL, 0},
	{"artifact-binding", NULL, -1, ENDPOINT_ARTIFACT},
	{"paos-binding", ACS, -1, "urn:oasis:names:tc:SAML:2.0:bindings:PAOS"},
	{"both", ACS, 1},
	{"unknown-index", NULL, 2},
};

static void test_choose(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autoptr(Entity) entity = read_plain();
	g_autoptr(GError) error = NULL;
	const Endpoint *acs = entity_choose_acs(entity, choices[i].url, choices[i].index,
						choices[i].binding, &error);
	g_assert_cmpstr(acs ? acs->location : NULL, ==, choices[i].want);
	if (!acs)
		g_assert_error(error, METADATA_ERROR, METADATA_ERROR_NO_ACS);
	/* A URL of a stranger does not come back in our words. */
	g_assert_true(!error || !strstr(error->message, "example"));
}

static const struct {
	const char *url;
	const char *origin; /* NULL: refused */
} urls[] = {
	{"https://sp.example", "https://sp.example"},
	{"https://sp.example/", "https://sp.example"},
	{"HTTPS://SP.example:8443/a?b=c&d=%20", "https://sp.example:8443"},
	{"https://sp.example?x", "https://sp.example"},
	{"https://127.0.0.1/", "https://127.0.0.1"},
	{"https://[::1]:8443/", "https://[::1]:8443"},
	{"https://mellon.localhost:9443/x", "https://mellon.localhost:9443"},
	{"", NULL},
	{"http://sp.example/", NULL},
	{"https:/sp.example/", NULL},
	{"https:sp.example", NULL},
	{"//sp.example/", NULL},
	{"/acs", NULL},
	{"javascript:alert(1)", NULL},
	{"data:text/html,x", NULL},
	{" https://sp.example/", NULL},
	{"https://sp.example/ ", NULL},
	{"https://sp.example/a\nb", NULL},
	{"https://sp.example/a\tb", NULL},
	{"https://sp.example/\xc3\xa5", NULL},
	{"https://\xc3\xa5.example/", NULL},
	{"https:///acs", NULL},
	{"https://:443/", NULL},
	{"https://user@sp.example/", NULL},
	{"https://user:pw@sp.example/", NULL},
	{"https://sp.example@evil.example/", NULL},
	{"https://sp.example\\@evil.example/", NULL},
	{"https://sp.example\\.evil.example/", NULL},
	{"https://sp.example%2eevil.example/", NULL},
	{"https://sp.example;script-src/", NULL},
	{"https://sp.example'x/", NULL},
	{"https://sp.example,x/", NULL},
	{"https://*.example/", NULL},
	{"https://sp.example:0/", NULL},
	{"https://sp.example:/", NULL},
	{"https://sp.example:65536/", NULL},
	{"https://sp.example:44x/", NULL},
	{"https://sp.example:+443/", NULL},
	{"https://[::1/", NULL},
	{"https://[]/", NULL},
	{"https://[::1]x/", NULL},
	{"https://sp.example/#x", NULL},
	{"https://sp.example#", NULL},
	{"https://sp.example/<x>", NULL},
	{"https://sp.example/\"x", NULL},
	{"https://sp.example/%zz", NULL},
};

static void test_url(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
		g_autoptr(GError) error = NULL;
		bool good = endpoint_url_check(urls[i].url, &error);
		if (good != (urls[i].origin != NULL))
			g_error("%s: %s", urls[i].url, error ? error->message : "taken");
		g_autofree char *origin = good ? endpoint_origin(urls[i].url) : NULL;
		g_assert_cmpstr(origin, ==, urls[i].origin);
		if (!good)
			g_assert_error(error, METADATA_ERROR, METADATA_ERROR_ENDPOINT);
	}
	g_autofree char *tail = g_strnfill(ENDPOINT_URL_MAX - strlen("https://a/"), 'x');
	g_autofree char *longest = g_strconcat("https://a/", tail, NULL);
	g_autofree char *longer = g_strconcat(longest, "x", NULL);
	g_assert_true(endpoint_url_check(longest, NULL));
	g_assert_false(endpoint_url_check(longer, NULL));
}

static char *base64_of(EVP_PKEY *pkey, long from, long to)
{
	g_autoptr(TestKey) key = test_key_for(pkey, from, to);
	gsize len;
	const guint8 *der = g_bytes_get_data(key->der, &len);
	return g_base64_encode(der, len);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	certificate = base64_of(EVP_EC_gen("P-256"), 0, 86400);
	old_certificate = base64_of(EVP_EC_gen("P-256"), -172800, -86400);
	weak_certificate = base64_of(EVP_RSA_gen(1024), 0, 86400);
	for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *path = g_strconcat("/entity/change/", changes[i].name, NULL);
		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_change);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strconcat("/entity/name/", names[i].name, NULL);
		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_name);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(choices); i++) {
		g_autofree char *path = g_strconcat("/entity/choose/", choices[i].name, NULL);
		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_choose);
	}
	g_test_add_func("/entity/fields", test_fields);
	g_test_add_func("/entity/wishes", test_wishes);
	g_test_add_func("/entity/subject-id", test_subject_id);
	g_test_add_func("/entity/registration", test_registration);
	g_test_add_func("/entity/asked", test_asked);
	g_test_add_func("/entity/without-wishes", test_without_wishes);
	g_test_add_func("/entity/url", test_url);
	int result = g_test_run();
	g_free(certificate);
	g_free(old_certificate);
	g_free(weak_certificate);
	xml_shutdown();
	return result;
}
