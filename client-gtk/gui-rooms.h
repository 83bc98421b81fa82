/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/gui-notifier.h"
#include "common/client/sal-server.h"
#include "common/client/sal-store.h"

G_BEGIN_DECLS

typedef struct _GuiRooms GuiRooms;

/* Every room is offline now. */
typedef void (*GuiRoomsLeft) (gpointer data);

/* A person has to decide something about this server, or has not any more. */
typedef void (*GuiRoomsQuestion) (SalServer *server, gpointer data);

GuiRooms *gui_rooms_new (GSettings *settings, GuiNotifier *notifier);
void gui_rooms_free (GuiRooms *rooms);

gboolean gui_rooms_open (GuiRooms *rooms, gboolean temporary, GError **error);
SalStore *gui_rooms_get_store (GuiRooms *rooms);

GListModel *gui_rooms_get_list (GuiRooms *rooms);
SalRoomModel *gui_rooms_try (GuiRooms *rooms, const char *uri, const char *name, GError **error);
void gui_rooms_keep (GuiRooms *rooms, SalRoomModel *model);
gboolean gui_rooms_keeps (GuiRooms *rooms, SalRoomModel *model);
int gui_rooms_find_id (GuiRooms *rooms, gint64 id);
void gui_rooms_forget (GuiRooms *rooms, SalRoomModel *model);
void gui_rooms_note_looked_at (GuiRooms *rooms, SalRoomModel *room);
SalRoomModel *gui_rooms_dup_looked_at (GuiRooms *rooms);
SalServer *gui_rooms_dup_server (GuiRooms *rooms);
char *gui_rooms_dup_name (GuiRooms *rooms);

void gui_rooms_on_question (GuiRooms *rooms, GuiRoomsQuestion question, gpointer data);
SalServer *gui_rooms_find_question (GuiRooms *rooms);

void gui_rooms_leave_all (GuiRooms *rooms, GuiRoomsLeft left, gpointer data);
void gui_rooms_come_back (GuiRooms *rooms);
void gui_rooms_hurry (GuiRooms *rooms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiRooms, gui_rooms_free)

G_END_DECLS
