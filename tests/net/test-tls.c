/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room over TLS: the same rules on what is decrypted, the same ends, the same bounds;
 * people who do not do TLS right; certificates that change while everybody talks.
 *
 * It is one piece because rooms, peers and certificates are made in the same way in all cases.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-peer.h"
#include "tests/lib/test-tls-peer.h"

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

/* A room with a port of each kind, and W, who is in it in plain text. */
typedef struct
{
  TestServer *server;
  guint16 tls_port;
  TestPeer *w;
} Room;

static guint16
take_port (TestProcess *process, const char *kind)
{
  g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);

  g_assert_nonnull (line);
  g_assert_true (g_str_has_suffix (line, kind));
  return (guint16) g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
}

static void
open_room_in (Room *room, TestFolder *folder)
{
  static const char *const options[] = {
    "--log", "memory", "--listen", "plain://127.0.0.1:0", "--listen", "plains://127.0.0.1:0", NULL
  };

  room->server = test_server_start_in (folder, options, NULL);
  room->tls_port = take_port (room->server->process, " (plains)");
  room->w = test_peer_join (room->server->port, "W");
}

static void
open_room (Room *room, gconstpointer data)
{
  open_room_in (room, test_folder_new ());
}

static void
close_room (Room *room, gconstpointer data)
{
  test_peer_free (room->w);
  if (room->server->process->pid != 0)
    test_server_stop (room->server);
  test_server_free (room->server);
}

static gint64
stat_of (Room *room, const char *name)
{
  g_autofree char *stats = test_server_control (room->server, "stats");
  g_auto (GStrv) lines = g_strsplit (stats, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], name) && lines[i][strlen (name)] == ' ')
      return g_ascii_strtoll (strrchr (lines[i], ' '), NULL, 10);
  g_error ("there is no %s in: %s", name, stats);
}

static void
wait_for_stat (Room *room, const char *name, gint64 value)
{
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;

  while (stat_of (room, name) != value)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (5000);
    }
}

static void
wait_for_error (Room *room, const char *text)
{
  if (!test_process_wait_for_errors (room->server->process, text, TEST_PATIENCE_MS))
    g_error ("nothing of \"%s\" was complained of", text);
}

/* Talking. */

static void
test_one_room (Room *room, gconstpointer data)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_autoptr (TestTlsPeer) ada = test_tls_peer_new (room->tls_port, versions[v]);
      g_autofree char *who = NULL;
      g_autofree char *hers = g_strdup_printf ("> Ada%s: perch\xC3\xA9 no?\n", ada->address);

      test_tls_peer_shake_hands (ada);
      test_tls_peer_expect (ada, TEST_GREETING TEST_NAME_WANTED);
      test_tls_peer_send (ada, "Ada\nperch\xC3\xA9 no?\n");
      test_tls_peer_expect (ada, "Hi Ada, ");
      test_tls_peer_expect (ada, hers);
      test_peer_expect_later (room->w, hers);
      test_peer_send (room->w, "from outside\n");
      test_tls_peer_expect (ada, ": from outside\n");
      who = test_server_control (room->server, "who");
      g_assert_nonnull (strstr (who, v == 0 ? " TLSv1.2\n" : " TLSv1.3\n"));
      test_tls_peer_send (ada, "quit\n");
      test_tls_peer_expect (ada, TEST_GOODBYE);
      test_tls_peer_expect_end (ada);
      test_peer_expect_later (room->w, " has left this room.\n");
    }
}

/* What is said behind the last word of the handshake is heard, be it in one segment. */
static void
test_first_words (Room *room, gconstpointer data)
{
  for (int i = 0; i < 20; i++)
    {
      g_autoptr (TestTlsPeer) ada = test_tls_peer_new (room->tls_port, TLS1_3_VERSION);
      BIO *buffered = BIO_new (BIO_f_buffer ());

      BIO_push (buffered, BIO_new_socket (ada->fd, BIO_NOCLOSE));
      SSL_set_bio (ada->ssl, buffered, buffered);
      /* It finishes and flushes; from there on what it writes waits for the next flush. */
      test_tls_peer_shake_hands (ada);
      test_tls_peer_send (ada, "Ada\n");
      test_tls_peer_send (ada, "quit\n");
      g_assert_cmpint (BIO_flush (buffered), ==, 1);
      test_tls_peer_expect (ada, "Hi Ada, ");
      test_tls_peer_expect (ada, TEST_GOODBYE);
      test_tls_peer_expect_end (ada);
    }
}

