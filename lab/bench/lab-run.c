/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment while it runs: starts programs on the hosts, waits for what they say, for
 * states of sockets and for frames, and writes down each of it. The first thing that does not
 * come as it should ends the run with a sentence that says what was waited for.
 */
#include "config.h"

#include "lab/bench/lab-run.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/base/sal-error.h"
#include "common/proto/sal-text.h"
#include "lab/bench/lab-run-private.h"
#include "lab/bench/lab-sandbox.h"

/**
 * lab_run_romeo:
 */
LabHost *
lab_run_romeo (LabRun *run)
{
  return run->romeo;
}

/**
 * lab_run_juliet:
 */
LabHost *
lab_run_juliet (LabRun *run)
{
  return run->juliet;
}

/**
 * lab_run_world:
 */
LabWorld *
lab_run_world (LabRun *run)
{
  return run->world;
}

/**
 * lab_run_is_ipv6:
 *
 * Returns: whether the hosts speak IPv6, not IPv4.
 */
gboolean
lab_run_is_ipv6 (const LabRun *run)
{
  return lab_world_get_family (run->world) == LAB_IPV6;
}

/**
 * lab_run_is_good:
 */
gboolean
lab_run_is_good (const LabRun *run)
{
  return run->error == NULL;
}

/**
 * lab_run_fail:
 *
 * Ends the run, unless it is over already.
 */
void
lab_run_fail (LabRun *run, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (run->error != NULL)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  run->error = g_error_new_literal (SAL_ERROR, SAL_EXIT_FAILED, text);
}

/* What an experiment keeps until its end, so that it need not free it. */
static const char *
keep (LabRun *run, char *text)
{
  g_ptr_array_add (run->kept, text);
  return text;
}

/**
 * lab_run_add_host:
 *
 * Returns: (transfer none): one more host; romeo if there can be none.
 */
LabHost *
lab_run_add_host (LabRun *run, const char *name)
{
  LabHost *host = NULL;

  if (run->error == NULL)
    host = lab_world_add_host (run->world, name, &run->error);
  return host != NULL ? host : run->romeo;
}

/**
 * lab_run_set:
 *
 * Changes a setting of a host's kernel, and says so in the report.
 */
void
lab_run_set (LabRun *run, const LabHost *host, const char *setting, const char *value)
{
  g_autofree char *before = NULL;
  g_autofree char *dotted = g_strdelimit (g_strdup (setting), "/", '.');

  if (run->error != NULL)
    return;
  before = lab_world_get (run->world, host, setting);
  if (!lab_world_set (run->world, host, setting, value, &run->error))
    return;
  lab_run_remark (run, "%s: sysctl %s=%s (%s before)", host->name, dotted, value,
                  before != NULL ? before : "?");
}

/**
 * lab_run_use_usual_timers:
 *
 * Has @host send again as soon as Linux does elsewhere; for sockets that are made from now on.
 */
void
lab_run_use_usual_timers (LabRun *run, const LabHost *host)
{
  const char *setting = "net/ipv4/tcp_rto_min_us";
  g_autofree char *there = lab_world_get (run->world, host, setting);

  if (run->error == NULL && there != NULL)
    lab_world_set (run->world, host, setting, LAB_USUAL_RTO_US, &run->error);
}

/* Steps. */

static gboolean
has_sample (const LabStep *step)
{
  for (guint i = 0; i < step->items->len; i++)
    if (((const LabItem *) g_ptr_array_index (step->items, i))->kind == LAB_ITEM_SAMPLE)
      return TRUE;
  return FALSE;
}

/**
 * lab_run_end_step:
 *
 * Waits until the network is quiet, and notes up to which frame the step went; and what the
 * sockets are, if nobody has asked for them at a better time.
 */
void
lab_run_end_step (LabRun *run)
{
  const GPtrArray *hosts = lab_world_get_hosts (run->world);

  if (run->step == NULL)
    return;
  lab_world_settle (run->world, LAB_RUN_QUIET_MS, LAB_RUN_MOST_QUIET_MS);
  if (!has_sample (run->step))
    lab_run_sample (run);
  for (guint i = 0; i < hosts->len; i++)
    run->step->last[i] = ((const LabHost *) g_ptr_array_index (hosts, i))->frames->len;
}

/**
 * lab_run_step:
 *
 * Begins the next step, when the network is quiet; with --step, when Return is pressed.
 */
