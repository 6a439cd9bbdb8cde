/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/policy-draw.h"

const unsigned draw_days[] = {FIXTURE_TODAY, 20261106, 20261201, 20261202, 20270101,
			      20270102,      20270630, 20270701, 0};
const char *const draw_levels[] = {NULL, "two-factor", "eid2", "eid3", NULL};
const char *const draw_attributes[] = {"mail",
				       "sn",
				       "sisSchoolUnitCode",
				       "sisSchoolCourseStudent",
				       "eduPersonScopedAffiliation",
				       "norEduPersonNIN",
				       NULL};

/* pseudonymous is spoken of by no rule, and sets personalized aside all the same */
static const char *const categories[] = {"https://refeds.org/category/anonymous",
					 "https://refeds.org/category/pseudonymous",
					 "https://refeds.org/category/personalized",
					 "https://refeds.org/category/code-of-conduct/v2"};

unsigned draw_roll(unsigned n)
{
	return (unsigned)g_test_rand_int_range(0, (gint32)n);
}

#define PICK(list) (list)[draw_roll(G_N_ELEMENTS(list))]

Draw draw_new(void)
{
	unsigned two = draw_roll(3);

	return (Draw){.theme = (DrawTheme)draw_roll(DRAW_THEMES),
		      .client = draw_roll(3) == 0,
		      .years = two != 0,
		      .groups = two != 1,
		      .units = two != 2,
		      .categories = two != 0,
		      .feeds = two != 1,
		      .authorities = two != 2};
}

/* ---- rules ---- */

static const char *const words[] = {"student", "teacher", "staff", "guardian", "everyone"};
static const char *const years_said[] = {"", " in grade 7-8", " in grade 8 or 3",
					 " in gymnasium 3 or 1"};
static const char *const groups_said[] = {"", " in group vikarier",
					  " in group vikarier or rektorer", " in group rektorer"};
static const char *const units_said[] = {"", " at unit \"1\"", " at unit \"1\" or \"2\"",
					 " at unit \"2\""};

DrawPset draw_pset(const Draw *draw)
{
	bool people = draw->theme == DRAW_PEOPLE;
	bool units =
		people ? draw->units && draw_roll(2) : draw->theme == DRAW_VALUES && !draw_roll(5);

	return (DrawPset){.mark = draw_roll(8) == 0,
			  .word = draw_roll(G_N_ELEMENTS(words)),
			  .years = people && draw->years && draw_roll(2) ? 1 + draw_roll(3) : 0,
			  .groups = people && draw->groups && draw_roll(2) ? 1 + draw_roll(3) : 0,
			  .units = units ? 1 + draw_roll(3) : 0};
}

void draw_write_pset(GString *text, const DrawPset *pset)
{
	static const char *const marks[] = {"", "test ", "protected "};

	g_string_append_printf(text, "%s%s%s%s%s", marks[pset->mark], words[pset->word],
			       years_said[pset->years], groups_said[pset->groups],
			       units_said[pset->units]);
}

static bool is_any(const GPtrArray *list, const char *one, const char *other)
{
	return list && ((one && g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)list, one,
								 g_str_equal, NULL)) ||
			(other && g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)list,
								   other, g_str_equal, NULL)));
}

bool draw_is_expected(const DrawPset *pset, const Person *person)
{
	static const unsigned roles[] = {ROLE_STUDENT, ROLE_STAFF, ROLE_STAFF, ROLE_GUARDIAN,
					 ROLE_STUDENT | ROLE_STAFF | ROLE_GUARDIAN};
	unsigned year = person->year;

	if (!(roles[pset->word] & person->role) || (pset->word == 1 && !person->teacher) ||
	    person->is_test != (pset->mark == 1) || person->is_protected != (pset->mark == 2))
		return false;
	if ((pset->years == 1 && year != 7 && year != 8) ||
	    (pset->years == 2 && year != 8 && year != 3) ||
	    (pset->years == 3 && year != YEAR_GYMNASIUM(1) && year != YEAR_GYMNASIUM(3)))
		return false;
	if (pset->groups && !is_any(person->groups, pset->groups < 3 ? "vikarier" : NULL,
				    pset->groups > 1 ? "rektorer" : NULL))
		return false;
	return !pset->units ||
	       is_any(person->units, pset->units < 3 ? "1" : NULL, pset->units > 1 ? "2" : NULL);
}

