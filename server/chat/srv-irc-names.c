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

static void
append_prefixes (GString *out, const SrvIrc *irc, guint rank)
{
  if (rank & SRV_RANK_OPERATOR)
    g_string_append_c (out, '@');
  if ((rank & SRV_RANK_VOICE) &&
      ((irc->caps & SAL_IRC_CAP_MULTI_PREFIX) || !(rank & SRV_RANK_OPERATOR)))
    g_string_append_c (out, '+');
}

static void
append_name (GString *line, const SrvIrc *irc, const SrvMembership *membership)
{
  append_prefixes (line, irc, membership->rank);
  g_string_append (line, membership->user->who->name);
  if (irc->caps & SAL_IRC_CAP_USERHOST_IN_NAMES)
    g_string_append_printf (line, "!%s", membership->user->who->host);
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
      gsize before = line->len;

      if (!inside && (membership->user->modes & SRV_UMODE_INVISIBLE))
        continue;
      if (line->len > empty)
        g_string_append_c (line, ' ');
      append_name (line, irc, membership);
      if (line->len <= SAL_IRC_LINE_BYTES || before == empty)
        continue;
      g_string_truncate (line, before);
      srv_irc_emit (irc, line->str);
      srv_irc_list_begin (line, irc, RPL_NAMREPLY, params);
      append_name (line, irc, membership);
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
  names = srv_irc_split (line->params[0]);
  if (names[0] == NULL)
    srv_irc_reply (irc, RPL_ENDOFNAMES, "* :End of /NAMES list");
  else
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
  GPtrArray *masks; /* (owned) of Mask (owned): one of these, if there are any */
  gint64 now_us;
  gint64 more_than;
  gint64 fewer_than;
  gint64 topic_newer_us; /* 0: none */
  gint64 topic_older_us;
  gint64 newer_us;
  gint64 older_us;
  guint found;
} List;

/* `*x*`, and with an exclamation mark all others. */
typedef struct
{
  char *key; /* (owned) */
  gboolean others;
} Mask;

static void
mask_free (gpointer data)
{
  Mask *mask = data;

  g_free (mask->key);
  g_free (mask);
}

static void
add_mask (List *list, const char *text)
{
  Mask *mask = g_new (Mask, 1);

  mask->others = *text == '!';
  mask->key = sal_name_key (text + mask->others);
  g_ptr_array_add (list->masks, mask);
}

static gboolean
matches_mask (const List *list, const SrvChannel *channel)
{
  g_autofree char *name = g_strconcat ("#", channel->key, NULL);

  for (guint i = 0; i < list->masks->len; i++)
    {
      const Mask *mask = list->masks->pdata[i];

      if (sal_irc_mask_matches (mask->key, name) != mask->others)
        return TRUE;
    }
  return list->masks->len == 0;
}

static gboolean
is_listed (const List *list, const SrvChannel *channel)
{
  gint64 topic_us = channel->topic != NULL ? channel->topic_us : 0;

  if ((channel->modes & SRV_MODE_SECRET) &&
      srv_state_find_membership (srv_irc_me (list->irc), channel) == NULL)
    return FALSE;
  return matches_mask (list, channel) && channel->members->len > list->more_than &&
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

/* Returns FALSE if there are too many masks, which the client is told. */
static gboolean
take_words (List *list, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0' || take_condition (list, words[i]))
        continue;
      if (list->masks->len == SAL_LIST_MASKS)
        {
          srv_irc_reply (list->irc, ERR_TOOMANYTARGETS, "%s :Too many targets (%d)",
                         srv_irc_echo (words[i]), SAL_LIST_MASKS);
          return FALSE;
        }
      add_mask (list, words[i]);
    }
  return TRUE;
}

/**
 * srv_irc_handle_list:
 *
 * Names and conditions may stand in one parameter or in two.
 */
void
srv_irc_handle_list (SrvIrc *irc, const SalIrcLine *line)
{
  g_autoptr (GPtrArray) masks = g_ptr_array_new_with_free_func (mask_free);
  List list = {
    .irc = irc, .masks = masks, .now_us = srv_irc_wall_us (irc), .more_than = -1, .fewer_than = -1
  };

  for (guint i = 0; i < MIN (line->n_params, 2); i++)
    if (!take_words (&list, line->params[i]))
      return;
  srv_irc_reply (irc, RPL_LISTSTART, "Channel :Users  Name");
  srv_state_foreach_channel (irc->hub->state, list_channel, &list);
  irc->session->host->spend (irc->session, SAL_LOOK_BYTES * (1 + masks->len) *
                                               srv_state_count_channels (irc->hub->state));
  if (list.found > SAL_LIST_ROOMS)
    srv_irc_reply (irc, ERR_TOOMANYMATCHES, "LIST :Too many rooms (%d are shown)", SAL_LIST_ROOMS);
  srv_irc_reply (irc, RPL_LISTEND, ":End of /LIST");
}
