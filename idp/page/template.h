/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A small logic-less Mustache that always escapes.
 *
 * Implements the Mustache specification (interpolation, sections, inverted, comments, partials,
 * delimiters, and the dynamic names of its optional part) with one difference: `{{{name}}}` and
 * `{{&name}}` are load errors, so no template can print a value unescaped.
 *
 * Templates live in sets. A set is filled (template_set_add), then sealed (template_set_seal),
 * which resolves the partials; after that it is immutable and may be used by any number of
 * threads.
 *
 * The context is a GVariant dictionary `a{sv}` with valid UTF-8 keys and strings. Values:
 *   s         interpolates; the empty string is false
 *   b         true or false; true does not push a context
 *   a{sv}     a nested context; always true
 *   any other array (av, as, aa{sv}): a list; the section is repeated, `{{.}}` is the element
 *   v         the value inside
 *   mX        nothing is false
 * Another type, or a list or dictionary where text is wanted, interpolates as nothing.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Tags nested in one another, partials (also those that call themselves) included. */
#define TEMPLATE_DEPTH_MAX 32
/* Bytes of one template: the largest of ours is 4 KiB. */
#define TEMPLATE_SOURCE_MAX (64 * 1024)
/* Bytes of one page: a Response with many attributes is 60 KiB in base64. */
#define TEMPLATE_OUTPUT_MAX (512 * 1024)
/* Tags worked through for one page: a template that calls itself twice grows as a power of two. */
#define TEMPLATE_STEPS_MAX 100000

#define TEMPLATE_ERROR (template_error_quark())
GQuark template_error_quark(void);

typedef enum {
	TEMPLATE_ERROR_SYNTAX,  /* the message begins with file:line:column */
	TEMPLATE_ERROR_PARTIAL, /* a partial that the set does not have */
	TEMPLATE_ERROR_TOO_DEEP,
	TEMPLATE_ERROR_TOO_LARGE,
} TemplateError;

typedef enum {
	TEMPLATE_HTML, /* the text between the tags is HTML and is printed as it is */
	TEMPLATE_TEXT, /* the text between the tags is plain text and is escaped at load */
} TemplateKind;

typedef struct TemplateSet TemplateSet;
typedef struct Template Template;

/* An empty set. Transfer full. */
TemplateSet *template_set_new(void);
void template_set_free(TemplateSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TemplateSet, template_set_free)

/*
 * Compiles `source` (valid UTF-8) and puts it into the set under `name`, replacing none: a second
 * template of the same name is an error. `file` and `line` (that of the first line) are for the
 * messages. Fails with TEMPLATE_ERROR_SYNTAX or TEMPLATE_ERROR_TOO_LARGE.
 */
bool template_set_add(TemplateSet *set, const char *name, TemplateKind kind, const char *file,
		      unsigned line, const char *source, GError **error);

/*
 * Resolves every partial; nothing can be added afterwards. The specification lets a partial that
 * does not exist render as nothing; template_set_is_complete() is for those who want to know.
 */
void template_set_seal(TemplateSet *set);

/* False and TEMPLATE_ERROR_PARTIAL, with file:line:column, when a partial does not exist. */
bool template_set_is_complete(const TemplateSet *set, GError **error);

/* The template of that name in a sealed set, or NULL. Transfer none. */
const Template *template_set_get(const TemplateSet *set, const char *name);

/*
 * Renders. `context` is an a{sv} (a floating one is sunk and freed). `{{>*name}}` includes the
 * partial whose name is the value of `name`; one that does not exist fails with
 * TEMPLATE_ERROR_PARTIAL. NULL and error when the depth or the output passes its limit: nothing
 * is ever cut off silently. Transfer full.
 */
char *template_render(const Template *template, GVariant *context, GError **error);

/* Appends `text` with & < > " ' escaped: safe in HTML text and in a quoted attribute. */
void template_escape(GString *out, const char *text, size_t length);
