/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/init.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <xmlsec/app.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmlsec.h>

#include "metadata/xml/document.h"

static bool ours; /* we started xmlsec1, so we stop it */

G_GNUC_PRINTF(2, 3)
static void generic_silence(void *context, const char *format, ...)
{
}

static void structured_silence(void *context, xmlErrorPtr error)
{
}

static void xmlsec_silence(const char *file, int line, const char *function, const char *object,
			   const char *subject, int reason, const char *message)
{
}

/* What strangers send must not write to our stderr. libxml2 keeps the handlers per thread: the
 * ThrDef calls are for the threads to come. */
static void silence(void)
{
	xmlSetGenericErrorFunc(NULL, generic_silence);
	xmlThrDefSetGenericErrorFunc(NULL, generic_silence);
	xmlSetStructuredErrorFunc(NULL, structured_silence);
	xmlThrDefSetStructuredErrorFunc(NULL, structured_silence);
	xmlSecErrorsSetCallback(xmlsec_silence);
}

/* A second xmlSecInit() would empty and so lose the lists that the first one filled. */
static bool is_started(void)
{
	return xmlSecTransformIdListFind(xmlSecTransformIdsGet(), xmlSecTransformRsaSha256Id) == 1;
}

bool xml_init(GError **error)
{
	xmlInitParser();
	silence();
	if (is_started()) {
		xmlSecIOCleanupCallbacks();
		return true;
	}
	if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1 || xmlSecCryptoAppInit(NULL) < 0 ||
	    xmlSecCryptoInit() < 0) {
		g_set_error(error, XML_ERROR, XML_ERROR_LIBRARY, "xmlsec1 does not start");
		return false;
	}
	/* Nothing that a document names is ever fetched. */
	xmlSecIOCleanupCallbacks();
	silence();
	ours = true;
	return true;
}

void xml_shutdown(void)
{
	if (ours) {
		xmlSecCryptoShutdown();
		xmlSecCryptoAppShutdown();
		xmlSecShutdown();
		ours = false;
	}
	xmlCleanupParser();
}
