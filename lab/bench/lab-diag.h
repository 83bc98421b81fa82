/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <netinet/tcp.h>
#include <sys/types.h>

#include "lab/bench/lab-net.h"

G_BEGIN_DECLS

/* Room for what this kernel's struct tcp_info has beyond the one of the C library. */
#define LAB_TCP_INFO_BYTES 512

/* Sockets that have an address and nothing else: CLOSED. Linux lists them since 6.8, and only
 * to who asks for state 13 (TCP_BOUND_INACTIVE), which no socket says that it is in. */
#define LAB_STATES_BOUND (1u << 13)

/* What the kernel waits for on behalf of a socket (inet_diag.h, idiag_timer). */
typedef enum
{
  LAB_TIMER_NONE,
  LAB_TIMER_RETRANSMIT,
  LAB_TIMER_KEEPALIVE,
  LAB_TIMER_TIME_WAIT,
  LAB_TIMER_PERSIST,
} LabTimer;

/* One socket as the kernel lists it. */
typedef struct
{
  int protocol; /* IPPROTO_TCP or IPPROTO_UDP */
  int family;
  int state; /* TCP_ESTABLISHED ...; of netinet/tcp.h */
  LabEndpoint local;
  LabEndpoint remote;
  guint16 local_port;
  guint16 remote_port;
  guint32 recv_q; /* bytes nobody has read; of a listener: connections nobody has accepted */
  guint32 send_q; /* bytes that are not acknowledged; of a listener: its backlog */
  LabTimer timer;
  guint timer_ms;    /* until it expires */
  guint retransmits; /* in a row */
  guint32 uid;
  guint32 inode; /* 0: no process has it */
  gboolean has_info;
  struct tcp_info info;
  char congestion[16];

  pid_t pid; /* 0: not known, see lab_owner_find() */
  int fd;    /* of that process */
  char program[16];
} LabSocket;

/* Which sockets are wanted; 0 and NULL leave it open. */
typedef struct
{
  guint16 port;               /* of either end */
  const LabEndpoint *address; /* (nullable) (unowned): of either end, without the port */
  guint32 states;             /* 1 << state; 0: all but LAB_STATES_BOUND, as ss(8) has it */
  gboolean tcp;
  gboolean udp;
  gboolean with_info; /* ask for struct tcp_info */
} LabSocketFilter;

typedef struct _LabDiag LabDiag;

LabDiag *lab_diag_new (GError **error);
void lab_diag_free (LabDiag *diag);
GPtrArray *lab_diag_list (LabDiag *diag, const LabSocketFilter *filter, GError **error);

const char *lab_socket_state_name (const LabSocket *socket);
gboolean lab_socket_parse_state (const char *text, guint32 *states, GError **error);
gboolean lab_socket_is_unaccepted (const LabSocket *socket);
gboolean lab_socket_is_own_peer (const LabSocket *socket);
gboolean lab_socket_is_orphan (const LabSocket *socket);

void lab_owner_find (GPtrArray *sockets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabDiag, lab_diag_free)

G_END_DECLS
