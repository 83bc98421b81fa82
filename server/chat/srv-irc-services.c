/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * NickServ: accounts for people whose client knows no SASL, and the one place where somebody
 * changes their own password. It is nobody who could be seen in a room, only a name that
 * answers; what it is told goes to whoever keeps the accounts, as AUTHENTICATE and REGISTER do,
 * and nowhere else: not to the log, not to history.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-wipe.h"
#include "server/chat/srv-irc-private.h"

typedef void (*WordFunc) (SrvIrc *irc, char **args, guint n_args);

/* Who may say a word. */
typedef enum
{
  ANYBODY,
  LOGGED_OUT,
  LOGGED_IN,
} Who;

typedef struct
{
  const char *word;
  const char *usage;
  const char *help;
  guint least, most; /* how many words follow */
  Who who;
  WordFunc func;
} Word;

/**
 * srv_irc_is_service:
 *
 * Returns: whether @target is the name that answers here.
 */
gboolean
srv_irc_is_service (const char *target)
{
  return g_ascii_strcasecmp (target, SRV_IRC_SERVICE) == 0;
}

/* Another line from it. */
static void G_GNUC_PRINTF (2, 3) tell (SrvIrc *irc, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *host = g_strdup_printf ("services@%s", srv_irc_server (irc));
  SalEvent event = { .kind = SAL_EVENT_NOTICE,
                     .name = SRV_IRC_SERVICE,
                     .host = host,
                     .target = srv_irc_get_nick (irc),
                     .time_us = srv_irc_wall_us (irc) };
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  event.text = text;
  srv_irc_emit_event (irc, &event);
}

/* Their own copy of what they said, which is all that they see where their client waits for it;
 * without what nobody should read over their shoulder. */
static void
echo (SrvIrc *irc, const char *word, gboolean more)
{
  const SrvUser *me = srv_irc_me (irc);
  g_autofree char *text = g_strconcat (word, more ? " ***" : "", NULL);
  SalEvent event = { .kind = SAL_EVENT_MESSAGE,
                     .name = me->who->name,
                     .host = me->who->host,
                     .account = me->who->account,
                     .target = SRV_IRC_SERVICE,
                     .text = text,
                     .time_us = srv_irc_wall_us (irc) };

  if (irc->caps & SAL_IRC_CAP_ECHO_MESSAGE)
    srv_irc_emit_event (irc, &event);
}

/* The words. */

static void
do_identify (SrvIrc *irc, char **args, guint n_args)
{
  const SrvUser *me = srv_irc_me (irc);
  SrvLoginRequest request = { .kind = SRV_LOGIN_IDENTIFY,
                              .name = n_args > 1 ? args[0] : me->who->name,
                              .text = args[n_args - 1] };

  srv_irc_ask_login (irc, &request, SRV_IRC_BY_SERVICE);
}

static void
do_register (SrvIrc *irc, char **args, guint n_args)
{
  const SrvUser *me = srv_irc_me (irc);
  SrvLoginRequest request = { .kind = SRV_LOGIN_REGISTER,
                              .name = me->who->name,
                              .text = args[0],
                              .email = n_args > 1 ? args[1] : "*" };

  srv_irc_ask_login (irc, &request, SRV_IRC_BY_SERVICE);
}

static void
do_verify (SrvIrc *irc, char **args, guint n_args)
{
  SrvLoginRequest request = { .kind = SRV_LOGIN_VERIFY,
                              .name = args[0],
                              .text = args[1],
                              .wanted = srv_irc_me (irc)->who->name };

  srv_irc_ask_login (irc, &request, SRV_IRC_BY_SERVICE);
}

static void
do_passwd (SrvIrc *irc, char **args, guint n_args)
{
  const SrvUser *me = srv_irc_me (irc);
  SrvLoginRequest request = {
    .kind = SRV_LOGIN_PASSWORD, .name = me->who->account, .text = args[0], .wanted = args[1]
  };

  if (n_args > 2 && !g_str_equal (args[1], args[2]))
    tell (irc, "Those are two passwords, so nothing was changed.");
  else
    srv_irc_ask_login (irc, &request, SRV_IRC_BY_SERVICE);
}

static void do_help (SrvIrc *irc, char **args, guint n_args);

static const Word words[] = {
  { "HELP", "HELP", "these words", 0, 1, ANYBODY, do_help },
  { "IDENTIFY", "IDENTIFY [ACCOUNT] PASSWORD", "log in; clients that know SASL need it not", 1, 2,
    LOGGED_OUT, do_identify },
  { "REGISTER", "REGISTER PASSWORD [EMAIL]", "make an account that has your nickname", 1, 2,
    LOGGED_OUT, do_register },
  { "VERIFY", "VERIFY ACCOUNT CODE", "say the invitation code, where one is asked for", 2, 2,
    LOGGED_OUT, do_verify },
  { "PASSWD", "PASSWD PASSWORD NEW-PASSWORD [NEW-PASSWORD]", "have another password", 2, 3,
    LOGGED_IN, do_passwd },
};

