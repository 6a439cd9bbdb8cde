/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>

#include "tests/lib/agreeing.h"

static const char *const names[] = {"Alva", "Åke", "Yusuf", "Märta", "Олена",   "عمر",
				    "Áilu", "Zoë", "明",    "Bo",    "O'Brian", NULL};
static const char *const units[] = {"00001001", "00001002", "12345678", NULL};
static const char *const grades[] = {"0",   "1",   "4",   "6",    "7", "9",
				     "GY1", "GY2", "GY3", "åtta", NULL};

/* In all forms that groups are written in, and in none. */
static void print_groups(const char *unit)
{
	for (unsigned i = dice_below(4); i > 0; i--)
		switch (dice_below(6)) {
		case 0:
			printf("sisSchoolCourseStudent: %uA\n", i);
			break;
		case 1:
			printf("sisSchoolCourseStudent: %s/undervisning/%s/%uA\n", unit,
			       dice_one_in(2) ? "MA" : "SV", i);
			break;
		case 2:
			printf("sisSchoolCourseStudent: %s/klass/-/%uB\n", unit, i);
			break;
		default:
			printf("sisSchoolCourseStudent: %s/%uÅ\n", unit, i);
		}
}

static void print_student(const char *uid)
{
	const char *unit = dice_pick(units);

	if (!dice_one_in(12))
		printf("eduPersonPrincipalName: %s-e@%s\n", uid,
		       dice_one_in(8) ? "annan.example" : "skola.example");
	if (!dice_one_in(6))
		printf("sisSchoolUnitCode: %s\n", unit);
	if (!dice_one_in(6))
		printf("sisSchoolGrade: %s\n", dice_pick(grades));
	print_groups(unit);
}

static void print_staff(const char *uid)
{
	if (!dice_one_in(12))
		printf("portvaktStaffPrincipalName: %s-p@skola.example\n", uid);
	printf("portvaktStaffUnitCode: %s\n", dice_pick(units));
	if (dice_one_in(2))
		printf("title: lärare\n");
}

/* The values of an attribute stand together, as slapadd wants them. */
static void print_affiliations(bool studies, bool works, bool teaches)
{
	static const char *const words[] = {"student", "member", "employee", "faculty"};
	const bool has[] = {studies, studies, works, teaches};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (has[i])
			printf("eduPersonAffiliation: %s\n", words[i]);
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (has[i])
			printf("eduPersonScopedAffiliation: %s@skola.example\n", words[i]);
}

/* The last digit of a personal number, by the nine before it. */
static unsigned check_digit(const char *nine)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < 9; i++) {
		unsigned n = (unsigned)(nine[i] - '0') * (i % 2 == 0 ? 2 : 1);

		sum += n / 10 + n % 10;
	}
	return (10 - sum % 10) % 10;
}

/* Some are younger than they may be asked, one may be asked from today on and one from tomorrow;
 * of some nobody knows. */
static void print_birth(unsigned i)
{
	static const struct {
		int days, years;
	} ages[] = {{-40, 8}, {-200, 12}, {1, 13}, {0, 13}, {-40, 14}, {-1, 16}, {-90, 20}};
	unsigned which = dice_below(G_N_ELEMENTS(ages));
	g_autofree char *day = dice_day(ages[which].days, ages[which].years, "%Y%m%d");
	g_autofree char *number = g_strdup_printf("%s%03u", day, 100 + i % 800);

	if (dice_one_in(8))
		return;
	printf("norEduPersonBirthDate: %s\n", day);
	if (!dice_one_in(4))
		printf("norEduPersonNIN: %s%u\n", number, check_digit(number + 2));
}

static void print_person(unsigned i, const char *uid, bool studies, const char *hash)
{
	const char *given = dice_pick(names), *surname = dice_pick(names);
	unsigned works = studies ? dice_below(8) : 5 + dice_below(3);

	printf("dn: uid=%s,ou=people,dc=skola,dc=example\nobjectClass: inetOrgPerson\n"
	       "objectClass: eduPerson\nobjectClass: norEduPerson\n"
	       "objectClass: schacContactLocation\nobjectClass: portvaktSisPerson\n"
	       "objectClass: portvaktSchoolPerson\nuid: %s\nportvaktPersonId: %s\n"
	       "cn: %s %s\nsn: %s\ngivenName: %s\n",
	       uid, uid, uid, given, surname, surname, given);
	if (!dice_one_in(5))
		printf("displayName: %s %s\n", given, surname);
	for (unsigned n = dice_below(3); n > 0; n--)
		printf("mail: %s.%u@%s\n", dice_one_in(2) ? uid : "Ägg", n,
		       dice_one_in(2) ? "skola.example" : "Skola.Example");
	print_birth(i);
	printf("schacHomeOrganization: skola.example\n");
	printf("securityMarking: %s\n", dice_one_in(9) ? "Sekretessmarkering" : "Ingen");
	if (dice_one_in(2))
		printf("portvaktAliasName: Lo Ask\nportvaktAliasGivenName: Lo\n"
		       "portvaktAliasSurname: Ask\n");
	if (dice_one_in(9))
		printf("portvaktTestPerson: TRUE\n");
	print_affiliations(studies, works >= 6, works == 7);
	if (studies)
		print_student(uid);
	if (works >= 6)
		print_staff(uid);
	printf("userPassword: %s\n\n", hash);
}

void agreeing_people(unsigned n, const char *hash)
{
	printf("dn: cn=vikarier,ou=people,dc=skola,dc=example\nobjectClass: groupOfNames\n"
	       "cn: vikarier\n");
	for (unsigned i = 0; i < n; i += 3)
		printf("member: uid=agr%03u,ou=people,dc=skola,dc=example\n", i);
	printf("\n");
	for (unsigned i = 0; i < n; i++) {
		g_autofree char *uid = g_strdup_printf("agr%03u", i);

		print_person(i, uid, i % 4 != 3, hash);
	}
}
