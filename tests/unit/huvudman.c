/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The configuration of several huvudmän: who may say what where, and what no two may share. */
#include "idp/apart.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define OWN                                                                                        \
	"[idp]\nbase-url = https://norra.example\nscopes = norra.example\nname-sv = N\n"           \
	"name-en = N\nsupport-email = it@norra.example\n[saml]\nkey = k\ncertificate = c\n"        \
	"[directory main]\nuri = ldaps://a\nca = ca.pem\nbind-dn = cn=p\npassword-file = pw\n"     \
	"base = dc=skola\nstudent = a=student\nprotected-attribute = none\n"                       \
	"[ledger]\nkey = l\n[seal]\nkey = s\n[identifiers]\nkey = i\n"
#define NORRA "[huvudman norra]\nfile = own/norra.conf\n"

static char *folder;

static void put(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static Config *load(const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "portvakt.conf", NULL);
	put("portvakt.conf", text);
	return config_load(path, error);
}

static void assert_says(const GError *error, const char *want)
{
	g_assert_nonnull(error);
	if (!strstr(error->message, want))
		g_error("wanted “%s” in “%s”", want, error->message);
}

static void test_main(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{NORRA "[idp]\nbase-url = https://a\n",
		 "portvakt.conf:3:1: [idp] is of one huvudman: with [huvudman norra] it belongs in "
		 "that one's file"},
		{OWN NORRA, "portvakt.conf:1:1: [idp] is of one huvudman"},
		{"[feed a]\nfile = f\n" NORRA, ":1:1: [feed a] is of one huvudman"},
		{"[huvudman norra]\n", "[huvudman norra] lacks 'file'"},
		{NORRA "[huvudman sodra]\n", "[huvudman sodra] lacks 'file'"},
		{"[huvudman]\n", ":1:1: there is no group [huvudman]; give it a name: [huvudman "
				 "main]"},
		{"[huvudman ]\n", ":1:1: a huvudman's name begins with a letter"},
		{"[huvudman Norra]\n", ":1:1: a huvudman's name begins with a letter"},
		{"[huvudman ../x]\n", "a huvudman's name begins"},
		{"[huvudman norra-]\n", "a huvudman's name begins"},
		{"[huvudman 1]\n", "a huvudman's name begins"},
		{"[huvudman conf]\n", "and not `conf'"},
		{"[huvudman abcdefghijklmnopqrstuvwxyzabcdefg]\n", "at most 32 of them"},
		{NORRA "fil = x\n", "[huvudman norra] has no setting 'fil'; did you mean 'file'?"},
		{NORRA NORRA, "'file' of [huvudman norra] is said twice"},
		{NORRA "[server]\ntls-key = k\n", "tls-certificate and tls-key go together"},
		{NORRA "[health]\nlisten = *:1\n", "is not one address and port"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(load(cases[i].text, &error));
		assert_says(error, cases[i].want);
	}
}

static void test_many(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	for (int i = 0; i < 33; i++)
		g_string_append_printf(text, "[huvudman a%d]\nfile = a\n", i);
	g_assert_null(load(text->str, &error));
	assert_says(error, ":65:1: more than 32 huvudmän");
}

static void test_names(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) main =
		load("[server]\nworkers = 3\n[huvudman sodra-2]\nfile = s.conf\n" NORRA, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(config_huvudmen(main)[0], ==, "sodra-2");
	g_assert_cmpstr(config_huvudmen(main)[1], ==, "norra");
	g_assert_null(config_huvudmen(main)[2]);
	g_assert_null(config_huvudman(main));
	g_assert_cmpint(config_number(main, "server", "workers"), ==, 3);
	g_assert_cmpint(config_number(main, "server", "queue"), ==, 1024);
	g_assert_null(config_text(main, "store", "file"));
	g_assert_null(config_directories(main)[0]);
	g_autoptr(Config) one = load(OWN, &error);
	g_assert_no_error(error);
	g_assert_null(config_huvudmen(one)[0]);
}

