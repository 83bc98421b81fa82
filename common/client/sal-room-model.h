/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/client/sal-entry.h"
#include "common/client/sal-store.h"
#include "common/client/sal-tls.h"

G_BEGIN_DECLS

#define SAL_TYPE_ROOM_MODEL (sal_room_model_get_type ())
G_DECLARE_FINAL_TYPE (SalRoomModel, sal_room_model, SAL, ROOM_MODEL, GObject)

typedef enum
{
  SAL_PRESENCE_OFFLINE,    /* and nothing is tried; the error says why, if one is there */
  SAL_PRESENCE_WAITING,    /* for the next try; the error says why the last one failed */
  SAL_PRESENCE_CONNECTING, /* to the host */
  SAL_PRESENCE_ENTERING,   /* connected; names are being exchanged */
  SAL_PRESENCE_IN,
  SAL_PRESENCE_LEAVING, /* said goodbye; waits for the peer's FIN */
} SalPresence;

SalRoomModel *sal_room_model_new (SalStore *store, const SalStoredRoom *room, GError **error);

void sal_room_model_connect (SalRoomModel *model);
void sal_room_model_hurry (SalRoomModel *model);
void sal_room_model_leave (SalRoomModel *model);
SalPresence sal_room_model_get_presence (SalRoomModel *model);
const GError *sal_room_model_get_error (SalRoomModel *model);
gint64 sal_room_model_get_retry_us (SalRoomModel *model);

const SalTlsDetails *sal_room_model_get_tls (SalRoomModel *model);
const SalTlsDetails *sal_room_model_get_offered (SalRoomModel *model);
void sal_room_model_answer_certificate (SalRoomModel *model, gboolean trust);

gint64 sal_room_model_get_id (SalRoomModel *model);
const char *sal_room_model_get_uri (SalRoomModel *model);
const char *sal_room_model_get_title (SalRoomModel *model);
const char *sal_room_model_get_host (SalRoomModel *model);
const char *sal_room_model_get_name (SalRoomModel *model);
void sal_room_model_set_name (SalRoomModel *model, const char *name);
gint64 sal_room_model_get_last_used_us (SalRoomModel *model);

gboolean sal_room_model_say (SalRoomModel *model, const char *text, GError **error);
gboolean sal_room_model_say_again (SalRoomModel *model, guint64 entry);
gboolean sal_room_model_discard (SalRoomModel *model, guint64 entry);

guint64 sal_room_model_get_last_id (SalRoomModel *model);
GPtrArray *sal_room_model_read_before (SalRoomModel *model, guint64 id, guint most);
GPtrArray *sal_room_model_read_after (SalRoomModel *model, guint64 id, guint most);

const char *sal_room_model_get_draft (SalRoomModel *model);
void sal_room_model_set_draft (SalRoomModel *model, const char *text);
GPtrArray *sal_room_model_read_typed (SalRoomModel *model, guint most);

guint64 sal_room_model_get_read_id (SalRoomModel *model);
void sal_room_model_set_read_id (SalRoomModel *model, guint64 id);
guint sal_room_model_count_unread (SalRoomModel *model);

G_END_DECLS
