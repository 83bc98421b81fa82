/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RPL_ISUPPORT as the modern documents have it ("Feature Advertisement"). What a server says is
 * taken as far as it is of any use to a client; nonsense leaves things as they were.
 */
#include "config.h"

#include "common/client/sal-irc-support.h"

#include <string.h>

#include "common/proto/sal-irc-line.h"
#include "common/proto/sal-text.h"

#define DEFAULT_CHANTYPES "#&"
#define DEFAULT_PREFIX_MODES "ov"
#define DEFAULT_PREFIXES "@+"

/* No line of a server is longer than what is read at once; shorter than what RFC 1459 has
 * would be a trap. */
#define LINE_BYTES_MOST 8192

static void
set_chars (char *field, gsize size, const char *value, gsize len)
{
  gsize n = 0;

  for (gsize i = 0; i < len && n + 1 < size; i++)
    if (g_ascii_isgraph (value[i]))
      field[n++] = value[i];
  field[n] = '\0';
}

/* What every server is, until it says otherwise. */
static void
set_defaults (SalIrcSupport *support)
{
  *support = (SalIrcSupport){ .line_bytes = SAL_IRC_LINE_BYTES, .max_targets = 1, .modes = 3 };
  g_strlcpy (support->chantypes, DEFAULT_CHANTYPES, sizeof support->chantypes);
  g_strlcpy (support->prefix_modes, DEFAULT_PREFIX_MODES, sizeof support->prefix_modes);
  g_strlcpy (support->prefixes, DEFAULT_PREFIXES, sizeof support->prefixes);
  g_strlcpy (support->modes_list, "b", sizeof support->modes_list);
  g_strlcpy (support->modes_param, "k", sizeof support->modes_param);
  g_strlcpy (support->modes_set, "l", sizeof support->modes_set);
}

/**
 * sal_irc_support_init:
 */
void
sal_irc_support_init (SalIrcSupport *support)
{
  set_defaults (support);
}

/**
 * sal_irc_support_clear:
 */
void
sal_irc_support_clear (SalIrcSupport *support)
{
  g_clear_pointer (&support->network, g_free);
  g_clear_pointer (&support->entrance, g_free);
}

/* `(ov)@+`, or nothing: there are no ranks. */
static void
take_prefix (SalIrcSupport *support, const char *value)
{
  const char *close = strchr (value, ')');
  gsize n = close != NULL ? (gsize) (close - value) - 1 : 0;

  if (*value == '\0')
    {
      support->prefix_modes[0] = support->prefixes[0] = '\0';
      return;
    }
  if (*value != '(' || close == NULL || strlen (close + 1) != n)
    return;
  /* Both are cut alike, so that they stay pairs. */
  n = MIN (n, (gsize) SAL_IRC_RANKS);
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalpha (value[1 + i]) || !g_ascii_isgraph (close[1 + i]))
      return;
  g_strlcpy (support->prefix_modes, value + 1, n + 1);
  g_strlcpy (support->prefixes, close + 1, n + 1);
}

/* `A,B,C,D`: lists, always with a parameter, with one when set, never. */
static void
take_chanmodes (SalIrcSupport *support, const char *value)
{
  g_auto (GStrv) kinds = g_strsplit (value, ",", 5);

  if (g_strv_length (kinds) < 4)
    return;
  set_chars (support->modes_list, sizeof support->modes_list, kinds[0], strlen (kinds[0]));
  set_chars (support->modes_param, sizeof support->modes_param, kinds[1], strlen (kinds[1]));
  set_chars (support->modes_set, sizeof support->modes_set, kinds[2], strlen (kinds[2]));
}

static void
take_casemapping (SalIrcSupport *support, const char *value)
{
  if (g_ascii_strcasecmp (value, "ascii") == 0)
    support->casemapping = SAL_CASEMAPPING_ASCII;
  else if (g_ascii_strcasecmp (value, "strict-rfc1459") == 0 ||
           g_ascii_strcasecmp (value, "rfc1459-strict") == 0)
    support->casemapping = SAL_CASEMAPPING_STRICT;
  else if (g_ascii_strcasecmp (value, "rfc1459") == 0)
    support->casemapping = SAL_CASEMAPPING_RFC1459;
}

