/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The environment names the file in which one of these is kept, mapped by the program that
 * is watched and by the test. Each number is written whole; no two belong together. */
#define TURN_WATCH_FILE "TURN_WATCH_FILE"

typedef struct
{
  gint64 turns;          /* of the main loop since the test has looked away */
  gint64 longest_cpu_us; /* of the main thread */
  gint64 longest_us;     /* by the clock */
} TurnWatch;

G_END_DECLS
