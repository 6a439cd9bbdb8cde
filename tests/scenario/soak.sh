#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Thousands of logins in one process: single sign-ons, wrong passwords and reloads among them. What
# it holds does not grow, and a build with sanitizers finds no leak at the end. `make soak` does as
# many as the promises say.
#
#   SOAK_LOGINS   how many logins (default 600)
set -u
# shellcheck source=tests/lib/load.sh
. "${top_srcdir:?}/tests/lib/load.sh"
load_test
# Under a sanitizer, time and size say nothing; on a busy machine, a short run says little of time.
if ldd "$portvakt" | grep -qE 'lib(asan|tsan)'; then measured=; else measured=yes; fi
logins=${SOAK_LOGINS:-600}
# below that, the process is still filling its caches
steady=5000
# ready: milliseconds from exec to the first page.
ready() {
  local began=${EPOCHREALTIME/./}
  _run portvakt "$portvakt" serve --config "$bed_conf"
  until plain /login -o /dev/null 2>/dev/null; do
    _alive portvakt || return
    sleep 0.005
  done
  echo $(((${EPOCHREALTIME/./} - began) / 1000)) >>"$work/ready"
}
for ((i = 0; i < 5; i++)); do
  bed_halt portvakt
  ready
done
# the best: what else the machine does can only add to it
best=$(sort -n "$work/ready" | head -n 1)
echo "# ready $(tr '\n' ' ' <"$work/ready")ms after its start"
if [ -n "$measured" ] && [ "$logins" -ge "$steady" ]; then
  ok "it is ready within 300 ms of its start: $best ms" test "$best" -le 300
fi
pid=${bed_pid[portvakt]}
sed 's/:.*/:not this one/' "$work/users" >"$work/wrong"

memory() {
  awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"
}

# some SHARE: that share of all the logins, and with each some other visits.
some() {
  local n=$((logins * $1 / 10))
  rm -f "$work/cookies"
  load -n "$n" -T 800 -p 8 -S -l "$work/users" -s "$work/cookies" >"$work/figures" || return
  load -n "$n" -T 800 -p 8 -S -k "$work/cookies" >/dev/null || return
  # a few, or it would be the delays of wrong tries that are measured
  load -n 10 -p 2 -S -l "$work/wrong" -e 'type="password"' >/dev/null || return
  kill -HUP "$pid"
  done=$((${done:-0} + n))
  sleep 0.5
  echo "# after $done logins: $(memory) kB; $(jq -r .per_second "$work/figures") logins/s"
}

echo "# at the start: $(memory) kB"
for share in 1 2 2 5; do
  some "$share" || { echo "not ok $((tap_count += 1)) - visits failed"; break; }
  case $done in
    $((logins / 2))) half=$(memory) ;;
  esac
done
is 'every visit went well' "$done" "$logins"
if [ -n "$measured" ]; then
  ok "it takes less than 30 MB: $(memory) kB" test "$(memory)" -lt 30000
  if [ "$logins" -ge "$steady" ]; then
    ok "and less than 1 % more after the last half, $half kB before" \
      test $((($(memory) - half) * 100)) -lt "$half"
  fi
fi
is 'each answer has its row' \
  "$(sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(*) FROM ledger')" $((2 * logins))
bed_halt portvakt
code=$?
is 'the stop is clean, without a leak' "$code" 0
[ "$code" -eq 0 ] || grep -v '^{' "$bed/log/portvakt.log" | head -n 60 | sed 's/^/# /'
tap_done
