/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * WHO and WHOX: the people of a room, or those whom a mask matches. Whoever is invisible is
 * seen by those who share a room with them, and by operators.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

/* How many people one question may name, so that nobody fills their own send queue. */
#define WHO_MOST 1000

/* The fields of WHOX in the order in which they are answered. */
static const char whox_order[] = "tcuihsnfdlaor";

typedef struct
{
  SrvIrc *irc;
  const char *mask;
  char *key;          /* (owned): of the mask */
  const char *fields; /* (nullable): WHOX */
  char *token;        /* (owned) (nullable) */
  gboolean operators; /* only those */
  gboolean brief;     /* the server is only hinted at: else the line would be too long */
  guint found;
} Who;

/**
 * srv_irc_sees:
 *
 * Returns: whether the client may find @user without knowing their name.
 */
gboolean
srv_irc_sees (const SrvIrc *irc, const SrvUser *user)
{
  const SrvUser *me = srv_irc_me (irc);

  return !(user->modes & SRV_UMODE_INVISIBLE) || user == me || (me->modes & SRV_UMODE_OPERATOR) ||
         srv_state_share_channel (me, user);
}

static void
append_flags (GString *out, const Who *who, const SrvUser *user, guint rank)
{
  g_string_append_c (out, srv_user_get_away (user) != NULL ? 'G' : 'H');
  if (user->modes & SRV_UMODE_OPERATOR)
    g_string_append_c (out, '*');
  if (rank & SRV_RANK_OPERATOR)
    g_string_append_c (out, '@');
  if ((rank & SRV_RANK_VOICE) &&
      ((who->irc->caps & SAL_IRC_CAP_MULTI_PREFIX) || !(rank & SRV_RANK_OPERATOR)))
    g_string_append_c (out, '+');
  if (user->modes & SRV_UMODE_BOT)
    g_string_append_c (out, 'B');
}

/* A room of @user that the client may know of. */
static const SrvMembership *
visible_membership (const Who *who, const SrvUser *user)
{
  const SrvUser *me = srv_irc_me (who->irc);

  for (guint i = 0; i < user->n_memberships; i++)
    {
      const SrvMembership *membership = srv_user_get_membership (user, i);

      if (!(membership->channel->modes & SRV_MODE_SECRET) ||
          srv_state_find_membership (me, membership->channel) != NULL)
        return membership;
    }
  return NULL;
}

static void
append_field (
    GString *out, const Who *who, char field, const SrvUser *user, const SrvMembership *membership)
{
  const char *at = strchr (user->who->host, '@');
  guint rank = membership != NULL ? membership->rank : 0;

  g_string_append_c (out, ' ');
  switch (field)
    {
    case 't':
      g_string_append (out, who->token != NULL ? who->token : "0");
      break;
    case 'c':
      g_string_append_printf (out, "%s%s", membership != NULL ? "#" : "*",
                              membership != NULL ? membership->channel->name : "");
      break;
    case 'u':
      g_string_append_len (out, user->who->host, at != NULL ? at - user->who->host : -1);
      break;
    case 'i':
      g_string_append (out, "255.255.255.255"); /* nobody is told where others are */
      break;
    case 'h':
      g_string_append (out, at != NULL ? at + 1 : user->who->host);
      break;
    case 's':
      g_string_append (out, who->brief ? "*" : srv_irc_server (who->irc));
      break;
    case 'n':
      g_string_append (out, user->who->name);
      break;
    case 'f':
      append_flags (out, who, user, rank);
      break;
    case 'd':
    case 'l':
      g_string_append_c (out, '0');
      break;
    case 'a':
      g_string_append (out, user->who->account != NULL ? user->who->account : "0");
      break;
    case 'o':
      g_string_append (out, rank & SRV_RANK_OPERATOR ? "0" : "n/a");
      break;
    default:
      g_string_append_printf (out, ":%s", srv_person_get_real_name (user->who));
      break;
    }
}

static void
append_reply (GString *line, const Who *who, const SrvUser *user, const SrvMembership *membership)
{
  const char *classic = "cuhsnf";

  srv_irc_list_begin (line, who->irc, who->fields != NULL ? RPL_WHOSPCRPL : RPL_WHOREPLY, "");
  g_string_truncate (line, line->len - 1);
  if (who->fields == NULL)
    {
      for (const char *at = classic; *at != '\0'; at++)
        append_field (line, who, *at, user, membership);
      g_string_append_printf (line, " :0 %s", srv_person_get_real_name (user->who));
    }
  else
    for (const char *at = whox_order; *at != '\0'; at++)
      if (strchr (who->fields, *at) != NULL)
        append_field (line, who, *at, user, membership);
}

