/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The desktop client with servers of IRC by other authors: people talk, and what is said of a message
 * is true. ngircd sends nothing back, so there a message is sent, and never delivered.
 */
#include "config.h"

#include "tests/gtk/gtk-driver.h"
#include "tests/lib/test-ircd.h"

typedef struct
{
  TestIrcd *server;   /* (owned) */
  TestPeer *eva;      /* (owned) */
  TestFolder *folder; /* (owned) */
  TestApp *app;       /* (owned) */
} Scene;

static void
scene_open (Scene *scene, gconstpointer data)
{
  scene->server = test_ircd_start (data);
  scene->folder = driver_folder_new ("Ada");
  scene->eva = test_peer_connect (scene->server->port);
  test_irc_say (scene->eva, "NICK Eva");
  test_irc_say (scene->eva, "USER eva 0 * :Eva");
  test_peer_expect_later (scene->eva, " 001 ");
  test_irc_say (scene->eva, "JOIN #tea");
  test_peer_expect_later (scene->eva, " 366 ");
  scene->app = driver_enter_irc (scene->folder, scene->server->port, "tea");
  test_peer_expect_later (scene->eva, "JOIN");
}

static void
scene_close (Scene *scene, gconstpointer data)
{
  test_app_free (scene->app);
  test_peer_free (scene->eva);
  test_folder_free (scene->folder);
  test_ircd_free (scene->server);
}

static const char *
state_of (const TestIrcdKind *kind)
{
  return kind->receipts ? "Delivered" : "Sent";
}

static void
test_talk (Scene *scene, gconstpointer data)
{
  const TestIrcdKind *kind = data;
  TestApp *app = scene->app;

  driver_say (app, TEST_ACCENTS);
  test_peer_expect_later (scene->eva, "PRIVMSG #tea :" TEST_ACCENTS);
  test_irc_say (scene->eva, "PRIVMSG #tea :sì");
  test_app_expect_row (app, "Messages", "Eva, ", "sì");
  test_app_expect_row (app, "Messages", "Ada, ", TEST_ACCENTS, state_of (kind));
  driver_say (app, "/me waves");
  test_peer_expect_later (scene->eva, "PRIVMSG #tea :\001ACTION waves\001");
  test_app_expect_row (app, "Messages", "Ada waves", state_of (kind));
  if (!kind->receipts)
    test_app_expect_rows (app, "Messages", 0, "Delivered");

  test_irc_say (scene->eva, "PRIVMSG Ada :between us");
  test_app_expect_row (app, "Rooms", "Eva", "1 unread message");
  driver_say (app, "/msg Eva so be it");
  test_peer_expect_later (scene->eva, "PRIVMSG Eva :so be it");
  test_app_expect_row (app, "Messages", "so be it", state_of (kind));
}

/* What the server does not do is said where it was wanted. */
static void
test_refused (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_irc_say (scene->eva, "MODE #tea +mt");
  test_peer_expect_later (scene->eva, "MODE #tea ");
  driver_say (app, "may I speak?");
  test_app_expect_row (app, "Messages", "may I speak?", "Not sent");
  driver_say (app, "/topic mine");
  test_app_expect_row (app, "Messages", "The server, ", " op");
  test_irc_say (scene->eva, "KICK #tea Ada :enough");
  test_app_expect_row (app, "Rooms", "tea", "not connected");
  test_app_expect_row (app, "Messages", "enough");
}

/* What it tells of people is told in sentences. */
static void
test_whois (Scene *scene, gconstpointer data)
{
  driver_say (scene->app, "/whois Eva");
  test_app_expect_row (scene->app, "Messages", "Eva is in ", "#tea");
  test_app_expect_row (scene->app, "Messages", "Eva is on the server irc.example.net");
  test_app_expect_rows (scene->app, "Messages", 0, "End of");
}

static void
add (const char *path, void (*test) (Scene *scene, gconstpointer data))
{
  static const TestIrcdKind *const kinds[] = { &test_ircd_ngircd, &test_ircd_inspircd };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *whole = g_strdup_printf ("/gtk/ircd/%s/%s", kinds[i]->name, path);

      g_test_add (whole, Scene, kinds[i], scene_open, test, scene_close);
    }
}

static void
add_cases (void)
{
  add ("talk", test_talk);
  add ("refused", test_refused);
  add ("whois", test_whois);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
