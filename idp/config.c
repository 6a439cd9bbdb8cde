/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/config.h"

#include <string.h>

#include "idp/http/forwarded.h"
#include "idp/http/listen.h"
#include "idp/limits.h"
#include "policy/guess.h"

G_DEFINE_QUARK(portvakt - config, config_error)

/* A configuration is written by hand; a larger file is another file. */
#define CONFIG_BYTES_MAX (256 * 1024)

#define MINUTE G_GINT64_CONSTANT(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* clang-format off */
static const ConfigSetting settings[] = {
	{"server", "listen", CONFIG_TEXT, "127.0.0.1:8080", false, 0, 0,
	 "Address and port to serve on."},
	{"server", "tls-certificate", CONFIG_PATH, NULL, false, 0, 0,
	 "Certificate chain (PEM) when Portvakt speaks TLS itself; with tls-key. Left out behind a proxy."},
	{"server", "tls-key", CONFIG_PATH, NULL, false, 0, 0,
	 "Private key (PEM) of tls-certificate, readable by its owner alone."},
	{"server", "trusted-proxies", CONFIG_LIST, NULL, false, 0, 0,
	 "Addresses and networks of proxies in front, whose X-Forwarded-For says who asks."},
	{"server", "hsts", CONFIG_BOOL, "no", false, 0, 0,
	 "Tell browsers to come by https only, for a year (Strict-Transport-Security)."},
	{"server", "workers", CONFIG_COUNT, "2", false, 1, 64,
	 "Threads that parse, decide and sign; as many as there are cores."},
	{"server", "io-threads", CONFIG_COUNT, "2", false, 1, 16,
	 "Threads that read and write the network."},
	{"server", "queue", CONFIG_COUNT, "1024", false, 16, 65536,
	 "Requests that may wait for a thread; more are answered 503."},

	{"health", "listen", CONFIG_TEXT, NULL, false, 0, 0,
	 "Address and port for monitors; left out, there are none. One written-out address, and not one "
	 "that everybody reaches: it speaks plain HTTP and asks nobody who they are."},

	{"idp", "base-url", CONFIG_TEXT, NULL, true, 0, 0,
	 "The https address people and services see, without a path."},
	{"idp", "entity-id", CONFIG_TEXT, NULL, false, 0, 0,
	 "SAML entityID; base-url/saml/metadata when left out."},
	{"idp", "scopes", CONFIG_LIST, NULL, true, 0, 0,
	 "Domains that the school owns; values of any other are withheld."},
	{"idp", "name-sv", CONFIG_TEXT, NULL, true, 0, 0,
	 "Name of the school or huvudman in Swedish, shown on every page."},
	{"idp", "name-en", CONFIG_TEXT, NULL, true, 0, 0,
	 "The same in English."},
	{"idp", "support-email", CONFIG_TEXT, NULL, true, 0, 0,
	 "Where the helpdesk is reached; on error pages and in our metadata."},
	{"idp", "time-zone", CONFIG_TEXT, "Europe/Stockholm", false, 0, 0,
	 "Where a day begins and ends, for the dates in policy."},

	{"saml", "key", CONFIG_PATH, NULL, true, 0, 0,
	 "Private key (PEM) that signs assertions and Responses."},
	{"saml", "certificate", CONFIG_PATH, NULL, true, 0, 0,
	 "Its certificate (PEM), published in our metadata."},

	{"directory", "uri", CONFIG_LIST, NULL, true, 0, 0,
	 "Addresses of the same directory, tried in order: ldap:// with StartTLS, or ldaps://."},
	{"directory", "ca", CONFIG_PATH, NULL, true, 0, 0,
	 "Certificates (PEM) that the directory's own must chain to."},
	{"directory", "bind-dn", CONFIG_TEXT, NULL, true, 0, 0,
	 "Who Portvakt is to the directory when it searches."},
	{"directory", "password-file", CONFIG_PATH, NULL, true, 0, 0,
	 "File with the password of bind-dn, readable by its owner alone."},
	{"directory", "base", CONFIG_TEXT, NULL, true, 0, 0,
	 "Where people are searched for."},
	{"directory", "login-filter", CONFIG_TEXT, "(uid={login})", false, 0, 0,
	 "LDAP filter that finds one person; {login} is what the person typed, escaped."},
	{"directory", "person-key", CONFIG_TEXT, "entryUUID", false, 0, 0,
	 "Attribute that never changes and is never given to another person."},
	{"directory", "student", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions ATTRIBUTE=VALUE (or ATTRIBUTE=*), one of which makes a person a pupil."},
	{"directory", "staff", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes a person staff."},
	{"directory", "guardian", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes a person a guardian."},
	{"directory", "teacher", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes staff a teacher."},
	{"directory", "test", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes a person a test person."},
	{"directory", "protected-attribute", CONFIG_TEXT, NULL, true, 0, 0,
	 "Attribute that marks protected identity, or `none' if the directory holds no such person."},
	{"directory", "protected-no", CONFIG_LIST, NULL, false, 0, 0,
	 "Its values that mean `not protected'; any other value, and none at all, means protected."},
	{"directory", "eppn-student", CONFIG_TEXT, "eduPersonPrincipalName", false, 0, 0,
	 "Attribute with the EPPN of the pupil role."},
	{"directory", "eppn-staff", CONFIG_TEXT, "eduPersonPrincipalName", false, 0, 0,
	 "Attribute with the EPPN of the staff role."},
	{"directory", "eppn-guardian", CONFIG_TEXT, "eduPersonPrincipalName", false, 0, 0,
	 "Attribute with the EPPN of the guardian role."},
	{"directory", "start-tls", CONFIG_BOOL, "yes", false, 0, 0,
	 "Whether ldap:// is secured by StartTLS; without it an ldap:// address is refused."},
	{"directory", "decoy-dn", CONFIG_TEXT, NULL, false, 0, 0,
	 "An entry nobody uses, with a password like others': an unknown user costs a bind against it."},
	{"directory", "connections", CONFIG_COUNT, "4", false, 1, 64,
	 "Connections held to the directory, and threads that wait for it."},

	{"person", "max-age", CONFIG_DURATION, "5m", false, 0, HOUR,
	 "How long what the directory said of a person is used again; 0s asks each time."},

	{"attributes", "*", CONFIG_TEXT, NULL, false, 0, 0,
	 "REGISTRY-NAME = LDAP-NAME, where the directory calls an attribute something else."},

	{"policy", "folder", CONFIG_PATH, "policy.d", false, 0, 0,
	 "Folder of the *.policy files. It and they belong to root or to whoever runs portvakt; "
	 "nobody else may write them."},
	{"metadata", "folder", CONFIG_PATH, "metadata.d", false, 0, 0,
	 "Folder of single services' metadata; see portvakt-metadata(1)."},

	{"store", "file", CONFIG_PATH, PORTVAKT_STATEDIR "/portvakt.db", false, 0, 0,
	 "The SQLite store: sessions, spent asks, ledger."},
	{"ledger", "key", CONFIG_PATH, NULL, true, 0, 0,
	 "Key of the ledger's HMACs: 32 bytes, readable by its owner alone."},
	{"ledger", "keep", CONFIG_DURATION, "396d", false, DAY, 3660 * DAY,
	 "How long a ledger row is kept; 396 days is a school year and time to ask about it."},
	{"seal", "key", CONFIG_PATH, NULL, true, 0, 0,
	 "Key of the sealed handles in pages: 32 bytes, readable by its owner alone."},

	{"session", "idle", CONFIG_DURATION, "60m", false, MINUTE, 7 * DAY,
	 "A session ends this long after its last use."},
	{"session", "absolute", CONFIG_DURATION, "10h", false, MINUTE, 30 * DAY,
	 "A session ends this long after the login, used or not."},
	{"session", "idle-student", CONFIG_DURATION, NULL, false, MINUTE, 7 * DAY, "idle, for pupils."},
	{"session", "idle-staff", CONFIG_DURATION, NULL, false, MINUTE, 7 * DAY, "idle, for staff."},
	{"session", "idle-guardian", CONFIG_DURATION, NULL, false, MINUTE, 7 * DAY, "idle, for guardians."},
	{"session", "absolute-student", CONFIG_DURATION, NULL, false, MINUTE, 30 * DAY, "absolute, for pupils."},
	{"session", "absolute-staff", CONFIG_DURATION, NULL, false, MINUTE, 30 * DAY, "absolute, for staff."},
	{"session", "absolute-guardian", CONFIG_DURATION, NULL, false, MINUTE, 30 * DAY, "absolute, for guardians."},

	{"templates", "folder", CONFIG_PATH, PORTVAKT_DATADIR "/templates", false, 0, 0,
	 "Folder of the pages, styles and texts."},
};
/* clang-format on */

/* Line and column count from 1, a column in bytes: before a value there is nothing but ASCII. */
typedef struct {
	const char *file;
	guint line, column;
} Place;

typedef struct {
	char *file;
	Place place;   /* of the value; `file` is the one above */
	char *text;    /* as written, trimmed */
	char **list;   /* CONFIG_LIST */
	char *path;    /* CONFIG_PATH, absolute */
	gint64 number; /* CONFIG_BOOL, CONFIG_COUNT, CONFIG_DURATION */
} Said;

struct Config {
	GChecksum *sum; /* of all that was read */
	char *file;
	char *folder;
	GHashTable *said;       /* "group\037key" -> Said */
	GPtrArray *directories; /* group names, NULL-ended once loaded */
};

static void said_free(gpointer data)
{
	Said *said = data;
	g_free(said->file);
	g_free(said->text);
	g_strfreev(said->list);
	g_free(said->path);
	g_free(said);
}

const ConfigSetting *config_settings(gsize *ret_count)
{
	*ret_count = G_N_ELEMENTS(settings);
	return settings;
}

const char *config_default_path(void)
{
	return PORTVAKT_SYSCONFDIR "/portvakt.conf";
}

void config_free(Config *config)
{
	if (!config)
		return;
	g_checksum_free(config->sum);
	g_free(config->file);
	g_free(config->folder);
	g_hash_table_unref(config->said);
	g_ptr_array_unref(config->directories);
	g_free(config);
}

static char *said_name(const char *group, const char *key)
{
	return g_strconcat(group, "\037", key, NULL);
}

/* The name a group has in the table: "directory main" is a "directory". */
static const char *table_group(const char *group)
{
	return g_str_has_prefix(group, "directory ") ? "directory" : group;
}

static const ConfigSetting *find_setting(const char *group, const char *key)
{
	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++)
		if (g_str_equal(settings[i].group, table_group(group)) &&
		    (g_str_equal(settings[i].key, "*") || g_str_equal(settings[i].key, key)))
			return &settings[i];
	return NULL;
}

static char *guess_text(const char *word, const char *group)
{
	const char *names[G_N_ELEMENTS(settings)];
	gsize n = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++)
		if (!group || g_str_equal(settings[i].group, table_group(group)))
			names[n++] = group ? settings[i].key : settings[i].group;
	const char *best = guess_nearest(word, names, n);
	return best ? g_strdup_printf("; did you mean '%s'?", best) : g_strdup("");
}

static bool fail(GError **error, const Place *place, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool fail(GError **error, const Place *place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s:%u:%u: %s", place->file,
		    place->line, place->column, text);
	return false;
}

static bool parse_duration(const char *text, gint64 *ret)
{
	static const struct {
		char letter;
		gint64 seconds;
	} units[] = {{'s', 1}, {'m', MINUTE}, {'h', HOUR}, {'d', DAY}};
	char *end = NULL;
	if (!g_ascii_isdigit(text[0]))
		return false;
	gint64 count = g_ascii_strtoll(text, &end, 10);
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
		if (end[0] == units[i].letter && end[1] == '\0')
			return !__builtin_mul_overflow(count, units[i].seconds, ret);
	return false;
}

static bool parse_count(const char *text, gint64 *ret)
{
	guint64 number = 0;
	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &number, NULL))
		return false;
	*ret = (gint64)number;
	return true;
}

static char **split_list(const char *text)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	g_auto(GStrv) parts = g_strsplit(text, ";", -1);
	for (char **part = parts; *part; part++)
		if (*g_strstrip(*part))
			g_strv_builder_add(list, *part);
	return g_strv_builder_end(list);
}

