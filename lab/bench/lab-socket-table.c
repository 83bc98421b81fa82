/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sockets as people and programs read them. The kernel is not asked here.
 */
#include "config.h"

#include "lab/bench/lab-socket-table.h"

#include <arpa/inet.h>
#include <glib/gi18n.h>
#include <netinet/in.h>
#include <string.h>

#include "common/base/sal-json.h"

enum
{
  COLUMN_STATE,
  COLUMN_RECV_Q,
  COLUMN_SEND_Q,
  COLUMN_LOCAL,
  COLUMN_REMOTE,
  COLUMN_TIMER,
  COLUMN_OWNER,
  N_COLUMNS
};

/**
 * lab_socket_end_text:
 *
 * Returns: (transfer full): one end of a socket; `*` for a port that there is not.
 */
char *
lab_socket_end_text (const LabEndpoint *end, guint16 port)
{
  const struct sockaddr *any = (const struct sockaddr *) &end->storage;

  if (port != 0)
    return lab_endpoint_format (end);
  return g_strdup (any->sa_family == AF_INET ? "0.0.0.0:*" : "[::]:*");
}

/**
 * lab_socket_timer_text:
 *
 * Returns: (transfer full): what the kernel waits for and how long, or the empty string.
 */
char *
lab_socket_timer_text (const LabSocket *socket)
{
  static const char *const names[] = { "", "retransmit", "keepalive", "time-wait", "persist" };
  guint kind = MIN ((guint) socket->timer, G_N_ELEMENTS (names) - 1);
  g_autofree char *again = NULL;

  if (kind == LAB_TIMER_NONE)
    return g_strdup ("");
  if (socket->retransmits > 0)
    again = g_strdup_printf (" #%u", socket->retransmits);
  return g_strdup_printf ("%s %.1fs%s", names[kind], socket->timer_ms / 1000.0,
                          again != NULL ? again : "");
}

/**
 * lab_socket_owner_text:
 *
 * Returns: (transfer full): who has the socket, or why nobody has.
 */
char *
lab_socket_owner_text (const LabSocket *socket)
{
  if (socket->pid != 0)
    return g_strdup_printf ("%s pid=%d fd=%d", socket->program, (int) socket->pid, socket->fd);
  if (lab_socket_is_unaccepted (socket))
    return g_strdup (_ ("accepted by nobody"));
  if (lab_socket_is_orphan (socket))
    return g_strdup (_ ("no process any more"));
  if (socket->inode == 0)
    return g_strdup ("-");
  return g_strdup_printf (_ ("uid=%u inode=%u"), socket->uid, socket->inode);
}

/**
 * lab_socket_info_text:
 *
 * Returns: (transfer full): a line of TCP_INFO (tcp(7)); the empty string without one.
 */
