/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char list;     /* 'b', 'e', 'I', ... */
  char *mask;    /* (owned) */
  char *setter;  /* (owned) */
  gint64 set_us; /* since 1970 */
} SrvRoomMask;

/* What of a room is left when everybody has gone. */
typedef struct
{
  char *name;       /* (owned): without # */
  char *founder;    /* (owned): the account */
  char *modes;      /* (owned): letters of the modes without a parameter, "nt" */
  char *key;        /* (owned) (nullable): +k */
  guint limit;      /* +l; 0: none */
  char *topic;      /* (owned) (nullable) */
  char *topic_by;   /* (owned) (nullable): who has set it, with their host if they have one */
  gint64 topic_us;  /* when, since 1970; 0: nobody knows */
  GPtrArray *masks; /* (owned) of SrvRoomMask (owned) */
} SrvOwnedRoom;

SrvOwnedRoom *srv_owned_room_new (const char *name, const char *founder);
SrvOwnedRoom *srv_owned_room_copy (const SrvOwnedRoom *room);
void srv_owned_room_free (SrvOwnedRoom *room);
void srv_owned_room_add_mask (
    SrvOwnedRoom *room, char list, const char *mask, const char *setter, gint64 set_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvOwnedRoom, srv_owned_room_free)

G_END_DECLS
