/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The states of RFC 9293, 3.3.2. */
typedef enum
{
  LAB_CLOSED,
  LAB_LISTEN,
  LAB_SYN_SENT,
  LAB_SYN_RECEIVED,
  LAB_ESTABLISHED,
  LAB_FIN_WAIT_1,
  LAB_FIN_WAIT_2,
  LAB_CLOSE_WAIT,
  LAB_CLOSING,
  LAB_LAST_ACK,
  LAB_TIME_WAIT,
  LAB_N_STATES
} LabState;

const char *lab_state_name (LabState state);

G_END_DECLS
