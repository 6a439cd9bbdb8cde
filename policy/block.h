/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/parser.h"
#include "policy/rules.h"

/*
 * The rules that give nothing: what a service is called and how it is spoken to, and tags. Each is
 * read from its first word on and added to rules.
 */

bool block_service(Parser *parser, Rules *rules, GError **error);
bool block_tag(Parser *parser, Rules *rules, GError **error);
