/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names into services, and the checks that look at more than one rule. */
#include <string.h>

#include "policy/loaded.h"
#include "policy/merge.h"

typedef struct {
	Policy *policy;
	GHashTable *tags;    /* name -> Tag */
	GHashTable *folded;  /* case-folded name, of a service or tag -> the name */
	GHashTable *members; /* Tag -> GArray of Ident */
	GHashTable *merges;  /* Known -> Merge */
	GArray *idents;      /* Ident: room for those of an atom */
	GArray *meaning;     /* Ident: room for those of a literal */
	GHashTable *sides;   /* id -> Literal, a copy of the first that named it */
} Resolver;

char *ident_key(Protocol protocol, const char *id)
{
	return g_strconcat(protocol == PROTOCOL_OIDC ? "c:" : "s:", id, NULL);
}

static void known_free(gpointer data)
{
	Known *known = data;

	g_ptr_array_unref(known->blocks);
	g_array_unref(known->asks);
	g_array_unref(known->releases);
	g_array_unref(known->nevers);
	g_free(known);
}

Known *known_get(Policy *policy, const Ident *ident)
{
	Known *known = g_hash_table_lookup(policy->known, ident);

	if (known)
		return known;
	known = g_new0(Known, 1);
	known->ident = *ident;
	known->number = g_hash_table_size(policy->known);
	known->blocks = g_ptr_array_new();
	known->asks = g_array_new(FALSE, FALSE, sizeof(Ask));
	known->releases = g_array_new(FALSE, FALSE, sizeof(unsigned));
	known->nevers = g_array_new(FALSE, FALSE, sizeof(unsigned));
	g_hash_table_insert(policy->known, &known->ident, known);
	return known;
}

const Known *policy_known_ident(const Policy *policy, Protocol protocol, const char *id)
{
	const Ident ident = {protocol, id};

	return g_hash_table_lookup(policy->known, &ident);
}

const Known *policy_known(const Policy *policy, const Service *service)
{
	return policy_known_ident(policy, service->protocol, service->id);
}

static guint ident_hash(gconstpointer key)
{
	const Ident *ident = key;

	return g_str_hash(ident->id) ^ (guint)ident->protocol;
}

static gboolean ident_equal(gconstpointer a, gconstpointer b)
{
	const Ident *one = a, *other = b;

	return one->protocol == other->protocol && strcmp(one->id, other->id) == 0;
}

/* Two names that differ in case only would be taken for each other when read aloud, also when one
 * is of a service and the other of a tag. */
static bool check_case(Resolver *resolver, const char *name, const Place *place, GError **error)
{
	g_autofree char *low = g_utf8_casefold(name, -1);
	const char *other = g_hash_table_lookup(resolver->folded, low);

	if (other && strcmp(other, name) != 0) {
		place_error(error, POLICY_ERROR_MEANING, place,
			    "the names '%s' and '%s' differ only in case", other, name);
		return false;
	}
	g_hash_table_insert(resolver->folded, g_steal_pointer(&low), (gpointer)(guintptr)name);
	return true;
}

static bool already_called(const ServiceBlock *block, const Literal *literal, const Known *known,
			   const Policy *policy, GError **error)
{
	const ServiceBlock *other = g_hash_table_lookup(policy->names, known->name);
	g_autofree char *where = place_name(&other->place);

	if (strcmp(known->name, block->name) == 0)
		place_error(error, POLICY_ERROR_MEANING, &literal->place,
			    "\"%s\" stands twice in the list", literal->ident.id);
	else
		place_error(error, POLICY_ERROR_MEANING, &literal->place,
			    "\"%s\" is already called %s (%s)", literal->ident.id, known->name,
			    where);
	return false;
}

