/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/person.h"

#include <string.h>

static const struct {
	Role role;
	const char *name;
} roles[] = {
	{ROLE_STUDENT, "student"},
	{ROLE_STAFF, "staff"},
	{ROLE_GUARDIAN, "guardian"},
};

Person *person_new(const char *key)
{
	Person *person = g_new0(Person, 1);

	person->key = g_strdup(key);
	person->year = YEAR_UNKNOWN;
	return person;
}

void person_free(Person *person)
{
	if (!person)
		return;
	for (unsigned i = 0; i < ATTRIBUTE_MAX; i++)
		g_clear_pointer(&person->values[i], g_ptr_array_unref);
	g_clear_pointer(&person->groups, g_ptr_array_unref);
	g_clear_pointer(&person->units, g_ptr_array_unref);
	g_free(person->key);
	g_free(person);
}

void person_add_value(Person *person, const Attribute *attribute, const char *value, gssize length)
{
	GPtrArray **values = &person->values[attribute_index(attribute)];
	size_t size = length < 0 ? strlen(value) : (size_t)length;
	char *copy;

	if (size == 0 || person->suppressed[attribute_index(attribute)])
		return;
	copy = g_malloc(size + 1);
	memcpy(copy, value, size);
	copy[size] = '\0';
	/* "rektor@skola.example\0x" must not be taken for its first half. */
	for (size_t i = 0; i < size; i++)
		if (copy[i] == '\0')
			copy[i] = '\xff';
	if (!*values)
		*values = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(*values, copy);
}

static void add_text(GPtrArray **texts, const char *text)
{
	if (!*texts)
		*texts = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(*texts, g_strdup(text));
}

void person_add_group(Person *person, const char *name)
{
	add_text(&person->groups, name);
}

void person_add_unit(Person *person, const char *code)
{
	add_text(&person->units, code);
}

void person_drop_values(Person *person, const Attribute *attribute)
{
	g_clear_pointer(&person->values[attribute_index(attribute)], g_ptr_array_unref);
}

const GPtrArray *person_values(const Person *person, const Attribute *attribute)
{
	return person->values[attribute_index(attribute)];
}

const char *role_name(Role role)
{
	for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
		if (roles[i].role == role)
			return roles[i].name;
	return NULL;
}

Role role_by_name(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].role;
	return ROLE_NONE;
}
