/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actions of the client's machine for IRC, and what they point to.
 */
#include "config.h"

#include <string.h>

#include "common/client/sal-irc-machine-private.h"
#include "common/proto/sal-irc-parse.h"
#include "common/proto/sal-text.h"

/* Creates an action that is not to be carried out yet; sal_irc_item_free(). */
SalIrcItem *
sal_irc_item_new (SalClientActionKind kind)
{
  SalIrcItem *item = g_new0 (SalIrcItem, 1);

  item->action.kind = kind;
  return item;
}

void
sal_irc_item_free (gpointer data)
{
  SalIrcItem *item = data;

  g_clear_pointer (&item->bytes, g_byte_array_unref);
  if (item->scratch != NULL)
    g_string_free (item->scratch, TRUE);
  for (guint i = 0; i < item->n_strings; i++)
    g_free (item->strings[i]);
  g_strfreev (item->params);
  g_free (item);
}

/* Copies @text (nullable) into what @item owns, and returns the copy. */
const char *
sal_irc_item_keep (SalIrcItem *item, const char *text)
{
  if (text == NULL)
    return NULL;
  g_assert (item->n_strings < G_N_ELEMENTS (item->strings));
  item->strings[item->n_strings] = g_strdup (text);
  return item->strings[item->n_strings++];
}

/* The same of a name or a code that the server has written, as it may be shown. */
const char *
sal_irc_item_keep_word (SalIrcItem *item, const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  if (text == NULL)
    return NULL;
  sal_text_clean (clean, text, strlen (text));
  return sal_irc_item_keep (item, clean->str);
}

/* Puts an action behind those that are to be carried out. */
SalIrcItem *
sal_irc_push (SalIrcMachine *machine, SalClientActionKind kind)
{
  SalIrcItem *item = sal_irc_item_new (kind);

  g_queue_push_tail (&machine->actions, item);
  return item;
}

SalIrcItem *
sal_irc_push_at (SalIrcMachine *machine, SalClientActionKind kind, const char *place)
{
  SalIrcItem *item = sal_irc_push (machine, kind);

  item->action.place = sal_irc_item_keep_word (item, place);
  return item;
}

/* Tells what the server says in words. @code: (nullable); @text: not clean; @params: (nullable): clean,
 * taken over. */
void
sal_irc_tell_text (SalIrcMachine *machine,
                   const char *place,
                   const char *code,
                   gboolean error,
                   const char *text,
                   char **params)
{
  SalIrcItem *item = sal_irc_item_new (SAL_ACTION_EVENT);

  item->scratch = g_string_new (NULL);
  sal_irc_append_clean (item->scratch, text);
  item->action.event = (SalEvent){ .kind = SAL_EVENT_TEXT, .text = item->scratch->str };
  item->action.text = item->scratch->str;
  item->action.code = sal_irc_item_keep_word (item, code);
  item->action.error = error;
  item->params = params;
  item->action.params = (const char *const *) params;
  item->action.ended = TRUE;
  sal_irc_tell_event (machine, item, place);
}
