/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who has an account, and what is theirs. All of it is in memory, under a mutex that is
 * held for moments, so any thread may ask at any time; what changes goes into the store
 * first, in a thread of the pool, and into memory when it is kept.
 *
 * Changing accounts is in srv-accounts-change.c, logging in in srv-login-exchange.c.
 */
#include "config.h"

#include "server/accounts/srv-accounts.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/accounts/srv-accounts-private.h"

/* Starting and ending. */

static void
take_secret (const guint8 *bytes, gpointer data)
{
  memcpy (((SrvAccounts *) data)->secret, bytes, SRV_LOGIN_SECRET_BYTES);
}

static void
take_account (SrvAccount *account, gpointer data)
{
  srv_accounts_index (data, account);
}

static void
take_room (SrvOwnedRoom *room, gpointer data)
{
  SrvAccounts *accounts = data;

  g_hash_table_insert (accounts->rooms, sal_name_key (room->name), room);
}

static void
take_marker (const SrvKeptMarker *marker, gpointer data)
{
  srv_accounts_load_marker (data, marker->account, marker->target, marker->time_us);
}

static const SrvAccountReader reader = {
  .secret = take_secret,
  .account = take_account,
  .room = take_room,
  .marker = take_marker,
};

static void
account_free (gpointer account)
{
  srv_account_free (account);
}

static void
room_free (gpointer room)
{
  srv_owned_room_free (room);
}

static void
markers_free (gpointer markers)
{
  srv_markers_free (markers);
}

static SrvAccounts *
accounts_alloc (SrvAccountsClock clock)
{
  SrvAccounts *accounts = g_new0 (SrvAccounts, 1);

  accounts->clock = clock != NULL ? clock : g_get_monotonic_time;
  pthread_mutex_init (&accounts->store_mutex, NULL);
  pthread_mutex_init (&accounts->mutex, NULL);
  accounts->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, account_free);
  accounts->nicknames = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  accounts->certificates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  accounts->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, room_free);
  accounts->unsaved_rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  accounts->markers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, markers_free);
  accounts->unsaved_markers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  accounts->guard = srv_login_guard_new ();
  accounts->rounds = g_array_new (FALSE, FALSE, sizeof (SrvRounds));
  accounts->config = (SrvAccountsConfig){ .iterations = SAL_ITERATIONS_DEFAULT };
  if (getrandom (accounts->secret, sizeof accounts->secret, 0) < 0)
    g_error ("no random bytes: %s", g_strerror (errno));
  return accounts;
}

/**
 * srv_accounts_new:
 * @path: (nullable): the file; %NULL: there are no accounts, and nobody can make one
 * @clock: (nullable): %NULL: the system's
 *
 * Returns: (transfer full): the accounts, or %NULL with an error that names the file.
 */
SrvAccounts *
srv_accounts_new (const char *path, SrvAccountsClock clock, GError **error)
{
  g_autoptr (SrvAccounts) accounts = accounts_alloc (clock);

  if (path != NULL)
    {
      accounts->store = srv_account_store_open (path, error);
      if (accounts->store == NULL ||
          !srv_account_store_read (accounts->store, &reader, accounts, error))
        return NULL;
    }
  accounts->pool = srv_job_pool_new (SAL_LOGIN_THREADS, SAL_LOGIN_JOBS);
  return g_steal_pointer (&accounts);
}

static void save_rooms (gpointer data, gboolean cancelled);

/**
 * srv_accounts_free:
 * @accounts: (nullable) (transfer full): that nobody asks any more
 *
 * What people have asked for and was not begun is answered with "busy", in the mailboxes,
 * which must be there still; rooms are kept as they are now.
 */
