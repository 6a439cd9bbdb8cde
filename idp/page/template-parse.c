/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/template-node.h"

#include <string.h>

/* The characters of a name; `.` separates its parts. */
#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

typedef struct {
	TemplateKind kind;
	const TemplateSet *set;
	const char *file;
	unsigned line;
	const char *source;
	const char *at; /* what is not yet parsed */
	char *open, *close;
	bool line_begins; /* the next thing put out is the first on its line */
	GError **error;
} Parser;

/* What stands between two delimiters. */
typedef struct {
	const char *begin; /* the opening delimiter */
	const char *end;   /* after the closing delimiter */
	char sigil;        /* one of # ^ / ! > =, or 0 for a value */
	bool dynamic;
	char *name;           /* the content, trimmed */
	bool alone;           /* nothing but white space beside it on its line or lines */
	const char *line;     /* when alone: where its line begins */
	const char *line_end; /* when alone: where the next line begins */
} Tag;

static void tag_clear(Tag *tag)
{
	g_clear_pointer(&tag->name, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tag, tag_clear)

static void node_free(Node *node)
{
	g_free(node->text);
	g_free(node->where);
	g_free(node->indent);
	g_strfreev(node->path);
	template_nodes_free(node->children);
	g_free(node);
}

void template_nodes_free(GPtrArray *nodes)
{
	if (nodes)
		g_ptr_array_unref(nodes);
}

static char *position(const Parser *parser, const char *at)
{
	unsigned line = parser->line;
	const char *begin = parser->source;

	for (const char *p = begin; p < at; p++) {
		if (*p == '\n') {
			line++;
			begin = p + 1;
		}
	}
	return g_strdup_printf("%s:%u:%ld", parser->file, line,
			       g_utf8_strlen(begin, at - begin) + 1);
}

G_GNUC_PRINTF(3, 4)
static bool fail(const Parser *parser, const char *at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *message = g_strdup_vprintf(format, args);
	va_end(args);
	g_autofree char *where = position(parser, at);
	g_set_error(parser->error, TEMPLATE_ERROR, TEMPLATE_ERROR_SYNTAX, "%s: %s", where, message);
	return false;
}

static Node *add_node(Parser *parser, GPtrArray *nodes, NodeKind kind, char *text)
{
	Node *node = g_new0(Node, 1);

	node->kind = kind;
	node->text = text;
	node->set = parser->set;
	node->begins_line = parser->line_begins;
	parser->line_begins = false;
	g_ptr_array_add(nodes, node);
	return node;
}

/* One node a line, so that a partial can be indented line by line. */
static void add_text(Parser *parser, GPtrArray *nodes, const char *from, const char *to)
{
	while (from < to) {
		const char *newline = memchr(from, '\n', to - from);
		const char *end = newline ? newline + 1 : to;
		GString *text = g_string_new(NULL);
		if (parser->kind == TEMPLATE_TEXT)
			template_escape(text, from, end - from);
		else
			g_string_append_len(text, from, end - from);
		add_node(parser, nodes, NODE_TEXT, g_string_free(text, FALSE));
		parser->line_begins = newline != NULL;
		from = end;
	}
}

static bool is_name(const char *name)
{
	if (g_str_equal(name, "."))
		return true;
	g_auto(GStrv) parts = g_strsplit(name, ".", -1);
	for (size_t i = 0; parts[i]; i++)
		if (!*parts[i] || parts[i][strspn(parts[i], NAME_CHARS)])
			return false;
	return parts[0] != NULL;
}

static char **name_path(const char *name)
{
	g_assert(name);
	return g_str_equal(name, ".") ? g_new0(char *, 1) : g_strsplit(name, ".", -1);
}

/* Sets alone, line and line_end. Any other tag on the line is not white space either. */
static void judge_alone(const Parser *parser, Tag *tag)
{
	const char *line = tag->begin;
	const char *end = tag->end + strspn(tag->end, " \t");

	while (line > parser->source && strchr(" \t", line[-1]))
		line--;
	if (line > parser->source && line[-1] != '\n')
		return;
	if (end[0] == '\r' && end[1] == '\n')
		end++;
	if (*end && *end != '\n')
		return;
	tag->alone = true;
	tag->line = line;
	tag->line_end = *end ? end + 1 : end;
}

static bool judge_name(const Parser *parser, const Tag *tag)
{
	switch (tag->sigil) {
	case '!':
	case '=':
		return true;
	case '{':
	case '&':
		return fail(parser, tag->begin,
			    "values are always escaped: there is no {{{name}}} or {{&name}} here");
	default:
		break;
	}
	if (tag->sigil == '>' && !tag->dynamic && g_str_equal(tag->name, "."))
		return fail(parser, tag->begin, "'.' is not the name of a template or text");
	if (!is_name(tag->name))
		return fail(parser, tag->begin,
			    "'%s' is not a name: letters, digits, '-', '_', and '.' between them",
			    tag->name);
	return true;
}

/* Reads the tag that begins at `begin`. */
static bool read_tag(const Parser *parser, const char *begin, Tag *tag)
{
	const char *content = begin + strlen(parser->open);
	g_autofree char *equals_close = g_strconcat("=", parser->close, NULL);

	tag->begin = begin;
	while (g_ascii_isspace(*content))
		content++;
	if (*content && strchr("#^/!>={&", *content))
		tag->sigil = *content++;
	while (tag->sigil != '!' && g_ascii_isspace(*content))
		content++;
	if (tag->sigil == '>' && *content == '*') {
		tag->dynamic = true;
		content++;
	}

	const char *close_with = tag->sigil == '=' ? equals_close : parser->close;
	const char *end = strstr(content, close_with);
	if (!end)
		return fail(parser, begin, "this tag is never closed with '%s'", close_with);
	tag->end = end + strlen(close_with);
	tag->name = g_strstrip(g_strndup(content, end - content));
	if (!judge_name(parser, tag))
		return false;
	if (tag->sigil)
		judge_alone(parser, tag);
	return true;
}

static bool set_delimiters(Parser *parser, const Tag *tag)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_auto(GStrv) parts = g_strsplit_set(tag->name, " \t\r\n", -1);

	for (size_t i = 0; parts[i]; i++)
		if (*parts[i])
			g_ptr_array_add(words, parts[i]);
	if (words->len != 2 || strchr(tag->name, '='))
		return fail(parser, tag->begin,
			    "new delimiters are two words without '=', as in {{=<%% %%>=}}");
	g_free(parser->open);
	g_free(parser->close);
	parser->open = g_strdup(g_ptr_array_index(words, 0));
	parser->close = g_strdup(g_ptr_array_index(words, 1));
	return true;
}

