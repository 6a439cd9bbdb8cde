/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Every size, count and time that a peer controls, each with its reason. A limit that only one
 * library needs (policy/, metadata/) stands in that library's own header.
 * Sizes in bytes, times in milliseconds unless the name says otherwise.
 */
#pragma once

/* -- HTTP requests ------------------------------------------------------------------------- */

/* Head and body together of any request. A login form is under 4 KiB, a Redirect AuthnRequest under
 * 8 KiB (what web servers take in a request line); the rest is room for foreign cookies. */
#define LIMIT_HTTP_REQUEST (32UL * 1024)

/* Body of POST /saml/sso: 64 KiB of XML is 86 KiB of Base64, +3 % where '+' and '/' are escaped,
 * +8 % for escaped line breaks, and up to 12 KiB of escaped RelayState. */
#define LIMIT_HTTP_BODY_SAML (128UL * 1024)

/* Header fields of a request; Chromium sends about 20, a proxy adds a handful. */
#define LIMIT_HTTP_HEADERS 64

/* Bytes of a Cookie header that we look at, and cookies in it: browsers stop at 180 cookies per
 * site and 4 KiB each, ours are four, the others come from siblings on the parent domain. */
#define LIMIT_HTTP_COOKIE_HEADER (16UL * 1024)
#define LIMIT_HTTP_COOKIES       200

/* Parameters of a query or form: SAML has five, a login six, an OpenID request some twenty. */
#define LIMIT_HTTP_PARAMETERS 64

/* Proxies in a row, of whose X-Forwarded-For each adds an address: two are many. */
#define LIMIT_HTTP_FORWARDED 8

/* -- HTTP time and connections -------------------------------------------------------------- */

/* From accept (or the next request line on a kept connection) to the last byte of the body:
 * 128 KiB at 100 kbit/s. Counted in total, so that one byte every two seconds does not live on. */
#define LIMIT_HTTP_READ_MS 10000

/* From the same moment to the last byte of the answer; a browser's user has given up by then. */
#define LIMIT_HTTP_TOTAL_MS 30000

/* How exactly these are kept. */
#define LIMIT_HTTP_TICK_MS 100

/* How long a kept connection may wait for its next request. */
#define LIMIT_HTTP_IDLE_MS 10000

/* How long a stop waits for requests that are being worked on. */
#define LIMIT_HTTP_DRAIN_MS 10000

/* Open connections of a listener. Each may take 64 KiB: 128 MiB at worst. */
#define LIMIT_HTTP_CONNECTIONS 2048

/* Open connections from one address: a school of 600 behind one address, most of them idle. Past
 * it the address's own oldest idle or half-sent connection is closed, not the new one. */
#define LIMIT_HTTP_CONNECTIONS_PER_ADDRESS 512

/* How long a request of nobody we know may wait for a thread: whoever stares at a white page that
 * long presses the button again, and the answer to the first is work for nobody. Those with a
 * session or a page of ours wait as long as they must. */
#define LIMIT_HTTP_QUEUED_MS 2000

/* Such requests may take one in so many places of the queue. */
#define LIMIT_HTTP_QUEUED_SHARE 2

/* -- SAML ----------------------------------------------------------------------------------- */

/*
 * A SAML message after decoding (XML_LIMITS_MESSAGE says the same of its bytes, and how many nodes,
 * attributes and levels those may hold). libxml2's and lasso's cost grows faster than the input (a
 * 160 kB query costs lasso seconds); the largest honest AuthnRequest seen is under 8 kB.
 */
#define LIMIT_SAML_MESSAGE 65536

/* Base64 of a message that long, with room for line breaks; checked before anything is decoded. */
#define LIMIT_SAML_BASE64 98304

/*
 * RelayState. The binding's 80 bytes bind the sender, and mellon and others exceed them; we carry
 * it sealed in URLs, which must stay below the request limit.
 */
#define LIMIT_RELAY_STATE 4096

/* An identifier or entityID: saml2int SDP-G02 and SDP-G04 say 256 characters. */
#define LIMIT_SAML_ID 256

/* A URL in a request: an ACS URL longer than this is in nobody's metadata. */
#define LIMIT_SAML_URL 2048

/* Classes named in RequestedAuthnContext: Skolverket sends about 20. */
#define LIMIT_SAML_CONTEXTS 64

/* Service providers a worker's lasso keeps loaded; each costs some 30 kB and 2 ms to load. */
#define LIMIT_LASSO_PROVIDERS 256

/* -- policy ---------------------------------------------------------------------------------- */

/* The policy that runs, as it is kept: 10,000 rules of a thousand bytes each, six times over. */
#define LIMIT_KEPT_POLICY (64UL * 1024 * 1024)

