/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: section DECISION of portvakt-policy(5), step by step. */
#include <string.h>

#include "policy/category.h"
#include "policy/loaded.h"

/* How far a release came with an attribute. The one that came furthest tells the reason. */
typedef enum {
	STEP_NONE,
	STEP_PEOPLE,
	STEP_DATES,
	STEP_ASKED,
	STEP_VALUE,
	STEP_ONLY,
	STEP_NEVER,
	STEP_GIVEN,
} Step;

enum { VALUE_IS_GOOD = 1, VALUE_IS_GIVEN = 2 };

/* What is known of one attribute while the rules are gone through. */
typedef struct {
	bool asked, required;
	const Category *aside; /* the category that sets the one aside that would ask for it */

	Step step;
	Reason reason;
	DecisionRule rule;
	unsigned date, approvers;
	const char *agreement;

	const GPtrArray *values;
	guint8 *marks;       /* a byte for each value */
	Reason value_reason; /* REASON_NONE: not yet judged; REASON_GIVEN: some value is good */
	ValueFault fault;
	const char *scope; /* the foreign scope */
} Entry;

typedef struct {
	const Policy *policy;
	const Person *person;
	const Service *service;
	const Known *known; /* what the policy says of the service; may be NULL */
	Subject subject;
	Kinds kinds;   /* whom releases must be for: the kind of the person, or none */
	Kinds stopped; /* whom nevers must be for */
	const Circumstances *circumstances;
	Assume assume;
	GPtrArray *nevers;    /* that match service and person */
	const Release *login; /* the first release that lets the person in */
	guint8 *marks;
	Entry entries[ATTRIBUTE_MAX];
} Work;

static DecisionRule rule_of(const char *title, const Place *place)
{
	return (DecisionRule){title, place->source->name, place->line};
}

static void ask(Work *work, const Attribute *attribute, bool required)
{
	Entry *entry = &work->entries[attribute_index(attribute)];

	entry->asked = true;
	entry->required = entry->required || required;
}

static void ask_bundle(Work *work, const char *uri)
{
	const Category *category = category_by_uri(uri), *aside;

	if (!category)
		return;
	aside = category_set_aside(category, work->service->categories);
	for (unsigned i = 0; category->bundle[i]; i++) {
		const Attribute *attribute = attribute_by_name(category->bundle[i]);

		if (aside)
			work->entries[attribute_index(attribute)].aside = aside;
		else
			ask(work, attribute, false);
	}
}

/* Everything the service asks for: its metadata, its categories, and our `asks` lines. */
static void gather_asks(Work *work)
{
	const Known *known = work->known;
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (guint i = 0; i < work->service->wishes->len; i++) {
		const Wish *wish = work->service->wishes->pdata[i];

		if (wish->attribute)
			ask(work, wish->attribute, wish->required);
	}
	for (guint i = 0; i < work->service->categories->len; i++)
		ask_bundle(work, work->service->categories->pdata[i]);
	for (guint i = 0; known && i < known->asks->len; i++) {
		const Ask *line = &g_array_index(known->asks, Ask, i);

		ask(work, line->attribute, line->required);
	}
	for (size_t i = 0; (work->assume & ASSUME_ASKED) && i < n; i++)
		ask(work, &table[i], true);
}

static void gather_values(Work *work)
{
	size_t n, total = 0;
	guint8 *mark;

	attribute_table(&n);
	for (size_t i = 0; i < n; i++) {
		work->entries[i].values = work->person->values[i];
		total += work->person->values[i] ? work->person->values[i]->len : 0;
	}
	mark = work->marks = g_malloc0(total);
	for (size_t i = 0; i < n; i++) {
		work->entries[i].marks = mark;
		mark += work->entries[i].values ? work->entries[i].values->len : 0;
	}
}

static void gather_nevers(Work *work)
{
	g_autoptr(GPtrArray) nevers = index_nevers(work->policy, work->known);

	work->nevers = g_ptr_array_new();
	for (guint i = 0; i < nevers->len; i++) {
		Never *never = nevers->pdata[i];

		if ((people_kinds(&never->people) & work->stopped) &&
		    match_targets(&never->to, work->service, SEES_DECLARED))
			g_ptr_array_add(work->nevers, never);
	}
}

