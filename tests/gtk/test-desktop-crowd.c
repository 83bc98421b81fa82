/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * IRC servers that send more than anybody wants: a room with 10,000 people who go and come,
 * names and topics that mean harm, words that never end, a past without a beginning. The
 * window does nothing that takes long enough to be noticed, its memory stays bounded, and
 * afterwards everything works.
 */
#include "config.h"

#include <string.h>

#include "tests/gtk/gtk-driver.h"
#include "tests/gtk/turns.h"

/* More people than anybody sees at once. */
#define CROWD 10000
/* What a window may need more than at its start, whatever comes. */
#define MORE_MEMORY (128 * 1024 * 1024)
/* Of a message of the day. */
#define MOTD_BYTES (10 * 1024 * 1024)
/* Somebody reads so far back. */
#define PAGES 12
/* Nothing of this ends within the patience that is enough for a message. */
#define PATIENCE 3
/* Lines that are said to belong together, and whose end is not said. */
#define BATCH_LINES 10000

typedef struct
{
  Stage *stage;       /* (owned) */
  TestFolder *folder; /* (owned) */
  Turns *turns;       /* (owned) */
  TestApp *app;       /* (owned) */
  guint64 memory;     /* at the beginning */
} Scene;

/* Lines that come one after another, until they are sent. */
static void G_GNUC_PRINTF (2, 3) add (GString *lines, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (lines, format, arguments);
  va_end (arguments);
  g_string_append (lines, "\r\n");
}

/* On a server that is as others are, in a room with somebody in it. */
static void
scene_open (Scene *scene, gconstpointer data)
{
  g_autofree char *uri = NULL;

  scene->stage = stage_new ();
  scene->folder = driver_folder_new ("Ada");
  scene->turns = turns_new (scene->folder);
  uri = driver_irc_uri (scene->stage->port, "tea");
  scene->app = test_app_start (scene->folder, (const char *const[]){ uri, NULL },
                               (const char *const *) scene->turns->env);
  scene->app->patience_ms *= PATIENCE;
  stage_let_in (scene->stage);
  test_peer_expect_later (scene->stage->client, "USER ");
  test_peer_send (scene->stage->client, ":s 001 Ada :Welcome\r\n:s 422 Ada :No motd\r\n");
  test_peer_expect_later (scene->stage->client, "JOIN #tea");
  test_peer_send (scene->stage->client, ":Ada!a@h JOIN #tea\r\n:s 353 Ada = #tea :Ada Eva\r\n"
                                        ":s 366 Ada #tea :end\r\n");
  test_app_expect_row (scene->app, "Rooms", "tea", ", connected");
  test_app_press (scene->app, "People in this room");
  test_app_expect_words (scene->app, "2 people here");
  scene->memory = test_app_get_memory (scene->app);
}

static void
scene_close (Scene *scene, gconstpointer data)
{
  test_app_free (scene->app);
  turns_free (scene->turns);
  test_folder_free (scene->folder);
  stage_free (scene->stage);
}

/* Sends all of this; the window stays as swift and as small as it was, and works. */
static void
expect_undisturbed (Scene *scene, const GString *lines)
{
  guint64 memory = 0;

  turns_begin (scene->turns);
  test_peer_send (scene->stage->client, lines->str);
  test_peer_send (scene->stage->client, ":Eva!e@h PRIVMSG #tea :that was all\r\n");
  test_app_expect_row (scene->app, "Messages", "that was all");
  turns_expect_short (scene->turns);
  memory = test_app_get_memory (scene->app);
  g_test_message ("%" G_GSIZE_FORMAT " KiB were sent, and it needs %" G_GUINT64_FORMAT
                  " KiB more than before",
                  lines->len / 1024, (MAX (memory, scene->memory) - scene->memory) / 1024);
  g_assert_cmpuint (memory, <, scene->memory + MORE_MEMORY);
  driver_say (scene->app, "still here");
  test_peer_expect_later (scene->stage->client, "PRIVMSG #tea :still here");
}

static void
add_names (GString *lines, guint n)
{
  for (guint i = 0; i < n / 20; i++)
    {
      g_string_append (lines, ":s 353 Ada = #tea :");
      for (guint j = 0; j < 20; j++)
        g_string_append_printf (lines, "p%u ", i * 20 + j);
      g_string_append (lines, "\r\n");
    }
  add (lines, ":s 366 Ada #tea :end");
}

static void
test_names (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  add_names (lines, CROWD);
  expect_undisturbed (scene, lines);
  test_app_expect_words (scene->app, "10002 people here");
  test_desktop_shoot ("crowd");
}

/* All of them go, and others come in. */
static void
test_joins (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  add_names (lines, CROWD);
  for (guint i = 0; i < CROWD; i++)
    {
      add (lines, ":p%u!u@h PART #tea :\xe2\x80\xae<b>", i);
      add (lines, ":q%u!u@h JOIN #tea", i);
    }
  expect_undisturbed (scene, lines);
}

