/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every experiment there is; each file lab-experiments-*.c has some of them.
 */
#pragma once

#include "lab/bench/lab-run.h"

G_BEGIN_DECLS

typedef struct
{
  const char *output; /* (nullable): a folder for the report; must not exist */
  gboolean step;      /* wait for Return before each step */
  LabFamily family;
  LabScreen screen; /* what standard output is */
} LabExperimentOptions;

/* What came of one. A plain value: it crosses from the process inside. */
typedef struct
{
  guint answers;
  guint borne_out; /* of those */
  gint64 took_us;
  char why[512]; /* why it did not come to its end; empty if it did */
} LabExperimentResult;

/* All of them, in the order in which a course has them; ends with NULL. */
extern const LabExperiment *const lab_experiments[];

extern const LabExperiment lab_experiment_open_socket;
extern const LabExperiment lab_experiment_refused;
extern const LabExperiment lab_experiment_udp_refused;
extern const LabExperiment lab_experiment_establishment;
extern const LabExperiment lab_experiment_send_receive;
extern const LabExperiment lab_experiment_termination;
extern const LabExperiment lab_experiment_stages;
extern const LabExperiment lab_experiment_silent_stages;
extern const LabExperiment lab_experiment_server_killed;
extern const LabExperiment lab_experiment_reset_lost;
extern const LabExperiment lab_experiment_client_first;
extern const LabExperiment lab_experiment_exchange;
extern const LabExperiment lab_experiment_ends;
extern const LabExperiment lab_experiment_two_clients;
extern const LabExperiment lab_experiment_killed_clients;
extern const LabExperiment lab_experiment_no_close;
extern const LabExperiment lab_experiment_reuse;
extern const LabExperiment lab_experiment_backlog;
extern const LabExperiment lab_experiment_maxseg;
extern const LabExperiment lab_experiment_two_servers;
extern const LabExperiment lab_experiment_inetd;
extern const LabExperiment lab_experiment_models;
extern const LabExperiment lab_experiment_file;
extern const LabExperiment lab_experiment_lossy;
extern const LabExperiment lab_experiment_boundaries;
extern const LabExperiment lab_experiment_zero_window;
extern const LabExperiment lab_experiment_nagle;
extern const LabExperiment lab_experiment_keepalive;
extern const LabExperiment lab_experiment_half_open;
extern const LabExperiment lab_experiment_reset;
extern const LabExperiment lab_experiment_time_wait;
extern const LabExperiment lab_experiment_simultaneous_close;
extern const LabExperiment lab_experiment_simultaneous_open;
extern const LabExperiment lab_experiment_chat_two;
extern const LabExperiment lab_experiment_chat_room;
extern const LabExperiment lab_experiment_chat_force;

const LabExperiment *lab_experiment_find (const char *name);
gboolean lab_experiment_check_output (const char *output, GError **error);
int lab_experiment_run (const LabExperiment *experiment,
                        const LabExperimentOptions *options,
                        LabExperimentResult *result,
                        GError **error);

G_END_DECLS
