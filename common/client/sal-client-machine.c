/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client's conversation over the plain dialect, with our server and with anybody
 * else's (rules C1 to C8): when to say one's name, whether lines end, what became of
 * each message, how to leave. Bytes and a time go in, actions come out; there is no
 * I/O and no clock here.
 *
 *     OFFLINE --connected--> GREETING
 *     GREETING --a prompt without LF--> PROBING --answer: unframed, none: lines--> IN
 *     GREETING --LF, or silence--> IN            (foreign servers)
 *     GREETING --our greeting--> ENTERING --welcome--> [MOVING --/join--> ] IN
 *     GREETING --our greeting, where IRC may be spoken--> OVER, and another machine goes on
 *     any --quit--> LEAVING --FIN, or its time is over--> OVER
 */
#include "config.h"

#include "common/client/sal-client-machine.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-framer.h"
#include "common/proto/sal-text.h"

#define SILENCE_US (500 * 1000) /* C2: nothing came: a server that waits for a line */
#define QUIET_US (150 * 1000)   /* the greeting is over; it may come in two segments */
#define ACCOUNT_US                                                                                 \
  (5 * 1000 * 1000)             /* for both, with an account: a salottod may be far away, and the
                                        name, once said, leaves nothing to log in with */
#define PROBE_US (700 * 1000)   /* C2: how long an answer to a bare name may take */
#define SPACING_US (100 * 1000) /* C3: between two sends to an unframed server */
#define QUIT_US (1000 * 1000)   /* C4: for the FIN that answers a goodbye */
#define HALF_CLOSED_US (2000 * 1000) /* C4: for what still comes after our FIN */
#define RECEIPT_US (5 * 1000 * 1000) /* for one's own message to come back */

typedef enum
{
  OFFLINE, /* not connected yet */
  GREETING,
  PROBING,
  ENTERING,
  MOVING,
  IN,
  LEAVING,
  OVER,
} State;

/* An action and what it points to. */
typedef struct
{
  SalClientAction action;
  GByteArray *bytes; /* (owned) (nullable) */
  GString *strings;  /* (owned) (nullable): of the event */
  GString *line;     /* (owned) (nullable) */
} Item;

struct _SalClientMachine
{
  char *name; /* (owned): ours; the server may have given another */
  char *room; /* (owned) (nullable) */
  SalEol eol;
  gboolean half_close;
  gboolean latin1;
  gboolean receipts;
  gboolean may_switch;    /* to IRC, with a salottod */
  gboolean wants_account; /* which there is in IRC only */
  State state;
  gint64 since_us; /* when the state began */
  gint64 last_input_us;
  gint64 last_send_us;
  gboolean any_input;
  guint8 last_byte;
  gboolean ours;
  gboolean input_ended;
  gboolean quitting; /* as soon as the last send is long enough ago (C3) */
  gboolean half_closed;
  SalFramer framer;
  SalOutbox *outbox; /* (owned) */
  GQueue actions;    /* of Item (owned) */
  Item *current;     /* (owned) (nullable): the one given last */
};

static void
item_free (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->bytes, g_byte_array_unref);
  if (item->strings != NULL)
    g_string_free (item->strings, TRUE);
  if (item->line != NULL)
    g_string_free (item->line, TRUE);
  g_free (item);
}

/**
 * sal_client_machine_new:
 * @options: copied
 */
SalClientMachine *
sal_client_machine_new (const SalClientOptions *options)
{
  SalClientMachine *machine = g_new0 (SalClientMachine, 1);

  machine->name = g_strdup (options->name);
  machine->room = g_strdup (options->room);
  machine->eol = options->eol;
  machine->half_close = options->half_close;
  machine->latin1 = options->latin1;
  machine->receipts = options->receipts;
  machine->may_switch = options->dialect == SAL_CLIENT_AUTO;
  machine->wants_account = machine->may_switch && options->account != NULL;
  machine->outbox = sal_outbox_new ();
  sal_framer_init (&machine->framer, SAL_FRAMER_CLIENT, SAL_CLIENT_LINE_BYTES);
  g_queue_init (&machine->actions);
  return machine;
}

/**
 * sal_client_machine_free:
 * @machine: (nullable) (transfer full)
 */
void
sal_client_machine_free (SalClientMachine *machine)
{
  if (machine == NULL)
    return;
  g_clear_pointer (&machine->current, item_free);
  g_queue_clear_full (&machine->actions, item_free);
  sal_framer_clear (&machine->framer);
  sal_outbox_free (machine->outbox);
  g_free (machine->name);
  g_free (machine->room);
  g_free (machine);
}

