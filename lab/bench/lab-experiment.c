/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The frame of every experiment: its network, its run, its report. Everything happens inside
 * of lab-sandbox; the report is put together in memory and written at the end, all of it or
 * nothing.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "lab/bench/lab-experiments.h"
#include "lab/bench/lab-run-private.h"
#include "lab/bench/lab-sandbox.h"

typedef struct
{
  const LabExperiment *experiment;
  const char *output; /* (nullable): an absolute path */
  char *program;
  const LabExperimentOptions *options;
  LabExperimentResult *result; /* in memory that processes share */
} Task;

static void
run_clear (LabRun *run)
{
  lab_world_free (run->world);
  lab_report_free (run->report);
  lab_dissector_free (run->dissector);
  for (guint i = 0; i < LAB_REPORT_MOST_HOSTS; i++)
    g_array_unref (run->segments[i]);
  g_ptr_array_unref (run->kept);
  g_ptr_array_unref (run->no_sockets);
  g_free (run->program);
  g_clear_error (&run->error);
}

static void
run_init (LabRun *run, const Task *task)
{
  const LabExperiment *experiment = task->experiment;

  *run = (LabRun){ .experiment = experiment, .ask = task->options->step };
  run->capture = experiment->capture != NULL ? experiment->capture : experiment->name;
  run->program = g_strdup (task->program);
  run->report = lab_report_new ();
  run->report->name = experiment->name;
  run->report->title = _ (experiment->title);
  run->report->about = _ (experiment->about);
  run->report->source = experiment->source;
  run->report->standard = experiment->standard;
  run->dissector = lab_dissector_new ();
  for (guint i = 0; i < LAB_REPORT_MOST_HOSTS; i++)
    run->segments[i] = g_array_new (FALSE, FALSE, sizeof (LabSegment));
  run->no_sockets = g_ptr_array_new ();
  run->kept = g_ptr_array_new_with_free_func (g_free);
}

static gboolean
build_network (LabRun *run, LabFamily family)
{
  run->world = lab_world_new (family, &run->error);
  if (run->world != NULL)
    run->romeo = lab_world_add_host (run->world, "romeo", &run->error);
  if (run->romeo != NULL)
    run->juliet = lab_world_add_host (run->world, "juliet", &run->error);
  return run->juliet != NULL;
}

static LabFrame *
copy_frame (const LabFrame *frame)
{
  LabFrame *copy = g_memdup2 (frame, sizeof *frame);

  copy->bytes = g_memdup2 (frame->bytes, frame->len);
  return copy;
}

/* Copies what the hosts have seen into the report. */
static void
take_captures (LabRun *run)
{
  const GPtrArray *hosts = lab_world_get_hosts (run->world);

  for (guint i = 0; i < hosts->len; i++)
    {
      const LabHost *host = g_ptr_array_index (hosts, i);
      LabCapture *capture =
          lab_report_add_capture (run->report, host->name, host->address, run->capture);

      for (guint f = 0; f < host->frames->len; f++)
        g_ptr_array_add (capture->frames, copy_frame (g_ptr_array_index (host->frames, f)));
      if (g_strcmp0 (host->name, run->experiment->vantage) == 0)
        run->report->vantage = i;
    }
  if (lab_world_get_dropped (run->world) > 0)
    lab_run_differs (run,
                     _ ("%" PRIu64 " frames were lost on the way into the "
                        "captures; this machine is too busy"),
                     lab_world_get_dropped (run->world));
}

static char *
describe_system (gboolean ipv6)
{
  struct utsname name;

  if (uname (&name) != 0)
    return g_strdup ("?");
  return g_strdup_printf ("%s %s, %s", name.sysname, name.release, ipv6 ? "IPv6" : "IPv4");
}

static void
set_reason (LabExperimentResult *result, const GError *error)
{
  g_autofree char *whole = g_utf8_make_valid (error->message, -1);
  const char *end = NULL;

  g_strlcpy (result->why, whole, sizeof result->why);
  if (!g_utf8_validate (result->why, -1, &end)) /* the last character may be cut */
    result->why[end - result->why] = '\0';
}

/* The failed run as far as it went, for who wants to know why. */
static void
show_failure (const LabRun *run)
{
  g_autoptr (GString) out = g_string_new (NULL);

  lab_report_text (run->report, NULL, out);
  fputs (out->str, stderr);
}

