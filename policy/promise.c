/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/promise.h"

#include <string.h>

#include "policy/match.h"
#include "policy/palette.h"

static const char *say(const Promise *promise, const char *english) G_GNUC_FORMAT(2);
static const char *say(const Promise *promise, const char *english)
{
	return place_say(&promise->expect->place, english);
}

static const Expected *expected_of(const Expect *expect, const Attribute *attribute)
{
	for (unsigned i = 0; i < expect->n_gets; i++)
		if (expect->gets[i].attribute == attribute)
			return &expect->gets[i];
	return NULL;
}

static void tell_rule(const Promise *promise, const DecisionRule *rule)
{
	if (rule->title)
		g_string_append_printf(promise->failure, " (%s:%u \"%s\")", rule->file, rule->line,
				       rule->title);
}

static bool tell_reason(const Promise *promise, const Decision *decision, const DecisionRow *row)
{
	g_autofree char *sentence =
		reason_sentence(decision, row, place_language(&promise->expect->place));
	const DecisionRule *rule = row ? &row->rule : &decision->rule;

	g_string_append_printf(promise->failure, ": %s", sentence);
	/* The sentence names the rule already. */
	if (rule->title)
		g_string_append_printf(promise->failure, " (%s:%u)", rule->file, rule->line);
	return false;
}

static bool tell_extra(const Promise *promise, const DecisionRow *row, const char *verb,
		       const char *value)
{
	g_string_append_printf(promise->failure, " %s %s", verb, row->name);
	if (value && palette_is_other(value))
		g_string_append(promise->failure, say(promise, " with other values"));
	else if (value)
		g_string_append_printf(promise->failure, " \"%s\"", value);
	tell_rule(promise, &row->rule);
	return false;
}

static bool is_given(const DecisionRow *row, const char *value)
{
	return row && row->values &&
	       g_ptr_array_find_with_equal_func(row->values, value, g_str_equal, NULL);
}

/* Nothing is given that the line does not list. */
static bool holds_no_more(const Promise *promise, const Decision *decision)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		const Expected *expected =
			row->attribute ? expected_of(promise->expect, row->attribute) : NULL;

		if (!row->values)
			continue;
		if (!expected)
			return tell_extra(promise, row, say(promise, "also gets"), NULL);
		for (guint j = 0; j < row->values->len; j++)
			if (!match_value(&expected->only, row->attribute, row->values->pdata[j]))
				return tell_extra(promise, row, say(promise, "also gets"),
						  row->values->pdata[j]);
	}
	return true;
}

static bool tell_missing(const Promise *promise, const Decision *decision,
			 const Attribute *attribute, const DecisionRow *row)
{
	if (decision->outcome == OUTCOME_REFUSED && (!row || row->reason == REASON_ANSWER_REFUSED ||
						     decision->reason == REASON_REFUSED_STOPPED)) {
		g_string_append(promise->failure, say(promise, " is refused"));
		return tell_reason(promise, decision, NULL);
	}
	g_string_append_printf(promise->failure, say(promise, " does not get %s"), attribute->name);
	if (row)
		return tell_reason(promise, decision, row);
	g_string_append_printf(promise->failure, say(promise, ": %s does not ask for it"),
			       decision->service);
	return false;
}

/* Everything is given that the line lists. */
static bool holds_no_less(const Promise *promise, const Decision *decision)
{
	for (unsigned i = 0; i < promise->expect->n_gets; i++) {
		const Expected *expected = &promise->expect->gets[i];
		const Attribute *attribute = expected->attribute;
		const DecisionRow *row = decision_row(decision, attribute);
		const GPtrArray *values = person_values(promise->person, attribute);

		if (!row || !row->values)
			return tell_missing(promise, decision, attribute, row);
		for (guint j = 0; j < values->len; j++) {
			const char *value = values->pdata[j];

			if (is_given(row, value) || !match_value(&expected->only, attribute, value))
				continue;
			g_string_append_printf(promise->failure,
					       say(promise, " does not get every value of %s"),
					       attribute->name);
			if (!palette_is_other(value))
				g_string_append_printf(promise->failure,
						       say(promise, ", not \"%s\""), value);
			tell_rule(promise, &row->rule);
			return false;
		}
	}
	return true;
}

static bool holds_let_in(const Promise *promise, const Decision *decision)
{
	if (decision->outcome == OUTCOME_ANSWERED)
		return true;
	g_string_append(promise->failure, say(promise, " is refused"));
	return tell_reason(promise, decision, NULL);
}

static bool holds_refused(const Promise *promise, const Decision *decision)
{
	if (decision->outcome == OUTCOME_REFUSED)
		return true;
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		if (row->values)
			return tell_extra(promise, row, say(promise, "gets"), NULL);
	}
	g_string_append(promise->failure, say(promise, " is let in"));
	tell_rule(promise, &decision->rule);
	return false;
}

static bool holds_never(const Promise *promise, const Decision *decision)
{
	const Expect *expect = promise->expect;

	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		if (row->values && (expect->attribute ? row->attribute == expect->attribute
						      : row->attribute->kind == expect->kind))
			return tell_extra(promise, row, say(promise, "gets"), NULL);
	}
	return true;
}

/* The page, and by which release it is stricter than that. */
static bool holds_page(const Promise *promise, const Decision *decision, PageKind page)
{
	if (!holds_let_in(promise, decision))
		return false;
	if (decision->page == page)
		return true;
	if (decision->page < page) {
		g_string_append(promise->failure, page == PAGE_ASK
							  ? say(promise, " is not asked")
							  : say(promise, " is not informed"));
		return false;
	}
	g_string_append(promise->failure, say(promise, " is asked"));
	for (guint i = 0; i < decision->grants->len; i++) {
		const DecisionGrant *grant = decision->grants->pdata[i];

		if (grant->page == PAGE_ASK) {
			tell_rule(promise, &grant->rule);
			break;
		}
	}
	return false;
}

bool promise_holds(const Promise *promise, const Decision *decision)
{
	switch (promise->expect->type) {
	case EXPECT_REFUSED:
		return holds_refused(promise, decision);
	case EXPECT_NEVER_GETS:
		return holds_never(promise, decision);
	case EXPECT_ASKED:
		return holds_page(promise, decision, PAGE_ASK);
	case EXPECT_INFORMED:
		return holds_page(promise, decision, PAGE_INFORM);
	case EXPECT_LOGIN:
	case EXPECT_GETS:
		break;
	}
	return holds_no_more(promise, decision) &&
	       (!promise->no_less ||
		(holds_no_less(promise, decision) && holds_let_in(promise, decision)));
}
