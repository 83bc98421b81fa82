/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JOIN, PART, TOPIC, KICK and INVITE: what is asked of the log about rooms, and what who has
 * come in is told.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

static void
no_such_channel (SrvIrc *irc, const char *name)
{
  srv_irc_reply (irc, ERR_NOSUCHCHANNEL, "%s :No such channel", srv_irc_echo (name));
}

static void
need_more (SrvIrc *irc, const char *verb)
{
  srv_irc_reply (irc, ERR_NEEDMOREPARAMS, "%s :Not enough parameters", verb);
}

static void
join_one (SrvIrc *irc, const char *name, const char *key)
{
  g_autofree char *room = srv_irc_room_of (name);
  SrvEntry fields;

  if (room == NULL)
    {
      if (*name == '#' && name[1] != '\0')
        srv_irc_reply (irc, ERR_BADCHANMASK, "%s :Bad channel name", srv_irc_echo (name));
      else
        no_such_channel (irc, name);
      return;
    }
  fields = srv_irc_fields (irc, SRV_ENTRY_JOIN);
  fields.room = room;
  fields.text = key;
  srv_irc_post (irc, &fields);
}

static void
part_all (SrvIrc *irc)
{
  const SrvUser *me = srv_irc_me (irc);

  for (guint i = 0; i < me->n_memberships; i++)
    {
      const SrvMembership *membership = srv_user_get_membership (me, i);
      SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_LEAVE);

      fields.room = membership->channel->name;
      srv_irc_post (irc, &fields);
    }
}

/**
 * srv_irc_handle_join:
 */
void
srv_irc_handle_join (SrvIrc *irc, const SalIrcLine *line)
{
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) keys = NULL;
  guint n_keys = 0;
  gboolean found = FALSE;

  if (g_str_equal (line->params[0], "0") && line->n_params == 1)
    {
      part_all (irc);
      return;
    }
  names = g_strsplit (line->params[0], ",", -1);
  keys = g_strsplit (line->n_params > 1 ? line->params[1] : "", ",", -1);
  n_keys = g_strv_length (keys);
  /* A name that is empty is none, but it has a place, and so has its key. */
  for (guint i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0')
      {
        join_one (irc, names[i], i < n_keys && *keys[i] != '\0' ? keys[i] : NULL);
        found = TRUE;
      }
  if (!found)
    need_more (irc, "JOIN");
}

/**
 * srv_irc_on_joined:
 *
 * The client is in a room now.
 */
void
srv_irc_on_joined (SrvIrc *irc, const SrvEntry *entry)
{
  SrvChannel *channel = srv_state_find_channel (irc->hub->state, entry->room);
  g_autofree char *target = g_strconcat ("#", entry->room, NULL);

  srv_irc_relayed (irc, entry);
  if (channel == NULL)
    return;
  if (channel->topic != NULL)
    srv_irc_send_topic (irc, channel);
  if (irc->caps & SAL_IRC_CAP_READ_MARKER)
    srv_irc_send_marker (irc, target);
  if (!(irc->caps & SAL_IRC_CAP_NO_IMPLICIT_NAMES))
    srv_irc_send_names (irc, channel);
  if (!(irc->caps & SAL_IRC_CAP_CHATHISTORY) && irc->hub->config.history_on_join > 0)
    srv_irc_show_past (irc, entry);
}

/* The longest of @names, for which a text must be short enough. */
static const char *
longest (char **names)
{
  const char *found = "";

  for (; *names != NULL; names++)
    if (strlen (*names) > strlen (found))
      found = *names;
  return found;
}

/**
 * srv_irc_handle_part:
 */
void
srv_irc_handle_part (SrvIrc *irc, const SalIrcLine *line)
{
  g_auto (GStrv) names = srv_irc_split (line->params[0]);
  g_autofree char *reason = line->n_params > 1
                                ? srv_irc_take_text (irc, SRV_IRC_TEXT_PART, line->params[1],
                                                     srv_irc_around (irc, "PART", longest (names)))
                                : NULL;

  if (names[0] == NULL)
    need_more (irc, "PART");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *room = srv_irc_room_of (names[i]);
      SrvEntry fields;

      if (room == NULL)
        {
          no_such_channel (irc, names[i]);
          continue;
        }
      fields = srv_irc_fields (irc, SRV_ENTRY_LEAVE);
      fields.room = room;
      fields.text = reason;
      srv_irc_post (irc, &fields);
    }
}

/* Who is not inside may not even know that a secret room is there. */
static gboolean
may_see (SrvIrc *irc, const SrvChannel *channel)
{
  return !(channel->modes & SRV_MODE_SECRET) ||
         srv_state_find_membership (srv_irc_me (irc), channel) != NULL;
}

