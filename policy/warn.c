/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What stands in a policy and cannot be meant, or should be looked at: section WARNINGS of
 * portvakt-policy(5). */
#include <string.h>

#include "policy/guess.h"
#include "policy/universe.h"

#define SOON_DAYS 30  /* how far ahead is looked */
#define GUESSES   100 /* unknown services for which a similar known one is looked for */

typedef struct {
	Place place;
	char *text;
} Warning;

/* What becomes of a release over all services it reaches. */
typedef struct {
	bool reached;
	Kinds *kept;         /* for each gift: from whom some value is left */
	const Never **never; /* for each gift: the first that took something */
} Fate;

typedef struct {
	const Policy *policy;
	const PolicyContext *context;
	const Universe *universe;
	Fate *fates;         /* for each release */
	GHashTable *numbers; /* Release -> its number + 1 */
	GArray *warnings;
} Warner;

static void warn(Warner *warner, const Place *place, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void warn(Warner *warner, const Place *place, const char *format, ...)
{
	Warning warning = {.place = *place};
	va_list arguments;

	va_start(arguments, format);
	warning.text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_array_append_val(warner->warnings, warning);
}

static void warning_clear(gpointer warning)
{
	g_free(((Warning *)warning)->text);
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const Warning *first = a, *second = b;
	gint names = strcmp(first->place.source->name, second->place.source->name);

	if (names != 0)
		return names;
	if (first->place.line != second->place.line)
		return first->place.line < second->place.line ? -1 : 1;
	if (first->place.column != second->place.column)
		return first->place.column < second->place.column ? -1 : 1;
	return strcmp(first->text, second->text);
}

/* `anything` is a stop that somebody put there on purpose, and no slip. */
static bool takes_value(const Never *never, const Attribute *attribute, const char *value)
{
	for (unsigned i = 0; i < never->n_taken; i++) {
		const Taken *taken = &never->taken[i];

		if (((taken->type == TAKEN_KIND && taken->kind == attribute->kind) ||
		     (taken->type == TAKEN_ATTRIBUTE && taken->attribute == attribute)) &&
		    match_value(&taken->only, attribute, value))
			return true;
	}
	return false;
}

/* From whom a never leaves nothing of a value at a service; nevers: those that match it. */
static Kinds stopped(const GPtrArray *nevers, const Attribute *attribute, const char *value,
		     const Never **first)
{
	Kinds kinds = 0;

	for (guint i = 0; i < nevers->len; i++) {
		const Never *never = nevers->pdata[i];

		if (!takes_value(never, attribute, value))
			continue;
		kinds |= people_kinds(&never->people);
		if (!*first)
			*first = never;
	}
	return kinds;
}

static void follow_gift(const Warner *warner, const Release *release, unsigned number, Fate *fate,
			const GPtrArray *nevers)
{
	const Gift *gift = &release->gifts[number];
	const GPtrArray *values;

	if (gift->type != GIFT_ATTRIBUTE)
		return;
	values = warner->universe->values[attribute_index(gift->attribute)];
	for (guint i = 0; values && i < values->len; i++) {
		const char *value = values->pdata[i];

		if (match_value(&gift->only, gift->attribute, value))
			fate->kept[number] |= people_kinds(&release->people) &
					      (Kinds)~stopped(nevers, gift->attribute, value,
							      &fate->never[number]);
	}
}

static GPtrArray *matching_nevers(const Policy *policy, const Service *service)
{
	g_autoptr(GPtrArray) all = index_nevers(policy, policy_known(policy, service));
	GPtrArray *nevers = g_ptr_array_new();

	for (guint i = 0; i < all->len; i++)
		if (match_targets(&((Never *)all->pdata[i])->to, service, SEES_DECLARED))
			g_ptr_array_add(nevers, all->pdata[i]);
	return nevers;
}

static void follow_service(const Warner *warner, const Service *service)
{
	const Policy *policy = warner->policy;
	g_autoptr(GPtrArray) releases = index_releases(policy, policy_known(policy, service));
	g_autoptr(GPtrArray) nevers = matching_nevers(policy, service);

	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];
		guint number = GPOINTER_TO_UINT(g_hash_table_lookup(warner->numbers, release)) - 1;

		if (!match_targets(&release->to, service, SEES_EFFECTIVE))
			continue;
		warner->fates[number].reached = true;
		for (unsigned j = 0; j < release->n_gifts; j++)
			follow_gift(warner, release, j, &warner->fates[number], nevers);
	}
}

