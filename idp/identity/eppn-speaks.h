/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What an EPPN must not say: the name of the person, or a personal number.
 *
 * Only the local part is judged: the scope is the school's. Every text may be any bytes (what is
 * no UTF-8 is replaced) and is cut at LIMIT_EPPN_NAME letters.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * Skolverket's warning 3047 (the first three letters of the surname, or the first two of the
 * surname and the first two of the given name), made wider since nobody has written down how it
 * reads a name: any three letters in a row of the surname, the two and two in either order and of
 * any part of a double name; case, marks and marks of separation count for nothing; å ä ö æ ø are
 * read as one letter, as two (aa ae oe) and as nothing, đ ŋ ŧ š č ž as one and as two; other
 * scripts are compared as they stand. A surname of one or two letters is looked for whole. Where
 * there is no surname the given name is taken for it. `given` and `surname` may be NULL.
 */
bool eppn_speaks_of(const char *eppn, const char *given, const char *surname);

/* The same, and also what is left when a careless reading drops every letter it does not know: of
 * "Ås" only "s". For a new value, which can as well be another. */
bool eppn_could_speak_of(const char *eppn, const char *given, const char *surname);

/*
 * Whether the local part holds something that has the form of a personnummer or samordningsnummer,
 * of 10 or 12 digits and with or without a mark before the last four, or of a temporary number
 * (YYYYMMDDTFnn). The check digit is not looked at: there are true ones that fail it. A longer row
 * of digits is none.
 */
bool eppn_holds_personal_number(const char *eppn);
