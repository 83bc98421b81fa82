/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the server shows of itself, and all the ways in which files are replaced while it
 * runs. What is logged is taken down, because that is how an operator hears of it.
 */
#include "config.h"

#include "server/tls/srv-credentials.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "server/tls/srv-self-signed.h"

#define PATIENCE_US (60 * G_TIME_SPAN_SECOND)
#define DAY_S (24 * 60 * 60)

static GString *logged;

typedef struct
{
  char *folder;
  char *file;
  char *key;
  SrvCredentials *credentials;
} Fixture;

static GLogWriterOutput
take_down (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      g_string_append_printf (logged, "%s%s\n", level & G_LOG_LEVEL_WARNING ? "warning: " : "",
                              (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

static gint64
now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
make (const char *file, const char *key, gint64 at_s)
{
  g_autoptr (GError) error = NULL;

  (void) srv_self_signed_make (file, key, "romeo", at_s, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("salotto-test-XXXXXX", NULL);
  f->file = g_build_filename (f->folder, "certificate.pem", NULL);
  f->key = g_build_filename (f->folder, "key.pem", NULL);
  f->credentials = srv_credentials_new ();
  g_string_truncate (logged, 0);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      else
        (void) g_unlink (path);
    }
  (void) g_rmdir (folder);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_credentials_free (f->credentials);
  remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->file);
  g_free (f->key);
}

static void
load (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  (void) srv_credentials_load (f->credentials, f->file, f->key, FALSE, &error);
  g_assert_no_error (error);
}

static char *
dup_fingerprint (const Fixture *f)
{
  return g_strdup (srv_credentials_get_certificate (f->credentials)->fingerprint);
}

static void
wait_for_another_than (const Fixture *f, const char *fingerprint)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  while (g_str_equal (srv_credentials_get_certificate (f->credentials)->fingerprint, fingerprint))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      (void) g_main_context_iteration (NULL, TRUE);
    }
}

static void
wait_for_log (const char *text)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  while (strstr (logged->str, text) == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      (void) g_main_context_iteration (NULL, TRUE);
    }
}

static void
move (const char *from, const char *to)
{
  g_assert_cmpint (rename (from, to), ==, 0);
}

/* The server's own. */

static void
test_made (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const SrvCertificate *certificate = NULL;
  g_autofree char *fingerprint = NULL;

  g_assert_null (srv_credentials_get_certificate (f->credentials));
  g_assert_true (srv_credentials_load (f->credentials, f->file, f->key, TRUE, &error));
  certificate = srv_credentials_get_certificate (f->credentials);
  g_assert_true (certificate->self_signed);
  g_assert_nonnull (strstr (logged->str, certificate->fingerprint));
  g_assert_nonnull (strstr (logged->str, certificate->pin));
  g_assert_nonnull (strstr (logged->str, "days it is still valid: 36"));

  /* The next start finds it. */
  fingerprint = dup_fingerprint (f);
  g_string_truncate (logged, 0);
  g_assert_true (srv_credentials_load (f->credentials, f->file, f->key, TRUE, &error));
  g_assert_cmpstr (srv_credentials_get_certificate (f->credentials)->fingerprint, ==, fingerprint);
  g_assert_cmpstr (logged->str, ==, ""); /* nothing new */
}

/* Its end is near, or its beginning is to come: it is made anew, of the same key. */
static void
test_made_anew (Fixture *f, gconstpointer data)
{
  const gint64 made_s[] = { now_s () - (gint64) (3650 - 29) * DAY_S,
                            now_s () - (gint64) 3700 * DAY_S, now_s () + (gint64) 30 * DAY_S };

  for (gsize i = 0; i < G_N_ELEMENTS (made_s); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SrvCertificate) old = NULL;
      const SrvCertificate *certificate = NULL;

      make (f->file, f->key, made_s[i]);
      old = srv_certificate_load (f->file, f->key, NULL);
      g_assert_true (srv_credentials_load (f->credentials, f->file, f->key, TRUE, &error));
      certificate = srv_credentials_get_certificate (f->credentials);
      g_assert_cmpstr (certificate->fingerprint, !=, old->fingerprint);
      g_assert_cmpstr (certificate->pin, ==, old->pin);
      g_assert_cmpint (srv_certificate_days_left (certificate, now_s ()), >=, 3649);
    }
}