/* Days on which agreements end for which it is counted who loses what, the next ones: each decides
 * twice about everybody, in a thread of its own beside those that people wait for. */
#define LIMIT_AGREEMENT_DAYS 8

/* -- sealed strings, store and writer -------------------------------------------------------- */

/* Bytes under one seal: a pending ask with RelayState, an ACS URL and ids, twice over. */
#define LIMIT_SEALED (12 * 1024)

/* A value in the store; a session has some 200 bytes. */
#define LIMIT_STORE_VALUE (16 * 1024)

/* Sessions: 100,000 persons with ten each, about 400 MB. Only a right password makes one. */
#define LIMIT_STORE_SESSIONS 1000000

/* Browsers that somebody has logged in with: 100,000 persons with ten each, about 400 MB. Past it
 * the one that was not used for longest is forgotten: its users are a little slower to help. */
#define LIMIT_STORE_KNOWN 1000000

/* Users that a browser is known to: a shared computer of a classroom has a handful a day. */
#define LIMIT_KNOWN_USERS 8

/*
 * Rows that stay for good. A school of 100,000 persons, of whom one in seven is new each year, has
 * known 400,000 after 20 years.
 * EPPNs, and persons to whom one was given: each person in both roles, and some who changed theirs;
 * 250 MB at worst.
 */
#define LIMIT_STORE_EPPNS 1000000

/* Identifiers, two rows each: those 400,000 with a dozen services that take one of their own, since
 * most services of a school take the EPPN; 2 GB at worst. */
#define LIMIT_STORE_IDENTIFIERS 10000000

/* Persons whose identifiers were renewed: one in four of those 400,000; some are in danger, few
 * others ask for it. */
#define LIMIT_STORE_ROTATIONS 100000

/* Person keys that go on with an earlier one: everybody, each time a school of 100,000 moves to a
 * new directory, ten times. */
#define LIMIT_STORE_CONTINUATIONS 1000000

/* Approvals: 1,000 rules that need them, changed ten times, by two each. */
#define LIMIT_STORE_APPROVALS 20000

/* What people were told and said, as if none of it were ever old enough to go: those 400,000 with a
 * dozen services that tell and ask, some 600 bytes each; 3 GB at worst. */
#define LIMIT_STORE_CHOICES 5000000

/* Services whose asks are known: eduGAIN's ten thousand, and as many again that came and went each
 * year for nine years; most rows have some 600 bytes. */
#define LIMIT_STORE_HOLDS 100000

/* Confirmations: one a reload, of which an admin makes some a day. Past it the oldest is forgotten,
 * and asked for again if it was never used. */
#define LIMIT_STORE_CONFIRMATIONS 1000

/* How long a confirmation waits for its reload, in seconds: a change that is prepared before a
 * holiday. */
#define LIMIT_CONFIRMATION (30 * 86400)

/* How long the command that confirms waits for the daemon to have it: a whole generation is read
 * and compared, and a policy of 10,000 rules takes its time. */
#define LIMIT_CONFIRM_WAIT_MS 20000

/* How long an expired row is left before it is swept, in seconds: longer than any request lasts,
 * so that a slow one still meets the row that says it comes second. */
#define LIMIT_STORE_GRACE 60

/* Spent asks: the peak login rate, 400 a second, for the 600 seconds that a handle lives and the
 * 600 that the role page, which follows it under the same id, may live after. */
#define LIMIT_STORE_SPENT_ASKS (400 * (600 + 600 + LIMIT_STORE_GRACE))

/* Commits that wait for the writer: at 400 a second, two and a half seconds of a stalled disk. */
#define LIMIT_WRITER_QUEUE 1024

/* Commits, and bytes of rows, in one transaction: whoever is in it waits for all of it. */
#define LIMIT_WRITER_BATCH       256
#define LIMIT_WRITER_BATCH_BYTES (1024 * 1024)

/* What the store keeps for itself on the disk, against its being full: 10,000 logins take
 * some 10 MB where each releases four values, and twice that where policy is generous. */
#define LIMIT_STORE_RESERVE (20UL * 1024 * 1024)

/* From when a visit's rows are handed to the writer until its browser is told to try again. */
#define LIMIT_STORE_COMMIT_MS 2000

/* A commit that a command hands to the daemon, and the answer: seven values as large as any, or
 * some hundred such as we have. The kernel hands over 200 kB whole. */
#define LIMIT_DOOR_MESSAGE (128 * 1024)

/* Its operations: a person's rows in every table, twice over. Those that take a value: all these
 * values are in the answer. */
#define LIMIT_DOOR_OPS   64
#define LIMIT_DOOR_TAKES 7

/* Commands at once: one admin, and a script of his that does not wait. More wait to be let in. */
#define LIMIT_DOOR_GUESTS 8

