/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-link.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/masterdata/directory-dial.h"
#include "idp/masterdata/directory-wipe.h"

#include <errno.h>
#include <ldap.h>
#include <openldap.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct Link {
	LDAP *ld;
	char *uri;
	int fd; /* -1: handed to ld, which closes it */
	gint64 deadline;
};

/* ---- the transport: libldap's own does not bound a TLS handshake ----
 *
 * A server that takes the connection and then says nothing would hold the thread for ever (or,
 * with LDAP_OPT_NETWORK_TIMEOUT, in a busy loop). So the bytes go through functions of ours, below
 * TLS, and no wait there outlives the deadline of the call. */

static bool wait_until_ready(const Link *link, int fd, short events)
{
	struct pollfd pollfd = {.fd = fd, .events = events};
	int ready;

	do {
		gint64 left = link->deadline - g_get_monotonic_time();
		ready = left > 0 ? poll(&pollfd, 1, (int)(left / 1000) + 1) : 0;
	} while (ready < 0 && errno == EINTR);
	if (ready == 0)
		errno = ETIMEDOUT;
	return ready > 0;
}

static int io_setup(Sockbuf_IO_Desc *io, void *link)
{
	io->sbiod_pvt = link;
	return 0;
}

static int io_remove(Sockbuf_IO_Desc *io)
{
	return 0;
}

static int io_ctrl(Sockbuf_IO_Desc *io, int option, void *value)
{
	return 0; /* nothing is ever buffered here */
}

static int descriptor(Sockbuf_IO_Desc *io)
{
	ber_socket_t fd = -1;
	ber_sockbuf_ctrl(io->sbiod_sb, LBER_SB_OPT_GET_FD, &fd);
	return fd;
}

static ber_slen_t io_read(Sockbuf_IO_Desc *io, void *bytes, ber_len_t length)
{
	int fd = descriptor(io);
	for (;;) {
		ssize_t n = recv(fd, bytes, length, 0);
		if (n >= 0 || (errno != EAGAIN && errno != EINTR))
			return n;
		if (!wait_until_ready(io->sbiod_pvt, fd, POLLIN))
			return -1;
	}
}

static ber_slen_t io_write(Sockbuf_IO_Desc *io, void *bytes, ber_len_t length)
{
	int fd = descriptor(io);
	for (;;) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
		if (n >= 0 || (errno != EAGAIN && errno != EINTR))
			return n;
		if (!wait_until_ready(io->sbiod_pvt, fd, POLLOUT))
			return -1;
	}
}

static int io_close(Sockbuf_IO_Desc *io)
{
	return close(descriptor(io));
}

static Sockbuf_IO deadline_io = {io_setup, io_remove, io_ctrl, io_read, io_write, io_close};

/* ---- errors ---- */

static LinkResult fail(const Link *link, LinkResult result, const char *doing, const char *why,
		       GError **error)
{
	g_set_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN, "%s: %s: %s", link->uri, doing, why);
	return result;
}

/* A server that answers with a failure; one that says it is overloaded is as good as lost. */
static LinkResult refused_to(const Link *link, const char *doing, int code, GError **error)
{
	bool unwell = code == LDAP_BUSY || code == LDAP_UNAVAILABLE;
	return fail(link, unwell ? LINK_LOST : LINK_FAULT, doing, ldap_err2string(code), error);
}

/* What the library says of a call that got no answer. Text from the server is left out: it may
 * quote a name or a value. */
static LinkResult lost(const Link *link, const char *doing, int code, GError **error)
{
	bool late = g_get_monotonic_time() >= link->deadline || code == LDAP_TIMEOUT;
	return fail(link, LINK_LOST, doing, late ? "no answer in time" : ldap_err2string(code),
		    error);
}

static int library_code(const Link *link)
{
	int code = LDAP_OTHER;
	ldap_get_option(link->ld, LDAP_OPT_RESULT_CODE, &code);
	return code;
}

/* ---- opening ---- */

static bool is_scheme(const Link *link, const char *scheme)
{
	return g_str_has_prefix(link->uri, scheme);
}

static bool set_options(const Link *link, const char *ca_file)
{
	const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	LDAP *ld = link->ld;

	return ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_SUCCESS &&
	       ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_SUCCESS &&
	       ldap_set_option(ld, LDAP_OPT_RESTART, LDAP_OPT_ON) == LDAP_SUCCESS &&
	       (!ca_file ||
		(ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_SUCCESS &&
		 ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, ca_file) == LDAP_SUCCESS &&
		 ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_SUCCESS));
}

/* Puts our transport under the LDAP session. From here on the session closes the descriptor. */
static bool attach(Link *link, GError **error)
{
	Sockbuf *sockbuf = NULL;
	ber_len_t most = LIMIT_DIRECTORY_MESSAGE;

	if (ldap_init_fd(link->fd, LDAP_PROTO_EXT, link->uri, &link->ld) != LDAP_SUCCESS) {
		fail(link, LINK_LOST, "connecting", "the library gave no session", error);
		return false;
	}
	link->fd = -1;
	if (ldap_get_option(link->ld, LDAP_OPT_SOCKBUF, &sockbuf) != LDAP_SUCCESS ||
	    ber_sockbuf_add_io(sockbuf, &deadline_io, LBER_SBIOD_LEVEL_PROVIDER, link) != 0 ||
	    !directory_wipe_what_is_sent(sockbuf) ||
	    ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &most) <= 0) {
		fail(link, LINK_LOST, "connecting", "the library refuses our transport", error);
		return false;
	}
	return true;
}

