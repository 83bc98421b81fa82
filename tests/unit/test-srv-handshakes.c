/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Those who have connected and are not in yet, in a reactor, over socket pairs: who gets
 * in, who does not, and that nobody can make the others wait.
 */
#include "config.h"

#include "server/net/srv-handshakes.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-limits.h"
#include "tests/unit/tls-driver.h"

#define PATIENCE_US (60 * G_TIME_SPAN_SECOND)
#define MOST 40

typedef struct
{
  GMainContext *context;
  SrvReactor *reactor;
  SrvCredentials *credentials;
  SrvHandshakes *handshakes;
  char *folder;
  char *file;
  char *key;
  guint ended;
  SrvHandshakeEnd how; /* of the last one */
  SrvLink link;        /* likewise */
  GString *order;      /* the tags of those that ended */
  guint turns;
  guint ended_in_turn;
  guint most_in_turn;
} Fixture;

static void
on_ended (SrvLink link, const SrvAddress *peer, gpointer tag, SrvHandshakeEnd how, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpint (peer->family, ==, SRV_ADDRESS_LOCAL);
  g_assert_true ((how == SRV_HANDSHAKE_DONE || how == SRV_HANDSHAKE_NOT_TLS) == (link.fd >= 0));
  g_assert_true ((how == SRV_HANDSHAKE_DONE) == (link.tls != NULL));
  f->ended++;
  f->ended_in_turn++;
  f->how = how;
  g_string_append_printf (f->order, "%d ", GPOINTER_TO_INT (tag));
  srv_link_close (&f->link);
  f->link = link;
}

static void
on_due (SrvDeadline *deadline, gpointer data)
{
  srv_handshakes_due (deadline);
}

static void
on_turn_end (gpointer data)
{
  Fixture *f = data;

  f->turns++;
  f->most_in_turn = MAX (f->most_in_turn, f->ended_in_turn);
  f->ended_in_turn = 0;
}

static const SrvReactorHooks hooks = { .due = on_due, .turn_end = on_turn_end };

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("salotto-test-XXXXXX", NULL);
  f->file = g_build_filename (f->folder, "certificate.pem", NULL);
  f->key = g_build_filename (f->folder, "key.pem", NULL);
  f->credentials = srv_credentials_new ();
  (void) srv_credentials_load (f->credentials, f->file, f->key, TRUE, &error);
  g_assert_no_error (error);
  f->context = g_main_context_new ();
  f->reactor = srv_reactor_new (f->context, 1, &hooks, f);
  f->handshakes = srv_handshakes_new (f->reactor, 0, MOST, f->credentials, on_ended, f);
  f->link.fd = -1;
  f->order = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_handshakes_free (f->handshakes);
  srv_reactor_free (f->reactor);
  g_main_context_unref (f->context);
  srv_credentials_free (f->credentials);
  srv_link_close (&f->link);
  (void) g_unlink (f->file);
  (void) g_unlink (f->key);
  (void) g_rmdir (f->folder);
  g_string_free (f->order, TRUE);
  g_free (f->folder);
  g_free (f->file);
  g_free (f->key);
}

/* Somebody connects. Returns their end. */
static int
connect_one (Fixture *f, int tag)
{
  SrvAddress peer = { .family = SRV_ADDRESS_LOCAL };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
  srv_handshakes_add (f->handshakes, fds[0], &peer, GINT_TO_POINTER (tag));
  return fds[1];
}

static void
wait_for (Fixture *f, guint ended)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  while (f->ended < ended)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      (void) g_main_context_iteration (f->context, TRUE);
    }
}

static void
push_out (TlsClient *client, int fd)
{
  g_autoptr (GByteArray) sealed = tls_client_take (client);

  g_assert_cmpint (write (fd, sealed->data, sealed->len), ==, (ssize_t) sealed->len);
}

static void
pull_in (TlsClient *client, int fd)
{
  char buffer[16384];
  ssize_t n = 0;

  while ((n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
    tls_client_feed (client, buffer, (gsize) n);
}

/* An honest client, from its first to its last word of the handshake. */
static void
shake_hands (Fixture *f, TlsClient *client, int fd)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  while (SSL_do_handshake (client->ssl) != 1)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      push_out (client, fd);
      (void) g_main_context_iteration (f->context, FALSE);
      pull_in (client, fd);
    }
  push_out (client, fd);
}

static void
test_done (Fixture *f, gconstpointer data)
{
  g_autoptr (TlsClient) client = tls_client_new (0);
  int fd = connect_one (f, 1);
  char buffer[SRV_TLS_PLAIN_BYTES];
  gsize n = 0;

  g_assert_cmpuint (srv_handshakes_count (f->handshakes), ==, 1);
  shake_hands (f, client, fd);
  tls_client_write (client, "first words", 11);
  push_out (client, fd);
  wait_for (f, 1);
  g_assert_cmpint (f->how, ==, SRV_HANDSHAKE_DONE);
  g_assert_cmpuint (srv_handshakes_count (f->handshakes), ==, 0);
  g_assert_cmpuint (srv_handshakes_get_total (f->handshakes, SRV_HANDSHAKE_DONE), ==, 1);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_OK);
  g_assert_cmpmem (buffer, n, "first words", 11);
  close (fd);
}

