/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/number.h"

void numbers_init(Numbers *numbers)
{
	for (unsigned i = 0; i < SORTS; i++)
		numbers->sorts[i] = (Names){.table = g_hash_table_new(g_str_hash, g_str_equal),
					    .list = g_ptr_array_new()};
}

void numbers_clear(Numbers *numbers)
{
	for (unsigned i = 0; i < SORTS; i++) {
		g_clear_pointer(&numbers->sorts[i].table, g_hash_table_unref);
		g_clear_pointer(&numbers->sorts[i].list, g_ptr_array_unref);
	}
}

unsigned numbers_give(Numbers *numbers, Sort sort, const char *name)
{
	Names *names = &numbers->sorts[sort];
	unsigned number = numbers_find(numbers, sort, name);

	if (number != NUMBER_NONE)
		return number;
	g_hash_table_insert(names->table, (gpointer)(guintptr)name, GUINT_TO_POINTER(names->n + 1));
	g_ptr_array_add(names->list, (gpointer)(guintptr)name);
	names->names = (const char *const *)names->list->pdata;
	return names->n++;
}

unsigned numbers_find(const Numbers *numbers, Sort sort, const char *name)
{
	const Names *names = &numbers->sorts[sort];

	if (!name || names->n == 0)
		return NUMBER_NONE;
	return GPOINTER_TO_UINT(g_hash_table_lookup(names->table, name)) - 1;
}