/* From when a command is let in until all of its commit is there: it has it ready. */
#define LIMIT_DOOR_READ_MS 1000

/* How long a command waits for the answer: a full queue before a disk that stalls. */
#define LIMIT_DOOR_ANSWER_MS 10000

/* How long a command waits for a store that is locked and has no door: another command has it, or
 * the daemon is just starting. */
#define LIMIT_DOOR_WAIT_MS 2000

/* Expired rows of a table that one sweep deletes: about 2 ms during which nobody is answered. */
#define LIMIT_WRITER_SWEEP 200

/* Values in one ledger row: a person with hundreds of groups, all released, fits. */
#define LIMIT_LEDGER_VALUES 1000

/* -- the directory --------------------------------------------------------------------------- */

/* A question to the directory in all (counted from when the visit began, so that waiting for others
 * counts), to one of its addresses, and how long an address that failed is left alone: a dead
 * directory is a page within 4 s. With less than the least time left an address is not tried: it
 * would be blamed for the time that others took. */
#define LIMIT_DIRECTORY_TOTAL_MS 3000
#define LIMIT_DIRECTORY_URI_MS   1200
#define LIMIT_DIRECTORY_REST_MS  10000
#define LIMIT_DIRECTORY_LEAST_MS 500

/* A connection that nobody used for that long is not used again: firewalls forget idle ones after
 * some minutes, without telling. */
#define LIMIT_DIRECTORY_IDLE_MS 60000

/* One message of the directory: a thousand group memberships are 200 kB. */
#define LIMIT_DIRECTORY_MESSAGE 4194304

/* References to other servers in one answer, which we pass over; Active Directory sends three. */
#define LIMIT_DIRECTORY_REFERENCES 100

/* Entries of one page when everybody is read: what slapd gives without being told to give more,
 * and half of what Active Directory gives. Their bytes, at the some 1,000 that a person has, are
 * never that many; and the server's place between two pages, which is some hundred bytes. */
#define LIMIT_DIRECTORY_PAGE       500
#define LIMIT_DIRECTORY_PAGE_BYTES (64UL * 1024 * 1024)
#define LIMIT_DIRECTORY_COOKIE     65536

/* One page: a server without an index looks at all it has to find where the first one begins. */
#define LIMIT_DIRECTORY_PAGE_MS 20000

/* EPPNs of one entry that are looked for elsewhere, a search for each: one for each role, and as
 * many that somebody forgot to remove. The most bytes of one are what a SAML attribute value may
 * have (saml2int SDP-G02: 256 characters). */
#define LIMIT_ENTRY_EPPNS      6
#define LIMIT_ENTRY_EPPN_BYTES 1024

/* Other persons that one attribute of an entry speaks of, each of which costs a search and, with a
 * protected group, a comparison: a guardian with more children at the same huvudman is an error. */
#define LIMIT_ENTRY_OTHERS 12

/* Comparisons that are under way on a connection: one after the other costs a way there and back
 * for each of 50,000 people, and slapd takes a thousand at a time. */
#define LIMIT_DIRECTORY_COMPARISONS 32

/* One change: a server may well write it to its disk, and to another, before it answers. */
#define LIMIT_DIRECTORY_CHANGE_MS 10000

/* People of a directory (the largest huvudman has some 200,000), pages of them, where a server
 * gives smaller ones than it was asked for, and pages in a row that are empty, as a server gives
 * them that works for a certain time only: one that begins anew for ever comes to an end. */
#define LIMIT_DIRECTORY_PEOPLE      1000000
#define LIMIT_DIRECTORY_PAGES       20000
#define LIMIT_DIRECTORY_EMPTY_PAGES 100

/* What a person types: mail addresses have 254 bytes, passwords of a manager 128 characters. */
#define LIMIT_LOGIN    256
#define LIMIT_PASSWORD 1024

/* -- wrong passwords -------------------------------------------------------------------------- */

/* From the request to the answer of a login that fails, at least: longer than a search and a bind
 * take where passwords are {ARGON2}, so that the time does not tell a name that exists from one
 * that does not, and less than somebody who mistyped notices. */
#define LIMIT_LOGIN_FAILED_MS 250

/* Wrong passwords of one person in one place that cost nothing: who has forgotten which of three
 * it was, in capitals too, is in by then; a guesser has not begun. */
#define LIMIT_THROTTLE_FREE 10

/* The longest hold: one guess a minute is 500,000 a year, no use against a password of eight
 * letters, and a lesson does not wait longer for anybody. */
#define LIMIT_THROTTLE_HOLD_MS 60000

/* How long after the last wrong try it is forgotten: ten free tries in that time are less than the
 * hold allows. */
#define LIMIT_THROTTLE_FORGET_MS (15 * 60 * 1000)