static Reason judge_values(const Work *work, Entry *entry, const Attribute *attribute)
{
	bool trusted = (work->assume & ASSUME_VALUES) != 0;
	Reason reason = REASON_NONE;

	if (!entry->values || entry->values->len == 0)
		return work->person->no_alias[attribute_index(attribute)] ? REASON_NO_ALIAS
									  : REASON_NO_VALUE;
	if ((attribute->single || attribute == work->subject.attribute) && entry->values->len > 1 &&
	    !trusted)
		return REASON_SEVERAL_VALUES;
	for (guint i = 0; i < entry->values->len; i++) {
		const char *value = entry->values->pdata[i];
		ValueFault fault = trusted ? VALUE_GOOD
					   : value_judge(attribute, value,
							 (const char *const *)work->policy->scopes);

		if (fault == VALUE_GOOD) {
			entry->marks[i] |= VALUE_IS_GOOD;
			reason = REASON_GIVEN;
		} else if (reason == REASON_NONE) {
			reason = fault == VALUE_FOREIGN_SCOPE ? REASON_FOREIGN_SCOPE
							      : REASON_BAD_VALUE;
			entry->fault = fault;
			entry->scope = fault == VALUE_FOREIGN_SCOPE ? strchr(value, '@') + 1 : NULL;
		}
	}
	return reason;
}

/* Keeps the reason of the release that came furthest; of equals the first. */
static void reach(Entry *entry, Step step, Reason reason, const DecisionRule *rule)
{
	if (step <= entry->step)
		return;
	entry->step = step;
	entry->reason = reason;
	entry->rule = *rule;
}

static bool takes(const Taken *taken, const Attribute *attribute, const char *value)
{
	switch (taken->type) {
	case TAKEN_LOGIN:
		return false;
	case TAKEN_ANYTHING:
		return true;
	case TAKEN_KIND:
		return taken->kind == attribute->kind &&
		       match_value(&taken->only, attribute, value);
	case TAKEN_ATTRIBUTE:
		return taken->attribute == attribute && match_value(&taken->only, attribute, value);
	}
	return false;
}

/* The first never that takes a value; NULL if none does. */
static const Never *stopped_by(const Work *work, const Attribute *attribute, const char *value)
{
	for (guint i = 0; i < work->nevers->len; i++) {
		const Never *never = work->nevers->pdata[i];

		for (unsigned j = 0; j < never->n_taken; j++)
			if (takes(&never->taken[j], attribute, value))
				return never;
	}
	return NULL;
}

/* Steps 5 to 9 for every value. */
static void give_values(Work *work, Entry *entry, const Release *release, const Gift *gift,
			const Attribute *attribute)
{
	DecisionRule rule = rule_of(release->title, &release->place);

	reach(entry, STEP_ONLY, REASON_FILTERED, &rule);
	for (guint i = 0; i < entry->values->len; i++) {
		const char *value = entry->values->pdata[i];
		const Never *never;

		if (!(entry->marks[i] & VALUE_IS_GOOD) ||
		    !match_value(&gift->only, attribute, value))
			continue;
		never = stopped_by(work, attribute, value);
		if (never) {
			DecisionRule stop = rule_of(never->title, &never->place);

			reach(entry, STEP_NEVER, REASON_NEVER, &stop);
			continue;
		}
		entry->marks[i] |= VALUE_IS_GIVEN;
		reach(entry, STEP_GIVEN, REASON_GIVEN, &rule);
		if (!work->login)
			work->login = release;
	}
}

static bool must_be_named(const Attribute *attribute)
{
	return attribute->kind == KIND_PERSONAL_NUMBER || attribute->kind == KIND_BIRTH ||
	       attribute->kind == KIND_FAMILY;
}

/* Step 3: REASON_GIVEN, or why this gift does not cover what the service asks for. */
static Reason covers(const Gift *gift, const Attribute *attribute, const Entry *entry)
{
	if (gift->type != GIFT_ATTRIBUTE && must_be_named(attribute))
		return REASON_MUST_BE_NAMED;
	if (!entry->asked && !gift->unasked)
		return REASON_NOT_ASKED;
	if ((gift->type == GIFT_REQUIRED || gift->if_required) && !entry->required)
		return REASON_NOT_REQUIRED;
	return REASON_GIVEN;
}

