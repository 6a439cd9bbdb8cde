/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What `portvakt explain` tells of one person at one service, for people and as JSON. In the
 * language of say().
 */
#pragma once

#include "idp/generation.h"

/* Who gets what from where, as far as whoever asks may know it. Borrows all that it points to. */
typedef struct {
	const Generation *generation;
	const Service *service;
	const char *login; /* by what the person was found */
	Role role;
	const Identity *identity; /* NULL: nobody is let in as that person, see `fault` */
	const Decision *decision; /* likewise */
	const Fault *fault;
	const char *store; /* "read", "absent" or "unreadable" */
	PageKind page_due; /* that the person has still to see; SILENT: none */
	bool year_unknown; /* a student's */
	bool looks;        /* whoever asks may know whether the person is protected */
	bool is_protected; /* never without that */
	bool masked;       /* no values, only how many */
} Explanation;

/* On stdout: the outcome in a line or two, what the person is told and asked, how the service is
 * treated otherwise than others, then each attribute with its values, its reason and its rule. */
void explanation_print(const Explanation *told);

/* The same as portvakt-explain(1) has it: a dictionary. Floating. */
GVariant *explanation_variant(const Explanation *told);
