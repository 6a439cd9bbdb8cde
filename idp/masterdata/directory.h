/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-servers.h"
#include "idp/masterdata/entry-cache.h"
#include "idp/masterdata/entry.h"

#include <stdbool.h>

/*
 * The school's directory over LDAPv3 (RFC 4511), with two small pools of connections: one bound as
 * the service account, which searches and reads, and one on which nothing but people's binds is
 * done. A service connection is never bound as a person.
 *
 * Every call that asks blocks, until LIMIT_DIRECTORY_TOTAL_MS after `began` at the very most
 * (limits.h), and may be made from any thread: they belong on the directory's own lane. `began` is
 * g_get_monotonic_time() when whoever waits for the answer began to wait. The URIs are tried in
 * order. One that fails rests for LIMIT_DIRECTORY_REST_MS and is then tried by one call at a time
 * until it answers; so are all of them when none is left, and the other calls fail at once. A
 * connection that died in the pool is replaced once without the URI being blamed.
 *
 * The wire is TLS (ldaps, or ldap with StartTLS; TLS 1.2 or later) with a certificate that chains
 * to the configured CA file and names the host of the URI, or a local socket (ldapi). Nothing else
 * works. Referrals are not followed. Neither the system's nor a user's ldap.conf is read.
 *
 * What of an entry cannot be read from the entry itself is asked before anybody gets it, once the
 * password is known to be right, and within the same time:
 * - whether another entry has one of its EPPNs (ENTRY_EPPN_SHARED), in any role's attribute, by the
 *   directory's own rule of what is equal;
 * - whether the protected group has its DN (ENTRY_PROTECTED_MEMBER); any answer but a plain no,
 * such as no access, or no such group, is ENTRY_PROTECTED_UNKNOWN. Groups in the group are not
 * opened;
 * - which of the groups that policies speak of it is in (entry_groups()). If the directory does not
 *   say so of one of them, that is a fault;
 * - whether the persons that its values speak of have protected identity: such a value, and one
 *   whose person is not found, or not alone, is taken out as if it were not there.
 * An EPPN is unreadable where there are more or longer ones than LIMIT_ENTRY_EPPNS and
 * LIMIT_ENTRY_EPPN_BYTES; an attribute that speaks of more than LIMIT_ENTRY_OTHERS others, too.
 *
 * Who has been found is kept for max-age, counted from before the directory was asked, and
 * forgotten at once when a read finds them gone.
 *
 * Errors: FAULT_ERROR/FAULT_DIRECTORY_DOWN for all that keeps us from an answer; the message names
 * the URI and what the server or library said, and never a login, a value or a password.
 */

/* Attributes of which each value speaks of another person (a guardian's child), and who of those
 * has protected identity. */
typedef struct {
	char **attributes; /* NULL-ended; NULL: none, and then the rest means nothing */
	char *key;         /* guardian-lookup: the attribute in which that person has the value;
			    * norEduPersonNIN when NULL */
	/* Any thread; the entry has its marks and what the directory is asked for. */
	bool (*is_protected)(const DirectoryEntry *, gpointer data);
	gpointer data; /* outlives the directory */
	char *meaning; /* equal for two who judge alike, see directory_inherit(); NULL: "" */
} DirectoryOthers;

/* A group that policies speak of ([group NAME]). In it is whoever's DN its entry has, or whoever's
 * entry the filter fits. */
typedef struct {
	char *name;
	char *dn;        /* NULL: by filter */
	char *attribute; /* of dn: the attribute with the DNs of its members */
	char *filter;    /* RFC 4515; NULL: by dn */
} DirectoryGroup;

/* Copies; attribute: member when NULL. Transfer full. */
DirectoryGroup *directory_group_new(const char *name, const char *dn, const char *attribute,
				    const char *filter);
void directory_group_free(DirectoryGroup *group);

