/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a server tells a client, in no dialect: the language between a room and the
 * dialects its members speak. Clients decode what they receive into the same.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SAL_EVENT_TEXT, /* text: a line that means nothing in particular (clients) */
  SAL_EVENT_GREETING,
  SAL_EVENT_NAME_WANTED,
  SAL_EVENT_WELCOME, /* name: who the receiver is from now on */
  SAL_EVENT_HINT,
  SAL_EVENT_MESSAGE, /* name, address, text */
  SAL_EVENT_ACTION,  /* name, address, text */
  SAL_EVENT_JOIN,    /* name, address */
  SAL_EVENT_LEAVE,   /* name, address */
  SAL_EVENT_GOODBYE,
  SAL_EVENT_QUIT_ECHO, /* text: the word a family of window clients waits for (S23) */
  SAL_EVENT_NOTE,      /* note, and what that needs: something for the receiver alone */
} SalEventKind;

/* What a server has to say to one person. Each is a sentence in each language of
 * the wire (sal-dialect-plain.c), with the fields it uses. */
typedef enum
{
  SAL_NOTE_HELP,
  SAL_NOTE_WHO,        /* room, text: names, number: how many in all */
  SAL_NOTE_NO_HISTORY, /* room */
  SAL_NOTE_MISUSED,    /* text: the command */
  SAL_NOTE_MOVED,      /* room */
  SAL_NOTE_LIMIT,      /* text: the limit's key, number: its value */
  SAL_NOTE_NOT_KEPT,   /* the log cannot be written: the message was not sent */
  SAL_NOTE_NO_READING, /* the log cannot be read */
  SAL_NOTE_MUTED,      /* the message was not sent */
  SAL_NOTE_BANNED,
  SAL_NOTE_KICKED,     /* text (nullable): why */
  SAL_NOTE_NOT_PUBLIC, /* the server admits its own network only */
  SAL_NOTE_STOPPED,    /* the server takes nobody new */
  SAL_NOTE_TLS_ONLY,   /* this port speaks nothing but TLS */
  SAL_NOTE_TOO_MANY_ERRORS,
  SAL_N_NOTES
} SalNote;

/* A value type; all strings are borrowed. */
typedef struct
{
  SalEventKind kind;
  SalNote note;
  guint64 seq;         /* the log's number, 0 for none */
  gint64 time_us;      /* since 1970, UTC; 0 for none */
  const char *room;    /* (nullable) */
  const char *name;    /* (nullable) */
  const char *address; /* (nullable): as it is shown, e.g. "('192.0.2.7', 53373)" */
  const char *text;    /* (nullable): clean text */
  guint64 number;
  gboolean past; /* read from the log, not happening now */
} SalEvent;

G_END_DECLS
