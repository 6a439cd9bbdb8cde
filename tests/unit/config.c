/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/config.h"

#include <glib/gstdio.h>
#include <string.h>

#define IDP                                                                                        \
	"[idp]\nbase-url = https://idp.localhost:8443\nscopes = skola.example; sko.example ;\n"    \
	"name-sv = Skolan\nname-en = The school\nsupport-email = it@skola.example\n"
#define SAML "[saml]\nkey = saml.key\ncertificate = /etc/saml.crt\n"
#define DIRECTORY                                                                                  \
	"[directory main]\nuri = ldaps://a;ldaps://b\nca = ca.pem\nbind-dn = cn=p\n"               \
	"password-file = pw\nbase = dc=skola\nstudent = eduPersonAffiliation=student\n"
#define MARKED "protected-attribute = none\n"
#define KEYS                                                                                       \
	"[ledger]\nkey = ledger.key\n[seal]\nkey = seal.key\n"                                     \
	"[identifiers]\nkey = identifiers.key\n"
#define WHOLE IDP SAML DIRECTORY MARKED KEYS

static char *folder;

static Config *load(const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "portvakt.conf", NULL);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	return config_load(path, error);
}

static void test_values(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config =
		load(WHOLE "[session]\nidle = 30m\n[attributes]\nmail = skolmail\n", &error);
	g_assert_no_error(error);
	g_autofree char *key = g_build_filename(folder, "saml.key", NULL);
	g_assert_cmpstr(config_path(config, "saml", "key"), ==, key);
	g_assert_cmpstr(config_path(config, "saml", "certificate"), ==, "/etc/saml.crt");
	g_assert_cmpstr(config_list(config, "idp", "scopes")[1], ==, "sko.example");
	g_assert_null(config_list(config, "idp", "scopes")[2]);
	g_assert_cmpint(config_number(config, "session", "idle"), ==, 1800);
	g_assert_cmpint(config_number(config, "session", "absolute"), ==, 36000);
	g_assert_false(config_has(config, "session", "idle-staff"));
	g_assert_cmpstr(config_directories(config)[0], ==, "directory main");
	g_assert_cmpstr(config_text(config, "directory main", "person-key"), ==, "entryUUID");
	g_assert_cmpstr(config_text(config, "attributes", "mail"), ==, "skolmail");
	g_auto(GStrv) keys = config_keys(config, "attributes");
	g_assert_cmpuint(g_strv_length(keys), ==, 1);
	g_autofree char *where = config_where(config, "session", "idle");
	g_assert_true(g_str_has_suffix(where, "portvakt.conf:25:8"));
}

static void test_mistakes(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"listen = x\n", ":1:1: the first line that is no comment must be a '[group]'"},
		{"[idp]\nnonsense\n", ":2:1: a line is 'key = value'"},
		{"[sever]\n", ":1:1: there is no group [sever]; did you mean 'server'?"},
		{"[directory]\n", ":1:1: there is no group [directory]; give it a name"},
		{"# x\n[server]\nlisen = 1\n",
		 ":3:1: [server] has no setting 'lisen'; did you mean 'listen'?"},
		{"[server]\nworkers = many\n", ":2:11: workers takes a whole number"},
		{"[server]\nworkers = 0\n", ":2:11: workers must lie between 1 and 64"},
		{"[server]\nworkers = 99999999999999999999\n",
		 ":2:11: workers takes a whole number"},
		{"[session]\nidle = 60\n", ":2:8: idle takes a time such as"},
		{"[session]\nidle = 9223372036854775807d\n", ":2:8: idle takes a time such as"},
		{"[session]\nidle = 1s\n", ":2:8: idle must lie between 60 and"},
		{"[server]\nlisten = a\nlisten = b\n",
		 "'listen' of [server] is said twice (first at "},
		{"[server]\n \t lisen = 1\n", ":2:4: [server] has no setting"},
		{"[server]\n workers  =  many\r\n", ":2:14: workers takes a whole number"},
		{WHOLE "[server]\ntrusted-proxies = 127.0.0.1 ;  proxy.example; ::1\n",
		 ":25:32: 'proxy.example' is no address or network: write 127.0.0.1"},
		{WHOLE "[server]\ntrusted-proxies = 10.0.0.1/8\n", ":25:19: '10.0.0.1/8' is no"},
		{WHOLE "[server]\ntrusted-proxies = ::1;0.0.0.0/0\n",
		 ":25:23: '0.0.0.0/0' would believe everybody"},
		{"[server]\nlisten =\n", ":2:1: 'listen' has no value"},
		{"[directory a]\n[directory b]\n", "[directory b] is a second"},
		{IDP SAML KEYS, "no directory is named"},
		{SAML DIRECTORY MARKED KEYS, "[idp] lacks 'base-url'"},
		{IDP SAML DIRECTORY KEYS, "[directory main] lacks 'protected-attribute'"},
		{IDP SAML DIRECTORY "protected-attribute = x\n" KEYS, "needs protected-no"},
		{IDP SAML DIRECTORY MARKED "login-filter = (uid=x)\n" KEYS,
		 "login-filter needs {login}"},
		{WHOLE "[server]\ntls-key = k\n", "tls-certificate and tls-key go together"},
		{WHOLE "[health]\nlisten = *:9464\n",
		 ":25:10: '*:9464' is not one address and port"},
		{WHOLE "[health]\nlisten = 127.0.0.1\n", ":25:10: '127.0.0.1' is not one address"},
		{WHOLE "[health]\nlisten = 127.0.0.1:8080\n",
		 ":25:10: that is where people are served"},
		{IDP SAML DIRECTORY MARKED "[ledger]\nkey = l\n[seal]\nkey = s\n",
		 "[identifiers] lacks 'key'"},
		{WHOLE "[eppn]\nsource = nowhere\n", ":25:10: source is directory or store"},
		{WHOLE "[eppn]\nscope = other.example\n", ":25:9: scope is one of [idp] scopes"},
		{WHOLE "[consent]\nkeep = 395d\n",
		 ":25:8: keep of [consent] is not less than keep of [ledger]: who must show what "
		 "left must show the yes that it left by"},
		{"\xff\xfe[idp]\n", "not UTF-8"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Config) config = load(cases[i].text, &error);
		g_assert_null(config);
		g_assert_nonnull(error);
		if (!strstr(error->message, cases[i].want))
			g_error("wanted “%s” in “%s”", cases[i].want, error->message);
	}
}