/* A number of the server's, or what was there. */
static void
take_number (guint *field, const char *value, guint least, guint most)
{
  guint64 number = 0;

  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, &number, NULL) && number >= least)
    *field = (guint) MIN (number, (guint64) most);
}

static void
take_line_length (SalIrcSupport *support, const char *value)
{
  guint bytes = SAL_IRC_LINE_BYTES + 2;

  take_number (&bytes, value, SAL_IRC_LINE_BYTES + 2, LINE_BYTES_MOST);
  support->line_bytes = bytes - 2;
}

/* `PRIVMSG:4,NOTICE:4,...`: what we need of it. */
static void
take_targmax (SalIrcSupport *support, const char *value)
{
  const char *at = strstr (value, "PRIVMSG:");

  if (at != NULL && (at == value || at[-1] == ','))
    {
      guint64 number = g_ascii_strtoull (at + strlen ("PRIVMSG:"), NULL, 10);

      support->max_targets = number == 0 ? 1 : (guint) MIN (number, 100);
    }
}

static void
set_text (char **field, const char *value)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  g_clear_pointer (field, g_free);
  if (sal_text_clean (clean, value, strlen (value)))
    *field = g_strdup (clean->str);
}

/* `\x20` and the like. */
static char *
unescape (const char *value)
{
  GString *out = g_string_new (NULL);

  for (; *value != '\0'; value++)
    if (value[0] == '\\' && value[1] == 'x' && g_ascii_isxdigit (value[2]) &&
        g_ascii_isxdigit (value[3]))
      {
        g_string_append_c (
            out, (char) (g_ascii_xdigit_value (value[2]) * 16 + g_ascii_xdigit_value (value[3])));
        value += 3;
      }
    else
      g_string_append_c (out, *value);
  return g_string_free (out, FALSE);
}

static void
take_msgreftypes (SalIrcSupport *support, const char *value)
{
  g_auto (GStrv) types = g_strsplit (value, ",", -1);

  support->history_by_msgid = g_strv_contains ((const char *const *) types, "msgid");
}

/* `-NAME`: it is not so any more. */
static void
take_back (SalIrcSupport *support, const char *name)
{
  SalIrcSupport defaults;

  set_defaults (&defaults);
  if (g_str_equal (name, "MONITOR"))
    support->monitor = 0;
  else if (g_str_equal (name, "CHATHISTORY"))
    support->history = 0;
  else if (g_str_equal (name, "WHOX"))
    support->whox = FALSE;
  else if (g_str_equal (name, "ELIST"))
    support->list_by_people = FALSE;
  else if (g_str_equal (name, "UTF8ONLY"))
    support->utf8_only = FALSE;
  else if (g_str_equal (name, "BOT"))
    support->bot_mode = '\0';
  else if (g_str_equal (name, "LINELEN"))
    support->line_bytes = defaults.line_bytes;
  else if (g_str_equal (name, "MAXTARGETS") || g_str_equal (name, "TARGMAX"))
    support->max_targets = defaults.max_targets;
}

/**
 * sal_irc_support_take:
 * @token: `NAME`, `NAME=VALUE` or `-NAME`, one parameter of 005
 */
