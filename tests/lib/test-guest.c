/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Guests: programs by other authors, as Debian has them, and salotto-cli, each in a home of its
 * own and used as people use it. HexChat, irssi, WeeChat, ii and sic speak IRC, netcat, telnet
 * and Python plain TCP, salotto-cli either.
 */
#include "config.h"

#include "tests/lib/test-guest.h"

#include <string.h>
#include <unistd.h>

#include "tests/lib/test-file.h"

static const char *const utf8_terminal[] = { "LC_ALL=C.UTF-8", "TERM=xterm", NULL };

static void
type (TestGuest *guest, const char *text, const char *enter)
{
  g_autofree char *line = g_strconcat (text, enter, NULL);

  test_process_write (guest->process, line);
}

static gboolean
prints (TestGuest *guest, const char *text)
{
  return test_process_wait_for_output (guest->process, text, TEST_PATIENCE_MS);
}

/* Whether it is in a file within the time that everything has here. */
static gboolean
file_has (TestGuest *guest, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (guest->folder->path, name, NULL);

  return test_file_wait_for_text (path, text, TEST_PATIENCE_MS);
}

/* HexChat, on a screen of its own. */

static void
hexchat_start (TestGuest *guest)
{
  g_autofree char *script = g_build_filename (g_getenv ("NET_PEERS"), "with-hexchat", NULL);
  g_autofree char *port = g_strdup_printf ("%u", guest->port);
  const char *const argv[] = {
    script, guest->folder->path, port, guest->kind->name, "lobby", NULL
  };

  guest->process = test_process_start (guest->folder, argv, utf8_terminal);
  /* Before it has a bus and a room nothing can be typed. */
  g_assert_true (file_has (guest, "logs/#lobby.log", "Now talking on #lobby"));
}

static void
hexchat_say (TestGuest *guest, const char *text)
{
  g_autofree char *command = g_strconcat ("msg #lobby ", text, NULL);

  type (guest, command, "\n");
}

static gboolean
hexchat_hears (TestGuest *guest, const char *text)
{
  return file_has (guest, "logs/#lobby.log", text);
}

static void
hexchat_leave (TestGuest *guest)
{
  type (guest, "quit", "\n");
}

/* irssi. */

static void
irssi_start (TestGuest *guest)
{
  g_autofree char *home = g_strconcat ("--home=", guest->folder->path, NULL);
  g_autofree char *port = g_strdup_printf ("--port=%u", guest->port);
  const char *const argv[] = { "/usr/bin/irssi", home, "--connect=127.0.0.1", port,
                               "--nick=irssi",   NULL };

  guest->process = test_process_start_on_terminal (guest->folder, argv, utf8_terminal);
  g_assert_true (prints (guest, "message of the day"));
  type (guest, "/join #lobby", "\r");
}

static void
irssi_say (TestGuest *guest, const char *text)
{
  type (guest, text, "\r");
}

static void
irssi_leave (TestGuest *guest)
{
  type (guest, "/quit", "\r");
}

/* WeeChat. */

static void
weechat_start (TestGuest *guest)
{
  g_autofree char *commands =
      g_strdup_printf ("/server add here 127.0.0.1/%u -nicks=weechat -autojoin=#lobby; "
                       "/connect here",
                       guest->port);
  const char *const argv[] = {
    "/usr/bin/weechat-curses", "-d", guest->folder->path, "-r", commands, NULL
  };

  guest->process = test_process_start_on_terminal (guest->folder, argv, utf8_terminal);
}

static void
weechat_leave (TestGuest *guest)
{
  type (guest, "/quit", "\r");
}

static void
weechat_say (TestGuest *guest, const char *text)
{
  type (guest, text, "\r");
}

/* ii: everything is a file. */

static char *
ii_file (TestGuest *guest, const char *name)
{
  return g_build_filename (guest->folder->path, "127.0.0.1", name, NULL);
}

static void
ii_write (TestGuest *guest, const char *name, const char *text)
{
  g_autofree char *path = ii_file (guest, name);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  /* It is there when the room is, and somebody reads it. */
  int fd = test_file_open_fifo (path, TEST_PATIENCE_MS);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, line, strlen (line)), ==, (gssize) strlen (line));
  close (fd);
}

static gboolean
ii_hears (TestGuest *guest, const char *text)
{
  return file_has (guest, "127.0.0.1/#lobby/out", text);
}

static void
ii_start (TestGuest *guest)
{
  g_autofree char *port = g_strdup_printf ("%u", guest->port);
  const char *const argv[] = { "/usr/bin/ii", "-s", "127.0.0.1",         "-p", port, "-n",
                               "iiuser",      "-i", guest->folder->path, NULL };

  guest->process = test_process_start (guest->folder, argv, NULL);
  ii_write (guest, "in", "/j #lobby");
}

static void
ii_say (TestGuest *guest, const char *text)
{
  ii_write (guest, "#lobby/in", text);
}

static void
ii_leave (TestGuest *guest)
{
  ii_write (guest, "in", "/q");
}

/* sic: one line of input, one of output. */

static void
sic_start (TestGuest *guest)
{
  g_autofree char *port = g_strdup_printf ("%u", guest->port);
  const char *const argv[] = {
    "/usr/bin/sic", "-h", "127.0.0.1", "-p", port, "-n", "sicuser", NULL
  };

  guest->process = test_process_start_on_terminal (guest->folder, argv, utf8_terminal);
  g_assert_true (prints (guest, "message of the day"));
  type (guest, ":j #lobby", "\n");
}