static int
finish (LabRun *run, const Task *task)
{
  g_autoptr (GString) out = g_string_new (NULL);
  LabExperimentResult *result = task->result;
  int status = SAL_EXIT_OK;

  lab_run_end_step (run);
  run->report->took_us = g_get_real_time () - run->report->started_us;
  result->took_us = run->report->took_us;
  result->answers = lab_report_count_claims (run->report, FALSE);
  result->borne_out = lab_report_count_claims (run->report, TRUE);
  take_captures (run);
  lab_report_trace (run->report);
  if (run->error != NULL)
    {
      set_reason (result, run->error);
      show_failure (run);
      fprintf (stderr, _ ("salotto-lab: %s did not go as it should: %s\n"), run->experiment->name,
               run->error->message);
      return SAL_EXIT_FAILED;
    }
  lab_report_text (run->report, &task->options->screen, out);
  fputs (out->str, stdout);
  fflush (stdout);
  if (result->borne_out < result->answers)
    {
      fprintf (stderr, "%s\n",
               _ ("salotto-lab: not every answer is borne out by what was seen; see above"));
      status = SAL_EXIT_FAILED;
    }
  if (task->output != NULL)
    {
      if (!lab_report_write (run->report, task->output, &run->error))
        {
          set_reason (result, run->error);
          fprintf (stderr, "salotto-lab: %s\n", run->error->message);
          return sal_error_exit_status (run->error);
        }
      fprintf (stderr, _ ("salotto-lab: the report is in %s\n"), task->output);
    }
  return status;
}

static int
run_inside (gpointer data)
{
  const Task *task = data;
  LabRun run;
  int status = SAL_EXIT_FAILED;

  run_init (&run, task);
  run.report->started_us = g_get_real_time ();
  run.report->ipv6 = task->options->family == LAB_IPV6;
  run.report->system = describe_system (run.report->ipv6);
  if (build_network (&run, task->options->family))
    {
      task->experiment->run (&run);
      status = finish (&run, task);
    }
  else
    {
      set_reason (task->result, run.error);
      fprintf (stderr, "salotto-lab: %s\n", run.error->message);
    }
  run_clear (&run);
  return status;
}

/**
 * lab_experiment_check_output:
 * @output: an absolute path
 *
 * So that nobody waits for an experiment whose report cannot be kept.
 *
 * Returns: whether a folder can be made there; %FALSE with a #SAL_ERROR.
 */
gboolean
lab_experiment_check_output (const char *output, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (output);
  int number = 0;

  if (g_file_test (output, G_FILE_TEST_EXISTS) || g_file_test (output, G_FILE_TEST_IS_SYMLINK))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("--output: “%s” exists already; name a folder that does not, or remove it"),
                   output);
      return FALSE;
    }
  if (g_str_has_prefix (output, "/run/"))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("--output: experiments have a /run of their own; name a folder elsewhere"));
      return FALSE;
    }
  if (g_access (parent, W_OK | X_OK) < 0)
    number = errno;
  else if (!g_file_test (parent, G_FILE_TEST_IS_DIR))
    number = ENOTDIR;
  if (number == 0)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("--output: cannot make a folder in “%s”: %s"),
               parent, g_strerror (number));
  return FALSE;
}

/**
 * lab_experiment_find:
 *
 * Returns: (nullable): the experiment of this name.
 */
const LabExperiment *
lab_experiment_find (const char *name)
{
  for (gsize i = 0; lab_experiments[i] != NULL; i++)
    if (g_str_equal (lab_experiments[i]->name, name))
      return lab_experiments[i];
  return NULL;
}

/* What has to be so before anything is begun. */
static gboolean
can_begin (const LabExperiment *experiment, const char *output, GError **error)
{
  return (output == NULL || lab_experiment_check_output (output, error)) &&
         (experiment->needs == NULL || experiment->needs (error));
}

/**
 * lab_experiment_run:
 * @result: (out): what came of it
 *
 * Returns: an exit status; if @error is set nothing was done.
 */
int
lab_experiment_run (const LabExperiment *experiment,
                    const LabExperimentOptions *options,
                    LabExperimentResult *result,
                    GError **error)
{
  g_autofree char *folder =
      options->output != NULL ? g_canonicalize_filename (options->output, NULL) : NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GError) local = NULL;
  Task task = {
    .experiment = experiment, .output = folder, .program = program, .options = options
  };
  int status = SAL_EXIT_FAILED;

  memset (result, 0, sizeof *result);
  task.result =
      mmap (NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (task.result == MAP_FAILED)
    g_error ("mmap: %s", g_strerror (errno));
  if (can_begin (experiment, folder, &local))
    {
      if (experiment->seconds > 0)
        fprintf (stderr,
                 _ ("salotto-lab: this takes about %u seconds, because the kernel's own timers are "
                    "waited for\n"),
                 experiment->seconds);
      status = lab_sandbox_run (run_inside, &task, &local);
    }
  *result = *task.result;
  munmap (task.result, sizeof *result);
  if (local == NULL)
    return status;
  set_reason (result, local);
  status = sal_error_exit_status (local);
  g_propagate_error (error, g_steal_pointer (&local));
  return status;
}
