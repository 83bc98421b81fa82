/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "lab/bench/lab-diag.h"
#include "lab/bench/lab-forwarder.h"
#include "lab/dissect/lab-packet.h"

G_BEGIN_DECLS

/* How long a host waits at least before it sends data again. Linux has 200 ms, in which a busy
 * machine may not come to run the other end. */
#define LAB_PATIENT_RTO_US "1000000"
#define LAB_USUAL_RTO_US "200000"

/* Which IP the hosts speak. They speak one only, so that what is seen is what was meant. */
typedef enum
{
  LAB_IPV4 = 4, /* as LabAddress has it */
  LAB_IPV6 = 6,
} LabFamily;

/* Hosts with a router between them, and programs that run on them. */
typedef struct _LabWorld LabWorld;

/* What passed the network interface of a host, in either direction. */
typedef struct
{
  gint64 time_ns; /* since 1970 */
  guint32 len;
  guint8 *bytes; /* (owned) */
} LabFrame;

/* A frame as the trace and captures want it; @number from 1. The bytes stay the frame's. */
static inline LabPacket
lab_frame_as_packet (const LabFrame *frame, guint64 number)
{
  return (LabPacket){ .number = number,
                      .time_ns = frame->time_ns,
                      .link_type = 1, /* LINKTYPE_ETHERNET */
                      .has_time = TRUE,
                      .captured_len = frame->len,
                      .wire_len = frame->len,
                      .bytes = frame->bytes };
}

typedef struct
{
  char *name;        /* (owned) */
  char *address;     /* (owned): as text */
  LabAddress ip;     /* the same */
  int network;       /* namespace */
  int tap;           /* packet socket */
  GPtrArray *frames; /* (owned): of LabFrame; frame n is element n - 1 */
  LabDiag *diag;     /* (owned) */
} LabHost;

/* A program on a host. */
typedef struct
{
  const LabHost *host; /* (unowned) */
  char *name;          /* (owned) */
  pid_t pid;           /* 0 when it has ended */
  int pid_fd;
  int in;
  int out;
  GString *output; /* (owned): all that it has said */
  gsize taken;     /* how much of it has been looked at */
  int status;      /* as waitpid() gives it, when it has ended */
} LabProcess;

/* TRUE when what is waited for has happened. */
typedef gboolean (*LabWorldUntil) (gpointer data);

LabWorld *lab_world_new (LabFamily family, GError **error);
void lab_world_free (LabWorld *world);

LabHost *lab_world_add_host (LabWorld *world, const char *name, GError **error);
LabHost *lab_world_find_host (const LabWorld *world, const char *name, gsize len);
LabFamily lab_world_get_family (const LabWorld *world);
const GPtrArray *lab_world_get_hosts (const LabWorld *world);
LabForwarder *lab_world_get_forwarder (LabWorld *world);
gboolean lab_world_set (
    LabWorld *world, const LabHost *host, const char *setting, const char *value, GError **error);
char *lab_world_get (LabWorld *world, const LabHost *host, const char *setting);

LabProcess *lab_world_start (LabWorld *world,
                             const LabHost *host,
                             const char *name,
                             const char *const *argv,
                             GError **error);
void lab_process_write (LabProcess *process, const char *text);
void lab_process_end_input (LabProcess *process);
void lab_process_signal (LabProcess *process, int signal);

gboolean lab_world_run (LabWorld *world, LabWorldUntil until, gpointer data, guint timeout_ms);
void lab_world_settle (LabWorld *world, guint quiet_ms, guint most_ms);
void lab_world_wait_for_return (LabWorld *world);
guint64 lab_world_get_dropped (const LabWorld *world);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabWorld, lab_world_free)

G_END_DECLS
