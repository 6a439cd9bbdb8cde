/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/admission.h"

#include "idp/confirmation.h"
#include "idp/kept-policy.h"
#include "idp/meaning.h"
#include "idp/widening.h"

G_DEFINE_QUARK(admission - error - quark, admission_error)

void admission_clear(Admission *admission)
{
	g_clear_pointer(&admission->wider, g_ptr_array_unref);
	g_clear_pointer(&admission->account, g_free);
	g_clear_pointer(&admission->waits, g_free);
}

bool admission_must_wait(const char *meaning, const Generation *after)
{
	return meaning_confirms(meaning) || meaning_confirms(after->meaning);
}

/* Who let it in; NULL: nobody, or it cannot be known, which is an error. */
static char *confirmed_by(const Generation *after, const char *base, gint64 now, GError **error)
{
	return confirmation_find(config_path(after->config, "store", "file"), base, after->digest,
				 now, error);
}

static bool fail_waits(const Generation *after, const GPtrArray *wider, GError **error)
{
	g_autofree char *more =
		wider->len > 1 ? g_strdup_printf(" (and %u more)", wider->len - 1) : g_strdup("");
	g_set_error(error, ADMISSION_ERROR, ADMISSION_ERROR_WAITS,
		    "generation %s would release more than the one that runs, and waits for "
		    "`portvakt policy confirm %s': %s%s",
		    after->id, after->id, (const char *)wider->pdata[0], more);
	return false;
}

bool admission_judge(const Generation *before, const char *base, const Generation *after,
		     gint64 now, Admission *ret, GError **error)
{
	g_autoptr(GError) fault = NULL;
	ret->wider = widening_find(before, after, now);
	if (!ret->wider->len || !admission_must_wait(before->meaning, after))
		return true;
	ret->account = confirmed_by(after, base, now, &fault);
	if (fault)
		g_propagate_error(error, g_steal_pointer(&fault));
	else if (!ret->account)
		fail_waits(after, ret->wider, error);
	return ret->account;
}

static Generation *load_kept(const Generation *after, KeptPolicy *kept, gint64 now, GError **error)
{
	Generation *before = kept_policy_load(kept, after->config, now, error);
	if (!before)
		g_prefix_error(error,
			       "what ran before cannot be loaded any more, so that nobody can tell "
			       "what generation %s would release besides; `portvakt policy confirm "
			       "%s' lets it in: ",
			       after->id, after->id);
	return before;
}

/* What was taken last, if `after' is another and has to be confirmed, and nobody has. Where
 * nobody waits now, what is kept need not be readable: it could as well be gone. */
static KeptPolicy *find_kept(const Generation *after, gint64 now, Admission *ret, GError **error)
{
	g_autoptr(GError) fault = NULL;
	g_autoptr(KeptPolicy) kept = kept_policy_read(after->config, &fault);
	if (!admission_must_wait(kept ? kept->meaning : "", after) ||
	    (kept && g_str_equal(kept->digest, after->digest)))
		return NULL;
	g_autofree char *base = kept ? kept_policy_base(kept->digest, kept->taken) : NULL;
	if (kept)
		ret->account = confirmed_by(after, base, now, &fault);
	if (fault) {
		g_propagate_error(error, g_steal_pointer(&fault));
		return NULL;
	}
	return ret->account ? NULL : g_steal_pointer(&kept);
}

/* Whether what ran would release more itself, were it to go on under the configuration of now. */
static bool is_other(const Generation *before, const Generation *after)
{
	g_autoptr(GPtrArray) sections = g_ptr_array_new_with_free_func(g_free);
	g_assert(before);
	meaning_compare(before->meaning, after->meaning, sections);
	return sections->len;
}

bool admission_start(const Generation *after, gint64 now, Admission *ret, Generation **ret_before,
		     char **ret_base, GError **error)
{
	g_autoptr(GError) fault = NULL;
	g_autoptr(KeptPolicy) kept = find_kept(after, now, ret, &fault);
	g_autofree char *base = kept ? kept_policy_base(kept->digest, kept->taken) : NULL;
	g_autoptr(Generation) before = kept ? load_kept(after, kept, now, &fault) : NULL;
	if (!fault && (!kept || admission_judge(before, base, after, now, ret, &fault)))
		return true;
	if (!g_error_matches(fault, ADMISSION_ERROR, ADMISSION_ERROR_WAITS)) {
		g_propagate_error(error, g_steal_pointer(&fault));
		return false;
	}
	if (is_other(before, after)) {
		g_propagate_prefixed_error(
			error, g_steal_pointer(&fault),
			"what ran before cannot go on, for its words mean something else now: ");
		return false;
	}
	ret->waits = g_strdup(fault->message);
	*ret_before = g_steal_pointer(&before);
	*ret_base = g_steal_pointer(&base);
	return false;
}
