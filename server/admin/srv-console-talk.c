/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation with an operator: most words are one line and one answer, which
 * srv-console.c has; those about accounts ask for passwords, which are never arguments,
 * and take some time. While one is being answered the lines behind it wait.
 */
#include "config.h"

#include "server/admin/srv-console-talk.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-wipe.h"
#include "common/proto/sal-text.h"
#include "server/admin/srv-console.h"

typedef struct
{
  const char *word;
  const char *usage;
  const char *help;
  SrvChangeKind kind;
  guint least, most; /* how many arguments */
  gboolean password;
} AccountWord;

/* `list` is no change. */
static const AccountWord account_words[] = {
  { "list", "", N_ ("all accounts"), SRV_CHANGE_ADD, 0, 0, FALSE },
  { "add", N_ ("NAME [ROLE]"), N_ ("make an account; the password is asked for"), SRV_CHANGE_ADD, 1,
    2, TRUE },
  { "passwd", N_ ("NAME"), N_ ("give it another password"), SRV_CHANGE_PASSWORD, 1, 1, TRUE },
  { "role", N_ ("NAME ROLE"), N_ ("a role is user, moderator or operator"), SRV_CHANGE_ROLE, 2, 2,
    FALSE },
  { "nick", N_ ("NAME NICKNAME"), N_ ("reserve another nickname for it"), SRV_CHANGE_RESERVE, 2, 2,
    FALSE },
  { "free", N_ ("NICKNAME"), N_ ("undo that"), SRV_CHANGE_RELEASE, 1, 1, FALSE },
  { "cert", N_ ("NAME FINGERPRINT"), N_ ("let that certificate log in, without a password"),
    SRV_CHANGE_CERTIFICATE, 2, 2, FALSE },
  { "drop", N_ ("NAME"), N_ ("take it away, and the rooms that belong to it"), SRV_CHANGE_DROP, 1,
    1, FALSE },
};

static const char *const role_names[SRV_N_ROLES] = {
  [SRV_ROLE_USER] = "user",
  [SRV_ROLE_MODERATOR] = "moderator",
  [SRV_ROLE_OPERATOR] = "operator",
};

/* What is being changed. It outlives a conversation that ends meanwhile. */
typedef struct
{
  SrvServer *server;    /* (unowned) */
  SrvConsoleTalk *talk; /* (unowned) (nullable) */
  SrvChangeKind kind;
  char *name; /* (owned) (nullable) */
  char *text; /* (owned) (nullable): wiped where it is a password */
  SrvRole role;
} Change;

struct _SrvConsoleTalk
{
  SrvServer *server;            /* (unowned) */
  const SrvConsoleHooks *hooks; /* (unowned) */
  gpointer data;
  Change *change;  /* (owned) (nullable): that needs its password; asked twice */
  Change *waiting; /* (unowned) (nullable): that is being made */
  GQueue lines;    /* of char* (owned) (nullable): that came meanwhile */
};

static void
change_free (Change *change)
{
  g_free (change->name);
  sal_wipe (change->text);
  g_free (change);
}

/**
 * srv_console_talk_new:
 * @hooks: (transfer none): called with @data
 */
SrvConsoleTalk *
srv_console_talk_new (SrvServer *server, const SrvConsoleHooks *hooks, gpointer data)
{
  SrvConsoleTalk *talk = g_new0 (SrvConsoleTalk, 1);

  talk->server = server;
  talk->hooks = hooks;
  talk->data = data;
  g_queue_init (&talk->lines);
  return talk;
}

/**
 * srv_console_talk_free:
 * @talk: (nullable) (transfer full)
 *
 * A change that is being made is made; nobody is told.
 */
void
srv_console_talk_free (SrvConsoleTalk *talk)
{
  if (talk == NULL)
    return;
  if (talk->waiting != NULL)
    talk->waiting->talk = NULL;
  g_clear_pointer (&talk->change, change_free);
  g_queue_clear_full (&talk->lines, sal_wipe);
  g_free (talk);
}

