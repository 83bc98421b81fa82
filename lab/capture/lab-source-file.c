/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packets from a file, or from standard input, which may be a program that is still
 * capturing.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/sal-container.h"
#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "lab/capture/lab-source-private.h"

typedef struct
{
  LabSource base;
  int fd;
  gboolean may_wait; /* a pipe, a terminal */
} FileSource;

static void
set_failed (const FileSource *source, GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("%s cannot be read: %s"), source->base.name,
               g_strerror (errno));
}

/* Waits until something is there. Returns: whether it is, or else somebody wants the end. */
static gboolean
wait_for_input (FileSource *source)
{
  for (;;)
    {
      struct pollfd fds[] = { { .fd = source->fd, .events = POLLIN },
                              { .fd = source->base.wake_fd, .events = POLLIN } };

      if (poll (fds, 2, 0) <= 0)
        (void) poll (fds, 2, lab_source_be_idle (&source->base));
      if (g_atomic_int_get (&source->base.stopped))
        return FALSE;
      if (fds[0].revents != 0)
        return TRUE;
    }
}

static gssize
file_read (LabSource *base, guint8 *bytes, gsize len, GError **error)
{
  FileSource *source = sal_container_of (base, FileSource, base);
  gssize n = 0;

  if (g_atomic_int_get (&base->stopped) || (source->may_wait && !wait_for_input (source)))
    return 0;
  do
    n = read (source->fd, bytes, len);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    set_failed (source, error);
  return n;
}

static gboolean
file_finish (LabSource *base, GError **error)
{
  return TRUE;
}

static void
file_free (LabSource *base)
{
  FileSource *source = sal_container_of (base, FileSource, base);

  if (source->fd != STDIN_FILENO)
    sal_fd_close (&source->fd);
  g_free (source);
}

static const LabSourceClass file_class = { file_read, file_finish, NULL, file_free };

/* Says in one sentence why @path cannot be a capture. */
static gboolean
open_file (FileSource *source, const char *path, GError **error)
{
  struct stat info = { 0 };

  source->fd = g_str_equal (path, "-") ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  if (source->fd < 0 || fstat (source->fd, &info) != 0)
    {
      if (errno == ENOENT)
        g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("there is no file %s"),
                     source->base.name);
      else if (errno == EACCES)
        g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                     _ ("you have no permission to read %s; its owner is to give it to you"),
                     source->base.name);
      else
        g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s cannot be opened: %s"),
                     source->base.name, g_strerror (errno));
      return FALSE;
    }
  if (S_ISDIR (info.st_mode))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s is a folder, and no capture"),
                   source->base.name);
      return FALSE;
    }
  if (isatty (source->fd))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("%s is a terminal, and no capture; give a file, or pipe one in"),
                   source->base.name);
      return FALSE;
    }
  source->may_wait = !S_ISREG (info.st_mode);
#ifdef POSIX_FADV_SEQUENTIAL
  if (!source->may_wait)
    (void) posix_fadvise (source->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
  return TRUE;
}

/**
 * lab_source_new_file:
 * @path: a file name as typed; `-`: standard input
 *
 * Returns: (transfer full): a source, or %NULL with a #SAL_ERROR that names the file. That
 * it is no capture shows with the first packet.
 */
LabSource *
lab_source_new_file (const char *path, GError **error)
{
  FileSource *source = g_new0 (FileSource, 1);
  g_autofree char *name =
      g_str_equal (path, "-") ? g_strdup (_ ("standard input")) : g_filename_display_name (path);

  lab_source_init (&source->base, &file_class, name);
  if (open_file (source, path, error))
    return &source->base;
  lab_source_free (&source->base);
  return NULL;
}