static void test_own(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{OWN "[server]\nlisten = x\n",
		 "%s/own/norra.conf:24:1: [server] is of the whole installation: it "
		 "belongs in the main configuration, not in the file of huvudman norra"},
		{OWN "[health]\n", "/own/norra.conf:24:1: [health] is of the whole installation"},
		{OWN NORRA, "[huvudman norra] is of the whole installation"},
		{"[idp]\nscopes = a.example\n[directory a]\n",
		 "/own/norra.conf:1:1: [idp] lacks 'base-url'"},
		{OWN "[session]\nidle = 1\n", "/own/norra.conf:25:8: idle takes a time"},
	};
	g_autoptr(Config) main = load(NORRA, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *want = g_strdup(cases[i].want);
		if (strstr(want, "%s")) {
			g_autoptr(GString) filled = g_string_new(want);
			g_string_replace(filled, "%s", folder, 1);
			g_free(want);
			want = g_strdup(filled->str);
		}
		put("own/norra.conf", cases[i].text);
		g_assert_null(config_load_huvudman(main, "norra", NULL, &error));
		assert_says(error, want);
	}
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(folder, "own/norra.conf", NULL);
	g_unlink(path);
	g_assert_null(config_load_huvudman(main, "norra", NULL, &error));
	assert_says(error, "portvakt.conf:2:8: ");
	assert_says(error, "own/norra.conf");
}

/* What is wrong after base-url does not hide whose host it is. */
static void test_base_url(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{OWN, "https://norra.example"},
		{"[idp]\nbase-url = https://norra.example\nnonsense\n", "https://norra.example"},
		{"[idp]\nbase-url = https://norra.example/path\n", NULL},
		{"nonsense\n", NULL},
	};
	g_autoptr(Config) main = load(NORRA, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *base_url = NULL;
		put("own/norra.conf", cases[i].text);
		g_autoptr(Config) config = config_load_huvudman(main, "norra", &base_url, NULL);
		g_assert_cmpint(config != NULL, ==, i == 0);
		g_assert_cmpstr(base_url, ==, cases[i].want);
	}
}

