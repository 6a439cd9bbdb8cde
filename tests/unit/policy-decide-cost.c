/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a decision costs: no memory but its result, and time that grows with what there is. */
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/cost.h"
#include "tests/unit/policy-decide.h"

static size_t taken, freed;

#if !COST_SANITIZED
/* The C library's own, under the names it keeps for whoever stands in for malloc. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

void *malloc(size_t size)
{
	taken++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	taken++;
	return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	taken++;
	freed += block != NULL;
	return __libc_realloc(block, size);
}

void free(void *block)
{
	freed += block != NULL;
	__libc_free(block);
}
#endif

/* ---- memory ---- */

static size_t blocks_of_array(const GPtrArray *array)
{
	return array ? 1 + (array->len > 0) : 0;
}

static size_t blocks_of_row(const DecisionRow *row)
{
	return 1 + blocks_of_array(row->values) + (row->values ? row->values->len : 0) +
	       (row->detail != NULL) + (row->attribute == NULL);
}

/* Of how many blocks of memory a decision consists. */
static size_t blocks_of(const Decision *decision)
{
	size_t blocks = 2 + blocks_of_array(decision->rows) + blocks_of_array(decision->grants);

	for (guint i = 0; i < decision->rows->len; i++)
		blocks += blocks_of_row(decision->rows->pdata[i]);
	for (guint i = 0; i < decision->grants->len; i++)
		blocks += 1 + blocks_of_array(
				      ((DecisionGrant *)decision->grants->pdata[i])->attributes);
	return blocks;
}

#define WHOLE                                                                                        \
	"service NE is \"" NE                                                                        \
	"\" { needs mail of teacher; demand eid2 of staff; lower-case mail; "                        \
	"value sisSchoolCourseStudent \"{unit}/{group}\"; guard ascii; guard size 4000 bytes; "      \
	"rename mail to \"Mail\" }\n"                                                                \
	"release \"A\" { to service NE; for student in grade 7-9 at unit \"12345678\", staff; give " \
	"mail, sn, sisSchoolCourseStudent only kind class, sisSchoolUnitCode; because \"x\" }\n"     \
	"release \"B\" { to category coco-v2 except tag t; for everyone; give requested, login; "    \
	"silent; because \"x\" }\n"                                                                  \
	"release \"C\" { to any; for everyone; give title, displayName; ask; because \"x\" }\n"      \
	"release \"D\" { to any; for everyone; give uid; demand eid3; because \"x\" }\n"             \
	"release \"[2]\" { to any; for protected student; approved by two; give mail; because "      \
	"\"x\" }\n"                                                                                  \
	"never \"N\" { to category coco-v2; for guardian; give anything; because \"x\" }\n"          \
	"never \"M\" { give any contact only beginning \"q\"; because \"x\" }\n"                     \
	"tag t { \"https://other.example\" }"
#define ASKS                                                                                       \
	NE " mail! sn sisSchoolCourseStudent sisSchoolUnitCode ~uid title displayName ?urn:x "     \
	   "#skolfederation ^http://r " COCO
#define PUPIL                                                                                      \
	"student grade:8 unit:12345678 group:vikarier mail=A@Y mail=q@y sn=Ek sn=Åslöf uid=a "   \
	"title=x displayName=Y sisSchoolCourseStudent=12345678/class/MA/9A "                       \
	"sisSchoolCourseStudent=12345678/9B sisSchoolUnitCode=12345678 sisSchoolUnitCode=23456789"

