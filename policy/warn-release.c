/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What can be said of one release by itself. */
#include "policy/category.h"
#include "policy/day.h"
#include "policy/warn.h"

static void warn_end(Warner *warner, const Release *release)
{
	if (release->until && day_count(warner->context->today, release->until) < 0)
		warn_say(warner, &release->title_place,
			 "\"%s\" ended " DAY_FORMAT " and gives nothing", release->title,
			 DAY_PARTS(release->until));
}

static void warn_agreement_end(Warner *warner, const Release *release, int left)
{
	const Place *place = &release->agreement_place;

	if (left == 0)
		warn_say(warner, place, "agreement \"%s\" ends today", release->agreement);
	else if (left == 1)
		warn_say(warner, place, "agreement \"%s\" ends tomorrow", release->agreement);
	else
		warn_say(warner, place, "agreement \"%s\" ends in %d days", release->agreement,
			 left);
}

static void warn_agreement(Warner *warner, const Release *release)
{
	unsigned until = release->agreement_until;
	int left;

	if (release->agreement && release->place.source->is_shared)
		warn_say(warner, &release->agreement_place,
			 "a rule of all huvudmän has an agreement, and agreements belong to one: "
			 "move \"%s\" to a folder of that one",
			 release->title);
	if (!until)
		return;
	left = day_count(warner->context->today, until);
	if (left < 0)
		warn_say(warner, &release->agreement_place,
			 "agreement \"%s\" ended " DAY_FORMAT ": \"%s\" gives nothing",
			 release->agreement, DAY_PARTS(until), release->title);
	else if (left <= WARN_SOON_DAYS)
		warn_agreement_end(warner, release, left);
}

static void warn_approval(Warner *warner, const Release *release)
{
	if (release->by_two_place.line != 0 && release->approvers < 2)
		warn_say(warner, &release->by_two_place,
			 "\"%s\" gives nothing until two have approved it (%u of 2 have; see "
			 "portvakt-policy(1))",
			 release->title, release->approvers);
}

/* Whether it gives something about somebody who is no test person. */
static bool is_of_persons(const Release *release)
{
	Kinds tests = kinds_of("everyone", MARK_TEST, PEOPLE_STOPPED);
	bool gives = false;

	for (unsigned i = 0; i < release->n_gifts; i++)
		gives = gives || release->gifts[i].type != GIFT_LOGIN;
	return gives && (people_kinds(&release->people) & (Kinds)~tests) != 0;
}

static void warn_texts(Warner *warner, const Release *release)
{
	bool sv = false, en = false, any = false;

	if (!release->basis && is_of_persons(release))
		warn_say(warner, &release->title_place, "\"%s\" has no basis", release->title);
	for (unsigned i = 0; i < release->n_becauses; i++) {
		const char *language = release->becauses[i].language;

		sv = sv || g_strcmp0(language, "sv") == 0;
		en = en || g_strcmp0(language, "en") == 0;
		any = any || !language;
	}
	if (!any && !(sv && en))
		warn_say(warner, &release->title_place, "\"%s\" has because in %s but not %s",
			 release->title,
			 sv   ? "sv"
			 : en ? "en"
			      : release->becauses[0].language,
			 sv ? "en" : "sv");
}

static void warn_protected(Warner *warner, const Release *release)
{
	if (release->protected_place.line != 0 && warn_is_open(release))
		warn_say(warner, &release->protected_place,
			 "\"%s\" lets protected persons into services that are not named: "
			 "whichever is added later needs nobody's approval; name the services",
			 release->title);
}

/* ---- to services that are not named ---- */

static void append_texts(GString *text, const Atom *atom, const char *what, const char *joint)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *list = NULL;

	for (unsigned i = 0; i < atom->n_texts; i++) {
		const Category *category =
			atom->type == ATOM_CATEGORY ? category_by_uri(atom->texts[i]) : NULL;

		g_ptr_array_add(names,
				(gpointer)(guintptr)(category ? category->name : atom->texts[i]));
	}
	list = warn_list(names, joint);
	g_string_append_printf(text, "%s %s", what, list);
}

static void append_target(GString *text, const Target *target, const Place *place)
{
	const char *what = place_say(place, "any service"), *joint = place_say(place, " or ");

	for (unsigned i = 0; i < target->n_atoms; i++)
		if (target->atoms[i].type == ATOM_PROTOCOL &&
		    target->atoms[i].protocol == PROTOCOL_OIDC)
			what = place_say(place, "any client");
	g_string_append(text, what);
	for (unsigned i = 0; i < target->n_atoms; i++) {
		const Atom *atom = &target->atoms[i];

		if (atom->type == ATOM_CATEGORY)
			append_texts(text, atom, place_say(place, " of category"), joint);
		else if (atom->type == ATOM_REGISTERED_BY)
			append_texts(text, atom, place_say(place, " registered by"), joint);
		else if (atom->type == ATOM_FEDERATION)
			append_texts(text, atom, place_say(place, " of federation"), joint);
	}
}

