/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Foreign text where people read it: a terminal, a log. */
#pragma once

#include <glib.h>

/*
 * The text as valid UTF-8, with `instead` for each character that would act and not be seen:
 * control characters, which move a terminal's cursor or begin a line, and those that turn the
 * direction of the text after them. length: in bytes, or -1 up to NUL. Transfer full.
 */
char *printable(const char *text, gssize length, gunichar instead);
