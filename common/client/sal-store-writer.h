/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-store-group.h"

G_BEGIN_DECLS

typedef struct _SalStoreWriter SalStoreWriter;

SalStoreWriter *sal_store_writer_new (const char *path);
void sal_store_writer_free (SalStoreWriter *writer);
gboolean sal_store_writer_open (SalStoreWriter *writer, GError **error);
void sal_store_writer_index (SalStoreWriter *writer);
gboolean
sal_store_writer_write (SalStoreWriter *writer, const SalStoreGroup *group, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoreWriter, sal_store_writer_free)

G_END_DECLS