char *
lab_socket_info_text (const LabSocket *socket)
{
  const struct tcp_info *info = &socket->info;
  g_autoptr (GString) out = g_string_new (NULL);

  if (!socket->has_info || socket->state == TCP_LISTEN)
    return g_strdup ("");
  if (socket->congestion[0] != '\0')
    g_string_append_printf (out, "%s ", socket->congestion);
  if (info->tcpi_options & TCPI_OPT_WSCALE)
    g_string_append_printf (out, "wscale:%u,%u ", info->tcpi_snd_wscale, info->tcpi_rcv_wscale);
  g_string_append_printf (out, "rto:%.0fms rtt:%.3f/%.3fms mss:%u/%u cwnd:%u ssthresh:%u",
                          info->tcpi_rto / 1000.0, info->tcpi_rtt / 1000.0,
                          info->tcpi_rttvar / 1000.0, info->tcpi_snd_mss, info->tcpi_rcv_mss,
                          info->tcpi_snd_cwnd, info->tcpi_snd_ssthresh);
  g_string_append_printf (out, " unacked:%u retrans:%u/%u lost:%u%s%s", info->tcpi_unacked,
                          info->tcpi_retrans, info->tcpi_total_retrans, info->tcpi_lost,
                          info->tcpi_options & TCPI_OPT_SACK ? " sack" : "",
                          info->tcpi_options & TCPI_OPT_TIMESTAMPS ? " ts" : "");
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
fill_row (char *row[N_COLUMNS], const LabSocket *socket)
{
  row[COLUMN_STATE] = g_strdup_printf ("%s%s", socket->protocol == IPPROTO_UDP ? "udp " : "",
                                       lab_socket_state_name (socket));
  row[COLUMN_RECV_Q] = g_strdup_printf ("%u", socket->recv_q);
  row[COLUMN_SEND_Q] = g_strdup_printf ("%u", socket->send_q);
  row[COLUMN_LOCAL] = lab_socket_end_text (&socket->local, socket->local_port);
  row[COLUMN_REMOTE] = lab_socket_end_text (&socket->remote, socket->remote_port);
  row[COLUMN_TIMER] = lab_socket_timer_text (socket);
  row[COLUMN_OWNER] = lab_socket_owner_text (socket);
}

static void
append_row (GString *out, char *const row[N_COLUMNS], const glong widths[N_COLUMNS])
{
  for (int i = 0; i < N_COLUMNS; i++)
    {
      glong pad = widths[i] - g_utf8_strlen (row[i], -1);
      gboolean number = i == COLUMN_RECV_Q || i == COLUMN_SEND_Q;

      if (widths[i] == 0)
        continue;
      if (number)
        g_string_append_printf (out, "%*s", (int) pad, "");
      g_string_append (out, row[i]);
      if (i < N_COLUMNS - 1)
        g_string_append_printf (out, "%*s", number ? 2 : (int) pad + 2, "");
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

/**
 * lab_socket_table_text:
 * @sockets: of #LabSocket
 * @with_info: a second line with TCP_INFO for each
 *
 * Appends a table with a line of headings; a line that says so if there are none.
 */
void
lab_socket_table_text (GString *out, const GPtrArray *sockets, gboolean with_info)
{
  g_autofree char **rows = g_new0 (char *, (sockets->len + 1) * N_COLUMNS);
  glong widths[N_COLUMNS] = { 0 };
  char *heading[] = {
    /* TRANSLATORS: headings of a table, as ss(8) has them */
    _ ("State"),          _ ("Recv-Q"), _ ("Send-Q"), _ ("Local address"),
    _ ("Remote address"), _ ("Timer"),  _ ("Owner"),
  };

  if (sockets->len == 0)
    {
      g_string_append_printf (out, "%s\n", _ ("(the kernel lists no such socket)"));
      return;
    }
  for (int c = 0; c < N_COLUMNS; c++)
    rows[c] = g_strdup (heading[c]);
  for (guint i = 0; i < sockets->len; i++)
    fill_row (rows + (i + 1) * N_COLUMNS, g_ptr_array_index (sockets, i));
  for (guint i = 0; i <= sockets->len; i++)
    for (int c = 0; c < N_COLUMNS; c++)
      if (i > 0 || c != COLUMN_TIMER) /* without timers no column for them */
        widths[c] = MAX (widths[c], g_utf8_strlen (rows[i * N_COLUMNS + (guint) c], -1));
  if (widths[COLUMN_TIMER] > 0)
    widths[COLUMN_TIMER] = MAX (widths[COLUMN_TIMER], g_utf8_strlen (rows[COLUMN_TIMER], -1));
  for (guint i = 0; i <= sockets->len; i++)
    {
      g_autofree char *info = NULL;

      append_row (out, rows + i * N_COLUMNS, widths);
      if (with_info && i > 0)
        info = lab_socket_info_text (g_ptr_array_index (sockets, i - 1));
      if (info != NULL && *info != '\0')
        g_string_append_printf (out, "    %s\n", info);
    }
  for (guint i = 0; i < (sockets->len + 1) * N_COLUMNS; i++)
    g_free (rows[i]);
}

/**
 * lab_socket_key:
 *
 * Returns: (transfer full): what makes it the same socket at another time: protocol and both
 * ends.
 */
char *
lab_socket_key (const LabSocket *socket)
{
  g_autofree char *local = lab_endpoint_format (&socket->local);
  g_autofree char *remote = lab_endpoint_format (&socket->remote);

  return g_strdup_printf ("%s %s %s", socket->protocol == IPPROTO_UDP ? "udp" : "tcp", local,
                          remote);
}

static void
append_info (GString *out, const LabSocket *socket)
{
  const struct tcp_info *info = &socket->info;

  sal_json_int (out, "rto_us", info->tcpi_rto);
  sal_json_int (out, "rtt_us", info->tcpi_rtt);
  sal_json_int (out, "rttvar_us", info->tcpi_rttvar);
  sal_json_int (out, "snd_mss", info->tcpi_snd_mss);
  sal_json_int (out, "rcv_mss", info->tcpi_rcv_mss);
  sal_json_int (out, "cwnd", info->tcpi_snd_cwnd);
  sal_json_int (out, "unacked", info->tcpi_unacked);
  sal_json_int (out, "total_retrans", info->tcpi_total_retrans);
  sal_json_string (out, "congestion", socket->congestion);
}

/**
 * lab_socket_json_members:
 *
 * Appends what is known of a socket to an object that has been begun.
 */
void
lab_socket_json_members (GString *out, const LabSocket *socket)
{
  g_autofree char *local = lab_endpoint_format (&socket->local);
  g_autofree char *remote = lab_endpoint_format (&socket->remote);
  static const char *const timers[] = { "", "retransmit", "keepalive", "time-wait", "persist" };

  sal_json_string (out, "protocol", socket->protocol == IPPROTO_UDP ? "udp" : "tcp");
  sal_json_string (out, "state", lab_socket_state_name (socket));
  sal_json_string (out, "local", local);
  sal_json_string (out, "remote", remote);
  sal_json_int (out, "recv_q", socket->recv_q);
  sal_json_int (out, "send_q", socket->send_q);
  if (socket->timer != LAB_TIMER_NONE)
    {
      sal_json_string (out, "timer",
                       timers[MIN ((guint) socket->timer, G_N_ELEMENTS (timers) - 1)]);
      sal_json_int (out, "timer_ms", socket->timer_ms);
      sal_json_int (out, "retransmits", socket->retransmits);
    }
  sal_json_int (out, "uid", socket->uid);
  sal_json_int (out, "inode", socket->inode);
  sal_json_bool (out, "accepted", !lab_socket_is_unaccepted (socket));
  if (socket->pid != 0)
    {
      sal_json_int (out, "pid", socket->pid);
      sal_json_int (out, "fd", socket->fd);
      sal_json_string (out, "program", socket->program);
    }
  if (socket->has_info)
    append_info (out, socket);
}

/**
 * lab_socket_json:
 * @type: what the object is about, e.g. `socket`
 *
 * Appends an object as a line, see salotto-lab(1).
 */
void
lab_socket_json (GString *out, const char *type, gint64 time_us, const LabSocket *socket)
{
  sal_json_begin (out);
  sal_json_string (out, "type", type);
  sal_json_time (out, "time", time_us);
  lab_socket_json_members (out, socket);
  sal_json_end (out);
}