/* S11, S13, S5: the times run on what is decrypted, and one text is one record. */
static void
test_raw (Room *room, gconstpointer data)
{
  g_autoptr (TestTlsPeer) ada = test_tls_peer_connect (room->tls_port);

  test_tls_peer_expect (ada, TEST_NAME_WANTED);
  test_tls_peer_send (ada, "Ada");
  test_tls_peer_expect (ada, TEST_HINT);
  test_tls_peer_send (ada, "uno");
  test_peer_expect_later (room->w, ": uno\n");
  test_tls_peer_expect (ada, ": uno\n");
  test_peer_send (room->w, "one\ntwo\n");
  g_assert_true (test_tls_peer_read (ada));
  g_assert_true (g_str_has_suffix (ada->received->str, ": one\n"));
  g_string_truncate (ada->received, 0);
  g_assert_true (test_tls_peer_read (ada));
  g_assert_true (g_str_has_suffix (ada->received->str, ": two\n"));
}

/* S24: whoever ends their stream properly has said everything, and reads everything. */
static void
test_half_closed (Room *room, gconstpointer data)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_autoptr (TestTlsPeer) eva = test_tls_peer_new (room->tls_port, versions[v]);

      test_tls_peer_shake_hands (eva);
      test_tls_peer_send (eva, "Eva\nwhole\nunfinished");
      test_tls_peer_end_writing (eva);
      test_peer_expect_later (room->w, ": whole\n");
      test_peer_expect_later (room->w, ": unfinished\n");
      test_peer_expect_later (room->w, " has left this room.\n");
      test_tls_peer_expect (eva, ": whole\n");
      test_tls_peer_expect (eva, ": unfinished\n");
      test_tls_peer_expect_end (eva);
    }
  g_assert_cmpint (stat_of (room, "cut-off"), ==, 0);
}

/* What comes in one segment with the end is heard as well. */
static void
test_last_words (Room *room, gconstpointer data)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_autoptr (TestTlsPeer) eva = test_tls_peer_new (room->tls_port, versions[v]);

      test_tls_peer_shake_hands (eva);
      test_tls_peer_send (eva, "Eva\n");
      test_tls_peer_expect (eva, TEST_HINT);
      test_tls_peer_send_last (eva, "whole\nunfinished");
      test_peer_expect_later (room->w, ": whole\n");
      test_peer_expect_later (room->w, ": unfinished\n");
      test_peer_expect_later (room->w, " has left this room.\n");
      test_tls_peer_expect (eva, ": whole\n");
      test_tls_peer_expect (eva, ": unfinished\n");
      test_tls_peer_expect_end (eva);
    }
  g_assert_cmpint (stat_of (room, "cut-off"), ==, 0);
}

/* A FIN alone may be an attacker's: half a line is nothing then. What was whole counts,
 * and who waits for the answer gets it. */
static void
test_cut_off (Room *room, gconstpointer data)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_autoptr (TestTlsPeer) eva = test_tls_peer_new (room->tls_port, versions[v]);
      g_autofree char *whole = g_strdup_printf ("> Eva%s: whole\n", eva->address);
      g_autofree char *left = g_strdup_printf ("> Eva%s has left this room.\n", eva->address);

      test_tls_peer_shake_hands (eva);
      test_tls_peer_send (eva, "Eva\nwhole\nI agr");
      g_assert_cmpint (shutdown (eva->fd, SHUT_WR), ==, 0);
      test_peer_expect_later (room->w, whole);
      test_peer_expect (room->w, left);
      test_tls_peer_expect (eva, whole);
      test_tls_peer_expect_end (eva);
      g_assert_cmpint (stat_of (room, "cut-off"), ==, (gint64) v + 1);
    }
}

/* Somebody on the way puts in a record, or resets. */
static void
test_injection (Room *room, gconstpointer data)
{
  g_autoptr (TestTlsPeer) eva = test_tls_peer_join (room->tls_port, "Eva");
  g_autofree char *left = g_strdup_printf ("> Eva%s has left this room.\n", eva->address);

  test_peer_expect_later (room->w, "Eva");
  test_peer_expect_later (room->w, "\n");
  test_tls_peer_send (eva, "half a ");
  g_assert_cmpint (send (eva->fd, "\x17\x03\x03\x00\x14quit\nquit\nquit\nquit\n", 25, 0), ==, 25);
  test_peer_expect (room->w, left);
}

/* send-stall-seconds, as it is not configured. */
#define STALL_US (30 * G_USEC_PER_SEC)

/* Not reading holds nobody, whatever is encrypted already: a server that waited would do so until
 * it drops who does not read. */