/* "any service of federation skolfederation: 212 services today" */
static char *whereto(const Warner *warner, const Release *release, const Place *place)
{
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(warner->counts, release));
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < release->to.n_targets; i++) {
		if (match_is_literal(&release->to.targets[i]))
			continue;
		if (text->len)
			g_string_append(text, ", ");
		append_target(text, &release->to.targets[i], place);
	}
	if (warner->context->n_services > 0 && count == 1)
		g_string_append(text, place_say(place, ": 1 service today"));
	else if (warner->context->n_services > 0)
		g_string_append_printf(text, place_say(place, ": %u services today"), count);
	return g_string_free(text, FALSE);
}

/* Whether each service that is not named must carry a category. */
static bool is_by_category(const Release *release)
{
	for (unsigned i = 0; i < release->to.n_targets; i++) {
		const Target *target = &release->to.targets[i];
		bool category = match_is_literal(target);

		for (unsigned j = 0; j < target->n_atoms; j++)
			category = category || target->atoms[j].type == ATOM_CATEGORY;
		if (!category)
			return false;
	}
	return true;
}

static void warn_identifier(Warner *warner, const Release *release, const Gift *gift)
{
	if (is_by_category(release))
		warn_say(warner, &gift->place,
			 "\"%s\" gives %s to a category: one identifier for all its services; "
			 "pairwise-id keeps them apart",
			 release->title, gift->attribute->name);
	else
		warn_say(warner, &gift->place,
			 "\"%s\" gives %s to services that are not named: one identifier for all "
			 "of them; pairwise-id keeps them apart",
			 release->title, gift->attribute->name);
}

/* What tells who somebody is, or much about them. */
static bool is_telling(AttributeKind kind)
{
	return kind == KIND_NAME || kind == KIND_CONTACT || kind == KIND_STUDY || kind == KIND_CODE;
}

static void warn_open_gift(Warner *warner, const Release *release, const Gift *gift)
{
	g_autofree char *where = NULL;

	if (gift->type == GIFT_LOGIN)
		return;
	if (gift->type == GIFT_ATTRIBUTE && gift->attribute->kind == KIND_IDENTIFIER) {
		warn_identifier(warner, release, gift);
		return;
	}
	where = whereto(warner, release, &gift->place);
	if (gift->type == GIFT_ATTRIBUTE && is_telling(gift->attribute->kind))
		warn_say(warner, &gift->place, "\"%s\" gives %s (%s) to %s", release->title,
			 gift->attribute->name, attribute_kind_name(gift->attribute->kind), where);
	/* A category says what its services may ask for; nothing else does. */
	else if (gift->type == GIFT_REQUIRED && !is_by_category(release))
		warn_say(warner, &gift->place, "\"%s\" gives whatever is required to %s",
			 release->title, where);
	else if (gift->type == GIFT_REQUESTED && !is_by_category(release))
		warn_say(warner, &gift->place, "\"%s\" gives whatever is requested to %s",
			 release->title, where);
}

/* ---- asking ---- */

static void warn_asking(Warner *warner, const Release *release)
{
	Kinds kinds = 0;

	if (release->page != PAGE_ASK)
		return;
	for (unsigned i = 0; i < release->people.n_psets; i++)
		kinds |= release->people.psets[i].kinds;
	if (kinds & kinds_of("student", MARK_NONE, PEOPLE_STOPPED))
		warn_say(warner, &release->page_place,
			 "\"%s\" asks pupils; consent of pupils in school is seldom valid (basis "
			 "6.1 e, inform?)",
			 release->title);
	if (release->basis && !rules_is_consent(release->basis))
		warn_say(warner, &release->basis_place,
			 "\"%s\" asks, which goes with basis \"6.1 a\" and not with \"%s\"",
			 release->title, release->basis);
}

void warn_releases(Warner *warner)
{
	const GPtrArray *releases = warner->policy->rules.releases;

	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		warn_end(warner, release);
		warn_agreement(warner, release);
		warn_approval(warner, release);
		warn_protected(warner, release);
		warn_texts(warner, release);
		warn_asking(warner, release);
		for (unsigned j = 0; warn_is_open(release) && j < release->n_gifts; j++)
			warn_open_gift(warner, release, &release->gifts[j]);
	}
}
