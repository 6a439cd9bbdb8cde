/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <stdint.h>

/* libxml2's spelling of strings, and its habit of asking for a non-const pointer where it only
 * reads; for nobody outside metadata/xml/. */
#define XML_STR(text)          ((const xmlChar *)(text))
#define XML_UNCONST(type, ptr) ((type *)(uintptr_t)(ptr))
