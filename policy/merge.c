/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/merge.h"

#include <string.h>

#include "policy/rename.h"

/* A line that comes at most once: what it says, as a policy says it. */
typedef enum {
	ONCE_SUBJECT,
	ONCE_GUARD_SIZE,
	ONCE_ISSUER,
	ONCE_SCOPE,
	ONCE_START,
	ONCE_SIGN,
	ONCE_ENCRYPT,
	ONCE_REQUESTS,
	ONCES
} Once;

typedef struct {
	const Rename *rename;
	char *plain; /* rename_plain() of its name */
} Renamed;

struct Merge {
	const Ident *ident;
	const ServiceBlock *said[ONCES]; /* the first block with that line; NULL: none */
	GPtrArray *signals;              /* const Signal *; the first of each level */
	GArray *renames;                 /* Renamed */
	GPtrArray *values;               /* const Shape *; the first of each attribute */
};

Merge *merge_new(const Ident *ident)
{
	Merge *merge = g_new0(Merge, 1);

	merge->ident = ident;
	merge->signals = g_ptr_array_new();
	merge->renames = g_array_new(FALSE, FALSE, sizeof(Renamed));
	merge->values = g_ptr_array_new();
	return merge;
}

void merge_free(Merge *merge)
{
	g_ptr_array_unref(merge->signals);
	for (guint i = 0; i < merge->renames->len; i++)
		g_free(g_array_index(merge->renames, Renamed, i).plain);
	g_array_unref(merge->renames);
	g_ptr_array_unref(merge->values);
	g_free(merge);
}

static const Place *place_of(const ServiceBlock *block, Once once)
{
	switch (once) {
	case ONCE_SUBJECT:
		return &block->subject_place;
	case ONCE_GUARD_SIZE:
		return &block->guard_size_place;
	case ONCE_ISSUER:
		return &block->issuer.place;
	case ONCE_SCOPE:
		return &block->scope.place;
	case ONCE_START:
		return &block->start.place;
	case ONCE_SIGN:
		return &block->sign_place;
	case ONCE_ENCRYPT:
		return &block->encrypt_place;
	case ONCE_REQUESTS:
	case ONCES:
		break;
	}
	return &block->requests_place;
}

static char *phrase_of(const ServiceBlock *block, Once once)
{
	static const char *const signs[] = {"", "response", "assertion", "both"};
	static const char *const encrypts[] = {"", "always", "never", "when-possible"};
	static const char *const requests[] = {"", "signed", "unsigned"};

	switch (once) {
	case ONCE_SUBJECT:
		return subject_phrase(&block->subject);
	case ONCE_GUARD_SIZE:
		return g_strdup_printf("guard size %u bytes", block->guard_size);
	case ONCE_ISSUER:
		return g_strdup_printf("issuer \"%s\"", block->issuer.text);
	case ONCE_SCOPE:
		return g_strdup_printf("scope \"%s\"", block->scope.text);
	case ONCE_START:
		return g_strdup_printf("start \"%s\"", block->start.text);
	case ONCE_SIGN:
		return g_strdup_printf("sign %s", signs[block->sign]);
	case ONCE_ENCRYPT:
		return g_strdup_printf("encrypt %s", encrypts[block->encrypt]);
	case ONCE_REQUESTS:
	case ONCES:
		break;
	}
	return g_strdup_printf("requests %s", requests[block->requests]);
}

static char *rename_phrase(const Rename *rename)
{
	return g_strdup_printf("rename %s to \"%s\"%s%s", rename->attribute->name, rename->to,
			       rename->without_format ? " without format" : "",
			       !rename->in_oidc   ? " in saml"
			       : !rename->in_saml ? " in oidc"
						  : "");
}

/* `NE`, `"https://…"`, `client "moodle"` */
static char *service_phrase(const Merge *merge, const char *name)
{
	if (name)
		return g_strdup_printf("service %s", name);
	return g_strdup_printf(merge->ident->protocol == PROTOCOL_OIDC ? "client \"%s\""
								       : "service \"%s\"",
			       merge->ident->id);
}

