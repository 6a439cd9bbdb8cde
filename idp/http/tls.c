/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/tls.h"

#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

const char tls_priorities[] =
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:"
	"+CHACHA20-POLY1305:-MAC-ALL:+AEAD:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:%SERVER_PRECEDENCE";

static gnutls_datum_t to_datum(GBytes *bytes)
{
	gsize size = 0;
	gconstpointer data = g_bytes_get_data(bytes, &size);

	return (gnutls_datum_t){(unsigned char *)(guintptr)data, (unsigned)size};
}

bool tls_check(GBytes *certificate, GBytes *key, GError **error)
{
	gnutls_certificate_credentials_t credentials = NULL;
	gnutls_datum_t chain = to_datum(certificate), private = to_datum(key);
	int code = gnutls_certificate_allocate_credentials(&credentials);

	g_assert(code == GNUTLS_E_SUCCESS);
	code = gnutls_certificate_set_x509_key_mem(credentials, &chain, &private,
						   GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(credentials);
	if (code >= 0)
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
		    "cannot use the TLS certificate with its key: %s", gnutls_strerror(code));
	return false;
}

gint64 tls_certificate_end(GBytes *certificate)
{
	gnutls_datum_t chain = to_datum(certificate);
	gnutls_x509_crt_t *list = NULL;
	unsigned n = 0;
	gint64 end = 0;

	if (gnutls_x509_crt_list_import2(&list, &n, &chain, GNUTLS_X509_FMT_PEM, 0) < 0)
		return 0;
	if (n > 0)
		end = MAX(gnutls_x509_crt_get_expiration_time(list[0]), 0);
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(list[i]);
	gnutls_free(list);
	return end;
}
