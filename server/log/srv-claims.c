/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which name somebody gets. The one judge: the log's thread asks it, in the order of the
 * log, so two people who want one name at the same time get two names, whatever worker they
 * came in by. Who holds which name is in the judge's state; what is remembered here is only
 * where to look for the next number of a name that many want.
 */
#include "config.h"

#include "server/log/srv-claims.h"

#include "common/proto/sal-name.h"

/* How many names that nobody holds are tried, if none of them may be given. */
#define TRIES_MOST 64

/* A name that somebody wanted and did not get, because somebody else had it. */
typedef struct
{
  char *key;     /* (owned) */
  guint holders; /* who hold a numbered form of it */
  guint hint;    /* no number below this one is free, from 2 */
} Family;

/* A numbered form that somebody holds. */
typedef struct
{
  char *key;      /* (owned) */
  Family *family; /* (unowned) */
  guint number;
} Numbered;

struct _SrvClaims
{
  const SrvClaimsHost *host; /* (unowned) */
  gpointer data;
  GHashTable *families; /* (owned): key -> Family (owned) */
  GHashTable *numbered; /* (owned): key -> Numbered (owned) */
};

static void
family_free (gpointer data)
{
  Family *family = data;

  g_free (family->key);
  g_free (family);
}

static void
numbered_free (gpointer data)
{
  Numbered *numbered = data;

  g_free (numbered->key);
  g_free (numbered);
}

/**
 * srv_claims_new:
 * @host: (transfer none): called with @data
 */
SrvClaims *
srv_claims_new (const SrvClaimsHost *host, gpointer data)
{
  SrvClaims *claims = g_new0 (SrvClaims, 1);

  claims->host = host;
  claims->data = data;
  claims->families = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, family_free);
  claims->numbered = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, numbered_free);
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
  g_hash_table_unref (claims->numbered);
  g_hash_table_unref (claims->families);
  g_free (claims);
}

static Family *
family_of (SrvClaims *claims, const char *key)
{
  Family *family = g_hash_table_lookup (claims->families, key);

  if (family == NULL)
    {
      family = g_new0 (Family, 1);
      family->key = g_strdup (key);
      family->hint = 2;
      g_hash_table_insert (claims->families, family->key, family);
    }
  return family;
}

static void
drop_if_empty (SrvClaims *claims, Family *family)
{
  if (family->holders == 0)
    g_hash_table_remove (claims->families, family->key);
}

static void
note_numbered (SrvClaims *claims, Family *family, char *key, guint number)
{
  Numbered *numbered = g_new (Numbered, 1);

  *numbered = (Numbered){ key, family, number };
  g_hash_table_replace (claims->numbered, key, numbered);
  family->holders++;
  family->hint = number + 1;
}

/* The next numbered form of a name that nobody holds and that may be given. Names that are
 * held are passed over once, because the hint moves on; but the host could refuse for ever. */
static char *
find_numbered (SrvClaims *claims, Family *family, const char *wanted)
{
  guint refused = 0;

  for (guint number = family->hint; refused < TRIES_MOST; number++)
    {
      g_autofree char *name = sal_name_with_suffix (wanted, number);
      g_autofree char *key = sal_name_key (name);

      if (claims->host->is_held (key, claims->data))
        continue;
      if (!claims->host->may_use (name, claims->data))
        {
          refused++;
          continue;
        }
      note_numbered (claims, family, g_steal_pointer (&key), number);
      return g_steal_pointer (&name);
    }
  return NULL;
}

/**
 * srv_claims_name:
 * @wanted: a name
 *
 * Gives @wanted, or `_2`, `_3` and so on appended where somebody else holds it (S21). From
 * when this is asked the next time on, the host must know that it is held, or it must have
 * been released.
 *
 * Returns: (transfer full) (nullable): the name; %NULL if the host lets none of them through.
 */
char *
srv_claims_name (SrvClaims *claims, const char *wanted)
{
  g_autofree char *key = sal_name_key (wanted);
  Family *family = NULL;
  char *name = NULL;

  if (!claims->host->is_held (key, claims->data) && claims->host->may_use (wanted, claims->data))
    return g_strdup (wanted);
  family = family_of (claims, key);
  name = find_numbered (claims, family, wanted);
  drop_if_empty (claims, family);
  return name;
}

/**
 * srv_claims_release:
 * @name: one that nobody holds any more
 */
void
srv_claims_release (SrvClaims *claims, const char *name)
{
  const Numbered *numbered = sal_name_look_up (claims->numbered, name);
  Family *family = NULL;

  if (numbered == NULL)
    return; /* what has no number is tried before the numbers */
  family = numbered->family;
  family->hint = MIN (family->hint, numbered->number);
  family->holders--;
  g_hash_table_remove (claims->numbered, numbered->key);
  drop_if_empty (claims, family);
}