static const DecideCase cases[] = {
	{"answered", WHOLE, PUPIL, ASKS, NULL, NULL},
	{"agreed", WHOLE, PUPIL, ASKS, NULL, "eid3 C:yes"},
	{"declined", WHOLE, PUPIL, ASKS, NULL, "C:no"},
	{"nobody-asked", WHOLE, "teacher mail=a@y", NE, NULL, NULL},
	{"refused", WHOLE, "teacher sn=b", ASKS, NULL, NULL},
	{"stopped", WHOLE, "guardian sn=b", ASKS, NULL, NULL},
	{"protected", WHOLE, "student protected mail=a@y", ASKS, NULL, NULL},
	{"protected-refused", WHOLE, "student protected", ASKS, NULL, NULL},
	{"client", WHOLE, PUPIL, "client:app mail", NULL, NULL},
	{"trial", WHOLE, PUPIL, ASKS " #!skolfederation-trial", NULL, NULL},
	{"nothing", "", "student", NE, NULL, NULL},
};

static void test_memory(gconstpointer data)
{
	const DecideCase *c = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(c->policy, NULL, 0, &error);
	g_autoptr(Person) person = fixture_person(c->person);
	g_autoptr(Service) service = fixture_service(c->service);
	PersonAnswer answers[DECIDE_ANSWERS];
	g_autofree char *how = g_strdup(c->how);
	const Circumstances circumstances = decide_circumstances(how, answers);
	Decision *decision;
	size_t blocks;

	g_assert_no_error(error);
	taken = freed = 0;
	decision = policy_decide(policy, person, service, &circumstances);
	blocks = taken;
	g_assert_cmpuint(freed, ==, 0);
	g_assert_cmpuint(blocks, ==, COST_SANITIZED ? 0 : blocks_of(decision));
	freed = 0;
	decision_free(decision);
	g_assert_cmpuint(freed, ==, blocks);
}

/* ---- time ---- */

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* A policy whose every part looks at values. */
static Policy *demanding(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(
		"service NE is \"" NE "\" { lower-case mail; guard ascii; guard size 900000 bytes; "
		"value sisSchoolCourseStudent \"{unit}/{group}\" }\n");
	Policy *policy;

	for (unsigned i = 0; i < 20; i++)
		g_string_append_printf(
			text,
			"release \"R%u\" { to service NE; for student; give mail only beginning "
			"\"a\" and beginning \"ab\" or \"a\", sisSchoolCourseStudent only unit "
			"\"12345678\" or \"%u\"; %s; because \"x\" }\n"
			"never \"N%u\" { give any contact only beginning \"a%u\"; because \"x\" }\n",
			i, i, i % 2 ? "silent" : "ask", i, i);
	policy = fixture_load(text->str, NULL, 0, &error);
	g_assert_no_error(error);
	return policy;
}

/* CPU of one decision about so many values of two attributes, in milliseconds. */
static double time_values(const Policy *policy, unsigned n)
{
	g_autoptr(Person) person = fixture_person("student");
	g_autoptr(Service) service = fixture_service(NE " mail sisSchoolCourseStudent");
	const Circumstances circumstances = {.today = FIXTURE_TODAY};
	double best = G_MAXDOUBLE;

	for (unsigned i = 0; i < n; i++) {
		g_autofree char *mail = g_strdup_printf("AB%u@y", i);
		g_autofree char *group = g_strdup_printf("12345678/class/MA/%u", i);

		person_add_value(person, fixture_attribute("mail"), mail + 1 * (i % 2), -1);
		person_add_value(person, fixture_attribute("sisSchoolCourseStudent"), group, -1);
	}
	for (unsigned i = 0; i < 3; i++) {
		double start = cpu_ms();
		g_autoptr(Decision) decision =
			policy_decide(policy, person, service, &circumstances);

		best = MIN(best, cpu_ms() - start);
		g_assert_cmpint(decision->outcome, ==, OUTCOME_ANSWERED);
		g_assert_cmpuint(decision_row(decision, fixture_attribute("sisSchoolCourseStudent"))
					 ->values->len,
				 ==, n);
	}
	return best;
}

/* Ten times as many values take ten times as long; a square would take a hundred times. */
static void test_many_values(void)
{
	g_autoptr(Policy) policy = demanding();
	double few = time_values(policy, 1000), many = time_values(policy, 10000);

	g_test_message("1,000 values %.2f ms, 10,000 values %.2f ms", few, many);
	g_assert_cmpfloat(many, <, 35 * few + 1);
}