/* Half of the network is gone, and is back. */
static void
test_split (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  add_names (lines, CROWD);
  for (guint i = 0; i < CROWD; i++)
    add (lines, ":p%u!u@h QUIT :a.net b.net", i);
  for (guint i = 0; i < CROWD; i++)
    add (lines, ":p%u!u@h JOIN #tea", i);
  for (guint i = 0; i < CROWD; i++)
    add (lines, ":s MODE #tea +v p%u", i);
  for (guint i = 0; i < CROWD; i++)
    add (lines, ":p%u!u@h NICK r%u", i, i);
  expect_undisturbed (scene, lines);
}

static void
test_topics (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *marks = g_strnfill (300, 'e');

  for (guint i = 0; i < CROWD; i++)
    add (lines,
         ":Eva!e@h TOPIC #tea :\xe2\x80\xae\x02\x1f\x03"
         "4,5<b>&amp;\xe2\x81\xa7%s\xcc\x81\xcc\x81\xcc\x81\xcc\x81 https://x.example/%u",
         marks, i);
  expect_undisturbed (scene, lines);
}

static void
test_motd (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (":s 375 Ada :- motd\r\n");
  g_autofree char *words = g_strnfill (400, 'm');

  while (lines->len < MOTD_BYTES)
    add (lines, ":s 372 Ada :- %s", words);
  add (lines, ":s 376 Ada :end");
  expect_undisturbed (scene, lines);
}

/* The same, to somebody who looks at the row of the server. */
static void
test_motd_seen (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (":s 375 Ada :- motd\r\n");
  g_autofree char *words = g_strnfill (400, 'm');

  while (lines->len < MOTD_BYTES)
    add (lines, ":s 372 Ada :- %s", words);
  add (lines, ":s 376 Ada :the end of it");
  add (lines, ":s NOTICE Ada :read all of it");
  test_app_focus (scene->app);
  test_desktop_key ("alt+1");
  test_app_expect_row (scene->app, "Messages", "No motd");
  turns_begin (scene->turns);
  test_peer_send (scene->stage->client, lines->str);
  test_app_expect_row (scene->app, "Messages", "read all of it");
  turns_expect_short (scene->turns);
  g_assert_cmpuint (test_app_get_memory (scene->app), <, scene->memory + MORE_MEMORY);
}

/* Everybody wants to talk in private, and names whom they talk to. */
static void
test_strangers (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < CROWD; i++)
    add (lines, ":s%u!u@h PRIVMSG Ada :Ada, <b>buy</b> this", i);
  expect_undisturbed (scene, lines);
}

/* Notices, errors, wishes of programs, and lists that nobody has asked for. */
static void
test_noise (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < CROWD; i++)
    {
      add (lines,
           ":s 322 Ada #room%u 12 :\x03"
           "4What it is about",
           i);
      add (lines, ":s NOTICE Ada :*** %u", i);
      add (lines, ":s 404 Ada #tea :Cannot send to channel");
      add (lines, ":Eva!e@h PRIVMSG Ada :\001VERSION\001");
      add (lines, ":Eva!e@h INVITE Ada #room%u", i);
    }
  expect_undisturbed (scene, lines);
}

/* Somebody has all of the people read to them: by the children of the table, of which there are
 * not too many; by rows and columns, which are all there. */
static void
test_read_aloud (Scene *scene, gconstpointer data)
{
  static const int rows[] = { 0, 1, CROWD / 2, CROWD };
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (TestWidget) table = NULL;
  g_autoptr (GPtrArray) children = NULL;

  add_names (lines, CROWD);
  expect_undisturbed (scene, lines);
  test_app_expect_words (scene->app, "10002 people here");
  table = test_app_find (scene->app, "table|tree table", "People");
  turns_begin (scene->turns);
  children = test_widget_get_children (table);
  g_assert_cmpuint (children->len, >, 0);
  g_assert_cmpuint (children->len, <, CROWD / 10);
  g_assert_cmpint (test_widget_get_n_rows (table), ==, CROWD + 2);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TestWidget) cell = test_widget_get_cell (table, rows[i], 0);
      g_autofree char *name = NULL;

      g_assert_nonnull (cell);
      name = test_widget_get_name (cell);
      g_test_message ("in row %d is %s", rows[i], name);
      g_assert_cmpstr (name, !=, "");
    }
  turns_expect_short (scene->turns);
}

/* A server that has a past without a beginning, played by a thread. */
typedef struct
{
  GThread *thread;
  TestPeer *peer;      /* (unowned) */
  gboolean never_ends; /* the first page that is asked for */
  int pages;           /* (atomic): so many were asked for */
  int stop;            /* (atomic) */
  guint64 first;       /* the oldest message that was told */
} Past;

