/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What lasts: a room whose server goes and comes back, messages on their way while a
 * process is killed, what was typed and not sent. Nothing is lost, nothing is sent twice,
 * and what is not known is said to be not known.
 */
#include "config.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/gtk/gtk-driver.h"

/* An upper bound for what has to happen promptly: the second that the rules allow, and
 * what a busy machine adds. */
#define PROMPTLY_US (5 * G_USEC_PER_SEC)

/* Everything that is said from now on until somebody says @last; how often @text was
 * among it. */
static guint
count_until (TestPeer *peer, const char *text, const char *last)
{
  guint n = 0;

  for (;;)
    {
      g_autofree char *line = test_peer_take_line (peer);

      g_assert_nonnull (line);
      if (strstr (line, last) != NULL)
        return n;
      n += strstr (line, text) != NULL ? 1 : 0;
    }
}

static void
test_server_killed (void)
{
  g_autoptr (TestServer) server = test_server_start_with_log (test_folder_new (), 0);
  g_autoptr (TestServer) next = NULL;
  g_autoptr (TestPeer) eva = NULL;
  guint16 port = server->port;
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, port);
  TestFolder *kept = NULL;

  driver_say (app, "before");
  test_app_expect_row (app, "Messages", "before", "Delivered");
  kept = test_server_kill (server);
  test_app_expect_label (app, "Connection", "Not connected: ");
  test_app_expect_label (app, "Connection", "Next try in ");
  driver_say (app, "meanwhile");
  test_app_expect_row (app, "Messages", "meanwhile", "Waiting to be sent");

  next = test_server_start_with_log (kept, port);
  eva = test_peer_join (port, "Eva");
  test_app_expect_row (app, "Messages", "meanwhile", "Delivered");
  test_app_expect_gone (app, NULL, "Connection");
  driver_say (app, "afterwards");
  g_assert_cmpuint (count_until (eva, ": meanwhile", ": afterwards"), <=, 1);
  test_app_expect_row (app, "Messages", "afterwards", "Delivered");
  test_app_expect_rows (app, "Messages", 1, "meanwhile");
  test_app_expect_rows (app, "Messages", 1, "before");
}

/* A place where nobody listens yet. */
static int
make_door (guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &address, &len));
  *port = ntohs (address.sin_port);
  return fd;
}

/* Such a wait is long enough to tell whether it was cut short, and what a label says of it may be
 * a second old and is rounded up. */
#define LONG_WAIT_S 8
#define LABEL_S 2
/* A busy machine may sleep through that; then nothing is proved, and it begins anew. */
#define TRIES 5

/* A window that has tried so often that it waits for long: each wait is longer than the one
 * before, and the fifth surely is as long as this.
 * Returns: the moment until which it surely does not try by itself. */
static gint64
wait_for_long (TestApp *app)
{
  static const char next[] = "Next try in ";
  gint64 asked_us = 0;
  gint64 left_s = 0;

  while (left_s < LONG_WAIT_S)
    {
      g_autofree char *text = NULL;
      const char *found = NULL;

      asked_us = g_get_monotonic_time ();
      text = test_app_get_text (app, NULL, "Connection");
      found = text != NULL ? strstr (text, next) : NULL;
      left_s = found != NULL ? g_ascii_strtoll (found + strlen (next), NULL, 10) : 0;
      g_assert_false (test_process_wait (app->process, 0));
      if (left_s < LONG_WAIT_S)
        g_usleep (TEST_LOOK_AGAIN_US);
    }
  return asked_us + (left_s - LABEL_S) * G_USEC_PER_SEC;
}

/* Somebody knocks, and is not let in. */
static void
expect_knock (int door)
{
  struct pollfd poll_fd = { .fd = door, .events = POLLIN };

  g_assert_cmpint (poll (&poll_fd, 1, TEST_PATIENCE_MS), ==, 1);
  close (accept4 (door, NULL, NULL, SOCK_CLOEXEC));
}

/* Whether a window that waits for its next try does not wait any longer when @hurry has been
 * done: it knocks before it would have by itself. */
static void
expect_hurry (TestApp *app, int door, void (*hurry) (TestApp *app))
{
  for (int i = 0; i < TRIES; i++)
    {
      gint64 until_us = wait_for_long (app);

      g_assert_no_errno (listen (door, 1));
      hurry (app);
      expect_knock (door);
      if (g_get_monotonic_time () < until_us)
        return;
    }
  g_error ("%d times it did not try before its time", TRIES);
}

static void
try_now (TestApp *app)
{
  test_app_press (app, "Try now");
}

