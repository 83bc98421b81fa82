/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/accounts/srv-accounts.h"
#include "server/admin/srv-registry.h"
#include "server/net/srv-handshakes.h"
#include "server/srv-config.h"
#include "server/srv-workers.h"

G_BEGIN_DECLS

typedef struct _SrvServer SrvServer;

/* The name under which the operator speaks; nobody else gets it. */
#define SRV_OPERATOR_NAME "operator"

typedef struct
{
  /* (nullable): something happened, or was refused */
  void (*entry) (const SrvEntry *entry, gpointer data);
  void (*ended) (gpointer data); /* the server has closed */
} SrvServerHooks;

/* Who was not let in, counted. */
typedef struct
{
  guint64 banned;
  guint64 not_public;
  guint64 stopped;
  guint64 no_descriptor;
} SrvRefusals;

SrvServer *srv_server_new (SrvConfig *config,
                           const SrvOptions *options,
                           const SrvServerHooks *hooks,
                           gpointer data);
gboolean srv_server_start (SrvServer *server, GError **error);
void srv_server_free (SrvServer *server);

void srv_server_stop (SrvServer *server);
gboolean srv_server_open (SrvServer *server, GError **error);
void srv_server_close (SrvServer *server);
gboolean srv_server_reload (SrvServer *server, GError **error);
void srv_server_say (SrvServer *server, const char *text);
guint srv_server_ban (SrvServer *server, const SrvBan *ban, GError **error);

void srv_server_account_changed (SrvServer *server, const char *name);
void srv_server_password_changed (SrvServer *server, const char *name, guint64 by);

gboolean srv_server_is_stopped (const SrvServer *server);
gboolean srv_server_is_healthy (SrvServer *server);
const SrvConfig *srv_server_get_config (const SrvServer *server);
SrvWorkers *srv_server_get_workers (SrvServer *server);
SrvRegistry *srv_server_get_registry (SrvServer *server);
const SrvCertificate *srv_server_get_certificate (const SrvServer *server);
const SrvHandshakes *srv_server_get_handshakes (const SrvServer *server);
SrvAccounts *srv_server_get_accounts (SrvServer *server);
SrvMailbox *srv_server_get_mailbox (SrvServer *server);
const SrvRefusals *srv_server_get_refusals (const SrvServer *server);
gint64 srv_server_get_started_us (const SrvServer *server);
const GPtrArray *srv_server_get_listeners (const SrvServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvServer, srv_server_free)

G_END_DECLS
