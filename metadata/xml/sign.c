/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/sign.h"

#include <openssl/err.h>
#include <string.h>
#include <xmlsec/crypto.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>

#include "metadata/xml/key-openssl.h"
#include "metadata/xml/libxml.h"
#include "metadata/xml/sign-method.h"

#define CERTS_MAX                                                                                  \
	8 /* a service rolls over between two; each costs the sender nothing, us one check */

typedef xmlSecDSigCtx SignContext;
static void sign_context_free(SignContext *context)
{
	xmlSecDSigCtxDestroy(context);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignContext, sign_context_free)

/* A context that will use this key alone and never look into KeyInfo. */
static SignContext *context_for(EVP_PKEY *pkey)
{
	EVP_PKEY_up_ref(pkey);
	xmlSecKeyData *data = xmlSecOpenSSLEvpKeyAdopt(pkey);
	if (!data) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	xmlSecKey *key = xmlSecKeyCreate();
	if (!key || xmlSecKeySetValue(key, data) < 0) {
		xmlSecKeyDataDestroy(data);
		xmlSecKeyDestroy(key);
		return NULL;
	}
	SignContext *context = xmlSecDSigCtxCreate(NULL);
	if (!context) {
		xmlSecKeyDestroy(key);
		return NULL;
	}
	context->signKey = key; /* owned by the context */
	context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
	return context;
}

static XmlNode *add_ds(XmlNode *parent, const char *local)
{
	return xml_node_add(parent, XML_NS_DS, "ds", local);
}

static void add_algorithm(XmlNode *parent, const char *local, const char *uri)
{
	xml_node_set(add_ds(parent, local), "Algorithm", uri);
}

/* An empty Signature, placed where it will stay: the prefixes in scope there are part of what
 * SignedInfo's canonical form is. */
static XmlNode *place(XmlNode *element, const XmlNode *insert_after)
{
	XmlNode *signature = add_ds(element, "Signature");
	XmlNode *before = insert_after ? insert_after->next : element->children;
	if (before && before != signature)
		xmlAddPrevSibling(before, signature);
	return signature;
}

static void fill(XmlNode *signature, const char *id, XmlSignMethod method)
{
	XmlNode *info = add_ds(signature, "SignedInfo");
	add_algorithm(info, "CanonicalizationMethod", XML_NS_EXC_C14N);
	add_algorithm(info, "SignatureMethod", xml_sign_method_uri(method));
	XmlNode *reference = add_ds(info, "Reference");
	g_autofree char *uri = g_strconcat("#", id, NULL);
	xml_node_set(reference, "URI", uri);
	XmlNode *transforms = add_ds(reference, "Transforms");
	add_algorithm(transforms, "Transform", XML_SIGN_ENVELOPED);
	add_algorithm(transforms, "Transform", XML_NS_EXC_C14N);
	add_algorithm(reference, "DigestMethod", XML_SIGN_SHA256);
	add_ds(reference, "DigestValue");
	add_ds(signature, "SignatureValue");
}

static void register_id(XmlDocument *doc, XmlNode *element, const char *id)
{
	xmlAttr *attr = xmlHasProp(element, XML_STR("ID"));
	g_assert(attr && xmlValidateNCName(XML_STR(id), 0) == 0);
	g_assert(attr->children && strcmp((const char *)attr->children->content, id) == 0);
	if (!xmlGetID(doc, XML_STR(id)))
		xmlAddID(NULL, doc, XML_STR(id), attr);
	g_assert(xmlGetID(doc, XML_STR(id)) == attr);
}

