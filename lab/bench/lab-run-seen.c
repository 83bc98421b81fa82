/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an experiment waits for and looks up while it runs: states of sockets, and frames that
 * have passed a host.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "lab/bench/lab-run-private.h"

/* Sockets. */

static GPtrArray *
look (LabRun *run, const LabHost *host)
{
  const LabSocketFilter filter = { .tcp = TRUE, .udp = TRUE, .with_info = TRUE };

  return lab_diag_list (host->diag, &filter, &run->error);
}

static gboolean
is_on_port (const LabSocket *socket, guint16 port)
{
  return port == 0 || socket->local_port == port || socket->remote_port == port;
}

typedef struct
{
  LabRun *run;
  const LabHost *host;
  guint16 port;
  const char *state;
  guint n;
  guint32 recv_q;
} AwaitedSocket;

static gboolean
are_in_state (gpointer data)
{
  const AwaitedSocket *awaited = data;
  g_autoptr (GPtrArray) sockets = look (awaited->run, awaited->host);
  guint n = 0;

  if (sockets == NULL)
    return TRUE;
  for (guint i = 0; i < sockets->len; i++)
    {
      const LabSocket *socket = g_ptr_array_index (sockets, i);

      if (is_on_port (socket, awaited->port) &&
          g_str_equal (lab_socket_state_name (socket), awaited->state))
        n++;
    }
  return n == awaited->n;
}

/**
 * lab_run_await_state:
 * @port: of either end
 *
 * Waits until @host has @n sockets of @port in @state.
 */
void
lab_run_await_state (LabRun *run, const LabHost *host, guint16 port, const char *state, guint n)
{
  AwaitedSocket awaited = { run, host, port, state, n, 0 };

  if (run->error == NULL &&
      !lab_world_run (run->world, are_in_state, &awaited, lab_run_patience_ms (run)))
    lab_run_fail (run, _ ("%s does not come to have %u sockets of port %u in %s"), host->name, n,
                  port, state);
}

static gboolean
has_recv_q (gpointer data)
{
  const AwaitedSocket *awaited = data;
  g_autoptr (GPtrArray) sockets = look (awaited->run, awaited->host);

  if (sockets == NULL)
    return TRUE;
  for (guint i = 0; i < sockets->len; i++)
    {
      const LabSocket *socket = g_ptr_array_index (sockets, i);

      if (is_on_port (socket, awaited->port) && socket->state != TCP_LISTEN &&
          socket->recv_q == awaited->recv_q)
        return TRUE;
    }
  return FALSE;
}

/**
 * lab_run_await_recv_q:
 *
 * Waits until a connection of @port on @host has @bytes that nobody has read.
 */
void
lab_run_await_recv_q (LabRun *run, const LabHost *host, guint16 port, guint32 bytes)
{
  AwaitedSocket awaited = { run, host, port, NULL, 0, bytes };

  if (run->error == NULL &&
      !lab_world_run (run->world, has_recv_q, &awaited, lab_run_patience_ms (run)))
    lab_run_fail (run, _ ("no socket of port %u on %s comes to have a Recv-Q of %u"), port,
                  host->name, bytes);
}

/**
 * lab_run_sample:
 *
 * Writes the sockets of every host into the report.
 */
void
lab_run_sample (LabRun *run)
{
  const GPtrArray *hosts = lab_world_get_hosts (run->world);

  for (guint i = 0; run->error == NULL && i < hosts->len; i++)
    {
      const LabHost *host = g_ptr_array_index (hosts, i);
      GPtrArray *sockets = look (run, host);

      if (sockets == NULL)
        return;
      lab_owner_find (sockets);
      if (run->step == NULL)
        run->step = lab_report_add_step (run->report, _ ("Preparations"));
      lab_step_add_sample (run->step, host->name, sockets);
    }
}

/* What the last sample of @host in a step has; no sockets if there is none. */
static const GPtrArray *
last_sample (LabRun *run, const LabHost *host, guint number)
{
  const LabStep *step = NULL;
  const GPtrArray *sample = run->no_sockets;

  if (number == 0 || number > run->report->steps->len)
    return sample;
  step = g_ptr_array_index (run->report->steps, number - 1);
  for (guint i = 0; i < step->items->len; i++)
    {
      const LabItem *item = g_ptr_array_index (step->items, i);

      if (item->kind == LAB_ITEM_SAMPLE && g_str_equal (item->host, host->name))
        sample = item->sockets;
    }
  return sample;
}

