/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/command/command.h"

/* The commands of `portvakt metadata`; argv[0] is the name of the command. */
int command_metadata_add(int argc, char **argv);
int command_metadata_holds(int argc, char **argv);
int command_metadata_approve(int argc, char **argv);
int command_metadata_hold(int argc, char **argv);
