/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab trace`: packets from a source through the trace into a view, and out.
 *
 * What the view writes collects in a string; it leaves when there is much of it, or when
 * the source has nothing more just now, so a live line is on the screen at once and a long
 * file costs few writes.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "lab/capture/lab-filter.h"
#include "lab/capture/lab-source.h"
#include "lab/capture/lab-writer.h"
#include "lab/dissect/lab-dissect.h"
#include "lab/lab-cmd.h"
#include "lab/lab-trace-command.h"

/* What is written at once. */
#define BLOCK_BYTES (64 * 1024)

/* Link types of one capture that are complained about. */
#define MOST_UNKNOWN 4

/* How often a live trace looks for connections that are over. */
#define RETIRE_MS 1000

typedef struct
{
  LabTraceCommand command;
  LabSource *source; /* (owned) */
  LabFilter *filter; /* (owned) (nullable) */
  LabWriter *writer; /* (owned) (nullable) */
  LabTrace *trace;   /* (owned) */
  LabView *view;     /* (owned) */
  GString *out;      /* (owned) */
  guint16 unknown[MOST_UNKNOWN];
  guint n_unknown;
  guint64 packets;
  guint64 shown;          /* segments, datagrams and connections */
  gboolean has_begun;     /* the view */
  gboolean has_announced; /* that it captures */
  gboolean nobody_reads;
  int status;
} Run;

/* For the signal handler. */
static LabSource *the_source;

/* The first one ends the capture, which still has a report to make; a second one ends the
 * program. */
static void
on_signal (int number)
{
  lab_source_stop (the_source);
}

static void
catch_signals (LabSource *source)
{
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_RESTART };
  struct sigaction hangup = { 0 };

  the_source = source;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  /* The terminal has gone; what is written elsewhere gets its end. Not if nohup(1) said so. */
  if (sigaction (SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
    sigaction (SIGHUP, &action, NULL);
}

/* The source goes: nobody is to stop it any more. */
static void
release_signals (void)
{
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
  if (signal (SIGHUP, SIG_DFL) == SIG_IGN)
    signal (SIGHUP, SIG_IGN);
  the_source = NULL;
}

static void
complain (Run *run, int status, const char *message)
{
  fprintf (stderr, "salotto-lab: %s\n", message);
  if (run->status == SAL_EXIT_OK)
    run->status = status;
}

static void
complain_error (Run *run, GError *error)
{
  complain (run, sal_error_exit_status (error), error->message);
  g_error_free (error);
}

/* Everything the view has written so far leaves. */
static void
flush (Run *run)
{
  GError *error = NULL;

  if (run->out->len > 0 && !run->nobody_reads &&
      !sal_fd_write_all (STDOUT_FILENO, run->out->str, run->out->len))
    {
      run->nobody_reads = TRUE;
      if (errno != EPIPE) /* head(1) has seen enough; that is no failure */
        complain (run, SAL_EXIT_FAILED, g_strerror (errno));
    }
  g_string_truncate (run->out, 0);
  if (run->writer != NULL && !lab_writer_flush (run->writer, &error))
    {
      complain_error (run, error);
      g_clear_pointer (&run->writer, lab_writer_free);
    }
}

static void
flush_much (Run *run)
{
  if (run->out->len >= BLOCK_BYTES)
    flush (run);
}

static void
on_packet (const LabFinding *finding, gpointer data)
{
  Run *run = data;

  if (!lab_selection_has_finding (&run->command.selection, finding))
    return;
  run->shown++;
  lab_view_packet (run->view, finding);
  flush_much (run);
}

static void
on_other (const LabFinding *finding, gpointer data)
{
  Run *run = data;

  if (!lab_selection_has_finding (&run->command.selection, finding))
    return;
  if (lab_view_lists_others (run->view))
    run->shown++;
  lab_view_other (run->view, finding);
  flush_much (run);
}

static void
on_connection (const LabConnection *connection, gpointer data)
{
  Run *run = data;

  if (!lab_selection_has_connection (&run->command.selection, connection))
    return;
  run->shown++;
  lab_view_connection (run->view, connection);
  flush_much (run);
}

static void
on_notice (LabNotice notice, gpointer data)
{
  Run *run = data;
  const char *message = NULL;

  switch (notice)
    {
    case LAB_NOTICE_CONNECTIONS_CAPPED:
      message = _ ("more connections at a time than are followed; those that were quiet for "
                   "longest are reported early");
      break;
    case LAB_NOTICE_FRAGMENTS_CAPPED:
      message = _ ("more unfinished datagrams at a time than are kept; the oldest are given up");
      break;
    case LAB_N_NOTICES:
    default:
      return;
    }
  flush (run);
  fprintf (stderr, "salotto-lab: %s\n", message);
}

static void
begin_view (Run *run)
{
  if (!run->has_begun)
    lab_view_begin (run->view);
  run->has_begun = TRUE;
}

/* Nothing more has come: what has is shown. A live trace also looks at the clock, for
 * connections that nothing more will come of. */
static int
on_idle (gpointer data)
{
  Run *run = data;

  if (run->command.interface != NULL && !run->has_announced && lab_source_is_started (run->source))
    {
      run->has_announced = TRUE;
      begin_view (run);
      fprintf (stderr, _ ("salotto-lab: capturing on %s; Ctrl-C ends it\n"),
               run->command.interface);
    }
  if (run->command.interface != NULL && run->packets > 0)
    lab_trace_advance (run->trace, g_get_real_time () * 1000);
  flush (run);
  if (run->nobody_reads)
    lab_source_stop (run->source);
  return run->command.interface != NULL ? RETIRE_MS : -1;
}

/* Packets of a link type that nobody here can read are counted and no more. */
static void
check_link_type (Run *run, guint16 link_type)
{
  g_autofree char *message = NULL;

  if (lab_dissect_knows_link_type (link_type))
    return;
  for (guint i = 0; i < run->n_unknown; i++)
    if (run->unknown[i] == link_type)
      return;
  if (run->n_unknown == MOST_UNKNOWN)
    return;
  run->unknown[run->n_unknown++] = link_type;
  message =
      g_strdup_printf (_ ("packets of link type %u are left out; it is not known here"), link_type);
  complain (run, SAL_EXIT_FAILED, message);
}

static void
take_packet (Run *run, const LabPacket *packet)
{
  GError *error = NULL;

  run->packets++;
  if (run->filter != NULL && !lab_filter_matches (run->filter, packet))
    return;
  if (run->writer != NULL && !lab_writer_add (run->writer, packet, &error))
    {
      complain_error (run, error);
      g_clear_pointer (&run->writer, lab_writer_free);
    }
  check_link_type (run, packet->link_type);
  lab_selection_start (&run->command.selection, packet->time_ns);
  lab_trace_push (run->trace, packet);
}

/* Of something that is no capture nothing is shown, not even a page without anything. */
static void
take_all (Run *run)
{
  LabPacket packet = { 0 };
  GError *error = NULL;

  while (!run->nobody_reads && lab_source_next (run->source, &packet, &error))
    {
      begin_view (run);
      take_packet (run, &packet);
    }
  if (error == NULL)
    begin_view (run);
  else
    {
      flush (run);
      complain_error (run, error);
    }
}

/* Somebody who sees nothing would not know whether there was anything. */
static void
say_if_nothing_was_shown (const Run *run)
{
  gboolean selects =
      run->command.filter != NULL || !lab_selection_is_everything (&run->command.selection);

  if (run->packets == 0 || run->shown > 0 || run->status != SAL_EXIT_OK)
    return;
  fprintf (stderr,
           selects ? _ ("salotto-lab: nothing is shown, because no packet is of what was selected; "
                        "packets read: %lu\n")
                   : _ ("salotto-lab: nothing is shown, because no packet is of TCP; packets read: "
                        "%lu\n"),
           (gulong) run->packets);
}

static void
finish (Run *run)
{
  GError *error = NULL;
  guint64 dropped = lab_source_get_dropped (run->source);

  lab_trace_finish (run->trace);
  if (run->has_begun)
    lab_view_end (run->view);
  flush (run);
  if (run->writer != NULL && !lab_writer_finish (run->writer, &error))
    complain_error (run, error);
  if (dropped > 0)
    fprintf (stderr,
             _ ("salotto-lab: packets that are missing, because the kernel had no room for them: "
                "%lu\n"),
             (gulong) dropped);
  say_if_nothing_was_shown (run);
}

/* Opens everything that may fail before anything is written. */
static gboolean
prepare (Run *run, GError **error)
{
  const LabTraceCommand *command = &run->command;
  const LabTraceSink sink = { on_packet, on_connection, on_other, on_notice };
  const LabLiveOptions live = { .interface = command->interface, .filter = command->filter };

  if (command->read != NULL && command->filter != NULL)
    {
      run->filter = lab_filter_new (command->filter, error);
      if (run->filter == NULL)
        return FALSE;
    }
  run->source = command->read != NULL ? lab_source_new_file (command->read, error)
                                      : lab_source_new_live (&live, error);
  if (run->source == NULL)
    return FALSE;
  if (command->write != NULL)
    {
      run->writer = lab_writer_new (command->write, error);
      if (run->writer == NULL)
        return FALSE;
    }
  run->out = g_string_sized_new (BLOCK_BYTES * 2);
  run->view = lab_view_new (command->format, &command->view, run->out);
  run->trace = lab_trace_new (&command->trace, &sink, run);
  lab_source_set_idle (run->source, on_idle, run);
  return TRUE;
}

/**
 * lab_cmd_trace:
 *
 * Returns: the exit status: %SAL_EXIT_FAILED also if the capture was broken or had
 * packets that could not be read, after everything that could be has been shown.
 */
int
lab_cmd_trace (int argc, char **argv)
{
  Run run = { 0 };
  GError *error = NULL;

  if (lab_trace_command_parse (&run.command, &argc, &argv, &error) && prepare (&run, &error))
    {
      catch_signals (run.source);
      take_all (&run);
      finish (&run);
    }
  else
    complain_error (&run, error);

  release_signals ();
  lab_trace_free (run.trace);
  lab_view_free (run.view);
  lab_writer_free (run.writer);
  lab_filter_free (run.filter);
  lab_source_free (run.source);
  if (run.out != NULL)
    g_string_free (run.out, TRUE);
  lab_trace_command_clear (&run.command);
  return run.status;
}