/**
 * lab_run_count_sockets:
 * @step: from 1
 * @state: (nullable): or any
 *
 * Returns: how many sockets of @port the last sample of @host in @step has in @state.
 */
guint
lab_run_count_sockets (
    LabRun *run, const LabHost *host, guint step, guint16 port, const char *state)
{
  const GPtrArray *sample = last_sample (run, host, step);
  guint n = 0;

  for (guint i = 0; i < sample->len; i++)
    {
      const LabSocket *socket = g_ptr_array_index (sample, i);

      if (is_on_port (socket, port) &&
          (state == NULL || g_str_equal (lab_socket_state_name (socket), state)))
        n++;
    }
  return n;
}

/* What is shown where there is no such socket. */
static const LabSocket no_socket;

/**
 * lab_run_find_socket:
 *
 * Returns: (transfer none): the first such socket, see lab_run_count_sockets(); one with
 * nothing in it if there is none.
 */
const LabSocket *
lab_run_find_socket (LabRun *run, const LabHost *host, guint step, guint16 port, const char *state)
{
  const GPtrArray *sample = last_sample (run, host, step);

  for (guint i = 0; i < sample->len; i++)
    {
      const LabSocket *socket = g_ptr_array_index (sample, i);

      if (is_on_port (socket, port) && g_str_equal (lab_socket_state_name (socket), state))
        return socket;
    }
  return &no_socket;
}

/**
 * lab_run_find_unaccepted:
 *
 * Returns: (transfer none): the first connection of @port that nobody had accepted, likewise.
 */
const LabSocket *
lab_run_find_unaccepted (LabRun *run, const LabHost *host, guint step, guint16 port)
{
  const GPtrArray *sample = last_sample (run, host, step);

  for (guint i = 0; i < sample->len; i++)
    {
      const LabSocket *socket = g_ptr_array_index (sample, i);

      if (is_on_port (socket, port) && lab_socket_is_unaccepted (socket))
        return socket;
    }
  return &no_socket;
}

/* Frames. */

static guint
index_of_host (LabRun *run, const LabHost *host)
{
  const GPtrArray *hosts = lab_world_get_hosts (run->world);

  for (guint i = 0; i < hosts->len; i++)
    if (g_ptr_array_index (hosts, i) == host)
      return i;
  return 0;
}

/* Dissects what has come since the last call. */
static GArray *
segments_of (LabRun *run, const LabHost *host)
{
  GArray *segments = run->segments[index_of_host (run, host)];

  while (segments->len < host->frames->len)
    {
      const LabFrame *frame = g_ptr_array_index (host->frames, segments->len);
      const LabPacket packet = lab_frame_as_packet (frame, segments->len + 1);
      LabSegment segment = { 0 };

      lab_dissect (run->dissector, &packet, &segment);
      g_array_append_val (segments, segment);
    }
  return segments;
}

/* Whether it is that of @host; anybody's is if there is none. */
static gboolean
is_host (const LabAddress *address, const LabHost *host)
{
  return host == NULL || lab_address_equal (address, &host->ip);
}

static gboolean
is_meant (const LabSegment *segment, const LabFrameQuery *query)
{
  LabKind kind = query->kind != LAB_KIND_OTHER ? query->kind : LAB_KIND_TCP;

  return segment->kind == kind && segment->number > query->after &&
         is_host (&segment->src, query->from) && is_host (&segment->dst, query->to) &&
         (query->port == 0 || segment->src_port == query->port ||
          segment->dst_port == query->port) &&
         (segment->flags & query->mask) == query->flags && (!query->data || segment->len > 0) &&
         (!query->no_data || segment->len == 0) && (!query->closed || segment->window == 0);
}

/**
 * lab_run_find:
 *
 * Returns: the number of the first such frame that passed @host; 0 if there is none.
 */
guint64
lab_run_find (LabRun *run, const LabHost *host, const LabFrameQuery *query)
{
  const GArray *segments = segments_of (run, host);

  for (guint i = 0; i < segments->len; i++)
    if (is_meant (&g_array_index (segments, LabSegment, i), query))
      return i + 1;
  return 0;
}

/**
 * lab_run_find_last:
 * @before: a number
 *
 * Returns: the number of the last such frame that passed @host before that one; 0 if there is
 * none.
 */
