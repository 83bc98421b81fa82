/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab sockets`: the table that netstat(8), ss(8) and lsof(8) give together.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-diag.h"
#include "lab/bench/lab-net.h"
#include "lab/bench/lab-socket-table.h"
#include "lab/bench/lab-socket-watch.h"
#include "lab/lab-cmd.h"
#include "lab/view/lab-words.h"

/* Changes that stay on the screen below the table. */
#define KEPT_CHANGES 15

static struct
{
  gboolean watch;
  gboolean info;
  gboolean json;
  gboolean udp;
  gboolean tcp;
  char *state;
  char *address;
} values;

static const GOptionEntry entries[] = {
  { "watch", 'w', 0, G_OPTION_ARG_NONE, &values.watch,
    N_ ("Go on looking, and show what changes and when"), NULL },
  { "info", 'i', 0, G_OPTION_ARG_NONE, &values.info,
    N_ ("Show round trips, windows and the like (TCP_INFO)"), NULL },
  { "state", 0, 0, G_OPTION_ARG_STRING, &values.state,
    N_ ("Only these states, as in LISTEN,TIME-WAIT"), N_ ("STATES") },
  { "address", 'a', 0, G_OPTION_ARG_STRING, &values.address, N_ ("Only with ADDRESS at either end"),
    N_ ("ADDRESS") },
  { "tcp", 't', 0, G_OPTION_ARG_NONE, &values.tcp, N_ ("TCP (default)"), NULL },
  { "udp", 'u', 0, G_OPTION_ARG_NONE, &values.udp, N_ ("UDP; with --tcp both"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &values.json, N_ ("One JSON object a line"), NULL },
  { NULL },
};

static gboolean
parse_address (const char *text, LabEndpoint *address, GError **error)
{
  g_autofree char *host = lab_net_host (text);
  char *scope = strchr (host, '%');

  if (lab_endpoint_parse (text, address))
    return TRUE;
  if (scope != NULL)
    *scope++ = '\0';
  if (scope != NULL && *scope != '\0' && if_nametoindex (scope) == 0 &&
      lab_endpoint_parse (host, address))
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("--address: “%s”: there is no interface %s; ip link lists them"), text, scope);
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("--address: “%s” is no address"), text);
  return FALSE;
}

static GPtrArray *
look (LabDiag *diag, const LabSocketFilter *filter, GError **error)
{
  GPtrArray *sockets = lab_diag_list (diag, filter, error);

  if (sockets != NULL)
    lab_owner_find (sockets);
  return sockets;
}

static gboolean
show_once (LabDiag *diag, const LabSocketFilter *filter, GError **error)
{
  g_autoptr (GPtrArray) sockets = look (diag, filter, error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (sockets == NULL)
    return FALSE;
  if (values.json)
    for (guint i = 0; i < sockets->len; i++)
      lab_socket_json (out, "socket", g_get_real_time (), g_ptr_array_index (sockets, i));
  else
    lab_socket_table_text (out, sockets, values.info, lab_cmd_screen ().columns, 0);
  fputs (out->str, stdout);
  return TRUE;
}

/* A change as it fits the terminal as that is now: what goes on does so below its beginning. */
static char *
wrap_change (const char *line, guint columns)
{
  const char *rest = strchr (line, ' ') + 1;
  g_autofree char *margin = g_strndup (line, (gsize) (rest - line));
  g_autofree char *text = g_strndup (rest, strcspn (rest, "\n"));
  GString *out = g_string_new (NULL);

  lab_words_wrap (text, margin, columns, out);
  return g_string_free (out, FALSE);
}

/* The latest changes, as many as fit into @most_lines. */
static void
append_latest (GString *out, const GPtrArray *lines, guint columns, guint most_lines)
{
  g_autoptr (GString) latest = g_string_new (NULL);

  for (guint i = lines->len; i-- > 0;)
    {
      g_autofree char *text = wrap_change (g_ptr_array_index (lines, i), columns);

      if (lab_words_n_lines (latest->str) + lab_words_n_lines (text) > most_lines)
        break;
      g_string_prepend (latest, text);
    }
  g_string_append (out, latest->str);
}

/* On a terminal the table stays on top, and the latest changes below it. All of it has to fit,
 * or the terminal would scroll and the next table stand somewhere else: the table gets what it
 * needs, but a third is left for changes when there are some. */
static void
redraw (const GPtrArray *sockets, const GPtrArray *lines, const LabScreen *screen)
{
  g_autoptr (GString) table = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new ("\033[H\033[J");
  /* The cursor stands below the last line. */
  const guint rows = screen->rows > 1 ? screen->rows - 1 : 24;
  const guint for_changes = MIN (lines->len + 1, rows / 3);
  guint n = 0;

  lab_socket_table_text (table, sockets, values.info, screen->columns, MAX (rows - for_changes, 2));
  n = lab_words_n_lines (table->str);
  g_string_append (out, table->str);
  if (n + 1 < rows && lines->len > 0)
    {
      g_string_append_c (out, '\n');
      append_latest (out, lines, screen->columns, rows - n - 1);
    }
  fputs (out->str, stdout);
}

static void
keep_change (GPtrArray *lines, char *line)
{
  g_ptr_array_add (lines, line);
  if (lines->len > KEPT_CHANGES)
    g_ptr_array_remove_index (lines, 0);
}

/* What has changed since the last look: kept for the screen, or said at once. Returns: whether
 * anything has. */
static gboolean
take_changes (const GArray *changes, GPtrArray *lines)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const LabSocketChange *change = &g_array_index (changes, LabSocketChange, i);
      g_autoptr (GString) out = g_string_new (NULL);

      if (values.json)
        lab_socket_change_json (out, change, g_get_real_time ());
      else
        lab_socket_change_text (out, change, g_get_real_time (), 0);
      if (lines != NULL)
        keep_change (lines, g_strdup (out->str));
      else
        fputs (out->str, stdout);
    }
  return changes->len > 0;
}

static gboolean
show_changes (LabDiag *diag, const LabSocketFilter *filter, GError **error)
{
  g_autoptr (LabSocketWatch) watch = lab_socket_watch_new ();
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  gboolean draws = isatty (STDOUT_FILENO) && !values.json;
  gboolean first = TRUE;
  LabScreen drawn = { 0 };

  /* A reader that is gone ends it: SIGPIPE is ignored, but the write fails. */
  while (!ferror (stdout))
    {
      const LabScreen screen = lab_cmd_screen ();
      GPtrArray *sockets = look (diag, filter, error);
      g_autoptr (GArray) changes = NULL;
      gboolean changed = FALSE;

      if (sockets == NULL)
        return FALSE;
      changes = lab_socket_watch_take (watch, sockets);
      if (!draws || !first) /* what was there before is no change */
        changed = take_changes (changes, draws ? lines : NULL);
      if (draws &&
          (first || changed || screen.columns != drawn.columns || screen.rows != drawn.rows))
        redraw (sockets, lines, &screen);
      fflush (stdout);
      first = FALSE;
      drawn = screen;
      (void) poll (NULL, 0, LAB_WATCH_MS);
    }
  return TRUE;
}

/**
 * lab_cmd_sockets:
 *
 * Returns: 0 when the table could be shown, even if it is empty.
 */
int
lab_cmd_sockets (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabDiag) diag = NULL;
  LabSocketFilter filter = { 0 };
  LabEndpoint address;
  gboolean ok = FALSE;

  if (!lab_cmd_parse (entries, _ ("sockets [PORT]"),
                      _ ("Shows the sockets of this machine: their states and queues, both ends, "
                         "the timer that runs, and "
                         "whose they are."),
                      &argc, &argv, &error))
    return lab_cmd_fail (error);
  if (argc > 2)
    return sal_usage_fail (_ ("salotto-lab sockets [OPTION…] [PORT]"), argv[2]);
  if ((argc == 2 && !lab_net_parse_port (argv[1], &filter.port, &error)) ||
      (values.state != NULL && !lab_socket_parse_state (values.state, &filter.states, &error)) ||
      (values.address != NULL && !parse_address (values.address, &address, &error)))
    return lab_cmd_fail (error);
  filter.address = values.address != NULL ? &address : NULL;
  filter.udp = values.udp;
  filter.tcp = values.tcp || !values.udp;
  filter.with_info = values.info;
  diag = lab_diag_new (&error);
  ok = diag != NULL &&
       (values.watch ? show_changes (diag, &filter, &error) : show_once (diag, &filter, &error));
  return ok ? SAL_EXIT_OK : lab_cmd_fail (error);
}
