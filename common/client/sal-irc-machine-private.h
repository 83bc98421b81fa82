/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the client's machine for IRC share. Each of them has one concern:
 *
 *     sal-irc-machine.c    being called: bytes, time, wishes; lines to who handles them
 *     sal-irc-items.c      actions
 *     sal-irc-register.c   capabilities, the name, logging in, the welcome
 *     sal-irc-receive.c    what people say and do, and what that changes in rooms
 *     sal-irc-batches.c    lines that belong together
 *     sal-irc-numerics.c   the server's answers
 *     sal-irc-send.c       lines out, paced and labelled
 *     sal-irc-messages.c   what we say, and what became of it
 *     sal-irc-history.c    the past, and what was missed
 *     sal-irc-away.c       who is away, where the server does not say so by itself
 *     sal-irc-list.c       the rooms of the server
 *     sal-irc-requests.c   what programs ask programs
 */
#pragma once

#include "common/client/sal-filter.h"
#include "common/client/sal-irc-machine.h"
#include "common/client/sal-irc-sasl.h"
#include "common/proto/sal-framer.h"
#include "common/proto/sal-irc-caps.h"
#include "common/proto/sal-irc-line.h"

G_BEGIN_DECLS

#define SAL_IRC_NONCE_TAG "+salotto.local/nonce"

/* Programs that ask (CTCP) get so many answers at once, and then one now and then. */
#define SAL_IRC_ANSWERS 4

typedef enum
{
  SAL_IRC_OFFLINE,     /* not connected yet */
  SAL_IRC_REGISTERING, /* from the first line to the end of the message of the day */
  SAL_IRC_IN,
  SAL_IRC_LEAVING,
  SAL_IRC_OVER,
} SalIrcState;

/* An action and what it points to. */
typedef struct
{
  SalClientAction action;
  GByteArray *bytes; /* (owned) (nullable) */
  GString *scratch;  /* (owned) (nullable): strings of the event */
  char *strings[4];  /* (owned) (nullable): whatever else it points to */
  guint n_strings;
  char **params; /* (owned) (nullable) */
} SalIrcItem;

/* What an answer with our label is the answer to. */
typedef enum
{
  SAL_IRC_ASKED_COMMAND, /* something a person typed at place */
  SAL_IRC_ASKED_MESSAGE,
  SAL_IRC_ASKED_HISTORY,
  SAL_IRC_ASKED_WHO,     /* who is away, asked for by ourselves: not told */
  SAL_IRC_ASKED_LIST,    /* the rooms of the server */
  SAL_IRC_ASKED_QUIETLY, /* anything else of ourselves: only errors are told */
} SalIrcAskedKind;

typedef struct
{
  SalIrcAskedKind kind;
  char *label;     /* (owned) (nullable): no answer has a label here; found by place, in order */
  char *place;     /* (owned) (nullable) */
  guint64 message; /* message */
  SalHistoryPage page;
  guint limit;      /* history: at most so many; list: of rooms with at least so many people */
  gboolean resume;  /* history */
  gint64 from_us;   /* history: when the message was said that it is asked for by; 0: unknown, or
                       it is asked for by that already */
  gboolean gap;     /* history: what is right behind the point may be missing */
  gboolean changed; /* who: something is known better now */
  gboolean shown;   /* who, list: the answers are told in words all the same */
  guint listed;     /* list: rooms so far */
  gboolean cut;     /* list: there are more */
  char *words;      /* (owned) (nullable): list: what the server has said meanwhile */
  gint64 sent_us;   /* history, who, list: when the server has the question, as far as we know */
  gboolean late;    /* history, list: not waited for any more; what comes of it is passed over */
} SalIrcAsked;

