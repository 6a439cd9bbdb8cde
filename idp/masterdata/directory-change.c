/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-change.h"

#include "idp/masterdata/directory-link-inside.h"

G_DEFINE_QUARK(change - error, change_error)

/* What a server says to a change that it does not make. */
static const struct {
	int code;
	ChangeError error;
	const char *text;
} refusals[] = {
	{LDAP_NO_SUCH_ATTRIBUTE, CHANGE_OVERTAKEN,
	 "the value is not there any more; somebody has changed the entry meanwhile"},
	{LDAP_ASSERTION_FAILED, CHANGE_OVERTAKEN,
	 "the attribute has a value by now, since somebody has changed the entry meanwhile; or "
	 "whoever writes may not read it"},
	{LDAP_TYPE_OR_VALUE_EXISTS, CHANGE_OVERTAKEN, "the attribute has that value already"},
	{LDAP_NO_SUCH_OBJECT, CHANGE_OVERTAKEN,
	 "the entry is not there any more, or whoever writes may not see it"},
	{LDAP_CONSTRAINT_VIOLATION, CHANGE_TAKEN,
	 "a rule of the directory forbids the value: another entry has it (where the directory "
	 "looks after that), or the attribute has one and takes no second"},
	{LDAP_ALREADY_EXISTS, CHANGE_TAKEN, "another entry has that value"},
	{LDAP_INSUFFICIENT_ACCESS, CHANGE_DENIED, "whoever writes may not change this attribute"},
	{LDAP_STRONG_AUTH_REQUIRED, CHANGE_DENIED,
	 "the directory wants a stronger login than a password of whoever writes"},
	{LDAP_OBJECT_CLASS_VIOLATION, CHANGE_IMPOSSIBLE,
	 "the object classes of the entry do not allow the attribute; add the one that does"},
	{LDAP_UNDEFINED_TYPE, CHANGE_IMPOSSIBLE, "the directory does not know the attribute"},
	{LDAP_INVALID_SYNTAX, CHANGE_IMPOSSIBLE, "the attribute does not take such a value"},
	{LDAP_INAPPROPRIATE_MATCHING, CHANGE_IMPOSSIBLE,
	 "the attribute has no equality rule, so that its value cannot be replaced"},
	{LDAP_REFERRAL, CHANGE_IMPOSSIBLE,
	 "this server takes no changes; name the one that does first in uri"},
};

static LinkResult refused(const Link *link, int code, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
		if (refusals[i].code == code) {
			g_set_error(error, CHANGE_ERROR, refusals[i].error, "%s: %s", link->uri,
				    refusals[i].text);
			return LINK_FAULT;
		}
	g_set_error(error, CHANGE_ERROR, CHANGE_IMPOSSIBLE, "%s: %s", link->uri,
		    ldap_err2string(code));
	return LINK_FAULT;
}

/* That the attribute has no value: of use where it might have several. */
static LDAPControl *no_value_yet(const Link *link, const char *attribute)
{
	g_autofree char *filter = g_strdup_printf("(!(%s=*))", attribute);
	LDAPControl *control = NULL;
	ldap_create_assertion_control(link->ld, filter, 0, &control);
	return control;
}

LinkResult link_change(Link *link, const char *dn, const char *attribute, const char *before,
		       const char *after, gint64 deadline, GError **error)
{
	/* libldap takes strings without const and does not write there */
	char *type = (char *)(guintptr)attribute;
	char *old[] = {(char *)(guintptr)before, NULL}, *new[] = {(char *)(guintptr)after, NULL};
	LDAPMod gone = {.mod_op = LDAP_MOD_DELETE, .mod_type = type, .mod_values = old};
	LDAPMod come = {.mod_op = LDAP_MOD_ADD, .mod_type = type, .mod_values = new};
	LDAPMod *replaced[] = {&gone, &come, NULL};
	LDAPControl *controls[] = {before ? NULL : no_value_yet(link, attribute), NULL};
	int msgid;

	link->deadline = deadline;
	int code = ldap_modify_ext(link->ld, dn, before ? replaced : &replaced[1], controls, NULL,
				   &msgid);
	ldap_control_free(controls[0]);
	if (code != LDAP_SUCCESS)
		return link_lost(link, "changing", code, error);
	LDAPMessage *message = NULL;
	LinkResult came = link_await(link, msgid, LDAP_MSG_ALL, "changing", &message, error);
	if (came != LINK_OK)
		return came;
	code = link_result_code(link, message);
	return code == LDAP_SUCCESS ? LINK_OK : refused(link, code, error);
}
