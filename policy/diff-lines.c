/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What `service` blocks and the registry of attributes say, compared as it is written. */
#include <string.h>

#include "policy/compare.h"
#include "policy/imply.h"

/* All that the blocks about one service say. */
typedef struct {
	GPtrArray *needs;       /* const Need * */
	GPtrArray *signals;     /* const Signal * */
	GPtrArray *renames;     /* const Rename * */
	GPtrArray *values;      /* const Shape * */
	GPtrArray *lower_cases; /* const Shape * */
	Place guard_ascii, guard_size_place;
	unsigned guard_size;
	const ServiceBlock *settings[6]; /* the block that says issuer, scope, start, sign, encrypt,
					    requests; NULL: none does */
} Lines;

enum { ISSUER, SCOPE, START, SIGN, ENCRYPT, REQUESTS };

static void add_all(GPtrArray *list, const void *items, unsigned n, size_t size)
{
	for (unsigned i = 0; i < n; i++)
		g_ptr_array_add(list, (gpointer)((guintptr)items + i * size));
}

static void add_block(Lines *lines, const ServiceBlock *block)
{
	add_all(lines->needs, block->needs, block->n_needs, sizeof *block->needs);
	add_all(lines->signals, block->signals, block->n_signals, sizeof *block->signals);
	add_all(lines->renames, block->renames, block->n_renames, sizeof *block->renames);
	add_all(lines->values, block->values, block->n_values, sizeof *block->values);
	add_all(lines->lower_cases, block->lower_cases, block->n_lower_cases,
		sizeof *block->lower_cases);
	if (block->guard_ascii_place.line)
		lines->guard_ascii = block->guard_ascii_place;
	if (block->guard_size) {
		lines->guard_size = block->guard_size;
		lines->guard_size_place = block->guard_size_place;
	}
	lines->settings[ISSUER] = block->issuer.text ? block : lines->settings[ISSUER];
	lines->settings[SCOPE] = block->scope.text ? block : lines->settings[SCOPE];
	lines->settings[START] = block->start.text ? block : lines->settings[START];
	lines->settings[SIGN] = block->sign ? block : lines->settings[SIGN];
	lines->settings[ENCRYPT] = block->encrypt ? block : lines->settings[ENCRYPT];
	lines->settings[REQUESTS] = block->requests ? block : lines->settings[REQUESTS];
}

static void lines_init(Lines *lines, const Policy *policy, const Ident *ident)
{
	const Known *known = policy_known_ident(policy, ident->protocol, ident->id);

	*lines = (Lines){.needs = g_ptr_array_new(),
			 .signals = g_ptr_array_new(),
			 .renames = g_ptr_array_new(),
			 .values = g_ptr_array_new(),
			 .lower_cases = g_ptr_array_new()};
	for (guint i = 0; known && i < known->blocks->len; i++)
		add_block(lines, known->blocks->pdata[i]);
}

static void lines_clear(Lines *lines)
{
	g_ptr_array_unref(lines->needs);
	g_ptr_array_unref(lines->signals);
	g_ptr_array_unref(lines->renames);
	g_ptr_array_unref(lines->values);
	g_ptr_array_unref(lines->lower_cases);
}

/* ---- needs ---- */

static char *people_phrase(const People *people)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < people->n_psets; i++) {
		g_autofree char *one = cohort_write_pset(&people->psets[i]);

		g_string_append_printf(text, "%s%s", i ? ", " : " of ", one);
	}
	return g_string_free(text, FALSE);
}

static char *need_phrase(const Need *need)
{
	g_autofree char *of = people_phrase(&need->of);
	GString *text = g_string_new("needs ");

	for (unsigned i = 0; i < need->n_attributes; i++)
		g_string_append_printf(text, "%s%s", i ? " or " : "", need->attributes[i]->name);
	g_string_append(text, of);
	return g_string_free(text, FALSE);
}

static bool is_among(const Need *need, const char *name)
{
	for (unsigned i = 0; i < need->n_attributes; i++)
		if (strcmp(need->attributes[i]->name, name) == 0)
			return true;
	return false;
}

/* Whether an answer that the one lets through is one that the other lets through. */
static bool need_implies(const Need *one, const Need *other)
{
	for (unsigned i = 0; i < one->n_attributes; i++)
		if (!is_among(other, one->attributes[i]->name))
			return false;
	return one->of.n_psets == 0 ||
	       (other->of.n_psets > 0 && imply_people(&other->of, &one->of));
}

