/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/srv-server.h"

G_BEGIN_DECLS

/* One operator's conversation with the server. */
typedef struct _SrvConsoleTalk SrvConsoleTalk;

typedef struct
{
  void (*say) (const char *text, gpointer data);   /* whole lines */
  void (*ask) (const char *prompt, gpointer data); /* the next line is a secret */
  void (*done) (gboolean ok, gpointer data);       /* the word is answered */
} SrvConsoleHooks;

SrvConsoleTalk *
srv_console_talk_new (SrvServer *server, const SrvConsoleHooks *hooks, gpointer data);
void srv_console_talk_free (SrvConsoleTalk *talk);

void srv_console_talk_line (SrvConsoleTalk *talk, const char *line);
gboolean srv_console_talk_is_waiting (const SrvConsoleTalk *talk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvConsoleTalk, srv_console_talk_free)

G_END_DECLS
