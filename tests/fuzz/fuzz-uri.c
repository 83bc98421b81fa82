/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses as somebody may type them.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-uri.h"
#include "tests/fuzz/fuzz.h"

static void
check_same (const SalUri *a, const SalUri *b)
{
  g_assert_cmpint (a->scheme, ==, b->scheme);
  g_assert_cmpstr (a->host, ==, b->host);
  g_assert_cmpint (a->port, ==, b->port);
  g_assert_cmpstr (a->path, ==, b->path);
  g_assert_cmpuint (g_hash_table_size (a->query), ==, g_hash_table_size (b->query));
}

static void
check (const char *text, SalUri *parsed, GError *error)
{
  g_autoptr (SalUri) uri = parsed;

  if (uri == NULL)
    {
      g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
      g_assert_nonnull (strstr (error->message, text)); /* it names what was typed */
    }
  else
    {
      g_autoptr (SalUri) copy = sal_uri_copy (uri);

      g_assert_no_error (error);
      check_same (copy, uri);
      g_assert_true (uri->host == NULL || *uri->host != '\0');
      g_assert_true (uri->path == NULL || *uri->path != '\0');
      g_assert_true (uri->scheme != SAL_SCHEME_UNIX || (uri->path != NULL && *uri->path == '/'));
      g_assert_nonnull (sal_scheme_name (uri->scheme));
    }
  g_clear_error (&error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  GError *error = NULL;
  SalUri *uri = NULL;

  uri = sal_uri_parse_listener (text, &error);
  check (text, uri, g_steal_pointer (&error));

  uri = sal_uri_parse_client (text, &error);
  g_assert_true (uri == NULL || uri->scheme == SAL_SCHEME_UNIX || uri->host != NULL);
  g_assert_true (uri == NULL || uri->scheme == SAL_SCHEME_UNIX || uri->port > 0);
  check (text, uri, g_steal_pointer (&error));

  uri = sal_uri_parse_host_port (text, 15102, &error);
  if (uri != NULL && strpbrk (uri->host, "[]") == NULL)
    {
      /* What is formatted is parsed to the same. */
      g_autofree char *formatted = sal_format_host_port (uri->host, uri->port);
      g_autoptr (SalUri) again = sal_uri_parse_host_port (formatted, 1, NULL);

      g_assert_nonnull (again);
      check_same (again, uri);
    }
  check (text, uri, g_steal_pointer (&error));
  return 0;
}
