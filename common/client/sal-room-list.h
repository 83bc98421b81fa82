/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A room that a server has listed. It does not change. */
#define SAL_TYPE_LISTED_ROOM (sal_listed_room_get_type ())
G_DECLARE_FINAL_TYPE (SalListedRoom, sal_listed_room, SAL, LISTED_ROOM, GObject)

const char *sal_listed_room_get_name (SalListedRoom *room);
guint sal_listed_room_get_people (SalListedRoom *room);
const char *sal_listed_room_get_topic (SalListedRoom *room);

typedef enum
{
  SAL_ROOM_LIST_UNKNOWN,  /* never asked for */
  SAL_ROOM_LIST_LOADING,  /* some may be there already */
  SAL_ROOM_LIST_COMPLETE, /* all, or all that the server tells; the error may have its words */
  SAL_ROOM_LIST_CUT,      /* there are more than are kept */
  SAL_ROOM_LIST_FAILED,   /* the error says why; those that came before are there */
} SalRoomListState;

/* The rooms of a server, a GListModel of SalListedRoom in the order in which they were listed. */
#define SAL_TYPE_ROOM_LIST (sal_room_list_get_type ())
G_DECLARE_FINAL_TYPE (SalRoomList, sal_room_list, SAL, ROOM_LIST, GObject)

SalRoomList *sal_room_list_new (void);
SalRoomListState sal_room_list_get_state (SalRoomList *list);
const GError *sal_room_list_get_error (SalRoomList *list);

/* For the server. */
void sal_room_list_begin (SalRoomList *list);
void sal_room_list_add (SalRoomList *list, const char *name, guint people, const char *topic);
void sal_room_list_end (SalRoomList *list, SalRoomListState state, GError *error);

G_END_DECLS
