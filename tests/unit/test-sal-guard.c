/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rule S27: what is a browser and what is somebody called Get.
 */
#include "config.h"

#include "common/proto/sal-guard.h"

#include <string.h>

static const struct
{
  const char *name;
  const char *text;
  gboolean http;
} rows[] = {
  { "get", "GET / HTTP/1.1", TRUE },
  { "get-with-cr", "GET / HTTP/1.1\r", TRUE },
  { "post", "POST /say?x=ciao HTTP/1.0", TRUE },
  { "head", "HEAD / HTTP/1.1", TRUE },
  { "put", "PUT / HTTP/1.1", TRUE },
  { "delete", "DELETE / HTTP/1.1", TRUE },
  { "options", "OPTIONS * HTTP/1.1", TRUE },
  { "patch", "PATCH / HTTP/1.1", TRUE },
  { "connect", "CONNECT host:443 HTTP/1.1", TRUE },
  { "trace", "TRACE / HTTP/1.1", TRUE },
  { "http-2-preface", "PRI * HTTP/2.0", TRUE },
  { "absolute-target", "GET http://host/ HTTP/1.1", TRUE },
  { "a-name", "Antonio", FALSE },
  { "a-method-is-a-name-too", "GET", FALSE },
  { "a-method-and-a-blank", "GET ", FALSE },
  { "a-method-and-a-path-without-version", "GET /", FALSE },
  { "lower-case-is-no-method", "get / HTTP/1.1", FALSE },
  { "a-sentence-about-http", "I like HTTP/1.1", FALSE },
  { "a-longer-word", "GETTING / HTTP/1.1", FALSE },
  { "nothing", "", FALSE },
};

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *copy = g_memdup2 (rows[i].text, strlen (rows[i].text));

  g_assert_cmpint (sal_guard_is_http (copy, strlen (rows[i].text)), ==, rows[i].http);
}

/* A request line that was cut at the limit of a unit has lost its version. */
static void
test_cut_line (void)
{
  static const struct
  {
    const char *head;
    gsize len;
    gboolean http;
  } cut_rows[] = {
    { "GET /", 4096, TRUE },  { "GET http://", 4096, TRUE }, { "GET /", 256, TRUE },
    { "GET /", 255, FALSE },  { "GET up", 4096, FALSE },     { "got /", 4096, FALSE },
    { "POST /", 4096, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cut_rows); i++)
    {
      g_autofree char *line = g_strnfill (cut_rows[i].len, 'a');

      memcpy (line, cut_rows[i].head, strlen (cut_rows[i].head));
      g_assert_cmpint (sal_guard_is_http (line, cut_rows[i].len), ==, cut_rows[i].http);
    }
}

/* RFC 9112: a status line, headers that are right, an empty line, one line of text. */
static void
test_http_answer (void)
{
  g_autoptr (GBytes) bytes = sal_guard_http_answer ();
  gsize len = 0;
  const char *data = g_bytes_get_data (bytes, &len);
  g_autofree char *answer = g_strndup (data, len);
  g_auto (GStrv) halves = g_strsplit (answer, "\r\n\r\n", 2);
  g_autofree char *length = NULL;

  g_assert_cmpuint (strlen (answer), ==, len);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 400 "));
  g_assert_cmpuint (g_strv_length (halves), ==, 2);
  length = g_strdup_printf ("\r\nContent-Length: %zu", strlen (halves[1]));
  g_assert_nonnull (strstr (halves[0], length));
  g_assert_nonnull (strstr (halves[0], "\r\nConnection: close"));
  g_assert_nonnull (strstr (halves[0], "\r\nContent-Type: text/plain"));
  g_assert_true (g_str_has_suffix (halves[1], "\n"));
  g_assert_null (strchr (halves[1], '<'));
  g_assert_true (strchr (halves[1], '\n') == halves[1] + strlen (halves[1]) - 1);
}

/* RFC 8446, 5.1 and 6: a record of type alert, two bytes, fatal. */
static void
test_tls_alert (void)
{
  g_autoptr (GBytes) bytes = sal_guard_tls_alert ();
  gsize len = 0;
  const guint8 *alert = g_bytes_get_data (bytes, &len);

  g_assert_cmpuint (len, ==, 7);
  g_assert_cmpint (alert[0], ==, 21);
  g_assert_cmpint (alert[1], ==, 3);
  g_assert_cmpint (alert[2], ==, 1); /* the version of records that all understand */
  g_assert_cmpint (alert[3] << 8 | alert[4], ==, 2);
  g_assert_cmpint (alert[5], ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strconcat ("/proto/guard/http/", rows[i].name, NULL);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/proto/guard/http/a-line-that-was-cut", test_cut_line);
  g_test_add_func ("/proto/guard/http/the-answer-is-a-whole-answer", test_http_answer);
  g_test_add_func ("/proto/guard/tls/the-answer-is-a-fatal-alert", test_tls_alert);
  return g_test_run ();
}
