/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room and people on other machines: one host with the server and as many others as
 * it takes, each with addresses of its own, none of them real. Who is where is seen by
 * everybody as it is; who comes from outside the own network is only let in where that
 * was asked for.
 */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-net.h"
#include "tests/lib/test-peer.h"

#define NOT_PUBLIC "-- This server admits its own network only (public = no).\n"

/* What the exit status says when the server has refused. */
#define REFUSED 5

/* The hosts of most tests; they share two networks, an IPv4 and an IPv6 one. */
enum
{
  SERVER_HOST,
  FIRST_HOST,
  SECOND_HOST,
};

#define SERVER_V4 "10.1.0.1"
#define FIRST_V4 "10.1.0.2"
#define SECOND_V4 "10.1.0.3"
#define SERVER_V6 "fd00:1::1"
#define FIRST_V6 "fd00:1::2"
#define SECOND_V6 "fd00:1::3"

typedef struct
{
  TestNet *net;
  TestServer *server;
  TestFolder *folder; /* (owned): of the clients */
  char *port;         /* (owned) */
} World;

static void
open_world (World *world, gconstpointer data)
{
  static const char *const server[] = { SERVER_V4 "/24", SERVER_V6 "/64", NULL };
  static const char *const first[] = { FIRST_V4 "/24", FIRST_V6 "/64", NULL };
  static const char *const second[] = { SECOND_V4 "/24", SECOND_V6 "/64", NULL };

  world->net = test_net_new ();
  world->folder = test_folder_new ();
  test_net_add_host (world->net, server);
  test_net_add_host (world->net, first);
  test_net_add_host (world->net, second);
}

static void
close_world (World *world, gconstpointer data)
{
  if (world->server != NULL)
    test_server_stop (world->server);
  test_server_free (world->server);
  test_folder_free (world->folder);
  test_net_free (world->net);
  g_free (world->port);
}

/* Starts the server on the host where we are.
 * @config: (nullable): its configuration */
static void
start_server (World *world, const char *listen, const char *config)
{
  TestFolder *folder = test_folder_new ();
  const char *const options[] = { "--log", "memory", "--listen", listen, NULL };

  if (config != NULL)
    test_folder_write (folder, "salotto/salottod.conf", config);
  world->server = test_server_start_in (folder, options, NULL);
  world->port = g_strdup_printf ("%u", world->server->port);
}

static TestProcess *
start_cli (World *world, const char *host, const char *name)
{
  g_autofree char *where = strchr (host, ':') != NULL
                               ? g_strdup_printf ("[%s]:%s", host, world->port)
                               : g_strdup_printf ("%s:%s", host, world->port);
  const char *argv[] = { "SALOTTO_CLI", where, "--name", name, "--dialect", "plain", NULL };

  return test_foreign_start (world->folder, argv);
}

static void
type (TestProcess *process, const char *line)
{
  test_process_write (process, line);
  test_process_write (process, "\n");
}

/* @reader sees somebody come, from this address.
 * Returns: (transfer full): who it is, `NAME('ADDRESS', PORT)`. */
