/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What we say, and what became of it. A message that comes back (echo-message) is delivered: by its
 * label where the server gives labels back, else the oldest of its text that is out. Where nothing
 * comes back, a ping follows what was said: when that is answered, and no refusal has come
 * before, the server has taken it, and more will never be known. "Sent" is not "delivered".
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/client/sal-irc-secret.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-text.h"

#define RECEIPT_US (10 * 1000 * 1000) /* for what should come back; a disk may take its time */

/* A server that does not say whether we may have the name that was asked for is not waited for longer. */
#define NAMING_US (10 * 1000 * 1000)

/* What the server puts before our text when it gives it to others, if we have not seen our host. */
#define USER_HOST_BYTES (10 + 1 + 63)
#define TEXT_BYTES_MIN 64

/* What became of messages. */

/* Tells the state of a message. @receipt: (nullable): the message as it came back. */
static void
report (SalIrcMachine *machine,
        const SalMessage *message,
        SalMessageState state,
        const char *code,
        const char *words,
        const SalEvent *receipt)
{
  const char *place = message->place != NULL ? message->place : machine->home;
  SalIrcItem *item = sal_irc_push_at (machine, SAL_ACTION_MESSAGE, place);
  g_autofree char *hidden = place != NULL ? sal_irc_hide_in_words (place, message->text) : NULL;

  item->action.message = message->id;
  item->action.state = state;
  item->action.late = message->late;
  item->action.text = sal_irc_item_keep (item, hidden != NULL ? hidden : message->text);
  item->action.code = sal_irc_item_keep_word (item, code);
  if (receipt != NULL)
    {
      item->action.event.time_us = receipt->time_us;
      item->action.event.msgid = sal_irc_item_keep (item, receipt->msgid);
    }
  else
    item->action.event.text = sal_irc_item_keep (item, words);
}

/* Tells what became of a message and forgets it. */
void
sal_irc_finish_message (SalIrcMachine *machine,
                        SalMessage *message,
                        SalMessageState state,
                        const char *code,
                        const char *words,
                        const SalEvent *receipt)
{
  report (machine, message, state, code, words, receipt);
  for (guint i = machine->asked->len; i > 0; i--)
    {
      SalIrcAsked *asked = machine->asked->pdata[i - 1];

      if (asked->kind == SAL_IRC_ASKED_MESSAGE && asked->message == message->id)
        asked->message = 0; /* its other answers say nothing new */
    }
  sal_outbox_finish (machine->outbox, message);
}

static const char *
place_of (const SalIrcMachine *machine, const SalMessage *message)
{
  return message->place != NULL ? message->place : machine->home;
}

static gboolean
is_at (const SalIrcMachine *machine, const SalMessage *message, const char *place)
{
  return sal_irc_support_same (&machine->rooms.support, place_of (machine, message), place);
}

/* The message of which @event, under our name at @place, is the receipt, or NULL. */
SalMessage *
sal_irc_find_said (SalIrcMachine *machine,
                   const char *place,
                   const SalEvent *event,
                   SalIrcAsked *asked)
{
  g_autofree char *typed = event->kind == SAL_EVENT_ACTION ? g_strconcat ("/me ", event->text, NULL)
                                                           : g_strdup (event->text);
  SalMessage *message = NULL;

  if (asked != NULL && asked->kind == SAL_IRC_ASKED_MESSAGE)
    {
      message = sal_outbox_find (machine->outbox, asked->message);
      return message != NULL && message->state == SAL_MESSAGE_SENT ? message : NULL;
    }
  if (machine->caps & SAL_IRC_CAP_LABELED_RESPONSE)
    return NULL; /* said by us, but on another connection */
  while ((message = sal_outbox_after (machine->outbox, message)) != NULL)
    if (message->state == SAL_MESSAGE_SENT && is_at (machine, message, place) &&
        (message->lines > 1 || strpbrk (message->text, "\n") != NULL
             ? strstr (message->text, event->text) != NULL
             : g_str_equal (message->text, typed)))
      return message;
  return NULL;
}

/* A line of @message has come back. */
void
sal_irc_came_back (SalIrcMachine *machine, SalMessage *message, const SalEvent *event)
{
  if (message->lines > 1)
    message->lines--;
  else
    sal_irc_finish_message (machine, message, SAL_MESSAGE_DELIVERED, NULL, NULL, event);
}

/* The server has refused a message: that of its question, or the oldest that is out at @place. Returns
 * whether there was one. */
