/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What people were told and answered, as `portvakt choices' finds and prints it. */
#pragma once

#include "idp/choice/choice.h"
#include "idp/generation.h"

/* Whether it is still what the person would be told or asked there. */
typedef enum {
	STANDS_UNKNOWN = 0, /* nobody can tell: nobody is let in as the person now */
	STANDS_YES,
	STANDS_NO,
} Stands;

/* One choice of somebody. */
typedef struct {
	char *who; /* the login name that was asked for, or the DN of the entry */
	Choice *choice;
	Stands stands;
} ChoiceRow;

typedef struct {
	const Generation *generation;
	StoreReader *reader;
	int64_t now;
	const char *service; /* its name in the policy, or its id; NULL: all services */
	GPtrArray *rows;     /* ChoiceRow *, each person's together, the latest first */
} ChoiceRows;

void choice_rows_init(ChoiceRows *rows, const Generation *generation, StoreReader *reader,
		      int64_t now, const char *service);
void choice_rows_clear(ChoiceRows *rows);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ChoiceRows, choice_rows_clear)

/* Adds what the person of the entry, whose identity that is, has been told and has answered. False
 * on a fault of the store. */
bool choice_rows_add(ChoiceRows *rows, const char *who, const DirectoryEntry *entry,
		     const char *identity, GError **error);

/* Prints them; lang: "sv" or "en". */
void choice_rows_print(const ChoiceRows *rows, const char *lang);
void choice_rows_print_json(const ChoiceRows *rows);
