/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the command lines of all verbs have in common.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-log.h"
#include "lab/lab-cmd.h"

/**
 * lab_cmd_screen:
 *
 * Colours help somebody who looks, and nobody who reads a file (https://no-color.org).
 *
 * Returns: what standard output is.
 */
LabScreen
lab_cmd_screen (void)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  struct winsize size = { 0 };
  LabScreen screen = { 0 };

  if (!isatty (STDOUT_FILENO))
    return screen;
  screen.colour =
      (no_colour == NULL || *no_colour == '\0') && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    {
      screen.columns = size.ws_col;
      screen.rows = size.ws_row;
    }
  return screen;
}

/**
 * lab_cmd_parse:
 * @entries: the options of the verb
 * @usage: what follows the program's name, translated
 * @summary: what the verb does, translated
 *
 * Takes the options out of @argv, those that every verb has included.
 *
 * Returns: %FALSE with a #SAL_ERROR that names the option.
 */
gboolean
lab_cmd_parse (const GOptionEntry *entries,
               const char *usage,
               const char *summary,
               int *argc,
               char ***argv,
               GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) local = NULL;
  gboolean verbose = FALSE;
  gboolean version = FALSE;
  const GOptionEntry common[] = {
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, N_ ("Say more"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_ ("Say the version, and end"), NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, summary);
  if (!g_option_context_parse (context, argc, argv, &local))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, "%s", local->message);
      return FALSE;
    }
  if (version)
    {
      printf ("salotto-lab %s\n", SALOTTO_VERSION);
      exit (SAL_EXIT_OK); /* as --help does */
    }
  if (verbose)
    sal_log_set_level ("info");
  return TRUE;
}
