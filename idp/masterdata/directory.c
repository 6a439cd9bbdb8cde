/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-inside.h"

#include "idp/fault.h"
#include "idp/keys.h"
#include "idp/limits.h"
#include "idp/masterdata/condition.h"
#include "idp/masterdata/directory-groups.h"
#include "idp/masterdata/directory-marks.h"
#include "idp/masterdata/directory-search.h"
#include "idp/masterdata/filter.h"

#include <string.h>

/* Keys of servers that hold 16 raw bytes where others have text. */
static const char *const binary_keys[] = {"objectGUID", "GUID", "mS-DS-ConsistencyGuid"};

/* Keys that a server makes. */
static const char *const made_keys[] = {"entryUUID", "objectGUID", "GUID", "nsUniqueId"};

static bool is_one_of(const char *const *names, gsize n, const char *name)
{
	for (gsize i = 0; i < n; i++)
		if (g_ascii_strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

bool directory_makes_key(const char *person_key)
{
	return is_one_of(made_keys, G_N_ELEMENTS(made_keys), person_key);
}

DirectoryOptions *directory_options_new(void)
{
	return g_new0(DirectoryOptions, 1);
}

void directory_options_free(DirectoryOptions *options)
{
	if (!options)
		return;
	g_free(options->name);
	g_strfreev(options->uris);
	g_free(options->ca_file);
	g_free(options->bind_dn);
	g_free(options->password_file);
	g_free(options->base);
	g_free(options->login_filter);
	g_free(options->person_key);
	g_free(options->decoy_dn);
	g_strfreev(options->unique);
	g_free(options->protected_group);
	g_free(options->protected_group_attribute);
	g_clear_pointer(&options->groups, g_ptr_array_unref);
	g_strfreev(options->others.attributes);
	g_free(options->others.key);
	g_free(options->others.meaning);
	g_free(options);
}

/* ---- options ---- */

static bool G_GNUC_PRINTF(4, 5) wrong(GError **error, const DirectoryOptions *options,
				      const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
		    "[directory %s] %s: %s", options->name, key, text);
	return false;
}

static bool check_uri(const DirectoryOptions *options, const char *text, bool *needs_ca,
		      GError **error)
{
	g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
	const char *scheme = uri ? g_uri_get_scheme(uri) : "";
	const char *host = uri ? g_uri_get_host(uri) : NULL;

	if (!uri || !host || !*host || g_uri_get_userinfo(uri) || g_uri_get_query(uri) ||
	    g_uri_get_fragment(uri) ||
	    !(g_str_equal(g_uri_get_path(uri), "") || g_str_equal(g_uri_get_path(uri), "/")))
		return wrong(error, options, "uri",
			     "`%s' is no address of a server; write ldaps://HOST or ldap://HOST",
			     text);
	if (g_str_equal(scheme, "ldapi"))
		return true;
	*needs_ca = true;
	if (g_str_equal(scheme, "ldap") && !options->start_tls)
		return wrong(error, options, "start-tls",
			     "passwords do not travel in the clear; %s needs start-tls = yes, or "
			     "write ldaps://",
			     text);
	if (!g_str_equal(scheme, "ldap") && !g_str_equal(scheme, "ldaps"))
		return wrong(error, options, "uri", "`%s' is none of ldaps:, ldap:, ldapi:", text);
	return true;
}

static bool check_ca(const DirectoryOptions *options, GError **error)
{
	g_autofree char *pem = NULL;
	if (!options->ca_file)
		return wrong(error, options, "ca",
			     "missing; name the file with the CA of the directory's certificate");
	g_autoptr(GError) cause = NULL;
	if (!g_file_get_contents(options->ca_file, &pem, NULL, &cause))
		return wrong(error, options, "ca", "%s", cause->message);
	return strstr(pem, "-----BEGIN CERTIFICATE-----") ||
	       wrong(error, options, "ca", "%s holds no certificate in PEM form", options->ca_file);
}

static bool check_servers(const DirectoryOptions *options, GError **error)
{
	bool needs_ca = false;

	if (!options->uris || !*options->uris)
		return wrong(error, options, "uri", "missing; write ldaps://HOST");
	if (g_strv_length(options->uris) > SERVERS_MAX)
		return wrong(error, options, "uri", "more than %d addresses", SERVERS_MAX);
	for (char **uri = options->uris; *uri; uri++)
		if (!check_uri(options, *uri, &needs_ca, error))
			return false;
	return !needs_ca || check_ca(options, error);
}

static bool check_filter(const DirectoryOptions *options, const char *filter, GError **error)
{
	if (!filter_is_one(filter))
		return wrong(error, options, "login-filter",
			     "`%s' is no LDAP filter; write (uid=" FILTER_PLACE ")", filter);
	return strstr(filter, FILTER_PLACE) ||
	       wrong(error, options, "login-filter",
		     "`%s' does not hold " FILTER_PLACE ", so that anybody would do", filter);
}

static bool check_text(const DirectoryOptions *options, const char *key, const char *value,
		       GError **error)
{
	if (!value || !*value)
		return wrong(error, options, key, "missing");
	return g_utf8_validate(value, -1, NULL) || wrong(error, options, key, "not UTF-8");
}

static bool check_attribute(const DirectoryOptions *options, const char *key, const char *name,
			    GError **error)
{
	return !name || condition_is_attribute(name) ||
	       wrong(error, options, key, "`%s' is no LDAP attribute", name);
}

static bool check_protection(const DirectoryOptions *options, GError **error)
{
	const char *group = options->protected_group;
	if (group && !link_is_dn(group))
		return wrong(error, options, "protected-group",
			     "`%s' is no DN; write the whole name of the group, such as "
			     "cn=protected,ou=groups,%s",
			     group, options->base);
	return check_attribute(options, "protected-group-attribute",
			       options->protected_group_attribute, error);
}

/* The file without the line feed that an editor leaves at its end. */
static Secret *read_password(const DirectoryOptions *options, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autoptr(Secret) file = keys_read(options->password_file, options->password_owner, &cause);
	gsize length = file ? secret_length(file) : 0;

	if (!file) {
		wrong(error, options, "password-file", "%s", cause->message);
		return NULL;
	}
	if (length > 0 && secret_bytes(file)[length - 1] == '\n')
		length--;
	if (length > 0 && length <= LIMIT_PASSWORD && !memchr(secret_bytes(file), '\0', length))
		return secret_new(secret_bytes(file), length);
	wrong(error, options, "password-file", "%s is empty, too long or binary",
	      options->password_file);
	return NULL;
}

static GPtrArray *with_key(const char *const *attributes, const char *key)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(list, g_strdup(key));
	for (; *attributes; attributes++)
		if (g_ascii_strcasecmp(*attributes, key) != 0)
			g_ptr_array_add(list, g_strdup(*attributes));
	g_ptr_array_add(list, NULL);
	return list;
}

