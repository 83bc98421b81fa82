/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-lab: finds the verb.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/lab-cmd.h"

static const SalVerb verbs[] = {
  { "trace", N_ ("--read FILE"), N_ ("follow TCP connections, and say what happened"),
    lab_cmd_trace },
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
  { "sockets", N_ ("[PORT]"), N_ ("show sockets: states and queues, timers and owners"),
    lab_cmd_sockets },
  { "experiment", N_ ("NAME…|list|all"), N_ ("do one of the labs, and explain it"),
    lab_cmd_experiment },
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

static int
help (void)
{
  printf ("%s\n\n", _ ("Usage: salotto-lab [VERB] [OPTION…] [ARGUMENT…]"));
  sal_verbs_print (verbs);
  printf ("\n%s\n", _ ("Options: salotto-lab VERB --help. All of it: salotto-lab(1).\n\n"
                       "  salotto-lab trace --read lab.pcap     what happened in a capture\n"
                       "  salotto-lab trace --interface lo      what happens now\n"
                       "  salotto-lab experiment list           the labs that it can do"));
  return SAL_EXIT_OK;
}

int
main (int argc, char **argv)
{
  const SalVerb *verb = NULL;

  sal_program_init ("salotto-lab");
  g_set_prgname ("salotto-lab"); /* or --help would say that the verb is the program */

  if (argc > 1 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
                   g_str_equal (argv[1], "help")))
    return help ();
  if (argc > 1 && g_str_equal (argv[1], "--version"))
    {
      printf ("salotto-lab %s\n", SALOTTO_VERSION);
      return SAL_EXIT_OK;
    }
  verb = argc > 1 ? sal_verbs_find (verbs, argv[1]) : NULL;
  if (verb != NULL)
    return verb->run (argc - 1, argv + 1);
  if (argc > 1)
    return sal_verbs_fail (argv[1]);
  return sal_usage_fail (_ ("salotto-lab VERB [OPTION…] [ARGUMENT…]"), NULL);
}
