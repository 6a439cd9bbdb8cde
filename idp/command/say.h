/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* In which language the command that runs speaks to whoever runs it. */
#pragma once

#include <glib.h>

/* What --language says, "sv" or "en", from here on: else it is the locale's. */
void say_in(const char *language);

/* "sv" or "en". Static. */
const char *say_language(void);

/* The one of both in that language. Transfer none. */
const char *say(const char *en, const char *sv) G_GNUC_FORMAT(1) G_GNUC_FORMAT(2);
