/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/template.h"

#include "idp/page/template-node.h"

#include <string.h>

G_DEFINE_QUARK(portvakt - template - error, template_error)

struct TemplateSet {
	GHashTable *templates; /* name -> Template */
	bool sealed;
};

void template_escape(GString *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		switch (text[i]) {
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		case '\'':
			g_string_append(out, "&#39;");
			break;
		default:
			g_string_append_c(out, text[i]);
		}
	}
}

static void template_free(Template *template)
{
	template_nodes_free(template->nodes);
	g_free(template);
}

TemplateSet *template_set_new(void)
{
	TemplateSet *set = g_new0(TemplateSet, 1);

	set->templates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify)template_free);
	return set;
}

void template_set_free(TemplateSet *set)
{
	if (!set)
		return;
	g_hash_table_unref(set->templates);
	g_free(set);
}

bool template_set_add(TemplateSet *set, const char *name, TemplateKind kind, const char *file,
		      unsigned line, const char *source, GError **error)
{
	g_assert(!set->sealed);
	if (g_hash_table_contains(set->templates, name)) {
		g_set_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_SYNTAX,
			    "%s:%u:1: there already is a template or text called '%s'", file, line,
			    name);
		return false;
	}

	GPtrArray *nodes = template_parse(kind, set, file, line, source, error);
	if (!nodes)
		return false;
	Template *template = g_new0(Template, 1);
	template->nodes = nodes;
	template->set = set;
	g_hash_table_insert(set->templates, g_strdup(name), template);
	return true;
}

/* The first partial below `nodes` that does not exist, after giving all others their template. */
static const Node *resolve(const TemplateSet *set, const GPtrArray *nodes)
{
	const Node *missing = NULL;

	for (guint i = 0; i < nodes->len; i++) {
		Node *node = g_ptr_array_index(nodes, i);
		const Node *below = NULL;
		if (node->kind == NODE_PARTIAL) {
			node->partial = g_hash_table_lookup(set->templates, node->text);
			below = node->partial ? NULL : node;
		} else if (node->children) {
			below = resolve(set, node->children);
		}
		if (!missing)
			missing = below;
	}
	return missing;
}

void template_set_seal(TemplateSet *set)
{
	GHashTableIter iter;
	gpointer template;

	g_assert(!set->sealed);
	g_hash_table_iter_init(&iter, set->templates);
	while (g_hash_table_iter_next(&iter, NULL, &template)) {
		Template *t = template;
		t->missing = resolve(set, t->nodes);
	}
	set->sealed = true;
}

bool template_set_is_complete(const TemplateSet *set, GError **error)
{
	GHashTableIter iter;
	gpointer template;

	g_assert(set->sealed);
	g_hash_table_iter_init(&iter, set->templates);
	while (g_hash_table_iter_next(&iter, NULL, &template)) {
		const Node *missing = ((const Template *)template)->missing;
		if (!missing)
			continue;
		g_set_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_PARTIAL,
			    "%s: there is no template or text called '%s'", missing->where,
			    missing->text);
		return false;
	}
	return true;
}

const Template *template_set_get(const TemplateSet *set, const char *name)
{
	g_assert(set->sealed);
	return g_hash_table_lookup(set->templates, name);
}

/* One context in the stack; the outermost has no `up`. */
typedef struct Frame {
	GVariant *value;
	const struct Frame *up;
} Frame;

typedef struct {
	GString *out;
	unsigned steps;
	GError *error;
} Render;

/* One template being rendered: the white space before each of its lines, and how deep we are. */
typedef struct {
	const char *indent;
	unsigned depth;
} Level;

static GVariant *unwrap(GVariant *value)
{
	while (value) {
		GVariant *inner;
		if (g_variant_is_of_type(value, G_VARIANT_TYPE_VARIANT))
			inner = g_variant_get_variant(value);
		else if (g_variant_is_of_type(value, G_VARIANT_TYPE_MAYBE))
			inner = g_variant_get_maybe(value);
		else
			break;
		g_variant_unref(value);
		value = inner;
	}
	return value;
}

static bool is_map(GVariant *value)
{
	return value && g_variant_is_of_type(value, G_VARIANT_TYPE_VARDICT);
}

/*
 * The value of a name, or NULL. Only the first part is looked for through the stack; the rest is
 * resolved inside what was found, even where an outer context would have had it.
 */
static GVariant *lookup(const Frame *frame, char *const *path)
{
	g_autoptr(GVariant) value = NULL;

	if (!path[0])
		return unwrap(g_variant_ref(frame->value));
	for (; frame; frame = frame->up) {
		if (!is_map(frame->value))
			continue;
		value = g_variant_lookup_value(frame->value, path[0], NULL);
		if (value)
			break;
	}
	value = unwrap(g_steal_pointer(&value));
	for (size_t i = 1; value && path[i]; i++) {
		GVariant *inner =
			is_map(value) ? g_variant_lookup_value(value, path[i], NULL) : NULL;
		g_variant_unref(value);
		value = unwrap(inner);
	}
	return g_steal_pointer(&value);
}

