/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Servers that mean harm, or do it. Whatever they send, the window answers the person in
 * front of it, its memory stays bounded, and nothing of what was sent is more than text.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/gtk/gtk-driver.h"
#include "tests/gtk/turns.h"

/* What a window with a hundred rows may need more than at its start, whatever comes. */
#define MORE_MEMORY (128 * 1024 * 1024)

/* How long it lasts. */
#define SECONDS 2
#define LINES_PER_SECOND 10000
#define PAUSE_US (10 * 1000)

/* A server that sends without end, in a thread of its own, until it is told to stop. */
typedef struct
{
  GThread *thread;
  int fd;
  const char *unit; /* is sent again and again */
  guint units;      /* so many each ten milliseconds; 0: as fast as it is taken */
  guint64 sent;     /* bytes */
  int stop;         /* atomic */
} Flood;

static gpointer
pour (gpointer data)
{
  Flood *flood = data;
  g_autoptr (GString) block = g_string_new (NULL);
  gint64 next_us = g_get_monotonic_time ();

  for (guint i = 0; i < MAX (flood->units, 100); i++)
    g_string_append (block, flood->unit);
  while (!g_atomic_int_get (&flood->stop))
    {
      ssize_t n = send (flood->fd, block->str, block->len, MSG_NOSIGNAL);

      if (n <= 0)
        break;
      flood->sent += (guint64) n;
      next_us += PAUSE_US;
      if (flood->units > 0 && g_get_monotonic_time () < next_us)
        g_usleep ((gulong) (next_us - g_get_monotonic_time ()));
    }
  return NULL;
}

static void
flood_begin (Flood *flood, Stage *stage, const char *unit, guint units)
{
  struct timeval patience = { .tv_sec = TEST_PATIENCE_MS / 1000 };

  *flood = (Flood){ .fd = stage->client->fd, .unit = unit, .units = units };
  setsockopt (flood->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  flood->thread = g_thread_new ("flood", pour, flood);
}

static void
flood_end (Flood *flood)
{
  g_atomic_int_set (&flood->stop, 1);
  g_thread_join (flood->thread);
}

/* The window in the room of a server that is played by hand. */
typedef struct
{
  TestFolder *folder; /* (owned) */
  Stage *stage;       /* (owned) */
  Turns *turns;       /* (owned) */
  TestApp *app;       /* (owned) */
} Scene;

/* For a case that looks for what stands only for a moment. */
static const int listens;

static void
scene_begin (Scene *scene, gconstpointer data)
{
  g_autofree char *uri = NULL;

  if (data == &listens)
    test_desktop_listen ();
  scene->folder = driver_folder_new ("Ada");
  scene->stage = stage_new ();
  uri = driver_uri (scene->stage->port, NULL);
  scene->turns = turns_new (scene->folder);
  scene->app = test_app_start (scene->folder, (const char *const[]){ uri, NULL },
                               (const char *const *) scene->turns->env);
  stage_let_in (scene->stage);
  test_peer_send (scene->stage->client, "Good evening.\n");
  test_peer_expect (scene->stage->client, "Ada\n");
  test_app_expect_row (scene->app, "Messages", "Good evening.");
}

static void
scene_end (Scene *scene, gconstpointer data)
{
  test_app_free (scene->app);
  turns_free (scene->turns);
  stage_free (scene->stage);
  test_folder_free (scene->folder);
}

/* Somebody opens the menu, closes it, and writes a message. */
static void
expect_answers (Scene *scene, const char *text)
{
  test_app_press (scene->app, "Main menu");
  test_app_expect (scene->app, TEST_PRESSABLE, "Preferences");
  test_desktop_key ("Escape");
  test_app_expect_gone (scene->app, TEST_PRESSABLE, "Preferences");
  driver_say (scene->app, text);
}

/* For some seconds the window is asked the shortest question there is, again and again, as somebody
 * would who has it read to them; nothing that it does takes long enough to be seen. */
static void
expect_swift_answers (Scene *scene)
{
  gint64 until_us = g_get_monotonic_time () + SECONDS * G_USEC_PER_SEC;
  gint64 worst_us = 0;

  turns_begin (scene->turns);
  while (g_get_monotonic_time () < until_us)
    worst_us = MAX (worst_us, test_app_measure_answer (scene->app));
  g_test_message ("the longest answer took %d ms", (int) (worst_us / 1000));
  turns_expect_short (scene->turns);
}

typedef struct
{
  const char *path;
  const char *unit;
  guint units; /* each ten milliseconds */
} Torrent;

static const Torrent torrents[] = {
  { "ten-thousand-lines-a-second", "the quick brown fox jumps over the lazy dog\n",
    LINES_PER_SECOND / 100 },
  { "lines-as-fast-as-they-are-taken", "the quick brown fox jumps over the lazy dog\n", 0 },
  { "empty-lines", "\n", 0 },
  { "line-without-end", "0123456789abcdef", 0 },
  { "marks-without-end", "e\xcc\x81\xcc\x82\xcc\x83", 0 },
  { "long-words",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
    0 },
  { "not-text",
    "\xff\xfe\xfd\x80\x81 \xff\xfe\xfd\x80\x81 \xff\xfe\xfd\x80\x81 \xff\xfe\xfd\x80\x81\n", 0 },
};

static void
test_torrent (Scene *scene, gconstpointer data)
{
  const Torrent *row = data;
  guint64 before = test_app_get_memory (scene->app);
  Flood flood = { 0 };

  flood_begin (&flood, scene->stage, row->unit, row->units);
  expect_swift_answers (scene);
  expect_answers (scene, "in the middle of it");
  g_assert_cmpuint (test_app_get_memory (scene->app), <, before + MORE_MEMORY);
  flood_end (&flood);
  g_test_message ("%" G_GUINT64_FORMAT " KiB were poured, and it needs %" G_GUINT64_FORMAT
                  " KiB more than before",
                  flood.sent / 1024,
                  (MAX (test_app_get_memory (scene->app), before) - before) / 1024);

  /* And when it is over, the window is as it was, once it has taken what the kernel has
   * kept for it. */
  scene->app->patience_ms *= 3;
  test_peer_send (scene->stage->client, "\nthat was it\n");
  test_app_expect_row (scene->app, "Messages", "that was it");
  expect_answers (scene, "afterwards");
}

/* Text that would like to be more. What is shown is what it says. */

typedef struct
{
  const char *name;
  const char *line;  /* of the server */
  const char *shown; /* of the row */
} Trick;

static const Trick tricks[] = {
  { "markup", "<b>bold</b> &amp; <a href='x'>link</a>", "<b>bold</b> &amp; <a href='x'>link</a>" },
  { "markup-that-does-not-close", "<span foreground='red'", "<span foreground='red'" },
  { "markup-in-a-name", "> <i>Eva</i>('127.0.0.1', 4242): hello", "<i>Eva</i>" },
  { "mirrored",
    "txt\xe2\x80\xae"
    "cod.exe",
    "txtcod.exe" },
  { "isolated", "\xe2\x81\xa6one\xe2\x81\xa9\xe2\x81\xa7two", "onetwo" },
  { "escapes", "\x1b[31mred\x1b[0m\x07", "[31mred[0m" },
  { "cursor", "over\b\b\b\bwritten", "written" },
  { "format", "%s%n%d 100%", "%s%n%d 100%" },
  { "half-a-character", "caff\xc3 e", "caff\xef\xbf\xbd e" },
  { "not-a-character", "\xef\xbf\xbf and \xf4\x90\x80\x80", " and " },
};

static void
test_tricks (Scene *scene, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tricks); i++)
    {
      g_autofree char *next = g_strconcat ("after ", tricks[i].name, NULL);
      g_autofree char *lines = g_strconcat (tricks[i].line, "\n", next, "\n", NULL);

      test_peer_send (scene->stage->client, lines);
      test_app_expect_row (scene->app, "Messages", next);
      test_app_expect_row (scene->app, "Messages", tricks[i].shown);
    }
  expect_answers (scene, "still here");
}

