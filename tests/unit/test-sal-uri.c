/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses as people type them, for listeners and for clients. Every refusal names
 * what was typed.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-uri.h"

typedef struct
{
  const char *text;
  SalScheme scheme;
  const char *host;
  guint16 port;
  gboolean port_given;
  const char *path;
  const char *query; /* NAME=VALUE of the one parameter */
} Good;

static const Good good_listeners[] = {
  { "plain://:15102", SAL_SCHEME_PLAIN, NULL, 15102, TRUE },
  { "plain://", SAL_SCHEME_PLAIN, NULL, 15102 },
  { "plains://", SAL_SCHEME_PLAINS, NULL, 15103 },
  { "irc://", SAL_SCHEME_IRC, NULL, 6667 },
  { "ircs://", SAL_SCHEME_IRCS, NULL, 6697 },
  { "plain://[::]:15102", SAL_SCHEME_PLAIN, "::", 15102, TRUE },
  { "plain://[::1]", SAL_SCHEME_PLAIN, "::1", 15102 },
  { "plain://127.0.0.1:0", SAL_SCHEME_PLAIN, "127.0.0.1", 0, TRUE },
  { "plain://127.0.0.1/", SAL_SCHEME_PLAIN, "127.0.0.1", 15102 },
  { "plain://localhost:9?room=tea", SAL_SCHEME_PLAIN, "localhost", 9, TRUE, NULL, "room=tea" },
  { "plain://?room=caff%C3%A8", SAL_SCHEME_PLAIN, NULL, 15102, FALSE, NULL, "room=caff\xC3\xA8" },
  { "unix:///run/salotto.sock", SAL_SCHEME_UNIX, NULL, 0, FALSE, "/run/salotto.sock" },
  { "unix:///run/a%20b?room=tea", SAL_SCHEME_UNIX, NULL, 0, FALSE, "/run/a b", "room=tea" },
};

static const Good good_clients[] = {
  { "example.org", SAL_SCHEME_PLAIN, "example.org", 15102 },
  { "example.org:9", SAL_SCHEME_PLAIN, "example.org", 9, TRUE },
  { "127.0.0.1:65535", SAL_SCHEME_PLAIN, "127.0.0.1", 65535, TRUE },
  { "[::1]:9", SAL_SCHEME_PLAIN, "::1", 9, TRUE },
  { "[::1]", SAL_SCHEME_PLAIN, "::1", 15102 },
  { "::1", SAL_SCHEME_PLAIN, "::1", 15102 },
  { "fe80::1:2", SAL_SCHEME_PLAIN, "fe80::1:2", 15102 },
  { "plain://example.org/tea", SAL_SCHEME_PLAIN, "example.org", 15102, FALSE, "tea" },
  { "plain://example.org/", SAL_SCHEME_PLAIN, "example.org", 15102 },
  { "plain://example.org/x", SAL_SCHEME_PLAIN, "example.org", 15102, FALSE, "x" },
  { "plain://[::1]:9/caff%C3%A8", SAL_SCHEME_PLAIN, "::1", 9, TRUE, "caff\xC3\xA8" },
  { "plains://example.org", SAL_SCHEME_PLAINS, "example.org", 15103 },
  { "irc://example.org/tea", SAL_SCHEME_IRC, "example.org", 6667, FALSE, "tea" },
  { "ircs://example.org:1", SAL_SCHEME_IRCS, "example.org", 1, TRUE },
  { "unix:///run/salotto.sock", SAL_SCHEME_UNIX, NULL, 0, FALSE, "/run/salotto.sock" },
};

typedef struct
{
  const char *text;
  const char *says; /* what the error must also say */
} Bad;

