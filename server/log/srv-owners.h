/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To whom names and rooms belong, for the log's judge. It asks in the log's thread, and is
 * answered at once.
 */
#pragma once

#include <glib.h>

#include "server/accounts/srv-owned-room.h"

G_BEGIN_DECLS

typedef struct
{
  /* Whether who has logged in as @account (nullable) may be called @name. */
  gboolean (*may_use) (const char *name, const char *account, gpointer data);
  /* (transfer full) (nullable): the room, if it belongs to somebody. */
  SrvOwnedRoom *(*find_room) (const char *room, gpointer data);
  /* Remembers @room as it is; FALSE: its founder has too many, or no account. */
  gboolean (*keep_room) (const SrvOwnedRoom *room, gpointer data);
  /* It belongs to nobody. */
  void (*drop_room) (const char *room, gpointer data);
  /* @account has read @target up to @time_us; returns the time that holds now, a later one if
   * they had read more already; 0: it cannot be kept. */
  gint64 (*mark) (const char *account, const char *target, gint64 time_us, gpointer data);
} SrvOwners;

G_END_DECLS
