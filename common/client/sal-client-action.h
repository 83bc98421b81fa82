/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a client is told to be, and what its machine, in either dialect, wants done or has to
 * tell.
 */
#pragma once

#include <glib.h>

#include "common/client/sal-filter.h"
#include "common/client/sal-outbox.h"
#include "common/proto/sal-event.h"

G_BEGIN_DECLS

/* How our lines end (C2). */
typedef enum
{
  SAL_EOL_AUTO, /* as the server shows that it wants them */
  SAL_EOL_LF,
  SAL_EOL_CRLF,
  SAL_EOL_NONE,
} SalEol;

typedef enum
{
  SAL_CLIENT_PLAIN,
  SAL_CLIENT_AUTO, /* IRC with who greets as a salottod does, else plain */
  SAL_CLIENT_IRC,
} SalClientDialect;

/* A room to be in, and up to where its story is known (IRC). */
typedef struct
{
  const char *name;   /* with or without its `#` */
  const char *key;    /* (nullable): its password */
  const char *msgid;  /* (nullable): the last message that is known, ... */
  gint64 time_us;     /* ... and when it was said; both unset: nothing is known */
  guint latest;       /* where nothing is known: how much of the past to ask for; 0: nothing */
  gboolean no_resume; /* ask for nothing at all when it is joined */
} SalClientRoom;

typedef struct
{
  const char *name;
  const char *room; /* (nullable): where to go, on a server that has rooms */
  SalEol eol;
  gboolean half_close; /* leave with a FIN and no word, whatever the server is */
  gboolean latin1;     /* send Latin-1; what it has not becomes a question mark */
  gboolean receipts;   /* do not leave before messages have come back or are late, also with
                          servers that may not send them back */
  SalClientDialect dialect;

  /* Only in IRC. */
  const char *last_name; /* (nullable): what we were called when the last connection broke: what
                                  was said then goes on under that name. Asked for first */
  const char *real_name; /* (nullable) */
  const char *account;   /* (nullable): to log in with; the name unless said */
  const char *password;  /* (nullable): of the account; without it, and without a certificate,
                                  nobody logs in */
  const char *server_password; /* (nullable): to be let in at all (PASS) */
  const SalClientRoom *rooms;  /* (nullable): beside @room; joined once logged in */
  guint n_rooms;
  gint64 known_us;       /* when we were on this server last, since 1970: private conversations that
                            went on since are told of (SAL_ACTION_MISSED); 0: never */
  gboolean confidential; /* nobody listens in: PLAIN may be used. Set by SalClient */
  gboolean certificate;  /* one of ours was shown: EXTERNAL may be used, and is tried if there is
                            no account. Set by SalClient */
  gboolean keep_place;   /* on a salottod, do not go into its first room if @room is unset */
  gboolean raw;          /* tell of every line (SAL_ACTION_LINE) */
  gboolean names_kept; /* it is written down under which name each message is said: what waits when
                            that changes is given back as queued, to be said again */
} SalClientOptions;

typedef enum
{
  SAL_ACTION_SEND,        /* bytes, as one send */
  SAL_ACTION_END_WRITING, /* shut down our side */
  SAL_ACTION_CLOSE,       /* close; end says why */
  SAL_ACTION_EVENT,       /* event: the server said something */
  SAL_ACTION_READY,       /* name: from now on messages are sent. In IRC: registered */
  SAL_ACTION_MESSAGE,     /* message, state: what became of a message of ours */

  /* Only in IRC; all have a place unless said. */
  SAL_ACTION_ROOM,     /* room_state, text (nullable): why. LEFT: events before it say how.
                             code "late": REFUSED because nothing was answered */
  SAL_ACTION_MEMBERS,  /* who is there, or what is known of them; text (nullable): whom alone,
                             as they are called now; also for a private place */
  SAL_ACTION_TOPIC,    /* the topic is known, or another; an event before it says of a change */
  SAL_ACTION_HISTORY,  /* a page of the past, or all that was missed, has been told in events
                             before this: number of events, more; code (nullable): it failed, and
                             text (nullable) are the server's words; "late": it was not answered */
  SAL_ACTION_MISSED,   /* time_us: something was said then in this private conversation, which we
                             may not have; sal_client_read_past() has it */
  SAL_ACTION_GAP,      /* what comes now of what was missed is not all of it: the server does not
                             know the message that it was asked to begin behind */
  SAL_ACTION_LISTED,   /* a room of the server: place, number of people, text (nullable): topic */
  SAL_ACTION_LIST_END, /* without a place: there are no more; number of rooms told, more: there
                             are others; code (nullable): it failed, "late": it was not answered;
                             text (nullable): what the server says to that, also if it has listed
                             nothing */
  SAL_ACTION_READ_MARKER, /* time_us: read up to there on some device; 0: nowhere yet */
  SAL_ACTION_AWAY, /* without a place: the server has marked us as away; own: it has, or no longer */
  SAL_ACTION_LINE, /* without a place: text, own: a line as it went or came, cleaned, without passwords */
  /* What SalClient keeps to itself. */
  SAL_ACTION_DERIVE, /* derive the key of SCRAM, in a thread */
  SAL_ACTION_SWITCH, /* the machine is done: IRC from here on */
} SalClientActionKind;

