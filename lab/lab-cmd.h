/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs of salotto-lab: one file each, named after the verb (lab-cmd-trace.c). Each
 * takes the command line from its own name on and returns the exit status.
 */
#pragma once

#include "lab/view/lab-view.h"

G_BEGIN_DECLS

int lab_cmd_echo_client (int argc, char **argv);
int lab_cmd_echo_server (int argc, char **argv);
int lab_cmd_experiment (int argc, char **argv);
int lab_cmd_fake_server (int argc, char **argv);
int lab_cmd_file_client (int argc, char **argv);
int lab_cmd_file_server (int argc, char **argv);
int lab_cmd_shell (int argc, char **argv);
int lab_cmd_sockets (int argc, char **argv);
int lab_cmd_trace (int argc, char **argv);

int lab_cmd_fail (GError *error);
gboolean lab_cmd_parse (const GOptionEntry *entries,
                        const char *usage,
                        const char *summary,
                        int *argc,
                        char ***argv,
                        GError **error);
LabScreen lab_cmd_screen (void);

G_END_DECLS
