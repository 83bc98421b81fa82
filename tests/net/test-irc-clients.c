/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs by other authors, as Debian has them, in one room with everybody else: HexChat,
 * irssi, WeeChat, ii and sic speak IRC, netcat, telnet and Python plain TCP, salotto-cli what it
 * likes. Each comes in, speaks, hears and leaves, all at the same port.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test-peer.h"

typedef struct _Client Client;

/* How a program is used. */
typedef struct
{
  const char *name;  /* under which it speaks */
  const char *smile; /* what it can say that is not in Latin-1 */
  void (*start) (Client *client);
  void (*say) (Client *client, const char *text);
  gboolean (*hears) (Client *client, const char *text);
  void (*leave) (Client *client);
} ClientKind;

struct _Client
{
  const ClientKind *kind;
  guint16 port;
  TestFolder *folder;   /* (owned) */
  TestProcess *process; /* (owned) */
};

typedef struct
{
  TestServer *server; /* (owned) */
  TestPeer *anna;     /* (owned): who watches, in plain */
} Fixture;

static const char *const utf8_terminal[] = { "LC_ALL=C.UTF-8", "TERM=xterm", NULL };

static void
type (Client *client, const char *text, const char *enter)
{
  g_autofree char *line = g_strconcat (text, enter, NULL);

  test_process_write (client->process, line);
}

static gboolean
prints (Client *client, const char *text)
{
  return test_process_wait_for_output (client->process, text, TEST_PATIENCE_MS);
}

/* Whether it is in a file within the time that everything has here. */
static gboolean
file_has (Client *client, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (client->folder->path, name, NULL);
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;

  for (;;)
    {
      g_autofree char *content = NULL;

      if (g_file_get_contents (path, &content, NULL, NULL) && strstr (content, text) != NULL)
        return TRUE;
      if (g_get_monotonic_time () > until_us)
        return FALSE;
      g_usleep (2000);
    }
}

/* HexChat, on a screen of its own. */

static void
hexchat_start (Client *client)
{
  g_autofree char *script = g_build_filename (g_getenv ("NET_PEERS"), "with-hexchat", NULL);
  g_autofree char *port = g_strdup_printf ("%u", client->port);
  const char *const argv[] = {
    script, client->folder->path, port, client->kind->name, "lobby", NULL
  };

  client->process = test_process_start (client->folder, argv, utf8_terminal);
  /* Before it has a bus and a room nothing can be typed. */
  g_assert_true (file_has (client, "logs/#lobby.log", "Now talking on #lobby"));
}

static void
hexchat_say (Client *client, const char *text)
{
  g_autofree char *command = g_strconcat ("msg #lobby ", text, NULL);

  type (client, command, "\n");
}

static gboolean
hexchat_hears (Client *client, const char *text)
{
  return file_has (client, "logs/#lobby.log", text);
}

static void
hexchat_leave (Client *client)
{
  type (client, "quit", "\n");
}

/* irssi. */

static void
irssi_start (Client *client)
{
  g_autofree char *home = g_strconcat ("--home=", client->folder->path, NULL);
  g_autofree char *port = g_strdup_printf ("--port=%u", client->port);
  const char *const argv[] = { "/usr/bin/irssi", home, "--connect=127.0.0.1", port,
                               "--nick=irssi",   NULL };

  client->process = test_process_start_on_terminal (client->folder, argv, utf8_terminal);
  g_assert_true (prints (client, "message of the day"));
  type (client, "/join #lobby", "\r");
}

static void
irssi_say (Client *client, const char *text)
{
  type (client, text, "\r");
}

static void
irssi_leave (Client *client)
{
  type (client, "/quit", "\r");
}

/* WeeChat. */

static void
weechat_start (Client *client)
{
  g_autofree char *commands =
      g_strdup_printf ("/server add here 127.0.0.1/%u -nicks=weechat -autojoin=#lobby; "
                       "/connect here",
                       client->port);
  const char *const argv[] = {
    "/usr/bin/weechat-curses", "-d", client->folder->path, "-r", commands, NULL
  };

  client->process = test_process_start_on_terminal (client->folder, argv, utf8_terminal);
}

