/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

/* The day of birth that a value means: yyyymmdd, yyyy-mm-dd, or the beginning of a personal number,
 * a coordination number (day + 60) or an interim number with 12 characters. As yyyymmdd; 0: it says
 * none. */
unsigned born_read(const char *value);
