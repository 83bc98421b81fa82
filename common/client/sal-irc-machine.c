/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client's conversation over IRC, with our server and with any other: RFC 1459 and 2812 as the
 * modern documents have them, and IRCv3 as far as the server does. Bytes and a time go in, actions
 * come out; there is no I/O and no clock here. This file is called from outside, cuts the input
 * into lines and gives each to who handles it; the others are named in the private header.
 *
 *     OFFLINE --connected--> REGISTERING --end of the message of the day--> IN
 *     any --quit--> LEAVING --FIN, or its time is over--> OVER
 *     any --the peer ends, breaks, is silent--> OVER
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-wipe.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/client/sal-irc-secret.h"
#include "common/proto/sal-dialect-irc.h"
#include "common/proto/sal-irc-parse.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"

#define QUIT_US (1000 * 1000)          /* for the server's ERROR and FIN after QUIT */
#define HALF_CLOSED_US (2000 * 1000)   /* for what still comes after our FIN */
#define REGISTER_US (90 * 1000 * 1000) /* servers look names up for up to a minute */

/* States. */

void
sal_irc_set_state (SalIrcMachine *machine, SalIrcState state)
{
  machine->state = state;
  machine->since_us = machine->now_us;
}

/* The conversation has ended: tells what became of what was said, and how it ended. */
void
sal_irc_over (SalIrcMachine *machine, SalClientEnd end)
{
  SalMessage *message = NULL;
  gboolean broke_off = machine->state != SAL_IRC_LEAVING;
  SalIrcItem *item = NULL;

  if (machine->state == SAL_IRC_OVER)
    return;
  machine->state = SAL_IRC_OVER;
  while ((message = sal_outbox_peek (machine->outbox)) != NULL)
    sal_irc_finish_message (machine, message,
                            message->state == SAL_MESSAGE_SENT && broke_off ? SAL_MESSAGE_UNKNOWN
                                                                            : message->state,
                            NULL, NULL, NULL);
  item = sal_irc_push (machine, SAL_ACTION_CLOSE);
  item->action.end = machine->refused ? SAL_CLIENT_END_REFUSED : end;
  item->action.code = sal_irc_item_keep (item, machine->refusal_code);
  item->action.text =
      sal_irc_item_keep (item, machine->refusal != NULL ? machine->refusal : machine->last_error);
}

/* The server does not want us, or we do not want it any more: there is no use in trying again.
 * @words: (nullable): the server's */
void
sal_irc_refuse (SalIrcMachine *machine, const char *code, const char *words)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  if (machine->refused)
    return;
  machine->refused = TRUE;
  if (words != NULL)
    sal_irc_append_clean (clean, words);
  machine->refusal = clean->len > 0 ? g_strdup (clean->str) : NULL;
  machine->refusal_code = g_strdup (code);
}

gboolean
sal_irc_is_me (const SalIrcMachine *machine, const char *nick)
{
  return sal_irc_support_same (&machine->rooms.support, nick, machine->nick);
}

/* What is remembered of @room. */
SalIrcPlace *
sal_irc_place_of (SalIrcRoom *room)
{
  if (room->own == NULL)
    room->own = g_new0 (SalIrcPlace, 1);
  return room->own;
}

/**
 * sal_irc_machine_new:
 * @options: copied
 */
