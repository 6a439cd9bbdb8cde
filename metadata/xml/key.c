/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/key.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "metadata/xml/document.h"
#include "metadata/xml/key-openssl.h"

struct XmlKey {
	EVP_PKEY *pkey;
	XmlCertificate certificate;
	GBytes *der;
	char *base64;
};

/* OpenSSL would ask the terminal for a passphrase. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
	*(bool *)context = true;
	return -1;
}

static EVP_PKEY *read_private(const void *pem, gsize len, GError **error)
{
	bool encrypted = false;
	BIO *bio = len <= G_MAXINT ? BIO_new_mem_buf(pem, (int)len) : NULL;
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &encrypted) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	if (!pkey)
		g_set_error(error, XML_ERROR, XML_ERROR_KEY,
			    encrypted ? "the private key is encrypted; it must be without a "
					"passphrase, in a file that only we can read"
				      : "this is not a private key (PEM)");
	return pkey;
}

/* We sign with P-256 or P-384: P-521 is read by too few services. */
static bool judge_own(EVP_PKEY *pkey, GError **error)
{
	XmlKeyKind kind;
	guint bits;
	if (!xml_pkey_judge(pkey, &kind, &bits, error))
		return false;
	if (kind != XML_KEY_EC || bits <= 384)
		return true;
	g_set_error(error, XML_ERROR, XML_ERROR_KEY,
		    "the key is on P-521; sign with P-256, P-384 or RSA");
	return false;
}

XmlKey *xml_key_new(const void *key_pem, gsize key_len, const void *cert_pem, gsize cert_len,
		    GError **error)
{
	g_autoptr(EVP_PKEY) pkey = read_private(key_pem, key_len, error);
	if (!pkey || !judge_own(pkey, error))
		return NULL;
	g_autoptr(GBytes) der = xml_certificate_decode(cert_pem, cert_len, error);
	g_autoptr(X509) x509 = der ? xml_x509_from_der(der, error) : NULL;
	XmlCertificate certificate;
	if (!x509 || !xml_x509_describe(x509, der, &certificate, error))
		return NULL;
	if (EVP_PKEY_eq(pkey, X509_get0_pubkey(x509)) != 1) {
		ERR_clear_error();
		g_set_error(error, XML_ERROR, XML_ERROR_KEY,
			    "the certificate belongs to another key");
		return NULL;
	}
	XmlKey *key = g_atomic_rc_box_new0(XmlKey);
	gsize len;
	const guint8 *bytes = g_bytes_get_data(der, &len);
	key->base64 = g_base64_encode(bytes, len);
	key->certificate = certificate;
	key->pkey = g_steal_pointer(&pkey);
	key->der = g_steal_pointer(&der);
	return key;
}

static void key_clear(gpointer data)
{
	XmlKey *key = data;
	EVP_PKEY_free(key->pkey); /* wipes it */
	g_bytes_unref(key->der);
	g_free(key->base64);
}

XmlKey *xml_key_ref(XmlKey *key)
{
	return g_atomic_rc_box_acquire(key);
}

void xml_key_unref(XmlKey *key)
{
	g_atomic_rc_box_release_full(key, key_clear);
}

EVP_PKEY *xml_key_pkey(const XmlKey *key)
{
	return key->pkey;
}

GBytes *xml_key_public_der(const XmlKey *key)
{
	guint8 *bytes = NULL;
	int len = i2d_PUBKEY(key->pkey, &bytes);
	g_assert(len > 0);
	GBytes *der = g_bytes_new(bytes, (gsize)len);
	OPENSSL_free(bytes);
	return der;
}

XmlKeyKind xml_key_kind(const XmlKey *key)
{
	return key->certificate.kind;
}

const XmlCertificate *xml_key_certificate(const XmlKey *key)
{
	return &key->certificate;
}

GBytes *xml_key_certificate_der(const XmlKey *key)
{
	return key->der;
}

const char *xml_key_certificate_base64(const XmlKey *key)
{
	return key->base64;
}
