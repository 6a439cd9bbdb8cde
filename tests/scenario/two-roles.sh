#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# One human, two roles: the one chosen at the login holds for the session, is shown, and changes only
# by a new login.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
both=noohad

# at OPTION...: asks for the library, which is open to both roles.
at() {
  ask --issuer "$mellon_entity" --destination "$sso" --sign "$bed/sp/mellon.key" "$@"
}

name() {
  response "string(//*[@FriendlyName='eduPersonPrincipalName'])" | tr -d ' \n'
}

# role_page: from the question to the page that asks for the role.
role_page() {
  at "$@"
  type_in "$both" "$(bed_password "$both")"
}

choose() {
  browser_form ".//*[@name='role']"
  browser_fill role "$1"
  browser_send
}

# as ROLE: logged in as that.
as() {
  role_page --id "_$RANDOM$RANDOM"
  choose "$1"
}

fresh
as student
pupil=$(name)
mine=$(session)
fresh other
as staff
staff=$(name)
ok 'the two roles have two names' test -n "$pupil" -a -n "$staff" -a "$pupil" != "$staff"
browser_get "$idp_url/"
like 'the start page says as what' "$(browser_text)" '*Du är inloggad som personal*Logga ut och logga in igen*'

# --- from here on this browser is a pupil's -------------------------------------------------------
fresh
role_page --id _first
browser_form ".//*[@name='role']"
cp "$form_data" "$work/role-form"
role_action=$form_action
browser_fill role student
browser_send
mine=$(session)
is 'a pupil' "$(name)" "$pupil"
browser_get "$idp_url/"
like 'and the start page says so' "$(browser_text)" '*Du är inloggad som elev*'

# still TEXT: the session is the same, and whoever asks next meets the pupil.
still() {
  local token
  token=$(session)
  at --id "_still$RANDOM$RANDOM"
  is "$1" "$token $(name)" "$mine $pupil"
}
cp "$work/role-form" "$form_data"
form_action=$role_action form_method=post
browser_fill role staff
browser_send
is 'the role page that was used is spent' "$(outcome)" login-spent
still 'and its replay makes no staff'
browser_get "$sso?$("$authnrequest" --id _role)&role=staff"
still 'a role in a request is nothing'
browser_get "$idp_url/?role=staff"
like 'nor on the start page' "$(browser_text)" '*Du är inloggad som elev*'
still 'and changes nothing'
_browser_curl -H "Origin: $idp_url" -d role=staff "$idp_url/role"
still 'a role without a handle'
_browser_curl -H "Origin: $idp_url" -d role=staff -d "csrf=$(grep '^csrf=' "$work/role-form" | cut -d= -f2-)" \
  --data-urlencode "handle=$(grep '^handle=' "$work/role-form" | cut -d= -f2- | tr '[:upper:]' '[:lower:]')" "$idp_url/role"
still 'a role with a handle that is not ours'
browser_get "$idp_url/logout"
browser_form ".//button"
browser_fill role staff
form_action="$idp_url/role"
browser_send
still 'the form that logs out, sent to the role page'

# Two role pages of one login page: the password was typed twice, the answer is one.
fresh twice
at --id _twice
browser_form ".//input[@type='password']"
cp "$form_data" "$work/login-form"
login_action=$form_action
for n in 1 2; do
  cp "$work/login-form" "$form_data"
  form_action=$login_action form_method=post
  browser_fill "$(grep -o '^login\|^user[a-z]*' "$form_data" | head -n 1)" "$both"
  browser_fill password "$(bed_password "$both")"
  browser_send
  browser_form ".//*[@name='role']"
  cp "$form_data" "$work/role-form-$n"
done
role_action=$form_action
cp "$work/role-form-1" "$form_data"
browser_fill role student
form_action=$role_action form_method=post
browser_send
mine=$(session)
is 'the first of two role pages' "$(name)" "$pupil"
cp "$work/role-form-2" "$form_data"
browser_fill role staff
form_action=$role_action form_method=post
browser_send
is 'the second is spent' "$(outcome)" login-spent
still 'and makes no staff'

# --- by a new login -------------------------------------------------------------------------------
browser_get "$idp_url/logout"
browser_form ".//button"
browser_send
is 'who has logged out is asked again' "$(at --id _again; login_page)" 1
type_in "$both" "$(bed_password "$both")"
choose staff
is 'and may be staff' "$(name)" "$staff"
ok 'in another session' test "$(session)" != "$mine"
tap_done