typedef struct
{
  char *name;           /* (owned) */
  char *type;           /* (owned) */
  char *target;         /* (owned) (nullable): its first parameter */
  char *parent;         /* (owned) (nullable): the batch it lies in */
  SalIrcAsked *asked;   /* (unowned) (nullable): what it answers */
  gboolean answers;     /* with it the answer is complete */
  gboolean late;        /* history: the question is forgotten, and had been given up */
  guint depth;          /* in others */
  guint n_events;       /* history: events at its top level */
  gboolean reaches_end; /* history */
  char *opening;        /* (owned) (nullable): multiline: the line that opened it */
  GString *text;        /* (owned) (nullable): multiline: so far */
  guint lines;
  gboolean notice;
  char *newest; /* (owned) (nullable): history: msgid of its last event */
  gint64 newest_us;
} SalIrcBatch;

/* What the machine remembers of a room beside what others may read. */
typedef struct
{
  char *msgid; /* (owned) (nullable): known up to here */
  gint64 time_us;
  guint latest;
  gboolean no_resume;
  gboolean resuming; /* what was missed is being told; what happens waits in held */
  guint pages;
  guint told;       /* events of the past so far */
  gint64 away_us;   /* when it was asked about last; 0: never */
  gint64 join_us;   /* joining: when the server has the question, as far as we know */
  GQueue held;      /* of SalIrcItem (owned) */
  GHashTable *seen; /* (owned) (nullable): names of the messages of the past that were told */
} SalIrcPlace;

struct _SalIrcMachine
{
  /* What we were told. */
  char *wanted;    /* (owned): the name that we want */
  char *last_name; /* (owned) (nullable): the one that is asked for first; NULL: has been */
  char *real_name;
  char *account;
  char *password;
  char *server_password;
  char *home; /* (owned) (nullable): the room of the options, or the server's entrance */
  gboolean receipts;
  gboolean half_close;
  gboolean lf; /* our lines end with LF */
  gboolean confidential;
  gboolean certificate;
  gboolean must_log_in; /* else a certificate is tried, and it is no harm if it is not known */
  gboolean keep_place;
  gint64 known_us;
  gboolean raw;
  gboolean names_kept;
  gboolean greeted; /* a salottod has greeted in the plain dialect before */
  gboolean hinted;  /* and has said what its greeting ends with */

  /* The connection. */
  SalIrcState state;
  gint64 now_us;
  gint64 since_us; /* when the state began */
  SalFramer framer;
  GQueue actions;      /* of SalIrcItem (owned) */
  SalIrcItem *current; /* (owned) (nullable): the one given last */
  gboolean input_ended;
  gboolean half_closed;
  char *last_error; /* (owned) (nullable): the server's ERROR */
  gboolean refused; /* it does not want us */
  char *refusal;    /* (owned) (nullable): its words, ... */
  char *refusal_code;

  /* Registering. */
  char *nick;        /* (owned): as the server has it, or was asked for it */
  char *next_wanted; /* (owned) (nullable): the name that was asked for */
  char *server;      /* (owned) (nullable): what it calls itself */
  char *host;        /* (owned) (nullable): our user@host, as others see it */
  char *logged_in;   /* (owned) (nullable): the account */
  gboolean password_is_right;
  guint tries;         /* names that were refused */
  guint agains;        /* how often the name of the last connection was asked for once more, ... */
  gint64 again_us;     /* ... and when it is again; G_MAXINT64: not */
  guint suffix;        /* of the name that was tried last; 0: none */
  guint bad_nick;      /* 1: it may only have letters of ASCII; 2: and must be short */
  gboolean reclaiming; /* our own name has been asked for again */
  gboolean sasl_begun; /* the server has taken the mechanism */
  guint caps;          /* on */
  guint offered;       /* by the server */
  guint asked_caps;    /* REQs without an answer */
  gboolean cap_told;   /* CAP LS has been told to its end */
  gboolean cap_ended;
  guint multiline_bytes;
  guint multiline_lines;
  char *sasl_mechanisms; /* (owned) (nullable): as offered */
  SalIrcSasl *sasl;      /* (owned) (nullable) */
  gboolean welcomed;     /* 001 has come */
  char *welcome;         /* (owned) (nullable): its words */
  gboolean ours;
  guint motd_lines;
  gint64 reclaim_wait_us; /* how long it was waited before it was asked for last */
  gint64 reclaim_us;      /* when to ask for our own name again; G_MAXINT64: never */
  gint64 naming_us;       /* when a name was asked for of which no answer has come; 0: none */

