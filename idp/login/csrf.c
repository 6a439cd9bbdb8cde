/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/csrf.h"

static const char *purpose_of(CsrfPage page)
{
	switch (page) {
	case CSRF_LOGIN:
		return "portvakt csrf login 1";
	case CSRF_ROLE:
		return "portvakt csrf role 1";
	case CSRF_LOGOUT:
		return "portvakt csrf logout 1";
	case CSRF_CONSENT:
		return "portvakt csrf consent 1";
	case CSRF_CHOICES:
		return "portvakt csrf choices 1";
	}
	g_assert_not_reached();
}

char *csrf_token(const Sealer *sealer, CsrfPage page, const char *cookie, const char *handle)
{
	g_autoptr(GString) bytes = g_string_new(cookie);
	uint8_t mac[SEAL_HASH_BYTES];

	/* the NUL keeps what is cookie and what is handle apart: neither can hold one */
	g_string_append_c(bytes, '\0');
	g_string_append(bytes, handle);
	sealer_mac(sealer, purpose_of(page), bytes->str, bytes->len, mac);
	return seal_base64url(mac, sizeof mac);
}

bool csrf_token_is_right(const Sealer *sealer, CsrfPage page, const char *cookie,
			 const char *handle, const char *token)
{
	if (!cookie || !handle || !token)
		return false;
	g_autofree char *want = csrf_token(sealer, page, cookie, handle);
	return seal_equal_text(want, token);
}

bool csrf_origin_is_own(const char *origin, const char *own)
{
	return origin && g_str_equal(origin, own);
}