/* Waits for the next message of an operation: LINK_OK, or that it will not come; error is set. */
static LinkResult await(Link *link, int msgid, int all, const char *doing,
			LDAPMessage **ret_message, GError **error)
{
	gint64 left = MAX(link->deadline - g_get_monotonic_time(), 1);
	struct timeval timeout = {left / G_USEC_PER_SEC, left % G_USEC_PER_SEC};
	LDAPMessage *message = NULL;

	errno = 0;
	int kind = ldap_result(link->ld, msgid, all, &timeout, &message);
	if (kind > 0) {
		*ret_message = message;
		return LINK_OK;
	}
	/* the only sign the library gives of a message past our limit: the connection is spoilt,
	 * but its server is well, and others' entries are smaller */
	bool large = kind < 0 && errno == ERANGE;
	ldap_msgfree(message);
	if (large)
		return fail(link, LINK_FAULT, doing, "the answer is larger than any entry may be",
			    error);
	return lost(link, doing, kind == 0 ? LDAP_TIMEOUT : library_code(link), error);
}

/* The result code of a final message, which is freed. */
static int result_code(const Link *link, LDAPMessage *message)
{
	int code = LDAP_OTHER;
	int parsed = ldap_parse_result(link->ld, message, &code, NULL, NULL, NULL, NULL, 1);
	return parsed == LDAP_SUCCESS ? code : LDAP_DECODING_ERROR;
}

/* StartTLS (RFC 4511, 4.14). */
static bool start_tls(Link *link, GError **error)
{
	int msgid;
	int code = ldap_start_tls(link->ld, NULL, NULL, &msgid);
	if (code != LDAP_SUCCESS) {
		lost(link, "StartTLS", code, error);
		return false;
	}
	LDAPMessage *message = NULL;
	if (await(link, msgid, LDAP_MSG_ALL, "StartTLS", &message, error) != LINK_OK)
		return false;
	code = result_code(link, message);
	if (code != LDAP_SUCCESS)
		fail(link, LINK_FAULT, "StartTLS", ldap_err2string(code), error);
	return code == LDAP_SUCCESS;
}

/* The library's own LDAP_OPT_X_TLS_PROTOCOL_MIN does nothing when it is built with GnuTLS. */
static bool is_new_tls(const Link *link)
{
	char *version = NULL;
	bool is_new = ldap_get_option(link->ld, LDAP_OPT_X_TLS_VERSION, &version) == LDAP_SUCCESS &&
		      version &&
		      (g_str_has_suffix(version, "1.2") || g_str_has_suffix(version, "1.3"));
	ldap_memfree(version);
	return is_new;
}

static bool secure(Link *link, const char *ca_file, GError **error)
{
	if (is_scheme(link, "ldapi:"))
		return true;
	if (is_scheme(link, "ldap:") && !start_tls(link, error))
		return false;
	if (ldap_install_tls(link->ld) == LDAP_SUCCESS) {
		if (is_new_tls(link))
			return true;
		fail(link, LINK_FAULT, "TLS", "the server offers nothing newer than TLS 1.1",
		     error);
		return false;
	}
	if (g_get_monotonic_time() >= link->deadline) {
		fail(link, LINK_LOST, "TLS", "no answer in time", error);
		return false;
	}
	g_autofree char *why = g_strdup_printf(
		"no trusted connection: the server's certificate must chain to %s "
		"and name the host of this address (write 127.0.0.1, not localhost)",
		ca_file);
	fail(link, LINK_FAULT, "TLS", why, error);
	return false;
}

void link_init(void)
{
	static gsize once;
	if (g_once_init_enter(&once)) {
		/* else the library reads ldap.conf, ~/.ldaprc and LDAP* variables, and whoever
		 * writes those decides how our connections are secured */
		g_setenv("LDAPNOINIT", "1", TRUE);
		/* the library's first call sets up what all share, and does so without a lock that
		 * two first calls at once would both respect */
		int version;
		ldap_get_option(NULL, LDAP_OPT_PROTOCOL_VERSION, &version);
		g_once_init_leave(&once, 1);
	}
}

Link *link_open(const char *uri, const char *ca_file, gint64 deadline, GError **error)
{
	g_autoptr(GError) cause = NULL;
	int fd = dial(uri, deadline, &cause);
	if (fd < 0) {
		g_set_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN, "%s: connecting: %s", uri,
			    cause->message);
		return NULL;
	}

	g_autoptr(Link) link = g_new0(Link, 1);
	link->uri = g_strdup(uri);
	link->deadline = deadline;
	link->fd = fd;
	if (!attach(link, error))
		return NULL;
	if (!set_options(link, is_scheme(link, "ldapi:") ? NULL : ca_file)) {
		fail(link, LINK_FAULT, "TLS", "the CA file cannot be used", error);
		return NULL;
	}
	if (!secure(link, ca_file, error))
		return NULL;
	return g_steal_pointer(&link);
}

