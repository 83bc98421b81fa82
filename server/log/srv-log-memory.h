/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/log/srv-log-store.h"

G_BEGIN_DECLS

SrvLogStore *srv_log_memory_new (void);

G_END_DECLS