/* Steps 1 and 2, the same for all gifts of a release: REASON_GIVEN, or what is in the way. */
static Reason applies(const Work *work, const Release *release, Step *step, unsigned *date)
{
	bool dated = !(work->assume & ASSUME_TIMELESS);

	*step = STEP_PEOPLE;
	*date = 0;
	if (!(people_kinds(&release->people) & work->kinds))
		return REASON_NOT_FOR_PERSON;
	*step = STEP_DATES;
	*date = release->from;
	if (dated && release->from && work->circumstances->today < release->from)
		return REASON_NOT_YET;
	*date = release->until;
	if (dated && release->until && work->circumstances->today > release->until)
		return REASON_RULE_ENDED;
	*date = release->agreement_until;
	if (dated && release->agreement_until &&
	    work->circumstances->today > release->agreement_until)
		return REASON_AGREEMENT_ENDED;
	if (release->canonical && release->approvers < 2 && !(work->assume & ASSUME_APPROVED))
		return REASON_NOT_APPROVED;
	return REASON_GIVEN;
}

static void give_attribute(Work *work, const Release *release, const Gift *gift,
			   const Attribute *attribute)
{
	Entry *entry = &work->entries[attribute_index(attribute)];
	DecisionRule rule = rule_of(release->title, &release->place);
	Step step;
	unsigned date;
	Reason reason = applies(work, release, &step, &date);

	if (reason != REASON_GIVEN) {
		if (step > entry->step) {
			entry->date = date;
			entry->agreement = release->agreement;
			entry->approvers = release->approvers;
		}
		reach(entry, step, reason, &rule);
		return;
	}
	reason = covers(gift, attribute, entry);
	if (reason != REASON_GIVEN) {
		reach(entry, STEP_ASKED, reason, &rule);
		return;
	}
	if (entry->value_reason == REASON_NONE)
		entry->value_reason = judge_values(work, entry, attribute);
	if (entry->value_reason != REASON_GIVEN)
		reach(entry, STEP_VALUE, entry->value_reason, &rule);
	else
		give_values(work, entry, release, gift, attribute);
}

static void give(Work *work, const Release *release, const Gift *gift)
{
	size_t n;
	const Attribute *table = attribute_table(&n);
	Step step;
	unsigned date;

	switch (gift->type) {
	case GIFT_LOGIN:
		if (!work->login && applies(work, release, &step, &date) == REASON_GIVEN)
			work->login = release;
		break;
	case GIFT_ATTRIBUTE:
		give_attribute(work, release, gift, gift->attribute);
		break;
	case GIFT_REQUESTED:
	case GIFT_REQUIRED:
		for (size_t i = 0; !(work->assume & ASSUME_NAMED) && i < n; i++)
			if (work->entries[i].asked)
				give_attribute(work, release, gift, &table[i]);
		break;
	}
}

static void apply_releases(Work *work)
{
	g_autoptr(GPtrArray) releases = index_releases(work->policy, work->known);

	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		if (!match_targets(&release->to, work->service, SEES_EFFECTIVE))
			continue;
		for (unsigned j = 0; j < release->n_gifts; j++)
			give(work, release, &release->gifts[j]);
	}
}

/* The never that shuts the service for this person; NULL if none does. */
static const Never *shut_by(const Work *work)
{
	for (guint i = 0; i < work->nevers->len; i++) {
		const Never *never = work->nevers->pdata[i];

		for (unsigned j = 0; j < never->n_taken; j++)
			if (never->taken[j].type == TAKEN_LOGIN ||
			    never->taken[j].type == TAKEN_ANYTHING)
				return never;
	}
	return NULL;
}

static bool is_given(const Work *work, const Attribute *attribute)
{
	return work->entries[attribute_index(attribute)].step == STEP_GIVEN;
}

static void row_free(gpointer data)
{
	DecisionRow *row = data;

	if (row->values)
		g_ptr_array_unref(row->values);
	if (!row->attribute)
		g_free((char *)(guintptr)row->name);
	g_free(row->detail);
	g_free(row);
}

