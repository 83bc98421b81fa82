/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rooms one is in and who is there, as a server of IRC has told so far. Everything here is
 * bounded: what a server says beyond it is left out, and the room says that it is incomplete.
 */
#pragma once

#include <glib.h>

#include "common/client/sal-client-action.h"
#include "common/client/sal-irc-support.h"

G_BEGIN_DECLS

/* Somebody of whom the server tells us, because we share a room or talk in private. */
typedef struct
{
  char *nick;      /* (owned) */
  char *host;      /* (owned) (nullable): user@host, as it is shown */
  char *account;   /* (owned) (nullable) */
  char *real_name; /* (owned) (nullable) */
  gboolean away;
  gboolean bot;
  guint n_rooms; /* in which we see them */
} SalIrcUser;

typedef struct
{
  SalIrcUser *user;                 /* (unowned) */
  char prefixes[SAL_IRC_RANKS + 1]; /* "@+", the highest first; "" for none */
} SalIrcMember;

typedef struct
{
  char *name; /* (owned): as the server spells it */
  char *key;  /* (owned) (nullable): its password, for coming back */
  SalRoomState state;
  char *topic;          /* (owned) (nullable): clean text */
  char *topic_by;       /* (owned) (nullable): who set it */
  gint64 topic_time_us; /* and when; 0: unknown */
  gint64 read_us;       /* the read marker; 0: none */
  GHashTable *members;  /* (owned): folded nickname -> SalIrcMember (owned) */
  gboolean complete;    /* all members have been told */
  gboolean cut;         /* ... but there were more than are kept */
  gpointer own;         /* (owned) (nullable): what the machine remembers beside */
  GDestroyNotify free_own;
} SalIrcRoom;

typedef struct
{
  SalIrcSupport support;
  GHashTable *rooms;       /* (owned): folded name -> SalIrcRoom (owned) */
  GHashTable *users;       /* (owned): folded nickname -> SalIrcUser (owned) */
  GDestroyNotify free_own; /* (nullable): of SalIrcRoom.own */
} SalIrcRooms;

void sal_irc_rooms_init (SalIrcRooms *rooms);
void sal_irc_rooms_clear (SalIrcRooms *rooms);

SalIrcRoom *sal_irc_rooms_find (const SalIrcRooms *rooms, const char *name);
SalIrcRoom *sal_irc_rooms_add (SalIrcRooms *rooms, const char *name);
void sal_irc_rooms_remove (SalIrcRooms *rooms, SalIrcRoom *room);
GPtrArray *sal_irc_rooms_list (const SalIrcRooms *rooms);
void sal_irc_rooms_take_support (SalIrcRooms *rooms, const char *token);

SalIrcUser *sal_irc_rooms_find_user (const SalIrcRooms *rooms, const char *nick);
gboolean sal_irc_rooms_rename_user (SalIrcRooms *rooms, const char *from, const char *to);
GPtrArray *sal_irc_rooms_of_user (const SalIrcRooms *rooms, const char *nick);
void sal_irc_rooms_set_host (SalIrcUser *user, const char *host);
void sal_irc_rooms_set_account (SalIrcUser *user, const char *account);
void sal_irc_rooms_set_real_name (SalIrcUser *user, const char *real_name);

SalIrcMember *
sal_irc_room_find_member (const SalIrcRooms *rooms, const SalIrcRoom *room, const char *nick);
SalIrcMember *sal_irc_room_add_member (SalIrcRooms *rooms, SalIrcRoom *room, const char *nick);
gboolean sal_irc_room_remove_member (SalIrcRooms *rooms, SalIrcRoom *room, const char *nick);
void sal_irc_room_remove_members (SalIrcRooms *rooms, SalIrcRoom *room);
void sal_irc_room_set_rank (
    SalIrcRooms *rooms, SalIrcRoom *room, const char *nick, char prefix, gboolean has);
void sal_irc_room_set_topic (SalIrcRoom *room, const char *topic, const char *by, gint64 time_us);

G_END_DECLS
