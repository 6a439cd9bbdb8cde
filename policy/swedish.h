/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

/*
 * What is said of a policy when it is loaded, in Swedish: errors, expectations that fail and
 * warnings. Whole sentences, and the parts that sentences are put together from, each by its
 * English. Those that are formats take the same arguments in the same order.
 */
typedef struct {
	const char *english, *swedish;
} Swedish;

/* All of them. n: how many. */
const Swedish *swedish_table(size_t *n);

/* The Swedish of a text; the text itself if there is none. Static. */
const char *swedish_of(const char *english) G_GNUC_FORMAT(1);
