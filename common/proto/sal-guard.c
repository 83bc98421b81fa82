/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Peers that are no chat programs at all (S27): a browser, or something that
 * begins with TLS. They get an answer in their own language and are closed, so
 * that no web page can speak in a room on the reader's own machine.
 */
#include "config.h"

#include "common/proto/sal-guard.h"

#include <string.h>

static const char *const methods[] = {
  "GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI ",
};

/**
 * sal_guard_is_http:
 * @bytes: the first unit of a connection, as it came
 *
 * Returns: whether it is an HTTP request line (RFC 9112, 3): a method, a target and
 * a version; the version may be missing where the line was cut.
 */
gboolean
sal_guard_is_http (const void *bytes, gsize len)
{
  const char *text = bytes;

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      gsize n = strlen (methods[i]);

      if (len <= n || memcmp (text, methods[i], n) != 0)
        continue;
      if (g_strstr_len (text, (gssize) len, " HTTP/") != NULL)
        return TRUE;
      return len >= 256 && (text[n] == '/' || memcmp (text + n, "http", 4) == 0);
    }
  return FALSE;
}

/**
 * sal_guard_http_answer:
 *
 * Returns: (transfer full): a complete answer that says what this port is.
 */
GBytes *
sal_guard_http_answer (void)
{
  static const char body[] = "This is a chat room over plain TCP, not a web server.\n";
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 400 Bad Request\r\n"
                                             "Content-Type: text/plain; charset=utf-8\r\n"
                                             "Content-Length: %zu\r\n"
                                             "Connection: close\r\n"
                                             "\r\n"
                                             "%s",
                                             strlen (body), body);
  gsize len = strlen (answer);

  return g_bytes_new_take (g_steal_pointer (&answer), len);
}

/**
 * sal_guard_tls_alert:
 *
 * Returns: (transfer full): a fatal handshake_failure alert (RFC 8446, 6) in a
 * record that every version understands.
 */
GBytes *
sal_guard_tls_alert (void)
{
  static const guint8 alert[] = { 21, 3, 1, 0, 2, 2, 40 };

  return g_bytes_new_static (alert, sizeof alert);
}