/* Fills in the typed value of what was said; every form is judged here, at load. */
static bool said_judge(const Config *config, const ConfigSetting *setting, Said *said,
		       const char *key, GError **error)
{
	switch (setting->type) {
	case CONFIG_TEXT:
		break;
	case CONFIG_PATH:
		said->path = g_canonicalize_filename(said->text, config->folder);
		break;
	case CONFIG_LIST:
		said->list = split_list(said->text);
		break;
	case CONFIG_BOOL:
		if (!g_str_equal(said->text, "yes") && !g_str_equal(said->text, "no"))
			return fail(error, &said->place, "%s takes yes or no", key);
		said->number = said->text[0] == 'y';
		break;
	case CONFIG_COUNT:
		if (!parse_count(said->text, &said->number))
			return fail(error, &said->place, "%s takes a whole number", key);
		break;
	case CONFIG_DURATION:
		if (!parse_duration(said->text, &said->number))
			return fail(error, &said->place,
				    "%s takes a time such as 45s, 60m, 10h or 7d", key);
		break;
	}
	if (setting->high && (said->number < setting->low || said->number > setting->high))
		return fail(error, &said->place,
			    "%s must lie between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT "%s",
			    key, setting->low, setting->high,
			    setting->type == CONFIG_DURATION ? " seconds" : "");
	return true;
}

