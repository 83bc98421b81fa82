/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab experiment`.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-experiments.h"
#include "lab/lab-cmd.h"
#include "lab/view/lab-words.h"

static char *output;
static gboolean step;

static const GOptionEntry entries[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
    N_ ("Also make DIR with a page, the captures and lines for programs"), N_ ("DIR") },
  { "step", 0, 0, G_OPTION_ARG_NONE, &step, N_ ("Wait for Return before each step"), NULL },
  { NULL },
};

static int
list (void)
{
  const guint columns = lab_cmd_screen ().columns;

  for (gsize i = 0; lab_experiments[i] != NULL; i++)
    {
      const LabExperiment *experiment = lab_experiments[i];
      g_autofree char *name = g_strdup_printf ("%-30s ", experiment->name);
      g_autoptr (GString) title = g_string_new (_ (experiment->title));
      g_autoptr (GString) out = g_string_new (NULL);

      if (experiment->seconds > 0)
        g_string_append_printf (title, _ (" (about %u seconds)"), experiment->seconds);
      lab_words_wrap (title->str, name, columns, out);
      fputs (out->str, stdout);
    }
  return SAL_EXIT_OK;
}

/* A folder for the reports of all experiments, one in it for each. */
static gboolean
make_folder (const char *folder, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (folder, NULL);

  if (!lab_experiment_check_output (path, error))
    return FALSE;
  if (g_mkdir (path, 0777) == 0)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("--output: cannot make the folder “%s”: %s"),
               folder, g_strerror (errno));
  return FALSE;
}

/* Every experiment, one after the other, also after one that has failed. */
static int
run_all (const LabScreen *screen)
{
  guint good = 0;
  guint n = 0;
  g_autoptr (GError) folder_error = NULL;

  if (output != NULL && !make_folder (output, &folder_error))
    return lab_cmd_fail (folder_error);
  for (; lab_experiments[n] != NULL; n++)
    {
      const LabExperiment *experiment = lab_experiments[n];
      g_autoptr (GError) error = NULL;
      g_autofree char *folder =
          output != NULL ? g_build_filename (output, experiment->name, NULL) : NULL;

      if (lab_experiment_run (experiment, folder, step, screen, &error) == SAL_EXIT_OK)
        good++;
      else if (error != NULL)
        fprintf (stderr, "salotto-lab: %s: %s\n", experiment->name, error->message);
    }
  fprintf (stderr, _ ("salotto-lab: %u of %u experiments went as they should\n"), good, n);
  return good == n ? SAL_EXIT_OK : SAL_EXIT_FAILED;
}

/**
 * lab_cmd_experiment:
 *
 * Returns: 0 when it went as it should and every answer is borne out by what was seen.
 */
int
lab_cmd_experiment (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const LabExperiment *experiment = NULL;
  LabScreen screen = { 0 };
  int status = SAL_EXIT_OK;

  if (!lab_cmd_parse (entries, _ ("experiment NAME|list|all"),
                      _ ("Does an experiment of the labs between two hosts that are made for it, "
                         "and explains what was seen. Touches no real network and needs no "
                         "rights."),
                      &argc, &argv, &error))
    return lab_cmd_fail (error);
  if (argc != 2)
    return sal_usage_fail (_ ("salotto-lab experiment [OPTION…] NAME|list|all"),
                           argc > 2 ? argv[2] : NULL);
  if (g_str_equal (argv[1], "list"))
    return list ();
  screen = lab_cmd_screen ();
  if (g_str_equal (argv[1], "all"))
    return run_all (&screen);
  experiment = lab_experiment_find (argv[1]);
  if (experiment == NULL)
    {
      g_set_error (&error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("there is no experiment “%s”; salotto-lab experiment list names them"),
                   argv[1]);
      return lab_cmd_fail (error);
    }
  status = lab_experiment_run (experiment, output, step, &screen, &error);
  return error != NULL ? lab_cmd_fail (error) : status;
}
