/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/visit-rows.h"

static void open_session(Visit *visit)
{
	StoreCommit *commit = visit_commit(visit);
	g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
	g_autofree char *id = pending_id_text(visit->pending);
	/* as long as any role page made from the same login page may live */
	store_put_new(commit, STORE_SPENT_ASK, id, NULL, nothing,
		      visit->pending->expires + PENDING_LIFE);
	visit->spent_op = store_commit_ops(commit);
	visit->session = session_new(visit->person->key, visit->role, "password",
				     visit->auth_instant, &visit->generation->session, visit->now);
	session_open(commit, visit->session, visit->session_cookie);
	visit->logged_in = true;
	visit->known_cookie = known_remember(commit, visit->known, visit->person->key, visit->now);
}

void visit_keep_session(Visit *visit, bool is_login)
{
	StoreCommit *commit = visit_commit(visit);
	if (is_login)
		open_session(visit);
	else
		session_use(commit, visit->session, &visit->generation->session, visit->now);
	identity_expect(visit->identity, commit);
	unsigned before = visit->names_op = store_commit_ops(commit);
	identity_keep_eppn(visit->identity, commit);
	visit->eppn_op = store_commit_ops(commit) > before ? before + 1 : 0;
}

bool visit_keep_given(Visit *visit, const char *response_id)
{
	const Generation *generation = visit->generation;
	const char *person = visit->identity->person;
	StoreCommit *commit = visit_commit(visit);
	g_autoptr(LedgerRow) row = ledger_row_new(generation->ledger_key, person, visit->now,
						  visit->now + generation->ledger_keep);
	ledger_row_describe(row, LEDGER_ANSWERED, ledger_protocol_name(visit->ask->protocol),
			    visit->ask->service, response_id, visit->reference, generation->id);
	for (guint i = 0; i < visit->decision->rows->len; i++) {
		const DecisionRow *given = visit->decision->rows->pdata[i];
		for (guint j = 0; given->values && j < given->values->len; j++)
			if (!ledger_row_add(row, generation->ledger_key, person, given->name,
					    given->values->pdata[j], given->rule.file,
					    given->rule.line))
				return false;
	}
	visit->given_op = store_commit_ops(commit) + 1;
	identity_keep_given(visit->identity, visit->decision, commit);
	store_add_ledger(commit, g_steal_pointer(&row));
	return true;
}
