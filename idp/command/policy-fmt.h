/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

/*
 * `portvakt policy fmt [--check|--stdout] FILE...`: lays policy files out anew.
 */

/* As the commands of command.h: argv[0] is its own name, the exit code is returned. */
int policy_fmt(int argc, char **argv);
