/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A generation: everything that is read from files before it is used - configuration, keys,
 * metadata, policy, pages - read, judged and proved whole, then immutable. A reload builds a new
 * one beside the old and swaps; a visit keeps the one it began with.
 */
#pragma once

#include "idp/assurance.h"
#include "idp/config.h"
#include "idp/holds.h"
#include "idp/identity/identity.h"
#include "idp/ledger.h"
#include "idp/login/session.h"
#include "idp/masterdata/directory.h"
#include "idp/masterdata/masterdata.h"
#include "idp/page/page.h"
#include "idp/policy-files.h"
#include "idp/saml/identity.h"
#include "idp/seal.h"
#include "metadata/entity-set.h"
#include "metadata/xml/key.h"
#include "policy/policy.h"

#include <stdatomic.h>

/* A hash of a key, and where the configuration names it. */
typedef struct {
	const char *group, *key;
	uint8_t print[SEAL_HASH_BYTES];
} GenerationSecret;

typedef struct {
	atomic_uint references; /* C11's, not GLib's: ThreadSanitizer sees these */
	guint64 serial;         /* no other of this process has it */
	char digest[65];        /* hex digits: equal for equal policy, approvals, metadata and
				   configuration */
	char id[13];            /* the first of them, for people and logs */
	Config *config;
	Assurance *assurance; /* borrows from config */
	Registry *registry;   /* what policy, services and directory speak of */
	char *registry_sum;   /* of the files that define it */
	char *meaning;        /* of the words of the policy: meaning.h */
	PolicyFiles *files;   /* of the policy */
	Policy *policy;
	EntitySet *entities;
	Holds *holds; /* of the entities, which are marked with it */
	Pages *pages;
	Masterdata *masterdata;
	Directory *directory;
	XmlKey *key;
	SamlIdentity identity; /* borrows from config and key */
	Sealer *sealer;
	LedgerKey *ledger_key;
	Secret *identifiers_key;
	IdentityRules identities; /* borrows from config, policy and keys */
	SessionOptions session;
	gint64 ledger_keep; /* seconds */
	gint64 choice_keep; /* likewise, see ChoiceTime */
	GTimeZone *zone;
	char *sso_url;
	char *reader_metadata; /* our own metadata, for a LassoReader */
	char *entity_id;       /* identity.entity_id where it was left out */
	GPtrArray *warnings;   /* char *: what an admin should look at */
	GArray *secrets;       /* GenerationSecret: what huvudmän may not share */
} Generation;

/*
 * Reads and proves everything that a huvudman's configuration names, which is referenced. NULL with
 * an error that says file, line and what to do. `now` in seconds since 1970. Does not connect to
 * the directory, reads of the store what has been approved, and writes nothing. Waits for a child
 * where a feed is new (metadata/feed-child.h). Transfer full.
 */
Generation *generation_load(Config *config, gint64 now, GError **error);

/* The same with other policy files (transfer full) than the configuration names; NULL: those. */
Generation *generation_load_files(Config *config, PolicyFiles *files, gint64 now, GError **error);

Generation *generation_ref(Generation *generation);
void generation_unref(Generation *generation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Generation, generation_unref)

/* How many there are: the current one, and those that visits began with. More than that are leaked.
 * Any thread. */
unsigned generation_alive(void);
/* Keeps the indices of new feeds for the next start; before other threads know of the generation.
 * What cannot be kept is a line in warnings. */
void generation_keep_feeds(Generation *generation);

/* The feeds, for whoever watches: FeedStatus in their order, good as long as the generation.
 * Transfer full. */
GArray *generation_feeds(const Generation *generation);

/* The day at `now`, in the school's time zone, as yyyymmdd. */
unsigned generation_today(GTimeZone *zone, gint64 now);
