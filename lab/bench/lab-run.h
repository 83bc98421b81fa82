/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/bench/lab-report.h"
#include "lab/bench/lab-world.h"

G_BEGIN_DECLS

/* An experiment that runs: its network, its report, and what went wrong. Once something has,
 * every call of lab_run_ does nothing, so experiments read as a list of what is done.
 *
 * Experiments name hosts, not addresses, so that each can be done over IPv4 and over IPv6. In
 * what programs are started with and in the calls of shells, `@juliet` stands for her address,
 * `@juliet:4000` for that with a port (where IPv6 needs brackets), and `socket @tcp` or `socket
 * @udp` for a socket of the right family. The report shows what they stood for. */
typedef struct _LabRun LabRun;

typedef struct
{
  const char *name;
  const char *title;
  const char *about;
  const char *source;   /* (nullable): where the documents ask for it */
  const char *standard; /* (nullable): where it is said how it has to be */
  const char *capture;  /* (nullable): what captures are named after, if not the experiment */
  const char *vantage;  /* (nullable): host whose frames the ladders show; romeo unless said */
  guint seconds;        /* that it takes because of the kernel's own timers; 0: it does not */
  gboolean (*needs) (GError **error); /* (nullable): whether what it needs is installed */
  void (*run) (LabRun *run);
} LabExperiment;

/* Which frames of a host are meant; 0 leaves it open. */
typedef struct
{
  const LabHost *from;
  const LabHost *to;
  LabKind kind;     /* LAB_KIND_OTHER: TCP */
  guint16 port;     /* of either end */
  guint16 mask;     /* of the flags, these ... */
  guint16 flags;    /* ... are so */
  gboolean data;    /* with data */
  gboolean no_data; /* without */
  gboolean closed;  /* with a window of 0 */
  guint64 after;    /* number */
  gboolean once;    /* lab_run_count(): what is sent again does not count */
} LabFrameQuery;

/* The three segments that open a connection; 0 if one has not passed. What is sent again,
 * because the machine is busy, may be between them. */
typedef struct
{
  guint64 syn;
  guint64 syn_ack;
  guint64 ack;
} LabOpening;

#define LAB_FLAGS (LAB_SYN | LAB_ACK | LAB_FIN | LAB_RST)

LabHost *lab_run_romeo (LabRun *run);
LabHost *lab_run_juliet (LabRun *run);
LabHost *lab_run_add_host (LabRun *run, const char *name);
LabWorld *lab_run_world (LabRun *run);
gboolean lab_run_is_ipv6 (const LabRun *run);
gboolean lab_run_is_good (const LabRun *run);
void lab_run_fail (LabRun *run, const char *format, ...) G_GNUC_PRINTF (2, 3);
void lab_run_set (LabRun *run, const LabHost *host, const char *setting, const char *value);

void lab_run_use_usual_timers (LabRun *run, const LabHost *host);

void lab_run_step (LabRun *run, const char *title);
void lab_run_remark (LabRun *run, const char *format, ...) G_GNUC_PRINTF (2, 3);
LabProcess *
lab_run_start (LabRun *run, const LabHost *host, const char *first, ...) G_GNUC_NULL_TERMINATED;
void lab_run_write_file (LabRun *run, const char *name, const char *text);
char *lab_run_find_program (const char *name, const char *const *places);
LabProcess *lab_run_start_foreign (LabRun *run, const LabHost *host, const char *const *argv);
void lab_run_await (LabRun *run, LabProcess *process, const char *text);
const char *lab_run_call (LabRun *run, LabProcess *shell, const char *call, const char *expected);
void lab_run_call_without_answer (LabRun *run, LabProcess *shell, const char *call);
void lab_run_call_at_once (LabRun *run, LabProcess *shell, const char *const *calls);
const char *lab_run_await_answer (LabRun *run, LabProcess *shell, const char *expected);
void lab_run_type (LabRun *run, LabProcess *process, const char *line);
void lab_run_ctrl_d (LabRun *run, LabProcess *process);
void lab_run_kill (LabRun *run, LabProcess *process, int signal);
int lab_run_await_end (LabRun *run, LabProcess *process);
void
lab_run_await_state (LabRun *run, const LabHost *host, guint16 port, const char *state, guint n);
void lab_run_await_recv_q (LabRun *run, const LabHost *host, guint16 port, guint32 bytes);
guint64 lab_run_await_frame (LabRun *run, const LabHost *host, const LabFrameQuery *query);
void lab_run_settle (LabRun *run);
void lab_run_sample (LabRun *run);

guint64 lab_run_find (LabRun *run, const LabHost *host, const LabFrameQuery *query);
LabOpening
lab_run_find_opening (LabRun *run, const LabHost *client, const LabHost *server, guint16 port);
guint64
lab_run_find_last (LabRun *run, const LabHost *host, const LabFrameQuery *query, guint64 before);
guint lab_run_count (LabRun *run, const LabHost *host, const LabFrameQuery *query);
const LabSegment *lab_run_segment (LabRun *run, const LabHost *host, guint64 number);
guint64 lab_run_n_frames (LabRun *run, const LabHost *host);
const LabSocket *
lab_run_find_socket (LabRun *run, const LabHost *host, guint step, guint16 port, const char *state);
const LabSocket *
lab_run_find_unaccepted (LabRun *run, const LabHost *host, guint step, guint16 port);
guint lab_run_count_sockets (
    LabRun *run, const LabHost *host, guint step, guint16 port, const char *state);
guint lab_run_n_steps (const LabRun *run);

void lab_run_question (LabRun *run, const char *text);
void lab_run_claim (LabRun *run, gboolean holds, const char *evidence, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
const char *lab_run_frames_of (LabRun *run, const LabHost *host, const guint64 *numbers);
#define lab_run_frames(run, host, ...)                                                             \
  lab_run_frames_of (run, host, (const guint64[]){ __VA_ARGS__, 0 })
void lab_run_differs (LabRun *run, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
