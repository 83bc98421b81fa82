/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * BATCH from the server: lines that answer one question (labeled-response), lines of the past
 * (chathistory), lines that are one message (draft/multiline). Other types group what is told
 * anyhow. A batch that is never closed costs its place among the few that may be open.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/proto/sal-irc-parse.h"

#define CONCAT_TAG "draft/multiline-concat"
#define END_TAG "draft/chathistory-end"

void
sal_irc_batch_free (gpointer data)
{
  SalIrcBatch *batch = data;

  g_free (batch->name);
  g_free (batch->type);
  g_free (batch->target);
  g_free (batch->parent);
  g_free (batch->opening);
  g_free (batch->newest);
  if (batch->text != NULL)
    g_string_free (batch->text, TRUE);
  g_free (batch);
}

static SalIrcBatch *
find (SalIrcMachine *machine, const char *name)
{
  return name != NULL ? g_hash_table_lookup (machine->batches, name) : NULL;
}

/* The open batch that @line lies in, or NULL. */
SalIrcBatch *
sal_irc_batch_of (SalIrcMachine *machine, const SalIrcLine *line)
{
  return find (machine, sal_irc_line_get_tag (line, "batch"));
}

/* @batch (nullable) or the innermost around it that is of @type; NULL if there is none. */
SalIrcBatch *
sal_irc_batch_in (SalIrcMachine *machine, SalIrcBatch *batch, const char *type)
{
  for (guint i = 0; batch != NULL && i <= SAL_CLIENT_BATCH_DEPTH; i++)
    {
      if (g_str_equal (batch->type, type))
        return batch;
      batch = find (machine, batch->parent);
    }
  return NULL;
}

static gboolean
is_multiline (const SalIrcBatch *batch)
{
  return g_str_equal (batch->type, "draft/multiline") || g_str_equal (batch->type, "multiline");
}

static void
open_batch (SalIrcMachine *machine, const SalIrcLine *line)
{
  SalIrcBatch *parent = sal_irc_batch_of (machine, line);
  const char *label = sal_irc_line_get_tag (line, "label");
  SalIrcBatch *batch = NULL;

  if (g_hash_table_size (machine->batches) >= SAL_CLIENT_BATCHES ||
      (parent != NULL && parent->depth >= SAL_CLIENT_BATCH_DEPTH) ||
      find (machine, line->params[0] + 1) != NULL)
    return;
  batch = g_new0 (SalIrcBatch, 1);
  batch->name = g_strdup (line->params[0] + 1);
  batch->type = g_strdup (line->params[1]);
  batch->target = line->n_params > 2 ? g_strdup (line->params[2]) : NULL;
  batch->parent = parent != NULL ? g_strdup (parent->name) : NULL;
  batch->depth = parent != NULL ? parent->depth + 1 : 0;
  batch->asked = label != NULL    ? sal_irc_asked_by_label (machine, label)
                 : parent != NULL ? parent->asked
                                  : NULL;
  batch->answers = label != NULL;
  batch->late = parent != NULL && parent->late;
  batch->reaches_end = sal_irc_line_get_tag (line, END_TAG) != NULL;
  if (is_multiline (batch))
    {
      g_autoptr (GString) opening = g_string_new (NULL);

      sal_irc_append_line (opening, line);
      batch->opening = g_strdup (opening->str);
      batch->text = g_string_new (NULL);
    }
  if (batch->asked == NULL && !batch->late && g_str_equal (batch->type, "chathistory") &&
      batch->target != NULL)
    batch->asked = sal_irc_asked_history (machine, batch->target);
  g_hash_table_insert (machine->batches, batch->name, batch);
  if (g_str_equal (batch->type, "chathistory"))
    sal_irc_history_begins (machine, batch);
}

/* All lines of one message are there: it is told as if it had come in one. */
static void
tell_message (SalIrcMachine *machine, SalIrcBatch *batch)
{
  SalIrcItem *item = NULL;
  SalIrcLine opening;
  SalIrcLine whole;

  if (batch->lines == 0 || !sal_irc_line_parse (&opening, batch->opening))
    return;
  whole = opening;
  whole.verb = batch->notice ? "NOTICE" : "PRIVMSG";
  whole.params[0] = batch->target != NULL ? batch->target : "*";
  whole.params[1] = batch->text->str;
  whole.n_params = 2;
  item = sal_irc_item_from_line (machine, &whole,
                                 sal_irc_batch_in (machine, batch, "chathistory") != NULL);
  sal_irc_tell_said (machine, item, find (machine, batch->parent), batch->asked);
}

static void
close_batch (SalIrcMachine *machine, const char *name)
{
  SalIrcBatch *batch = find (machine, name);

  if (batch == NULL)
    return;
  if (is_multiline (batch))
    tell_message (machine, batch);
  else if (g_str_equal (batch->type, "chathistory"))
    sal_irc_history_done (machine, batch);
  if (batch->answers && batch->asked != NULL)
    {
      /* A question may have been answered meanwhile. */
      if (g_ptr_array_find (machine->asked, batch->asked, NULL))
        sal_irc_answered (machine, batch->asked);
    }
  g_hash_table_remove (machine->batches, name);
}

void
sal_irc_on_batch (SalIrcMachine *machine, const SalIrcLine *line)
{
  if (line->n_params < 1 || strlen (line->params[0]) > SAL_CLIENT_NAME_BYTES)
    return;
  if (line->params[0][0] == '+' && line->n_params > 1)
    open_batch (machine, line);
  else if (line->params[0][0] == '-')
    {
      g_autofree char *name = g_strdup (line->params[0] + 1);

      close_batch (machine, name);
    }
}

/* Takes a line that is part of one message. Returns %FALSE if @batch has none such. */
gboolean
sal_irc_batch_takes (SalIrcMachine *machine, SalIrcBatch *batch, const SalIrcLine *line)
{
  gboolean notice = g_ascii_strcasecmp (line->verb, "NOTICE") == 0;

  if (!is_multiline (batch) || line->n_params < 2 ||
      (!notice && g_ascii_strcasecmp (line->verb, "PRIVMSG") != 0))
    return FALSE;
  if (batch->lines >= SAL_CLIENT_MESSAGE_LINES ||
      batch->text->len + strlen (line->params[1]) > SAL_CLIENT_LINE_BYTES)
    return TRUE; /* the rest is left out */
  if (batch->lines++ > 0 && sal_irc_line_get_tag (line, CONCAT_TAG) == NULL)
    g_string_append_c (batch->text, '\n');
  g_string_append (batch->text, line->params[1]);
  batch->notice = notice;
  return TRUE;
}
