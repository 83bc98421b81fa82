/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When things die, stop or crawl: the server is killed while people talk, peers freeze
 * or send byte by byte, thousands are connected and do nothing. What somebody saw
 * confirmed must be in the log, once; and nobody pays for somebody else.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/base/sal-limits.h"
#include "tests/lib/test-pace.h"
#include "tests/lib/test-peer.h"

#define TALKERS 10
#define ROUNDS 10
#define SOAK_ROUNDS 100
#define IDLE 5000

/* How much memory slow readers may take together. A sanitizer keeps what is freed and more, so
 * nothing can be said there. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW_BYTES (G_MAXUINT64 / 2)
#else
#define SLOW_BYTES (G_GUINT64_CONSTANT (64) * 1024 * 1024)
#endif

/* How much the kernel may hold for one of them: what is allowed to wait there, a segment more
 * (they are large on this machine itself), and what is on its way. It would hold 2.5 MB. */
#define KERNEL_BYTES (4 * SAL_KERNEL_UNSENT_BYTES)

/* Somebody who says numbered things and waits for each to come back. */
typedef struct
{
  TestPeer *peer; /* (owned) */
  char *name;     /* (owned) */
  guint said;     /* the number said last */
} Talker;

static void
say_next (Talker *talker)
{
  g_autofree char *line = g_strdup_printf ("%s says %u\n", talker->name, ++talker->said);

  /* The server may be dead already; then this one was never confirmed. */
  (void) send (talker->peer->fd, line, strlen (line), MSG_NOSIGNAL);
}

/* Takes what has come; every message of one's own is a receipt. */
static void
take_receipts (Talker *talker, GHashTable *receipts)
{
  g_autofree char *own = g_strdup_printf ("> %s%s: ", talker->name, talker->peer->address);

  for (;;)
    {
      const GByteArray *received = talker->peer->received;
      g_autofree char *line = NULL;

      if (received->len == 0 || memchr (received->data, '\n', received->len) == NULL)
        return;
      line = test_peer_take_line (talker->peer);
      if (!g_str_has_prefix (line, own))
        continue;
      g_assert_true (g_hash_table_add (receipts, g_strdup (line + strlen (own))));
      say_next (talker);
    }
}

/* Until then, and on a busy machine until somebody has had a receipt. */
static void
talk_until (Talker *talkers, GHashTable *receipts, gint64 until_us)
{
  guint before = g_hash_table_size (receipts);
  gint64 patience_us = until_us + TEST_PATIENCE_MS * 1000;

  while (g_get_monotonic_time () < until_us ||
         (g_hash_table_size (receipts) == before && g_get_monotonic_time () < patience_us))
    {
      struct pollfd fds[TALKERS];

      for (guint i = 0; i < TALKERS; i++)
        fds[i] = (struct pollfd){ .fd = talkers[i].peer->fd, .events = POLLIN };
      if (poll (fds, TALKERS, 10) <= 0)
        continue;
      for (guint i = 0; i < TALKERS; i++)
        if (fds[i].revents != 0 && test_peer_read (talkers[i].peer, 0))
          take_receipts (&talkers[i], receipts);
    }
}

/* How often each text is in the log. */
static GHashTable *
read_log (const char *path)
{
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  /* A disk that forgets may have forgotten the table too. */
  (void) sqlite3_prepare_v2 (
      db, "SELECT text, count(*) FROM entry WHERE kind = 'message' GROUP BY text", -1, &statement,
      NULL);
  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    g_hash_table_insert (counts, g_strdup ((const char *) sqlite3_column_text (statement, 0)),
                         GINT_TO_POINTER (sqlite3_column_int (statement, 1)));
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return counts;
}

/* Returns how many confirmed messages are missing. None may be there twice. */
static guint
check_log (TestFolder *folder, GHashTable *receipts)
{
  g_autofree char *path = test_folder_file (folder, "salotto/rooms.db");
  g_autoptr (GHashTable) counts = read_log (path);
  GHashTableIter iter;
  gpointer text = NULL;
  gpointer count = NULL;
  guint missing = 0;

  g_hash_table_iter_init (&iter, receipts);
  while (g_hash_table_iter_next (&iter, &text, NULL))
    missing += !g_hash_table_contains (counts, text);
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &text, &count))
    if (GPOINTER_TO_INT (count) != 1)
      g_error ("“%s” is in the log %d times", (char *) text, GPOINTER_TO_INT (count));
  return missing;
}

typedef struct
{
  const char *program; /* environment variable */
  const char *synchronous;
  gboolean loses; /* the configuration promises less */
} Death;

