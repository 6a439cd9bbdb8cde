/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "metadata/xml/document.h"
#include "metadata/xml/key-openssl.h"

#define RSA_BITS_MIN 2048 /* SDP-MD06 */
#define RSA_BITS_MAX 8192 /* a verification of 16384 bits costs 16 times one of 4096 */

G_GNUC_PRINTF(2, 3)
static bool refuse(GError **error, const char *format, ...)
{
	ERR_clear_error();
	va_list args;
	va_start(args, format);
	if (error)
		*error = g_error_new_valist(XML_ERROR, XML_ERROR_KEY, format, args);
	va_end(args);
	return false;
}

/* With exponent 1 every message is its own signature. */
static bool rsa_is_sound(EVP_PKEY *pkey)
{
	BIGNUM *e = NULL;
	bool sound = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_is_odd(e) &&
		     !BN_is_one(e);
	BN_free(e);
	return sound;
}

static bool judge_rsa(EVP_PKEY *pkey, guint *ret_bits, GError **error)
{
	*ret_bits = EVP_PKEY_get_bits(pkey);
	if (*ret_bits < RSA_BITS_MIN)
		return refuse(error, "the RSA key has %u bits; at least %d are needed", *ret_bits,
			      RSA_BITS_MIN);
	if (*ret_bits > RSA_BITS_MAX)
		return refuse(error, "the RSA key has %u bits; more than %d are not taken",
			      *ret_bits, RSA_BITS_MAX);
	if (!rsa_is_sound(pkey))
		return refuse(error, "the RSA key has an impossible exponent");
	return true;
}

/* Only the named curves: explicit parameters let a stranger choose the generator. */
static bool judge_ec(EVP_PKEY *pkey, guint *ret_bits, GError **error)
{
	static const struct {
		const char *name;
		guint bits;
	} curves[] = {{"prime256v1", 256}, {"secp384r1", 384}, {"secp521r1", 521}};
	char name[64] = "", encoding[32] = "";
	EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof encoding,
				       NULL);
	EVP_PKEY_get_group_name(pkey, name, sizeof name, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(curves); i++) {
		if (strcmp(name, curves[i].name) == 0 &&
		    strcmp(encoding, OSSL_PKEY_EC_ENCODING_GROUP) == 0) {
			*ret_bits = curves[i].bits;
			return true;
		}
	}
	return refuse(error, "the EC key is on a curve other than P-256, P-384 and P-521");
}

bool xml_pkey_judge(EVP_PKEY *pkey, XmlKeyKind *ret_kind, guint *ret_bits, GError **error)
{
	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_RSA:
		*ret_kind = XML_KEY_RSA;
		return judge_rsa(pkey, ret_bits, error);
	case EVP_PKEY_EC:
		*ret_kind = XML_KEY_EC;
		return judge_ec(pkey, ret_bits, error);
	default:
		return refuse(error, "the key is neither RSA nor EC");
	}
}

static X509 *decode_der(const guint8 *bytes, gsize len)
{
	const guint8 *p = bytes;
	X509 *x509 = len <= G_MAXINT ? d2i_X509(NULL, &p, len) : NULL;
	ERR_clear_error();
	if (x509 && p != bytes + len)
		g_clear_pointer(&x509, X509_free);
	return x509;
}

static bool read_time(const ASN1_TIME *time, gint64 *ret)
{
	struct tm tm;
	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*ret = timegm(&tm);
	return true;
}

static void fingerprint(GBytes *der, char *ret)
{
	g_autofree char *hex = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, der);
	g_strlcpy(ret, hex, 65);
}

bool xml_x509_describe(X509 *x509, GBytes *der, XmlCertificate *ret, GError **error)
{
	*ret = (XmlCertificate){0};
	EVP_PKEY *pkey = X509_get0_pubkey(x509);
	if (!pkey)
		return refuse(error, "the certificate has a key that cannot be read");
	if (!read_time(X509_get0_notBefore(x509), &ret->not_before) ||
	    !read_time(X509_get0_notAfter(x509), &ret->not_after))
		return refuse(error, "the certificate has a date that cannot be read");
	fingerprint(der, ret->fingerprint);
	return xml_pkey_judge(pkey, &ret->kind, &ret->bits, error);
}

X509 *xml_x509_from_der(GBytes *der, GError **error)
{
	gsize len;
	const guint8 *bytes = g_bytes_get_data(der, &len);
	X509 *x509 = decode_der(bytes, len);
	if (!x509)
		refuse(error, "this is not a certificate (X.509 in DER)");
	return x509;
}

bool xml_certificate_read(GBytes *der, XmlCertificate *ret, GError **error)
{
	g_autoptr(X509) x509 = xml_x509_from_der(der, error);
	return x509 && xml_x509_describe(x509, der, ret, error);
}

/* Base64 with white space anywhere, as XML has it; NULL when there is any other character. */
static GBytes *decode_base64(const char *text, gsize len)
{
	GString *packed = g_string_sized_new(len);
	for (gsize i = 0; i < len; i++) {
		if (!g_ascii_isspace(text[i]))
			g_string_append_c(packed, text[i]);
	}
	gsize digits = strspn(packed->str, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789+/");
	gsize padding = strspn(packed->str + digits, "=");
	bool sound = digits > 0 && padding <= 2 && digits + padding == packed->len &&
		     packed->len % 4 == 0;
	gsize size = 0;
	guint8 *bytes = sound ? g_base64_decode(packed->str, &size) : NULL;
	g_string_free(packed, TRUE);
	return bytes ? g_bytes_new_take(bytes, size) : NULL;
}

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END   "-----END CERTIFICATE-----"

/* NULL when not one whole PEM block; *ret_count says how many begin. */
static GBytes *decode_pem(const char *text, gsize len, guint *ret_count)
{
	const char *begin = g_strstr_len(text, len, PEM_BEGIN);
	*ret_count = 0;
	for (const char *p = begin; p; (*ret_count)++) {
		p += strlen(PEM_BEGIN);
		p = g_strstr_len(p, text + len - p, PEM_BEGIN);
	}
	if (*ret_count != 1)
		return NULL;
	begin += strlen(PEM_BEGIN);
	const char *end = g_strstr_len(begin, text + len - begin, PEM_END);
	return end ? decode_base64(begin, end - begin) : NULL;
}

GBytes *xml_certificate_decode(const void *bytes, gsize len, GError **error)
{
	g_autoptr(GBytes) der = NULL;
	guint blocks = 0;
	if (len > 0 && *(const guint8 *)bytes == 0x30) {
		der = g_bytes_new(bytes, len);
	} else if (!memchr(bytes, 0, len)) {
		der = decode_pem(bytes, len, &blocks);
		if (blocks == 0)
			der = decode_base64(bytes, len);
	}
	if (blocks > 1) {
		refuse(error, "there are %u certificates; give one", blocks);
		return NULL;
	}
	g_autoptr(X509) x509 = der ? xml_x509_from_der(der, NULL) : NULL;
	if (!x509) {
		refuse(error, "this is not a certificate (X.509 as PEM, DER or base64)");
		return NULL;
	}
	return g_steal_pointer(&der);
}