static void
test_reader_that_stops (Room *room, gconstpointer data)
{
  g_autoptr (TestTlsPeer) deaf = test_tls_peer_join (room->tls_port, "Deaf");
  g_autoptr (TestPeer) ada = test_peer_join (room->server->port, "Ada");
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *left = g_strdup_printf ("> Deaf%s has left this room.", deaf->address);
  guint said = 0;

  for (gboolean gone = FALSE; !gone; said++)
    {
      gint64 begun_us = g_get_monotonic_time ();

      g_assert_cmpuint (said, <, 20000);
      test_peer_send (ada, line);
      for (gboolean mine = FALSE; !mine;)
        {
          g_autofree char *got = test_peer_take_line (ada);

          mine = strstr (got, "xxx") != NULL;
          gone |= g_str_equal (got, left);
        }
      g_assert_cmpint (g_get_monotonic_time () - begun_us, <, STALL_US);
      while (room->w->received->len > 0 || test_peer_read (room->w, 0))
        g_byte_array_set_size (room->w->received, 0);
    }
  test_peer_send (ada, "still here\n");
  test_peer_expect_later (ada, ": still here\n");
  g_assert_cmpint (stat_of (room, "dropped-slow"), ==, 1);

  /* Reading again, it learns why, after whole lines. */
  test_tls_peer_expect (deaf, "-- Not accepted: the limit send-");
  test_tls_peer_expect (deaf, "\n");
  test_tls_peer_expect_end (deaf);
}

/* Everything arrives that is more than a kernel takes at once, in order. */
static void
test_much (Room *room, gconstpointer data)
{
  g_autoptr (TestTlsPeer) ada = test_tls_peer_join (room->tls_port, "Ada");
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *text = g_strnfill (900, 'x');

  for (int i = 0; i < 60; i++)
    g_string_append_printf (lines, "%05d%s\n", i, text);
  for (int round = 0; round < 3; round++)
    {
      test_tls_peer_send (ada, lines->str);
      for (int i = 0; i < 60; i++)
        {
          g_autofree char *mine = g_strdup_printf ("> Ada%s: %05d%s\n", ada->address, i, text);

          test_tls_peer_expect (ada, mine);
        }
    }
  g_assert_cmpuint (ada->received->len, ==, 0);
}

/* The end of the server. */
static void
test_close (Room *room, gconstpointer data)
{
  g_autoptr (TestTlsPeer) ada = test_tls_peer_join (room->tls_port, "Ada");
  g_autoptr (TestTlsPeer) silent G_GNUC_UNUSED = test_tls_peer_new (room->tls_port, 0);
  g_autofree char *answer = NULL;

  wait_for_stat (room, "tls-handshaking", 1);
  answer = test_server_control (room->server, "close");
  g_assert_cmpstr (answer, ==, "closing\nok\n");
  test_tls_peer_expect (ada, TEST_GOODBYE);
  test_tls_peer_expect_end (ada);
  test_peer_close (room->w);
  test_process_expect_exit (room->server->process, 0);
}

/* Whoever may not come in is told why, in their own language. */
static void
test_banned (Room *room, gconstpointer data)
{
  g_autofree char *answer G_GNUC_UNUSED = test_server_control (room->server, "ban 127.0.0.1");
  g_autoptr (TestTlsPeer) ada = test_tls_peer_connect (room->tls_port);

  test_tls_peer_expect (ada, "-- The operator has banned you from this server.\n");
  test_tls_peer_expect_end (ada);
}

/* Who does not do it right. */