void
srv_accounts_free (SrvAccounts *accounts)
{
  if (accounts == NULL)
    return;
  srv_job_pool_free (accounts->pool);
  save_rooms (accounts, FALSE);
  srv_accounts_save_markers (accounts, FALSE);
  srv_account_store_free (accounts->store);
  g_free (accounts->invitation_code);
  g_hash_table_unref (accounts->nicknames);
  g_hash_table_unref (accounts->certificates);
  g_hash_table_unref (accounts->accounts);
  g_hash_table_unref (accounts->rooms);
  g_hash_table_unref (accounts->unsaved_rooms);
  g_hash_table_unref (accounts->markers);
  g_hash_table_unref (accounts->unsaved_markers);
  srv_login_guard_free (accounts->guard);
  g_array_unref (accounts->rounds);
  explicit_bzero (accounts->secret, sizeof accounts->secret);
  pthread_mutex_destroy (&accounts->mutex);
  pthread_mutex_destroy (&accounts->store_mutex);
  g_free (accounts);
}

/**
 * srv_accounts_configure:
 *
 * Holds for what is asked from then on.
 */
void
srv_accounts_configure (SrvAccounts *accounts, const SrvAccountsConfig *config)
{
  pthread_mutex_lock (&accounts->mutex);
  accounts->config = *config;
  g_free (accounts->invitation_code);
  accounts->invitation_code = g_strdup (config->invitation_code);
  accounts->config.invitation_code = accounts->invitation_code;
  pthread_mutex_unlock (&accounts->mutex);
}

/* The index. */

/**
 * srv_accounts_find:
 *
 * Returns: (transfer none) (nullable): the account called @name.
 */
SrvAccount *
srv_accounts_find (const SrvAccounts *accounts, const char *name)
{
  return sal_name_look_up (accounts->accounts, name);
}

/**
 * srv_accounts_find_reserved:
 *
 * Returns: (transfer none) (nullable): the account for which @nick is reserved.
 */
SrvAccount *
srv_accounts_find_reserved (const SrvAccounts *accounts, const char *nick)
{
  SrvAccount *account = sal_name_look_up (accounts->accounts, nick);

  return account != NULL ? account : sal_name_look_up (accounts->nicknames, nick);
}

/* One account more, or less, has so many iterations. */
static void
count_rounds (SrvAccounts *accounts, guint iterations, int change)
{
  guint i = 0;

  while (i < accounts->rounds->len &&
         g_array_index (accounts->rounds, SrvRounds, i).iterations < iterations)
    i++;
  if (i == accounts->rounds->len ||
      g_array_index (accounts->rounds, SrvRounds, i).iterations != iterations)
    g_array_insert_val (accounts->rounds, i, ((SrvRounds){ .iterations = iterations }));
  g_array_index (accounts->rounds, SrvRounds, i).n_accounts += (guint) change;
  if (g_array_index (accounts->rounds, SrvRounds, i).n_accounts == 0)
    g_array_remove_index (accounts->rounds, i);
}

/**
 * srv_accounts_index:
 * @account: (transfer full): a new one, or what takes the place of one with its key
 */
void
srv_accounts_index (SrvAccounts *accounts, SrvAccount *account)
{
  srv_accounts_unindex (accounts, account->key);
  if (account->generation == 0)
    account->generation = ++accounts->generations;
  for (guint i = 0; i < account->nicknames->len; i++)
    g_hash_table_insert (accounts->nicknames, sal_name_key (account->nicknames->pdata[i]), account);
  for (guint i = 0; i < account->certificates->len; i++)
    g_hash_table_insert (accounts->certificates, g_strdup (account->certificates->pdata[i]),
                         account);
  g_hash_table_insert (accounts->accounts, account->key, account);
  count_rounds (accounts, account->keys.iterations, +1);
}

/**
 * srv_accounts_unindex:
 *
 * Forgets an account and by what it is found; its rooms stay.
 */
void
srv_accounts_unindex (SrvAccounts *accounts, const char *key)
{
  const SrvAccount *account = g_hash_table_lookup (accounts->accounts, key);

  if (account == NULL)
    return;
  for (guint i = 0; i < account->nicknames->len; i++)
    {
      g_autofree char *nick = sal_name_key (account->nicknames->pdata[i]);

      g_hash_table_remove (accounts->nicknames, nick);
    }
  for (guint i = 0; i < account->certificates->len; i++)
    g_hash_table_remove (accounts->certificates, account->certificates->pdata[i]);
  count_rounds (accounts, account->keys.iterations, -1);
  g_hash_table_remove (accounts->accounts, account->key);
}