gboolean
sal_irc_message_refused (SalIrcMachine *machine,
                         SalIrcAsked *asked,
                         const char *place,
                         const char *code,
                         const char *words)
{
  SalMessage *message = NULL;

  if (asked != NULL)
    {
      if (asked->kind != SAL_IRC_ASKED_MESSAGE)
        return FALSE;
      message = sal_outbox_find (machine->outbox, asked->message);
    }
  else
    while ((message = sal_outbox_after (machine->outbox, message)) != NULL)
      if (message->state == SAL_MESSAGE_SENT && place != NULL && is_at (machine, message, place))
        break;
  if (message == NULL)
    return FALSE;
  sal_irc_finish_message (machine, message, SAL_MESSAGE_FAILED, code, words, NULL);
  return TRUE;
}

/* ACK: the server has taken a line and nothing comes back of it. */
void
sal_irc_acknowledged (SalIrcMachine *machine, SalIrcAsked *asked)
{
  SalMessage *message = asked != NULL && asked->kind == SAL_IRC_ASKED_MESSAGE
                            ? sal_outbox_find (machine->outbox, asked->message)
                            : NULL;

  if (message == NULL)
    return;
  if (message->lines > 1)
    {
      message->lines--;
      return;
    }
  message->late = TRUE;
  sal_irc_finish_message (machine, message, SAL_MESSAGE_SENT, NULL, NULL, NULL);
}

/* The server has answered a ping: what was said before it was taken. */
void
sal_irc_fence_passed (SalIrcMachine *machine, guint64 fence)
{
  SalMessage *message = sal_outbox_peek (machine->outbox);

  while (message != NULL)
    {
      SalMessage *next = sal_outbox_after (machine->outbox, message);

      if (message->state == SAL_MESSAGE_SENT && message->fence != 0 && message->fence <= fence)
        {
          message->late = TRUE;
          sal_irc_finish_message (machine, message, SAL_MESSAGE_SENT, NULL, NULL, NULL);
        }
      message = next;
    }
}

/* We are not in @place any more: what waits for it will not be said. */
void
sal_irc_messages_to_fail (SalIrcMachine *machine,
                          const char *place,
                          const char *code,
                          const char *words)
{
  SalMessage *message = sal_outbox_peek (machine->outbox);

  while (message != NULL)
    {
      SalMessage *next = sal_outbox_after (machine->outbox, message);

      if (message->state == SAL_MESSAGE_QUEUED && is_at (machine, message, place))
        sal_irc_finish_message (machine, message, SAL_MESSAGE_FAILED,
                                code != NULL ? code : "not-there", words, NULL);
      message = next;
    }
}

/* We are called otherwise now. Whoever has written down under which name something is said that waits gives it
 * once more. */
void
sal_irc_messages_renamed (SalIrcMachine *machine)
{
  SalMessage *message = sal_outbox_peek (machine->outbox);

  if (!machine->names_kept)
    return;
  while (message != NULL)
    {
      SalMessage *next = sal_outbox_after (machine->outbox, message);

      if (message->state == SAL_MESSAGE_QUEUED && message->nonce != NULL)
        sal_irc_finish_message (machine, message, SAL_MESSAGE_QUEUED, NULL, NULL, NULL);
      message = next;
    }
}

/* Saying. */

typedef enum
{
  NOW,
  LATER,
  NEVER,
} When;

static gboolean
sends_nonces (const SalIrcMachine *machine)
{
  return machine->ours && (machine->caps & SAL_IRC_CAP_MESSAGE_TAGS);
}

/* Whether nobody knows under which name a message would be said that is sent now: the server would know it
 * again by its nonce under that name alone. */
static gboolean
is_being_named (const SalIrcMachine *machine)
{
  return machine->naming_us != 0 && machine->now_us < machine->naming_us + NAMING_US &&
         sends_nonces (machine);
}

static When
when_to_say (SalIrcMachine *machine, const SalMessage *message)
{
  const char *place = place_of (machine, message);
  SalIrcRoom *room = place != NULL ? sal_irc_rooms_find (&machine->rooms, place) : NULL;
  SalIrcPlace *own = room != NULL ? room->own : NULL;

  if (place == NULL)
    return NEVER;
  if (message->nonce != NULL && is_being_named (machine))
    return LATER;
  if (room == NULL)
    return NOW; /* a person, or a room that may take words from outside */
  if (room->state == SAL_ROOM_JOINING || (own != NULL && own->resuming))
    return LATER;
  return room->state == SAL_ROOM_IN ? NOW : NEVER;
}

