/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the window looks like with several servers of IRC, for people to look at: light, dark, as
 * narrow as a telephone, from right to left, and in a language of long words; of the last ones
 * also the dialogs. What a program can say of it by itself is that nothing makes the window
 * wider than it is.
 */
#include "config.h"

#include <string.h>

#include "tests/gtk/gtk-driver.h"
#include "tests/gtk/long-words.h"

#define NARROW 360

typedef struct
{
  const char *name;
  const char *scheme;
  const char *preload; /* (nullable): what is preloaded */
  int width;           /* 0: as wide as it likes */
} Look;

static const Look looks[] = {
  { "irc-light", "light", NULL, 0 },
  { "irc-dark", "dark", NULL, 0 },
  { "irc-narrow", "light", NULL, NARROW },
  { "irc-narrow-dark", "dark", NULL, NARROW },
  { "irc-right-to-left", "light", "RIGHT_TO_LEFT", 0 },
  { "irc-right-to-left-narrow", "light", "RIGHT_TO_LEFT", NARROW },
  { "irc-long-words", "light", "LONG_WORDS", 0 },
  { "irc-long-words-narrow", "light", "LONG_WORDS", NARROW },
};

typedef struct
{
  const Look *look;
  TestServer *server; /* (owned) */
  TestServer *other;  /* (owned) */
  TestPeer *grace;    /* (owned) */
  TestPeer *linus;    /* (owned) */
  TestFolder *folder; /* (owned) */
  TestApp *app;       /* (owned) */
} Scene;

/* In a room of another server is who is in two; this one is before the eyes then. */
static void
open_other (Scene *scene)
{
  g_autofree char *uri = driver_irc_uri (scene->server->port, "retransmissions");
  g_autoptr (TestProcess) second =
      test_app_start_second (scene->folder, (const char *const[]){ uri, NULL });

  test_process_expect_exit (second, 0);
  test_peer_expect_later (scene->grace, "Ada");
  test_app_expect_words (scene->app, "What a lost segment looks like");
}

static void
scene_open (Scene *scene, gconstpointer data)
{
  const Look *look = data;
  g_autofree char *keyfile =
      g_strdup_printf ("[org/salotto/Salotto]\nname='Ada'\ncolor-scheme='%s'\n", look->scheme);
  g_autofree char *preload = look->preload != NULL
                                 ? g_strconcat ("LD_PRELOAD=", test_program (look->preload), NULL)
                                 : NULL;
  g_autofree char *uri = NULL;

  scene->look = look;
  scene->server = test_server_start (NULL);
  scene->other = test_server_start (NULL);
  scene->grace = driver_join_irc (scene->server->port, "Grace", "#retransmissions");
  scene->linus = driver_join_irc (scene->server->port, "Linus", "#retransmissions");
  test_irc_say (scene->grace,
                "TOPIC #retransmissions :What a lost segment looks like from both ends");
  test_irc_say (scene->linus, "AWAY :lunch");
  test_peer_expect_later (scene->linus, " 306 ");
  scene->folder = driver_folder_new (NULL);
  test_folder_write (scene->folder, "glib-2.0/settings/keyfile", keyfile);
  uri = driver_irc_uri (scene->other->port, "tea");
  scene->app = test_app_start (scene->folder, (const char *const[]){ uri, NULL },
                               (const char *const[]){ preload, NULL });
  /* What lists are called is in some language. */
  scene->app->looks_into_rows = TRUE;
  test_app_expect_words (scene->app, "#tea");
  open_other (scene);
}

static void
scene_close (Scene *scene, gconstpointer data)
{
  test_app_free (scene->app);
  test_peer_free (scene->grace);
  test_peer_free (scene->linus);
  test_server_free (scene->server);
  test_server_free (scene->other);
  test_folder_free (scene->folder);
}

static void
talk (Scene *scene)
{
  test_app_focus (scene->app);
  test_irc_say (scene->grace,
                "PRIVMSG #retransmissions :Has anybody looked at the trace of yesterday?");
  test_irc_say (scene->grace, "PRIVMSG #retransmissions :The second one has three in a row.");
  test_irc_say (scene->linus,
                "PRIVMSG #retransmissions :See https://www.rfc-editor.org/rfc/rfc9293 🙂");
  test_irc_say (scene->linus, "PRIVMSG #retransmissions :Ada, what do you think?");
  test_peer_expect_later (scene->grace, "what do you think");
  test_app_expect_words (scene->app, "what do you think");
  test_desktop_type ("It is the delayed acknowledgment\n");
  test_peer_expect_later (scene->grace, "It is the delayed acknowledgment");
  test_irc_say (scene->grace, "PRIVMSG Ada :Shall we show it tomorrow?");
  test_app_expect_words (scene->app, "Grace");
}

static void
shoot (Scene *scene, const char *what)
{
  g_autofree char *name = g_strconcat (scene->look->name, what, NULL);
  int width = 0;
  int height = 0;

  test_desktop_shoot (name);
  test_desktop_get_size (&width, &height);
  if (scene->look->width > 0)
    g_assert_cmpint (width, <=, scene->look->width);
}

/* Returns: (transfer full): what that is called in the language of the window. */
static char *
translate (Scene *scene, const char *name)
{
  return g_strcmp0 (scene->look->preload, "LONG_WORDS") == 0 ? long_words_make (name)
                                                             : g_strdup (name);
}

static void
press (Scene *scene, const char *name)
{
  g_autofree char *here = translate (scene, name);

  test_app_press (scene->app, here);
}

/* What has most words. */
static void
shoot_dialogs (Scene *scene)
{
  press (scene, "Room menu");
  shoot (scene, "-menu");
  press (scene, "Log in…");
  test_app_expect (scene->app, "password text", NULL);
  shoot (scene, "-login");
  press (scene, "Do not log in");
  test_app_expect_gone (scene->app, "password text", NULL);
  test_app_focus (scene->app);
  test_desktop_key ("ctrl+n");
  press (scene, "Cancel");
}

static void
test_look (Scene *scene, gconstpointer data)
{
  g_autofree char *back = translate (scene, "Back to the rooms");

  talk (scene);
  if (scene->look->width > 0)
    {
      test_desktop_resize (scene->look->width, 640);
      test_app_expect (scene->app, "push button", back);
      shoot (scene, "");
    }
  test_app_focus (scene->app);
  test_desktop_key ("F9");
  test_app_expect (scene->app, "table|tree table", NULL);
  shoot (scene, scene->look->width > 0 ? "-people" : "");
  if (scene->look->width > 0)
    {
      test_desktop_key ("F9 alt+Left");
      test_app_expect_words (scene->app, "#tea");
      shoot (scene, "-rooms");
    }
  else if (g_strcmp0 (scene->look->preload, "LONG_WORDS") == 0)
    shoot_dialogs (scene);
}

static void
add_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree char *path = g_strconcat ("/gtk/irc-looks/", looks[i].name, NULL);

      g_test_add (path, Scene, &looks[i], scene_open, test_look, scene_close);
    }
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
