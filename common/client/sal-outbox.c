/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was said and what became of it. On the plain dialect the only receipt is one's
 * own message coming back, and messages come back in the order in which they were
 * sent: so one that comes back is the oldest of its text that is in flight.
 */
#include "config.h"

#include "common/client/sal-outbox.h"

struct _SalOutbox
{
  GQueue messages; /* of SalMessage (owned), oldest first; only those not finished */
  guint64 last_id;
};

static void
message_free (gpointer data)
{
  SalMessage *message = data;

  g_free (message->text);
  g_free (message->place);
  g_free (message->nonce);
  g_free (message);
}

/**
 * sal_outbox_new:
 */
SalOutbox *
sal_outbox_new (void)
{
  SalOutbox *outbox = g_new0 (SalOutbox, 1);

  g_queue_init (&outbox->messages);
  return outbox;
}

/**
 * sal_outbox_free:
 * @outbox: (nullable) (transfer full)
 */
void
sal_outbox_free (SalOutbox *outbox)
{
  if (outbox == NULL)
    return;
  g_queue_clear_full (&outbox->messages, message_free);
  g_free (outbox);
}

/**
 * sal_outbox_add:
 *
 * Returns: (transfer none): a message in state queued, valid until it is finished.
 */
SalMessage *
sal_outbox_add (SalOutbox *outbox, const char *text)
{
  SalMessage *message = g_new0 (SalMessage, 1);

  message->id = ++outbox->last_id;
  message->text = g_strdup (text);
  g_queue_push_tail (&outbox->messages, message);
  return message;
}

static SalMessage *
first_in_state (SalOutbox *outbox, SalMessageState state)
{
  for (GList *at = outbox->messages.head; at != NULL; at = at->next)
    if (((SalMessage *) at->data)->state == state)
      return at->data;
  return NULL;
}

/**
 * sal_outbox_next_to_send:
 *
 * Returns: (transfer none) (nullable): the oldest message that is queued.
 */
SalMessage *
sal_outbox_next_to_send (SalOutbox *outbox)
{
  return first_in_state (outbox, SAL_MESSAGE_QUEUED);
}

/**
 * sal_outbox_oldest_in_flight:
 *
 * Returns: (transfer none) (nullable): the oldest message that was sent and has not
 * come back.
 */
SalMessage *
sal_outbox_oldest_in_flight (SalOutbox *outbox)
{
  return first_in_state (outbox, SAL_MESSAGE_SENT);
}

/**
 * sal_outbox_came_back:
 * @text: of a message under our own name
 *
 * Returns: (transfer none) (nullable): the message it is the receipt of.
 */
SalMessage *
sal_outbox_came_back (SalOutbox *outbox, const char *text)
{
  for (GList *at = outbox->messages.head; at != NULL; at = at->next)
    {
      SalMessage *message = at->data;

      if (message->state == SAL_MESSAGE_SENT && g_str_equal (message->text, text))
        return message;
    }
  return NULL;
}

/**
 * sal_outbox_peek:
 *
 * Returns: (transfer none) (nullable): the oldest message that is not finished.
 */
SalMessage *
sal_outbox_peek (SalOutbox *outbox)
{
  return g_queue_peek_head (&outbox->messages);
}

/**
 * sal_outbox_find:
 *
 * Returns: (transfer none) (nullable): the message @id, if it is not finished.
 */
SalMessage *
sal_outbox_find (SalOutbox *outbox, guint64 id)
{
  for (GList *at = outbox->messages.head; at != NULL; at = at->next)
    if (((SalMessage *) at->data)->id == id)
      return at->data;
  return NULL;
}

/**
 * sal_outbox_after:
 * @message: (nullable): %NULL for the oldest
 *
 * Returns: (transfer none) (nullable): the message that was said after @message.
 */
SalMessage *
sal_outbox_after (SalOutbox *outbox, const SalMessage *message)
{
  GList *at =
      message == NULL ? outbox->messages.head : g_queue_find (&outbox->messages, message)->next;

  return at != NULL ? at->data : NULL;
}

/**
 * sal_outbox_finish:
 *
 * What became of @message is known: forgets it.
 */
void
sal_outbox_finish (SalOutbox *outbox, SalMessage *message)
{
  g_queue_remove (&outbox->messages, message);
  message_free (message);
}

/**
 * sal_outbox_count:
 *
 * Returns: how many messages are not finished.
 */
guint
sal_outbox_count (const SalOutbox *outbox)
{
  return outbox->messages.length;
}

/**
 * sal_message_state_name:
 *
 * Returns: the state as JSON output has it.
 */
const char *
sal_message_state_name (SalMessageState state)
{
  static const char *const names[] = { "queued", "sent", "delivered", "failed", "unknown" };

  return names[state];
}
