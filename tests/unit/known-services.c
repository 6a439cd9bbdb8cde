/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/known-services.h"

#include <glib/gstdio.h>
#include <string.h>

#include "metadata/feed-child.h"
#include "metadata/xml/init.h"
#include "policy/policy.h"
#include "tests/unit/feed-fixture.h"

#define NOW    1795435200 /* 2026-11-23T12:00:00Z */
#define MAIL   FEED_WISH(FEED_ASK("urn:oid:0.9.2342.19200300.100.1.3"))
#define SURN   FEED_WISH(FEED_ASK("urn:oid:2.5.4.4"))
#define COMMON "https://a.example"

/* As one that asks for mail, but for who registered it. */
#define REGISTERED                                                                                 \
	"<md:EntityDescriptor entityID=\"https://mail3.example\"><md:Extensions>"                  \
	"<rpi:RegistrationInfo xmlns:rpi=\"" XML_NS_MDRPI                                          \
	"\" registrationAuthority=\"http://x/\"/></md:Extensions><md:SPSSODescriptor "             \
	"protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"                     \
	"<md:AssertionConsumerService Binding=\"" ENDPOINT_POST                                    \
	"\" Location=\"https://sp.example/acs\" index=\"0\"/>" MAIL                                \
	"</md:SPSSODescriptor></md:EntityDescriptor>"

/* Four kinds: nothing (twice), mail (twice, and once by another federation), surname. */
static const char plain[] = FEED_ROOT("validUntil=\"2026-11-30T12:00:00Z\"") FEED_SERVICE(COMMON)
	FEED_SERVICE("https://b.example") FEED_SERVICE_WITH("https://mail1.example", "", MAIL)
		FEED_SERVICE_WITH("https://mail2.example", "", MAIL)
			REGISTERED FEED_SERVICE_WITH("https://name.example", "", SURN) FEED_END;

static EntitySet *set;

static void put(const char *folder, const char *name, const void *bytes, gsize len)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_assert_true(g_file_set_contents(path, bytes, (gssize)len, NULL));
	g_assert_cmpint(g_chmod(path, 0644), ==, 0);
}

static void make_set(void)
{
	TestKey *signer = test_key_new(EVP_EC_gen("P-256"));
	g_autofree char *folder = g_dir_make_tmp("known-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "feed.xml", NULL);
	g_autofree char *certificate = g_build_filename(folder, "signer.pem", NULL);
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GBytes) bytes = feed_sign(plain, signer);
	g_autoptr(GError) error = NULL;
	gsize len;
	const void *data = g_bytes_get_data(bytes, &len);
	const FeedOptions options = {"x", file, certificate, folder};
	put(folder, "feed.xml", data, len);
	put(folder, "signer.pem", signer->cert_pem, strlen(signer->cert_pem));
	Feed *feed = feed_load(&options, NOW, warnings, &error);
	g_assert_no_error(error);
	set = entity_set_new(none, NULL);
	entity_set_add_feed(set, feed);
	g_unlink(file);
	g_unlink(certificate);
	g_rmdir(folder);
	test_key_free(signer);
}

static GPtrArray *texts_of(const char *policy)
{
	const PolicySource source = {"x.policy", policy, strlen(policy)};
	return policy_texts(&source, 1);
}

static guint with_wish(const KnownServices *known, const char *id, const char *attribute)
{
	guint count = 0;
	for (guint i = 0; i < known->services->len; i++) {
		const Service *service = known->services->pdata[i];
		const Wish *wish = service->wishes->len ? service->wishes->pdata[0] : NULL;
		count += (!id || strcmp(service->id, id) == 0) &&
			 g_strcmp0(wish ? wish->attribute->name : NULL, attribute) == 0;
	}
	return count;
}

