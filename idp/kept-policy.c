/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/kept-policy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idp/keys.h"
#include "idp/limits.h"
#include "metadata/read.h"
#include "metadata/trusted.h"

#define HEAD "Pvktpo01"
/* when, of which generation, what the words mean, and of each file its name, huvudman and bytes */
#define PACKED "(xssa(smsay))"

#define SUFFIX ".policy"

#define DIGEST_LENGTH 64

void kept_policy_free(KeptPolicy *kept)
{
	if (!kept)
		return;
	policy_files_free(kept->files);
	g_free(kept->digest);
	g_free(kept->meaning);
	g_free(kept);
}

char *kept_policy_base(const char *digest, gint64 taken)
{
	return g_strdup_printf("%s %" G_GINT64_FORMAT, digest, taken);
}

/* ---- the bytes ---- */

GBytes *kept_policy_to_bytes(const PolicyFiles *files, const char *digest, const char *meaning,
			     gint64 taken)
{
	GVariantBuilder list;
	g_variant_builder_init(&list, G_VARIANT_TYPE("a(smsay)"));
	for (guint i = 0; i < files->sources->len; i++) {
		const PolicySource *source = &g_array_index(files->sources, PolicySource, i);
		g_autofree char *name = g_path_get_basename(source->name);
		g_variant_builder_add(&list, "(sms@ay)", name, source->huvudman,
				      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, source->bytes,
								source->length, 1));
	}
	g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_new(
		"(xss@a(smsay))", taken, digest, meaning, g_variant_builder_end(&list)));
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	gsize length = g_variant_get_size(packed);
	g_byte_array_append(bytes, (const guint8 *)HEAD, strlen(HEAD));
	g_byte_array_set_size(bytes, (guint)(strlen(HEAD) + length));
	g_variant_store(packed, bytes->data + strlen(HEAD));
	return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

static void fail(GError **error)
{
	g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_FILE,
			    "this is no policy that this version of portvakt has kept");
}

static bool is_name(const char *text)
{
	return *text && *text != '.' && !strchr(text, '/');
}

static bool add_file(PolicyFiles *files, GVariant *file)
{
	const char *name, *huvudman;
	g_autoptr(GVariant) content = NULL;
	gsize length;
	g_variant_get(file, "(&sm&s@ay)", &name, &huvudman, &content);
	const void *bytes = g_variant_get_fixed_array(content, &length, 1);
	if (!is_name(name) || (huvudman && !is_name(huvudman)) || length > POLICY_FILE_MAX)
		return false;
	g_autoptr(GBytes) copy = g_bytes_new(bytes, length);
	policy_files_add(files, name, huvudman, copy);
	return true;
}

static bool is_digest(const char *text)
{
	return strlen(text) == DIGEST_LENGTH && strspn(text, "0123456789abcdef") == DIGEST_LENGTH;
}

KeptPolicy *kept_policy_from_bytes(GBytes *bytes, GError **error)
{
	g_autoptr(KeptPolicy) kept = g_new0(KeptPolicy, 1);
	g_autoptr(GVariant) list = NULL;
	gsize length;
	const char *text = g_bytes_get_data(bytes, &length);
	kept->files = policy_files_new();
	if (length < strlen(HEAD) || memcmp(text, HEAD, strlen(HEAD)) != 0) {
		fail(error);
		return NULL;
	}
	g_autoptr(GBytes) rest = g_bytes_new_from_bytes(bytes, strlen(HEAD), length - strlen(HEAD));
	g_autoptr(GVariant) packed =
		g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(PACKED), rest, FALSE));
	if (!g_variant_is_normal_form(packed)) {
		fail(error);
		return NULL;
	}
	g_variant_get(packed, "(xss@a(smsay))", &kept->taken, &kept->digest, &kept->meaning, &list);
	bool good = is_digest(kept->digest);
	for (gsize i = 0; good && i < g_variant_n_children(list); i++) {
		g_autoptr(GVariant) file = g_variant_get_child_value(list, i);
		good = add_file(kept->files, file);
	}
	if (good)
		return g_steal_pointer(&kept);
	fail(error);
	return NULL;
}

/* ---- the file ---- */

static char *place_of(const Config *config)
{
	return g_strconcat(config_path(config, "store", "file"), SUFFIX, NULL);
}

bool kept_policy_write(const Generation *generation, gint64 now, GError **error)
{
	g_autofree char *path = place_of(generation->config);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	g_autoptr(GBytes) bytes = kept_policy_to_bytes(generation->files, generation->digest,
						       generation->meaning, now);
	if (g_bytes_get_size(bytes) > LIMIT_KEPT_POLICY) {
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE,
			    "%s: the policy is larger than what is kept", path);
		return false;
	}
	g_autoptr(Trusted) trusted = trusted_open(folder, error);
	return trusted && trusted_write(trusted, name, bytes, error);
}

static bool fail_errno(const char *path, GError **error)
{
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE, "%s: %s", path, g_strerror(errno));
	return false;
}

/* Judged on the open file, so that it cannot be exchanged between the look and the reading. */
static bool judge(int fd, const char *path, uid_t owner, GError **error)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return fail_errno(path, error);
	if (S_ISREG(st.st_mode) && !(st.st_mode & (S_IWGRP | S_IWOTH)) &&
	    (st.st_uid == 0 || st.st_uid == geteuid() || st.st_uid == owner))
		return true;
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE,
		    "%s: is not believed: others than root and the owner of the store may write "
		    "it; remove it",
		    path);
	return false;
}

KeptPolicy *kept_policy_read(const Config *config, GError **error)
{
	g_autofree char *path = place_of(config);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0) {
		fail_errno(path, error);
		return NULL;
	}
	g_autoptr(GBytes) bytes = judge(fd, path, keys_owner(config), error)
					  ? metadata_read(fd, path, LIMIT_KEPT_POLICY, error)
					  : NULL;
	close(fd);
	KeptPolicy *kept = bytes ? kept_policy_from_bytes(bytes, error) : NULL;
	if (bytes && !kept)
		g_prefix_error(error, "%s: ", path);
	return kept;
}

Generation *kept_policy_load(KeptPolicy *kept, Config *config, gint64 now, GError **error)
{
	Generation *before =
		generation_load_files(config, g_steal_pointer(&kept->files), now, error);

	if (before) {
		g_free(before->meaning);
		before->meaning = g_steal_pointer(&kept->meaning);
	}
	return before;
}