static const Bad bad_listeners[] = {
  { "127.0.0.1:15102", "plain://ADDRESS:PORT" },
  { "localhost:15102", "plain://ADDRESS:PORT" },
  { ":15102", "plain://:PORT" },
  { "15102", "plain://:PORT" },
  { "", "plain://:PORT" },
  { "http://example.org", "plain, plains, irc, ircs, unix" },
  { "plain://host/tea", "?room=tea" },
  { "plain://host:99999", "" },
  { "plain://host:x", "" },
  { "plain://[::1", "" },
  { "plain://me@host", "user@" },
  { "plain://host#tea", "#fragment" },
  { "plain://host?room", "" },
  { "plain://host?room=%zz", "" },
  { "unix://relative/path", "unix:///path/to/socket" },
  { "unix://", "unix:///path/to/socket" },
  { "unix:///", "unix:///path/to/socket" },
};

static const Bad bad_clients[] = {
  { "", "HOST:PORT" },
  { ":15102", "HOST:PORT" },
  { "host:", "1 to 65535" },
  { "host:0", "1 to 65535" },
  { "host:65536", "1 to 65535" },
  { "host:-1", "1 to 65535" },
  { "host:15102x", "1 to 65535" },
  { "host: 9", "" },
  { "host name", "HOST:PORT" },
  { "host/tea", "HOST:PORT" },
  { "me@host", "HOST:PORT" },
  { "[::1", "HOST:PORT" },
  { "[]", "HOST:PORT" },
  { "[]:9", "HOST:PORT" },
  { "[::1]9", "HOST:PORT" },
  { "[::1]:", "1 to 65535" },
  { "plain://", "host" },
  { "plain:///tea", "host" },
  { "plain://host:0/tea", "host" },
  { "gopher://host", "plain, plains, irc, ircs, unix" },
  { "unix://host/path", "unix:///path/to/socket" },
};

static void
check_good (const Good *row, SalUri *uri, const GError *error)
{
  g_autoptr (SalUri) owned = uri;

  g_assert_no_error (error);
  g_assert_nonnull (owned);
  g_assert_cmpint (owned->scheme, ==, row->scheme);
  g_assert_cmpstr (owned->host, ==, row->host);
  g_assert_cmpint (owned->port, ==, row->port);
  g_assert_cmpint (owned->port_given, ==, row->port_given);
  g_assert_cmpstr (owned->path, ==, row->path);
  if (row->query != NULL)
    {
      g_auto (GStrv) pair = g_strsplit (row->query, "=", 2);

      g_assert_cmpuint (g_hash_table_size (owned->query), ==, 1);
      g_assert_cmpstr (g_hash_table_lookup (owned->query, pair[0]), ==, pair[1]);
    }
  else
    g_assert_cmpuint (g_hash_table_size (owned->query), ==, 0);
}

static void
check_bad (const Bad *row, const SalUri *uri, const GError *error)
{
  g_autofree char *quoted = g_strdup_printf ("“%s”", row->text);

  g_assert_null (uri);
  g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, quoted));
  g_assert_nonnull (strstr (error->message, row->says));
}

static void
test_good_listener (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  SalUri *uri = sal_uri_parse_listener (((const Good *) data)->text, &error);

  check_good (data, uri, error);
}

static void
test_good_client (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  SalUri *uri = sal_uri_parse_client (((const Good *) data)->text, &error);

  check_good (data, uri, error);
}

static void
test_bad_listener (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  SalUri *uri = sal_uri_parse_listener (((const Bad *) data)->text, &error);

  check_bad (data, uri, error);
}

static void
test_bad_client (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  SalUri *uri = sal_uri_parse_client (((const Bad *) data)->text, &error);

  check_bad (data, uri, error);
}

static void
test_default_port (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SalUri) without = sal_uri_parse_host_port ("host", 7, &error);
  g_autoptr (SalUri) with = sal_uri_parse_host_port ("host:8", 7, &error);

  g_assert_no_error (error);
  g_assert_cmpint (without->port, ==, 7);
  g_assert_false (without->port_given);
  g_assert_cmpint (with->port, ==, 8);
  g_assert_true (with->port_given);
}

