/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of trace-json for sides, events, outcomes and Zeek's codes. They are part of
 * a format: never translated, never renamed.
 */
#include "config.h"

#include "lab/track/lab-trace.h"

static const char *const event_names[LAB_N_EVENTS] = {
  [LAB_EVENT_NONE] = "",
  [LAB_EVENT_SYN] = "syn",
  [LAB_EVENT_SYN_RETRANSMISSION] = "syn-retransmission",
  [LAB_EVENT_SYN_ACK] = "syn-ack",
  [LAB_EVENT_SYN_ACK_RETRANSMISSION] = "syn-ack-retransmission",
  [LAB_EVENT_SIMULTANEOUS_OPEN] = "simultaneous-open",
  [LAB_EVENT_ESTABLISHED] = "established",
  [LAB_EVENT_REFUSED] = "refused",
  [LAB_EVENT_DATA] = "data",
  [LAB_EVENT_ACK] = "ack",
  [LAB_EVENT_DUPLICATE_ACK] = "duplicate-ack",
  [LAB_EVENT_RETRANSMISSION] = "retransmission",
  [LAB_EVENT_FAST_RETRANSMISSION] = "fast-retransmission",
  [LAB_EVENT_SPURIOUS_RETRANSMISSION] = "spurious-retransmission",
  [LAB_EVENT_OUT_OF_ORDER] = "out-of-order",
  [LAB_EVENT_GAP] = "gap",
  [LAB_EVENT_KEEP_ALIVE] = "keep-alive",
  [LAB_EVENT_KEEP_ALIVE_ACK] = "keep-alive-ack",
  [LAB_EVENT_ZERO_WINDOW] = "zero-window",
  [LAB_EVENT_WINDOW_PROBE] = "window-probe",
  [LAB_EVENT_WINDOW_PROBE_ACK] = "window-probe-ack",
  [LAB_EVENT_WINDOW_UPDATE] = "window-update",
  [LAB_EVENT_WINDOW_FULL] = "window-full",
  [LAB_EVENT_FIN] = "fin",
  [LAB_EVENT_FIN_ACK] = "fin-ack",
  [LAB_EVENT_HALF_CLOSE] = "half-close",
  [LAB_EVENT_SIMULTANEOUS_CLOSE] = "simultaneous-close",
  [LAB_EVENT_FIN_RETRANSMISSION] = "fin-retransmission",
  [LAB_EVENT_LAST_ACK] = "last-ack",
  [LAB_EVENT_TIME_WAIT_ACK] = "time-wait-ack",
  [LAB_EVENT_RST] = "rst",
  [LAB_EVENT_RST_IGNORED] = "rst-ignored",
  [LAB_EVENT_CHALLENGE_ACK] = "challenge-ack",
  [LAB_EVENT_PORTS_REUSED] = "ports-reused",
  [LAB_EVENT_BACKLOG_SUSPECTED] = "backlog-suspected",
  [LAB_EVENT_URGENT] = "urgent",
  [LAB_EVENT_MALFORMED] = "malformed",
};

static const char *const outcome_names[LAB_N_OUTCOMES] = {
  [LAB_OUTCOME_UNKNOWN] = "unknown",
  [LAB_OUTCOME_REFUSED] = "refused",
  [LAB_OUTCOME_NO_ANSWER] = "no answer",
  [LAB_OUTCOME_OPEN] = "open",
  [LAB_OUTCOME_HALF_CLOSED] = "half-closed",
  [LAB_OUTCOME_CLOSED] = "closed",
  [LAB_OUTCOME_RESET_BY_CLIENT] = "reset by client",
  [LAB_OUTCOME_RESET_BY_SERVER] = "reset by server",
};

static const char *const conn_state_names[LAB_N_CONN_STATES] = {
  [LAB_CONN_OTH] = "OTH",       [LAB_CONN_S0] = "S0",       [LAB_CONN_REJ] = "REJ",
  [LAB_CONN_S1] = "S1",         [LAB_CONN_S2] = "S2",       [LAB_CONN_S3] = "S3",
  [LAB_CONN_SF] = "SF",         [LAB_CONN_RSTO] = "RSTO",   [LAB_CONN_RSTR] = "RSTR",
  [LAB_CONN_RSTOS0] = "RSTOS0", [LAB_CONN_RSTRH] = "RSTRH", [LAB_CONN_SH] = "SH",
  [LAB_CONN_SHR] = "SHR",
};

/**
 * lab_side_name:
 *
 * Returns: "client" or "server".
 */
const char *
lab_side_name (LabSide side)
{
  return side == LAB_CLIENT ? "client" : "server";
}

/**
 * lab_event_name:
 *
 * Returns: the value of `salotto.event`; "" for LAB_EVENT_NONE.
 */
const char *
lab_event_name (LabEvent event)
{
  g_return_val_if_fail (event < LAB_N_EVENTS, "");
  return event_names[event];
}

/**
 * lab_outcome_name:
 *
 * Returns: the value of `outcome`.
 */
const char *
lab_outcome_name (LabOutcome outcome)
{
  g_return_val_if_fail (outcome < LAB_N_OUTCOMES, "unknown");
  return outcome_names[outcome];
}

/**
 * lab_conn_state_name:
 *
 * Returns: Zeek's code, the value of `conn_state`.
 */
const char *
lab_conn_state_name (LabConnState conn_state)
{
  g_return_val_if_fail (conn_state < LAB_N_CONN_STATES, "OTH");
  return conn_state_names[conn_state];
}
