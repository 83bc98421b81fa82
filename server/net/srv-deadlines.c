/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Timers for many connections. Timers of one kind all have the same length, so
 * each kind's queue is sorted by being appended to: arming, disarming and finding
 * the next one cost the same at 10 and at 10,000. A kind whose length was changed
 * by a reload is sorted in from the end. Those of a kind may also all be due at multiples of one
 * step: that keeps their order.
 */
#include "config.h"

#include "server/net/srv-deadlines.h"

typedef struct
{
  SrvDeadline *head;
  SrvDeadline *tail;
} Queue;

struct _SrvDeadlines
{
  gint64 next_us;   /* when the next one is due; G_MAXINT64: never; ... */
  gboolean is_left; /* ... but that one is no longer armed, so it is to be looked for */
  guint n_queues;
  Queue queues[];
};

/**
 * srv_deadlines_new:
 * @n_queues: how many kinds there are
 */
SrvDeadlines *
srv_deadlines_new (guint n_queues)
{
  SrvDeadlines *deadlines = g_malloc0 (sizeof *deadlines + n_queues * sizeof (Queue));

  deadlines->next_us = G_MAXINT64;
  deadlines->n_queues = n_queues;
  return deadlines;
}

/**
 * srv_deadlines_free:
 *
 * What is still armed is never due any more.
 */
void
srv_deadlines_free (SrvDeadlines *deadlines)
{
  g_free (deadlines);
}

/**
 * srv_deadlines_arm:
 * @deadline: armed or not; an armed one is moved
 * @queue: its kind
 * @due_us: when, on the clock of the caller; more than 0
 */
void
srv_deadlines_arm (SrvDeadlines *deadlines, SrvDeadline *deadline, guint queue, gint64 due_us)
{
  Queue *q = &deadlines->queues[queue];
  SrvDeadline *after = NULL;

  srv_deadlines_disarm (deadlines, deadline);
  deadline->due_us = due_us;
  deadline->queue = (guint8) queue;

  for (after = q->tail; after != NULL && after->due_us > due_us; after = after->prev)
    ;
  deadline->prev = after;
  deadline->next = after != NULL ? after->next : q->head;
  *(deadline->prev != NULL ? &deadline->prev->next : &q->head) = deadline;
  *(deadline->next != NULL ? &deadline->next->prev : &q->tail) = deadline;
  if (due_us <= deadlines->next_us)
    {
      deadlines->next_us = due_us;
      deadlines->is_left = FALSE;
    }
}

/**
 * srv_deadlines_disarm:
 * @deadline: armed or not
 */
void
srv_deadlines_disarm (SrvDeadlines *deadlines, SrvDeadline *deadline)
{
  Queue *q = &deadlines->queues[deadline->queue];

  if (!srv_deadline_is_armed (deadline))
    return;
  deadlines->is_left = deadlines->is_left || deadline->due_us == deadlines->next_us;
  *(deadline->prev != NULL ? &deadline->prev->next : &q->head) = deadline->next;
  *(deadline->next != NULL ? &deadline->next->prev : &q->tail) = deadline->prev;
  deadline->prev = deadline->next = NULL;
  deadline->due_us = 0;
}

/**
 * srv_deadlines_align_us:
 * @now_us: when it is armed
 * @length_us: how long it is to take
 * @step_us: more than 0
 *
 * Waking for one deadline costs more than most of what is done then. So those for which a little
 * does not matter are due together.
 *
 * Returns: @length_us or less than @step_us less, so that it is due at a multiple of @step_us.
 */
gint64
srv_deadlines_align_us (gint64 now_us, gint64 length_us, gint64 step_us)
{
  g_assert (step_us > 0);
  return length_us - (now_us + length_us) % step_us;
}

/**
 * srv_deadlines_next_us:
 *
 * Returns: when the next one is due, or G_MAXINT64.
 */
gint64
srv_deadlines_next_us (SrvDeadlines *deadlines)
{
  if (!deadlines->is_left)
    return deadlines->next_us;
  deadlines->next_us = G_MAXINT64;
  deadlines->is_left = FALSE;
  for (guint i = 0; i < deadlines->n_queues; i++)
    if (deadlines->queues[i].head != NULL)
      deadlines->next_us = MIN (deadlines->next_us, deadlines->queues[i].head->due_us);
  return deadlines->next_us;
}

/**
 * srv_deadlines_pop_due:
 *
 * Returns: (transfer none) (nullable): of those that were due at @now_us, the one that has been
 *   so for longest, disarmed. So each gets its turn, whatever is armed anew meanwhile.
 */
SrvDeadline *
srv_deadlines_pop_due (SrvDeadlines *deadlines, gint64 now_us)
{
  gint64 next_us = srv_deadlines_next_us (deadlines);
  SrvDeadline *first = NULL;
  guint i = 0;

  if (next_us > now_us || next_us == G_MAXINT64)
    return NULL;
  while (deadlines->queues[i].head == NULL || deadlines->queues[i].head->due_us != next_us)
    i++;
  first = deadlines->queues[i].head;
  srv_deadlines_disarm (deadlines, first);
  /* A crowd is due together: nobody has to look for who is next. */
  if (deadlines->queues[i].head != NULL && deadlines->queues[i].head->due_us == next_us)
    deadlines->is_left = FALSE;
  return first;
}