static void
sic_leave (TestGuest *guest)
{
  type (guest, ":QUIT", "\n");
}

/* Plain TCP. */

static void
plain_start (TestGuest *guest, const char *const *argv)
{
  guest->process = test_process_start_on_terminal (guest->folder, argv, utf8_terminal);
  g_assert_true (prints (guest, "Please type your name first:"));
  type (guest, guest->kind->name, "\n");
}

static void
nc_start (TestGuest *guest)
{
  g_autofree char *port = g_strdup_printf ("%u", guest->port);
  const char *const argv[] = { "/bin/nc", "127.0.0.1", port, NULL };

  plain_start (guest, argv);
}

static void
telnet_start (TestGuest *guest)
{
  g_autofree char *port = g_strdup_printf ("%u", guest->port);
  const char *const argv[] = { "/usr/bin/telnet", "127.0.0.1", port, NULL };

  plain_start (guest, argv);
}

static void
python_start (TestGuest *guest)
{
  g_autofree char *program =
      g_strdup_printf ("import socket, sys, threading\n"
                       "s = socket.create_connection(('127.0.0.1', %u))\n"
                       "def read():\n"
                       "    while data := s.recv(1024):\n"
                       "        sys.stdout.buffer.write(data); sys.stdout.buffer.flush()\n"
                       "threading.Thread(target=read).start()\n"
                       "for line in sys.stdin.buffer:\n"
                       "    s.sendall(line.rstrip(b'\\n'))\n",
                       guest->port);
  const char *const argv[] = { "/usr/bin/python3", "-c", program, NULL };

  plain_start (guest, argv);
}

static void
cli_start (TestGuest *guest)
{
  g_autofree char *uri = g_strdup_printf ("plain://127.0.0.1:%u", guest->port);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), uri, "--name", "cli", NULL };

  guest->process = test_process_start_on_terminal (guest->folder, argv, utf8_terminal);
}

/* As most people will use it: it finds out that this is a salottod, and goes on in IRC. */
static void
auto_start (TestGuest *guest)
{
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", guest->port);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), address, "--name", "auto", NULL };

  guest->process = test_process_start_on_terminal (guest->folder, argv, utf8_terminal);
}

static void
plain_say (TestGuest *guest, const char *text)
{
  type (guest, text, "\n");
}

static void
plain_leave (TestGuest *guest)
{
  type (guest, "quit", "\n");
}

static void
cli_leave (TestGuest *guest)
{
  type (guest, "/quit", "\n");
}

const TestGuestKind test_guest_kinds[TEST_GUEST_KINDS] = {
  { "hexchat", "😃", hexchat_start, hexchat_say, hexchat_hears, hexchat_leave },
  { "irssi", "😃", irssi_start, irssi_say, prints, irssi_leave },
  { "weechat", "😃", weechat_start, weechat_say, prints, weechat_leave },
  { "iiuser", "😃", ii_start, ii_say, ii_hears, ii_leave },
  { "sicuser", "😃", sic_start, plain_say, prints, sic_leave },
  { "netcat", "😃", nc_start, plain_say, prints, plain_leave },
  /* Debian's telnet takes a byte of the smile for its own escape. */
  { "telnet", "€", telnet_start, plain_say, prints, plain_leave },
  { "python", "😃", python_start, plain_say, prints, plain_leave },
  { "cli", "😃", cli_start, plain_say, prints, cli_leave },
  { "auto", "😃", auto_start, plain_say, prints, cli_leave },
};

static TestGuest *
guest_start (const TestGuestKind *kind, guint16 port)
{
  TestGuest *guest = g_new0 (TestGuest, 1);

  guest->kind = kind;
  guest->port = port;
  guest->folder = test_folder_new ();
  kind->start (guest);
  return guest;
}

/**
 * test_guest_free:
 * @guest: (nullable) (transfer full): killed if it still runs
 */
void
test_guest_free (TestGuest *guest)
{
  if (guest == NULL)
    return;
  test_process_free (guest->process);
  test_folder_free (guest->folder);
  g_free (guest);
}

/* A program whose screen nobody reads stands still. */
static void
read_screen (TestGuest *guest)
{
  if (guest->process->pid != 0)
    (void) test_process_wait_for_output (guest->process, "\001 never comes", 10);
}

/**
 * test_guest_expect_in_room:
 * @watcher: somebody in the same room, in plain
 *
 * Waits until the room is told @what about this guest, or by it.
 */
void
test_guest_expect_in_room (TestGuest *guest, TestPeer *watcher, const char *what)
{
  g_autofree char *begin = g_strdup_printf ("> %s('", guest->kind->name);
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;

  while (g_strstr_len ((const char *) watcher->received->data, watcher->received->len, what) ==
             NULL &&
         g_get_monotonic_time () < until_us)
    {
      read_screen (guest);
      (void) test_peer_read (watcher, 10);
    }
  test_peer_expect_later (watcher, begin);
  test_peer_expect_later (watcher, what);
}

/**
 * test_guest_come:
 * @watcher: somebody in the same room, in plain
 *
 * Somebody comes in; their screen shows the room when it shows what is said there.
 */
TestGuest *
test_guest_come (const TestGuestKind *kind, guint16 port, TestPeer *watcher)
{
  TestGuest *guest = guest_start (kind, port);

  test_guest_expect_in_room (guest, watcher, ") has come into the chat room.\n");
  test_peer_send (watcher, "benvenuto\n");
  g_assert_true (kind->hears (guest, "benvenuto"));
  return guest;
}