/* The keys of [directory NAME], as read. Strings may be NULL where a default is given. */
typedef struct {
	char *name;
	char **uris; /* uri: ldaps://host[:port], ldap://host[:port], ldapi://%2Fpath; NULL-ended */
	bool start_tls;        /* start-tls: without it an ldap:// URI is refused */
	char *ca_file;         /* ca: PEM; mandatory unless every URI is ldapi */
	char *bind_dn;         /* bind-dn: the service account */
	uid_t password_owner;  /* for keys_read() */
	char *password_file;   /* password-file: as keys_read() wants it; one line feed at the
				* end is dropped */
	char *base;            /* base: people are searched in this subtree */
	char *login_filter;    /* login-filter: (uid={login}) when NULL; RFC 4515 */
	char *person_key;      /* person-key: entryUUID when NULL; immutable, one value */
	char *decoy_dn;        /* decoy-dn: bound against when the login is unknown, so that an
				* unknown login takes as long as a wrong password. An entry nobody
				* uses, its password of the kind people have. NULL: a made-up DN */
	char **unique;         /* eppn-student and so on: the attributes over which a value must be
				* one entry's own; NULL-ended. NULL: none */
	char *protected_group; /* protected-group: a DN; NULL: none */
	char *protected_group_attribute; /* protected-group-attribute: member when NULL */
	GPtrArray *groups; /* DirectoryGroup *, at most LIMIT_CONFIG_GROUPS, of which the first has
			    * the first bit of entry_groups(); NULL: none */
	DirectoryOthers others;
	unsigned connections; /* most connections of each of the two kinds; 1 .. 64 */
	unsigned max_age;     /* [person] max-age, in seconds; 0: nobody is kept */
} DirectoryOptions;

DirectoryOptions *directory_options_new(void);
void directory_options_free(DirectoryOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DirectoryOptions, directory_options_free)

typedef struct Directory Directory;

typedef enum {
	DIRECTORY_FAULT = 0,      /* no answer; error is set, whatever the person typed */
	DIRECTORY_FOUND,          /* *ret_entry is set; of a login: the password is right */
	DIRECTORY_BAD_INPUT,      /* empty, too long, NUL, or not UTF-8: nothing was sent */
	DIRECTORY_UNKNOWN,        /* nobody has that login or key (any more) */
	DIRECTORY_AMBIGUOUS,      /* more than one entry; none is taken */
	DIRECTORY_NO_KEY,         /* the entry has not exactly one usable person key */
	DIRECTORY_WRONG_PASSWORD, /* or an account that the server has locked */
	DIRECTORY_HELD,           /* the gate was closed: the password has not been tried */
} DirectoryOutcome;
/* A person is told the same for all but FOUND and FAULT; the log may say which it was. */

/* Checks the options, reads the password file and makes a directory that has not connected yet.
 *
 * The first one is made while there is one thread, since it changes the environment.
 *
 * options: copied.
 * attributes: the LDAP attributes that entries shall hold, NULL-terminated, copied; the person key
 *   is asked for besides.
 * Errors: G_KEY_FILE_ERROR/INVALID_VALUE: "[directory NAME] KEY: what is wrong; what to do";
 *   G_FILE_ERROR for the password and CA files.
 * Returns: transfer full. */
Directory *directory_new(const DirectoryOptions *options, const char *const *attributes,
			 GError **error);
void directory_free(Directory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Directory, directory_free)

/* Is that a key which servers make themselves, so that people who are deleted and loaded again get
 * another? */
bool directory_makes_key(const char *person_key);

/* From now on both keep the same people, if both ask the same servers as the same account for the
 * same attributes: a reload while the directory is away does not send everybody away. What the
 * attributes mean is not kept, so that another meaning holds at once. Before `directory` is used.
 */
void directory_inherit(Directory *directory, const Directory *before);

/* Asked in a login once it is known who the login is, and before a password is tried: whether it
 * may be. Asked again if another server has to answer after that. person_key: NULL where nobody, or
 * nobody in particular, has that login. Called on the caller's thread. */
