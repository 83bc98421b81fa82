/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packets, from wherever they come. Every source is the bytes of a capture: a file,
 * standard input, or what salotto-capture sends down its pipe. So all of them are read by
 * one loop, in blocks, and one reader takes the packets out.
 *
 * One thread, except lab_source_stop().
 */
#include "config.h"

#include "lab/capture/lab-source.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "lab/capture/lab-source-private.h"

/* What is read at once: small enough to stay in the processor's cache. */
#define BLOCK_BYTES (256 * 1024)

/**
 * lab_source_init:
 * @source: zeroed
 * @name: of what is read, for messages
 */
void
lab_source_init (LabSource *source, const LabSourceClass *class, const char *name)
{
  source->class = class;
  source->name = g_strdup (name);
  source->reader = lab_capture_reader_new ();
  source->size = BLOCK_BYTES;
  source->buffer = g_malloc (source->size);
  source->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/**
 * lab_source_free:
 * @source: (nullable) (transfer full)
 */
void
lab_source_free (LabSource *source)
{
  if (source == NULL)
    return;
  lab_capture_reader_free (source->reader);
  g_free (source->buffer);
  g_free (source->name);
  sal_fd_close (&source->wake_fd);
  source->class->free (source);
}

/**
 * lab_source_set_idle:
 * @idle: (nullable)
 */
void
lab_source_set_idle (LabSource *source, LabSourceIdle idle, gpointer data)
{
  source->idle = idle;
  source->idle_data = data;
}

/**
 * lab_source_be_idle:
 *
 * For sources that are about to wait. Returns: for how many milliseconds they may.
 */
int
lab_source_be_idle (LabSource *source)
{
  return source->idle != NULL ? source->idle (source->idle_data) : -1;
}

/**
 * lab_source_is_started:
 *
 * Returns: whether the beginning of the capture has come: of a file it has been read, an
 * interface is being listened to.
 */
gboolean
lab_source_is_started (const LabSource *source)
{
  return lab_capture_reader_is_started (source->reader);
}

/**
 * lab_source_stop:
 *
 * Asks for the end of the capture: what has been captured is still given, then
 * lab_source_next() says that this was all. May be called from a signal handler, and
 * again.
 */
void
lab_source_stop (LabSource *source)
{
  guint64 one = 1;

  g_atomic_int_set (&source->stopped, 1);
  (void) !write (source->wake_fd, &one, sizeof one);
  if (source->class->stop != NULL)
    source->class->stop (source);
}

/**
 * lab_source_get_dropped:
 *
 * Returns: how many packets the kernel had no room for, as far as it is known.
 */
guint64
lab_source_get_dropped (const LabSource *source)
{
  return source->dropped;
}

/* Makes room behind what is not done with yet, and reads. */
static gboolean
refill (LabSource *source, GError **error)
{
  gssize n = 0;

  if (source->at > 0)
    {
      memmove (source->buffer, source->buffer + source->at, source->end - source->at);
      source->end -= source->at;
      source->at = 0;
    }
  if (source->end == source->size)
    {
      source->size = MIN (source->size * 2, (gsize) LAB_CAPTURE_MOST_BYTES + BLOCK_BYTES);
      source->buffer = g_realloc (source->buffer, source->size);
    }
  n = source->class->read (source, source->buffer + source->end, source->size - source->end, error);
  if (n < 0)
    return FALSE;
  source->ended = n == 0;
  source->end += (gsize) n;
  return TRUE;
}

/* No byte is left. Sets an error unless that was the end of a capture. */
static void
check_end (LabSource *source, GError **error)
{
  /* Somebody who wants no more gets none; what is cut by that is not the file's fault. */
  if (g_atomic_int_get (&source->stopped))
    return;
  if (lab_capture_reader_is_between (source->reader) && source->at == source->end)
    return;
  if (!lab_capture_reader_is_started (source->reader))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   source->end == 0 ? _ ("%s is empty, so it is no capture")
                                    : _ ("%s is too short to be a capture"),
                   source->name);
      return;
    }
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
               _ ("%s ends in the middle of packet %lu; those before it are all there is"),
               source->name, (gulong) source->packets + 1);
}

static void
set_broken (LabSource *source, GError **error)
{
  const char *reason = lab_capture_reader_get_reason (source->reader);

  if (!lab_capture_reader_is_started (source->reader))
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s cannot be read: %s"), source->name,
                 _ (reason));
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("%s is broken, and read up to there: %s"),
                 source->name, reason);
}

/**
 * lab_source_next:
 * @packet: (out caller-allocates): the packet; its bytes live until the next call
 *
 * Waits for the next packet.
 *
 * Returns: %FALSE at the end, without an error if all went well. Errors (#SAL_ERROR) name
 * the source; %SAL_EXIT_FAILED if there were packets before, which are all there is.
 */
gboolean
lab_source_next (LabSource *source, LabPacket *packet, GError **error)
{
  gsize used = 0;

  for (;;)
    {
      switch (lab_capture_reader_next (source->reader, source->buffer + source->at,
                                       source->end - source->at, &used, packet))
        {
        case LAB_CAPTURE_PACKET:
          source->at += used;
          source->packets++;
          return TRUE;
        case LAB_CAPTURE_PASSED:
          source->at += used;
          break;
        case LAB_CAPTURE_MORE:
          if (source->ended)
            {
              if (source->class->finish (source, error))
                check_end (source, error);
              return FALSE;
            }
          if (!refill (source, error))
            return FALSE;
          break;
        case LAB_CAPTURE_BROKEN:
        default:
          set_broken (source, error);
          return FALSE;
        }
    }
}
