/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines out: paced, because other servers throw out who sends more than a few at once; labelled
 * where the server gives the label back with its answer; and pings, by which a dead connection
 * is noticed and by which it is known, where nothing else says so, that what was said has been
 * taken.
 */
#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/client/sal-irc-secret.h"
#include "common/proto/sal-text.h"

/* Servers since ircd 2.8 take a few lines at once and one every two seconds after them. */
#define BURST 5
#define REFILL_US (2 * 1000 * 1000)

#define IDLE_US (60 * 1000 * 1000) /* nothing came for so long: is anybody there? */
#define PONG_US (30 * 1000 * 1000) /* how long an answer may take; twice, and it is dead */

/* How long after a command an answer without a label is taken for the answer to it. */
#define ANSWER_US (60 * 1000 * 1000)

/* Tells of a line that goes out; passwords are not told. */
static void
tell_line (SalIrcMachine *machine, const char *line)
{
  SalIrcItem *item = NULL;
  g_autoptr (GString) clean = g_string_new (NULL);
  g_autofree char *hidden = NULL;

  if (!machine->raw)
    return;
  hidden = sal_irc_hide_in_line (line, TRUE);
  if (hidden != NULL)
    line = hidden;
  sal_text_clean_line (clean, line, strlen (line));
  item = sal_irc_push (machine, SAL_ACTION_LINE);
  item->action.own = TRUE;
  item->action.text = sal_irc_item_keep (item, clean->str);
}

static void
push_bytes (SalIrcMachine *machine, const char *line, gsize len)
{
  SalIrcItem *item = NULL;

  tell_line (machine, line);
  item = sal_irc_push (machine, SAL_ACTION_SEND);
  item->bytes = g_byte_array_sized_new ((guint) len + 2);
  g_byte_array_append (item->bytes, (const guint8 *) line, (guint) len);
  if (!machine->lf)
    g_byte_array_append (item->bytes, (const guint8 *) "\r", 1);
  g_byte_array_append (item->bytes, (const guint8 *) "\n", 1);
  item->action.bytes = item->bytes->data;
  item->action.len = item->bytes->len;
}

/* No line that we send ever holds a second one, wherever its parts come from. */
static char *
one_line (const char *text)
{
  return g_strndup (text, strcspn (text, "\r\n"));
}

static void
fill_tokens (SalIrcMachine *machine)
{
  gint64 passed_us = machine->now_us - machine->tokens_us;

  if (passed_us <= 0)
    return;
  machine->tokens = MIN ((double) BURST, machine->tokens + (double) passed_us / REFILL_US);
  machine->tokens_us = machine->now_us;
}

/* In: the server takes a few lines at once. */
void
sal_irc_fill_up (SalIrcMachine *machine)
{
  machine->tokens = BURST;
  machine->tokens_us = machine->now_us;
}

static gboolean
is_paced (const SalIrcMachine *machine)
{
  return machine->state == SAL_IRC_IN && !machine->ours;
}

/* May a line go out now, ahead of nothing? */
gboolean
sal_irc_may_send (SalIrcMachine *machine)
{
  if (!is_paced (machine))
    return TRUE;
  fill_tokens (machine);
  return machine->lines.length == 0 && machine->tokens >= 1;
}

/* May @n more lines go out at once beside this one? */
gboolean
sal_irc_has_spare_lines (SalIrcMachine *machine, guint n)
{
  return sal_irc_may_send (machine) && (!is_paced (machine) || machine->tokens >= n + 1);
}

/* Sends what waits, as far as it may go. */
void
sal_irc_flush_lines (SalIrcMachine *machine)
{
  if (machine->state != SAL_IRC_IN)
    return;
  fill_tokens (machine);
  while (machine->lines.length > 0 && (!is_paced (machine) || machine->tokens >= 1))
    {
      GString *line = g_queue_pop_head (&machine->lines);

      push_bytes (machine, line->str, line->len);
      g_string_free (line, TRUE);
      machine->tokens -= 1;
    }
}

