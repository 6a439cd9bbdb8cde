/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/asked.h"

#include <string.h>

Asked *asked_new(void)
{
	Asked *asked = g_new0(Asked, 1);
	asked->categories = g_ptr_array_new();
	asked->wishes = g_array_new(FALSE, FALSE, sizeof(AskedWish));
	return asked;
}

void asked_free(Asked *asked)
{
	if (!asked)
		return;
	g_ptr_array_unref(asked->categories);
	g_array_unref(asked->wishes);
	g_free(asked);
}

static void clear(Asked *asked, const char *id)
{
	asked->id = id;
	g_ptr_array_set_size(asked->categories, 0);
	g_array_set_size(asked->wishes, 0);
}

static void add(Asked *asked, const char *name, bool required)
{
	const AskedWish wish = {name, required};
	g_array_append_val(asked->wishes, wish);
}

void asked_of_entity(Asked *asked, const Entity *entity)
{
	g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
	clear(asked, entity->id);
	for (guint i = 0; i < entity->service->categories->len; i++)
		g_ptr_array_add(asked->categories, entity->service->categories->pdata[i]);
	for (guint i = 0; i < entity->wishes->len; i++) {
		const Service *service = ((const EntityWish *)entity->wishes->pdata[i])->service;
		for (guint j = 0; j < service->wishes->len; j++) {
			const Wish *wish = service->wishes->pdata[j];
			const char *name = wish->attribute ? wish->attribute->saml : wish->name;
			bool required = wish->required || wish->held_required;
			guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, name));
			if (place)
				g_array_index(asked->wishes, AskedWish, place - 1).required |=
					required;
			else
				add(asked, name, required);
			if (!place)
				g_hash_table_insert(places, (gpointer)(guintptr)name,
						    GUINT_TO_POINTER(asked->wishes->len));
		}
	}
}

static void append(GByteArray *text, const char *mark, const char *what)
{
	g_byte_array_append(text, (const guint8 *)mark, (guint)strlen(mark));
	g_byte_array_append(text, (const guint8 *)what, (guint)strlen(what) + 1);
}

void asked_to_text(const Asked *asked, GByteArray *text)
{
	append(text, "", asked->id);
	for (guint i = 0; i < asked->categories->len; i++)
		append(text, "c", asked->categories->pdata[i]);
	for (guint i = 0; i < asked->wishes->len; i++) {
		const AskedWish *wish = &g_array_index(asked->wishes, AskedWish, i);
		append(text, wish->required ? "r" : "o", wish->name);
	}
}

/* `asked` may be NULL. */
static bool take(Asked *asked, const char *line, gsize length)
{
	if (length < 2 || !strchr("cro", *line) || !g_utf8_validate_len(line, length, NULL))
		return false;
	if (asked && *line == 'c')
		g_ptr_array_add(asked->categories, (gpointer)(guintptr)(line + 1));
	else if (asked)
		add(asked, line + 1, *line == 'r');
	return true;
}

static bool read_text(Asked *asked, const char *text, gsize length)
{
	const char *end = text + length;
	if (length < 2 || *text == '\0' || end[-1] != '\0')
		return false;
	if (asked)
		clear(asked, text);
	gsize first = strlen(text);
	if (!g_utf8_validate_len(text, first, NULL))
		return false;
	for (const char *line = text + first + 1; line < end;) {
		gsize n = strlen(line);
		if (!take(asked, line, n))
			return false;
		line += n + 1;
	}
	return true;
}

bool asked_from_text(Asked *asked, const char *text, gsize length)
{
	return read_text(asked, text, length);
}

bool asked_is_text(const char *text, gsize length)
{
	return read_text(NULL, text, length);
}
