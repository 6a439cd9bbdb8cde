/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/schema/schema.h"

/* clang-format off */
#define STEP_1 \
"CREATE TABLE session (" \
"	key     BLOB PRIMARY KEY," \
"	owner   BLOB," \
"	value   BLOB NOT NULL," \
"	expires INTEGER NOT NULL" \
") STRICT, WITHOUT ROWID;" \
"CREATE INDEX session_expires ON session (expires);" \
"CREATE INDEX session_owner ON session (owner) WHERE owner IS NOT NULL;" \
\
"CREATE TABLE spent_ask (" \
"	key     BLOB PRIMARY KEY," \
"	owner   BLOB," \
"	value   BLOB NOT NULL," \
"	expires INTEGER NOT NULL" \
") STRICT, WITHOUT ROWID;" \
"CREATE INDEX spent_ask_expires ON spent_ask (expires);" \
"CREATE INDEX spent_ask_owner ON spent_ask (owner) WHERE owner IS NOT NULL;" \
\
/* Services, attributes, policy files and generations are few and long: each is kept once. */ \
"CREATE TABLE ledger_word (" \
"	id   INTEGER PRIMARY KEY," \
"	text TEXT NOT NULL UNIQUE" \
") STRICT;" \
"CREATE TABLE ledger_entry (" \
"	id          INTEGER PRIMARY KEY," \
"	time        INTEGER NOT NULL," \
"	expires     INTEGER NOT NULL," \
"	outcome     INTEGER NOT NULL CHECK (outcome > 0)," \
"	protocol    INTEGER NOT NULL REFERENCES ledger_word," \
"	service     INTEGER NOT NULL REFERENCES ledger_word," \
"	generation  INTEGER NOT NULL REFERENCES ledger_word," \
"	reference   TEXT NOT NULL," \
"	response_id TEXT NOT NULL UNIQUE," \
"	person      BLOB NOT NULL CHECK (length(person) = 32)" \
") STRICT;" \
"CREATE INDEX ledger_entry_expires ON ledger_entry (expires);" \
"CREATE INDEX ledger_entry_person ON ledger_entry (person);" \
"CREATE TABLE ledger_value (" \
"	entry     INTEGER NOT NULL REFERENCES ledger_entry," \
"	n         INTEGER NOT NULL," \
"	attribute INTEGER NOT NULL REFERENCES ledger_word," \
"	mac       BLOB NOT NULL CHECK (length(mac) = 32)," \
"	file      INTEGER NOT NULL REFERENCES ledger_word," \
"	line      INTEGER NOT NULL," \
"	PRIMARY KEY (entry, n)" \
") STRICT, WITHOUT ROWID;" \
\
/* For whoever looks with the sqlite3 command. */ \
"CREATE VIEW ledger AS SELECT" \
"	e.id, datetime(e.time, 'unixepoch') AS time, datetime(e.expires, 'unixepoch') AS expires," \
"	CASE e.outcome WHEN 1 THEN 'answered' END AS outcome, p.text AS protocol," \
"	s.text AS service, g.text AS generation, e.reference, e.response_id," \
"	lower(hex(e.person)) AS person " \
"FROM ledger_entry e JOIN ledger_word p ON p.id = e.protocol" \
"	JOIN ledger_word s ON s.id = e.service JOIN ledger_word g ON g.id = e.generation;" \
"CREATE VIEW ledger_given AS SELECT" \
"	v.entry, a.text AS attribute, lower(hex(v.mac)) AS mac, f.text || ':' || v.line AS rule " \
"FROM ledger_value v JOIN ledger_word a ON a.id = v.attribute" \
"	JOIN ledger_word f ON f.id = v.file;"

/* Browsers in which somebody has logged in. */
#define STEP_2 \
"CREATE TABLE known (" \
"	key     BLOB PRIMARY KEY," \
"	owner   BLOB," \
"	value   BLOB NOT NULL," \
"	expires INTEGER NOT NULL" \
") STRICT, WITHOUT ROWID;" \
"CREATE INDEX known_expires ON known (expires);" \
"CREATE INDEX known_owner ON known (owner) WHERE owner IS NOT NULL;"

