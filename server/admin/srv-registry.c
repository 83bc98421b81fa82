/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the server remembers apart from what was said: who is banned, and the secret
 * from which cloaks are made. Kept in server.db, read at start, written at each
 * change. The main thread only.
 */
#include "config.h"

#include "server/admin/srv-registry.h"

#include <string.h>

#include "common/sqlite/sal-sqlite.h"
#include "server/accounts/srv-state-db.h"

#define SECRET_BYTES 32
#define CLOAK_CHARS 6

struct _SrvRegistry
{
  sqlite3 *db;  /* (owned) (nullable): NULL: nothing is kept */
  GArray *bans; /* (owned) of SrvBan */
  guint8 secret[SECRET_BYTES];
  SrvAddress cloaked; /* whose cloak was asked for last ... */
  char *cloak;        /* (owned) (nullable): ... and what it is */
};

static gboolean
load (SrvRegistry *registry, GError **error)
{
  sqlite3_stmt *secret =
      sal_sqlite_prepare (registry->db, "SELECT value FROM secret WHERE name = 'cloak'", error);
  sqlite3_stmt *bans =
      secret != NULL ? sal_sqlite_prepare (registry->db, "SELECT network, until FROM ban", error)
                     : NULL;
  gboolean row = FALSE;
  gboolean ok = bans != NULL && sal_sqlite_step (secret, &row, error);

  if (ok && row && sqlite3_column_bytes (secret, 0) == SECRET_BYTES)
    memcpy (registry->secret, sqlite3_column_blob (secret, 0), SECRET_BYTES);
  while (ok && (ok = sal_sqlite_step (bans, &row, error)) && row)
    {
      SrvBan ban = { .until_us = sqlite3_column_int64 (bans, 1) };

      if (srv_network_parse ((const char *) sqlite3_column_text (bans, 0), &ban.network))
        g_array_append_val (registry->bans, ban);
    }
  sqlite3_finalize (secret);
  sqlite3_finalize (bans);
  return ok;
}

/**
 * srv_registry_open:
 * @path: (nullable): the file; made if it is missing; %NULL: keep nothing
 *
 * Returns: (transfer full): the registry, or %NULL with an error that names the file.
 */
SrvRegistry *
srv_registry_open (const char *path, GError **error)
{
  g_autoptr (SrvRegistry) registry = g_new0 (SrvRegistry, 1);

  registry->bans = g_array_new (FALSE, FALSE, sizeof (SrvBan));
  sqlite3_randomness (SECRET_BYTES, registry->secret);
  if (path == NULL)
    return g_steal_pointer (&registry);

  registry->db = srv_state_db_open (path, error);
  if (registry->db == NULL || !load (registry, error))
    return NULL;
  return g_steal_pointer (&registry);
}

/**
 * srv_registry_free:
 * @registry: (nullable) (transfer full)
 */
void
srv_registry_free (SrvRegistry *registry)
{
  if (registry == NULL)
    return;
  sqlite3_close (registry->db);
  g_array_unref (registry->bans);
  g_free (registry->cloak);
  g_free (registry);
}

static gboolean
is_same (const SrvNetwork *a, const SrvNetwork *b)
{
  return a->bits == b->bits && a->address.family == b->address.family &&
         memcmp (a->address.bytes, b->address.bytes, sizeof a->address.bytes) == 0;
}

static gboolean
forget (SrvRegistry *registry, const SrvNetwork *network)
{
  for (guint i = 0; i < registry->bans->len; i++)
    if (is_same (&g_array_index (registry->bans, SrvBan, i).network, network))
      {
        g_array_remove_index_fast (registry->bans, i);
        return TRUE;
      }
  return FALSE;
}

/* Writes one change to the file, if there is one. */
static gboolean
write_ban (SrvRegistry *registry,
           const char *sql,
           const SrvNetwork *network,
           gint64 until_us,
           GError **error)
{
  g_autofree char *text = srv_network_format (network);
  sqlite3_stmt *statement = NULL;
  gboolean ok = FALSE;

  if (registry->db == NULL)
    return TRUE;
  statement = sal_sqlite_prepare (registry->db, sql, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, text, -1, SQLITE_STATIC);
  if (sqlite3_bind_parameter_count (statement) > 1)
    sqlite3_bind_int64 (statement, 2, until_us);
  ok = sal_sqlite_run (statement, error);
  sqlite3_finalize (statement);
  return ok;
}

/**
 * srv_registry_ban:
 *
 * From now on, and after a restart, @ban holds; it takes the place of an earlier one
 * of the same network.
 *
 * Returns: %FALSE if it could not be kept; it holds until the server ends all the same.
 */
gboolean
srv_registry_ban (SrvRegistry *registry, const SrvBan *ban, GError **error)
{
  (void) forget (registry, &ban->network);
  g_array_append_vals (registry->bans, ban, 1);
  return write_ban (registry, "INSERT OR REPLACE INTO ban (network, until) VALUES (?, ?)",
                    &ban->network, ban->until_us, error);
}

/**
 * srv_registry_unban:
 *
 * Returns: %FALSE without an error if there is no such ban; with one if that could not
 * be kept.
 */
gboolean
srv_registry_unban (SrvRegistry *registry, const SrvNetwork *network, GError **error)
{
  return forget (registry, network) &&
         write_ban (registry, "DELETE FROM ban WHERE network = ?", network, 0, error);
}

/**
 * srv_registry_is_banned:
 * @now_us: since 1970
 *
 * Bans whose time is over are forgotten on the way.
 */
gboolean
srv_registry_is_banned (SrvRegistry *registry, const SrvAddress *address, gint64 now_us)
{
  for (guint i = 0; i < registry->bans->len;)
    {
      SrvBan ban = g_array_index (registry->bans, SrvBan, i);

      if (ban.until_us != 0 && ban.until_us <= now_us)
        {
          (void) srv_registry_unban (registry, &ban.network, NULL);
          continue;
        }
      if (srv_network_contains (&ban.network, address))
        return TRUE;
      i++;
    }
  return FALSE;
}

/**
 * srv_registry_get_bans:
 *
 * Returns: (transfer none): all bans, as #SrvBan.
 */
const GArray *
srv_registry_get_bans (const SrvRegistry *registry)
{
  return registry->bans;
}

static char *
compute_cloak (const SrvRegistry *registry, const SrvAddress *address)
{
  static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
  g_autofree char *host = srv_address_host (address);
  guint8 digest[32];
  gsize len = sizeof digest;
  char cloak[CLOAK_CHARS + 1] = "";
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, registry->secret, SECRET_BYTES);

  g_hmac_update (hmac, (const guchar *) host, -1);
  g_hmac_get_digest (hmac, digest, &len);
  g_hmac_unref (hmac);
  for (guint i = 0; i < CLOAK_CHARS; i++)
    cloak[i] = alphabet[digest[i] % (sizeof alphabet - 1)];
  return g_strdup (cloak);
}

/**
 * srv_registry_cloak:
 *
 * Returns: (transfer full): a word that is the same for the same address on this
 * server, and says nothing about it.
 */
char *
srv_registry_cloak (SrvRegistry *registry, const SrvAddress *address)
{
  /* A school comes from one address, and what is hard to compute takes its time. */
  if (registry->cloak == NULL || registry->cloaked.family != address->family ||
      memcmp (registry->cloaked.bytes, address->bytes, sizeof address->bytes) != 0)
    {
      g_free (registry->cloak);
      registry->cloak = compute_cloak (registry, address);
      registry->cloaked = *address;
    }
  return g_strdup (registry->cloak);
}
