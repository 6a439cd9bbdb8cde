/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/syntax.h"

#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

#define DAY_PLAIN    8 /* characters of yyyymmdd */
#define DAY          10
#define NIN          12
#define UNIT_CODE    8
#define DOMAIN_MAX   253 /* RFC 1035 */
#define LANGUAGE_MAX 128
#define ORCID        19 /* 0000-0002-1825-0097 */

static bool is_of(const char *letters, const char *text, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (!strchr(letters, text[i]))
			return false;
	return n > 0;
}

static bool is_digits(const char *text, gsize n)
{
	return is_of(DIGITS, text, n);
}

static bool begins(const char *text, gsize n, const char *beginning)
{
	gsize length = strlen(beginning);

	return n > length && memcmp(text, beginning, length) == 0;
}

static bool has_space(const char *text, gsize n)
{
	for (const char *c = text; c < text + n; c += g_utf8_skip[(guchar)*c])
		if (g_unichar_isspace(g_utf8_get_char(c)))
			return true;
	return false;
}

static unsigned number(const char *digits, unsigned n)
{
	unsigned value = 0;

	for (unsigned i = 0; i < n; i++)
		value = 10 * value + (unsigned)(digits[i] - '0');
	return value;
}

bool syntax_is_day(unsigned year, unsigned month, unsigned day)
{
	return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
	       g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

unsigned syntax_day(const char *text, gsize n)
{
	if (n != DAY_PLAIN || !is_digits(text, n) ||
	    !syntax_is_day(number(text, 4), number(text + 4, 2), number(text + 6, 2)))
		return 0;
	return number(text, DAY_PLAIN);
}

static bool is_day(const char *text, gsize n)
{
	return n == DAY && is_digits(text, 4) && text[4] == '-' && is_digits(text + 5, 2) &&
	       text[7] == '-' && is_digits(text + 8, 2) &&
	       syntax_is_day(number(text, 4), number(text + 5, 2), number(text + 8, 2));
}

static bool is_affiliation(const char *text, gsize n)
{
	static const char *const words[] = {"faculty", "student",   "staff",    "alum",
					    "member",  "affiliate", "employee", "library-walk-in"};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (strlen(words[i]) == n && g_ascii_strncasecmp(words[i], text, n) == 0)
			return true;
	return false;
}

static bool is_mail(const char *text, gsize n)
{
	const char *at = memchr(text, '@', n), *end = text + n;

	return at && at > text && at + 1 < end && !memchr(at + 1, '@', (gsize)(end - at - 1)) &&
	       !has_space(text, n);
}

static bool is_domain(const char *text, gsize n)
{
	return n <= DOMAIN_MAX && is_of(LETTERS DIGITS ".-", text, n) && text[0] != '.' &&
	       text[0] != '-' && text[n - 1] != '-';
}

static bool is_uri(const char *text, gsize n)
{
	const char *colon = memchr(text, ':', n);

	return colon && g_ascii_isalpha(text[0]) &&
	       is_of(LETTERS DIGITS "+.-", text, (gsize)(colon - text)) &&
	       (gsize)(colon - text) + 1 < n && !has_space(text, n);
}

static bool is_orcid(const char *text, gsize n)
{
	static const char *const beginnings[] = {"https://orcid.org/", "http://orcid.org/"};

	for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++) {
		gsize skip = strlen(beginnings[i]);

		if (!begins(text, n, beginnings[i]) || n - skip != ORCID)
			continue;
		for (gsize j = 0; j < ORCID; j++) {
			char c = text[skip + j];
			bool good = j % 5 == 4 ? c == '-'
					       : g_ascii_isdigit(c) || (j == ORCID - 1 && c == 'X');

			if (!good)
				return false;
		}
		return true;
	}
	return false;
}

static bool is_personal_code(const char *text, gsize n)
{
	return (begins(text, n, "urn:schac:personalUniqueCode:") ||
		begins(text, n, "urn:mace:terena.org:schac:personalUniqueCode:")) &&
	       !has_space(text, n);
}

static bool is_nin(const char *text, gsize n)
{
	return n == NIN && is_digits(text, DAY_PLAIN) &&
	       is_of(LETTERS DIGITS, text + DAY_PLAIN, NIN - DAY_PLAIN);
}

static bool is_word(const char *text, gsize n, const char *word)
{
	return n == strlen(word) && g_ascii_strncasecmp(text, word, n) == 0;
}

bool syntax_fits(AttributeSyntax syntax, unsigned length, const char *text, gsize n)
{
	switch (syntax) {
	case SYNTAX_TEXT:
		return true;
	case SYNTAX_TOKEN:
		return !has_space(text, n);
	case SYNTAX_SUBJECT_ID:
		/* [A-Za-z0-9][A-Za-z0-9=-]{0,126} */
		return n <= 127 && g_ascii_isalnum(text[0]) && is_of(LETTERS DIGITS "=-", text, n);
	case SYNTAX_AFFILIATION:
		return is_affiliation(text, n);
	case SYNTAX_UNIT_CODE:
		return n == UNIT_CODE && is_digits(text, n);
	case SYNTAX_NIN:
		return is_nin(text, n);
	case SYNTAX_PIN:
		return n == NIN && is_digits(text, n);
	case SYNTAX_DIGITS:
		return (length == 0 || n == length) && is_digits(text, n);
	case SYNTAX_DAY_PLAIN:
		return syntax_day(text, n) != 0;
	case SYNTAX_DAY:
		return is_day(text, n);
	case SYNTAX_MAIL:
		return is_mail(text, n);
	case SYNTAX_DOMAIN:
		return is_domain(text, n);
	case SYNTAX_COUNTRY:
		return n == 2 && g_ascii_isupper(text[0]) && g_ascii_isupper(text[1]);
	case SYNTAX_LANGUAGE:
		return n <= LANGUAGE_MAX && is_of(LETTERS DIGITS "*-,;=. ", text, n) &&
		       (g_ascii_isalpha(text[0]) || text[0] == '*');
	case SYNTAX_URI:
		return is_uri(text, n);
	case SYNTAX_ORCID:
		return is_orcid(text, n);
	case SYNTAX_PERSONAL_CODE:
		return is_personal_code(text, n);
	case SYNTAX_SEX:
		return n == 1 && strchr("0129", text[0]) != NULL;
	case SYNTAX_BOOLEAN:
		return is_word(text, n, "TRUE") || is_word(text, n, "FALSE");
	}
	return false;
}

bool syntax_by_name(const char *name, AttributeSyntax *ret_syntax)
{
	for (unsigned i = 0; i <= SYNTAX_LAST; i++)
		if (strcmp(attribute_syntax_name((AttributeSyntax)i), name) == 0) {
			*ret_syntax = (AttributeSyntax)i;
			return true;
		}
	return false;
}
