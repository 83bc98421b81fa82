/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords in what people send, so that they are neither shown in the log of the wire nor kept:
 * in commands of the protocol, and in what is said to the programs that look after names and rooms
 * on other networks, which have no other way to be told (NickServ and its like). Which words those
 * take a password with is known from their manuals: Anope, Atheme, srvx, and Undernet's and
 * QuakeNet's own. What is hidden becomes `***`, whatever its length. Pure.
 */
#include "config.h"

#include "common/client/sal-irc-secret.h"

#include <string.h>

#define HIDDEN "***"

#define AUTHENTICATE 0 /* its row */

/* Commands of the protocol, and how many of their parameters may be shown. */
static const struct
{
  const char *verb;
  guint shown;
} verbs[] = {
  { "AUTHENTICATE", 0 }, { "PASS", 0 }, { "OPER", 1 },     { "REGISTER", 2 },
  { "VERIFY", 1 },       { "JOIN", 1 }, { "IDENTIFY", 0 }, { "ID", 0 },
  { "LOGIN", 0 },        { "AUTH", 0 }, { "DIE", 0 },      { "RESTART", 0 },
};

/* Commands of the protocol that are a program's name. */
static const struct
{
  const char *verb;
  const char *name;
} programs[] = {
  { "NICKSERV", "NickServ" },
  { "NS", "NickServ" },
  { "CHANSERV", "ChanServ" },
  { "CS", "ChanServ" },
  { "OPERSERV", "OperServ" },
  { "OS", "OperServ" },
  { "USERSERV", "UserServ" },
  { "AUTHSERV", "AuthServ" },
  { "AS", "AuthServ" },
  { "HOSTSERV", "HostServ" },
  { "HS", "HostServ" },
  { "X", "X" },
  { "Q", "Q" },
};

/* What such a program takes a password with. */
static const char *const secret_words[] = {
  "IDENTIFY",   "ID",      "SIDENTIFY", "LOGIN",   "AUTH",    "AUTHENTICATE", "REGISTER",
  "GHOST",      "RECOVER", "RELEASE",   "REGAIN",  "GROUP",   "LINK",         "UNLINK",
  "DROP",       "PASS",    "PASSWORD",  "SETPASS", "NEWPASS", "SETPASSWORD",  "RESETPASS",
  "CHANGEPASS", "OPASS",   "VERIFY",    "CONFIRM", "COOKIE",  "ACTIVATE",     "OATHLOGIN",
  "CHGPASS",    "PASSWD",  NULL
};

static gboolean
is_word (const char *at, gsize len, const char *word)
{
  return strlen (word) == len && g_ascii_strncasecmp (at, word, len) == 0;
}

/* The programs that are known by name. A name that only looks like theirs may be anybody's. */
static const char *const program_names[] = { "NickServ", "ChanServ",  "OperServ", "UserServ",
                                             "AuthServ", "HostServ",  "MemoServ", "BotServ",
                                             "SaslServ", "GroupServ", "services", NULL };

/* What the programs with a name of one letter take an account and its password with. */
static const char *const login_words[] = { "LOGIN",    "AUTH",    "AUTHENTICATE",
                                           "IDENTIFY", "NEWPASS", "OATHLOGIN",
                                           NULL };

static gboolean
is_one_of (const char *at, gsize len, const char *const *words)
{
  for (gsize i = 0; words[i] != NULL; i++)
    if (is_word (at, len, words[i]))
      return TRUE;
  return FALSE;
}

/* `X@channels.undernet.org` can be nobody else, but a person may be called X. */
static gboolean
is_letter (const char *target)
{
  return target[0] != '\0' && strchr ("QXLqxl", target[0]) != NULL &&
         (target[1] == '\0' || target[1] == '@');
}

static const char *
skip_word (const char *at)
{
  at += strcspn (at, " ");
  return at + strspn (at, " ");
}

/* Does @target, a program, take a password with the @len bytes at @word?
 * @rest: what comes behind it, at least one word */
static gboolean
takes_password (const char *target, const char *word, gsize len, const char *rest)
{
  if (is_letter (target) && target[1] == '\0')
    return is_one_of (word, len, login_words) && *skip_word (rest) != '\0';
  return is_one_of (word, len, secret_words);
}

/* `NickServ`, `nickserv@services.example.org`, `Q@CServe.quakenet.org`. */
static gboolean
is_program (const char *target)
{
  return is_letter (target) || is_one_of (target, strcspn (target, "@"), program_names);
}

/**
 * sal_irc_hide_in_words:
 * @target: whom they are said to
 *
 * Returns: (transfer full) (nullable): what may be kept of @text, if there is a password in it.
 */
