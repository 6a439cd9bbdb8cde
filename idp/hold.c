/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/hold.h"

#include <string.h>

#include "idp/ledger.h"
#include "idp/limits.h"
#include "policy/category.h"

/* form, protocol, trial, id, asks and categories: asked, passed, since, account, name */
#define ITEMS  "a(yyxss)"
#define PACKED "(yybs" ITEMS ITEMS ")"
#define FORM   1

/* What a row takes beside its items, and an item beside its name and account: alignment, the ends
 * of its texts and its place in the list, at most. */
#define ROW_BYTES   64
#define ITEM_BYTES  40
#define ACCOUNT_MAX 64 /* bytes of an account's name that are kept */

static void item_free(gpointer data)
{
	HoldItem *item = data;

	g_free(item->name);
	g_free(item->account);
	g_free(item);
}

static HoldRow *row_new(Protocol protocol, bool is_trial, const char *id)
{
	HoldRow *row = g_new0(HoldRow, 1);

	row->protocol = protocol;
	row->is_trial = is_trial;
	row->id = g_strdup(id);
	row->asks = g_ptr_array_new_with_free_func(item_free);
	row->categories = g_ptr_array_new_with_free_func(item_free);
	return row;
}

void hold_row_free(HoldRow *row)
{
	if (!row)
		return;
	g_free(row->id);
	g_ptr_array_unref(row->asks);
	g_ptr_array_unref(row->categories);
	g_free(row);
}

char *hold_key(Protocol protocol, bool is_trial, const char *id)
{
	/* no id has a space */
	return g_strconcat(ledger_protocol_name(protocol), is_trial ? " trial " : " ", id, NULL);
}

/* ---- what comes next ---- */

/* Something that is asked for, before it is known whether there is room for it. */
typedef struct {
	const char *name;
	HoldLevel asked;
	bool is_category;
	unsigned rank; /* the lowest go first */
} Wanted;

static gint by_rank(gconstpointer a, gconstpointer b)
{
	const Wanted *one = a, *two = b;
	int order = (one->rank > two->rank) - (one->rank < two->rank);

	if (order == 0)
		order = strcmp(one->name, two->name);
	return order != 0 ? order : (int)two->asked - (int)one->asked;
}

/* By rank and name, each name once and with the most that is asked of it: a federation's index may
 * be older than our registry, and tell one attribute by two names. */
static GArray *gather(const Asked *asked)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(Wanted));

	for (guint i = 0; i < asked->categories->len; i++) {
		const char *uri = asked->categories->pdata[i];
		const Category *category = category_by_uri(uri);
		const Wanted wanted = {uri, HOLD_ASKED, true, category ? 1 : 2};

		if (!(category && category_set_aside(category, asked->categories)))
			g_array_append_val(all, wanted);
	}
	for (guint i = 0; i < asked->wishes->len; i++) {
		const AskedWish *wish = &g_array_index(asked->wishes, AskedWish, i);
		const Attribute *attribute = attribute_by_saml(wish->name);
		const Wanted wanted = {attribute ? attribute->saml : wish->name,
				       wish->required ? HOLD_REQUIRED : HOLD_ASKED, false,
				       attribute ? 0 : 3};

		g_array_append_val(all, wanted);
	}
	g_array_sort(all, by_rank);
	return all;
}

HoldItem *hold_find(const GPtrArray *items, const char *name)
{
	for (guint i = 0; i < items->len; i++) {
		HoldItem *item = items->pdata[i];

		if (strcmp(item->name, name) == 0)
			return item;
	}
	return NULL;
}

static HoldItem *item_new(const Wanted *wanted, bool is_first, const HoldItem *before, gint64 now)
{
	HoldItem *item = g_new0(HoldItem, 1);
	HoldLevel passed = before ? before->passed : HOLD_NOTHING;

	item->name = g_strdup(wanted->name);
	item->asked = wanted->asked;
	item->passed = is_first ? wanted->asked : MIN(passed, wanted->asked);
	item->account = g_strdup(item->passed && before ? before->account : "");
	if (hold_is_held(item))
		item->since = before && hold_is_held(before) ? before->since : now;
	else if (before && *item->account)
		item->since = before->since;
	return item;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp((*(HoldItem *const *)a)->name, (*(HoldItem *const *)b)->name);
}

