/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/add.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "metadata/entity-set.h"
#include "metadata/xml/init.h"
#include "tests/unit/testkeys.h"

#define NOW 1795435200 /* 2026-11-23T12:00:00Z */
#define ID  "https://sp.example/Shibboleth?a=b"
#define ACS "https://sp.example/acs"

static char *folder;
static TestKey *good_key, *weak_key;

static void set_up(void)
{
	folder = g_dir_make_tmp("metadataadd-XXXXXX", NULL);
	g_assert_nonnull(folder);
}

static GPtrArray *files(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;
	while ((name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	return names;
}

static void tear_down(void)
{
	g_autoptr(GPtrArray) names = files();
	for (guint i = 0; i < names->len; i++)
		g_remove(names->pdata[i]);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_clear_pointer(&folder, g_free);
}

static const char *const one_acs[] = {ACS, NULL};
static const char *const two_acs[] = {ACS, "https://sp.example/acs2", NULL};

static MetadataAdd told(void)
{
	return (MetadataAdd){
		.folder = folder, .entity_id = ID, .acs = one_acs, .because = "åk 7", .now = NOW};
}

static char *service(const char *id, const char *more)
{
	return g_strdup_printf(
		"<md:EntityDescriptor xmlns:md=\"" XML_NS_MD "\" entityID=\"%s\"%s>"
		"<md:SPSSODescriptor "
		"protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
		"<md:AssertionConsumerService Binding=\"" ENDPOINT_POST "\" Location=\"" ACS
		"\" index=\"0\"/></md:SPSSODescriptor></md:EntityDescriptor>",
		id, more);
}

static GBytes *list_of(const char *first, const char *more, ...) G_GNUC_NULL_TERMINATED;
static GBytes *list_of(const char *first, const char *more, ...)
{
	GString *text = g_string_new(NULL);
	g_string_printf(text, "<md:EntitiesDescriptor xmlns:md=\"" XML_NS_MD "\"%s>", first);
	va_list args;
	va_start(args, more);
	for (const char *part = more; part; part = va_arg(args, const char *))
		g_string_append(text, part);
	va_end(args);
	g_string_append(text, "</md:EntitiesDescriptor>");
	return g_string_free_to_bytes(text);
}

static char *adds(const MetadataAdd *add)
{
	char *report = NULL;
	g_autoptr(GError) error = NULL;
	bool good = metadata_add(add, &report, &error);
	g_assert_no_error(error);
	g_assert_true(good);
	return report;
}

static void refuses(const MetadataAdd *add, int code, const char *says)
{
	g_autoptr(GPtrArray) before = files();
	g_autofree char *report = NULL;
	g_autoptr(GError) error = NULL;
	g_assert_false(metadata_add(add, &report, &error));
	g_assert_error(error, METADATA_ERROR, code);
	if (!strstr(error->message, says))
		g_error("\"%s\" does not say \"%s\"", error->message, says);
	g_autoptr(GPtrArray) after = files();
	g_assert_cmpuint(before->len, ==, after->len);
}

static void says(const char *report, const char *text)
{
	if (!strstr(report, text))
		g_error("\"%s\" does not say \"%s\"", report, text);
}

static const Entity *only(EntitySet *set)
{
	g_assert_cmpuint(entity_set_size(set), ==, 1);
	return entity_set_entities(set)->pdata[0];
}

static void test_told(void)
{
	set_up();
	g_autoptr(GPtrArray) certificates = g_ptr_array_new();
	g_autoptr(GBytes) pem = g_bytes_new(good_key->cert_pem, strlen(good_key->cert_pem));
	g_ptr_array_add(certificates, pem);
	MetadataAdd add = told();
	add.acs = two_acs;
	add.certificates = certificates;
	add.requests_signed = true;
	add.name = "Läs & skriv";
	g_autofree char *report = adds(&add);
	says(report, "service " ID "\n");
	says(report, "name (sv) Läs & skriv\n");
	says(report, "answers go to " ACS " (index 0, default)\n");
	says(report, "answers go to https://sp.example/acs2 (index 1)\n");
	says(report, "signing key EC 256, certificate until ");
	says(report, "requests must be signed\n");
	says(report, "beware: the metadata does not say which attributes");
	says(report, "written to ");

	g_autoptr(GPtrArray) names = files();
	g_assert_cmpuint(names->len, ==, 1);
	g_autofree char *name = g_path_get_basename(names->pdata[0]);
	g_assert_true(g_str_has_prefix(name, "sp.example-shibboleth-a-b-"));
	struct stat st;
	g_assert_cmpint(stat(names->pdata[0], &st), ==, 0);
	g_assert_cmpuint(st.st_mode & 07777, ==, 0644);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(names->pdata[0], &text, NULL, NULL));
	says(text, "\n<!-- Added 2026-11-23 because: åk 7 -->\n<md:EntityDescriptor");
	g_autoptr(EntitySet) set = entity_set_load(folder, NOW, NULL);
	const Entity *entity = only(set);
	g_assert_cmpstr(entity->id, ==, ID);
	g_assert_true(entity->authn_requests_signed);
	const EntityKey *key = entity->keys->pdata[0];
	g_assert_true(g_bytes_equal(key->der, good_key->der));
	tear_down();
}

static void test_replace(void)
{
	set_up();
	MetadataAdd add = told();
	g_free(adds(&add));
	refuses(&add, METADATA_ERROR_DUPLICATE, "--replace");
	add.acs = two_acs;
	g_autofree char *report = NULL;
	g_assert_false(metadata_add(&add, &report, NULL));
	says(report, "what changes for a service known already:\n  + answers go to");
	add.replace = true;
	g_free(adds(&add));
	g_autoptr(GPtrArray) names = files();
	g_assert_cmpuint(names->len, ==, 1);
	g_autoptr(EntitySet) set = entity_set_load(folder, NOW, NULL);
	g_assert_cmpuint(only(set)->acs->len, ==, 2);
	g_autofree char *again = adds(&add);
	says(again, "nothing changes");
	tear_down();
}

/* A file an administrator named, and one whose time has passed, are replaced where they are. */
static void test_replace_in_place(void)
{
	set_up();
	g_autofree char *path = g_build_filename(folder, "mine.xml", NULL);
	g_autofree char *text = service(ID, " validUntil=\"2020-01-01T00:00:00Z\"");
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_chmod(path, 0644);
	MetadataAdd add = told();
	refuses(&add, METADATA_ERROR_DUPLICATE, "mine.xml");
	add.replace = true;
	g_autofree char *report = adds(&add);
	says(report, "  - valid until 2020-01-01\n");
	says(report, "/mine.xml\n");
	g_autoptr(GPtrArray) names = files();
	g_assert_cmpuint(names->len, ==, 1);
	tear_down();
}

static void test_dry_run(void)
{
	set_up();
	MetadataAdd add = told();
	add.dry_run = true;
	g_autofree char *report = adds(&add);
	says(report, "would be written to ");
	g_autoptr(GPtrArray) names = files();
	g_assert_cmpuint(names->len, ==, 0);
	tear_down();
}

static void test_because(void)
{
	static const char *const texts[] = {"--><md:Evil/><!--", "a--b---", "-", "\x01\x1b[2J",
					    "ü\nö"};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		set_up();
		MetadataAdd add = told();
		add.because = texts[i];
		g_free(adds(&add));
		g_autoptr(EntitySet) set = entity_set_load(folder, NOW, NULL);
		g_assert_cmpstr(only(set)->id, ==, ID);
		tear_down();
	}
	set_up();
	MetadataAdd add = told();
	add.because = NULL;
	refuses(&add, METADATA_ERROR_USAGE, "--because");
	add.because = "";
	refuses(&add, METADATA_ERROR_USAGE, "--because");
	add.because = "\xe5";
	refuses(&add, METADATA_ERROR_USAGE, "UTF-8");
	g_autofree char *longest = g_strnfill(ADD_BECAUSE_MAX + 1, 'x');
	add.because = longest;
	refuses(&add, METADATA_ERROR_USAGE, "longer");
	tear_down();
}

