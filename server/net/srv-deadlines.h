/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SrvDeadline SrvDeadline;
typedef struct _SrvDeadlines SrvDeadlines;

/* A time at which something must be looked at. Embedded in its owner; zeroed means
 * not armed. */
struct _SrvDeadline
{
  SrvDeadline *prev;
  SrvDeadline *next;
  gint64 due_us : 56; /* 0: not armed; 56 bits are a thousand years */
  guint64 queue : 8;
};

SrvDeadlines *srv_deadlines_new (guint n_queues);
void srv_deadlines_free (SrvDeadlines *deadlines);

void srv_deadlines_arm (SrvDeadlines *deadlines, SrvDeadline *deadline, guint queue, gint64 due_us);
void srv_deadlines_disarm (SrvDeadlines *deadlines, SrvDeadline *deadline);
gint64 srv_deadlines_align_us (gint64 now_us, gint64 length_us, gint64 step_us);
gint64 srv_deadlines_next_us (SrvDeadlines *deadlines);
SrvDeadline *srv_deadlines_pop_due (SrvDeadlines *deadlines, gint64 now_us);

static inline gboolean
srv_deadline_is_armed (const SrvDeadline *deadline)
{
  return deadline->due_us != 0;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvDeadlines, srv_deadlines_free)

G_END_DECLS
