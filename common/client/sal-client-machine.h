/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-outbox.h"
#include "common/proto/sal-event.h"

G_BEGIN_DECLS

typedef struct _SalClientMachine SalClientMachine;

/* How our lines end (C2). */
typedef enum
{
  SAL_EOL_AUTO, /* as the server shows that it wants them */
  SAL_EOL_LF,
  SAL_EOL_CRLF,
  SAL_EOL_NONE,
} SalEol;

typedef struct
{
  const char *name;
  const char *room; /* (nullable): where to go, on a server of ours */
  SalEol eol;
  gboolean half_close; /* leave with a FIN and no word, whatever the server is */
  gboolean latin1;     /* send Latin-1; what it has not becomes a question mark */
  gboolean receipts;   /* do not leave before messages have come back or are late, also with
                          servers that may not send them back */
} SalClientOptions;

typedef enum
{
  SAL_ACTION_SEND,        /* bytes, as one send */
  SAL_ACTION_END_WRITING, /* shut down our side */
  SAL_ACTION_CLOSE,       /* close; end says why */
  SAL_ACTION_EVENT,       /* event: the server said something */
  SAL_ACTION_READY,       /* name: from now on messages are sent */
  SAL_ACTION_MESSAGE,     /* message, state: what became of a message of ours */
} SalClientActionKind;

typedef enum
{
  SAL_CLIENT_END_QUIT,   /* we left, and the peer has closed or had its time */
  SAL_CLIENT_END_PEER,   /* the peer ended the conversation */
  SAL_CLIENT_END_BROKEN, /* the connection broke */
} SalClientEnd;

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
  gboolean own;       /* event: under our name */
  guint64 message;
  SalMessageState state;
  gboolean late;    /* message, when sent: nothing came back in time */
  const char *text; /* message: its text. ready: the name. event: the line as it came */
  SalNote reason;   /* message, when failed: what the server said */
} SalClientAction;

SalClientMachine *sal_client_machine_new (const SalClientOptions *options);
void sal_client_machine_free (SalClientMachine *machine);

void sal_client_machine_connected (SalClientMachine *machine, gint64 now_us);
void sal_client_machine_received (SalClientMachine *machine,
                                  const void *bytes,
                                  gsize len,
                                  gint64 now_us);
void sal_client_machine_peer_ended (SalClientMachine *machine, gint64 now_us);
void sal_client_machine_broken (SalClientMachine *machine);
guint64 sal_client_machine_say (SalClientMachine *machine, const char *text, gint64 now_us);
void sal_client_machine_quit (SalClientMachine *machine, gint64 now_us);
void sal_client_machine_end_input (SalClientMachine *machine, gint64 now_us);
void sal_client_machine_tick (SalClientMachine *machine, gint64 now_us);
gint64 sal_client_machine_due_us (const SalClientMachine *machine);
gboolean sal_client_machine_next (SalClientMachine *machine, SalClientAction *action);

gboolean sal_client_is_leaving_word (const char *text);
gboolean sal_client_event_puts_out (const SalEvent *event);
gboolean sal_client_machine_is_ours (const SalClientMachine *machine);
const char *sal_client_machine_get_name (const SalClientMachine *machine);
guint sal_client_machine_count_unfinished (const SalClientMachine *machine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalClientMachine, sal_client_machine_free)

G_END_DECLS
