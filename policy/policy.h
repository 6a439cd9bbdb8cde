/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/decision.h"
#include "policy/person.h"
#include "policy/registry.h"
#include "policy/service.h"

/*
 * The release policy: loaded from bytes, proved against its own expectations, immutable and
 * reference counted from then on; and the one question it answers. The language is described in
 * portvakt-policy(5). Nothing here reads a file, the clock, the network or anything but its
 * arguments, so the same arguments always give the same decision. Thread safe: a Policy may be
 * used by any number of threads at once.
 */

/* What one policy file may be, so that no file can keep a reload busy or exhaust memory. */
#define POLICY_FILE_MAX       1048576 /* bytes in a file */
#define POLICY_LINE_MAX       4096    /* bytes in a line */
#define POLICY_RULES_MAX      10000   /* rules in all files */
#define POLICY_CONDITIONS_MAX 64      /* conditions in a rule */
#define POLICY_WAYS_MAX       1000 /* choices of groups and units that one person can meet at once */
#define POLICY_VALUE_MAX      256  /* characters in a released value (saml2int SDP-G02) */

#define POLICY_ERROR (policy_error_quark())
GQuark policy_error_quark(void);
typedef enum {
	POLICY_ERROR_SYNTAX,  /* not the language, or more of it than this version understands */
	POLICY_ERROR_MEANING, /* the language, but it cannot stand */
	POLICY_ERROR_EXPECT,  /* an expectation does not hold */
} PolicyError;

/* One file. The order of files has no meaning. */
typedef struct {
	const char *name;  /* what messages and decisions call it: its path in the folder */
	const char *bytes; /* need not end in NUL */
	size_t length;
	const char *huvudman; /* whom alone it binds, and whom its header must name; NULL: all */
} PolicySource;

/* A feed of metadata, by its name in the configuration. */
typedef struct {
	const char *name;
	bool is_trial; /* for test persons alone */
} PolicyFeed;

/* A level of assurance, by its name in the configuration. */
typedef struct {
	const char *name;
	const char *const *includes; /* NULL-terminated names; each includes what that includes */
} PolicyLevel;

/* What the policy must be told about the school. Nothing is kept of services; scopes are copied. */
typedef struct {
	const char *const *scopes;      /* NULL-terminated: the domains the school owns, lower case;
					   values of scoped attributes are withheld in any other */
	unsigned today;                 /* yyyymmdd in the school's time zone: the day on which an
					   expectation without `on` must hold */
	const Service *const *services; /* the known services, over which expectations are
					   proved beside imagined ones; may be NULL */
	size_t n_services;
	/* How many different people have approved the release of that canonical text; NULL:
	 * nobody has approved anything. Called during the load alone. */
	unsigned (*approvers)(const char *canonical, gpointer data);
	gpointer approvers_data;
	const char *huvudman; /* its name where there are several; NULL: the only one */
	const char *language; /* of errors and warnings: "sv"; else, or NULL: English */
	/* What the school can speak of, which is referenced; NULL: what is shipped. */
	Registry *attributes;
	/* The closed lists of the configuration, which are copied. */
	const char *const *groups; /* NULL-terminated; NULL: none */
	const PolicyFeed *feeds;
	size_t n_feeds;
	const PolicyLevel *levels;
	size_t n_levels;
	/* The entity categories that our own metadata says we support, URIs; NULL-terminated; NULL:
	 * none. Kept nowhere. */
	const char *const *supports;
} PolicyContext;

/* What a person answered to the release of that title at the service, by what they were shown. */
typedef struct {
	const char *title;
	bool yes;
	unsigned date; /* yyyymmdd */
} PersonAnswer;

/* All that a decision rests on beside the policy, the person and the service. */
typedef struct {
	unsigned today;    /* yyyymmdd in the school's time zone, a real day */
	const char *level; /* the one that the login proved; NULL: none */
	const PersonAnswer *answers;
	unsigned n_answers;
	bool too_young; /* to be asked anything */
} Circumstances;