static char *
expect_join (TestProcess *reader, const char *name, const char *address)
{
  g_autofree char *start = g_strdup_printf ("> %s('%s', ", name, address);
  g_autofree char *rest = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("^(\\d+)\\) has come into the chat room\\.$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *port = NULL;

  test_expect_output (reader, start);
  rest = test_process_take_line (reader, TEST_PATIENCE_MS);
  if (rest == NULL || !g_regex_match (regex, rest, 0, &match))
    g_error ("%s%s", start, rest);
  port = g_match_info_fetch (match, 1);
  return g_strdup_printf ("%s('%s', %s)", name, address, port);
}

static void
expect_said (TestProcess *reader, const char *who, const char *text)
{
  g_autofree char *line = g_strdup_printf ("> %s: %s\n", who, text);

  test_expect_output (reader, line);
}

static void
expect_left (TestProcess *reader, const char *who)
{
  g_autofree char *line = g_strdup_printf ("> %s has left this room.\n", who);

  test_expect_output (reader, line);
}

/* Two people are in, @ada with our client and before @bruno; they talk. */
static void
talk (TestProcess *ada, const char *ada_address, TestProcess *bruno, const char *bruno_address)
{
  g_autofree char *bruno_is = expect_join (ada, "Bruno", bruno_address);
  g_autofree char *line = g_strdup_printf ("> Ada('%s', ", ada_address);

  type (ada, TEST_ACCENTS);
  test_expect_output (bruno, line);
  test_expect_output (bruno, "): " TEST_ACCENTS);
  type (bruno, "sì, " TEST_ACCENTS);
  expect_said (ada, bruno_is, "sì, " TEST_ACCENTS);
  type (bruno, "quit");
  expect_left (ada, bruno_is);
  type (ada, "quit");
  test_expect_output (ada, TEST_GOODBYE);
  test_process_expect_exit (ada, 0);
}

/* Client and server on different machines. */

typedef struct
{
  const char *path;
  const char *server;
  const char *first;
  const char *second;
} Family;

static const Family families[] = {
  { "ipv4", SERVER_V4, FIRST_V4, SECOND_V4 },
  { "ipv6", SERVER_V6, FIRST_V6, SECOND_V6 },
};

static void
test_different_machines (World *world, gconstpointer data)
{
  const Family *family = data;
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) bruno = NULL;
  const char *homework[] = { "client-homework", family->server, NULL, "Bruno", NULL };

  test_net_go_to (world->net, SERVER_HOST);
  start_server (world, "plain://[::]:0", NULL);
  homework[2] = world->port;
  test_net_go_to (world->net, FIRST_HOST);
  ada = start_cli (world, family->server, "Ada");
  test_expect_output (ada, TEST_HINT);
  test_net_go_to (world->net, SECOND_HOST);
  bruno = test_foreign_start (world->folder, homework);
  talk (ada, family->first, bruno, family->second);
}

/* With no options at all: the port of the homework, every address, a log on disk. */
static void
test_no_options (World *world, gconstpointer data)
{
  const char *const argv[] = { "SALOTTOD", NULL };
  const char *const cli[] = {
    "SALOTTO_CLI", SERVER_V4, "--name", "Ada", "--dialect", "plain", NULL
  };
  const char *const nc[] = { "nc.openbsd", SERVER_V6, "15102", NULL };
  g_autoptr (TestProcess) server = NULL;
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) bruno = NULL;

  test_net_go_to (world->net, SERVER_HOST);
  server = test_foreign_start (world->folder, argv);
  test_expect_output (server, "listening on [::]:15102 (plain)\n");
  test_net_go_to (world->net, FIRST_HOST);
  ada = test_foreign_start (world->folder, cli);
  test_expect_output (ada, TEST_HINT);
  test_net_go_to (world->net, SECOND_HOST);
  bruno = test_foreign_start (world->folder, nc);
  type (bruno, "Bruno");
  talk (ada, FIRST_V4, bruno, SECOND_V6);
  test_process_signal (server, SIGTERM);
  test_process_expect_exit (server, 0);
}

/* One local client and one from another machine. */

static void
test_local_first (World *world, gconstpointer data)
{
  const char *homework[] = { "client-homework", SERVER_V4, NULL, "Bruno", NULL };
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) bruno = NULL;

  test_net_go_to (world->net, SERVER_HOST);
  start_server (world, "plain://[::]:0", NULL);
  homework[2] = world->port;
  ada = start_cli (world, "127.0.0.1", "Ada");
  test_expect_output (ada, TEST_HINT);
  test_net_go_to (world->net, FIRST_HOST);
  bruno = test_foreign_start (world->folder, homework);
  talk (ada, "127.0.0.1", bruno, FIRST_V4);
}

/* The local one is by another author here, and the server has no IPv6. */
static void
test_remote_first (World *world, gconstpointer data)
{
  const char *lines[] = { "client-lines", "127.0.0.1", NULL, "Bruno", NULL };
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) bruno = NULL;

  test_net_go_to (world->net, SERVER_HOST);
  start_server (world, "plain://0.0.0.0:0", NULL);
  lines[2] = world->port;
  test_net_go_to (world->net, SECOND_HOST);
  ada = start_cli (world, SERVER_V4, "Ada");
  test_expect_output (ada, TEST_HINT);
  test_net_go_to (world->net, SERVER_HOST);
  bruno = test_foreign_start (world->folder, lines);
  talk (ada, SECOND_V4, bruno, "127.0.0.1");
}

/* One server, ten addresses. */