void link_free(Link *link)
{
	if (!link)
		return;
	/* the unbind is one small write, which must not wait for a peer that reads no more */
	link->deadline = 0;
	if (link->ld)
		ldap_unbind_ext(link->ld, NULL, NULL);
	if (link->fd >= 0)
		close(link->fd);
	g_free(link->uri);
	g_free(link);
}

/* ---- bind ---- */

LinkResult link_bind(Link *link, const char *dn, const char *password, gsize length,
		     gint64 deadline, GError **error)
{
	g_assert(*dn && length > 0);
	/* libldap takes a pointer without const and does not write there */
	struct berval credentials = {length, (char *)(guintptr)password};
	int msgid;

	link->deadline = deadline;
	int code = ldap_sasl_bind(link->ld, dn, LDAP_SASL_SIMPLE, &credentials, NULL, NULL, &msgid);
	if (code != LDAP_SUCCESS)
		return lost(link, "binding", code, error);
	LDAPMessage *message = NULL;
	LinkResult came = await(link, msgid, LDAP_MSG_ALL, "binding", &message, error);
	if (came != LINK_OK)
		return came;
	code = result_code(link, message);
	switch (code) {
	case LDAP_SUCCESS:
		return LINK_OK;
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_INAPPROPRIATE_AUTH:   /* the entry has no password */
	case LDAP_CONSTRAINT_VIOLATION: /* locked, as some servers say it */
	case LDAP_UNWILLING_TO_PERFORM: /* inactivated, as others do */
	case LDAP_NO_SUCH_OBJECT:       /* gone since the search */
	case LDAP_INVALID_DN_SYNTAX:
		return LINK_REFUSED;
	default:
		return refused_to(link, "binding", code, error);
	}
}

/* ---- search ---- */

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

/* Copies what the entry has of what was asked for; LINK_NO_KEY unless it has exactly one usable
 * key, LINK_FAULT when it cannot be read to its end. */
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
		return fail(link, LINK_FAULT, "searching", "the entry is malformed", error);
	/* a DN that is empty would make the bind that follows an anonymous one, which succeeds */
	if (keys != 1 || !key || !*dn_text)
		return LINK_NO_KEY;
	*ret_entry = entry_draft_finish(g_steal_pointer(&draft), dn_text, key);
	return LINK_OK;
}

static LinkResult search_result(const Link *link, int code, int entries, LinkResult first,
				GError **error)
{
	if (code == LDAP_SIZELIMIT_EXCEEDED || entries > 1)
		return LINK_MANY;
	if (code == LDAP_NO_SUCH_OBJECT)
		return fail(link, LINK_FAULT, "searching",
			    "the base is not there, or the service account may not see it", error);
	if (code != LDAP_SUCCESS)
		return refused_to(link, "searching", code, error);
	return entries ? first : LINK_NONE;
}

LinkResult link_search(Link *link, const LinkSearch *search, gint64 deadline,
		       DirectoryEntry **ret_entry, GError **error)
{
	g_autoptr(DirectoryEntry) entry = NULL;
	LinkResult first = LINK_NONE;
	int entries = 0, references = 0, msgid;
	/* the server's own limit, in seconds, for when we are gone */
	struct timeval limit = {LIMIT_DIRECTORY_TOTAL_MS / 1000, 0};

	link->deadline = deadline;
	int code = ldap_search_ext(link->ld, search->base, LDAP_SCOPE_SUBTREE, search->filter,
				   (char **)(guintptr)search->attributes, 0, NULL, NULL, &limit, 2,
				   &msgid);
	if (code == LDAP_FILTER_ERROR)
		return fail(link, LINK_FAULT, "searching", "the filter is malformed", error);
	if (code != LDAP_SUCCESS)
		return lost(link, "searching", code, error);

	/* one message at a time: a server that sends without end is cut off at the third entry */
	while (entries <= 2 && references <= LIMIT_DIRECTORY_REFERENCES) {
		LDAPMessage *message = NULL;
		LinkResult came = await(link, msgid, LDAP_MSG_ONE, "searching", &message, error);
		if (came != LINK_OK)
			return came;
		switch (ldap_msgtype(message)) {
		case LDAP_RES_SEARCH_ENTRY:
			if (entries++ == 0)
				first = read_entry(link, message, search, &entry, error);
			break;
		case LDAP_RES_SEARCH_RESULT: {
			LinkResult result = search_result(link, result_code(link, message), entries,
							  first, error);
			if (result == LINK_OK)
				*ret_entry = g_steal_pointer(&entry);
			return result;
		}
		default:
			references++;
		}
		ldap_msgfree(message);
		if (first == LINK_FAULT)
			return first;
	}
	return fail(link, LINK_FAULT, "searching", "the server sends more than was asked for",
		    error);
}
