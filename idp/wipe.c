/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void wipe_free(void *bytes)
{
	if (bytes)
		explicit_bzero(bytes, malloc_usable_size(bytes));
	free(bytes);
}

/* realloc() itself would leave the bytes where they were, if it moves them. */
void *wipe_realloc(void *bytes, size_t size)
{
	size_t before = bytes ? malloc_usable_size(bytes) : 0;
	void *new = malloc(size);

	if (!new || !bytes)
		return new;
	memcpy(new, bytes, before < size ? before : size);
	wipe_free(bytes);
	return new;
}
