/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A fuzz target: takes any bytes, checks what must hold for all of them (g_assert), keeps nothing.
 * The name is libFuzzer's. Returns: 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
