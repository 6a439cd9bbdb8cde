/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/approval.h"

#include <string.h>

/* time, uid, form, account, hash, title */
#define PACKED "(xuysss)"
#define FORM   1

#define HASH_LENGTH 64

char *approval_hash(const char *canonical)
{
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
}

void approval_free(Approval *approval)
{
	if (!approval)
		return;
	g_free(approval->hash);
	g_free(approval->account);
	g_free(approval->title);
	g_free(approval);
}

static char *row_key(const char *hash, uid_t uid)
{
	return g_strdup_printf("%s %u", hash, (unsigned)uid);
}

void approval_give(StoreCommit *commit, const Approval *approval)
{
	g_autofree char *key = row_key(approval->hash, approval->uid);
	g_autoptr(GVariant) row = g_variant_ref_sink(
		g_variant_new(PACKED, approval->time, (guint32)approval->uid, FORM,
			      approval->account, approval->hash, approval->title));
	g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(row);

	store_put_new(commit, STORE_APPROVAL, key, NULL, bytes, STORE_NEVER);
}

void approval_withdraw(StoreCommit *commit, const char *hash, uid_t uid)
{
	g_autofree char *key = row_key(hash, uid);

	store_take(commit, STORE_APPROVAL, key);
}

static bool is_hash(const char *text)
{
	return strlen(text) == HASH_LENGTH && strspn(text, "0123456789abcdef") == HASH_LENGTH;
}

Approval *approval_from_bytes(GBytes *bytes, GError **error)
{
	g_autoptr(Approval) approval = g_new0(Approval, 1);
	g_autoptr(GVariant) row =
		g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(PACKED), bytes, FALSE));
	guint32 uid = 0;
	guint8 form = 0;

	if (g_variant_is_normal_form(row))
		g_variant_get(row, PACKED, &approval->time, &uid, &form, &approval->account,
			      &approval->hash, &approval->title);
	approval->uid = uid;
	if (form == FORM && *approval->account && is_hash(approval->hash) && *approval->title)
		return g_steal_pointer(&approval);
	g_set_error_literal(error, STORE_ERROR, STORE_ERROR_CORRUPT,
			    "an approval in the store is none of this version's");
	return NULL;
}

typedef struct {
	GPtrArray *all;
	GError *error;
} Walk;

static bool take_row(GBytes *value, gpointer data)
{
	Walk *walk = data;
	Approval *approval = approval_from_bytes(value, &walk->error);

	if (approval)
		g_ptr_array_add(walk->all, approval);
	return approval != NULL;
}

static gint by_title(gconstpointer a, gconstpointer b)
{
	const Approval *first = *(Approval *const *)a, *second = *(Approval *const *)b;
	int order = strcmp(first->title, second->title);

	if (order == 0)
		order = strcmp(first->hash, second->hash);
	if (order == 0)
		order = (first->time > second->time) - (first->time < second->time);
	return order != 0 ? order : strcmp(first->account, second->account);
}

GPtrArray *approval_read_all(const char *place, GError **error)
{
	g_autoptr(GPtrArray) all =
		g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))approval_free);
	g_autoptr(GError) fault = NULL;
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, place, &fault);
	Walk walk = {all, NULL};

	if (g_error_matches(fault, STORE_ERROR, STORE_ERROR_MISSING) ||
	    g_error_matches(fault, STORE_ERROR, STORE_ERROR_OLDER))
		return g_steal_pointer(&all);
	if (fault) {
		g_propagate_error(error, g_steal_pointer(&fault));
		return NULL;
	}
	if (!store_walk(reader, STORE_APPROVAL, take_row, &walk, error))
		return NULL;
	if (walk.error) {
		g_propagate_prefixed_error(error, walk.error, "%s: ", place);
		return NULL;
	}
	g_ptr_array_sort(all, by_title);
	return g_steal_pointer(&all);
}

unsigned approval_count(const char *canonical, gpointer data)
{
	ApprovalCounter *counter = data;
	g_autofree char *hash = approval_hash(canonical);
	unsigned count = 0;

	if (!counter->all && !counter->error)
		counter->all = approval_read_all(counter->place, &counter->error);
	/* a person has one row for each text */
	for (guint i = 0; counter->all && i < counter->all->len; i++)
		count += strcmp(((const Approval *)counter->all->pdata[i])->hash, hash) == 0;
	return count;
}

void approval_counter_clear(ApprovalCounter *counter)
{
	g_clear_pointer(&counter->all, g_ptr_array_unref);
	g_clear_error(&counter->error);
}
