/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/rules.h"

/*
 * Whether conditions imply others as they are written. False says nothing: they may imply them in
 * another way.
 */

/* Whether all services of the one are services of the other. */
bool imply_targets(const Targets *targets, const Targets *other);

/* Whether all persons of the one are persons of the other, and `at unit` narrows nothing of the
 * other that it does not narrow of the one. */
bool imply_people(const People *people, const People *other);

/* Whether all values that the one lets through the other lets through. */
bool imply_only(const Only *one, const Only *other);
