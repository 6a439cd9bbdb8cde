/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "tests/lib/agreeing.h"

static const char *const psets[] = {"student",
				    "staff",
				    "teacher",
				    "everyone",
				    "everyone",
				    "test student",
				    "student in grade 4-9",
				    "student in gymnasium 1-3",
				    "student at unit \"00001001\"",
				    "staff at unit \"00001002\" or \"12345678\"",
				    "everyone in group vikarier",
				    "staff in group larare",
				    NULL};

/* What leaves of an attribute; "" is all of it. */
static const char *facet_of(const char *attribute)
{
	static const struct {
		const char *attribute, *facet;
	} facets[] = {
		{"eduPersonScopedAffiliation", " only \"student\" or \"faculty\""},
		{"mail", " only beginning \"agr00\" or \"agr01\""},
		{"sisSchoolUnitCode", " only unit \"00001001\" or \"00001002\""},
		{"sisSchoolCourseStudent", " only kind undervisning"},
		{"sisSchoolCourseStudent", " only subject \"MA\" or \"NO\""},
		{"sisSchoolCourseStudent", " only unit \"00001001\""},
		{"sisSchoolGrade", " only \"9\" or \"GY1\""},
		{"eduPersonScopedAffiliation", " only \"member\""},
	};
	unsigned from = dice_below(2 * G_N_ELEMENTS(facets));

	for (gsize i = from; i < G_N_ELEMENTS(facets); i++)
		if (strcmp(facets[i].attribute, attribute) == 0)
			return facets[i].facet;
	return "";
}

/* ---- releases ---- */

typedef struct {
	char *title, *to, *people;
	const char *page; /* "inform", "ask" or "silent" */
	const char *more; /* gifts beside those that are thrown; NULL: none */
	const char *last; /* what it ends in; NULL: what is thrown */
	bool named;       /* all its targets are */
} Release;

static void release_clear(Release *release)
{
	g_free(release->title);
	g_free(release->to);
	g_free(release->people);
}

static bool add_gift(GString *text, GHashTable *seen, const char *gift)
{
	g_autofree char *name = g_strndup(gift, strcspn(gift, " "));

	if (!g_hash_table_add(seen, g_steal_pointer(&name)))
		return false;
	g_string_append_printf(text, "%s%s", text->len ? ", " : "", gift);
	return true;
}

static void print_gifts(const Release *release)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	unsigned n = 0;

	g_auto(GStrv) more = g_strsplit(release->more ? release->more : "", ", ", -1);

	for (char **gift = more; *gift; gift++)
		add_gift(text, seen, *gift);
	if (*more)
		add_gift(text, seen, "displayName");
	else if (dice_one_in(3))
		add_gift(text, seen, dice_one_in(2) ? "requested" : "required");
	if (dice_one_in(9))
		add_gift(text, seen, "login");
	while (agreeing_attributes[n].name)
		n++;
	for (unsigned i = 1 + dice_below(release->named ? 6 : 4); i > 0; i--) {
		const AgreeingAttribute *attribute = &agreeing_attributes[dice_below(n)];
		const char *facet = facet_of(attribute->name);
		bool unasked = release->named && dice_one_in(4), strictly = dice_one_in(6);
		g_autofree char *gift = g_strconcat(attribute->name,
						    unasked    ? " unasked"
						    : strictly ? " if required"
							       : "",
						    facet, NULL);
		if (release->named || !attribute->strict)
			add_gift(text, seen, gift);
	}
	printf("\n    give %s", text->len ? text->str : "displayName");
}

/* Days that are over, that are just not, and that come; or a level. Transfer full. */
static char *limit_of(unsigned how)
{
	g_autofree char *near = dice_day((int)dice_below(3) - 1, 0, "%Y-%m-%d");
	g_autofree char *past = dice_day(-1, 0, "%Y-%m-%d"), *next = dice_day(1, 0, "%Y-%m-%d");

	switch (how) {
	case 0:
		return g_strdup_printf("; until %s", past);
	case 1:
		return g_strdup_printf("; from %s", next);
	case 2:
		return g_strdup_printf("; agreement \"Avtal 1\" until %s", past);
	case 3:
		return g_strdup("; demand eid2");
	case 4:
		return g_strdup("; demand grund");
	case 5:
		return g_strdup("; from 2020-01-01; until 2040-06-30; new asks pass");
	case 6:
		return g_strdup_printf("; until %s", near);
	case 7:
		return g_strdup_printf("; from %s", near);
	case 8:
		return g_strdup_printf("; agreement \"Avtal %u\" until %s", dice_below(9), near);
	default:
		return g_strdup("");
	}
}

