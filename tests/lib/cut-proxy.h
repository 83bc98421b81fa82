/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A proxy on loopback that cuts connections after so many bytes. */
typedef struct _CutProxy CutProxy;

/* Nothing is cut. */
#define CUT_NEVER G_MAXUINT64

CutProxy *cut_proxy_new (guint16 server_port);
void cut_proxy_free (CutProxy *proxy);
guint16 cut_proxy_get_port (const CutProxy *proxy);

char *cut_proxy_address (guint lane);
void cut_proxy_plan (CutProxy *proxy, guint lane, guint64 up, guint64 down, gboolean reset);
void cut_proxy_get_bytes (CutProxy *proxy, guint lane, guint64 *up, guint64 *down);
guint cut_proxy_count_connections (CutProxy *proxy, guint lane);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CutProxy, cut_proxy_free)

G_END_DECLS
