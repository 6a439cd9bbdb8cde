/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A choice: what a person, in one role, has been told by a service's page or has answered to it, as
 * STORE_CHOICE keeps it for as long as it counts, and a time beyond. There is one row for each
 * matter that was asked, and one for each service with what was told there last. A row says in
 * words what it is about, for the person to read and for the school to show (GDPR, articles 7.1 and
 * 15); it holds no value of anybody.
 *
 * A yes leaves its trace: what is a no since, or counts no more because something else is asked or
 * an admin has withdrawn it, says when it was a yes.
 */
#pragma once

#include "idp/choice/matter.h"
#include "idp/store/store.h"
#include "policy/person.h"

/* Bytes of purposes that a row keeps, so that it fits into the store; what is beyond is left out of
 * the words, and counts all the same. */
#define CHOICE_PURPOSES_MAX 8192
/* Bytes of each name of a receiver that a row keeps; longer names are cut. */
#define CHOICE_NAME_MAX 1024

typedef struct {
	char *id;     /* of the matter, in the language in which it was read */
	Said said;    /* not SAID_NOTHING */
	Role role;    /* one bit */
	int64_t time; /* seconds since 1970 */
	Protocol protocol;
	char *service; /* entityID or client_id */
	char *name_sv; /* what the receiver was called then */
	char *name_en;
	GPtrArray *purposes_sv; /* char *; as many of each */
	GPtrArray *purposes_en;
	GPtrArray *attributes; /* char *: names of the registry */
	char *title;     /* of the release that asked, cut like a name; "" where it informed, and
			    in rows of before it was kept, as the next two are */
	bool is_consent; /* and the page called it consent */
	char *lang;      /* in which it was read: "sv" or "en" */
	int64_t agreed;  /* when the last yes was said; 0: none was, or of before it was kept */
	char *by;        /* the Unix account that has withdrawn it; "": none has */
	GBytes *found;   /* the row, as it was read; NULL: it is a new one */
} Choice;

void choice_free(Choice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Choice, choice_free)

/* The row's bytes: a versioned GVariant. And back: NULL with STORE_ERROR_CORRUPT for anything else.
 * Transfer full. */
GBytes *choice_to_bytes(const Choice *choice);
Choice *choice_from_bytes(GBytes *bytes, GError **error);

/* When something is said or used, in seconds since 1970; and how long at least it is kept after
 * that: at most a twelfth longer, so that not each login has to write it. A row that is gone leaves
 * its matter as one that nobody has said anything to. */
typedef struct {
	int64_t now, keep;
} ChoiceTime;

/* `person' is an identity (continuation.h). */

/* Looks up what the person has said to the matter, in whichever language, last: sets its `said`,
 * `time` and `lang`, and the row that says so. False on a fault. */
bool choice_recall(StoreReader *reader, const char *person, Role role, Matter *matter, int64_t now,
		   GError **error);

/*
 * Adds: what was recalled counts in an answer that leaves with the commit. It is kept on from now,
 * if it would not be for long enough; and a yes must be there as it was found, else CONFLICT. The
 * attack prevented: a yes that was taken back while the answer was made lets it leave all the same.
 */
void choice_use(StoreCommit *commit, const char *person, Role role, const Matter *matter,
		const ChoiceTime *at);

/* Adds what the person has said to the matter, by the words of its `lang`. What was told or asked
 * in the same way before is replaced. */
void choice_remember(StoreCommit *commit, const char *person, Role role, const Matter *matter,
		     const ChoiceTime *at);

/* Adds: a yes of the person, in that role, at the service of `heard`, to none of these matters
 * (Matter *) counts no more: what they have answered now, to `heard`, is about what is asked in its
 * place. So does what they have said to `heard` itself in another language. False on a fault. */
bool choice_forget_others(StoreReader *reader, StoreCommit *commit, const char *person, Role role,
			  const GPtrArray *matters, const Matter *heard, const ChoiceTime *at,
			  GError **error);

/* All choices of the person, in any role, the latest first: Choice *, transfer full. NULL on a
 * fault, also where a row is damaged. */
GPtrArray *choice_list(StoreReader *reader, const char *person, int64_t now, GError **error);

/* Adds: that answer of the person, a yes, is no from now on; or, of a no, is none, so that they are
 * asked again. CONFLICT where it is not what it was any more. */
void choice_take_back(StoreCommit *commit, const char *person, const Choice *choice,
		      const ChoiceTime *at);

/* Adds: that yes of the person counts no more, since `account` has withdrawn it for them; they are
 * asked again. CONFLICT likewise. */
void choice_withdraw(StoreCommit *commit, const char *person, const Choice *choice,
		     const char *account, const ChoiceTime *at);