/* Ten people talk; the server is killed in the middle of it, and started again, many
 * times over the same log. */
static void
test_killed (gconstpointer data)
{
  const Death *death = data;
  g_autofree char *config = g_strdup_printf ("[log]\nsynchronous = %s\n", death->synchronous);
  TestFolder *folder = test_folder_new ();
  g_autoptr (GHashTable) receipts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint rounds = g_test_slow () ? SOAK_ROUNDS : ROUNDS;
  guint before = 0;
  guint missing = 0;

  test_folder_write (folder, "salotto/salottod.conf", config);
  for (guint round = 0; round < rounds; round++)
    {
      const char *const argv[] = { test_program (death->program), "--listen", "plain://127.0.0.1:0",
                                   NULL };
      TestServer *server =
          test_server_start_process (folder, test_process_start (folder, argv, NULL));
      Talker talkers[TALKERS] = { 0 };
      gint64 until_us = 0;

      for (guint i = 0; i < TALKERS; i++)
        {
          talkers[i].name = g_strdup_printf ("T%u_%u", round, i);
          talkers[i].peer = test_peer_join (server->port, talkers[i].name);
        }
      until_us = g_get_monotonic_time () + g_test_rand_int_range (20, 250) * 1000;
      for (guint i = 0; i < TALKERS; i++)
        for (guint in_flight = 0; in_flight < 4; in_flight++)
          say_next (&talkers[i]);
      talk_until (talkers, receipts, until_us);
      /* On a busy machine nothing may have come back by then. */
      while (g_hash_table_size (receipts) == before)
        talk_until (talkers, receipts, g_get_monotonic_time () + 10 * G_TIME_SPAN_MILLISECOND);
      test_process_signal (server->process, SIGKILL);
      g_assert_true (test_process_wait (server->process, TEST_PATIENCE_MS));
      for (guint i = 0; i < TALKERS; i++)
        {
          /* What the kernel still delivers was shown, so it counts. */
          while (test_peer_read (talkers[i].peer, TEST_PATIENCE_MS))
            ;
          take_receipts (&talkers[i], receipts);
          test_peer_free (talkers[i].peer);
          g_free (talkers[i].name);
        }
      server->folder = NULL;
      test_server_free (server);
      missing = check_log (folder, receipts);
      if (!death->loses)
        g_assert_cmpuint (missing, ==, 0);
      g_assert_cmpuint (g_hash_table_size (receipts), >, before);
      before = g_hash_table_size (receipts);
    }
  g_assert_cmpint (missing > 0, ==, death->loses);
  test_folder_free (folder);
}

/* The room goes on for W and a second person. */
static void
expect_undisturbed (TestPeer *w, TestPeer *other, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *end = g_strconcat (": ", line, NULL);

  test_peer_send (w, line);
  test_peer_expect_later (w, end);
  test_peer_expect_later (other, end);
}

static void
test_frozen_peer (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autoptr (TestPeer) x = test_peer_join (server->port, "X");
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", server->port);
  const char *const argv[] = {
    test_program ("SALOTTO_CLI"), "tail", "--name", "Frozen", address, NULL
  };
  g_autoptr (TestProcess) frozen = test_process_start (server->folder, argv, NULL);

  test_peer_expect_later (w, "has come into the chat room.\n"); /* X */
  test_peer_expect_later (w, "has come into the chat room.\n"); /* Frozen */
  test_process_signal (frozen, SIGSTOP);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *text = g_strdup_printf ("while it is frozen %u", i);

      expect_undisturbed (w, x, text);
    }
  test_process_signal (frozen, SIGCONT);
  g_assert_true (
      test_process_wait_for_output (frozen, ": while it is frozen 199\n", TEST_PATIENCE_MS));
  test_process_signal (frozen, SIGTERM);
  test_process_expect_exit (frozen, 0);
  test_server_finish (server);
}

static void
test_byte_by_byte (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autoptr (TestPeer) slow = test_peer_join (server->port, "Slow");

  test_peer_expect_later (w, "has come into the chat room.\n");
  for (const char *at = "ci\xc3\xa8"; *at != '\0'; at++)
    {
      test_peer_send_bytes (slow, at, 1);
      expect_undisturbed (w, slow, "meanwhile");
      g_usleep (G_USEC_PER_SEC / 10);
    }
  test_peer_send (slow, "\n");
  test_peer_expect_later (w, ": ci\xc3\xa8\n");
  test_server_finish (server);
}

