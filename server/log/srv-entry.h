/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/log/srv-person.h"

G_BEGIN_DECLS

typedef struct _SrvEntry SrvEntry;

typedef enum
{
  SRV_ENTRY_MESSAGE,
  SRV_ENTRY_ACTION,
  SRV_ENTRY_JOIN,
  SRV_ENTRY_LEAVE,
  SRV_ENTRY_BOOT, /* the server has started: nobody is present any more */
  SRV_ENTRY_NOTICE,
  SRV_ENTRY_TAGMSG,
  SRV_ENTRY_QUIT,   /* a leave of the server, as each of its rooms has it */
  SRV_ENTRY_NICK,   /* target: the name from now on */
  SRV_ENTRY_TOPIC,  /* text: "" for none; target: see srv_entry_get_times() */
  SRV_ENTRY_KICK,   /* target: who is put out; text: why */
  SRV_ENTRY_MODE,   /* text: the change of a room's modes; target: as of a topic */
  SRV_ENTRY_REDACT, /* number: what is taken back */
  /* What passes through the log for its order alone and is not kept there. */
  SRV_ENTRY_CONNECT, /* somebody is here, in no room yet; text: their real name */
  SRV_ENTRY_UMODE,   /* text: the change of somebody's own modes */
  SRV_ENTRY_AWAY,    /* text (nullable): back again */
  SRV_ENTRY_ACCOUNT, /* account (nullable): logged out */
  SRV_ENTRY_SETNAME, /* text */
  SRV_ENTRY_CHGHOST, /* target: user@host from now on */
  SRV_ENTRY_INVITE,  /* target: who may come in */
  SRV_ENTRY_KILL,    /* target: who has to go; text: why */
  SRV_ENTRY_WALLOPS, /* text */
  SRV_ENTRY_MARK,    /* target: what they have read; number: up to when, as time_us */
  /* What is in the log, and is never read from there nor posted. */
  SRV_ENTRY_REDACTED, /* what was taken back: of whom it was and with which nonce */
  SRV_N_ENTRY_KINDS
} SrvEntryKind;

typedef enum
{
  SRV_ENTRY_NEW,       /* not judged yet */
  SRV_ENTRY_COMMITTED, /* in the log, under its number */
  SRV_ENTRY_PASSING,   /* presence the log could not write: shown, without a number */
  SRV_ENTRY_REFUSED,   /* a message the log could not write: for its poster only */
  SRV_ENTRY_DENIED,    /* judged to be against the rules, see `code`: for its poster only */
  SRV_ENTRY_VOID,      /* it changes nothing: for its poster only */
  SRV_ENTRY_KNOWN,     /* posted before: what its poster gets is the entry of that time */
} SrvEntryStatus;

/* Bits of SrvEntry.flags. */
enum
{
  SRV_ENTRY_FLAG_IRC = 1 << 0,     /* of somebody who speaks IRC */
  SRV_ENTRY_FLAG_MORE = 1 << 1,    /* the answer to the same request goes on */
  SRV_ENTRY_FLAG_CREATED = 1 << 2, /* a join: the room began with it */
  SRV_ENTRY_FLAG_BOT = 1 << 3,     /* of a program */
  SRV_ENTRY_FLAG_PUT_OUT = 1 << 4, /* a quit: not their own wish */
  SRV_ENTRY_FLAG_SERVER = 1 << 5,  /* the server itself asks, whatever the rules are */
  SRV_ENTRY_FLAG_SECURE = 1 << 6,  /* of somebody whose words nobody on the way can read */
  SRV_ENTRY_FLAG_FIRST = 1 << 7,   /* a join: with it somebody introduces themselves */
};

/* Codes of what is denied, where they say more than a numeric of IRC; that is their last three
 * digits. */
