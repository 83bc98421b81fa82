/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state machine of one end, as a table: RFC 9293, figure 5 and section 3.10, seen
 * from outside. There are no user calls, since nobody sees them on the wire; and there
 * are inputs that take a state back, since a capture sees segments that never arrive.
 *
 *                 send                       receive                        send again
 *                 SYN  S,A  data FIN  RST    SYN  S,A  A(S) FIN  A(F) RST   SYN  S,A  FIN  FIN' crossing
 *   CLOSED        SS   .    .    .    .      .    .    .    .    .    .     SS   .    .    LA   .
 *   LISTEN        SS   SR   .    .    C      SR   .    .    .    .    .     SS   SR   .    .    .
 *   SYN-SENT      .    SR   E    F1   C      SR   E    .    .    .    C     .    .    .    .    .
 *   SYN-RECEIVED  SS   .    E    F1   C      .    E    E    CW   .    L     SS   .    .    .    .
 *   ESTABLISHED   .    .    .    F1   C      .    .    .    CW   .    C     SS   SR   .    .    .
 *   FIN-WAIT-1    .    .    .    .    C      .    .    .    CG   F2   C     .    .    .    CG   .
 *   FIN-WAIT-2    .    .    .    .    C      .    .    .    TW   .    C     .    .    F1   .    .
 *   CLOSE-WAIT    .    .    .    LA   C      .    .    .    .    .    C     .    SR   .    .    CG
 *   CLOSING       .    .    .    .    C      .    .    .    .    TW   C     .    .    F1   .    .
 *   LAST-ACK      .    .    .    .    C      .    .    .    .    C    C     .    .    .    .    .
 *   TIME-WAIT     .    .    .    .    C      .    .    .    .    .    C     .    .    F1   CG   .
 *
 * Where two inputs are in one segment, its acknowledgment comes before its FIN.
 */
#include "config.h"

#include "lab/track/lab-machine.h"

/* Named so that the table below reads as the one above. */
#define C (LAB_CLOSED + 1)
#define L (LAB_LISTEN + 1)
#define SS (LAB_SYN_SENT + 1)
#define SR (LAB_SYN_RECEIVED + 1)
#define E (LAB_ESTABLISHED + 1)
#define F1 (LAB_FIN_WAIT_1 + 1)
#define F2 (LAB_FIN_WAIT_2 + 1)
#define CW (LAB_CLOSE_WAIT + 1)
#define CG (LAB_CLOSING + 1)
#define LA (LAB_LAST_ACK + 1)
#define TW (LAB_TIME_WAIT + 1)

/* 0 stays; else the next state, plus 1. */
static const guint8 table[LAB_N_STATES][LAB_N_INPUTS] = {
  /* clang-format off */
  [LAB_CLOSED]       = { SS, 0,  0,  0,  0,    0,  0,  0,  0,  0,  0,    SS, 0,  0,  LA, 0  },
  [LAB_LISTEN]       = { SS, SR, 0,  0,  C,    SR, 0,  0,  0,  0,  0,    SS, SR, 0,  0,  0  },
  [LAB_SYN_SENT]     = { 0,  SR, E,  F1, C,    SR, E,  0,  0,  0,  C,    0,  0,  0,  0,  0  },
  [LAB_SYN_RECEIVED] = { SS, 0,  E,  F1, C,    0,  E,  E,  CW, 0,  L,    SS, 0,  0,  0,  0  },
  [LAB_ESTABLISHED]  = { 0,  0,  0,  F1, C,    0,  0,  0,  CW, 0,  C,    SS, SR, 0,  0,  0  },
  [LAB_FIN_WAIT_1]   = { 0,  0,  0,  0,  C,    0,  0,  0,  CG, F2, C,    0,  0,  0,  CG, 0  },
  [LAB_FIN_WAIT_2]   = { 0,  0,  0,  0,  C,    0,  0,  0,  TW, 0,  C,    0,  0,  F1, 0,  0  },
  [LAB_CLOSE_WAIT]   = { 0,  0,  0,  LA, C,    0,  0,  0,  0,  0,  C,    0,  SR, 0,  0,  CG },
  [LAB_CLOSING]      = { 0,  0,  0,  0,  C,    0,  0,  0,  0,  TW, C,    0,  0,  F1, 0,  0  },
  [LAB_LAST_ACK]     = { 0,  0,  0,  0,  C,    0,  0,  0,  0,  C,  C,    0,  0,  0,  0,  0  },
  [LAB_TIME_WAIT]    = { 0,  0,  0,  0,  C,    0,  0,  0,  0,  0,  C,    0,  0,  F1, CG, 0  },
  /* clang-format on */
};

static const char *const names[LAB_N_STATES] = {
  "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
  "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT",
};

/**
 * lab_machine_next:
 * @state: the state an end is in
 * @input: what happens to it
 *
 * Returns: the state it is in then; the same where the RFC has it stay or says nothing.
 */
LabState
lab_machine_next (LabState state, LabInput input)
{
  guint8 next = 0;

  g_return_val_if_fail (state < LAB_N_STATES && input < LAB_N_INPUTS, state);
  next = table[state][input];
  return next == 0 ? state : (LabState) (next - 1);
}

/**
 * lab_state_goes_back:
 *
 * Returns: whether an end that was in @before cannot have come to @after by itself: an
 *   earlier segment, which counted as delivered, was not
 */
gboolean
lab_state_goes_back (LabState before, LabState after)
{
  switch (after)
    {
    case LAB_SYN_SENT:
      return before != LAB_CLOSED && before != LAB_LISTEN && before != LAB_SYN_SENT;
    case LAB_SYN_RECEIVED:
      return before == LAB_ESTABLISHED || before == LAB_CLOSE_WAIT;
    case LAB_FIN_WAIT_1:
      return before == LAB_FIN_WAIT_2 || before == LAB_CLOSING || before == LAB_TIME_WAIT;
    case LAB_CLOSING:
      return before == LAB_CLOSE_WAIT || before == LAB_TIME_WAIT;
    case LAB_LAST_ACK:
      return before == LAB_CLOSED;
    default:
      return FALSE;
    }
}

/**
 * lab_state_name:
 *
 * Returns: the state as RFC 9293 writes it.
 */
const char *
lab_state_name (LabState state)
{
  g_return_val_if_fail (state < LAB_N_STATES, "CLOSED");
  return names[state];
}