static void
send_page (Past *past, const char *label, guint most)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  past->first -= most;
  add (lines, "@label=%s :s BATCH +p chathistory #tea", label);
  for (guint i = 0; i < most; i++)
    {
      guint64 n = past->first + i;

      add (lines,
           "@batch=p;msgid=m%" G_GUINT64_FORMAT ";time=2025-01-%02u"
           "T%02u:%02u:%02u.000Z "
           ":Eva!e@h PRIVMSG #tea :message %" G_GUINT64_FORMAT,
           n, (guint) (1 + n / 86400 % 28), (guint) (n / 3600 % 24), (guint) (n / 60 % 60),
           (guint) (n % 60), n);
    }
  if (past->never_ends)
    for (guint i = 0; i < BATCH_LINES; i++)
      add (lines, "@batch=p;msgid=x%u :Eva!e@h PRIVMSG #tea :and another one", i);
  else
    add (lines, ":s BATCH -p");
  if (past->never_ends)
    add (lines, ":Eva!e@h PRIVMSG Ada :that was all");
  test_peer_send (past->peer, lines->str);
}

/* @line: of the client; it begins with a label where it has one */
static void
answer (Past *past, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  const char *label = g_str_has_prefix (line, "@label=") ? words[0] + strlen ("@label=") : "";
  g_autofree char *text = NULL;

  if (g_str_has_prefix (line, "CAP LS"))
    test_peer_send (past->peer, ":s CAP * LS :batch draft/chathistory labeled-response "
                                "message-tags server-time\r\n");
  else if (g_str_has_prefix (line, "CAP REQ "))
    {
      text = g_strdup_printf (":s CAP * ACK %s\r\n", line + strlen ("CAP REQ "));
      test_peer_send (past->peer, text);
    }
  else if (g_str_has_prefix (line, "CAP END"))
    test_peer_send (past->peer, ":s 001 Ada :Welcome\r\n"
                                ":s 005 Ada CHATHISTORY=50 MSGREFTYPES=msgid :are supported\r\n"
                                ":s 422 Ada :No motd\r\n");
  else if (strstr (line, "JOIN #tea") != NULL)
    test_peer_send (past->peer, ":Ada!a@h JOIN #tea\r\n:s 353 Ada = #tea :Ada Eva\r\n"
                                ":s 366 Ada #tea :end\r\n");
  else if (strstr (line, "CHATHISTORY ") != NULL)
    {
      send_page (past, label, 50);
      g_atomic_int_inc (&past->pages);
    }
}

static gpointer
be_endless (gpointer data)
{
  Past *past = data;

  while (!g_atomic_int_get (&past->stop))
    {
      g_autofree char *line = test_peer_take_line (past->peer);

      if (line != NULL)
        answer (past, g_strchomp (line));
      else
        (void) test_peer_read (past->peer, 50);
    }
  return NULL;
}

/* Somebody reads back, page after page. */
static void
test_past (gconstpointer data)
{
  g_autoptr (Stage) stage = stage_new ();
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (Turns) turns = turns_new (folder);
  g_autofree char *uri = driver_irc_uri (stage->port, "tea");
  g_autoptr (TestApp) app =
      test_app_start (folder, (const char *const[]){ uri, NULL }, (const char *const *) turns->env);
  Past past = { .first = 1000000000, .never_ends = data != NULL };
  guint64 memory = test_app_get_memory (app);

  app->patience_ms *= PATIENCE;
  stage_let_in (stage);
  past.peer = stage->client;
  past.thread = g_thread_new ("past", be_endless, &past);
  test_app_expect_row (app, "Rooms", "tea", ", connected");
  turns_begin (turns);
  if (past.never_ends)
    test_app_expect_row (app, "Rooms", "Eva", "1 unread");
  else
    {
      gint64 until_us = g_get_monotonic_time () + app->patience_ms * G_TIME_SPAN_MILLISECOND;

      test_app_expect_row (app, "Messages", "message 999999999");
      test_app_focus (app);
      while (g_atomic_int_get (&past.pages) < PAGES && g_get_monotonic_time () < until_us)
        {
          test_desktop_key ("Page_Up Page_Up Page_Up Page_Up");
          g_usleep (TEST_LOOK_AGAIN_US);
        }
      g_assert_cmpint (g_atomic_int_get (&past.pages), >=, PAGES);
    }
  turns_expect_short (turns);
  g_assert_cmpuint (test_app_get_memory (app), <, memory + MORE_MEMORY);
  g_atomic_int_set (&past.stop, 1);
  g_thread_join (past.thread);
  if (past.never_ends)
    return; /* what is said waits for the end of the past */
  driver_say (app, "still here");
  test_peer_expect_later (stage->client, "PRIVMSG #tea :still here");
}

static void
add_cases (void)
{
#define ADD(name, test) g_test_add ("/gtk/crowd/" name, Scene, NULL, scene_open, test, scene_close)
  ADD ("names", test_names);
  ADD ("joins", test_joins);
  ADD ("split", test_split);
  ADD ("topics", test_topics);
  ADD ("motd", test_motd);
  ADD ("motd-seen", test_motd_seen);
  ADD ("noise", test_noise);
  ADD ("strangers", test_strangers);
  ADD ("read-aloud", test_read_aloud);
#undef ADD
  g_test_add_data_func ("/gtk/crowd/past", NULL, test_past);
  g_test_add_data_func ("/gtk/crowd/page-without-end", "never", test_past);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
