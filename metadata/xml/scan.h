/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/xml/document.h"

/* The first look at bytes from a stranger, before libxml2 sees them: one linear walk over the
 * lexical structure of XML 1.0, in constant memory, that counts and refuses what
 * xml_document_parse says. It does not prove that the document is well-formed (names, matching of
 * tags, namespaces: libxml2's part), but along every well-formed beginning it sees exactly the
 * markup that a parser sees, so that nothing escapes its counts. */
bool xml_scan(const void *bytes, gsize len, const XmlLimits *limits, GError **error);