static Item *
push (SalClientMachine *machine, SalClientActionKind kind)
{
  Item *item = g_new0 (Item, 1);

  item->action.kind = kind;
  g_queue_push_tail (&machine->actions, item);
  return item;
}

static void
set_state (SalClientMachine *machine, State state, gint64 now_us)
{
  machine->state = state;
  machine->since_us = now_us;
}

static void
append_text (SalClientMachine *machine, GByteArray *bytes, const char *text)
{
  if (!machine->latin1)
    {
      g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
      return;
    }
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      g_byte_array_append (bytes, &(guint8){ c < 0x100 ? (guint8) c : '?' }, 1);
    }
}

static void
send_line (SalClientMachine *machine, const char *text, gboolean with_eol, gint64 now_us)
{
  Item *item = push (machine, SAL_ACTION_SEND);

  item->bytes = g_byte_array_new ();
  append_text (machine, item->bytes, text);
  if (with_eol && machine->eol == SAL_EOL_CRLF)
    g_byte_array_append (item->bytes, (const guint8 *) "\r\n", 2);
  else if (with_eol && machine->eol == SAL_EOL_LF)
    g_byte_array_append (item->bytes, (const guint8 *) "\n", 1);
  item->action.bytes = item->bytes->data;
  item->action.len = item->bytes->len;
  machine->last_send_us = now_us;
}

static void
report (SalClientMachine *machine, SalMessage *message, SalMessageState state, SalNote reason)
{
  Item *item = push (machine, SAL_ACTION_MESSAGE);

  item->strings = g_string_new (message->text);
  item->action.message = message->id;
  item->action.state = state;
  item->action.late = message->late;
  item->action.reason = reason;
  item->action.text = item->strings->str;
}

static void
finish_message (SalClientMachine *machine,
                SalMessage *message,
                SalMessageState state,
                SalNote reason)
{
  report (machine, message, state, reason);
  sal_outbox_finish (machine->outbox, message);
}

static void
over (SalClientMachine *machine, SalClientEnd end)
{
  SalMessage *message = NULL;
  gboolean broke_off = machine->state != LEAVING;

  if (machine->state == OVER)
    return;
  machine->state = OVER;
  while ((message = sal_outbox_peek (machine->outbox)) != NULL)
    finish_message (
        machine, message,
        message->state == SAL_MESSAGE_SENT && broke_off ? SAL_MESSAGE_UNKNOWN : message->state, 0);
  push (machine, SAL_ACTION_CLOSE)->action.end = end;
}

/* Leaving (C4). */

static void
leave (SalClientMachine *machine, const char *word, gint64 now_us)
{
  if (machine->state >= LEAVING)
    return;
  if (machine->state < IN)
    word = NULL; /* nobody knows us yet */
  if (word != NULL)
    send_line (machine, word, TRUE, now_us);
  else
    {
      push (machine, SAL_ACTION_END_WRITING);
      machine->half_closed = TRUE;
    }
  set_state (machine, LEAVING, now_us);
}

static gboolean
is_unframed (const SalClientMachine *machine)
{
  return machine->eol == SAL_EOL_NONE;
}

/* The way out for somebody who has not typed a word for it: a goodbye where it is sure
 * to be understood, else only our FIN. */
static void
leave_quietly (SalClientMachine *machine, gint64 now_us)
{
  gboolean understood = machine->ours || is_unframed (machine);

  leave (machine, understood && !machine->half_close ? "quit" : NULL, now_us);
}

/* Speaking. */

static gboolean
may_send (const SalClientMachine *machine, gint64 now_us)
{
  return machine->state == IN &&
         (!is_unframed (machine) || now_us >= machine->last_send_us + SPACING_US);
}

/* A server of ours knows more of them. */
static gboolean
is_goodbye (const SalClientMachine *machine, const char *text)
{
  return sal_client_is_leaving_word (text) || (machine->ours && sal_plain_is_leaving_word (text));
}