enum
{
  SRV_DENIED_TAKEN_BACK = 1404,
  SRV_DENIED_NAME_RESERVED = 1433,
  SRV_DENIED_NOT_LOGGED_IN = 1477,
  SRV_DENIED_TOO_MANY_ROOMS = 1482,
  SRV_DENIED_NOT_FOUNDER = 2482,
};

/* Who asked for an entry: which connection of which worker. Connection 0 is the
 * server itself; what it says unasked is of no worker, for none waits for it. */
#define SRV_ORIGIN_NO_WORKER G_MAXUINT

typedef struct
{
  guint worker;
  guint64 connection;
} SrvOrigin;

/* One entry of the log. Written by the log's thread until it is published, then
 * immutable and shared by all threads. */
struct _SrvEntry
{
  guint refs;   /* atomic */
  guint32 size; /* see srv_entry_size() */
  guint8 kind;
  guint8 status;
  gboolean final; /* a leave: of the server, not only of a room */
  SrvOrigin origin;
  guint64 seq;         /* its number, from 1; 0 if it has none */
  gint64 time_us;      /* since 1970, UTC; never before the entry before it */
  const char *room;    /* (owned) */
  const char *name;    /* (owned) */
  const char *address; /* (owned): in the form in which it is shown */
  const char *text;    /* (owned) (nullable) */

  guint8 flags;
  char status_prefix;  /* a message for those who have it only: '@' or '+'; else 0 */
  guint8 rank;         /* a join: the newcomer's status in the room */
  guint16 code;        /* denied: why, as a numeric of IRC */
  guint64 about;       /* the connection it is about, where that is not its origin: who is put
                          out, invited, spoken to alone */
  guint64 number;      /* redact: of what is taken back; said and not kept: one for its name;
                          mark: a time */
  guint64 group;       /* the same for all entries that one request became */
  const char *host;    /* (owned) (nullable): user@host, in the form in which it is shown */
  const char *account; /* (owned) (nullable): theirs */
  const char *target;  /* (owned) (nullable): as the kind says; of what is said: to whom alone */
  const char *tags;    /* (owned) (nullable): client-only tags, as they are sent */
  const char *nonce;   /* (owned) (nullable): by which a message sent twice is known; a
                          connect: by which its person is known while without an account */
  const char *label;   /* (owned) (nullable): what the poster calls the request; not kept */
  SrvPerson *who;      /* (owned) (nullable): whose it is, as far as they are known; name, host,
                          address and account may be their strings and not the entry's. Of
                          who comes it is what the judge has made of them */
};

SrvEntry *srv_entry_new (SrvEntryKind kind,
                         SrvOrigin origin,
                         const char *room,
                         const char *name,
                         const char *address,
                         const char *text);
SrvEntry *srv_entry_new_from (const SrvEntry *fields);
SrvPerson *srv_entry_make_person (const SrvEntry *entry);
SrvEntry *srv_entry_ref (SrvEntry *entry);
void srv_entry_unref (SrvEntry *entry);
gsize srv_entry_size (const SrvEntry *entry);

const char *srv_entry_kind_name (SrvEntryKind kind);
gboolean srv_entry_kind_from_name (const char *name, SrvEntryKind *kind);

/* Whether somebody says it, so that it is shown only once it is kept. */
static inline gboolean
srv_entry_is_said (const SrvEntry *entry)
{
  return entry->kind == SRV_ENTRY_MESSAGE || entry->kind == SRV_ENTRY_ACTION ||
         entry->kind == SRV_ENTRY_NOTICE || entry->kind == SRV_ENTRY_TAGMSG;
}

/* Whether it happened, for everybody whom it concerns. */
static inline gboolean
srv_entry_holds (const SrvEntry *entry)
{
  return entry->status == SRV_ENTRY_COMMITTED || entry->status == SRV_ENTRY_PASSING;
}

gboolean srv_entry_is_kept (const SrvEntry *entry);
const char *srv_entry_get_times (const SrvEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvEntry, srv_entry_unref)

G_END_DECLS