static void test_base_url(void)
{
	static const char *const bad[] = {"http://a", "https://a/", "https://a?x", "https://u@a",
					  "https://", "a",          "https://a/b", "https://a:443"};
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *line = g_strconcat("base-url = ", bad[i], NULL);
		g_auto(GStrv) parts = g_strsplit(WHOLE, "base-url = https://idp.localhost:8443", 2);
		g_autofree char *text = g_strjoin(line, parts[0], parts[1], NULL);
		g_autoptr(GError) error = NULL;
		g_autoptr(Config) config = load(text, &error);
		g_assert_null(config);
		g_assert_nonnull(
			strstr(error->message, "portvakt.conf:2:12: base-url is https://"));
	}
}

static void test_identity(void)
{
	static const struct {
		const char *line, *want;
		bool good;
	} cases[] = {
		{"scopes = skola example", "a scope is a domain", false},
		{"scopes = @skola.example", "a scope is a domain", false},
		{"scopes = skola.example;Sko.example", "a scope is a domain", false},
		{"scopes = skola", "a scope is a domain", false},
		{"scopes = skola.example;xn--sknhamn-5wa.sko-la.example", NULL, true},
		{"scopes = a.example\nentity-id = foo bar", "entity-id is an address", false},
		{"scopes = a.example\nentity-id = skolan", "entity-id is an address", false},
		{"scopes = a.example\nentity-id = urn:mace:skolan", NULL, true},
		{"scopes = a.example\nsupport-email = nobody", "support-email is a mail", false},
		{"scopes = a.example\nsupport-email = a b@c.example", "support-email is a mail",
		 false},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) text = g_string_new(WHOLE);
		if (strstr(cases[i].line, "support-email"))
			g_string_replace(text, "support-email = ", "# ", 1);
		g_string_replace(text, "scopes = skola.example; sko.example ;", cases[i].line, 1);
		g_autoptr(GError) error = NULL;
		g_autoptr(Config) config = load(text->str, &error);
		g_assert_cmpint(config != NULL, ==, cases[i].good);
		if (!cases[i].good)
			g_assert_nonnull(strstr(error->message, cases[i].want));
	}
}

#define FEED "file = f.xml\ncertificate = c.pem\n"