/* `place` is the key's, and the value's `column` is in the same line. */
static bool take_setting(Config *config, const Place *place, guint column, const char *group,
			 const char *key, const char *text, GError **error)
{
	const ConfigSetting *setting = find_setting(group, key);
	if (!setting) {
		g_autofree char *guess = guess_text(key, group);
		return fail(error, place, "[%s] has no setting '%s'%s", group, key, guess);
	}
	g_autofree char *name = said_name(group, key);
	const Said *before = g_hash_table_lookup(config->said, name);
	if (before)
		return fail(error, place, "'%s' of [%s] is said twice (first at %s:%u)", key, group,
			    before->file, before->place.line);
	if (*text == '\0')
		return fail(error, place, "'%s' has no value; leave the line out instead", key);
	Said *said = g_new0(Said, 1);
	said->file = g_strdup(place->file);
	said->place = (Place){said->file, place->line, column};
	said->text = g_strdup(text);
	g_hash_table_insert(config->said, g_steal_pointer(&name), said);
	return said_judge(config, setting, said, key, error);
}

static bool take_group(Config *config, const Place *place, const char *group, GError **error)
{
	bool known = false;
	for (gsize i = 0; i < G_N_ELEMENTS(settings) && !known; i++)
		known = g_str_equal(settings[i].group, table_group(group));
	if (!known || g_str_equal(group, "directory")) {
		g_autofree char *guess = guess_text(group, NULL);
		return fail(error, place, "there is no group [%s]%s", group,
			    g_str_equal(group, "directory") ? "; give it a name: [directory main]"
							    : guess);
	}
	if (!g_str_has_prefix(group, "directory "))
		return true;
	if (config->directories->len && !g_str_equal(config->directories->pdata[0], group))
		return fail(error, place, "this version serves one directory; [%s] is a second",
			    group);
	if (!config->directories->len)
		g_ptr_array_add(config->directories, g_strdup(group));
	return true;
}