/* Whoever speaks something else is handed on with all that they said. */
static void
test_not_tls (Fixture *f, gconstpointer data)
{
  static const char *const words[] = { "Ada\n", "GET / HTTP/1.1\r\n", "\r\n", "\x80\x2e\x01" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      int fd = connect_one (f, 1);
      char buffer[100];

      g_assert_cmpint (write (fd, words[i], strlen (words[i])), ==, (ssize_t) strlen (words[i]));
      wait_for (f, (guint) i + 1);
      g_assert_cmpint (f->how, ==, SRV_HANDSHAKE_NOT_TLS);
      g_assert_cmpint (read (f->link.fd, buffer, sizeof buffer), ==, (ssize_t) strlen (words[i]));
      close (fd);
    }
}

/* Whoever begins with TLS and goes on with something else is told so in TLS. */
static void
test_garbage (Fixture *f, gconstpointer data)
{
  int fd = connect_one (f, 1);
  guint8 alert[7];

  g_assert_cmpint (write (fd, "\x16\x03\x01\x00\x05hello", 10), ==, 10);
  wait_for (f, 1);
  g_assert_cmpint (f->how, ==, SRV_HANDSHAKE_FAILED);
  g_assert_cmpint (read (fd, alert, sizeof alert), ==, 7);
  g_assert_cmpint (alert[0], ==, 21);
  g_assert_cmpint (read (fd, alert, 1), ==, 0);
  close (fd);
}

static void
test_gone (Fixture *f, gconstpointer data)
{
  g_autoptr (TlsClient) client = tls_client_new (0);
  int silent = connect_one (f, 1);
  int spoken = connect_one (f, 2);

  close (silent);
  wait_for (f, 1);
  g_assert_cmpint (f->how, ==, SRV_HANDSHAKE_FAILED);
  (void) SSL_do_handshake (client->ssl);
  push_out (client, spoken);
  (void) g_main_context_iteration (f->context, TRUE);
  close (spoken);
  wait_for (f, 2);
  g_assert_cmpint (f->how, ==, SRV_HANDSHAKE_FAILED);
}

/* Silent ones fill the room; the one who speaks comes in, and the oldest have to go. */
static void
test_crowd (Fixture *f, gconstpointer data)
{
  g_autoptr (TlsClient) client = tls_client_new (0);
  int fds[MOST + 2];
  char byte = 0;
  int honest = -1;

  for (int i = 0; i < MOST + 2; i++)
    fds[i] = connect_one (f, i);
  g_assert_cmpuint (srv_handshakes_count (f->handshakes), ==, MOST);
  g_assert_cmpstr (f->order->str, ==, "0 1 ");
  g_assert_cmpint (f->how, ==, SRV_HANDSHAKE_DROPPED);
  g_assert_cmpint (read (fds[0], &byte, 1), <=, 0);
  honest = connect_one (f, 99);
  g_assert_cmpstr (f->order->str, ==, "0 1 2 ");
  shake_hands (f, client, honest);
  wait_for (f, 4);
  g_assert_cmpstr (f->order->str, ==, "0 1 2 99 ");
  g_assert_cmpint (f->how, ==, SRV_HANDSHAKE_DONE);

  srv_handshakes_drop_all (f->handshakes);
  g_assert_cmpuint (srv_handshakes_count (f->handshakes), ==, 0);
  g_assert_cmpuint (srv_handshakes_get_total (f->handshakes, SRV_HANDSHAKE_DROPPED), ==, MOST + 2);
  for (int i = 0; i < MOST + 2; i++)
    close (fds[i]);
  close (honest);
}

/* However many begin at once, a turn has time for a few of them. */
static void
test_turn (Fixture *f, gconstpointer data)
{
  int fds[MOST];

  for (int i = 0; i < MOST; i++)
    {
      fds[i] = connect_one (f, i);
      g_assert_cmpint (write (fds[i], "\x16\x03\x01\x00\x05hello", 10), ==, 10);
    }
  wait_for (f, MOST);
  g_assert_cmpuint (f->most_in_turn, ==, SAL_TURN_HANDSHAKES);
  g_assert_cmpuint (f->turns, >=, MOST / SAL_TURN_HANDSHAKES);
  for (int i = 0; i < MOST; i++)
    close (fds[i]);
}

/* Too slow, with a word or without one. Ten seconds. */
static void
test_slow (Fixture *f, gconstpointer data)
{
  gint64 began_us = g_get_monotonic_time ();
  int spoken = connect_one (f, 1);
  int silent = -1;
  char buffer[10];

  g_assert_cmpint (write (spoken, "\x16\x03\x01", 3), ==, 3);
  (void) g_main_context_iteration (f->context, TRUE);
  silent = connect_one (f, 2);
  wait_for (f, 2);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >=, SAL_HANDSHAKE_US);
  g_assert_cmpstr (f->order->str, ==, "1 2 ");
  g_assert_cmpuint (srv_handshakes_get_total (f->handshakes, SRV_HANDSHAKE_TIMED_OUT), ==, 1);
  g_assert_cmpint (f->how, ==, SRV_HANDSHAKE_NOT_TLS);
  g_assert_cmpint (write (f->link.fd, "?", 1), ==, 1);
  g_assert_cmpint (read (silent, buffer, sizeof buffer), ==, 1);
  g_assert_cmpint (read (spoken, buffer, sizeof buffer), <=, 0);
  close (spoken);
  close (silent);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/net/handshakes/take-nothing-that-comes-after", test_done);
  ADD ("/net/handshakes/hand-on-who-speaks-something-else", test_not_tls);
  ADD ("/net/handshakes/fail-with-an-alert", test_garbage);
  ADD ("/net/handshakes/notice-who-goes", test_gone);
  ADD ("/net/handshakes/make-room-for-who-speaks", test_crowd);
  ADD ("/net/handshakes/share-the-turn", test_turn);
  ADD ("/net/handshakes/have-an-end", test_slow);
  return g_test_run ();
}