/* How many lines of a paste have come; what was counted is thrown away. */
static guint
count_lines (TestPeer *peer)
{
  const guint8 *at = peer->received->data;
  const guint8 *end = at + peer->received->len;
  guint lines = 0;

  for (const guint8 *newline = NULL;
       at < end && (newline = memchr (at, '\n', (gsize) (end - at))) != NULL; at = newline + 1)
    lines += memmem (at, (gsize) (newline - at), ": paste ", 8) != NULL;
  if (at > peer->received->data)
    g_byte_array_remove_range (peer->received, 0, (guint) (at - peer->received->data));
  return lines;
}

/* Somebody pastes more than any queue holds, and faster than anybody reads: those who
 * read get all of it and are not thrown out for it. */
static void
test_paste (void)
{
  enum
  {
    READERS = 10,
    LINES = 3000
  };
  TestServer *server = test_server_start (NULL);
  TestPeer *peers[READERS + 1];
  guint lines[READERS + 1] = { 0 };
  g_autoptr (GString) paste = g_string_new (NULL);
  g_autofree char *filling = g_strnfill (2000, 'x');
  gsize sent = 0;
  guint done = 0;

  for (guint i = 0; i <= READERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("P%u", i);

      peers[i] = test_peer_join_narrow (server->port, name, 16 * 1024);
    }
  for (guint i = 0; i < LINES; i++)
    g_string_append_printf (paste, "paste %u %s\n", i, filling);
  while (done <= READERS)
    {
      struct pollfd writable = { .fd = sent < paste->len ? peers[0]->fd : -1, .events = POLLOUT };

      /* Nobody reads before the server has stopped listening to the paste. */
      if (poll (&writable, 1, 20) > 0)
        {
          ssize_t n = send (peers[0]->fd, paste->str + sent, paste->len - sent,
                            MSG_DONTWAIT | MSG_NOSIGNAL);

          g_assert_cmpint (n, >, 0);
          sent += (gsize) n;
          continue;
        }
      done = 0;
      for (guint i = 0; i <= READERS; i++)
        {
          while (test_peer_read (peers[i], 0))
            ;
          g_assert_false (peers[i]->ended);
          lines[i] += count_lines (peers[i]);
          done += lines[i] == LINES;
        }
    }
  for (guint i = 0; i <= READERS; i++)
    test_peer_free (peers[i]);
  test_server_finish (server);
}

/* Somebody who reads all the time, but slowly: their kernel takes the bytes of a server whose
 * own kernel has enough of them for a long time. */
static void
test_slow_and_steady (void)
{
  enum
  {
    LINES = 3000
  };
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autoptr (TestPeer) slow = test_peer_join_narrow (server->port, "Slow", 16 * 1024);
  g_autoptr (GString) paste = g_string_new (NULL);
  g_autofree char *filling = g_strnfill (2000, 'x');
  gsize sent = 0;
  guint lines = 0;
  guint own = 0;
  gint64 read_us = g_get_monotonic_time ();

  for (guint i = 0; i < LINES; i++)
    g_string_append_printf (paste, "paste %u %s\n", i, filling);
  while (own < LINES)
    {
      struct pollfd poll_fd = { .fd = w->fd, .events = POLLIN | (sent < paste->len ? POLLOUT : 0) };
      ssize_t n = 0;

      g_assert_cmpint (poll (&poll_fd, 1, TEST_PATIENCE_MS), >, 0);
      if (poll_fd.revents & POLLOUT)
        n = send (w->fd, paste->str + sent, paste->len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      sent += n > 0 ? (gsize) n : 0;
      (void) test_peer_read (w, 0);
      own += count_lines (w);
      if (g_get_monotonic_time () < read_us + 200 * G_TIME_SPAN_MILLISECOND)
        continue;
      read_us = g_get_monotonic_time (); /* the paste may take its time on a busy machine */
      (void) test_peer_read (slow, 0);
      lines += count_lines (slow);
    }
  /* Longer than somebody is given who reads nothing. */
  for (gint64 until_us = g_get_monotonic_time () + 2 * SAL_LAG_US + G_USEC_PER_SEC;
       g_get_monotonic_time () < until_us;)
    {
      (void) test_peer_read (slow, 0);
      lines += count_lines (slow);
      g_usleep (200 * 1000);
    }
  while (lines < LINES)
    {
      g_assert_true (test_peer_read (slow, TEST_PATIENCE_MS));
      lines += count_lines (slow);
    }
  test_server_finish (server);
}

static guint64
stat_of (TestServer *server, const char *name)
{
  g_autofree char *stats = test_server_control (server, "stats");
  const char *at = strstr (stats, name);

  g_assert_nonnull (at);
  return g_ascii_strtoull (at + strlen (name), NULL, 10);
}

static guint64
resident_bytes (const TestServer *server)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", (int) server->process->pid);
  g_autofree char *text = NULL;
  char *at = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  (void) g_ascii_strtoull (text, &at, 10);
  return g_ascii_strtoull (at, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
}

static void
assert_is_told (TestPeer *slow)
{
  while (test_peer_read (slow, TEST_PATIENCE_MS))
    ;
  g_assert_true (slow->ended || slow->reset);
  if (!slow->reset)
    {
      const guint8 *bytes = slow->received->data;
      gsize len = slow->received->len;

      g_assert_cmpuint (len, >, 200);
      g_assert_nonnull (memmem (bytes + len - 200, 200, "limit send-", strlen ("limit send-")));
    }
}

/* How many of the first STOPPED of S0, S1 ... are still in the room. Counting whoever was put
 * out would not do: one who reads a kilobyte a second may be among them, as its kernel tells
 * ours of it in jumps only. */
static guint
count_stopped (TestServer *server, guint stopped)
{
  g_autofree char *who = test_server_control (server, "who");
  g_auto (GStrv) lines = g_strsplit (who, "\n", -1);
  guint count = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint number = 0;

      count += sscanf (lines[i], "S%u ", &number) == 1 && number < stopped;
    }
  return count;
}

