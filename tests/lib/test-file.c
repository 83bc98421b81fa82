/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that other programs write, waited for by what the kernel tells of them (inotify(7)). It
 * tells so only few programs of a user at a time, and nothing in some sandboxes; there the file is
 * looked at again and again.
 */
#include "config.h"

#include "tests/lib/test-file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* What can change the answer to whether a file is there. Not that somebody opens it: whoever
 * looks does that as well. */
#define EVENTS (IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF)

/* How long until a file is looked at again although the kernel has told nothing: where it tells
 * nothing at all, and where it should. */
#define LOOK_AGAIN_MS 10
#define TOLD_MS 1000

/* Something that is looked at until it is as it should be. */
typedef gboolean (*Look) (const char *path, gconstpointer data);

/* Watches @path or, if it does not exist, the nearest folder above it that does.
 * @more: events, beside those that make a file
 * @missing: (out): what was not there below that, %NULL if all was
 *
 * Returns: a descriptor that can be read when something has happened; -1 if the kernel does not
 * tell. */
static int
watch (const char *path, guint32 more, char **missing)
{
  g_autofree char *nearest = g_strdup (path);
  int fd = inotify_init1 (IN_CLOEXEC);

  *missing = NULL;
  while (fd >= 0 && inotify_add_watch (fd, nearest, EVENTS | more) < 0)
    {
      if (errno != ENOENT)
        {
          close (fd);
          return -1;
        }
      g_free (*missing);
      *missing = g_steal_pointer (&nearest);
      nearest = g_path_get_dirname (*missing);
    }
  return fd;
}

static void
await_event (int fd, gint64 until_us)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN }; /* -1 is never readable */
  gint64 left_ms = MAX (until_us - g_get_monotonic_time (), 0) / 1000 + 1;

  (void) poll (&poll_fd, 1, (int) MIN (left_ms, fd >= 0 ? TOLD_MS : LOOK_AGAIN_MS));
}

/* Returns: whether it was seen within @ms. */
static gboolean
look_until (const char *path, guint32 more, Look look, gconstpointer data, int ms)
{
  gint64 until_us = g_get_monotonic_time () + (gint64) ms * 1000;

  for (;;)
    {
      g_autofree char *missing = NULL;
      int fd = watch (path, more, &missing);
      gboolean seen = look (path, data); /* after the watch has begun: nothing is missed between */
      gboolean over = g_get_monotonic_time () >= until_us;

      /* What has come since it was missing is to be watched itself. */
      if (!seen && !over && (missing == NULL || !g_file_test (missing, G_FILE_TEST_EXISTS)))
        await_event (fd, until_us);
      if (fd >= 0)
        close (fd);
      if (seen || over)
        return seen;
    }
}

static gboolean
has_text (const char *path, gconstpointer data)
{
  g_autofree char *content = NULL;

  return g_file_get_contents (path, &content, NULL, NULL) && strstr (content, data) != NULL;
}

/**
 * test_file_wait_for_text:
 * @path: a file that may not exist yet, and neither may the folders it is in
 *
 * Returns: whether @text is in it within @ms.
 */
gboolean
test_file_wait_for_text (const char *path, const char *text, int ms)
{
  return look_until (path, 0, has_text, text, ms);
}

static gboolean
can_be_written (const char *path, gconstpointer data)
{
  int *fd = (int *) data;

  *fd = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  return *fd >= 0;
}

/**
 * test_file_open_fifo:
 * @path: a FIFO that may not exist yet
 *
 * Returns: a descriptor to write to it, when somebody reads it; -1 if nobody does within @ms.
 */
int
test_file_open_fifo (const char *path, int ms)
{
  int fd = -1;

  /* In vain it is not opened, so this is no event of our own. */
  (void) look_until (path, IN_OPEN, can_be_written, &fd, ms);
  return fd;
}
