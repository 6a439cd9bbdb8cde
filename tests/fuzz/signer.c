/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/signer.h"

#include "idp/crypto.h"

/* clang-format off */
const char *const signer_certificates[] = {
	"MIIClzCCAX+gAwIBAgIBATANBgkqhkiG9w0BAQsFADAPMQ0wCwYDVQQDDAR0ZXN0MB4XDTIwMDEwMTAwMDAw"
	"MFoXDTIxMDEwMTAwMDAwMFowDzENMAsGA1UEAwwEdGVzdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoC"
	"ggEBALq9EcfH0YCeg/LlcIvJwNcQoZKxadHQ6SzVNGiat1aLaljavBlIhvJrb/7uIrJ06Rz7DEpXyvwDYaW9"
	"uvcDjmjsnXTVqQPnuLjJe7eKlQs9/Kx5UYlFxSigCBSks1GWeeS97TuWqX2YYnmT2l26yYVFobWzEP3Thee1"
	"F4cLPHetSaCYicPiuTkCKoK/BJJVbf2Jvb8g89b444V2LwKuITqCKvHJCbYi/nhsevilWMwhE3Etvj7m9HrP"
	"YcScc9tFOcSDSByk9n9sPgpSa5JhlcDJVWeJ6bRiAa3z1Rxxmp7vjFiUVzgiWpzDTcYCEh9u7lx2LDbTX48j"
	"egSbpZCr04ECAwEAATANBgkqhkiG9w0BAQsFAAOCAQEAWs1/UoerzKqXSkJk8rqmIT83XnHuCPXdPL95rz4V"
	"FhVg944h3ERdH9Y5V5ax12XrWYyCaOceFswhN0RanJZJXHYgGyfIsTK7jmKJrcVQAAHYnTRE8LjEi9vSCC2U"
	"6XJ5ngLVjFtm1vA6BBoELhNUwU4xzFEvTJXaewI5vmrILmf/Vaf4zUhShGLdAP3NVxZh3G107Uo6h90uYw90"
	"RU3ZQJ964uvq80Hk2rL3OI91pIRUOLRnyuVneS8RosW7gzbKO1Os8MMW4IUetwBAJqoEUhtsWE+ZZqwqs40Q"
	"fZI5i2hA2kvchSZUoQBa+vFBx9cpdnRY/KYc8IH7KPk6HgSUpw==",
	"MIIBCjCBsaADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHRlc3QwHhcNMjAwMTAxMDAwMDAwWhcN"
	"MjEwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDAR0ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPJReGLBp"
	"bOYMONglonvd6ZjSWhuVTiIZxbo3wK0TbVKmX/q2cRQP1xpzu9s+U3rdGEnlGUt1hIDTQdtihWCv5TAKBggq"
	"hkjOPQQDAgNIADBFAiEAqIZOdv7oOxclqWDVzR91olrB4V7ORC5u8YRiaGtDXEgCICgvklfAgvwTIM3OyeQr"
	"Rg0zc43PDXthL6ljG1I2JS9l",
	NULL,
};
/* clang-format on */

const GPtrArray *signer_keys(void)
{
	static GPtrArray *keys;

	if (!keys) {
		keys = g_ptr_array_new();
		for (const char *const *text = signer_certificates; *text; text++) {
			gsize size = 0;
			guchar *der = g_base64_decode(*text, &size);
			g_autoptr(GBytes) certificate = g_bytes_new_take(der, size);
			CryptoKey *key = crypto_key_from_certificate(certificate, NULL);
			g_assert_nonnull(key);
			g_ptr_array_add(keys, key);
		}
	}
	return keys;
}
