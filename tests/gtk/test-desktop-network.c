/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The desktop client on a machine of its own, in a network where names are not known,
 * nobody is at the other end, or the cable is out and comes back. Nothing here is real,
 * names are looked up in these namespaces only, and nobody needs to be root.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/gtk/gtk-driver.h"
#include "tests/lib/test-net.h"

#define SERVER_V4 "10.9.0.1"
#define CLIENT_V4 "10.9.0.2"
#define NOBODY_V4 "10.9.0.99"
#define KNOWN_NAME "salon.test"
#define UNKNOWN_NAME "nobody.test"

/* Two machines, and a server for names on the one with the window. */
typedef struct
{
  TestNet *net; /* (owned) */
  guint server_host;
  guint client_host;
  TestServer *server; /* (owned) */
  TestFolder *folder; /* (owned) */
  TestApp *app;       /* (owned) */
  GThread *names;
  int names_socket;
} World;

/* Names. */

/* Answers every question about KNOWN_NAME with the server's address, and all others with
 * NXDOMAIN (RFC 1035, 4.1). Ends when something comes that is no question. */
static gpointer
answer_names (gpointer data)
{
  static const guint8 known[] = "\x05salon\x04test";
  static const guint8 ipv4[] = { 0, 1, 0, 1 }; /* type A, class IN */
  const World *world = data;
  guint8 packet[512];
  struct sockaddr_in from = { 0 };
  socklen_t from_len = sizeof from;
  ssize_t n = 0;

  while ((n = recvfrom (world->names_socket, packet, sizeof packet - 16, 0,
                        (struct sockaddr *) &from, &from_len)) > 12 + 4)
    {
      const guint8 *end = memchr (packet + 12, 0, (gsize) n - 12 - 4);
      gsize len = end != NULL ? (gsize) (end - packet) + 1 + 4 : (gsize) n;
      gboolean is_known = memcmp (packet + 12, known, sizeof known) == 0;

      packet[2] = 0x84; /* an answer, with authority */
      packet[3] = is_known ? 0 : 3;
      memset (packet + 6, 0, 6);
      if (is_known && memcmp (packet + len - 4, ipv4, sizeof ipv4) == 0)
        {
          /* The name of the question, A, IN, ten seconds, four bytes. */
          static const guint8 record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 10, 0, 4 };

          packet[7] = 1;
          memcpy (packet + len, record, sizeof record);
          inet_pton (AF_INET, SERVER_V4, packet + len + sizeof record);
          len += sizeof record + 4;
        }
      (void) sendto (world->names_socket, packet, len, 0, (struct sockaddr *) &from, from_len);
      from_len = sizeof from;
    }
  return NULL;
}

static void
start_names (World *world)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (53) };

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  world->names_socket = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_no_errno (bind (world->names_socket, (struct sockaddr *) &address, sizeof address));
  world->names = g_thread_new ("names", answer_names, world);
}

static void
stop_names (World *world)
{
  struct sockaddr_in address = { 0 };
  socklen_t len = sizeof address;

  getsockname (world->names_socket, (struct sockaddr *) &address, &len);
  (void) sendto (world->names_socket, "", 1, 0, (struct sockaddr *) &address, len);
  g_thread_join (world->names);
  close (world->names_socket);
}

/* The machines. */

/* A file of the system is this one, as far as this test can see. */
static void
put_over (const TestFolder *folder, const char *path, const char *text)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *file = test_folder_file (folder, name);

  test_folder_write (folder, name, text);
  g_assert_no_errno (chmod (file, 0644));
  if (mount (file, path, NULL, MS_BIND, NULL) < 0)
    g_error ("cannot put a file over %s: %s", path, g_strerror (errno));
}

static void
open_world (World *world, gconstpointer data)
{
  static const char *const server[] = { SERVER_V4 "/24", NULL };
  static const char *const client[] = { CLIENT_V4 "/24", NULL };
  static const char *const options[] = { "--log", "memory", "--listen", "plain://" SERVER_V4 ":0",
                                         NULL };

  world->net = test_net_new ();
  world->server_host = test_net_add_host (world->net, server);
  world->client_host = test_net_add_host (world->net, client);
  test_net_go_to (world->net, world->server_host);
  world->server = test_server_start (options);
  test_net_go_to (world->net, world->client_host);
  start_names (world);
  world->folder = driver_folder_new ("Ada");
}