/* Whom we ask, as whom, for what: the answer is the same if these are. */
static char *sameness(const Directory *directory, const DirectoryOptions *options)
{
	const DirectoryOthers *others = &options->others;
	char *const *lists[] = {options->uris, (char **)directory->attributes->pdata,
				directory->unique, directory->others};
	const char *const texts[] = {options->ca_file,
				     options->bind_dn,
				     options->base,
				     directory->protected_group,
				     directory->protected_group_attribute,
				     directory->others_key,
				     others->meaning};
	GString *same = g_string_new(NULL);

	for (gsize l = 0; l < G_N_ELEMENTS(lists); l++) {
		g_autofree char *list = g_strjoinv("\n", (char **)(guintptr)lists[l]);
		g_string_append_printf(same, "%s\n\n", list);
	}
	for (gsize t = 0; t < G_N_ELEMENTS(texts); t++)
		g_string_append_printf(same, "%s\n\n", texts[t] ? texts[t] : "");
	g_autofree char *groups = groups_sameness(directory->groups);
	g_string_append(same, groups);
	return g_string_free(same, FALSE);
}

static const char *or_else(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

static char **copy_list(char *const *list)
{
	static char *const empty[] = {NULL};
	return g_strdupv((char **)(guintptr)(list ? list : empty));
}

/* What is asked of an entry once it is found. */
static void fill_questions(Directory *directory, const DirectoryOptions *options)
{
	const DirectoryOthers *others = &options->others;
	g_assert(!others->attributes || !*others->attributes || others->is_protected);
	directory->unique = copy_list(options->unique);
	directory->protected_group = g_strdup(options->protected_group);
	directory->protected_group_attribute =
		g_strdup(or_else(options->protected_group_attribute, "member"));
	directory->groups = groups_copy(options->groups);
	directory->others = copy_list(others->attributes);
	directory->others_key = g_strdup(or_else(others->key, "norEduPersonNIN"));
	directory->is_protected = others->is_protected;
	directory->data = others->data;
}

Directory *directory_new(const DirectoryOptions *options, const char *const *attributes,
			 GError **error)
{
	const char *filter = or_else(options->login_filter, "(uid=" FILTER_PLACE ")");
	const char *key = or_else(options->person_key, "entryUUID");

	if (!check_servers(options, error) ||
	    !check_text(options, "bind-dn", options->bind_dn, error) ||
	    !check_text(options, "base", options->base, error) ||
	    !check_text(options, "password-file", options->password_file, error) ||
	    !check_filter(options, filter, error) ||
	    !check_attribute(options, "person-key", key, error) ||
	    !check_protection(options, error) ||
	    !groups_check(options->groups, options->base, error))
		return NULL;
	if (options->connections < 1 || options->connections > 64) {
		wrong(error, options, "connections", "%u is not between 1 and 64",
		      options->connections);
		return NULL;
	}
	Secret *password = read_password(options, error);
	if (!password)
		return NULL;

	link_init();
	Directory *directory = g_new0(Directory, 1);
	directory->servers = servers_new((const char *const *)options->uris, options->ca_file,
					 options->bind_dn, password, options->connections);
	secret_unref(password);
	directory->base = g_strdup(options->base);
	directory->login_filter = g_strdup(filter);
	directory->key = g_strdup(key);
	directory->key_is_binary = is_one_of(binary_keys, G_N_ELEMENTS(binary_keys), key);
	g_autofree char *nobody = seal_random_token(16);
	directory->decoy_dn = options->decoy_dn
				      ? g_strdup(options->decoy_dn)
				      : g_strdup_printf("cn=%s,%s", nobody, options->base);
	directory->attributes = with_key(attributes, key);
	fill_questions(directory, options);
	directory->cache = entry_cache_new();
	directory->max_age = options->max_age * G_TIME_SPAN_SECOND;
	directory->same = sameness(directory, options);
	return directory;
}

void directory_free(Directory *directory)
{
	if (!directory)
		return;
	servers_free(directory->servers);
	g_free(directory->base);
	g_free(directory->login_filter);
	g_free(directory->key);
	g_free(directory->decoy_dn);
	g_ptr_array_unref(directory->attributes);
	g_strfreev(directory->unique);
	g_ptr_array_unref(directory->groups);
	g_strfreev(directory->others);
	g_free(directory->others_key);
	g_free(directory->protected_group);
	g_free(directory->protected_group_attribute);
	entry_cache_unref(directory->cache);
	g_free(directory->same);
	g_free(directory);
}

void directory_inherit(Directory *directory, const Directory *before)
{
	if (!g_str_equal(directory->same, before->same))
		return;
	entry_cache_unref(directory->cache);
	directory->cache = entry_cache_ref(before->cache);
}

/* ---- what is done on a link ---- */

/* A password to be tried, if the gate is open (NULL: it is). */
typedef struct {
	const char *bytes;
	gsize length;
	const DirectoryGate *gate;
} Password;

/* A question on its way: what to look for, with which password, and what came of it. */
typedef struct {
	const Directory *directory;
	LinkSearch search;
	const Password *password; /* NULL: nobody logs in */
	const char *bind_dn;
	DirectoryEntry *entry;
	DirectoryOutcome outcome;
} Question;

static LinkResult use_search(Link *link, gint64 deadline, gpointer data, GError **error)
{
	Question *question = data;
	g_clear_pointer(&question->entry, entry_unref);
	return link_search(link, &question->search, deadline, &question->entry, error);
}

static LinkResult use_bind(Link *link, gint64 deadline, gpointer data, GError **error)
{
	Question *question = data;
	return link_bind(link, question->bind_dn, question->password->bytes,
			 question->password->length, deadline, error);
}

static LinkResult use_marks(Link *link, gint64 deadline, gpointer data, GError **error)
{
	const Question *question = data;
	return marks_of_one(link, question->directory, question->entry, deadline, error);
}

static DirectoryOutcome outcome_of_search(LinkResult result)
{
	switch (result) {
	case LINK_OK:
		return DIRECTORY_FOUND;
	case LINK_NONE:
		return DIRECTORY_UNKNOWN;
	case LINK_MANY:
		return DIRECTORY_AMBIGUOUS;
	case LINK_NO_KEY:
		return DIRECTORY_NO_KEY;
	default:
		return DIRECTORY_FAULT;
	}
}

/* The bind, if it may be tried: LINK_OK, question->outcome says what came of it. */
static LinkResult try_password(Servers *servers, unsigned uri, gint64 deadline, Question *question,
			       GError **error)
{
	const DirectoryGate *gate = question->password->gate;
	bool found = question->outcome == DIRECTORY_FOUND;
	if (gate && !gate->is_open(found ? entry_key(question->entry) : NULL, gate->data)) {
		question->outcome = DIRECTORY_HELD;
		return LINK_OK;
	}

	/* an unknown login costs a bind as well, else the time tells who exists */
	question->bind_dn = found ? entry_dn(question->entry) : question->directory->decoy_dn;
	LinkResult bound =
		servers_use(servers, uri, LINK_PERSON, use_bind, question, deadline, error);
	if (bound == LINK_LOST || bound == LINK_FAULT)
		return bound;
	if (bound != LINK_OK && found)
		question->outcome = DIRECTORY_WRONG_PASSWORD;
	return LINK_OK;
}

static LinkResult attempt(Servers *servers, unsigned uri, gint64 deadline, gpointer data,
			  GError **error)
{
	Question *question = data;
	LinkResult result =
		servers_use(servers, uri, LINK_SERVICE, use_search, question, deadline, error);

	if (result == LINK_LOST || result == LINK_FAULT)
		return result;
	question->outcome = outcome_of_search(result);
	result = question->password ? try_password(servers, uri, deadline, question, error)
				    : LINK_OK;
	/* of nobody else: a stranger's guesses cost no more than they must */
	if (result == LINK_OK && question->outcome == DIRECTORY_FOUND)
		result = servers_use(servers, uri, LINK_SERVICE, use_marks, question, deadline,
				     error);
	return result;
}

static DirectoryOutcome ask(Directory *directory, gint64 began, const char *filter,
			    const Password *password, DirectoryEntry **ret_entry, GError **error)
{
	gint64 asked = g_get_monotonic_time(), asked_at = g_get_real_time() / G_USEC_PER_SEC;
	Question question = {
		.directory = directory,
		.search = {.base = directory->base,
			   .filter = filter,
			   .attributes = (const char *const *)directory->attributes->pdata,
			   .key = directory->key,
			   .key_is_binary = directory->key_is_binary},
		.password = password,
	};
	bool answered = servers_try(directory->servers, began, attempt, &question, error);
	g_autoptr(DirectoryEntry) entry = question.entry;

	if (!answered)
		return DIRECTORY_FAULT;
	if (question.outcome == DIRECTORY_FOUND) {
		entry_stamp(entry, asked_at);
		if (directory->max_age)
			entry_cache_put(directory->cache, entry, asked, asked - directory->max_age);
		*ret_entry = g_steal_pointer(&entry);
	}
	return question.outcome;
}

/* ---- the calls ---- */

static bool login_is_sane(const char *login, gsize length)
{
	if (length == 0 || length > LIMIT_LOGIN || !g_utf8_validate_len(login, length, NULL))
		return false;
	for (gsize i = 0; i < length; i++)
		if (g_ascii_iscntrl(login[i]))
			return false;
	return true;
}

/* An empty password is what servers take for "anonymous, please" and answer with Success
 * (RFC 4513, 5.1.2); one with a NUL could be cut short on the way. */
static bool password_is_sane(const char *password, gsize length)
{
	return length > 0 && length <= LIMIT_PASSWORD && !memchr(password, '\0', length);
}

DirectoryOutcome directory_login(Directory *directory, gint64 began, const char *login,
				 gsize login_length, const char *password, gsize password_length,
				 const DirectoryGate *gate, DirectoryEntry **ret_entry,
				 GError **error)
{
	*ret_entry = NULL;
	if (!login_is_sane(login, login_length) || !password_is_sane(password, password_length))
		return DIRECTORY_BAD_INPUT;
	g_autofree char *filter = filter_for_login(directory->login_filter, login, login_length);
	const Password given = {password, password_length, gate};
	return ask(directory, began, filter, &given, ret_entry, error);
}

DirectoryEntry *directory_recall(Directory *directory, const char *key)
{
	/* with no age at all nobody is kept */
	return directory->max_age ? entry_cache_get(directory->cache, key,
						    g_get_monotonic_time() - directory->max_age)
				  : NULL;
}

DirectoryOutcome directory_read(Directory *directory, gint64 began, const char *key,
				DirectoryEntry **ret_entry, GError **error)
{
	*ret_entry = NULL;
	g_autofree char *filter = filter_for_key(directory->key, directory->key_is_binary, key);
	DirectoryOutcome outcome =
		filter ? ask(directory, began, filter, NULL, ret_entry, error) : DIRECTORY_UNKNOWN;
	if (outcome != DIRECTORY_FAULT && outcome != DIRECTORY_FOUND)
		entry_cache_drop(directory->cache, key);
	return outcome;
}

DirectoryOutcome directory_find(Directory *directory, const char *login, DirectoryEntry **ret_entry,
				GError **error)
{
	*ret_entry = NULL;
	if (!login_is_sane(login, strlen(login)))
		return DIRECTORY_BAD_INPUT;
	g_autofree char *filter = filter_for_login(directory->login_filter, login, strlen(login));
	return ask(directory, g_get_monotonic_time(), filter, NULL, ret_entry, error);
}

/* Does the server say who is in the protected group? Somebody who does not exist is not. */
static bool check_group(const Directory *directory, Link *link, const char *nobody, gint64 deadline,
			GError **error)
{
	g_autofree char *dn = g_strdup_printf("cn=%s,%s", nobody, directory->base);
	const char *const members[] = {dn};
	LinkAnswer answer = LINK_NO;

	if (directory->protected_group &&
	    link_compare(link, directory->protected_group, directory->protected_group_attribute,
			 members, 1, &answer, deadline, error) != LINK_OK)
		return false;
	if (answer == LINK_NO)
		return true;
	g_set_error(
		error, FAULT_ERROR, FAULT_DIRECTORY_DOWN,
		"the directory does not say who is in the protected-group %s, so that everybody "
		"counts as protected; is there such a group with the attribute %s, and may the "
		"service account compare it?",
		directory->protected_group, directory->protected_group_attribute);
	return false;
}

bool directory_check(Directory *directory, GError **error)
{
	/* a login that nobody has shows whether the filter is one and the base is there */
	g_autofree char *nobody = seal_random_token(16);
	g_autofree char *filter = filter_for_login(directory->login_filter, nobody, strlen(nobody));
	const char *const attributes[] = {directory->key, NULL};
	LinkSearch search = {.base = directory->base,
			     .filter = filter,
			     .attributes = attributes,
			     .key = directory->key};

	for (unsigned i = 0; i < servers_count(directory->servers); i++) {
		gint64 deadline =
			g_get_monotonic_time() + LIMIT_DIRECTORY_URI_MS * G_TIME_SPAN_MILLISECOND;
		g_autoptr(DirectoryEntry) entry = NULL;
		g_autoptr(Link) link = servers_connect(directory->servers, i, deadline, error);
		if (!link)
			return false;
		LinkResult result = link_search(link, &search, deadline, &entry, error);
		if (result == LINK_LOST || result == LINK_FAULT ||
		    !check_group(directory, link, nobody, deadline, error) ||
		    !groups_probe(link, directory, nobody, deadline, error))
			return false;
	}
	return true;
}

void directory_stats(Directory *directory, DirectoryStats *ret_stats)
{
	*ret_stats = (DirectoryStats){.max_age = directory->max_age};
	ret_stats->n_servers =
		servers_stats(directory->servers, ret_stats->servers, &ret_stats->running);
	entry_cache_stats(directory->cache, &ret_stats->cache);
}

const char *directory_outcome_name(DirectoryOutcome outcome)
{
	static const char *const names[] = {
		[DIRECTORY_FAULT] = "fault",
		[DIRECTORY_FOUND] = "found",
		[DIRECTORY_BAD_INPUT] = "bad-input",
		[DIRECTORY_UNKNOWN] = "unknown",
		[DIRECTORY_AMBIGUOUS] = "ambiguous",
		[DIRECTORY_NO_KEY] = "no-key",
		[DIRECTORY_WRONG_PASSWORD] = "wrong-password",
		[DIRECTORY_HELD] = "held",
	};
	return names[outcome];
}