static void
weechat_leave (Client *client)
{
  type (client, "/quit", "\r");
}

static void
weechat_say (Client *client, const char *text)
{
  type (client, text, "\r");
}

/* ii: everything is a file. */

static char *
ii_file (Client *client, const char *name)
{
  return g_build_filename (client->folder->path, "127.0.0.1", name, NULL);
}

static void
ii_write (Client *client, const char *name, const char *text)
{
  g_autofree char *path = ii_file (client, name);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  int fd = -1;

  /* The file is there when the room is, and somebody reads it. */
  while ((fd = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (2000);
    }
  g_assert_cmpint (write (fd, line, strlen (line)), ==, (gssize) strlen (line));
  close (fd);
}

static gboolean
ii_hears (Client *client, const char *text)
{
  return file_has (client, "127.0.0.1/#lobby/out", text);
}

static void
ii_start (Client *client)
{
  g_autofree char *port = g_strdup_printf ("%u", client->port);
  const char *const argv[] = { "/usr/bin/ii", "-s", "127.0.0.1",          "-p", port, "-n",
                               "iiuser",      "-i", client->folder->path, NULL };

  client->process = test_process_start (client->folder, argv, NULL);
  ii_write (client, "in", "/j #lobby");
}

static void
ii_say (Client *client, const char *text)
{
  ii_write (client, "#lobby/in", text);
}

static void
ii_leave (Client *client)
{
  ii_write (client, "in", "/q");
}

/* sic: one line of input, one of output. */

static void
sic_start (Client *client)
{
  g_autofree char *port = g_strdup_printf ("%u", client->port);
  const char *const argv[] = {
    "/usr/bin/sic", "-h", "127.0.0.1", "-p", port, "-n", "sicuser", NULL
  };

  client->process = test_process_start_on_terminal (client->folder, argv, utf8_terminal);
  g_assert_true (prints (client, "message of the day"));
  type (client, ":j #lobby", "\n");
}

static void
sic_leave (Client *client)
{
  type (client, ":QUIT", "\n");
}

/* Plain TCP. */

static void
plain_start (Client *client, const char *const *argv)
{
  client->process = test_process_start_on_terminal (client->folder, argv, utf8_terminal);
  g_assert_true (prints (client, "Please type your name first:"));
  type (client, client->kind->name, "\n");
}

static void
nc_start (Client *client)
{
  g_autofree char *port = g_strdup_printf ("%u", client->port);
  const char *const argv[] = { "/bin/nc", "127.0.0.1", port, NULL };

  plain_start (client, argv);
}

static void
telnet_start (Client *client)
{
  g_autofree char *port = g_strdup_printf ("%u", client->port);
  const char *const argv[] = { "/usr/bin/telnet", "127.0.0.1", port, NULL };

  plain_start (client, argv);
}

static void
python_start (Client *client)
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
                       client->port);
  const char *const argv[] = { "/usr/bin/python3", "-c", program, NULL };

  plain_start (client, argv);
}

static void
cli_start (Client *client)
{
  g_autofree char *uri = g_strdup_printf ("plain://127.0.0.1:%u", client->port);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), uri, "--name", "cli", NULL };

  client->process = test_process_start_on_terminal (client->folder, argv, utf8_terminal);
}

static void
plain_say (Client *client, const char *text)
{
  type (client, text, "\n");
}

static void
plain_leave (Client *client)
{
  type (client, "quit", "\n");
}

static void
cli_leave (Client *client)
{
  type (client, "/quit", "\n");
}

static const ClientKind kinds[] = {
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
};

static Client *
client_start (const ClientKind *kind, guint16 port)
{
  Client *client = g_new0 (Client, 1);

  client->kind = kind;
  client->port = port;
  client->folder = test_folder_new ();
  kind->start (client);
  return client;
}

static void
client_free (Client *client)
{
  test_process_free (client->process);
  test_folder_free (client->folder);
  g_free (client);
}