static guint blanks(const char *text)
{
	guint count = 0;
	while (g_ascii_isspace(text[count]))
		count++;
	return count;
}

/*
 * The lines are read here and not by GKeyFile, which knows neither their numbers nor a setting
 * said twice; the form is GKeyFile's, without escapes and locales.
 */
static bool take_file(Config *config, const char *file, GError **error)
{
	g_autofree char *bytes = NULL;
	gsize length = 0;
	if (!g_file_get_contents(file, &bytes, &length, error))
		return false;
	if (length > CONFIG_BYTES_MAX || !g_utf8_validate(bytes, (gssize)length, NULL))
		return fail(error, &(Place){file, 1, 1},
			    "this is no configuration: over 256 KiB or not UTF-8");
	g_checksum_update(config->sum, (const guchar *)bytes, (gssize)length + 1);
	g_auto(GStrv) lines = g_strsplit(bytes, "\n", -1);
	g_autofree char *group = NULL;
	for (guint i = 0; lines[i]; i++) {
		const Place place = {file, i + 1, blanks(lines[i]) + 1};
		char *line = g_strstrip(lines[i]);
		char *equals = strchr(line, '=');
		gsize end = strlen(line);
		if (*line == '\0' || *line == '#')
			continue;
		if (*line == '[' && line[end - 1] == ']') {
			g_free(group);
			group = g_strndup(line + 1, end - 2);
			if (!take_group(config, &place, group, error))
				return false;
		} else if (!equals || !group) {
			return fail(
				error, &place,
				group ? "a line is 'key = value', '[group]' or '# comment'"
				      : "the first line that is no comment must be a '[group]'");
		} else {
			guint before = (guint)(equals + 1 - line) + blanks(equals + 1);
			*equals = '\0';
			if (!take_setting(config, &place, place.column + before, group,
					  g_strchomp(line), g_strchug(equals + 1), error))
				return false;
		}
	}
	return true;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool take_folder(Config *config, GError **error)
{
	g_autofree char *folder = g_build_filename(config->folder, "conf.d", NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	for (const char *name; dir && (name = g_dir_read_name(dir));)
		if (g_str_has_suffix(name, ".conf"))
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++)
		if (!take_file(config, names->pdata[i], error))
			return false;
	return true;
}

static bool check_mandatory(const Config *config, GError **error)
{
	if (!config->directories->len)
		return fail(error, &(Place){config->file, 1, 1},
			    "no directory is named; write a group [directory main]");
	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
		const char *group = g_str_equal(settings[i].group, "directory")
					    ? config->directories->pdata[0]
					    : settings[i].group;
		if (settings[i].mandatory && !config_has(config, group, settings[i].key))
			return fail(error, &(Place){config->file, 1, 1}, "[%s] lacks '%s': %s",
				    group, settings[i].key, settings[i].meaning);
	}
	return true;
}

