/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-cli console`: the operator's words to a salottod that runs elsewhere, over
 * its control socket. Each is answered with lines and then `ok` or `error`; a line that
 * begins with `? ` asks for a password first, which is the next line.
 */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client-cli/cli-input.h"
#include "client-cli/cli-options.h"
#include "client-cli/cli-print.h"
#include "client-cli/cli.h"
#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "common/client/sal-transport.h"
#include "common/proto/sal-framer.h"
#include "common/proto/sal-text.h"

#define ANSWER_LINE_BYTES 65536

typedef struct
{
  GMainLoop *loop;
  SalTransport *transport; /* (owned) (nullable) */
  CliInput *input;         /* (owned) (nullable) */
  SalFramer framer;
  guint asked;           /* words that were not answered yet */
  guint failures;        /* words that went wrong */
  gboolean asked_secret; /* the next line answers the word before it */
  gboolean input_ended;
  gboolean guessed; /* where the server is */
  int status;
} Console;

static void
leave_if_done (Console *console)
{
  if (console->input_ended && console->asked == 0)
    g_main_loop_quit (console->loop);
}

static void
on_received (const guint8 *bytes, gsize len, gpointer data)
{
  Console *console = data;
  SalUnit unit;

  sal_framer_push (&console->framer, bytes, len, 0);
  while (sal_framer_next (&console->framer, 0, &unit))
    {
      g_autoptr (GString) line = g_string_new (NULL);

      sal_text_clean_line (line, unit.bytes, unit.len);
      if (g_str_equal (line->str, "ok") || g_str_equal (line->str, "error"))
        {
          console->asked -= console->asked > 0;
          console->failures += *line->str == 'e';
          cli_input_pause (console->input, FALSE);
          leave_if_done (console);
          continue;
        }
      if (g_str_has_prefix (line->str, "? "))
        {
          console->asked_secret = TRUE;
          cli_input_ask_secret (console->input, line->str + 2);
          cli_input_pause (console->input, FALSE);
          continue;
        }
      g_string_append_c (line, '\n');
      cli_print (line->str);
    }
}

static void
on_ended (gpointer data)
{
  Console *console = data;

  /* After “close” this is as it should be; a person wonders all the same. */
  if (console->asked > 0 || (!console->input_ended && isatty (STDIN_FILENO)))
    cli_complain (_ ("the server has closed the console"));
  if (console->asked > 0)
    console->status = SAL_EXIT_CLOSED;
  g_main_loop_quit (console->loop);
}

static void
on_broken (const GError *error, gpointer data)
{
  on_ended (data);
}

static const SalTransportHooks hooks = { on_received, on_ended, on_broken };

static void
on_line (const char *line, gpointer data)
{
  Console *console = data;
  g_autofree char *sent = NULL;

  if (line == NULL)
    {
      console->input_ended = TRUE;
      /* Who has nothing more to say gives no password either. */
      if (console->asked_secret)
        sal_transport_send (console->transport, "\n", 1);
      leave_if_done (console);
      return;
    }
  sent = g_strconcat (line, "\n", NULL);
  console->asked += !console->asked_secret;
  console->asked_secret = FALSE;
  sal_transport_send (console->transport, sent, strlen (sent));
  cli_input_pause (console->input, TRUE); /* one word at a time */
}

/* Ctrl-C takes away what is being typed first. */
static gboolean
on_interrupt (gpointer data)
{
  Console *console = data;

  if (console->input == NULL || !cli_input_clear (console->input))
    g_main_loop_quit (console->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_signal (gpointer data)
{
  g_main_loop_quit (((Console *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Console *console = data;
  g_autoptr (GError) error = NULL;
  /* Those of server/admin/srv-console.c. */
  static const char *const words[] = { "stop",        "open",   "close",   "who", "rooms",
                                       "room",        "say",    "kick",    "ban", "unban",
                                       "mute",        "unmute", "account", "log", "reload",
                                       "certificate", "stats",  "help",    NULL };

  console->transport = sal_transport_connect_finish (result, &error);
  if (console->transport == NULL)
    {
      console->status = cli_fail (error);
      if (console->guessed)
        cli_complain (_ ("“salotto-cli console SOCKET” opens another one, such as that of "
                         "“salottod --control SOCKET”"));
      g_main_loop_quit (console->loop);
      return;
    }
  console->input = cli_input_new ("salottod> ", words, on_line, console);
}

static char *
default_path (void)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");

  if (runtime != NULL && *runtime != '\0')
    {
      g_autofree char *path = g_build_filename (runtime, "salotto", "control", NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return g_strdup ("/run/salotto/control");
}

/**
 * cli_console:
 *
 * Returns: 0; 1 if a word went wrong; 3 if there is no server at the socket; 8 if it went
 *   without having answered.
 */
int
cli_console (int argc, char **argv)
{
  g_auto (CliOptions) options = { 0 };
  Console console = { 0 };
  SalTransportOptions transport = { 0 };
  g_autoptr (GError) error = NULL;
  SalUri uri = { .scheme = SAL_SCHEME_UNIX };

  if (!cli_options_parse (&options, 0, _ ("console [SOCKET] - the operator's console"),
                          _ ("Passes words to a running salottod; “help” lists them."), &argc,
                          &argv, &error))
    return cli_fail (error);
  if (argc > 2)
    return sal_usage_fail (_ ("salotto-cli console [SOCKET]"), argv[2]);

  console.guessed = argc < 2;
  uri.path = argc > 1 ? g_strdup (argv[1]) : default_path ();
  console.loop = g_main_loop_new (NULL, FALSE);
  sal_framer_init (&console.framer, SAL_FRAMER_CLIENT, ANSWER_LINE_BYTES);
  g_unix_signal_add (SIGINT, on_interrupt, &console);
  g_unix_signal_add (SIGTERM, on_signal, &console);
  sal_transport_connect_async (&uri, &transport, &hooks, &console, NULL, on_connected, &console);
  g_main_loop_run (console.loop);

  if (console.status == SAL_EXIT_OK && console.failures > 0)
    console.status = SAL_EXIT_FAILED;
  cli_input_free (console.input);
  if (console.transport != NULL)
    sal_transport_close (console.transport);
  g_clear_object (&console.transport);
  sal_framer_clear (&console.framer);
  g_main_loop_unref (console.loop);
  g_free (uri.path);
  return console.status;
}
