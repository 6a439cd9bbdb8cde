/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/find-service.h"

#include "policy/guess.h"

/* What an admin calls a service: the policy's name for it, else its entityID. */
static const char *service_name(const Generation *generation, const Entity *entity)
{
	const char *name = policy_service_name(generation->policy, PROTOCOL_SAML, entity->id);
	return name ? name : entity->id;
}

/* The policy names it, and what it is called is right. */
static void fail_without_metadata(const char *wanted, GError **error)
{
	g_set_error(
		error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		"the policy names '%s', but its metadata is not here: see portvakt-metadata(1), or "
		"the feed that should bring it",
		wanted);
}

static void fail_unknown(const Generation *generation, const char *wanted, GError **error)
{
	const GPtrArray *all = entity_set_entities(generation->entities);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < all->len; i++)
		g_ptr_array_add(names, (char *)(guintptr)service_name(generation, all->pdata[i]));
	const char *guess = guess_nearest(wanted, (const char *const *)names->pdata, names->len);
	g_ptr_array_add(names, NULL);
	g_autofree char *known = g_strjoinv(", ", (char **)names->pdata);
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		    "no service is called '%s'%s%s%s (known are: %s)", wanted,
		    guess ? "; did you mean '" : "", guess ? guess : "", guess ? "'?" : "",
		    *known ? known : "none (see portvakt-metadata(1))");
}

Entity *command_find_service(const Generation *generation, const char *wanted, gint64 now,
			     GError **error)
{
	g_autoptr(GPtrArray) named = policy_service_ids(generation->policy, PROTOCOL_SAML, wanted);
	Entity *entity = entity_set_find(generation->entities, wanted, now);
	for (guint i = 0; !entity && i < named->len; i++)
		entity = entity_set_find(generation->entities, named->pdata[i], now);
	if (!entity &&
	    (named->len > 0 || policy_service_name(generation->policy, PROTOCOL_SAML, wanted)))
		fail_without_metadata(wanted, error);
	else if (!entity)
		fail_unknown(generation, wanted, error);
	return entity;
}