static void
reply (Who *who, const SrvUser *user, const SrvMembership *membership)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (++who->found > WHO_MOST)
    return;
  append_reply (line, who, user, membership);
  who->brief = line->len > SAL_IRC_LINE_BYTES;
  if (who->brief)
    append_reply (line, who, user, membership);
  who->brief = FALSE;
  srv_irc_emit (who->irc, line->str);
}

static void
who_room (Who *who, const SrvChannel *channel)
{
  gboolean inside = srv_state_find_membership (srv_irc_me (who->irc), channel) != NULL;

  if ((channel->modes & SRV_MODE_SECRET) && !inside)
    return;
  for (guint i = 0; i < channel->members->len; i++)
    {
      const SrvMembership *membership = channel->members->pdata[i];

      if ((inside || srv_irc_sees (who->irc, membership->user)) &&
          (!who->operators || (membership->user->modes & SRV_UMODE_OPERATOR)))
        reply (who, membership->user, membership);
    }
}

static gboolean
matches (const Who *who, const SrvUser *user)
{
  g_autofree char *source = NULL;
  g_autofree char *key = NULL;

  if (g_str_equal (who->mask, "*") || g_str_equal (who->mask, "0") ||
      sal_irc_mask_matches (who->key, srv_person_get_key (user->who)))
    return TRUE;
  source = g_strconcat (user->who->name, "!", user->who->host, NULL);
  key = sal_name_key (source);
  return strpbrk (who->mask, "!@") != NULL && sal_irc_mask_matches (who->key, key);
}

static void
who_one (SrvUser *user, gpointer data)
{
  Who *who = data;

  if ((!who->operators || (user->modes & SRV_UMODE_OPERATOR)) && matches (who, user) &&
      srv_irc_sees (who->irc, user))
    reply (who, user, visible_membership (who, user));
}

static void
read_options (Who *who, const char *options)
{
  const char *percent = strchr (options, '%');
  const char *token = NULL;

  who->operators =
      memchr (options, 'o', percent != NULL ? (gsize) (percent - options) : strlen (options)) !=
      NULL;
  if (percent == NULL)
    return;
  who->fields = percent + 1;
  token = strchr (percent, ',');
  if (token != NULL && strspn (token + 1, "0123456789") > 0)
    who->token = g_strndup (token + 1, MIN (strspn (token + 1, "0123456789"), 3));
}

/**
 * srv_irc_handle_who:
 */
void
srv_irc_handle_who (SrvIrc *irc, const SalIrcLine *line)
{
  Who who = { .irc = irc, .mask = line->n_params > 0 ? line->params[0] : "*" };
  const SrvUser *user = NULL;
  const SrvChannel *channel = NULL;
  g_autofree char *fields = NULL;

  if (line->n_params > 1)
    read_options (&who, line->params[1]);
  if (who.fields != NULL)
    who.fields = fields = g_strndup (who.fields, strcspn (who.fields, ","));
  who.key = sal_name_key (who.mask);
  if (srv_irc_is_channel (who.mask))
    {
      channel = srv_irc_find_channel (irc, who.mask);
      if (channel != NULL)
        who_room (&who, channel);
    }
  else if (strpbrk (who.mask, "*?!@") == NULL && !g_str_equal (who.mask, "0"))
    {
      user = srv_state_find_user (irc->hub->state, who.mask);
      if (user != NULL && (!who.operators || (user->modes & SRV_UMODE_OPERATOR)))
        reply (&who, user, visible_membership (&who, user));
    }
  else
    {
      srv_state_foreach_user (irc->hub->state, who_one, &who);
      irc->session->host->spend (irc->session,
                                 SAL_LOOK_BYTES * srv_state_count_users (irc->hub->state));
    }
  if (who.found > WHO_MOST)
    srv_irc_reply (irc, ERR_TOOMANYMATCHES, "%s :Too many matches (%d are shown)",
                   srv_irc_echo (who.mask), WHO_MOST);
  srv_irc_reply (irc, RPL_ENDOFWHO, "%s :End of /WHO list", srv_irc_echo (who.mask));
  g_free (who.key);
  g_free (who.token);
}