static double time_long(const Policy *policy, size_t length, char fill)
{
	g_autoptr(Person) person = fixture_person("student mail=ab@y");
	g_autoptr(Service) service = fixture_service(NE " mail sisSchoolCourseStudent");
	g_autofree char *value = g_strnfill(length, fill);
	const Circumstances circumstances = {.today = FIXTURE_TODAY};
	double start;

	for (unsigned i = 0; i < 20; i++)
		person_add_value(person, fixture_attribute("sisSchoolCourseStudent"), value, -1);
	start = cpu_ms();
	for (unsigned i = 0; i < 3; i++) {
		g_autoptr(Decision) decision =
			policy_decide(policy, person, service, &circumstances);

		g_assert_cmpint(
			decision_row(decision, fixture_attribute("sisSchoolCourseStudent"))->reason,
			==, REASON_BAD_VALUE);
	}
	return cpu_ms() - start;
}

/* A value is read once, however many rules speak of it. */
static void test_long_values(void)
{
	static const char fills[] = {'x', '/', '\xff', '\xc3'};
	g_autoptr(Policy) policy = demanding();

	for (size_t i = 0; i < sizeof fills; i++) {
		double ms = time_long(policy, 1048576, fills[i]);

		g_test_message("twenty values of 1 MiB, three times: %.1f ms", ms);
		g_assert_cmpfloat(ms, <, 2000);
	}
}

/* CPU of a thousand decisions by releases that except a tag of so many services, in milliseconds.
 */
static double time_tag(unsigned n)
{
	g_autoptr(GString) text = g_string_new("tag t { \"https://s\"");
	g_autoptr(Policy) policy = NULL;
	g_autoptr(Person) person = fixture_person("student mail=a@y");
	g_autoptr(Service) service = fixture_service(NE " mail");
	const Circumstances circumstances = {.today = FIXTURE_TODAY};
	double best = G_MAXDOUBLE;

	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(text, ",\n\"https://s%u\"", i);
	g_string_append(text, " }\nservice NE is \"" NE "\"\n");
	for (unsigned i = 0; i < 20; i++)
		g_string_append_printf(text,
				       "release \"R%u\" { to any except tag t; for student; give "
				       "mail; silent; because \"x\" }\n",
				       i);
	policy = fixture_load(text->str, NULL, 0, NULL);
	g_assert_nonnull(policy);
	for (unsigned i = 0; i < 3; i++) {
		double start = cpu_ms();

		for (unsigned j = 0; j < 1000; j++) {
			g_autoptr(Decision) decision =
				policy_decide(policy, person, service, &circumstances);

			g_assert_cmpint(decision->outcome, ==, OUTCOME_ANSWERED);
		}
		best = MIN(best, cpu_ms() - start);
	}
	return best;
}

/* A service is looked for in a tag in as many steps as its number has bits. */
static void test_large_tag(void)
{
	double few = time_tag(100), many = time_tag(10000);

	g_test_message("tag of 100: %.2f us, tag of 10,000: %.2f us", few, many);
	g_assert_cmpfloat(many, <, 3 * few + 1);
}

int main(int argc, char **argv)
{
	/* where GLib keeps slices of its own, what it takes would not be seen */
	if (!g_getenv("G_SLICE")) {
		g_setenv("G_SLICE", "always-malloc", TRUE);
		execv("/proc/self/exe", argv);
	}
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strdup_printf("/policy/decide/cost/%s", cases[i].name);

		g_test_add_data_func(path, &cases[i], test_memory);
	}
	g_test_add_func("/policy/decide/cost/many-values", test_many_values);
	g_test_add_func("/policy/decide/cost/long-values", test_long_values);
	g_test_add_func("/policy/decide/cost/large-tag", test_large_tag);
	return g_test_run();
}