static void
send_queued (SalClientMachine *machine, gint64 now_us)
{
  SalMessage *message = NULL;

  if (machine->quitting)
    {
      if (may_send (machine, now_us))
        leave_quietly (machine, now_us);
      return;
    }
  while (may_send (machine, now_us) &&
         (message = sal_outbox_next_to_send (machine->outbox)) != NULL)
    {
      if (is_goodbye (machine, message->text))
        {
          leave (machine, message->text, now_us);
          sal_outbox_finish (machine->outbox, message);
          return;
        }
      send_line (machine, message->text, TRUE, now_us);
      message->state = SAL_MESSAGE_SENT;
      message->sent_us = now_us;
      report (machine, message, SAL_MESSAGE_SENT, 0);
      /* A command is answered; only what one does comes back. */
      if (machine->ours && *message->text == '/' && !g_str_has_prefix (message->text, "/me "))
        sal_outbox_finish (machine->outbox, message);
    }
  if (!machine->input_ended || !may_send (machine, now_us))
    return;
  if (!(machine->ours || machine->receipts) ||
      sal_outbox_oldest_in_flight (machine->outbox) == NULL)
    leave_quietly (machine, now_us);
}

static void
ready (SalClientMachine *machine, gint64 now_us)
{
  Item *item = push (machine, SAL_ACTION_READY);

  item->strings = g_string_new (machine->name);
  item->action.text = item->strings->str;
  set_state (machine, IN, now_us);
}

/* A salottod speaks IRC on this port as well: nothing is said here any more. */
static void
switch_over (SalClientMachine *machine)
{
  push (machine, SAL_ACTION_SWITCH);
  machine->state = OVER;
}

/* Saying one's name (C2). */

static void
say_name (SalClientMachine *machine, gint64 now_us)
{
  if (machine->eol == SAL_EOL_AUTO && machine->any_input && machine->last_byte != '\n')
    {
      send_line (machine, machine->name, FALSE, now_us);
      set_state (machine, PROBING, now_us);
      return;
    }
  if (machine->eol == SAL_EOL_AUTO)
    machine->eol = SAL_EOL_LF;
  send_line (machine, machine->name, TRUE, now_us);
  if (machine->ours)
    set_state (machine, ENTERING, now_us);
  else
    ready (machine, now_us);
}

static void
probed (SalClientMachine *machine, gboolean answered, gint64 now_us)
{
  machine->eol = answered ? SAL_EOL_NONE : SAL_EOL_LF;
  if (!answered)
    send_line (machine, "", TRUE, now_us);
  ready (machine, now_us);
}

/* Listening. */

static void
on_welcome (SalClientMachine *machine, const SalEvent *event, gint64 now_us)
{
  g_autofree char *command = NULL;

  if (machine->state != ENTERING)
    return;
  g_free (machine->name);
  machine->name = g_strdup (event->name);
  if (machine->room == NULL)
    {
      ready (machine, now_us);
      return;
    }
  command = g_strconcat ("/join ", machine->room, NULL);
  send_line (machine, command, TRUE, now_us);
  set_state (machine, MOVING, now_us);
}

static void
on_note (SalClientMachine *machine, const SalEvent *event, gint64 now_us)
{
  SalMessage *message = sal_outbox_oldest_in_flight (machine->outbox);

  if (event->note == SAL_NOTE_MOVED && machine->state == MOVING)
    ready (machine, now_us);
  /* Our server answers in the order in which it was asked. */
  else if (machine->ours && message != NULL &&
           (event->note == SAL_NOTE_NOT_KEPT || event->note == SAL_NOTE_MUTED ||
            (event->note == SAL_NOTE_LIMIT &&
             g_str_equal (event->text, sal_limit_key (SAL_LIMIT_MESSAGES_PER_SECOND)))))
    finish_message (machine, message, SAL_MESSAGE_FAILED, event->note);
}

/* Something under our own name: perhaps a receipt. */
static void
came_back (SalClientMachine *machine, const SalEvent *event)
{
  g_autofree char *typed = event->kind == SAL_EVENT_ACTION ? g_strconcat ("/me ", event->text, NULL)
                                                           : g_strdup (event->text);
  SalMessage *message = sal_outbox_came_back (machine->outbox, typed);

  if (message != NULL)
    finish_message (machine, message, SAL_MESSAGE_DELIVERED, 0);
}

static void
on_event (SalClientMachine *machine, SalClientAction *action, gint64 now_us)
{
  const SalEvent *event = &action->event;

  switch (event->kind)
    {
    case SAL_EVENT_GREETING:
      machine->ours |= machine->state == GREETING;
      break;
    case SAL_EVENT_NAME_WANTED:
      if (!machine->ours || machine->state != GREETING)
        break;
      if (machine->may_switch)
        switch_over (machine);
      else
        say_name (machine, now_us);
      break;
    case SAL_EVENT_WELCOME:
      on_welcome (machine, event, now_us);
      break;
    case SAL_EVENT_NOTE:
      on_note (machine, event, now_us);
      break;
    case SAL_EVENT_MESSAGE:
    case SAL_EVENT_ACTION:
      action->own = g_str_equal (event->name, machine->name);
      if (action->own)
        came_back (machine, event);
      break;
    default:
      break;
    }
}

