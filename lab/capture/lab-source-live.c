/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packets of an interface. This process has no privileges and wants none: it starts
 * salotto-capture, which has one, and reads the capture from its pipe.
 *
 * salotto-capture ends when its standard input does, so it outlives nobody. What it says
 * is English; here it is said again in the user's language.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/sal-container.h"
#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-log.h"
#include "lab/capture/lab-source-private.h"

#define PROGRAM "salotto-capture"
#define GROUP "salotto-capture"

/* What it may say, at most. */
#define SAID_BYTES 4096

typedef struct
{
  LabSource base;
  char *interface; /* (owned) */
  char *program;   /* (owned) */
  pid_t pid;       /* 0: it has ended */
  int in;          /* its standard input; closing it asks for the end */
  int out;
  int said_fd;
  gboolean began; /* something has come from it */
  GString *said;  /* (owned): what it said and nobody has read */
} LiveSource;

/* Returns: (transfer full): where salotto-capture is. */
static char *
find_program (void)
{
  const char *given = g_getenv ("SALOTTO_CAPTURE");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, PROGRAM, NULL) : NULL;

  if (given != NULL)
    return g_strdup (given);
  if (beside != NULL && access (beside, F_OK) == 0)
    return g_steal_pointer (&beside);
  return g_build_filename (SALOTTO_SBINDIR, PROGRAM, NULL);
}

/* The commands that let people of a group capture. */
static void
set_needs_privileges (const LiveSource *source, GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_REFUSED,
               _ ("you may not capture on %s. To let the members of a group do so, run once:\n"
                  "    sudo groupadd --system --force %s\n"
                  "    sudo chgrp %s %s\n"
                  "    sudo chmod 0750 %s\n"
                  "    sudo setcap cap_net_raw+ep %s\n"
                  "    sudo usermod --append --groups %s %s\n"
                  "and log in again"),
               source->interface, GROUP, GROUP, source->program, source->program, source->program,
               GROUP, g_get_user_name ());
}

/* It is set up, but not for this person. */
static void
set_not_a_member (const LiveSource *source, GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_REFUSED,
               _ ("you may not run %s, which captures. To become a member of its group, run:\n"
                  "    sudo usermod --append --groups %s %s\n"
                  "and log in again"),
               source->program, GROUP, g_get_user_name ());
}

static void
set_not_started (const LiveSource *source, const GError *why, GError **error)
{
  if (g_error_matches (why, G_SPAWN_ERROR, G_SPAWN_ERROR_ACCES) ||
      g_error_matches (why, G_SPAWN_ERROR, G_SPAWN_ERROR_PERM))
    set_not_a_member (source, error);
  else if (g_error_matches (why, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
    g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE,
                 _ ("%s is not there; capturing needs it, reading files does not"),
                 source->program);
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE, _ ("%s cannot be started: %s"),
                 source->program, why->message);
}

/* Takes the lines out of what was said: numbers are noted, prose stays for the end. */
static void
take_said (LiveSource *source)
{
  char bytes[1024];
  gssize n = 0;
  char *line = NULL;

  while ((n = read (source->said_fd, bytes, sizeof bytes)) > 0)
    if (source->said->len < SAID_BYTES)
      g_string_append_len (source->said, bytes, n);
  if (n == 0)
    sal_fd_close (&source->said_fd);
  while (g_str_has_prefix (source->said->str, "dropped ") &&
         (line = strchr (source->said->str, '\n')) != NULL)
    {
      source->base.dropped = g_ascii_strtoull (source->said->str + strlen ("dropped "), NULL, 10);
      g_string_erase (source->said, 0, line + 1 - source->said->str);
    }
}

static gssize
live_read (LabSource *base, guint8 *bytes, gsize len, GError **error)
{
  LiveSource *source = sal_container_of (base, LiveSource, base);

  for (;;)
    {
      struct pollfd fds[] = { { .fd = source->out, .events = POLLIN },
                              { .fd = source->said_fd, .events = POLLIN },
                              { .fd = base->wake_fd, .events = POLLIN } };

      if (poll (fds, 3, 0) <= 0)
        (void) poll (fds, 3, lab_source_be_idle (base));
      if (fds[2].revents != 0)
        {
          sal_fd_close (&source->in); /* it sends what it has, and ends */
          sal_fd_close (&base->wake_fd);
        }
      if (fds[1].revents != 0)
        take_said (source);
      if (fds[0].revents != 0)
        {
          gssize n = read (source->out, bytes, len);

          source->began |= n > 0;
          return n;
        }
    }
}