/* Names. */

/**
 * srv_accounts_dup_name:
 *
 * Returns: (transfer full) (nullable): how the account called @name is written; %NULL
 * if there is none.
 */
char *
srv_accounts_dup_name (SrvAccounts *accounts, const char *name)
{
  const SrvAccount *account = NULL;
  char *written = NULL;

  pthread_mutex_lock (&accounts->mutex);
  account = srv_accounts_find (accounts, name);
  if (account != NULL)
    written = g_strdup (account->name);
  pthread_mutex_unlock (&accounts->mutex);
  return written;
}

/**
 * srv_accounts_get_role:
 *
 * Returns: the role of the account called @name; %SRV_ROLE_USER if there is none.
 */
SrvRole
srv_accounts_get_role (SrvAccounts *accounts, const char *name)
{
  const SrvAccount *account = NULL;
  SrvRole role = SRV_ROLE_USER;

  pthread_mutex_lock (&accounts->mutex);
  account = srv_accounts_find (accounts, name);
  if (account != NULL)
    role = account->role;
  pthread_mutex_unlock (&accounts->mutex);
  return role;
}

/**
 * srv_accounts_may_use:
 * @nick: a name
 * @account: (nullable): as whom somebody has logged in
 *
 * Returns: whether they may have that name: it is reserved for nobody else.
 */
gboolean
srv_accounts_may_use (SrvAccounts *accounts, const char *nick, const char *account)
{
  g_autofree char *key = account != NULL ? sal_name_key (account) : NULL;
  const SrvAccount *owner = NULL;
  gboolean may = TRUE;

  pthread_mutex_lock (&accounts->mutex);
  owner = srv_accounts_find_reserved (accounts, nick);
  may = owner == NULL || g_strcmp0 (owner->key, key) == 0;
  pthread_mutex_unlock (&accounts->mutex);
  return may;
}

/**
 * srv_accounts_dup_by_certificate:
 *
 * Returns: (transfer full) (nullable): the name of the account with that certificate.
 */
char *
srv_accounts_dup_by_certificate (SrvAccounts *accounts, const char *fingerprint)
{
  const SrvAccount *account = NULL;
  char *name = NULL;

  pthread_mutex_lock (&accounts->mutex);
  account = g_hash_table_lookup (accounts->certificates, fingerprint);
  if (account != NULL)
    name = g_strdup (account->name);
  pthread_mutex_unlock (&accounts->mutex);
  return name;
}

/**
 * srv_accounts_foreach:
 * @func: called with @data for each account, by name; it must not call back
 */
void
srv_accounts_foreach (SrvAccounts *accounts, SrvAccountFunc func, gpointer data)
{
  g_autoptr (GList) keys = NULL;

  pthread_mutex_lock (&accounts->mutex);
  keys = g_list_sort (g_hash_table_get_keys (accounts->accounts), (GCompareFunc) strcmp);
  for (GList *at = keys; at != NULL; at = at->next)
    {
      const SrvAccount *account = g_hash_table_lookup (accounts->accounts, at->data);
      SrvAccountInfo info = {
        .name = account->name,
        .email = account->email,
        .role = account->role,
        .made_us = account->made_us,
        .nicknames = account->nicknames,
        .certificates = account->certificates,
      };

      func (&info, data);
    }
  pthread_mutex_unlock (&accounts->mutex);
}

/* What capabilities say. */

static gboolean
is_local (const SrvAddress *address)
{
  return address->family == SRV_ADDRESS_LOCAL ||
         (address->family == SRV_ADDRESS_IPV4 && address->bytes[0] == 127) ||
         (address->family == SRV_ADDRESS_IPV6 &&
          memcmp (address->bytes, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16) == 0);
}

/**
 * srv_accounts_is_usable:
 *
 * Returns: whether there is a store, without which nobody can log in.
 */