/* One unit of the server. A line is understood when it is whole; from a server that
 * has no lines, what came at once is taken for whole. */
static void
on_unit (SalClientMachine *machine, const SalUnit *unit, gint64 now_us)
{
  Item *item = push (machine, SAL_ACTION_EVENT);
  SalClientAction *action = &item->action;

  item->strings = g_string_new (NULL);
  item->line = g_string_new (NULL);
  action->ended = unit->ended || is_unframed (machine);
  action->continues = unit->continues && !is_unframed (machine);
  sal_text_clean_line (item->line, unit->bytes, unit->len);
  action->text = item->line->str;
  if (action->ended && !action->continues)
    sal_dialect_plain.parse (item->line->str, item->strings, &action->event);
  else
    action->event = (SalEvent){ .kind = SAL_EVENT_TEXT, .text = item->line->str };
  on_event (machine, action, now_us);
}

static void
take_units (SalClientMachine *machine, gint64 now_us)
{
  SalUnit unit;

  while (machine->state != OVER && sal_framer_next (&machine->framer, now_us, &unit))
    on_unit (machine, &unit, now_us);
}

/**
 * sal_client_machine_connected:
 *
 * The connection is there.
 */
void
sal_client_machine_connected (SalClientMachine *machine, gint64 now_us)
{
  set_state (machine, GREETING, now_us);
}

/**
 * sal_client_machine_received:
 * @bytes: what one read returned
 */
void
sal_client_machine_received (SalClientMachine *machine, const void *bytes, gsize len, gint64 now_us)
{
  if (len == 0 || machine->state == OVER)
    return;
  machine->any_input = TRUE;
  machine->last_input_us = now_us;
  machine->last_byte = ((const guint8 *) bytes)[len - 1];
  if (machine->state == PROBING)
    probed (machine, TRUE, now_us);
  sal_framer_push (&machine->framer, bytes, len, now_us);
  take_units (machine, now_us);
  send_queued (machine, now_us);
}

/**
 * sal_client_machine_peer_ended:
 *
 * The server's FIN: what is left is shown, then the connection is closed (C5).
 */
void
sal_client_machine_peer_ended (SalClientMachine *machine, gint64 now_us)
{
  sal_framer_finish (&machine->framer);
  take_units (machine, now_us);
  over (machine, machine->state == LEAVING ? SAL_CLIENT_END_QUIT : SAL_CLIENT_END_PEER);
}

/**
 * sal_client_machine_broken:
 *
 * The connection broke: a reset, or three failures in a row (C7).
 */
void
sal_client_machine_broken (SalClientMachine *machine)
{
  sal_framer_finish (&machine->framer);
  take_units (machine, machine->last_input_us);
  over (machine, machine->state == LEAVING ? SAL_CLIENT_END_QUIT : SAL_CLIENT_END_BROKEN);
}

/**
 * sal_client_machine_say:
 * @text: clean text, not empty (C4)
 *
 * Queues a message; it is sent when the server is ready for it. `quit` and `exit` leave,
 * after what was queued before; so does any other word that a salottod takes for a
 * goodbye, if the server is one.
 *
 * Returns: the number under which actions speak of it.
 */
guint64
sal_client_machine_say (SalClientMachine *machine, const char *text, gint64 now_us)
{
  guint64 id = sal_outbox_add (machine->outbox, text)->id;

  send_queued (machine, now_us);
  return id;
}

/**
 * sal_client_machine_quit:
 *
 * Leaves now, whatever is queued. With a server that has no lines the goodbye keeps its
 * distance from what was sent last, or both would be one message (C3).
 */
void
sal_client_machine_quit (SalClientMachine *machine, gint64 now_us)
{
  machine->quitting = machine->state == IN;
  if (machine->quitting)
    send_queued (machine, now_us);
  else
    leave_quietly (machine, now_us);
}

/**
 * sal_client_machine_end_input:
 *
 * Nothing more will be said: leaves when everything has been sent and, with a server
 * of ours, has come back.
 */
void
sal_client_machine_end_input (SalClientMachine *machine, gint64 now_us)
{
  machine->input_ended = TRUE;
  send_queued (machine, now_us);
}