static void
close_world (World *world, gconstpointer data)
{
  test_app_free (world->app);
  stop_names (world);
  test_folder_free (world->folder);
  test_server_free (world->server);
  test_net_free (world->net);
}

static void
set_cable (const char *state)
{
  g_autofree char *command =
      g_strdup_printf ("PATH=$PATH:/usr/sbin:/sbin ip link set eth0 %s", state);

  g_assert_cmpint (system (command), ==, 0);
}

/* The dialog. */

static void
try_address (World *world, const char *host)
{
  g_autofree char *address = g_strdup_printf ("%s:%u", host, world->server->port);

  world->app = test_app_start (world->folder, NULL, NULL);
  test_app_press (world->app, "Join a room");
  test_app_write (world->app, "Address", address);
  test_app_press_role (world->app, "push button", "Connect");
}

static void
test_known_name (World *world, gconstpointer data)
{
  try_address (world, KNOWN_NAME);
  test_app_expect_gone (world->app, "text", "Your name");
  test_app_expect_row (world->app, "Rooms", KNOWN_NAME, ", connected");
}

static void
test_unknown_name (World *world, gconstpointer data)
{
  try_address (world, UNKNOWN_NAME);
  test_app_expect_words (world->app, "Name or service not known");
  test_app_expect (world->app, "text", "Your name");
}

static void
test_nobody_there (World *world, gconstpointer data)
{
  try_address (world, NOBODY_V4);
  test_app_expect_words (world->app, "No route to host");
}

static void
test_no_network (World *world, gconstpointer data)
{
  set_cable ("down");
  try_address (world, SERVER_V4);
  test_app_expect_words (world->app, "Network is unreachable");
  set_cable ("up");
  test_app_press_role (world->app, "push button", "Connect");
  test_app_expect_row (world->app, "Rooms", ", connected");
}

/* A room that cannot be reached, on a machine that is not connected to anything: it is
 * entered when that changes. */
static void
test_network_comes_back (World *world, gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("plain://" SERVER_V4 ":%u", world->server->port);

  set_cable ("down");
  world->app = test_app_start (world->folder, (const char *const[]){ uri, NULL }, NULL);
  test_app_expect_label (world->app, "Connection", "Network is unreachable");
  driver_say (world->app, "from the dark");
  set_cable ("up");
  test_app_expect_row (world->app, "Rooms", ", connected");
  test_app_expect_row (world->app, "Messages", "from the dark", "Delivered");
}

static void
test_forbidden (void)
{
  g_test_skip (TEST_NET_FORBIDDEN);
}

static void
add (const char *path, void (*test) (World *, gconstpointer))
{
  if (test_net_is_allowed ())
    g_test_add (path, World, NULL, open_world, test, close_world);
  else
    g_test_add_func (path, test_forbidden);
}

int
main (int argc, char **argv)
{
  g_autoptr (TestFolder) folder = NULL;
  int status = 0;

  test_net_init ();
  g_test_init (&argc, &argv, NULL);
  if (test_net_is_allowed ())
    {
      folder = test_folder_new ();
      put_over (folder, "/etc/resolv.conf", "nameserver 127.0.0.1\n");
      put_over (folder, "/etc/nsswitch.conf", "hosts: files dns\n");
      test_desktop_start_apart ();
    }
  add ("/gtk/network/name/known", test_known_name);
  add ("/gtk/network/name/unknown", test_unknown_name);
  add ("/gtk/network/nobody-there", test_nobody_there);
  add ("/gtk/network/none", test_no_network);
  add ("/gtk/network/comes-back", test_network_comes_back);
  status = g_test_run ();
  if (test_net_is_allowed ())
    test_desktop_stop ();
  return status;
}
