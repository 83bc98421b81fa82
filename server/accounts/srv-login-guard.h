/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SrvLoginGuard SrvLoginGuard;

SrvLoginGuard *srv_login_guard_new (void);
void srv_login_guard_free (SrvLoginGuard *guard);

gint64
srv_login_guard_enter (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us);
void
srv_login_guard_passed (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us);
void
srv_login_guard_withdraw (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us);
gboolean srv_login_guard_count (SrvLoginGuard *guard, guint64 site, guint per_hour, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvLoginGuard, srv_login_guard_free)

G_END_DECLS