char *
sal_irc_hide_in_words (const char *target, const char *text)
{
  const char *word = text + strspn (text, " ");
  gsize len = strcspn (word, " ");
  const char *rest = skip_word (word);

  if (!is_program (target) || *rest == '\0')
    return NULL;
  if (takes_password (target, word, len, rest))
    return g_strdup_printf ("%.*s " HIDDEN, (int) len, word);
  /* `SET PASSWORD new`, with the name of an account or a room in between for some. */
  if (!is_word (word, len, "SET") || target[1] == '\0')
    return NULL;
  for (const char *at = rest; *at != '\0'; at = skip_word (at))
    if (g_ascii_strncasecmp (at, "PASS", 4) == 0 && *skip_word (at) != '\0')
      return g_strdup_printf ("%.*s " HIDDEN, (int) (at + strcspn (at, " ") - word), word);
  return NULL;
}

/* The mechanism, and what only asks for more, is nobody's secret. */
static gboolean
is_open_step (const char *param)
{
  static const char *const open[] = {
    "+", "*", "PLAIN", "EXTERNAL", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", NULL
  };

  return g_strv_contains (open, param);
}

static char *
hide_params (const char *line, const char *verb, const char *params, guint shown)
{
  const char *at = params;

  for (guint i = 0; i < shown; i++)
    at = skip_word (at);
  if (*at == '\0' || (is_word (verb, strcspn (verb, " "), "AUTHENTICATE") && is_open_step (at)))
    return NULL;
  return g_strdup_printf ("%.*s" HIDDEN, (int) (at - line), line);
}

/* @targets: one, or several with commas between, up to a space */
static char *
hide_said (const char *line, const char *targets, const char *text)
{
  g_autofree char *names = g_strndup (targets, strcspn (targets, " "));
  g_auto (GStrv) list = g_strsplit (names, ",", -1);
  const char *words = text + (*text == ':' ? 1 : 0);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autofree char *hidden = sal_irc_hide_in_words (list[i], words);

      if (hidden != NULL)
        return g_strdup_printf ("%.*s%s", (int) (words - line), line, hidden);
    }
  return NULL;
}

/**
 * sal_irc_hide_in_line:
 * @line: a line of IRC, perhaps with tags and a source
 * @own: we send it; what comes has passwords only where it is what we have said
 *
 * Returns: (transfer full) (nullable): what may be shown of it, if there is a password in it.
 */
char *
sal_irc_hide_in_line (const char *line, gboolean own)
{
  const char *verb = line + strspn (line, " ");
  const char *params = NULL;
  gsize len = 0;

  if (*verb == '@')
    verb = skip_word (verb);
  if (*verb == ':')
    verb = skip_word (verb);
  len = strcspn (verb, " ");
  params = skip_word (verb);
  if (is_word (verb, len, "PRIVMSG") || is_word (verb, len, "NOTICE") ||
      is_word (verb, len, "SQUERY"))
    return hide_said (line, params, skip_word (params));
  for (gsize i = 0; own && i < G_N_ELEMENTS (programs); i++)
    if (is_word (verb, len, programs[i].verb))
      return hide_said (line, programs[i].name, params);
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (is_word (verb, len, verbs[i].verb) && (own || i == AUTHENTICATE))
      return hide_params (line, verb, params, verbs[i].shown);
  return NULL;
}

/* @word: what is behind the slash */
static char *
hide_in_command (const char *word)
{
  static const char *const saying[] = { "msg", "m", "query", "q", "notice" };
  const char *rest = skip_word (word);
  gsize len = strcspn (word, " ");

  for (gsize i = 0; i < G_N_ELEMENTS (saying); i++)
    if (is_word (word, len, saying[i]))
      return hide_said (rest, rest, skip_word (rest));
  if (is_word (word, len, "quote") || is_word (word, len, "raw"))
    return sal_irc_hide_in_line (rest, TRUE);
  return sal_irc_hide_in_line (word, TRUE);
}

/**
 * sal_irc_is_secret_typed:
 * @place: where it was typed: a room's name or a nickname; "" for the server
 * @text: as it was typed
 *
 * Returns: whether there is a password in it, whatever command it is typed with: then it is not
 *   kept, neither as a draft nor among what was typed.
 */
gboolean
sal_irc_is_secret_typed (const char *place, const char *text)
{
  g_autofree char *hidden = NULL;

  hidden = *text == '/' ? hide_in_command (text + 1) : sal_irc_hide_in_words (place, text);
  return hidden != NULL;
}
