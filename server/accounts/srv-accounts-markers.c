/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Up to where people with an account have read. In memory for whoever asks, and in the file
 * soon after, many at a time: a marker that a crash takes is set again by the next client that
 * is looked at.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/accounts/srv-accounts-private.h"

/* With the mutex held. */
static SrvMarkers *
markers_of (SrvAccounts *accounts, const char *account_key)
{
  SrvMarkers *markers = g_hash_table_lookup (accounts->markers, account_key);

  if (markers == NULL)
    {
      markers = srv_markers_new (SAL_READ_MARKERS);
      g_hash_table_insert (accounts->markers, g_strdup (account_key), markers);
    }
  return markers;
}

/* An account and a target, as one text. */
static char *
pair_of (const char *account_key, const char *target_key)
{
  return g_strconcat (account_key, "\n", target_key, NULL);
}

/**
 * srv_accounts_load_marker:
 *
 * What the file has, at start.
 */
void
srv_accounts_load_marker (SrvAccounts *accounts,
                          const char *account_key,
                          const char *target_key,
                          gint64 time_us)
{
  (void) srv_markers_set (markers_of (accounts, account_key), target_key, time_us, NULL);
}

/* They are tried again with the next change, or at the end. */
static void
keep_unsaved (SrvAccounts *accounts, const GArray *changed, const GError *error)
{
  g_warning (_ ("up to where people have read will not survive the end of the server: %s"),
             error->message);
  pthread_mutex_lock (&accounts->mutex);
  for (guint i = 0; i < changed->len; i++)
    {
      const SrvKeptMarker *marker = &g_array_index (changed, SrvKeptMarker, i);

      g_hash_table_add (accounts->unsaved_markers, pair_of (marker->account, marker->target));
    }
  pthread_mutex_unlock (&accounts->mutex);
}

/**
 * srv_accounts_save_markers:
 * @data: the accounts
 *
 * Writes what has changed; in a thread of the pool, or at the end.
 */
void
srv_accounts_save_markers (gpointer data, gboolean cancelled)
{
  SrvAccounts *accounts = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) changed = g_array_new (FALSE, FALSE, sizeof (SrvKeptMarker));
  g_autofree gpointer *pairs = NULL;
  guint n = 0;

  pthread_mutex_lock (&accounts->store_mutex);
  pthread_mutex_lock (&accounts->mutex);
  accounts->saving_markers = FALSE;
  pairs = g_hash_table_get_keys_as_array (accounts->unsaved_markers, &n);
  g_hash_table_steal_all (accounts->unsaved_markers);
  for (guint i = 0; i < n; i++)
    {
      char *target = strchr (pairs[i], '\n');
      SrvKeptMarker marker = { .account = pairs[i], .target = target + 1 };

      *target = '\0';
      marker.time_us =
          srv_markers_get (g_hash_table_lookup (accounts->markers, pairs[i]), target + 1);
      g_array_append_val (changed, marker);
    }
  pthread_mutex_unlock (&accounts->mutex);

  if (n > 0 && !srv_account_store_put_markers (
                   accounts->store, (const SrvKeptMarker *) (gpointer) changed->data, n, &error))
    keep_unsaved (accounts, changed, error);
  pthread_mutex_unlock (&accounts->store_mutex);
  for (guint i = 0; i < n; i++)
    g_free (pairs[i]);
}

/* With the mutex held. */
static void
note_unsaved (SrvAccounts *accounts, const char *account_key, const char *target_key)
{
  g_hash_table_add (accounts->unsaved_markers, pair_of (account_key, target_key));
  if (!accounts->saving_markers)
    accounts->saving_markers =
        srv_job_pool_push (accounts->pool, srv_accounts_save_markers, accounts, SAL_MARKERS_US);
}

/**
 * srv_accounts_get_marker:
 * @account: the name of one
 * @target: a room or a person, as IRC writes it
 *
 * Returns: up to when they have read it, in microseconds since 1970, UTC; 0: nobody knows.
 */
gint64
srv_accounts_get_marker (SrvAccounts *accounts, const char *account, const char *target)
{
  g_autofree char *key = sal_name_key (account);
  gint64 time_us = 0;

  pthread_mutex_lock (&accounts->mutex);
  time_us = srv_markers_get (g_hash_table_lookup (accounts->markers, key), target);
  pthread_mutex_unlock (&accounts->mutex);
  return time_us;
}

/**
 * srv_accounts_set_marker:
 *
 * Returns: the time that holds now, which is later than @time_us if they had read more
 *   already; 0 if there is no such account.
 */
gint64
srv_accounts_set_marker (SrvAccounts *accounts,
                         const char *account,
                         const char *target,
                         gint64 time_us)
{
  g_autofree char *key = sal_name_key (account);
  g_autofree char *target_key = sal_name_key (target);
  g_autofree char *forgotten = NULL;
  gint64 holds_us = 0;

  pthread_mutex_lock (&accounts->mutex);
  if (g_hash_table_contains (accounts->accounts, key))
    {
      holds_us = srv_markers_set (markers_of (accounts, key), target, time_us, &forgotten);
      if (holds_us == time_us)
        note_unsaved (accounts, key, target_key);
      if (forgotten != NULL)
        note_unsaved (accounts, key, forgotten);
    }
  pthread_mutex_unlock (&accounts->mutex);
  return holds_us;
}