static void test_file(void)
{
	set_up();
	g_autofree char *text = service(ID, " validUntil=\"2026-12-01T00:00:00Z\"");
	g_autofree char *marked = g_strconcat("\xef\xbb\xbf", text, NULL);
	g_autoptr(GBytes) file = g_bytes_new(marked, strlen(marked));
	MetadataAdd add = {.folder = folder, .file = file, .because = "x", .now = NOW};
	g_autofree char *report = adds(&add);
	says(report, "valid until 2026-12-01\n");
	says(report, "beware: logins to this service stop 2026-12-01");
	says(report, "requests are not signed\n");
	says(report, "beware: anybody can start a login");
	add.replace = true;
	add.entity_id = "https://other.example";
	refuses(&add, METADATA_ERROR_USAGE, "no entity called https://other.example");
	add.entity_id = ID;
	g_free(adds(&add));
	add.now = NOW + 30 * 86400;
	refuses(&add, METADATA_ERROR_EXPIRED, "validUntil");
	tear_down();
}

static void test_list(void)
{
	set_up();
	g_autofree char *one = service("https://a.example", "");
	g_autofree char *two = service(ID, " xmlns:x=\"u:x\" validUntil=\"2027-06-01T00:00:00Z\"");
	const char *provider = "<md:EntityDescriptor entityID=\"https://idp.example\"/>";
	g_autoptr(GBytes) several = list_of("", one, provider, two, NULL);
	g_autoptr(GBytes) single = list_of("", provider, two, NULL);
	g_autoptr(GBytes) twice = list_of("", two, two, NULL);
	g_autoptr(GBytes) none = list_of("", provider, provider, NULL);
	g_autoptr(GBytes) bounded =
		list_of(" validUntil=\"2026-12-02T00:00:00Z\"",
			"<md:EntitiesDescriptor validUntil=\"2026-12-01T00:00:00Z\">", two,
			"</md:EntitiesDescriptor>", NULL);
	g_autoptr(GBytes) expired = list_of(" validUntil=\"2026-01-01T00:00:00Z\"", two, NULL);
	MetadataAdd add = {.folder = folder, .because = "x", .now = NOW, .dry_run = true};
	add.file = several;
	refuses(&add, METADATA_ERROR_USAGE,
		"holds 2 services; say which: --entity ID\n  https://a");
	add.file = none;
	refuses(&add, METADATA_ERROR_SYNTAX, "no service provider");
	add.file = expired;
	refuses(&add, METADATA_ERROR_EXPIRED, "2026-01-01");
	add.file = single;
	g_autofree char *report = adds(&add);
	says(report, "service " ID "\n");
	add.file = bounded;
	g_autofree char *shorter = adds(&add);
	says(shorter, "valid until 2026-12-01\n");
	add.entity_id = ID;
	add.file = several;
	g_autofree char *chosen = adds(&add);
	says(chosen, "valid until 2027-06-01\n");
	add.file = twice;
	refuses(&add, METADATA_ERROR_USAGE, "several entities");
	tear_down();
}