SalIrcMachine *
sal_irc_machine_new (const SalClientOptions *options)
{
  SalIrcMachine *machine = g_new0 (SalIrcMachine, 1);

  machine->wanted = g_strdup (options->name);
  machine->last_name = g_strdup (options->last_name);
  machine->real_name = g_strdup (options->real_name != NULL ? options->real_name : options->name);
  machine->account = g_strdup (options->account != NULL ? options->account : options->name);
  machine->password = g_strdup (options->password);
  machine->must_log_in = options->account != NULL || options->password != NULL;
  machine->server_password = g_strdup (options->server_password);
  machine->receipts = options->receipts;
  machine->half_close = options->half_close;
  machine->lf = options->eol == SAL_EOL_LF;
  machine->confidential = options->confidential;
  machine->certificate = options->certificate;
  machine->keep_place = options->keep_place;
  machine->known_us = options->known_us;
  machine->raw = options->raw;
  machine->names_kept = options->names_kept;
  machine->outbox = sal_outbox_new ();
  machine->batches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, sal_irc_batch_free);
  machine->asked = g_ptr_array_new_with_free_func (sal_irc_asked_free);
  machine->again_us = machine->reclaim_us = machine->away_us = G_MAXINT64;
  machine->answers = SAL_IRC_ANSWERS;
  sal_irc_rooms_init (&machine->rooms);
  machine->rooms.free_own = sal_irc_place_free;
  sal_framer_init (&machine->framer, SAL_FRAMER_IRC, SAL_CLIENT_LINE_BYTES);
  g_queue_init (&machine->actions);
  g_queue_init (&machine->lines);
  if (options->room != NULL)
    {
      SalClientRoom home = { .name = options->room, .no_resume = TRUE };

      sal_irc_machine_join (machine, &home, 0);
      machine->home = sal_irc_spell_room (machine, options->room);
    }
  for (guint i = 0; i < options->n_rooms; i++)
    sal_irc_machine_join (machine, &options->rooms[i], 0);
  return machine;
}

static void
string_free (gpointer string)
{
  g_string_free (string, TRUE);
}

/**
 * sal_irc_machine_free:
 * @machine: (nullable) (transfer full)
 */
void
sal_irc_machine_free (SalIrcMachine *machine)
{
  if (machine == NULL)
    return;
  g_clear_pointer (&machine->current, sal_irc_item_free);
  g_queue_clear_full (&machine->actions, sal_irc_item_free);
  g_queue_clear_full (&machine->lines, string_free);
  sal_framer_clear (&machine->framer);
  sal_irc_rooms_clear (&machine->rooms);
  g_hash_table_unref (machine->batches);
  g_ptr_array_unref (machine->asked);
  sal_outbox_free (machine->outbox);
  sal_irc_sasl_free (machine->sasl);
  g_free (machine->sasl_mechanisms);
  g_free (machine->wanted);
  g_free (machine->last_name);
  g_free (machine->real_name);
  g_free (machine->account);
  sal_wipe (machine->password);
  sal_wipe (machine->server_password);
  g_free (machine->home);
  g_free (machine->nick);
  g_free (machine->next_wanted);
  g_free (machine->server);
  g_free (machine->welcome);
  g_free (machine->host);
  g_free (machine->logged_in);
  g_free (machine->last_error);
  g_free (machine->refusal);
  g_free (machine->refusal_code);
  g_free (machine->typed_at);
  g_clear_pointer (&machine->filter, sal_filter_unref);
  g_free (machine);
}

/**
 * sal_irc_machine_take_outbox:
 * @outbox: (transfer full): messages that were queued before it was known that IRC is spoken
 *
 * A salottod has greeted on its plain port; what was said before goes on under the same numbers.
 * To be called before sal_irc_machine_connected().
 */
void
sal_irc_machine_take_outbox (SalIrcMachine *machine, SalOutbox *outbox)
{
  sal_outbox_free (machine->outbox);
  machine->outbox = outbox;
  machine->greeted = machine->ours = TRUE;
}

/**
 * sal_irc_machine_connected:
 *
 * The connection is there, or the server's greeting in the plain dialect.
 */
void
sal_irc_machine_connected (SalIrcMachine *machine, gint64 now_us)
{
  machine->now_us = machine->input_us = machine->tokens_us = now_us;
  sal_irc_set_state (machine, SAL_IRC_REGISTERING);
  sal_irc_begin (machine);
}

/* Receiving. */