/* Some are said in one language only, and some say the same. */
static void print_because(const Release *release)
{
	bool asks = strcmp(release->page, "ask") == 0, same = !asks && dice_one_in(3);

	printf("\n    because \"%s %s\"", same ? "Ändamål" : "Därför att",
	       same ? "för alla" : release->title);
	/* the same purpose is translated in the same way in each policy */
	if (!same && g_str_hash(release->title) % 2)
		printf("; because en \"Since %s\"", release->title);
	if (!dice_one_in(3))
		printf("; basis \"%s\"", asks && !dice_one_in(4) ? "6.1 a" : "6.1 e");
}

static void print_release(const Release *release)
{
	printf("release \"%s\" { to %s\n    for %s", release->title, release->to, release->people);
	print_gifts(release);
	print_because(release);
	g_autofree char *thrown = limit_of(dice_below(25));
	printf("\n    %s%s }\n", release->page, release->last ? release->last : thrown);
}

static char *people(void)
{
	GString *text = g_string_new(dice_pick(psets));

	if (dice_one_in(3))
		g_string_append_printf(text, ", %s", dice_pick(psets));
	if (dice_one_in(5))
		g_string_append_printf(text, " except %s", dice_pick(psets));
	return g_string_free(text, FALSE);
}

static const char *page(void)
{
	static const char *const pages[] = {"inform", "inform", "ask", "ask", "silent", NULL};

	return dice_pick(pages);
}

/* `alone' is the service of those that all are named for. */
static char *targets(unsigned alone)
{
	switch (dice_below(6)) {
	case 0:
		return g_strdup_printf("any except service S%u", alone);
	case 1:
		return g_strdup("category personalized or pseudonymous");
	case 2:
		return g_strdup("category research-and-scholarship, category coco-v2");
	case 3:
		return g_strdup_printf("protocol saml except service S%u or S%u", alone,
				       dice_below(AGREEING_SERVICES));
	case 4:
		return g_strdup_printf("service S%u or S%u", dice_below(AGREEING_SERVICES),
				       dice_below(AGREEING_SERVICES));
	default:
		return g_strdup_printf("service S%u", dice_below(AGREEING_SERVICES));
	}
}

static void print_common(unsigned number, unsigned alone)
{
	Release release = {.title = g_strdup_printf("R%u", number),
			   .to = targets(alone),
			   .people = people(),
			   .page = page()};

	release.named = g_str_has_prefix(release.to, "service");
	print_release(&release);
	release_clear(&release);
}

static void print_never(const char *title, const char *to, const char *for_whom, const char *what)
{
	printf("never \"%s\" { to %s; for %s; give %s; because \"x\" }\n", title, to, for_whom,
	       what);
}

/* What shuts services whole is for few. */
static void print_nevers(unsigned turn)
{
	static const char *const taken[] = {"any contact",
					    "any name",
					    "mail only beginning \"agr01\"",
					    "displayName",
					    "eduPersonScopedAffiliation only \"member\"",
					    "any study",
					    NULL};

	print_never("N1", "any", dice_pick(psets), dice_pick(taken));
	if (dice_one_in(2))
		print_never("N2", "category personalized or pseudonymous", dice_pick(psets),
			    dice_pick(taken));
	print_never("N3", "any",
		    turn % 2 ? "student in gymnasium 3 at unit \"12345678\"" : "test everyone",
		    "anything");
}

/* ---- services ---- */

/* Lines of one group stand in each other's way. Each service has two of them in its turn, which are
 * of two groups. */
static const struct {
	unsigned group;
	const char *line, *gift; /* what must be given for it; NULL: nothing */
} lines[] = {
	{0, "subject pairwise", "pairwise-id unasked"},
	{1, "needs displayName or mail", NULL},
	{0,
	 "subject from eduPersonPrincipalName format "
	 "\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" also attribute",
	 "eduPersonPrincipalName unasked"},
	{2, "rename givenName to \"fornamn\" without format", "givenName unasked"},
	{4, "guard ascii", "givenName unasked, sn unasked"},
	{3, "lower-case eduPersonPrincipalName", "eduPersonPrincipalName unasked"},
	{7, "value sisSchoolCourseStudent \"{unit}:{group}\"", "sisSchoolCourseStudent unasked"},
	{8, "demand eid2 of staff, student in gymnasium 1-3", NULL},
	{0, "subject from mail format \"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"",
	 "mail unasked"},
	{6, "asks title, mail required", NULL},
	{7, "value sisSchoolCourseStudent \"{subject}\"", "sisSchoolCourseStudent unasked"},
	{1, "needs sisSchoolGrade of student", NULL},
	{5, "guard size 250 bytes", NULL},
	{2, "rename mail to \"http://schemas.example/mail\"", "mail unasked"},
	{7, "value sisSchoolUnitCode \"SE-{value}\"", "sisSchoolUnitCode unasked"},
	{9, "signal grund as \"http://nobody.example/level\"", NULL},
	{0, "subject from subject-id", "subject-id unasked"},
	{3, "lower-case mail", "mail unasked"},
	{8, "demand grund of everyone", NULL},
	{6, "asks sisSchoolGrade, sisSchoolCourseStudent required", NULL},
};

