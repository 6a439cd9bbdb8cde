/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/config-check.h"

#include <string.h>

#include "idp/assurance.h"
#include "idp/http/listen.h"
#include "idp/limits.h"

bool config_check_base_url(const Config *config, GError **error)
{
	const char *base = config_text(config, "idp", "base-url");
	g_autoptr(GUri) uri = g_uri_parse(base, G_URI_FLAGS_NONE, NULL);
	g_autofree char *folded = g_ascii_strdown(base, -1);
	if (uri && g_str_equal(base, folded) && !g_strcmp0(g_uri_get_scheme(uri), "https") &&
	    !*g_uri_get_path(uri) && !g_uri_get_query(uri) && !g_uri_get_userinfo(uri) &&
	    g_uri_get_host(uri) && *g_uri_get_host(uri) && g_uri_get_port(uri) != 443)
		return true;
	/* compared with Host and Origin, where browsers leave 443 out */
	g_autofree char *where = config_where(config, "idp", "base-url");
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		    "%s: base-url is https://HOST or https://HOST:PORT in lower case, without a "
		    "path, and without :443",
		    where);
	return false;
}

static bool check_together(const Config *config, GError **error)
{
	const char *directory = config_directories(config)[0];
	g_autofree char *where = NULL;
	const char *wrong = NULL;
	if (g_strcmp0(config_text(config, directory, "protected-attribute"), "none") &&
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

static bool check_tls(const Config *config, GError **error)
{
	if (config_has(config, "server", "tls-key") ==
	    config_has(config, "server", "tls-certificate"))
		return true;
	g_autofree char *where = config_where(
		config, "server",
		config_has(config, "server", "tls-key") ? "tls-key" : "tls-certificate");
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		    "%s: tls-certificate and tls-key go together", where);
	return false;
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

static bool check_eppn(const Config *config, GError **error)
{
	const char *source = config_text(config, "eppn", "source");
	const char *scope = config_text(config, "eppn", "scope");
	const char *key = NULL, *wrong = NULL;
	if (!g_str_equal(source, "directory") && !g_str_equal(source, "store")) {
		key = "source";
		wrong = "source is directory or store";
	} else if (scope && !g_strv_contains(config_list(config, "idp", "scopes"), scope)) {
		key = "scope";
		wrong = "scope is one of [idp] scopes";
	}
	if (!wrong)
		return true;
	g_autofree char *where = config_where(config, "eppn", key);
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s: %s", where, wrong);
	return false;
}

/* What left by a yes must not be there longer than the yes. */
static bool check_consent(const Config *config, GError **error)
{
	if (!config_has(config, "consent", "keep") ||
	    config_number(config, "consent", "keep") >= config_number(config, "ledger", "keep"))
		return true;
	g_autofree char *where = config_where(config, "consent", "keep");
	g_set_error(
		error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		"%s: keep of [consent] is not less than keep of [ledger]: who must show what left "
		"must show the yes that it left by",
		where);
	return false;
}

bool config_check_shared(const Config *config, GError **error)
{
	return check_tls(config, error) && check_health(config, error);
}

static bool check_levels(const Config *config, GError **error)
{
	g_autoptr(Assurance) assurance = assurance_new(config, error);
	return assurance != NULL;
}

bool config_check_own(const Config *config, GError **error)
{
	return config_check_base_url(config, error) && check_together(config, error) &&
	       check_identity(config, error) && check_eppn(config, error) &&
	       check_consent(config, error) && check_levels(config, error);
}