  /* State. */
  SalIrcRooms rooms;
  GHashTable *batches; /* (owned): name -> SalIrcBatch (owned) */
  GPtrArray *asked;    /* (owned): of SalIrcAsked (owned), oldest first */
  guint64 last_label;
  guint missed;     /* private conversations that may still be told of */
  gint64 away_us;   /* when to ask who is away; G_MAXINT64: not */
  gboolean is_away; /* so the server has marked us */
  gint64 past_us;   /* when something of the past came last */
  gint64 listed_us; /* when a room of the server's came last */
  char *typed_at;   /* (owned) (nullable): where something was typed last whose answers have no
                      label */
  gint64 typed_us;  /* and when */

  /* Sending. */
  SalOutbox *outbox; /* (owned) */
  GQueue lines;      /* of GString (owned): wait for the server to take more */
  double tokens;     /* lines that may be sent now */
  gint64 tokens_us;  /* when they were counted last */
  guint64 fence;     /* number of the PING that follows what was said; 0: none is out */
  guint64 last_ping;
  gint64 input_us; /* when something came last */
  gint64 ping_us;  /* when the PING that is out was sent; 0: none is */
  guint unanswered;
  gint64 request_us; /* when a program was answered last (CTCP), ... */
  double answers;    /* ... and how many might be ... */
  gint64 answers_us; /* ... at this time */
  gint64 asked_us;   /* when somebody here has asked one last */
  SalFilter *filter; /* (owned) (nullable): who is not answered */
};

/* sal-irc-items.c */
SalIrcItem *sal_irc_item_new (SalClientActionKind kind);
SalIrcItem *sal_irc_push (SalIrcMachine *machine, SalClientActionKind kind);
SalIrcItem *sal_irc_push_at (SalIrcMachine *machine, SalClientActionKind kind, const char *place);
const char *sal_irc_item_keep (SalIrcItem *item, const char *text);
const char *sal_irc_item_keep_word (SalIrcItem *item, const char *text);
void sal_irc_item_free (gpointer item);
void sal_irc_tell_text (SalIrcMachine *machine,
                        const char *place,
                        const char *code,
                        gboolean error,
                        const char *text,
                        char **params);

/* sal-irc-machine.c */
void sal_irc_set_state (SalIrcMachine *machine, SalIrcState state);
void sal_irc_over (SalIrcMachine *machine, SalClientEnd end);
void sal_irc_refuse (SalIrcMachine *machine, const char *code, const char *words);
gboolean sal_irc_is_me (const SalIrcMachine *machine, const char *nick);
SalIrcPlace *sal_irc_place_of (SalIrcRoom *room);

/* sal-irc-register.c */
void sal_irc_begin (SalIrcMachine *machine);
void sal_irc_on_cap (SalIrcMachine *machine, const SalIrcLine *line);
void sal_irc_on_authenticate (SalIrcMachine *machine, const SalIrcLine *line);
gboolean sal_irc_on_register_numeric (SalIrcMachine *machine, const SalIrcLine *line, guint code);
void sal_irc_reclaim (SalIrcMachine *machine);
void sal_irc_ask_again (SalIrcMachine *machine);
void sal_irc_on_nick_free (SalIrcMachine *machine, const char *nick);
void sal_irc_named (SalIrcMachine *machine, const char *nick);
void sal_irc_nick_typed (SalIrcMachine *machine, const char *line);
void sal_irc_on_derived (SalIrcMachine *machine, const guint8 key[SAL_SASL_KEY_BYTES]);

/* sal-irc-receive.c */
void sal_irc_on_event (SalIrcMachine *machine,
                       const SalIrcLine *line,
                       SalIrcBatch *batch,
                       SalIrcAsked *asked);