/* What must be given for its lines, transfer full; "" is nothing. */
static char *print_block(unsigned number, unsigned turn)
{
	GString *gifts = g_string_new(NULL);
	unsigned n = 2 + dice_below(2), groups = 0;

	printf("service S%u is \"https://sp%u.example/saml\" {", number, number);
	for (unsigned i = 0; i < n; i++) {
		unsigned mine = (turn * AGREEING_SERVICES + number) * 2 + i;
		unsigned which =
			i < 2 ? mine % G_N_ELEMENTS(lines) : dice_below(G_N_ELEMENTS(lines));
		if (groups & 1U << lines[which].group)
			continue;
		groups |= 1U << lines[which].group;
		printf("\n    %s", lines[which].line);
		if (lines[which].gift)
			g_string_append_printf(gifts, "%s%s", gifts->len ? ", " : "",
					       lines[which].gift);
	}
	printf(" }\n");
	return g_string_free(gifts, FALSE);
}

static void print_part(unsigned number, unsigned part, const char *for_whom, const char *page,
		       const char *gifts, const char *last)
{
	Release release = {.title = g_strdup_printf("S%u-%u", number, part),
			   .to = g_strdup_printf("service S%u", number),
			   .people = g_strdup(for_whom),
			   .page = page,
			   .more = gifts,
			   .last = last,
			   .named = true};

	print_release(&release);
	release_clear(&release);
}

/* Of six services there is one where something is told and two things are asked, and one where all
 * is asked; at the others each of what seldom comes together has its turn: for whom, until when, at
 * which level. */
static void print_service(unsigned number, unsigned turn)
{
	static const struct {
		const char *people, *gift;
	} some[] = {
		{"student at unit \"00001001\" or \"00001002\", staff",
		 "sisSchoolUnitCode unasked only unit \"00001001\""},
		{"student in grade 4-9, teacher", "sisSchoolGrade unasked only \"6\" or \"7\""},
		{"student in gymnasium 1-3, staff in group larare",
		 "eduPersonScopedAffiliation unasked only \"faculty\""},
		{"everyone in group vikarier",
		 "sisSchoolCourseStudent unasked only kind undervisning"},
	};
	g_autofree char *gifts = print_block(number, turn);
	unsigned kind = (number + turn) % AGREEING_SERVICES;
	const char *first = kind == 0 || dice_one_in(2) ? "inform" : "silent";
	g_autofree char *limit = limit_of(kind < 2 ? 6 : kind - 2),
			*level = limit_of(dice_below(2) + 3);
	g_autofree char *others = people();

	if (kind == 1) {
		print_part(number, 0, "everyone", "ask", *gifts ? gifts : NULL, "");
		return;
	}
	if (*gifts)
		print_part(number, 0, "everyone", first, gifts, NULL);
	print_part(number, 1, "everyone", first, kind % 3 == 0 ? "requested" : NULL, "");
	print_part(number, 3, others, "ask", NULL, NULL);
	if (kind == 0) {
		print_part(number, 2, "everyone", "ask", NULL, "");
		return;
	}
	print_part(number, 2, some[kind - 2].people, page(), some[kind - 2].gift, "");
	print_part(number, 4, "everyone", page(), "title unasked", limit);
	print_part(number, 5, "everyone", page(), "uid unasked", level);
}

void agreeing_policy(unsigned turn)
{
	/* that of kind 1 */
	unsigned alone = (AGREEING_SERVICES + 1 - turn % AGREEING_SERVICES) % AGREEING_SERVICES;

	printf("policy 1\n");
	for (unsigned i = 0; i < AGREEING_SERVICES; i++)
		print_service(i, turn);
	for (unsigned n = 3 + dice_below(4), i = 0; i < n; i++)
		print_common(i, alone);
	print_nevers(turn);
	printf("release \"Skyddade\" { to service S%u; for protected everyone; give displayName, "
	       "sn, mail, pairwise-id, subject-id, eduPersonPrincipalName; %s; approved by two; "
	       "because \"Skyddade\"; basis \"6.1 e\" }\n",
	       turn % AGREEING_SERVICES, page());
}
