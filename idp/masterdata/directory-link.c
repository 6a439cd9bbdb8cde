/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-link-inside.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/masterdata/directory-dial.h"
#include "idp/masterdata/directory-wipe.h"

#include <errno.h>
#include <openldap.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

LinkResult link_fail(const Link *link, LinkResult result, const char *doing, const char *why,
		     GError **error)
{
	g_set_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN, "%s: %s: %s", link->uri, doing, why);
	return result;
}

/* A server that answers with a failure; one that says it is overloaded is as good as lost. */
LinkResult link_refused_to(const Link *link, const char *doing, int code, GError **error)
{
	bool unwell = code == LDAP_BUSY || code == LDAP_UNAVAILABLE;
	return link_fail(link, unwell ? LINK_LOST : LINK_FAULT, doing, ldap_err2string(code),
			 error);
}

/* What the library says of a call that got no answer. Text from the server is left out: it may
 * quote a name or a value. */
LinkResult link_lost(const Link *link, const char *doing, int code, GError **error)
{
	bool late = g_get_monotonic_time() >= link->deadline || code == LDAP_TIMEOUT;
	return link_fail(link, LINK_LOST, doing, late ? "no answer in time" : ldap_err2string(code),
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
		link_fail(link, LINK_LOST, "connecting", "the library gave no session", error);
		return false;
	}
	link->fd = -1;
	if (ldap_get_option(link->ld, LDAP_OPT_SOCKBUF, &sockbuf) != LDAP_SUCCESS ||
	    ber_sockbuf_add_io(sockbuf, &deadline_io, LBER_SBIOD_LEVEL_PROVIDER, link) != 0 ||
	    !directory_wipe_what_is_sent(sockbuf) ||
	    ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &most) <= 0) {
		link_fail(link, LINK_LOST, "connecting", "the library refuses our transport",
			  error);
		return false;
	}
	return true;
}

/* Waits for the next message of an operation: LINK_OK, or that it will not come; error is set. */
LinkResult link_await(Link *link, int msgid, int all, const char *doing, LDAPMessage **ret_message,
		      GError **error)
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
		return link_fail(link, LINK_FAULT, doing,
				 "the answer is larger than any entry may be", error);
	return link_lost(link, doing, kind == 0 ? LDAP_TIMEOUT : library_code(link), error);
}

/* The result code of a final message, which is freed. */
int link_result_code(const Link *link, LDAPMessage *message)
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
		link_lost(link, "StartTLS", code, error);
		return false;
	}
	LDAPMessage *message = NULL;
	if (link_await(link, msgid, LDAP_MSG_ALL, "StartTLS", &message, error) != LINK_OK)
		return false;
	code = link_result_code(link, message);
	if (code != LDAP_SUCCESS)
		link_fail(link, LINK_FAULT, "StartTLS", ldap_err2string(code), error);
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
		link_fail(link, LINK_FAULT, "TLS", "the server offers nothing newer than TLS 1.1",
			  error);
		return false;
	}
	if (g_get_monotonic_time() >= link->deadline) {
		link_fail(link, LINK_LOST, "TLS", "no answer in time", error);
		return false;
	}
	g_autofree char *why = g_strdup_printf(
		"no trusted connection: the server's certificate must chain to %s "
		"and name the host of this address (write 127.0.0.1, not localhost)",
		ca_file);
	link_fail(link, LINK_FAULT, "TLS", why, error);
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

bool link_is_dn(const char *text)
{
	LDAPDN dn = NULL;
	bool is_dn = *text && ldap_str2dn(text, &dn, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS && dn;
	ldap_dnfree(dn);
	return is_dn;
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
		link_fail(link, LINK_FAULT, "TLS", "the CA file cannot be used", error);
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
		return link_lost(link, "binding", code, error);
	LDAPMessage *message = NULL;
	LinkResult came = link_await(link, msgid, LDAP_MSG_ALL, "binding", &message, error);
	if (came != LINK_OK)
		return came;
	code = link_result_code(link, message);
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
		return link_refused_to(link, "binding", code, error);
	}
}