static gboolean
has_multiline (const SalIrcMachine *machine)
{
  const guint needed = SAL_IRC_CAP_MULTILINE | SAL_IRC_CAP_BATCH;

  return (machine->caps & needed) == needed && machine->multiline_bytes > 0;
}

/* How much text goes into one line to @place. */
static gsize
text_bytes (const SalIrcMachine *machine, const char *place, gboolean action)
{
  gsize used = strlen ("PRIVMSG  :") + strlen (place) + (action ? strlen ("\001ACTION \001") : 0);
  gsize most = machine->rooms.support.line_bytes;

  /* Others put our name in front of it, and cut what is too long then. A salottod does not. */
  if (!machine->ours)
    used += strlen (":! ") + strlen (machine->nick) +
            (machine->host != NULL ? strlen (machine->host) : USER_HOST_BYTES);
  return used + TEXT_BYTES_MIN < most ? most - used : TEXT_BYTES_MIN;
}

/* A piece of a message that fits into a line. */
typedef struct
{
  const char *text;
  gsize len;
  gboolean concat; /* it goes on from the piece before, in the same line of the message */
} Piece;

static GArray *
cut (const char *text, gsize most)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (;;)
    {
      gsize line = strcspn (text, "\n");
      gboolean concat = FALSE;

      do
        {
          gsize n = sal_text_break (text, line, most);
          Piece piece = { text, n, concat };

          g_array_append_val (pieces, piece);
          text += n;
          line -= n;
          concat = TRUE;
        }
      while (line > 0);
      if (*text == '\0')
        return pieces;
      text++;
    }
}

static void
append_nonce (const SalIrcMachine *machine, GString *tags, const char *nonce, guint part)
{
  if (nonce == NULL || !sends_nonces (machine))
    return;
  if (tags->len > 0)
    g_string_append_c (tags, ';');
  g_string_append (tags, SAL_IRC_NONCE_TAG "=");
  sal_irc_append_tag_value (tags, nonce);
  if (part > 0)
    g_string_append_printf (tags, "-%u", part);
}

/* Every line of its own: what a server without multiline understands, and what people there
 * are used to. @action: what somebody does. */
static void
say_lines (SalIrcMachine *machine, SalMessage *message, const GArray *pieces, gboolean action)
{
  guint part = 0;

  message->lines = 0;
  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      g_autoptr (GString) tags = g_string_new (NULL);
      SalIrcAsked *asked = NULL;

      if (piece->len == 0)
        continue;
      asked = sal_irc_ask (machine, SAL_IRC_ASKED_MESSAGE, place_of (machine, message), tags);
      if (asked != NULL)
        asked->message = message->id;
      append_nonce (machine, tags, message->nonce, part++);
      message->lines++;
      sal_irc_send (machine, "%s%s%sPRIVMSG %s :%s%.*s%s", tags->len > 0 ? "@" : "", tags->str,
                    tags->len > 0 ? " " : "", place_of (machine, message),
                    action ? "\001ACTION " : "", (int) piece->len, piece->text,
                    action ? "\001" : "");
    }
}

/* All lines as one message (draft/multiline). */
static void
say_batch (SalIrcMachine *machine, SalMessage *message, const GArray *pieces)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  SalIrcAsked *asked =
      sal_irc_ask (machine, SAL_IRC_ASKED_MESSAGE, place_of (machine, message), tags);

  if (asked != NULL)
    asked->message = message->id;
  append_nonce (machine, tags, message->nonce, 0);
  message->lines = 1;
  sal_irc_send (machine, "%s%s%sBATCH +m draft/multiline %s", tags->len > 0 ? "@" : "", tags->str,
                tags->len > 0 ? " " : "", place_of (machine, message));
  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);

      sal_irc_send (machine, "@batch=m%s PRIVMSG %s :%.*s",
                    piece->concat ? ";draft/multiline-concat" : "", place_of (machine, message),
                    (int) piece->len, piece->text);
    }
  sal_irc_send (machine, "BATCH -m");
}

