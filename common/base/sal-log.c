/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where messages go: to the journal with their fields when run by systemd, else
 * one line each on stderr. Everybody logs with g_debug(), g_info(),
 * g_message(), g_warning(); this file only decides what is shown and how. Text
 * that came from a peer must pass sal_log_escape() before it is logged.
 */
#include "config.h"

#include "common/base/sal-log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct
{
  const char *name;
  GLogLevelFlags least;
} levels[] = {
  { "error", G_LOG_LEVEL_CRITICAL },  { "warning", G_LOG_LEVEL_WARNING },
  { "message", G_LOG_LEVEL_MESSAGE }, { "info", G_LOG_LEVEL_INFO },
  { "debug", G_LOG_LEVEL_DEBUG },
};

static atomic_int level_index = 2;
static const char *program_name = "salotto";
static void (*terminal_before) (void);
static void (*terminal_after) (void);
static GThread *terminal_thread;

static const char *
field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, key) && fields[i].length < 0)
      return fields[i].value;
  return NULL;
}

static void
print (const char *line)
{
  if (terminal_before != NULL)
    terminal_before ();
  fputs (line, stderr);
  fflush (stderr);
  if (terminal_after != NULL)
    terminal_after ();
}

static gboolean
print_cb (gpointer line)
{
  print (line);
  return G_SOURCE_REMOVE;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *message = field (fields, n_fields, "MESSAGE");
  const char *domain = field (fields, n_fields, "GLIB_DOMAIN");
  gboolean ours = domain == NULL || g_str_has_prefix (domain, "salotto");
  g_autofree char *line = NULL;

  /* The level is about our own messages; of the libraries below us only what
   * needs a human is shown. */
  if (!sal_log_shows (level & G_LOG_LEVEL_MASK) ||
      (!ours && (level & G_LOG_LEVEL_MASK) > G_LOG_LEVEL_WARNING))
    return G_LOG_WRITER_HANDLED;
  if (g_log_writer_is_journald (STDERR_FILENO) &&
      g_log_writer_journald (level, fields, n_fields, data) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;

  line = g_strdup_printf ("%s: %s%s\n", program_name,
                          level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR) ? "BUG: " : "",
                          message != NULL ? message : "(no message)");
  /* The line being typed belongs to the thread of whoever reads it. */
  if (terminal_before != NULL && g_thread_self () != terminal_thread)
    g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, print_cb, g_steal_pointer (&line),
                                g_free);
  else
    print (line);
  return G_LOG_WRITER_HANDLED;
}

/**
 * sal_log_init:
 * @program: (transfer none): static name that starts each line on stderr
 *
 * Installs the log writer. Call once, first thing in main().
 */
void
sal_log_init (const char *program)
{
  program_name = program;
  g_log_set_writer_func (write_log, NULL, NULL);
}

static int
level_from_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_str_equal (levels[i].name, name))
      return (int) i;
  return -1;
}

/**
 * sal_log_is_level:
 *
 * Returns: whether there is a level @name.
 */
gboolean
sal_log_is_level (const char *name)
{
  return level_from_name (name) >= 0;
}

/**
 * sal_log_shows:
 *
 * Returns: whether a message of ours of this level is shown. GLib puts a message together before
 *   it asks, so who says something for each connection asks first.
 */
gboolean
sal_log_shows (GLogLevelFlags level)
{
  return level <= levels[atomic_load (&level_index)].least;
}

/**
 * sal_log_set_level:
 * @name: "error", "warning", "message", "info" or "debug"
 *
 * From any thread.
 *
 * Returns: %FALSE if there is no such level; then nothing has changed.
 */
gboolean
sal_log_set_level (const char *name)
{
  int level = level_from_name (name);

  if (level < 0)
    return FALSE;
  atomic_store (&level_index, level);
  return TRUE;
}

/**
 * sal_log_get_level:
 *
 * Returns: the name of the level in use.
 */
const char *
sal_log_get_level (void)
{
  return levels[atomic_load (&level_index)].name;
}

/**
 * sal_log_level_names:
 *
 * Returns: all levels, for an error message.
 */
const char *
sal_log_level_names (void)
{
  return "error, warning, message, info, debug";
}

/**
 * sal_log_set_terminal_hooks:
 * @before: (nullable): takes the line being typed off the screen
 * @after: (nullable): puts it back
 *
 * So that a message and what somebody is typing never share a line. Both are only
 * called in the thread that sets them, which must be that of the default main loop;
 * what other threads log is printed there.
 */
void
sal_log_set_terminal_hooks (void (*before) (void), void (*after) (void))
{
  terminal_thread = g_thread_self ();
  terminal_before = before;
  terminal_after = after;
}

/**
 * sal_log_escape:
 * @text: what a peer sent
 * @max_bytes: how much of it to show
 *
 * Returns: (transfer full): @text with every byte outside printable ASCII
 * written as an escape, cut to @max_bytes of input.
 */
char *
sal_log_escape (const char *text, gsize max_bytes)
{
  g_autofree char *head = g_strndup (text, max_bytes);

  return g_strescape (head, NULL);
}