static guint16
own_port (const TestPeer *peer)
{
  struct sockaddr_in6 address = { 0 };
  socklen_t len = sizeof address;

  g_assert_no_errno (getsockname (peer->fd, (struct sockaddr *) &address, &len));
  return ntohs (address.sin6_port); /* at the same place in both families */
}

/* How many bytes the server's kernel holds for @peer; 0 if that connection is gone. */
static guint64
kernel_holds (const TestServer *server, const TestPeer *peer)
{
  static const char *const tables[] = { "/proc/net/tcp", "/proc/net/tcp6" };
  guint16 remote = own_port (peer);

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *table = NULL;
      g_auto (GStrv) lines = NULL;

      if (!g_file_get_contents (tables[i], &table, NULL, NULL))
        continue; /* no IPv6 here */
      lines = g_strsplit (table, "\n", -1);
      for (guint n = 1; lines[n] != NULL; n++)
        {
          guint here = 0;
          guint there = 0;
          guint state = 0;
          guint unacked = 0;

          if (sscanf (lines[n], " %*u: %*[0-9A-F]:%X %*[0-9A-F]:%X %X %X:", &here, &there, &state,
                      &unacked) == 4 &&
              here == server->port && there == remote)
            return unacked;
        }
    }
  return 0;
}

/* Some read nothing, others a kilobyte a second: those who read get everything at once, what
 * waits is bounded, in the kernel as well, and who reads nothing is told so and goes. */
