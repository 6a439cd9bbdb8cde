/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/assurance.h"

#include "idp/limits.h"
#include "policy/guess.h"
#include "policy/syntax.h"

#include <string.h>

#define PASSWORD     "password"
#define PASSWORD_URI "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

struct Assurance {
	const Config *config;
	PolicyLevel levels[LIMIT_CONFIG_LEVELS + 1];
	const char *uris[LIMIT_CONFIG_LEVELS + 1];
	gsize n;
	const char *password;
};

static bool G_GNUC_PRINTF(5, 6) wrong(GError **error, const Config *config, const char *group,
				      const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_autofree char *where = config_where(config, group, key);
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s: %s", where, text);
	return false;
}

static const PolicyLevel *find(const Assurance *assurance, const char *name)
{
	for (gsize i = 0; i < assurance->n; i++)
		if (g_str_equal(assurance->levels[i].name, name))
			return &assurance->levels[i];
	return NULL;
}

static bool judge_factors(Assurance *assurance, const char *group, GError **error)
{
	const char *const *factor = config_list(assurance->config, group, "proved-by");
	const char *name = strchr(group, ' ') + 1;

	for (; *factor; factor++) {
		if (!g_str_equal(*factor, PASSWORD))
			return wrong(error, assurance->config, group, "proved-by",
				     "nobody can log in by '%s'; this version knows: password; "
				     "leave the line out for a level that nothing proves yet",
				     *factor);
		if (assurance->password && !g_str_equal(assurance->password, name))
			return wrong(error, assurance->config, group, "proved-by",
				     "a password proves %s already; let it include this level",
				     assurance->password);
		assurance->password = name;
	}
	return true;
}

static bool take(Assurance *assurance, const char *group, GError **error)
{
	const char *uri = config_text(assurance->config, group, "uri");
	const char *name = strchr(group, ' ') + 1;

	if (uri && (strlen(uri) > LIMIT_SAML_ID || !syntax_fits(SYNTAX_URI, 0, uri, strlen(uri))))
		return wrong(error, assurance->config, group, "uri",
			     "uri is what services are told of the level, such as "
			     "https://refeds.org/profile/mfa, of at most %d bytes",
			     LIMIT_SAML_ID);
	assurance->uris[assurance->n] = uri || !g_str_equal(name, PASSWORD) ? uri : PASSWORD_URI;
	assurance->levels[assurance->n++] =
		(PolicyLevel){name, config_list(assurance->config, group, "includes")};
	return judge_factors(assurance, group, error);
}

static bool judge_includes(const Assurance *assurance, const char *group, GError **error)
{
	const char *const *name = config_list(assurance->config, group, "includes");
	const char *names[LIMIT_CONFIG_LEVELS + 1];

	for (gsize i = 0; i < assurance->n; i++)
		names[i] = assurance->levels[i].name;
	for (; *name; name++) {
		if (find(assurance, *name))
			continue;
		const char *guess = guess_nearest(*name, names, assurance->n);
		return wrong(error, assurance->config, group, "includes",
			     "no level is called '%s'%s%s%s", *name,
			     guess ? "; did you mean '" : "", guess ? guess : "",
			     guess ? "'?" : "");
	}
	return true;
}

/* Whether one level is the other or includes it, over whatever lies between. seen: a bit for each
 * that has been looked at. */
static bool reaches(const Assurance *assurance, const PolicyLevel *from, const PolicyLevel *to,
		    guint *seen)
{
	guint bit = 1u << (from - assurance->levels);

	if (from == to || *seen & bit)
		return from == to;
	*seen |= bit;
	for (const char *const *name = from->includes; *name; name++)
		if (reaches(assurance, find(assurance, *name), to, seen))
			return true;
	return false;
}

static bool judge_circles(const Assurance *assurance, const char *group, GError **error)
{
	const PolicyLevel *level = find(assurance, strchr(group, ' ') + 1);

	for (const char *const *name = level->includes; *name; name++) {
		guint seen = 0;
		if (reaches(assurance, find(assurance, *name), level, &seen))
			return wrong(error, assurance->config, group, "includes",
				     "%s includes %s, which includes %s; remove one of the two",
				     level->name, *name, level->name);
	}
	return true;
}

static bool fill(Assurance *assurance, GError **error)
{
	static const char *const nothing[] = {NULL};
	const char *const *groups = config_levels(assurance->config);

	for (const char *const *group = groups; *group; group++)
		if (!take(assurance, *group, error))
			return false;
	if (!find(assurance, PASSWORD) && !assurance->password) {
		assurance->uris[assurance->n] = PASSWORD_URI;
		assurance->levels[assurance->n++] = (PolicyLevel){PASSWORD, nothing};
	}
	if (!assurance->password)
		assurance->password = PASSWORD;
	for (const char *const *group = groups; *group; group++)
		if (!judge_includes(assurance, *group, error))
			return false;
	for (const char *const *group = groups; *group; group++)
		if (!judge_circles(assurance, *group, error))
			return false;
	return true;
}

Assurance *assurance_new(const Config *config, GError **error)
{
	g_autoptr(Assurance) assurance = g_new0(Assurance, 1);

	assurance->config = config;
	return fill(assurance, error) ? g_steal_pointer(&assurance) : NULL;
}

void assurance_free(Assurance *assurance)
{
	g_free(assurance);
}

const PolicyLevel *assurance_levels(const Assurance *assurance, gsize *ret_n)
{
	*ret_n = assurance->n;
	return assurance->levels;
}

const char *assurance_of_password(const Assurance *assurance)
{
	return assurance->password;
}

const char *assurance_uri(const Assurance *assurance, const char *name)
{
	const PolicyLevel *level = find(assurance, name);

	return level ? assurance->uris[level - assurance->levels] : NULL;
}