static void add_pset(const Draw *draw, GString *text, bool protected)
{
	DrawPset pset = draw_pset(draw);

	pset.mark = protected ? 2 : pset.mark;
	draw_write_pset(text, &pset);
}

static void add_people(const Draw *draw, GString *text, bool protected, bool never)
{
	g_string_append(text, "for ");
	add_pset(draw, text, protected);
	for (unsigned n = 0; n < 2 && draw_roll(4) == 0; n++) {
		g_string_append(text, ", ");
		add_pset(draw, text, false);
	}
	if (!never && draw_roll(3) == 0) {
		g_string_append(text, " except ");
		add_pset(draw, text, draw_roll(protected ? 2 : 12) == 0);
		if (draw_roll(3) == 0) {
			g_string_append(text, ", ");
			add_pset(draw, text, false);
		}
	}
	g_string_append(text, "; ");
}

static const char *draw_literal(const Draw *draw)
{
	static const char *const all[] = {"service \"https://a\"",
					  "service \"https://a\"",
					  "service \"https://a\"",
					  "service B",
					  "service B",
					  "tag T",
					  "client \"c\""};

	return all[draw_roll(draw->client ? 7 : 5)];
}

static bool add_target(const Draw *draw, GString *text)
{
	static const char *const carried[] = {"category anonymous", "category personalized",
					      "category coco-v2 or personalized"};
	static const char *const brought[] = {"federation swamid",
					      "federation swamid or skolfederation-trial",
					      "federation skolfederation-trial"};
	static const char *const entered[] = {"registered-by \"http://r\"",
					      "registered-by \"http://r\" or \"http://s\""};
	static const char *const protocols[] = {"protocol saml", "protocol oidc"};
	const char *chosen[5];
	bool named = draw_roll(draw->theme == DRAW_SERVICES ? 4 : 2) == 0;
	unsigned n = 0;

	if (named)
		chosen[n++] = draw_literal(draw);
	if (draw->theme == DRAW_SERVICES) {
		if (draw->categories && draw_roll(2))
			chosen[n++] = PICK(carried);
		if (draw->feeds && draw_roll(2))
			chosen[n++] = PICK(brought);
		if (draw->authorities && draw_roll(2))
			chosen[n++] = PICK(entered);
	}
	if (draw_roll(8) == 0)
		chosen[n++] = PICK(protocols);
	if (n == 0)
		chosen[n++] = "any";
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(text, "%s%s", i ? " and " : "", chosen[i]);
	return named;
}

static bool add_to(const Draw *draw, GString *text, bool never)
{
	bool named;

	g_string_append(text, "to ");
	named = add_target(draw, text);
	if (draw_roll(4) == 0) {
		g_string_append(text, ", ");
		named = add_target(draw, text) && named;
	}
	if (draw_roll(4) == 0) {
		g_string_append(text, " except ");
		if (never)
			g_string_append(text, draw_literal(draw));
		else
			add_target(draw, text);
	}
	g_string_append(text, "; ");
	return named;
}

static void add_only(const Draw *draw, GString *text, const char *attribute)
{
	static const char *const plain[] = {" only \"a\"", " only \"ab\" or \"b\"",
					    " only beginning \"a\"",
					    " only beginning \"ab\" and beginning \"a\" or \"b\""};
	static const char *const courses[] = {
		" only unit \"1\"", " only kind class", " only subject \"MA\" or \"SV\"",
		" only unit \"1\" or \"2\" and kind group or class", " only beginning \"1\""};
	static const char *const units[] = {" only \"1\"", " only unit \"1\" or \"2\""};

	if (draw->theme != DRAW_VALUES || draw_roll(2))
		return;
	if (strcmp(attribute, "sisSchoolCourseStudent") == 0)
		g_string_append(text, PICK(courses));
	else if (strcmp(attribute, "sisSchoolUnitCode") == 0)
		g_string_append(text, PICK(units));
	else if (strcmp(attribute, "norEduPersonNIN") != 0)
		g_string_append(text, PICK(plain));
}

