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
  sal_verbs_print (verbs);
  printf ("\n%s\n", _ ("Options: salotto-lab VERB --help. All of it: salotto-lab(1).\n\n"
                       "  salotto-lab trace --read lab.pcap     what happened in a capture\n"
                       "  salotto-lab trace --interface lo      what happens now"));
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
  return lab_cmd_usage (_ ("salotto-lab VERB [OPTION…] [ARGUMENT…]"));
}
