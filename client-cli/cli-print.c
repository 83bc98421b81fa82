/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is told to whoever uses the program: results on standard output, everything else on standard
 * error. Neither tears a line that is being typed.
 */
#include "config.h"

#include "client-cli/cli-print.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/term/sal-line-editor.h"

/* Nobody gets what is printed: going on would only look as if somebody did. GIO has the
 * signal for that ignored, because of sockets. */
G_NORETURN static void
end_without_output (int number)
{
  if (number == EPIPE)
    {
      signal (SIGPIPE, SIG_DFL);
      raise (SIGPIPE);
    }
  cli_complain (_ ("the output cannot be written: %s"), g_strerror (number));
  exit (SAL_EXIT_FAILED);
}

/**
 * cli_print:
 *
 * To standard output, above the line being typed; without a newline at its end, the next
 * text goes on there. If it cannot be written, the program ends.
 */
void
cli_print (const char *text)
{
  if (!sal_line_editor_print (text))
    end_without_output (errno);
}

/**
 * cli_complain:
 *
 * One line to standard error.
 */
void
cli_complain (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  sal_line_editor_hide ();
  fprintf (stderr, "salotto-cli: %s\n", message);
  sal_line_editor_show ();
}

/**
 * cli_may_colour:
 *
 * Returns: whether standard output is a terminal whose owner has not said NO_COLOR
 * (no-color.org).
 */
gboolean
cli_may_colour (void)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return isatty (STDOUT_FILENO) && (no_color == NULL || *no_color == '\0') &&
         g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

/**
 * cli_fail:
 *
 * Says what went wrong. Returns: the exit status for it.
 */
int
cli_fail (const GError *error)
{
  cli_complain ("%s", error->message);
  return sal_error_exit_status (error);
}
