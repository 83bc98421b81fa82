/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a window stood still, and for how long, as the program itself has measured it.
 */
#include "config.h"

#include "tests/gtk/turns.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A person begins to see it. */
#define SHORT_US (100 * 1000)

/* Sanitizers make everything several times as slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SLOW 1
#endif
#endif
#ifndef IS_SLOW
#define IS_SLOW 0
#endif

/**
 * turns_new:
 * @folder: the program's home; what is measured lies there
 *
 * Returns: (transfer full)
 */
Turns *
turns_new (const TestFolder *folder)
{
  static const TurnWatch nothing;
  g_autofree char *path = test_folder_file (folder, "turns");
  Turns *turns = g_new0 (Turns, 1);
  void *map = NULL;
  int fd = -1;

  g_assert_true (
      g_file_set_contents (path, (const char *) &nothing, (gssize) sizeof nothing, NULL));
  fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  map = mmap (NULL, sizeof *turns->watch, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close (fd);
  if (map == MAP_FAILED)
    g_error ("%s: %s", path, g_strerror (errno));
  turns->watch = map;
  turns->env = g_new0 (char *, 3);
  turns->env[0] = g_strconcat ("LD_PRELOAD=", test_program ("TURN_WATCH"), NULL);
  turns->env[1] = g_strconcat (TURN_WATCH_FILE "=", path, NULL);
  return turns;
}

/**
 * turns_free:
 * @turns: (nullable) (transfer full)
 */
void
turns_free (Turns *turns)
{
  if (turns == NULL)
    return;
  munmap (turns->watch, sizeof *turns->watch);
  g_strfreev (turns->env);
  g_free (turns);
}

/**
 * turns_begin:
 *
 * What was until now does not count.
 */
void
turns_begin (Turns *turns)
{
  memset (turns->watch, 0, sizeof *turns->watch);
}

/**
 * turns_expect_short:
 *
 * The window has done nothing since turns_begin() that took so long that somebody would have
 * seen it stand still. It is the processor's time that counts: how long the machine lets the
 * program wait is not its fault.
 */
void
turns_expect_short (Turns *turns)
{
  g_test_message ("%" G_GINT64_FORMAT " turns; the longest took %" G_GINT64_FORMAT
                  " ms of the processor, and the longest by the clock %" G_GINT64_FORMAT " ms",
                  turns->watch->turns, turns->watch->longest_cpu_us / 1000,
                  turns->watch->longest_us / 1000);
  g_assert_cmpint (turns->watch->turns, >, 0);
  if (!IS_SLOW)
    g_assert_cmpint (turns->watch->longest_cpu_us, <, SHORT_US);
}