/* "students", "students and guardians": the roles of a set of people. Transfer full. */
static char *roles_of(Kinds people)
{
	static const struct {
		const char *word, *plural;
	} roles[] = {
		{"student", "students"},
		{"staff", "staff"},
		{"teacher", "teachers"},
		{"guardian", "guardians"},
	};
	GString *text = g_string_new(NULL);
	Kinds left = people;

	for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
		Kinds role = kinds_of(roles[i].word, MARK_NONE, PEOPLE_STOPPED) & people;

		if (!(role & left))
			continue;
		/* `staff` holds the teachers. */
		if (strcmp(roles[i].word, "staff") == 0 &&
		    !(role & ~kinds_of("teacher", MARK_NONE, PEOPLE_STOPPED)))
			continue;
		left &= (Kinds)~role;
		g_string_append_printf(text, "%s%s", text->len ? " and " : "", roles[i].plural);
	}
	return g_string_free(text, FALSE);
}

static void warn_gift(Warner *warner, const Release *release, unsigned number, const Fate *fate)
{
	const Gift *gift = &release->gifts[number];
	const Never *never = fate->never[number];
	Kinds lost = people_kinds(&release->people) & (Kinds)~fate->kept[number];
	g_autofree char *where = never ? place_name(&never->place) : NULL;
	g_autofree char *roles = roles_of(lost);

	if (!never || !lost)
		return;
	if (lost == people_kinds(&release->people))
		warn(warner, &gift->place,
		     "\"%s\" gives %s, but never \"%s\" (%s) takes it from everyone \"%s\" is "
		     "for: it releases nothing",
		     release->title, gift->attribute->name, never->title, where, release->title);
	else
		warn(warner, &gift->place,
		     "\"%s\" gives %s, but never \"%s\" (%s) takes it from %s, everywhere",
		     release->title, gift->attribute->name, never->title, where, roles);
}

static void warn_fate(Warner *warner, const Release *release, const Fate *fate)
{
	if (people_kinds(&release->people) == 0)
		warn(warner, &release->title_place,
		     "\"%s\" can never give anything: every person it is for is excepted",
		     release->title);
	else if (!fate->reached)
		warn(warner, &release->title_place,
		     "\"%s\" can never give anything: every service it is for is excepted",
		     release->title);
	for (unsigned i = 0;
	     people_kinds(&release->people) && fate->reached && i < release->n_gifts; i++)
		if (release->gifts[i].type == GIFT_ATTRIBUTE)
			warn_gift(warner, release, i, fate);
}

static void warn_fates(Warner *warner)
{
	const GPtrArray *releases = warner->policy->rules.releases;

	for (size_t i = 0; i < warner->context->n_services; i++)
		follow_service(warner, warner->context->services[i]);
	for (guint i = 0; i < warner->universe->imagined->len; i++)
		follow_service(warner, warner->universe->imagined->pdata[i]);
	for (guint i = 0; i < releases->len; i++)
		warn_fate(warner, releases->pdata[i], &warner->fates[i]);
}

static void set_date(GDate *date, unsigned day)
{
	g_date_clear(date, 1);
	g_date_set_dmy(date, (GDateDay)(day % 100), (GDateMonth)(day / 100 % 100),
		       (GDateYear)(day / 10000));
}

static int days_between(unsigned from, unsigned to)
{
	GDate first, second;

	set_date(&first, from);
	set_date(&second, to);
	return g_date_days_between(&first, &second);
}

static unsigned day_after(unsigned day)
{
	GDate date;

	set_date(&date, day);
	g_date_add_days(&date, 1);
	return g_date_get_year(&date) * 10000u + (unsigned)g_date_get_month(&date) * 100u +
	       g_date_get_day(&date);
}

static void warn_agreement(Warner *warner, const Release *release)
{
	unsigned until = release->agreement_until;
	int left;

	if (release->agreement && release->place.source->is_shared)
		warn(warner, &release->agreement_place,
		     "a rule of all huvudmän has an agreement, and agreements belong to one: move "
		     "\"%s\" to a folder of that one",
		     release->title);
	if (!until)
		return;
	left = days_between(warner->context->today, until);
	if (left < 0)
		warn(warner, &release->agreement_place,
		     "agreement \"%s\" ended %04u-%02u-%02u: \"%s\" gives nothing",
		     release->agreement, until / 10000, until / 100 % 100, until % 100,
		     release->title);
	else if (left <= SOON_DAYS)
		warn(warner, &release->agreement_place, "agreement \"%s\" ends in %d days",
		     release->agreement, left);
}

static void warn_approval(Warner *warner, const Release *release)
{
	if (release->canonical && release->approvers < 2)
		warn(warner, &release->by_two_place,
		     "\"%s\" gives nothing until two have approved it (%u of 2 have; see "
		     "portvakt-policy(1))",
		     release->title, release->approvers);
}

