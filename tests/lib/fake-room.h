/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

/* The entry of a number, as long as nothing has happened to it. */
typedef SalEntry *(*FakeRoomStory) (guint64 id, gpointer data);

SalRoomModel *fake_room_new (guint64 entries, FakeRoomStory story, gpointer data);
guint64 fake_room_add (SalRoomModel *model, const SalEntry *like);
void fake_room_change (SalRoomModel *model, const SalEntry *entry);
void fake_room_remove (SalRoomModel *model, guint64 id);
void fake_room_deliver (SalRoomModel *model, guint64 id);
void fake_room_set_read (SalRoomModel *model, guint64 id, guint unread);
void fake_room_make_gap (SalRoomModel *model, guint64 id, guint n);
void fake_room_answer (SalRoomModel *model, guint n);
guint fake_room_count_asks (SalRoomModel *model, guint64 *id);
guint fake_room_count_reads (SalRoomModel *model);

G_END_DECLS