static void
say (SrvConsoleTalk *talk, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  talk->hooks->say (line, talk->data);
}

static void
finish (SrvConsoleTalk *talk, gboolean ok, const char *text)
{
  if (text != NULL)
    say (talk, text);
  talk->hooks->done (ok, talk->data);
}

/* The empty text is not for gettext: its translation is the header of the catalogue. */
static const char *
usage_of (const AccountWord *word)
{
  return *word->usage != '\0' ? _ (word->usage) : "";
}

/* What came of it. */

static char *
describe_success (const Change *change)
{
  switch (change->kind)
    {
    case SRV_CHANGE_ADD:
      return g_strdup_printf (_ ("%s has an account now"), change->name);
    case SRV_CHANGE_PASSWORD:
      return g_strdup_printf (_ ("%s has a new password"), change->name);
    case SRV_CHANGE_ROLE:
      /* TRANSLATORS: a name; then user, moderator or operator, which are words to type */
      return g_strdup_printf (_ ("%s has the role “%s” now"), change->name,
                              role_names[change->role]);
    case SRV_CHANGE_RESERVE:
      return g_strdup_printf (_ ("%s is reserved for %s"), change->text, change->name);
    case SRV_CHANGE_RELEASE:
      return g_strdup_printf (_ ("%s is not reserved any more"), change->text);
    case SRV_CHANGE_CERTIFICATE:
      return g_strdup_printf (_ ("%s can log in with that certificate"), change->name);
    case SRV_CHANGE_DROP:
    default:
      return g_strdup_printf (_ ("%s has no account any more"), change->name);
    }
}

static char *
describe_failure (const Change *change, SrvChangeResult result, const char *message)
{
  const char *wanted = change->kind == SRV_CHANGE_RESERVE ? change->text : change->name;

  switch (result)
    {
    case SRV_UNCHANGED_NO_ACCOUNT:
      if (change->kind == SRV_CHANGE_RELEASE)
        return g_strdup_printf (_ ("%s is not a nickname that was reserved with “account nick”"),
                                change->text);
      return g_strdup_printf (_ ("there is no account called %s; “account list” has them all"),
                              change->name);
    case SRV_UNCHANGED_EXISTS:
      return g_strdup_printf (_ ("%s is the name of an account, or reserved for one"), wanted);
    case SRV_UNCHANGED_BAD_NAME:
      return g_strdup_printf (_ ("“%s” cannot be a name: it has letters, digits and _-[]{}^| only, "
                                 "at most %d of them"),
                              wanted, SAL_NAME_MAX_CHARS);
    case SRV_UNCHANGED_BAD_PASSWORD:
      return g_strdup_printf (_ ("a password has at least %d characters and at most %d bytes, and "
                                 "no control characters"),
                              SAL_PASSWORD_MIN_CHARS, SAL_PASSWORD_MAX_BYTES);
    case SRV_UNCHANGED_BAD_CERTIFICATE:
      return g_strdup (_ ("a fingerprint is SHA-256, in 64 hexadecimal digits; “openssl x509 "
                          "-noout -fingerprint -sha256 -in FILE” says it"));
    case SRV_UNCHANGED_TOO_MANY:
      return g_strdup (change->kind == SRV_CHANGE_ADD
                           ? _ ("there are as many accounts as the limit “accounts” allows")
                           : _ ("it has as many of these as one account may have"));
    default:
      return g_strdup_printf (_ ("nothing was changed: %s"),
                              message != NULL ? message : _ ("the server has no file for it"));
    }
}

/* Whom it concerns learns it at once; they may be talking. */
static void
tell_server (SrvServer *server, const Change *change)
{
  if (change->kind == SRV_CHANGE_DROP || change->kind == SRV_CHANGE_ROLE)
    srv_server_account_changed (server, change->name);
}

