/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times as dates and back, in UTC and nothing else: no place, no zone, no file of them.
 * The Gregorian calendar goes on to both sides; its years are counted from March here, so that
 * the leap day is the last of a year.
 */
#include "config.h"

#include "common/proto/sal-utc.h"

#define DAY_SECONDS 86400
#define ERA_DAYS 146097      /* in 400 years */
#define DAYS_TO_EPOCH 719468 /* from 1 March of the year 0 to 1970 */

static gint64
floor_div (gint64 a, gint64 b)
{
  return a / b - (a % b < 0);
}

/**
 * sal_utc_from_us:
 * @time_us: since 1970
 * @utc: (out)
 */
void
sal_utc_from_us (gint64 time_us, SalUtc *utc)
{
  gint64 seconds = floor_div (time_us, G_USEC_PER_SEC);
  gint64 days = floor_div (seconds, DAY_SECONDS);
  guint second = (guint) (seconds - days * DAY_SECONDS);
  gint64 shifted = days + DAYS_TO_EPOCH;
  gint64 era = floor_div (shifted, ERA_DAYS);
  guint day_of_era = (guint) (shifted - era * ERA_DAYS);
  guint year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
  guint month = (5 * day_of_year + 2) / 153; /* from March */

  utc->day = day_of_year - (153 * month + 2) / 5 + 1;
  utc->month = month < 10 ? month + 3 : month - 9;
  utc->year = (int) (era * 400 + year) + (utc->month <= 2);
  utc->hour = second / 3600;
  utc->minute = second / 60 % 60;
  utc->second = second % 60;
  utc->microsecond = (guint) (time_us - seconds * G_USEC_PER_SEC);
}

static guint
month_days (int year, guint month)
{
  static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

  return days[month - 1] + (month == 2 && leap);
}

/**
 * sal_utc_to_us:
 * @time_us: (out): since 1970
 *
 * Returns: whether there is such a moment.
 */
gboolean
sal_utc_to_us (const SalUtc *utc, gint64 *time_us)
{
  gint64 year = utc->year - (utc->month <= 2);
  gint64 era = floor_div (year, 400);
  gint64 year_of_era = year - era * 400;
  gint64 days = 0;

  if (utc->month < 1 || utc->month > 12 || utc->day < 1 ||
      utc->day > month_days (utc->year, utc->month) || utc->hour > 23 || utc->minute > 59 ||
      utc->second > 60 || utc->microsecond > 999999)
    return FALSE;
  days = (153 * (utc->month > 2 ? utc->month - 3 : utc->month + 9) + 2) / 5 + utc->day - 1;
  days += year_of_era * 365 + year_of_era / 4 - year_of_era / 100;
  days += era * ERA_DAYS - DAYS_TO_EPOCH;
  *time_us =
      (days * DAY_SECONDS + utc->hour * 3600 + utc->minute * 60 + utc->second) * G_USEC_PER_SEC +
      utc->microsecond;
  return TRUE;
}

/**
 * sal_utc_append:
 *
 * Appends `YYYY-MM-DD hh:mm:ss UTC`.
 */
void
sal_utc_append (GString *out, gint64 time_us)
{
  SalUtc utc;

  sal_utc_from_us (time_us, &utc);
  g_string_append_printf (out, "%04d-%02u-%02u %02u:%02u:%02u UTC", utc.year, utc.month, utc.day,
                          utc.hour, utc.minute, utc.second);
}
