/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/net/srv-deadlines.h"

G_BEGIN_DECLS

typedef struct _SrvReactor SrvReactor;
typedef struct _SrvWatch SrvWatch;

/* A descriptor and what to do when it is ready. Embedded in its owner, which must
 * outlive the turn in which it was removed. */
struct _SrvWatch
{
  int fd;         /* -1: not watched */
  guint32 events; /* EPOLLIN and the like */
  void (*ready) (SrvWatch *watch, guint32 events);
};

typedef struct
{
  void (*due) (SrvDeadline *deadline, gpointer data);
  void (*turn_end) (gpointer data);
} SrvReactorHooks;

SrvReactor *srv_reactor_new (GMainContext *context,
                             guint n_queues,
                             const SrvReactorHooks *hooks,
                             gpointer data);
void srv_reactor_free (SrvReactor *reactor);

gboolean srv_reactor_add (SrvReactor *reactor, SrvWatch *watch, int fd, guint32 events);
void srv_reactor_modify (SrvReactor *reactor, SrvWatch *watch, guint32 events);
void srv_reactor_remove (SrvReactor *reactor, SrvWatch *watch);
void srv_reactor_free_later (SrvReactor *reactor, gpointer memory);

void srv_reactor_arm (SrvReactor *reactor, SrvDeadline *deadline, guint queue, gint64 length_us);
void srv_reactor_disarm (SrvReactor *reactor, SrvDeadline *deadline);

void srv_reactor_note_newcomer (SrvReactor *reactor);
gint64 srv_reactor_now_us (const SrvReactor *reactor);
void srv_reactor_wake (SrvReactor *reactor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvReactor, srv_reactor_free)

G_END_DECLS
