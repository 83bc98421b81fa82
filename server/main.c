/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salottod: the command line, the signals, the operator's terminal, and what systemd
 * wants to know. Everything else is in the library beside it.
 */
#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-log.h"
#include "common/base/sal-program.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/term/sal-line-editor.h"
#include "server/admin/srv-console-talk.h"
#include "server/admin/srv-console.h"
#include "server/admin/srv-control.h"
#include "server/net/srv-listener.h"
#include "server/srv-server.h"
#include "server/srv-tls-config.h"

typedef struct
{
  GMainLoop *loop;
  SrvServer *server;
  SrvControl *control;
  SalLineEditor *editor;
  char **words; /* (owned): what the editor completes */
  SrvConsoleTalk *talk;
  SrvConsoleInput input;
  guint input_source;   /* 0: standard input is not read */
  gboolean input_ended; /* and will not be */
  gboolean typed;       /* an operator types on a terminal */
  gboolean prints;      /* what happens in the rooms goes to standard output */
  guint again;          /* of the main loop: while the terminal takes nothing */
  guint left_out;       /* what was to be printed meanwhile */
  gboolean ending;
  int status;
} Program;

static gboolean option_console;
static gboolean option_check;
static gboolean option_version;
static gboolean option_verbose;
static char *option_config;
static char **option_listen;
static char *option_name;
static char *option_log;
static char *option_control;
static char *option_backlog;
static char *option_workers;

static const GOptionEntry option_entries[] = {
  { "config", 'c', 0, G_OPTION_ARG_FILENAME, &option_config,
    N_ ("Read this configuration instead of the user's"), N_ ("FILE") },
  { "listen", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &option_listen,
    N_ ("Listen there: plain://[ADDR]:PORT, irc://[ADDR]:PORT, plains:// and ircs:// for TLS, or "
        "unix:///path, with ?room=NAME; may be repeated"),
    N_ ("URI") },
  { "name", 0, 0, G_OPTION_ARG_STRING, &option_name, N_ ("The server's name"), N_ ("NAME") },
  { "log", 0, 0, G_OPTION_ARG_STRING, &option_log,
    N_ ("Where what is said is kept: memory or sqlite:FILE"), N_ ("STORE") },
  { "backlog", 0, 0, G_OPTION_ARG_STRING, &option_backlog,
    N_ ("How many may wait to be accepted (1024)"), N_ ("N") },
  { "console", 0, 0, G_OPTION_ARG_NONE, &option_console,
    N_ ("Take the operator's words from standard input, also where it is no terminal"), NULL },
  { "workers", 0, 0, G_OPTION_ARG_STRING, &option_workers,
    N_ ("How many threads people are spread over (1)"), N_ ("N") },
  { "control", 0, 0, G_OPTION_ARG_FILENAME, &option_control,
    N_ ("The control socket for “salotto-cli console”"), N_ ("SOCKET") },
  { "check-config", 0, 0, G_OPTION_ARG_NONE, &option_check,
    N_ ("Say whether the configuration is right, and end"), NULL },
  { "verbose", 'v', 0, G_OPTION_ARG_NONE, &option_verbose, N_ ("Say more"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &option_version, N_ ("Say the version, and end"), NULL },
  { NULL }
};

static void
complain (const char *message)
{
  fprintf (stderr, "salottod: %s\n", message);
}

static gboolean
parse_options (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, _ ("A chat room for any program that speaks over TCP."));
  g_option_context_set_description (
      context, _ ("With no options it listens on port 15102 and keeps what is said.\n"
                  "See salottod(8) and salottod.conf(5)."));
  g_option_context_add_main_entries (context, option_entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      complain (error->message);
      return FALSE;
    }
  if (*argc > 1)
    {
      g_autofree char *message =
          g_strdup_printf (_ ("unexpected argument “%s”; see salottod --help"), (*argv)[1]);

      complain (message);
      return FALSE;
    }
  return TRUE;
}

