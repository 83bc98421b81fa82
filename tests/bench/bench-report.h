/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "bench-crowd.h"
#include "bench-server.h"

G_BEGIN_DECLS

/* What a run has shown. Times of the server and of the generator are processor time,
 * all others those of the clock. */
typedef struct
{
  const BenchCrowdConfig *config; /* (unowned) */
  const BenchCheck *check;        /* (unowned) */
  BenchTalk talk;

  gint64 enter_ns;        /* until everybody was in */
  gint64 enter_server_ns; /* and everybody had been told of it */
  guint64 arrivals;       /* ... as often as this */
  guint64 expected_arrivals;
  BenchMemory before; /* ... the first came */
  BenchMemory after;  /* ... the last was in */
  gint64 watched_ns;  /* with everybody silent */
  gint64 watched_server_ns;
  guint64 asked; /* how many of them were asked then whether they are there */

  guint64 messages;
  guint64 reads;  /* that they were received with */
  gint64 talk_ns; /* from the first message sent to the last one received */
  gint64 talk_server_ns;
  gint64 talk_generator_ns;
  guint cut_off;
  int server_status; /* with which it ended; 0 if it was not started here */
} BenchReport;

gboolean bench_report_is_clean (const BenchReport *report);
void bench_report_append_text (const BenchReport *report, GString *out);
void bench_report_append_json (const BenchReport *report, GString *out);

G_END_DECLS