static void
wake_up (TestApp *app)
{
  test_desktop_sleep_and_wake ();
}

/* The next try need not be waited for; and a machine that wakes up does not wait for it: the
 * clock for that stood still while it slept. */
static void
test_next_try (void)
{
  guint16 port = 0;
  int door = make_door (&port);
  g_autofree char *uri = driver_uri (port, NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  expect_hurry (app, door, try_now);
  expect_hurry (app, door, wake_up);
  close (door);
}

/* SIGKILL for the window, while a message waits for a server that is not there. */
static void
test_client_killed_with_a_queued_message (void)
{
  g_autoptr (TestServer) server = test_server_start_with_log (test_folder_new (), 0);
  g_autoptr (TestServer) next = NULL;
  g_autoptr (TestPeer) eva = NULL;
  guint16 port = server->port;
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, port);
  TestFolder *kept = test_server_kill (server);

  test_app_expect_label (app, "Connection", "Not connected: ");
  driver_say (app, "from before the crash");
  test_app_expect_row (app, "Messages", "from before the crash", "Waiting to be sent");
  test_app_kill (app);
  test_app_free (g_steal_pointer (&app));

  next = test_server_start_with_log (kept, port);
  eva = test_peer_join (port, "Eva");
  app = driver_enter (folder, port);
  test_app_expect_row (app, "Messages", "from before the crash", "Delivered");
  driver_say (app, "and after it");
  g_assert_cmpuint (count_until (eva, ": from before the crash", ": and after it"), ==, 1);
  test_app_expect_rows (app, "Messages", 1, "from before the crash");
}

/* A server that takes everything and says nothing. */
static void
test_server_stopped (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_process_signal (server->process, SIGSTOP);
  driver_say (app, "is somebody there?");
  test_app_expect_row (app, "Messages", "is somebody there?", "Sent");
  test_app_expect_rows (app, "Messages", 0, "is somebody there?", "Delivered");
  test_process_signal (server->process, SIGCONT);
  test_app_expect_row (app, "Messages", "is somebody there?", "Delivered");
}

/* Sent to a server of ours that was killed before it could say that it has it: it is sent again
 * to the next one, which knows whether it has it already. */
static void
test_sent_again (void)
{
  g_autoptr (TestServer) server = test_server_start_with_log (test_folder_new (), 0);
  g_autoptr (TestServer) next = NULL;
  g_autoptr (TestPeer) eva = NULL;
  guint16 port = server->port;
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, port);
  TestFolder *kept = NULL;

  test_process_signal (server->process, SIGSTOP);
  driver_say (app, "once and only once");
  test_app_expect_row (app, "Messages", "once and only once", "Sent");
  kept = test_server_kill (server);
  test_app_expect_rows (app, "Rooms", 0, ", connected");

  next = test_server_start_with_log (kept, port);
  eva = test_peer_join (port, "Eva");
  test_app_expect_row (app, "Messages", "once and only once", "Delivered");
  driver_say (app, "afterwards");
  g_assert_cmpuint (count_until (eva, ": once and only once", ": afterwards"), <=, 1);
  test_app_expect_rows (app, "Messages", 1, "once and only once");
}

/* The window in a room of lines that is played by hand. */
static TestApp *
enter_lines (const TestFolder *folder, Stage *stage)
{
  g_autofree char *uri = driver_uri (stage->port, NULL);
  TestApp *app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  stage_let_in (stage);
  test_peer_send (stage->client, "Good evening.\n");
  test_peer_expect (stage->client, "Ada\n");
  test_app_expect_row (app, "Rooms", ", connected");
  return app;
}

/* What has become of a message is shown in the next frame, after its room's state. */
#define FRAME_US (2 * G_USEC_PER_SEC)

/* Whether the connection broke before a busy machine had taken five seconds for it: what comes
 * back by then is waited for no longer, and is "Sent" for good. */
static gboolean
becomes_unknown (TestApp *app, const char *text)
{
  const char *const unknown[] = { text, "May not have arrived", NULL };
  gint64 until_us = g_get_monotonic_time () + FRAME_US;

  while (test_app_count_rows (app, "Messages", unknown) == 0)
    if (g_get_monotonic_time () > until_us)
      return FALSE;
  return TRUE;
}

/* Sent to a server of somebody else, which goes: nobody knows, so it is not sent again by
 * itself. */
