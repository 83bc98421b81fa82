/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-lab: finds the verb.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-log.h"
#include "lab/lab-cmd.h"

static const struct
{
  const char *name;
  const char *usage;
  const char *help;
  int (*run) (int argc, char **argv);
} verbs[] = {
  { "echo-server", N_ ("[ADDR:]PORT"), N_ ("send back what comes, in one of seven ways"),
    lab_cmd_echo_server },
  { "echo-client", N_ ("HOST PORT"), N_ ("talk to an echo server, and measure it"),
    lab_cmd_echo_client },
  { "file-server", N_ ("DIR [ADDR:]PORT"), N_ ("send files, one client after the other"),
    lab_cmd_file_server },
  { "file-client", N_ ("HOST PORT NAME"), N_ ("fetch a file from such a server"),
    lab_cmd_file_client },
  { "fake-server", N_ ("[ADDR:]PORT"), N_ ("stop on the way to listening; never accept"),
    lab_cmd_fake_server },
  { "shell", "", N_ ("make socket calls one at a time"), lab_cmd_shell },
  { "sockets", N_ ("[PORT]"), N_ ("show sockets: state, queues, timers, owners"), lab_cmd_sockets },
  { NULL, NULL, NULL, NULL },
};

/**
 * lab_cmd_fail:
 *
 * Says what went wrong. Returns: the exit status for it.
 */
int
lab_cmd_fail (GError *error)
{
  fprintf (stderr, "salotto-lab: %s\n", error->message);
  return sal_error_exit_status (error);
}

/**
 * lab_cmd_usage:
 *
 * Says how a verb is used. Returns: the exit status for it.
 */
int
lab_cmd_usage (const char *usage)
{
  fprintf (stderr,
           _ ("Usage: %s\nMore: salotto-lab --help, salotto-lab VERB --help, salotto-lab(1)\n"),
           usage);
  return SAL_EXIT_USAGE;
}

static int
help (void)
{
  printf ("%s\n\n", _ ("Usage: salotto-lab [VERB] [OPTION…] [ARGUMENT…]"));
  for (gsize i = 0; verbs[i].name != NULL; i++)
    {
      g_autofree char *head = g_strdup_printf ("%s %s", verbs[i].name,
                                               *verbs[i].usage != '\0' ? _ (verbs[i].usage) : "");
      int width = (int) g_utf8_strlen (head, -1);

      /* Of a field's width printf() makes bytes, and a screen has characters. */
      printf ("  %s%*s %s\n", head, MAX (26 - width, 0), "", _ (verbs[i].help));
    }
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
  sal_log_init ("salotto-lab");
  g_set_prgname ("salotto-lab"); /* or --help would say that the verb is the program */
  signal (SIGPIPE, SIG_IGN);

  if (argc > 1 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
                   g_str_equal (argv[1], "help")))
    return help ();
  if (argc > 1 && g_str_equal (argv[1], "--version"))
    {
      printf ("salotto-lab %s\n", SALOTTO_VERSION);
      return SAL_EXIT_OK;
    }
  for (gsize i = 0; argc > 1 && verbs[i].name != NULL; i++)
    if (g_str_equal (verbs[i].name, argv[1]))
      return verbs[i].run (argc - 1, argv + 1);
  return lab_cmd_usage (_ ("salotto-lab VERB [OPTION…] [ARGUMENT…]"));
}
