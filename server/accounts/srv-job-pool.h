/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SrvJobPool SrvJobPool;

/* @cancelled: the pool ends and there is no more time; whatever @data is must be freed,
 * and what must not be lost be done. */
typedef void (*SrvJobFunc) (gpointer data, gboolean cancelled);

SrvJobPool *srv_job_pool_new (guint n_threads, guint most);
void srv_job_pool_free (SrvJobPool *pool);
gboolean srv_job_pool_push (SrvJobPool *pool, SrvJobFunc func, gpointer data, gint64 delay_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvJobPool, srv_job_pool_free)

G_END_DECLS
