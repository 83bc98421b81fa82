/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One client of an echo server (RFC 862): what it has sent goes back to it, and nothing more
 * is read before it has gone, so that a client that does not read holds nobody's memory. The
 * same code serves every model: on a blocking socket work() waits, on another it returns.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-fd.h"
#include "lab/bench/lab-echo.h"

/* What one read may return. */
#define READ_BYTES 16384

struct _LabEchoConn
{
  const LabEchoOptions *options; /* (unowned) */
  int fd;
  char *peer;    /* (owned) */
  GString *out;  /* (owned): to be sent */
  gsize out_at;  /* how much of it has gone */
  guint64 bytes; /* that the client has sent */
  gboolean input_ended;
};

static void G_GNUC_PRINTF (2, 3) say (const LabEchoConn *conn, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (conn->options->quiet)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  /* One call, so that lines of several processes do not mix. */
  fprintf (stdout, "%s: %s\n", conn->peer, text);
  fflush (stdout);
}

/**
 * lab_echo_conn_new:
 * @options: must outlive the client
 * @fd: (transfer full): connected
 * @peer: (nullable): who it is
 */
LabEchoConn *
lab_echo_conn_new (const LabEchoOptions *options, int fd, const LabEndpoint *peer)
{
  LabEchoConn *conn = g_new0 (LabEchoConn, 1);

  conn->options = options;
  conn->fd = fd;
  conn->peer = peer != NULL ? lab_endpoint_format (peer) : g_strdup ("?");
  conn->out = g_string_new (options->greeting);
  /* An echo is worth nothing late. Not on a TCP socket it fails, and does no harm. */
  (void) setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof (int));
  say (conn, "%s", _ ("accepted"));
  return conn;
}

/**
 * lab_echo_conn_free:
 * @conn: (nullable) (transfer full): closed, unless the server is to forget that
 */
void
lab_echo_conn_free (LabEchoConn *conn)
{
  if (conn == NULL)
    return;
  if (!conn->options->leak_close)
    sal_fd_close (&conn->fd);
  g_string_free (conn->out, TRUE);
  g_free (conn->peer);
  g_free (conn);
}

/**
 * lab_echo_conn_wants_to_write:
 *
 * Returns: whether something waits to be sent; if not, it wants to read.
 */
gboolean
lab_echo_conn_wants_to_write (const LabEchoConn *conn)
{
  return conn->out_at < conn->out->len;
}

static gboolean
is_over (LabEchoConn *conn, int number)
{
  g_autofree char *text = NULL;

  if (number == 0)
    {
      say (conn,
           g_dngettext (NULL, "closed by the client after %" PRIu64 " byte",
                        "closed by the client after %" PRIu64 " bytes", (gulong) conn->bytes),
           conn->bytes);
      if (conn->options->leak_close)
        say (conn, "%s", _ ("not closed by us (--leak-close)"));
      return FALSE;
    }
  text = lab_net_error_text (number);
  say (conn,
       g_dngettext (NULL, "broken after %" PRIu64 " byte: %s", "broken after %" PRIu64 " bytes: %s",
                    (gulong) conn->bytes),
       conn->bytes, text);
  return FALSE;
}

/* FALSE when the client is gone; errno tells. */
static gboolean
read_some (LabEchoConn *conn, gboolean *progress)
{
  char bytes[READ_BYTES];
  ssize_t n = recv (conn->fd, bytes, sizeof bytes, 0);

  if (n < 0)
    return errno == EAGAIN || errno == EINTR;
  *progress = TRUE;
  g_string_truncate (conn->out, 0);
  conn->out_at = 0;
  if (n == 0)
    {
      conn->input_ended = TRUE;
      if (conn->options->farewell != NULL)
        g_string_append (conn->out, conn->options->farewell);
      return TRUE;
    }
  conn->bytes += (guint64) n;
  if (conn->options->prefix != NULL)
    g_string_append (conn->out, conn->options->prefix);
  g_string_append_len (conn->out, bytes, n);
  if (conn->options->verbose)
    say (conn, g_dngettext (NULL, "%zd byte", "%zd bytes", (gulong) n), n);
  return TRUE;
}

static gboolean
write_some (LabEchoConn *conn, gboolean *progress)
{
  ssize_t n =
      send (conn->fd, conn->out->str + conn->out_at, conn->out->len - conn->out_at, MSG_NOSIGNAL);

  if (n < 0)
    return errno == EAGAIN || errno == EINTR;
  *progress = TRUE;
  conn->out_at += (gsize) n;
  return TRUE;
}

/**
 * lab_echo_conn_work:
 * @progress: (out): whether anything was read or written
 *
 * Reads once if nothing waits to be sent, then writes once if something does.
 *
 * Returns: %FALSE when this client is over, and has been said to be.
 */
gboolean
lab_echo_conn_work (LabEchoConn *conn, gboolean *progress)
{
  *progress = FALSE;
  if (!lab_echo_conn_wants_to_write (conn) && !conn->input_ended && !read_some (conn, progress))
    return is_over (conn, errno);
  if (lab_echo_conn_wants_to_write (conn) && !write_some (conn, progress))
    return is_over (conn, errno);
  if (conn->input_ended && !lab_echo_conn_wants_to_write (conn))
    return is_over (conn, 0);
  return TRUE;
}
