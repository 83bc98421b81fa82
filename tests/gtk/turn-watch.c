/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To be preloaded into the desktop client: measures the turns of its main loop. What is done
 * in a turn, a frame or an answer to somebody, keeps everything else waiting, so the longest
 * turn is the longest time for which the window stands still. A turn lasts from the end of
 * one poll to the beginning of the next; the processor's time of the main thread hardly
 * depends on what else the machine does, that of the clock is what a person notices.
 */
#include "tests/gtk/turn-watch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static TurnWatch *watch;
static GPollFunc poll_really;
/* Of the end of the last poll; 0 before the first. */
static gint64 cpu_us;
static gint64 clock_us;

static gint64
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
end_turn (void)
{
  watch->longest_cpu_us =
      MAX (watch->longest_cpu_us, read_clock (CLOCK_THREAD_CPUTIME_ID) - cpu_us);
  watch->longest_us = MAX (watch->longest_us, read_clock (CLOCK_MONOTONIC) - clock_us);
  watch->turns++;
}

static gint
poll_and_measure (GPollFD *fds, guint n, gint timeout_ms)
{
  gint ready = 0;

  if (clock_us > 0)
    end_turn ();
  ready = poll_really (fds, n, timeout_ms);
  cpu_us = read_clock (CLOCK_THREAD_CPUTIME_ID);
  clock_us = read_clock (CLOCK_MONOTONIC);
  return ready;
}

static void __attribute__ ((constructor)) begin (void)
{
  const char *path = getenv (TURN_WATCH_FILE);
  int fd = path != NULL ? open (path, O_RDWR | O_CLOEXEC) : -1;
  void *map = MAP_FAILED;

  if (fd >= 0)
    map = mmap (NULL, sizeof *watch, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd >= 0)
    close (fd);
  if (map == MAP_FAILED)
    return;
  watch = map;
  poll_really = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, poll_and_measure);
}
