/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/palette.h"

/*
 * All the services a proof must try, and no more: section EXPECTATIONS of portvakt-policy(5). Of
 * the known services those that the rules treat alike are one; beside them there is the least
 * service that each target describes, in both protocols where the target does not say which.
 */

/* At most so many policies are looked at together. */
#define UNIVERSE_POLICIES 2

/* Services that the rules of all policies treat alike. */
typedef struct {
	const Service *service; /* one of them */
	GPtrArray *alike;       /* const Service *: all of them, in the order they are known */
	bool is_imagined;
	guint order; /* among all spots */
	/* Of an imagined one, with UNIVERSE_EXAMPLES: what its service is made of; else NULL. */
	Example *example;
	Reach *reach[UNIVERSE_POLICIES]; /* by policy */
} Spot;

typedef struct {
	GPtrArray *spots;      /* Spot *, the known ones first */
	GPtrArray *imagined;   /* Service *, owned */
	GHashTable *named;     /* ident key -> GPtrArray of const Spot * with that id */
	GHashTable *seen;      /* what imagined services are made of */
	GHashTable *known_ids; /* ident keys of the known services */
	char **trial_feeds;
	Effort *effort; /* NULL: without end */
	bool is_short;  /* some of what UNIVERSE_UNITED means was too much */
} Universe;

typedef enum {
	UNIVERSE_PLAIN = 0,
	UNIVERSE_IMAGINED = 1 << 0, /* imagines services */
	UNIVERSE_EXAMPLES = 1 << 2, /* keeps what imagined services are made of */
	UNIVERSE_UNITED =
		1 << 3, /* imagines also what nevers except at releases that name nobody */
	UNIVERSE_WISHES = 1 << 1, /* services that wish for different things are not alike */
} UniverseUse;

/* Of the context the services and feeds count; they are borrowed. Fails when a target has more
 * combinations of conditions than can be tried. */
Universe *universe_new(const Policy *const *policies, size_t n, const PolicyContext *context,
		       UniverseUse use, GError **error);
void universe_free(Universe *universe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Universe, universe_free)

/* Imagines more: the least services that meet all n ways. */
void universe_imagine(Universe *universe, const Policy *const *policies, size_t n_policies,
		      const Way *ways, unsigned n);

/* The spots of the services that targets match, all conditions as they are declared: const Spot *,
 * the known ones first. Transfer full. */
GPtrArray *universe_spots(const Universe *universe, const Targets *targets);

/* A service that differs from that one only in that it wishes for nothing. Transfer full. */
Service *universe_service_like(const Service *service);
