/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of sockets as people read it, on terminals of every width, and what has changed
 * in it. The kernel is not asked here.
 */
#include "config.h"

#include <netinet/in.h>
#include <string.h>

#include "common/base/sal-columns.h"
#include "lab/bench/lab-socket-table.h"
#include "lab/bench/lab-socket-watch.h"

static LabEndpoint
make_end (const char *address, guint16 port)
{
  LabEndpoint end;

  g_assert_true (lab_endpoint_parse (address, &end));
  if (((const struct sockaddr *) &end.storage)->sa_family == AF_INET)
    ((struct sockaddr_in *) &end.storage)->sin_port = htons (port);
  else
    ((struct sockaddr_in6 *) &end.storage)->sin6_port = htons (port);
  return end;
}

static LabSocket *
make_socket (int state, const char *local, const char *remote, const char *program)
{
  LabSocket *socket = g_new0 (LabSocket, 1);

  socket->protocol = IPPROTO_TCP;
  socket->state = state;
  socket->local_port = 40000;
  socket->remote_port = state == TCP_LISTEN ? 0 : 15102;
  socket->local = make_end (local, socket->local_port);
  socket->remote = make_end (remote, socket->remote_port);
  socket->recv_q = 123456;
  socket->inode = 77;
  socket->pid = 1234567;
  socket->fd = 12;
  g_strlcpy (socket->program, program, sizeof socket->program);
  return socket;
}

static GPtrArray *
make_sockets (gboolean six)
{
  GPtrArray *sockets = g_ptr_array_new_with_free_func (g_free);
  const char *address = six ? "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff" : "192.168.100.200";
  LabSocket *waiting = make_socket (TCP_ESTABLISHED, address, address, "salotto-lab");

  waiting->timer = LAB_TIMER_RETRANSMIT;
  waiting->timer_ms = 100000;
  waiting->retransmits = 11;
  g_ptr_array_add (sockets, make_socket (TCP_LISTEN, address, six ? "::" : "0.0.0.0", "nc"));
  g_ptr_array_add (sockets, waiting);
  return sockets;
}

static guint
widest_line (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint most = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    most = MAX (most, sal_columns_of_text (lines[i]));
  return most;
}

/* Whatever the width, ports and owners are there; and a table that is not for a terminal has
 * everything in one line. */
static void
test_fits (gconstpointer data)
{
  g_autoptr (GPtrArray) sockets = make_sockets (GPOINTER_TO_INT (data));
  g_autoptr (GString) whole = g_string_new (NULL);

  lab_socket_table_text (whole, sockets, FALSE, 0);
  g_assert_cmpuint (widest_line (whole->str), >, 100);
  g_assert_null (strstr (whole->str, "…"));
  for (guint columns = 72; columns <= 200; columns++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lab_socket_table_text (out, sockets, FALSE, columns);
      if (widest_line (out->str) > columns)
        g_test_message ("%u columns:\n%s", columns, out->str);
      g_assert_cmpuint (widest_line (out->str), <=, columns);
      g_assert_nonnull (strstr (out->str, ":40000 "));
      g_assert_nonnull (strstr (out->str, ":15102"));
      g_assert_nonnull (strstr (out->str, "retransmit 100.0s #11"));
      g_assert_nonnull (strstr (out->str, "salotto-lab pid=1234567 fd=12\n"));
      if (columns >= widest_line (whole->str))
        g_assert_cmpstr (out->str, ==, whole->str);
    }
}

/* What is longer than a line goes on in the next. */
static void
test_info_is_wrapped (void)
{
  g_autoptr (GPtrArray) sockets = make_sockets (FALSE);
  LabSocket *socket = g_ptr_array_index (sockets, 1);
  g_autoptr (GString) out = g_string_new (NULL);

  socket->has_info = TRUE;
  g_strlcpy (socket->congestion, "cubic", sizeof socket->congestion);
  lab_socket_table_text (out, sockets, TRUE, 80);
  g_assert_cmpuint (widest_line (out->str), <=, 80);
  g_assert_nonnull (strstr (out->str, "cubic rto:"));
}

static void
test_changes_fit (void)
{
  g_autoptr (GPtrArray) sockets = make_sockets (TRUE);
  LabSocketChange change = { .before = g_ptr_array_index (sockets, 0),
                             .after = g_ptr_array_index (sockets, 1) };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) whole = g_string_new (NULL);

  lab_socket_change_text (out, &change, 0, 80);
  g_assert_cmpuint (widest_line (out->str), <=, 80);
  lab_socket_change_text (whole, &change, 0, 0);
  g_assert_cmpuint (widest_line (whole->str), >, 80);
  g_assert_true (strchr (whole->str, '\n') == whole->str + whole->len - 1);
}

/* An address may stand in brackets, as it is shown. */
static void
test_brackets (void)
{
  static const struct
  {
    const char *written;
    const char *host;
  } rows[] = { { "::1", "::1" },   { "[::1]", "::1" }, { "localhost", "localhost" },
               { "[::1", "[::1" }, { "[]", "[]" },     { "", "" } };
  LabEndpoint end;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *host = lab_net_host (rows[i].written);

      g_assert_cmpstr (host, ==, rows[i].host);
    }
  g_assert_true (lab_endpoint_parse ("[::1]", &end));
  g_assert_false (lab_endpoint_parse ("[::1", &end));
}

/* Sockets that share a port (SO_REUSEPORT) have the same ends; nothing changes while nothing
 * does, and one that goes is one. */
static void
test_same_ends (void)
{
  g_autoptr (LabSocketWatch) watch = lab_socket_watch_new ();

  for (guint n = 3; n >= 2; n--)
    for (int look = 0; look < 2; look++)
      {
        GPtrArray *sockets = g_ptr_array_new_with_free_func (g_free);
        g_autoptr (GArray) changes = NULL;

        for (guint i = 0; i < n; i++)
          g_ptr_array_add (sockets, make_socket (TCP_LISTEN, "0.0.0.0", "0.0.0.0", "nginx"));
        changes = lab_socket_watch_take (watch, sockets);
        if (look == 1)
          g_assert_cmpuint (changes->len, ==, 0);
        else
          g_assert_cmpuint (changes->len, ==, n == 3 ? 3 : 1);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/lab/sockets/fit-the-terminal/four", GINT_TO_POINTER (FALSE), test_fits);
  g_test_add_data_func ("/lab/sockets/fit-the-terminal/six", GINT_TO_POINTER (TRUE), test_fits);
  g_test_add_func ("/lab/sockets/info-is-wrapped", test_info_is_wrapped);
  g_test_add_func ("/lab/sockets/changes-fit", test_changes_fit);
  g_test_add_func ("/lab/sockets/addresses-in-brackets", test_brackets);
  g_test_add_func ("/lab/sockets/several-with-the-same-ends", test_same_ends);
  return g_test_run ();
}
