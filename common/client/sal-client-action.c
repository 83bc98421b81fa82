/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be said of words and events in either dialect.
 */
#include "config.h"

#include "common/client/sal-client-action.h"

#include "common/base/sal-limits.h"

/**
 * sal_client_is_leaving_word:
 *
 * Returns: whether any server takes @text for a goodbye (C4).
 */
gboolean
sal_client_is_leaving_word (const char *text)
{
  return g_ascii_strcasecmp (text, "quit") == 0 || g_ascii_strcasecmp (text, "exit") == 0;
}

/**
 * sal_client_find_command:
 * @text: as it was typed, clean
 * @irc: whether IRC is spoken there
 * @said: (out): what is to be said if it is no command
 *
 * Where IRC is spoken, a word behind a slash is a command, for us and never for the server: which
 * ones there are is the program's affair, and one that it does not know is an error, because it may
 * be a mistyped one with a password behind it. Two slashes say what begins with one. What is no
 * word, such as a path, is said, and so is `/me`. On the plain dialect words behind a slash
 * are the server's own, whoever's server it is, and go there as they are.
 *
 * Returns: (nullable): the command, without its slash.
 */
const char *
sal_client_find_command (const char *text, gboolean irc, const char **said)
{
  gsize letters = 0;

  *said = text;
  if (!irc || *text != '/' || g_str_has_prefix (text, "/me "))
    return NULL;
  if (text[1] == '/')
    {
      *said = text + 1;
      return NULL;
    }
  while (g_ascii_isalnum (text[1 + letters]))
    letters++;
  return letters > 0 && (text[1 + letters] == '\0' || text[1 + letters] == ' ') ? text + 1 : NULL;
}

/**
 * sal_client_action_is_ignored:
 * @action: an event
 * @filter: (nullable): whom the person wants to hear
 *
 * Returns: whether somebody says something here whom the person does not want to hear. Who comes and
 *   goes, is put out and the like is told of everybody.
 */
gboolean
sal_client_action_is_ignored (const SalClientAction *action, const SalFilter *filter)
{
  const SalEvent *event = &action->event;
  gboolean speaks = event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_ACTION ||
                    event->kind == SAL_EVENT_NOTICE || event->kind == SAL_EVENT_INVITE;

  return action->kind == SAL_ACTION_EVENT && speaks && !action->own &&
         sal_filter_ignores (filter, event->name, event->host);
}

/**
 * sal_client_event_puts_out:
 *
 * Returns: whether this is what a salottod says before it puts us out.
 */
gboolean
sal_client_event_puts_out (const SalEvent *event)
{
  if (event->kind != SAL_EVENT_NOTE)
    return FALSE;
  switch (event->note)
    {
    case SAL_NOTE_BANNED:
    case SAL_NOTE_KICKED:
    case SAL_NOTE_NOT_PUBLIC:
    case SAL_NOTE_STOPPED:
    case SAL_NOTE_TLS_ONLY:
    case SAL_NOTE_TOO_MANY_ERRORS:
      return TRUE;
    case SAL_NOTE_LIMIT: /* of messages, it refuses one message only */
      return !g_str_equal (event->text, sal_limit_key (SAL_LIMIT_MESSAGES_PER_SECOND));
    default:
      return FALSE;
    }
}

/**
 * sal_client_event_puts_out_for_good:
 *
 * Returns: whether it puts us out, and there is no use in knocking again.
 */
gboolean
sal_client_event_puts_out_for_good (const SalEvent *event)
{
  return event->kind == SAL_EVENT_NOTE &&
         (event->note == SAL_NOTE_BANNED || event->note == SAL_NOTE_KICKED ||
          event->note == SAL_NOTE_NOT_PUBLIC || event->note == SAL_NOTE_TLS_ONLY);
}