void
lab_run_step (LabRun *run, const char *title)
{
  LabStep *before = run->step;

  if (run->error != NULL)
    return;
  lab_run_end_step (run);
  if (run->ask)
    {
      fprintf (stderr, _ ("Next: %s. Press Return to go on."), title);
      fputc ('\n', stderr);
      lab_world_wait_for_return (run->world);
    }
  else if (run->experiment->seconds > 0)
    fprintf (stderr, "salotto-lab: %s\n", title);
  run->step = lab_report_add_step (run->report, title);
  if (before != NULL)
    memcpy (run->step->first, before->last, sizeof before->last);
}

/**
 * lab_run_n_steps:
 *
 * Returns: how many steps there are so far; the number of the one that is done now, from 1.
 */
guint
lab_run_n_steps (const LabRun *run)
{
  return run->report->steps->len;
}

static void
note (LabRun *run, LabItemKind kind, const LabHost *host, const char *text)
{
  if (run->step == NULL)
    run->step = lab_report_add_step (run->report, _ ("Preparations"));
  lab_step_add (run->step, kind, host != NULL ? host->name : NULL, text);
}

/**
 * lab_run_remark:
 *
 * Something that the reader should notice.
 */
void
lab_run_remark (LabRun *run, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (run->error != NULL)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  note (run, LAB_ITEM_REMARK, NULL, text);
}

/* Programs. */

/* What the word that begins at @at stands for is added to @out. Returns: where the text goes on;
 * @at itself if it is a word as any other. */
static const char *
expand_word (LabRun *run, const char *at, GString *out)
{
  gsize len = strspn (at + 1, G_CSET_a_2_z);
  const LabHost *host = lab_world_find_host (run->world, at + 1, len);
  gboolean is_socket = len == 3 && (strncmp (at, "@tcp", 4) == 0 || strncmp (at, "@udp", 4) == 0);

  if (is_socket)
    g_string_append_printf (out, "%.3s%s", at + 1, lab_run_is_ipv6 (run) ? " 6" : "");
  else if (host == NULL)
    return at;
  else if (at[len + 1] == ':' && host->ip.family == 6)
    g_string_append_printf (out, "[%s]", host->address);
  else
    g_string_append (out, host->address);
  return at + 1 + len;
}

/* Returns: (transfer full): @text with what its `@` words stand for, see lab-run.h. */
static char *
expand (LabRun *run, const char *text)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *rest = *text == '@' ? expand_word (run, text, out) : text;

      if (rest == text)
        g_string_append_c (out, *rest++);
      text = rest;
    }
  return g_string_free (out, FALSE);
}

/**
 * lab_run_write_file:
 * @name: in the folder that programs start in
 *
 * Writes a file that a program is to find, and shows it in the report.
 */
void
lab_run_write_file (LabRun *run, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (LAB_SANDBOX_FOLDER, name, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  if (run->error != NULL || !g_file_set_contents (path, text, -1, &run->error))
    return;
  lab_run_remark (run, _ ("The file %s:"), name);
  for (guint i = 0; lines[i] != NULL && g_strv_length (lines) < 10; i++)
    if (*lines[i] != '\0')
      note (run, LAB_ITEM_OUTPUT, run->juliet, lines[i]);
}

/**
 * lab_run_find_program:
 * @name: of a program that comes with this one or with the system
 * @places: (nullable) (array zero-terminated=1): where to look, from where this program is
 *
 * Returns: (transfer full) (nullable): its path.
 */
char *
lab_run_find_program (const char *name, const char *const *places)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;

  for (gsize i = 0; folder != NULL && places != NULL && places[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, places[i], name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  return g_find_program_in_path (name);
}

/**
 * lab_run_start_foreign:
 * @argv: (array zero-terminated=1): a program and its arguments
 *
 * Returns: (transfer none) (nullable): the program, running on @host.
 */
LabProcess *
lab_run_start_foreign (LabRun *run, const LabHost *host, const char *const *argv)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *base = g_path_get_basename (argv[0]);
  g_autofree char *rest = NULL;
  g_autofree char *command = NULL;

  if (run->error != NULL)
    return NULL;
  for (gsize i = 0; argv[i] != NULL; i++)
    g_ptr_array_add (words, expand (run, argv[i]));
  g_ptr_array_add (words, NULL);
  rest = g_strjoinv (" ", (char **) words->pdata + 1);
  command = g_strdup_printf ("$ %s %s", base, rest);
  note (run, LAB_ITEM_COMMAND, host, g_strchomp (command));
  return lab_world_start (run->world, host, base, (const char *const *) words->pdata, &run->error);
}

/**
 * lab_run_start:
 * @first: the verb, then its arguments, then %NULL
 *
 * Returns: (transfer none) (nullable): `salotto-lab VERB ...`, running on @host.
 */
LabProcess *
lab_run_start (LabRun *run, const LabHost *host, const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *words = NULL;
  g_autofree char *command = NULL;
  va_list args;

  if (run->error != NULL)
    return NULL;
  g_ptr_array_add (argv, g_strdup (run->program));
  va_start (args, first);
  for (const char *word = first; word != NULL; word = va_arg (args, const char *))
    g_ptr_array_add (argv, expand (run, word));
  va_end (args);
  g_ptr_array_add (argv, NULL);
  words = g_strjoinv (" ", (char **) argv->pdata + 1);
  command = g_strdup_printf ("$ salotto-lab %s", words);
  note (run, LAB_ITEM_COMMAND, host, command);
  return lab_world_start (run->world, host, first, (const char *const *) argv->pdata, &run->error);
}

typedef struct
{
  LabProcess *process;
  const char *text;
  gsize end; /* of what was found */
} Awaited;

static gboolean
has_said (gpointer data)
{
  Awaited *awaited = data;
  LabProcess *process = awaited->process;
  const char *at = process->output->str + process->taken;
  const char *found = strstr (at, awaited->text);

  if (found != NULL)
    {
      const char *newline = strchr (found, '\n');

      if (newline == NULL && !(process->out < 0))
        return FALSE; /* a line is over when it ends */
      awaited->end =
          newline != NULL ? (gsize) (newline + 1 - process->output->str) : process->output->len;
      return TRUE;
    }
  return process->out < 0; /* it will not say anything any more */
}

/* Notes what has been said up to @end as output, line by line, as it may be shown. */
static void
note_output (LabRun *run, LabProcess *process, gsize end)
{
  g_autofree char *text = g_strndup (process->output->str + process->taken, end - process->taken);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GString) clean = g_string_new (NULL);

      sal_text_clean_line (clean, lines[i], strlen (lines[i]));
      if (clean->len > 0)
        note (run, LAB_ITEM_OUTPUT, process->host, clean->str);
    }
  process->taken = end;
}

