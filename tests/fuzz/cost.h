/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What one input costs. The heap is counted by standing in for malloc, so that what was freed
 * again counts as well: the most that was held at once. Not under sanitizers, whose heap is their
 * own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define COST_SANITIZED 1
#endif
#endif
#ifndef COST_SANITIZED
#define COST_SANITIZED 0
#endif

/* A stranger's request may cost no more than that: at 50 ms it takes 40 of them a second to keep
 * two cores busy, and 8 MiB is a quarter of what a small daemon has. */
#define COST_CPU_MS 50
#define COST_HEAP   (8L * 1024 * 1024)

/* Address and undefined-behaviour sanitizers make code two to five times dearer. */
#define COST_CPU_FACTOR (COST_SANITIZED ? 5 : 1)

typedef struct {
	int64_t cpu;  /* microseconds, of all threads of the process */
	int64_t heap; /* bytes held at the worst moment beyond those held at the start; 0 where
		       * COST_SANITIZED */
} Cost;

void cost_start(void);
Cost cost_stop(void);

bool cost_is_bounded(Cost cost);