gboolean
srv_accounts_is_usable (SrvAccounts *accounts)
{
  return accounts->store != NULL;
}

/**
 * srv_accounts_takes_passwords:
 *
 * Returns: whether somebody at @peer may send a password as it is.
 */
gboolean
srv_accounts_takes_passwords (SrvAccounts *accounts, const SrvLoginPeer *peer)
{
  gboolean takes = FALSE;

  pthread_mutex_lock (&accounts->mutex);
  takes = peer->tls || (accounts->config.local_passwords && is_local (&peer->address));
  pthread_mutex_unlock (&accounts->mutex);
  return takes;
}

/**
 * srv_accounts_dup_mechanisms:
 *
 * Returns: (transfer full) (nullable): the SASL mechanisms for @peer, with commas, the
 * best first; %NULL: there is none, so that sasl is not offered at all.
 */
char *
srv_accounts_dup_mechanisms (SrvAccounts *accounts, const SrvLoginPeer *peer)
{
  if (!srv_accounts_is_usable (accounts))
    return NULL;
  return g_strconcat (peer->fingerprint != NULL ? "EXTERNAL," : "", "SCRAM-SHA-256",
                      srv_accounts_takes_passwords (accounts, peer) ? ",PLAIN" : "", NULL);
}

/**
 * srv_accounts_dup_registration:
 *
 * Returns: (transfer full) (nullable): the value of draft/account-registration for
 * @peer, which may be ""; %NULL: it is not offered.
 */
char *
srv_accounts_dup_registration (SrvAccounts *accounts, const SrvLoginPeer *peer)
{
  g_autoptr (GString) value = g_string_new (NULL);
  SrvAccountsConfig config;

  pthread_mutex_lock (&accounts->mutex);
  config = accounts->config;
  pthread_mutex_unlock (&accounts->mutex);
  if (!srv_accounts_is_usable (accounts) || config.registration == SRV_REGISTRATION_OFF ||
      !srv_accounts_takes_passwords (accounts, peer))
    return NULL;
  if (config.before_connect)
    g_string_append (value, "before-connect");
  if (config.email_required)
    g_string_append (value, value->len > 0 ? ",email-required" : "email-required");
  return g_string_free (g_steal_pointer (&value), FALSE);
}

/* Passwords. */

gboolean
srv_accounts_push (SrvAccounts *accounts, SrvJobFunc func, gpointer data, gint64 delay_us)
{
  return srv_job_pool_push (accounts->pool, func, data, delay_us);
}

gint64
srv_accounts_enter (SrvAccounts *accounts, const SrvAddress *address, const char *name)
{
  g_autofree char *key = sal_name_key (name);
  gint64 wait_us = 0;

  pthread_mutex_lock (&accounts->mutex);
  wait_us =
      srv_login_guard_enter (accounts->guard, srv_address_site (address), key, accounts->clock ());
  pthread_mutex_unlock (&accounts->mutex);
  return wait_us;
}

void
srv_accounts_passed (SrvAccounts *accounts, const SrvAddress *address, const char *name)
{
  g_autofree char *key = sal_name_key (name);

  pthread_mutex_lock (&accounts->mutex);
  srv_login_guard_passed (accounts->guard, srv_address_site (address), key, accounts->clock ());
  pthread_mutex_unlock (&accounts->mutex);
}

void
srv_accounts_withdraw (SrvAccounts *accounts, const SrvAddress *address, const char *name)
{
  g_autofree char *key = sal_name_key (name);

  pthread_mutex_lock (&accounts->mutex);
  srv_login_guard_withdraw (accounts->guard, srv_address_site (address), key, accounts->clock ());
  pthread_mutex_unlock (&accounts->mutex);
}

/* How many rounds an account that does not exist seems to have. Where all accounts have
 * the same, that. Where the configuration has changed since some were made, each name has
 * a number of its own, as often as it is found among the accounts; otherwise those with
 * another number than today's would give away that they exist. */