/* In @folder, which becomes the server's. */
static void
start_server (Fixture *f, TestFolder *folder)
{
  g_autofree char *log = test_folder_file (folder, "rooms.db");
  g_autofree char *store = g_strconcat ("sqlite:", log, NULL);
  const char *const options[] = { "--listen", "plain://127.0.0.1:0", "--log", store, NULL };

  f->server = test_server_start_in (folder, options, NULL);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  start_server (f, test_folder_new ());
  f->anna = test_peer_join (f->server->port, "Anna");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->anna, test_peer_free);
  test_server_stop (f->server);
  test_server_free (f->server);
}

/* A program whose screen nobody reads stands still. */
static void
read_screen (Client *client)
{
  if (client->process->pid != 0)
    (void) test_process_wait_for_output (client->process, "\001 never comes", 10);
}

static void
expect_in_room (Fixture *f, Client *client, const char *what)
{
  g_autofree char *begin = g_strdup_printf ("> %s('", client->kind->name);
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;

  while (g_strstr_len ((const char *) f->anna->received->data, f->anna->received->len, what) ==
             NULL &&
         g_get_monotonic_time () < until_us)
    {
      read_screen (client);
      (void) test_peer_read (f->anna, 10);
    }
  test_peer_expect_later (f->anna, begin);
  test_peer_expect_later (f->anna, what);
}

/* Somebody comes in; their screen shows the room when it shows what is said there. */
static Client *
come (Fixture *f, const ClientKind *kind)
{
  Client *client = client_start (kind, f->server->port);

  expect_in_room (f, client, ") has come into the chat room.\n");
  test_peer_send (f->anna, "benvenuto\n");
  g_assert_true (kind->hears (client, "benvenuto"));
  return client;
}

/* Connects, joins, speaks, hears, leaves. */
static void
test_client (Fixture *f, gconstpointer data)
{
  const ClientKind *kind = data;
  Client *client = come (f, kind);
  g_autofree char *said = g_strdup_printf ("perché_%s %s", kind->name, kind->smile);
  g_autofree char *in_room = g_strdup_printf ("): %s\n", said);

  kind->say (client, said);
  expect_in_room (f, client, in_room);
  test_peer_send (f->anna, "così_Anna 😃\n");
  g_assert_true (kind->hears (client, "così_Anna"));
  kind->leave (client);
  expect_in_room (f, client, ") has left this room.\n");
  client_free (client);
}

/* All kinds at once: what one says, all hear; and when the server dies, nothing that they have
 * heard is missing afterwards. */
static void
test_all (Fixture *f, gconstpointer data)
{
  Client *clients[G_N_ELEMENTS (kinds)];
  TestFolder *folder = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    clients[i] = come (f, &kinds[i]);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *said = g_strdup_printf ("tutti_%s_è %s", kinds[i].name, kinds[i].smile);
      g_autofree char *heard = g_strdup_printf ("tutti_%s_è", kinds[i].name);
      g_autofree char *in_room = g_strdup_printf ("): %s\n", said);

      kinds[i].say (clients[i], said);
      expect_in_room (f, clients[i], in_room);
      for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
        if (!clients[k]->kind->hears (clients[k], heard))
          g_error ("%s did not hear %s", kinds[k].name, kinds[i].name);
    }

  test_process_signal (f->server->process, SIGKILL);
  g_assert_true (test_process_wait (f->server->process, TEST_PATIENCE_MS));
  test_peer_free (f->anna);
  folder = g_steal_pointer (&f->server->folder);
  test_server_free (f->server);
  start_server (f, folder);
  f->anna = test_peer_join (f->server->port, "Anna");
  test_peer_send (f->anna, "/history 100\n");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *line =
          g_strdup_printf ("] > %s: tutti_%s_è %s\n", kinds[i].name, kinds[i].name, kinds[i].smile);

      test_peer_expect_later (f->anna, line);
    }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    client_free (clients[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strconcat ("/irc-clients/", kinds[i].name, NULL);

      g_test_add (path, Fixture, &kinds[i], set_up, test_client, tear_down);
    }
  g_test_add ("/irc-clients/all-in-one-room", Fixture, NULL, set_up, test_all, tear_down);
  return g_test_run ();
}