typedef struct {
	bool (*is_open)(const char *person_key, gpointer data);
	gpointer data;
} DirectoryGate;

/* Is this the person who has that login, and knows the password? The search and the bind go to
 * the same server. An unknown login costs a bind too.
 *
 * login: login_length bytes; the caller has removed the blanks around it, if it wants to.
 * password: password_length bytes, sent as they are; the caller wipes them. libldap's copy is
 *   wiped once it is sent (directory-wipe.h).
 * gate: NULL: always open.
 * ret_entry: transfer full, set for DIRECTORY_FOUND only. */
DirectoryOutcome directory_login(Directory *directory, gint64 began, const char *login,
				 gsize login_length, const char *password, gsize password_length,
				 const DirectoryGate *gate, DirectoryEntry **ret_entry,
				 GError **error);

/* The entry that had that person key at most max-age ago, or NULL: ask then. Never blocks.
 * Transfer full. */
DirectoryEntry *directory_recall(Directory *directory, const char *key);

/* The entry that has that person key now. Outcomes: FAULT, FOUND, UNKNOWN (gone), AMBIGUOUS.
 * ret_entry: transfer full. */
DirectoryOutcome directory_read(Directory *directory, gint64 began, const char *key,
				DirectoryEntry **ret_entry, GError **error);

/* The entry that would log in by that name; for admins' commands, never for a login.
 * ret_entry: transfer full. */
DirectoryOutcome directory_find(Directory *directory, const char *login, DirectoryEntry **ret_entry,
				GError **error);

/* One of everybody. */
typedef struct {
	DirectoryOutcome
		outcome;       /* FOUND, or NO_KEY: they can never log in, and entry_key() is "" */
	DirectoryEntry *entry; /* take a reference to keep it */
	guint number;          /* 1 for the first */
} DirectoryWalked;

typedef struct {
	const char *const *attributes; /* asked for besides, NULL-ended; NULL: none */
	bool keeps_protected; /* a value that speaks of somebody protected is not taken out: for
			       * what is told to those who may not know who is */
} DirectoryWalkOptions;

/* Everybody who could log in (the login-filter with `*' for the login), one after the other, in the
 * server's order: all of them, or an error that says after how many. Where the server does not say
 * that there are no more (limits, no pages, a referral, a lost connection) that is an error, and so
 * is a directory where nobody is found.
 *
 * It is read in pages (RFC 2696) over a connection of its own, of which one is in memory at a
 * time; each has a deadline (LIMIT_DIRECTORY_PAGE_MS), all of them together have none. Once
 * somebody has been told of, no other URI is tried. Nobody is kept in the cache.
 *
 * The marks say who is in the protected group, but nothing of EPPNs: whoever sees everybody sees
 * what they share.
 *
 * options: NULL: as in a login.
 * person: called on this thread; false: that was enough, and the walk returns true.
 * False: error is set, FAULT_DIRECTORY_DOWN. */
bool directory_walk(Directory *directory, const DirectoryWalkOptions *options,
		    bool (*person)(const DirectoryWalked *, gpointer), gpointer data,
		    GError **error);

/* Connects to every URI in turn, binds as the service account and looks at the base: what
 * `portvakt check` asks. False: error says what the first bad one suffers from. */
bool directory_check(Directory *directory, GError **error);

typedef struct {
	unsigned n_servers;
	ServersStats servers[SERVERS_MAX]; /* in the order of uri; borrow from the directory */
	unsigned running;                  /* questions under way */
	EntryCacheStats cache;
	gint64 max_age; /* microseconds */
} DirectoryStats;

/* How it is doing, for health and metrics. Any thread, never blocks for long. */
void directory_stats(Directory *directory, DirectoryStats *ret_stats);

/* "wrong-password" and so on, for the log. */
const char *directory_outcome_name(DirectoryOutcome outcome);
