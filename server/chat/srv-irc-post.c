/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What IRC sessions ask of the log, and small things that all commands need: who one is,
 * which room a target is, texts that fit.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"
#include "server/chat/srv-irc-private.h"

/**
 * srv_irc_me:
 *
 * Returns: (transfer none) (nullable): who the client is, as the log has told.
 */
SrvUser *
srv_irc_me (const SrvIrc *irc)
{
  return srv_state_get_user (irc->hub->state, irc->session->connection);
}

/**
 * srv_irc_get_host:
 *
 * Returns: (transfer none): where the client comes from, as others see it.
 */
const char *
srv_irc_get_host (const SrvIrc *irc)
{
  const char *host = irc->session->who->host;
  const char *at = strchr (host, '@');

  return at != NULL ? at + 1 : host;
}

/**
 * srv_irc_wall_us:
 *
 * Returns: what time it is, in microseconds since 1970, UTC.
 */
gint64
srv_irc_wall_us (const SrvIrc *irc)
{
  return irc->session->host->wall_us (irc->session);
}

/**
 * srv_irc_fields:
 *
 * Returns: what every entry of this person has; its strings stay theirs.
 */
SrvEntry
srv_irc_fields (const SrvIrc *irc, SrvEntryKind kind)
{
  const SrvUser *me = srv_irc_me (irc);
  const SrvIrcIntroduction *introduction = me == NULL ? irc->introduction : NULL;
  SrvPerson *who = me != NULL ? me->who : irc->session->who;

  return (SrvEntry){
    .kind = (guint8) kind,
    .flags = SRV_ENTRY_FLAG_IRC | (irc->secure ? SRV_ENTRY_FLAG_SECURE : 0),
    .origin = { .connection = irc->session->connection },
    .who = who,
    .name = introduction != NULL ? introduction->nick : who->name,
    .address = who->address,
    .host = introduction != NULL ? introduction->source : who->host,
    .account = introduction != NULL ? introduction->account : who->account,
  };
}

/**
 * srv_irc_post:
 *
 * Asks the log; the answer comes to srv_irc_entry().
 */
void
srv_irc_post (SrvIrc *irc, const SrvEntry *fields)
{
  irc->in_flight++;
  irc->session->host->post (irc->session, srv_entry_new_from (fields));
}

/**
 * srv_irc_read:
 * @query: (transfer full)
 *
 * Asks for the past; the answer comes to irc->on_past.
 */
void
srv_irc_read (SrvIrc *irc, SrvLogQuery *query)
{
  irc->reading = TRUE;
  irc->session->host->read (irc->session, query);
}

/**
 * srv_irc_is_channel:
 *
 * Returns: whether @target is written as a room.
 */
gboolean
srv_irc_is_channel (const char *target)
{
  return *target == '#';
}

/**
 * srv_irc_room_of:
 * @target: `#NAME`
 *
 * Returns: (transfer full) (nullable): the room's name, or %NULL if no room can be called so.
 */
char *
srv_irc_room_of (const char *target)
{
  g_autofree char *room = NULL;

  if (*target != '#' || target[1] == '#' || !g_utf8_validate (target, -1, NULL))
    return NULL;
  room = sal_room_from_text (target + 1);
  return room != NULL && g_str_equal (room, target + 1) ? g_steal_pointer (&room) : NULL;
}

/**
 * srv_irc_find_channel:
 *
 * Returns: (transfer none) (nullable): the room @target, if anybody is in it.
 */
SrvChannel *
srv_irc_find_channel (const SrvIrc *irc, const char *target)
{
  return *target == '#' ? srv_state_find_channel (irc->hub->state, target + 1) : NULL;
}