static void grant_free(gpointer data)
{
	DecisionGrant *grant = data;

	g_ptr_array_unref(grant->attributes);
	g_free(grant);
}

void decision_free(Decision *decision)
{
	if (!decision)
		return;
	g_clear_pointer(&decision->rows, g_ptr_array_unref);
	g_clear_pointer(&decision->grants, g_ptr_array_unref);
	g_free(decision->service);
	if (decision->policy)
		policy_unref(decision->policy);
	g_free(decision);
}

const DecisionRow *decision_row(const Decision *decision, const Attribute *attribute)
{
	for (guint i = 0; decision->rows && i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		if (row->attribute == attribute)
			return row;
	}
	return NULL;
}

const char *decision_subject(const Decision *decision)
{
	const DecisionRow *row = decision->subject.attribute
					 ? decision_row(decision, decision->subject.attribute)
					 : NULL;

	return row && row->values ? row->values->pdata[0] : NULL;
}

bool decision_row_is_told(const Decision *decision, const DecisionRow *row)
{
	return row->values &&
	       (row->reason != REASON_GIVEN_SUBJECT || decision->subject.also_attribute);
}

/* Copies of the values that are given, which outlive the person. */
static GPtrArray *given_values(const Entry *entry)
{
	GPtrArray *values = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < entry->values->len; i++)
		if (entry->marks[i] & VALUE_IS_GIVEN)
			g_ptr_array_add(values, g_strdup(entry->values->pdata[i]));
	return values;
}

/* The reason of an attribute that no release came far with. */
static void explain_untouched(const Entry *entry, DecisionRow *row)
{
	if (entry->aside && !entry->asked && entry->step <= STEP_ASKED) {
		row->reason = REASON_SET_ASIDE;
		row->rule = (DecisionRule){0};
		row->detail = g_strdup(entry->aside->name);
	} else if (entry->step == STEP_NONE) {
		row->reason = REASON_NO_RULE;
	}
}

static void fill_given(const Entry *entry, bool is_subject, DecisionRow *row)
{
	row->values = given_values(entry);
	if (is_subject) {
		row->reason = REASON_GIVEN_SUBJECT;
	} else if (row->values->len < entry->values->len) {
		row->reason = REASON_GIVEN_PART;
		row->total = entry->values->len;
	}
}

static void fill_row(const Entry *entry, const Decision *decision, DecisionRow *row)
{
	row->asked = entry->asked;
	row->required = entry->required;
	row->reason = entry->reason;
	row->rule = entry->rule;
	switch (entry->reason) {
	case REASON_GIVEN:
		if (decision->outcome == OUTCOME_ANSWERED)
			fill_given(entry, row->attribute == decision->subject.attribute, row);
		else
			row->reason = REASON_ANSWER_REFUSED;
		break;
	case REASON_NOT_APPROVED:
		row->total = entry->approvers;
		break;
	case REASON_SEVERAL_VALUES:
		row->total = entry->values->len;
		break;
	case REASON_AGREEMENT_ENDED:
		row->detail = g_strdup(entry->agreement);
		row->date = entry->date;
		break;
	case REASON_NOT_YET:
	case REASON_RULE_ENDED:
		row->date = entry->date;
		break;
	case REASON_FOREIGN_SCOPE:
		row->detail = g_strdup(entry->scope);
		break;
	case REASON_BAD_VALUE:
		row->fault = entry->fault;
		break;
	default:
		explain_untouched(entry, row);
		break;
	}
}

static void add_rows(const Work *work, Decision *decision)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	decision->rows = g_ptr_array_new_with_free_func(row_free);
	decision->grants = g_ptr_array_new_with_free_func(grant_free);
	for (size_t i = 0; i < n; i++) {
		const Entry *entry = &work->entries[i];
		DecisionRow *row;

		if (!entry->asked && !entry->aside && entry->step == STEP_NONE)
			continue;
		row = g_new0(DecisionRow, 1);
		row->attribute = &table[i];
		row->name = table[i].name;
		fill_row(entry, decision, row);
		g_ptr_array_add(decision->rows, row);
	}
	for (guint i = 0; i < work->service->wishes->len; i++) {
		const Wish *wish = work->service->wishes->pdata[i];
		DecisionRow *row;

		if (wish->attribute)
			continue;
		row = g_new0(DecisionRow, 1);
		row->name = g_strdup(wish->name);
		row->asked = true;
		row->required = wish->required;
		row->reason = REASON_UNKNOWN_ATTRIBUTE;
		g_ptr_array_add(decision->rows, row);
	}
}

