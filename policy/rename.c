/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/rename.h"

#include <string.h>

#define OID    "urn:oid:"
#define LEGACY "urn:mace:dir:attribute-def:"

/* Claims of an ID token or of UserInfo that say who issued it, about whom and how they logged in
 * (OpenID Connect core 2 and 5.1, RFC 7519 4.1). */
static const char *const reserved[] = {
	"iss",     "sub",       "aud",       "exp", "nbf",    "iat",
	"jti",     "auth_time", "nonce",     "acr", "amr",    "azp",
	"at_hash", "c_hash",    "sid",       "cnf", "events", "email_verified",
	"act",     "scope",     "client_id",
};

char *rename_plain(const char *name)
{
	g_autofree char *normal = g_utf8_normalize(name, -1, G_NORMALIZE_NFKC);
	g_autofree char *low = g_utf8_casefold(normal, -1);
	char *start = low, *end = low + strlen(low);

	while (g_unichar_isspace(g_utf8_get_char(start)))
		start = g_utf8_next_char(start);
	while (end > start && g_unichar_isspace(g_utf8_get_char(g_utf8_prev_char(end))))
		end = g_utf8_prev_char(end);
	return g_strndup(start, (gsize)(end - start));
}

bool rename_overlap(const Rename *one, const Rename *other)
{
	return (one->in_saml && other->in_saml) || (one->in_oidc && other->in_oidc);
}

static bool is_legacy_name_of(const char *name, const Attribute *attribute)
{
	for (const char *const *legacy = attribute->legacy; legacy && *legacy; legacy++)
		if (g_ascii_strcasecmp(name, *legacy) == 0)
			return true;
	return false;
}

bool rename_is_of(const char *name, const Attribute *attribute)
{
	if (is_legacy_name_of(name, attribute))
		return true;
	if (g_str_has_prefix(name, LEGACY))
		name += strlen(LEGACY);
	return g_ascii_strcasecmp(name, attribute->name) == 0 ||
	       g_ascii_strcasecmp(name, attribute->saml) == 0 ||
	       g_ascii_strcasecmp(name, attribute->claim) == 0 ||
	       (g_str_has_prefix(attribute->saml, OID) &&
		strcmp(name, attribute->saml + strlen(OID)) == 0);
}

bool rename_is_reserved(const char *plain)
{
	for (size_t i = 0; i < G_N_ELEMENTS(reserved); i++)
		if (strcmp(plain, reserved[i]) == 0)
			return true;
	return false;
}

bool rename_check(const Rename *rename, const Registry *registry, const Place *place,
		  GError **error)
{
	g_autofree char *name = rename_plain(rename->to);

	if (*name == '\0') {
		place_error(error, POLICY_ERROR_MEANING, place, "\"%s\" is no name", rename->to);
		return false;
	}
	/* Some names are the claim of one and the legacy name of another: its own come first. */
	if (rename_is_of(name, rename->attribute))
		return true;
	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *other = registry_get(registry, i);

		if (!rename_is_of(name, other))
			continue;
		place_error(error, POLICY_ERROR_MEANING, place,
			    "renaming %s to %s would pass it off as %s", rename->attribute->name,
			    rename->to, other->name);
		return false;
	}
	if (rename_is_reserved(name)) {
		place_error(error, POLICY_ERROR_MEANING, place,
			    "renaming %s to %s would pass it off as what the answer says of itself",
			    rename->attribute->name, rename->to);
		return false;
	}
	return true;
}