HoldRow *hold_row_next(const HoldRow *before, Protocol protocol, bool is_trial, const Asked *asked,
		       gint64 now)
{
	HoldRow *row = row_new(protocol, is_trial, asked->id);
	g_autoptr(GArray) all = gather(asked);
	gsize size = ROW_BYTES + strlen(asked->id);

	for (guint i = 0; i < all->len; i++) {
		const Wanted *wanted = &g_array_index(all, Wanted, i);
		GPtrArray *into = wanted->is_category ? row->categories : row->asks;
		const GPtrArray *known = !before               ? NULL
					 : wanted->is_category ? before->categories
							       : before->asks;

		if (i > 0 && wanted->is_category == wanted[-1].is_category &&
		    strcmp(wanted->name, wanted[-1].name) == 0)
			continue;
		/* as if somebody had let it pass, so that there is room when somebody does */
		size += ITEM_BYTES + ACCOUNT_MAX + strlen(wanted->name);
		if (size > LIMIT_STORE_VALUE) {
			row->is_cut = true;
			break;
		}
		g_ptr_array_add(into, item_new(wanted, !before,
					       known ? hold_find(known, wanted->name) : NULL, now));
	}
	g_ptr_array_sort(row->asks, by_name);
	g_ptr_array_sort(row->categories, by_name);
	return row;
}

static bool has_held(const GPtrArray *items)
{
	for (guint i = 0; i < items->len; i++)
		if (hold_is_held(items->pdata[i]))
			return true;
	return false;
}

bool hold_row_is_held(const HoldRow *row)
{
	return row->is_cut || has_held(row->asks) || has_held(row->categories);
}

static void settle(HoldItem *item, HoldLevel passed, const char *account, gint64 now)
{
	g_autofree char *cut = g_strndup(account, ACCOUNT_MAX);

	item->passed = passed;
	item->since = now;
	g_free(item->account);
	item->account = g_utf8_make_valid(cut, -1);
}

void hold_pass(HoldItem *item, const char *account, gint64 now)
{
	settle(item, item->asked, account, now);
}

void hold_again(HoldItem *item, gint64 now)
{
	settle(item, HOLD_NOTHING, "", now);
}

/* ---- what is stored ---- */

static bool equal_items(const GPtrArray *items, const GPtrArray *others)
{
	for (guint i = 0; items->len == others->len && i < items->len; i++) {
		const HoldItem *item = items->pdata[i], *other = others->pdata[i];

		if (item->asked != other->asked || item->passed != other->passed ||
		    item->since != other->since || strcmp(item->name, other->name) != 0 ||
		    strcmp(item->account, other->account) != 0)
			return false;
	}
	return items->len == others->len;
}

bool hold_row_equals(const HoldRow *row, const HoldRow *other)
{
	return row->protocol == other->protocol && row->is_trial == other->is_trial &&
	       strcmp(row->id, other->id) == 0 && equal_items(row->asks, other->asks) &&
	       equal_items(row->categories, other->categories);
}

static GVariant *pack_items(const GPtrArray *items)
{
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE(ITEMS));
	for (guint i = 0; i < items->len; i++) {
		const HoldItem *item = items->pdata[i];

		g_variant_builder_add(&builder, "(yyxss)", (guint8)item->asked,
				      (guint8)item->passed, item->since, item->account, item->name);
	}
	return g_variant_builder_end(&builder);
}

GBytes *hold_row_to_bytes(const HoldRow *row)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_new(
		"(yybs@" ITEMS "@" ITEMS ")", FORM, (guint8)row->protocol, row->is_trial, row->id,
		pack_items(row->asks), pack_items(row->categories)));

	return g_variant_get_data_as_bytes(packed);
}

static bool read_items(GVariant *packed, HoldLevel most, GPtrArray *into)
{
	gsize n = g_variant_n_children(packed);
	const HoldItem *last = NULL;

	for (gsize i = 0; i < n; i++) {
		HoldItem *item = g_new0(HoldItem, 1);
		guint8 asked, passed;

		g_ptr_array_add(into, item);
		g_variant_get_child(packed, i, "(yyxss)", &asked, &passed, &item->since,
				    &item->account, &item->name);
		item->asked = asked;
		item->passed = passed;
		if (asked == HOLD_NOTHING || asked > most || passed > asked || !*item->name ||
		    item->since < 0 || (last && strcmp(last->name, item->name) >= 0))
			return false;
		last = item;
	}
	return true;
}

HoldRow *hold_row_from_bytes(GBytes *bytes, GError **error)
{
	g_autoptr(GVariant) packed =
		g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(PACKED), bytes, FALSE));
	g_autoptr(GVariant) asks = NULL, categories = NULL;
	guint8 form = 0, protocol = 0;
	gboolean is_trial = FALSE;
	const char *id = "";

	if (g_variant_is_normal_form(packed))
		g_variant_get(packed, "(yyb&s@" ITEMS "@" ITEMS ")", &form, &protocol, &is_trial,
			      &id, &asks, &categories);
	if (form == FORM && (protocol == PROTOCOL_SAML || protocol == PROTOCOL_OIDC) && *id) {
		g_autoptr(HoldRow) row = row_new(protocol, is_trial, id);

		if (read_items(asks, HOLD_REQUIRED, row->asks) &&
		    read_items(categories, HOLD_ASKED, row->categories))
			return g_steal_pointer(&row);
	}
	g_set_error_literal(error, STORE_ERROR, STORE_ERROR_CORRUPT,
			    "what a service asks for is in the store as none of this version's");
	return NULL;
}