#define TEN 10

static char *
address_of (guint i)
{
  return i % 2 == 0 ? g_strdup_printf ("10.6.0.%u", i + 1) : g_strdup_printf ("fd00:6::%x", i + 1);
}

/* The next line of everyone but @but is this. */
static void
expect_by_all (TestPeer *const *people, const TestPeer *but, const char *line)
{
  for (guint i = 0; i < TEN; i++)
    if (people[i] != NULL && people[i] != but)
      test_peer_expect (people[i], line);
}

static void
enter_from_ten_addresses (World *world, TestPeer **people)
{
  for (guint i = 0; i < TEN; i++)
    {
      g_autofree char *address = address_of (i);
      g_autofree char *with_bits = g_strconcat (address, i % 2 == 0 ? "/24" : "/64", NULL);
      const char *const addresses[] = { with_bits, NULL };
      g_autofree char *name = g_strdup_printf ("Person%u", i);
      g_autofree char *shown = g_strdup_printf ("('%s', ", address);
      g_autofree char *joined = NULL;

      test_net_go_to (world->net, test_net_add_host (world->net, addresses));
      people[i] =
          test_peer_connect_to (i % 2 == 0 ? "10.6.0.100" : "fd00:6::100", world->server->port);
      g_assert_true (g_str_has_prefix (people[i]->address, shown));
      test_peer_send (people[i], name);
      test_peer_send (people[i], "\n");
      test_peer_expect_later (people[i], TEST_HINT);
      joined = g_strdup_printf ("> %s%s has come into the chat room.\n", name, people[i]->address);
      expect_by_all (people, people[i], joined);
    }
}

/* All say something at once; everybody reads the same ten lines in the same order. */
static void
talk_at_once (TestPeer *const *people)
{
  g_autoptr (GString) story = g_string_new (NULL);

  for (guint i = 0; i < TEN; i++)
    test_peer_send (people[i], TEST_ACCENTS "\n");
  for (guint i = 0; i < TEN; i++)
    {
      g_autofree char *line = test_peer_take_line (people[0]);

      g_string_append_printf (story, "%s\n", line);
    }
  for (guint i = 0; i < TEN; i++)
    {
      g_autofree char *line =
          g_strdup_printf ("> Person%u%s: " TEST_ACCENTS "\n", i, people[i]->address);

      g_assert_nonnull (strstr (story->str, line));
    }
  expect_by_all (people, people[0], story->str);
}

static void
test_ten_addresses (World *world, gconstpointer data)
{
  static const char *const server[] = { "10.6.0.100/24", "fd00:6::100/64", NULL };
  TestPeer *people[TEN] = { NULL };

  test_net_go_to (world->net, test_net_add_host (world->net, server));
  start_server (world, "plain://[::]:0", NULL);
  enter_from_ten_addresses (world, people);
  talk_at_once (people);

  /* They leave in all the ways there are. */
  for (guint i = 0; i < TEN; i++)
    {
      g_autofree char *left =
          g_strdup_printf ("> Person%u%s has left this room.\n", i, people[i]->address);
      g_autoptr (TestPeer) leaver = g_steal_pointer (&people[i]);

      if (i % 4 < 2)
        {
          test_peer_send (leaver, "quit\n");
          test_peer_expect (leaver, TEST_GOODBYE);
          test_peer_expect_end (leaver);
        }
      else if (i % 4 == 2)
        test_peer_close (leaver);
      else
        test_peer_reset (leaver);
      expect_by_all (people, NULL, left);
    }
}

/* Protected mode. */

static const struct
{
  const char *bits;
  const char *server;
  const char *client;
  gboolean is_near;
} places[] = {
  { "/24", "10.1.0.1", "10.1.0.2", TRUE },
  { "/16", "172.16.0.1", "172.16.0.5", TRUE },
  { "/16", "172.31.255.1", "172.31.255.254", TRUE },
  { "/24", "192.168.77.1", "192.168.77.5", TRUE },
  { "/16", "169.254.9.1", "169.254.9.5", TRUE },
  { "/64", "fd00:1::1", "fd00:1::2", TRUE },
  { "/64", "fe80::1", "fe80::5", TRUE },
  { "/24", "203.0.113.1", "203.0.113.5", FALSE },
  { "/24", "172.32.0.1", "172.32.0.5", FALSE },
  { "/24", "192.169.0.1", "192.169.0.5", FALSE },
  { "/24", "11.0.0.1", "11.0.0.5", FALSE },
  { "/24", "100.64.0.1", "100.64.0.5", FALSE },
  { "/64", "2001:db8::1", "2001:db8::5", FALSE },
  { "/64", "fec0::1", "fec0::5", FALSE },
};

