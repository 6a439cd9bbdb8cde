/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a page says of one matter, in its language: the attributes, and what they are for. */
#pragma once

#include "idp/choice/consent.h"
#include "idp/page/page-choice.h"
#include "policy/registry.h"

/* Its texts are borrowed from what it is filled from, and from the registry. */
typedef struct {
	GArray *items;
	GPtrArray *purposes;
	GPtrArray *values; /* those of the items */
	PageMatter page;   /* both of them */
} Words;

void words_init(Words *words);
void words_clear(Words *words);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

/* Fills them once: with what is told or asked now, with its values; or with what was told or asked
 * before. */
void words_of_matter(Words *words, const char *lang, const Consent *consent, const Matter *matter);
void words_of_choice(Words *words, const Registry *registry, const char *lang,
		     const Choice *choice);

/* The one of both for that language, as pages choose. Transfer none. */
const char *words_in_language(const char *lang, const char *sv, const char *en);
