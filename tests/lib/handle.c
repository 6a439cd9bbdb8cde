/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Makes a login page's handle as of some seconds ago, with the pre-login cookie it is bound to, so
 * that a test need not wait ten minutes: handle KEYFILE SECONDS SERVICE ACS prints both.
 */
#include "idp/ask.h"
#include "idp/login/pending.h"
#include "idp/seal.h"

int main(int argc, char **argv)
{
	g_autofree char *key = NULL;
	gsize length = 0;
	g_assert(argc == 5 && seal_init());
	if (!g_file_get_contents(argv[1], &key, &length, NULL))
		return 1;
	g_autoptr(Sealer) sealer = sealer_new(key, length, NULL);
	g_autoptr(Ask) ask = ask_new();
	ask->protocol = PROTOCOL_SAML;
	ask->service = g_strdup(argv[3]);
	ask->return_url = g_strdup(argv[4]);
	ask->request_id = g_strdup("_old");
	gint64 then = g_get_real_time() / G_USEC_PER_SEC - g_ascii_strtoll(argv[2], NULL, 10);
	ask->issued = then;
	g_autofree char *cookie = pending_browser_new();
	g_autofree char *handle = pending_seal(sealer, PENDING_LOGIN, ask, cookie, then);
	g_print("%s %s\n", cookie, handle);
	return 0;
}