static void take_lines (SrvConsoleTalk *talk);

static void
on_changed (SrvChangeResult result, const char *message, gpointer data)
{
  Change *change = data;
  SrvConsoleTalk *talk = change->talk;

  if (result == SRV_CHANGED)
    tell_server (change->server, change);
  if (talk != NULL)
    {
      g_autofree char *text = result == SRV_CHANGED ? describe_success (change)
                                                    : describe_failure (change, result, message);

      talk->waiting = NULL;
      finish (talk, result == SRV_CHANGED, text);
      take_lines (talk);
    }
  change_free (change);
}

/* @change: (transfer full) */
static void
start (SrvConsoleTalk *talk, Change *change)
{
  talk->waiting = change;
  change->server = talk->server;
  srv_accounts_change (srv_server_get_accounts (talk->server), change->kind, change->name,
                       change->text, change->role, srv_server_get_mailbox (talk->server),
                       on_changed, change);
}

/* Passwords. */

static void
ask_password (SrvConsoleTalk *talk)
{
  g_autofree char *prompt = NULL;

  if (talk->change->text != NULL)
    prompt = g_strdup (_ ("The same again: "));
  else
    prompt = g_strdup_printf (_ ("Password of %s: "), talk->change->name);
  talk->hooks->ask (prompt, talk->data);
}

static void
take_password (SrvConsoleTalk *talk, const char *line)
{
  char *password = g_strdup (line != NULL ? line : "");
  gsize len = strlen (password);

  if (len > 0 && password[len - 1] == '\r')
    password[len - 1] = '\0';
  if (talk->change->text == NULL && *password != '\0')
    {
      talk->change->text = password;
      ask_password (talk);
      return;
    }
  if (g_strcmp0 (talk->change->text, password) == 0)
    start (talk, g_steal_pointer (&talk->change));
  else
    {
      const char *why = talk->change->text == NULL ? _ ("no password, so nothing was changed")
                                                   : _ ("those are two passwords, so nothing was "
                                                        "changed");

      g_clear_pointer (&talk->change, change_free);
      finish (talk, FALSE, why);
    }
  sal_wipe (password);
}

/* `account` and what follows it. */

static void
list_cb (const SrvAccountInfo *account, gpointer data)
{
  GString *out = data;

  g_string_append_printf (out, "%s%*s %-10s %s", account->name,
                          MAX (32 - (int) g_utf8_strlen (account->name, -1), 0), "",
                          role_names[account->role], account->email != NULL ? account->email : "-");
  for (guint i = 0; i < account->nicknames->len; i++)
    g_string_append_printf (out, " nick=%s", (const char *) account->nicknames->pdata[i]);
  for (guint i = 0; i < account->certificates->len; i++)
    g_string_append_printf (out, " cert=%s", (const char *) account->certificates->pdata[i]);
  g_string_append_c (out, '\n');
}

static void
list_accounts (SrvConsoleTalk *talk)
{
  g_autoptr (GString) out = g_string_new (NULL);

  srv_accounts_foreach (srv_server_get_accounts (talk->server), list_cb, out);
  if (out->len == 0)
    g_string_append_printf (out, "%s\n", _ ("nobody has an account"));
  talk->hooks->say (out->str, talk->data);
  finish (talk, TRUE, NULL);
}

static void
explain_words (SrvConsoleTalk *talk)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (account_words); i++)
    {
      g_autofree char *head =
          g_strdup_printf ("account %s %s", account_words[i].word, usage_of (&account_words[i]));

      g_string_append_printf (out, "%s%*s %s\n", head, MAX (36 - (int) g_utf8_strlen (head, -1), 0),
                              "", _ (account_words[i].help));
    }
  talk->hooks->say (out->str, talk->data);
  finish (talk, FALSE, NULL);
}

