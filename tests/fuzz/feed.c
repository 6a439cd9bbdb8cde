/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a federation's aggregate: as they are, which nobody has signed and nobody may take,
 * and signed by the right one, since a federation too may publish anything. What is then indexed
 * can be opened, is found under its own name, and is not valid for longer than the whole. */
#include "metadata/feed-aggregate.h"
#include "metadata/feed-index.h"
#include "metadata/xml/init.h"
#include "tests/fuzz/target.h"
#include "tests/unit/feed-fixture.h"

#include <sys/mman.h>
#include <unistd.h>

#define NOW 1795435200 /* 2026-11-23T12:00:00Z */

static TestKey *signer;
static XmlKey *key;

static void start(void)
{
	if (signer)
		return;
	g_assert_true(xml_init(NULL));
	signer = test_key_new(EVP_EC_gen("P-256"));
	key = xml_key_new(signer->key_pem, strlen(signer->key_pem), signer->cert_pem,
			  strlen(signer->cert_pem), NULL);
	g_assert_nonnull(key);
}

static const char *const codes[] = {
	[METADATA_ERROR_SYNTAX] = "syntax",       [METADATA_ERROR_EXPIRED] = "expired",
	[METADATA_ERROR_LIMIT] = "limit",         [METADATA_ERROR_IO] = "io",
	[METADATA_ERROR_SIGNATURE] = "signature",
};

static FeedIndex *index_of(GBytes *bytes)
{
	g_autoptr(GError) error = NULL;
	int fd = memfd_create("index", 0);
	bool good = feed_aggregate_index(bytes, signer->der, NOW, fd, &error);
	g_assert_true(good || error);
	FeedIndex *index = good ? feed_index_open(fd, &error) : NULL;
	g_assert_true(!good || index);
	close(fd);
	if (index)
		fuzz_verdict("taken %u, left out %u", feed_index_facts(index)->count,
			     feed_index_facts(index)->refused +
				     feed_index_facts(index)->duplicates);
	else
		fuzz_verdict("refused %s: %s", codes[error->code], error->message);
	return index;
}

static GBytes *sign(const uint8_t *data, size_t size)
{
	g_autoptr(XmlDocument) doc = xml_document_parse(data, size, &XML_LIMITS_ENTITY, NULL);
	XmlNode *root = doc ? xml_document_root(doc) : NULL;
	g_autofree char *id = root ? xml_node_attribute(root, "ID") : NULL;
	/* one that brings a signature is judged by that */
	if (g_strcmp0(id, "_feed") != 0 || xml_node_child(root, XML_NS_DS, "Signature") ||
	    !xml_sign(doc, root, id, key, NULL, NULL))
		return NULL;
	return xml_document_to_bytes(doc);
}

/* What the index says it asks for is what it asks for. */
static void check_asks(const FeedIndex *index, guint i, const Entity *entity)
{
	g_autoptr(Asked) asked = asked_new();
	g_autoptr(GByteArray) here = g_byte_array_new(), there = g_byte_array_new();
	asked_of_entity(asked, entity);
	asked_to_text(asked, there);
	feed_index_asked(index, i, asked);
	asked_to_text(asked, here);
	g_assert_cmpmem(here->data, here->len, there->data, there->len);
}

static void check(const FeedIndex *index)
{
	const FeedIndexFacts *facts = feed_index_facts(index);
	for (guint i = 0; i < facts->count; i++) {
		g_autoptr(GBytes) blob = feed_index_blob(index, i, NULL);
		gsize len;
		const void *data = g_bytes_get_data(blob, &len);
		g_autoptr(Entity) entity = entity_parse(data, len, ENTITY_ANY_TIME, NULL);
		g_assert_nonnull(entity);
		check_asks(index, i, entity);
		g_assert_cmpint(feed_index_find(index, entity->id), ==, (int)i);
		g_assert_cmpint(feed_index_valid_until(index, i), <=, facts->valid_until);
	}
	g_autoptr(GPtrArray) notes = feed_index_notes(index);
	for (guint i = 0; i < notes->len; i++)
		g_assert_true(g_utf8_validate(notes->pdata[i], -1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	start();
	g_autoptr(GBytes) plain = g_bytes_new(data, size);
	g_autoptr(FeedIndex) none = index_of(plain);
	g_assert_null(none);
	g_autoptr(GBytes) bytes = sign(data, size);
	g_autoptr(FeedIndex) index = bytes ? index_of(bytes) : NULL;
	if (index)
		check(index);
	return 0;
}
