/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a client asks of a room, in no dialect: the language between a dialect and
 * the session behind it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SAL_COMMAND_NONE,      /* nothing was asked */
  SAL_COMMAND_BLANK,     /* a unit with nothing in it */
  SAL_COMMAND_INTRODUCE, /* text: the first unit, a name and perhaps a message (S21, S22) */
  SAL_COMMAND_SAY,       /* text */
  SAL_COMMAND_ACT,       /* text: what the speaker does */
  SAL_COMMAND_JOIN,      /* text: a room */
  SAL_COMMAND_WHO,
  SAL_COMMAND_HISTORY, /* number: how many */
  SAL_COMMAND_HELP,
  SAL_COMMAND_MISUSED, /* text: a command, used wrongly */
  SAL_COMMAND_QUIT,    /* text: (nullable): a word to give back before the goodbye */
  SAL_COMMAND_GARBLED, /* something that is no text; counts as an error (S25) */
  SAL_COMMAND_HTTP,    /* not a chat program at all (S27) */
  SAL_COMMAND_TLS,     /* likewise */
} SalCommandKind;

/* A value type; the text is borrowed from whoever decoded it. */
typedef struct
{
  SalCommandKind kind;
  const char *text; /* (nullable): clean text */
  guint number;
  gboolean cut; /* the end of the text is missing; counts as an error (S18, S25) */
} SalCommand;

G_END_DECLS
