/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the worker share.
 */
#pragma once

#include "server/chat/srv-hub.h"
#include "server/srv-conn.h"

G_BEGIN_DECLS

struct _SrvWorker
{
  guint id;
  SrvReactor *reactor; /* (owned) */
  SrvMailbox *mailbox; /* (owned) */
  SrvLog *log;         /* (unowned) */
  SrvWorkerConfig config;
  const SrvWorkerHooks *hooks; /* (unowned) */
  gpointer data;

  SrvConnHost host;  /* what connections may use */
  SrvHub *hub;       /* (owned): its sessions are the connections (owned) */
  SrvOutqList outqs; /* that got something since the round began */
  SrvOutqList round; /* that are still to be sent to in this round */
  gsize round_bytes; /* of what came from the log meanwhile */
  gint64 round_since_us;
  gboolean counted; /* the round is, among those of all workers */
  SrvFrameStream private_frames;
  SrvCounters counters;

  GHashTable *rooms;    /* (owned): name -> SrvRoom (owned) */
  GPtrArray *active;    /* (owned) of SrvRoom (unowned): that delivered this turn */
  GPtrArray *caught_up; /* (owned) of SrvRoom (unowned): whose posters may go on */
  GPtrArray *lagging;   /* (owned) of SrvRoom (unowned): to be told to the other workers */
  GPtrArray *outbox;    /* (owned) of SrvEntry (owned): for the log */
  gsize outbox_bytes;
  guint in_log;     /* requests that were posted and are not back from the log */
  SrvDeadline hold; /* armed while what waits is held back */
  gint64 hold_us;   /* for how long, at most */
  gboolean hold_is_over;
  gboolean waiting; /* atomic: held back, or about to be, for what other workers do */
  gboolean shared;  /* what waits for the next round is of a room that other workers have, too */
  SrvDeadline presence;     /* armed since somebody was announced at once */
  GPtrArray *announced;     /* (owned) of SrvRoom (unowned): where others wait for it */
  SrvDeadline next_turn;    /* armed while more is to be sent */
  GPtrArray *closed;        /* (owned) of SrvConn (owned): since the round began: to be freed at
                               the end of the next one */
  GPtrArray *closed_before; /* (owned) of SrvConn (owned): to be freed at the end of this one */
  gboolean closing;         /* nobody is read any more */
};

/* srv-deliver.c */
void srv_worker_deliver (SrvWorker *worker, const SrvEntry *entry);

/* srv-worker.c */
SrvConn *srv_worker_find_conn (SrvWorker *worker, guint64 connection);
gboolean srv_worker_may_wait (SrvWorker *worker, SrvRoom *room);
void srv_worker_note_caught_up (SrvWorker *worker, SrvRoom *room);

G_END_DECLS