void
sal_irc_support_take (SalIrcSupport *support, const char *token)
{
  const char *equals = strchr (token, '=');
  g_autofree char *name =
      equals != NULL ? g_strndup (token, (gsize) (equals - token)) : g_strdup (token);
  g_autofree char *value = unescape (equals != NULL ? equals + 1 : "");

  if (*name == '-')
    take_back (support, name + 1);
  else if (g_str_equal (name, "CASEMAPPING"))
    take_casemapping (support, value);
  else if (g_str_equal (name, "CHANTYPES"))
    set_chars (support->chantypes, sizeof support->chantypes, value, strlen (value));
  else if (g_str_equal (name, "PREFIX"))
    take_prefix (support, value);
  else if (g_str_equal (name, "STATUSMSG"))
    set_chars (support->statusmsg, sizeof support->statusmsg, value, strlen (value));
  else if (g_str_equal (name, "CHANMODES"))
    take_chanmodes (support, value);
  else if (g_str_equal (name, "LINELEN"))
    take_line_length (support, value);
  else if (g_str_equal (name, "NICKLEN"))
    take_number (&support->nick_bytes, value, 1, G_MAXUINT16);
  else if (g_str_equal (name, "CHANNELLEN"))
    take_number (&support->channel_bytes, value, 1, G_MAXUINT16);
  else if (g_str_equal (name, "TOPICLEN"))
    take_number (&support->topic_bytes, value, 1, G_MAXUINT16);
  else if (g_str_equal (name, "AWAYLEN"))
    take_number (&support->away_bytes, value, 1, G_MAXUINT16);
  else if (g_str_equal (name, "MAXTARGETS"))
    take_number (&support->max_targets, value, 1, 100);
  else if (g_str_equal (name, "TARGMAX"))
    take_targmax (support, value);
  else if (g_str_equal (name, "MODES"))
    take_number (&support->modes, value, 1, 100);
  else if (g_str_equal (name, "MONITOR"))
    take_number (&support->monitor, *value != '\0' ? value : "100", 1, G_MAXUINT16);
  else if (g_str_equal (name, "CHATHISTORY"))
    take_number (&support->history, value, 0, G_MAXUINT16);
  else if (g_str_equal (name, "MSGREFTYPES"))
    take_msgreftypes (support, value);
  else if (g_str_equal (name, "UTF8ONLY"))
    support->utf8_only = TRUE;
  else if (g_str_equal (name, "WHOX"))
    support->whox = TRUE;
  else if (g_str_equal (name, "ELIST"))
    support->list_by_people = strpbrk (value, "Uu") != NULL;
  else if (g_str_equal (name, "BOT"))
    support->bot_mode = g_ascii_isalpha (*value) ? *value : '\0';
  else if (g_str_equal (name, "NETWORK"))
    set_text (&support->network, value);
  else if (g_str_equal (name, "ENTRANCE"))
    set_text (&support->entrance, value);
}

/**
 * sal_irc_support_fold:
 *
 * Returns: (transfer full): what two names have in common that are one to the server.
 */
char *
sal_irc_support_fold (const SalIrcSupport *support, const char *name)
{
  char *folded = g_ascii_strdown (name, -1);

  if (support->casemapping != SAL_CASEMAPPING_ASCII)
    for (char *at = folded; *at != '\0'; at++)
      if (*at >= '[' && *at <= (support->casemapping == SAL_CASEMAPPING_RFC1459 ? '^' : ']'))
        *at = (char) (*at + ('{' - '['));
  return folded;
}

/**
 * sal_irc_support_same:
 * @a: (nullable)
 * @b: (nullable)
 *
 * Returns: whether the two are one name to the server; nothing is not even like nothing.
 */
gboolean
sal_irc_support_same (const SalIrcSupport *support, const char *a, const char *b)
{
  g_autofree char *x = NULL;
  g_autofree char *y = NULL;

  if (a == NULL || b == NULL || strlen (a) != strlen (b))
    return FALSE;
  x = sal_irc_support_fold (support, a);
  y = sal_irc_support_fold (support, b);
  return g_str_equal (x, y);
}

/**
 * sal_irc_support_is_channel:
 *
 * Returns: whether @target is written as a room.
 */
gboolean
sal_irc_support_is_channel (const SalIrcSupport *support, const char *target)
{
  return *target != '\0' && strchr (support->chantypes, *target) != NULL;
}

/**
 * sal_irc_support_prefix_of:
 *
 * Returns: the sign before names that have the rank @mode, or 0 if @mode is no rank.
 */
char
sal_irc_support_prefix_of (const SalIrcSupport *support, char mode)
{
  const char *at = mode != '\0' ? strchr (support->prefix_modes, mode) : NULL;

  return at != NULL ? support->prefixes[at - support->prefix_modes] : '\0';
}

/**
 * sal_irc_support_mode_takes_param:
 * @mode: of a room
 * @setting: it is set, not taken back
 */
gboolean
sal_irc_support_mode_takes_param (const SalIrcSupport *support, char mode, gboolean setting)
{
  return mode != '\0' && (strchr (support->prefix_modes, mode) != NULL ||
                          strchr (support->modes_list, mode) != NULL ||
                          strchr (support->modes_param, mode) != NULL ||
                          (setting && strchr (support->modes_set, mode) != NULL));
}
