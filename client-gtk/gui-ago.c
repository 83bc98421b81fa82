/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long ago something was, in the words of somebody who tells it. Pure: the time is
 * an argument.
 */
#include "config.h"

#include "client-gtk/gui-ago.h"

#include <glib/gi18n.h>

#define MINUTE G_GINT64_CONSTANT (60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static gint64
days_between (gint64 then_us, gint64 now_us)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (then_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_us / G_USEC_PER_SEC);
  GDate first, last;

  if (then == NULL || now == NULL)
    return 0;
  g_date_set_dmy (&first, (GDateDay) g_date_time_get_day_of_month (then),
                  (GDateMonth) g_date_time_get_month (then),
                  (GDateYear) g_date_time_get_year (then));
  g_date_set_dmy (&last, (GDateDay) g_date_time_get_day_of_month (now),
                  (GDateMonth) g_date_time_get_month (now), (GDateYear) g_date_time_get_year (now));
  return g_date_days_between (&first, &last);
}

static char *
date_to_text (gint64 then_us)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (then_us / G_USEC_PER_SEC);

  return g_date_time_format (then, "%x");
}

/**
 * gui_ago_to_text:
 * @then_us: since 1970; 0: never
 * @now_us: since 1970
 *
 * A clock that was set back makes "just now" of the future.
 *
 * Returns: (transfer full): e.g. "2 hours ago", "yesterday", and a date after a month.
 */
char *
gui_ago_to_text (gint64 then_us, gint64 now_us)
{
  gint64 seconds = (now_us - then_us) / G_USEC_PER_SEC;
  gint64 days = 0;

  if (then_us <= 0)
    return g_strdup (_ ("never joined"));
  if (seconds < MINUTE)
    return g_strdup (_ ("just now"));
  if (seconds < HOUR)
    return g_strdup_printf (
        ngettext ("%d minute ago", "%d minutes ago", (gulong) (seconds / MINUTE)),
        (int) (seconds / MINUTE));

  days = days_between (then_us, now_us);
  if (days == 0 || seconds < 6 * HOUR)
    return g_strdup_printf (ngettext ("%d hour ago", "%d hours ago", (gulong) (seconds / HOUR)),
                            (int) (seconds / HOUR));
  if (days == 1)
    return g_strdup (_ ("yesterday"));
  if (days < 7)
    return g_strdup_printf (ngettext ("%d day ago", "%d days ago", (gulong) days), (int) days);
  if (days < 31)
    return g_strdup_printf (ngettext ("%d week ago", "%d weeks ago", (gulong) (days / 7)),
                            (int) (days / 7));
  return date_to_text (then_us);
}
