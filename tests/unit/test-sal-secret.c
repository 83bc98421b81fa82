/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords in the keyring, on libsecret's own encrypted file (SECRET_BACKEND=file), which needs
 * no desktop.
 */
#include "config.h"

#include "common/client/sal-secret.h"

#include <string.h>

#include "tests/unit/store-driver.h"

#define SERVER "ircs://chat.example.org:6697"

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
await (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static void
store (const char *uri, const char *account, const char *password)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sal_secret_store_async (uri, account, password, NULL, on_result, &result);
  g_assert_true (sal_secret_store_finish (await (&result), &error));
  g_assert_no_error (error);
}

static void
expect (const char *uri, const char *account, const char *expected)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *password = NULL;

  sal_secret_lookup_async (uri, account, NULL, on_result, &result);
  password = sal_secret_lookup_finish (await (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (password, ==, expected);
  sal_secret_free (password);
  password = sal_secret_lookup_sync (uri, account, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (password, ==, expected);
  sal_secret_free (password);
}

static void
clear (const char *uri, const char *account)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sal_secret_clear_async (uri, account, NULL, on_result, &result);
  g_assert_true (sal_secret_clear_finish (await (&result), &error));
  g_assert_no_error (error);
}

static void
test_kept (void)
{
  g_autoptr (GError) error = NULL;

  expect (SERVER, "ada", NULL);
  store (SERVER, "ada", "più segreto 🙂");
  store (SERVER, "bob", "b");
  store ("ircs://other.example.org:6697", "ada", "o");
  expect (SERVER, "ada", "più segreto 🙂");
  store (SERVER, "ada", "another");
  expect (SERVER, "ada", "another");
  expect (SERVER, "bob", "b");
  expect ("ircs://other.example.org:6697", "ada", "o");
  g_assert_true (sal_secret_store_sync (SERVER, "ada", "by the CLI", NULL, &error));
  g_assert_no_error (error);
  expect (SERVER, "ada", "by the CLI");
  clear (SERVER, "ada");
  expect (SERVER, "ada", NULL);
  expect (SERVER, "bob", "b");
  clear (SERVER, "ada"); /* that there is none is no error */
}

/* Nothing of it lies in the file as it is. */
static void
test_encrypted (void)
{
  g_autofree char *bytes = NULL;
  gsize len = 0;

  store (SERVER, "carla", "marmalade-marmalade");
  g_assert_true (g_file_get_contents (g_getenv ("SECRET_FILE_TEST_PATH"), &bytes, &len, NULL));
  g_assert_null (memmem (bytes, len, "marmalade", strlen ("marmalade")));
  g_assert_null (memmem (bytes, len, "carla", strlen ("carla")));
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  sal_secret_lookup_async (SERVER, "ada", cancellable, on_result, &result);
  g_assert_null (sal_secret_lookup_finish (await (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  sal_secret_free (NULL);
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "secrets", NULL);
  int status = 0;

  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", path, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/secret/is-kept-for-its-account-and-server", test_kept);
  g_test_add_func ("/client/secret/is-encrypted", test_encrypted);
  g_test_add_func ("/client/secret/can-be-cancelled", test_cancelled);
  status = g_test_run ();
  test_dir_remove (dir);
  return status;
}
