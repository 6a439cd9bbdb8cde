/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory.h"
#include "idp/masterdata/masterdata.h"

/*
 * The sample school behind a real slapd, for test programs. One folder holds it all; server and
 * folder go when the test ends, also when it dies. What fails here ends the test.
 */

#define SCHOOL_PASSWORD "katten-sover-gott"
#define SCHOOL_PEOPLE   "ou=people,dc=skola,dc=example"

/* ldif, conf: more people, more lines of slapd.conf; NULL: none. */
void school_up(const char *ldif, const char *conf);
void school_down(void);

/* ldap://127.0.0.1:PORT. Transfer none. */
const char *school_uri(void);

/* A file in the folder, and its text without blanks around. What there is: tests/lib/slapd.sh.
 * Transfer full. */
char *school_path(const char *name);
char *school_text(const char *name);

/* Runs bash with these arguments, NULL-ended, and waits. */
void school_run(const char *argument, ...) G_GNUC_NULL_TERMINATED;

/* What portvakt.conf says of this directory; uris are apart by a blank. Transfer full. */
DirectoryOptions *school_options(const char *uris);
MasterdataOptions *school_meaning(void);

/* directory_new() that must succeed. attributes NULL: a few. Transfer full. */
Directory *school_open(const DirectoryOptions *options, const char *const *attributes);

/* directory_login() that keeps its contract: an error with a fault, an entry with a find. */
DirectoryOutcome school_login(Directory *directory, const char *name, const char *password,
			      DirectoryEntry **ret_entry);
