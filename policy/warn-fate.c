/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What becomes of a release: what its own exceptions, nevers and other releases leave of it. */
#include <string.h>

#include "policy/imply.h"
#include "policy/warn.h"

/* So many pairs of releases are compared for one that makes the other needless; a look at them all
 * would take the square of their number. */
#define PAIRS_MAX 200000

/* Over all services that a release reaches. */
typedef struct {
	bool reached;
	Kinds lives;         /* of whom some are not excepted */
	Kinds *kept;         /* for each gift: from whom some value is left */
	const Never **never; /* for each gift: the first that took something */
} Fate;

typedef struct {
	Warner *warner;
	Fate *fates;         /* for each release */
	GHashTable *numbers; /* Release -> its number + 1 */
	Palette *palette;
	unsigned pairs;
} Fates;

/* ---- nevers ---- */

typedef struct {
	const Release *release;
	const Gift *gift;
	const GPtrArray *nevers; /* that take something of the gift at the service at hand */
	const GPtrArray *values;
	Kinds *kinds;
	Effort *effort;
} Look;

static bool is_excepted(const Example *example, const Release *release)
{
	return !example_is_among(example, &release->people);
}

static bool look_at_living(const Example *example, gpointer data)
{
	const Look *look = data;

	if (!is_excepted(example, look->release))
		*look->kinds |= example->kinds;
	return true;
}

/* `anything` is a stop that somebody put there on purpose, and no slip. */
static bool takes_value(const Never *never, const Attribute *attribute, const char *value)
{
	for (unsigned i = 0; i < never->n_taken; i++) {
		const Taken *taken = &never->taken[i];

		if (((taken->type == TAKEN_KIND && taken->kind == attribute->kind) ||
		     (taken->type == TAKEN_ATTRIBUTE && taken->attribute == attribute)) &&
		    (!value || match_value(&taken->only, attribute, value)))
			return true;
	}
	return false;
}

static bool is_taken(const Look *look, const Example *example, const char *value)
{
	for (guint i = 0; i < look->nevers->len; i++) {
		const Never *never = look->nevers->pdata[i];

		if (takes_value(never, look->gift->attribute, value) &&
		    example_is_among(example, &never->people))
			return true;
	}
	return false;
}

static bool look_at_kept(const Example *example, gpointer data)
{
	const Look *look = data;
	bool kept = false;

	if (is_excepted(example, look->release))
		return true;
	effort_spend(look->effort, (guint64)look->values->len * look->nevers->len);
	for (guint i = 0; !kept && i < look->values->len; i++)
		kept = match_value(&look->gift->only, look->gift->attribute,
				   look->values->pdata[i]) &&
		       !is_taken(look, example, look->values->pdata[i]);
	if (kept)
		*look->kinds |= example->kinds;
	return true;
}

static void look_at_all(const Look *look, GrowthEach each)
{
	Growth growth;

	growth_init(&growth, G_MAXUINT64);
	growth.effort = look->effort;
	growth_tell_apart_all(&growth, &look->release->people);
	for (guint i = 0; look->nevers && i < look->nevers->len; i++)
		growth_tell_apart_all(&growth, &((Never *)look->nevers->pdata[i])->people);
	for (unsigned i = 0; i < look->release->people.n_psets; i++)
		growth_each(&growth, &(Way){&look->release->people.psets[i], NULL}, 1, each,
			    (gpointer)(guintptr)look);
}

/* Whether an example of a pset, which is in no group and at no unit but those of the pset, may meet
 * an exception. */
static bool may_be_excepted(const Pset *pset, const Release *release)
{
	for (unsigned i = 0; i < release->people.n_exceptions; i++) {
		const Pset *exception = &release->people.exceptions[i];

		if ((pset->kinds & exception->kinds) && (pset->years & exception->years) &&
		    (exception->n_groups == 0 || pset->n_groups > 0) &&
		    (exception->n_units == 0 || pset->n_units > 0))
			return true;
	}
	return false;
}

/* Of whom some meet no exception: an example stands for those who are in no other group and at no
 * other unit, which is where an exception can be escaped. */
static Kinds living(const Release *release, Effort *effort)
{
	bool excepted = false;
	Kinds kinds = 0, all = 0;
	const Look look = {.release = release, .kinds = &kinds, .effort = effort};

	for (unsigned i = 0; i < release->people.n_psets; i++) {
		excepted = excepted || may_be_excepted(&release->people.psets[i], release);
		all |= release->people.psets[i].kinds;
	}
	if (excepted)
		look_at_all(&look, look_at_living);
	/* Nothing is said of what was not looked at. */
	if (!excepted || effort_is_spent(effort))
		return all;
	return kinds;
}