static void
test_plain_text (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = test_peer_connect (room->tls_port);
  g_autoptr (TestPeer) browser = test_peer_connect (room->tls_port);

  test_peer_send (ada, "Ada\nciao\n");
  test_peer_expect (ada, "-- This port speaks TLS only; come in with a client that does.\n");
  test_peer_expect_end (ada);
  test_peer_send (browser, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  test_peer_expect (browser, "HTTP/1.1 400 Bad Request\r\n");
  test_peer_expect_later (browser, "not a web server.\n");
  test_peer_expect_end (browser);
  g_assert_cmpint (stat_of (room, "tls-not-tls"), ==, 2);
  test_peer_expect_nothing (room->w, 50);
}

static void
test_tls_on_a_plain_port (Room *room, gconstpointer data)
{
  g_autoptr (TestTlsPeer) lost = test_tls_peer_new (room->server->port, 0);

  /* The server speaks first there, so the client gives up before the alert. */
  g_assert_cmpint (SSL_do_handshake (lost->ssl), <=, 0);
  test_peer_send (room->w, "all is well\n");
  test_peer_expect_later (room->w, ": all is well\n");
}

static void
test_old_client (Room *room, gconstpointer data)
{
  g_autoptr (TestTlsPeer) old = test_tls_peer_new (room->tls_port, TLS1_1_VERSION);

  g_assert_cmpint (SSL_do_handshake (old->ssl), <=, 0);
  wait_for_stat (room, "tls-failed", 1);
}

static void
test_browser (Room *room, gconstpointer data)
{
  g_autoptr (TestTlsPeer) browser = test_tls_peer_new (room->tls_port, 0);

  g_assert_cmpint (SSL_set_alpn_protos (browser->ssl, (const guint8 *) "\x02h2\x08http/1.1", 12),
                   ==, 0);
  g_assert_cmpint (SSL_do_handshake (browser->ssl), <=, 0);
  wait_for_stat (room, "tls-failed", 1);
}

/* Numbers. The shortest of several, because the machine may be busy. */

static gint64
shortest_entry_us (Room *room)
{
  gint64 shortest_us = G_MAXINT64;

  for (int i = 0; i < 10; i++)
    {
      gint64 began_us = g_get_monotonic_time ();
      g_autoptr (TestTlsPeer) peer = test_tls_peer_connect (room->tls_port);

      test_tls_peer_expect (peer, TEST_NAME_WANTED);
      shortest_us = MIN (shortest_us, g_get_monotonic_time () - began_us);
    }
  return shortest_us;
}

static void
test_silent_crowd (Room *room, gconstpointer data)
{
  TestTlsPeer *silent[150];
  TestTlsPeer *begun[150];
  gint64 alone_us = shortest_entry_us (room);
  gint64 crowded_us = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (silent); i++)
    {
      silent[i] = test_tls_peer_new (room->tls_port, 0);
      begun[i] = test_tls_peer_new (room->tls_port, 0);
      g_assert_cmpint (send (begun[i]->fd, "\x16\x03\x01\x02\x00\x01", 6, 0), ==, 6);
    }
  wait_for_stat (room, "tls-handshaking", 300);
  crowded_us = shortest_entry_us (room);
  g_test_message ("in the room after %.1f ms, with 300 others waiting after %.1f ms",
                  (double) alone_us / 1000, (double) crowded_us / 1000);
  /* Meanwhile the machine may have become a busy one; who waits for the others waits for as long
   * as they do. */
  g_assert_cmpint (crowded_us, <=, 10 * alone_us + 50 * 1000);
  for (gsize i = 0; i < G_N_ELEMENTS (silent); i++)
    {
      test_tls_peer_free (silent[i]);
      test_tls_peer_free (begun[i]);
    }
}

static void
test_thousand (Room *room, gconstpointer data)
{
  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (TestTlsPeer) peer = test_tls_peer_connect (room->tls_port);

      if (i % 100 == 0)
        test_tls_peer_expect (peer, TEST_NAME_WANTED);
    }
  /* With TLS 1.3 we are through when the server has our last word still to read. */
  wait_for_stat (room, "tls-handshakes", 1000);
  g_assert_cmpint (stat_of (room, "tls-failed"), ==, 0);
  wait_for_stat (room, "connections", 1); /* W */
  wait_for_stat (room, "tls-handshaking", 0);
}

/* Certificates. */

static char *
tls_file (Room *room, const char *name)
{
  return g_build_filename (room->server->folder->path, "salotto", "tls", name, NULL);
}

static void
openssl (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  int status = 0;

  (void) g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &said,
                       &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s", said);
}

static void
make_certificate (const char *file, const char *key, const char *days)
{
  const char *const argv[] = { "openssl",
                               "req",
                               "-x509",
                               "-newkey",
                               "ec",
                               "-pkeyopt",
                               "ec_paramgen_curve:P-256",
                               "-nodes",
                               "-subj",
                               "/CN=chat.example",
                               "-days",
                               days,
                               "-keyout",
                               key,
                               "-out",
                               file,
                               NULL };

  openssl (argv);
}

