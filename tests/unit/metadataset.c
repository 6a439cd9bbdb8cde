/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/entity-set.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metadata/xml/init.h"

#define NOW 1795435200 /* 2026-11-23T12:00:00Z */

typedef struct {
	char *folder;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
	fixture->folder = g_dir_make_tmp("metadataset-XXXXXX", NULL);
	g_assert_nonnull(fixture->folder);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
	const char *name;
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
		g_assert_cmpint(g_remove(path), ==, 0);
	}
	g_rmdir(fixture->folder);
	g_free(fixture->folder);
}

static char *put_text(const Fixture *fixture, const char *name, const char *text)
{
	char *path = g_build_filename(fixture->folder, name, NULL);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_assert_cmpint(g_chmod(path, 0644), ==, 0);
	return path;
}

static void put_service(const Fixture *fixture, const char *name, const char *id, const char *until)
{
	g_autofree char *text = g_strdup_printf(
		"<EntityDescriptor xmlns=\"" XML_NS_MD "\" entityID=\"%s\" %s><SPSSODescriptor "
		"protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
		"<AssertionConsumerService Binding=\"" ENDPOINT_POST
		"\" Location=\"https://sp.example/acs\" index=\"0\"/></SPSSODescriptor>"
		"</EntityDescriptor>",
		id, until);
	g_free(put_text(fixture, name, text));
}

static EntitySet *load(const Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	EntitySet *set = entity_set_load(fixture->folder, NOW, &error);
	g_assert_no_error(error);
	return set;
}

static bool knows(const EntitySet *set, const char *id, gint64 now)
{
	g_autoptr(Entity) entity = entity_set_find(set, id, now);
	g_assert_true(!entity || strcmp(entity->id, id) == 0);
	return entity;
}

static void fails(const Fixture *fixture, int code, const char *says, const char *says_too)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(entity_set_load(fixture->folder, NOW, &error));
	g_assert_error(error, METADATA_ERROR, code);
	if (!strstr(error->message, says) || !strstr(error->message, says_too))
		g_error("\"%s\" does not say \"%s\" and \"%s\"", error->message, says, says_too);
}

static void test_empty(Fixture *fixture, gconstpointer data)
{
	g_autoptr(EntitySet) set = load(fixture);
	g_assert_cmpuint(entity_set_size(set), ==, 0);
	g_assert_null(entity_set_find(set, "a", NOW));
}

static void test_load(Fixture *fixture, gconstpointer data)
{
	put_service(fixture, "2.xml", "https://a.example", "");
	put_service(fixture, "1.xml", "https://b.example", "validUntil='2026-11-23T12:00:01Z'");
	g_free(put_text(fixture, "notes.txt", "not metadata"));
	g_free(put_text(fixture, ".hidden.xml", "half written"));
	g_free(put_text(fixture, "old.xml~", "<"));
	g_autoptr(EntitySet) set = load(fixture);
	g_assert_cmpuint(entity_set_size(set), ==, 2);
	const Entity *first = entity_set_entities(set)->pdata[0];
	g_assert_cmpstr(first->id, ==, "https://a.example");
	g_autoptr(Entity) found = entity_set_find(set, "https://a.example", NOW);
	g_assert_true(found == first);
	g_assert_null(entity_set_find(set, "https://A.example", NOW));
	g_assert_true(knows(set, "https://b.example", NOW));
	g_assert_null(entity_set_find(set, "https://b.example", NOW + 1));
	g_assert_true(g_str_has_suffix(entity_set_file(set, "https://a.example"), "/2.xml"));
	g_assert_null(entity_set_file(set, "https://c.example"));
	g_assert_cmpuint(entity_set_warnings(set)->len, ==, 0);
}

static void test_expired(Fixture *fixture, gconstpointer data)
{
	put_service(fixture, "1.xml", "https://a.example", "");
	put_service(fixture, "2.xml", "https://b.example", "validUntil='2026-11-23T12:00:00Z'");
	g_autoptr(EntitySet) set = load(fixture);
	g_assert_cmpuint(entity_set_size(set), ==, 1);
	g_assert_null(entity_set_find(set, "https://b.example", NOW));
	g_assert_true(knows(set, "https://b.example", ENTITY_ANY_TIME));
	g_assert_cmpuint(entity_set_warnings(set)->len, ==, 1);
	const char *warning = entity_set_warnings(set)->pdata[0];
	g_assert_nonnull(strstr(warning, "2.xml: https://b.example is left out"));
}