static void
test_unknown (void)
{
  g_autoptr (Stage) stage = stage_new ();
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = enter_lines (folder, stage);
  gboolean unknown = FALSE;

  for (int i = 0; i < TRIES && !unknown; i++)
    {
      g_autofree char *text = g_strdup_printf ("perhaps %d", i);
      g_autofree char *line = g_strconcat (text, "\n", NULL);

      driver_say (app, text);
      test_peer_expect (stage->client, line);
      test_peer_close (stage->client);
      unknown = becomes_unknown (app, text);
      stage_let_in (stage);
      test_peer_send (stage->client, "Good evening.\n");
      test_peer_expect (stage->client, "Ada\n");
      test_app_expect_row (app, "Rooms", ", connected");
    }
  g_assert_true (unknown);
  driver_say (app, "certainly");
  test_peer_expect (stage->client, "certainly\n");
  test_app_expect_row (app, "Messages", "perhaps", "May not have arrived");
}

/* SIGKILL for the window between sending and the answer: the next one sends it again, and the
 * room has it once. */
static void
test_client_killed_after_sending (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_process_signal (server->process, SIGSTOP);
  driver_say (app, "on its way");
  test_app_expect_row (app, "Messages", "on its way", "Sent");
  test_app_kill (app);
  test_app_free (g_steal_pointer (&app));
  test_process_signal (server->process, SIGCONT);

  app = driver_enter (folder, server->port);
  test_app_expect_row (app, "Messages", "on its way", "Delivered");
  driver_say (app, "back again");
  g_assert_cmpuint (count_until (eva, ": on its way", ": back again"), ==, 1);
}

/* A server that says no, and why; then it can be sent again. */
static void
test_refused_message (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *mute = NULL;
  g_autofree char *unmute = NULL;

  mute = test_server_control (server, "mute Ada");
  g_assert_true (g_str_has_suffix (mute, "ok\n"));
  driver_say (app, "may I?");
  test_app_expect_row (app, "Messages", "may I?", "Not sent");
  unmute = test_server_control (server, "unmute Ada");
  g_assert_true (g_str_has_suffix (unmute, "ok\n"));
  app->looks_into_rows = TRUE;
  test_app_press (app, "Not sent");
  test_app_press (app, "Send again");
  test_app_expect_row (app, "Messages", "may I?", "Delivered");
  test_app_expect_rows (app, "Messages", 0, "Not sent");
}

/* Leaving. */

/* The window in the room of a server that has no lines, and is played by hand. */
static TestApp *
enter_unframed (const TestFolder *folder, Stage *stage)
{
  g_autofree char *uri = driver_uri (stage->port, NULL);
  TestApp *app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  for (;;)
    {
      stage_let_in (stage);
      test_peer_send (stage->client, "Your name?");
      test_peer_expect (stage->client, "Ada");
      test_peer_send (stage->client, "Good evening, Ada");
      test_app_expect_row (app, "Rooms", ", connected");
      if (stage->client->received->len == 0 && !test_peer_read (stage->client, 0))
        return app;
      /* On a busy machine our answer came so late that a newline was tried (rule C2), and
       * this is a room of lines. Once more. */
      test_peer_close (stage->client);
    }
}

/* What the other end sees of a window that is closed, in this order. What was not sent
 * is there at the next start. */
static void
test_window_closed (void)
{
  g_autoptr (Stage) stage = stage_new ();
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = enter_unframed (folder, stage);

  test_app_write (app, "Message", "half a sen");
  test_app_focus (app);
  test_desktop_close_window ();
  test_peer_expect (stage->client, "quit");
  test_peer_send (stage->client, "Bye");
  test_peer_half_close (stage->client);
  test_peer_expect_end (stage->client);
  test_app_expect_end (app);
  test_app_free (g_steal_pointer (&app));

  app = enter_unframed (folder, stage);
  test_app_expect_text (app, "Message", "half a sen");
}

/* Where lines are, the word might be taken for a message: the end says enough. */
static void
test_window_closed_in_a_room_of_lines (void)
{
  g_autoptr (Stage) stage = stage_new ();
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *uri = driver_uri (stage->port, NULL);
  g_autoptr (TestApp) app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  stage_let_in (stage);
  test_peer_send (stage->client, "Good evening.\n");
  test_peer_expect (stage->client, "Ada\n");
  test_app_expect_row (app, "Rooms", ", connected");
  test_app_focus (app);
  test_desktop_close_window ();
  test_peer_expect_end (stage->client);
  test_peer_close (stage->client);
  test_app_expect_end (app);
}

/* How long it takes to close the window in the room of a server that never lets go. */
static gint64
measure_end (void)
{
  g_autoptr (Stage) stage = stage_new ();
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = enter_unframed (folder, stage);
  gint64 since_us = 0;
  gint64 end_us = 0;

  test_app_focus (app);
  since_us = g_get_monotonic_time ();
  test_desktop_close_window ();
  test_app_expect_end (app);
  end_us = g_get_monotonic_time ();
  test_peer_expect (stage->client, "quit");
  return end_us - since_us;
}

