/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-search.h"

#include "idp/limits.h"
#include "idp/masterdata/directory-link-inside.h"

#include <string.h>

#define EVERYBODY "reading everybody"

/* ---- entries ---- */

/* The key as text: hex of a binary one, else printable UTF-8; NULL if it is neither. */
static char *key_text(const struct berval *value, bool binary)
{
	if (value->bv_len == 0 || value->bv_len > LIMIT_PERSON_KEY / (binary ? 2 : 1))
		return NULL;
	if (binary) {
		GString *hex = g_string_sized_new(2 * value->bv_len);
		for (ber_len_t i = 0; i < value->bv_len; i++)
			g_string_append_printf(hex, "%02x", (guchar)value->bv_val[i]);
		return g_string_free(hex, FALSE);
	}
	if (!g_utf8_validate_len(value->bv_val, value->bv_len, NULL))
		return NULL;
	g_autofree char *text = g_strndup(value->bv_val, value->bv_len);
	for (char *c = text; *c; c = g_utf8_next_char(c))
		if (!g_unichar_isprint(g_utf8_get_char(c)))
			return NULL;
	return g_steal_pointer(&text);
}

/* The place of a name among the attributes that were asked for; -1: it was not, as `cn;lang-sv'
 * when `cn' was asked for. */
static int asked_place(const LinkSearch *search, const char *name)
{
	for (int i = 0; search->attributes[i]; i++)
		if (g_ascii_strcasecmp(search->attributes[i], name) == 0)
			return i;
	return -1;
}

/* Copies what the entry has of what was asked for, with "" for the key unless it has exactly one
 * usable key: LINK_OK, or LINK_FAULT when it cannot be read to its end. */
static LinkResult read_entry(const Link *link, LDAPMessage *message, const LinkSearch *search,
			     DirectoryEntry **ret_entry, GError **error)
{
	g_autoptr(EntryDraft) draft = entry_draft_new();
	g_autofree bool *seen = g_new0(bool, g_strv_length((char **)(guintptr)search->attributes));
	g_autofree char *key = NULL;
	gsize keys = 0;
	struct berval dn, name, *values;
	BerElement *ber = NULL;

	int code = ldap_get_dn_ber(link->ld, message, &ber, &dn);
	g_autofree char *dn_text = code == LDAP_SUCCESS ? g_strndup(dn.bv_val, dn.bv_len) : NULL;
	while (code == LDAP_SUCCESS) {
		code = ldap_get_attribute_ber(link->ld, message, ber, &name, &values);
		if (code != LDAP_SUCCESS || !name.bv_val)
			break;
		int place = asked_place(search, name.bv_val);
		bool is_key = g_ascii_strcasecmp(name.bv_val, search->key) == 0;
		for (struct berval *value = values; value && value->bv_val; value++) {
			if (is_key && keys++ == 0)
				key = key_text(value, search->key_is_binary);
			if (place >= 0)
				entry_draft_add(draft, search->attributes[place], value->bv_val,
						(gssize)value->bv_len);
		}
		/* RFC 4511, 4.1.7: no attribute is there twice. Which of the two would be whole? */
		if (place >= 0 && seen[place])
			entry_draft_spoil(draft, search->attributes[place]);
		if (place >= 0)
			seen[place] = true;
		ber_memfree(values);
	}
	ber_free(ber, 0);
	if (code != LDAP_SUCCESS)
		return link_fail(link, LINK_FAULT, "searching", "the entry is malformed", error);
	/* a DN that is empty would make the bind that follows an anonymous one, which succeeds */
	bool usable = keys == 1 && key && *dn_text;
	*ret_entry = entry_draft_finish(g_steal_pointer(&draft), dn_text, usable ? key : "");
	return LINK_OK;
}

/* ---- a search for one ---- */

static LinkResult search_result(const Link *link, int code, int entries,
				const DirectoryEntry *first, GError **error)
{
	if (code == LDAP_SIZELIMIT_EXCEEDED || entries > 1)
		return LINK_MANY;
	if (code == LDAP_NO_SUCH_OBJECT)
		return link_fail(link, LINK_FAULT, "searching",
				 "the base is not there, or the service account may not see it",
				 error);
	if (code != LDAP_SUCCESS)
		return link_refused_to(link, "searching", code, error);
	if (!first)
		return LINK_NONE;
	return *entry_key(first) ? LINK_OK : LINK_NO_KEY;
}

