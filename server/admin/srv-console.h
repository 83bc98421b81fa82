/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/srv-server.h"

G_BEGIN_DECLS

typedef enum
{
  SRV_CONSOLE_FAILED,
  SRV_CONSOLE_OK,
  SRV_CONSOLE_TALK, /* it takes more than one line, or some time: see srv-console-talk */
} SrvConsoleResult;

SrvConsoleResult srv_console_execute (SrvServer *server, const char *line, GString *out);
char **srv_console_words (void);

/* Lines out of bytes, for a console that is not a terminal. */
typedef struct
{
  GString *partial;  /* (owned) */
  gboolean skipping; /* the line is too long; its rest is not kept */
} SrvConsoleInput;

/* @line: (nullable): a line without its end; %NULL for one that was too long. */
typedef void (*SrvConsoleLineFunc) (const char *line, gpointer data);

void srv_console_input_init (SrvConsoleInput *input);
void srv_console_input_clear (SrvConsoleInput *input);
void srv_console_input_push (
    SrvConsoleInput *input, const char *bytes, gsize len, SrvConsoleLineFunc func, gpointer data);

G_END_DECLS
