/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/born.h"

#include "policy/syntax.h"

#include <string.h>

#define DAY_DIGITS       8
#define COORDINATION_DAY 60

/* A coordination number has 60 added to the day. */
static unsigned of_number(const char *value)
{
	char digits[DAY_DIGITS + 1];

	memcpy(digits, value, DAY_DIGITS);
	digits[DAY_DIGITS] = '\0';
	if (digits[6] >= '6' && digits[6] <= '9')
		digits[6] = (char)(digits[6] - COORDINATION_DAY / 10);
	return syntax_day(digits, DAY_DIGITS);
}

unsigned born_read(const char *value)
{
	gsize length = strlen(value);

	if (length == 0)
		return 0;
	if (length == DAY_DIGITS)
		return syntax_day(value, length);
	if (syntax_fits(SYNTAX_DAY, 0, value, length)) {
		const char day[] = {value[0], value[1], value[2], value[3],
				    value[5], value[6], value[8], value[9]};
		return syntax_day(day, sizeof day);
	}
	return syntax_fits(SYNTAX_NIN, 0, value, length) ? of_number(value) : 0;
}
