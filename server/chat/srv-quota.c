/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much somebody may say: a bucket that holds @burst messages (or bytes) and gets back
 * @rate of them a second. A message that is too much is not taken; bytes have come when
 * they are counted, so a bucket of those can be in debt.
 */
#include "config.h"

#include "server/chat/srv-quota.h"

#define HOUR_MS ((guint32) (G_TIME_SPAN_HOUR / 1000))

static void
refill (SrvQuota *quota, guint rate, gint64 now_us)
{
  guint32 now_ms = (guint32) (now_us / 1000);
  guint32 passed_ms = now_ms - quota->since_ms;
  guint64 back_milli = (guint64) MIN (passed_ms, HOUR_MS) * rate;

  if (passed_ms > G_MAXUINT32 - HOUR_MS && quota->used_milli > 0)
    return; /* the clock has gone back; not so if nothing was taken yet, since no time at all */
  quota->since_ms = now_ms;
  quota->used_milli -= (guint32) MIN (back_milli, quota->used_milli);
}

/**
 * srv_quota_take:
 * @rate: messages a second; 0: no limit
 * @burst: how many at once, at least 1
 *
 * Returns: whether one more message is within the limit; then it is counted.
 */
gboolean
srv_quota_take (SrvQuota *quota, guint rate, guint burst, gint64 now_us)
{
  if (rate == 0)
    return TRUE;
  refill (quota, rate, now_us);
  if (quota->used_milli + 1000 > (guint64) burst * 1000)
    return FALSE;
  quota->used_milli += 1000;
  return TRUE;
}

/**
 * srv_quota_spend:
 * @rate: bytes a second; 0: no limit
 * @burst: how many at once
 * @bytes: how many have come; 0 to find out whether a debt is paid
 *
 * Returns: whether all of them are within the limit; they are counted in any case.
 */
gboolean
srv_quota_spend (SrvQuota *quota, guint rate, guint burst, guint bytes, gint64 now_us)
{
  if (rate == 0)
    return TRUE;
  refill (quota, rate, now_us);
  quota->used_milli =
      (guint32) MIN (quota->used_milli + (guint64) bytes * 1000, (guint64) G_MAXUINT32);
  return quota->used_milli <= (guint64) burst * 1000;
}
