#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Behind a real nginx with the configuration of contrib/nginx: people log in, and who they are cannot
# be made up by a header of theirs.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
command -v nginx >/dev/null || tap_skip_all 'no nginx here'
bed_test_open
behind=$((idp_port + 6)) plain=$((idp_port + 7))

# The example, with the names and ports of this test, as somebody who is not root would run it.
nginx_start() {
  mkdir -p "$bed/nginx"
  {
    # Workers as ourselves: they must reach what lies in our folder.
    [ "$(id -u)" -ne 0 ] || echo 'user root;'
    echo "pid $bed/nginx/pid; error_log $bed/log/nginx.log; worker_processes 1;"
    echo "events { worker_connections 512; }"
    echo "http { access_log off; default_type text/plain;"
    for path in client_body proxy fastcgi uwsgi scgi; do
      echo "${path}_temp_path $bed/nginx/$path;"
    done
    sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$behind/" -e '/listen \[::\]/d' \
      -e "s/listen 443/listen 127.0.0.1:$idp_port/" -e "s/listen 80/listen 127.0.0.1:$plain/" \
      -e "s/idp\.skola\.example\\\$request/idp.localhost:$idp_port\$request/" \
      -e "s|/etc/ssl/idp.skola.example.pem|$bed/pki/idp.localhost.crt|" \
      -e "s|/etc/ssl/private/idp.skola.example.key|$bed/pki/idp.localhost.key|" \
      -e 's/server_name idp\.skola\.example/server_name idp.localhost/' \
      "$top_srcdir/contrib/nginx/portvakt.conf"
    echo "}"
  } >"$bed/nginx/nginx.conf"
  _run nginx nginx -e "$bed/log/nginx.log" -p "$bed/nginx" -c "$bed/nginx/nginx.conf" -g 'daemon off;'
  _await nginx curl -sS --cacert "$bed_ca" -o /dev/null "$idp_url/saml/metadata"
}

start() {
  bed_pki && bed_directory && bed_service_metadata && bed_idp || return 1
  sed -i -e '/^tls-/d' -e "0,/^listen = .*/s//listen = 127.0.0.1:$behind/" \
    -e 's/^\[server\]/[server]\ntrusted-proxies = 127.0.0.1\nhsts = yes/' "$bed_conf"
  _run portvakt "$portvakt" serve --config "$bed_conf"
  _await portvakt curl -sSf -H "Host: idp.localhost:$idp_port" -o /dev/null \
    "http://127.0.0.1:$behind/saml/metadata" && nginx_start
}
_bed_up start
sso=$idp_url/saml/sso authnrequest=$top_builddir/tests/lib/authnrequest
password=$(bed_password noabjo)

# status OPTION...: of the metadata, asked for at nginx
status() {
  curl -sS --max-time 10 --cacert "$bed_ca" -o /dev/null -w '%{http_code} %{http_version}' "$@" \
    "$idp_url/saml/metadata"
}

fresh
ask --id _redirect
type_in noabjo "$password"
is 'a login comes through' "$browser_status $(response 'string(/*/@InResponseTo)')" '200 _redirect'
ask_by_post --id _post
is 'and single sign-on by POST' "$browser_status $(response 'string(/*/@InResponseTo)')" '200 _post'
fresh large
ask_by_post --id _large --relay "$(printf 'r%.0s' {1..4000})" --inside "<!--$(printf 'c%.0s' {1..30000})-->"
is 'a large request comes through, and the long address it leads to' "$(login_page) $browser_status" '1 200'
is 'HTTP/2 is spoken' "$(status --http2)" '200 2'
like 'HSTS is sent' "$(curl -sSI --cacert "$bed_ca" "$idp_url/saml/metadata")" '*[Ss]trict-[Tt]ransport-[Ss]ecurity:*'
is 'plain HTTP leads to HTTPS' "$(curl -sS -o /dev/null -w '%{redirect_url}' -H 'Host: idp.localhost' "http://127.0.0.1:$plain/x")" "$idp_url/x"
is 'another Host is not ours' "$(status -H 'Host: elsewhere.example')" '421 2'

# What a client says of itself would be refused, if it came through.
is 'what a client says of itself does not come through' \
  "$(status --http1.1 -H 'X-Forwarded-For: nobody') $(status -H 'X-Forwarded-For: a' -H 'X-Forwarded-For: b')" '200 1.1 200 2'
direct() {
  curl -sS --max-time 10 -o /dev/null -w '%{http_code}' -H "Host: idp.localhost:$idp_port" "$@" \
    "http://127.0.0.1:$behind/saml/metadata"
}
is 'what the proxy says must be right' "$(direct -H 'X-Forwarded-For: nobody') $(direct -H 'X-Forwarded-For: 192.0.2.1')" '400 200'
like 'and the log says what is wrong' "$(grep '"status":"400"' "$bed/log/portvakt.log" | tail -n 1)" \
  '*X-Forwarded-For of a trusted proxy*'
is 'of others it is ignored' "$(direct --interface 127.0.0.9 -H 'X-Forwarded-For: nobody')" 200

# What the proxy says: somebody else listens in the place of portvakt.
bed_halt portvakt
is 'portvakt ends well' "$?" 0
perl -MIO::Socket::INET -e '
  my $door = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => shift, Listen => 1, ReuseAddr => 1) or die;
  alarm 60; my $guest = $door->accept; while (<$guest>) { print; last if /^\r\n$/ }
  print $guest "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"' "$behind" >"$work/head" &
listener=$!
wait_for 60 'the listener' eval "ss -Hltn 'sport = :$behind' | grep -q ." 
status --interface 127.0.0.9 -H 'X-Forwarded-For: 192.0.2.66' -H 'Forwarded: for=192.0.2.66' >"$work/answer"
wait "$listener"
is "the client's address is what the proxy says, and all" \
  "$(tr -d '\r' <"$work/head" | grep -i '^\(x-\)\?forwarded')" 'X-Forwarded-For: 127.0.0.9'
tap_done