static const struct
{
  const char *verb;
  guint most; /* bytes */
} texts[SRV_IRC_N_TEXTS] = {
  [SRV_IRC_TEXT_AWAY] = { "AWAY", SAL_AWAY_BYTES },
  [SRV_IRC_TEXT_KICK] = { "KICK", SAL_REASON_BYTES },
  [SRV_IRC_TEXT_KILL] = { "KILL", SAL_REASON_BYTES },
  [SRV_IRC_TEXT_PART] = { "PART", SAL_REASON_BYTES },
  [SRV_IRC_TEXT_QUIT] = { "QUIT", SAL_REASON_BYTES },
  [SRV_IRC_TEXT_REDACT] = { "REDACT", SAL_REASON_BYTES },
  [SRV_IRC_TEXT_TOPIC] = { "TOPIC", SAL_TOPIC_BYTES },
  [SRV_IRC_TEXT_USER] = { "USER", SAL_REAL_NAME_BYTES },
  [SRV_IRC_TEXT_WALLOPS] = { "WALLOPS", SAL_IRC_LINE_BYTES },
};

/**
 * srv_irc_around:
 * @verb: of a command that others are shown
 * @params: (nullable): those before the last one
 *
 * Returns: how many bytes the line has that shows it to them, without the last parameter.
 */
gsize
srv_irc_around (const SrvIrc *irc, const char *verb, const char *params)
{
  const SrvPerson *who = irc->session->who;

  return strlen (":!   :") + strlen (who->name) + strlen (who->host) + strlen (verb) +
         (params != NULL ? strlen (params) : 0);
}

/**
 * srv_irc_take_text:
 * @kind: what the command in hand says
 * @around: bytes that stand in front of it where others are shown it, see srv_irc_around()
 *
 * If that is not all of @text, the client is told when the command has succeeded, or at once by
 * srv_irc_tell_cut().
 *
 * Returns: (transfer full): the beginning of @text, see srv_irc_cut().
 */
char *
srv_irc_take_text (SrvIrc *irc, SrvIrcText kind, const char *text, gsize around)
{
  gsize space = SAL_IRC_LINE_BYTES - MIN (around, SAL_IRC_LINE_BYTES);
  gsize most = MIN (texts[kind].most, space);
  char *taken = srv_irc_cut (text, most);

  irc->cut = strlen (taken) == strlen (text) ? SRV_IRC_TEXT_NONE : (guint) kind & 15u;
  irc->cut_at = (guint) most & 1023u;
  return taken;
}

/**
 * srv_irc_tell_cut:
 *
 * Tells the client, once, if a text of the command in hand was too long.
 */
void
srv_irc_tell_cut (SrvIrc *irc)
{
  const char *verb = texts[irc->cut].verb;
  guint most = irc->cut_at;

  if (irc->cut == SRV_IRC_TEXT_NONE)
    return;
  irc->cut = SRV_IRC_TEXT_NONE;
  if (irc->caps & SAL_IRC_CAP_STANDARD_REPLIES)
    srv_irc_say (irc, "WARN %s TEXT_CUT :That is too long: the first %u bytes were taken", verb,
                 most);
  else
    srv_irc_say (irc, "NOTICE %s :%s: that is too long: the first %u bytes were taken",
                 srv_irc_get_nick (irc), verb, most);
}

/**
 * srv_irc_split:
 * @list: a parameter that is a list, with commas between its elements
 *
 * Returns: (transfer full) (array zero-terminated=1): its elements. One that is empty is none:
 *   `#a,,#b` has two, and `,` has none.
 */
char **
srv_irc_split (const char *list)
{
  char **elements = g_strsplit (list, ",", -1);
  guint n = 0;

  for (guint i = 0; elements[i] != NULL; i++)
    if (*elements[i] != '\0')
      elements[n++] = elements[i];
    else
      g_free (elements[i]);
  elements[n] = NULL;
  return elements;
}

/* What is longer is no name of anything here, and leaves no place for what is said of it. */
#define ECHO_BYTES 200

/**
 * srv_irc_echo:
 * @param: what a client has sent
 *
 * Returns: (transfer none): @param where it can stand in the middle of a line, else `*`: the
 * parameters after it must stay what they are.
 */
const char *
srv_irc_echo (const char *param)
{
  return *param != '\0' && *param != ':' && strchr (param, ' ') == NULL &&
                 strlen (param) <= ECHO_BYTES
             ? param
             : "*";
}

/**
 * srv_irc_cut:
 * @most: bytes
 *
 * Returns: (transfer full): the beginning of @text, never ending in the middle of a character.
 */
char *
srv_irc_cut (const char *text, gsize most)
{
  return g_strndup (text, sal_text_fit (text, strlen (text), most));
}
