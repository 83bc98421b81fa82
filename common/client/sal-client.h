/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/base/sal-uri.h"
#include "common/client/sal-client-action.h"
#include "common/client/sal-filter.h"
#include "common/client/sal-irc-rooms.h"
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
const char *sal_client_get_wanted_name (SalClient *client);
gboolean sal_client_is_ours (SalClient *client);
gint64 sal_client_get_heard_us (SalClient *client);
const SalTlsDetails *sal_client_get_tls (SalClient *client);
gboolean sal_client_is_password_wrong (SalClient *client);
SalTlsDetails *sal_client_steal_refused (SalClient *client);
guint sal_client_count_unfinished (SalClient *client);

/* What only IRC has; on the plain dialect they do nothing, and the getters have nothing. */
gboolean sal_client_is_irc (SalClient *client);
void sal_client_set_filter (SalClient *client, SalFilter *filter);
guint64
sal_client_say_to (SalClient *client, const char *place, const char *text, const char *nonce);
void sal_client_join (SalClient *client, const SalClientRoom *room);
void sal_client_part (SalClient *client, const char *place, const char *reason);
void sal_client_quit_with (SalClient *client, const char *reason);
void sal_client_set_nick (SalClient *client, const char *nick);
void sal_client_command (SalClient *client, const char *place, const char *line);
gboolean sal_client_read_past (SalClient *client,
                               const char *place,
                               SalHistoryPage page,
                               const char *msgid,
                               gint64 time_us,
                               guint most);
gboolean sal_client_list_rooms (SalClient *client, guint least);
void sal_client_mark_read (SalClient *client, const char *place, gint64 time_us);

const char *sal_client_get_account (SalClient *client);
gboolean sal_client_is_password_right (SalClient *client);
const char *sal_client_get_home (SalClient *client);
const SalIrcRooms *sal_client_get_rooms (SalClient *client);
const SalIrcSupport *sal_client_get_support (SalClient *client);
gboolean sal_client_has_history (SalClient *client);
gboolean sal_client_has_receipts (SalClient *client);

G_END_DECLS