static void warn_texts(Warner *warner, const Release *release)
{
	bool sv = false, en = false, any = false;

	if (!release->basis)
		warn(warner, &release->title_place, "\"%s\" has no basis", release->title);
	for (unsigned i = 0; i < release->n_becauses; i++) {
		const char *language = release->becauses[i].language;

		sv = sv || g_strcmp0(language, "sv") == 0;
		en = en || g_strcmp0(language, "en") == 0;
		any = any || !language;
	}
	if (sv != en && !any)
		warn(warner, &release->title_place, "\"%s\" has because in %s but not %s",
		     release->title, sv ? "sv" : "en", sv ? "en" : "sv");
}

/* Whether a service can come under it that is not named. */
static bool is_open(const Release *release)
{
	bool open = false;

	for (unsigned i = 0; i < release->to.n_targets; i++)
		open = open || !match_is_literal(&release->to.targets[i]);
	return open;
}

static void warn_protected(Warner *warner, const Release *release)
{
	if (release->protected_place.line != 0 && is_open(release))
		warn(warner, &release->protected_place,
		     "\"%s\" lets protected persons into services that are not named: whichever is "
		     "added later needs nobody's approval; name the services",
		     release->title);
}

static void warn_identifiers(Warner *warner, const Release *release)
{
	bool open = is_open(release);

	for (unsigned i = 0; open && i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type == GIFT_ATTRIBUTE && gift->attribute->kind == KIND_IDENTIFIER)
			warn(warner, &gift->place,
			     "\"%s\" gives %s to services that are not named: one identifier for "
			     "all of them; pairwise-id keeps them apart",
			     release->title, gift->attribute->name);
	}
}

static bool asks_nothing(const Policy *policy, const Service *service)
{
	const Known *known = policy_known(policy, service);

	return service->wishes->len == 0 && service->categories->len == 0 &&
	       (!known || known->asks->len == 0);
}

static bool gives_only_asked(const Release *release)
{
	for (unsigned i = 0; i < release->n_gifts; i++)
		if (release->gifts[i].type == GIFT_LOGIN || release->gifts[i].unasked)
			return false;
	return true;
}

static bool names_service(const Release *release, const Service *service)
{
	for (unsigned i = 0; i < release->to.n_targets; i++)
		if (match_is_literal(&release->to.targets[i]) &&
		    match_target(&release->to.targets[i], service, SEES_EFFECTIVE))
			return match_targets(&release->to, service, SEES_EFFECTIVE);
	return false;
}

static void warn_silent_service(Warner *warner, const Service *service)
{
	const Policy *policy = warner->policy;
	g_autoptr(GPtrArray) releases = NULL;
	const char *name = policy_service_name(policy, service->protocol, service->id);

	if (!asks_nothing(policy, service))
		return;
	releases = index_releases(policy, policy_known(policy, service));
	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		if (names_service(release, service) && gives_only_asked(release))
			warn(warner, &release->title_place,
			     "%s asks for nothing in its metadata: \"%s\" gives nothing there; "
			     "add 'asks' to 'service %s%s%s'",
			     name ? name : service->id, release->title, name ? "" : "\"",
			     name ? name : service->id, name ? "" : "\"");
	}
}

static void warn_unknown(Warner *warner, GHashTable *told, const GPtrArray *ids,
			 const Literal *literal)
{
	g_autofree char *meant = NULL;

	if (literal->type != NAMED_IDENT || literal->ident.protocol != PROTOCOL_SAML ||
	    !g_hash_table_add(told, (gpointer)(guintptr)literal->ident.id))
		return;
	meant = g_hash_table_size(told) <= ids->len + GUESSES ? guess_phrase(literal->ident.id, ids)
							      : g_strdup("");
	warn(warner, &literal->place, "no service is known by \"%s\"%s", literal->ident.id, meant);
}

static void warn_unknown_targets(Warner *warner, GHashTable *told, const GPtrArray *ids,
				 const Target *targets, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < targets[i].n_atoms; j++)
			for (unsigned k = 0; k < targets[i].atoms[j].n_literals; k++)
				warn_unknown(warner, told, ids, &targets[i].atoms[j].literals[k]);
}

/* An id that no service has is often a known one with a slip in it. */
static void warn_unknown_services(Warner *warner)
{
	const Rules *rules = &warner->policy->rules;
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) ids = g_ptr_array_new();

	for (size_t i = 0; i < warner->context->n_services; i++) {
		g_ptr_array_add(ids, warner->context->services[i]->id);
		g_hash_table_add(told, warner->context->services[i]->id);
	}
	for (guint i = 0; i < rules->services->len; i++) {
		const ServiceBlock *block = rules->services->pdata[i];

		for (unsigned j = 0; j < block->n_idents; j++)
			warn_unknown(warner, told, ids, &block->idents[j]);
		if (!block->name)
			warn_unknown(warner, told, ids, &block->block);
	}
	for (guint i = 0; i < rules->tags->len; i++)
		for (unsigned j = 0; j < ((Tag *)rules->tags->pdata[i])->n_members; j++)
			warn_unknown(warner, told, ids,
				     &((Tag *)rules->tags->pdata[i])->members[j]);
	for (guint i = 0; i < rules->releases->len; i++) {
		const Targets *to = &((Release *)rules->releases->pdata[i])->to;

		warn_unknown_targets(warner, told, ids, to->targets, to->n_targets);
		warn_unknown_targets(warner, told, ids, to->exceptions, to->n_exceptions);
	}
	for (guint i = 0; i < rules->nevers->len; i++) {
		const Targets *to = &((Never *)rules->nevers->pdata[i])->to;

		warn_unknown_targets(warner, told, ids, to->targets, to->n_targets);
		warn_unknown_targets(warner, told, ids, to->exceptions, to->n_exceptions);
	}
}

