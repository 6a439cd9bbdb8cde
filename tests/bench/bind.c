/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The physical limit of a login: how many times a second the directory itself finds a person and
 * judges a password, asked over kept StartTLS connections and with nothing else around it. Bounded
 * in time; loopback only. Prints one line.
 */
#include <glib.h>
#include <ldap.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE "ou=people,dc=skola,dc=example"

static struct {
	char *uri, *ca, *account, *password_file, *users_file;
	int connections, seconds;
} option = {.connections = 4, .seconds = 2};

static const GOptionEntry entries[] = {
	{"connect", 'c', 0, G_OPTION_ARG_STRING, &option.uri, "Directory, ldap://127.0.0.1:PORT",
	 "URI"},
	{"ca", 'C', 0, G_OPTION_ARG_FILENAME, &option.ca, "What its certificate chains to", "PEM"},
	{"account", 'D', 0, G_OPTION_ARG_STRING, &option.account, "Who searches", "DN"},
	{"password-file", 'y', 0, G_OPTION_ARG_FILENAME, &option.password_file, "Its password",
	 "FILE"},
	{"users", 'l', 0, G_OPTION_ARG_FILENAME, &option.users_file, "login:password, one a line",
	 "FILE"},
	{"connections", 'p', 0, G_OPTION_ARG_INT, &option.connections, "At once (4)", "N"},
	{"seconds", 'T', 0, G_OPTION_ARG_INT, &option.seconds, "For how long (2)", "N"},
	{NULL}};

static GStrv users;
static char *password;
static gint64 ends;
static atomic_int next_user, done;

static void must(int code, const char *what)
{
	if (code == LDAP_SUCCESS)
		return;
	fprintf(stderr, "bind: %s: %s\n", what, ldap_err2string(code));
	exit(1);
}

static void bind_as(LDAP *ld, const char *dn, const char *secret)
{
	struct berval credentials = {strlen(secret), (char *)(guintptr)secret};
	must(ldap_sasl_bind_s(ld, dn, LDAP_SASL_SIMPLE, &credentials, NULL, NULL, NULL), "bind");
}

static LDAP *connect_to(void)
{
	static const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	LDAP *ld;

	must(ldap_initialize(&ld, option.uri), "connect");
	ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, option.ca);
	ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
	must(ldap_start_tls_s(ld, NULL, NULL), "StartTLS");
	return ld;
}

static void log_in(LDAP *searching, LDAP *binding, const char *user)
{
	g_auto(GStrv) parts = g_strsplit(user, ":", 2);
	g_autofree char *filter = g_strdup_printf("(uid=%s)", parts[0]);
	LDAPMessage *found = NULL;

	must(ldap_search_ext_s(searching, BASE, LDAP_SCOPE_SUBTREE, filter, NULL, 0, NULL, NULL,
			       NULL, 2, &found),
	     "search");
	LDAPMessage *entry = ldap_first_entry(searching, found);
	must(entry ? LDAP_SUCCESS : LDAP_NO_SUCH_OBJECT, "search");
	char *dn = ldap_get_dn(searching, entry);
	bind_as(binding, dn, parts[1]);
	ldap_memfree(dn);
	ldap_msgfree(found);
}

static void *run(void *data)
{
	LDAP *searching = connect_to(), *binding = connect_to();

	bind_as(searching, option.account, password);
	while (g_get_monotonic_time() < ends) {
		guint number = (guint)atomic_fetch_add(&next_user, 1);
		log_in(searching, binding, users[number % g_strv_length(users)]);
		atomic_fetch_add(&done, 1);
	}
	ldap_unbind_ext_s(searching, NULL, NULL);
	ldap_unbind_ext_s(binding, NULL, NULL);
	return NULL;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- bare binds on loopback");
	g_autofree char *text = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, NULL) || !option.uri ||
	    !g_str_has_prefix(option.uri, "ldap://127.") || !option.account ||
	    !g_file_get_contents(option.password_file ? option.password_file : "", &password, NULL,
				 NULL) ||
	    !g_file_get_contents(option.users_file ? option.users_file : "", &text, NULL, NULL) ||
	    option.connections < 1 || option.connections > 64 || option.seconds < 1 ||
	    option.seconds > 60) {
		fprintf(stderr, "bind: see --help\n");
		return 2;
	}
	users = g_strsplit(g_strchomp(text), "\n", -1);
	g_autofree pthread_t *threads = g_new0(pthread_t, (gsize)option.connections);
	gint64 began = g_get_monotonic_time();
	ends = began + option.seconds * G_USEC_PER_SEC;
	for (int i = 0; i < option.connections; i++)
		g_assert(pthread_create(&threads[i], NULL, run, NULL) == 0);
	for (int i = 0; i < option.connections; i++)
		pthread_join(threads[i], NULL);
	printf("%.0f/s over %d connections\n",
	       done * (double)G_USEC_PER_SEC / (double)(g_get_monotonic_time() - began),
	       option.connections);
	g_strfreev(users);
	g_free(password);
	return 0;
}