static void
say (SalIrcMachine *machine, SalMessage *message)
{
  const char *place = place_of (machine, message);
  gboolean action = g_str_has_prefix (message->text, "/me ");
  const char *text = message->text + (action ? strlen ("/me ") : 0);
  g_autoptr (GArray) pieces = cut (text, text_bytes (machine, place, action));

  message->state = SAL_MESSAGE_SENT;
  message->sent_us = machine->now_us;
  if (pieces->len > 1 && !action && has_multiline (machine) &&
      strlen (text) <= machine->multiline_bytes &&
      (machine->multiline_lines == 0 || pieces->len <= machine->multiline_lines))
    say_batch (machine, message, pieces);
  else
    say_lines (machine, message, pieces, action);
  if (message->lines == 0) /* nothing but newlines */
    sal_irc_finish_message (machine, message, SAL_MESSAGE_FAILED, "412", NULL, NULL);
  else
    report (machine, message, SAL_MESSAGE_SENT, NULL, NULL, NULL);
}

/* What follows the last message where nothing comes back. */
static void
put_fence (SalIrcMachine *machine)
{
  SalMessage *message = NULL;
  gboolean any = FALSE;

  if ((machine->caps & SAL_IRC_CAP_ECHO_MESSAGE) || machine->lines.length > 0 ||
      machine->ping_us != 0)
    return;
  while ((message = sal_outbox_after (machine->outbox, message)) != NULL)
    any |= message->state == SAL_MESSAGE_SENT && message->fence == 0;
  if (!any || !sal_irc_may_send (machine))
    return;
  machine->tokens -= 1;
  sal_irc_ping (machine);
  for (message = NULL; (message = sal_outbox_after (machine->outbox, message)) != NULL;)
    if (message->state == SAL_MESSAGE_SENT && message->fence == 0)
      message->fence = machine->last_ping;
}

/* Says what waits and may be said. Messages of one place stay in their order. */
void
sal_irc_send_messages (SalIrcMachine *machine)
{
  SalMessage *message = sal_outbox_peek (machine->outbox);

  if (machine->state != SAL_IRC_IN)
    return;
  while (message != NULL && sal_irc_may_send (machine))
    {
      SalMessage *next = sal_outbox_after (machine->outbox, message);

      if (message->state == SAL_MESSAGE_QUEUED)
        {
          When when = when_to_say (machine, message);

          if (when == NOW)
            say (machine, message);
          else if (when == NEVER)
            sal_irc_finish_message (machine, message, SAL_MESSAGE_FAILED,
                                    place_of (machine, message) != NULL ? "not-there" : "no-room",
                                    NULL, NULL);
        }
      message = next;
    }
  put_fence (machine);
}

/* Time. */

static SalMessage *
oldest_out (const SalIrcMachine *machine)
{
  return machine->caps & SAL_IRC_CAP_ECHO_MESSAGE ? sal_outbox_oldest_in_flight (machine->outbox)
                                                  : NULL;
}

/* Does something wait only for the server to take more? */
static gboolean
waits_for_tokens (const SalIrcMachine *machine)
{
  SalMessage *message = NULL;

  if (machine->tokens >= 1 || machine->ours || machine->lines.length > 0)
    return FALSE;
  while ((message = sal_outbox_after (machine->outbox, message)) != NULL)
    if (message->state == SAL_MESSAGE_QUEUED ||
        (message->state == SAL_MESSAGE_SENT && message->fence == 0 &&
         !(machine->caps & SAL_IRC_CAP_ECHO_MESSAGE)))
      return TRUE;
  return FALSE;
}

gint64
sal_irc_messages_due_us (const SalIrcMachine *machine)
{
  SalMessage *oldest = oldest_out (machine);
  gint64 due_us = oldest != NULL ? oldest->sent_us + RECEIPT_US : G_MAXINT64;

  if (machine->state != SAL_IRC_IN)
    return G_MAXINT64;
  if (waits_for_tokens (machine))
    due_us = MIN (due_us, sal_irc_token_due_us (machine));
  if (is_being_named (machine) && sal_outbox_next_to_send (machine->outbox) != NULL)
    due_us = MIN (due_us, machine->naming_us + NAMING_US);
  return due_us;
}

/* What should have come back and has not is not waited for any more. */
void
sal_irc_check_late (SalIrcMachine *machine)
{
  SalMessage *oldest = NULL;

  if (machine->state != SAL_IRC_IN)
    return;
  while ((oldest = oldest_out (machine)) != NULL && machine->now_us >= oldest->sent_us + RECEIPT_US)
    {
      oldest->late = TRUE;
      sal_irc_finish_message (machine, oldest, SAL_MESSAGE_SENT, NULL, NULL, NULL);
    }
}
