/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom to trust: on first use, from then on, and when something has changed; and the file
 * that remembers it, however many write it and whatever happens to it.
 */
#include "config.h"

#include "common/client/sal-known-servers.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/sal-error.h"

#define PIN_A "pin-sha256:p+2LRzz8Je2Qk7jw08Qiicf8NJzdf0LN7QYav+4aL+4="
#define PIN_B "pin-sha256:KEJyNAk2zRV7cxtAW6+X/PDFrEaHSnzVTn+T5Ti2jFo="

typedef struct
{
  char *folder;
  char *file;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("salotto-test-XXXXXX", NULL);
  f->file = g_build_filename (f->folder, "data", "known-servers", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *lock = g_strconcat (f->file, "-lock", NULL);
  g_autofree char *inner = g_path_get_dirname (f->file);

  (void) g_unlink (f->file);
  (void) g_unlink (lock);
  (void) g_rmdir (inner);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->file);
  g_free (f->folder);
}

static SalTrust
judge (Fixture *f, const char *host, const char *pin, const char *wanted, gboolean vouched)
{
  g_autoptr (GError) error = NULL;
  SalTrust trust =
      sal_known_servers_judge (f->file, host, 15103, pin, wanted, vouched, NULL, &error);

  g_assert_true ((trust == SAL_TRUST_NONE) == (error != NULL));
  if (error != NULL)
    {
      g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
      g_assert_nonnull (strstr (error->message, host));
      g_assert_nonnull (strstr (error->message, pin));
      g_assert_nonnull (strstr (error->message, "--pin"));
    }
  return trust;
}

static void
test_first_use (Fixture *f, gconstpointer data)
{
  struct stat info = { 0 };

  g_assert_cmpint (judge (f, "chat.example", PIN_A, NULL, FALSE), ==, SAL_TRUST_FIRST_USE);
  g_assert_cmpint (judge (f, "chat.example", PIN_A, NULL, FALSE), ==, SAL_TRUST_KNOWN);
  g_assert_cmpint (judge (f, "CHAT.Example.", PIN_A, NULL, FALSE), ==, SAL_TRUST_KNOWN);
  g_assert_cmpint (judge (f, "other.example", PIN_A, NULL, FALSE), ==, SAL_TRUST_FIRST_USE);
  g_assert_cmpint (judge (f, "2001:db8::7", PIN_B, NULL, FALSE), ==, SAL_TRUST_FIRST_USE);
  g_assert_cmpint (judge (f, "2001:db8::7", PIN_B, NULL, FALSE), ==, SAL_TRUST_KNOWN);
  g_assert_cmpint (stat (f->file, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

/* Another key is refused until it is asked for, and then it is the one. */
static void
test_change (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (judge (f, "chat.example", PIN_A, NULL, FALSE), ==, SAL_TRUST_FIRST_USE);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, NULL, FALSE), ==, SAL_TRUST_NONE);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, NULL, FALSE), ==, SAL_TRUST_NONE);
  g_assert_cmpint (judge (f, "chat.example", PIN_A, NULL, FALSE), ==, SAL_TRUST_KNOWN);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, PIN_B, FALSE), ==, SAL_TRUST_PIN);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, NULL, FALSE), ==, SAL_TRUST_KNOWN);
  g_assert_cmpint (judge (f, "chat.example", PIN_A, NULL, FALSE), ==, SAL_TRUST_NONE);
}

/* What was asked for is the only one, whoever vouches for another. */
static void
test_wanted (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (judge (f, "chat.example", PIN_B, PIN_A, TRUE), ==, SAL_TRUST_NONE);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, PIN_A, FALSE), ==, SAL_TRUST_NONE);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, NULL, FALSE), ==, SAL_TRUST_FIRST_USE);
}

/* An authority's word counts for any key; but who had it once may not do without. */
static void
test_authority (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (judge (f, "chat.example", PIN_A, NULL, TRUE), ==, SAL_TRUST_AUTHORITY);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, NULL, TRUE), ==, SAL_TRUST_AUTHORITY);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, NULL, FALSE), ==, SAL_TRUST_NONE);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, PIN_B, FALSE), ==, SAL_TRUST_PIN);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, NULL, FALSE), ==, SAL_TRUST_KNOWN);
  g_assert_cmpint (judge (f, "chat.example", PIN_A, NULL, TRUE), ==, SAL_TRUST_AUTHORITY);
}