static void add_gifts(const Draw *draw, GString *text, bool named, bool protected)
{
	bool times = draw->theme == DRAW_TIMES;
	unsigned first = draw_roll(6), n = 1 + draw_roll(2);

	g_string_append(text, "give ");
	for (unsigned i = 0; i < n; i++) {
		const char *attribute = draw_attributes[(first + i) % 6];

		if (strcmp(attribute, "norEduPersonNIN") == 0 && !named)
			attribute = "norEduPersonLegalName";
		g_string_append_printf(text, "%s%s", i ? ", " : "", attribute);
		if (named && draw_roll(times ? 3 : 8) == 0)
			g_string_append(text, " unasked");
		else if (draw_roll(times ? 3 : 8) == 0)
			g_string_append(text, " if required");
		add_only(draw, text, attribute);
	}
	if (!protected && draw_roll(6) == 0) {
		g_string_append(text, draw_roll(2) ? ", requested" : ", required");
		add_only(draw, text, "");
	}
	if (draw_roll(6) == 0)
		g_string_append(text, ", login");
	g_string_append(text, "; ");
}

static void add_release(const Draw *draw, GString *text, unsigned number)
{
	static const char *const pages[] = {"silent; basis \"6.1 e\"; ", "inform; ",
					    "ask; basis \"6.1 a\"; "};
	static const char *const ends[] = {"until 2026-11-04; ",
					   "until 2026-11-05; ",
					   "from 2026-11-06; ",
					   "until 2027-06-30; agreement \"P\" until 2026-12-01; ",
					   "until 2026-12-01; ",
					   "from 2026-12-02; ",
					   "agreement \"P\" until 2026-12-31; ",
					   "from 2027-01-02; until 2027-06-30; "};
	static const char *const levels[] = {"demand eid2; ", "demand eid3; ",
					     "demand two-factor; "};
	bool times = draw->theme == DRAW_TIMES, protected = draw_roll(10) == 0, named;

	g_string_append_printf(text, "\nrelease \"R%u\" { ", number);
	named = add_to(draw, text, false);
	add_people(draw, text, protected, false);
	add_gifts(draw, text, named, protected);
	g_string_append(text, times ? PICK(pages) : "silent; ");
	if (times && draw_roll(2))
		g_string_append(text, PICK(ends));
	if (times && draw_roll(3) == 0)
		g_string_append(text, PICK(levels));
	if (protected || (times && draw_roll(4) == 0))
		g_string_append(text, "approved by two; ");
	if (draw_roll(times ? 4 : 10) == 0)
		g_string_append(text, "new asks pass; ");
	g_string_append(text, "because \"x\" }");
}

static void add_never(const Draw *draw, GString *text, unsigned number)
{
	static const char *const all[] = {"login", "anything", "any contact", "any name",
					  "any school, any study"};
	const char *attribute = draw_attributes[draw_roll(5)];

	g_string_append_printf(text, "\nnever \"N%u\" { ", number);
	if (draw_roll(8))
		add_to(draw, text, true);
	if (draw_roll(8))
		add_people(draw, text, draw_roll(10) == 0, true);
	if (draw_roll(2)) {
		unsigned taken = draw_roll(draw_roll(3) ? 5 : 2);

		g_string_append_printf(text, "give %s", all[taken]);
		if (taken > 1)
			add_only(draw, text, "");
	} else {
		g_string_append_printf(text, "give %s", attribute);
		add_only(draw, text, attribute);
	}
	g_string_append(text, "; because \"x\" }");
}

static void add_rule(const Draw *draw, GString *text, unsigned number)
{
	if (draw_roll(3) == 0)
		add_never(draw, text, number);
	else
		add_release(draw, text, number);
}

/* A client is one that a rule names only if everybody who is let in is told apart there. */
static void add_block(const Draw *draw, GString *text)
{
	g_string_append(text, "service B is \"https://b\"");
	if (draw_roll(3) == 0)
		g_string_append(text, " { asks mail, sn required }");
	else if (draw->theme == DRAW_TIMES && draw_roll(2))
		g_string_append(text, draw_roll(2) ? " { demand eid2 of staff }"
						   : " { demand two-factor of everyone }");
	if (!draw->client)
		return;
	g_string_append(text, "; tag T { \"https://a\", B, client \"c\" }; release \"C [2]\" { to "
			      "client \"c\"; for everyone, protected everyone; give pairwise-id "
			      "unasked; silent; approved by two; because \"x\" }");
}

