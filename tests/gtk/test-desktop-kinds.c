/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window in one room with all kinds of guests at once: what one says, all hear, and when
 * the server dies, nothing that anybody has heard is missing afterwards, or there twice.
 */
#include "config.h"

#include <string.h>

#include "tests/gtk/gtk-driver.h"
#include "tests/lib/test-guest.h"

/* No spaces: programs that draw a screen jump over them. */
#define ADA_SAYS "tutti_Ada_perché_ñandú_Füße_–_5_€_🙂🎉"
#define ADA_SAYS_IN_THE_END "poi_Ada_" TEST_ACCENTS

typedef struct
{
  TestServer *server; /* (owned) */
  TestPeer *anna;     /* (owned): who watches, in plain */
  TestFolder *folder; /* (owned): Ada's home */
  TestApp *app;       /* (owned): her window */
  TestGuest *guests[TEST_GUEST_KINDS];
} Party;

static void
party_open (Party *party, gconstpointer data)
{
  const char *scheme = data;
  g_autofree char *uri = NULL;

  party->server = test_server_start_with_log (test_folder_new (), 0);
  party->anna = test_peer_join (party->server->port, "Anna");
  party->folder = driver_folder_new ("Ada");
  uri = g_strdup_printf ("%s127.0.0.1:%u", scheme, party->server->port);
  party->app = driver_enter_uri (party->folder, uri);
  test_peer_expect_later (party->anna, "> Ada('");
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    party->guests[i] = test_guest_come (&test_guest_kinds[i], party->server->port, party->anna);
}

static void
party_close (Party *party, gconstpointer data)
{
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    test_guest_free (party->guests[i]);
  test_app_free (party->app);
  test_peer_free (party->anna);
  test_server_free (party->server);
  test_folder_free (party->folder);
}

static char *
words_of (const TestGuestKind *kind)
{
  return g_strdup_printf ("tutti_%s_è_%s", kind->name, kind->smile);
}

/* Ada's line and everybody else's are each in the window once, as they were written. */
static void
expect_each_once (Party *party)
{
  test_app_expect_rows (party->app, "Messages", 1, "Ada, ", ": " ADA_SAYS, "Delivered");
  test_app_expect_rows (party->app, "Messages", 1, "tutti_Ada_");
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    {
      const TestGuestKind *kind = &test_guest_kinds[i];
      g_autofree char *begin = g_strconcat (kind->name, ", ", NULL);
      g_autofree char *said = words_of (kind);
      g_autofree char *text = g_strconcat (": ", said, NULL);

      test_app_expect_rows (party->app, "Messages", 1, begin, text);
      test_app_expect_rows (party->app, "Messages", 1, said);
    }
}

static void
expect_all_hear (Party *party, const char *text)
{
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    if (!party->guests[i]->kind->hears (party->guests[i], text))
      g_error ("%s did not hear %s", party->guests[i]->kind->name, text);
}

static void
speak_all (Party *party)
{
  driver_say (party->app, ADA_SAYS);
  test_peer_expect_later (party->anna, "> Ada('");
  test_peer_expect_later (party->anna, "): " ADA_SAYS "\n");
  expect_all_hear (party, "tutti_Ada_");
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    {
      g_autofree char *said = words_of (&test_guest_kinds[i]);
      g_autofree char *in_room = g_strdup_printf ("): %s\n", said);

      party->guests[i]->kind->say (party->guests[i], said);
      test_guest_expect_in_room (party->guests[i], party->anna, in_room);
      expect_all_hear (party, said);
    }
  expect_each_once (party);
}

/* What the log has up to a line that Anna says now. */
static char *
read_log (Party *party)
{
  g_autoptr (GString) log = g_string_new (NULL);

  test_peer_send (party->anna, "/history 100\n");
  test_peer_send (party->anna, "finito\n");
  for (;;)
    {
      g_autofree char *line = test_peer_take_line (party->anna);

      g_assert_nonnull (line);
      if (g_str_has_suffix (line, "): finito"))
        return g_string_free (g_steal_pointer (&log), FALSE);
      g_string_append_printf (log, "%s\n", line);
    }
}

static void
expect_once (const char *log, const char *name, const char *said)
{
  g_autofree char *line = g_strdup_printf ("] > %s: %s\n", name, said);
  g_auto (GStrv) around = g_strsplit (log, said, -1);

  if (strstr (log, line) == NULL || g_strv_length (around) != 2)
    g_error ("“%s” of %s is not in the log once:\n%s", said, name, log);
}

static void
test_all (Party *party, gconstpointer data)
{
  guint16 port = party->server->port;
  TestFolder *kept = NULL;
  g_autofree char *log = NULL;

  speak_all (party);
  kept = test_server_kill (party->server);
  test_server_free (party->server);
  test_peer_free (g_steal_pointer (&party->anna));
  test_app_expect_label (party->app, "Connection", "Not connected: ");

  /* The window comes back by itself, and is heard, and hears. */
  party->server = test_server_start_with_log (kept, port);
  party->anna = test_peer_join (port, "Anna");
  test_app_expect_gone (party->app, NULL, "Connection");
  test_app_expect_row (party->app, "Rooms", ", connected");
  driver_say (party->app, ADA_SAYS_IN_THE_END);
  test_peer_expect_later (party->anna, "): " ADA_SAYS_IN_THE_END "\n");
  test_app_expect_row (party->app, "Messages", "Ada, ", ": " ADA_SAYS_IN_THE_END, "Delivered");
  test_peer_send (party->anna, "poi_Anna_è 😃\n");
  test_app_expect_row (party->app, "Messages", "Anna, ", ": poi_Anna_è 😃");

  expect_each_once (party);
  log = read_log (party);
  expect_once (log, "Ada", ADA_SAYS);
  expect_once (log, "Ada", ADA_SAYS_IN_THE_END);
  for (guint i = 0; i < TEST_GUEST_KINDS; i++)
    {
      g_autofree char *said = words_of (&test_guest_kinds[i]);

      expect_once (log, test_guest_kinds[i].name, said);
    }
}

static void
add_cases (void)
{
  g_test_add ("/gtk/kinds/window-in-plain", Party, "plain://", party_open, test_all, party_close);
  g_test_add ("/gtk/kinds/window-finds-out", Party, "", party_open, test_all, party_close);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