SalIrcItem *sal_irc_item_from_line (SalIrcMachine *machine, const SalIrcLine *line, gboolean past);
void sal_irc_tell_said (SalIrcMachine *machine,
                        SalIrcItem *item,
                        SalIrcBatch *batch,
                        SalIrcAsked *asked);
void sal_irc_tell_event (SalIrcMachine *machine, SalIrcItem *item, const char *place);
void sal_irc_join_rooms (SalIrcMachine *machine);
char *sal_irc_spell_room (const SalIrcMachine *machine, const char *name);
void
sal_irc_room_refused (SalIrcMachine *machine, SalIrcRoom *room, const char *code, const char *text);
gboolean sal_irc_is_on_the_way (const SalIrcMachine *machine);
gint64 sal_irc_joins_due_us (const SalIrcMachine *machine);
void sal_irc_check_joins (SalIrcMachine *machine);
void sal_irc_room_changed (SalIrcMachine *machine,
                           SalIrcRoom *room,
                           SalRoomState state,
                           const char *code,
                           const char *text);
void sal_irc_members_changed (SalIrcMachine *machine, const char *place, const char *nick);

/* sal-irc-batches.c */
void sal_irc_batch_free (gpointer batch);
void sal_irc_on_batch (SalIrcMachine *machine, const SalIrcLine *line);
SalIrcBatch *sal_irc_batch_of (SalIrcMachine *machine, const SalIrcLine *line);
SalIrcBatch *sal_irc_batch_in (SalIrcMachine *machine, SalIrcBatch *batch, const char *type);
gboolean sal_irc_batch_takes (SalIrcMachine *machine, SalIrcBatch *batch, const SalIrcLine *line);

/* sal-irc-numerics.c */
void
sal_irc_on_numeric (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked);
void sal_irc_on_standard_reply (SalIrcMachine *machine, const SalIrcLine *line, SalIrcAsked *asked);
char *sal_irc_join_params (const SalIrcLine *line, guint from);

/* sal-irc-send.c */
void sal_irc_send (SalIrcMachine *machine, const char *format, ...) G_GNUC_PRINTF (2, 3);
void sal_irc_send_now (SalIrcMachine *machine, const char *format, ...) G_GNUC_PRINTF (2, 3);
void sal_irc_send_line (SalIrcMachine *machine, const char *line);
gboolean sal_irc_may_send (SalIrcMachine *machine);
gboolean sal_irc_has_spare_lines (SalIrcMachine *machine, guint n);
void sal_irc_fill_up (SalIrcMachine *machine);
void sal_irc_flush_lines (SalIrcMachine *machine);
gint64 sal_irc_lines_due_us (const SalIrcMachine *machine);
gint64 sal_irc_token_due_us (const SalIrcMachine *machine);
gint64 sal_irc_sent_by_us (const SalIrcMachine *machine);
const char *sal_irc_typed_at (const SalIrcMachine *machine);
SalIrcAsked *
sal_irc_ask (SalIrcMachine *machine, SalIrcAskedKind kind, const char *place, GString *tags);
SalIrcAsked *sal_irc_ask_line (SalIrcMachine *machine,
                               SalIrcAskedKind kind,
                               const char *place,
                               const char *format,
                               ...) G_GNUC_PRINTF (4, 5);
SalIrcAsked *sal_irc_asked_by_label (SalIrcMachine *machine, const char *label);
void sal_irc_forget_questions (SalIrcMachine *machine);
void sal_irc_answered (SalIrcMachine *machine, SalIrcAsked *asked);
void sal_irc_asked_free (gpointer asked);
void sal_irc_ping (SalIrcMachine *machine);
void sal_irc_on_pong (SalIrcMachine *machine, const SalIrcLine *line);
gint64 sal_irc_ping_due_us (const SalIrcMachine *machine);
void sal_irc_check_ping (SalIrcMachine *machine);