/* Windows-1252, 0x80 to 0x9F; what it has not is dropped. */
static const guint16 high_letters[32] = {
  0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
  0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
  0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

/* A line that is no UTF-8 comes from somebody who writes the alphabet that was usual before, as
 * everybody's client takes it. */
static char *
to_utf8 (const guint8 *bytes, gsize len)
{
  GString *text = NULL;

  if (g_utf8_validate ((const char *) bytes, (gssize) len, NULL))
    return g_strndup ((const char *) bytes, len);
  text = g_string_sized_new (len * 2);
  for (gsize i = 0; i < len; i++)
    {
      gunichar c = bytes[i] >= 0x80 && bytes[i] < 0xA0 ? high_letters[bytes[i] - 0x80] : bytes[i];

      if (c != 0)
        g_string_append_unichar (text, c);
    }
  return g_string_free (text, FALSE);
}

static void
tell_line (SalIrcMachine *machine, const char *text)
{
  SalIrcItem *item = NULL;
  g_autoptr (GString) clean = NULL;
  g_autofree char *hidden = NULL;

  if (!machine->raw)
    return;
  clean = g_string_new (NULL);
  sal_text_clean_line (clean, text, strlen (text));
  hidden = sal_irc_hide_in_line (clean->str, FALSE);
  item = sal_irc_push (machine, SAL_ACTION_LINE);
  item->action.text = sal_irc_item_keep (item, hidden != NULL ? hidden : clean->str);
}

/* Words with which a server says that it is not worth trying again. */
static gboolean
is_ban (const char *words)
{
  static const char *const signs[] = { "k-line",          "g-line",         "z-line",
                                       "d-line",          "banned",         "bad password",
                                       "klined",          "not authorized", "unauthorized",
                                       "no authorization" };
  g_autofree char *small = g_ascii_strdown (words, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (strstr (small, signs[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
tell_goodbye (SalIrcMachine *machine)
{
  SalIrcItem *item = sal_irc_item_new (SAL_ACTION_EVENT);

  item->action.event = (SalEvent){ .kind = SAL_EVENT_GOODBYE };
  item->action.ended = TRUE;
  sal_irc_tell_event (machine, item, NULL);
}

static void
on_error (SalIrcMachine *machine, const SalIrcLine *line)
{
  g_autofree char *words = sal_irc_join_params (line, 0);
  g_autoptr (GString) clean = g_string_new (NULL);

  sal_irc_append_clean (clean, words);
  g_free (machine->last_error);
  machine->last_error = g_strdup (clean->str);
  if (machine->state == SAL_IRC_LEAVING)
    {
      if (machine->greeted)
        tell_goodbye (machine);
      return;
    }
  if (is_ban (words))
    sal_irc_refuse (machine, "ERROR", words);
  sal_irc_tell_text (machine, NULL, "ERROR", TRUE, words, NULL);
}

static void
on_read_marker (SalIrcMachine *machine, const SalIrcLine *line)
{
  SalIrcRoom *room = NULL;
  SalIrcItem *item = NULL;
  gint64 time_us = 0;

  if (line->n_params < 1)
    return;
  if (line->n_params > 1 && g_str_has_prefix (line->params[1], "timestamp="))
    (void) sal_irc_parse_time (line->params[1] + strlen ("timestamp="), &time_us);
  room = sal_irc_rooms_find (&machine->rooms, line->params[0]);
  if (room != NULL)
    room->read_us = time_us;
  item = sal_irc_push_at (machine, SAL_ACTION_READ_MARKER,
                          room != NULL ? room->name : line->params[0]);
  item->action.time_us = time_us;
}

/* The number of a numeric, or 0. */
static guint
numeric_of (const char *verb)
{
  if (strlen (verb) != 3 || !g_ascii_isdigit (verb[0]) || !g_ascii_isdigit (verb[1]) ||
      !g_ascii_isdigit (verb[2]))
    return 0;
  return (guint) g_ascii_strtoull (verb, NULL, 10);
}

static gboolean
is_verb (const SalIrcLine *line, const char *verb)
{
  return g_ascii_strcasecmp (line->verb, verb) == 0;
}

static void
dispatch (SalIrcMachine *machine, const SalIrcLine *line, SalIrcBatch *batch, SalIrcAsked *asked)
{
  guint code = numeric_of (line->verb);

  if (code != 0)
    sal_irc_on_numeric (machine, line, code, asked);
  else if (is_verb (line, "PING"))
    sal_irc_send_now (machine, "PONG :%s", line->n_params > 0 ? line->params[0] : "");
  else if (is_verb (line, "PONG"))
    sal_irc_on_pong (machine, line);
  else if (is_verb (line, "CAP"))
    sal_irc_on_cap (machine, line);
  else if (is_verb (line, "AUTHENTICATE"))
    sal_irc_on_authenticate (machine, line);
  else if (is_verb (line, "ERROR"))
    on_error (machine, line);
  else if (is_verb (line, "FAIL") || is_verb (line, "WARN") || is_verb (line, "NOTE"))
    sal_irc_on_standard_reply (machine, line, asked);
  else if (is_verb (line, "MARKREAD"))
    on_read_marker (machine, line);
  else if (is_verb (line, "CHATHISTORY"))
    sal_irc_on_targets (machine, line);
  else if (is_verb (line, "ACK"))
    sal_irc_acknowledged (machine, asked);
  else
    sal_irc_on_event (machine, line, batch, asked);
}

static void
on_unit (SalIrcMachine *machine, const SalUnit *unit)
{
  g_autofree char *text = NULL;
  SalIrcLine line;
  SalIrcBatch *batch = NULL;
  SalIrcAsked *asked = NULL;
  const char *label = NULL;

  if (unit->kind != SAL_UNIT_TEXT || unit->len == 0 || machine->state == SAL_IRC_OVER)
    return; /* no line of IRC is as long as that; it is dropped whole */
  text = to_utf8 (unit->bytes, unit->len);
  tell_line (machine, text);
  if (!sal_irc_line_parse (&line, text))
    return;
  if (is_verb (&line, "BATCH"))
    {
      sal_irc_on_batch (machine, &line);
      return;
    }
  batch = sal_irc_batch_of (machine, &line);
  if (batch != NULL && sal_irc_batch_takes (machine, batch, &line))
    return;
  label = sal_irc_line_get_tag (&line, "label");
  asked = label != NULL   ? sal_irc_asked_by_label (machine, label)
          : batch != NULL ? batch->asked
                          : NULL;
  dispatch (machine, &line, batch, asked);
  if (label != NULL && asked != NULL)
    sal_irc_answered (machine, asked);
}

static void
leave (SalIrcMachine *machine, const char *reason)
{
  if (machine->state >= SAL_IRC_LEAVING)
    return;
  if (machine->half_close || machine->state == SAL_IRC_OFFLINE)
    {
      sal_irc_push (machine, SAL_ACTION_END_WRITING);
      machine->half_closed = TRUE;
    }
  else
    sal_irc_send_now (machine, reason != NULL && *reason != '\0' ? "QUIT :%s" : "QUIT%s",
                      reason != NULL ? reason : "");
  sal_irc_set_state (machine, SAL_IRC_LEAVING);
}

/* Whatever can be sent now is. */
static void
go_on (SalIrcMachine *machine)
{
  if (machine->state == SAL_IRC_OVER)
    return;
  sal_irc_send_messages (machine);
  sal_irc_flush_lines (machine);
  if (machine->state == SAL_IRC_IN && machine->input_ended &&
      sal_outbox_count (machine->outbox) == 0 && machine->lines.length == 0 &&
      !sal_irc_is_on_the_way (machine))
    leave (machine, NULL);
}

static void
take_units (SalIrcMachine *machine)
{
  SalUnit unit;

  while (sal_framer_next (&machine->framer, machine->now_us, &unit))
    {
      sal_irc_forget_questions (machine);
      on_unit (machine, &unit);
      go_on (machine); /* after each, so that it does not matter how many come at once */
    }
}

/**
 * sal_irc_machine_received:
 * @bytes: what one read returned
 */
void
sal_irc_machine_received (SalIrcMachine *machine, const void *bytes, gsize len, gint64 now_us)
{
  if (len == 0 || machine->state == SAL_IRC_OVER)
    return;
  machine->now_us = machine->input_us = now_us;
  machine->unanswered = 0;
  sal_framer_push (&machine->framer, bytes, len, now_us);
  take_units (machine);
}

/**
 * sal_irc_machine_peer_ended:
 *
 * The server's FIN. A line without its end is none.
 */
void
sal_irc_machine_peer_ended (SalIrcMachine *machine, gint64 now_us)
{
  machine->now_us = now_us;
  sal_irc_over (machine,
                machine->state == SAL_IRC_LEAVING ? SAL_CLIENT_END_QUIT : SAL_CLIENT_END_PEER);
}

/**
 * sal_irc_machine_broken:
 */
void
sal_irc_machine_broken (SalIrcMachine *machine)
{
  sal_irc_over (machine,
                machine->state == SAL_IRC_LEAVING ? SAL_CLIENT_END_QUIT : SAL_CLIENT_END_BROKEN);
}

/**
 * sal_irc_machine_say:
 *
 * See sal_client_say_to(); @text is clean but for its newlines.
 *
 * Returns: the number under which actions speak of it.
 */
guint64
sal_irc_machine_say (
    SalIrcMachine *machine, const char *place, const char *text, const char *nonce, gint64 now_us)
{
  SalMessage *message = sal_outbox_add (machine->outbox, text);
  guint64 id = message->id;

  message->place = g_strdup (place);
  message->nonce = g_strdup (nonce);
  machine->now_us = MAX (machine->now_us, now_us);
  go_on (machine);
  return id;
}

/**
 * sal_irc_machine_quit:
 * @reason: (nullable): last words, clean
 *
 * Leaves now, whatever is queued.
 */
void
sal_irc_machine_quit (SalIrcMachine *machine, const char *reason, gint64 now_us)
{
  machine->now_us = MAX (machine->now_us, now_us);
  leave (machine, reason);
}

/**
 * sal_irc_machine_end_input:
 *
 * Nothing more will be said: leaves when everything has been sent and what can be known of it is.
 */
void
sal_irc_machine_end_input (SalIrcMachine *machine, gint64 now_us)
{
  machine->now_us = MAX (machine->now_us, now_us);
  machine->input_ended = TRUE;
  go_on (machine);
}

/* Time. */

static gint64
state_due_us (const SalIrcMachine *machine)
{
  switch (machine->state)
    {
    case SAL_IRC_REGISTERING:
      return machine->since_us + REGISTER_US;
    case SAL_IRC_LEAVING:
      return machine->since_us + (machine->half_closed ? HALF_CLOSED_US : QUIT_US);
    default:
      return G_MAXINT64;
    }
}

/**
 * sal_irc_machine_due_us:
 *
 * Returns: when sal_irc_machine_tick() should be called, or G_MAXINT64.
 */
gint64
sal_irc_machine_due_us (const SalIrcMachine *machine)
{
  gint64 due_us = G_MAXINT64;

  if (machine->state == SAL_IRC_OVER)
    return due_us;
  due_us = MIN (state_due_us (machine), sal_irc_lines_due_us (machine));
  due_us = MIN (due_us, sal_irc_messages_due_us (machine));
  due_us = MIN (due_us, sal_irc_ping_due_us (machine));
  due_us = MIN (due_us, sal_irc_history_due_us (machine));
  due_us = MIN (due_us, sal_irc_list_due_us (machine));
  due_us = MIN (due_us, sal_irc_joins_due_us (machine));
  due_us = MIN (due_us, sal_irc_away_due_us (machine));
  return MIN (due_us, MIN (machine->reclaim_us, machine->again_us));
}

/**
 * sal_irc_machine_tick:
 *
 * Tells the machine the time.
 */
void
sal_irc_machine_tick (SalIrcMachine *machine, gint64 now_us)
{
  if (machine->state == SAL_IRC_OVER)
    return;
  machine->now_us = MAX (machine->now_us, now_us);
  if (now_us >= state_due_us (machine))
    {
      sal_irc_over (machine, machine->state == SAL_IRC_LEAVING ? SAL_CLIENT_END_QUIT
                                                               : SAL_CLIENT_END_BROKEN);
      return;
    }
  sal_irc_check_late (machine);
  sal_irc_check_history (machine);
  sal_irc_check_list (machine);
  sal_irc_check_joins (machine);
  sal_irc_check_ping (machine);
  if (now_us >= machine->again_us)
    sal_irc_ask_again (machine);
  if (machine->state != SAL_IRC_OVER && now_us >= machine->reclaim_us)
    sal_irc_reclaim (machine);
  go_on (machine);
  sal_irc_check_away (machine);
}

/**
 * sal_irc_machine_next:
 * @action: (out caller-allocates): what has to be done, valid until the next call
 *
 * Returns: %FALSE when there is nothing to do.
 */
gboolean
sal_irc_machine_next (SalIrcMachine *machine, SalClientAction *action)
{
  g_clear_pointer (&machine->current, sal_irc_item_free);
  machine->current = g_queue_pop_head (&machine->actions);
  if (machine->current == NULL)
    return FALSE;
  *action = machine->current->action;
  return TRUE;
}

/**
 * sal_irc_machine_get_name:
 *
 * Returns: (transfer none): our name, as the server has it as far as is known.
 */
const char *
sal_irc_machine_get_name (const SalIrcMachine *machine)
{
  return machine->nick != NULL ? machine->nick : machine->wanted;
}

/**
 * sal_irc_machine_get_wanted_name:
 *
 * Returns: (transfer none): the name that we want: it was asked for last and given, whoever has
 *   it now.
 */
const char *
sal_irc_machine_get_wanted_name (const SalIrcMachine *machine)
{
  return machine->wanted;
}

/**
 * sal_irc_machine_is_password_right:
 *
 * Returns: whether the server has let us log in with the password, and not with a certificate.
 */
gboolean
sal_irc_machine_is_password_right (const SalIrcMachine *machine)
{
  return machine->password_is_right;
}

/**
 * sal_irc_machine_get_account:
 *
 * Returns: (transfer none) (nullable): the account that we are logged in to.
 */
const char *
sal_irc_machine_get_account (const SalIrcMachine *machine)
{
  return machine->logged_in;
}

/**
 * sal_irc_machine_get_home:
 *
 * Returns: (transfer none) (nullable): see sal_client_get_home().
 */
const char *
sal_irc_machine_get_home (const SalIrcMachine *machine)
{
  const SalIrcRoom *room =
      machine->home != NULL ? sal_irc_rooms_find (&machine->rooms, machine->home) : NULL;

  return room != NULL ? room->name : machine->home;
}

/**
 * sal_irc_machine_is_ours:
 *
 * Returns: whether the server is a salottod.
 */
gboolean
sal_irc_machine_is_ours (const SalIrcMachine *machine)
{
  return machine->ours;
}

/**
 * sal_irc_machine_is_ready:
 *
 * Returns: whether we are registered.
 */
gboolean
sal_irc_machine_is_ready (const SalIrcMachine *machine)
{
  return machine->state == SAL_IRC_IN;
}

/**
 * sal_irc_machine_get_rooms:
 *
 * Returns: (transfer none): rooms, who is there, and what the server supports.
 */
const SalIrcRooms *
sal_irc_machine_get_rooms (const SalIrcMachine *machine)
{
  return &machine->rooms;
}

/**
 * sal_irc_machine_has_history:
 *
 * Returns: whether the server can be asked for the past.
 */
gboolean
sal_irc_machine_has_history (const SalIrcMachine *machine)
{
  const guint needed = SAL_IRC_CAP_CHATHISTORY | SAL_IRC_CAP_BATCH;

  return machine->state == SAL_IRC_IN && (machine->caps & needed) == needed;
}

/**
 * sal_irc_machine_has_receipts:
 *
 * Returns: whether what we say comes back.
 */
gboolean
sal_irc_machine_has_receipts (const SalIrcMachine *machine)
{
  return (machine->caps & SAL_IRC_CAP_ECHO_MESSAGE) != 0;
}

/**
 * sal_irc_machine_count_unfinished:
 *
 * Returns: how many messages are queued or in flight.
 */
guint
sal_irc_machine_count_unfinished (const SalIrcMachine *machine)
{
  return sal_outbox_count (machine->outbox);
}

/**
 * sal_irc_machine_get_work:
 *
 * Returns: (transfer none) (nullable): after %SAL_ACTION_DERIVE, what sal_sasl_derive() is to be
 *   called with; see sal_irc_sasl_get_work().
 */
const char *
sal_irc_machine_get_work (SalIrcMachine *machine, GBytes **salt, guint *iterations)
{
  return machine->sasl != NULL ? sal_irc_sasl_get_work (machine->sasl, salt, iterations) : NULL;
}

/**
 * sal_irc_machine_derived:
 *
 * The key that was to be derived.
 */
void
sal_irc_machine_derived (SalIrcMachine *machine,
                         const guint8 key[SAL_SASL_KEY_BYTES],
                         gint64 now_us)
{
  if (machine->state != SAL_IRC_REGISTERING || machine->sasl == NULL)
    return;
  machine->now_us = MAX (machine->now_us, now_us);
  sal_irc_on_derived (machine, key);
  go_on (machine);
}
