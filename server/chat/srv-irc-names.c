/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * NAMES and LIST: who is in a room, and which rooms there are.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

/* What a line of names may hold; the longest name and host fit behind it. */
#define NAMES_BYTES 400

static void
append_prefixes (GString *out, const SrvIrc *irc, guint rank)
{
  if (rank & SRV_RANK_OPERATOR)
    g_string_append_c (out, '@');
  if ((rank & SRV_RANK_VOICE) &&
      ((irc->caps & SAL_IRC_CAP_MULTI_PREFIX) || !(rank & SRV_RANK_OPERATOR)))
    g_string_append_c (out, '+');
}

/**
 * srv_irc_send_names:
 *
 * Those in @channel whom the client may see.
 */
void
srv_irc_send_names (SrvIrc *irc, const SrvChannel *channel)
{
  const SrvUser *me = srv_irc_me (irc);
  gboolean inside = srv_state_find_membership (me, channel) != NULL;
  g_autofree char *params =
      g_strdup_printf ("%c #%s :", channel->modes & SRV_MODE_SECRET ? '@' : '=', channel->name);
  g_autoptr (GString) line = g_string_new (NULL);
  gsize empty = 0;

  srv_irc_list_begin (line, irc, RPL_NAMREPLY, params);
  empty = line->len;
  for (guint i = 0; i < channel->members->len; i++)
    {
      const SrvMembership *membership = channel->members->pdata[i];
      const SrvUser *user = membership->user;

      if (!inside && (user->modes & SRV_UMODE_INVISIBLE))
        continue;
      if (line->len > NAMES_BYTES)
        {
          srv_irc_emit (irc, line->str);
          srv_irc_list_begin (line, irc, RPL_NAMREPLY, params);
        }
      if (line->len > empty)
        g_string_append_c (line, ' ');
      append_prefixes (line, irc, membership->rank);
      g_string_append (line, user->who->name);
      if (irc->caps & SAL_IRC_CAP_USERHOST_IN_NAMES)
        g_string_append_printf (line, "!%s", user->who->host);
    }
  if (line->len > empty)
    srv_irc_emit (irc, line->str);
  srv_irc_reply (irc, RPL_ENDOFNAMES, "#%s :End of /NAMES list", channel->name);
}

/**
 * srv_irc_handle_names:
 */
void
srv_irc_handle_names (SrvIrc *irc, const SalIrcLine *line)
{
  g_auto (GStrv) names = NULL;
  const SrvUser *me = srv_irc_me (irc);

  if (line->n_params == 0)
    {
      srv_irc_reply (irc, RPL_ENDOFNAMES, "* :End of /NAMES list");
      return;
    }
  names = g_strsplit (line->params[0], ",", 2);
  if (names[0] != NULL)
    {
      const SrvChannel *channel = srv_irc_find_channel (irc, names[0]);

      if (channel != NULL &&
          (!(channel->modes & SRV_MODE_SECRET) || srv_state_find_membership (me, channel) != NULL))
        srv_irc_send_names (irc, channel);
      else
        srv_irc_reply (irc, RPL_ENDOFNAMES, "%s :End of /NAMES list", srv_irc_echo (names[0]));
    }
}

/* Conditions of a LIST, and where it goes. */
typedef struct
{
  SrvIrc *irc;
  char **names; /* (nullable): one of these, or a mask */
  gint64 now_us;
  gint64 more_than;
  gint64 fewer_than;
  gint64 topic_newer_us; /* 0: none */
  gint64 topic_older_us;
  gint64 newer_us;
  gint64 older_us;
  guint found;
} List;

static gboolean
matches_one (const char *pattern, const SrvChannel *channel)
{
  gboolean not = *pattern == '!';
  g_autofree char *wanted = sal_name_key (pattern + not );
  g_autofree char *name = g_strconcat ("#", channel->key, NULL);

  return sal_irc_mask_matches (wanted, name) != not ;
}

static gboolean
is_listed (const List *list, const SrvChannel *channel)
{
  gint64 topic_us = channel->topic != NULL ? channel->topic_us : 0;
  gboolean found = list->names == NULL;

  if ((channel->modes & SRV_MODE_SECRET) &&
      srv_state_find_membership (srv_irc_me (list->irc), channel) == NULL)
    return FALSE;
  for (guint i = 0; !found && list->names[i] != NULL; i++)
    found = matches_one (list->names[i], channel);
  return found && channel->members->len > list->more_than &&
         (list->fewer_than < 0 || channel->members->len < list->fewer_than) &&
         (list->topic_newer_us == 0 || topic_us > list->topic_newer_us) &&
         (list->topic_older_us == 0 || (topic_us > 0 && topic_us < list->topic_older_us)) &&
         (list->newer_us == 0 || channel->created_us > list->newer_us) &&
         (list->older_us == 0 || channel->created_us < list->older_us);
}

static void
list_channel (SrvChannel *channel, gpointer data)
{
  List *list = data;

  if (is_listed (list, channel) && ++list->found <= SAL_LIST_ROOMS)
    srv_irc_reply (list->irc, RPL_LIST, "#%s %u :%s", channel->name, channel->members->len,
                   channel->topic != NULL ? channel->topic : "");
}

/* `>3`, `<10`, `T<60`, `C>5`: ELIST. Returns FALSE if @text is no condition. */
static gboolean
take_condition (List *list, const char *text)
{
  char kind = g_ascii_toupper (*text);
  const char *at = kind == 'T' || kind == 'C' ? text + 1 : text;
  char *end = NULL;
  gint64 number = 0;
  gint64 then_us = 0;

  if (*at != '<' && *at != '>')
    return FALSE;
  number = strtol (at + 1, &end, 10);
  if (end == at + 1 || *end != '\0')
    return FALSE;
  /* No room is older than the calendar, and no number may run over. */
  then_us = list->now_us - CLAMP (number, G_MININT32, G_MAXINT32) * 60 * G_USEC_PER_SEC;
  if (kind == 'T' && *at == '<')
    list->topic_newer_us = then_us;
  else if (kind == 'T')
    list->topic_older_us = then_us;
  else if (kind == 'C' && *at == '<')
    list->newer_us = then_us;
  else if (kind == 'C')
    list->older_us = then_us;
  else if (*at == '<')
    list->fewer_than = number;
  else
    list->more_than = number;
  return TRUE;
}

/**
 * srv_irc_handle_list:
 */
void
srv_irc_handle_list (SrvIrc *irc, const SalIrcLine *line)
{
  List list = { .irc = irc, .now_us = srv_irc_wall_us (irc), .more_than = -1, .fewer_than = -1 };
  g_auto (GStrv) words = g_strsplit (line->n_params > 0 ? line->params[0] : "", ",", 64);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !take_condition (&list, words[i]))
      g_ptr_array_add (names, words[i]);
  if (names->len > 0)
    {
      g_ptr_array_add (names, NULL);
      list.names = (char **) names->pdata;
    }
  srv_irc_reply (irc, RPL_LISTSTART, "Channel :Users  Name");
  srv_state_foreach_channel (irc->hub->state, list_channel, &list);
  irc->session->host->spend (irc->session, SAL_LOOK_BYTES * (1 + names->len) *
                                               srv_state_count_channels (irc->hub->state));
  if (list.found > SAL_LIST_ROOMS)
    srv_irc_reply (irc, ERR_TOOMANYMATCHES, "LIST :Too many rooms (%d are shown)", SAL_LIST_ROOMS);
  srv_irc_reply (irc, RPL_LISTEND, ":End of /LIST");
}
