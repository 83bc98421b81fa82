/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the server says of itself: ISUPPORT, MOTD, LUSERS, VERSION, TIME, INFO, ADMIN, LINKS,
 * STATS.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"
#include "common/proto/sal-utc.h"
#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

/* Tokens in one line: with the client's name and the text there are at most 15 parameters. */
#define TOKENS_PER_LINE 12
#define TOKENS_TEXT ":are supported by this server"

#define STRINGIFY(x) #x
#define NUMBER(x) STRINGIFY (x)
#define TARGETS NUMBER (SAL_TARGETS_PER_COMMAND)

static const char *const tokens[] = {
  "ACCOUNTEXTBAN=a",
  "AWAYLEN=" NUMBER (SAL_AWAY_BYTES),
  "BOT=B",
  "CASEMAPPING=ascii",
  "CHANLIMIT=#:" NUMBER (SAL_ROOMS_PER_PERSON),
  "CHANMODES=" SRV_MODES_TYPES,
  "CHANNELLEN=51", /* SAL_ROOM_MAX_BYTES and the `#` */
  "CHANTYPES=#",
  "CHATHISTORY=" NUMBER (SAL_HISTORY_MAX),
  "ELIST=CMNTU",
  "EXCEPTS=e",
  "EXTBAN=$,a",
  "HOSTLEN=" NUMBER (SAL_HOST_BYTES),
  "INVEX=I",
  "KEYLEN=" NUMBER (SAL_ROOM_KEY_BYTES),
  "KICKLEN=" NUMBER (SAL_REASON_BYTES),
  "LINELEN=512",
  "MAXLIST=I:" NUMBER (SAL_MASKS_PER_ROOM) ",b:" NUMBER (SAL_MASKS_PER_ROOM) ",e:" NUMBER (
      SAL_MASKS_PER_ROOM),
  "MAXTARGETS=" NUMBER (SAL_TARGETS_PER_COMMAND),
  "MODES=" NUMBER (SAL_MODES_PER_COMMAND),
  "MONITOR=" NUMBER (SAL_MONITOR_TARGETS),
  "MSGREFTYPES=msgid,timestamp",
  "NAMELEN=" NUMBER (SAL_REAL_NAME_BYTES),
  "NICKLEN=" NUMBER (SAL_NAME_MAX_CHARS),
  "PREFIX=(ov)@+",
  "SAFELIST",
  "STATUSMSG=@+",
  "TARGMAX=JOIN:,KICK:" TARGETS ",LIST:" NUMBER (SAL_LIST_MASKS) ",MONITOR:,NAMES:1,NOTICE:" TARGETS
                                                                 ",PART:,PRIVMSG:" TARGETS
                                                                 ",TAGMSG:" TARGETS ",WHOIS:1",
  "TOPICLEN=" NUMBER (SAL_TOPIC_BYTES),
  "USERLEN=" NUMBER (SAL_USER_NAME_BYTES),
  "UTF8ONLY",
  "WHOX",
};

/* Tokens over as many lines as they need. */
typedef struct
{
  SrvIrc *irc;
  GString *line; /* (unowned) */
  gsize space;   /* that it has */
  guint n;
} Tokens;

static void
tokens_flush (Tokens *list)
{
  if (list->n > 0)
    srv_irc_reply (list->irc, RPL_ISUPPORT, "%s" TOKENS_TEXT, list->line->str);
  g_string_truncate (list->line, 0);
  list->n = 0;
}

static void
tokens_add (Tokens *list, const char *token)
{
  if (list->n == TOKENS_PER_LINE || list->line->len + strlen (token) + 1 > list->space)
    tokens_flush (list);
  g_string_append (list->line, token);
  g_string_append_c (list->line, ' ');
  list->n++;
}

/**
 * srv_irc_send_isupport:
 */
