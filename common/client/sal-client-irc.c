/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What SalClient has only where IRC is spoken: rooms, people, the past.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-client-private.h"
#include "common/proto/sal-text.h"

/**
 * sal_client_is_irc:
 *
 * Returns: whether IRC is spoken; with %SAL_CLIENT_AUTO it is known when ready, and never
 *   before the greeting.
 */
gboolean
sal_client_is_irc (SalClient *client)
{
  return client->irc != NULL;
}

/**
 * sal_client_set_filter:
 * @filter: (nullable): whom the person does not want to hear from now on
 *
 * Their programs get no answers. What they say is told: see sal_client_action_is_ignored().
 */
void
sal_client_set_filter (SalClient *client, SalFilter *filter)
{
  SalFilter *before = client->filter;

  client->filter = filter != NULL ? sal_filter_ref (filter) : NULL;
  g_clear_pointer (&before, sal_filter_unref);
  if (client->irc != NULL)
    sal_irc_machine_set_filter (client->irc, client->filter);
}

/* Each line as a server would clean it; empty ones stay in between. Returns whether any text is left. */
static gboolean
clean_lines (GString *out, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint waiting = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GString) clean = g_string_new (NULL);

      sal_text_clean_line (clean, lines[i], strlen (lines[i]));
      g_strchomp (clean->str);
      if (*clean->str != '\0')
        {
          for (; waiting > 0; waiting--)
            g_string_append_c (out, '\n');
          g_string_append (out, clean->str);
        }
      waiting += out->len > 0;
    }
  return out->len > 0;
}

/**
 * sal_client_say_to:
 * @place: (nullable): a room or a nickname; %NULL for the room that came with the options
 * @text: what to say; its lines become one message where the server has such, else several
 *   lines of one message of ours. With `/me ` before it, it is an action
 * @nonce: (nullable): a random name of at most %SAL_NONCE_BYTES, the same when it is said again: a
 *   salottod keeps it once. Made here unless given
 *
 * Queues a message. It waits until we are in the room and what was missed there has been told. If
 * we are put out of the room, or not let in, it fails. See sal_client_has_receipts() for what
 * its states mean. On the plain dialect @place and @nonce are ignored.
 *
 * Returns: the message's number, or 0 if nothing is left of @text or it is longer than a
 *   message may be; then nothing was sent.
 */
guint64
sal_client_say_to (SalClient *client, const char *place, const char *text, const char *nonce)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  g_autofree char *made = nonce == NULL ? g_uuid_string_random () : NULL;
  guint64 id = 0;

  if (client->irc == NULL)
    return sal_client_say (client, text);
  if (!clean_lines (clean, text) || clean->len > SAL_MESSAGE_MAX_BYTES)
    return 0;
  id = sal_irc_machine_say (client->irc, place, clean->str, nonce != NULL ? nonce : made,
                            g_get_monotonic_time ());
  sal_client_carry_out (client);
  return id;
}

/**
 * sal_client_join:
 *
 * Goes into a room, and stays in it. Its fate comes as %SAL_ACTION_ROOM; what was missed as events
 * marked past, then %SAL_ACTION_HISTORY with its `resume` set, then what has been said meanwhile.
 */