/* Whether it can take anything from anybody whom the release is for. */
static bool is_about(const Never *never, const Release *release)
{
	for (unsigned i = 0; i < release->people.n_psets; i++)
		if (reach_overlap(&release->people.psets[i], &never->people))
			return true;
	return false;
}

static void follow_gift(const Fates *fates, const Release *release, unsigned number, Fate *fate,
			const Spot *spot)
{
	const Gift *gift = &release->gifts[number];
	Effort *effort = fates->warner->policy->effort;
	g_autoptr(GPtrArray) nevers = NULL;
	g_autoptr(GPtrArray) values = NULL;

	if (gift->type != GIFT_ATTRIBUTE || fate->kept[number] == fate->lives)
		return;
	for (guint i = 0; i < spot->reach[0]->nevers->len; i++) {
		Never *never = spot->reach[0]->nevers->pdata[i];

		if (!takes_value(never, gift->attribute, NULL) || !is_about(never, release))
			continue;
		nevers = nevers ? nevers : g_ptr_array_new();
		g_ptr_array_add(nevers, never);
	}
	if (!nevers) {
		fate->kept[number] = fate->lives;
		return;
	}
	fate->never[number] = fate->never[number] ? fate->never[number] : nevers->pdata[0];
	palette_clear(fates->palette);
	palette_add_reach(fates->palette, spot->reach[0], gift->attribute);
	values = palette_values(fates->palette, gift->attribute);
	if (values)
		look_at_all(&(Look){release, gift, nevers, values, &fate->kept[number], effort},
			    look_at_kept);
	/* Nothing is said of what was not looked at. */
	if (!values || effort_is_spent(effort))
		fate->kept[number] = fate->lives;
}

static void follow_spot(const Fates *fates, const Spot *spot)
{
	for (guint i = 0; i < spot->reach[0]->releases->len; i++) {
		const Release *release = spot->reach[0]->releases->pdata[i];
		guint number = GPOINTER_TO_UINT(g_hash_table_lookup(fates->numbers, release)) - 1;
		Fate *fate = &fates->fates[number];

		fate->reached = true;
		for (unsigned j = 0; j < release->n_gifts; j++)
			follow_gift(fates, release, j, fate, spot);
	}
}

static void warn_gift(const Fates *fates, const Release *release, unsigned number, const Fate *fate)
{
	const Gift *gift = &release->gifts[number];
	const Never *never = fate->never[number];
	Kinds lost = fate->lives & (Kinds)~fate->kept[number];
	g_autofree char *where = NULL, *roles = NULL;

	if (!never || !lost)
		return;
	where = place_name(&never->place);
	roles = warn_roles(lost, &gift->place);
	if (lost == fate->lives)
		warn_say(fates->warner, &gift->place,
			 "\"%s\" gives %s, but never \"%s\" (%s) takes it from everyone \"%s\" is "
			 "for: it releases nothing",
			 release->title, gift->attribute->name, never->title, where,
			 release->title);
	else
		warn_say(fates->warner, &gift->place,
			 "\"%s\" gives %s, but never \"%s\" (%s) takes it from %s only",
			 release->title, gift->attribute->name, never->title, where, roles);
}

static void warn_fate(const Fates *fates, const Release *release, const Fate *fate)
{
	if (fate->lives == 0)
		warn_say(fates->warner, &release->title_place,
			 "\"%s\" can never give anything: every person it is for is excepted",
			 release->title);
	else if (!fate->reached)
		warn_say(fates->warner, &release->title_place,
			 "\"%s\" can never give anything: every service it is for is excepted",
			 release->title);
	for (unsigned i = 0; fate->lives && fate->reached && i < release->n_gifts; i++)
		if (release->gifts[i].type == GIFT_ATTRIBUTE)
			warn_gift(fates, release, i, fate);
}

/* ---- releases that another makes needless ---- */

static bool gift_is_covered(const Gift *gift, const Release *other)
{
	for (unsigned i = 0; i < other->n_gifts; i++) {
		const Gift *by = &other->gifts[i];
		bool same = by->type == gift->type && by->attribute == gift->attribute;

		if ((same || (gift->type == GIFT_REQUIRED && by->type == GIFT_REQUESTED)) &&
		    (by->only.n_facets == 0 || imply_only(&gift->only, &by->only)) &&
		    (by->unasked || !gift->unasked) && (!by->if_required || gift->if_required))
			return true;
	}
	return false;
}