/* Only what opens in a browser is a link. */
static void
test_links (Scene *scene, gconstpointer data)
{
  test_peer_send (scene->stage->client, "see https://www.example.org/a?b=c&d or file:///etc/passwd "
                                        "or javascript:alert(1)\n");
  test_app_expect_row (scene->app, "Messages", "file:///etc/passwd");
  scene->app->looks_into_rows = TRUE;
  test_app_expect (scene->app, "link", NULL);
}

/* The server's end comes in the middle of everything. */
static void
test_reset (Scene *scene, gconstpointer data)
{
  test_peer_send (scene->stage->client, "half a li");
  test_peer_reset (scene->stage->client);
  test_app_expect_heard (scene->app, "Not connected: the connection to 127.0.0.1");
  test_desktop_stop_listening ();
  test_app_expect_row (scene->app, "Messages", "half a li");
  expect_answers (scene, "waiting");
}

/* One that lets in and puts out at once, again and again, is not knocked at without end. */
static void
test_revolving_door (void)
{
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (Stage) stage = stage_new ();
  g_autofree char *uri = driver_uri (stage->port, NULL);
  g_autoptr (TestApp) app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  for (guint i = 0; i < 3; i++)
    {
      stage_let_in (stage);
      test_peer_send (stage->client, "Good evening.\n");
      test_peer_expect (stage->client, "Ada\n");
      test_peer_close (stage->client);
    }
  test_app_expect_label (app, "Connection", "Next try in ");
}

static void
add_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (torrents); i++)
    {
      g_autofree char *path = g_strconcat ("/gtk/hostile/torrent/", torrents[i].path, NULL);

      g_test_add (path, Scene, &torrents[i], scene_begin, test_torrent, scene_end);
    }
  g_test_add ("/gtk/hostile/tricks", Scene, NULL, scene_begin, test_tricks, scene_end);
  g_test_add ("/gtk/hostile/links", Scene, NULL, scene_begin, test_links, scene_end);
  g_test_add ("/gtk/hostile/reset", Scene, &listens, scene_begin, test_reset, scene_end);
  g_test_add_func ("/gtk/hostile/revolving-door", test_revolving_door);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
