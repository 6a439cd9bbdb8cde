/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What another policy, or another day, makes of the answers to real people: everybody of the
 * directory is decided on twice at every service, and what differs is counted. No value and no
 * person is kept, only which attribute differs, at which service, for how many of which role.
 *
 * Some threads decide while one reads the directory; what waits for them is bounded, and so is what
 * they count.
 */
#pragma once

#include "idp/generation.h"

typedef enum {
	DIFFERENCE_LOGIN,     /* let in at all */
	DIFFERENCE_ATTRIBUTE, /* an attribute is given */
	DIFFERENCE_VALUES,    /* more values of it */
	DIFFERENCE_UNASKED,   /* it is given without a yes that was needed */
	DIFFERENCE_UNSHOWN,   /* a page is weaker: nothing is shown before it leaves */
	DIFFERENCE_NAME,      /* the person, or the attribute, goes by another name */
	DIFFERENCE_ANYTHING,  /* any of these: each person once */
	DIFFERENCE_KINDS
} DifferenceKind;

typedef struct {
	guint service; /* place in DifferenceOptions.services */
	DifferenceKind kind;
	const Attribute *attribute; /* NULL: LOGIN, UNSHOWN, ANYTHING, and the NAME of the person */
	bool wider;                 /* so it is after; else it was so before, and is no more */
	Role role;
	bool is_protected; /* never unless `openly` */
	guint count;       /* persons in that role */
	DecisionRule rule; /* that gives it (after if wider, else before) to one of them; its texts
			      belong to the policy. title is NULL: none is told */
} DifferenceChange;

/* One service on both sides; NULL: not known there. Not both. */
typedef struct {
	const Service *before, *after;
} DifferenceService;

/* One of the two sides. Borrowed. */
typedef struct {
	const Generation *generation;
	unsigned today; /* yyyymmdd */
} DifferenceSide;

typedef struct {
	DifferenceSide before, after;
	const DifferenceService *services;
	guint n_services;
	/* Protected persons as what they are; else each of them is outside every `for` on both
	 * sides, so that nothing that is counted tells of one. */
	bool openly;
	unsigned threads;
} DifferenceOptions;

typedef struct Difference Difference;

/* options: copied; what they point to must live as long. Transfer full. */
Difference *difference_new(const DifferenceOptions *options, GError **error);
void difference_free(Difference *difference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Difference, difference_free)

/* Somebody (a reference is taken) is to be decided on, in each role; waits while too many are. */
void difference_add(Difference *difference, DirectoryEntry *entry);

/* Waits until everybody is decided on. Returns: DifferenceChange, by service, wider ones first,
 * then kind, attribute and role. Once. Transfer full. */
GArray *difference_finish(Difference *difference);

/* How many were added. */
guint difference_size(const Difference *difference);