static void test_refused(void)
{
	set_up();
	g_autoptr(GPtrArray) certificates = g_ptr_array_new();
	g_autoptr(GBytes) junk = g_bytes_new_static("x", 1);
	g_autofree char *text = service(ID, "");
	g_autoptr(GBytes) file = g_bytes_new(text, strlen(text));
	static const char *const http[] = {"http://sp.example/acs", NULL};
	static const char *const none[] = {NULL};

	MetadataAdd add = told();
	add.acs = http;
	refuses(&add, METADATA_ERROR_ENDPOINT, "https");
	add.acs = none;
	refuses(&add, METADATA_ERROR_USAGE, "either a FILE");
	add = told();
	add.entity_id = NULL;
	refuses(&add, METADATA_ERROR_USAGE, "either a FILE");
	add = told();
	add.file = file;
	refuses(&add, METADATA_ERROR_USAGE, "either a FILE");
	add = told();
	add.entity_id = "two words";
	refuses(&add, METADATA_ERROR_SYNTAX, "entityID");
	add = told();
	add.requests_signed = true;
	refuses(&add, METADATA_ERROR_KEY, "no signing key");
	add = told();
	add.certificates = certificates;
	g_ptr_array_add(certificates, junk);
	refuses(&add, METADATA_ERROR_KEY, "certificate 1: this is not a certificate");
	certificates->pdata[0] = weak_key->der;
	refuses(&add, METADATA_ERROR_KEY, "1024 bits");
	add = told();
	add.folder = "/nonexistent";
	refuses(&add, METADATA_ERROR_IO, "/nonexistent");
	add = told();
	g_chmod(folder, 0777);
	refuses(&add, METADATA_ERROR_TRUST, "chmod go-w");
	tear_down();
}

/* A text from a service does not steer the terminal that shows it. */
static void test_report_is_harmless(void)
{
	set_up();
	static const char text[] =
		"<md:EntityDescriptor xmlns:md=\"" XML_NS_MD
		"\" entityID=\"a\"><md:SPSSODescriptor "
		"protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
		"<md:AssertionConsumerService Binding=\"" ENDPOINT_POST "\" Location=\"" ACS
		"\" index=\"0\"/><md:AttributeConsumingService index=\"0\">"
		"<md:ServiceName xml:lang=\"sv\">a&#155;2J&#10;written to /x&#8238;b</md:ServiceName>"
		"<md:RequestedAttribute Name=\"x&#155;&#10;y\"/></md:AttributeConsumingService>"
		"</md:SPSSODescriptor></md:EntityDescriptor>";
	g_autoptr(GBytes) file = g_bytes_new_static(text, strlen(text));
	MetadataAdd add = {.folder = folder, .file = file, .because = "x", .now = NOW};
	g_autofree char *report = adds(&add);
	says(report, "name (sv) a2J written to /xb\n");
	says(report, "asks for x y, unknown here: cannot be released\n");
	tear_down();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	good_key = test_key_new(EVP_EC_gen("P-256"));
	weak_key = test_key_new(EVP_RSA_gen(1024));
	g_test_add_func("/add/told", test_told);
	g_test_add_func("/add/replace", test_replace);
	g_test_add_func("/add/replace-in-place", test_replace_in_place);
	g_test_add_func("/add/dry-run", test_dry_run);
	g_test_add_func("/add/because", test_because);
	g_test_add_func("/add/file", test_file);
	g_test_add_func("/add/list", test_list);
	g_test_add_func("/add/refused", test_refused);
	g_test_add_func("/add/report-is-harmless", test_report_is_harmless);
	int result = g_test_run();
	test_key_free(good_key);
	test_key_free(weak_key);
	xml_shutdown();
	return result;
}
