/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a service asks of us, whatever protocol it speaks. Decoded once, at the edge; everything
 * after the edge reads only this. Every field has been proven there: the service is known, the
 * return URL is taken from its metadata (never from the request), a signature that was present or
 * demanded has verified.
 *
 * An ask waits while its person logs in: it is packed into a GVariant, sealed and carried by the
 * browser, so its packed form is small (typically under 400 bytes).
 */
#pragma once

#include "policy/service.h"
#include <glib.h>
#include <stdbool.h>

/* Which NameID the service takes (NameIDPolicy/@Format, SAML core 3.4.1.1). */
typedef enum {
	ASK_NAME_ANY = 0, /* it does not say, or says unspecified */
	ASK_NAME_TRANSIENT,
	ASK_NAME_PERSISTENT,
	ASK_NAME_OTHER, /* another format, which the policy gives it */
} AskName;

typedef struct Ask {
	Protocol protocol;
	char *service;       /* entityID or client id */
	char *request_id;    /* what the answer is InResponseTo; never NULL for SAML */
	char *return_url;    /* the https URL the answer goes to */
	char *relay_state;   /* given back as it came, or NULL; at most LIMIT_RELAY_STATE bytes */
	gint64 issued;       /* when the service says it asked, unix seconds */
	int consuming_index; /* AttributeConsumingServiceIndex 0..65535, or -1: none named */
	bool force_authn;    /* the person must prove presence afresh */
	bool is_passive;     /* no page may be shown */
	bool is_signed;      /* its signature was present and has verified */
	bool no_new_name;    /* NameIDPolicy does not allow that a persistent name is made */
	AskName name;
} Ask;

/* A zeroed ask with consuming_index -1. Transfer full. */
Ask *ask_new(void);
/* Whether the service takes a NameID of that format. */
bool ask_takes_name(const Ask *ask, const char *format);

/* What a NameIDPolicy/@Format (or NULL) stands for. */
AskName ask_name_of(const char *format);

/* Frees the ask and its strings; NULL is fine. */
void ask_free(Ask *ask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ask, ask_free)

/* A deep copy. Transfer full. */
Ask *ask_copy(const Ask *ask);

/* The packed form, floating. Equal asks give equal bytes. */
GVariant *ask_to_variant(const Ask *ask);

/*
 * The ask that was packed. Transfer full. NULL with FAULT_ERROR/FAULT_LOGIN_EXPIRED when the
 * variant is of another type, not in normal form, or holds what no decoder of ours would have
 * written (an older version's form, or somebody else's).
 */
Ask *ask_from_variant(GVariant *variant, GError **error);
