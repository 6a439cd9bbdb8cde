/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The C library's free() and realloc(), which leave nothing of the bytes behind: for the libraries
 * that a typed password passes through, and which let us name who frees for them.
 */
#pragma once

#include <stddef.h>

void wipe_free(void *bytes);
void *wipe_realloc(void *bytes, size_t size);
