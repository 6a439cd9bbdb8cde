/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/attribute.h"
#include "policy/service.h"

/*
 * What one school can speak of: the shipped attributes, and those that it has defined besides. One
 * that it has defined under the name of a shipped one stands in that one's place. NULL is the
 * registry of a school that has defined nothing. Immutable, counted by references, for any thread.
 */
typedef struct Registry Registry;

/* added: n attributes of the table (attribute_add()), of different names, copied; none of a SAML
 * Name, legacy name or claim that another attribute has. Returns: transfer full. */
Registry *registry_new(const Attribute *const *added, unsigned n);
Registry *registry_ref(Registry *registry);
void registry_unref(Registry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Registry, registry_unref)

/* All of them: the shipped ones in the order of the table, then the others in the order in which
 * they were given. */
unsigned registry_size(const Registry *registry);
const Attribute *registry_get(const Registry *registry, unsigned i);

/* As attribute_by_name() and so on, of all that the school can speak of. */
const Attribute *registry_by_name(const Registry *registry, const char *name);
const Attribute *registry_by_saml(const Registry *registry, const char *saml);
const Attribute *registry_by_claim(const Registry *registry, const char *claim);

/* The attribute that a service wishes for, as this school understands the name it wrote; NULL:
 * nothing here has that name. What Wish.attribute says is true of a school that has defined
 * nothing. */
const Attribute *registry_wish(const Registry *registry, const Wish *wish);

/* How many of them the school has defined. */
unsigned registry_own(const Registry *registry);