/* When the greeting is over that does not end with the question of a salottod. */
static gint64
greeting_due_us (const SalClientMachine *machine)
{
  if (!machine->any_input)
    return machine->since_us + (machine->wants_account ? ACCOUNT_US : SILENCE_US);
  return machine->last_input_us + (machine->wants_account && machine->ours ? ACCOUNT_US : QUIET_US);
}

static gint64
state_due_us (const SalClientMachine *machine)
{
  switch (machine->state)
    {
    case GREETING:
      return greeting_due_us (machine);
    case PROBING:
      return machine->since_us + PROBE_US;
    case ENTERING:
    case MOVING:
      return machine->since_us + RECEIPT_US;
    case LEAVING:
      return machine->since_us + (machine->half_closed ? HALF_CLOSED_US : QUIT_US);
    default:
      return G_MAXINT64;
    }
}

/* When the next message may be sent, or the oldest one in flight counts as late. */
static gint64
outbox_due_us (const SalClientMachine *machine)
{
  SalMessage *oldest = sal_outbox_oldest_in_flight (machine->outbox);
  gint64 due_us = G_MAXINT64;

  if (machine->state != IN)
    return due_us;
  if (is_unframed (machine) && (machine->quitting || machine->input_ended ||
                                sal_outbox_next_to_send (machine->outbox) != NULL))
    due_us = machine->last_send_us + SPACING_US;
  if (oldest != NULL)
    due_us = MIN (due_us, oldest->sent_us + RECEIPT_US);
  return due_us;
}

/**
 * sal_client_machine_due_us:
 *
 * Returns: when sal_client_machine_tick() should be called, or G_MAXINT64.
 */
gint64
sal_client_machine_due_us (const SalClientMachine *machine)
{
  if (machine->state == OVER)
    return G_MAXINT64;
  return MIN (MIN (state_due_us (machine), outbox_due_us (machine)),
              sal_framer_due_us (&machine->framer));
}

static void
note_late (SalClientMachine *machine, gint64 now_us)
{
  SalMessage *oldest = sal_outbox_oldest_in_flight (machine->outbox);

  if (oldest == NULL || now_us < oldest->sent_us + RECEIPT_US)
    return;
  oldest->late = TRUE;
  finish_message (machine, oldest, SAL_MESSAGE_SENT, 0);
}

/**
 * sal_client_machine_tick:
 *
 * Tells the machine the time.
 */
void
sal_client_machine_tick (SalClientMachine *machine, gint64 now_us)
{
  if (machine->state == OVER)
    return;
  sal_framer_tick (&machine->framer, now_us);
  take_units (machine, now_us);
  note_late (machine, now_us);
  if (now_us >= state_due_us (machine))
    switch (machine->state)
      {
      case GREETING:
        say_name (machine, now_us);
        break;
      case PROBING:
        probed (machine, FALSE, now_us);
        break;
      case ENTERING:
      case MOVING:
        ready (machine, now_us);
        break;
      case LEAVING:
        over (machine, SAL_CLIENT_END_QUIT);
        break;
      default:
        break;
      }
  send_queued (machine, now_us);
}

/**
 * sal_client_machine_next:
 * @action: (out caller-allocates): what has to be done, valid until the next call
 *
 * Returns: %FALSE when there is nothing to do.
 */
gboolean
sal_client_machine_next (SalClientMachine *machine, SalClientAction *action)
{
  g_clear_pointer (&machine->current, item_free);
  machine->current = g_queue_pop_head (&machine->actions);
  if (machine->current == NULL)
    return FALSE;
  *action = machine->current->action;
  return TRUE;
}

/**
 * sal_client_machine_is_ours:
 *
 * Returns: whether the greeting was that of a salottod.
 */
gboolean
sal_client_machine_is_ours (const SalClientMachine *machine)
{
  return machine->ours;
}

/**
 * sal_client_machine_get_name:
 *
 * Returns: (transfer none): our name, as the server has it as far as is known.
 */
const char *
sal_client_machine_get_name (const SalClientMachine *machine)
{
  return machine->name;
}

/**
 * sal_client_machine_count_unfinished:
 *
 * Returns: how many messages are queued or in flight.
 */
guint
sal_client_machine_count_unfinished (const SalClientMachine *machine)
{
  return sal_outbox_count (machine->outbox);
}

/**
 * sal_client_machine_steal_outbox:
 *
 * After %SAL_ACTION_SWITCH: what was said so far, for the machine that goes on.
 *
 * Returns: (transfer full)
 */
SalOutbox *
sal_client_machine_steal_outbox (SalClientMachine *machine)
{
  SalOutbox *outbox = machine->outbox;

  machine->outbox = sal_outbox_new ();
  return outbox;
}