void
srv_irc_send_isupport (SrvIrc *irc)
{
  const char *network = irc->hub->config.network;
  g_autoptr (GString) line = g_string_new (NULL);
  /* Where this port's plain people come in; our own clients go there, too, unless told. */
  g_autofree char *entrance = g_strconcat ("ENTRANCE=#", irc->session->room, NULL);
  Tokens list = { irc, line, srv_irc_space (irc) - strlen (TOKENS_TEXT), 0 };

  if (network != NULL)
    {
      g_autofree char *name = g_strconcat ("NETWORK=", network, NULL);

      tokens_add (&list, g_strdelimit (name, " ", '_'));
    }
  tokens_add (&list, entrance);
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    tokens_add (&list, tokens[i]);
  tokens_flush (&list);
}

/**
 * srv_irc_is_this_server:
 * @mask: in any case
 *
 * Returns: whether the server is called so.
 */
gboolean
srv_irc_is_this_server (const SrvIrc *irc, const char *mask)
{
  g_autofree char *mask_key = sal_name_key (mask);
  g_autofree char *key = sal_name_key (srv_irc_server (irc));

  return sal_irc_mask_matches (mask_key, key);
}

/* Whether @line asks another server than this one, which is told. A server is called by its name,
 * a mask of it, or somebody who is on it. */
static gboolean
is_elsewhere (SrvIrc *irc, const SalIrcLine *line, guint param)
{
  const char *target = line->n_params > param ? line->params[param] : "";

  if (*target == '\0' || srv_irc_is_this_server (irc, target) ||
      srv_state_find_user (irc->hub->state, target) != NULL)
    return FALSE;
  srv_irc_reply (irc, ERR_NOSUCHSERVER, "%s :No such server", srv_irc_echo (target));
  return TRUE;
}

/* One line of the message, in as many as it needs. */
static void
send_motd_line (SrvIrc *irc, const char *text)
{
  gsize space = srv_irc_space (irc) - strlen (":- ");
  gsize len = strlen (text);

  do
    {
      gsize n = sal_text_break (text, len, space);

      srv_irc_reply (irc, RPL_MOTD, ":- %.*s", (int) n, text);
      text += n;
      len -= n;
    }
  while (len > 0);
}

/**
 * srv_irc_handle_motd:
 */
void
srv_irc_handle_motd (SrvIrc *irc, const SalIrcLine *line)
{
  const char *const *motd = irc->hub->config.motd;

  if (is_elsewhere (irc, line, 0))
    return;
  if (motd == NULL)
    {
      srv_irc_reply (irc, ERR_NOMOTD, ":There is no message of the day");
      return;
    }
  srv_irc_reply (irc, RPL_MOTDSTART, ":- %s Message of the day - ", srv_irc_server (irc));
  for (; *motd != NULL; motd++)
    send_motd_line (irc, *motd);
  srv_irc_reply (irc, RPL_ENDOFMOTD, ":End of /MOTD command");
}

/**
 * srv_irc_handle_lusers:
 */
void
srv_irc_handle_lusers (SrvIrc *irc, const SalIrcLine *line)
{
  SrvHub *hub = irc->hub;
  guint channels = srv_state_count_channels (hub->state);
  guint strangers = srv_hub_count_strangers ();
  guint users = srv_state_count_users (hub->state);
  guint invisible = srv_state_count_mode (hub->state, SRV_UMODE_INVISIBLE);
  guint operators = srv_state_count_mode (hub->state, SRV_UMODE_OPERATOR);

  if (is_elsewhere (irc, line, 1))
    return;
  srv_irc_reply (irc, RPL_LUSERCLIENT, ":There are %u users and %u invisible on 1 servers",
                 users - invisible, invisible);
  srv_irc_reply (irc, RPL_LUSEROP, "%u :operator(s) online", operators);
  if (strangers > 0)
    srv_irc_reply (irc, RPL_LUSERUNKNOWN, "%u :unregistered connections", strangers);
  srv_irc_reply (irc, RPL_LUSERCHANNELS, "%u :channels formed", channels);
  srv_irc_reply (irc, RPL_LUSERME, ":I have %u clients and 0 servers", users);
  srv_irc_reply (irc, RPL_LOCALUSERS, "%u %u :Current local users %u, max %u", users,
                 hub->max_users, users, hub->max_users);
  srv_irc_reply (irc, RPL_GLOBALUSERS, "%u %u :Current global users %u, max %u", users,
                 hub->max_users, users, hub->max_users);
}