static bool check_together(const Config *config, GError **error)
{
	const char *directory = config->directories->pdata[0];
	const char *base = config_text(config, "idp", "base-url");
	g_autoptr(GUri) uri = g_uri_parse(base, G_URI_FLAGS_NONE, NULL);
	g_autofree char *where = NULL;
	const char *wrong = NULL;
	g_autofree char *folded = g_ascii_strdown(base, -1);
	if (!uri || !g_str_equal(base, folded) || g_strcmp0(g_uri_get_scheme(uri), "https") ||
	    *g_uri_get_path(uri) || g_uri_get_query(uri) || g_uri_get_userinfo(uri) ||
	    !g_uri_get_host(uri) || !*g_uri_get_host(uri) || g_uri_get_port(uri) == 443) {
		/* compared with Host and Origin, where browsers leave 443 out */
		wrong = "base-url is https://HOST or https://HOST:PORT in lower case, without a "
			"path, and without :443";
		where = config_where(config, "idp", "base-url");
	} else if (config_has(config, "server", "tls-key") !=
		   config_has(config, "server", "tls-certificate")) {
		wrong = "tls-certificate and tls-key go together";
		where = config_where(config, "server",
				     config_has(config, "server", "tls-key") ? "tls-key"
									     : "tls-certificate");
	} else if (g_strcmp0(config_text(config, directory, "protected-attribute"), "none") &&
		   !config_has(config, directory, "protected-no")) {
		wrong = "protected-attribute needs protected-no: the values that mean `not protected'";
		where = config_where(config, directory, "protected-attribute");
	} else if (!strstr(config_text(config, directory, "login-filter"), "{login}")) {
		wrong = "login-filter needs {login}, where what the person typed goes";
		where = config_where(config, directory, "login-filter");
	} else if (!config_has(config, directory, "student") &&
		   !config_has(config, directory, "staff") &&
		   !config_has(config, directory, "guardian")) {
		wrong = "say who is who: student, staff or guardian = ATTRIBUTE=VALUE";
		where = config_where(config, directory, "uri");
	}
	if (wrong)
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s: %s", where, wrong);
	return !wrong;
}