LinkResult link_search(Link *link, const LinkSearch *search, gint64 deadline,
		       DirectoryEntry **ret_entry, GError **error)
{
	g_autoptr(DirectoryEntry) entry = NULL;
	int entries = 0, references = 0, msgid;
	/* the server's own limit, in seconds, for when we are gone */
	struct timeval limit = {LIMIT_DIRECTORY_TOTAL_MS / 1000, 0};

	link->deadline = deadline;
	int code = ldap_search_ext(link->ld, search->base,
				   search->alone ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE,
				   search->filter, (char **)(guintptr)search->attributes, 0, NULL,
				   NULL, &limit, 2, &msgid);
	if (code == LDAP_FILTER_ERROR)
		return link_fail(link, LINK_FAULT, "searching", "the filter is malformed", error);
	if (code != LDAP_SUCCESS)
		return link_lost(link, "searching", code, error);

	/* one message at a time: a server that sends without end is cut off at the third entry */
	while (entries <= 2 && references <= LIMIT_DIRECTORY_REFERENCES) {
		LDAPMessage *message = NULL;
		LinkResult came =
			link_await(link, msgid, LDAP_MSG_ONE, "searching", &message, error);
		if (came != LINK_OK)
			return came;
		switch (ldap_msgtype(message)) {
		case LDAP_RES_SEARCH_ENTRY:
			if (entries++ == 0)
				came = read_entry(link, message, search, &entry, error);
			break;
		case LDAP_RES_SEARCH_RESULT: {
			LinkResult result = search_result(link, link_result_code(link, message),
							  entries, entry, error);
			if (result == LINK_OK || result == LINK_NO_KEY)
				*ret_entry = g_steal_pointer(&entry);
			return result;
		}
		default:
			references++;
		}
		ldap_msgfree(message);
		if (came != LINK_OK)
			return came;
	}
	return link_fail(link, LINK_FAULT, "searching", "the server sends more than was asked for",
			 error);
}

/* ---- a search for everybody ---- */

static LinkResult send_page(Link *link, const LinkSearch *search, GBytes *place, int *ret_msgid,
			    GError **error)
{
	struct timeval limit = {LIMIT_DIRECTORY_PAGE_MS / 1000, 0};
	gsize length = 0;
	gconstpointer bytes = place ? g_bytes_get_data(place, &length) : NULL;
	struct berval cookie = {length, (char *)(guintptr)bytes};
	LDAPControl *pages = NULL;

	/* critical: a server that cannot do it says so, and does not give what it has room for */
	int code = ldap_create_page_control(link->ld, LIMIT_DIRECTORY_PAGE, &cookie, 1, &pages);
	if (code == LDAP_SUCCESS)
		code = ldap_search_ext(link->ld, search->base, LDAP_SCOPE_SUBTREE, search->filter,
				       (char **)(guintptr)search->attributes, 0,
				       (LDAPControl *[]){pages, NULL}, NULL, &limit, LDAP_NO_LIMIT,
				       ret_msgid);
	ldap_control_free(pages);
	if (code == LDAP_FILTER_ERROR)
		return link_fail(link, LINK_FAULT, EVERYBODY,
				 "login-filter is no filter with `*' for the login", error);
	return code == LDAP_SUCCESS ? LINK_OK : link_lost(link, EVERYBODY, code, error);
}

/* The server's place in the search: NULL when it is at the end. */
static LinkResult read_place(const Link *link, LDAPControl **controls, GBytes **ret_place,
			     GError **error)
{
	LDAPControl *pages = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	struct berval cookie = {0, NULL};
	ber_int_t estimate;

	if (!pages)
		return link_fail(link, LINK_FAULT, EVERYBODY,
				 "the server does not give pages (RFC 2696), so that nobody knows "
				 "whether it has given all",
				 error);
	if (ldap_parse_pageresponse_control(link->ld, pages, &estimate, &cookie) != LDAP_SUCCESS ||
	    cookie.bv_len > LIMIT_DIRECTORY_COOKIE) {
		ldap_memfree(cookie.bv_val);
		return link_fail(link, LINK_FAULT, EVERYBODY, "the page is malformed", error);
	}
	*ret_place = cookie.bv_len ? g_bytes_new(cookie.bv_val, cookie.bv_len) : NULL;
	ldap_memfree(cookie.bv_val);
	return LINK_OK;
}

static LinkResult page_refused(const Link *link, int code, GError **error)
{
	switch (code) {
	case LDAP_SIZELIMIT_EXCEEDED:
	case LDAP_ADMINLIMIT_EXCEEDED:
	case LDAP_TIMELIMIT_EXCEEDED:
		return link_fail(link, LINK_FAULT, EVERYBODY,
				 "a limit of the server cuts the answer; let the service account "
				 "read all in pages (slapd: `limits dn.exact=BIND-DN "
				 "size.prtotal=unlimited', as olcLimits in cn=config; Active "
				 "Directory: MaxPageSize and MaxQueryDuration of ntdsutil)",
				 error);
	case LDAP_UNAVAILABLE_CRITICAL_EXTENSION:
		return link_fail(link, LINK_FAULT, EVERYBODY,
				 "the server cannot give pages (RFC 2696)", error);
	case LDAP_REFERRAL:
		return link_fail(link, LINK_FAULT, EVERYBODY,
				 "the server refers to another; name that one in uri", error);
	case LDAP_NO_SUCH_OBJECT:
		return link_fail(link, LINK_FAULT, EVERYBODY,
				 "the base is not there, or the service account may not see it",
				 error);
	default:
		return link_refused_to(link, EVERYBODY, code, error);
	}
}