/* An entityID and a client_id of one text are two services to us, and one to whoever reads it. */
static bool check_side(Resolver *resolver, const Literal *literal, GError **error)
{
	const Literal *other = g_hash_table_lookup(resolver->sides, literal->ident.id);
	g_autofree char *where = NULL;

	if (!other) {
		g_hash_table_insert(resolver->sides, (gpointer)(guintptr)literal->ident.id,
				    g_memdup2(literal, sizeof *literal));
		return true;
	}
	if (other->ident.protocol == literal->ident.protocol)
		return true;
	where = place_name(&other->place);
	place_error(error, POLICY_ERROR_MEANING, &literal->place,
		    "\"%s\" is an entityID and a client_id (%s), which are two services; let the "
		    "client have another client_id",
		    literal->ident.id, where);
	return false;
}

/* `service NE is "…"`: what names stand for. */
static bool define_service(Resolver *resolver, ServiceBlock *block, GError **error)
{
	Policy *policy = resolver->policy;
	const ServiceBlock *other;

	if (!block->name)
		return true;
	if (!check_case(resolver, block->name, &block->name_place, error))
		return false;
	if (block->n_idents == 0)
		return true;
	other = g_hash_table_lookup(policy->names, block->name);
	if (other) {
		g_autofree char *where = place_name(&other->place);

		place_error(error, POLICY_ERROR_MEANING, &block->name_place,
			    "'%s' is already defined (%s); 'service %s { … }' without 'is' adds "
			    "to it",
			    block->name, where, block->name);
		return false;
	}
	g_hash_table_insert(policy->names, (gpointer)(guintptr)block->name, block);
	for (unsigned i = 0; i < block->n_idents; i++) {
		Known *known = known_get(policy, &block->idents[i].ident);

		if (!check_side(resolver, &block->idents[i], error))
			return false;
		if (known->name)
			return already_called(block, &block->idents[i], known, policy, error);
		known->name = block->name;
	}
	return true;
}

static bool define_tag(Resolver *resolver, Tag *tag, GError **error)
{
	const Tag *other = g_hash_table_lookup(resolver->tags, tag->name);

	if (other) {
		g_autofree char *where = place_name(&other->place);

		place_error(error, POLICY_ERROR_MEANING, &tag->name_place,
			    "the tag '%s' is already defined (%s)", tag->name, where);
		return false;
	}
	g_hash_table_insert(resolver->tags, (gpointer)(guintptr)tag->name, tag);
	return check_case(resolver, tag->name, &tag->name_place, error);
}

static bool unknown_name(const Literal *literal, const char *what, GHashTable *names,
			 GError **error)
{
	g_autoptr(GList) sorted = g_list_sort(g_hash_table_get_keys(names), (GCompareFunc)strcmp);
	g_autoptr(GPtrArray) candidates = g_ptr_array_new();
	g_autofree char *meant = NULL, *name = NULL;

	/* Sorted, so that the order of a hash table does not choose among equally good guesses. */
	for (GList *at = sorted; at; at = at->next)
		g_ptr_array_add(candidates, at->data);
	meant = place_guess(&literal->place, literal->name, candidates);
	name = g_strdup_printf("'%s'", literal->name);
	place_error(error, POLICY_ERROR_MEANING, &literal->place, "no %s is called %s%s",
		    place_say(&literal->place, what), name, meant);
	return false;
}

static void add_idents(GArray *idents, const ServiceBlock *block)
{
	for (unsigned i = 0; i < block->n_idents; i++)
		g_array_append_val(idents, block->idents[i].ident);
}

/* Adds the idents that a literal stands for. */
static bool resolve_literal(Resolver *resolver, const Literal *literal, GArray *idents,
			    GError **error)
{
	const ServiceBlock *block;
	const Tag *tag;
	const GArray *members;

	switch (literal->type) {
	case NAMED_IDENT:
		g_array_append_val(idents, literal->ident);
		return check_side(resolver, literal, error);
	case NAMED_SERVICE:
		block = g_hash_table_lookup(resolver->policy->names, literal->name);
		if (!block)
			return unknown_name(literal, "service", resolver->policy->names, error);
		add_idents(idents, block);
		return true;
	case NAMED_TAG:
		tag = g_hash_table_lookup(resolver->tags, literal->name);
		if (!tag)
			return unknown_name(literal, "tag", resolver->tags, error);
		members = g_hash_table_lookup(resolver->members, tag);
		g_array_append_vals(idents, members->data, members->len);
		return true;
	}
	return false;
}