bool xml_sign(XmlDocument *doc, XmlNode *element, const char *id, const XmlKey *key,
	      const XmlNode *insert_after, GError **error)
{
	register_id(doc, element, id);
	XmlNode *signature = place(element, insert_after);
	fill(signature, id,
	     xml_key_kind(key) == XML_KEY_RSA ? XML_SIGN_RSA_SHA256 : XML_SIGN_ECDSA_SHA256);
	g_autoptr(SignContext) context = context_for(xml_key_pkey(key));
	if (!context || xmlSecDSigCtxSign(context, signature) < 0 ||
	    context->status != xmlSecDSigStatusSucceeded) {
		ERR_clear_error();
		g_set_error(error, XML_ERROR, XML_ERROR_LIBRARY, "xmlsec1 could not sign");
		return false;
	}
	/* After the signing, so that xmlsec1 has no KeyInfo to process: it is not signed. */
	XmlNode *data = add_ds(add_ds(signature, "KeyInfo"), "X509Data");
	xml_node_add_text(add_ds(data, "X509Certificate"), xml_key_certificate_base64(key));
	return true;
}

/* Nothing but what inspect has seen may run, should inspect ever be wrong. */
static bool allow_only_ours(SignContext *context)
{
	const xmlSecTransformId references[] = {
		xmlSecTransformEnvelopedId, xmlSecTransformExclC14NId, xmlSecTransformSha256Id,
		xmlSecTransformSha384Id,    xmlSecTransformSha512Id,
	};
	const xmlSecTransformId signatures[] = {
		xmlSecTransformExclC14NId,    xmlSecTransformRsaSha256Id,
		xmlSecTransformRsaSha384Id,   xmlSecTransformRsaSha512Id,
		xmlSecTransformEcdsaSha256Id, xmlSecTransformEcdsaSha384Id,
		xmlSecTransformEcdsaSha512Id,
	};
	bool ok = true;
	for (gsize i = 0; i < G_N_ELEMENTS(references); i++)
		ok = ok && xmlSecDSigCtxEnableReferenceTransform(context, references[i]) >= 0;
	for (gsize i = 0; i < G_N_ELEMENTS(signatures); i++)
		ok = ok && xmlSecDSigCtxEnableSignatureTransform(context, signatures[i]) >= 0;
	return ok;
}

static bool verify_by(XmlNode *signature, XmlKeyKind kind, GBytes *der)
{
	XmlCertificate certificate;
	if (!xml_certificate_read(der, &certificate, NULL) || certificate.kind != kind)
		return false;
	g_autoptr(X509) x509 = xml_x509_from_der(der, NULL);
	g_autoptr(SignContext) context = context_for(X509_get0_pubkey(x509));
	bool good = context && allow_only_ours(context) &&
		    xmlSecDSigCtxVerify(context, signature) >= 0 &&
		    context->status == xmlSecDSigStatusSucceeded;
	ERR_clear_error();
	return good;
}

static bool verify_inspected(XmlDocument *doc, XmlNode *element, const XmlSignatureInfo *info,
			     GPtrArray *certs, GError **error)
{
	XmlKeyKind kind = xml_sign_method_kind(info->method);
	bool good = false;
	if (info->signature) {
		/* What xmlsec1 will find by the ID is what we read. */
		g_autofree char *id = xml_node_attribute(element, "ID");
		xmlAttr *attr = xmlGetID(doc, XML_STR(id));
		g_assert(attr && attr->parent == element);
		for (guint i = 0; i < certs->len && i < CERTS_MAX && !good; i++)
			good = verify_by(info->signature, kind, certs->pdata[i]);
	}
	if (!good)
		g_set_error(error, XML_ERROR, XML_ERROR_SIGNATURE, "%s",
			    info->signature ? "the signature does not verify with any known key"
					    : "there is no signature");
	return good;
}

bool xml_signature_verify(XmlDocument *doc, XmlNode *element, GPtrArray *certs, GError **error)
{
	XmlSignatureInfo info;
	return xml_signature_inspect(doc, element, &info, error) &&
	       verify_inspected(doc, element, &info, certs, error);
}

bool xml_signature_verify_aggregate(XmlDocument *doc, XmlNode *element, GBytes *certificate,
				    GError **error)
{
	XmlSignatureInfo info;
	g_autoptr(GPtrArray) certs = g_ptr_array_new();
	g_ptr_array_add(certs, certificate);
	return xml_signature_inspect_aggregate(doc, element, &info, error) &&
	       verify_inspected(doc, element, &info, certs, error);
}