static gboolean
parse_role (const char *name, SrvRole *role)
{
  for (guint i = 0; i < SRV_N_ROLES; i++)
    if (g_str_equal (role_names[i], name))
      {
        *role = (SrvRole) i;
        return TRUE;
      }
  return FALSE;
}

/* @words: what follows `account WORD`, as many as it may have */
static Change *
change_new (SrvConsoleTalk *talk, const AccountWord *word, char **words)
{
  Change *change = g_new0 (Change, 1);
  const char *second = words[0] != NULL ? words[1] : NULL;

  change->talk = talk;
  change->kind = word->kind;
  if (word->kind == SRV_CHANGE_RELEASE)
    change->text = g_strdup (words[0]);
  else
    change->name = g_strdup (words[0]);
  if (word->kind == SRV_CHANGE_RESERVE || word->kind == SRV_CHANGE_CERTIFICATE)
    change->text = g_strdup (second);
  else if (second != NULL && !parse_role (second, &change->role))
    g_clear_pointer (&change, change_free);
  return change;
}

static void
do_account (SrvConsoleTalk *talk, const AccountWord *word, char **words)
{
  Change *change = NULL;
  guint n = g_strv_length (words);

  if (n < word->least || n > word->most)
    {
      g_autofree char *usage =
          g_strdup_printf (_ ("usage: account %s %s"), word->word, usage_of (word));

      finish (talk, FALSE, usage);
      return;
    }
  if (word->most == 0)
    {
      list_accounts (talk);
      return;
    }
  change = change_new (talk, word, words);
  if (change == NULL)
    finish (talk, FALSE, _ ("a role is user, moderator or operator"));
  else if (!word->password)
    start (talk, change);
  else
    {
      talk->change = change;
      ask_password (talk);
    }
}

static void
take_account_line (SrvConsoleTalk *talk, const char *line)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  g_auto (GStrv) split = NULL;
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  (void) sal_text_clean (clean, line, strlen (line));
  split = g_strsplit (clean->str, " ", -1);
  for (gsize i = 0; split[i] != NULL; i++)
    if (*split[i] != '\0')
      g_ptr_array_add (words, split[i]);
  g_ptr_array_add (words, NULL);
  for (gsize i = 0; words->len > 2 && i < G_N_ELEMENTS (account_words); i++)
    if (g_str_equal (account_words[i].word, words->pdata[1]))
      {
        do_account (talk, &account_words[i], (char **) words->pdata + 2);
        return;
      }
  explain_words (talk);
}

static void
take_line (SrvConsoleTalk *talk, const char *line)
{
  g_autoptr (GString) out = g_string_new (NULL);
  SrvConsoleResult result = SRV_CONSOLE_OK;

  if (talk->change != NULL)
    {
      take_password (talk, line);
      return;
    }
  result = srv_console_execute (talk->server, line, out);
  if (result == SRV_CONSOLE_TALK)
    {
      take_account_line (talk, line);
      return;
    }
  talk->hooks->say (out->str, talk->data);
  finish (talk, result == SRV_CONSOLE_OK, NULL);
}

static void
take_lines (SrvConsoleTalk *talk)
{
  while (talk->waiting == NULL && talk->lines.length > 0)
    {
      char *line = g_queue_pop_head (&talk->lines);

      take_line (talk, line);
      sal_wipe (line);
    }
}

/**
 * srv_console_talk_line:
 * @line: (nullable): what the operator typed; %NULL: more than a line may have
 *
 * Each line is answered by either `ask` or `done`, in order, sooner or later.
 */
void
srv_console_talk_line (SrvConsoleTalk *talk, const char *line)
{
  g_queue_push_tail (&talk->lines, g_strdup (line));
  take_lines (talk);
}

/**
 * srv_console_talk_is_waiting:
 *
 * Returns: whether something is being done, so that what follows should not be read yet.
 */
gboolean
srv_console_talk_is_waiting (const SrvConsoleTalk *talk)
{
  return talk->waiting != NULL;
}