static const Ident *keep_idents(Resolver *resolver, GArray *idents, unsigned *n)
{
	*n = idents->len;
	return arena_array(&resolver->policy->arena, idents);
}

static bool resolve_tag(Resolver *resolver, Tag *tag, GError **error)
{
	GArray *members = g_array_new(FALSE, FALSE, sizeof(Ident));

	g_hash_table_insert(resolver->members, tag, members);
	for (unsigned i = 0; i < tag->n_members; i++)
		if (!resolve_literal(resolver, &tag->members[i], members, error))
			return false;
	return true;
}

/* Adds the idents of a literal, and keeps them with it. */
static bool resolve_one(Resolver *resolver, Literal *literal, GError **error)
{
	GArray *meaning = g_array_set_size(resolver->meaning, 0);

	if (!resolve_literal(resolver, literal, meaning, error))
		return false;
	literal->meaning = keep_idents(resolver, meaning, &literal->n_meaning);
	g_array_append_vals(resolver->idents, meaning->data, meaning->len);
	return true;
}

static bool resolve_list(Resolver *resolver, Target *targets, unsigned n, GError **error)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < targets[i].n_atoms; j++) {
			Atom *atom = &targets[i].atoms[j];

			g_array_set_size(resolver->idents, 0);
			for (unsigned k = 0; k < atom->n_literals; k++)
				if (!resolve_one(resolver, &atom->literals[k], error))
					return false;
			atom->idents = arena_array(&resolver->policy->arena, resolver->idents);
			atom->n_idents = resolver->idents->len;
		}
	return true;
}

static bool resolve_targets(Resolver *resolver, Targets *targets, GError **error)
{
	return resolve_list(resolver, targets->targets, targets->n_targets, error) &&
	       resolve_list(resolver, targets->exceptions, targets->n_exceptions, error);
}

/* Lines of several blocks add up; an attribute that one of them requires is required. */
static void add_ask(Known *known, const Ask *added)
{
	for (guint j = 0; j < known->asks->len; j++) {
		Ask *ask = &g_array_index(known->asks, Ask, j);

		if (ask->attribute != added->attribute)
			continue;
		ask->required = ask->required || added->required;
		return;
	}
	g_array_append_val(known->asks, *added);
}

/* A service that knows people by an attribute asks for it. */
static void add_asks(Known *known, const ServiceBlock *block)
{
	const Ask subject = {.attribute = block->subject.attribute, .required = true};

	for (unsigned i = 0; i < block->n_asks; i++)
		add_ask(known, &block->asks[i]);
	if (subject.attribute)
		add_ask(known, &subject);
}

static const Ident *ident_of(const ServiceBlock *block, Protocol protocol)
{
	for (unsigned i = 0; i < block->n_about; i++)
		if (block->about[i].protocol == protocol)
			return &block->about[i];
	return NULL;
}

/* Lines that an OpenID client cannot have. Of those that shape messages the client of a service
 * that has an entityID too is let off. */
static bool check_client(const ServiceBlock *block, GError **error)
{
	const Ident *client = ident_of(block, PROTOCOL_OIDC);
	const bool is_saml = ident_of(block, PROTOCOL_SAML) != NULL;
	const struct {
		bool is_wrong;
		const Place *place;
		const char *words;
	} lines[] = {
		{!block->subject.attribute, &block->subject_place, "subject transient"},
		{!is_saml, &block->sign_place, "sign"},
		{!is_saml, &block->encrypt_place, "encrypt"},
		{!is_saml, &block->requests_place, "requests"},
	};

	for (size_t i = 0; client && i < G_N_ELEMENTS(lines); i++) {
		if (!lines[i].is_wrong || lines[i].place->line == 0)
			continue;
		place_error(error, POLICY_ERROR_MEANING, lines[i].place,
			    "client \"%s\" cannot have '%s', which only SAML knows", client->id,
			    lines[i].words);
		return false;
	}
	return true;
}

