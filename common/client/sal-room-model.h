/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/client/sal-entry.h"
#include "common/client/sal-member.h"
#include "common/client/sal-store.h"
#include "common/client/sal-tls.h"

G_BEGIN_DECLS

#define SAL_TYPE_ROOM_MODEL (sal_room_model_get_type ())
G_DECLARE_FINAL_TYPE (SalRoomModel, sal_room_model, SAL, ROOM_MODEL, GObject)

typedef struct _SalServer SalServer;

typedef enum
{
  SAL_PRESENCE_OFFLINE,    /* and nothing is tried; the error says why, if one is there */
  SAL_PRESENCE_WAITING,    /* for the next try; the error says why the last one failed */
  SAL_PRESENCE_CONNECTING, /* to the host */
  SAL_PRESENCE_ENTERING,   /* connected; names are being exchanged */
  SAL_PRESENCE_IN,
  SAL_PRESENCE_LEAVING, /* said goodbye; waits for the peer's FIN */
} SalPresence;

void sal_room_model_connect (SalRoomModel *room);
void sal_room_model_leave (SalRoomModel *room);
SalPresence sal_room_model_get_presence (SalRoomModel *room);
const GError *sal_room_model_get_error (SalRoomModel *room);
gint64 sal_room_model_get_retry_us (SalRoomModel *room);

SalServer *sal_room_model_get_server (SalRoomModel *room);
SalRoomKind sal_room_model_get_kind (SalRoomModel *room);
const char *sal_room_model_get_place (SalRoomModel *room);
const char *sal_room_model_get_topic (SalRoomModel *room);
const char *sal_room_model_get_topic_by (SalRoomModel *room);
gint64 sal_room_model_get_topic_us (SalRoomModel *room);
gboolean sal_room_model_set_topic (SalRoomModel *room, const char *topic, GError **error);
GListModel *sal_room_model_get_members (SalRoomModel *room);
SalMember *sal_room_model_find_member (SalRoomModel *room, const char *name);
gboolean sal_room_model_is_away (SalRoomModel *room);

gint64 sal_room_model_get_id (SalRoomModel *room);
const char *sal_room_model_get_uri (SalRoomModel *room);
const char *sal_room_model_get_title (SalRoomModel *room);
const char *sal_room_model_get_host (SalRoomModel *room);
const char *sal_room_model_get_name (SalRoomModel *room);
void sal_room_model_set_name (SalRoomModel *room, const char *name);
gint64 sal_room_model_get_last_used_us (SalRoomModel *room);

gboolean sal_room_model_say (SalRoomModel *room, const char *text, GError **error);
gboolean sal_room_model_command (SalRoomModel *room, const char *line, GError **error);
void sal_room_model_add_typed (SalRoomModel *room, const char *text);
gboolean sal_room_model_say_again (SalRoomModel *room, guint64 entry);
gboolean sal_room_model_discard (SalRoomModel *room, guint64 entry);

guint64 sal_room_model_get_last_id (SalRoomModel *room);
GPtrArray *sal_room_model_read_before (SalRoomModel *room, guint64 id, guint most);
GPtrArray *sal_room_model_read_after (SalRoomModel *room, guint64 id, guint most);

gboolean sal_room_model_has_older (SalRoomModel *room);
gboolean sal_room_model_fetch_older (SalRoomModel *room, guint64 id);
GPtrArray *
sal_room_model_search (SalRoomModel *room, const char *words, guint64 before, guint most);

const char *sal_room_model_get_draft (SalRoomModel *room);
void sal_room_model_set_draft (SalRoomModel *room, const char *text);
GPtrArray *sal_room_model_read_typed (SalRoomModel *room, guint most);

guint64 sal_room_model_get_read_id (SalRoomModel *room);
void sal_room_model_set_read_id (SalRoomModel *room, guint64 id);
guint sal_room_model_count_unread (SalRoomModel *room);
guint sal_room_model_count_mentions (SalRoomModel *room);

G_END_DECLS
