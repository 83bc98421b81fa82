/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who holds which name. The one judge: the log's thread asks it, in the order of
 * the log, so two people who want one name at the same time get two names, whatever
 * worker they came in by.
 */
#include "config.h"

#include "server/log/srv-claims.h"

#include "common/proto/sal-name.h"

/* People who wanted the same name. */
typedef struct
{
  guint holders; /* who hold it or a numbered form of it */
  guint hint;    /* no number below this one is free; 1 is the name itself */
} Family;

typedef struct
{
  guint64 connection;
  char *name;   /* (owned) */
  char *key;    /* (owned): what it must not share with another */
  char *family; /* (owned): the key of the name that was wanted; it may be the key itself */
  guint number; /* 1: the name as wanted */
} Claim;

/* A room that somebody is in. */
typedef struct
{
  char *name; /* (owned): as first written */
  guint present;
} ClaimedRoom;

struct _SrvClaims
{
  GHashTable *by_connection; /* (owned): its connection -> Claim (owned) */
  GHashTable *keys;          /* (owned): key (of the claim) -> Claim (unowned) */
  GHashTable *families;      /* (owned): key -> Family (owned) */
  GHashTable *rooms;         /* (owned): key -> ClaimedRoom (owned) */
  SrvClaimsFilter filter;    /* (nullable): with the next one as its data */
  gpointer filter_data;
};

static void
claim_free (gpointer data)
{
  Claim *claim = data;

  if (claim->family != claim->key)
    g_free (claim->family);
  if (claim->name != claim->key)
    g_free (claim->name);
  g_free (claim->key);
  g_free (claim);
}

static void
room_free (gpointer data)
{
  ClaimedRoom *room = data;

  g_free (room->name);
  g_free (room);
}

/**
 * srv_claims_new:
 */
SrvClaims *
srv_claims_new (void)
{
  SrvClaims *claims = g_new0 (SrvClaims, 1);

  claims->by_connection = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, claim_free);
  claims->keys = g_hash_table_new (g_str_hash, g_str_equal);
  claims->families = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  claims->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, room_free);
  return claims;
}

/**
 * srv_claims_free:
 * @claims: (nullable) (transfer full)
 */
void
srv_claims_free (SrvClaims *claims)
{
  if (claims == NULL)
    return;
  g_hash_table_unref (claims->keys);
  g_hash_table_unref (claims->by_connection);
  g_hash_table_unref (claims->families);
  g_hash_table_unref (claims->rooms);
  g_free (claims);
}

/**
 * srv_claims_set_filter:
 * @filter: (nullable): called with @data for each name that would be given
 *
 * A name that is not let through counts as held by somebody else.
 */
void
srv_claims_set_filter (SrvClaims *claims, SrvClaimsFilter filter, gpointer data)
{
  claims->filter = filter;
  claims->filter_data = data;
}

static gboolean
may_be_given (const SrvClaims *claims, const char *name)
{
  return claims->filter == NULL || claims->filter (name, claims->filter_data);
}

static void
leave_family (SrvClaims *claims, const Claim *claim)
{
  Family *family = g_hash_table_lookup (claims->families, claim->family);

  if (--family->holders == 0)
    g_hash_table_remove (claims->families, claim->family);
}

/* How many names that nobody holds are tried, if none of them may be given. */
#define TRIES_MOST 64

/* The next name of a family that nobody holds and that may be given. Names that are held are
 * passed over once, because the hint moves on; but the filter could refuse for ever. */
static gboolean
find_name (const SrvClaims *claims, Claim *claim, const char *wanted, guint hint)
{
  guint refused = 0;

  for (claim->number = hint; refused < TRIES_MOST; claim->number++)
    {
      g_autofree char *name =
          claim->number == 1 ? g_strdup (wanted) : sal_name_with_suffix (wanted, claim->number);
      g_autofree char *key = sal_name_key (name);

      if (g_hash_table_contains (claims->keys, key))
        continue;
      if (!may_be_given (claims, name))
        {
          refused++;
          continue;
        }
      claim->name = g_steal_pointer (&name);
      claim->key = g_steal_pointer (&key);
      return TRUE;
    }
  return FALSE;
}

/* Most names are written as their keys are, and are nobody else's. */
static void
share_strings (Claim *claim)
{
  if (g_str_equal (claim->name, claim->key))
    {
      g_free (claim->name);
      claim->name = claim->key;
    }
  if (g_str_equal (claim->family, claim->key))
    {
      g_free (claim->family);
      claim->family = claim->key;
    }
}

