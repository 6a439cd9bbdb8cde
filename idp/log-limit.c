/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/log-limit.h"

#include <string.h>

/* A bucket holds time: a line costs 1/rate of a second, and no more than `burst` lines are saved
 * up. One that was never used is full. */
static void save_up(gint64 *credit, gint64 *seen, gint64 now, unsigned rate, unsigned burst)
{
	gint64 most = G_USEC_PER_SEC / rate * burst;
	if (*seen == 0)
		*credit = most;
	else
		*credit = MIN(most, *credit + MAX(now - *seen, 0));
	*seen = MAX(*seen, now);
}

static LogKind *find_kind(LogLimit *limit, const char *name)
{
	LogKind *kind = limit->kinds;
	char cut[LOG_KIND_MAX];
	g_strlcpy(cut, name, sizeof cut);
	for (gsize i = 0; i < G_N_ELEMENTS(limit->kinds); i++, kind++) {
		bool last = i + 1 == G_N_ELEMENTS(limit->kinds);
		if (*kind->name && strcmp(kind->name, cut) != 0 && !last)
			continue;
		if (!*kind->name)
			g_strlcpy(kind->name, last ? "others" : cut, sizeof kind->name);
		return kind;
	}
	g_assert_not_reached();
}

bool log_limit_take(LogLimit *limit, const char *name, gint64 now)
{
	const gint64 price = G_USEC_PER_SEC / LIMIT_LOG_KIND_RATE;
	const gint64 shared_price = G_USEC_PER_SEC / LIMIT_LOG_RATE;
	LogKind *kind = find_kind(limit, name);
	bool silent = kind->written == 0 || now - kind->written >= G_USEC_PER_SEC;
	save_up(&kind->credit, &kind->seen, now, LIMIT_LOG_KIND_RATE, LIMIT_LOG_KIND_BURST);
	save_up(&limit->credit, &limit->seen, now, LIMIT_LOG_RATE, LIMIT_LOG_BURST);
	if (kind->credit < price || (limit->credit < shared_price && !silent)) {
		kind->left_out++;
		return false;
	}
	kind->credit -= price;
	limit->credit = MAX(limit->credit - shared_price, 0);
	kind->written = now;
	return true;
}

bool log_limit_tell(LogLimit *limit, const char **ret_kind, guint64 *ret_left_out)
{
	for (gsize i = 0; i < G_N_ELEMENTS(limit->kinds); i++) {
		LogKind *kind = &limit->kinds[limit->next];
		limit->next = (limit->next + 1) % G_N_ELEMENTS(limit->kinds);
		if (!kind->left_out)
			continue;
		*ret_kind = kind->name;
		*ret_left_out = kind->left_out;
		kind->left_out = 0;
		return true;
	}
	return false;
}
