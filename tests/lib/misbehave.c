/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * misbehave MANNER...: LDAP servers that misbehave, one for each manner named. Prints their
 * addresses, one a line, and stays until it is told to go.
 */
#include "tests/lib/rogue.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		RogueManner manner;
	} manners[] = {
		{"closed", ROGUE_CLOSED},
		{"full", ROGUE_FULL},
		{"silent", ROGUE_SILENT},
		{"stalled-tls", ROGUE_STALLED_TLS},
		{"dripping-tls", ROGUE_DRIPPING_TLS},
	};
	for (int i = 1; i < argc; i++)
		for (gsize j = 0; j < G_N_ELEMENTS(manners); j++)
			if (g_str_equal(argv[i], manners[j].name))
				puts(rogue_uri(rogue_new(manners[j].manner)));
	fflush(stdout);
	/* five minutes are longer than any test */
	alarm(300);
	pause();
	return 0;
}
