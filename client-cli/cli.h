/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs of salotto-cli. Each gets its arguments without the verb and returns the
 * exit status.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int cli_chat (int argc, char **argv);
int cli_send (int argc, char **argv);
int cli_tail (int argc, char **argv);
int cli_run (int argc, char **argv);
int cli_listen (int argc, char **argv);
int cli_probe (int argc, char **argv);
int cli_console (int argc, char **argv);

G_END_DECLS