static bool differ(const Merge *merge, const char *name, const char *here, const Place *place,
		   const char *there, const Place *other, GError **error)
{
	g_autofree char *service = service_phrase(merge, name);
	g_autofree char *where = place_name(other);

	place_error(error, POLICY_ERROR_MEANING, place, "%s says '%s' here and '%s' at %s", service,
		    here, there, where);
	return false;
}

static bool add_once(Merge *merge, const ServiceBlock *block, Once once, const char *name,
		     GError **error)
{
	const ServiceBlock *other = merge->said[once];
	g_autofree char *here = NULL, *there = NULL;

	if (place_of(block, once)->line == 0)
		return true;
	if (!other) {
		merge->said[once] = block;
		return true;
	}
	here = phrase_of(block, once);
	there = phrase_of(other, once);
	return strcmp(here, there) == 0 || differ(merge, name, here, place_of(block, once), there,
						  place_of(other, once), error);
}

static bool add_signal(Merge *merge, const Signal *signal, const char *name, GError **error)
{
	g_autofree char *here = NULL, *there = NULL;

	for (guint i = 0; i < merge->signals->len; i++) {
		const Signal *other = merge->signals->pdata[i];

		if (strcmp(other->level, signal->level) != 0)
			continue;
		if (strcmp(other->uri, signal->uri) == 0)
			return true;
		here = g_strdup_printf("signal %s as \"%s\"", signal->level, signal->uri);
		there = g_strdup_printf("signal %s as \"%s\"", other->level, other->uri);
		return differ(merge, name, here, &signal->place, there, &other->place, error);
	}
	g_ptr_array_add(merge->signals, (gpointer)(guintptr)signal);
	return true;
}

static bool add_rename(Merge *merge, const Rename *rename, const char *name, GError **error)
{
	Renamed one = {rename, NULL};

	for (guint i = 0; i < merge->renames->len; i++) {
		const Rename *other = g_array_index(merge->renames, Renamed, i).rename;
		g_autofree char *here = NULL, *there = NULL;

		if (other->attribute != rename->attribute || !rename_overlap(other, rename))
			continue;
		here = rename_phrase(rename);
		there = rename_phrase(other);
		return strcmp(here, there) == 0 ||
		       differ(merge, name, here, &rename->place, there, &other->place, error);
	}
	one.plain = rename_plain(rename->to);
	for (guint i = 0; i < merge->renames->len; i++) {
		const Renamed *other = &g_array_index(merge->renames, Renamed, i);

		if (!rename_overlap(other->rename, rename) ||
		    other->rename->attribute == rename->attribute ||
		    strcmp(other->plain, one.plain) != 0)
			continue;
		place_error(error, POLICY_ERROR_MEANING, &rename->place,
			    "%s and %s are both renamed to \"%s\"", other->rename->attribute->name,
			    rename->attribute->name, rename->to);
		g_free(one.plain);
		return false;
	}
	g_array_append_val(merge->renames, one);
	return true;
}

static bool add_value(Merge *merge, const Shape *value, const char *name, GError **error)
{
	for (guint i = 0; i < merge->values->len; i++) {
		const Shape *other = merge->values->pdata[i];
		g_autofree char *here = NULL, *there = NULL;

		if (other->attribute != value->attribute)
			continue;
		if (strcmp(other->form, value->form) == 0)
			return true;
		here = g_strdup_printf("value %s \"%s\"", value->attribute->name, value->form);
		there = g_strdup_printf("value %s \"%s\"", other->attribute->name, other->form);
		return differ(merge, name, here, &value->place, there, &other->place, error);
	}
	g_ptr_array_add(merge->values, (gpointer)(guintptr)value);
	return true;
}

bool merge_add(Merge *merge, const ServiceBlock *block, const char *name, GError **error)
{
	bool good = true;

	for (unsigned i = 0; good && i < ONCES; i++)
		good = add_once(merge, block, (Once)i, name, error);
	for (unsigned i = 0; good && i < block->n_signals; i++)
		good = add_signal(merge, &block->signals[i], name, error);
	for (unsigned i = 0; good && i < block->n_renames; i++)
		good = add_rename(merge, &block->renames[i], name, error);
	for (unsigned i = 0; good && i < block->n_values; i++)
		good = add_value(merge, &block->values[i], name, error);
	return good;
}