/**
 * srv_claims_name:
 * @wanted: a name
 *
 * Gives @connection @wanted, or `_2`, `_3` and so on appended where somebody else
 * holds it (S21). Who has a name already keeps it.
 *
 * Returns: (transfer none) (nullable): the name it holds now, until it is released; %NULL if
 *   the filter lets none of them through.
 */
const char *
srv_claims_name (SrvClaims *claims, guint64 connection, const char *wanted)
{
  Claim *claim = g_hash_table_lookup (claims->by_connection, &connection);
  Family *family = NULL;

  if (claim != NULL)
    return claim->name;

  claim = g_new0 (Claim, 1);
  claim->connection = connection;
  claim->family = sal_name_key (wanted);
  family = g_hash_table_lookup (claims->families, claim->family);
  if (family == NULL)
    {
      family = g_new0 (Family, 1);
      family->hint = 1;
      g_hash_table_insert (claims->families, g_strdup (claim->family), family);
    }
  family->holders++;

  if (!find_name (claims, claim, wanted, family->hint))
    {
      leave_family (claims, claim);
      claim_free (claim);
      return NULL;
    }
  family->hint = claim->number + 1;
  share_strings (claim);

  g_hash_table_insert (claims->keys, claim->key, claim);
  g_hash_table_insert (claims->by_connection, &claim->connection, claim);
  return claim->name;
}

/**
 * srv_claims_take:
 * @name: a name
 *
 * Gives @connection @name and no other, in place of the one it has, if nobody else holds it.
 *
 * Returns: whether it holds it now; else it keeps what it has.
 */
gboolean
srv_claims_take (SrvClaims *claims, guint64 connection, const char *name)
{
  g_autofree char *key = sal_name_key (name);
  const Claim *held = g_hash_table_lookup (claims->keys, key);
  Claim *mine = g_hash_table_lookup (claims->by_connection, &connection);

  if ((held != NULL && held != mine) || !may_be_given (claims, name))
    return FALSE;
  if (held != NULL)
    {
      if (mine->name != mine->key)
        g_free (mine->name);
      mine->name = g_strdup (name);
      return TRUE;
    }
  srv_claims_release (claims, connection);
  (void) srv_claims_name (claims, connection, name);
  return TRUE;
}

/**
 * srv_claims_release:
 *
 * The name that @connection holds, if any, is free.
 */
void
srv_claims_release (SrvClaims *claims, guint64 connection)
{
  Claim *claim = g_hash_table_lookup (claims->by_connection, &connection);
  Family *family = NULL;

  if (claim == NULL)
    return;
  family = g_hash_table_lookup (claims->families, claim->family);
  family->hint = MIN (family->hint, claim->number);
  leave_family (claims, claim);
  g_hash_table_remove (claims->keys, claim->key);
  g_hash_table_remove (claims->by_connection, &connection);
}

/**
 * srv_claims_enter:
 * @wanted: a room's name
 *
 * Somebody goes into a room.
 *
 * Returns: (transfer none): the one form in which this room's name is written while
 * anybody is in it, so that `Tea` and `tea` are one room.
 */
const char *
srv_claims_enter (SrvClaims *claims, const char *wanted)
{
  g_autofree char *key = sal_name_key (wanted);
  ClaimedRoom *room = g_hash_table_lookup (claims->rooms, key);

  if (room == NULL)
    {
      room = g_new0 (ClaimedRoom, 1);
      room->name = g_strdup (wanted);
      g_hash_table_insert (claims->rooms, g_steal_pointer (&key), room);
    }
  room->present++;
  return room->name;
}

/**
 * srv_claims_room:
 *
 * Returns: (transfer none): how the room @name is written, or @name where nobody is in
 * such a room.
 */
const char *
srv_claims_room (const SrvClaims *claims, const char *name)
{
  g_autofree char *key = sal_name_key (name);
  const ClaimedRoom *room = g_hash_table_lookup (claims->rooms, key);

  return room != NULL ? room->name : name;
}

/**
 * srv_claims_leave:
 * @name: a room somebody had entered
 *
 * Somebody goes out of a room. When the last one has, the room is forgotten here.
 */
void
srv_claims_leave (SrvClaims *claims, const char *name)
{
  g_autofree char *key = sal_name_key (name);
  ClaimedRoom *room = g_hash_table_lookup (claims->rooms, key);

  if (room != NULL && --room->present == 0)
    g_hash_table_remove (claims->rooms, key);
}
