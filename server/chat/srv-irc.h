/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/proto/sal-event.h"
#include "common/proto/sal-framer.h"
#include "server/chat/srv-hub.h"
#include "server/chat/srv-session.h"

G_BEGIN_DECLS

/* The name that answers questions about accounts; nobody else gets it. */
#define SRV_IRC_SERVICE "NickServ"

/* The longest line, with tags, that is read at all. */
#define SRV_IRC_UNIT_BYTES (8192 + 512)

SrvIrc *srv_irc_new (SrvSession *session, SrvHub *hub, const char *token, gboolean secure);
void srv_irc_free (SrvIrc *irc);

void srv_irc_handle_unit (SrvIrc *irc, const SalUnit *unit, gint64 now_us);
void srv_irc_entry (SrvIrc *irc, const SrvEntry *entry);
void srv_irc_relayed (SrvIrc *irc, const SrvEntry *entry);
void srv_irc_history (SrvIrc *irc, GPtrArray *entries, guint64 gone_seq, gboolean failed);
void srv_irc_note (SrvIrc *irc, const SalEvent *event);
void srv_irc_tell_missed (SrvIrc *irc, const char *room, guint missed, guint64 seq);
void srv_irc_ping (SrvIrc *irc);
void srv_irc_say_end (SrvIrc *irc, const char *reason);
void srv_irc_marked (SrvIrc *irc, const SrvEntry *entry);
void srv_irc_watched (SrvIrc *irc, const SrvUser *user, const char *name, gboolean here);

void srv_irc_on_login (SrvIrc *irc, const SrvLoginAnswer *answer, gboolean late);
void srv_irc_on_login_timeout (SrvIrc *irc);
void srv_irc_account_changed (SrvIrc *irc, const char *account, gboolean exists);
void srv_irc_password_changed (SrvIrc *irc, const char *account);

gboolean srv_irc_is_waiting (const SrvIrc *irc);
guint srv_irc_get_caps (const SrvIrc *irc);
char *srv_irc_dup_changing_caps (const SrvIrc *irc);
void srv_irc_caps_changed (SrvIrc *irc, const char *before);
void
srv_irc_event_from_entry (const SrvHub *hub, SalEvent *event, const SrvEntry *entry, char **msgid);

G_END_DECLS
