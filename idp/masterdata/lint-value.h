/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/lint-finding.h"
#include "policy/attribute.h"

#include <glib.h>

/*
 * What is wrong with one value by itself: a set of findings, in which the bit of a LintCode is
 * G_GUINT64_CONSTANT(1) << code. The judgement of policy_decide() (policy/value.h), and what
 * services stumble over besides.
 */

/* Of any attribute but the EPPN. value: as an entry has it. */
guint64 lint_value(const Attribute *attribute, const char *value, const char *const *scopes);

/* Of an EPPN. attribute, subject_id: what it is judged as. */
guint64 lint_value_eppn(const Attribute *attribute, const Attribute *subject_id, const char *value,
			const char *const *scopes);

/* Does the attribute hold personal numbers as such (not within a URN)? */
bool lint_value_is_number(const Attribute *attribute);
