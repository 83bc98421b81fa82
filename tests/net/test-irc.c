/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conversations in IRC over TCP, written down in tests/irc. Each file is a case with either log,
 * in a file and in memory, because nobody should see which one there is. People speak
 * in lines `NAME> what they send` and `NAME< what they get next`; in the latter `*` stands for
 * anything, `%{x}` for a word that is remembered, and `${x}` for what was. `NAME! ` says that
 * nothing more comes (asked with PING), `NAME<EOF` that the server ends. `NAME: irc CAPS...`
 * lets somebody connect, negotiate CAPS and register as NAME; `NAME: raw` only connects;
 * `NAME: plain` comes in as plain people do.
 *
 * The port is the plain one: it serves both.
 */
#include "config.h"

#include <string.h>

#include "tests/lib/test-peer.h"

typedef struct
{
  const char *path; /* of the file */
  guint line;
  TestServer *server;
  GHashTable *people; /* (owned): name -> TestPeer (owned) */
  GHashTable *words;  /* (owned): name -> what was remembered (owned) */
} Play;

static void
peer_free (gpointer peer)
{
  test_peer_free (peer);
}

static void G_GNUC_PRINTF (2, 3) G_GNUC_NORETURN fail (const Play *play, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_error ("%s:%u: %s", play->path, play->line, text);
}

static char *
substitute (const Play *play, const char *text)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *end = g_str_has_prefix (text, "${") ? strchr (text, '}') : NULL;

      if (end != NULL)
        {
          g_autofree char *name = g_strndup (text + 2, (gsize) (end - text - 2));
          const char *word = g_hash_table_lookup (play->words, name);

          if (word == NULL)
            fail (play, "nothing was remembered as %s", name);
          g_string_append (out, word);
          text = end + 1;
        }
      else if (g_str_has_prefix (text, "\\x01"))
        {
          g_string_append_c (out, '\001');
          text += 4;
        }
      else
        g_string_append_c (out, *text++);
    }
  return g_string_free (out, FALSE);
}

/* The pattern as a regular expression; the names of its words are appended to @names. */
static GRegex *
compile (const char *pattern, GPtrArray *names)
{
  g_autoptr (GString) out = g_string_new ("^");

  while (*pattern != '\0')
    {
      const char *end = g_str_has_prefix (pattern, "%{") ? strchr (pattern, '}') : NULL;

      if (end != NULL)
        {
          g_ptr_array_add (names, g_strndup (pattern + 2, (gsize) (end - pattern - 2)));
          g_string_append (out, "([^ ;]+)");
          pattern = end + 1;
        }
      else if (*pattern == '*')
        {
          g_string_append (out, ".*");
          pattern++;
        }
      else
        {
          const char *next = g_utf8_next_char (pattern);
          g_autofree char *escaped = g_regex_escape_string (pattern, (int) (next - pattern));

          g_string_append (out, escaped);
          pattern = next;
        }
    }
  g_string_append_c (out, '$');
  return g_regex_new (out->str, 0, 0, NULL);
}

static TestPeer *
person (const Play *play, const char *name)
{
  TestPeer *peer = g_hash_table_lookup (play->people, name);

  if (peer == NULL)
    fail (play, "nobody is called %s", name);
  return peer;
}

static char *
next_line (const Play *play, TestPeer *peer)
{
  char *line = test_peer_take_line (peer);

  if (line == NULL)
    fail (play, "no line came");
  return g_strchomp (line);
}

static void
expect (Play *play, TestPeer *peer, const char *pattern)
{
  g_autofree char *wanted = substitute (play, pattern);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GRegex) regex = compile (wanted, names);
  g_autofree char *line = next_line (play, peer);
  g_autoptr (GMatchInfo) match = NULL;

  if (!g_regex_match (regex, line, 0, &match))
    fail (play, "expected: %s\n     got: %s", wanted, line);
  for (guint i = 0; i < names->len; i++)
    g_hash_table_insert (play->words, g_strdup (names->pdata[i]),
                         g_match_info_fetch (match, (int) i + 1));
}

static void
send_line (TestPeer *peer, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\r\n", NULL);

  test_peer_send (peer, line);
}

/* Everything up to the end of the message of the day. */
static void
skip_welcome (const Play *play, TestPeer *peer)
{
  for (;;)
    {
      g_autofree char *line = next_line (play, peer);

      if (strstr (line, " 376 ") != NULL || strstr (line, " 422 ") != NULL)
        return;
    }
}