/* message: the final one; freed. */
static LinkResult end_page(const Link *link, LDAPMessage *message, GBytes **ret_place,
			   GError **error)
{
	LDAPControl **controls = NULL;
	int code = LDAP_OTHER;
	int parsed = ldap_parse_result(link->ld, message, &code, NULL, NULL, NULL, &controls, 1);
	if (parsed != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	LinkResult result = code == LDAP_SUCCESS ? read_place(link, controls, ret_place, error)
						 : page_refused(link, code, error);
	ldap_controls_free(controls);
	return result;
}

/* Adds the entry to its page, unless that grows past what we asked for or can hold. */
static LinkResult add_to_page(const Link *link, LDAPMessage *message, const LinkSearch *search,
			      GPtrArray *entries, gsize *bytes, GError **error)
{
	DirectoryEntry *entry = NULL;
	LinkResult result = read_entry(link, message, search, &entry, error);
	if (result != LINK_OK)
		return result;
	*bytes += entry_size(entry);
	g_ptr_array_add(entries, entry);
	if (entries->len <= LIMIT_DIRECTORY_PAGE && *bytes <= LIMIT_DIRECTORY_PAGE_BYTES)
		return LINK_OK;
	return link_fail(link, LINK_FAULT, EVERYBODY,
			 entries->len > LIMIT_DIRECTORY_PAGE
				 ? "the server sends more than was asked for"
				 : "the entries are larger than any of people",
			 error);
}

LinkResult link_page(Link *link, const LinkSearch *search, GBytes **cookie, GPtrArray *ret_entries,
		     gint64 deadline, GError **error)
{
	g_autoptr(GBytes) place = g_steal_pointer(cookie);
	int references = 0, msgid = 0;
	gsize bytes = 0;

	link->deadline = deadline;
	LinkResult result = send_page(link, search, place, &msgid, error);
	while (result == LINK_OK) {
		LDAPMessage *message = NULL;
		result = link_await(link, msgid, LDAP_MSG_ONE, EVERYBODY, &message, error);
		if (result != LINK_OK)
			break;
		int kind = ldap_msgtype(message);
		if (kind == LDAP_RES_SEARCH_RESULT)
			return end_page(link, message, cookie, error);
		if (kind == LDAP_RES_SEARCH_ENTRY)
			result = add_to_page(link, message, search, ret_entries, &bytes, error);
		else if (++references > LIMIT_DIRECTORY_REFERENCES)
			result = link_fail(link, LINK_FAULT, EVERYBODY,
					   "the server refers to more than was asked for", error);
		ldap_msgfree(message);
	}
	return result;
}

/* ---- comparisons ---- */

#define COMPARING "comparing"

static LinkResult send_compare(const Link *link, const char *dn, const char *attribute,
			       const char *value, int *ret_msgid, GError **error)
{
	/* libldap takes a pointer without const and does not write there */
	struct berval bytes = {strlen(value), (char *)(guintptr)value};
	int code = ldap_compare_ext(link->ld, dn, attribute, &bytes, NULL, NULL, ret_msgid);
	return code == LDAP_SUCCESS ? LINK_OK : link_lost(link, COMPARING, code, error);
}

static LinkResult read_answer(Link *link, int msgid, LinkAnswer *ret_answer, GError **error)
{
	LDAPMessage *message = NULL;
	LinkResult came = link_await(link, msgid, LDAP_MSG_ALL, COMPARING, &message, error);
	if (came != LINK_OK)
		return came;
	int code = link_result_code(link, message);
	if (code == LDAP_BUSY || code == LDAP_UNAVAILABLE)
		return link_refused_to(link, COMPARING, code, error);
	*ret_answer = code == LDAP_COMPARE_TRUE    ? LINK_YES
		      : code == LDAP_COMPARE_FALSE ? LINK_NO
						   : LINK_UNSAID;
	return LINK_OK;
}

LinkResult link_compare(Link *link, const char *dn, const char *attribute,
			const char *const *values, guint n, LinkAnswer *ret_answers,
			gint64 deadline, GError **error)
{
	int under_way[LIMIT_DIRECTORY_COMPARISONS];
	LinkResult result = LINK_OK;
	guint sent = 0, answered = 0;

	link->deadline = deadline;
	while (result == LINK_OK && answered < n)
		if (sent < n && sent - answered < LIMIT_DIRECTORY_COMPARISONS) {
			int *msgid = &under_way[sent % LIMIT_DIRECTORY_COMPARISONS];
			result = send_compare(link, dn, attribute, values[sent++], msgid, error);
		} else {
			int msgid = under_way[answered % LIMIT_DIRECTORY_COMPARISONS];
			result = read_answer(link, msgid, &ret_answers[answered++], error);
		}
	return result;
}