static Merge *merge_of(Resolver *resolver, const Known *known, const Ident *ident)
{
	Merge *merge = g_hash_table_lookup(resolver->merges, known);

	if (!merge) {
		merge = merge_new(ident);
		g_hash_table_insert(resolver->merges, (gpointer)(guintptr)known, merge);
	}
	return merge;
}

/* Takes the lines of a block for those of an id it is about. */
static bool add_block(Resolver *resolver, const ServiceBlock *block, const Ident *ident,
		      GError **error)
{
	Known *known = known_get(resolver->policy, ident);

	g_ptr_array_add(known->blocks, (gpointer)(guintptr)block);
	add_asks(known, block);
	if (block->subject_place.line != 0 && !known->subject)
		known->subject = block;
	return merge_add(merge_of(resolver, known, ident), block, known->name, error);
}

static bool resolve_block(Resolver *resolver, ServiceBlock *block, GError **error)
{
	Literal literal = block->block;
	g_autoptr(GArray) idents = g_array_new(FALSE, FALSE, sizeof(Ident));

	if (block->name)
		literal = (Literal){
			.type = NAMED_SERVICE, .name = block->name, .place = block->name_place};
	if (!resolve_literal(resolver, &literal, idents, error))
		return false;
	for (guint i = 0; i < idents->len; i++) {
		const Ident *ident = &g_array_index(idents, Ident, i);
		Known *known = known_get(resolver->policy, ident);

		/* A block about an id of a named service is about the service. */
		if (!block->name && known->name) {
			literal = (Literal){.type = NAMED_SERVICE, .name = known->name};
			g_array_set_size(idents, 0);
			if (!resolve_literal(resolver, &literal, idents, error))
				return false;
			break;
		}
	}
	block->about = keep_idents(resolver, idents, &block->n_about);
	if (!check_client(block, error))
		return false;
	for (unsigned i = 0; i < block->n_about; i++)
		if (!add_block(resolver, block, &block->about[i], error))
			return false;
	return true;
}

static bool resolve_names(Resolver *resolver, GError **error)
{
	Rules *rules = &resolver->policy->rules;
	bool good = true;

	for (guint i = 0; good && i < rules->services->len; i++)
		good = define_service(resolver, rules->services->pdata[i], error);
	for (guint i = 0; good && i < rules->tags->len; i++)
		good = define_tag(resolver, rules->tags->pdata[i], error);
	for (guint i = 0; good && i < rules->tags->len; i++)
		good = resolve_tag(resolver, rules->tags->pdata[i], error);
	for (guint i = 0; good && i < rules->services->len; i++)
		good = resolve_block(resolver, rules->services->pdata[i], error);
	for (guint i = 0; good && i < rules->releases->len; i++)
		good = resolve_targets(resolver, &((Release *)rules->releases->pdata[i])->to,
				       error);
	for (guint i = 0; good && i < rules->nevers->len; i++)
		good = resolve_targets(resolver, &((Never *)rules->nevers->pdata[i])->to, error);
	for (guint i = 0; good && i < rules->expects->len; i++)
		good = resolve_targets(resolver, &((Expect *)rules->expects->pdata[i])->at, error);
	return good;
}

static bool check_title(GHashTable *titles, const char *title, const Place *place, GError **error)
{
	const Place *other = g_hash_table_lookup(titles, title);

	if (other) {
		g_autofree char *where = place_name(other);

		place_error(error, POLICY_ERROR_MEANING, place, "two rules are called \"%s\" (%s)",
			    title, where);
		return false;
	}
	g_hash_table_insert(titles, (gpointer)(guintptr)title, (gpointer)(guintptr)place);
	return true;
}

