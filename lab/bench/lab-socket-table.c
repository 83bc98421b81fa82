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

#include "common/base/sal-columns.h"
#include "common/base/sal-json.h"
#include "lab/view/lab-words.h"

/* Of what stands below the line of its socket. */
#define INDENT "    "

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
    return g_strdup_printf ("%s pid=%d fd=%d%s", socket->program, (int) socket->pid, socket->fd,
                            lab_socket_is_own_peer (socket) ? _ (", connected to itself") : "");
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

/* How the columns stand. */
typedef struct
{
  guint widths[N_COLUMNS]; /* 0: no such column */
  guint gap;               /* between two columns */
  gboolean two_lines;      /* timer and owner stand below the rest of a socket */
  gboolean stacked;        /* so do its ends */
  guint columns;           /* of the terminal; 0: of none */
} Layout;

/* Below that an address says nothing any more. */
#define LEAST_END_COLUMNS 16

static guint
n_columns (const Layout *layout)
{
  return layout->stacked ? COLUMN_LOCAL : layout->two_lines ? COLUMN_TIMER : N_COLUMNS;
}

static guint
line_width (const Layout *layout)
{
  guint width = 0;

  for (guint i = 0; i < n_columns (layout); i++)
    if (layout->widths[i] > 0)
      width += (width > 0 ? layout->gap : 0) + layout->widths[i];
  return width;
}

static void
measure (char *const *rows, guint n_rows, Layout *layout)
{
  memset (layout->widths, 0, sizeof layout->widths);
  for (guint i = 0; i < n_rows; i++)
    for (int c = 0; c < N_COLUMNS; c++)
      if (i > 0 || c != COLUMN_TIMER) /* without timers no column for them */
        layout->widths[c] =
            MAX (layout->widths[c], sal_columns_of_text (rows[i * N_COLUMNS + (guint) c]));
  if (layout->widths[COLUMN_TIMER] > 0)
    layout->widths[COLUMN_TIMER] =
        MAX (layout->widths[COLUMN_TIMER], sal_columns_of_text (rows[COLUMN_TIMER]));
}

/* Cuts the address, but not the port: that is what one looks for. */
static void
shorten_end (char **end, guint columns)
{
  const char *tail = strrchr (*end, ':');
  GString *shorter = NULL;

  if (tail == NULL || strlen (*end) <= columns)
    return;
  if (tail > *end && tail[-1] == ']')
    tail--;
  if (strlen (tail) + 1 >= columns)
    return;
  shorter = g_string_new_len (*end, (gssize) (columns - 1 - strlen (tail)));
  g_string_append_printf (shorter, "…%s", tail);
  g_free (*end);
  *end = g_string_free (shorter, FALSE);
}

/* Chooses what fits into @columns: all in one line; timer and owner below; if not even that
 * does, because of IPv6, with addresses that are cut; and where too little would be left of
 * them, with the ends below as well. 0 columns: it need not fit. */
static void
lay_out (char **rows, guint n_rows, guint columns, Layout *layout)
{
  guint most = 0;

  *layout = (Layout){ .gap = 2, .columns = columns };
  measure (rows, n_rows, layout);
  if (columns == 0 || line_width (layout) <= columns)
    return;
  layout->gap = 1;
  if (line_width (layout) <= columns)
    return;
  layout->two_lines = TRUE;
  layout->gap = 2;
  if (line_width (layout) <= columns)
    return;
  layout->gap = 1;
  if (line_width (layout) <= columns)
    return;
  most = columns - MIN (columns, line_width (layout) - layout->widths[COLUMN_LOCAL] -
                                     layout->widths[COLUMN_REMOTE]);
  most /= 2;
  layout->stacked = most < LEAST_END_COLUMNS;
  if (layout->stacked)
    return;
  for (guint i = 1; i < n_rows; i++)
    {
      shorten_end (&rows[i * N_COLUMNS + COLUMN_LOCAL], most);
      shorten_end (&rows[i * N_COLUMNS + COLUMN_REMOTE], most);
    }
  measure (rows, n_rows, layout);
}

/* Two things below the line of a socket, the second in the next line if it has to be. */
static void
append_below (GString *out, const char *first, const char *second, const Layout *layout)
{
  g_autofree char *text = g_strdup_printf ("%s%s%s", first, *first != '\0' ? ", " : "", second);

  lab_words_wrap (text, INDENT, layout->columns, out);
}

static void
append_row (GString *out, char *const row[N_COLUMNS], const Layout *layout)
{
  for (guint i = 0; i < n_columns (layout); i++)
    {
      guint pad = layout->widths[i] - MIN (layout->widths[i], sal_columns_of_text (row[i]));
      gboolean number = i == COLUMN_RECV_Q || i == COLUMN_SEND_Q;

      if (layout->widths[i] == 0)
        continue;
      if (number)
        g_string_append_printf (out, "%*s", (int) pad, "");
      g_string_append (out, row[i]);
      if (i < N_COLUMNS - 1)
        g_string_append_printf (out, "%*s", (int) (number ? layout->gap : pad + layout->gap), "");
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
  if (layout->stacked)
    append_below (out, row[COLUMN_LOCAL], row[COLUMN_REMOTE], layout);
  if (layout->two_lines)
    append_below (out, layout->widths[COLUMN_TIMER] > 0 ? row[COLUMN_TIMER] : "", row[COLUMN_OWNER],
                  layout);
}

static void
append_more (GString *out, guint n)
{
  g_string_append_printf (out, g_dngettext (NULL, "… %u more", "… %u more", n), n);
  g_string_append_c (out, '\n');
}

/**
 * lab_socket_table_text:
 * @sockets: of #LabSocket
 * @with_info: a line with TCP_INFO for each
 * @columns: of the terminal; 0: lines are as long as they take
 * @most_lines: how many there may be; 0: as many as it takes
 *
 * Appends a table with a line of headings; a line that says so if there are none. Where there
 * is no room for all of them, the last line says how many more there are.
 */
void
lab_socket_table_text (
    GString *out, const GPtrArray *sockets, gboolean with_info, guint columns, guint most_lines)
{
  g_autofree char **rows = g_new0 (char *, (sockets->len + 1) * N_COLUMNS);
  guint n_lines = 0;
  Layout layout;
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
  lay_out (rows, sockets->len + 1, columns, &layout);
  for (guint i = 0; i <= sockets->len; i++)
    {
      g_autofree char *info = NULL;
      const gsize before = out->len;
      const guint after = sockets->len - i; /* that are still to come */

      append_row (out, rows + i * N_COLUMNS, &layout);
      if (with_info && i > 0)
        info = lab_socket_info_text (g_ptr_array_index (sockets, i - 1));
      if (info != NULL && *info != '\0')
        lab_words_wrap (info, INDENT, columns, out);
      n_lines += lab_words_n_lines (out->str + before);
      if (i == 0 || most_lines == 0 || n_lines + (after > 0) <= most_lines)
        continue;
      g_string_truncate (out, before);
      append_more (out, after + 1);
      break;
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