/* Two hosts, with an address in each of the places. */
static void
open_places (World *world, gconstpointer data)
{
  g_autoptr (GPtrArray) servers = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_ptr_array_add (servers, g_strconcat (places[i].server, places[i].bits, NULL));
      g_ptr_array_add (clients, g_strconcat (places[i].client, places[i].bits, NULL));
    }
  g_ptr_array_add (servers, NULL);
  g_ptr_array_add (clients, NULL);
  world->net = test_net_new ();
  world->folder = test_folder_new ();
  test_net_add_host (world->net, (const char *const *) servers->pdata);
  test_net_add_host (world->net, (const char *const *) clients->pdata);
  test_net_go_to (world->net, SERVER_HOST);
}

/* Link-local addresses need to be told through which device. */
static TestPeer *
visit (World *world, const char *host)
{
  const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
  g_autofree char *scoped =
      g_strconcat (host, g_str_has_prefix (host, "fe80:") ? "%eth0" : "", NULL);
  struct addrinfo *infos = NULL;
  int fd = -1;

  g_assert_cmpint (getaddrinfo (scoped, world->port, &hints, &infos), ==, 0);
  fd = socket (infos->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, infos->ai_addr, infos->ai_addrlen) < 0)
    g_error ("cannot connect to %s: %s", scoped, g_strerror (errno));
  freeaddrinfo (infos);
  return test_peer_new (fd);
}

/* A visitor from @client, whom the server has let in, talks and leaves. */
static void
expect_welcome (TestPeer *peer, const char *client)
{
  g_autofree char *said = g_strdup_printf ("> Ada('%s', %u): ciao\n", client, peer->port);

  test_peer_expect (peer, TEST_GREETING TEST_NAME_WANTED);
  test_peer_send (peer, "Ada\nciao\n");
  test_peer_expect_later (peer, said);
  test_peer_send (peer, "quit\n");
  test_peer_expect (peer, TEST_GOODBYE);
  test_peer_expect_end (peer);
}

/* Somebody comes from each of the places whose address can be reached; those from
 * outside the own network are let in only if @is_public. */
static void
expect_visits (World *world, gboolean with_ipv6, gboolean is_public)
{
  test_net_go_to (world->net, FIRST_HOST);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (TestPeer) peer = NULL;

      if (!with_ipv6 && strchr (places[i].server, ':') != NULL)
        continue;
      peer = visit (world, places[i].server);
      if (is_public || places[i].is_near)
        expect_welcome (peer, places[i].client);
      else
        {
          test_peer_expect (peer, NOT_PUBLIC);
          test_peer_expect_end (peer);
        }
    }
}

static void
test_every_address (World *world, gconstpointer data)
{
  g_autoptr (TestPeer) v4 = NULL;
  g_autoptr (TestPeer) v6 = NULL;

  start_server (world, "plain://[::]:0", NULL);
  v4 = visit (world, "127.0.0.1");
  expect_welcome (v4, "127.0.0.1");
  v6 = visit (world, "::1");
  expect_welcome (v6, "::1");
  expect_visits (world, TRUE, FALSE);
}

static void
test_every_ipv4_address (World *world, gconstpointer data)
{
  start_server (world, "plain://0.0.0.0:0", NULL);
  expect_visits (world, FALSE, FALSE);
}

static void
test_public (World *world, gconstpointer data)
{
  start_server (world, "plain://[::]:0", "[server]\npublic = yes\n");
  expect_visits (world, TRUE, TRUE);
}

/* Who names an address has thought about who can reach it. */
static void
test_named_address (World *world, gconstpointer data)
{
  g_autoptr (TestPeer) peer = NULL;

  start_server (world, "plain://203.0.113.1:0", NULL);
  test_net_go_to (world->net, FIRST_HOST);
  peer = visit (world, "203.0.113.1");
  expect_welcome (peer, "203.0.113.5");
}

