/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/rules.h"

void rules_init(Rules *rules)
{
	rules->releases = g_ptr_array_new();
	rules->nevers = g_ptr_array_new();
	rules->services = g_ptr_array_new();
	rules->tags = g_ptr_array_new();
	rules->expects = g_ptr_array_new();
}

void rules_clear(Rules *rules)
{
	g_clear_pointer(&rules->releases, g_ptr_array_unref);
	g_clear_pointer(&rules->nevers, g_ptr_array_unref);
	g_clear_pointer(&rules->services, g_ptr_array_unref);
	g_clear_pointer(&rules->tags, g_ptr_array_unref);
	g_clear_pointer(&rules->expects, g_ptr_array_unref);
}

unsigned rules_count(const Rules *rules)
{
	return rules->releases->len + rules->nevers->len + rules->services->len + rules->tags->len +
	       rules->expects->len;
}

bool rules_is_consent(const char *basis)
{
	static const char consent[] = "6.1 a";

	return g_str_has_prefix(basis, consent) && !g_ascii_isalnum(basis[sizeof consent - 1]);
}