typedef struct Policy Policy;

/* Reads all files, resolves names, and proves every expectation. No files, or files without
 * rules, are a policy that gives nothing.
 *
 * On failure NULL, and error says `file:line:col: what is wrong`, the line itself and the word
 * marked below it (several lines of text, without a newline at the end). No value of any person
 * can be in it. Returns: transfer full. */
Policy *policy_load(const PolicySource *sources, size_t n, const PolicyContext *context,
		    GError **error);
Policy *policy_ref(Policy *policy);
void policy_unref(Policy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Policy, policy_unref)

/* What an admin should look at, though it does not stop the load: char *, each
 * `file:line:col: text`, sorted by file and line. Transfer none. */
const GPtrArray *policy_warnings(const Policy *policy);

/* What leaves about that person, in that role, to that service. Never fails. A refusal of a person
 * with protected identity says what that of an ordinary person says whom no release is for, so that
 * neither it nor what is logged of it tells of the protection. Returns: transfer full. */
Decision *policy_decide(const Policy *policy, const Person *person, const Service *service,
			const Circumstances *circumstances);

/* Whether a release could give that attribute to that service: to somebody, on some day. Who or
 * what day it is makes no difference, so that whoever fetches a value only where it may be needed
 * takes equally long for everybody. */
bool policy_may_give(const Policy *policy, const Service *service, const Attribute *attribute);

/* The releases that could, in the order of their files: DecisionRule, which borrows from the
 * policy. Transfer full. */
GArray *policy_givers(const Policy *policy, const Service *service, const Attribute *attribute);

/* The same, with the true reasons whoever it is: for those alone who may know of protection. */
Decision *policy_decide_openly(const Policy *policy, const Person *person, const Service *service,
			       const Circumstances *circumstances);

/* The decision about a person of the same role and values, not protected, whom no release is for:
 * what is shown of a person with protected identity to those who may not know of it. */
Decision *policy_decide_outside(const Policy *policy, const Person *person, const Service *service,
				const Circumstances *circumstances);

/* How a service is told who logs in. */
Subject policy_subject(const Policy *policy, Protocol protocol, const char *id);

/* A release that two people must approve before it gives anything. */
typedef struct {
	const char *title;
	const char *file;
	unsigned line;
	const char *canonical; /* what they approve: section APPROVAL of portvakt-policy(5) */
	unsigned approvers;    /* how many have: 0, 1 or 2; more than two are 2 */
} PolicyApproval;

/* All such releases, by file and line: an array of PolicyApproval, valid while the policy is.
 * Transfer full. */
GArray *policy_approvals(const Policy *policy);

/* The canonical text of the release of that title, if two must approve it; else NULL. Transfer
 * none. */
const char *policy_rule_canonical(const Policy *policy, const char *title);

/* The name that a `service` block gives to a service; NULL if none does. Transfer none. */
const char *policy_service_name(const Policy *policy, Protocol protocol, const char *id);

/* A line of a `service` block: where a service is treated otherwise than services are. */
typedef struct {
	const char *text; /* in one way of writing it: section APPROVAL of portvakt-policy(5) */
	const char *file;
	unsigned line;
} PolicyDeviation;

/* All lines about a service, by file and line: an array of PolicyDeviation, valid while the policy
 * is. Transfer full. */
GArray *policy_deviations(const Policy *policy, Protocol protocol, const char *id);

/* The ids that a `service` block of that name stands for: const char *, none if there is no such
 * name. Transfer container. */
GPtrArray *policy_service_ids(const Policy *policy, Protocol protocol, const char *name);

/* Every text in quotes of the files, up to where one of them is not the language: char *. Whoever
 * has too many services to give them all to policy_load finds here which of them it names. Transfer
 * full. */
GPtrArray *policy_texts(const PolicySource *sources, size_t n);
