/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/chat/srv-session.h"

G_BEGIN_DECLS

/* A session with nothing around it: what it asks of its connection is written down, and
 * what it asks of the log waits here until the test has the log answer. */
typedef struct
{
  SrvSession session; /* first */
  SrvLimits limits;
  SrvState *state;    /* (owned): who is there */
  SrvRoom *room;      /* (owned): the room it is in, for who is there */
  GString *record;    /* what happened, one line each */
  GQueue posted;      /* of SrvEntry (owned): what the log has not answered */
  SrvLogQuery *asked; /* (owned) (nullable): what it wants to read */
  const char *taken;  /* (nullable): a name that the log gives in place of the wanted one */
  char *held;         /* (owned) (nullable): the name that the log has given */
  gint64 now_us;
  guint leaves; /* of the server, not of a room */
  gboolean ended;
} SessionRun;

SessionRun *session_run_new (void);
void session_run_free (SessionRun *run);
void session_run_come (SessionRun *run, const char *name);

void session_run_handle (SessionRun *run, const SalCommand *command);
void session_run_command (SessionRun *run, SalCommandKind kind, const char *text);
gboolean session_run_log_answers (SessionRun *run, SrvEntryStatus status);
void session_run_history (SessionRun *run, GPtrArray *entries, gboolean failed);
void session_run_enter (SessionRun *run, const char *name);

void session_run_expect (SessionRun *run, const char *lines);

/* What time it always is around that host. */
#define SESSION_WALL_US G_GINT64_CONSTANT (1588530120000000)

/* Around a session in IRC of which nothing is looked at: a host that tells nobody anything. What is
 * looked at, and `post` and `login` in any case, are functions of the test's own. */
extern const SrvSessionHost session_quiet_host;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SessionRun, session_run_free)

G_END_DECLS
