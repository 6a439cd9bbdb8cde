/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "metadata/entity.h"

/* What reading an EntityDescriptor needs in more than one place; for nobody outside metadata/. */

/* An entity with nothing in it. (transfer full) */
Entity *entity_new(void);
/* Sets METADATA_ERROR `code` with "line N: ELEMENT: " before the text. Returns false. */
bool entity_read_refuse(GError **error, MetadataError code, const XmlNode *at, const char *format,
			...) G_GNUC_PRINTF(4, 5);
/* xs:boolean into 1, 0, or -1 when the attribute is absent. */
bool entity_read_bool(const XmlNode *node, const char *name, int *ret, GError **error);
/* The index attribute, an xs:unsignedShort that must be there. */
bool entity_read_index(const XmlNode *node, int *ret, GError **error);
/* Lowers *until (seconds; 0: no limit) to the validUntil attribute, if there is one. */
bool entity_read_until(const XmlNode *node, gint64 *until, GError **error);
/* How much an isDefault of 1, -1, 0 is the default (SAML Metadata 2.2.3): 2, 1, 0. */
int entity_read_rank(int is_default);

/* A text from a service on one line of at most `max` characters, without control characters or
 * marks that turn the writing direction: it will stand beside our own words, on a page or a
 * terminal. NULL when nothing is left. (transfer full) */
char *entity_read_tidy(const char *text, glong max);

/* Fills entity->wishes, ->service and ->subject_id_req from AttributeConsumingService,
 * EntityAttributes, UIInfo and Organization. entity->id is set. False with METADATA_ERROR. */
bool entity_wish_read(Entity *entity, const XmlNode *descriptor, const XmlNode *role,
		      GError **error);
void entity_wish_free(EntityWish *wish);
