/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plays the transcripts over TCP, against a real salottod and in real time: the same
 * files that are played in memory. How long what has to come may take at most is seen there,
 * on a clock of their own; here it has the time that everything has.
 */
#include "config.h"

#include <string.h>

#include "common/script/sal-script.h"
#include "tests/lib/test-pace.h"
#include "tests/lib/test-peer.h"

typedef struct
{
  TestServer *server;
  GHashTable *actors; /* (owned): name -> TestPeer (owned) */
} Stage;

static TestPeer *
find_actor (Stage *stage, const char *name)
{
  TestPeer *peer = g_hash_table_lookup (stage->actors, name);

  if (peer == NULL)
    {
      peer = test_peer_connect (stage->server->port);
      g_hash_table_insert (stage->actors, (gpointer) name, peer);
    }
  return peer;
}

static gboolean
await (TestPeer *peer, const SalStep *step, gint64 ms)
{
  gint64 until_us = g_get_monotonic_time () + ms * 1000;
  gsize end = 0;

  for (;;)
    {
      gint64 left_us = until_us - g_get_monotonic_time ();

      if (sal_step_matches (step, peer->received, 0, &end))
        {
          if (step->kind == SAL_STEP_EXPECT)
            g_byte_array_remove_range (peer->received, 0, (guint) end);
          return TRUE;
        }
      if (peer->ended || left_us <= 0)
        return FALSE;
      (void) test_peer_read (peer, (int) (left_us / 1000 + 1));
    }
}

G_NORETURN static void
fail (const TestPeer *peer, const SalStep *step, const char *what)
{
  g_autofree char *got = sal_script_show_bytes (peer->received->data, peer->received->len);

  g_error ("line %u: %s: %s; got %s", step->line, what, step->source, got);
}

static void
play_step (Stage *stage, const SalStep *step)
{
  TestPeer *peer = find_actor (stage, step->who);
  gsize len = 0;
  const void *bytes = NULL;

  switch (step->kind)
    {
    case SAL_STEP_CONNECT:
      break;
    case SAL_STEP_SEND:
      bytes = g_bytes_get_data (step->bytes, &len);
      test_peer_send_bytes (peer, bytes, len);
      break;
    case SAL_STEP_EXPECT:
      if (!await (peer, step, TEST_PATIENCE_MS))
        fail (peer, step, "did not come");
      break;
    case SAL_STEP_NOT:
      if (await (peer, step, step->time_ms))
        fail (peer, step, "came");
      break;
    case SAL_STEP_EXPECT_END:
      while (test_peer_read (peer, TEST_PATIENCE_MS))
        ;
      if (!peer->ended || peer->reset)
        fail (peer, step, "did not end");
      break;
    case SAL_STEP_WAIT:
      g_usleep (step->time_ms * 1000);
      break;
    case SAL_STEP_HALF_CLOSE:
      test_peer_half_close (peer);
      break;
    case SAL_STEP_CLOSE:
      test_peer_close (peer);
      break;
    case SAL_STEP_RESET:
      test_peer_reset (peer);
      break;
    }
}

static void
play (gconstpointer data)
{
  const char *path = data;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  Stage stage = { 0 };

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  steps = sal_script_parse (text, path, &error);
  g_assert_no_error (error);
  stage.server = test_server_start (NULL);
  stage.actors =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) test_peer_free);
  for (guint i = 0; i < steps->len; i++)
    play_step (&stage, steps->pdata[i]);
  g_hash_table_unref (stage.actors);
  test_server_stop (stage.server);
  test_server_free (stage.server);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (GDir) dir = NULL;
  /* GLib would free only what the cases that are played were to get, and that is one at a time. */
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  const char *name = NULL;

  g_test_init (&argc, &argv, NULL);
  folder = g_test_build_filename (G_TEST_DIST, "transcripts", NULL);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".txt"))
      {
        g_autofree char *stem = g_strndup (name, strlen (name) - strlen (".txt"));
        g_autofree char *path = g_strconcat ("/net/transcript/", stem, NULL);

        g_ptr_array_add (files, g_build_filename (folder, name, NULL));
        g_test_add_data_func (path, g_ptr_array_index (files, files->len - 1), play);
      }
  return test_pace_run ();
}
