/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long a program takes from its start to its first window, and until something is
 * painted in it, as somebody in front of the screen would see it: the X server is asked,
 * not the program.
 *
 *     bench-first-window PROGRAM [ARGUMENT...]
 *
 * Prints three numbers of milliseconds: until it is mapped, until it is painted, and how
 * long a processor worked for it until then, in all of its threads; and ends the program.
 * Exit status 1 if no window came.
 */
#include "config.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 30000.0

/* A smaller window is a helper of the toolkit. */
#define LEAST_SIDE 150

/* Colours that are seen in a window in which more was painted than its background. */
#define COLOURS 4

static double
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

/* A window may go while it is being looked at; that is no reason to end. */
static int
on_error (Display *display, XErrorEvent *error)
{
  return 0;
}

/* Milliseconds for which a processor has worked for this program. */
static double
work_ms (pid_t pid)
{
  struct timespec worked = { 0 };
  clockid_t clock = 0;

  if (clock_getcpuclockid (pid, &clock) == 0)
    clock_gettime (clock, &worked);
  return (double) worked.tv_sec * 1e3 + (double) worked.tv_nsec / 1e6;
}

static pid_t
start (char **argv)
{
  pid_t pid = fork ();

  if (pid == 0)
    {
      execvp (argv[0], argv);
      perror (argv[0]);
      _exit (127);
    }
  return pid;
}

/* Waits for a window of a person's size. */
static Window
wait_for_window (Display *display, double until_ms)
{
  while (now_ms () < until_ms)
    {
      struct pollfd poll_fd = { .fd = ConnectionNumber (display), .events = POLLIN };

      while (XPending (display) > 0)
        {
          XEvent event;
          XWindowAttributes attributes;

          XNextEvent (display, &event);
          if (event.type == MapNotify && !event.xmap.override_redirect &&
              XGetWindowAttributes (display, event.xmap.window, &attributes) != 0 &&
              attributes.width >= LEAST_SIDE && attributes.height >= LEAST_SIDE)
            return event.xmap.window;
        }
      (void) poll (&poll_fd, 1, 100);
    }
  return None;
}

/* Whether the window shows more than one or two flat colours. */
static Bool
is_painted (Display *display, Window window)
{
  XWindowAttributes attributes;
  XImage *image = NULL;
  unsigned long seen[COLOURS];
  unsigned n = 0;

  if (XGetWindowAttributes (display, window, &attributes) == 0)
    return False;
  image = XGetImage (display, window, 0, 0, (unsigned) attributes.width,
                     (unsigned) attributes.height, AllPlanes, ZPixmap);
  if (image == NULL)
    return False;
  for (int y = 0; y < attributes.height && n < COLOURS; y += 3)
    for (int x = 0; x < attributes.width && n < COLOURS; x += 3)
      {
        unsigned long pixel = XGetPixel (image, x, y);
        unsigned i = 0;

        while (i < n && seen[i] != pixel)
          i++;
        if (i == n)
          seen[n++] = pixel;
      }
  XDestroyImage (image);
  return n == COLOURS;
}

int
main (int argc, char **argv)
{
  Display *display = XOpenDisplay (NULL);
  double start_ms = 0;
  double mapped_ms = 0;
  double painted_ms = 0;
  double worked_ms = 0;
  Window window = None;
  pid_t pid = 0;

  if (argc < 2 || display == NULL)
    {
      fprintf (stderr, argc < 2 ? "usage: bench-first-window PROGRAM [ARGUMENT...]\n"
                                : "bench-first-window: no display; set DISPLAY\n");
      return 2;
    }
  XSetErrorHandler (on_error);
  XSelectInput (display, DefaultRootWindow (display), SubstructureNotifyMask);
  XSync (display, False);

  start_ms = now_ms ();
  pid = start (argv + 1);
  window = wait_for_window (display, start_ms + PATIENCE_MS);
  mapped_ms = now_ms ();
  while (window != None && !is_painted (display, window) && now_ms () < start_ms + PATIENCE_MS)
    usleep (2000);
  painted_ms = now_ms ();
  worked_ms = work_ms (pid);

  kill (pid, SIGTERM);
  for (int i = 0; i < 100 && waitpid (pid, NULL, WNOHANG) == 0; i++)
    usleep (20000);
  kill (pid, SIGKILL);
  XCloseDisplay (display);
  if (window == None)
    {
      fprintf (stderr, "bench-first-window: %s showed no window\n", argv[1]);
      return 1;
    }
  printf ("%.1f %.1f %.1f\n", mapped_ms - start_ms, painted_ms - start_ms, worked_ms);
  return 0;
}
