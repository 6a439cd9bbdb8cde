/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is told of a decision. */
#include <string.h>

#include "policy/work.h"

const char *page_kind_name(PageKind page)
{
	static const char *const names[] = {
		[PAGE_SILENT] = "silent", [PAGE_INFORM] = "inform", [PAGE_ASK] = "ask"};

	return names[page];
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

/* Copies of the values that leave, which outlive the person. */
static GPtrArray *told_values(const Entry *entry)
{
	GPtrArray *values = g_ptr_array_new_full(entry->n_told, g_free);

	for (guint i = 0; i < entry->n_told; i++)
		g_ptr_array_add(values, g_strdup(entry->told[i]));
	return values;
}

/* What only a category that does not count asks for, and no release gives unasked. */
static bool is_set_aside(const Entry *entry)
{
	return entry->aside && !entry->asked && !entry->held && entry->step < STEP_VALUE;
}

static void fill_given(const Work *work, const Entry *entry, DecisionRow *row)
{
	const Rename *rename = shape_rename(work, row->attribute);

	row->values = told_values(entry);
	row->told_as = rename ? rename->to : NULL;
	row->without_format = rename && rename->without_format;
	if (row->attribute == work->subject.attribute) {
		row->reason = REASON_GIVEN_SUBJECT;
	} else if (entry->n_formed < entry->values->len) {
		row->reason = REASON_GIVEN_PART;
		row->total = entry->values->len;
	} else if (entry->release->page == PAGE_ASK) {
		row->reason = REASON_GIVEN_AGREED;
		row->date = entry->date;
	}
}

static void fill_dates(const Entry *entry, DecisionRow *row)
{
	const Release *release = entry->release;

	row->date = row->reason == REASON_NOT_YET      ? release->from
		    : row->reason == REASON_RULE_ENDED ? release->until
		    : row->reason == REASON_DECLINED   ? entry->date
						       : release->agreement_until;
	if (row->reason == REASON_AGREEMENT_ENDED)
		row->detail = g_strdup(release->agreement);
}

static void fill_reason(const Work *work, const Entry *entry, DecisionRow *row)
{
	/* no release came far with it, and there is no more to tell */
	if (!entry->release)
		return;
	switch (entry->reason) {
	case REASON_GIVEN:
		if (work->outcome == OUTCOME_ANSWERED)
			fill_given(work, entry, row);
		else
			row->reason = REASON_ANSWER_REFUSED;
		break;
	case REASON_NEVER:
		row->rule = rule_of(entry->never->title, &entry->never->place);
		break;
	case REASON_NOT_APPROVED:
		row->total = entry->release->approvers;
		break;
	case REASON_SEVERAL_VALUES:
		row->total = entry->values->len;
		break;
	case REASON_NOT_YET:
	case REASON_RULE_ENDED:
	case REASON_AGREEMENT_ENDED:
	case REASON_DECLINED:
		fill_dates(entry, row);
		break;
	case REASON_FOREIGN_SCOPE:
		row->detail = g_strdup(entry->scope);
		break;
	case REASON_BAD_VALUE:
		row->fault = entry->fault;
		break;
	case REASON_LEVEL_TOO_LOW:
		row->level = entry->release->demand;
		row->detail = g_strdup(work->circumstances->level);
		break;
	case REASON_TEMPLATE_GAP:
		row->detail = g_strdup(entry->gap);
		break;
	default:
		break;
	}
}

static DecisionRow *row_of(const Work *work, const Attribute *attribute, const Entry *entry)
{
	DecisionRow *row = g_new0(DecisionRow, 1);

	row->attribute = attribute;
	row->name = attribute->name;
	row->asked = entry->asked || entry->held;
	row->required = entry->required || entry->held_required;
	if (is_set_aside(entry)) {
		row->reason = REASON_SET_ASIDE;
		row->detail = g_strdup(entry->aside->name);
		return row;
	}
	row->reason = entry->step == STEP_NONE ? REASON_NO_RULE : entry->reason;
	if (entry->release)
		row->rule = rule_of(entry->release->title, &entry->release->place);
	fill_reason(work, entry, row);
	return row;
}

static DecisionRow *unknown_row(const Wish *wish)
{
	DecisionRow *row = g_new0(DecisionRow, 1);

	row->name = g_strdup(wish->name);
	row->asked = true;
	row->required = wish->required;
	row->reason = REASON_UNKNOWN_ATTRIBUTE;
	return row;
}

static bool has_row(const Work *work, const Attribute *attribute, const Entry *entry)
{
	/* what a refusal speaks of has one in any case */
	return entry->asked || entry->held || entry->aside || entry->step != STEP_NONE ||
	       attribute == work->missing ||
	       (work->reason == REASON_REFUSED_SUBJECT && attribute == work->subject.attribute);
}

static GPtrArray *rows_of(const Work *work)
{
	const GPtrArray *wishes = work->service->wishes;
	const Attribute *table = work->table;
	const Registry *registry = work->policy->registry;
	GPtrArray *rows;
	size_t n = work->n_attributes;
	guint count = 0;

	for (size_t i = 0; i < n; i++)
		count += has_row(work, &table[i], &work->entries[i]);
	for (guint i = 0; i < wishes->len; i++)
		count += !registry_wish(registry, wishes->pdata[i]);
	rows = g_ptr_array_new_full(count, row_free);
	for (size_t i = 0; i < n; i++)
		if (has_row(work, &table[i], &work->entries[i]))
			g_ptr_array_add(rows, row_of(work, &table[i], &work->entries[i]));
	for (guint i = 0; i < wishes->len; i++)
		if (!registry_wish(registry, wishes->pdata[i]))
			g_ptr_array_add(rows, unknown_row(wishes->pdata[i]));
	return rows;
}

/* What is written in that language, else for any, else in another. */
static const char *because_of(const Release *release, const char *language)
{
	const Because *best = NULL;

	for (unsigned i = 0; i < release->n_becauses; i++) {
		const Because *because = &release->becauses[i];

		if (because->language && strcmp(because->language, language) == 0)
			return because->text;
		if (!best || (best->language && !because->language))
			best = because;
	}
	return best ? best->text : NULL;
}

static GPtrArray *granted_of(const Work *work, const Grant *grant)
{
	GPtrArray *attributes;
	guint count = 0;

	for (unsigned i = 0; i < ATTRIBUTE_WORDS; i++)
		count += (guint)__builtin_popcountll(grant->attributes[i]);
	attributes = g_ptr_array_sized_new(count);
	for (unsigned i = 0; i < ATTRIBUTE_WORDS; i++)
		for (uint64_t rest = grant->attributes[i]; rest; rest &= rest - 1)
			g_ptr_array_add(attributes,
					(gpointer)(guintptr)&work
						->table[64 * i + (unsigned)__builtin_ctzll(rest)]);
	return attributes;
}

static DecisionGrant *tell_grant(const Work *work, const Grant *grant)
{
	const Release *release = grant->release;
	DecisionGrant *told = g_new0(DecisionGrant, 1);

	told->rule = rule_of(release->title, &release->place);
	told->page = release->page;
	told->state = grant->state;
	told->date = grant->date;
	told->because_sv = because_of(release, "sv");
	told->because_en = because_of(release, "en");
	told->basis = release->basis;
	told->is_consent = release->basis && rules_is_consent(release->basis);
	told->attributes = granted_of(work, grant);
	return told;
}

/* The strictest page of what leaves, or would. */
static PageKind page_of(const Work *work)
{
	PageKind page = PAGE_SILENT;

	for (const Grant *grant = work->grants; grant; grant = grant->next)
		if (grant->state != GRANT_DECLINED && grant->state != GRANT_TOO_YOUNG)
			page = MAX(page, grant->release->page);
	return page;
}

static GPtrArray *grants_of(const Work *work)
{
	GPtrArray *grants;
	guint count = 0;

	for (const Grant *grant = work ? work->grants : NULL; grant; grant = grant->next)
		count++;
	grants = g_ptr_array_new_full(count, grant_free);
	for (const Grant *grant = work ? work->grants : NULL; grant; grant = grant->next)
		g_ptr_array_add(grants, tell_grant(work, grant));
	return grants;
}

Decision *decision_tell(const Work *work, const Work *prospect)
{
	const Known *known = work->known;
	Decision *decision = g_new0(Decision, 1);

	decision->outcome = work->outcome;
	decision->reason = work->reason;
	decision->rule = work->rule;
	decision->rows = rows_of(work);
	decision->subject = work->subject;
	decision->grants = grants_of(prospect);
	decision->page = prospect ? page_of(prospect) : PAGE_SILENT;
	decision->level_wanted = prospect ? prospect->level_wanted : NULL;
	decision->level_demanded = work->level_demanded;
	decision->missing = work->missing;
	decision->size = work->size;
	decision->size_max = work->size_max;
	decision->service = g_strdup(known && known->name ? known->name : work->service->id);
	decision->policy = policy_ref((Policy *)(guintptr)work->policy);
	return decision;
}
