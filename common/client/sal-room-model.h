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

/* (Goes away: rooms come from their SalServer.) */
SalRoomModel *sal_room_model_new (SalStore *store, const SalStoredRoom *room, GError **error);

/* Besides the signals presence, name, added, changed, removed and unread:
 *   topic ()            the topic has changed
 *   older (guint, gboolean)   an answer to sal_room_model_fetch_older(): how many entries are
 *                       new before @id (they were put there without `added`), and whether
 *                       there may be more
 *   read ()             the read marker was moved, perhaps by another device of ours
 *   closed ()           the room is gone: forgotten
 */
SalServer *sal_room_model_get_server (SalRoomModel *model); /* (transfer none) */
SalRoomKind sal_room_model_get_kind (SalRoomModel *model);
const char *sal_room_model_get_place (SalRoomModel *model); /* "#tea", a nickname, or "" */
/* (nullable) each. */
const char *sal_room_model_get_topic (SalRoomModel *model);
const char *sal_room_model_get_topic_by (SalRoomModel *model);
gint64 sal_room_model_get_topic_us (SalRoomModel *model); /* since 1970; 0: unknown */
gboolean sal_room_model_set_topic (SalRoomModel *model, const char *topic, GError **error);
/* (transfer none): of SalMember, sorted by role, then name; empty where nobody tells. */
GListModel *sal_room_model_get_members (SalRoomModel *model);
SalMember *sal_room_model_find_member (SalRoomModel *model, const char *name);

/* In a room of an IRC server: the presence of the room is %SAL_PRESENCE_OFFLINE while the server
 * is there and the room is not joined; get_error() says why it was refused or we were put out.
 * connect() and leave() join and part then; in others they connect and leave the server. */

/* Whether there may be older entries than those in the cache, on the server. */
gboolean sal_room_model_has_older (SalRoomModel *model);
/* Fetches a page of what was said before entry @id (the oldest that is shown, when
 * read_before() returned nothing, or one whose predecessor is a gap). Returns: whether an answer
 * comes (`older`). Calls while one is on its way do nothing and return TRUE. */
gboolean sal_room_model_fetch_older (SalRoomModel *model, guint64 id);

/* See sal_store_search(). */
GPtrArray *
sal_room_model_search (SalRoomModel *model, const char *words, guint64 before, guint most);
/* How many of the unread messages name us; in a private conversation, all. */
guint sal_room_model_count_mentions (SalRoomModel *model);

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