static void
test_own_certificate (Room *room, gconstpointer data)
{
  g_autofree char *file = tls_file (room, "certificate.pem");
  g_autofree char *key = tls_file (room, "key.pem");
  g_autofree char *said = test_server_control (room->server, "certificate");
  g_autofree char *fingerprint = NULL;
  g_autofree char *again = NULL;
  g_autoptr (TestTlsPeer) peer = test_tls_peer_connect (room->tls_port);
  g_autofree char *line = NULL;
  struct stat info;
  TestFolder *folder = room->server->folder;

  g_assert_cmpint (stat (file, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  g_assert_cmpint (stat (key, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  fingerprint = test_tls_peer_dup_fingerprint (peer);
  line = g_strdup_printf ("its fingerprint (SHA-256): %s\n", fingerprint);
  g_assert_nonnull (strstr (said, line));
  g_assert_nonnull (strstr (said, "signed by: itself\n"));
  g_assert_nonnull (strstr (said, "pin-sha256:"));
  wait_for_error (room, fingerprint);
  g_assert_cmpint (stat_of (room, "tls-certificate-days"), >=, 3649);

  /* It is the same after the next start. */
  test_server_stop (room->server);
  room->server->folder = NULL;
  test_server_free (room->server);
  test_peer_free (room->w);
  test_tls_peer_free (g_steal_pointer (&peer));
  open_room_in (room, folder);
  peer = test_tls_peer_connect (room->tls_port);
  again = test_tls_peer_dup_fingerprint (peer);
  g_assert_cmpstr (again, ==, fingerprint);
}

static void
configure (TestFolder *folder, const char *file, const char *key)
{
  g_autofree char *text = g_strdup_printf ("[tls]\ncertificate = %s\nkey = %s\n", file, key);

  test_folder_write (folder, "salotto/salottod.conf", text);
}

/* While twenty people talk, the certificate is replaced again and again: by a signal, and by
 * itself. Nobody is dropped, nothing is lost, and newcomers see the new one. */
static void
test_reload_under_load (void)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *file = test_folder_file (folder, "certificate.pem");
  g_autofree char *key = test_folder_file (folder, "key.pem");
  g_autofree char *seen = NULL;
  TestTlsPeer *people[20];
  Room room = { 0 };
  int said = 0;

  make_certificate (file, key, "90");
  configure (folder, file, key);
  open_room_in (&room, folder);
  for (gsize i = 0; i < G_N_ELEMENTS (people); i++)
    {
      g_autofree char *name = g_strdup_printf ("P%zu", i);

      people[i] = test_tls_peer_join (room.tls_port, name);
    }
  seen = test_tls_peer_dup_fingerprint (people[0]);
  for (int round = 0; round < 4; round++)
    {
      g_autofree char *new_file = g_strconcat (file, ".new", NULL);
      g_autofree char *new_key = g_strconcat (key, ".new", NULL);
      gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
      gboolean changed = FALSE;

      make_certificate (new_file, new_key, "90");
      g_assert_cmpint (rename (new_file, file), ==, 0);
      g_assert_cmpint (rename (new_key, key), ==, 0);
      if (round % 2 == 0)
        test_process_signal (room.server->process, SIGHUP);
      while (!changed)
        {
          g_autoptr (TestTlsPeer) newcomer = test_tls_peer_connect (room.tls_port);
          g_autofree char *now = test_tls_peer_dup_fingerprint (newcomer);
          g_autofree char *text = g_strdup_printf ("word %d\n", said++);

          changed = !g_str_equal (now, seen);
          if (changed)
            {
              g_free (seen);
              seen = g_steal_pointer (&now);
            }
          test_tls_peer_send (people[said % 20], text);
          for (gsize i = 0; i < G_N_ELEMENTS (people); i++)
            test_tls_peer_expect (people[i], text);
          g_assert_cmpint (g_get_monotonic_time (), <, until_us);
        }
    }
  for (gsize i = 0; i < G_N_ELEMENTS (people); i++)
    test_tls_peer_free (people[i]);
  close_room (&room, NULL);
}

/* What cannot be used takes the place of nothing, and is called by its name. */
static void
test_wrong_reloads (void)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *file = test_folder_file (folder, "certificate.pem");
  g_autofree char *key = test_folder_file (folder, "key.pem");
  g_autofree char *other = test_folder_file (folder, "other.pem");
  g_autofree char *other_key = test_folder_file (folder, "other-key.pem");
  g_autofree char *answer = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *fingerprint = NULL;
  g_autofree char *again = NULL;
  g_autoptr (TestTlsPeer) ada = NULL;
  g_autoptr (TestTlsPeer) eva = NULL;
  Room room = { 0 };

  make_certificate (file, key, "90");
  make_certificate (other, other_key, "90");
  configure (folder, file, key);
  open_room_in (&room, folder);
  ada = test_tls_peer_join (room.tls_port, "Ada");
  fingerprint = test_tls_peer_dup_fingerprint (ada);

  configure (folder, file, other_key);
  answer = test_server_control (room.server, "reload");
  wanted = g_strdup_printf ("%s: this key does not belong to the certificate in %s (in a file with "
                            "several certificates the server's own comes first)\n"
                            "nothing was changed\nerror\n",
                            other_key, file);
  g_assert_cmpstr (answer, ==, wanted);
  test_process_signal (room.server->process, SIGHUP);
  wait_for_error (&room, "nothing was changed: ");
  test_tls_peer_send (ada, "still here\n");
  test_tls_peer_expect (ada, ": still here\n");
  eva = test_tls_peer_connect (room.tls_port);
  again = test_tls_peer_dup_fingerprint (eva);
  g_assert_cmpstr (again, ==, fingerprint);
  close_room (&room, NULL);
}

static void
test_wrong_starts (void)
{
  static const struct
  {
    const char *certificate, *key; /* which of the files below */
    const char *said;
  } rows[] = {
    { "missing.pem", "key.pem", "missing.pem: No such file or directory" },
    { "certificate.pem", "missing.pem", "missing.pem: No such file or directory" },
    { "certificate.pem", "certificate.pem", "there is no private key in PEM form in this file" },
    { "certificate.pem", "other-key.pem", "this key does not belong to the certificate in " },
    { "key.pem", "key.pem", "there is no certificate in PEM form in this file" },
    { "weak.pem", "weak-key.pem", "weak.pem: this certificate cannot be used: ee key too small" },
  };
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *file = test_folder_file (folder, "certificate.pem");
  g_autofree char *key = test_folder_file (folder, "key.pem");
  g_autofree char *other = test_folder_file (folder, "other.pem");
  g_autofree char *other_key = test_folder_file (folder, "other-key.pem");
  g_autofree char *weak = test_folder_file (folder, "weak.pem");
  g_autofree char *weak_key = test_folder_file (folder, "weak-key.pem");
  const char *const make_weak[] = { "openssl", "req",   "-x509",    "-newkey", "rsa:1024",
                                    "-nodes",  "-subj", "/CN=weak", "-keyout", weak_key,
                                    "-out",    weak,    NULL };

  make_certificate (file, key, "90");
  make_certificate (other, other_key, "90");
  openssl (make_weak);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int check = 0; check < 2; check++)
      {
        const char *const argv[] = {
          test_program ("SALOTTOD"),       "--log", "memory", "--listen", "plains://127.0.0.1:0",
          check ? "--check-config" : NULL, NULL
        };
        g_autofree char *certificate = test_folder_file (folder, rows[i].certificate);
        g_autofree char *its_key = test_folder_file (folder, rows[i].key);
        g_autoptr (TestProcess) process = NULL;
        g_autofree char *errors = NULL;

        configure (folder, certificate, its_key);
        process = test_process_start (folder, argv, NULL);
        test_process_expect_exit (process, 4);
        errors = test_process_get_errors (process);
        if (strstr (errors, rows[i].said) == NULL)
          g_error ("no \"%s\" in: %s", rows[i].said, errors);
      }
}

/* IRC. */

/* A server with every kind of port, on which nothing but what is asked is configured. */
typedef struct
{
  TestServer *server;
  guint16 irc_port;
  guint16 ircs_port;
} Ircs;

static void
ircs_open (Ircs *ircs, TestFolder *folder)
{
  static const char *const options[] = { "--log",    "memory",
                                         "--listen", "plain://127.0.0.1:0",
                                         "--listen", "irc://127.0.0.1:0",
                                         "--listen", "ircs://127.0.0.1:0",
                                         NULL };

  ircs->server = test_server_start_in (folder, options, NULL);
  ircs->irc_port = take_port (ircs->server->process, " (irc)");
  ircs->ircs_port = take_port (ircs->server->process, " (ircs)");
}

static void
ircs_close (Ircs *ircs)
{
  test_server_stop (ircs->server);
  test_server_free (ircs->server);
}

static void
test_ircs (void)
{
  Ircs ircs;
  g_autoptr (TestPeer) w = NULL;
  g_autoptr (TestTlsPeer) ada = NULL;
  g_autoptr (TestTlsPeer) eva = NULL;

  ircs_open (&ircs, test_folder_new ());
  w = test_peer_join (ircs.server->port, "W");
  ada = test_tls_peer_connect (ircs.ircs_port);
  test_tls_peer_send (ada, "CAP LS 302\r\n");
  test_tls_peer_expect (ada, " sasl=SCRAM-SHA-256,PLAIN"); /* passwords are safe here */
  test_tls_peer_send (ada, "CAP END\r\nNICK Ada\r\nUSER ada 0 * :Ada\r\n");
  test_tls_peer_expect (ada, " 001 Ada ");
  g_assert_null (strstr (ada->received->str, " sts="));
  test_tls_peer_send (ada, "WHOIS Ada\r\n");
  test_tls_peer_expect (ada, " 671 Ada Ada ");
  test_tls_peer_send (ada, "JOIN #lobby\r\n");
  test_tls_peer_expect (ada, " 366 Ada #lobby ");
  test_tls_peer_send (ada, "PRIVMSG #lobby :ciao\r\n");
  test_peer_expect_later (w, ": ciao\n");
  test_peer_send (w, "ciao Ada\n");
  test_tls_peer_expect (ada, " PRIVMSG #lobby :ciao Ada\r\n");

  /* Half a command of a stream that was cut is nothing. */
  eva = test_tls_peer_connect (ircs.ircs_port);
  test_tls_peer_send (eva, "NICK Eva\r\nUSER eva 0 * :Eva\r\nJOIN #lobby\r\n");
  test_tls_peer_expect (eva, " 366 Eva #lobby ");
  test_tls_peer_send (eva, "PRIVMSG #lobby :whole\r\nPRIVMSG #lobby :I agr");
  g_assert_cmpint (shutdown (eva->fd, SHUT_WR), ==, 0);
  test_tls_peer_expect (ada, " PRIVMSG #lobby :whole\r\n:Eva!");
  test_tls_peer_expect (ada, " QUIT :");

  test_tls_peer_send (ada, "QUIT :bye\r\n");
  test_tls_peer_expect (ada, "ERROR :");
  test_tls_peer_expect (ada, "\r\n");
  test_tls_peer_expect_end (ada);
  ircs_close (&ircs);
}

static void
test_ircs_plain_text (void)
{
  Ircs ircs;
  g_autoptr (TestPeer) ada = NULL;
  g_autoptr (TestPeer) browser = NULL;

  ircs_open (&ircs, test_folder_new ());
  ada = test_peer_connect (ircs.ircs_port);
  test_peer_send (ada, "NICK Ada\r\nUSER ada 0 * :Ada\r\n");
  test_peer_expect_later (ada, "ERROR :Closing link: ");
  test_peer_expect_later (ada, "This port speaks TLS only");
  test_peer_expect_later (ada, "\r\n");
  test_peer_expect_end (ada);
  browser = test_peer_connect (ircs.ircs_port);
  test_peer_send (browser, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  test_peer_expect (browser, "HTTP/1.1 400 Bad Request\r\n");
  test_peer_expect_later (browser, "not a web server.\n");
  test_peer_expect_end (browser);
  ircs_close (&ircs);
}

/* Who shows a certificate may log in with it. */
static void
test_ircs_external (void)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *file = test_folder_file (folder, "mine.pem");
  g_autofree char *key = test_folder_file (folder, "mine-key.pem");
  g_autoptr (TestTlsPeer) ada = NULL;
  Ircs ircs;

  make_certificate (file, key, "90");
  ircs_open (&ircs, folder);
  ada = test_tls_peer_new (ircs.ircs_port, 0);
  g_assert_true (SSL_use_certificate_file (ada->ssl, file, SSL_FILETYPE_PEM));
  g_assert_true (SSL_use_PrivateKey_file (ada->ssl, key, SSL_FILETYPE_PEM));
  test_tls_peer_shake_hands (ada);
  test_tls_peer_send (ada, "CAP LS 302\r\n");
  test_tls_peer_expect (ada, " sasl=EXTERNAL,SCRAM-SHA-256,PLAIN");
  ircs_close (&ircs);
}

/* Where an authority has signed, and it is asked for, clients are told to come by TLS. */
static void
test_ircs_sts (void)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *ca = test_folder_file (folder, "ca.pem");
  g_autofree char *ca_key = test_folder_file (folder, "ca-key.pem");
  g_autofree char *file = test_folder_file (folder, "certificate.pem");
  g_autofree char *key = test_folder_file (folder, "key.pem");
  g_autofree char *request = test_folder_file (folder, "request.pem");
  g_autofree char *text = g_strdup_printf ("[tls]\ncertificate = %s\nkey = %s\n"
                                           "sts-seconds = 3600\n",
                                           file, key);
  const char *const ask[] = {
    "openssl", "req",   "-new",          "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
    "-nodes",  "-subj", "/CN=localhost", "-keyout", key,  "-out",     request,
    NULL
  };
  const char *const sign[] = { "openssl", "x509",   "-req", "-in",         request, "-CA",
                               ca,        "-CAkey", ca_key, "-set_serial", "7",     "-days",
                               "90",      "-out",   file,   NULL };
  g_autoptr (TestPeer) plain = NULL;
  g_autoptr (TestTlsPeer) tls = NULL;
  g_autofree char *port = NULL;
  Ircs ircs;

  make_certificate (ca, ca_key, "90");
  openssl (ask);
  openssl (sign);
  test_folder_write (folder, "salotto/salottod.conf", text);
  ircs_open (&ircs, folder);
  port = g_strdup_printf (" sts=port=%u", ircs.ircs_port);
  plain = test_peer_connect (ircs.irc_port);
  test_peer_send (plain, "CAP LS 302\r\n");
  test_peer_expect_later (plain, port);
  test_peer_send (plain, "CAP REQ :sts\r\n");
  test_peer_expect_later (plain, " NAK :sts");
  tls = test_tls_peer_connect (ircs.ircs_port);
  test_tls_peer_send (tls, "CAP LS 302\r\n");
  test_tls_peer_expect (tls, " sts=duration=3600");
  ircs_close (&ircs);
}

