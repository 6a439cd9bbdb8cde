/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A compiled template: the tree between template-parse.c and template.c. */
#pragma once

#include "idp/page/template.h"

typedef enum {
	NODE_TEXT,
	NODE_VALUE,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL,
	NODE_DYNAMIC,
} NodeKind;

typedef struct {
	NodeKind kind;
	bool begins_line; /* first on its line: the indentation of the partial goes before it */
	char *text;       /* the text, or the name as written */
	char *where;      /* file:line:column, for partials */
	char **path;      /* the name's parts; empty for `.` */
	char *indent;     /* white space before a partial that is alone on its line */
	GPtrArray *children;
	const Template *partial; /* resolved when the set is sealed, or NULL */
	const TemplateSet *set;  /* where a dynamic name is looked for */
} Node;

struct Template {
	GPtrArray *nodes;
	const TemplateSet *set;
	const Node *missing;
};

/* See template_set_add(). Transfer full: for template_nodes_free(). */
GPtrArray *template_parse(TemplateKind kind, const TemplateSet *set, const char *file,
			  unsigned line, const char *source, GError **error);
void template_nodes_free(GPtrArray *nodes);
