/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What goes over the wire of a server, for whoever wants to see it, and what they want to send
 * there themselves.
 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "common/base/sal-error.h"
#include "common/client/sal-server-private.h"

/* Lines that are kept. */
#define RAW_LINES 2000

/**
 * sal_server_add_raw:
 * @own: we have sent it
 * @line: clean text, without passwords
 *
 * Keeps a line of the wire for a while, and tells of it.
 */
void
sal_server_add_raw (SalServer *server, gboolean own, const char *line)
{
  if (*line == '\0')
    return;
  g_queue_push_tail (&server->raw, g_strconcat (own ? "> " : "< ", line, NULL));
  if (server->raw.length > RAW_LINES)
    g_free (g_queue_pop_head (&server->raw));
  g_signal_emit_by_name (server, "raw", own, line);
}

/**
 * sal_server_dup_raw:
 *
 * Returns: (transfer full) (element-type utf8): what has gone over the wire lately, oldest first,
 *   each line with `> ` or `< ` in front. Passwords are not in it.
 */
GPtrArray *
sal_server_dup_raw (SalServer *server)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (GList *at = server->raw.head; at != NULL; at = at->next)
    g_ptr_array_add (lines, g_strdup (at->data));
  return lines;
}

/**
 * sal_server_quote:
 * @line: a line of IRC
 *
 * Sends it as it is.
 *
 * Returns: %FALSE if nobody is there who would understand it.
 */
gboolean
sal_server_quote (SalServer *server, const char *line, GError **error)
{
  if (server->presence != SAL_PRESENCE_IN || !sal_server_speaks_irc (server))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("there is no connection to %s by IRC"),
                   server->host);
      return FALSE;
    }
  sal_client_command (server->client, NULL, line);
  return TRUE;
}
