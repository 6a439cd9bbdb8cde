/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "metadata/add.h"
#include "metadata/xml/document.h"

/* The EntityDescriptor that `metadata add` speaks of, as a document of its own: chosen out of
 * add->file, with the earliest validUntil of the lists around it, or built from what the supplier
 * said. It is not judged here: entity_from_node does. (transfer full) or NULL with METADATA_ERROR.
 */
XmlDocument *candidate_new(const MetadataAdd *add, GError **error);
