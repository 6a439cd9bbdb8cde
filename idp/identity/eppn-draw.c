/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/eppn-draw.h"

#include "idp/limits.h"
#include "idp/seal.h"

enum {
	PAIRS = 7,
	POOL = 32, /* bytes asked for at once; some 15 are used */
};

static const char consonants[] = "bcdfghjkmnpqrstvwxz";
static const char digits[] = "23456789";

typedef struct {
	uint8_t bytes[POOL];
	gsize left;
} Chance;

G_DEFINE_QUARK(portvakt - eppn - draw - error, eppn_draw_error)

static uint8_t chance_byte(Chance *chance)
{
	if (chance->left == 0) {
		seal_random(chance->bytes, sizeof chance->bytes);
		chance->left = sizeof chance->bytes;
	}
	return chance->bytes[--chance->left];
}

/* Bytes past the last whole multiple would make the first choices likelier. */
static char chance_choice(Chance *chance, const char *choices, unsigned n)
{
	unsigned whole = 256 - 256 % n;
	unsigned byte = chance_byte(chance);

	while (byte >= whole)
		byte = chance_byte(chance);
	return choices[byte % n];
}

char *eppn_draw(const char *scope)
{
	char local[2 * PAIRS + 1] = {0};
	Chance chance = {0};

	for (unsigned i = 0; i < PAIRS; i++) {
		local[2 * i] = chance_choice(&chance, consonants, sizeof consonants - 1);
		local[2 * i + 1] = chance_choice(&chance, digits, sizeof digits - 1);
	}
	return g_strconcat(local, "@", scope, NULL);
}

char *eppn_draw_for(const char *scope, const char *given, const char *surname, EppnSeen seen,
		    gpointer data, GError **error)
{
	for (unsigned i = 0; i < LIMIT_EPPN_DRAWS; i++) {
		g_autofree char *eppn = eppn_draw(scope);
		bool known = false;

		if (eppn_could_speak_of(eppn, given, surname) || eppn_holds_personal_number(eppn))
			continue;
		if (seen != NULL && !seen(eppn, &known, data, error))
			return NULL;
		if (!known)
			return g_steal_pointer(&eppn);
	}
	g_set_error(error, EPPN_DRAW_ERROR, EPPN_DRAW_ERROR_EXHAUSTED,
		    "%d values drawn in a row have been somebody's, which chance cannot do",
		    LIMIT_EPPN_DRAWS);
	return NULL;
}
