/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What tests/scenario/agreeing.sh needs beside its visitor.
 *
 *   agreeing people SEED N HASH            LDIF of N people, whose password has that hash
 *   agreeing service SEED I PHASE CERT     metadata of the Ith service, with that certificate
 *   agreeing policy SEED TURN              a policy; most load, not all
 *   agreeing macs KEYFILE                  of lines "N TAB attribute TAB rule TAB person TAB value"
 *                                          the same with the ledger's HMAC in the place of the last
 *                                          two
 */
#include <stdio.h>
#include <string.h>

#include "tests/lib/agreeing.h"

/* As idp/ledger.h says a value is kept. */
static int macs(const char *key_file)
{
	g_autofree char *key = NULL;
	gsize length = 0;
	char line[8192];

	if (!g_file_get_contents(key_file, &key, &length, NULL))
		return 1;
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		g_auto(GStrv) parts = g_strsplit(line, "\t", 5);
		if (g_strv_length(parts) != 5)
			return 1;
		const char *const texts[] = {"portvakt ledger value 1", parts[3], parts[1],
					     parts[4]};
		g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)key, length);
		for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
			g_hmac_update(hmac, (const guchar *)texts[i], (gssize)strlen(texts[i]) + 1);
		printf("%s\t%s\t%s\t%s\n", parts[0], parts[1], parts[2], g_hmac_get_string(hmac));
	}
	return 0;
}

static unsigned number(const char *text)
{
	return (unsigned)g_ascii_strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "macs") == 0 && argc == 3)
		return macs(argv[2]);
	/* each has dice of its own, so that it does not depend on what else is asked for */
	if (strcmp(verb, "people") == 0 && argc == 5) {
		dice_begin(number(argv[2]), 1, 0);
		agreeing_people(number(argv[3]), argv[4]);
	} else if (strcmp(verb, "service") == 0 && argc == 6) {
		dice_begin(number(argv[2]), 2, number(argv[3]));
		agreeing_service(number(argv[3]), number(argv[4]), argv[5]);
	} else if (strcmp(verb, "policy") == 0 && argc == 4) {
		dice_begin(number(argv[2]), 3, 0);
		agreeing_policy(number(argv[3]));
	} else {
		return 2;
	}
	return 0;
}
