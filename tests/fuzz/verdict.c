/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/target.h"

#include <string.h>

bool fuzz_is_replay;

static char said[FUZZ_VERDICT_MAX + 1], taken[FUZZ_VERDICT_MAX + 1];

void fuzz_verdict(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_vsnprintf(said, sizeof said, format, arguments);
	va_end(arguments);
	for (char *c = said; *c; c++)
		*c = g_ascii_isprint(*c) ? *c : '?';
}

const char *fuzz_verdict_take(void)
{
	memcpy(taken, said, sizeof said);
	said[0] = '\0';
	return taken;
}
