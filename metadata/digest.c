/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/digest.h"

#include <openssl/evp.h>

struct Digest {
	EVP_MD_CTX *context;
};

Digest *digest_new(void)
{
	Digest *digest = g_new0(Digest, 1);
	digest->context = EVP_MD_CTX_new();
	int good = digest->context && EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL);
	g_assert(good);
	return digest;
}

void digest_add(Digest *digest, const void *bytes, gsize len)
{
	int good = EVP_DigestUpdate(digest->context, bytes, len);
	g_assert(good);
}

void digest_end(Digest *digest, guint8 ret[DIGEST_SIZE])
{
	int good = EVP_DigestFinal_ex(digest->context, ret, NULL);
	g_assert(good);
	EVP_MD_CTX_free(digest->context);
	g_free(digest);
}

void digest_of(const void *bytes, gsize len, guint8 ret[DIGEST_SIZE])
{
	Digest *digest = digest_new();
	digest_add(digest, bytes, len);
	digest_end(digest, ret);
}
