/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/describe.h"

#include <string.h>

#include "metadata/entity-read.h"

#define SOON       2592000L   /* 30 days */
#define YEAR_2031  1924992000 /* 2031-01-01T00:00:00Z: SWAMID 5.2.1 wants RSA-3072 past it */
#define NAME_MAX_C 120

G_GNUC_PRINTF(2, 3)
static void line(GPtrArray *lines, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_ptr_array_add(lines, g_strdup_vprintf(format, args));
	va_end(args);
}

static GPtrArray *lines_new(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

static char *day(gint64 time)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time);
	return date ? g_date_time_format(date, "%Y-%m-%d") : g_strdup("?");
}

static char *safe(const char *text)
{
	char *tidy = entity_read_tidy(text, NAME_MAX_C);
	return tidy ? tidy : g_strdup("?");
}

static void describe_names(GPtrArray *lines, const Entity *entity)
{
	line(lines, "service %s", entity->id);
	if (entity->service->display_sv)
		line(lines, "name (sv) %s", entity->service->display_sv);
	if (entity->service->display_en)
		line(lines, "name (en) %s", entity->service->display_en);
	if (entity->valid_until) {
		g_autofree char *until = day(entity->valid_until);
		line(lines, "valid until %s", until);
	}
}

static void describe_endpoints(GPtrArray *lines, const Entity *entity)
{
	const Endpoint *best = entity_choose_acs(entity, NULL, -1, NULL, NULL);
	for (guint i = 0; i < entity->acs->len; i++) {
		const Endpoint *acs = entity->acs->pdata[i];
		if (strcmp(acs->binding, ENDPOINT_POST) == 0)
			line(lines, "answers go to %s (index %d%s)", acs->location, acs->index,
			     acs == best ? ", default" : "");
	}
	for (guint i = 0; i < entity->slo->len; i++) {
		const Endpoint *slo = entity->slo->pdata[i];
		line(lines, "logs out at %s", slo->location);
	}
}

static void describe_keys(GPtrArray *lines, const Entity *entity)
{
	for (guint i = 0; i < entity->keys->len; i++) {
		const XmlCertificate *key = &((EntityKey *)entity->keys->pdata[i])->certificate;
		g_autofree char *until = day(key->not_after);
		line(lines, "signing key %s %u, certificate until %s, SHA-256 %s",
		     key->kind == XML_KEY_RSA ? "RSA" : "EC", key->bits, until, key->fingerprint);
	}
	line(lines, "requests %s",
	     entity->authn_requests_signed ? "must be signed"
	     : entity->keys->len > 0       ? "may be unsigned; a signature is checked"
					   : "are not signed");
}

#define UNKNOWN ", unknown here: cannot be released"

static void describe_wish(GPtrArray *lines, const Wish *wish, int index)
{
	g_autofree char *name = safe(wish->attribute ? wish->attribute->name : wish->name);
	GString *text = g_string_new(NULL);
	g_string_printf(text, "asks for %s", name);
	if (wish->required)
		g_string_append(text, ", required");
	if (!wish->attribute)
		g_string_append(text, UNKNOWN);
	if (index >= 0)
		g_string_append_printf(text, " (index %d)", index);
	g_ptr_array_add(lines, g_string_free(text, FALSE));
}

static void describe_wishes(GPtrArray *lines, const Entity *entity)
{
	for (guint i = 0; i < entity->wishes->len; i++) {
		const EntityWish *wish = entity->wishes->pdata[i];
		const GPtrArray *wishes = wish->service->wishes;
		for (guint j = 0; j < wishes->len; j++)
			describe_wish(lines, wishes->pdata[j],
				      entity->wishes->len > 1 ? wish->index : -1);
	}
	for (guint i = 0; i < entity->service->categories->len; i++) {
		g_autofree char *uri = safe(entity->service->categories->pdata[i]);
		line(lines, "category %s", uri);
	}
}

GPtrArray *describe_entity(const Entity *entity)
{
	GPtrArray *lines = lines_new();
	describe_names(lines, entity);
	describe_endpoints(lines, entity);
	describe_keys(lines, entity);
	describe_wishes(lines, entity);
	return lines;
}

static void warn_key(GPtrArray *lines, const XmlCertificate *key, guint number, gint64 now)
{
	g_autofree char *until = day(key->not_after);
	if (key->not_after <= now)
		line(lines,
		     "the certificate of signing key %u expired %s; the key is taken all the same, "
		     "since it is pinned here",
		     number, until);
	if (key->kind == XML_KEY_RSA && key->bits < 3072 && key->not_after >= YEAR_2031)
		line(lines,
		     "signing key %u is RSA %u and its certificate is valid until %s; past 2030 "
		     "the federations want 3072 bits",
		     number, key->bits, until);
}

static bool has_wishes(const Entity *entity)
{
	for (guint i = 0; i < entity->wishes->len; i++) {
		const EntityWish *wish = entity->wishes->pdata[i];
		if (wish->service->wishes->len > 0)
			return true;
	}
	return false;
}

GPtrArray *describe_warnings(const Entity *entity, gint64 now)
{
	GPtrArray *lines = lines_new();
	if (!entity->authn_requests_signed)
		line(lines, "anybody can start a login in the name of this service, since its "
			    "requests need no signature; answers only go to the URLs above");
	for (guint i = 0; i < entity->keys->len; i++)
		warn_key(lines, &((EntityKey *)entity->keys->pdata[i])->certificate, i + 1, now);
	if (entity->valid_until && entity->valid_until - now < SOON) {
		g_autofree char *until = day(entity->valid_until);
		line(lines,
		     "logins to this service stop %s, when its metadata expires; get newer "
		     "metadata before and add it with --replace",
		     until);
	}
	if (!has_wishes(entity))
		line(lines, "the metadata does not say which attributes the service asks for; "
			    "write them in the policy: service … asks …");
	return lines;
}

static bool holds(const GPtrArray *lines, const char *text)
{
	for (guint i = 0; i < lines->len; i++) {
		if (strcmp(lines->pdata[i], text) == 0)
			return true;
	}
	return false;
}

static void list_missing(GPtrArray *changes, const char *sign, const GPtrArray *these,
			 const GPtrArray *those)
{
	for (guint i = 0; i < these->len; i++) {
		if (!holds(those, these->pdata[i]))
			line(changes, "%s %s", sign, (const char *)these->pdata[i]);
	}
}

GPtrArray *describe_changes(const Entity *old, const Entity *new)
{
	g_autoptr(GPtrArray) before = describe_entity(old);
	g_autoptr(GPtrArray) after = describe_entity(new);
	GPtrArray *changes = lines_new();
	list_missing(changes, "-", before, after);
	list_missing(changes, "+", after, before);
	return changes;
}

/* A wish that cannot be released waits for nobody. */
static bool is_more(const char *change)
{
	return g_str_has_prefix(change, "+ category ") ||
	       (g_str_has_prefix(change, "+ asks for ") && !strstr(change, UNKNOWN));
}

char *describe_holds(const Entity *entity, const GPtrArray *changes)
{
	/* pasted into a shell as it stands */
	g_autofree char *shown = safe(entity->id);
	g_autofree char *id = g_shell_quote(shown);
	for (guint i = 0; i < changes->len; i++)
		if (is_more(changes->pdata[i]))
			return g_strdup_printf(
				"What it newly asks for is held, except for a rule that names both "
				"it and the service.\nTo list it, and to let it pass:\n"
				"  portvakt metadata holds %s\n  portvakt metadata approve %s",
				id, id);
	return NULL;
}
