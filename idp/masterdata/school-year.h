/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "policy/person.h"

/*
 * The school year that a value of the directory means (Person.year). No standard says how it is
 * written: digits, with or without "åk" or "årskurs"; F for the year before the first; GY1 and the
 * like for upper secondary school.
 */

/* value: any text of an entry. is_gymnasium: the person is in upper secondary school, so that plain
 * digits mean its years. prefixes: what stands before the digit of such a year, in any case,
 * NULL-terminated. YEAR_UNKNOWN: it is no year. */
unsigned school_year_read(const char *value, bool is_gymnasium, const char *const *prefixes);