static bool parse_nodes(Parser *parser, GPtrArray *nodes, const Tag *section, unsigned depth);

static bool add_section(Parser *parser, GPtrArray *nodes, Tag *tag, unsigned depth)
{
	NodeKind kind = tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED;
	Node *node;

	if (depth >= TEMPLATE_DEPTH_MAX)
		return fail(parser, tag->begin, "sections are nested more than %d deep",
			    TEMPLATE_DEPTH_MAX);
	if (tag->alone) {
		/* a line that is only a tag leaves no trace, so neither may its indentation */
		parser->line_begins = false;
		node = add_node(parser, nodes, kind, g_strdup(tag->name));
		parser->line_begins = true;
	} else {
		node = add_node(parser, nodes, kind, g_strdup(tag->name));
	}
	node->path = name_path(tag->name);
	node->children = g_ptr_array_new_with_free_func((GDestroyNotify)node_free);
	return parse_nodes(parser, node->children, tag, depth + 1);
}

static void add_partial(Parser *parser, GPtrArray *nodes, const Tag *tag)
{
	if (tag->alone)
		parser->line_begins = false;

	Node *node = add_node(parser, nodes, tag->dynamic ? NODE_DYNAMIC : NODE_PARTIAL,
			      g_strdup(tag->name));
	node->where = position(parser, tag->begin);
	node->path = name_path(tag->name);
	if (tag->alone) {
		node->indent = g_strndup(tag->line, tag->begin - tag->line);
		parser->line_begins = true;
	}
}

static bool add_tag(Parser *parser, GPtrArray *nodes, Tag *tag, unsigned depth)
{
	switch (tag->sigil) {
	case 0:
		add_node(parser, nodes, NODE_VALUE, g_strdup(tag->name))->path =
			name_path(tag->name);
		return true;
	case '#':
	case '^':
		return add_section(parser, nodes, tag, depth);
	case '>':
		add_partial(parser, nodes, tag);
		return true;
	case '=':
		return set_delimiters(parser, tag);
	default:
		return true; /* a comment */
	}
}

static bool close_section(const Parser *parser, const Tag *section, const Tag *tag)
{
	if (!section)
		return fail(parser, tag->begin, "no section is open here");
	if (g_str_equal(section->name, tag->name))
		return true;
	g_autofree char *where = position(parser, section->begin);
	return fail(parser, tag->begin, "this closes '%s', but '%s' is open (from %s)", tag->name,
		    section->name, where);
}

/* Parses until the end of `section` (NULL: of the source). */
static bool parse_nodes(Parser *parser, GPtrArray *nodes, const Tag *section, unsigned depth)
{
	const char *begin;

	while ((begin = strstr(parser->at, parser->open))) {
		g_auto(Tag) tag = {0};
		if (!read_tag(parser, begin, &tag))
			return false;
		g_assert(tag.end);
		add_text(parser, nodes, parser->at, tag.alone ? tag.line : begin);
		parser->at = tag.alone ? tag.line_end : tag.end;
		g_assert(parser->at); /* a tag that was read has an end */
		if (tag.sigil == '/')
			return close_section(parser, section, &tag);
		if (!add_tag(parser, nodes, &tag, depth))
			return false;
	}
	if (section)
		return fail(parser, section->begin, "the section '%s' is never closed",
			    section->name);
	add_text(parser, nodes, parser->at, parser->at + strlen(parser->at));
	return true;
}

GPtrArray *template_parse(TemplateKind kind, const TemplateSet *set, const char *file,
			  unsigned line, const char *source, GError **error)
{
	g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func((GDestroyNotify)node_free);
	Parser parser = {.kind = kind,
			 .set = set,
			 .file = file,
			 .line = line,
			 .source = source,
			 .at = source,
			 .line_begins = true,
			 .error = error};

	if (strlen(source) > TEMPLATE_SOURCE_MAX) {
		g_set_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_TOO_LARGE,
			    "%s: a template is at most %d bytes", file, TEMPLATE_SOURCE_MAX);
		return NULL;
	}
	parser.open = g_strdup("{{");
	parser.close = g_strdup("}}");
	bool fine = parse_nodes(&parser, nodes, NULL, 0);
	g_free(parser.open);
	g_free(parser.close);
	return fine ? g_steal_pointer(&nodes) : NULL;
}