/* Lines of the one that no line of the other stands for. */
static void tell_needs(Compare *compare, const Ident *ident, const GPtrArray *needs,
		       const GPtrArray *others, bool gone)
{
	for (guint i = 0; i < needs->len; i++) {
		const Need *need = needs->pdata[i];
		g_autofree char *phrase = need_phrase(need);
		bool implied = false;

		for (guint j = 0; !implied && j < others->len; j++)
			implied = need_implies(others->pdata[j], need);
		if (!implied)
			compare_tell(compare, gone ? DIFF_WIDER : DIFF_NARROWER, DIFF_NEEDS, ident,
				     NULL, &need->place, gone ? phrase : NULL,
				     gone ? NULL : phrase);
	}
}

/* ---- lines of which each attribute or level has one ---- */

static char *rename_phrase(const Rename *rename)
{
	return rename ? g_strdup_printf("rename %s to \"%s\"%s", rename->attribute->name,
					rename->to, rename->without_format ? " without format" : "")
		      : NULL;
}

static const Rename *find_rename(const GPtrArray *renames, const char *name, Protocol protocol)
{
	for (guint i = 0; i < renames->len; i++) {
		const Rename *rename = renames->pdata[i];

		if (strcmp(rename->attribute->name, name) == 0 &&
		    (protocol == PROTOCOL_OIDC ? rename->in_oidc : rename->in_saml))
			return rename;
	}
	return NULL;
}

/* Under another name something is told that was not; twice: once from each side. */
static void tell_renames(Compare *compare, const Ident *ident, const GPtrArray *renames,
			 const Lines *old, const Lines *new)
{
	for (guint i = 0; i < renames->len; i++) {
		const Attribute *attribute = ((Rename *)renames->pdata[i])->attribute;
		const Rename *was = find_rename(old->renames, attribute->name, ident->protocol);
		const Rename *is = find_rename(new->renames, attribute->name, ident->protocol);
		g_autofree char *before = rename_phrase(was), *after = rename_phrase(is);

		if (g_strcmp0(before, after) != 0)
			compare_tell(compare, DIFF_WIDER, DIFF_RENAME, ident, attribute,
				     is ? &is->place : &was->place, before, after);
	}
}

static const Shape *find_shape(const GPtrArray *shapes, const char *name)
{
	for (guint i = 0; i < shapes->len; i++)
		if (strcmp(((Shape *)shapes->pdata[i])->attribute->name, name) == 0)
			return shapes->pdata[i];
	return NULL;
}

static char *form_phrase(const Shape *value)
{
	return value ? g_strdup_printf("value %s \"%s\"", value->attribute->name, value->form)
		     : NULL;
}

/* A form shows at most what the value holds, so that only a first one shows no more. */
static void tell_forms(Compare *compare, const Ident *ident, const GPtrArray *values,
		       const Lines *old, const Lines *new)
{
	for (guint i = 0; i < values->len; i++) {
		const Attribute *attribute = ((Shape *)values->pdata[i])->attribute;
		const Shape *was = find_shape(old->values, attribute->name);
		const Shape *is = find_shape(new->values, attribute->name);
		g_autofree char *before = form_phrase(was), *after = form_phrase(is);

		if (g_strcmp0(before, after) != 0)
			compare_tell(compare, was ? DIFF_WIDER : DIFF_CHANGED, DIFF_FORM, ident,
				     attribute, is ? &is->place : &was->place, before, after);
	}
}

static void tell_lower_cases(Compare *compare, const Ident *ident, const GPtrArray *shapes,
			     const Lines *old, const Lines *new)
{
	for (guint i = 0; i < shapes->len; i++) {
		const Shape *shape = shapes->pdata[i];
		const char *name = shape->attribute->name;
		bool was = find_shape(old->lower_cases, name),
		     is = find_shape(new->lower_cases, name);
		g_autofree char *phrase = g_strdup_printf("lower-case %s", name);

		if (was != is)
			compare_tell(compare, DIFF_CHANGED, DIFF_FORM, ident, shape->attribute,
				     &shape->place, was ? phrase : NULL, is ? phrase : NULL);
	}
}

static const Signal *find_signal(const GPtrArray *signals, const char *level)
{
	for (guint i = 0; i < signals->len; i++)
		if (strcmp(((Signal *)signals->pdata[i])->level, level) == 0)
			return signals->pdata[i];
	return NULL;
}

static char *signal_phrase(const Signal *signal)
{
	return signal ? g_strdup_printf("signal %s as \"%s\"", signal->level, signal->uri) : NULL;
}