static bool matches(const char *text, const char *pattern)
{
	return g_regex_match_simple(pattern, text, G_REGEX_DOLLAR_ENDONLY, 0);
}

/* What we say of ourselves in metadata, where only others would find it wrong. */
static bool check_identity(const Config *config, GError **error)
{
	static const char label[] = "^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]*[a-z0-9]$";
	const char *id = config_text(config, "idp", "entity-id");
	const char *email = config_text(config, "idp", "support-email");
	const char *key = NULL, *wrong = NULL;
	for (const char *const *scope = config_list(config, "idp", "scopes"); *scope; scope++)
		if (!matches(*scope, label)) {
			key = "scopes";
			wrong = "a scope is a domain in lower case, as skola.example, without `@'";
		}
	if (!wrong && id &&
	    (!g_uri_is_valid(id, G_URI_FLAGS_NONE, NULL) || strlen(id) > LIMIT_SAML_ID)) {
		key = "entity-id";
		wrong = "entity-id is an address such as https://HOST/saml/metadata, of at most 256 "
			"bytes; leave the line out unless services know you by another";
	} else if (!wrong && !matches(email, "^[^@\\s<>\"]+@[^@\\s<>\"]+$")) {
		key = "support-email";
		wrong = "support-email is a mail address, as helpdesk@skola.example";
	}
	if (!wrong)
		return true;
	g_autofree char *where = config_where(config, "idp", key);
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s: %s", where, wrong);
	return false;
}

/* Each by itself, so that the right one is pointed at. */
static bool check_proxies(const Config *config, GError **error)
{
	g_autofree char *name = said_name("server", "trusted-proxies");
	const Said *said = g_hash_table_lookup(config->said, name);
	const char *at = said ? said->text : "";
	for (char **text = said ? said->list : NULL; text && *text; text++) {
		const char *const alone[] = {*text, NULL};
		g_autoptr(GError) wrong = NULL;
		g_autoptr(TrustedProxies) proxies = trusted_proxies_new(alone, &wrong);
		at += strspn(at, "; \t");
		const Place place = {said->file, said->place.line,
				     said->place.column + (guint)(at - said->text)};
		if (!proxies)
			return fail(error, &place, "%s", wrong->message);
		at += strcspn(at, ";");
	}
	return true;
}

