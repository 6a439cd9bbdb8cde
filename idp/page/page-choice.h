/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pages that tell and ask what a service may know of a person, and the one that lists what was
 * said there. What page.h says of pages holds here too. */
#pragma once

#include "idp/page/page.h"

/* Values of one attribute that are shown; of more it is told how many. */
#define PAGE_VALUES_MAX 8

/* One attribute, in the page's language. */
typedef struct {
	const char *label;
	const char *explained;   /* or NULL */
	const GPtrArray *values; /* char *; NULL: none are shown */
	bool is_secret;          /* the values are shown but for their last characters */
} PageItem;

/* What it is about. */
typedef struct {
	const GArray *items;       /* PageItem; empty: no more than that somebody logs in */
	const GPtrArray *purposes; /* const char *, in the page's language; one at least */
} PageMatter;

typedef struct {
	const char *service; /* display name, or id */
	const char *handle;  /* PENDING_CONSENT handle */
	const char *csrf;
	bool is_pupil;           /* else the words are for grown-ups */
	const PageMatter *told;  /* or NULL */
	const PageMatter *asked; /* or NULL; one of both is there */
	bool is_consent;         /* what is asked rests on consent (GDPR, article 6.1 a) */
	bool lets_in;            /* the person is let in after a no as well */
	unsigned too_young;      /* years that one must be for what is not asked; 0: all is asked */
} PageConsent;

/*
 * GET /consent: "this is what the service will know of you", with one button; or, with what is
 * asked, a yes and a no that weigh the same. Form POST /consent: handle, csrf, lang,
 * answer = seen|yes|no. The other language is GET /consent?handle=HANDLE&lang=LANG. The word
 * consent is on it only where that is what it is. Status 200.
 */
HttpResponse *page_consent(const Pages *pages, const char *lang, const PageConsent *consent);

/* LAPSED: a yes that counts no more. */
typedef enum { PAGE_SAID_SEEN, PAGE_SAID_YES, PAGE_SAID_NO, PAGE_SAID_LAPSED } PageSaid;

typedef struct {
	const char *id; /* letters, digits, - and _ */
	PageSaid said;
	const char *service;
	const char *date;   /* 2026-11-23 */
	PageMatter what;    /* without values */
	const char *agreed; /* a date, when it was a yes that it is no more; NULL: it was none */
} PageChoice;

/*
 * GET /me/choices: what was said and told before, and buttons to take back a yes or to be asked
 * again after a no. Form POST /me/choices: csrf, lang, choice (its id), said = yes|no (what it is
 * now). `choices`: PageChoice, in the order they are shown. Status 200.
 */
HttpResponse *page_choices(const Pages *pages, const char *lang, const GArray *choices,
			   const char *csrf);
