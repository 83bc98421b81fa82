/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs of salotto-lab: one file each, named after the verb (lab-cmd-trace.c). Each
 * takes the command line from its own name on and returns the exit status.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int lab_cmd_trace (int argc, char **argv);

int lab_cmd_fail (GError *error);
int lab_cmd_usage (const char *usage);

G_END_DECLS
