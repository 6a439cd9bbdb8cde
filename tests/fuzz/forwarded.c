/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/target.h"

#include <string.h>

#include "idp/http/forwarded.h"
#include "idp/http/listen.h"

/* The input is the value of X-Forwarded-For, as a trusted proxy sent it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const list[] = {"127.0.0.1", "::1", "10.0.0.0/8", NULL};
	g_autoptr(TrustedProxies) proxies = trusted_proxies_new(list, NULL);
	g_autofree char *value = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	PeerAddress client;

	bool got = forwarded_client(proxies, value, &client, &error);
	g_assert(got == (error == NULL));
	if (!got) {
		fuzz_verdict("refused: %s", error->message);
		return 0;
	}
	/* A proxy only where there is nobody else; and what was read can be read again. */
	const char *first = strchr(value, ',');
	g_autofree char *text = address_to_text(&client.any);
	g_assert(text[0] != '\0');
	PeerAddress again;
	g_assert(forwarded_client(proxies, text, &again, NULL));
	g_assert(address_to_peer(&again.any) == address_to_peer(&client.any));
	if (trusted_proxies_include(proxies, &client.any) && first) {
		g_autofree char *alone = g_strndup(value, (gsize)(first - value));
		g_assert(forwarded_client(proxies, alone, &again, NULL));
		g_assert(address_to_peer(&again.any) == address_to_peer(&client.any));
	}
	fuzz_verdict("taken %s", text);
	return 0;
}
