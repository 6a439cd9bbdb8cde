/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/registry.h"

#include <stdatomic.h>

struct Registry {
	atomic_uint references;
	const Attribute *all[ATTRIBUTE_MAX];
	unsigned n, own;
	GHashTable *names, *samls, *claims; /* of those that are not shipped */
};

static void put(Registry *registry, const Attribute *attribute)
{
	const Attribute *shipped = attribute_by_name(attribute->name);

	if (shipped)
		registry->all[attribute_index(shipped)] = attribute;
	else
		registry->all[registry->n++] = attribute;
	registry->own++;
	g_hash_table_insert(registry->names, (gpointer)(guintptr)attribute->name,
			    (gpointer)(guintptr)attribute);
	g_hash_table_insert(registry->samls, (gpointer)(guintptr)attribute->saml,
			    (gpointer)(guintptr)attribute);
	g_hash_table_insert(registry->claims, (gpointer)(guintptr)attribute->claim,
			    (gpointer)(guintptr)attribute);
	for (const char *const *legacy = attribute->legacy; legacy && *legacy; legacy++)
		g_hash_table_insert(registry->samls, (gpointer)(guintptr)*legacy,
				    (gpointer)(guintptr)attribute);
}

Registry *registry_new(const Attribute *const *added, unsigned n)
{
	Registry *registry = g_new0(Registry, 1);
	size_t all;
	const Attribute *table = attribute_table(&all);

	atomic_init(&registry->references, 1);
	registry->n = attribute_shipped_count();
	for (unsigned i = 0; i < registry->n; i++)
		registry->all[i] = &table[i];
	registry->names = g_hash_table_new(g_str_hash, g_str_equal);
	registry->samls = g_hash_table_new(g_str_hash, g_str_equal);
	registry->claims = g_hash_table_new(g_str_hash, g_str_equal);
	for (unsigned i = 0; i < n; i++)
		put(registry, added[i]);
	return registry;
}

Registry *registry_ref(Registry *registry)
{
	atomic_fetch_add_explicit(&registry->references, 1, memory_order_relaxed);
	return registry;
}

void registry_unref(Registry *registry)
{
	if (!registry ||
	    atomic_fetch_sub_explicit(&registry->references, 1, memory_order_acq_rel) != 1)
		return;
	g_hash_table_unref(registry->names);
	g_hash_table_unref(registry->samls);
	g_hash_table_unref(registry->claims);
	g_free(registry);
}

unsigned registry_size(const Registry *registry)
{
	return registry ? registry->n : attribute_shipped_count();
}

const Attribute *registry_get(const Registry *registry, unsigned i)
{
	size_t n;

	g_assert(i < registry_size(registry));
	return registry ? registry->all[i] : &attribute_table(&n)[i];
}

/* What stands in the place of a shipped attribute; NULL stays NULL. */
static const Attribute *here(const Registry *registry, const Attribute *shipped)
{
	return registry && shipped ? registry->all[attribute_index(shipped)] : shipped;
}

const Attribute *registry_by_name(const Registry *registry, const char *name)
{
	const Attribute *own = registry ? g_hash_table_lookup(registry->names, name) : NULL;

	return own ? own : attribute_by_name(name);
}

const Attribute *registry_by_saml(const Registry *registry, const char *saml)
{
	const Attribute *own = registry ? g_hash_table_lookup(registry->samls, saml) : NULL;

	return own ? own : here(registry, attribute_by_saml(saml));
}

const Attribute *registry_by_claim(const Registry *registry, const char *claim)
{
	const Attribute *own = registry ? g_hash_table_lookup(registry->claims, claim) : NULL;

	return own ? own : here(registry, attribute_by_claim(claim));
}

const Attribute *registry_wish(const Registry *registry, const Wish *wish)
{
	if (wish->attribute)
		return here(registry, wish->attribute);
	return registry ? g_hash_table_lookup(registry->samls, wish->name) : NULL;
}

unsigned registry_own(const Registry *registry)
{
	return registry ? registry->own : 0;
}
