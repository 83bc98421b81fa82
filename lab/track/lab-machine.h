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

/* What happens to one end. "Again" is what proves that something before it was lost. */
typedef enum
{
  LAB_INPUT_SEND_SYN,
  LAB_INPUT_SEND_SYN_ACK,
  LAB_INPUT_SEND_DATA, /* what only a synchronized end can send */
  LAB_INPUT_SEND_FIN,
  LAB_INPUT_SEND_RST,
  LAB_INPUT_RECV_SYN,
  LAB_INPUT_RECV_SYN_ACK,
  LAB_INPUT_RECV_ACK_OF_SYN,
  LAB_INPUT_RECV_FIN,
  LAB_INPUT_RECV_ACK_OF_FIN,
  LAB_INPUT_RECV_RST,
  LAB_INPUT_SEND_SYN_AGAIN,      /* so the SYN,ACK never came */
  LAB_INPUT_SEND_SYN_ACK_AGAIN,  /* so the ACK never came, or was ignored */
  LAB_INPUT_SEND_FIN_AGAIN,      /* ... and it does not acknowledge the other end's FIN */
  LAB_INPUT_SEND_LAST_FIN_AGAIN, /* ... and it does */
  LAB_INPUT_SEND_CROSSING_FIN,   /* a FIN that does not acknowledge the one just received */
  LAB_N_INPUTS
} LabInput;

LabState lab_machine_next (LabState state, LabInput input);
gboolean lab_state_goes_back (LabState before, LabState after);
const char *lab_state_name (LabState state);

G_END_DECLS
