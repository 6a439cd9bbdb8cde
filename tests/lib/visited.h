/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What somebody finds on the pages that they meet, told in lines
 *
 *     CASE TAB WHAT TAB TEXT [TAB TEXT]
 *
 * read from the HTML and the XML as they came, without a line of what made them.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

/* A page. NULL: it is none. */
typedef xmlDoc Page;
Page *page_read(const GString *html);
void page_free(Page *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Page, page_free)

/* What the expression is on the page, as text (transfer full), "" where there is nothing. */
char *page_text(Page *page, const char *xpath);
/* The text of each node, char *. Transfer full. */
GPtrArray *page_texts(Page *page, const char *xpath);

/* The body of the page's first form that matches and where it goes (transfer full), with its hidden
 * fields; NULL: there is none. */
char *page_form(Page *page, const char *condition, char **ret_action);

/* A line. */
void visited(const char *number, const char *what, const char *a, const char *b);

/* What is told and asked on a page before the answer:
 *     told-why PURPOSE, told-value VALUE, the same with asked, asked-basis consent|other,
 *     young yes, effect free|closed */
void visited_matters(const char *number, Page *page);

/* The message to the service on a page that leads to it: id ID, status CODE (each), attribute NAME
 * VALUE, subject FORMAT VALUE (unless transient). False: there is none. */
bool visited_message(const char *number, Page *page);

/* What the person has said, as their page tells it: choice SERVICE yes|no|seen PURPOSE, for each
 * purpose. */
void visited_choices(const char *number, Page *page);