static unsigned last_day(const Release *release)
{
	unsigned until = release->until ? release->until : G_MAXUINT;
	unsigned agreement = release->agreement_until ? release->agreement_until : G_MAXUINT;

	return MIN(until, agreement);
}

/* Whether taking it away leaves every page as it is. */
static bool page_is_covered(const Release *release, const Release *other)
{
	return release->page == other->page ||
	       (release->page == PAGE_SILENT && other->page == PAGE_INFORM) ||
	       (release->page == PAGE_ASK && other->page != PAGE_ASK);
}

static bool conditions_are_covered(const Release *release, const Release *other)
{
	return other->from <= release->from && last_day(other) >= last_day(release) &&
	       page_is_covered(release, other) &&
	       (!other->demand || g_strcmp0(other->demand, release->demand) == 0) &&
	       (other->by_two_place.line == 0 || release->by_two_place.line != 0) &&
	       (other->new_asks_place.line != 0 ||
		(release->new_asks_place.line == 0 && (!release->is_literal || other->is_literal)));
}

static bool is_covered(const Release *release, const Release *other)
{
	for (unsigned i = 0; i < release->n_gifts; i++)
		if (!gift_is_covered(&release->gifts[i], other))
			return false;
	return conditions_are_covered(release, other) &&
	       imply_people(&release->people, &other->people) &&
	       imply_targets(&release->to, &other->to);
}

/* The releases that may reach all services of a release: those of one that it names, or those that
 * name none. */
static Slice candidates(const Policy *policy, const Release *release)
{
	const Ident *ident = NULL;

	for (unsigned i = 0; i < release->to.targets[0].n_atoms; i++)
		if (release->to.targets[0].atoms[i].n_idents > 0)
			ident = release->to.targets[0].atoms[i].idents;
	return slice_releases(policy, ident ? policy_known_ident(policy, ident->protocol, ident->id)
					    : NULL);
}

static void warn_needless(Fates *fates, const Release *release, unsigned number)
{
	Slice others = candidates(fates->warner->policy, release);
	unsigned order;

	for (const Release *other = slice_next(&others, &order); other && fates->pairs < PAIRS_MAX;
	     other = slice_next(&others, &order)) {
		g_autofree char *where = NULL;

		fates->pairs++;
		if (!effort_spend(fates->warner->policy->effort,
				  reach_names(&release->to) * reach_names(&other->to) / 8))
			return;
		/* Of two that say the same the later one is needless. */
		if (other == release || !is_covered(release, other) ||
		    (order > number && is_covered(other, release)))
			continue;
		where = place_name(&other->place);
		warn_say(fates->warner, &release->title_place, "\"%s\" adds nothing to \"%s\" (%s)",
			 release->title, other->title, where);
		return;
	}
}

/* ---- all of them ---- */

static void fates_init(Fates *fates, Arena *arena)
{
	const GPtrArray *releases = fates->warner->policy->rules.releases;

	fates->fates = arena_alloc(arena, sizeof *fates->fates * releases->len);
	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		g_hash_table_insert(fates->numbers, releases->pdata[i], GUINT_TO_POINTER(i + 1));
		fates->fates[i].lives = living(release, fates->warner->policy->effort);
		fates->fates[i].kept = arena_alloc(arena, sizeof(Kinds) * release->n_gifts);
		fates->fates[i].never = arena_alloc(arena, sizeof(Never *) * release->n_gifts);
	}
}

void warn_fates(Warner *warner)
{
	const GPtrArray *releases = warner->policy->rules.releases;
	const GPtrArray *spots = warner->universe->spots;
	g_autoptr(GHashTable) numbers = g_hash_table_new(NULL, NULL);
	g_autoptr(Palette) palette = palette_new((const char *const *)warner->policy->scopes);
	Fates fates = {.warner = warner, .numbers = numbers, .palette = palette};
	Arena arena;

	arena_init(&arena);
	fates_init(&fates, &arena);
	for (guint i = 0; i < spots->len; i++)
		follow_spot(&fates, spots->pdata[i]);
	for (guint i = 0; i < releases->len; i++) {
		warn_fate(&fates, releases->pdata[i], &fates.fates[i]);
		warn_needless(&fates, releases->pdata[i], i);
	}
	arena_clear(&arena);
}
