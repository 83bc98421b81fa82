/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of sockets as people read it, on terminals of every width, and what has changed
 * in it. The kernel is not asked here.
 */
#include "config.h"

#include <netinet/in.h>
#include <stdlib.h>
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

  lab_socket_table_text (whole, sockets, FALSE, 0, 0);
  g_assert_cmpuint (widest_line (whole->str), >, 100);
  g_assert_null (strstr (whole->str, "…"));
  for (guint columns = 72; columns <= 200; columns++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lab_socket_table_text (out, sockets, FALSE, columns, 0);
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
  lab_socket_table_text (out, sockets, TRUE, 80, 0);
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

/* Narrower still, the ends stand below; nothing is cut there. */
static void
test_fits_narrow (gconstpointer data)
{
  g_autoptr (GPtrArray) sockets = make_sockets (GPOINTER_TO_INT (data));
  /* The longest address with its port takes 48 and stands a bit to the right. */
  guint least = GPOINTER_TO_INT (data) ? 52 : 50;

  for (guint columns = least; columns < 72; columns++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lab_socket_table_text (out, sockets, FALSE, columns, 0);
      if (widest_line (out->str) > columns)
        g_test_message ("%u columns:\n%s", columns, out->str);
      g_assert_cmpuint (widest_line (out->str), <=, columns);
      g_assert_nonnull (strstr (out->str, ":15102"));
      g_assert_nonnull (strstr (out->str, "pid=1234567 fd=12\n"));
    }
}

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

static guint
count_owners (const char *text)
{
  guint n = 0;

  while ((text = strstr (text, "pid=")) != NULL)
    {
      text++;
      n++;
    }
  return n;
}

/* A table that has so many lines at most says how many sockets it leaves out; and one that
 * fits leaves out none. */
static void
test_fits_height (void)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) whole = g_string_new (NULL);
  guint all = 0;

  for (guint i = 0; i < 20; i++)
    g_ptr_array_add (sockets, make_socket (TCP_ESTABLISHED, "192.0.2.1", "192.0.2.2", "nc"));
  for (guint columns = 60; columns <= 120; columns += 60) /* two lines a socket, and one */
    {
      g_string_truncate (whole, 0);
      lab_socket_table_text (whole, sockets, FALSE, columns, 0);
      all = count_lines (whole->str);
      for (guint lines = 4; lines < all; lines++)
        {
          g_autoptr (GString) out = g_string_new (NULL);
          const char *more = NULL;

          lab_socket_table_text (out, sockets, FALSE, columns, lines);
          g_assert_cmpuint (count_lines (out->str), <=, lines);
          more = strstr (out->str, "… ");
          g_assert_nonnull (more);
          g_assert_cmpuint (count_owners (out->str), ==, 20 - (guint) atoi (more + strlen ("… ")));
        }
      {
        g_autoptr (GString) out = g_string_new (NULL);

        lab_socket_table_text (out, sockets, FALSE, columns, all);
        g_assert_cmpstr (out->str, ==, whole->str);
      }
    }
}

/* A link-local address is typed and shown with its interface. */
static void
test_scopes (void)
{
  LabEndpoint end = make_end ("fe80::1%lo", 80);
  g_autofree char *text = lab_endpoint_format (&end);
  g_autofree char *global = NULL;

  g_assert_cmpstr (text, ==, "[fe80::1%lo]:80");
  g_assert_true (lab_endpoint_parse ("[fe80::1%lo]", &end));
  g_assert_false (lab_endpoint_parse ("fe80::1%no-such-interface", &end));
  g_assert_false (lab_endpoint_parse ("fe80::1%", &end));
  end = make_end ("2001:db8::1", 80);
  ((struct sockaddr_in6 *) &end.storage)->sin6_scope_id = 1;
  global = lab_endpoint_format (&end);
  g_assert_cmpstr (global, ==, "[2001:db8::1]:80");
  /* An interface that is gone has a number still. */
  end = make_end ("fe80::1", 80);
  ((struct sockaddr_in6 *) &end.storage)->sin6_scope_id = 4000000000u;
  g_free (global);
  global = lab_endpoint_format (&end);
  g_assert_cmpstr (global, ==, "[fe80::1%4000000000]:80");
}

static void
test_own_peer (void)
{
  g_autofree LabSocket *socket = make_socket (TCP_ESTABLISHED, "::1", "::1", "python3");
  g_autofree char *before = lab_socket_owner_text (socket);
  g_autofree char *after = NULL;

  g_assert_cmpstr (before, ==, "python3 pid=1234567 fd=12");
  socket->remote_port = socket->local_port;
  after = lab_socket_owner_text (socket);
  g_assert_cmpstr (after, ==, "python3 pid=1234567 fd=12, connected to itself");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/lab/sockets/fit-the-terminal/four", GINT_TO_POINTER (FALSE), test_fits);
  g_test_add_data_func ("/lab/sockets/fit-the-terminal/six", GINT_TO_POINTER (TRUE), test_fits);
  g_test_add_data_func ("/lab/sockets/fit-a-narrow-one/four", GINT_TO_POINTER (FALSE),
                        test_fits_narrow);
  g_test_add_data_func ("/lab/sockets/fit-a-narrow-one/six", GINT_TO_POINTER (TRUE),
                        test_fits_narrow);
  g_test_add_func ("/lab/sockets/fit-so-many-lines", test_fits_height);
  g_test_add_func ("/lab/sockets/link-local-addresses-have-scopes", test_scopes);
  g_test_add_func ("/lab/sockets/connected-to-itself", test_own_peer);
  g_test_add_func ("/lab/sockets/info-is-wrapped", test_info_is_wrapped);
  g_test_add_func ("/lab/sockets/changes-fit", test_changes_fit);
  g_test_add_func ("/lab/sockets/addresses-in-brackets", test_brackets);
  g_test_add_func ("/lab/sockets/several-with-the-same-ends", test_same_ends);
  return g_test_run ();
}