/* Configured ones. */

static void
test_configured_is_never_made (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (srv_credentials_load (f->credentials, f->file, f->key, FALSE, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
  g_assert_false (g_file_test (f->file, G_FILE_TEST_EXISTS));
  g_assert_null (srv_credentials_get_certificate (f->credentials));
}

static void
test_expired_at_the_start (Fixture *f, gconstpointer data)
{
  g_autofree char *said =
      g_strconcat ("warning: ", f->file, ": this certificate has expired", NULL);

  make (f->file, f->key, now_s () - (gint64) 3700 * DAY_S + DAY_S / 2);
  load (f);
  g_assert_nonnull (strstr (logged->str, said));
  g_assert_nonnull (strstr (logged->str, "used all the same"));
  g_assert_nonnull (strstr (logged->str, "must be replaced; days it is still valid: -50"));
}

static void
test_end_is_near (Fixture *f, gconstpointer data)
{
  make (f->file, f->key, now_s () - (gint64) (3650 - 22) * DAY_S + DAY_S / 2);
  load (f);
  g_assert_null (strstr (logged->str, "must be replaced"));
  make (f->file, f->key, now_s () - (gint64) (3650 - 20) * DAY_S + DAY_S / 2);
  load (f);
  g_assert_nonnull (strstr (logged->str, "must be replaced; days it is still valid: 20"));
}

/* What is wrong takes the place of nothing. */
static void
test_wrong_at_a_reload (Fixture *f, gconstpointer data)
{
  static const char *const wrong[] = { "gone", "garbage", "expired", "other-key" };
  g_autofree char *fingerprint = NULL;

  make (f->file, f->key, now_s ());
  load (f);
  fingerprint = dup_fingerprint (f);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *other = g_strconcat (f->key, "2", NULL);
      g_autoptr (SrvTls) tls = NULL;

      (void) g_unlink (f->file);
      if (g_str_equal (wrong[i], "garbage"))
        g_assert_true (g_file_set_contents (f->file, "what is this?\n", -1, NULL));
      else if (g_str_equal (wrong[i], "expired"))
        make (f->file, f->key, now_s () - (gint64) 3700 * DAY_S);
      else if (g_str_equal (wrong[i], "other-key"))
        make (f->file, other, now_s ());
      g_assert_false (srv_credentials_load (f->credentials, f->file, f->key, FALSE, &error));
      g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
      g_assert_true (g_str_has_prefix (error->message, f->folder));
      g_assert_cmpstr (srv_credentials_get_certificate (f->credentials)->fingerprint, ==,
                       fingerprint);
      tls = srv_credentials_connect (f->credentials);
      g_assert_nonnull (tls);
    }
}

/* Watching. */

static void
test_written_over (Fixture *f, gconstpointer data)
{
  g_autofree char *fingerprint = NULL;
  g_autofree char *other = g_build_filename (f->folder, "new.pem", NULL);
  g_autofree char *text = NULL;
  FILE *file = NULL;

  make (f->file, f->key, now_s ());
  load (f);
  fingerprint = dup_fingerprint (f);
  make (other, f->key, now_s ());
  g_assert_true (g_file_get_contents (other, &text, NULL, NULL));
  file = fopen (f->file, "w"); /* the same inode, and empty for a moment */
  fputs (text, file);
  fclose (file);
  wait_for_another_than (f, fingerprint);
}

static void
test_renamed_over (Fixture *f, gconstpointer data)
{
  g_autofree char *fingerprint = NULL;
  g_autofree char *new_file = g_build_filename (f->folder, "new.pem", NULL);
  g_autofree char *new_key = g_build_filename (f->folder, "new-key.pem", NULL);

  make (f->file, f->key, now_s ());
  load (f);
  make (new_file, new_key, now_s ());
  fingerprint = dup_fingerprint (f);
  move (new_file, f->file); /* for a moment the two do not belong together */
  move (new_key, f->key);
  wait_for_another_than (f, fingerprint);
  g_assert_null (strstr (logged->str, "warning"));
}

/* As certbot(1) does it: links in one folder, files in another. */
static void
test_link_turned (Fixture *f, gconstpointer data)
{
  g_autofree char *archive = g_build_filename (f->folder, "archive", NULL);
  g_autofree char *file1 = g_build_filename (archive, "certificate1.pem", NULL);
  g_autofree char *file2 = g_build_filename (archive, "certificate2.pem", NULL);
  g_autofree char *key1 = g_build_filename (archive, "key1.pem", NULL);
  g_autofree char *key2 = g_build_filename (archive, "key2.pem", NULL);
  g_autofree char *fingerprint = NULL;

  g_assert_cmpint (g_mkdir (archive, 0700), ==, 0);
  make (file1, key1, now_s ());
  g_assert_cmpint (symlink ("archive/certificate1.pem", f->file), ==, 0);
  g_assert_cmpint (symlink ("archive/key1.pem", f->key), ==, 0);
  load (f);
  fingerprint = dup_fingerprint (f);
  make (file2, key2, now_s ());
  g_assert_cmpint (g_unlink (f->file), ==, 0);
  g_assert_cmpint (symlink ("archive/certificate2.pem", f->file), ==, 0);
  g_assert_cmpint (g_unlink (f->key), ==, 0);
  g_assert_cmpint (symlink ("archive/key2.pem", f->key), ==, 0);
  wait_for_another_than (f, fingerprint);

  /* And once more, behind the link. */
  g_clear_pointer (&fingerprint, g_free);
  fingerprint = dup_fingerprint (f);
  make (file2, key2, now_s ());
  wait_for_another_than (f, fingerprint);
}

/* Said once, and then the right one is taken. */
static void
test_wrong_file_appears (Fixture *f, gconstpointer data)
{
  g_autofree char *fingerprint = NULL;
  g_autofree char *note = g_build_filename (f->folder, "note", NULL);
  const char *first = NULL;

  make (f->file, f->key, now_s ());
  load (f);
  fingerprint = dup_fingerprint (f);
  g_assert_true (g_file_set_contents (f->file, "oops\n", -1, NULL));
  wait_for_log ("warning: the certificate in use stays: ");
  g_assert_nonnull (strstr (logged->str, "there is no certificate in PEM form in this file"));
  g_assert_cmpstr (srv_credentials_get_certificate (f->credentials)->fingerprint, ==, fingerprint);

  /* Something else happens in the folder, and nothing is said again. */
  g_assert_true (g_file_set_contents (note, "oops\n", -1, NULL));
  for (gint64 until_us = g_get_monotonic_time () + 2 * G_TIME_SPAN_SECOND;
       g_get_monotonic_time () < until_us; g_usleep (10000))
    while (g_main_context_iteration (NULL, FALSE))
      ;
  first = strstr (logged->str, "in use stays");
  g_assert_null (strstr (first + 1, "in use stays"));

  make (f->file, f->key, now_s ());
  wait_for_another_than (f, fingerprint);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  int status = 0;

  logged = g_string_new (NULL);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (take_down, NULL, NULL);
  ADD ("/tls/credentials/own/are-made-once", test_made);
  ADD ("/tls/credentials/own/are-made-anew-in-time", test_made_anew);
  ADD ("/tls/credentials/configured/are-never-made", test_configured_is_never_made);
  ADD ("/tls/credentials/configured/expired-is-better-than-none", test_expired_at_the_start);
  ADD ("/tls/credentials/configured/a-near-end-is-said", test_end_is_near);
  ADD ("/tls/credentials/wrong-ones-take-the-place-of-nothing", test_wrong_at_a_reload);
  ADD ("/tls/credentials/watch/written-over", test_written_over);
  ADD ("/tls/credentials/watch/renamed-over", test_renamed_over);
  ADD ("/tls/credentials/watch/a-link-is-turned", test_link_turned);
  ADD ("/tls/credentials/watch/a-wrong-one-is-said-once", test_wrong_file_appears);
  status = g_test_run ();
  g_string_free (logged, TRUE);
  return status;
}