static void
test_scheme_names (void)
{
  g_assert_cmpstr (sal_scheme_name (SAL_SCHEME_PLAIN), ==, "plain");
  g_assert_cmpstr (sal_scheme_name (SAL_SCHEME_PLAINS), ==, "plains");
  g_assert_cmpstr (sal_scheme_name (SAL_SCHEME_IRC), ==, "irc");
  g_assert_cmpstr (sal_scheme_name (SAL_SCHEME_IRCS), ==, "ircs");
  g_assert_cmpstr (sal_scheme_name (SAL_SCHEME_UNIX), ==, "unix");
}

/* What is formatted is parsed to the same. */
static void
test_format_host_port (void)
{
  static const struct
  {
    const char *host;
    guint16 port;
    const char *text;
  } rows[] = {
    { "example.org", 9, "example.org:9" },
    { "127.0.0.1", 65535, "127.0.0.1:65535" },
    { "::1", 15102, "[::1]:15102" },
    { "fe80::1%eth0", 1, "[fe80::1%eth0]:1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = sal_format_host_port (rows[i].host, rows[i].port);
      g_autoptr (SalUri) uri = sal_uri_parse_client (text, NULL);

      g_assert_cmpstr (text, ==, rows[i].text);
      g_assert_nonnull (uri);
      g_assert_cmpstr (uri->host, ==, rows[i].host);
      g_assert_cmpint (uri->port, ==, rows[i].port);
    }
}

/* A copy lives on its own. */
static void
test_copy (void)
{
  g_autoptr (SalUri) uri = sal_uri_parse_listener ("plain://host:9?room=tea", NULL);
  g_autoptr (SalUri) copy = sal_uri_copy (uri);

  g_clear_pointer (&uri, sal_uri_free);
  g_assert_cmpint (copy->scheme, ==, SAL_SCHEME_PLAIN);
  g_assert_cmpstr (copy->host, ==, "host");
  g_assert_cmpint (copy->port, ==, 9);
  g_assert_true (copy->port_given);
  g_assert_null (copy->path);
  g_assert_cmpstr (g_hash_table_lookup (copy->query, "room"), ==, "tea");

  g_clear_pointer (&copy, sal_uri_free);
  uri = sal_uri_parse_client ("unix:///run/salotto.sock", NULL);
  copy = sal_uri_copy (uri);
  g_clear_pointer (&uri, sal_uri_free);
  g_assert_null (copy->host);
  g_assert_cmpstr (copy->path, ==, "/run/salotto.sock");
}

static void
test_free_null (void)
{
  sal_uri_free (NULL);
}

/* The path of a row is what was typed, without what would end a path or, in TAP, a name. */
static void
add_row (const char *path, const char *text, gconstpointer row, GTestDataFunc func)
{
  g_autofree char *name = NULL;
  g_autofree char *typed = g_strdelimit (g_strdup (text), "/", '|');

  (void) g_strdelimit (typed, "#", '^');
  name = g_strconcat (path, *typed != '\0' ? typed : "(nothing)", NULL);
  g_test_add_data_func (name, row, func);
}

#define ADD_ROWS(path, rows, func)                                                                 \
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)                                                  \
  add_row (path, rows[i].text, &rows[i], func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_ROWS ("/base/uri/listener/understands ", good_listeners, test_good_listener);
  ADD_ROWS ("/base/uri/client/understands ", good_clients, test_good_client);
  ADD_ROWS ("/base/uri/listener/refuses ", bad_listeners, test_bad_listener);
  ADD_ROWS ("/base/uri/client/refuses ", bad_clients, test_bad_client);
  g_test_add_func ("/base/uri/the-caller-gives-the-default-port", test_default_port);
  g_test_add_func ("/base/uri/scheme-names", test_scheme_names);
  g_test_add_func ("/base/uri/what-is-formatted-is-parsed-to-the-same", test_format_host_port);
  g_test_add_func ("/base/uri/a-copy-lives-on-its-own", test_copy);
  g_test_add_func ("/base/uri/nothing-may-be-freed", test_free_null);
  return g_test_run ();
}
