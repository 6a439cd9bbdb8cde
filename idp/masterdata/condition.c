/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/condition.h"

#include <string.h>

static void condition_free(gpointer data)
{
	Condition *condition = data;
	g_free(condition->attribute);
	g_free(condition->value);
	g_free(condition);
}

bool condition_is_attribute(const char *text)
{
	return g_regex_match_simple("^([a-z][a-z0-9-]*|[0-9]+(\\.[0-9]+)+)(;[a-z0-9-]+)*$", text,
				    G_REGEX_CASELESS | G_REGEX_DOLLAR_ENDONLY, 0);
}

char *condition_fold(const char *text)
{
	g_autofree char *folded = g_utf8_casefold(text, -1);
	return g_utf8_normalize(folded, -1, G_NORMALIZE_NFC);
}

static Condition *condition_parse(const char *text, GError **error, const char *name,
				  const char *key)
{
	const char *equals = strchr(text, '=');
	g_autofree char *attribute =
		equals ? g_strstrip(g_strndup(text, (gsize)(equals - text))) : NULL;
	g_autofree char *value = equals ? g_strstrip(g_strdup(equals + 1)) : NULL;

	if (!attribute || !condition_is_attribute(attribute) || !*value ||
	    !g_utf8_validate(value, -1, NULL)) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			    "[directory %s] %s: `%s' is no condition; write ATTRIBUTE=VALUE, or "
			    "ATTRIBUTE=* for any value",
			    name, key, text);
		return NULL;
	}
	Condition *condition = g_new0(Condition, 1);
	condition->attribute = g_steal_pointer(&attribute);
	if (!g_str_equal(value, "*"))
		condition->value = condition_fold(value);
	return condition;
}

GPtrArray *conditions_parse(char *const *texts, const char *name, const char *key, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(condition_free);

	for (; texts && *texts; texts++) {
		Condition *condition = condition_parse(*texts, error, name, key);
		if (!condition)
			return NULL;
		g_ptr_array_add(list, condition);
	}
	return g_steal_pointer(&list);
}

static bool equals(const char *text, const char *folded)
{
	/* the common case, without two allocations a value: ASCII folds to ASCII only */
	if (g_str_is_ascii(text))
		return g_ascii_strcasecmp(text, folded) == 0;
	g_autofree char *own = condition_fold(text);
	return g_str_equal(own, folded);
}

static bool condition_holds(const Condition *condition, const DirectoryEntry *entry)
{
	const char *const *value = entry_values(entry, condition->attribute);

	for (; value && *value; value++)
		if (entry_is_text(*value) &&
		    (!condition->value || equals(*value, condition->value)))
			return true;
	return false;
}

bool conditions_hold(const GPtrArray *conditions, const DirectoryEntry *entry)
{
	for (guint i = 0; i < conditions->len; i++)
		if (condition_holds(conditions->pdata[i], entry))
			return true;
	return false;
}