/* Room for logins on a full disk, see sqlite-reserve.h. */
#define STEP_3 \
"CREATE TABLE reserve (" \
"	id    INTEGER PRIMARY KEY," \
"	bytes BLOB NOT NULL" \
") STRICT;"
/* What never expires needs no order of expiry. There may be millions of such rows, and nobody waits
 * for them to be counted at a start. */
#define DURABLE(name) \
"CREATE TABLE " name " (" \
"	key     BLOB PRIMARY KEY," \
"	owner   BLOB," \
"	value   BLOB NOT NULL," \
"	expires INTEGER NOT NULL" \
") STRICT, WITHOUT ROWID;" \
"CREATE INDEX " name "_owner ON " name " (owner) WHERE owner IS NOT NULL;" \
"INSERT INTO tally VALUES ('" name "', 0);" \
"CREATE TRIGGER " name "_more AFTER INSERT ON " name " BEGIN" \
"	UPDATE tally SET rows = rows + 1 WHERE name = '" name "'; END;" \
"CREATE TRIGGER " name "_less AFTER DELETE ON " name " BEGIN" \
"	UPDATE tally SET rows = rows - 1 WHERE name = '" name "'; END;"

/* Identity, and who looked: `account` is set where outcome is 2. What was given to a person at one
 * service is asked for by both. */
#define STEP_4 \
"CREATE TABLE tally (" \
"	name TEXT PRIMARY KEY," \
"	rows INTEGER NOT NULL" \
") STRICT, WITHOUT ROWID;" \
DURABLE("eppn") \
DURABLE("eppn_of") \
DURABLE("identifier") \
DURABLE("rotation") \
DURABLE("continuation") \
DURABLE("approval") \
\
"ALTER TABLE ledger_entry ADD COLUMN account INTEGER REFERENCES ledger_word;" \
"DROP INDEX ledger_entry_person;" \
"CREATE INDEX ledger_entry_person ON ledger_entry (person, service);" \
"DROP VIEW ledger;" \
"CREATE VIEW ledger AS SELECT" \
"	e.id, datetime(e.time, 'unixepoch') AS time, datetime(e.expires, 'unixepoch') AS expires," \
"	CASE e.outcome WHEN 1 THEN 'answered' WHEN 2 THEN 'looked' END AS outcome," \
"	p.text AS protocol, s.text AS service, g.text AS generation, e.reference, e.response_id," \
"	lower(hex(e.person)) AS person, a.text AS account " \
"FROM ledger_entry e JOIN ledger_word p ON p.id = e.protocol" \
"	JOIN ledger_word s ON s.id = e.service JOIN ledger_word g ON g.id = e.generation" \
"	LEFT JOIN ledger_word a ON a.id = e.account;"

/* What people were told and asked. */
#define STEP_5 DURABLE("choice")

/* What services ask for. */
#define STEP_6 DURABLE("hold")

/* Who let in a generation that releases more. */
#define STEP_7 \
"CREATE TABLE confirmation (" \
"	key     BLOB PRIMARY KEY," \
"	owner   BLOB," \
"	value   BLOB NOT NULL," \
"	expires INTEGER NOT NULL" \
") STRICT, WITHOUT ROWID;" \
"CREATE INDEX confirmation_expires ON confirmation (expires);" \
"CREATE INDEX confirmation_owner ON confirmation (owner) WHERE owner IS NOT NULL;"

/* Choices expire: what was told and said before they did is kept for the time that is the default,
 * from now on. */
#define STEP_8 \
"CREATE INDEX choice_expires ON choice (expires);" \
"UPDATE choice SET expires = CAST (strftime('%s', 'now') AS INTEGER) + 396 * 86400;"
/* clang-format on */

const char *const schema_steps[] = {STEP_1, STEP_2, STEP_3, STEP_4, STEP_5, STEP_6, STEP_7, STEP_8};
const int schema_version = G_N_ELEMENTS(schema_steps);
