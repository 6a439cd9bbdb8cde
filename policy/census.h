/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/policy.h"

/*
 * What a policy speaks of and the directory does not have: groups, school units and attributes of
 * nobody, and school years where no student's is known. Whoever has gone through the directory
 * answers.
 */
typedef struct {
	/* Whether somebody is in that group; false also if it cannot be read. */
	bool (*has_group)(const char *name, gpointer data);
	bool (*has_unit)(const char *code, gpointer data);
	/* Whether somebody has a value of it. */
	bool (*has_attribute)(const Attribute *attribute, gpointer data);
	/* Whether the year of some student is known, or there are no students. */
	bool (*has_years)(gpointer data);
	gpointer data;
} Census;

/* Warnings like those of policy_warnings(): char *, each `file:line:col: text`, each group, unit
 * and attribute, and the years, once, where it stands first; by file and line. Transfer full. */
GPtrArray *policy_census(const Policy *policy, const Census *census);
