/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A moment in the calendar, UTC. */
typedef struct
{
  int year;
  guint month; /* 1 to 12 */
  guint day;   /* 1 to 31 */
  guint hour;
  guint minute;
  guint second; /* 60 in a leap second */
  guint microsecond;
} SalUtc;

void sal_utc_from_us (gint64 time_us, SalUtc *utc);
gboolean sal_utc_to_us (const SalUtc *utc, gint64 *time_us);
void sal_utc_append (GString *out, gint64 time_us);

G_END_DECLS