static void tell_signals(Compare *compare, const Ident *ident, const GPtrArray *signals,
			 const Lines *old, const Lines *new)
{
	for (guint i = 0; i < signals->len; i++) {
		const char *level = ((Signal *)signals->pdata[i])->level;
		const Signal *was = find_signal(old->signals, level);
		const Signal *is = find_signal(new->signals, level);
		g_autofree char *before = signal_phrase(was), *after = signal_phrase(is);

		if (g_strcmp0(before, after) != 0)
			compare_tell(compare, DIFF_CHANGED, DIFF_PROTOCOL, ident, NULL,
				     is ? &is->place : &was->place, before, after);
	}
}

/* ---- lines of which a service has one ---- */

static void tell_guards(Compare *compare, const Ident *ident, const Lines *old, const Lines *new)
{
	unsigned was = old->guard_size, is = new->guard_size;
	g_autofree char *before = was ? g_strdup_printf("guard size %u bytes", was) : NULL;
	g_autofree char *after = is ? g_strdup_printf("guard size %u bytes", is) : NULL;

	if (was != is)
		compare_tell(compare, was && (!is || is > was) ? DIFF_WIDER : DIFF_NARROWER,
			     DIFF_FORM, ident, NULL,
			     is ? &new->guard_size_place : &old->guard_size_place, before, after);
	if (old->guard_ascii.line && !new->guard_ascii.line)
		compare_tell(compare, DIFF_WIDER, DIFF_FORM, ident, NULL, &old->guard_ascii,
			     "guard ascii", NULL);
	else if (!old->guard_ascii.line && new->guard_ascii.line)
		compare_tell(compare, DIFF_NARROWER, DIFF_FORM, ident, NULL, &new->guard_ascii,
			     NULL, "guard ascii");
}

static char *setting_phrase(const ServiceBlock *block, unsigned which, const Place **ret_place)
{
	static const char *const signs[] = {"", "response", "assertion", "both"};
	static const char *const encrypts[] = {"", "always", "never", "when-possible"};
	static const char *const requests[] = {"", "signed", "unsigned"};

	if (!block)
		return NULL;
	switch (which) {
	case ISSUER:
		*ret_place = &block->issuer.place;
		return g_strdup_printf("issuer \"%s\"", block->issuer.text);
	case SCOPE:
		*ret_place = &block->scope.place;
		return g_strdup_printf("scope \"%s\"", block->scope.text);
	case START:
		*ret_place = &block->start.place;
		return g_strdup_printf("start \"%s\"", block->start.text);
	case SIGN:
		*ret_place = &block->sign_place;
		return g_strdup_printf("sign %s", signs[block->sign]);
	case ENCRYPT:
		*ret_place = &block->encrypt_place;
		return g_strdup_printf("encrypt %s", encrypts[block->encrypt]);
	default:
		*ret_place = &block->requests_place;
		return g_strdup_printf("requests %s", requests[block->requests]);
	}
}

/* How closely an answer is kept: 2 always encrypted, 1 if it can be, 0 never. */
static int closeness(const ServiceBlock *block)
{
	Encrypt encrypt = block ? block->encrypt : ENCRYPT_UNSAID;

	return encrypt == ENCRYPT_ALWAYS ? 2 : encrypt == ENCRYPT_NEVER ? 0 : 1;
}

static int strictness(const ServiceBlock *block)
{
	Requests requests = block ? block->requests : REQUESTS_UNSAID;

	return requests == REQUESTS_SIGNED ? 2 : requests == REQUESTS_UNSIGNED ? 0 : 1;
}

static DiffWay way_of(unsigned which, const ServiceBlock *old, const ServiceBlock *new)
{
	int change = 0;

	if (which == ENCRYPT)
		change = closeness(new) - closeness(old);
	else if (which == REQUESTS)
		change = strictness(new) - strictness(old);
	return change < 0 ? DIFF_WIDER : change > 0 ? DIFF_NARROWER : DIFF_CHANGED;
}

static void tell_settings(Compare *compare, const Ident *ident, const Lines *old, const Lines *new)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(old->settings); i++) {
		const Place *place = NULL;
		g_autofree char *before = setting_phrase(old->settings[i], i, &place);
		g_autofree char *after = setting_phrase(new->settings[i], i, &place);

		if (g_strcmp0(before, after) != 0)
			compare_tell(compare, way_of(i, old->settings[i], new->settings[i]),
				     DIFF_PROTOCOL, ident, NULL, place, before, after);
	}
}

static void tell_subject(Compare *compare, const Ident *ident)
{
	Subject was = policy_subject(compare->old, ident->protocol, ident->id);
	Subject is = policy_subject(compare->new, ident->protocol, ident->id);
	const Known *new = policy_known_ident(compare->new, ident->protocol, ident->id);
	const Known *old = policy_known_ident(compare->old, ident->protocol, ident->id);
	const ServiceBlock *block = new &&new->subject ? new->subject : old ? old->subject : NULL;
	g_autofree char *before = subject_phrase(&was), *after = subject_phrase(&is);

	if (strcmp(before, after) != 0)
		compare_tell(compare, DIFF_WIDER, DIFF_SUBJECT, ident, is.attribute,
			     block ? &block->subject_place : NULL, before, after);
}

