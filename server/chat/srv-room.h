/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/proto/sal-dialect.h"
#include "server/net/srv-outq.h"
#include "server/state/srv-state.h"

G_BEGIN_DECLS

typedef struct _SrvRoom SrvRoom;
typedef struct _SrvMember SrvMember;
typedef struct _SrvSession SrvSession;

/* Somebody of this worker who reads in a room. Embedded in the connection. */
struct _SrvMember
{
  SrvOutq *outq;             /* (unowned): where what it reads goes */
  const SalDialect *dialect; /* (unowned) */
  SrvSession *session;       /* (unowned) (nullable): whose it is */
  SrvRoom *room;             /* (unowned) (nullable): where it is */
  SrvMember *next;           /* for its owner: the same reader in another room */
  guint variant;             /* of the dialect */
  guint index : 30;          /* its place among those who get the same bytes */
  guint lagging : 1;         /* it reads, but much waits for it */
};

/* Who of a room's members gets an event. All fields zero: everybody. */
typedef struct
{
  const SalDialect *dialect;                            /* (nullable): only those who speak it */
  guint variant;                                        /* ... and have all these bits of it */
  const SrvSession *skip;                               /* (nullable): all but this one */
  gboolean (*wants) (SrvMember *member, gpointer data); /* (nullable): only those for whom it
                                                           says so */
  gpointer data;
  gboolean patient; /* it may stay in their queues until srv_room_let_go(), if nothing else goes
                       to them before that */
  guint64 seq;      /* if not 0: it can be read from the log under this number, so who cannot follow
                  does without */
} SrvAddressees;

SrvRoom *srv_room_new (const char *name);
void srv_room_free (SrvRoom *room);
const char *srv_room_get_name (const SrvRoom *room);
char *srv_room_share_name (const SrvRoom *room, const char *name);

void srv_room_set_channel (SrvRoom *room, const SrvChannel *channel);
guint srv_room_count (const SrvRoom *room);
gboolean srv_room_is_elsewhere (const SrvRoom *room);
GPtrArray *srv_room_list (const SrvRoom *room, guint most);

void srv_room_add (SrvRoom *room, SrvMember *member);
void srv_room_remove (SrvMember *member);
void srv_room_set_variant (SrvMember *member, guint variant);
void srv_room_set_lagging (SrvMember *member, gboolean lagging);
guint srv_room_get_lagging (const SrvRoom *room);
void srv_room_set_lagging_elsewhere (SrvRoom *room, guint worker, guint lagging);
gboolean srv_room_is_behind (const SrvRoom *room);
guint srv_room_take_missed (SrvMember *member, guint64 *seq);
void srv_room_foreach (SrvRoom *room, void (*func) (SrvMember *, gpointer), gpointer data);
guint srv_room_deliver (SrvRoom *room, const SalEvent *event, GString *scratch);
guint srv_room_deliver_to (SrvRoom *room,
                           const SalEvent *event,
                           const SrvAddressees *whom,
                           GString *scratch);
gboolean srv_room_is_patient (const SrvRoom *room);
void srv_room_let_go (SrvRoom *room);
gboolean srv_room_begin_turn (SrvRoom *room);
void srv_room_end_turn (SrvRoom *room);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvRoom, srv_room_free)

G_END_DECLS