static guint
pretended_iterations (const SrvAccounts *accounts, const char *key)
{
  guint total = g_hash_table_size (accounts->accounts);
  SrvScramKeys keys;
  guint32 place = 0;
  guint64 passed = 0;

  srv_scram_pretend (&keys, accounts->secret, sizeof accounts->secret, key, 0);
  memcpy (&place, keys.stored_key, sizeof place);
  for (guint i = 0; i < accounts->rounds->len; i++)
    {
      const SrvRounds *rounds = &g_array_index (accounts->rounds, SrvRounds, i);

      passed += rounds->n_accounts;
      if ((guint64) place * total < passed << 32)
        return rounds->iterations;
    }
  return accounts->config.iterations;
}

/**
 * srv_accounts_find_keys:
 * @keys: (out): of the account called @name, or such as no password has
 *
 * Returns: their generation, for srv_accounts_dup_proven(); 0: there is no such account.
 */
guint64
srv_accounts_find_keys (SrvAccounts *accounts, const char *name, SrvScramKeys *keys)
{
  g_autofree char *key = sal_name_key (name);
  const SrvAccount *account = NULL;
  guint64 generation = 0;

  pthread_mutex_lock (&accounts->mutex);
  account = g_hash_table_lookup (accounts->accounts, key);
  generation = account != NULL ? account->generation : 0;
  if (account != NULL)
    *keys = account->keys;
  else
    srv_scram_pretend (keys, accounts->secret, sizeof accounts->secret, key,
                       pretended_iterations (accounts, key));
  pthread_mutex_unlock (&accounts->mutex);
  return generation;
}

/**
 * srv_accounts_dup_proven:
 * @generation: of the keys by which somebody has shown that it is theirs; 0: that they have done in
 *   another way
 *
 * Returns: (transfer full) (nullable): how the account called @name is written; %NULL if there is
 * none, or it has another password by now.
 */
char *
srv_accounts_dup_proven (SrvAccounts *accounts, const char *name, guint64 generation)
{
  const SrvAccount *account = NULL;
  char *written = NULL;

  pthread_mutex_lock (&accounts->mutex);
  account = srv_accounts_find (accounts, name);
  if (account != NULL && (generation == 0 || account->generation == generation))
    written = g_strdup (account->name);
  pthread_mutex_unlock (&accounts->mutex);
  return written;
}

/* Rooms. */

static guint
count_rooms (const SrvAccounts *accounts, const char *founder)
{
  GHashTableIter iter;
  gpointer room = NULL;
  guint count = 0;

  g_hash_table_iter_init (&iter, accounts->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    count += g_str_equal (((const SrvOwnedRoom *) room)->founder, founder);
  return count;
}

/* Writes what has changed, room by room; in a thread of the pool, or at the end. */
static void
save_rooms (gpointer data, gboolean cancelled)
{
  SrvAccounts *accounts = data;
  g_autofree gpointer *keys = NULL;
  guint n = 0;

  pthread_mutex_lock (&accounts->store_mutex);
  pthread_mutex_lock (&accounts->mutex);
  accounts->saving_rooms = FALSE;
  keys = g_hash_table_get_keys_as_array (accounts->unsaved_rooms, &n);
  g_hash_table_steal_all (accounts->unsaved_rooms);
  pthread_mutex_unlock (&accounts->mutex);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = keys[i];
      g_autoptr (SrvOwnedRoom) room = srv_accounts_dup_room (accounts, key);
      g_autoptr (GError) error = NULL;

      if (room != NULL ? srv_account_store_put_room (accounts->store, room, &error)
                       : srv_account_store_drop_room (accounts->store, key, &error))
        continue;
      g_warning (_ ("what room %s is like will not survive the end of the server: %s"), key,
                 error->message);
      pthread_mutex_lock (&accounts->mutex);
      g_hash_table_add (accounts->unsaved_rooms, g_steal_pointer (&key));
      pthread_mutex_unlock (&accounts->mutex);
    }
  pthread_mutex_unlock (&accounts->store_mutex);
}

/* With the mutex held. A room that cannot be saved now is saved with the next change, or
 * at the end. */