static void
tell_topic (SrvIrc *irc, const char *name)
{
  const SrvChannel *channel = srv_irc_find_channel (irc, name);

  if (channel == NULL || !may_see (irc, channel))
    no_such_channel (irc, name);
  else if (channel->topic == NULL)
    srv_irc_reply (irc, RPL_NOTOPIC, "#%s :No topic is set", channel->name);
  else
    srv_irc_send_topic (irc, channel);
}

/**
 * srv_irc_send_topic:
 * @channel: one with a topic
 */
void
srv_irc_send_topic (SrvIrc *irc, const SrvChannel *channel)
{
  srv_irc_reply (irc, RPL_TOPIC, "#%s :%s", channel->name, channel->topic);
  srv_irc_reply (irc, RPL_TOPICWHOTIME, "#%s %s %" G_GINT64_FORMAT, channel->name,
                 channel->topic_by, channel->topic_us / G_USEC_PER_SEC);
}

/**
 * srv_irc_handle_topic:
 */
void
srv_irc_handle_topic (SrvIrc *irc, const SalIrcLine *line)
{
  g_autofree char *room = srv_irc_room_of (line->params[0]);
  g_autofree char *topic = NULL;
  SrvEntry fields;

  if (line->n_params < 2)
    {
      tell_topic (irc, line->params[0]);
      return;
    }
  if (room == NULL)
    {
      no_such_channel (irc, line->params[0]);
      return;
    }
  topic = srv_irc_take_text (irc, SRV_IRC_TEXT_TOPIC, line->params[1],
                             srv_irc_around (irc, "TOPIC", line->params[0]));
  fields = srv_irc_fields (irc, SRV_ENTRY_TOPIC);
  fields.room = room;
  fields.text = topic;
  srv_irc_post (irc, &fields);
}

static void
kick_one (SrvIrc *irc, const char *channel, const char *name, const char *reason)
{
  g_autofree char *room = srv_irc_room_of (channel);
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_KICK);

  if (room == NULL)
    {
      no_such_channel (irc, channel);
      return;
    }
  fields.room = room;
  fields.target = name;
  fields.text = reason;
  srv_irc_post (irc, &fields);
}

/**
 * srv_irc_handle_kick:
 *
 * One room and many people, or as many rooms as people (RFC 2812, 3.2.8).
 */
void
srv_irc_handle_kick (SrvIrc *irc, const SalIrcLine *line)
{
  g_auto (GStrv) channels = srv_irc_split (line->params[0]);
  g_auto (GStrv) names = srv_irc_split (line->params[1]);
  guint n_channels = g_strv_length (channels);
  guint n_names = g_strv_length (names);
  g_autofree char *params = g_strconcat (longest (channels), " ", longest (names), NULL);
  g_autofree char *reason = srv_irc_take_text (
      irc, SRV_IRC_TEXT_KICK,
      line->n_params > 2 && *line->params[2] != '\0' ? line->params[2] : srv_irc_get_nick (irc),
      srv_irc_around (irc, "KICK", params));

  if (n_channels == 0 || n_names == 0 || (n_channels > 1 && n_channels != n_names))
    {
      need_more (irc, "KICK");
      return;
    }
  for (guint i = 0; i < n_names; i++)
    {
      if (i >= SAL_TARGETS_PER_COMMAND)
        {
          srv_irc_reply (irc, ERR_TOOMANYTARGETS, "%s :Too many targets (%d)",
                         srv_irc_echo (names[i]), SAL_TARGETS_PER_COMMAND);
          break;
        }
      kick_one (irc, channels[n_channels > 1 ? i : 0], names[i], reason);
    }
}

static void
add_invitation (gpointer key, gpointer value, gpointer data)
{
  const SrvChannel *channel = key;

  srv_irc_reply (data, RPL_INVITELIST, "#%s", channel->name);
}

static void
tell_invitations (SrvIrc *irc)
{
  const SrvUser *me = srv_irc_me (irc);

  if (me->extra != NULL && me->extra->invited != NULL)
    g_hash_table_foreach (me->extra->invited, add_invitation, irc);
  srv_irc_reply (irc, RPL_ENDOFINVITELIST, ":End of /INVITE list");
}

/**
 * srv_irc_handle_invite:
 */
void
srv_irc_handle_invite (SrvIrc *irc, const SalIrcLine *line)
{
  g_autofree char *room = NULL;
  SrvEntry fields;

  if (line->n_params == 0)
    {
      tell_invitations (irc);
      return;
    }
  if (line->n_params == 1)
    {
      need_more (irc, "INVITE");
      return;
    }
  room = srv_irc_room_of (line->params[1]);
  if (room == NULL)
    {
      no_such_channel (irc, line->params[1]);
      return;
    }
  fields = srv_irc_fields (irc, SRV_ENTRY_INVITE);
  fields.room = room;
  fields.target = line->params[0];
  srv_irc_post (irc, &fields);
}
