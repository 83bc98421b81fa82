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
  /* What only some dialects have a form for. All have name and host. */
  SAL_EVENT_NOTICE,  /* text: a message that no program answers */
  SAL_EVENT_TAGMSG,  /* tags */
  SAL_EVENT_QUIT,    /* text (nullable): left the server, and with it this room */
  SAL_EVENT_NICK,    /* target: the name from now on */
  SAL_EVENT_TOPIC,   /* text: "" for none */
  SAL_EVENT_KICK,    /* target: who was put out of the room; text: why */
  SAL_EVENT_MODE,    /* text: the change */
  SAL_EVENT_INVITE,  /* target: who is invited into the room */
  SAL_EVENT_AWAY,    /* text (nullable): back again */
  SAL_EVENT_ACCOUNT, /* account (nullable): logged out */
  SAL_EVENT_CHGHOST, /* target: user@host from now on */
  SAL_EVENT_SETNAME, /* text */
  SAL_EVENT_REDACT,  /* msgid: of what was taken back; text (nullable): why */
  SAL_EVENT_WALLOPS, /* text: to all operators and who listens to them */
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
  SAL_NOTE_PRIVATE,        /* name, text: said to the receiver alone */
  SAL_NOTE_PRIVATE_ACT,    /* name, text: done for the receiver alone */
  SAL_NOTE_RENAMED,        /* name, text: the name from now on */
  SAL_NOTE_TOPIC,          /* name, text */
  SAL_NOTE_NO_TOPIC,       /* name */
  SAL_NOTE_PUT_OUT_WHY,    /* name, target: who was put out of the room, text: why */
  SAL_NOTE_PUT_OUT,        /* name, target */
  SAL_NOTE_INVITED,        /* name, room */
  SAL_NOTE_TAKEN_BACK,     /* name: a message is to be read no more */
  SAL_NOTE_TAKEN_BACK_WHY, /* name, text: and why */
  SAL_NOTE_REFUSED,        /* room: its rules do not let the receiver in or speak */
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

  /* For the dialects that have them. */
  const char *host;      /* (nullable): user@host, as it is shown */
  const char *account;   /* (nullable): of who it is about */
  const char *real_name; /* (nullable) */
  const char *target;    /* (nullable): as the kind says; of what is said: to whom alone */
  const char *tags;      /* (nullable): client-only tags, as they are sent */
  const char *msgid;     /* (nullable) */
  const char *label;     /* (nullable): what the receiver called the command this answers */
  const char *batch;     /* (nullable): the batch it is part of */
  char status;           /* '@' or '+': only for those in the room who have it; 0: for all */
  gboolean bot;          /* who it is about is a program */
} SalEvent;

G_END_DECLS
