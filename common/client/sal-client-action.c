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