/* What who and diff take for met, or compare as it is written, and expectations do not. */
static void add_lines(const Draw *draw, GString *text)
{
	static const char *const lines[] = {
		"needs mail or sn of student",
		"needs sisSchoolUnitCode",
		"needs sn of everyone",
		"needs mail of ",
		"needs sisSchoolCourseStudent or mail of ",
		"value sisSchoolCourseStudent \"{unit}/{group}\"",
		"rename mail to \"http://m\"",
		"lower-case sn",
		"signal eid2 as \"http://l\"",
	};
	const char *line = PICK(lines);

	g_string_append_printf(text, "\nservice %s { %s", draw_roll(3) ? "\"https://a\"" : "B",
			       line);
	if (g_str_has_suffix(line, " of "))
		add_pset(draw, text, draw_roll(8) == 0);
	g_string_append(text, " }");
}

char *draw_policy(const Draw *draw)
{
	GString *text = g_string_new(NULL);
	unsigned n = 1 + draw_roll(4);

	add_block(draw, text);
	if (draw_roll(3) == 0)
		add_lines(draw, text);
	for (unsigned i = 0; i < n; i++)
		add_rule(draw, text, i);
	return g_string_free(text, FALSE);
}

char *draw_plain(const char *policy)
{
	g_auto(GStrv) rules = g_strsplit(policy, "\n", -1);
	GString *text = g_string_new(rules[0]);

	for (unsigned i = 1; rules[i]; i++)
		if (!g_str_has_prefix(rules[i], "service"))
			g_string_append_printf(text, "\n%s", rules[i]);
	return g_string_free(text, FALSE);
}

char *draw_change(const Draw *draw, const char *policy)
{
	g_auto(GStrv) rules = g_strsplit(policy, "\n", -1);
	GString *text = g_string_new(NULL);

	if (draw_roll(6) == 0)
		add_block(draw, text);
	else
		g_string_append(text, rules[0]);
	for (unsigned i = 1; rules[i]; i++) {
		unsigned fate = draw_roll(5);

		if (fate == 0)
			continue;
		if (fate == 1)
			add_rule(draw, text, i + 10);
		else
			g_string_append_printf(text, "\n%s", rules[i]);
	}
	if (draw_roll(3) == 0)
		add_rule(draw, text, 20);
	return g_string_free(text, FALSE);
}

GPtrArray *draw_apart(const char *policy)
{
	g_auto(GStrv) rules = g_strsplit(policy, "\n", -1);
	GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 1; rules[i]; i++) {
		GString *text;

		if (!g_str_has_prefix(rules[i], "release"))
			continue;
		text = g_string_new(rules[0]);
		for (unsigned j = 1; rules[j]; j++)
			if (i == j || !g_str_has_prefix(rules[j], "release"))
				g_string_append_printf(text, "\n%s", rules[j]);
		g_ptr_array_add(parts, g_string_free(text, FALSE));
	}
	return parts;
}

/* ---- persons ---- */

/* parts: with groups of every unit, kind and subject, which rules of that draw can tell apart. */
static void add_values(Person *person, bool parts)
{
	static const struct {
		const char *attribute, *values[16];
	} all[] = {
		{"mail", {"a", "ab", "abc", "ax", "b", "c"}},
		{"sn", {"a", "ab", "abc", "ax", "b", "c"}},
		{"norEduPersonLegalName", {"a", "ab", "abc", "ax", "b", "c"}},
		{"norEduPersonNIN", {"200001012384"}},
		{"sisSchoolUnitCode", {"1", "2", "3", "12", "a", "ab", "abc", "ax", "b", "c"}},
		{"sisSchoolCourseStudent", {"a", "ab", "abc", "ax", "b", "c"}},
		{"eduPersonScopedAffiliation",
		 {"a@skola.example", "ab@skola.example", "abc@skola.example", "ax@skola.example",
		  "b@skola.example", "c@edu.sollunda.example"}},
	};
	static const char *const units[] = {"1", "2", "3", "12"};
	static const char *const kinds[] = {"class", "group", "other"};
	static const char *const subjects[] = {"MA", "SV", "EN"};
	const Attribute *course = fixture_attribute("sisSchoolCourseStudent");
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		for (unsigned j = 0; all[i].values[j]; j++)
			person_add_value(person, fixture_attribute(all[i].attribute),
					 all[i].values[j], -1);
	/* In every form that groups are known to be written in, by hand. */
	for (const char *const *form = course->forms; parts && *form; form++)
		for (unsigned u = 0; u < G_N_ELEMENTS(units); u++)
			for (unsigned k = 0; k < G_N_ELEMENTS(kinds); k++)
				for (unsigned s = 0; s < G_N_ELEMENTS(subjects); s++) {
					g_autoptr(GString) value = g_string_new(*form);

					g_string_replace(value, "{unit}", units[u], 0);
					g_string_replace(value, "{kind}", kinds[k], 0);
					g_string_replace(value, "{subject}", subjects[s], 0);
					g_string_replace(value, "{group}", "7A", 0);
					g_string_replace(value, "{scope}", "skola.example", 0);
					person_add_value(person, course, value->str, -1);
				}
	for (size_t i = 0; i < n; i++)
		if (!person_values(person, &table[i]))
			person_add_value(person, &table[i],
					 table[i].scoped ? "x@skola.example" : "x", -1);
}

