/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is known of a message of ours. "Sent" is never shown as "delivered". */
typedef enum
{
  SAL_MESSAGE_QUEUED,    /* not sent yet */
  SAL_MESSAGE_SENT,      /* sent; nothing came back, or not yet */
  SAL_MESSAGE_DELIVERED, /* it came back in the order of the room */
  SAL_MESSAGE_FAILED,    /* the server said why not */
  SAL_MESSAGE_UNKNOWN,   /* the connection broke before anything came back */
} SalMessageState;

typedef struct
{
  guint64 id;
  char *text; /* (owned): clean text */
  SalMessageState state;
  gint64 sent_us; /* when it was sent; 0: not yet */
  gboolean late;  /* nothing came back in time; not waited for any more */

  /* IRC. */
  char *place;   /* (owned) (nullable): the room or the person it is said to */
  char *nonce;   /* (owned) (nullable): by which a salottod knows it again */
  guint lines;   /* of which nothing has come back yet */
  guint64 fence; /* when this ping is answered, it was taken; 0: none follows it yet */
} SalMessage;

typedef struct _SalOutbox SalOutbox;

SalOutbox *sal_outbox_new (void);
void sal_outbox_free (SalOutbox *outbox);

SalMessage *sal_outbox_add (SalOutbox *outbox, const char *text);
SalMessage *sal_outbox_next_to_send (SalOutbox *outbox);
SalMessage *sal_outbox_oldest_in_flight (SalOutbox *outbox);
SalMessage *sal_outbox_came_back (SalOutbox *outbox, const char *text);
SalMessage *sal_outbox_find (SalOutbox *outbox, guint64 id);
SalMessage *sal_outbox_after (SalOutbox *outbox, const SalMessage *message);
void sal_outbox_finish (SalOutbox *outbox, SalMessage *message);
SalMessage *sal_outbox_peek (SalOutbox *outbox);
guint sal_outbox_count (const SalOutbox *outbox);
const char *sal_message_state_name (SalMessageState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalOutbox, sal_outbox_free)

G_END_DECLS
