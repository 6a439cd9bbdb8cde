/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/config-name.h"

#include <string.h>

#include "idp/limits.h"
#include "policy/parser.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define REST    LETTERS "0123456789-_"

/* is_word: policies speak of it by its name. */
static const struct {
	const char *word, *whose, *many;
	guint max;
	bool is_word;
} kinds[NAMED_KINDS] = {
	[NAMED_FEED] = {"feed", "a feed's", "feeds", LIMIT_CONFIG_FEEDS, false},
	[NAMED_GROUP] = {"group", "a group's", "groups", LIMIT_CONFIG_GROUPS, true},
	[NAMED_LEVEL] = {"level", "a level's", "levels", LIMIT_CONFIG_LEVELS, true},
};

NamedKind named_kind(const char *group)
{
	for (NamedKind kind = 0; kind < NAMED_KINDS; kind++) {
		gsize length = strlen(kinds[kind].word);
		if (strncmp(group, kinds[kind].word, length) == 0 && group[length] == ' ')
			return kind;
	}
	return NAMED_NONE;
}

NamedKind named_kind_of_table(const char *group)
{
	for (NamedKind kind = 0; kind < NAMED_KINDS; kind++)
		if (g_str_equal(kinds[kind].word, group))
			return kind;
	return NAMED_NONE;
}

const char *named_word(NamedKind kind)
{
	g_assert(kind < NAMED_KINDS);
	return kinds[kind].word;
}

char *named_fault(NamedKind kind, const char *name, guint n)
{
	gsize length = strspn(name, REST);

	/* the name is part of a file's, or a word of policies */
	if (length == 0 || length > LIMIT_CONFIG_NAME || name[length])
		return g_strdup_printf(
			"%s name is letters a-z, digits, - and _, at most %d of them",
			kinds[kind].whose, LIMIT_CONFIG_NAME);
	if (kinds[kind].is_word && !strchr(LETTERS, name[0]))
		return g_strdup_printf("%s name begins with a letter", kinds[kind].whose);
	if (kinds[kind].is_word && parser_is_reserved(name))
		return g_strdup_printf("'%s' is a word of the policy language; take another name",
				       name);
	if (n >= kinds[kind].max)
		return g_strdup_printf("more than %u %s", kinds[kind].max, kinds[kind].many);
	return NULL;
}