static void add_day(const Warner *warner, GArray *days, unsigned day)
{
	int ahead = days_between(warner->context->today, day);

	if (ahead > 0 && ahead <= SOON_DAYS)
		g_array_append_val(days, day);
}

static gint by_day(gconstpointer a, gconstpointer b)
{
	unsigned first = *(const unsigned *)a, second = *(const unsigned *)b;

	return first < second ? -1 : first > second;
}

/* The days soon on which a release begins, or has just ended. */
static GArray *days_of_change(const Warner *warner)
{
	const GPtrArray *releases = warner->policy->rules.releases;
	GArray *days = g_array_new(FALSE, FALSE, sizeof(unsigned));

	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		if (release->from)
			add_day(warner, days, release->from);
		if (release->until)
			add_day(warner, days, day_after(release->until));
		if (release->agreement_until)
			add_day(warner, days, day_after(release->agreement_until));
	}
	g_array_sort(days, by_day);
	return days;
}

/* What holds today may fail on a day that is near, and from then on no start would succeed. */
static void warn_expectations(Warner *warner)
{
	const GPtrArray *expects = warner->policy->rules.expects;
	g_autoptr(GArray) days = days_of_change(warner);

	for (guint i = 0; i < expects->len; i++) {
		const Expect *expect = expects->pdata[i];
		bool told = expect->on != 0;

		for (guint j = 0; !told && j < days->len; j++) {
			unsigned day = g_array_index(days, unsigned, j);
			g_autofree char *failure = NULL;

			if (j > 0 && day == g_array_index(days, unsigned, j - 1))
				continue;
			failure = prove_expectation(warner->policy, warner->context,
						    warner->universe, expect, day);
			told = failure != NULL;
			if (told)
				warn(warner, &expect->place,
				     "from %04u-%02u-%02u on this expectation fails and the policy "
				     "does not load: %s",
				     day / 10000, day / 100 % 100, day % 100, failure);
		}
	}
}

static void warn_all(Warner *warner)
{
	const GPtrArray *releases = warner->policy->rules.releases;

	warn_fates(warner);
	warn_expectations(warner);
	for (guint i = 0; i < releases->len; i++) {
		warn_agreement(warner, releases->pdata[i]);
		warn_approval(warner, releases->pdata[i]);
		warn_protected(warner, releases->pdata[i]);
		warn_texts(warner, releases->pdata[i]);
		warn_identifiers(warner, releases->pdata[i]);
	}
	/* Without metadata every service is unknown, which says nothing. */
	if (warner->context->n_services == 0)
		return;
	for (size_t i = 0; i < warner->context->n_services; i++)
		warn_silent_service(warner, warner->context->services[i]);
	warn_unknown_services(warner);
}

void warn_policy(Policy *policy, const PolicyContext *context, const Universe *universe)
{
	const GPtrArray *releases = policy->rules.releases;
	g_autoptr(GArray) warnings = g_array_new(FALSE, FALSE, sizeof(Warning));
	g_autoptr(GHashTable) numbers = g_hash_table_new(NULL, NULL);
	Arena arena;
	Warner warner = {policy, context, universe, NULL, numbers, warnings};

	g_array_set_clear_func(warnings, warning_clear);
	arena_init(&arena);
	warner.fates = arena_alloc(&arena, sizeof *warner.fates * releases->len);
	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		g_hash_table_insert(numbers, releases->pdata[i], GUINT_TO_POINTER(i + 1));
		warner.fates[i].kept = arena_alloc(&arena, sizeof(Kinds) * release->n_gifts);
		warner.fates[i].never = arena_alloc(&arena, sizeof(Never *) * release->n_gifts);
	}
	warn_all(&warner);
	g_array_sort(warnings, by_place);
	for (guint i = 0; i < warnings->len; i++) {
		const Warning *warning = &g_array_index(warnings, Warning, i);

		g_ptr_array_add(policy->warnings,
				g_strdup_printf("%s:%u:%u: %s", warning->place.source->name,
						warning->place.line, warning->place.column,
						warning->text));
	}
	arena_clear(&arena);
}
