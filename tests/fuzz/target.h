/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A fuzz target: takes any bytes, checks what must hold for all of them (g_assert), keeps nothing,
 * and says once what it made of them. The name is libFuzzer's. Returns: 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The verdict on the input: `refused` or `taken`, then words that tell one reason or effect from
 * the next; after ": " the message that a person would read. The last call counts. Bytes that are
 * not printable ASCII come out as '?', and what is longer than FUZZ_VERDICT_MAX is cut.
 */
void fuzz_verdict(const char *format, ...) G_GNUC_PRINTF(1, 2);
#define FUZZ_VERDICT_MAX 400

/* The last verdict since the last time; "" if there was none. Transfer none. */
const char *fuzz_verdict_take(void);

/* Set where each input is tried once and its verdict judged, not where inputs are searched for: a
 * target that must wait for something may then wait long. */
extern bool fuzz_is_replay;