static void set_kind(Person *person, unsigned kind)
{
	static const Role roles[] = {ROLE_STUDENT, ROLE_STAFF, ROLE_STAFF, ROLE_GUARDIAN};

	person->role = roles[kind % 4];
	person->teacher = kind % 4 == 2;
	person->is_test = (kind & 4) != 0;
	person->is_protected = (kind & 8) != 0;
}

GPtrArray *draw_persons(const Draw *draw)
{
	static const unsigned years[] = {YEAR_NONE,     YEAR_GRADE(7),     YEAR_GRADE(8),
					 YEAR_GRADE(3), YEAR_GYMNASIUM(1), YEAR_UNKNOWN};
	bool people = draw->theme == DRAW_PEOPLE;
	unsigned n_years = people && draw->years ? G_N_ELEMENTS(years) : 1;
	unsigned n_groups = people && draw->groups ? 4 : 1;
	bool parts = (people && draw->units) || draw->theme == DRAW_VALUES;
	unsigned n_units = parts ? 4 : 1;
	GPtrArray *persons = g_ptr_array_new_with_free_func((GDestroyNotify)person_free);

	for (unsigned kind = 0; kind < 16; kind++)
		for (unsigned year = 0; year < n_years; year++)
			for (unsigned groups = 0; groups < n_groups; groups++)
				for (unsigned units = 0; units < n_units; units++) {
					Person *person = person_new("");

					set_kind(person, kind);
					person->year = years[year];
					if (groups & 1)
						person_add_group(person, "vikarier");
					if (groups & 2)
						person_add_group(person, "rektorer");
					if (units & 1)
						person_add_unit(person, "1");
					if (units & 2)
						person_add_unit(person, "2");
					add_values(person, parts);
					g_ptr_array_add(persons, person);
				}
	return persons;
}

/* ---- services ---- */

static Service *make_service(const char *id, Protocol protocol, unsigned carried, unsigned brought,
			     unsigned entered)
{
	Service *service = service_new(protocol, id);

	for (unsigned i = 0; i < G_N_ELEMENTS(categories); i++)
		if (carried >> i & 1)
			service_add_category(service, categories[i]);
	if (brought & 1)
		service_add_feed(service, "swamid");
	if (brought & 2)
		service_add_feed(service, "skolfederation-trial");
	service->trial = (brought & 2) != 0;
	if (entered)
		service->registered_by = g_strdup(entered == 1 ? "http://r" : "http://s");
	return service;
}

GPtrArray *draw_services(const Draw *draw, guint *ret_known)
{
	static const struct {
		const char *id;
		Protocol protocol;
	} idents[] = {{"", PROTOCOL_SAML},
		      {"", PROTOCOL_OIDC},
		      {"https://b", PROTOCOL_SAML},
		      {"c", PROTOCOL_OIDC}};
	unsigned n_idents = draw->client ? G_N_ELEMENTS(idents) : G_N_ELEMENTS(idents) - 1;
	bool services = draw->theme == DRAW_SERVICES;
	unsigned n_carried = services && draw->categories ? 1u << G_N_ELEMENTS(categories) : 1;
	unsigned n_brought = services && draw->feeds ? 4 : 1;
	unsigned n_entered = services && draw->authorities ? 3 : 1;
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)service_free);

	g_ptr_array_add(all, make_service("https://a", PROTOCOL_SAML, draw_roll(n_carried),
					  draw_roll(n_brought), draw_roll(n_entered)));
	*ret_known = all->len;
	for (size_t i = 0; i < n_idents; i++)
		for (unsigned carried = 0; carried < n_carried; carried++)
			for (unsigned brought = 0; brought < n_brought; brought++)
				for (unsigned entered = 0; entered < n_entered; entered++)
					g_ptr_array_add(
						all, make_service(idents[i].id, idents[i].protocol,
								  carried, brought, entered));
	return all;
}