/* ---- all of them ---- */

static void compare_ident(Compare *compare, const Ident *ident)
{
	Lines old, new;

	lines_init(&old, compare->old, ident);
	lines_init(&new, compare->new, ident);
	tell_needs(compare, ident, old.needs, new.needs, true);
	tell_needs(compare, ident, new.needs, old.needs, false);
	tell_subject(compare, ident);
	tell_renames(compare, ident, old.renames, &old, &new);
	tell_renames(compare, ident, new.renames, &old, &new);
	tell_forms(compare, ident, old.values, &old, &new);
	tell_forms(compare, ident, new.values, &old, &new);
	tell_lower_cases(compare, ident, old.lower_cases, &old, &new);
	tell_lower_cases(compare, ident, new.lower_cases, &old, &new);
	tell_signals(compare, ident, old.signals, &old, &new);
	tell_signals(compare, ident, new.signals, &old, &new);
	tell_guards(compare, ident, &old, &new);
	tell_settings(compare, ident, &old, &new);
	lines_clear(&old);
	lines_clear(&new);
}

static void compare_blocks(Compare *compare, const Policy *policy, GHashTable *seen)
{
	for (guint i = 0; i < policy->rules.services->len; i++) {
		const ServiceBlock *block = policy->rules.services->pdata[i];

		for (unsigned j = 0; j < block->n_about; j++) {
			const Ident *ident = &block->about[j];

			if (g_hash_table_add(seen, ident_key(ident->protocol, ident->id)))
				compare_ident(compare, ident);
		}
	}
}

static bool same_forms(const Attribute *one, const Attribute *other)
{
	const char *const *first = one->forms, *const *second = other->forms;

	while (first && *first && second && *second && strcmp(*first, *second) == 0) {
		first++;
		second++;
	}
	return !(first && *first) && !(second && *second);
}

static char *attribute_phrase(const Attribute *attribute)
{
	return g_strdup_printf(
		"%s, %s, %s%s%s", attribute->saml, attribute->claim ? attribute->claim : "no claim",
		attribute_kind_name(attribute->kind), attribute->scoped ? ", scoped" : "",
		attribute->single ? ", single" : "");
}

/* An attribute of another meaning under the old name is told as what was not. */
static void compare_registries(Compare *compare)
{
	const Registry *registry = compare->new->registry;

	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *is = registry_get(registry, i);
		const Attribute *was = registry_by_name(compare->old->registry, is->name);
		g_autofree char *before = NULL, *after = NULL;

		if (!was || was == is)
			continue;
		before = attribute_phrase(was);
		after = attribute_phrase(is);
		if (strcmp(before, after) != 0)
			compare_tell(compare, DIFF_WIDER, DIFF_REGISTRY, NULL, is, NULL, before,
				     after);
		else if (was->syntax != is->syntax || !same_forms(was, is))
			compare_tell(compare, DIFF_WIDER, DIFF_REGISTRY, NULL, is, NULL, NULL,
				     NULL);
	}
}

void compare_lines(Compare *compare)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	compare_blocks(compare, compare->old, seen);
	compare_blocks(compare, compare->new, seen);
	compare_registries(compare);
}

static bool same_asks(const Known *one, const Known *other)
{
	guint n = one ? one->asks->len : 0;

	if (n != (other ? other->asks->len : 0))
		return false;
	for (guint i = 0; i < n; i++) {
		const Ask *first = &g_array_index(one->asks, Ask, i);
		const Ask *second = &g_array_index(other->asks, Ask, i);

		if (first->attribute != second->attribute || first->required != second->required)
			return false;
	}
	return true;
}

static char *demands_phrase(const Known *known)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; known && i < known->blocks->len; i++) {
		const ServiceBlock *block = known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_demands; j++) {
			g_autofree char *of = people_phrase(&block->demands[j].of);

			g_string_append_printf(text, "%s%s\n", block->demands[j].level, of);
		}
	}
	return g_string_free(text, FALSE);
}

bool compare_block_differs(const Policy *old, const Policy *new, const Ident *ident)
{
	const Known *was = policy_known_ident(old, ident->protocol, ident->id);
	const Known *is = policy_known_ident(new, ident->protocol, ident->id);
	g_autofree char *before = demands_phrase(was), *after = demands_phrase(is);

	return !same_asks(was, is) || strcmp(before, after) != 0;
}
