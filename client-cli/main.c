/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli: finds the verb.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "client-cli/cli.h"
#include "common/base/sal-exit.h"
#include "common/base/sal-program.h"

static const SalVerb verbs[] = {
  { "chat", N_ ("[URI|HOST[:PORT]]"), N_ ("join a room and talk; the verb may be left out"),
    cli_chat },
  { "send", N_ ("URI TEXT…"), N_ ("say something, wait until it has come back, leave"), cli_send },
  { "tail", N_ ("URI"), N_ ("print what is said"), cli_tail },
  { "run", N_ ("SCRIPT URI"), N_ ("play a script of what to send and what to expect"), cli_run },
  { "listen", N_ ("[ADDR:]PORT"), N_ ("be the server of a one-to-one chat"), cli_listen },
  { "probe", N_ ("HOST:PORT"), N_ ("say what speaks there"), cli_probe },
  { "console", N_ ("[SOCKET]"), N_ ("the operator's console of a salottod"), cli_console },
  { NULL, NULL, NULL, NULL },
};

static int
help (void)
{
  printf ("%s\n\n", _ ("Usage: salotto-cli [VERB] [OPTION…] [ARGUMENT…]"));
  sal_verbs_print (verbs);
  printf ("\n%s\n", _ ("A URI is plain://HOST[:PORT][/ROOM], the same with plains:// (TLS),\n"
                       "irc:// and ircs://, unix:///path, or HOST[:PORT].\n"
                       "Options: salotto-cli VERB --help. All of it: salotto-cli(1).\n\n"
                       "  salotto-cli localhost               talk in the room on this machine\n"
                       "  salotto-cli send localhost ciao     say one thing\n"
                       "  salotto-cli tail --json localhost   feed a program"));
  return SAL_EXIT_OK;
}

int
main (int argc, char **argv)
{
  const SalVerb *verb = NULL;

  sal_program_init ("salotto-cli");
  g_set_prgname ("salotto-cli"); /* or --help would say that the verb is the program */

  if (argc > 1 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
                   g_str_equal (argv[1], "help")))
    return help ();
  if (argc > 1 && g_str_equal (argv[1], "--version"))
    {
      printf ("salotto-cli %s\n", SALOTTO_VERSION);
      return SAL_EXIT_OK;
    }
  verb = argc > 1 ? sal_verbs_find (verbs, argv[1]) : NULL;
  /* One word can be a room's address; with more behind it, it was meant to be a verb. */
  if (verb == NULL && argc > 2 && *argv[1] != '-' && *argv[2] != '-')
    return sal_verbs_fail (argv[1]);
  return verb != NULL ? verb->run (argc - 1, argv + 1) : cli_chat (argc, argv);
}