static void test_kinds(void)
{
	g_autoptr(GPtrArray) texts = texts_of("policy 1\n");
	g_autoptr(KnownServices) known = known_services_new(set, texts, NOW);
	g_assert_cmpuint(known->services->len, ==, 4);
	g_assert_cmpuint(with_wish(known, "https://mail3.example", "mail"), ==, 1);
	g_assert_cmpuint(with_wish(known, NULL, "mail"), ==, 2);
	g_assert_cmpuint(with_wish(known, NULL, "sn"), ==, 1);
	g_assert_cmpuint(with_wish(known, NULL, NULL), ==, 1);
}

/* Whatever rules say of some by name, all kinds are there unnamed too. */
static void test_named(void)
{
	static const char policy[] =
		"policy 1\nservice X is \"https://mail1.example\"\n"
		"service Y is \"https://mail2.example\", \"" COMMON "\", \"https://b.example\"\n";
	g_autoptr(GPtrArray) texts = texts_of(policy);
	g_autoptr(KnownServices) known = known_services_new(set, texts, NOW);
	g_assert_cmpuint(with_wish(known, "https://mail1.example", "mail"), ==, 1);
	g_assert_cmpuint(with_wish(known, "https://mail2.example", "mail"), ==, 1);
	g_assert_cmpuint(with_wish(known, NULL, "mail"), ==, 4);
	g_assert_cmpuint(with_wish(known, NULL, NULL), ==, 3);
	g_assert_cmpuint(with_wish(known, NULL, "sn"), ==, 1);
	for (guint i = 0; i < known->copies->len; i++) {
		const Service *copy = known->copies->pdata[i];
		g_assert_cmpuint(copy->feeds->len, ==, 1);
		g_assert_cmpstr(copy->feeds->pdata[0], ==, "x");
		g_assert_true(g_str_has_prefix(copy->id, "one such as "));
	}
	g_assert_cmpuint(known->copies->len, ==, 2);
}

/* An expectation is proved for a service that only the feed has. */
static void test_proved(void)
{
	static const char *const scopes[] = {"skola.example", NULL};
	static const char policy[] =
		"policy 1\nrelease \"All\" {\n\tto any\n\tfor student\n\tgive mail\n"
		"\tsilent\n\tbecause \"x\"\n}\nexpect student at any gets mail\n";
	const PolicySource source = {"x.policy", policy, strlen(policy)};
	g_autoptr(GPtrArray) texts = policy_texts(&source, 1);
	g_autoptr(KnownServices) known = known_services_new(set, texts, NOW);
	const PolicyContext with = {scopes, 20261123,
				    (const Service *const *)known->services->pdata,
				    known->services->len};
	const PolicyContext without = {scopes, 20261123, NULL, 0};
	g_autoptr(GError) error = NULL;
	Policy *policy_without = policy_load(&source, 1, &without, &error);
	g_assert_no_error(error);
	policy_unref(policy_without);
	g_assert_null(policy_load(&source, 1, &with, &error));
	g_assert_error(error, POLICY_ERROR, POLICY_ERROR_EXPECT);
	g_assert_nonnull(strstr(error->message, "does not ask for it"));
}

static void test_texts(void)
{
	g_autoptr(GPtrArray) texts =
		texts_of("policy 1\n# \"not this\"\nservice X is \"a\\\"b\", \"c\"\n");
	g_assert_cmpuint(texts->len, ==, 2);
	g_assert_cmpstr(texts->pdata[0], ==, "a\"b");
	g_assert_cmpstr(texts->pdata[1], ==, "c");
}

int main(int argc, char **argv)
{
	if (feed_child_is_wanted(argc, argv))
		feed_child_main(argv);
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	make_set();
	g_test_add_func("/known-services/kinds", test_kinds);
	g_test_add_func("/known-services/named", test_named);
	g_test_add_func("/known-services/proved", test_proved);
	g_test_add_func("/known-services/texts", test_texts);
	int result = g_test_run();
	entity_set_free(set);
	xml_shutdown();
	return result;
}
