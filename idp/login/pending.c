/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/pending.h"

#include <string.h>

/* id, expiry, ask, hash of the browser's cookie, person key, auth instant, roles. The form's
 * version stands in the purposes: another version's handle is BROKEN. */
#define PENDING_TYPE "(ayxmvaysxu)"

#define BROWSER_BYTES   32
#define BROWSER_PURPOSE "portvakt browser 1"

static const char *purpose_of(PendingPurpose purpose)
{
	switch (purpose) {
	case PENDING_CONTINUE:
		return "portvakt pending continue 1";
	case PENDING_LOGIN:
		return "portvakt pending login 1";
	case PENDING_ROLE:
		return "portvakt pending role 1";
	case PENDING_CONSENT:
		return "portvakt pending consent 1";
	case PENDING_NONE:
		break;
	}
	g_assert_not_reached();
}

void pending_free(Pending *pending)
{
	if (!pending)
		return;
	ask_free(pending->ask);
	g_free(pending->person_key);
	g_free(pending);
}

char *pending_browser_new(void)
{
	return seal_random_token(BROWSER_BYTES);
}

bool pending_browser_is_valid(const char *cookie)
{
	g_autoptr(GBytes) bytes = cookie ? seal_base64url_decode(cookie, BROWSER_BYTES) : NULL;

	return bytes && g_bytes_get_size(bytes) == BROWSER_BYTES;
}

static void browser_hash(const char *cookie, uint8_t hash[SEAL_HASH_BYTES])
{
	seal_hash(BROWSER_PURPOSE, cookie, strlen(cookie), hash);
}

static GVariant *bytes_variant(const uint8_t *bytes, gsize length)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, length, 1);
}

static char *seal(const Sealer *sealer, const Pending *pending)
{
	GVariant *ask = NULL;

	if (pending->ask)
		ask = g_variant_new_variant(ask_to_variant(pending->ask));
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new("(@ayx@mv@aysxu)", bytes_variant(pending->id, PENDING_ID_BYTES),
			      pending->expires, g_variant_new_maybe(G_VARIANT_TYPE_VARIANT, ask),
			      bytes_variant(pending->browser, SEAL_HASH_BYTES),
			      pending->person_key ? pending->person_key : "", pending->auth_instant,
			      (guint32)pending->roles));
	char *handle = seal_close(sealer, purpose_of(pending->purpose), g_variant_get_data(packed),
				  g_variant_get_size(packed), pending->expires);

	/* an ask is bounded where it is decoded, at well under half of LIMIT_SEALED */
	g_assert(handle);
	return handle;
}

char *pending_seal(const Sealer *sealer, PendingPurpose purpose, const Ask *ask,
		   const char *browser, int64_t now)
{
	g_autoptr(Pending) pending = g_new0(Pending, 1);

	g_assert(purpose == PENDING_CONTINUE
			 ? !browser
			 : purpose == PENDING_LOGIN && pending_browser_is_valid(browser));
	pending->purpose = purpose;
	seal_random(pending->id, sizeof pending->id);
	pending->expires = now + PENDING_LIFE;
	pending->ask = ask ? ask_copy(ask) : NULL;
	if (browser)
		browser_hash(browser, pending->browser);
	return seal(sealer, pending);
}

char *pending_seal_role(const Sealer *sealer, const Pending *login, const char *person_key,
			unsigned roles, int64_t auth_instant, int64_t now)
{
	g_autoptr(Pending) pending = g_new0(Pending, 1);

	g_assert(login->purpose == PENDING_LOGIN && person_key && *person_key);
	*pending = *login;
	pending->purpose = PENDING_ROLE;
	pending->expires = now + PENDING_LIFE;
	pending->ask = login->ask ? ask_copy(login->ask) : NULL;
	pending->person_key = g_strdup(person_key);
	pending->auth_instant = auth_instant;
	pending->roles = roles;
	return seal(sealer, pending);
}

