/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/attribute.h"

/*
 * A service (service provider, relying party) as the policy sees it: who it is, which entity
 * categories it carries and what it wishes to know. Made from SAML metadata, later also from
 * client files. Immutable once it is part of a generation.
 */

typedef enum {
	PROTOCOL_SAML = 1, /* id is an entityID */
	PROTOCOL_OIDC,     /* id is a client_id; never equal to an entityID */
} Protocol;

/* One RequestedAttribute (of the index the request chose), or one implied by subject-id:req. */
typedef struct {
	const Attribute *attribute; /* NULL: nothing in the registry has that name */
	char *name;                 /* as the service wrote it */
	bool required;              /* isRequired, unless that is held */
	bool held;                  /* newly asked for, and no admin has approved it */
	bool held_required;         /* newly isRequired, which no admin has approved */
} Wish;

typedef struct Service {
	char *id;
	Protocol protocol;
	char *display_sv; /* mdui:DisplayName or the like; NULL if the service has none */
	char *display_en;
	GPtrArray *categories;      /* char *: entity category URIs, as declared */
	GPtrArray *held_categories; /* char *: those of them newly declared, which no admin has
				       approved */
	char *registered_by;        /* registrationAuthority (mdrpi); NULL: not said */
	GPtrArray *feeds;  /* char *: names of the feeds that bring it; empty: an admin added it */
	bool trial;        /* comes from a trial feed: only test persons reach it */
	GPtrArray *wishes; /* Wish *; one attribute at most once */
} Service;

/* A service of that id that asks for nothing. id is copied. Returns: transfer full. */
Service *service_new(Protocol protocol, const char *id);
void service_free(Service *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Service, service_free)

/* Adds a wish by the SAML Name the service wrote, which is looked up in the registry and copied.
 * A second wish for the same attribute, or of the same unknown name, makes the first required if
 * it is, and adds nothing. */
void service_add_wish(Service *service, const char *saml_name, bool required);

/* Removes the wish for an attribute, if it is there. */
void service_remove_wish(Service *service, const Attribute *attribute);

/* Adds an entity category URI (copied); one already there is not added again. */
void service_add_category(Service *service, const char *uri);

/* Adds the name of a feed (copied) that brings the service. */
void service_add_feed(Service *service, const char *name);

/* Whether a category of the service is held. */
bool service_holds_category(const Service *service, const char *uri);

/* Marks a category of the service as held; nothing if the service does not carry it. */
void service_hold_category(Service *service, const char *uri);

/* The name for people: display name in that language ("sv" or "en"), else in the other, else the
 * id. Transfer none. It comes from the service and must be escaped where it is shown. */
const char *service_display(const Service *service, const char *language);
