/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MARKREAD (draft/read-marker): up to where somebody has read. It is theirs alone, and their
 * other connections learn of it. Who has an account asks the log, so that one judge decides
 * whose time is later and every worker hears of it; else it ends with the connection.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "server/chat/srv-irc-private.h"

static void
append_time (GString *text, gint64 time_us)
{
  if (time_us > 0)
    {
      g_string_append (text, "timestamp=");
      sal_irc_append_time (text, time_us);
    }
  else
    g_string_append_c (text, '*');
}

static void
send_time (SrvIrc *irc, const char *target, gint64 time_us)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_time (text, time_us);
  srv_irc_say (irc, "MARKREAD %s %s", target, text->str);
}

/**
 * srv_irc_send_marker:
 * @target: a room, with its sign, or a person
 */
void
srv_irc_send_marker (SrvIrc *irc, const char *target)
{
  const char *account = srv_irc_me (irc)->who->account;

  send_time (irc, target,
             account != NULL ? irc->session->host->marker (irc->session, account, target)
                             : srv_markers_get (irc->markers, target));
}

/**
 * srv_irc_marked:
 *
 * Somebody has read; perhaps this person, with another connection.
 */
void
srv_irc_marked (SrvIrc *irc, const SrvEntry *entry)
{
  const SrvUser *me = srv_irc_me (irc);
  g_autoptr (GString) text = g_string_new (NULL);

  if (me == NULL || !(irc->caps & SAL_IRC_CAP_READ_MARKER) ||
      g_strcmp0 (me->who->account, entry->account) != 0)
    return;
  append_time (text, (gint64) entry->number);
  srv_irc_say_aside (irc, "MARKREAD %s %s", entry->target, text->str);
}

/**
 * srv_irc_on_marked:
 *
 * The log's answer: up to where they have read.
 */
void
srv_irc_on_marked (SrvIrc *irc, const SrvEntry *entry)
{
  send_time (irc, entry->target, (gint64) entry->number);
}

static void
mark (SrvIrc *irc, const char *target, gint64 time_us)
{
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_MARK);

  if (fields.account != NULL)
    {
      fields.target = target;
      fields.number = (guint64) time_us;
      srv_irc_post (irc, &fields);
      return;
    }
  if (irc->markers == NULL)
    irc->markers = srv_markers_new (SAL_READ_MARKERS);
  send_time (irc, target, srv_markers_set (irc->markers, target, time_us, NULL));
}

/**
 * srv_irc_handle_markread:
 */
void
srv_irc_handle_markread (SrvIrc *irc, const SalIrcLine *line)
{
  const char *target = line->n_params > 0 ? line->params[0] : "";
  gint64 time_us = 0;

  if (*target == '\0')
    srv_irc_fail (irc, "MARKREAD", "NEED_MORE_PARAMS", ":A target is needed");
  else if (srv_irc_echo (target) != target)
    srv_irc_fail (irc, "MARKREAD", "INVALID_PARAMS", "* :That is no target");
  else if (line->n_params == 1)
    srv_irc_send_marker (irc, target);
  else if (!g_str_has_prefix (line->params[1], "timestamp=") ||
           !sal_irc_parse_time (line->params[1] + strlen ("timestamp="), &time_us) || time_us <= 0)
    srv_irc_fail (irc, "MARKREAD", "INVALID_PARAMS", "%s %s :That is no timestamp", target,
                  srv_irc_echo (line->params[1]));
  else
    mark (irc, target, time_us);
}