char *pending_seal_consent(const Sealer *sealer, const Ask *ask, const char *browser,
			   const char *person_key, unsigned role, int64_t auth_instant,
			   const uint8_t id[PENDING_ID_BYTES], int64_t now)
{
	g_autoptr(Pending) pending = g_new0(Pending, 1);

	g_assert(ask && person_key && *person_key && pending_browser_is_valid(browser));
	pending->purpose = PENDING_CONSENT;
	memcpy(pending->id, id, PENDING_ID_BYTES);
	pending->expires = now + PENDING_LIFE;
	pending->ask = ask_copy(ask);
	browser_hash(browser, pending->browser);
	pending->person_key = g_strdup(person_key);
	pending->auth_instant = auth_instant;
	pending->roles = role;
	return seal(sealer, pending);
}

static bool get_bytes(GVariant *value, uint8_t *bytes, gsize length)
{
	gsize n;
	const uint8_t *data = g_variant_get_fixed_array(value, &n, 1);

	if (n != length)
		return false;
	memcpy(bytes, data, length);
	return true;
}

/* NULL: not what seal() above wrote. It was sealed by us, so an older version did. */
static Pending *unpack(PendingPurpose purpose, GBytes *bytes)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(PENDING_TYPE), bytes, FALSE));
	g_autoptr(GVariant) id = NULL, ask = NULL, browser = NULL;
	g_autoptr(Pending) pending = g_new0(Pending, 1);
	guint32 roles;

	if (!g_variant_is_normal_form(packed))
		return NULL;
	g_variant_get(packed, "(@ayxmv@aysxu)", &id, &pending->expires, &ask, &browser,
		      &pending->person_key, &pending->auth_instant, &roles);
	pending->purpose = purpose;
	pending->roles = roles;
	if (ask && !(pending->ask = ask_from_variant(ask, NULL)))
		return NULL;
	if (!*pending->person_key)
		g_clear_pointer(&pending->person_key, g_free);
	if (!get_bytes(id, pending->id, PENDING_ID_BYTES) ||
	    !get_bytes(browser, pending->browser, SEAL_HASH_BYTES) ||
	    (purpose >= PENDING_ROLE) != (pending->person_key != NULL) ||
	    (purpose == PENDING_CONSENT && (!pending->ask || !roles || (roles & (roles - 1)) != 0)))
		return NULL;
	return g_steal_pointer(&pending);
}

/* The attack prevented: a page or link made in one browser is used in another, so that a person
 * ends up logged in as somebody else, or lends a login to them. */
static bool is_this_browser(const Pending *pending, const char *browser)
{
	uint8_t hash[SEAL_HASH_BYTES];

	if (pending->purpose == PENDING_CONTINUE)
		return true;
	if (!pending_browser_is_valid(browser))
		return false;
	browser_hash(browser, hash);
	return seal_equal(hash, pending->browser, sizeof hash);
}

PendingOutcome pending_open(const Sealer *sealer, PendingPurpose purpose, const char *handle,
			    const char *browser, int64_t now, Pending **pending)
{
	g_autoptr(GBytes) bytes = NULL;
	SealOutcome seal = seal_open(sealer, purpose_of(purpose), handle, now, &bytes);

	*pending = seal == SEAL_BROKEN ? NULL : unpack(purpose, bytes);
	if (!*pending)
		return PENDING_BROKEN;
	if (seal == SEAL_EXPIRED)
		return PENDING_EXPIRED;
	return is_this_browser(*pending, browser) ? PENDING_OK : PENDING_OTHER_BROWSER;
}

char *pending_id_text(const Pending *pending)
{
	GString *text = g_string_sized_new(2 * PENDING_ID_BYTES);

	for (size_t i = 0; i < PENDING_ID_BYTES; i++)
		g_string_append_printf(text, "%02x", pending->id[i]);
	return g_string_free(text, FALSE);
}