/* Nobody waits for it longer than a second. */
static void
test_server_never_closes (void)
{
  gboolean promptly = FALSE;

  for (int i = 0; i < TRIES && !promptly; i++)
    promptly = measure_end () < PROMPTLY_US;
  g_assert_true (promptly);
}

/* SIGTERM, as at the end of a session, is a way to leave like any other. */
static void
test_terminated (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_app_write (app, "Message", "not yet");
  test_process_signal (app->process, SIGTERM);
  test_app_expect_end (app);
  test_peer_expect_later (eva, "has left this room.\n");
  test_app_free (g_steal_pointer (&app));
  app = driver_enter (folder, server->port);
  test_app_expect_text (app, "Message", "not yet");
}

/* Drafts. */

static void
test_drafts_per_room (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestServer) other = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *uri = driver_uri (other->port, NULL);
  g_autoptr (TestProcess) second =
      test_app_start_second (folder, (const char *const[]){ uri, NULL });

  test_process_expect_exit (second, 0);
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  test_app_write (app, "Message", "for the second room");
  driver_go_to (app, server->port);
  test_app_expect_text (app, "Message", "");
  test_app_write (app, "Message", "for the first room");
  driver_go_to (app, other->port);
  test_app_expect_text (app, "Message", "for the second room");
  driver_leave (app);
  test_app_free (g_steal_pointer (&app));

  app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  test_app_expect_text (app, "Message", "for the second room");
  driver_go_to (app, server->port);
  test_app_expect_text (app, "Message", "for the first room");
}

/* What was written is offered again by the up key, also by the next process. */
static void
test_what_was_typed_before (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  driver_say (app, "first");
  driver_say (app, "second");
  test_app_expect_row (app, "Messages", "second", "Delivered");
  driver_leave (app);
  test_app_free (g_steal_pointer (&app));

  app = driver_enter (folder, server->port);
  test_app_expect_focus (app, "text", "Message");
  test_desktop_type ("unfinished");
  test_desktop_key ("Up");
  test_app_expect_text (app, "Message", "second");
  test_desktop_key ("Up");
  test_app_expect_text (app, "Message", "first");
  test_desktop_key ("Down Down");
  test_app_expect_text (app, "Message", "unfinished");
}

/* What was said is there again before anybody is connected. */
static void
test_story_is_kept (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *uri = driver_uri (server->port, NULL);
  TestFolder *kept = NULL;

  driver_say (app, "for later");
  test_peer_send (eva, "me too\n");
  test_app_expect_row (app, "Messages", "Eva, ", "me too");
  driver_leave (app);
  test_app_free (g_steal_pointer (&app));
  kept = test_server_kill (server);

  app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);
  test_app_expect_row (app, "Messages", "Ada, ", "for later", "Delivered");
  test_app_expect_row (app, "Messages", "Eva, ", "me too");
  test_folder_free (kept);
}

static void
add_cases (void)
{
  g_test_add_func ("/gtk/lasting/server-killed-and-back", test_server_killed);
  g_test_add_func ("/gtk/lasting/next-try-on-a-click-or-on-waking-up", test_next_try);
  g_test_add_func ("/gtk/lasting/client-killed-with-a-queued-message",
                   test_client_killed_with_a_queued_message);
  g_test_add_func ("/gtk/lasting/server-stopped", test_server_stopped);
  g_test_add_func ("/gtk/lasting/sent-again-and-kept-once", test_sent_again);
  g_test_add_func ("/gtk/lasting/nobody-knows", test_unknown);
  g_test_add_func ("/gtk/lasting/client-killed-after-sending", test_client_killed_after_sending);
  g_test_add_func ("/gtk/lasting/message-refused-and-sent-again", test_refused_message);
  g_test_add_func ("/gtk/lasting/leaving/window-closed", test_window_closed);
  g_test_add_func ("/gtk/lasting/leaving/window-closed-in-a-room-of-lines",
                   test_window_closed_in_a_room_of_lines);
  g_test_add_func ("/gtk/lasting/leaving/server-never-closes", test_server_never_closes);
  g_test_add_func ("/gtk/lasting/leaving/terminated", test_terminated);
  g_test_add_func ("/gtk/lasting/drafts-per-room", test_drafts_per_room);
  g_test_add_func ("/gtk/lasting/what-was-typed-before", test_what_was_typed_before);
  g_test_add_func ("/gtk/lasting/story", test_story_is_kept);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
