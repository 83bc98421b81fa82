/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/base/sal-uri.h"
#include "common/client/sal-client-machine.h"
#include "common/client/sal-transport.h"

G_BEGIN_DECLS

#define SAL_TYPE_CLIENT (sal_client_get_type ())
G_DECLARE_FINAL_TYPE (SalClient, sal_client, SAL, CLIENT, GObject)

SalClient *sal_client_new (const SalUri *uri,
                           const SalClientOptions *options,
                           const SalTransportOptions *transport_options);
void sal_client_start (SalClient *client, guint connect_timeout_ms);
guint64 sal_client_say (SalClient *client, const char *text);
void sal_client_quit (SalClient *client);
void sal_client_end_input (SalClient *client);
void sal_client_stop (SalClient *client);
void sal_client_reset (SalClient *client);
const char *sal_client_get_name (SalClient *client);
gboolean sal_client_is_ours (SalClient *client);
const SalTlsDetails *sal_client_get_tls (SalClient *client);
SalTlsDetails *sal_client_steal_refused (SalClient *client);
guint sal_client_count_unfinished (SalClient *client);

G_END_DECLS
