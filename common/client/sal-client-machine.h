/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-client-action.h"

G_BEGIN_DECLS

typedef struct _SalClientMachine SalClientMachine;

SalClientMachine *sal_client_machine_new (const SalClientOptions *options);
void sal_client_machine_free (SalClientMachine *machine);

void sal_client_machine_connected (SalClientMachine *machine, gint64 now_us);
void sal_client_machine_received (SalClientMachine *machine,
                                  const void *bytes,
                                  gsize len,
                                  gint64 now_us);
void sal_client_machine_peer_ended (SalClientMachine *machine, gint64 now_us);
void sal_client_machine_broken (SalClientMachine *machine);
guint64 sal_client_machine_say (SalClientMachine *machine, const char *text, gint64 now_us);
void sal_client_machine_quit (SalClientMachine *machine, gint64 now_us);
void sal_client_machine_end_input (SalClientMachine *machine, gint64 now_us);
void sal_client_machine_tick (SalClientMachine *machine, gint64 now_us);
gint64 sal_client_machine_due_us (const SalClientMachine *machine);
gboolean sal_client_machine_next (SalClientMachine *machine, SalClientAction *action);

SalOutbox *sal_client_machine_steal_outbox (SalClientMachine *machine);
gboolean sal_client_machine_is_ours (const SalClientMachine *machine);
const char *sal_client_machine_get_name (const SalClientMachine *machine);
guint sal_client_machine_count_unfinished (const SalClientMachine *machine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalClientMachine, sal_client_machine_free)

G_END_DECLS