/* When the server takes one more. */
gint64
sal_irc_token_due_us (const SalIrcMachine *machine)
{
  double missing = 1 - machine->tokens;

  return machine->tokens_us + (missing > 0 ? (gint64) (missing * REFILL_US) + 1 : 0);
}

gint64
sal_irc_lines_due_us (const SalIrcMachine *machine)
{
  return machine->state == SAL_IRC_IN && machine->lines.length > 0 ? sal_irc_token_due_us (machine)
                                                                   : G_MAXINT64;
}

/* When the last of the lines that wait now will have been sent. */
gint64
sal_irc_sent_by_us (const SalIrcMachine *machine)
{
  return machine->now_us + (gint64) machine->lines.length * REFILL_US;
}

void
sal_irc_send_line (SalIrcMachine *machine, const char *text)
{
  g_autofree char *line = one_line (text);

  g_queue_push_tail (&machine->lines, g_string_new (line));
  sal_irc_flush_lines (machine);
}

/* Sends a line when it is its turn. */
void
sal_irc_send (SalIrcMachine *machine, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  sal_irc_send_line (machine, text);
}

/* Sends a line before all that waits: an answer to a ping, a goodbye, what comes before being in. */
void
sal_irc_send_now (SalIrcMachine *machine, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = one_line (text);
  push_bytes (machine, line, strlen (line));
}

/* Questions. */

void
sal_irc_asked_free (gpointer data)
{
  SalIrcAsked *asked = data;

  g_free (asked->label);
  g_free (asked->place);
  g_free (asked->words);
  g_free (asked);
}

/* Remembers that something is asked. @tags: (nullable): to which the label is appended, as
 * `label=x`, if the server knows labels. Returns it, or NULL if the answer cannot be told from
 * others. */
SalIrcAsked *
sal_irc_ask (SalIrcMachine *machine, SalIrcAskedKind kind, const char *place, GString *tags)
{
  gboolean labelled = tags != NULL && (machine->caps & SAL_IRC_CAP_LABELED_RESPONSE);
  SalIrcAsked *asked = NULL;

  if (!labelled && kind != SAL_IRC_ASKED_HISTORY && kind != SAL_IRC_ASKED_WHO &&
      kind != SAL_IRC_ASKED_LIST)
    return NULL;
  asked = g_new0 (SalIrcAsked, 1);
  asked->kind = kind;
  asked->place = g_strdup (place);
  if (labelled)
    {
      asked->label = g_strdup_printf ("s%" G_GUINT64_FORMAT, ++machine->last_label);
      g_string_append_printf (tags, "%slabel=%s", tags->len > 0 ? ";" : "", asked->label);
    }
  g_ptr_array_add (machine->asked, asked);
  return asked;
}

/* Sends a line of which the answer matters, with a label if the server knows such. */
SalIrcAsked *
sal_irc_ask_line (
    SalIrcMachine *machine, SalIrcAskedKind kind, const char *place, const char *format, ...)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  SalIrcAsked *asked = sal_irc_ask (machine, kind, place, tags);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (tags->len > 0)
    sal_irc_send (machine, "@%s %s", tags->str, text);
  else
    sal_irc_send_line (machine, text);
  return asked;
}

SalIrcAsked *
sal_irc_asked_by_label (SalIrcMachine *machine, const char *label)
{
  for (guint i = 0; i < machine->asked->len; i++)
    {
      SalIrcAsked *asked = machine->asked->pdata[i];

      if (g_strcmp0 (asked->label, label) == 0)
        return asked;
    }
  return NULL;
}

/* Nothing more will come in answer to it. */
void
sal_irc_answered (SalIrcMachine *machine, SalIrcAsked *asked)
{
  GHashTableIter iter;
  gpointer value = NULL;

  sal_irc_list_end (machine, asked, NULL, NULL);
  g_hash_table_iter_init (&iter, machine->batches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SalIrcBatch *batch = value;

      if (batch->asked != asked)
        continue;
      batch->asked = NULL;
      batch->late = asked->late;
    }
  g_ptr_array_remove (machine->asked, asked);
}