static void
do_help (SrvIrc *irc, char **args, guint n_args)
{
  g_autofree char *mechanisms = irc->session->host->mechanisms (irc->session);

  tell (irc, "I know these words; a password with spaces is written \"in quotation marks\".");
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    tell (irc, "%s: %s", words[i].usage, words[i].help);
  if (mechanisms == NULL || strstr (mechanisms, "PLAIN") == NULL)
    tell (irc, "Nothing of this works here: passwords are taken over TLS only.");
}

/* Words at spaces; one that begins with a quotation mark goes on to the next one that ends a
 * word. */
static char **
split_words (const char *text)
{
  GPtrArray *found = g_ptr_array_new ();

  for (;;)
    {
      const char *end = NULL;

      text += strspn (text, " ");
      if (*text == '\0')
        break;
      if (*text == '"')
        for (end = strchr (text + 1, '"'); end != NULL && end[1] != ' ' && end[1] != '\0';)
          end = strchr (end + 1, '"');
      if (end != NULL)
        {
          g_ptr_array_add (found, g_strndup (text + 1, (gsize) (end - text - 1)));
          text = end + 1;
          continue;
        }
      end = text + strcspn (text, " ");
      g_ptr_array_add (found, g_strndup (text, (gsize) (end - text)));
      text = end;
    }
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}

static void
free_words (char **args)
{
  for (guint i = 0; args[i] != NULL; i++)
    sal_wipe (args[i]); /* there may be a password among them */
  g_free (args);
}

/* @said: in a message, not by a command of its own */
static void
run_word (SrvIrc *irc, char **args, gboolean said)
{
  const char *account = srv_irc_me (irc)->who->account;
  guint n_args = g_strv_length (args);

  for (guint i = 0; n_args > 0 && i < G_N_ELEMENTS (words); i++)
    {
      if (g_ascii_strcasecmp (words[i].word, args[0]) != 0)
        continue;
      if (said)
        echo (irc, words[i].word, n_args > 1);
      if (n_args - 1 < words[i].least || n_args - 1 > words[i].most)
        tell (irc, "%s: %s", words[i].usage, words[i].help);
      else if (words[i].who == LOGGED_OUT && account != NULL)
        tell (irc, "You are logged in as %s already.", account);
      else if (words[i].who == LOGGED_IN && account == NULL)
        tell (irc, "You are not logged in: IDENTIFY first.");
      else
        words[i].func (irc, args + 1, n_args - 1);
      return;
    }
  if (said)
    echo (irc, "***", FALSE); /* perhaps a password without a word in front of it */
  tell (irc, "I do not know that word; HELP lists those that I do.");
}

/**
 * srv_irc_service_said:
 * @text: said to the service
 */
void
srv_irc_service_said (SrvIrc *irc, const char *text)
{
  char **args = split_words (text);

  if (*text != '\001')
    run_word (irc, args, TRUE);
  free_words (args);
}

/**
 * srv_irc_handle_nickserv:
 *
 * What clients make of /ns and /nickserv.
 */
void
srv_irc_handle_nickserv (SrvIrc *irc, const SalIrcLine *line)
{
  /* It never grows, which would leave a copy. */
  GString *text = g_string_sized_new (SAL_IRC_LINE_BYTES);
  char **args = NULL;

  for (guint i = 0; i < line->n_params; i++)
    {
      if (i > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, line->params[i]); /* printf() would make a copy */
    }
  args = split_words (line->n_params > 0 ? text->str : "HELP");
  run_word (irc, args, FALSE);
  free_words (args);
  sal_wipe_string (text);
}

/* Answers. */

static void
tell_success (SrvIrc *irc, const SrvLoginAnswer *answer)
{
  switch (answer->kind)
    {
    case SRV_LOGIN_PASSWORD:
      tell (irc, "You have a new password.");
      tell (irc, "Whoever else was logged in to your account has to log in again with it.");
      break;
    case SRV_LOGIN_IDENTIFY:
      srv_irc_tell_logged_in (irc, answer->account);
      tell (irc, "You are logged in as %s now.", answer->account);
      break;
    default:
      srv_irc_tell_logged_in (irc, answer->account);
      tell (irc, "You have an account now: %s.", answer->account);
      break;
    }
}

/**
 * srv_irc_service_answer:
 *
 * What became of something that the service was told.
 */
void
srv_irc_service_answer (SrvIrc *irc, const SrvLoginAnswer *answer)
{
  gboolean code = answer->kind == SRV_LOGIN_VERIFY;

  switch (answer->verdict)
    {
    case SRV_VERDICT_OK:
      tell_success (irc, answer);
      break;
    case SRV_VERDICT_VERIFY:
      tell (irc, "Now say the invitation code: VERIFY %s CODE", answer->account);
      break;
    case SRV_VERDICT_TOO_SOON:
      tell (irc, "Too many mistakes; try again in %u seconds.", answer->seconds);
      break;
    case SRV_VERDICT_WRONG:
      tell (irc, "%s", code ? "That is not the code." : "That account or that password is wrong.");
      break;
    default:
      tell (irc, "%s.", srv_irc_login_failure (answer->verdict));
      break;
    }
}
