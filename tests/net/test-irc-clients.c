/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs by other authors, as Debian has them, in one room with everybody else: HexChat,
 * irssi, WeeChat, ii and sic speak IRC, netcat, telnet and Python plain TCP, salotto-cli
 * either. Each comes in, speaks, hears and leaves, all at the same port.
 */
#include "config.h"

#include "tests/lib/test-guest.h"

typedef struct
{
  TestServer *server; /* (owned) */
  TestPeer *anna;     /* (owned): who watches, in plain */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->server = test_server_start_with_log (test_folder_new (), 0);
  f->anna = test_peer_join (f->server->port, "Anna");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->anna, test_peer_free);
  test_server_stop (f->server);
  test_server_free (f->server);
}

/* Connects, joins, speaks, hears, leaves. */
static void
test_client (Fixture *f, gconstpointer data)
{
  const TestGuestKind *kind = data;
  TestGuest *guest = test_guest_come (kind, f->server->port, f->anna);
  g_autofree char *said = g_strdup_printf ("perché_%s %s", kind->name, kind->smile);
  g_autofree char *in_room = g_strdup_printf ("): %s\n", said);

  kind->say (guest, said);
  test_guest_expect_in_room (guest, f->anna, in_room);
  test_peer_send (f->anna, "così_Anna 😃\n");
  g_assert_true (kind->hears (guest, "così_Anna"));
  kind->leave (guest);
  test_guest_expect_in_room (guest, f->anna, ") has left this room.\n");
  test_guest_free (guest);
}

/* All kinds at once: what one says, all hear; and when the server dies, nothing that they have
 * heard is missing afterwards. */
static void
test_all (Fixture *f, gconstpointer data)
{
  TestGuest *guests[TEST_GUEST_KINDS];
  TestFolder *folder = NULL;

  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    guests[i] = test_guest_come (&test_guest_kinds[i], f->server->port, f->anna);
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    {
      g_autofree char *said =
          g_strdup_printf ("tutti_%s_è %s", test_guest_kinds[i].name, test_guest_kinds[i].smile);
      g_autofree char *heard = g_strdup_printf ("tutti_%s_è", test_guest_kinds[i].name);
      g_autofree char *in_room = g_strdup_printf ("): %s\n", said);

      test_guest_kinds[i].say (guests[i], said);
      test_guest_expect_in_room (guests[i], f->anna, in_room);
      for (guint k = 0; k < TEST_GUEST_KINDS; k++)
        if (!guests[k]->kind->hears (guests[k], heard))
          g_error ("%s did not hear %s", test_guest_kinds[k].name, test_guest_kinds[i].name);
    }

  folder = test_server_kill (f->server);
  test_peer_free (f->anna);
  test_server_free (f->server);
  f->server = test_server_start_with_log (folder, 0);
  f->anna = test_peer_join (f->server->port, "Anna");
  test_peer_send (f->anna, "/history 100\n");
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    {
      g_autofree char *line = g_strdup_printf ("] > %s: tutti_%s_è %s\n", test_guest_kinds[i].name,
                                               test_guest_kinds[i].name, test_guest_kinds[i].smile);

      test_peer_expect_later (f->anna, line);
    }
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    test_guest_free (guests[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    {
      g_autofree char *path = g_strconcat ("/irc-clients/", test_guest_kinds[i].name, NULL);

      g_test_add (path, Fixture, &test_guest_kinds[i], set_up, test_client, tear_down);
    }
  g_test_add ("/irc-clients-together/all-in-one-room", Fixture, NULL, set_up, test_all, tear_down);
  return g_test_run ();
}
