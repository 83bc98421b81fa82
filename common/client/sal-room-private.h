/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of SalRoomModel, for its files and for the server that it is a room of.
 */
#pragma once

#include "common/client/sal-members.h"
#include "common/client/sal-room-model.h"
#include "common/client/sal-server-private.h"
#include "common/client/sal-story.h"

G_BEGIN_DECLS

struct _SalRoomModel
{
  GObject parent;
  SalServer *server;  /* (unowned) (nullable): it has gone */
  SalStore *store;    /* (owned) */
  SalStoredRoom *row; /* (owned) */
  char *place;        /* (owned): as the server spells it; "" while that is not known */
  char *title;        /* (owned) */
  char *uri;          /* (owned) */
  char *key;          /* (owned) (nullable): the room's password */

  SalRoomState state;  /* in a room of IRC */
  GError *refused;     /* (owned) (nullable): why we are not in it */
  SalMembers *members; /* (owned) */
  char *topic_by;      /* (owned) (nullable) */
  gint64 topic_us;

  SalStory *story;      /* (owned) */
  SalEntry *open;       /* (owned) (nullable): a line whose end has not come */
  gboolean list_filled; /* see sal_answers_is_told() */
  gboolean keeping;     /* messages wait until the file has them as sent */
  guint name_timer;     /* source: how long the queue waits for the name of before */
  SalEntry *refusal;    /* (owned) (nullable): a note that may be the answer to a message */

  gboolean resuming;     /* what was missed is being told by the client */
  guint64 older_wanted;  /* older ones than this entry are to be fetched then; 0: none */
  gboolean gap_due;      /* something may be missing where the story goes on */
  gboolean catching_up;  /* what was missed in private was asked for */
  SalEntry *missed_from; /* (owned) (nullable): ... behind this one, ... */
  SalEntry
      *reached; /* (owned) (nullable): ... up to which it has come, if the story has that or not */
  guint pages;  /* ... and how often */
  GPtrArray *held;     /* (owned) (nullable) of SalEntry (owned): what came meanwhile */
  GPtrArray *page;     /* (owned) (nullable) of SalEntry (owned): older ones are being fetched */
  guint64 page_before; /* ... that go before this entry */
  gint64 page_from_us; /* ... and are not newer than this; 0: nobody knows */
  gboolean gave_up;    /* on a page whose answer may still come, and be taken for another one's */
  SalEntry *left_out;  /* (owned) (nullable): the oldest of a page that the story does without */
  guint64 beginning;   /* the first entry, when the server has nothing before it; else 0 */
};

SalRoomModel *sal_room_new (SalServer *server, const SalStoredRoom *row);
void sal_room_detach (SalRoomModel *room);
void sal_room_close (SalRoomModel *room);
void sal_room_save (SalRoomModel *room);

/* Where it is (sal-room-place.c). */
void sal_room_name (SalRoomModel *room, SalServer *server);
void sal_room_set_place (SalRoomModel *room, const char *place);
gboolean sal_room_is_at (SalRoomModel *room, const char *place);
SalIrcRoom *sal_room_get_irc (SalRoomModel *room);

/* The connection. */
gboolean sal_room_is_reached (SalRoomModel *room);
void sal_room_begin_connection (SalRoomModel *room);
void sal_room_end_connection (SalRoomModel *room);
void sal_room_reached (SalRoomModel *room);
void sal_room_presence_changed (SalRoomModel *room);

/* Our own messages (sal-room-outbox.c). */
void sal_room_send_queued (SalRoomModel *room);
void sal_room_settle (SalRoomModel *room, guint64 entry);
gboolean sal_room_recognise (SalRoomModel *room, const SalEntry *like);
void sal_room_on_message (SalRoomModel *room,
                          guint64 entry,
                          gboolean again,
                          const SalClientAction *action);

/* What the client tells (sal-room-events.c). */
void sal_room_on_event (SalRoomModel *room, const SalClientAction *action);
void sal_room_on_state (SalRoomModel *room, const SalClientAction *action);
void sal_room_on_members (SalRoomModel *room, const char *name);
void sal_room_on_topic (SalRoomModel *room);
void sal_room_on_read_marker (SalRoomModel *room, gint64 time_us);
/* ... of the past (sal-room-history.c). */
void sal_room_catch_up (SalRoomModel *room);
void sal_room_tell_due_gap (SalRoomModel *room);
void sal_room_begin_catching_up (SalRoomModel *room, const SalEntry *from, guint pages);
void sal_room_note_past (SalRoomModel *room, const SalEvent *event);
void sal_room_on_gap (SalRoomModel *room);
gboolean sal_room_take_past (SalRoomModel *room, const SalEntry *like, gboolean past);
void sal_room_leave_out (SalRoomModel *room, const SalEntry *like);
void sal_room_on_history (SalRoomModel *room, const SalClientAction *action);
void sal_room_stop_fetching (SalRoomModel *room);

/* Signals, for the other files. */
void sal_room_emit_topic (SalRoomModel *room);
void sal_room_emit_older (SalRoomModel *room, guint n, gboolean more);
void sal_room_set_read (SalRoomModel *room, guint64 id);

G_END_DECLS
