/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/net/srv-address.h"

G_BEGIN_DECLS

typedef struct _SrvRegistry SrvRegistry;

typedef struct
{
  SrvNetwork network;
  gint64 until_us; /* since 1970; 0: for ever */
} SrvBan;

SrvRegistry *srv_registry_open (const char *path, GError **error);
void srv_registry_free (SrvRegistry *registry);

gboolean srv_registry_ban (SrvRegistry *registry, const SrvBan *ban, GError **error);
gboolean srv_registry_unban (SrvRegistry *registry, const SrvNetwork *network, GError **error);
gboolean srv_registry_is_banned (SrvRegistry *registry, const SrvAddress *address, gint64 now_us);
const GArray *srv_registry_get_bans (const SrvRegistry *registry);

char *srv_registry_cloak (SrvRegistry *registry, const SrvAddress *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvRegistry, srv_registry_free)

G_END_DECLS