/* A second listener that is only for monitors must not be the first by mistake. */
static bool check_health(const Config *config, GError **error)
{
	const char *listen = config_text(config, "health", "listen");
	g_autofree char *where = config_where(config, "health", "listen");
	g_autoptr(GError) wrong = NULL;
	g_strfreev(listen ? listen_hosts(listen, &wrong) : NULL);
	if (wrong)
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s: %s", where,
			    wrong->message);
	else if (listen && g_str_equal(listen, config_text(config, "server", "listen")))
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
			    "%s: that is where people are served; give monitors another port",
			    where);
	else
		return true;
	return false;
}

static void add_fallbacks(Config *config)
{
	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
		const char *group = g_str_equal(settings[i].group, "directory")
					    ? config->directories->pdata[0]
					    : settings[i].group;
		g_autofree char *name = said_name(group, settings[i].key);
		if (!settings[i].fallback || g_hash_table_contains(config->said, name))
			continue;
		Said *said = g_new0(Said, 1);
		said->text = g_strdup(settings[i].fallback);
		g_hash_table_insert(config->said, g_steal_pointer(&name), said);
		bool judged = said_judge(config, &settings[i], said, settings[i].key, NULL);
		g_assert(judged);
	}
}

Config *config_load(const char *path, GError **error)
{
	g_autoptr(Config) config = g_new0(Config, 1);
	config->sum = g_checksum_new(G_CHECKSUM_SHA256);
	config->file = g_canonicalize_filename(path, NULL);
	config->folder = g_path_get_dirname(config->file);
	config->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, said_free);
	config->directories = g_ptr_array_new_with_free_func(g_free);
	if (!take_file(config, config->file, error) || !take_folder(config, error) ||
	    !check_mandatory(config, error))
		return NULL;
	g_ptr_array_add(config->directories, NULL);
	add_fallbacks(config);
	if (!check_together(config, error) || !check_identity(config, error) ||
	    !check_proxies(config, error) || !check_health(config, error))
		return NULL;
	return g_steal_pointer(&config);
}

const char *config_checksum(const Config *config)
{
	return g_checksum_get_string(config->sum);
}

static const Said *find_said(const Config *config, const char *group, const char *key)
{
	g_assert(find_setting(group, key));
	g_autofree char *name = said_name(group, key);
	return g_hash_table_lookup(config->said, name);
}

bool config_has(const Config *config, const char *group, const char *key)
{
	return find_said(config, group, key) != NULL;
}

const char *config_text(const Config *config, const char *group, const char *key)
{
	const Said *said = find_said(config, group, key);
	return said ? said->text : NULL;
}

const char *config_path(const Config *config, const char *group, const char *key)
{
	const Said *said = find_said(config, group, key);
	return said ? said->path : NULL;
}

const char *const *config_list(const Config *config, const char *group, const char *key)
{
	static const char *const empty[] = {NULL};
	const Said *said = find_said(config, group, key);
	return said ? (const char *const *)said->list : empty;
}

gint64 config_number(const Config *config, const char *group, const char *key)
{
	const Said *said = find_said(config, group, key);
	return said ? said->number : 0;
}

bool config_bool(const Config *config, const char *group, const char *key)
{
	return config_number(config, group, key) != 0;
}

const char *const *config_directories(const Config *config)
{
	return (const char *const *)config->directories->pdata;
}

char **config_keys(const Config *config, const char *group)
{
	g_autoptr(GStrvBuilder) keys = g_strv_builder_new();
	g_autofree char *prefix = said_name(group, "");
	GHashTableIter iter;
	gpointer name;
	g_hash_table_iter_init(&iter, config->said);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		if (g_str_has_prefix(name, prefix))
			g_strv_builder_add(keys, (const char *)name + strlen(prefix));
	return g_strv_builder_end(keys);
}

char *config_where(const Config *config, const char *group, const char *key)
{
	const Said *said = find_said(config, group, key);
	if (said && said->file)
		return g_strdup_printf("%s:%u:%u", said->file, said->place.line,
				       said->place.column);
	return g_strdup(config->file);
}
