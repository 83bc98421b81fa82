/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What has changed between two looks at the table of sockets. Pure: who looks, and when, is
 * not known here.
 */
#include "config.h"

#include "lab/bench/lab-socket-watch.h"

#include <glib/gi18n.h>
#include <netinet/in.h>

#include "common/base/sal-json.h"
#include "common/proto/sal-text.h"
#include "lab/bench/lab-socket-table.h"
#include "lab/view/lab-words.h"

struct _LabSocketWatch
{
  GPtrArray *sockets; /* (owned): the last look */
  GPtrArray *older;   /* (owned) (nullable): the one before, which changes point to */
};

/**
 * lab_socket_watch_new:
 */
LabSocketWatch *
lab_socket_watch_new (void)
{
  LabSocketWatch *watch = g_new0 (LabSocketWatch, 1);

  watch->sockets = g_ptr_array_new_with_free_func (g_free);
  return watch;
}

/**
 * lab_socket_watch_free:
 * @watch: (nullable) (transfer full)
 */
void
lab_socket_watch_free (LabSocketWatch *watch)
{
  if (watch == NULL)
    return;
  g_ptr_array_unref (watch->sockets);
  g_clear_pointer (&watch->older, g_ptr_array_unref);
  g_free (watch);
}

static GHashTable *
table_by_key (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* What makes it the same socket the next time. Several may have the same ends (SO_REUSEPORT):
 * they are told apart by how many there were before them, which @counts knows. */
static char *
numbered_key (GHashTable *counts, const LabSocket *socket)
{
  g_autofree char *key = lab_socket_key (socket);
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));
  char *numbered = g_strdup_printf ("%s %u", key, before);

  g_hash_table_insert (counts, g_steal_pointer (&key), GUINT_TO_POINTER (before + 1));
  return numbered;
}

static GHashTable *
index_by_key (GPtrArray *sockets)
{
  GHashTable *index = table_by_key ();
  g_autoptr (GHashTable) counts = table_by_key ();

  for (guint i = 0; i < sockets->len; i++)
    {
      LabSocket *socket = g_ptr_array_index (sockets, i);

      g_hash_table_insert (index, numbered_key (counts, socket), socket);
    }
  return index;
}

static gboolean
is_other (const LabSocket *before, const LabSocket *after)
{
  return before->state != after->state || before->recv_q != after->recv_q ||
         before->send_q != after->send_q || before->retransmits != after->retransmits ||
         (before->inode == 0) != (after->inode == 0);
}

/**
 * lab_socket_watch_take:
 * @sockets: (transfer full): what the kernel lists now, of #LabSocket
 *
 * Returns: (transfer full): of #LabSocketChange, since the last call; good until the next.
 */
GArray *
lab_socket_watch_take (LabSocketWatch *watch, GPtrArray *sockets)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (LabSocketChange));
  g_autoptr (GHashTable) before = index_by_key (watch->sockets);
  g_autoptr (GHashTable) counts = table_by_key ();
  GHashTableIter iter;
  gpointer gone = NULL;

  for (guint i = 0; i < sockets->len; i++)
    {
      const LabSocket *socket = g_ptr_array_index (sockets, i);
      g_autofree char *key = numbered_key (counts, socket);
      LabSocketChange change = { .after = socket };

      change.before = g_hash_table_lookup (before, key);
      if (change.before == NULL || is_other (change.before, change.after))
        g_array_append_val (changes, change);
      g_hash_table_remove (before, key);
    }
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, NULL, &gone))
    {
      LabSocketChange change = { .before = gone };

      g_array_append_val (changes, change);
    }
  g_clear_pointer (&watch->older, g_ptr_array_unref);
  watch->older = watch->sockets;
  watch->sockets = sockets;
  return changes;
}

static void
append_queue (
    GString *out, const char *name, const LabSocketChange *change, guint32 was, guint32 is)
{
  if (change->before == NULL && is == 0)
    return;
  if (change->before == NULL)
    g_string_append_printf (out, ", %s %u", name, is);
  else if (was != is)
    g_string_append_printf (out, ", %s %u → %u", name, was, is);
}

/* Which socket, from which state to which. */
static void
append_states (GString *out, const LabSocketChange *change)
{
  const LabSocket *before = change->before;
  const LabSocket *after = change->after;
  const LabSocket *socket = after != NULL ? after : before;
  g_autofree char *local = lab_endpoint_format (&socket->local);
  g_autofree char *remote = lab_endpoint_format (&socket->remote);

  g_string_append_printf (out, "%s %s %s: ", socket->protocol == IPPROTO_UDP ? "udp" : "tcp", local,
                          socket->remote_port != 0 ? remote : "*");
  if (after == NULL)
    g_string_append_printf (out, _ ("%s → gone"), lab_socket_state_name (before));
  else if (before == NULL || before->state == after->state)
    g_string_append (out, lab_socket_state_name (after));
  else
    g_string_append_printf (out, "%s → %s", lab_socket_state_name (before),
                            lab_socket_state_name (after));
}

/**
 * lab_socket_change_text:
 * @columns: of the terminal; 0: there is one line, as long as it takes
 *
 * Appends when, which socket, from which state to which, and its queues.
 */
void
lab_socket_change_text (GString *out, const LabSocketChange *change, gint64 time_us, guint columns)
{
  const LabSocket *before = change->before;
  const LabSocket *after = change->after;
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  g_autofree char *clock = g_date_time_format (time, "%H:%M:%S");
  g_autofree char *margin =
      g_strdup_printf ("%s.%03d ", clock, (int) (time_us % G_USEC_PER_SEC / 1000));

  append_states (line, change);
  if (after != NULL)
    {
      append_queue (line, "Recv-Q", change, before != NULL ? before->recv_q : 0, after->recv_q);
      append_queue (line, "Send-Q", change, before != NULL ? before->send_q : 0, after->send_q);
      if (after->retransmits > 0)
        g_string_append_printf (line, ", %s",
                                _ ("sent again")); /* how often is in the column of timers */
      if (lab_socket_is_unaccepted (after))
        g_string_append_printf (line, ", %s", _ ("accepted by nobody"));
      else if (before != NULL && lab_socket_is_unaccepted (before) && after->inode != 0)
        g_string_append_printf (line, ", %s", _ ("accepted"));
    }
  lab_words_wrap (line->str, margin, columns, out);
}

/**
 * lab_socket_change_json:
 *
 * Appends the same as two objects at most: `before` and `after`, see salotto-lab(1).
 */
void
lab_socket_change_json (GString *out, const LabSocketChange *change, gint64 time_us)
{
  if (change->after != NULL)
    lab_socket_json (out, change->before != NULL ? "changed" : "opened", time_us, change->after);
  else
    lab_socket_json (out, "gone", time_us, change->before);
}
