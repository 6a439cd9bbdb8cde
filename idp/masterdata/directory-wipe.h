/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdbool.h>

struct sockbuf;

/*
 * Has a connection wipe each packet once it is sent: a password that somebody typed stands in it,
 * and libldap frees it as it is. (LBER_OPT_MEMORY_FNS would not help: liblber asks those functions
 * only where memory has a context, which libldap's has not.)
 *
 * sockbuf: the connection's, with or without TLS. False: the library refuses. */
bool directory_wipe_what_is_sent(struct sockbuf *sockbuf);
