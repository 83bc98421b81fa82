/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MARKREAD (draft/read-marker): up to where somebody has read. It is theirs alone, and their
 * other connections learn of it.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"

/* Whose are kept with the hub; those of people without an account end with their connection. */
static GHashTable *
markers_of (SrvIrc *irc)
{
  if (srv_irc_me (irc)->account != NULL)
    return irc->hub->markers;
  if (irc->markers == NULL)
    irc->markers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return irc->markers;
}

static char *
key_of (const SrvIrc *irc, const char *target)
{
  g_autofree char *party = srv_user_party (srv_irc_me (irc));
  g_autofree char *key = sal_name_key (target);

  return g_strconcat (party, " ", key, NULL);
}

static void
send_time (SrvIrc *irc, const char *target, gint64 time_us)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (time_us > 0)
    {
      g_string_append (text, "timestamp=");
      sal_irc_append_time (text, time_us);
    }
  srv_irc_say (irc, "MARKREAD %s %s", target, time_us > 0 ? text->str : "*");
}

/**
 * srv_irc_send_marker:
 * @target: a room, with its sign, or a person
 */
void
srv_irc_send_marker (SrvIrc *irc, const char *target)
{
  g_autofree char *key = key_of (irc, target);
  const gint64 *known = g_hash_table_lookup (markers_of (irc), key);

  send_time (irc, target, known != NULL ? *known : 0);
}

/* Their other connections. */
static void
tell_others (SrvIrc *irc, const char *target, gint64 time_us)
{
  GHashTableIter iter;
  gpointer value = NULL;
  const char *account = srv_irc_me (irc)->account;

  g_hash_table_iter_init (&iter, irc->hub->sessions);
  while (account != NULL && g_hash_table_iter_next (&iter, NULL, &value))
    {
      SrvIrc *other = ((SrvSession *) value)->irc;
      const SrvUser *user = other != NULL && other != irc ? srv_irc_me (other) : NULL;

      if (user != NULL && g_strcmp0 (user->account, account) == 0 &&
          (other->caps & SAL_IRC_CAP_READ_MARKER))
        send_time (other, target, time_us);
    }
}

/**
 * srv_irc_handle_markread:
 */
void
srv_irc_handle_markread (SrvIrc *irc, const SalIrcLine *line)
{
  const char *target = line->n_params > 0 ? line->params[0] : "*";
  g_autofree char *key = NULL;
  const gint64 *known = NULL;
  gint64 time_us = 0;

  if (line->n_params == 0 || *target == '\0')
    {
      srv_irc_fail (irc, "MARKREAD", "NEED_MORE_PARAMS", ":A target is needed");
      return;
    }
  if (line->n_params == 1)
    {
      srv_irc_send_marker (irc, target);
      return;
    }
  if (!g_str_has_prefix (line->params[1], "timestamp=") ||
      !sal_irc_parse_time (line->params[1] + strlen ("timestamp="), &time_us) || time_us <= 0)
    {
      srv_irc_fail (irc, "MARKREAD", "INVALID_PARAMS", "%s %s :That is no timestamp", target,
                    line->params[1]);
      return;
    }
  key = key_of (irc, target);
  known = g_hash_table_lookup (markers_of (irc), key);
  if (known == NULL && g_hash_table_size (markers_of (irc)) >= SAL_READ_MARKERS)
    srv_irc_fail (irc, "MARKREAD", "TEMPORARILY_UNAVAILABLE", "%s :The server keeps %d at most",
                  target, SAL_READ_MARKERS);
  else if (known == NULL || *known < time_us)
    {
      g_hash_table_insert (markers_of (irc), g_steal_pointer (&key),
                           g_memdup2 (&time_us, sizeof time_us));
      tell_others (irc, target, time_us);
      send_time (irc, target, time_us);
    }
  else
    send_time (irc, target, *known);
}