static void test_feeds(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"[feed]\n" FEED, "give it a name: [feed main]"},
		{"[feed a/b]\n" FEED, "a feed's name is letters"},
		{"[feed ]\n" FEED, "a feed's name is letters"},
		{"[feed ..]\n" FEED, "a feed's name is letters"},
		{"[feed a]\nfile = f.xml\n", "[feed a] lacks 'certificate'"},
		{"[feed a]\n" FEED "[feed b]\ncertificate = c.pem\n", "[feed b] lacks 'file'"},
		{"[feed a]\n" FEED "fil = x\n", "did you mean 'file'"},
		{"[feed a]\n" FEED "[feed a]\nfile = g.xml\n", "said twice"},
		{"[feeds]\n" FEED, "did you mean 'feed'"},
		{"[feed 1]\n" FEED "[feed 2]\n" FEED "[feed 3]\n" FEED "[feed 4]\n" FEED
		 "[feed 5]\n" FEED "[feed 6]\n" FEED "[feed 7]\n" FEED "[feed 8]\n" FEED
		 "[feed 9]\n" FEED,
		 "more than 8 feeds"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strconcat(WHOLE, cases[i].text, NULL);
		g_autoptr(GError) error = NULL;
		g_assert_null(load(text, &error));
		if (!strstr(error->message, cases[i].want))
			g_error("\"%s\" does not say \"%s\"", error->message, cases[i].want);
	}
	g_autoptr(Config) none = load(WHOLE, NULL);
	g_assert_null(config_feeds(none)[0]);
	g_autoptr(Config) two = load(WHOLE "[feed b]\n" FEED "[feed a]\n" FEED, NULL);
	g_assert_cmpstr(config_feeds(two)[0], ==, "feed b");
	g_assert_cmpstr(config_feeds(two)[1], ==, "feed a");
	g_assert_null(config_feeds(two)[2]);
	g_assert_true(g_str_has_suffix(config_path(two, "feed a", "file"), "/f.xml"));
}

static void test_folder(void)
{
	g_autofree char *sub = g_build_filename(folder, "conf.d", NULL);
	g_autofree char *file = g_build_filename(sub, "10-more.conf", NULL);
	g_assert_cmpint(g_mkdir(sub, 0700), ==, 0);
	g_assert_true(g_file_set_contents(file, "[server]\nworkers = 7\n", -1, NULL));
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load(WHOLE, &error);
	g_assert_no_error(error);
	g_assert_cmpint(config_number(config, "server", "workers"), ==, 7);
	g_autoptr(Config) twice = load(WHOLE "[server]\nworkers = 3\n", &error);
	g_assert_null(twice);
	g_assert_nonnull(
		strstr(error->message, "10-more.conf:2:1: 'workers' of [server] is said twice"));
	g_assert_cmpint(g_unlink(file), ==, 0);
	g_assert_cmpint(g_rmdir(sub), ==, 0);
}

/* The manual and the reference configuration have every setting of the table, and no other. */
static void test_documents(void)
{
	gsize n = 0;
	const ConfigSetting *settings = config_settings(&n);
	g_autofree char *manual = NULL;
	g_autofree char *reference = NULL;
	g_autoptr(GError) error = NULL;
	g_assert_true(g_file_get_contents(TEST_SRCDIR "/idp/portvakt.conf.5", &manual, NULL, NULL));
	g_assert_true(
		g_file_get_contents(TEST_SRCDIR "/idp/portvakt.conf", &reference, NULL, NULL));
	for (gsize i = 0; i < n; i++) {
		if (g_str_equal(settings[i].key, "*"))
			continue;
		g_autofree char *item = g_strdup_printf(".It Cm %s Li =", settings[i].key);
		g_autofree char *line = g_strdup_printf(
			"\n%s%s = %s", settings[i].fallback ? "#" : "", settings[i].key,
			settings[i].type != CONFIG_PATH && settings[i].fallback
				? settings[i].fallback
				: "");
		g_autofree char *unset = g_strdup_printf("\n#%s = ", settings[i].key);
		if (!strstr(manual, item))
			g_error("portvakt.conf(5) lacks %s", item);
		/* there need not be a feed, nor a huvudman with a name */
		bool needed = settings[i].mandatory && !g_str_equal(settings[i].group, "feed") &&
			      !g_str_equal(settings[i].group, "huvudman");
		if (!strstr(reference, line) &&
		    (needed || settings[i].fallback || !strstr(reference, unset)))
			g_error("the reference configuration lacks %s", line + 1);
	}
	g_autoptr(Config) config = load(reference, &error);
	g_assert_no_error(error);
	g_auto(GStrv) parts = g_strsplit(reference, "\n#", -1);
	g_autoptr(GString) all = g_string_new(parts[0]);
	for (char **part = parts + 1; *part; part++)
		g_string_append_printf(all, "\n%s%s",
				       g_ascii_islower(**part) || **part == '[' ? "" : "#", *part);
	g_autoptr(Config) whole = load(all->str, &error);
	g_assert_no_error(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("portvakt-config-XXXXXX", NULL);
	g_test_add_func("/config/values", test_values);
	g_test_add_func("/config/mistakes", test_mistakes);
	g_test_add_func("/config/base-url", test_base_url);
	g_test_add_func("/config/identity", test_identity);
	g_test_add_func("/config/feeds", test_feeds);
	g_test_add_func("/config/folder", test_folder);
	g_test_add_func("/config/documents", test_documents);
	int failed = g_test_run();
	g_autofree char *path = g_build_filename(folder, "portvakt.conf", NULL);
	g_unlink(path);
	g_rmdir(folder);
	g_free(folder);
	return failed;
}
