/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/policy-model.h"

static const char *const bundles[CATEGORIES] = {
	" schacHomeOrganization eduPersonScopedAffiliation ",
	" schacHomeOrganization subject-id displayName givenName sn mail "
	"eduPersonScopedAffiliation eduPersonAssurance ",
	"",
};

bool model_is_word(unsigned word, unsigned kind)
{
	static const unsigned roles[] = {0x1, 0x4, 0x6, 0x8, 0xf};

	return roles[word] & 1u << kind % 4;
}

static bool in_release(const Pset *pset, unsigned kind)
{
	return model_is_word(pset->word, kind) && !(kind & 8) == (pset->mark != 2) &&
	       (pset->mark != 1 || (kind & 4));
}

static bool in_never(const Pset *pset, unsigned kind)
{
	return model_is_word(pset->word, kind) && (pset->mark != 1 || (kind & 4)) &&
	       (pset->mark != 2 || (kind & 8));
}

bool model_in_expect(const Pset *pset, unsigned kind)
{
	return model_is_word(pset->word, kind) && kind / 4 == pset->mark;
}

static bool holds(const Conj *conj, const Site *site, bool declared)
{
	unsigned carried = site->categories;

	/* personalized does not count beside anonymous */
	if (!declared && (carried & 1))
		carried &= ~2u;
	return (!conj->ids || (site->id < SERVICES && (conj->ids & 1u << site->id))) &&
	       (!conj->categories || (conj->categories & carried)) &&
	       (!conj->protocol || conj->protocol == site->service->protocol);
}

bool model_reaches(const To *to, const Site *site, bool declared)
{
	bool any = false;

	for (unsigned i = 0; i < to->n; i++)
		any = any || holds(&to->targets[i], site, declared);
	return any && !(to->has_except && holds(&to->except, site, true));
}

static bool is_for(const Rule *rule, unsigned kind)
{
	bool any = false;

	for (unsigned i = 0; i < rule->n_people; i++)
		any = any || (rule->never ? in_never(&rule->people[i], kind)
					  : in_release(&rule->people[i], kind));
	return any && !(rule->has_except && in_never(&rule->except, kind));
}

static bool in_bundle(const Site *site, const Attribute *attribute)
{
	g_autofree char *word = g_strdup_printf(" %s ", attribute->name);

	return ((site->categories & 1) && strstr(bundles[0], word)) ||
	       ((site->categories & 3) == 2 && strstr(bundles[1], word));
}

static bool asks(const Model *model, const Site *site, const Attribute *attribute, bool *required)
{
	bool asked = in_bundle(site, attribute);

	*required = false;
	if (site->id == 1 && ((model->asks_name && strcmp(attribute->name, "givenName") == 0) ||
			      model->subject == attribute))
		asked = *required = true;
	for (guint i = 0; i < site->service->wishes->len; i++) {
		const Wish *wish = site->service->wishes->pdata[i];

		if (wish->attribute != attribute)
			continue;
		asked = true;
		*required = *required || wish->required;
	}
	return asked;
}

bool model_guarded(const Attribute *attribute)
{
	return attribute->kind == KIND_PERSONAL_NUMBER || attribute->kind == KIND_BIRTH ||
	       attribute->kind == KIND_FAMILY;
}

/* Which model_values one item of a release gives. */
static unsigned gives(const Item *item, const Attribute *attribute, bool asked, bool required,
		      Mode mode)
{
	unsigned bits = model_filters[item->filter].bits;

	if (item->what == REQUESTED || item->what == REQUIRED) {
		if (mode == ASKS_ALL_BUT_NAMED_ONLY || model_guarded(attribute))
			return 0;
		return asked && (item->what == REQUESTED || required) ? bits : 0;
	}
	if (item->what != NAMED || item->attribute != attribute)
		return 0;
	return (asked || item->unasked) && (required || !item->if_required) ? bits : 0;
}

static unsigned takes(const Item *item, const Attribute *attribute)
{
	if (item->what == ANYTHING)
		return EVERY;
	if ((item->what == KIND && item->attribute->kind == attribute->kind) ||
	    (item->what == NAMED && item->attribute == attribute))
		return model_filters[item->filter].bits;
	return 0;
}

static bool sleeps(const Rule *rule, Mode mode)
{
	return (rule->asleep && mode != ASKS_ALL_ALWAYS) ||
	       (rule->by_two && !rule->approved && mode == AS_IT_IS);
}

/* What the service knows people by. */
static const Attribute *model_subject(const Model *model, const Site *site)
{
	if (site->id == 1)
		return model->subject;
	return site->service->protocol == PROTOCOL_OIDC ? fixture_attribute("pairwise-id") : NULL;
}

/* has: which model_values the person has, for each attribute. */
void model_judge(const Model *model, unsigned kind, const unsigned *has, const Site *site,
		 Mode mode, Answer *answer)
{
	bool login = false, shut = false;
	const Attribute *subject;
	size_t n;
	const Attribute *table = attribute_table(&n);

	memset(answer, 0, sizeof *answer);
	for (unsigned i = 0; i < model->n; i++) {
		const Rule *rule = &model->rules[i];

		if (!is_for(rule, kind) || sleeps(rule, mode) ||
		    !model_reaches(&rule->to, site, rule->never))
			continue;
		for (unsigned j = 0; j < rule->n_items; j++) {
			login = login || (!rule->never && rule->items[j].what == LOGIN);
			shut = shut || (rule->never && (rule->items[j].what == LOGIN ||
							rule->items[j].what == ANYTHING));
		}
	}
	for (size_t a = 0; a < n; a++) {
		bool required, asked = asks(model, site, &table[a], &required);
		unsigned given = 0, taken = 0;

		if (mode != AS_IT_IS && mode != PROOF)
			asked = required = true;
		for (unsigned i = 0; i < model->n; i++) {
			const Rule *rule = &model->rules[i];

			if (!is_for(rule, kind) || sleeps(rule, mode) ||
			    !model_reaches(&rule->to, site, rule->never))
				continue;
			for (unsigned j = 0; j < rule->n_items; j++) {
				if (rule->never)
					taken |= takes(&rule->items[j], &table[a]);
				else
					given |= gives(&rule->items[j], &table[a], asked, required,
						       mode);
			}
		}
		answer->given[a] = given & has[a] & ~taken;
		/* a name is one */
		if (mode == AS_IT_IS && model_subject(model, site) == &table[a] &&
		    (has[a] & (has[a] - 1)))
			answer->given[a] = 0;
		login = login || answer->given[a];
	}
	/* of a client without an id nobody knows what it is given */
	subject = mode == AS_IT_IS || site->id < SERVICES ? model_subject(model, site) : NULL;
	answer->nameless = login && !shut && subject && !answer->given[attribute_index(subject)];
	answer->answered = login && !shut && !answer->nameless;
	if (!answer->answered)
		memset(answer->given, 0, sizeof answer->given);
}
