/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs of other authors, and those in tests/net/peers that behave like them: found,
 * started, asked for their port, and listened to.
 */
#include "config.h"

#include "tests/lib/test-foreign.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/script/sal-script.h"

/* How often to look for what cannot be waited for. */
#define LOOK_AGAIN_US (5 * 1000)

/* How much of an output is shown when something else was expected. */
#define SHOWN_BYTES 4000

static const char *const java[] = {
  /* A virtual machine that starts fast, stays small, and leaves no file in /tmp. */
  "java",
  "-XX:TieredStopAtLevel=1",
  "-XX:+UseSerialGC",
  "-XX:-UsePerfData",
  "-Xshare:auto",
  "-Xmx32m",
  "-cp",
};

/* Adds the words that start @program: one of the two programs of this project by the
 * name of its variable; a script, a binary or a class of tests/net/peers; else a program
 * of this machine. */
static void
add_program (GPtrArray *words, const char *program)
{
  const char *built = test_program ("NET_PEERS_BUILT");
  g_autofree char *script = g_build_filename (test_program ("NET_PEERS"), program, NULL);
  g_autofree char *binary = g_build_filename (built, program, NULL);
  g_autofree char *class = g_strconcat (binary, ".class", NULL);

  if (g_str_equal (program, "SALOTTO_CLI") || g_str_equal (program, "SALOTTOD"))
    g_ptr_array_add (words, g_strdup (test_program (program)));
  else if (g_file_test (script, G_FILE_TEST_EXISTS))
    g_ptr_array_add (words, g_steal_pointer (&script));
  else if (g_file_test (binary, G_FILE_TEST_EXISTS))
    g_ptr_array_add (words, g_steal_pointer (&binary));
  else if (g_ascii_isupper (*program))
    {
      if (!g_file_test (class, G_FILE_TEST_EXISTS))
        g_error ("%s was not built, because no javac was found; ./dev deps test installs one",
                 program);
      for (gsize i = 0; i < G_N_ELEMENTS (java); i++)
        g_ptr_array_add (words, g_strdup (java[i]));
      g_ptr_array_add (words, g_strdup (built));
      g_ptr_array_add (words, g_strdup (program));
    }
  else
    g_ptr_array_add (words, g_strdup (program));
}

/**
 * test_foreign_start:
 * @argv: (array zero-terminated=1): one of tests/net/peers, or of the programs of this
 *   machine, and its arguments
 */
TestProcess *
test_foreign_start (const TestFolder *folder, const char *const *argv)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  add_program (words, argv[0]);
  for (gsize i = 1; argv[i] != NULL; i++)
    g_ptr_array_add (words, g_strdup (argv[i]));
  g_ptr_array_add (words, NULL);
  return test_process_start (folder, (const char *const *) words->pdata, NULL);
}

/**
 * test_foreign_port:
 * @process: a server of tests/net/peers
 *
 * Returns: the port that it prints first.
 */
guint16
test_foreign_port (TestProcess *process)
{
  g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);

  if (line == NULL || !g_str_has_prefix (line, "port "))
    {
      g_autofree char *errors = test_process_get_errors (process);

      g_error ("the server did not start: %s", errors);
    }
  return (guint16) g_ascii_strtoull (line + strlen ("port "), NULL, 10);
}

/* The port of the row of /proc/net/tcp for a listening socket with this inode, or 0. */
static guint16
port_of_row (const char *row, guint64 inode)
{
  guint port = 0;
  guint state = 0;
  guint64 found = 0;

  if (sscanf (row, " %*u: %*x:%x %*x:%*x %x %*x:%*x %*x:%*x %*x %*u %*u %" G_GUINT64_FORMAT, &port,
              &state, &found) != 3)
    return 0;
  return state == 0x0A && found == inode ? (guint16) port : 0;
}

static guint16
port_of_inode (guint64 inode)
{
  g_autofree char *table = NULL;
  g_auto (GStrv) rows = NULL;
  guint16 port = 0;

  g_assert_true (g_file_get_contents ("/proc/net/tcp", &table, NULL, NULL));
  rows = g_strsplit (table, "\n", -1);
  for (guint i = 1; rows[i] != NULL && port == 0; i++)
    port = port_of_row (rows[i], inode);
  return port;
}

static guint16
find_listening_port (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd", (int) pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = NULL;
  guint16 port = 0;

  while (dir != NULL && port == 0 && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *target = g_file_read_link (file, NULL);

      if (target != NULL && g_str_has_prefix (target, "socket:["))
        port = port_of_inode (g_ascii_strtoull (target + strlen ("socket:["), NULL, 10));
    }
  return port;
}

/**
 * test_listening_port:
 * @process: a program that was told to listen on port 0 and does not say which port it
 *   got
 *
 * Returns: the port, as the kernel knows it.
 */
guint16
test_listening_port (TestProcess *process)
{
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  guint16 port = 0;

  while ((port = find_listening_port (process->pid)) == 0)
    {
      if (g_get_monotonic_time () > until_us)
        {
          g_autofree char *errors = test_process_get_errors (process);

          g_error ("it does not listen: %s", errors);
        }
      g_usleep (LOOK_AGAIN_US);
    }
  return port;
}

/**
 * test_expect_output_at:
 */
void
test_expect_output_at (
    TestProcess *process, const char *text, const char *file, int line, const char *func)
{
  g_autofree char *wanted = NULL;
  g_autofree char *printed = NULL;
  g_autofree char *errors = NULL;
  g_autofree char *message = NULL;

  if (test_process_wait_for_output (process, text, TEST_PATIENCE_MS))
    return;
  wanted = sal_script_show_bytes (text, strlen (text));
  printed = sal_script_show_bytes (process->output->data, MIN (process->output->len, SHOWN_BYTES));
  errors = test_process_get_errors (process);
  message = g_strdup_printf ("expected output %s; it printed %s and complained: %s", wanted,
                             printed, errors);
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);
}
