/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/parser.h"
#include "policy/rules.h"

/*
 * What an admin expects of the policy, which is proved when it is loaded.
 */

/* Reads an `expect` from its first word on and adds it to rules. */
bool expect_read(Parser *parser, Rules *rules, GError **error);
