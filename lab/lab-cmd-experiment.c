/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab experiment`.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "common/base/sal-columns.h"
#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-experiments.h"
#include "lab/lab-cmd.h"
#include "lab/view/lab-words.h"

static char *output;
static gboolean step;
static gboolean ipv4;
static gboolean ipv6;

static const GOptionEntry entries[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
    N_ ("Also make DIR with a page, the captures and lines for programs"), N_ ("DIR") },
  { "step", 0, 0, G_OPTION_ARG_NONE, &step, N_ ("Wait for Return before each step"), NULL },
  { "ipv4", '4', 0, G_OPTION_ARG_NONE, &ipv4, N_ ("The hosts speak IPv4 (the default)"), NULL },
  { "ipv6", '6', 0, G_OPTION_ARG_NONE, &ipv6, N_ ("The hosts speak IPv6"), NULL },
  { NULL },
};

/* An experiment that was to be done, and what came of it. */
typedef struct
{
  const LabExperiment *experiment;
  int status;
  LabExperimentResult result;
} Outcome;

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

/* Where names and titles do not fit beside each other. */
#define NARROW 72

static void
append_outcome (const Outcome *outcome, guint columns, GString *out)
{
  const LabExperimentResult *result = &outcome->result;
  const char *mark = outcome->status == SAL_EXIT_OK ? "✓" : "✗";
  const char *name = outcome->experiment->name;
  const gboolean narrow = columns > 0 && columns < NARROW;
  g_autofree char *margin = narrow ? g_strdup ("  ") : g_strdup_printf ("%s %-28s ", mark, name);
  g_autoptr (GString) text = g_string_new (_ (outcome->experiment->title));

  if (narrow)
    g_string_append_printf (out, "%s %s\n", mark, name);
  if (*result->why != '\0')
    g_string_append_printf (text, ": %s", result->why);
  else
    g_string_append_printf (text,
                            g_dngettext (NULL, " (%u of %u answer borne out, %.1f s)",
                                         " (%u of %u answers borne out, %.1f s)", result->answers),
                            result->borne_out, result->answers,
                            (double) result->took_us / G_USEC_PER_SEC);
  lab_words_wrap (text->str, margin, columns, out);
}

/* What a teacher wants to read in the end: which experiments there were, what each shows, and how
 * they went. */
static char *
summarise (const GArray *outcomes, gint64 took_us, guint columns)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GString) total = g_string_new (NULL);
  guint good = 0;

  for (guint i = 0; i < outcomes->len; i++)
    {
      const Outcome *outcome = &g_array_index (outcomes, Outcome, i);

      append_outcome (outcome, columns, out);
      good += outcome->status == SAL_EXIT_OK;
    }
  g_string_append_printf (
      total,
      g_dngettext (NULL, "%u of %u experiment went as it should, over %s, in %.0f s",
                   "%u of %u experiments went as they should, over %s, in %.0f "
                   "s",
                   outcomes->len),
      good, outcomes->len, ipv6 ? "IPv6" : "IPv4", (double) took_us / G_USEC_PER_SEC);
  lab_words_wrap (total->str, "", columns, out);
  return g_string_free (out, FALSE);
}

static gboolean
write_summary (const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (output, "summary.txt", NULL);
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents (path, text, -1, &local))
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, "%s", local->message);
  return FALSE;
}

/* Says the summary on the screen, and in the folder, where lines need not fit a screen. */
static int
end_with_summary (const GArray *outcomes, gint64 took_us, const LabScreen *screen)
{
  g_autofree char *shown = summarise (outcomes, took_us, screen->columns);
  g_autofree char *kept = summarise (outcomes, took_us, 0);
  g_autofree char *underline = NULL;
  g_autoptr (GError) error = NULL;

  underline = g_strnfill (sal_columns_of_text (_ ("What was shown")), '-');
  printf ("\n%s\n%s\n", _ ("What was shown"), underline);
  fputs (shown, stdout);
  if (output != NULL && !write_summary (kept, &error))
    return lab_cmd_fail (error);
  for (guint i = 0; i < outcomes->len; i++)
    if (g_array_index (outcomes, Outcome, i).status != SAL_EXIT_OK)
      return SAL_EXIT_FAILED;
  return SAL_EXIT_OK;
}

/* Several experiments, one after the other, also after one that has failed. */
static int
run_several (GArray *outcomes, const LabExperimentOptions *options)
{
  gint64 began_us = g_get_monotonic_time ();
  g_autoptr (GError) folder_error = NULL;

  if (output != NULL && !make_folder (output, &folder_error))
    return lab_cmd_fail (folder_error);
  for (guint i = 0; i < outcomes->len; i++)
    {
      Outcome *outcome = &g_array_index (outcomes, Outcome, i);
      const char *name = outcome->experiment->name;
      g_autoptr (GError) error = NULL;
      g_autofree char *folder = output != NULL ? g_build_filename (output, name, NULL) : NULL;
      LabExperimentOptions its_options = *options;

      its_options.output = folder;
      outcome->status =
          lab_experiment_run (outcome->experiment, &its_options, &outcome->result, &error);
      if (error != NULL)
        fprintf (stderr, "salotto-lab: %s: %s\n", name, error->message);
    }
  return end_with_summary (outcomes, g_get_monotonic_time () - began_us, &options->screen);
}

static int
run_one (const LabExperiment *experiment, const LabExperimentOptions *options)
{
  LabExperimentResult result = { 0 };
  g_autoptr (GError) error = NULL;
  int status = lab_experiment_run (experiment, options, &result, &error);

  return error != NULL ? lab_cmd_fail (error) : status;
}

/* Returns: (transfer full) (nullable): of Outcome, what is to be done. */
static GArray *
choose (char **names, GError **error)
{
  g_autoptr (GArray) outcomes = g_array_new (FALSE, TRUE, sizeof (Outcome));

  for (gsize n = 0; names[n] != NULL; n++)
    {
      const gboolean all = g_str_equal (names[n], "all");
      const guint before = outcomes->len;

      for (gsize i = 0; lab_experiments[i] != NULL; i++)
        {
          const Outcome outcome = { .experiment = lab_experiments[i] };

          if (all || g_str_equal (names[n], lab_experiments[i]->name))
            g_array_append_val (outcomes, outcome);
        }
      if (outcomes->len > before)
        continue;
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("there is no experiment “%s”; salotto-lab experiment list names them"),
                   names[n]);
      return NULL;
    }
  return g_steal_pointer (&outcomes);
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
  g_autoptr (GArray) outcomes = NULL;
  LabExperimentOptions options = { 0 };

  if (!lab_cmd_parse (entries, _ ("experiment NAME…|list|all"),
                      _ ("Does an experiment of the labs between two hosts that are made for it, "
                         "and explains what was seen. Touches no real network and needs no "
                         "rights."),
                      &argc, &argv, &error))
    return lab_cmd_fail (error);
  if (argc < 2)
    return sal_usage_fail (_ ("salotto-lab experiment [OPTION…] NAME…|list|all"), NULL);
  if (argc == 2 && g_str_equal (argv[1], "list"))
    return list ();
  if (ipv4 && ipv6)
    {
      g_set_error (&error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("the hosts speak one of both: either --ipv4 or --ipv6"));
      return lab_cmd_fail (error);
    }
  outcomes = choose (argv + 1, &error);
  if (outcomes == NULL)
    return lab_cmd_fail (error);
  options = (LabExperimentOptions){ .output = output,
                                    .step = step,
                                    .family = ipv6 ? LAB_IPV6 : LAB_IPV4,
                                    .screen = lab_cmd_screen () };
  if (outcomes->len > 1)
    return run_several (outcomes, &options);
  return run_one (g_array_index (outcomes, Outcome, 0).experiment, &options);
}
