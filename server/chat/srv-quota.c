/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages per second with a burst: a bucket that holds @burst messages and gets
 * back @rate of them a second.
 */
#include "config.h"

#include "server/chat/srv-quota.h"

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
  guint64 back_milli = 0;

  if (rate == 0)
    return TRUE;
  if (quota->since_us > 0 && now_us > quota->since_us)
    back_milli = (guint64) MIN (now_us - quota->since_us, G_TIME_SPAN_HOUR) * rate / 1000;
  /* Time that gives back less than a thousandth goes on counting. */
  if (quota->since_us == 0 || back_milli > 0)
    quota->since_us = now_us;
  quota->used_milli -= (guint32) MIN (back_milli, quota->used_milli);

  if (quota->used_milli + 1000 > (guint64) burst * 1000)
    return FALSE;
  quota->used_milli += 1000;
  return TRUE;
}