static bool check_titles(const Rules *rules, GError **error)
{
	g_autoptr(GHashTable) titles = g_hash_table_new(g_str_hash, g_str_equal);
	bool good = true;

	for (guint i = 0; good && i < rules->releases->len; i++) {
		const Release *release = rules->releases->pdata[i];

		good = check_title(titles, release->title, &release->title_place, error);
	}
	for (guint i = 0; good && i < rules->nevers->len; i++) {
		const Never *never = rules->nevers->pdata[i];

		good = check_title(titles, never->title, &never->title_place, error);
	}
	return good;
}

/* A target that is not limited to named services; NULL if all are. */
static const Target *open_target(const Targets *targets)
{
	for (unsigned i = 0; i < targets->n_targets; i++)
		if (!match_is_literal(&targets->targets[i]))
			return &targets->targets[i];
	return NULL;
}

/* What makes a target open: `category "…"`, `federation skolfederation`, `'any'`. */
static char *target_phrase(const Target *target)
{
	for (unsigned i = 0; i < target->n_atoms; i++) {
		const Atom *atom = &target->atoms[i];

		if (atom->type == ATOM_CATEGORY)
			return g_strdup_printf("category \"%s\"", atom->texts[0]);
		if (atom->type == ATOM_REGISTERED_BY)
			return g_strdup_printf("registered-by \"%s\"", atom->texts[0]);
		if (atom->type == ATOM_FEDERATION)
			return g_strdup_printf("federation %s", atom->texts[0]);
	}
	return g_strdup("'any'");
}

static bool is_guarded(AttributeKind kind)
{
	return kind == KIND_PERSONAL_NUMBER || kind == KIND_BIRTH || kind == KIND_FAMILY;
}

/* What may go only to services that are named one by one. */
static bool check_gifts(const Release *release, GError **error)
{
	const Target *open = open_target(&release->to);
	g_autofree char *phrase = open ? target_phrase(open) : NULL;

	for (unsigned i = 0; open && i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->unasked) {
			place_error(error, POLICY_ERROR_MEANING, &gift->place,
				    "'unasked' needs named services; %s may grow", phrase);
			return false;
		}
		if (gift->type == GIFT_ATTRIBUTE && is_guarded(gift->attribute->kind)) {
			place_error(error, POLICY_ERROR_MEANING, &gift->place,
				    "\"%s\" gives %s (%s) to %s; kinds personal-number, birth and "
				    "family go only to named services",
				    release->title, gift->attribute->name,
				    attribute_kind_name(gift->attribute->kind), phrase);
			return false;
		}
	}
	return true;
}

static bool check_expect(const Expect *expect, GError **error)
{
	for (unsigned i = 0; i < expect->n_without; i++)
		for (unsigned j = 0; j < expect->n_gets; j++) {
			if (expect->without[i] != expect->gets[j].attribute)
				continue;
			place_error(error, POLICY_ERROR_MEANING, &expect->place,
				    "nobody gets %s who is without it", expect->without[i]->name);
			return false;
		}
	return true;
}

bool resolve_rules(Policy *policy, GError **error)
{
	Rules *rules = &policy->rules;
	g_autoptr(GHashTable) tags = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) folded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) members =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
	g_autoptr(GHashTable) merges =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)merge_free);
	g_autoptr(GHashTable) sides = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_autoptr(GArray) idents = g_array_new(FALSE, FALSE, sizeof(Ident));
	g_autoptr(GArray) meaning = g_array_new(FALSE, FALSE, sizeof(Ident));
	Resolver resolver = {policy, tags, folded, members, merges, idents, meaning, sides};
	bool good = true;

	policy->known = g_hash_table_new_full(ident_hash, ident_equal, NULL, known_free);
	policy->names = g_hash_table_new(g_str_hash, g_str_equal);
	if (!resolve_names(&resolver, error) || !check_titles(rules, error))
		return false;
	for (guint i = 0; good && i < rules->releases->len; i++)
		good = check_gifts(rules->releases->pdata[i], error);
	for (guint i = 0; good && i < rules->expects->len; i++)
		good = check_expect(rules->expects->pdata[i], error);
	return good;
}
