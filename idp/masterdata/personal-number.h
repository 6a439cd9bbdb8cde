/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * Swedish personal numbers as school directories write them. A personnummer has a day of birth, a
 * samordningsnummer that day plus 60; a temporary number of a school has letters in place of the
 * first two of its last four digits. All three are right.
 */

typedef enum {
	NUMBER_NONE = 0,         /* none of the forms below */
	NUMBER_TWELVE,           /* YYYYMMDDNNNN: what Skolverket and Sweden Connect exchange */
	NUMBER_TWELVE_HYPHEN,    /* YYYYMMDD-NNNN */
	NUMBER_TEN,              /* YYMMDDNNNN */
	NUMBER_TEN_HYPHEN,       /* YYMMDD-NNNN, or YYMMDD+NNNN of who is 100 years */
	NUMBER_TEMPORARY,        /* YYYYMMDDTFNX, X a digit or a capital */
	NUMBER_TEMPORARY_HYPHEN, /* YYYYMMDD-TFNX */
	NUMBER_LAST = NUMBER_TEMPORARY_HYPHEN
} NumberForm;

typedef struct {
	NumberForm form;
	bool is_day;      /* its day exists, from 1900 to today; false for NUMBER_NONE */
	bool check_digit; /* it is right (Luhn, over ten digits), or the number has none. Numbers
			   * that are in use break it: a reason to look, never to refuse */
} PersonalNumber;

/* text: what the directory has, blanks around it included. today: yyyymmdd. */
PersonalNumber personal_number_read(const char *text, unsigned today);

/* "12 digits" and so on, as it stands within a sentence; language "sv" or "en". Static. */
const char *number_form_name(NumberForm form, const char *language);

/* Forms of temporary numbers are compared with each other, and the others with each other. */
bool number_form_is_temporary(NumberForm form);
