/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the configuration says about TLS, and what becomes of it.
 */
#include "config.h"

#include "server/srv-tls-config.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "common/base/sal-error.h"

static SrvConfig *
config_for (const char *listener, char *certificate)
{
  const char *const listen[] = { listener, NULL };
  SrvOptions options = { .listen = listen };
  g_autoptr (GError) error = NULL;
  SrvConfig *config = srv_config_load (&options, &error);

  g_assert_no_error (error);
  config->certificate = certificate;
  return config;
}

/* What is named must be there, if anybody is to see it. */
static void
test_check (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvConfig) plain = config_for ("plain://:0", g_strdup ("/missing.pem"));
  g_autoptr (SrvConfig) tls = config_for ("plains://:0", g_strdup ("/missing.pem"));
  g_autoptr (SrvConfig) own = config_for ("plains://:0", NULL);

  g_assert_false (srv_tls_config_is_needed (plain));
  g_assert_true (srv_tls_config_check (plain, &error));
  g_assert_true (srv_tls_config_is_needed (own));
  g_assert_true (srv_tls_config_check (own, &error));
  g_assert_no_error (error);
  g_assert_false (srv_tls_config_check (tls, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
  g_assert_cmpstr (error->message, ==, "/missing.pem: No such file or directory");
}

/* The server's own, in a folder for its owner alone; and no promises with it. */
static void
test_own (void)
{
  g_autofree char *folder = g_dir_make_tmp ("salotto-test-XXXXXX", NULL);
  g_autofree char *own_folder = g_build_filename (folder, "tls", NULL);
  g_autofree char *file = g_build_filename (own_folder, "certificate.pem", NULL);
  g_autofree char *key = g_build_filename (own_folder, "key.pem", NULL);
  g_autoptr (SrvConfig) config = config_for ("plains://:0", NULL);
  g_autoptr (SrvCredentials) credentials = srv_credentials_new ();
  g_autoptr (GError) error = NULL;
  struct stat info = { 0 };

  config->sts_seconds = 3600;
  g_assert_cmpuint (srv_tls_config_sts_seconds (config, NULL), ==, 0);
  g_assert_true (srv_tls_config_load (config, credentials, own_folder, &error));
  g_assert_no_error (error);
  g_assert_cmpint (stat (own_folder, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpstr (srv_credentials_get_certificate (credentials)->file, ==, file);
  g_assert_cmpuint (srv_tls_config_sts_seconds (config, credentials), ==, 0);

  /* The same files, named: the folder is nobody's business then. */
  config->certificate = g_strdup (file);
  config->key = g_strdup (key);
  g_assert_true (srv_tls_config_load (config, credentials, "/nowhere/tls", &error));
  g_assert_no_error (error);
  g_clear_pointer (&config->key, g_free);
  g_assert_false (srv_tls_config_load (config, credentials, "/nowhere/tls", &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS); /* the certificate's file has no key */
  g_clear_error (&error);
  g_clear_pointer (&config->certificate, g_free);
  g_assert_false (srv_tls_config_load (config, credentials, "/nowhere/tls", &error));
  g_assert_cmpstr (error->message, ==,
                   "cannot make the folder /nowhere/tls: No such file or directory");

  (void) g_unlink (file);
  (void) g_unlink (key);
  (void) g_rmdir (own_folder);
  (void) g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/tls-config/checks-what-is-needed", test_check);
  g_test_add_func ("/server/tls-config/makes-its-own", test_own);
  return g_test_run ();
}