/* Somebody had stopped the terminal, or it was out of reach; what stuck on the way goes out
 * first. */
static gboolean
on_terminal_again (int fd, GIOCondition condition, gpointer data)
{
  Program *program = data;

  if (fflush (stdout) == EOF && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  printf (ngettext ("\n(%u text was left out: the terminal did not take it)\n",
                    "\n(%u texts were left out: the terminal did not take them)\n",
                    program->left_out),
          program->left_out);
  fflush (stdout);
  program->again = 0;
  sal_line_editor_show ();
  return G_SOURCE_REMOVE;
}

/* Standard output and the line being typed never share a line (S26). The rooms do not wait
 * for a terminal. */
static void
print (Program *program, const char *text)
{
  if (program->again != 0)
    {
      program->left_out++;
      return;
    }
  sal_line_editor_hide ();
  if ((fputs (text, stdout) == EOF || fflush (stdout) == EOF) && errno == EAGAIN)
    {
      clearerr (stdout);
      program->left_out = 1;
      program->again = g_unix_fd_add (STDOUT_FILENO, G_IO_OUT, on_terminal_again, program);
    }
  else
    sal_line_editor_show ();
}

/* What two people say to each other is nothing for the terminal. */
static gboolean
is_shown (const SrvEntry *entry)
{
  return srv_entry_holds (entry) && *entry->room != '\0' && entry->kind != SRV_ENTRY_BOOT &&
         !(srv_entry_is_said (entry) && entry->about != 0);
}

static void
on_entry (const SrvEntry *entry, gpointer data)
{
  Program *program = data;
  g_autoptr (GString) line = NULL;
  SalEvent event;

  if (!is_shown (entry))
    return;
  line = g_string_new (NULL);
  g_string_append_printf (line, "[%s] ", entry->room);
  srv_event_from_entry (&event, entry);
  sal_dialect_plain.encode (
      line, &event,
      sal_plain_variant (SAL_PLAIN_LF, srv_server_get_config (program->server)->language));
  print (program, line->str);
}

static void
on_ended (gpointer data)
{
  Program *program = data;

  g_main_loop_quit (program->loop);
}

static const SrvServerHooks terminal_hooks = {
  .entry = on_entry,
  .ended = on_ended,
};

static const SrvServerHooks quiet_hooks = {
  .ended = on_ended,
};

static gboolean
on_end_signal (gpointer data)
{
  Program *program = data;

  if (program->ending)
    {
      g_main_loop_quit (program->loop); /* the second one: at once */
      return G_SOURCE_CONTINUE;
    }
  program->ending = TRUE;
  (void) sd_notify (0, "STOPPING=1");
  srv_server_close (program->server);
  return G_SOURCE_CONTINUE;
}

/* Whoever closes the window in which the server runs has ended it. The kernel says so with
 * the signal that means to reload for a server that has no window. */
static gboolean
is_terminal_gone (const Program *program)
{
  struct pollfd input = { .fd = STDIN_FILENO };

  return program->typed && poll (&input, 1, 0) > 0 && (input.revents & POLLHUP) != 0;
}

static gboolean
on_hangup_signal (gpointer data)
{
  Program *program = data;
  g_autoptr (GError) error = NULL;

  if (is_terminal_gone (program))
    return on_end_signal (program);
  (void) sd_notifyf (0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());
  if (srv_server_reload (program->server, &error))
    g_message (_ ("reloaded"));
  else
    g_warning (_ ("nothing was changed: %s"), error->message);
  (void) sd_notify (0, "READY=1");
  return G_SOURCE_CONTINUE;
}

static gboolean
on_watchdog (gpointer data)
{
  Program *program = data;

  if (srv_server_is_healthy (program->server))
    (void) sd_notify (0, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

static void
on_console_line (const char *line, gpointer data)
{
  srv_console_talk_line (((Program *) data)->talk, line);
}

static void
on_typed_line (const char *line, gpointer data)
{
  Program *program = data;

  /* The end of the console's input is not `close`; the server goes on without it. */
  if (line != NULL)
    on_console_line (line, data);
  else
    {
      g_clear_pointer (&program->editor, sal_line_editor_free);
      fputc ('\n', stdout);
    }
}

static gboolean
on_console_input (int fd, GIOCondition condition, gpointer data)
{
  Program *program = data;
  char bytes[1024];
  ssize_t n = read (fd, bytes, sizeof bytes);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n > 0)
    srv_console_input_push (&program->input, bytes, (gsize) n, on_console_line, program);
  explicit_bzero (bytes, sizeof bytes); /* it may be a password */
  if (n > 0 && !srv_console_talk_is_waiting (program->talk))
    return G_SOURCE_CONTINUE;
  program->input_source = 0;
  program->input_ended = n <= 0;
  return G_SOURCE_REMOVE;
}

static void
on_say (const char *text, gpointer data)
{
  print (data, text);
}

static void
on_ask (const char *prompt, gpointer data)
{
  Program *program = data;
  g_autofree char *line = g_strconcat (prompt, "\n", NULL);

  if (program->editor != NULL)
    sal_line_editor_ask_secret (program->editor, prompt);
  else
    print (program, line);
}

/* Standard input is read again, if it was left alone while a word was being answered. */
static void
on_done (gboolean ok, gpointer data)
{
  Program *program = data;

  if (program->editor == NULL && program->input_source == 0 && !program->input_ended &&
      program->input.partial != NULL)
    program->input_source =
        g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_console_input, program);
}

static const SrvConsoleHooks console_hooks = { on_say, on_ask, on_done };

static void
open_console (Program *program)
{
  program->talk = srv_console_talk_new (program->server, &console_hooks, program);
  if (isatty (STDIN_FILENO) && isatty (STDOUT_FILENO))
    {
      program->typed = TRUE;
      program->words = srv_console_words ();
      program->editor =
          sal_line_editor_new ("> ", (const char *const *) program->words, on_typed_line, program);
      sal_log_set_terminal_hooks (sal_line_editor_hide, sal_line_editor_show);
    }
  else if (option_console)
    {
      srv_console_input_init (&program->input);
      on_done (TRUE, program);
    }
}

/* A socket that was asked for must be there; the default one need not. */
static gboolean
open_control (Program *program, GError **error)
{
  const SrvConfig *config = srv_server_get_config (program->server);
  g_autofree char *path = g_strdup (config->control);
  g_autoptr (GError) local = NULL;

  if (path == NULL)
    path = srv_control_default_path ();
  if (path == NULL)
    return TRUE;
  program->control = srv_control_open (program->server, path, config->control_group, &local);
  if (program->control != NULL)
    return TRUE;
  if (config->control != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_message ("%s", local->message);
  return TRUE;
}

/* What is spoken there. A unix socket's scheme says where it is, not that. */
static const char *
dialect_of (const SrvListener *listener)
{
  SalScheme scheme = srv_listener_get_uri (listener)->scheme;

  return sal_scheme_name (scheme == SAL_SCHEME_UNIX ? SAL_SCHEME_PLAIN : scheme);
}

/* What others wait for: one line a listener, never translated. */
static void
announce (Program *program)
{
  const GPtrArray *listeners = srv_server_get_listeners (program->server);

  for (guint i = 0; i < listeners->len; i++)
    printf ("listening on %s (%s)\n", srv_listener_get_name (listeners->pdata[i]),
            dialect_of (listeners->pdata[i]));
  fflush (stdout);
  (void) sd_notifyf (0, "READY=1\nSTATUS=%s listens on %s",
                     srv_server_get_config (program->server)->name,
                     srv_listener_get_name (listeners->pdata[0]));
}

/* How to join, for who has started it by hand. */
static void
explain (Program *program)
{
  const GPtrArray *listeners = srv_server_get_listeners (program->server);
  const char *name = srv_listener_get_name (listeners->pdata[0]);
  const char *colon = strrchr (name, ':');
  const SalUri *uri = srv_listener_get_uri (listeners->pdata[0]);

  if (g_str_has_prefix (name, "unix:"))
    fprintf (stderr, _ ("Join with: salotto-cli %s\n"), name);
  else if (sal_scheme_is_tls (uri->scheme))
    {
      g_autofree char *address = g_strdup_printf (
          "%s://%s", sal_scheme_name (uri->scheme),
          srv_listener_is_wildcard (listeners->pdata[0]) ? g_get_host_name () : name);

      fprintf (stderr, _ ("Join with: %s\n"), address);
    }
  else if (srv_listener_is_wildcard (listeners->pdata[0]))
    fprintf (stderr,
             _ ("Join with: salotto-cli localhost:%s\n"
                "from another machine with this one's name or address, and with any program "
                "that speaks over TCP: nc %s %s\n"),
             colon + 1, g_get_host_name (), colon + 1);
  else
    fprintf (stderr, _ ("Join with: salotto-cli %s\n"), name);
  if (isatty (STDIN_FILENO))
    fprintf (stderr, _ ("Type “help” for what the operator can do here.\n"));
}

static int
run (Program *program, GError **error)
{
  guint64 watchdog_us = 0;

  if (!srv_server_start (program->server, error) || !open_control (program, error))
    return sal_error_exit_status (*error);
  g_unix_signal_add (SIGINT, on_end_signal, program);
  g_unix_signal_add (SIGTERM, on_end_signal, program);
  g_unix_signal_add (SIGHUP, on_hangup_signal, program);
  if (sd_watchdog_enabled (0, &watchdog_us) > 0)
    g_timeout_add ((guint) (watchdog_us / 2000), on_watchdog, program);

  sal_fd_detach_terminal (STDOUT_FILENO);
  sal_fd_detach_terminal (STDERR_FILENO);
  announce (program);
  if (program->prints)
    explain (program);
  open_console (program);
  g_main_loop_run (program->loop);
  return SAL_EXIT_OK;
}

int
main (int argc, char **argv)
{
  Program program = { 0 };
  SrvOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvConfig) config = NULL;
  int status = 0;

  sal_program_init ("salottod");
  umask (077);
  signal (SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error of the log, not the end */

  if (!parse_options (&argc, &argv))
    return SAL_EXIT_USAGE;
  if (option_version)
    {
      printf ("salottod %s\n", SALOTTO_VERSION);
      return SAL_EXIT_OK;
    }

  options = (SrvOptions){
    .config_file = option_config,
    .listen = (const char *const *) option_listen,
    .name = option_name,
    .log = option_log,
    .backlog = option_backlog,
    .workers = option_workers,
    .control = option_control,
    .verbose = option_verbose,
  };
  config = srv_config_load (&options, &error);
  if (config == NULL)
    {
      complain (error->message);
      return sal_error_exit_status (error);
    }
  (void) sal_log_set_level (config->log_level);
  if (option_check)
    {
      if (!srv_tls_config_check (config, &error))
        {
          complain (error->message);
          return sal_error_exit_status (error);
        }
      printf ("%s\n", _ ("the configuration is right"));
      return SAL_EXIT_OK;
    }
  if (geteuid () == 0)
    g_message (_ ("running as root, which is not needed for any port above 1023"));

  program.loop = g_main_loop_new (NULL, FALSE);
  program.prints = isatty (STDOUT_FILENO);
  program.server = srv_server_new (g_steal_pointer (&config), &options,
                                   program.prints ? &terminal_hooks : &quiet_hooks, &program);
  status = run (&program, &error);
  if (error != NULL)
    complain (error->message);

  g_clear_pointer (&program.editor, sal_line_editor_free);
  g_strfreev (program.words);
  srv_console_input_clear (&program.input);
  sal_log_set_terminal_hooks (NULL, NULL);
  srv_control_free (program.control);
  srv_console_talk_free (program.talk);
  srv_server_free (program.server);
  g_main_loop_unref (program.loop);
  return status;
}
