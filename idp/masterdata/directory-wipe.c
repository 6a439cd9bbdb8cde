/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-wipe.h"

#include <lber.h>
#include <string.h>

static int on_setup(Sockbuf_IO_Desc *io, void *data)
{
	return 0;
}

static int on_remove(Sockbuf_IO_Desc *io)
{
	return 0;
}

static int on_control(Sockbuf_IO_Desc *io, int option, void *value)
{
	return LBER_SBIOD_CTRL_NEXT(io, option, value);
}

static ber_slen_t on_read(Sockbuf_IO_Desc *io, void *bytes, ber_len_t length)
{
	return LBER_SBIOD_READ_NEXT(io, bytes, length);
}

/* A request is read again only to chase referrals, which we do not. */
static ber_slen_t on_write(Sockbuf_IO_Desc *io, void *bytes, ber_len_t length)
{
	ber_slen_t sent = LBER_SBIOD_WRITE_NEXT(io, bytes, length);

	if (sent > 0)
		explicit_bzero(bytes, (size_t)sent);
	return sent;
}

static int on_close(Sockbuf_IO_Desc *io)
{
	return 0;
}

bool directory_wipe_what_is_sent(struct sockbuf *sockbuf)
{
	static Sockbuf_IO wiping = {on_setup, on_remove, on_control, on_read, on_write, on_close};

	return ber_sockbuf_add_io(sockbuf, &wiping, LBER_SBIOD_LEVEL_APPLICATION, NULL) == 0;
}
