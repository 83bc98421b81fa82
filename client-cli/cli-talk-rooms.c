/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Several rooms on one screen: what was said where the person is not, and what concerns all of them at once.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "client-cli/cli-print.h"
#include "client-cli/cli-talk.h"

/* However it was typed where one went. */
static gboolean
is_here (CliTalk *talk, const char *place)
{
  const SalIrcSupport *support = sal_client_get_support (talk->client);

  return support != NULL && sal_irc_support_same (support, place, cli_talk_here (talk));
}

/**
 * cli_talk_is_shown_already:
 *
 * Who goes, or is called otherwise, does so in all rooms at once, and a server tells it for each of them.
 *
 * Returns: whether the event before was the same.
 */
gboolean
cli_talk_is_shown_already (CliTalk *talk, const SalClientAction *action)
{
  const SalEvent *event = &action->event;
  g_autofree char *changed = NULL;

  if (talk->style.terminal && (event->kind == SAL_EVENT_NICK || event->kind == SAL_EVENT_QUIT))
    changed = g_strdup_printf ("%d %s %s", event->kind, event->name,
                               event->kind == SAL_EVENT_NICK ? event->target : "");
  if (changed != NULL && g_strcmp0 (changed, talk->changed) == 0)
    return TRUE;
  g_free (talk->changed);
  talk->changed = g_steal_pointer (&changed);
  return FALSE;
}

/**
 * cli_talk_follow_name:
 *
 * With whom one talks in private is perhaps called otherwise now.
 */
void
cli_talk_follow_name (CliTalk *talk, const SalClientAction *action)
{
  const SalEvent *event = &action->event;

  if (event->kind != SAL_EVENT_NICK || event->past || action->own)
    return;
  if (talk->unread != NULL)
    cli_unread_rename (talk->unread, event->name, event->target);
  if (talk->here == NULL || !is_here (talk, event->name))
    return;
  g_free (talk->here);
  talk->here = g_strdup (event->target);
  if (talk->on_place != NULL)
    talk->on_place (talk);
}

/**
 * cli_talk_note_unread:
 *
 * What was said where one is not is counted, and there shown again as it would have been.
 */
void
cli_talk_note_unread (CliTalk *talk, const SalClientAction *action)
{
  const SalEvent *event = &action->event;
  CliStyle style = talk->style;
  g_autoptr (GString) line = g_string_new (NULL);

  if (talk->unread == NULL || action->place == NULL || action->kind != SAL_ACTION_EVENT)
    return;
  if (action->own || is_here (talk, action->place) ||
      (event->kind != SAL_EVENT_MESSAGE && event->kind != SAL_EVENT_ACTION &&
       event->kind != SAL_EVENT_NOTICE))
    return;
  style.here = action->place;
  style.bell = FALSE;
  style.day = 0;
  style.open_line = FALSE;
  cli_render_action (line, action, g_get_real_time (), &style);
  cli_unread_add (talk->unread, action->place, line->str, cli_render_is_for_us (action, &style));
  if (talk->on_place != NULL)
    talk->on_place (talk);
}

/**
 * cli_talk_show_unread:
 *
 * One has come where one is: what was said there meanwhile.
 */
void
cli_talk_show_unread (CliTalk *talk)
{
  const char *here = cli_talk_here (talk);
  g_autoptr (GString) lines = g_string_new (NULL);
  guint n = talk->unread != NULL && here != NULL ? cli_unread_take (talk->unread, here, lines) : 0;
  g_autofree char *all = NULL;

  if (n == 0)
    return;
  all = g_strdup_printf (ngettext ("-- %s: %u message since you were here",
                                   "-- %s: %u messages since you were here", (gulong) n),
                         here, n);
  g_string_prepend (lines, talk->style.colours ? "\033[0m\n" : "\n");
  g_string_prepend (lines, all);
  g_string_prepend (lines, talk->style.colours ? "\033[2m" : "");
  cli_print (lines->str);
}

/**
 * cli_talk_forget_unread:
 *
 * One has left @place, where there is nothing to go to any more. What was said there has been shown.
 */
void
cli_talk_forget_unread (CliTalk *talk, const char *place)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  if (talk->unread != NULL && cli_unread_take (talk->unread, place, lines) > 0 &&
      talk->on_place != NULL)
    talk->on_place (talk);
}

/**
 * cli_talk_count_unread:
 *
 * From now on it is remembered what was said where one is not. For a person at a terminal.
 */
void
cli_talk_count_unread (CliTalk *talk)
{
  if (talk->style.terminal)
    talk->unread = cli_unread_new ();
}
