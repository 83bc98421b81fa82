/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of experiments.
 */
#include "config.h"

#include "lab/bench/lab-experiments.h"

const LabExperiment *const lab_experiments[] = {
  &lab_experiment_open_socket,
  &lab_experiment_refused,
  &lab_experiment_udp_refused,
  &lab_experiment_establishment,
  &lab_experiment_send_receive,
  &lab_experiment_termination,
  &lab_experiment_stages,
  &lab_experiment_silent_stages,
  &lab_experiment_server_killed,
  &lab_experiment_reset_lost,
  &lab_experiment_client_first,
  &lab_experiment_exchange,
  &lab_experiment_ends,
  &lab_experiment_two_clients,
  &lab_experiment_killed_clients,
  &lab_experiment_no_close,
  &lab_experiment_reuse,
  &lab_experiment_backlog,
  &lab_experiment_maxseg,
  &lab_experiment_two_servers,
  &lab_experiment_inetd,
  &lab_experiment_models,
  &lab_experiment_file,
  &lab_experiment_lossy,
  &lab_experiment_boundaries,
  &lab_experiment_zero_window,
  &lab_experiment_nagle,
  &lab_experiment_keepalive,
  &lab_experiment_half_open,
  &lab_experiment_reset,
  &lab_experiment_time_wait,
  &lab_experiment_simultaneous_close,
  &lab_experiment_simultaneous_open,
  &lab_experiment_chat_two,
  &lab_experiment_chat_room,
  &lab_experiment_chat_force,
  NULL,
};