guint64
lab_run_find_last (LabRun *run, const LabHost *host, const LabFrameQuery *query, guint64 before)
{
  const GArray *segments = segments_of (run, host);
  guint64 found = 0;

  for (guint i = 0; i < segments->len && i + 1 < before; i++)
    if (is_meant (&g_array_index (segments, LabSegment, i), query))
      found = i + 1;
  return found;
}

/**
 * lab_run_find_opening:
 * @port: of the server
 *
 * Returns: how the first connection from @client to @server was opened, as @client saw it.
 */
LabOpening
lab_run_find_opening (LabRun *run, const LabHost *client, const LabHost *server, guint16 port)
{
  LabFrameQuery query = { .port = port, .mask = LAB_FLAGS };
  LabOpening opening = { 0 };

  query.from = client;
  query.flags = LAB_SYN;
  opening.syn = lab_run_find (run, client, &query);
  query.from = server;
  query.flags = LAB_SYN | LAB_ACK;
  query.after = opening.syn;
  opening.syn_ack = lab_run_find (run, client, &query);
  query.from = client;
  query.flags = LAB_ACK;
  query.after = opening.syn_ack;
  opening.ack = lab_run_find (run, client, &query);
  return opening;
}

static gboolean
is_same (const LabSegment *a, const LabSegment *b)
{
  return a->seq == b->seq && a->len == b->len && a->flags == b->flags &&
         a->src_port == b->src_port && a->dst_port == b->dst_port &&
         lab_address_equal (&a->src, &b->src) && lab_address_equal (&a->dst, &b->dst);
}

/* Whether a frame before the one at @place was the same. */
static gboolean
came_before (const GArray *segments, guint place)
{
  for (guint i = 0; i < place; i++)
    if (is_same (&g_array_index (segments, LabSegment, i),
                 &g_array_index (segments, LabSegment, place)))
      return TRUE;
  return FALSE;
}

/**
 * lab_run_count:
 *
 * Returns: how many such frames passed @host.
 */
guint
lab_run_count (LabRun *run, const LabHost *host, const LabFrameQuery *query)
{
  const GArray *segments = segments_of (run, host);
  guint n = 0;

  for (guint i = 0; i < segments->len; i++)
    if (is_meant (&g_array_index (segments, LabSegment, i), query) &&
        !(query->once && came_before (segments, i)))
      n++;
  return n;
}

/**
 * lab_run_segment:
 *
 * Returns: (transfer none): what is in a frame of @host; one with nothing in it if there is no
 * such frame.
 */
const LabSegment *
lab_run_segment (LabRun *run, const LabHost *host, guint64 number)
{
  static const LabSegment none;
  const GArray *segments = segments_of (run, host);

  return number > 0 && number <= segments->len ? &g_array_index (segments, LabSegment, number - 1)
                                               : &none;
}

/**
 * lab_run_n_frames:
 *
 * Returns: how many frames have passed @host so far.
 */
guint64
lab_run_n_frames (LabRun *run, const LabHost *host)
{
  return host->frames->len;
}

typedef struct
{
  LabRun *run;
  const LabHost *host;
  const LabFrameQuery *query;
  guint64 found;
} AwaitedFrame;

static gboolean
has_passed (gpointer data)
{
  AwaitedFrame *awaited = data;

  awaited->found = lab_run_find (awaited->run, awaited->host, awaited->query);
  return awaited->found > 0;
}

/**
 * lab_run_await_frame:
 *
 * Waits until such a frame has passed @host. Returns: its number, 0 if the run is over.
 */
guint64
lab_run_await_frame (LabRun *run, const LabHost *host, const LabFrameQuery *query)
{
  AwaitedFrame awaited = { run, host, query, 0 };

  if (run->error == NULL &&
      !lab_world_run (run->world, has_passed, &awaited, lab_run_patience_ms (run)))
    lab_run_fail (run, _ ("a segment that should pass %s does not come (flags 0x%02x)"), host->name,
                  query->flags);
  return awaited.found;
}

/**
 * lab_run_settle:
 *
 * Waits until nothing passes any more.
 */
void
lab_run_settle (LabRun *run)
{
  if (run->error == NULL)
    lab_world_settle (run->world, LAB_RUN_QUIET_MS, LAB_RUN_MOST_QUIET_MS);
}
