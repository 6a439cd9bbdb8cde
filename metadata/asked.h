/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/entity.h"

/*
 * All that a service asks for: under every AttributeConsumingService, since a request may choose
 * any of them, and by the categories it carries. As a text it stands in the index of a feed, so
 * that nobody has to open a service to know:
 *
 *     entityID NUL { "c" URI NUL } { ( "r" | "o" ) Name NUL }
 *
 * "c" is a category, "r" a wish that is required under some index, "o" another one. A Name is the
 * registry's for an attribute that it knows, else as the service writes it. In no order.
 */

typedef struct {
	const char *name;
	bool required;
} AskedWish;

typedef struct {
	const char *id;
	GPtrArray *categories; /* const char * */
	GArray *wishes;        /* AskedWish, each name once */
} Asked;

/* An empty one, to be filled any number of times. Texts are borrowed from what it is filled from.
 * Transfer full. */
Asked *asked_new(void);
void asked_free(Asked *asked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Asked, asked_free)

void asked_of_entity(Asked *asked, const Entity *entity);

/* Appends the text. */
void asked_to_text(const Asked *asked, GByteArray *text);
/* False when it is none; `asked` is then not to be looked at. */
bool asked_from_text(Asked *asked, const char *text, gsize length);
/* Whether it would be true. */
bool asked_is_text(const char *text, gsize length);
