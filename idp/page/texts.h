/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the pages say, per language, from the files texts.LANG.ini of the template folder.
 *
 * A file is a GKeyFile. A text's key is GROUP-KEY: `title` in the group [login] is `login-title`.
 * A text is plain text (escaped like everything, so it holds no markup) with Mustache tags for
 * its placeholders: `Logga in till {{service}}`. Templates include a text as the partial
 * `{{>login-title}}`, or, where the key is only known when the page is shown, `{{>*title}}`.
 *
 * Every language has the same keys; a missing or surplus one is a load error.
 */
#pragma once

#include "idp/page/template.h"

/* The language of a page for which nothing was asked. */
#define TEXTS_DEFAULT_LANG "sv"
/* Bytes of Accept-Language that are read; browsers send some 100. */
#define TEXTS_ACCEPT_MAX 512

typedef struct Texts Texts;

/* Loads every texts.LANG.ini of `folder`; TEXTS_DEFAULT_LANG must be among them. Transfer full. */
Texts *texts_load(const char *folder, GError **error);
void texts_free(Texts *texts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Texts, texts_free)

/* The languages, sorted, NULL-terminated: "en", "sv". Transfer none. */
const char *const *texts_langs(const Texts *texts);

/* The keys, sorted, NULL-terminated. Transfer none. */
const char *const *texts_keys(const Texts *texts);

/* The text as written, or NULL when the language or the key does not exist. Transfer none. */
const char *texts_get(const Texts *texts, const char *lang, const char *key);

/* Puts every text of `lang` into the set as a template of kind TEMPLATE_TEXT. */
bool texts_add_to(const Texts *texts, const char *lang, TemplateSet *set, GError **error);

/*
 * The language of a page: `wanted` (a `lang` parameter, a language carried in the handle; may be
 * NULL or anything a stranger wrote) when we have it, else the best of `accept` (Accept-Language,
 * RFC 9110 12.5.4; may be NULL), else TEXTS_DEFAULT_LANG. A regional tag falls back on its
 * language ("en-GB" is "en"). Never fails: a language we lack (`se`, Northern Sámi) is skipped.
 * Transfer none; one of texts_langs().
 */
const char *texts_choose(const Texts *texts, const char *wanted, const char *accept);