/* Programs of others. */

typedef struct
{
  const char *path;
  const char *argv[8]; /* PORT stands for the port, HOST:PORT for both */
} Program;

static const Program programs[] = {
  { "/net/tls/programs/s_client", { "openssl", "s_client", "-quiet", "-connect", "HOST:PORT" } },
  { "/net/tls/programs/socat", { "socat", "-t10", "-", "OPENSSL:HOST:PORT,verify=0" } },
  { "/net/tls/programs/ncat", { "ncat", "--ssl", "HOST", "PORT" } },
  { "/net/tls/programs/python",
    { "/usr/bin/python3", "-c",
      "import socket, ssl, sys, threading\n"
      "context = ssl.create_default_context()\n"
      "context.check_hostname = False\n"
      "context.verify_mode = ssl.CERT_NONE\n"
      "plain = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
      "room = context.wrap_socket(plain, server_hostname='localhost')\n"
      "def show():\n"
      "    while data := room.recv(1024):\n"
      "        print(data.decode(), end='', flush=True)\n"
      "threading.Thread(target=show).start()\n"
      "for line in sys.stdin:\n"
      "    room.sendall(line.encode())\n",
      "HOST", "PORT" } },
};

static void
test_program_of_others (gconstpointer data)
{
  const Program *program = data;
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) process = NULL;
  g_autofree char *port = NULL;
  Room room = { 0 };

  open_room (&room, NULL);
  port = g_strdup_printf ("%u", room.tls_port);
  for (gsize i = 0; program->argv[i] != NULL; i++)
    {
      g_autoptr (GString) word = g_string_new (program->argv[i]);

      g_string_replace (word, "HOST", "127.0.0.1", 0);
      g_string_replace (word, "PORT", port, 0);
      g_ptr_array_add (argv, g_string_free (g_steal_pointer (&word), FALSE));
    }
  g_ptr_array_add (argv, NULL);
  process = test_process_start (folder, (const char *const *) argv->pdata, NULL);
  test_expect_output (process, TEST_NAME_WANTED);
  test_process_write (process, "Ada\n" TEST_ACCENTS "\n");
  test_expect_output (process, ": " TEST_ACCENTS "\n");
  test_peer_expect_later (room.w, ": " TEST_ACCENTS "\n");
  test_peer_send (room.w, TEST_ACCENTS " too\n");
  test_expect_output (process, ": " TEST_ACCENTS " too\n");
  test_process_write (process, "quit\n");
  test_expect_output (process, TEST_GOODBYE);
  test_peer_expect_later (room.w, " has left this room.\n");
  test_process_end_input (process);
  g_assert_true (test_process_wait (process, TEST_PATIENCE_MS));
  close_room (&room, NULL);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Room *room, gconstpointer data);
  } rows[] = {
    { "one-room-for-all", test_one_room },
    { "first-words-are-heard", test_first_words },
    { "raw-peers-have-their-times", test_raw },
    { "who-ends-properly-has-said-everything", test_half_closed },
    { "last-words-come-with-the-end", test_last_words },
    { "half-a-line-of-a-cut-stream-is-nothing", test_cut_off },
    { "an-injection-ends-it", test_injection },
    { "reader-that-stops-is-dropped-alone", test_reader_that_stops },
    { "much-arrives-in-order", test_much },
    { "close-says-goodbye", test_close },
    { "who-may-not-come-in-is-told", test_banned },
    { "plain-text-gets-its-own-answer", test_plain_text },
    { "tls-on-a-plain-port-harms-nobody", test_tls_on_a_plain_port },
    { "old-versions-are-refused", test_old_client },
    { "browsers-are-refused", test_browser },
    { "a-silent-crowd-delays-nobody", test_silent_crowd },
    { "a-thousand-handshakes", test_thousand },
    { "own-certificate", test_own_certificate },
  };

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/net/tls/", rows[i].path, NULL);

      g_test_add (path, Room, NULL, open_room, rows[i].test, close_room);
    }
  g_test_add_func ("/net/tls/certificate/replaced-while-people-talk", test_reload_under_load);
  g_test_add_func ("/net/tls/certificate/a-wrong-one-replaces-nothing", test_wrong_reloads);
  g_test_add_func ("/net/tls/certificate/a-wrong-one-is-no-start", test_wrong_starts);
  g_test_add_func ("/net/tls/irc/a-conversation", test_ircs);
  g_test_add_func ("/net/tls/irc/plain-text-gets-its-own-answer", test_ircs_plain_text);
  g_test_add_func ("/net/tls/irc/a-certificate-may-log-in", test_ircs_external);
  g_test_add_func ("/net/tls/irc/clients-are-told-to-come-by-tls", test_ircs_sts);
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    g_test_add_data_func (programs[i].path, &programs[i], test_program_of_others);
  return g_test_run ();
}
