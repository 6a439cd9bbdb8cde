/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/generation.h"

/* A service as the commands see it that let pass what is held of it: what its metadata ask for now,
 * and the row of it. */
typedef struct {
	const Generation *generation;
	Entity *entity;
	Asked *asked; /* of the entity */
	char *key;    /* of its row */
	GBytes *old;  /* its row as it is stored; NULL: it was never seen */
	HoldRow *row; /* what comes next: what the load by which it is used will store */
} HeldService;

/* `wanted` as for command_find_service(). Errors: what that says, and faults of the store, which
 * need not be there. Transfer full. */
HeldService *held_service_find(const Generation *generation, const char *wanted, gint64 now,
			       GError **error);
void held_service_free(HeldService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldService, held_service_free)

/* What people call an item of a row: the registry's name of an attribute, or the policy's of a
 * category; else what the service writes. Transfer none. */
const char *held_name(const HeldService *service, const HoldItem *item, bool is_category);

/* What waits for the item to be let pass. */
typedef struct {
	GPtrArray *attributes; /* const char *: that rules would give */
	GPtrArray *rules;      /* char *: `"TITLE" (FILE:LINE)` */
} HeldWait;

/* The same service is asked about with the item held and with it let pass. Good as long as the
 * generation that the service was found in. Transfer full. */
HeldWait *held_wait(const HeldService *service, const HoldItem *item);
void held_wait_free(HeldWait *wait);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldWait, held_wait_free)

/* "newly asked for", "newly required", "newly carried". */
const char *held_how(const HoldItem *item, bool is_category);
