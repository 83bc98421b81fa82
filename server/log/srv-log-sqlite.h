/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/log/srv-log-store.h"

G_BEGIN_DECLS

typedef enum
{
  SRV_SYNC_NORMAL, /* survives the death of the process */
  SRV_SYNC_FULL,   /* survives the death of the machine */
} SrvSync;

SrvLogStore *srv_log_sqlite_new (const char *path, SrvSync sync, GError **error);

G_END_DECLS
