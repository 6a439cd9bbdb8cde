/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/json.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *convert(GVariant *value);

static json_t *convert_object(GVariant *value)
{
	json_t *object = json_object();
	GVariantIter iter;
	GVariant *entry;
	g_variant_iter_init(&iter, value);
	while ((entry = g_variant_iter_next_value(&iter))) {
		g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
		g_autoptr(GVariant) member = g_variant_get_child_value(entry, 1);
		json_object_set_new(object, g_variant_get_string(key, NULL), convert(member));
		g_variant_unref(entry);
	}
	return object;
}

static json_t *convert_array(GVariant *value)
{
	json_t *array = json_array();
	for (gsize i = 0; i < g_variant_n_children(value); i++) {
		g_autoptr(GVariant) element = g_variant_get_child_value(value, i);
		json_array_append_new(array, convert(element));
	}
	return array;
}

static json_t *convert(GVariant *value)
{
	g_autoptr(GVariant) inner = NULL;
	switch (g_variant_classify(value)) {
	case G_VARIANT_CLASS_STRING:
		return json_string(g_variant_get_string(value, NULL));
	case G_VARIANT_CLASS_BOOLEAN:
		return json_boolean(g_variant_get_boolean(value));
	case G_VARIANT_CLASS_INT32:
		return json_integer(g_variant_get_int32(value));
	case G_VARIANT_CLASS_UINT32:
		return json_integer(g_variant_get_uint32(value));
	case G_VARIANT_CLASS_INT64:
		return json_integer(g_variant_get_int64(value));
	case G_VARIANT_CLASS_UINT64:
		return json_integer((json_int_t)g_variant_get_uint64(value));
	case G_VARIANT_CLASS_VARIANT:
		inner = g_variant_get_variant(value);
		return convert(inner);
	case G_VARIANT_CLASS_MAYBE:
		inner = g_variant_get_maybe(value);
		return inner ? convert(inner) : json_null();
	case G_VARIANT_CLASS_ARRAY:
		return g_variant_type_is_subtype_of(g_variant_get_type(value),
						    G_VARIANT_TYPE("a{s*}"))
			       ? convert_object(value)
			       : convert_array(value);
	default:
		g_assert_not_reached();
	}
}

char *json_from_variant(GVariant *value, bool indented)
{
	g_autoptr(GVariant) sunk = g_variant_ref_sink(value);
	json_t *json = convert(sunk);
	char *text = json_dumps(json, JSON_ENCODE_ANY | (indented ? JSON_INDENT(2) : JSON_COMPACT));
	char *copy = g_strdup(text);
	json_decref(json);
	free(text);
	g_assert(copy);
	return copy;
}
