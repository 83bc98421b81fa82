/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which connection a segment belongs to: a hash table of address and port pairs, and what
 * connections to the same address and port share. Ports and addresses are chosen by
 * strangers, so the hash has a seed that they cannot know.
 */
#include "config.h"

#include "lab/track/lab-flow.h"

#include <string.h>

#define BUCKETS_MIN 256
/* Pairs whose connection was reported are remembered here, so that another connection of
 * the same pair is known to be one. A power of two; each place has room for one. */
#define FORMER_PLACES 16384

struct LabFlowTable
{
  LabConn **buckets; /* (owned) */
  guint n_buckets;   /* a power of two */
  guint size;
  guint64 seed;
  guint64 *former;       /* (owned): hashes */
  GHashTable *listeners; /* (owned) (element-type LabListener) */
};

static guint64
mix (guint64 hash, guint64 value)
{
  hash = (hash ^ value) * G_GUINT64_CONSTANT (0x9fb21c651e98df25);
  return hash ^ hash >> 32;
}

static guint64
hash_address (guint64 hash, const LabAddress *address, guint16 port)
{
  guint64 words[2];

  memcpy (words, address->bytes, sizeof words);
  hash = mix (hash, words[0]);
  if (address->family == 6)
    hash = mix (hash, words[1]);
  return mix (hash, (guint64) port << 8 | address->family);
}

static guint
listener_hash (gconstpointer key)
{
  const LabListener *listener = key;

  return (guint) hash_address (0, &listener->address, listener->port);
}

static gboolean
listener_equal (gconstpointer a, gconstpointer b)
{
  const LabListener *first = a;
  const LabListener *second = b;

  return first->port == second->port && lab_address_equal (&first->address, &second->address);
}

/**
 * lab_flow_table_new:
 * @seed: something that whoever writes captures cannot know
 *
 * Returns: (transfer full): an empty table
 */
LabFlowTable *
lab_flow_table_new (guint64 seed)
{
  LabFlowTable *table = g_new0 (LabFlowTable, 1);

  table->n_buckets = BUCKETS_MIN;
  table->buckets = g_new0 (LabConn *, table->n_buckets);
  table->seed = mix (seed, seed >> 12);
  table->former = g_new0 (guint64, FORMER_PLACES);
  table->listeners = g_hash_table_new_full (listener_hash, listener_equal, g_free, NULL);
  return table;
}

/**
 * lab_flow_table_free:
 * @table: (transfer full): the table; its connections stay
 */
void
lab_flow_table_free (LabFlowTable *table)
{
  g_hash_table_unref (table->listeners);
  g_free (table->former);
  g_free (table->buckets);
  g_free (table);
}

/**
 * lab_flow_init:
 * @flow: (out caller-allocates): what names the connection of a segment, in both directions
 */
void
lab_flow_init (LabFlow *flow,
               const LabFlowTable *table,
               const LabAddress *src,
               guint16 src_port,
               const LabAddress *dst,
               guint16 dst_port)
{
  int order = memcmp (src, dst, sizeof *src);

  if (order < 0 || (order == 0 && src_port < dst_port))
    *flow = (LabFlow){ *src, *dst, src_port, dst_port, 0 };
  else
    *flow = (LabFlow){ *dst, *src, dst_port, src_port, 0 };
  flow->hash = hash_address (table->seed, &flow->low, flow->low_port);
  flow->hash = hash_address (flow->hash, &flow->high, flow->high_port);
}

static gboolean
is_end (const LabEndReport *end, const LabAddress *address, guint16 port)
{
  return end->port == port && lab_address_equal (&end->address, address);
}

static gboolean
matches (const LabConn *conn, const LabFlow *flow)
{
  const LabEndReport *client = &conn->report.end[LAB_CLIENT];
  const LabEndReport *server = &conn->report.end[LAB_SERVER];

  if (conn->hash != flow->hash)
    return FALSE;
  return (is_end (client, &flow->low, flow->low_port) &&
          is_end (server, &flow->high, flow->high_port)) ||
         (is_end (server, &flow->low, flow->low_port) &&
          is_end (client, &flow->high, flow->high_port));
}

/**
 * lab_flow_table_find:
 *
 * Returns: (nullable) (transfer none): the connection of this pair
 */
LabConn *
lab_flow_table_find (LabFlowTable *table, const LabFlow *flow)
{
  LabConn *conn = table->buckets[flow->hash & (table->n_buckets - 1)];

  while (conn != NULL && !matches (conn, flow))
    conn = conn->next_in_bucket;
  return conn;
}

static void
grow (LabFlowTable *table)
{
  guint n_buckets = table->n_buckets * 2;
  LabConn **buckets = g_new0 (LabConn *, n_buckets);

  for (guint i = 0; i < table->n_buckets; i++)
    while (table->buckets[i] != NULL)
      {
        LabConn *conn = table->buckets[i];
        LabConn **bucket = &buckets[conn->hash & (n_buckets - 1)];

        table->buckets[i] = conn->next_in_bucket;
        conn->next_in_bucket = *bucket;
        *bucket = conn;
      }
  g_free (table->buckets);
  table->buckets = buckets;
  table->n_buckets = n_buckets;
}

/**
 * lab_flow_table_insert:
 * @flow: the pair, which the table has no connection of
 * @conn: (transfer none): its connection
 *
 * Returns: whether the pair had another connection before
 */
gboolean
lab_flow_table_insert (LabFlowTable *table, const LabFlow *flow, LabConn *conn)
{
  LabConn **bucket = NULL;

  if (table->size >= table->n_buckets)
    grow (table);
  bucket = &table->buckets[flow->hash & (table->n_buckets - 1)];
  conn->hash = flow->hash;
  conn->next_in_bucket = *bucket;
  *bucket = conn;
  table->size++;
  return table->former[flow->hash & (FORMER_PLACES - 1)] == flow->hash;
}

/**
 * lab_flow_table_remove:
 * @conn: a connection of the table; it stays alive
 */
void
lab_flow_table_remove (LabFlowTable *table, LabConn *conn)
{
  LabConn **link = &table->buckets[conn->hash & (table->n_buckets - 1)];

  while (*link != conn)
    link = &(*link)->next_in_bucket;
  *link = conn->next_in_bucket;
  table->size--;
  table->former[conn->hash & (FORMER_PLACES - 1)] = conn->hash;
}

/**
 * lab_flow_table_size:
 *
 * Returns: how many connections there are
 */
guint
lab_flow_table_size (const LabFlowTable *table)
{
  return table->size;
}

/**
 * lab_flow_table_get_listener:
 * @server: the server's end of a connection
 *
 * Returns: (transfer none): what all connections to it share; give it back with
 *   lab_flow_table_drop_listener()
 */
LabListener *
lab_flow_table_get_listener (LabFlowTable *table, const LabEndReport *server)
{
  LabListener key = { server->address, server->port, 0, 0 };
  LabListener *listener = g_hash_table_lookup (table->listeners, &key);

  if (listener == NULL)
    {
      listener = g_memdup2 (&key, sizeof key);
      g_hash_table_add (table->listeners, listener);
    }
  listener->refs++;
  return listener;
}

/**
 * lab_flow_table_drop_listener:
 * @listener: what lab_flow_table_get_listener() has returned
 */
void
lab_flow_table_drop_listener (LabFlowTable *table, LabListener *listener)
{
  listener->refs--;
  if (listener->refs == 0)
    g_hash_table_remove (table->listeners, listener);
}
