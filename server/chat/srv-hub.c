/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the sessions of one worker have in common: the state that the log has told, whose
 * connection is whose, who waits for whom to come, and who has been here.
 */
#include "config.h"

#include "server/chat/srv-hub.h"

#include "common/base/sal-container.h"
#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-session.h"

/* Those in all workers who have not said yet who they are. */
static guint strangers; /* atomic */

static void
former_free (gpointer data)
{
  SrvFormerUser *former = data;

  srv_person_unref (former->who);
  g_free (former);
}

/**
 * srv_hub_new:
 */
SrvHub *
srv_hub_new (void)
{
  SrvHub *hub = g_new0 (SrvHub, 1);

  hub->state = srv_state_new ();
  hub->sessions = g_hash_table_new (g_int64_hash, g_int64_equal);
  hub->watchers =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  hub->config.name = "salotto";
  return hub;
}

/**
 * srv_hub_free:
 * @hub: (nullable) (transfer full): whose sessions are gone
 */
void
srv_hub_free (SrvHub *hub)
{
  if (hub == NULL)
    return;
  srv_state_free (hub->state);
  g_hash_table_unref (hub->sessions);
  g_hash_table_unref (hub->watchers);
  g_queue_clear_full (&hub->former, former_free);
  g_free (hub);
}

/**
 * srv_hub_add:
 * @session: (transfer none): until it is removed
 */
void
srv_hub_add (SrvHub *hub, SrvSession *session)
{
  g_hash_table_add (hub->sessions, &session->connection);
  session->stranger = TRUE;
  (void) __atomic_add_fetch (&strangers, 1, __ATOMIC_RELAXED);
}

/**
 * srv_hub_note_known:
 *
 * @session has come in under its name, or will never do so.
 */
void
srv_hub_note_known (SrvHub *hub, SrvSession *session)
{
  if (!session->stranger)
    return;
  session->stranger = FALSE;
  (void) __atomic_sub_fetch (&strangers, 1, __ATOMIC_RELAXED);
}

/**
 * srv_hub_count_strangers:
 *
 * Returns: how many there are in all hubs together who have not said yet who they are.
 */
guint
srv_hub_count_strangers (void)
{
  return __atomic_load_n (&strangers, __ATOMIC_RELAXED);
}

/**
 * srv_hub_remove:
 *
 * Nothing of the hub knows @session any more.
 */
void
srv_hub_remove (SrvHub *hub, SrvSession *session)
{
  srv_hub_note_known (hub, session);
  g_hash_table_remove (hub->sessions, &session->connection);
}

/**
 * srv_hub_session_from_id:
 * @id: (nullable): of hub->sessions
 *
 * Returns: (transfer none) (nullable): whose it is.
 */
SrvSession *
srv_hub_session_from_id (gconstpointer id)
{
  return id != NULL ? sal_container_of (id, SrvSession, connection) : NULL;
}

/**
 * srv_hub_find:
 *
 * Returns: (transfer none) (nullable): the session of @connection, if it is here.
 */
SrvSession *
srv_hub_find (const SrvHub *hub, guint64 connection)
{
  return srv_hub_session_from_id (g_hash_table_lookup (hub->sessions, &connection));
}

/**
 * srv_hub_remember:
 *
 * @user leaves, or is called otherwise from now on.
 */
void
srv_hub_remember (SrvHub *hub, const SrvUser *user, gint64 now_us)
{
  SrvFormerUser *former = NULL;

  if (!user->who->irc)
    return;
  former = g_new0 (SrvFormerUser, 1);
  former->who = srv_person_ref (user->who);
  former->left_us = now_us;
  g_queue_push_head (&hub->former, former);
  if (g_queue_get_length (&hub->former) > SAL_WHOWAS_ENTRIES)
    former_free (g_queue_pop_tail (&hub->former));
}

/**
 * srv_hub_watch:
 * @key: of a name
 *
 * @session is to be told when somebody of that name comes or goes.
 *
 * Returns: %FALSE if it was already.
 */
gboolean
srv_hub_watch (SrvHub *hub, SrvSession *session, const char *key)
{
  GHashTable *watchers = g_hash_table_lookup (hub->watchers, key);

  if (watchers == NULL)
    {
      watchers = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (hub->watchers, g_strdup (key), watchers);
    }
  return g_hash_table_add (watchers, session);
}

/**
 * srv_hub_unwatch:
 */
void
srv_hub_unwatch (SrvHub *hub, SrvSession *session, const char *key)
{
  GHashTable *watchers = g_hash_table_lookup (hub->watchers, key);

  if (watchers == NULL)
    return;
  g_hash_table_remove (watchers, session);
  if (g_hash_table_size (watchers) == 0)
    g_hash_table_remove (hub->watchers, key);
}

/**
 * srv_hub_watchers:
 * @name: in any case
 *
 * Returns: (transfer none) (nullable): set of #SrvSession that wait for who is called @name.
 */
GHashTable *
srv_hub_watchers (const SrvHub *hub, const char *name)
{
  return sal_name_look_up (hub->watchers, name);
}