static void test_duplicate(Fixture *fixture, gconstpointer data)
{
	put_service(fixture, "1.xml", "https://a.example", "");
	put_service(fixture, "2.xml", "https://a.example", "validUntil='2020-01-01T00:00:00Z'");
	fails(fixture, METADATA_ERROR_DUPLICATE, "/2.xml: the service https://a.example",
	      "also in /");
	fails(fixture, METADATA_ERROR_DUPLICATE, "/1.xml", "remove one");
}

static void test_bad_file(Fixture *fixture, gconstpointer data)
{
	put_service(fixture, "1.xml", "https://a.example", "");
	g_free(put_text(fixture, "2.xml", "<a>\n<!DOCTYPE x>"));
	fails(fixture, METADATA_ERROR_SYNTAX, "/2.xml:2:1: ", "DOCTYPE");
	g_free(put_text(fixture, "2.xml", "<a/>"));
	fails(fixture, METADATA_ERROR_SYNTAX, "/2.xml: line 1", "not SAML metadata");
	g_autofree char *large = g_strnfill(XML_LIMITS_ENTITY.bytes + 1, ' ');
	g_free(put_text(fixture, "2.xml", large));
	fails(fixture, METADATA_ERROR_LIMIT, "/2.xml: larger", "bytes");
}

static void test_trust(Fixture *fixture, gconstpointer data)
{
	put_service(fixture, "1.xml", "https://a.example", "");
	g_autofree char *path = g_build_filename(fixture->folder, "1.xml", NULL);
	g_chmod(path, 0664);
	fails(fixture, METADATA_ERROR_TRUST, "/1.xml", "chmod go-w");
	g_chmod(path, 0646);
	fails(fixture, METADATA_ERROR_TRUST, "/1.xml", "chmod go-w");
	g_chmod(path, 0644);
	entity_set_free(load(fixture));
	g_chmod(fixture->folder, 0770);
	fails(fixture, METADATA_ERROR_TRUST, fixture->folder, "chmod go-w");
	g_chmod(fixture->folder, 0755);
	entity_set_free(load(fixture));
	g_chmod(fixture->folder, 0700);
}

static void test_other_owner(Fixture *fixture, gconstpointer data)
{
	put_service(fixture, "1.xml", "https://a.example", "");
	g_autofree char *path = g_build_filename(fixture->folder, "1.xml", NULL);
	if (chown(path, 4711, -1) != 0) {
		/* Only root can give files away; others meet root's files, which are trusted. */
		g_assert_cmpint(geteuid(), !=, 0);
		return;
	}
	fails(fixture, METADATA_ERROR_TRUST, "/1.xml: belongs to user 4711", "chown");
	g_assert_cmpint(chown(path, 0, -1), ==, 0);
	g_assert_cmpint(chown(fixture->folder, 4711, -1), ==, 0);
	fails(fixture, METADATA_ERROR_TRUST, "belongs to user 4711", fixture->folder);
	g_assert_cmpint(chown(fixture->folder, 0, -1), ==, 0);
}

static void test_not_a_file(Fixture *fixture, gconstpointer data)
{
	g_autofree char *path = g_build_filename(fixture->folder, "1.xml", NULL);
	g_assert_cmpint(symlink("/etc/passwd", path), ==, 0);
	fails(fixture, METADATA_ERROR_TRUST, "/1.xml", "symbolic link");
	g_unlink(path);
	g_assert_cmpint(mkfifo(path, 0600), ==, 0);
	fails(fixture, METADATA_ERROR_TRUST, "/1.xml", "not a file");
	g_unlink(path);
	g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
	fails(fixture, METADATA_ERROR_TRUST, "/1.xml", "not a file");
	g_rmdir(path);
	g_autoptr(GError) error = NULL;
	g_autofree char *none = g_build_filename(fixture->folder, "none", NULL);
	g_assert_null(entity_set_load(none, NOW, &error));
	g_assert_error(error, METADATA_ERROR, METADATA_ERROR_IO);
}

static void test_new(void)
{
	g_autoptr(GPtrArray) entities =
		g_ptr_array_new_with_free_func((GDestroyNotify)entity_unref);
	g_autoptr(EntitySet) set = entity_set_new(entities, NULL);
	g_assert_cmpuint(entity_set_size(set), ==, 0);
}

#define ADD(name, function) g_test_add("/set/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	ADD("empty", test_empty);
	ADD("load", test_load);
	ADD("expired", test_expired);
	ADD("duplicate", test_duplicate);
	ADD("bad-file", test_bad_file);
	ADD("trust", test_trust);
	ADD("other-owner", test_other_owner);
	ADD("not-a-file", test_not_a_file);
	g_test_add_func("/set/new", test_new);
	int result = g_test_run();
	xml_shutdown();
	return result;
}
