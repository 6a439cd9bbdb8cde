/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/entity.h"

#include <string.h>

#include "metadata/entity-read.h"

static void entity_key_free(EntityKey *key)
{
	g_bytes_unref(key->der);
	g_free(key);
}

Entity *entity_new(void)
{
	Entity *entity = g_new0(Entity, 1);
	atomic_init(&entity->references, 1);
	entity->acs = g_ptr_array_new_with_free_func((GDestroyNotify)endpoint_free);
	entity->slo = g_ptr_array_new_with_free_func((GDestroyNotify)endpoint_free);
	entity->keys = g_ptr_array_new_with_free_func((GDestroyNotify)entity_key_free);
	entity->wishes = g_ptr_array_new_with_free_func((GDestroyNotify)entity_wish_free);
	return entity;
}

Entity *entity_ref(Entity *entity)
{
	atomic_fetch_add_explicit(&entity->references, 1, memory_order_relaxed);
	return entity;
}

static void entity_free(Entity *entity)
{
	g_free(entity->id);
	g_ptr_array_unref(entity->acs);
	g_ptr_array_unref(entity->slo);
	g_ptr_array_unref(entity->keys);
	g_ptr_array_unref(entity->wishes);
	g_free(entity->subject_id_req);
	g_clear_pointer(&entity->bytes, g_bytes_unref);
	g_free(entity);
}

void entity_unref(Entity *entity)
{
	if (entity && atomic_fetch_sub_explicit(&entity->references, 1, memory_order_acq_rel) == 1)
		entity_free(entity);
}

bool entity_is_expired(const Entity *entity, gint64 now)
{
	return entity->valid_until != 0 && entity->valid_until <= now;
}

const Service *entity_service(const Entity *entity, int index)
{
	for (guint i = 0; i < entity->wishes->len; i++) {
		const EntityWish *wish = entity->wishes->pdata[i];
		if (wish->index == index && index >= 0)
			return wish->service;
	}
	return index < 0 ? entity->service : NULL;
}

static bool is_post(const Endpoint *endpoint)
{
	return strcmp(endpoint->binding, ENDPOINT_POST) == 0;
}

/* SAML Metadata 2.2.3: the first that says it is the default, else the first that does not say it
 * is not, else the first; of those that can be used. */
static const Endpoint *default_acs(const Entity *entity)
{
	const Endpoint *best = NULL;
	for (guint i = 0; i < entity->acs->len; i++) {
		const Endpoint *endpoint = entity->acs->pdata[i];
		if (is_post(endpoint) && (!best || entity_read_rank(endpoint->is_default) >
							   entity_read_rank(best->is_default)))
			best = endpoint;
	}
	return best;
}

static const Endpoint *refuse(GError **error, const char *what)
{
	g_set_error_literal(error, METADATA_ERROR, METADATA_ERROR_NO_ACS, what);
	return NULL;
}

const Endpoint *entity_choose_acs(const Entity *entity, const char *url, int index,
				  const char *binding, GError **error)
{
	if (binding && strcmp(binding, ENDPOINT_POST) != 0)
		return refuse(error,
			      "the request wants the answer by another binding than HTTP-POST");
	if (url && index >= 0)
		return refuse(error, "the request names its return URL twice, by URL and by index");
	if (!url && index < 0)
		return default_acs(entity);
	bool known = false;
	for (guint i = 0; i < entity->acs->len; i++) {
		const Endpoint *endpoint = entity->acs->pdata[i];
		if (url ? strcmp(endpoint->location, url) != 0 : endpoint->index != index)
			continue;
		if (is_post(endpoint))
			return endpoint;
		known = true;
	}
	if (known)
		return refuse(error, "the return URL that the request names is not for HTTP-POST");
	return refuse(error, url ? "the return URL that the request names is not in the metadata"
				 : "the index that the request names is not in the metadata");
}