void
sal_client_join (SalClient *client, const SalClientRoom *room)
{
  if (client->irc == NULL)
    return;
  sal_irc_machine_join (client->irc, room, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

/**
 * sal_client_part:
 * @reason: (nullable)
 *
 * Leaves a room.
 */
void
sal_client_part (SalClient *client, const char *place, const char *reason)
{
  if (client->irc == NULL)
    return;
  sal_irc_machine_part (client->irc, place, reason, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

/**
 * sal_client_quit_with:
 * @reason: (nullable): the last words
 *
 * As sal_client_quit().
 */
void
sal_client_quit_with (SalClient *client, const char *reason)
{
  if (client->irc != NULL)
    sal_irc_machine_quit (client->irc, reason, g_get_monotonic_time ());
  else
    sal_client_machine_quit (client->machine, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

/**
 * sal_client_set_nick:
 *
 * Asks for another name. If the server gives it, it is also the one that is asked for again when
 * somebody else has it at the next time.
 */
void
sal_client_set_nick (SalClient *client, const char *nick)
{
  if (client->irc == NULL)
    return;
  sal_irc_machine_set_nick (client->irc, nick, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

/**
 * sal_client_command:
 * @place: (nullable): where it was typed; answers that name no other place are told there
 * @line: a line of IRC without its end, such as `WHOIS ada`; sent as it is
 *
 * For everything that has no function of its own. A line with a newline in it is cut there, one
 * that is too long for the server is refused: an event of kind text at @place, with its error set,
 * says so.
 */
void
sal_client_command (SalClient *client, const char *place, const char *line)
{
  if (client->irc == NULL)
    return;
  sal_irc_machine_command (client->irc, place, line, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

/**
 * sal_client_read_past:
 * @msgid: (nullable): before or after which message, where the server can find it by that, or ...
 * @time_us: ... the moment; 0: unknown; both unset for %SAL_HISTORY_LATEST
 * @most: how many messages; the server may give fewer
 *
 * Asks for a page of the past: events marked past, oldest first, then %SAL_ACTION_HISTORY.
 *
 * Returns: %FALSE if the server has no history, or cannot find that point, or @place is no
 *   conversation there now; then nothing comes.
 */
gboolean
sal_client_read_past (SalClient *client,
                      const char *place,
                      SalHistoryPage page,
                      const char *msgid,
                      gint64 time_us,
                      guint most)
{
  if (client->irc == NULL || !sal_irc_machine_read_past (client->irc, place, page, msgid, time_us,
                                                         most, g_get_monotonic_time ()))
    return FALSE;
  sal_client_carry_out (client);
  return TRUE;
}

/**
 * sal_client_list_rooms:
 * @least: only rooms with so many people at least; 0: all of them
 *
 * Asks the server for its rooms: %SAL_ACTION_LISTED for each, at most %SAL_CLIENT_LISTED_ROOMS, then
 * %SAL_ACTION_LIST_END. What is being told already is not asked for again.
 *
 * Returns: %FALSE if we are not there, or no IRC is spoken; then nothing comes.
 */
gboolean
sal_client_list_rooms (SalClient *client, guint least)
{
  if (client->irc == NULL ||
      !sal_irc_machine_list_rooms (client->irc, least, g_get_monotonic_time ()))
    return FALSE;
  sal_client_carry_out (client);
  return TRUE;
}

/**
 * sal_client_mark_read:
 * @time_us: when the last message that was read was said
 *
 * Tells the server up to where @place was read, if it keeps that (draft/read-marker).
 */
void
sal_client_mark_read (SalClient *client, const char *place, gint64 time_us)
{
  if (client->irc == NULL)
    return;
  sal_irc_machine_mark_read (client->irc, place, time_us, g_get_monotonic_time ());
  sal_client_carry_out (client);
}

/**
 * sal_client_is_password_right:
 *
 * Returns: whether the server has let us log in with the password, and not with a certificate.
 */
gboolean
sal_client_is_password_right (SalClient *client)
{
  return client->irc != NULL && sal_irc_machine_is_password_right (client->irc);
}

/**
 * sal_client_get_account:
 *
 * Returns: (transfer none) (nullable): the account that we are logged in to.
 */
const char *
sal_client_get_account (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_get_account (client->irc) : NULL;
}

/**
 * sal_client_get_home:
 *
 * Returns: (transfer none) (nullable): the room that came with the options, or that the server led
 *   us into because none did; as the server spells it once we are in it.
 */
const char *
sal_client_get_home (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_get_home (client->irc) : NULL;
}

/**
 * sal_client_get_rooms:
 *
 * Returns: (transfer none) (nullable): the rooms and who is there; they change before the action
 *   that says so is told. %NULL on the plain dialect.
 */
const SalIrcRooms *
sal_client_get_rooms (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_get_rooms (client->irc) : NULL;
}

/**
 * sal_client_get_support:
 *
 * Returns: (transfer none) (nullable): the server's limits and ways.
 */
const SalIrcSupport *
sal_client_get_support (SalClient *client)
{
  return client->irc != NULL ? &sal_irc_machine_get_rooms (client->irc)->support : NULL;
}

/**
 * sal_client_has_history:
 *
 * Returns: whether the server can be asked for the past.
 */
gboolean
sal_client_has_history (SalClient *client)
{
  return client->irc != NULL && sal_irc_machine_has_history (client->irc);
}

/**
 * sal_client_has_receipts:
 *
 * Returns: whether what we say comes back to us, so that it can be known to be delivered. Where
 *   it does not, %SAL_MESSAGE_SENT with `late` set is all that will ever be known, and comes at
 *   once.
 */
gboolean
sal_client_has_receipts (SalClient *client)
{
  return client->irc != NULL ? sal_irc_machine_has_receipts (client->irc)
                             : sal_client_machine_is_ours (client->machine);
}
