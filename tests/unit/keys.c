/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/keys.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metadata/xml/init.h"
#include "metadata/xml/key.h"

static char *folder;

static char *path_of(const char *name)
{
	return g_build_filename(folder, name, NULL);
}

static void test_read(void)
{
	static const struct {
		mode_t mode;
		bool good;
	} cases[] = {{0600, true},  {0400, true},  {0640, false}, {0604, false},
		     {0620, false}, {0602, false}, {0610, false}, {0644, false}};
	g_autofree char *path = path_of("secret");
	g_assert_true(g_file_set_contents(path, "0123456789", 10, NULL));
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_cmpint(g_chmod(path, cases[i].mode), ==, 0);
		g_autoptr(Secret) secret = keys_read(path, 0, &error);
		g_assert_cmpint(secret != NULL, ==, cases[i].good);
		if (!cases[i].good) {
			g_assert_nonnull(strstr(error->message, "chmod 0600"));
			g_assert_null(strstr(error->message, "0123456789"));
		} else {
			g_assert_cmpmem(secret_bytes(secret), (int)secret_length(secret),
					"0123456789", 10);
		}
	}
	g_unlink(path);
}

static void test_read_strange(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of("strange");
	g_assert_null(keys_read(path, 0, &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
	g_clear_error(&error);
	g_assert_cmpint(mkfifo(path, 0600), ==, 0);
	g_assert_null(keys_read(path, 0, &error));
	g_assert_nonnull(strstr(error->message, "regular file"));
	g_clear_error(&error);
	g_unlink(path);
	g_autofree char *large = g_malloc0(KEYS_FILE_MAX + 1);
	g_assert_true(g_file_set_contents_full(path, large, KEYS_FILE_MAX + 1,
					       G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	g_assert_null(keys_read(path, 0, &error));
	g_assert_nonnull(strstr(error->message, "16 KiB"));
	g_unlink(path);
	if (geteuid() == 0) {
		g_clear_error(&error);
		g_assert_true(g_file_set_contents_full(path, "x", 1, G_FILE_SET_CONTENTS_NONE, 0600,
						       NULL));
		g_assert_cmpint(chown(path, 65534, 65534), ==, 0);
		g_assert_null(keys_read(path, 0, &error));
		g_assert_nonnull(strstr(error->message, "another user"));
		g_assert_null(keys_read(path, 65533, NULL));
		g_autoptr(Secret) secret = keys_read(path, 65534, NULL);
		g_assert_nonnull(secret);
		g_unlink(path);
	}
}

static void count(const char *path, const char *what, bool made, gpointer data)
{
	((unsigned *)data)[made]++;
}

static Config *load_config(void)
{
	g_autofree char *path = path_of("portvakt.conf");
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_assert_true(g_file_get_contents(TEST_SRCDIR "/idp/portvakt.conf", &text, NULL, NULL));
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	Config *config = config_load(path, &error);
	g_assert_no_error(error);
	g_unlink(path);
	return config;
}

static void read_pair(const Config *config, KeypairKind kind)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *pem = NULL;
	g_autoptr(Secret) key = keys_read(config_path(config, "saml", "key"), 0, &error);
	g_assert_no_error(error);
	g_assert_true(
		g_file_get_contents(config_path(config, "saml", "certificate"), &pem, NULL, NULL));
	g_autoptr(XmlKey) pair =
		xml_key_new(secret_bytes(key), secret_length(key), pem, strlen(pem), &error);
	g_assert_no_error(error);
	g_assert_cmpint(xml_key_kind(pair), ==, kind == KEYPAIR_P256 ? XML_KEY_EC : XML_KEY_RSA);
	g_assert_cmpint(xml_key_certificate(pair)->not_before, ==, 1767225600);
	g_assert_cmpint(xml_key_certificate(pair)->not_after, ==, 1767225600 + 10 * 86400);
}

static void test_make(gconstpointer data)
{
	KeypairKind kind = (KeypairKind)GPOINTER_TO_INT(data);
	const KeysRequest request = {KEYS_ALL, kind, 10, 1767225600};
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_config();
	const char *paths[] = {
		config_path(config, "saml", "key"), config_path(config, "saml", "certificate"),
		config_path(config, "ledger", "key"), config_path(config, "seal", "key"),
		config_path(config, "identifiers", "key")};
	unsigned told[2] = {0, 0};
	g_assert_true(keys_make(config, &request, count, told, &error));
	g_assert_cmpuint(told[true], ==, G_N_ELEMENTS(paths));
	read_pair(config, kind);
	struct stat st;
	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_assert_cmpint(g_stat(paths[i], &st), ==, 0);
		g_assert_cmpuint(st.st_mode & 0777, ==, i == 1 ? 0644 : 0600);
	}
	g_autoptr(Secret) before = keys_read(paths[2], 0, NULL);
	g_assert_cmpuint(secret_length(before), ==, SEAL_KEY_BYTES);
	memset(told, 0, sizeof told);
	g_assert_true(keys_make(config, &request, count, told, &error));
	g_assert_cmpuint(told[true], ==, 0);
	g_autoptr(Secret) after = keys_read(paths[2], 0, NULL);
	g_assert_cmpmem(secret_bytes(before), SEAL_KEY_BYTES, secret_bytes(after), SEAL_KEY_BYTES);
	g_unlink(paths[1]);
	g_assert_false(keys_make(config, &request, count, told, &error));
	g_assert_nonnull(strstr(error->message, "is there but"));
	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++)
		g_unlink(paths[i]);
	g_autofree char *keys = path_of("keys");
	g_rmdir(keys);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_assert_true(xml_init(NULL));
	folder = g_dir_make_tmp("portvakt-keys-XXXXXX", NULL);
	g_test_add_func("/keys/read", test_read);
	g_test_add_func("/keys/read-strange", test_read_strange);
	g_test_add_data_func("/keys/make/p-256", GINT_TO_POINTER(KEYPAIR_P256), test_make);
	g_test_add_data_func("/keys/make/rsa-2048", GINT_TO_POINTER(KEYPAIR_RSA_2048), test_make);
	g_test_add_data_func("/keys/make/rsa-3072", GINT_TO_POINTER(KEYPAIR_RSA_3072), test_make);
	int failed = g_test_run();
	g_rmdir(folder);
	g_free(folder);
	xml_shutdown();
	return failed;
}
