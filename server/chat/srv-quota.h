/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much somebody may still say. A value; zeroed means nothing said yet. */
typedef struct
{
  guint32 since_ms;   /* when something was last given back; it wraps around after 49 days */
  guint32 used_milli; /* thousandths of a message, or byte, taken out of it; 0: it is full */
} SrvQuota;

gboolean srv_quota_take (SrvQuota *quota, guint rate, guint burst, gint64 now_us);
gboolean srv_quota_spend (SrvQuota *quota, guint rate, guint burst, guint bytes, gint64 now_us);

G_END_DECLS