typedef enum
{
  SAL_CLIENT_END_QUIT,    /* we left, and the peer has closed or had its time */
  SAL_CLIENT_END_PEER,    /* the peer ended the conversation */
  SAL_CLIENT_END_BROKEN,  /* the connection broke */
  SAL_CLIENT_END_REFUSED, /* the server does not want us: trying again would not help */
} SalClientEnd;

/* Where we are with a room. */
typedef enum
{
  SAL_ROOM_OUT, /* not in it, and not on the way */
  SAL_ROOM_JOINING,
  SAL_ROOM_IN,
  SAL_ROOM_LEFT,    /* we went, or were put out */
  SAL_ROOM_REFUSED, /* not let in */
} SalRoomState;

/* Which page of the past. */
typedef enum
{
  SAL_HISTORY_LATEST,
  SAL_HISTORY_BEFORE,
  SAL_HISTORY_AFTER,
} SalHistoryPage;

/* What has to be done, or be told. Strings and bytes are valid until the next call on
 * the machine. */
typedef struct
{
  SalClientActionKind kind;
  const guint8 *bytes;
  gsize len;
  SalClientEnd end;
  SalEvent event;
  gboolean ended;     /* event: the line is complete, as far as this server has lines */
  gboolean continues; /* event: it goes on where the last one stopped */
  gboolean own;       /* event: under our name. line: we sent it */
  guint64 message;    /* message: its number. event, own: of which message it is the receipt; 0:
                         of none of this connection */
  SalMessageState state;
  gboolean late;    /* message, when sent: nothing came back in time, or nothing ever will */
  const char *text; /* message: its text. ready: the name. close (nullable): the server's reason.
                       event: the line as it came; in IRC as the plain dialect would have it, or
                       the words of the server's answer */
  SalNote reason;   /* message, when failed: what the server said */

  /* The conversation it belongs to: `#room` as the server spells it, a nickname where two
   * talk in private; %NULL for the server itself and for the one room of the plain dialect. */
  const char *place;
  const char *code;          /* (nullable): the numeric ("404") or the standard reply's code of an
                              answer. message, failed: what it was refused with */
  gboolean error;            /* event: the answer is a refusal */
  const char *const *params; /* (nullable): event: the answer's parameters, without our name */
  SalRoomState room_state;   /* room */
  guint number;              /* history, listed, list end */
  gboolean more;             /* history: there is more in that direction. list end */
  SalHistoryPage page;       /* history */
  gboolean resume;           /* history: what was missed, asked for by ourselves at the join */
  gint64 time_us;            /* read marker, missed */
} SalClientAction;

gboolean sal_client_is_leaving_word (const char *text);
const char *sal_client_find_command (const char *text, gboolean irc, const char **said);
gboolean sal_client_action_is_ignored (const SalClientAction *action, const SalFilter *filter);
gboolean sal_client_event_puts_out (const SalEvent *event);
gboolean sal_client_event_puts_out_for_good (const SalEvent *event);

G_END_DECLS
