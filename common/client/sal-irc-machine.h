/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's side of IRC as a pure machine: bytes, wishes and a time go in, actions come
 * out. The same shape as SalClientMachine.
 */
#pragma once

#include <glib.h>

#include "common/client/sal-client-action.h"
#include "common/client/sal-filter.h"
#include "common/client/sal-irc-rooms.h"
#include "common/client/sal-irc-sasl.h"

G_BEGIN_DECLS

typedef struct _SalIrcMachine SalIrcMachine;

SalIrcMachine *sal_irc_machine_new (const SalClientOptions *options);
void sal_irc_machine_free (SalIrcMachine *machine);
void sal_irc_machine_set_filter (SalIrcMachine *machine, SalFilter *filter);
void sal_irc_machine_take_outbox (SalIrcMachine *machine, SalOutbox *outbox);

void sal_irc_machine_connected (SalIrcMachine *machine, gint64 now_us);
void sal_irc_machine_received (SalIrcMachine *machine, const void *bytes, gsize len, gint64 now_us);
void sal_irc_machine_peer_ended (SalIrcMachine *machine, gint64 now_us);
void sal_irc_machine_broken (SalIrcMachine *machine);
void sal_irc_machine_tick (SalIrcMachine *machine, gint64 now_us);
gint64 sal_irc_machine_due_us (const SalIrcMachine *machine);
gboolean sal_irc_machine_next (SalIrcMachine *machine, SalClientAction *action);

guint64 sal_irc_machine_say (
    SalIrcMachine *machine, const char *place, const char *text, const char *nonce, gint64 now_us);
void sal_irc_machine_quit (SalIrcMachine *machine, const char *reason, gint64 now_us);
void sal_irc_machine_end_input (SalIrcMachine *machine, gint64 now_us);

void sal_irc_machine_join (SalIrcMachine *machine, const SalClientRoom *room, gint64 now_us);
void
sal_irc_machine_part (SalIrcMachine *machine, const char *place, const char *reason, gint64 now_us);
void sal_irc_machine_set_nick (SalIrcMachine *machine, const char *nick, gint64 now_us);
void sal_irc_machine_command (SalIrcMachine *machine,
                              const char *place,
                              const char *line,
                              gint64 now_us);
gboolean sal_irc_machine_read_past (SalIrcMachine *machine,
                                    const char *place,
                                    SalHistoryPage page,
                                    const char *msgid,
                                    gint64 time_us,
                                    guint most,
                                    gint64 now_us);
gboolean sal_irc_machine_list_rooms (SalIrcMachine *machine, guint least, gint64 now_us);
void sal_irc_machine_mark_read (SalIrcMachine *machine,
                                const char *place,
                                gint64 time_us,
                                gint64 now_us);

const char *sal_irc_machine_get_name (const SalIrcMachine *machine);
const char *sal_irc_machine_get_wanted_name (const SalIrcMachine *machine);
const char *sal_irc_machine_get_account (const SalIrcMachine *machine);
gboolean sal_irc_machine_is_password_right (const SalIrcMachine *machine);
const char *sal_irc_machine_get_home (const SalIrcMachine *machine);
gboolean sal_irc_machine_is_ours (const SalIrcMachine *machine);
gboolean sal_irc_machine_is_ready (const SalIrcMachine *machine);
const SalIrcRooms *sal_irc_machine_get_rooms (const SalIrcMachine *machine);
gboolean sal_irc_machine_has_history (const SalIrcMachine *machine);
gboolean sal_irc_machine_has_receipts (const SalIrcMachine *machine);
guint sal_irc_machine_count_unfinished (const SalIrcMachine *machine);

const char *sal_irc_machine_get_work (SalIrcMachine *machine, GBytes **salt, guint *iterations);
void sal_irc_machine_derived (SalIrcMachine *machine,
                              const guint8 key[SAL_SASL_KEY_BYTES],
                              gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalIrcMachine, sal_irc_machine_free)

G_END_DECLS
