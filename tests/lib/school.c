/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/lib/school.h"

#include "idp/fault.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIBRARY TEST_SRCDIR "/tests/lib/slapd.sh"

static char *dir;
static char *uri;

/* Ends the servers and removes the folder as soon as `leash` is closed, or this test dies. */
static GPid keeper;
static int leash;

static void keeper_start(void)
{
	const char *const argv[] = {
		"bash",
		"-c",
		"read -r _; for d in \"$1\"/*/slapd.pid; do \"$0\" stop \"${d%/*}\"; done; "
		"rm -rf \"$1\"",
		TEST_SRCDIR "/contrib/school/slapd",
		dir,
		NULL};
	g_autoptr(GError) error = NULL;
	g_spawn_async_with_pipes(NULL, (char **)(guintptr)argv, NULL,
				 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
					 G_SPAWN_STDERR_TO_DEV_NULL,
				 NULL, NULL, &keeper, &leash, NULL, NULL, &error);
	g_assert_no_error(error);
}

void school_up(const char *ldif, const char *conf)
{
	dir = g_dir_make_tmp("portvakt-school-XXXXXX", NULL);
	g_assert_nonnull(dir);
	g_assert_cmpint(g_chmod(dir, 0755), ==, 0);
	keeper_start();
	g_autofree char *ldif_file = school_path("extra.ldif"),
			*conf_file = school_path("extra.conf");
	g_assert_true(g_file_set_contents(ldif_file, ldif ? ldif : "", -1, NULL));
	g_assert_true(g_file_set_contents(conf_file, conf ? conf : "", -1, NULL));
	school_run(LIBRARY, "up", dir, ldif_file, conf_file, NULL);
	g_autofree char *port = school_text("slapd/port");
	uri = g_strdup_printf("ldap://127.0.0.1:%s", port);
}

void school_down(void)
{
	close(leash);
	g_assert_cmpint(waitpid(keeper, NULL, 0), ==, keeper);
	g_clear_pointer(&dir, g_free);
	g_clear_pointer(&uri, g_free);
}

const char *school_uri(void)
{
	return uri;
}

char *school_path(const char *name)
{
	return g_build_filename(dir, name, NULL);
}

char *school_text(const char *name)
{
	g_autofree char *file = school_path(name);
	char *text = NULL;
	g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
	return g_strstrip(text);
}

void school_run(const char *argument, ...)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	int status = -1;
	va_list args;

	g_ptr_array_add(argv, (gpointer)(guintptr) "bash");
	va_start(args, argument);
	for (const char *arg = argument; arg; arg = va_arg(args, const char *))
		g_ptr_array_add(argv, (gpointer)(guintptr)arg);
	va_end(args);
	g_ptr_array_add(argv, NULL);
	g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
		     &status, &error);
	g_assert_no_error(error);
	g_assert_cmpint(status, ==, 0);
}

DirectoryOptions *school_options(const char *uris)
{
	DirectoryOptions *options = directory_options_new();
	options->name = g_strdup("main");
	options->uris = g_strsplit(uris, " ", -1);
	options->start_tls = true;
	options->ca_file = school_path("ca.pem");
	options->bind_dn = g_strdup("cn=portvakt,ou=service,dc=skola,dc=example");
	options->password_file = school_path("slapd/password");
	options->base = g_strdup(SCHOOL_PEOPLE);
	options->decoy_dn = g_strdup("cn=decoy,ou=service,dc=skola,dc=example");
	options->connections = 4;
	return options;
}

MasterdataOptions *school_meaning(void)
{
	MasterdataOptions *options = masterdata_options_new();
	options->name = g_strdup("main");
	options->student = g_strsplit("eduPersonAffiliation=student", ";", -1);
	options->staff = g_strsplit("eduPersonAffiliation=employee", ";", -1);
	options->teacher = g_strsplit("eduPersonAffiliation=faculty", ";", -1);
	options->test = g_strsplit("portvaktTestPerson=TRUE", ";", -1);
	options->protected_attribute = g_strdup("securityMarking");
	options->protected_no = g_strsplit("Ingen", ";", -1);
	options->eppn_staff = g_strdup("portvaktStaffPrincipalName");
	options->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(options->attributes, g_strdup("sisSchoolUnitCode.staff"),
			    g_strdup("portvaktStaffUnitCode"));
	return options;
}

Directory *school_open(const DirectoryOptions *options, const char *const *attributes)
{
	static const char *const few[] = {"uid", "displayName", "eduPersonEntitlement", NULL};
	g_autoptr(GError) error = NULL;
	Directory *directory = directory_new(options, attributes ? attributes : few, &error);
	g_assert_no_error(error);
	return directory;
}

DirectoryOutcome school_login(Directory *directory, const char *name, const char *password,
			      DirectoryEntry **ret_entry)
{
	g_autoptr(GError) error = NULL;
	DirectoryOutcome outcome =
		directory_login(directory, g_get_monotonic_time(), name, strlen(name), password,
				strlen(password), NULL, ret_entry, &error);
	if (error)
		g_test_message("error: %s", error->message);
	g_assert_cmpint(error != NULL, ==, outcome == DIRECTORY_FAULT);
	g_assert_cmpint(*ret_entry != NULL, ==, outcome == DIRECTORY_FOUND);
	if (error)
		g_assert_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN);
	return outcome;
}