static void test_folder(void)
{
	g_autoptr(Config) main = load(NORRA, NULL);
	g_autoptr(GError) error = NULL;
	put("own/norra.conf", OWN);
	g_autoptr(Config) plain = config_load_huvudman(main, "norra", NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(config_huvudman(plain), ==, "norra");
	g_assert_true(g_str_has_suffix(config_path(plain, "store", "file"), "/norra/portvakt.db"));
	g_autofree char *key = g_build_filename(folder, "own/k", NULL);
	g_assert_cmpstr(config_path(plain, "saml", "key"), ==, key);
	put("own/norra.d/1.conf", "[store]\nfile = mine.db\n");
	g_autoptr(Config) more = config_load_huvudman(main, "norra", NULL, &error);
	g_assert_no_error(error);
	g_assert_true(g_str_has_suffix(config_path(more, "store", "file"), "/own/mine.db"));
	g_assert_cmpstr(config_checksum(more), !=, config_checksum(plain));
	put("own/norra.d/1.conf", "[server]\nworkers = 1\n");
	g_assert_null(config_load_huvudman(main, "norra", NULL, &error));
	assert_says(error, "norra.d/1.conf:1:1: [server] is of the whole installation");
}

/* ---- apart ---- */

static const char *const secret_places[][2] = {{"saml", "key"}, {"ledger", "key"}, {"seal", "key"}};

/* As much of a generation as is looked at; `secrets` has a letter for what is in each key file. */
static void make(Generation *generation, const char *name, const char *base_url, const char *scopes,
		 const char *entity_id, const char *store, const char *secrets)
{
	g_autofree char *own = g_strdup_printf("own/%s.conf", name);
	g_autofree char *main_text = g_strdup_printf("[huvudman %s]\nfile = %s\n", name, own);
	g_autoptr(GString) text = g_string_new(OWN "[store]\nfile = ");
	g_string_append_printf(text, "%s\n", store);
	g_string_replace(text, "https://norra.example", base_url, 1);
	g_string_replace(text, "scopes = norra.example", scopes, 1);
	g_autoptr(Config) main = load(main_text, NULL);
	put(own, text->str);
	g_autoptr(GError) error = NULL;
	*generation = (Generation){.config = config_load_huvudman(main, name, NULL, &error)};
	g_assert_no_error(error);
	generation->identity.base_url = config_text(generation->config, "idp", "base-url");
	generation->identity.entity_id = entity_id;
	generation->secrets = g_array_new(FALSE, FALSE, sizeof(GenerationSecret));
	for (gsize i = 0; i < G_N_ELEMENTS(secret_places); i++) {
		GenerationSecret secret = {secret_places[i][0], secret_places[i][1], {0}};
		secret.print[0] = (uint8_t)secrets[i];
		g_array_append_val(generation->secrets, secret);
	}
}

static void unmake(Generation *generation)
{
	g_array_unref(generation->secrets);
	config_unref(generation->config);
}

static void test_apart(void)
{
	/* What of södra is like norra's, and how that is told; the rest is its own. */
	static const struct {
		const char *base_url, *scopes, *entity_id, *store, *secrets, *where, *want;
	} cases[] = {
		{.want = NULL},
		{.base_url = "https://norra.example",
		 .where = "sodra.conf:2:12",
		 .want = "the same host as huvudman norra has in "},
		{.base_url = "https://norra.example:8443",
		 .where = "sodra.conf:2:12",
		 .want = "the same host"},
		{.entity_id = "urn:n", .where = "sodra.conf", .want = "the same entityID"},
		{.store = "norra/p.db",
		 .where = "sodra.conf:25:8",
		 .want = "the store is in the same folder"},
		{.store = "norra/other.db",
		 .where = "sodra.conf:25:8",
		 .want = "the store is in the same folder"},
		{.store = "link/p.db",
		 .where = "sodra.conf:25:8",
		 .want = "the store is in the same folder"},
		{.secrets = "aef", .where = "sodra.conf:8:7", .want = "the same key"},
		{.secrets = "dbf", .where = "sodra.conf:19:7", .want = "the same key"},
		{.secrets = "dec", .where = "sodra.conf:21:7", .want = "the same key"},
		{.secrets = "deb",
		 .where = "sodra.conf:21:7",
		 .want = "norra.conf:19:7; each needs its own"},
		{.scopes = "scopes = sodra.example; norra.example",
		 .where = "sodra.conf:3:10",
		 .want = "the same scope as huvudman norra has in "},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		Generation norra, sodra;
		make(&norra, "norra", "https://norra.example", "scopes = norra.example", "urn:n",
		     "norra/p.db", "abc");
		make(&sodra, "sodra", cases[i].base_url ?: "https://sodra.example",
		     cases[i].scopes ?: "scopes = sodra.example", cases[i].entity_id ?: "urn:s",
		     cases[i].store ?: "sodra/p.db", cases[i].secrets ?: "def");
		g_assert_cmpint(apart(&sodra, &norra, &error), ==, cases[i].want == NULL);
		if (cases[i].want) {
			assert_says(error, cases[i].want);
			assert_says(error, cases[i].where);
		}
		unmake(&norra);
		unmake(&sodra);
	}
}

static void test_hosts(void)
{
	g_assert_true(apart_same_host("https://a:1", "a"));
	g_assert_true(apart_same_host("https://[::1]:1", "https://[::1]"));
	g_assert_false(apart_same_host("https://[::1]", "https://[::2]"));
	g_assert_false(apart_same_host("https://a.b", "https://a"));
}

static void remove_all(const char *path)
{
	g_autoptr(GDir) dir =
		g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	for (const char *name; dir && (name = g_dir_read_name(dir));) {
		g_autofree char *inner = g_build_filename(path, name, NULL);
		remove_all(inner);
	}
	g_remove(path);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("portvakt-huvudman-XXXXXX", NULL);
	g_autofree char *extra = g_build_filename(folder, "own", "norra.d", NULL);
	g_autofree char *store = g_build_filename(folder, "own", "norra", NULL);
	g_autofree char *link = g_build_filename(folder, "own", "link", NULL);
	g_assert_cmpint(g_mkdir_with_parents(extra, 0700), ==, 0);
	g_assert_cmpint(g_mkdir_with_parents(store, 0700), ==, 0);
	g_assert_cmpint(symlink("norra", link), ==, 0);
	g_test_add_func("/huvudman/main", test_main);
	g_test_add_func("/huvudman/many", test_many);
	g_test_add_func("/huvudman/names", test_names);
	g_test_add_func("/huvudman/own", test_own);
	g_test_add_func("/huvudman/base-url", test_base_url);
	g_test_add_func("/huvudman/apart", test_apart);
	g_test_add_func("/huvudman/hosts", test_hosts);
	g_test_add_func("/huvudman/folder", test_folder);
	int failed = g_test_run();
	remove_all(folder);
	g_free(folder);
	return failed;
}