static void
test_slow_readers (void)
{
  enum
  {
    STOPPED = 4,
    SLOW = 8,
    READERS = 9,
    LINES = 50,
    STALL_S = 4,
  };
  static const char *const options[] = { "--log", "memory", NULL };
  TestFolder *folder = test_folder_new ();
  TestServer *server = NULL;
  TestPeer *slow[SLOW];
  TestPeer *readers[READERS];
  g_autoptr (GString) paste = g_string_new (NULL);
  g_autofree char *filling = g_strnfill (2000, 'x');
  g_autofree char *config =
      g_strdup_printf ("[limits]\nsend-queue-bytes = 65536\nsend-stall-seconds = %d\n"
                       "messages-per-second = 100000\nmessage-burst = 100000\n",
                       STALL_S);
  guint64 before = 0;
  guint64 held = 0;
  gint64 trickle_us = 0;
  gint64 longest_us = 0;

  test_folder_write (folder, "salotto/salottod.conf", config);
  server = test_server_start_in (folder, options, NULL);
  for (guint i = 0; i < SLOW; i++)
    {
      g_autofree char *name = g_strdup_printf ("S%u", i);

      slow[i] = test_peer_join_narrow (server->port, name, 4096);
    }
  for (guint i = 0; i < READERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("R%u", i);

      readers[i] = test_peer_join (server->port, name);
    }
  for (guint i = 0; i < LINES; i++)
    g_string_append_printf (paste, "paste %u %s\n", i, filling);
  before = resident_bytes (server);

  g_assert_cmpuint (count_stopped (server, STOPPED), ==, STOPPED);
  while (count_stopped (server, STOPPED) > 0)
    {
      guint lines[READERS] = { 0 };
      guint done = 0;
      gint64 begun_us = g_get_monotonic_time ();

      test_peer_send (readers[0], paste->str);
      while (done < READERS)
        {
          done = 0;
          for (guint i = 0; i < READERS; i++)
            {
              if (lines[i] < LINES)
                g_assert_true (test_peer_read (readers[i], TEST_PATIENCE_MS));
              lines[i] += count_lines (readers[i]);
              done += lines[i] == LINES;
            }
        }
      longest_us = MAX (longest_us, g_get_monotonic_time () - begun_us);
      /* What waits, of which the kernel has no part, and what the allocator keeps of it. */
      g_assert_cmpuint (resident_bytes (server), <, before + SLOW_BYTES);
      if (g_get_monotonic_time () - trickle_us < 250 * G_TIME_SPAN_MILLISECOND)
        continue;
      trickle_us = g_get_monotonic_time ();
      for (guint i = 0; i < STOPPED; i++)
        held = MAX (held, kernel_holds (server, slow[i]));
      for (guint i = STOPPED; i < SLOW; i++)
        {
          char bytes[256];

          (void) recv (slow[i]->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        }
    }
  /* A server that waits for them does so until it drops them. */
  g_test_message ("a round took %" G_GINT64_FORMAT " ms at most", longest_us / 1000);
  g_assert_cmpint (longest_us, <, STALL_S * G_USEC_PER_SEC);
  g_assert_cmpuint (stat_of (server, "\ndropped-slow "), >=, STOPPED);
  g_assert_cmpuint (held, >, 0);
  g_assert_cmpuint (held, <, KERNEL_BYTES);
  for (guint i = 0; i < STOPPED; i++)
    assert_is_told (slow[i]);
  for (guint i = 0; i < SLOW; i++)
    test_peer_free (slow[i]);
  for (guint i = 0; i < READERS; i++)
    test_peer_free (readers[i]);
  test_server_finish (server);
}

static void
allow_many_descriptors (void)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

static void
test_many_idle (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (GPtrArray) idle = g_ptr_array_new_with_free_func ((GDestroyNotify) test_peer_free);
  g_autoptr (TestPeer) w = NULL;
  g_autoptr (TestPeer) x = NULL;
  g_autofree char *stats = NULL;
  g_autofree char *count = NULL;

  allow_many_descriptors ();
  for (guint i = 0; i < IDLE; i++)
    g_ptr_array_add (idle, test_peer_connect (server->port));
  w = test_peer_join (server->port, "W");
  x = test_peer_join (server->port, "X");
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *text = g_strdup_printf ("among thousands %u", i);

      expect_undisturbed (w, x, text);
    }
  for (guint i = 0; i < idle->len; i++)
    test_peer_expect ((TestPeer *) idle->pdata[i], TEST_GREETING TEST_NAME_WANTED);
  stats = test_server_control (server, "stats");
  count = g_strdup_printf ("\nconnections                      %u\n", IDLE + 2);
  g_assert_nonnull (strstr (stats, count));
  test_server_finish (server);
}

int
main (int argc, char **argv)
{
  static const Death process = { "SALOTTOD", "full", FALSE };
  static const Death process_normal = { "SALOTTOD", "normal", FALSE };
  static const Death machine = { "SALOTTOD_FORGETFUL", "full", FALSE };
  static const Death machine_normal = { "SALOTTOD_FORGETFUL", "normal", TRUE };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/net/faults/process-dies-and-nothing-is-lost", &process, test_killed);
  g_test_add_data_func ("/net/faults/process-dies-and-nothing-is-lost-without-sync",
                        &process_normal, test_killed);
  g_test_add_data_func ("/net/faults/machine-dies-and-nothing-is-lost", &machine, test_killed);
  g_test_add_data_func ("/net/faults/machine-dies-and-this-test-notices-a-missing-sync",
                        &machine_normal, test_killed);
  g_test_add_func ("/net/faults/frozen-peer-disturbs-nobody", test_frozen_peer);
  g_test_add_func ("/net/faults/byte-by-byte-disturbs-nobody", test_byte_by_byte);
  g_test_add_func ("/net/faults/paste-throws-nobody-out", test_paste);
  /* The build runs this one by itself: it takes its time, and no processor. */
  g_test_add_func ("/net/faults-waits/slow-and-steady-stays", test_slow_and_steady);
  g_test_add_func ("/net/faults/slow-readers-hold-nobody-up", test_slow_readers);
  g_test_add_func ("/net/faults/thousands-who-do-nothing", test_many_idle);
  return test_pace_run ();
}