static void
note_unsaved (SrvAccounts *accounts, char *key)
{
  g_hash_table_add (accounts->unsaved_rooms, key);
  if (!accounts->saving_rooms)
    accounts->saving_rooms = srv_job_pool_push (accounts->pool, save_rooms, accounts, 0);
}

/**
 * srv_accounts_dup_room:
 *
 * Returns: (transfer full) (nullable): the room, if it belongs to somebody.
 */
SrvOwnedRoom *
srv_accounts_dup_room (SrvAccounts *accounts, const char *room)
{
  g_autofree char *key = sal_name_key (room);
  const SrvOwnedRoom *found = NULL;
  SrvOwnedRoom *copy = NULL;

  pthread_mutex_lock (&accounts->mutex);
  found = g_hash_table_lookup (accounts->rooms, key);
  if (found != NULL)
    copy = srv_owned_room_copy (found);
  pthread_mutex_unlock (&accounts->mutex);
  return copy;
}

/* The caller has the lock. @key: of the room */
static gboolean
may_keep (const SrvAccounts *accounts, const char *key, const SrvAccount *founder)
{
  return founder != NULL && (g_hash_table_contains (accounts->rooms, key) ||
                             count_rooms (accounts, founder->name) < SAL_ACCOUNT_ROOMS);
}

/**
 * srv_accounts_may_keep_room:
 * @room: its name
 * @founder: an account
 *
 * Returns: whether srv_accounts_keep_room() would be done now, for that founder.
 */
gboolean
srv_accounts_may_keep_room (SrvAccounts *accounts, const char *room, const char *founder)
{
  g_autofree char *key = sal_name_key (room);
  gboolean may = FALSE;

  pthread_mutex_lock (&accounts->mutex);
  may = may_keep (accounts, key, srv_accounts_find (accounts, founder));
  pthread_mutex_unlock (&accounts->mutex);
  return may;
}

/**
 * srv_accounts_keep_room:
 *
 * From now on @room is as it says, after a restart too.
 *
 * Returns: %FALSE if its founder has no account, or too many rooms; then nothing has
 * changed.
 */
gboolean
srv_accounts_keep_room (SrvAccounts *accounts, const SrvOwnedRoom *room)
{
  g_autofree char *key = sal_name_key (room->name);
  const SrvAccount *founder = NULL;
  gboolean kept = FALSE;

  pthread_mutex_lock (&accounts->mutex);
  founder = srv_accounts_find (accounts, room->founder);
  kept = may_keep (accounts, key, founder);
  if (kept)
    {
      SrvOwnedRoom *copy = srv_owned_room_copy (room);

      g_free (copy->founder);
      copy->founder = g_strdup (founder->name);
      g_hash_table_replace (accounts->rooms, g_strdup (key), copy);
      note_unsaved (accounts, g_steal_pointer (&key));
    }
  pthread_mutex_unlock (&accounts->mutex);
  return kept;
}

/**
 * srv_accounts_drop_room:
 *
 * The room belongs to nobody.
 */
void
srv_accounts_drop_room (SrvAccounts *accounts, const char *room)
{
  char *key = sal_name_key (room);

  pthread_mutex_lock (&accounts->mutex);
  if (g_hash_table_remove (accounts->rooms, key))
    note_unsaved (accounts, g_steal_pointer (&key));
  pthread_mutex_unlock (&accounts->mutex);
  g_free (key);
}

/**
 * srv_accounts_foreach_room:
 * @func: called with @data for each room that belongs to somebody, by name; it must not call
 *   back
 */
void
srv_accounts_foreach_room (SrvAccounts *accounts, SrvOwnedRoomFunc func, gpointer data)
{
  g_autoptr (GList) keys = NULL;

  pthread_mutex_lock (&accounts->mutex);
  keys = g_list_sort (g_hash_table_get_keys (accounts->rooms), (GCompareFunc) strcmp);
  for (GList *at = keys; at != NULL; at = at->next)
    func (g_hash_table_lookup (accounts->rooms, at->data), data);
  pthread_mutex_unlock (&accounts->mutex);
}
