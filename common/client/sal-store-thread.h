/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "common/client/sal-store-group.h"
#include "common/client/sal-store-reader.h"
#include "common/client/sal-store-writer.h"

G_BEGIN_DECLS

typedef struct _SalStoreThread SalStoreThread;

/* Called in the main context. The owner may be closed from within. */
typedef struct
{
  void (*failed) (GObject *owner, const GError *error);
  void (*recovered) (GObject *owner);
} SalStoreHooks;

SalStoreThread *sal_store_thread_new (GObject *owner,
                                      const SalStoreHooks *hooks,
                                      SalStoreWriter *writer,
                                      const GError *outage);
void sal_store_thread_stop (SalStoreThread *thread);
void sal_store_thread_free (SalStoreThread *thread);

SalStoreGroup *sal_store_thread_begin_change (SalStoreThread *thread);
void sal_store_thread_end_change (SalStoreThread *thread);
void sal_store_thread_begin_read (SalStoreThread *thread,
                                  const SalStoreGroup *groups[SAL_STORE_GROUPS]);
void sal_store_thread_end_read (SalStoreThread *thread, gboolean ok, const GError *error);
void sal_store_thread_when_kept (SalStoreThread *thread, GSourceFunc callback, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoreThread, sal_store_thread_free)

G_END_DECLS
