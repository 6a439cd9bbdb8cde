/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/cost.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

static atomic_long held, most;
static long held_before;
static int64_t cpu_before;

#if !COST_SANITIZED
/* The C library's own, under the names it keeps for whoever stands in for malloc. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static void add(long bytes)
{
	long now = atomic_fetch_add(&held, bytes) + bytes;
	long before = atomic_load(&most);

	while (now > before && !atomic_compare_exchange_weak(&most, &before, now))
		continue;
}

static void *took(void *block)
{
	add((long)malloc_usable_size(block));
	return block;
}

void *malloc(size_t size)
{
	return took(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return took(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
	long old = (long)malloc_usable_size(block);
	void *moved = __libc_realloc(block, size);

	/* for a moment both were held, but where the block could grow in place; a failed one is
	 * still there */
	if (moved || size == 0)
		atomic_fetch_sub(&held, old);
	return took(moved);
}

void *memalign(size_t alignment, size_t size)
{
	return took(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
	*block = memalign(alignment, size);
	return *block ? 0 : ENOMEM;
}

void free(void *block)
{
	int error = errno;

	atomic_fetch_sub(&held, (long)malloc_usable_size(block));
	__libc_free(block);
	errno = error;
}
#endif

static int64_t cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

void cost_start(void)
{
	held_before = atomic_load(&held);
	atomic_store(&most, held_before);
	cpu_before = cpu_now();
}

Cost cost_stop(void)
{
	return (Cost){.cpu = cpu_now() - cpu_before, .heap = atomic_load(&most) - held_before};
}

bool cost_is_bounded(Cost cost)
{
	return cost.cpu <= COST_CPU_MS * COST_CPU_FACTOR * INT64_C(1000) && cost.heap <= COST_HEAP;
}