/* Waits for a line with @text. FALSE if the run is over. */
static gboolean
await_line (LabRun *run, LabProcess *process, const char *text, gsize *end)
{
  Awaited awaited = { .process = process, .text = text };

  if (run->error != NULL || process == NULL)
    return FALSE;
  if (lab_world_run (run->world, has_said, &awaited, lab_run_patience_ms (run)) && awaited.end > 0)
    {
      *end = awaited.end;
      return TRUE;
    }
  lab_run_fail (run, _ ("%s on %s did not say “%s”; it said: %s"), process->name,
                process->host->name, text, process->output->str);
  return FALSE;
}

/**
 * lab_run_await:
 *
 * Waits until @process says a line with @text.
 */
void
lab_run_await (LabRun *run, LabProcess *process, const char *text)
{
  gsize end = 0;

  if (await_line (run, process, text, &end))
    note_output (run, process, end);
}

/**
 * lab_run_call_without_answer:
 *
 * Has a shell make a call that may not return soon.
 */
void
lab_run_call_without_answer (LabRun *run, LabProcess *shell, const char *call)
{
  g_autofree char *made = NULL;
  g_autofree char *line = NULL;
  g_autofree char *shown = NULL;

  if (run->error != NULL || shell == NULL)
    return;
  made = expand (run, call);
  line = g_strdup_printf ("%s\n", made);
  shown = g_strdup_printf ("> %s", made);
  note (run, LAB_ITEM_COMMAND, shell->host, shown);
  lab_process_write (shell, line);
}

/**
 * lab_run_call_at_once:
 * @calls: (array zero-terminated=1)
 *
 * Has a shell make calls one right after the other, as a program does. Each has an answer.
 */
void
lab_run_call_at_once (LabRun *run, LabProcess *shell, const char *const *calls)
{
  g_autofree char *joined = g_strjoinv ("\n", (char **) calls);
  g_autofree char *lines = g_strconcat (joined, "\n", NULL);

  if (run->error != NULL || shell == NULL)
    return;
  for (gsize i = 0; calls[i] != NULL; i++)
    {
      g_autofree char *shown = g_strdup_printf ("> %s", calls[i]);

      note (run, LAB_ITEM_COMMAND, shell->host, shown);
    }
  lab_process_write (shell, lines);
}

/**
 * lab_run_await_answer:
 * @expected: (nullable): what the answer begins with
 *
 * Returns: (transfer none): what the call of a shell returned; the empty string if the run is
 * over.
 */