static void conclude(const Work *work, Decision *decision)
{
	const Never *never = shut_by(work);

	decision->subject = work->subject;
	if (never) {
		decision->reason = REASON_REFUSED_STOPPED;
		decision->rule = rule_of(never->title, &never->place);
	} else if (!work->login) {
		decision->reason = REASON_REFUSED_NO_RULE;
	} else if (work->subject.attribute && !is_given(work, work->subject.attribute)) {
		decision->reason = REASON_REFUSED_SUBJECT;
	} else {
		decision->outcome = OUTCOME_ANSWERED;
		decision->reason = REASON_GIVEN;
		decision->rule = rule_of(work->login->title, &work->login->place);
	}
}

static bool may_give(const Work *work, const Release *release, const Attribute *attribute)
{
	const Entry *entry = &work->entries[attribute_index(attribute)];

	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type != GIFT_LOGIN &&
		    (gift->type != GIFT_ATTRIBUTE || gift->attribute == attribute) &&
		    covers(gift, attribute, entry) == REASON_GIVEN)
			return true;
	}
	return false;
}

bool policy_may_give(const Policy *policy, const Service *service, const Attribute *attribute)
{
	Work work = {.policy = policy, .service = service, .known = policy_known(policy, service)};
	g_autoptr(GPtrArray) releases = index_releases(policy, work.known);
	bool may = false;

	gather_asks(&work);
	for (guint i = 0; !may && i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		may = match_targets(&release->to, service, SEES_EFFECTIVE) &&
		      may_give(&work, release, attribute);
	}
	return may;
}

static void work_start(Work *work)
{
	const Known *known = policy_known(work->policy, work->service);
	Kinds kinds = kinds_of_person(work->person);
	bool outside = (work->assume & ASSUME_OUTSIDE) != 0;

	work->known = known;
	work->subject = known && known->subject ? known->subject->subject : subject_transient;
	work->kinds = outside ? 0 : kinds;
	work->stopped = outside ? kinds_unprotected(kinds) : kinds;
}

Decision *decide_assuming(const Policy *policy, const Person *person, const Service *service,
			  const Circumstances *circumstances, Assume assume)
{
	Work work = {.policy = policy,
		     .person = person,
		     .service = service,
		     .circumstances = circumstances,
		     .assume = assume};
	Decision *decision = g_new0(Decision, 1);

	g_assert(policy_day_is_real(circumstances->today));
	work_start(&work);
	gather_asks(&work);
	gather_values(&work);
	gather_nevers(&work);
	apply_releases(&work);
	conclude(&work, decision);
	add_rows(&work, decision);
	decision->service =
		g_strdup(work.known && work.known->name ? work.known->name : service->id);
	decision->policy = policy_ref((Policy *)(guintptr)policy);
	g_ptr_array_unref(work.nevers);
	g_free(work.marks);
	return decision;
}

Decision *policy_decide(const Policy *policy, const Person *person, const Service *service,
			const Circumstances *circumstances)
{
	g_autoptr(Decision) openly = policy_decide_openly(policy, person, service, circumstances);
	g_autoptr(Decision) outside = NULL;

	if (openly->outcome == OUTCOME_ANSWERED)
		return g_steal_pointer(&openly);
	/* both are made for everybody, so that a refusal takes the same time */
	outside = policy_decide_outside(policy, person, service, circumstances);
	return person->is_protected ? g_steal_pointer(&outside) : g_steal_pointer(&openly);
}

Decision *policy_decide_openly(const Policy *policy, const Person *person, const Service *service,
			       const Circumstances *circumstances)
{
	return decide_assuming(policy, person, service, circumstances, ASSUME_NOTHING);
}

Decision *policy_decide_outside(const Policy *policy, const Person *person, const Service *service,
				const Circumstances *circumstances)
{
	return decide_assuming(policy, person, service, circumstances, ASSUME_OUTSIDE);
}
