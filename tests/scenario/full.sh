#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The table of spent asks is full: who would log in is asked to come back, who has is let in.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
password=$(bed_password noabjo)

fresh early
ask
type_in noabjo "$password"
is 'somebody is logged in before' "$browser_status $(login_page)" '200 0'

# As many as LIMIT_STORE_SPENT_ASKS says, which is what ten minutes of the peak rate take.
bed_halt portvakt
sqlite3 "$bed/store/portvakt.db" "
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400 * 1260)
  INSERT INTO spent_ask (key, value, expires)
  SELECT randomblob(32), zeroblob(0), unixepoch() + 600 FROM n"
bed_serve

ask --id _early
is 'who has a session is let in' "$browser_status $(response 'string(/*/@InResponseTo)')" '200 _early'
rows=$(sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(*) FROM ledger')
fresh late
ask
type_in noabjo "$password"
is 'who logs in is asked to come back' "$browser_status $(outcome)" '503 busy'
like 'and told when' "$(tr -d '\r' <"$browser_headers")" '*[Rr]etry-[Aa]fter:*'
is 'there is no session, and no row for what was not answered' \
  "$(session) $(sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(*) FROM ledger')" " $rows"

sqlite3 -cmd '.timeout 60000' "$bed/store/portvakt.db" 'UPDATE spent_ask SET expires = unixepoch() - 120'
late_comes_in() {
  fresh late
  ask --id _late
  type_in noabjo "$password"
  [ "$(response 'string(/*/@InResponseTo)')" = _late ]
}
ok 'once they have expired, everybody is let in' wait_for 60 sweeping late_comes_in
tap_done