/* Wrong tries of one address, and how soon one comes back. A school of 600 behind one address, all
 * in new browsers, each mistyping twice on one morning, is 1,200; the same again is possible 20
 * minutes later. One password tried on each of 20,000 accounts takes five hours. */
#define LIMIT_THROTTLE_ADDRESS    1500
#define LIMIT_THROTTLE_ADDRESS_MS 1000

/* Buckets, some 100 bytes each, 10 MB at worst: users and names somebody guesses at (filling it
 * costs an address 18 hours of wrong tries), users who mistype in their own browsers, addresses. */
#define LIMIT_THROTTLE_UNKNOWN   65536
#define LIMIT_THROTTLE_KNOWN     16384
#define LIMIT_THROTTLE_ADDRESSES 16384

/* A person key: UUIDs have 36 bytes, but the school may choose the attribute. */
#define LIMIT_PERSON_KEY 512

/* People who are kept in memory for `person max-age`, and their bytes: at some 1,000 bytes each
 * (measured), 8,000 who come within five minutes. Past it the one who was read first goes, and is
 * read again when they come back. */
#define LIMIT_ENTRY_CACHE       20000
#define LIMIT_ENTRY_CACHE_BYTES 8388608

/* Values of one attribute of an entry, and bytes of a value: group memberships can be many,
 * photos are not asked for. */
#define LIMIT_ENTRY_VALUES      1000
#define LIMIT_ENTRY_VALUE_BYTES 65536

/* -- EPPNs ------------------------------------------------------------------------------------ */

/* Letters of a name or of an EPPN that are looked at when one is searched for the other, and parts
 * of a name: saml2int lets an EPPN have 256, and the longest names of a population register fit. */
#define LIMIT_EPPN_NAME       256
#define LIMIT_EPPN_NAME_PARTS 8

/* Values drawn for one person before it is taken for a fault: with a million in use chance repeats
 * one of them once in a thousand million draws. */
#define LIMIT_EPPN_DRAWS 1000

/* A list of people that an admin hands over as CSV: everybody of a large municipality, with twenty
 * columns of a spreadsheet, of which two are read. */
#define LIMIT_CSV_BYTES   (32UL * 1024 * 1024)
#define LIMIT_CSV_RECORDS 500000
#define LIMIT_CSV_FIELDS  64

/* Bytes of a DN that a lint remembers: DNs have some 50, and then a person takes 200 bytes in all
 * (measured), LIMIT_DIRECTORY_PEOPLE of them 200 MB. */
#define LIMIT_LINT_DN 256

/* -- the log ---------------------------------------------------------------------------------- */

/* Lines that peers cause: of one kind at once and in a second, and of all kinds. A class that meets
 * the same refusal is still seen whole; a flood is 100 lines a second at the very most (some 35
 * kB), one of each kind and what LIMIT_LOG_TOLD says included. */
#define LIMIT_LOG_KIND_BURST 50
#define LIMIT_LOG_KIND_RATE  20
#define LIMIT_LOG_BURST      300
#define LIMIT_LOG_RATE       50

/* Kinds that are told apart: the faults and the defects of a request that we have names for. */
#define LIMIT_LOG_KINDS 96

/* Lines a second that say how many were left out. */
#define LIMIT_LOG_TOLD 10

/* -- configuration ---------------------------------------------------------------------------- */

/* One federation or two, and their trial feeds: each may cost a child's time at a reload. */
#define LIMIT_CONFIG_FEEDS 8

/* Groups that policies speak of: each costs a question to the directory at every login, and has a
 * bit of 64 in an entry. Levels: three of e-IDs, two of second factors, and the password. */
#define LIMIT_CONFIG_GROUPS 64
#define LIMIT_CONFIG_LEVELS 16

/* Letters of a name of one of them. */
#define LIMIT_CONFIG_NAME 64

/* -- attributes of the school's own ----------------------------------------------------------- */

/* A file of them, and files: a definition has some 600 bytes, and there is room for fewer than a
 * hundred (ATTRIBUTE_MAX). */
#define LIMIT_ATTRIBUTE_FILE  (128UL * 1024)
#define LIMIT_ATTRIBUTE_FILES 64

/* Letters of a name, bytes of a SAML Name or claim (saml2int SDP-G02), characters of a label, which
 * stands in a list on a page, and of an explanation, which is one paragraph there. */
#define LIMIT_ATTRIBUTE_NAME  64
#define LIMIT_ATTRIBUTE_URI   256
#define LIMIT_ATTRIBUTE_LABEL 80
#define LIMIT_ATTRIBUTE_PLAIN 300

/* Legacy names of one attribute: what is shipped has one. */
#define LIMIT_ATTRIBUTE_LEGACY 8