static void
connect_irc (Play *play, TestPeer *peer, const char *name, const char *caps)
{
  g_autofree char *nick = g_strdup_printf ("NICK %s", name);
  g_autofree char *user = g_strdup_printf ("USER %s 0 * :%s's name", name, name);
  g_autofree char *request = g_strdup_printf ("CAP REQ :%s", caps);

  if (*caps != '\0')
    {
      send_line (peer, "CAP LS 302");
      send_line (peer, request);
    }
  send_line (peer, nick);
  send_line (peer, user);
  if (*caps != '\0')
    send_line (peer, "CAP END");
  skip_welcome (play, peer);
}

static void
come (Play *play, const char *name, const char *how)
{
  TestPeer *peer = test_peer_connect (play->server->port);
  g_autofree char *line = g_strconcat (name, "\n", NULL);

  g_hash_table_insert (play->people, g_strdup (name), peer);
  test_peer_expect (peer, "Welcome to the room!!\nPlease type your name first:\n");
  if (g_str_has_prefix (how, "irc"))
    connect_irc (play, peer, name, how + strlen ("irc") + (how[strlen ("irc")] == ' '));
  else if (g_str_equal (how, "plain"))
    {
      test_peer_send (peer, line);
      test_peer_expect_later (peer, "Just write now, everyone reads it\n");
    }
  else if (!g_str_equal (how, "raw"))
    fail (play, "nobody comes as %s", how);
}

static void
expect_nothing (Play *play, TestPeer *peer)
{
  g_autofree char *line = NULL;

  send_line (peer, "PING nothing");
  line = next_line (play, peer);
  if (!g_str_has_suffix (line, " :nothing"))
    fail (play, "nothing should have come, but: %s", line);
}

static void
play_line (Play *play, const char *text)
{
  gsize n = strcspn (text, "<>!:");
  g_autofree char *name = g_strndup (text, n);
  const char *rest = text + n + (text[n] != '\0');
  g_autofree char *sent = NULL;

  if (*text == '\0' || *text == '#')
    return;
  if (*rest == ' ')
    rest++;
  switch (text[n])
    {
    case ':':
      come (play, name, rest);
      break;
    case '>':
      sent = substitute (play, rest);
      send_line (person (play, name), sent);
      break;
    case '!':
      expect_nothing (play, person (play, name));
      break;
    case '<':
      if (g_str_equal (rest, "EOF"))
        {
          while (!person (play, name)->ended)
            (void) test_peer_read (person (play, name), 5000);
          break;
        }
      expect (play, person (play, name), rest);
      break;
    default:
      fail (play, "what is “%s”?", text);
    }
}

static void
play_file (const char *path, const char *log)
{
  const char *const options[] = { "--name", "irc.example", "--log", log, NULL };
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  Play play = { .path = path };

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  play.server = test_server_start (options);
  play.people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, peer_free);
  play.words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      play.line = i + 1;
      play_line (&play, lines[i]);
    }
  g_hash_table_unref (play.people);
  g_hash_table_unref (play.words);
  test_server_stop (play.server);
  test_server_free (play.server);
}

static void
test_in_a_file (gconstpointer path)
{
  play_file (path, "sqlite:rooms.db");
}

static void
test_in_memory (gconstpointer path)
{
  play_file (path, "memory");
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) folder = NULL;
  const char *file = NULL;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_open (g_getenv ("IRC_TRANSCRIPTS"), 0, NULL);
  g_assert_nonnull (folder);
  while ((file = g_dir_read_name (folder)) != NULL)
    if (g_str_has_suffix (file, ".txt"))
      {
        g_autofree char *name = g_strndup (file, strlen (file) - strlen (".txt"));
        g_autofree char *path = g_strconcat ("/irc/", name, NULL);
        g_autofree char *memory_path = g_strconcat ("/irc-in-memory/", name, NULL);

        g_ptr_array_add (paths, g_build_filename (g_getenv ("IRC_TRANSCRIPTS"), file, NULL));
        g_test_add_data_func (path, paths->pdata[paths->len - 1], test_in_a_file);
        g_test_add_data_func (memory_path, paths->pdata[paths->len - 1], test_in_memory);
      }
  return g_test_run ();
}
