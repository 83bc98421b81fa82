/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli: finds the verb.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "client-cli/cli-input.h"
#include "client-cli/cli.h"
#include "common/base/sal-error.h"
#include "common/base/sal-log.h"

static const struct
{
  const char *name;
  const char *usage;
  const char *help;
  int (*run) (int argc, char **argv);
} verbs[] = {
  { "chat", N_ ("[URI|HOST[:PORT]]"), N_ ("join a room and talk; the verb may be left out"),
    cli_chat },
  { "send", N_ ("URI TEXT…"), N_ ("say something, wait until it has come back, leave"), cli_send },
  { "tail", N_ ("URI"), N_ ("print what is said"), cli_tail },
  { "run", N_ ("SCRIPT URI"), N_ ("play a script of what to send and what to expect"), cli_run },
  { "listen", N_ ("[ADDR:]PORT"), N_ ("be the server of a one-to-one chat"), cli_listen },
  { "probe", N_ ("HOST:PORT"), N_ ("say what speaks there"), cli_probe },
  { "console", N_ ("[SOCKET]"), N_ ("the operator's console of a salottod"), cli_console },
};

/**
 * cli_fail:
 *
 * Says what went wrong. Returns: the exit status for it.
 */
int
cli_fail (GError *error)
{
  cli_complain ("%s", error->message);
  return sal_error_exit_status (error);
}

/**
 * cli_usage:
 *
 * Says how a verb is used. Returns: the exit status for it.
 */
int
cli_usage (const char *usage)
{
  fprintf (stderr,
           _ ("Usage: %s\nMore: salotto-cli --help, salotto-cli VERB --help, salotto-cli(1)\n"),
           usage);
  return SAL_EXIT_USAGE;
}

static int
help (void)
{
  printf ("%s\n\n", _ ("Usage: salotto-cli [VERB] [OPTION…] [ARGUMENT…]"));
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *head = g_strdup_printf ("%s %s", verbs[i].name, _ (verbs[i].usage));
      int width = (int) g_utf8_strlen (head, -1);

      /* Of a field's width printf() makes bytes, and a screen has characters. */
      printf ("  %s%*s %s\n", head, MAX (26 - width, 0), "", _ (verbs[i].help));
    }
  printf ("\n%s\n", _ ("A URI is plain://HOST[:PORT][/ROOM], the same with plains:// (TLS),\n"
                       "unix:///path, or HOST[:PORT].\n"
                       "Options: salotto-cli VERB --help. All of it: salotto-cli(1).\n\n"
                       "  salotto-cli localhost               talk in the room on this machine\n"
                       "  salotto-cli send localhost ciao     say one thing\n"
                       "  salotto-cli tail --json localhost   feed a program"));
  return SAL_EXIT_OK;
}

int
main (int argc, char **argv)
{
  const char *locale_dir = NULL;

  setlocale (LC_ALL, "");
  locale_dir = g_getenv ("SALOTTO_LOCALEDIR");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : SALOTTO_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  sal_log_init ("salotto-cli");
  g_set_prgname ("salotto-cli"); /* or --help would say that the verb is the program */
  signal (SIGPIPE, SIG_IGN);

  if (argc > 1 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
                   g_str_equal (argv[1], "help")))
    return help ();
  if (argc > 1 && g_str_equal (argv[1], "--version"))
    {
      printf ("salotto-cli %s\n", SALOTTO_VERSION);
      return SAL_EXIT_OK;
    }
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].name, argv[1]))
      return verbs[i].run (argc - 1, argv + 1);
  return cli_chat (argc, argv);
}