static bool is_list(GVariant *value)
{
	return value && g_variant_is_of_type(value, G_VARIANT_TYPE_ARRAY) && !is_map(value);
}

static bool is_true(GVariant *value)
{
	if (!value)
		return false;
	if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
		return g_variant_get_boolean(value);
	if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
		return *g_variant_get_string(value, NULL);
	return !is_list(value) || g_variant_n_children(value) > 0;
}

static bool render_nodes(Render *render, const GPtrArray *nodes, const Frame *frame, Level level);

static bool render_deeper(Render *render, const GPtrArray *nodes, const Frame *frame, Level level)
{
	if (++level.depth > TEMPLATE_DEPTH_MAX) {
		g_set_error(&render->error, TEMPLATE_ERROR, TEMPLATE_ERROR_TOO_DEEP,
			    "sections and partials are nested more than %d deep",
			    TEMPLATE_DEPTH_MAX);
		return false;
	}
	return render_nodes(render, nodes, frame, level);
}

static bool render_section(Render *render, const Node *node, const Frame *frame, Level level)
{
	g_autoptr(GVariant) value = lookup(frame, node->path);

	if (!is_true(value))
		return true;
	if (!is_list(value)) {
		Frame inner = {.value = value, .up = frame};
		bool pushes = !g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN);
		return render_deeper(render, node->children, pushes ? &inner : frame, level);
	}
	for (gsize i = 0; i < g_variant_n_children(value); i++) {
		g_autoptr(GVariant) element = unwrap(g_variant_get_child_value(value, i));
		Frame inner = {.value = element, .up = frame};
		if (!element)
			continue;
		if (!render_deeper(render, node->children, &inner, level))
			return false;
	}
	return true;
}

static bool render_inverted(Render *render, const Node *node, const Frame *frame, Level level)
{
	g_autoptr(GVariant) value = lookup(frame, node->path);

	return is_true(value) || render_deeper(render, node->children, frame, level);
}

static void render_value(Render *render, const Node *node, const Frame *frame)
{
	g_autoptr(GVariant) value = lookup(frame, node->path);

	if (value && g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
		gsize length;
		const char *text = g_variant_get_string(value, &length);
		template_escape(render->out, text, length);
	}
}

static bool render_partial(Render *render, const Node *node, const Frame *frame, Level level)
{
	if (!node->partial)
		return true;
	if (!node->indent || !*node->indent)
		return render_deeper(render, node->partial->nodes, frame, level);

	g_autofree char *indent = g_strconcat(level.indent, node->indent, NULL);
	level.indent = indent;
	return render_deeper(render, node->partial->nodes, frame, level);
}

static bool render_dynamic(Render *render, const Node *node, const Frame *frame, Level level)
{
	g_autoptr(GVariant) value = lookup(frame, node->path);
	const char *name = value && g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)
				   ? g_variant_get_string(value, NULL)
				   : "";
	Node found = {.indent = node->indent, .partial = template_set_get(node->set, name)};

	if (!found.partial) {
		g_set_error(&render->error, TEMPLATE_ERROR, TEMPLATE_ERROR_PARTIAL,
			    "%s: '*%s' names no template or text", node->where, node->text);
		return false;
	}
	return render_partial(render, &found, frame, level);
}

static bool render_node(Render *render, const Node *node, const Frame *frame, Level level)
{
	if (node->begins_line)
		g_string_append(render->out, level.indent);
	switch (node->kind) {
	case NODE_TEXT:
		g_string_append(render->out, node->text);
		return true;
	case NODE_VALUE:
		render_value(render, node, frame);
		return true;
	case NODE_SECTION:
		return render_section(render, node, frame, level);
	case NODE_INVERTED:
		return render_inverted(render, node, frame, level);
	case NODE_PARTIAL:
		return render_partial(render, node, frame, level);
	case NODE_DYNAMIC:
		return render_dynamic(render, node, frame, level);
	}
	g_assert_not_reached();
}

static bool render_nodes(Render *render, const GPtrArray *nodes, const Frame *frame, Level level)
{
	for (guint i = 0; i < nodes->len; i++) {
		if (!render_node(render, g_ptr_array_index(nodes, i), frame, level))
			return false;
		if (render->out->len > TEMPLATE_OUTPUT_MAX ||
		    ++render->steps > TEMPLATE_STEPS_MAX) {
			g_set_error(&render->error, TEMPLATE_ERROR, TEMPLATE_ERROR_TOO_LARGE,
				    "a page is at most %d bytes and %d tags", TEMPLATE_OUTPUT_MAX,
				    TEMPLATE_STEPS_MAX);
			return false;
		}
	}
	return true;
}

char *template_render(const Template *template, GVariant *context, GError **error)
{
	g_autoptr(GVariant) owned = g_variant_ref_sink(context);
	g_autoptr(GString) out = g_string_sized_new(4096);
	Render render = {.out = out};
	Frame outermost = {.value = owned};

	g_assert(template->set->sealed);
	if (!render_nodes(&render, template->nodes, &outermost, (Level){.indent = ""})) {
		g_propagate_error(error, render.error);
		return NULL;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}