/**
 * srv_irc_handle_version:
 */
void
srv_irc_handle_version (SrvIrc *irc, const SalIrcLine *line)
{
  if (is_elsewhere (irc, line, 0))
    return;
  srv_irc_reply (irc, RPL_VERSION, "salotto-%s %s :", SALOTTO_VERSION, srv_irc_server (irc));
  srv_irc_send_isupport (irc);
}

/**
 * srv_irc_handle_time:
 */
void
srv_irc_handle_time (SrvIrc *irc, const SalIrcLine *line)
{
  g_autoptr (GString) now = g_string_new (NULL);

  if (is_elsewhere (irc, line, 0))
    return;
  sal_utc_append (now, srv_irc_wall_us (irc));
  srv_irc_reply (irc, RPL_TIME, "%s :%s", srv_irc_server (irc), now->str);
}

/**
 * srv_irc_handle_info:
 */
void
srv_irc_handle_info (SrvIrc *irc, const SalIrcLine *line)
{
  if (is_elsewhere (irc, line, 0))
    return;
  srv_irc_reply (irc, RPL_INFO, ":This is salottod %s.", SALOTTO_VERSION);
  srv_irc_reply (irc, RPL_INFO,
                 ":People who speak IRC and people who speak plain TCP are in "
                 "the same rooms here.");
  srv_irc_reply (irc, RPL_ENDOFINFO, ":End of /INFO list");
}

/**
 * srv_irc_handle_admin:
 */
void
srv_irc_handle_admin (SrvIrc *irc, const SalIrcLine *line)
{
  if (is_elsewhere (irc, line, 0))
    return;
  srv_irc_reply (irc, RPL_ADMINME, "%s :Administrative info", srv_irc_server (irc));
  srv_irc_reply (irc, RPL_ADMINLOC1, ":%s",
                 irc->hub->config.description != NULL ? irc->hub->config.description
                                                      : "A Salotto server");
  srv_irc_reply (irc, RPL_ADMINEMAIL, ":Ask the operators of this server");
}

/**
 * srv_irc_handle_links:
 *
 * `LINKS [[SERVER] MASK]` (RFC 2812, 3.4.5): all servers are this one.
 */
void
srv_irc_handle_links (SrvIrc *irc, const SalIrcLine *line)
{
  const SrvIrcConfig *config = &irc->hub->config;
  const char *mask = line->n_params > 0 ? line->params[MIN (line->n_params, 2) - 1] : "*";

  if (line->n_params > 1 && is_elsewhere (irc, line, 0))
    return;
  if (srv_irc_is_this_server (irc, mask))
    srv_irc_reply (irc, RPL_LINKS, "%s %s :0 %s", config->name, config->name,
                   config->description != NULL ? config->description : "Salotto");
  srv_irc_reply (irc, RPL_ENDOFLINKS, "%s :End of /LINKS list", srv_irc_echo (mask));
}

/**
 * srv_irc_handle_stats:
 */
void
srv_irc_handle_stats (SrvIrc *irc, const SalIrcLine *line)
{
  const char *query = line->n_params > 0 ? line->params[0] : "*";
  gint64 up = (srv_irc_wall_us (irc) - irc->hub->config.started_us) / G_USEC_PER_SEC;

  if (is_elsewhere (irc, line, 1))
    return;
  if (*query == 'u')
    srv_irc_reply (irc, RPL_STATSUPTIME, ":Server up %d days %d:%02d:%02d", (int) (up / 86400),
                   (int) (up / 3600 % 24), (int) (up / 60 % 60), (int) (up % 60));
  srv_irc_reply (irc, RPL_ENDOFSTATS, "%c :End of /STATS report",
                 g_ascii_isalnum (*query) ? *query : '*');
}
