/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>
#include <time.h>

G_BEGIN_DECLS

/* The server that is measured. */
typedef struct
{
  pid_t pid; /* 0: not known, so neither time nor memory can be told */
  clockid_t cpu_clock;
  guint16 port;
  char *dialect; /* (owned) (nullable): as its ready line says */
  int out_fd;
} BenchServer;

/* Resident memory. */
typedef struct
{
  guint64 rss_bytes;
  guint64 pss_bytes;
} BenchMemory;

gboolean bench_server_start (BenchServer *server, char **command, int cpu, GError **error);
gboolean bench_server_attach (BenchServer *server, pid_t pid, GError **error);
int bench_server_end (BenchServer *server);

gint64 bench_server_cpu_ns (const BenchServer *server);
BenchMemory bench_server_memory (const BenchServer *server);

gint64 bench_now_ns (void);
gint64 bench_own_cpu_ns (void);
gboolean bench_pin (int cpu);

G_END_DECLS