/* Forgets the oldest questions, if there are too many: they will not be answered any more. Not while a
 * line is being handled, which may be the answer to one of them. */
void
sal_irc_forget_questions (SalIrcMachine *machine)
{
  while (machine->asked->len > SAL_CLIENT_LABELS)
    {
      sal_irc_history_late (machine, machine->asked->pdata[0]);
      sal_irc_list_end (machine, machine->asked->pdata[0], "late", NULL);
      sal_irc_answered (machine, machine->asked->pdata[0]);
    }
}

/**
 * sal_irc_machine_command:
 *
 * See sal_client_command().
 */
void
sal_irc_machine_command (SalIrcMachine *machine, const char *place, const char *text, gint64 now_us)
{
  g_autofree char *line = one_line (text);

  machine->now_us = MAX (machine->now_us, now_us);
  sal_irc_forget_questions (machine);
  g_free (machine->typed_at);
  machine->typed_at = g_strdup (place);
  machine->typed_us = now_us;
  if (machine->state != SAL_IRC_IN || *line == '\0')
    return;
  if (strlen (line) > machine->rooms.support.line_bytes)
    sal_irc_tell_text (machine, place, "417", TRUE, line, NULL);
  else if (*line == '@' || *line == ':')
    sal_irc_send_line (machine, line); /* with tags of its own */
  else
    {
      sal_irc_away_typed (machine, line);
      sal_irc_list_typed (machine, line);
      sal_irc_request_typed (machine, line);
      sal_irc_nick_typed (machine, line);
      (void) sal_irc_ask_line (machine, SAL_IRC_ASKED_COMMAND, place, "%s", line);
    }
}

/* Where what the server answers without a label was asked for, NULL if nothing was lately. */
const char *
sal_irc_typed_at (const SalIrcMachine *machine)
{
  return machine->now_us - machine->typed_us < ANSWER_US ? machine->typed_at : NULL;
}

/* Pings. */

/* Asks whether anybody is there, unless that is being asked. */
void
sal_irc_ping (SalIrcMachine *machine)
{
  if (machine->ping_us != 0)
    return;
  machine->ping_us = machine->now_us;
  machine->last_ping++;
  sal_irc_send_now (machine, "PING :salotto-%" G_GUINT64_FORMAT, machine->last_ping);
}

void
sal_irc_on_pong (SalIrcMachine *machine, const SalIrcLine *line)
{
  const char *token = line->n_params > 0 ? line->params[line->n_params - 1] : "";
  const char *number = g_str_has_prefix (token, "salotto-") ? token + strlen ("salotto-") : NULL;
  guint64 ping = number != NULL ? g_ascii_strtoull (number, NULL, 10) : 0;

  if (ping == 0 || ping > machine->last_ping)
    return;
  if (ping == machine->last_ping)
    machine->ping_us = 0;
  machine->unanswered = 0;
  sal_irc_fence_passed (machine, ping);
}

gint64
sal_irc_ping_due_us (const SalIrcMachine *machine)
{
  if (machine->state != SAL_IRC_IN)
    return G_MAXINT64;
  return MAX (machine->input_us, machine->ping_us) +
         (machine->ping_us != 0 || machine->unanswered > 0 ? PONG_US : IDLE_US);
}

/* A connection on which nothing comes although it was asked for twice is dead. */
void
sal_irc_check_ping (SalIrcMachine *machine)
{
  if (machine->now_us < sal_irc_ping_due_us (machine))
    return;
  if (machine->unanswered >= 2)
    {
      sal_irc_over (machine, SAL_CLIENT_END_BROKEN);
      return;
    }
  machine->unanswered++;
  machine->ping_us = 0;
  sal_irc_ping (machine);
}