/* Returns: its exit status; -1 if it was killed. */
static int
wait_for_program (LiveSource *source)
{
  int status = 0;

  while (waitpid (source->pid, &status, 0) < 0 && errno == EINTR)
    ;
  source->pid = 0;
  return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static gboolean
live_finish (LabSource *base, GError **error)
{
  LiveSource *source = sal_container_of (base, LiveSource, base);
  const char *prefix = PROGRAM ": ";
  int status = 0;

  if (source->pid == 0)
    return TRUE;
  sal_fd_close (&source->in);
  fcntl (source->said_fd, F_SETFL, 0); /* until it has ended */
  take_said (source);
  status = wait_for_program (source);
  g_strchomp (source->said->str);
  if (status == SAL_EXIT_OK)
    return TRUE;
  if (status == SAL_EXIT_REFUSED)
    set_needs_privileges (source, error);
  else
    {
      const char *said = source->said->str;
      g_autofree char *why = NULL;

      if (g_str_has_prefix (said, prefix))
        said += strlen (prefix);
      why = sal_log_escape (said, SAID_BYTES);
      g_set_error (error, SAL_ERROR, status > 0 ? status : SAL_EXIT_FAILED,
                   source->began ? _ ("nothing more can be captured: %s") : "%s",
                   *why != '\0' ? why : _ ("salotto-capture has died"));
    }
  return FALSE;
}

static void
live_free (LabSource *base)
{
  LiveSource *source = sal_container_of (base, LiveSource, base);

  sal_fd_close (&source->in);
  sal_fd_close (&source->out); /* or it would wait for somebody to read */
  if (source->pid != 0)
    wait_for_program (source);
  sal_fd_close (&source->said_fd);
  g_string_free (source->said, TRUE);
  g_free (source->interface);
  g_free (source->program);
  g_free (source);
}

static const LabSourceClass live_class = { live_read, live_finish, NULL, live_free };

static gboolean
start (LiveSource *source, const LabLiveOptions *options, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) why = NULL;
  g_autofree char *snaplen = g_strdup_printf ("%u", options->snaplen);
  char *const environment[] = { NULL };

  g_ptr_array_add (argv, source->program);
  g_ptr_array_add (argv, (gpointer) "--interface");
  g_ptr_array_add (argv, source->interface);
  if (options->filter != NULL)
    {
      g_ptr_array_add (argv, (gpointer) "--filter");
      g_ptr_array_add (argv, (gpointer) options->filter);
    }
  if (options->snaplen > 0)
    {
      g_ptr_array_add (argv, (gpointer) "--snapshot-length");
      g_ptr_array_add (argv, snaplen);
    }
  g_ptr_array_add (argv, NULL);
  if (!g_spawn_async_with_pipes (NULL, (char **) argv->pdata, (char **) environment,
                                 G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &source->pid, &source->in,
                                 &source->out, &source->said_fd, &why))
    {
      set_not_started (source, why, error);
      return FALSE;
    }
  fcntl (source->said_fd, F_SETFL, O_NONBLOCK);
  return TRUE;
}

/**
 * lab_source_new_live:
 *
 * Starts to capture. Whether that is allowed, and whether the filter is one, shows with
 * the first packet.
 *
 * Returns: (transfer full): a source, or %NULL with a #SAL_ERROR.
 */
LabSource *
lab_source_new_live (const LabLiveOptions *options, GError **error)
{
  LiveSource *source = g_new0 (LiveSource, 1);

  lab_source_init (&source->base, &live_class, options->interface);
  source->interface = g_strdup (options->interface);
  source->program = find_program ();
  source->said = g_string_new (NULL);
  source->in = source->out = source->said_fd = -1;
  if (start (source, options, error))
    return &source->base;
  lab_source_free (&source->base);
  return NULL;
}