/* sal-irc-messages.c */
void sal_irc_send_messages (SalIrcMachine *machine);
void sal_irc_messages_renamed (SalIrcMachine *machine);
void sal_irc_finish_message (SalIrcMachine *machine,
                             SalMessage *message,
                             SalMessageState state,
                             const char *code,
                             const char *words,
                             const SalEvent *receipt);
SalMessage *sal_irc_find_said (SalIrcMachine *machine,
                               const char *place,
                               const SalEvent *event,
                               SalIrcAsked *asked);
void sal_irc_came_back (SalIrcMachine *machine, SalMessage *message, const SalEvent *event);
gboolean sal_irc_message_refused (SalIrcMachine *machine,
                                  SalIrcAsked *asked,
                                  const char *place,
                                  const char *code,
                                  const char *words);
void sal_irc_acknowledged (SalIrcMachine *machine, SalIrcAsked *asked);
void sal_irc_fence_passed (SalIrcMachine *machine, guint64 fence);
void sal_irc_messages_to_fail (SalIrcMachine *machine,
                               const char *place,
                               const char *code,
                               const char *words);
gint64 sal_irc_messages_due_us (const SalIrcMachine *machine);
void sal_irc_check_late (SalIrcMachine *machine);

/* sal-irc-history.c */
void sal_irc_place_free (gpointer place);
void sal_irc_begin_resume (SalIrcMachine *machine, SalIrcRoom *room);
void sal_irc_end_resume (
    SalIrcMachine *machine, SalIrcRoom *room, gboolean more, const char *code, const char *why);
void sal_irc_ask_missed (SalIrcMachine *machine);
void sal_irc_on_targets (SalIrcMachine *machine, const SalIrcLine *line);
void sal_irc_history_begins (SalIrcMachine *machine, const SalIrcBatch *batch);
void sal_irc_history_done (SalIrcMachine *machine, SalIrcBatch *batch);
void sal_irc_history_failed (SalIrcMachine *machine,
                             SalIrcAsked *asked,
                             const char *code,
                             const char *words);
void sal_irc_note_past (SalIrcMachine *machine, SalIrcBatch *batch, const SalEvent *event);
gboolean sal_irc_is_late (const SalIrcBatch *past);
void sal_irc_history_late (SalIrcMachine *machine, SalIrcAsked *asked);
gint64 sal_irc_history_due_us (const SalIrcMachine *machine);
void sal_irc_check_history (SalIrcMachine *machine);
SalIrcAsked *sal_irc_asked_history (SalIrcMachine *machine, const char *place);

/* sal-irc-away.c */
void sal_irc_away_begin (SalIrcMachine *machine, SalIrcRoom *room);
void sal_irc_on_away (SalIrcMachine *machine, const SalIrcLine *line);
void sal_irc_on_own_away (SalIrcMachine *machine, gboolean away);
gboolean
sal_irc_on_who (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked);
gboolean sal_irc_on_who_refused (SalIrcMachine *machine,
                                 const SalIrcLine *line,
                                 guint code,
                                 SalIrcAsked *asked);
void sal_irc_away_typed (SalIrcMachine *machine, const char *line);
gint64 sal_irc_away_due_us (const SalIrcMachine *machine);
void sal_irc_check_away (SalIrcMachine *machine);

/* sal-irc-requests.c */
void sal_irc_on_request (SalIrcMachine *machine, const SalEvent *event);
void sal_irc_request_typed (SalIrcMachine *machine, const char *line);

/* sal-irc-list.c */
void
sal_irc_list_end (SalIrcMachine *machine, SalIrcAsked *asked, const char *code, const char *words);
gboolean
sal_irc_on_list (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked);
void sal_irc_list_notice (SalIrcMachine *machine, const char *words);
void sal_irc_list_typed (SalIrcMachine *machine, const char *line);
gint64 sal_irc_list_due_us (const SalIrcMachine *machine);
void sal_irc_check_list (SalIrcMachine *machine);

G_END_DECLS
