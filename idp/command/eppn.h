/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the subcommands of `portvakt eppn` share: the configuration, the directory, the store, and
 * the way a person at a terminal is asked.
 */
#pragma once

#include "idp/command/command.h"
#include "idp/generation.h"
#include "idp/identity/eppn.h"
#include "idp/masterdata/directory-editor.h"
#include "idp/store/store.h"

int command_eppn_assign(int argc, char **argv);
int command_eppn_adopt(int argc, char **argv);
int command_eppn_show(int argc, char **argv);
int command_eppn_rotate(int argc, char **argv);
int command_eppn_export(int argc, char **argv);

#define EPPN_ROLES 3
extern const Role eppn_roles[EPPN_ROLES];

typedef struct {
	Generation *generation;
	const char *scope; /* of new EPPNs */
	bool from_store;   /* [eppn] source = store */
	const char *store_file;
	StoreReader *reader;     /* NULL: nobody has logged in yet, and there is no store */
	Store *store;            /* eppn_desk_write() */
	DirectoryEditor *editor; /* eppn_desk_edit() */
	int64_t now;
} EppnDesk;

/* Reads the configuration and opens the store for reading, if there is one. */
bool eppn_desk_open(EppnDesk *desk, const CommandLine *line, GError **error);
/* Opens the store for writing too, beside a running daemon or without one. */
bool eppn_desk_write(EppnDesk *desk, GError **error);
/* Binds at the directory, to write in it. Refuses the daemon's own account and password file: what
 * may write is nothing for it. */
bool eppn_desk_edit(EppnDesk *desk, const char *bind_dn, const char *password_file, GError **error);
void eppn_desk_close(EppnDesk *desk);

/* OK or CONFLICT; anything else is a FAULT with error set. */
StoreOutcome eppn_desk_commit(EppnDesk *desk, StoreCommit *commit, GError **error);

/* eppn_find(), continuation_of() and eppn_of() where there may be no store yet. */
StoreOutcome eppn_desk_find(const EppnDesk *desk, const char *eppn, EppnRow **row, GError **error);
char *eppn_desk_identity(const EppnDesk *desk, const char *key, GError **error);

/* The LDAP attribute with the EPPN of that role. */
const char *eppn_desk_attribute(const EppnDesk *desk, Role role);

typedef enum {
	EPPN_NOW_FAULT = 0, /* error is set */
	EPPN_NOW_NONE,
	EPPN_NOW_ONE,    /* *eppn is set, transfer full */
	EPPN_NOW_BROKEN, /* several, or one that is no text, or the same for two roles */
} EppnNow;

/* The EPPN of an entry in one role, where [eppn] source says. `person`: the identity. */
EppnNow eppn_desk_now(const EppnDesk *desk, const DirectoryEntry *entry, const char *person,
		      Role role, char **eppn, GError **error);

/* What is wrong where that was EPPN_NOW_BROKEN. Transfer full. */
char *eppn_desk_broken(const EppnDesk *desk, const DirectoryEntry *entry, Role role);

/* A value of that scope that nobody ever had: not in the store, and not in `taken` (folded EPPNs;
 * may be NULL). `entry`: whose name it may not speak of. Transfer full. */
char *eppn_desk_draw(const EppnDesk *desk, const DirectoryEntry *entry, Role role,
		     GHashTable *taken, GError **error);

/* Roles named by --role; all of them for NULL. False after telling on stderr. */
bool eppn_roles_wanted(const char *command, const char *name, unsigned *roles);

/* "DOING 1200" on a terminal, now and then; `n` 0 wipes it. */
void eppn_progress(const char *doing, guint n);

/* LDIF (RFC 2849): a line of an entry, in Base64 where it must be. */
void eppn_ldif_line(GString *out, const char *name, const char *value);
/* One change: `before` (may be NULL) goes, `after` comes. */
void eppn_ldif_change(GString *out, const char *dn, const char *attribute, const char *before,
		      const char *after);