/* Where a person can be asked, nobody is taken in before they were, and it is said why. */
static void
test_doubt (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *host;
    const char *pin;
    const char *wanted;
    gboolean vouched;
    SalTrust trust;
    SalDoubt doubt;
  } rows[] = {
    { "chat.example", PIN_A, NULL, FALSE, SAL_TRUST_NONE, SAL_DOUBT_NEW },
    { "chat.example", PIN_A, NULL, FALSE, SAL_TRUST_NONE, SAL_DOUBT_NEW },
    { "chat.example", PIN_A, PIN_A, FALSE, SAL_TRUST_PIN, SAL_DOUBT_NONE },
    { "chat.example", PIN_A, NULL, FALSE, SAL_TRUST_KNOWN, SAL_DOUBT_NONE },
    { "chat.example", PIN_B, NULL, FALSE, SAL_TRUST_NONE, SAL_DOUBT_CHANGED },
    { "chat.example", PIN_B, PIN_A, FALSE, SAL_TRUST_NONE, SAL_DOUBT_NONE },
    { "chat.example", PIN_B, PIN_B, FALSE, SAL_TRUST_PIN, SAL_DOUBT_NONE },
    { "chat.example", PIN_B, NULL, TRUE, SAL_TRUST_AUTHORITY, SAL_DOUBT_NONE },
    { "chat.example", PIN_B, NULL, FALSE, SAL_TRUST_NONE, SAL_DOUBT_LAPSED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SalDoubt doubt = SAL_DOUBT_CHANGED;
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (sal_known_servers_judge (f->file, rows[i].host, 15103, rows[i].pin,
                                                rows[i].wanted, rows[i].vouched, &doubt, &error),
                       ==, rows[i].trust);
      g_assert_cmpint (doubt, ==, rows[i].doubt);
      g_assert_true ((rows[i].trust == SAL_TRUST_NONE) == (error != NULL));
    }
}

static void
test_find (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (sal_known_servers_find (f->file, "chat.example", &error), ==, 0);
  (void) judge (f, "chat.example", PIN_A, NULL, FALSE);
  (void) judge (f, "::1", PIN_A, NULL, FALSE);
  g_assert_cmpuint (sal_known_servers_find (f->file, "Chat.example", &error), ==, 15103);
  g_assert_cmpuint (sal_known_servers_find (f->file, "::1", &error), ==, 15103);
  g_assert_cmpuint (sal_known_servers_find (f->file, "chat", &error), ==, 0);
  g_assert_cmpuint (sal_known_servers_find (f->file, "hat.example", &error), ==, 0);
  g_assert_no_error (error);
}

/* What cannot be read is not empty. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  static const char *const texts[] = { "chat.example:15103\n",
                                       "chat.example:15103 pin-sha256:AAAA\n", "\x01\x02",
                                       "chat.example:15103 " PIN_A "x\n" };
  g_autofree char *inner = g_path_get_dirname (f->file);

  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *prefix = g_strconcat (f->file, ": line 1 says nothing", NULL);
      g_autofree char *text = NULL;

      g_assert_true (g_file_set_contents (f->file, texts[i], -1, NULL));
      g_assert_cmpint (sal_known_servers_judge (f->file, "chat.example", 15103, PIN_A, NULL, FALSE,
                                                NULL, &error),
                       ==, SAL_TRUST_NONE);
      g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
      g_assert_true (g_str_has_prefix (error->message, prefix));
      g_assert_true (g_file_get_contents (f->file, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, texts[i]);
      g_clear_error (&error);
      g_assert_cmpuint (sal_known_servers_find (f->file, "chat.example", &error), ==, 0);
      g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
    }
}

/* Comments and empty lines are people's. */
static void
test_comments (Fixture *f, gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (f->file);
  g_autofree char *text = NULL;

  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  g_assert_true (g_file_set_contents (f->file, "# ours\n\nchat.example:15103 " PIN_A, -1, NULL));
  g_assert_cmpint (judge (f, "chat.example", PIN_A, NULL, FALSE), ==, SAL_TRUST_KNOWN);
  g_assert_cmpint (judge (f, "chat.example", PIN_B, PIN_B, FALSE), ==, SAL_TRUST_PIN);
  g_assert_true (g_file_get_contents (f->file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "# ours\nchat.example:15103 " PIN_B "\n");
}

/* A first meeting that is not remembered would be one again. */
static void
test_no_place (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (
      sal_known_servers_judge ("/proc/none/known", "a", 1, PIN_A, NULL, FALSE, NULL, &error), ==,
      SAL_TRUST_NONE);
  g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
}

typedef struct
{
  Fixture *f;
  int number;
} Meeting;

static gpointer
meet_many (gpointer data)
{
  Meeting *meeting = data;

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *host = g_strdup_printf ("host%d-%d", meeting->number, i);

      g_assert_cmpint (judge (meeting->f, host, PIN_A, NULL, FALSE), ==, SAL_TRUST_FIRST_USE);
    }
  return NULL;
}

/* Several at a time: nobody's meeting is lost. */
static void
test_together (Fixture *f, gconstpointer data)
{
  GThread *threads[4];
  Meeting meetings[4];
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  for (int i = 0; i < 4; i++)
    {
      meetings[i] = (Meeting){ f, i };
      threads[i] = g_thread_new ("meeting", meet_many, &meetings[i]);
    }
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_assert_true (g_file_get_contents (f->file, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 81);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/client/known-servers/trusts-on-first-use", test_first_use);
  ADD ("/client/known-servers/refuses-a-change", test_change);
  ADD ("/client/known-servers/takes-only-what-was-asked-for", test_wanted);
  ADD ("/client/known-servers/remembers-an-authoritys-word", test_authority);
  ADD ("/client/known-servers/has-doubts-where-a-person-is-asked", test_doubt);
  ADD ("/client/known-servers/knows-who-speaks-tls", test_find);
  ADD ("/client/known-servers/damage-is-not-emptiness", test_damaged);
  ADD ("/client/known-servers/keeps-comments", test_comments);
  ADD ("/client/known-servers/must-be-able-to-remember", test_no_place);
  ADD ("/client/known-servers/many-at-a-time", test_together);
  return g_test_run ();
}