/* Our client says why, and so does its exit status. */
static void
test_refused_client (World *world, gconstpointer data)
{
  g_autoptr (TestProcess) v4 = NULL;
  g_autoptr (TestProcess) v6 = NULL;

  start_server (world, "plain://[::]:0", NULL);
  test_net_go_to (world->net, FIRST_HOST);
  v4 = start_cli (world, "203.0.113.1", "Ada");
  v6 = start_cli (world, "2001:db8::1", "Ada");
  test_expect_output (v4, NOT_PUBLIC);
  test_process_expect_exit (v4, REFUSED);
  test_expect_output (v6, NOT_PUBLIC);
  test_process_expect_exit (v6, REFUSED);
}

/* The machines themselves. */

/* What is run by the next test: a program that has machines and something running on
 * one of them, when it is killed. */
static void G_GNUC_NORETURN
hold (const char *marker)
{
  static const char *const addresses[] = { "10.1.0.1/24", NULL };
  const char *const sleeper[] = { "sh", "-c", "echo running; read word", marker, NULL };
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestNet) net = test_net_new ();
  g_autoptr (TestProcess) process = NULL;

  test_net_go_to (net, test_net_add_host (net, addresses));
  process = test_process_start (folder, sleeper, NULL);
  test_folder_free (g_steal_pointer (&folder)); /* nobody will do it later */
  g_assert_true (test_process_wait_for_output (process, "running\n", TEST_PATIENCE_MS));
  g_print ("holding\n");
  for (;;)
    pause ();
}

/* How many processes of this machine have @marker among their arguments. */
static guint
count_processes (const char *marker)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name = NULL;
  guint count = 0;

  while ((name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *arguments = NULL;
      gsize len = 0;

      if (g_ascii_isdigit (*name) && g_file_get_contents (path, &arguments, &len, NULL))
        count += memmem (arguments, len, marker, strlen (marker)) != NULL;
    }
  return count;
}

/* A test that is killed leaves no process behind, and so no network. */
static void
test_nothing_is_left (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *const argv[] = { self, "--hold", folder->path, NULL };
  g_autoptr (TestProcess) test = test_process_start (folder, argv, NULL);
  gint64 until_us = 0;

  test_expect_output (test, "holding\n");
  g_assert_cmpuint (count_processes (folder->path), ==, 4); /* see test-net.c, and sh */
  test_process_signal (test, SIGKILL);
  g_assert_true (test_process_wait (test, TEST_PATIENCE_MS));
  until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  while (count_processes (folder->path) > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (5 * 1000);
    }
}

static void
test_forbidden (void)
{
  g_test_skip (TEST_NET_FORBIDDEN);
}

static void
add (const char *path,
     gconstpointer data,
     void (*open) (World *, gconstpointer),
     void (*test) (World *, gconstpointer))
{
  if (test_net_is_allowed ())
    g_test_add (path, World, data, open, test, close_world);
  else
    g_test_add_func (path, test_forbidden);
}

int
main (int argc, char **argv)
{
  test_net_init ();
  if (argc == 3 && g_str_equal (argv[1], "--hold"))
    hold (argv[2]);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_autofree char *path =
          g_strconcat ("/net/interop/2-different-machines/", families[i].path, NULL);

      add (path, &families[i], open_world, test_different_machines);
    }
  add ("/net/interop/2-different-machines/no-options", NULL, open_world, test_no_options);
  add ("/net/interop/3-one-local-one-remote/local-first", NULL, open_world, test_local_first);
  add ("/net/interop/3-one-local-one-remote/remote-first", NULL, open_world, test_remote_first);
  add ("/net/interop/6-ten-addresses", NULL, open_world, test_ten_addresses);
  add ("/net/protected-mode/every-address", NULL, open_places, test_every_address);
  add ("/net/protected-mode/every-ipv4-address", NULL, open_places, test_every_ipv4_address);
  add ("/net/protected-mode/public", NULL, open_places, test_public);
  add ("/net/protected-mode/named-address", NULL, open_places, test_named_address);
  add ("/net/protected-mode/our-client-says-why", NULL, open_places, test_refused_client);
  g_test_add_func ("/net/machines/nothing-is-left-of-a-killed-test",
                   test_net_is_allowed () ? test_nothing_is_left : test_forbidden);
  return g_test_run ();
}