const char *
lab_run_await_answer (LabRun *run, LabProcess *shell, const char *expected)
{
  gsize end = 0;
  char *answer = NULL;

  if (!await_line (run, shell, ": ", &end))
    return "";
  {
    g_autofree char *line = g_strndup (shell->output->str + shell->taken, end - shell->taken);
    const char *colon = strstr (line, ": ");

    answer = g_strdup (colon != NULL ? colon + 2 : line);
    g_strchomp (answer);
  }
  shell->taken = end;
  keep (run, answer);
  note (run, LAB_ITEM_OUTPUT, shell->host, answer);
  if (expected != NULL && !g_str_has_prefix (answer, expected))
    lab_run_fail (run, _ ("a call on %s returned “%s”, not “%s”"), shell->host->name, answer,
                  expected);
  return answer;
}

/**
 * lab_run_call:
 *
 * Has a shell make a call, and waits for its answer. See lab_run_await_answer().
 */
const char *
lab_run_call (LabRun *run, LabProcess *shell, const char *call, const char *expected)
{
  lab_run_call_without_answer (run, shell, call);
  return lab_run_await_answer (run, shell, expected);
}

/**
 * lab_run_type:
 *
 * Types a line.
 */
void
lab_run_type (LabRun *run, LabProcess *process, const char *line)
{
  g_autofree char *shown = g_strdup_printf ("%s: %s", process != NULL ? process->name : "",
                                            *line != '\0' ? line : "(Return)");
  g_autofree char *bytes = g_strdup_printf ("%s\n", line);

  if (run->error != NULL || process == NULL)
    return;
  note (run, LAB_ITEM_COMMAND, process->host, shown);
  lab_process_write (process, bytes);
}

/**
 * lab_run_ctrl_d:
 *
 * Ends a program's input.
 */
void
lab_run_ctrl_d (LabRun *run, LabProcess *process)
{
  g_autofree char *shown = g_strdup_printf ("%s: Ctrl-D", process != NULL ? process->name : "");

  if (run->error != NULL || process == NULL)
    return;
  note (run, LAB_ITEM_COMMAND, process->host, shown);
  lab_process_end_input (process);
}

/**
 * lab_run_kill:
 *
 * Ctrl-C (%SIGINT), or worse.
 */
void
lab_run_kill (LabRun *run, LabProcess *process, int signal)
{
  g_autofree char *shown = NULL;

  if (run->error != NULL || process == NULL)
    return;
  shown = signal == SIGINT
              ? g_strdup_printf ("%s: Ctrl-C", process->name)
              : g_strdup_printf ("$ kill -%s %s", sigabbrev_np (signal), process->name);
  note (run, LAB_ITEM_COMMAND, process->host, shown);
  lab_process_signal (process, signal);
}

static gboolean
has_ended (gpointer data)
{
  const LabProcess *process = data;

  return process->pid == 0 && process->out < 0;
}

/**
 * lab_run_await_end:
 *
 * Waits until a program has ended. Returns: its exit status, or 128 and its signal, as shells
 * say it.
 */
int
lab_run_await_end (LabRun *run, LabProcess *process)
{
  if (run->error != NULL || process == NULL)
    return -1;
  if (!lab_world_run (run->world, has_ended, process, lab_run_patience_ms (run)))
    {
      lab_run_fail (run, _ ("%s on %s does not end"), process->name, process->host->name);
      return -1;
    }
  note_output (run, process, process->output->len);
  return WIFEXITED (process->status) ? WEXITSTATUS (process->status)
                                     : 128 + WTERMSIG (process->status);
}

/* Answers. */

/**
 * lab_run_question:
 *
 * Claims from now on answer this.
 */
void
lab_run_question (LabRun *run, const char *text)
{
  run->question = lab_report_add_question (run->report, text);
}

/**
 * lab_run_claim:
 * @holds: whether what was seen bears it out
 * @evidence: (nullable): see lab_run_frames()
 *
 * An answer to the question, in a sentence.
 */
void
lab_run_claim (LabRun *run, gboolean holds, const char *evidence, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (run->error != NULL)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  lab_question_add (run->question, holds, text, evidence);
}

/**
 * lab_run_frames_of:
 * @numbers: of frames, then 0
 *
 * Returns: (transfer none): which frames of which capture, as evidence.
 */
const char *
lab_run_frames_of (LabRun *run, const LabHost *host, const guint64 *numbers)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint n = 0;

  for (; numbers[n] != 0; n++)
    g_string_append_printf (list, "%s%" G_GUINT64_FORMAT, n > 0 ? ", " : "", numbers[n]);
  return keep (
      run, g_strdup_printf (n == 1 ? _ ("frame %s of %s-%s.pcap") : _ ("frames %s of %s-%s.pcap"),
                            list->str, host->name, run->capture));
}

/**
 * lab_run_differs:
 *
 * Where this system is another than the one of the documents.
 */
void
lab_run_differs (LabRun *run, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (run->report->differences, g_strdup_vprintf (format, args));
  va_end (args);
}
