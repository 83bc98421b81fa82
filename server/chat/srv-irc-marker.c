/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MARKREAD (draft/read-marker): up to where somebody has read. It is theirs alone, and their
 * other connections learn of it, in whatever worker they are: those of an account are entries
 * of the log, so that all workers have the same.
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
key_of (const SrvUser *user, const char *target)
{
  g_autofree char *party = srv_user_party (user);
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
  g_autofree char *key = key_of (srv_irc_me (irc), target);
  const gint64 *known = g_hash_table_lookup (markers_of (irc), key);

  send_time (irc, target, known != NULL ? *known : 0);
}

/* Who asked is answered by itself. */
static void
tell_others (const SrvHub *hub, const SrvEntry *entry)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, hub->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SrvSession *session = value;
      const SrvUser *user = session->irc != NULL ? srv_irc_me (session->irc) : NULL;

      if (user != NULL && user->id != entry->origin.connection &&
          g_strcmp0 (user->account, entry->account) == 0 &&
          (session->irc->caps & SAL_IRC_CAP_READ_MARKER))
        send_time (session->irc, entry->target, (gint64) entry->number);
    }
}

/**
 * srv_irc_note_marker:
 * @entry: that somebody has read up to somewhere, in the order of the log
 */
void
srv_irc_note_marker (SrvHub *hub, const SrvEntry *entry)
{
  const SrvUser *user = srv_state_get_user (hub->state, entry->origin.connection);
  gint64 time_us = (gint64) entry->number;
  g_autofree char *key = NULL;
  const gint64 *known = NULL;

  if (user == NULL || user->account == NULL)
    return;
  key = key_of (user, entry->target);
  known = g_hash_table_lookup (hub->markers, key);
  if (known != NULL ? *known >= time_us : g_hash_table_size (hub->markers) >= SAL_READ_MARKERS)
    return;
  g_hash_table_insert (hub->markers, g_steal_pointer (&key), g_memdup2 (&time_us, sizeof time_us));
  tell_others (hub, entry);
}

static void
set_marker (SrvIrc *irc, const char *target, const char *key, gint64 time_us)
{
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_MARKER);

  if (fields.account == NULL)
    {
      g_hash_table_insert (markers_of (irc), g_strdup (key), g_memdup2 (&time_us, sizeof time_us));
      send_time (irc, target, time_us);
      return;
    }
  fields.target = target;
  fields.number = (guint64) time_us;
  srv_irc_post (irc, &fields);
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
  key = key_of (srv_irc_me (irc), target);
  known = g_hash_table_lookup (markers_of (irc), key);
  if (known == NULL && g_hash_table_size (markers_of (irc)) >= SAL_READ_MARKERS)
    srv_irc_fail (irc, "MARKREAD", "TEMPORARILY_UNAVAILABLE", "%s :The server keeps %d at most",
                  target, SAL_READ_MARKERS);
  else if (known == NULL || *known < time_us)
    set_marker (irc, target, key, time_us);
  else
    send_time (irc, target, *known);
}
