#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Requests right and wrong at a running portvakt with a real directory: what each comes to, for the
# person (a page with a reference) and for the service (a SAML status).
# shellcheck disable=SC2119 # words of visit.sh may stand alone
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
acs=$shib_url/Shibboleth.sso/SAML2/POST
password=urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport
status=urn:oasis:names:tc:SAML:2.0:status

# visit OPTION...: sends such a request by Redirect, in a browser without cookies.
visit() {
  fresh
  ask "$@"
}

# refused TEXT HTTP OUTCOME OPTION...: it ends on our page, and nothing goes to the service.
refused() {
  local text=$1 http=$2 want=$3
  shift 3
  visit "$@"
  is "$text" "$browser_status $(outcome) $(_xpath "count(//input[@name='SAMLResponse'])")" "$http $want 0"
}

# told TEXT TOP SECOND OPTION...: the service is told that status, signed, in answer to the request.
told() {
  local text=$1 top=$2 second=$3
  shift 3
  visit --id _the-request "$@"
  status_of "$text" "$top" "$second"
}

status_of() {
  is "$1" "$(response "concat(
      string(/*/*[local-name()='Status']/*/@Value), ' ',
      string(/*/*[local-name()='Status']/*/*/@Value), ' ',
      string(/*/@InResponseTo), ' ', string(/*/@Destination), ' ',
      count(/*/*[local-name()='Signature']), ' ', count(//*[local-name()='Assertion']))")" \
    "$status:$2 ${3:+$status:$3} _the-request $acs 1 0"
}

# shows TEXT OPTION...: the login page.
shows() {
  local text=$1
  shift
  visit "$@"
  is "$text" "$browser_status $(login_page)" '200 1'
}

# --- right ones -----------------------------------------------------------------------------------
shows 'a plain request shows the login page'
shows 'ACS by URL' --acs "$acs" --binding urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST
shows 'ACS by index' --acs-index 1
shows 'our own Destination' --destination "$sso"
shows 'a signature that need not be there' --destination "$sso" --sign "$bed/sp/shib.key"
shows 'a signature over escapes in lower case' --destination "$sso" --lower-case \
  --sign "$bed/sp/shib.key" --relay "a/b&c="
shows 'a service that must sign, and did' --issuer "$mellon_entity" --destination "$sso" \
  --sign "$bed/sp/mellon.key"
shows 'our way of logging in is asked for' --context "$password"
shows 'one of several ways is ours' --context urn:x --context "$password"
shows 'a transient NameID' --format urn:oasis:names:tc:SAML:2.0:nameid-format:transient
shows 'an unspecified NameID' --format urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified
shows 'RelayState of 4096 bytes' --relay "$(printf 'r%.0s' $(seq 4096))"
shows 'seven minutes old' --issued -420
shows 'two minutes ahead' --issued +120

# --- what the service is told ---------------------------------------------------------------------
told 'IsPassive with nobody logged in' Responder NoPassive --passive true
told 'IsPassive with ForceAuthn' Responder NoPassive --passive 1 --force true
told 'another way of logging in' Responder NoAuthnContext --context urn:x
told 'DIGG level 3' Responder NoAuthnContext --context http://id.elegnamnden.se/loa/1.0/loa3
told 'a persistent NameID' Requester InvalidNameIDPolicy \
  --format urn:oasis:names:tc:SAML:2.0:nameid-format:persistent
told 'an e-mail NameID' Requester InvalidNameIDPolicy \
  --format urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress

told 'Version 1.1' VersionMismatch '' --version 1.1

# --- what stays on our page -----------------------------------------------------------------------
refused 'an unknown service' 400 saml-unknown-service --issuer https://nobody.example/sp
refused 'unsigned where a signature is demanded' 400 saml-unsigned --issuer "$mellon_entity"
refused 'signed by another key' 400 saml-signature --issuer "$mellon_entity" --destination "$sso" \
  --sign "$bed/sp/shib.key"
refused 'signed with SHA-1' 400 saml-signature --issuer "$mellon_entity" --destination "$sso" \
  --sign "$bed/sp/mellon.key" --algorithm http://www.w3.org/2000/09/xmldsig#rsa-sha1
refused 'signed, but for no endpoint of ours' 400 saml-destination --issuer "$mellon_entity" \
  --sign "$bed/sp/mellon.key"
refused 'nine minutes old' 400 saml-stale --issued -540
like 'which shows a way back to the service' "$(_xpath "string(//a[@id='back']/@href)") $(browser_text)" \
  "$shib_url*Matteboken*"
refused 'four minutes ahead' 400 saml-stale --issued +240
refused 'another Destination' 400 saml-destination --destination https://evil.example/saml/sso
refused 'a foreign ACS' 400 saml-acs --acs https://evil.example/acs
refused 'an ACS index nobody has' 400 saml-acs --acs-index 7
refused 'an ACS index that is no number' 400 saml-malformed --acs-index 1x
refused 'an ACS index out of range' 400 saml-malformed --acs-index 65536
refused 'a negative ACS index' 400 saml-malformed --acs-index -1
refused 'IsPassive=maybe' 400 saml-malformed --passive maybe
refused 'no time' 400 saml-malformed --issued yesterday
refused 'an ID that is none' 400 saml-malformed --id '1 2'
refused 'two Issuers' 400 saml-malformed \
  --inside '<saml:Issuer>https://other.example</saml:Issuer>'
refused 'a DTD' 400 saml-malformed --prolog '<!DOCTYPE x [<!ENTITY e "v">]>'
refused 'UTF-7' 400 saml-malformed --prolog '<?xml version="1.0" encoding="UTF-7"?>'
refused 'bytes after the deflate stream' 400 saml-malformed --trailing
refused 'SAMLRequest twice' 400 saml-malformed --append '&SAMLRequest=x'
refused 'SAMLRequest twice, the second in disguise' 400 saml-malformed --append '&SAML%52equest=x'
refused 'RelayState of 4097 bytes' 413 saml-too-large --relay "$(printf 'r%.0s' $(seq 4097))"
{
  printf '<x>'
  head -c 70000 /dev/zero | tr '\0' 'a'
  printf '</x>'
} >"$work/large.xml"
refused 'over 64 KiB' 413 saml-too-large --xml-file "$work/large.xml"
printf '<a>%.0s' $(seq 3000) >"$work/deep.xml"
visit --xml-file "$work/deep.xml"
like 'three thousand deep' "$browser_status $(outcome)" '4?? saml-*'
# lasso takes an attribute of the protocol's namespace for the one without; we do not
"$authnrequest" --xml | sed 's/ ID=/ samlp:ForceAuthn="true"&/' >"$work/differs.xml"
refused 'what two readers read differently' 400 saml-disagree --xml-file "$work/differs.xml"
printf 'not XML' >"$work/not.xml"
refused 'no XML' 400 saml-malformed --xml-file "$work/not.xml"
fresh
browser_get "$sso"
is 'no request at all' "$browser_status $(outcome)" '400 saml-malformed'

# --- POST -----------------------------------------------------------------------------------------
post() {
  fresh
  ask_by_post "$@"
}
post --relay 'x y'
is 'a POST goes on as a GET and shows the login page' \
  "$browser_status $(login_page) ${browser_url%%\?*}" "200 1 $idp_url/saml/continue"
post --issuer "$mellon_entity" --destination "$sso"
is 'an unsigned POST where a signature is demanded' "$browser_status $(outcome)" '400 saml-unsigned'

# Signs the file as a service would, with xmlsec1.
sign_xml() {
  sed "s|</saml:Issuer>|&<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
<ds:SignatureMethod Algorithm=\"$2\"/><ds:Reference URI=\"#_signed\"><ds:Transforms>\
<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>\
<ds:DigestMethod Algorithm=\"$3\"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>\
<ds:SignatureValue/></ds:Signature>|" "$1" >"$1.unsigned"
  xmlsec1 --sign --privkey-pem "$bed/sp/mellon.key" \
    --id-attr:ID urn:oasis:names:tc:SAML:2.0:protocol:AuthnRequest --output "$1" "$1.unsigned" \
    2>"$work/xmlsec1.log"
}
rsa=http://www.w3.org/2001/04/xmldsig-more#rsa-sha256
sha=http://www.w3.org/2001/04/xmlenc#sha256
"$authnrequest" --xml --issuer "$mellon_entity" --destination "$sso" --id _signed >"$work/post.xml"
cp "$work/post.xml" "$work/sha1.xml"
sign_xml "$work/post.xml" $rsa $sha
post --xml-file "$work/post.xml"
is 'a signed POST' "$browser_status $(login_page)" '200 1'
sed 's/Version=/ForceAuthn="true" Version=/' "$work/post.xml" >"$work/altered.xml"
post --xml-file "$work/altered.xml"
is 'a POST that was altered after signing' "$browser_status $(outcome)" '400 saml-signature'
sign_xml "$work/sha1.xml" http://www.w3.org/2000/09/xmldsig#rsa-sha1 $sha
post --xml-file "$work/sha1.xml"
is 'a POST signed with SHA-1' "$browser_status $(outcome)" '400 saml-signature'

# --- the other endpoints --------------------------------------------------------------------------
fresh
browser_get "$idp_url/error?errorurl_code=AUTHENTICATION_FAILURE&errorurl_ts=ERRORURL_TS&errorurl_rp=https%3A%2F%2Fsp.example&errorurl_tid=%3Cscript%3E&errorurl_ctx=x"
is 'a service that could not take the person sends them here' "$browser_status $(outcome)" '200 service-error'
is 'what it wrote is not on the page' "$(grep -c '<script>\|sp.example' "$browser_page")" 0
browser_get "$idp_url/error?errorurl_code=ERRORURL_CODE"
is 'and did not fill in why' "$browser_status $(outcome)" '200 service-error'
browser_get "$idp_url/error?errorurl_rp=a%1Bb%C2%9Bc%E2%80%AEd%0Ae%E2%80%A8f%FE"
is 'bytes that are no UTF-8 are refused' "$browser_status $(outcome)" '400 bad-request'
browser_get "$idp_url/error?errorurl_rp=a%1Bb%C2%9Bc%E2%80%AEd%0Ae%E2%80%A8f%C3%A5"
is 'what it wrote moves nothing in the log' \
  "$(tail -n 1 "$bed/log/portvakt.log" | jq -r .claimed_service)" 'a?b?c?d?e?få'
browser_get "$idp_url/nowhere"
is 'no such page' "$browser_status" 404
is 'which the log takes for no other' \
  "$(grep '"status":"404"' "$bed/log/portvakt.log" | tail -n 1 | jq -r '.outcome, .endpoint' | xargs)" 'not-found null'
browser_get -X DELETE "$idp_url/login"
is 'a method of no endpoint' "$browser_status" 405
browser_get "$idp_url/saml/continue?handle=abc"
is 'a handle that is none' "$browser_status $(outcome)" '400 bad-request'
_browser_curl -H 'Host: evil.example' "$idp_url/"
is 'a host that is not ours' "$browser_status" 421
tap_done
