/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/accounts/srv-accounts.h"
#include "server/accounts/srv-scram.h"

G_BEGIN_DECLS

/* An account as it is kept. */
typedef struct
{
  char *key;   /* (owned): what names that count as the same have in common */
  char *name;  /* (owned): as it was written */
  char *email; /* (owned) (nullable) */
  SrvRole role;
  SrvScramKeys keys;
  guint64 generation;      /* of the keys: others have another; 0: not in the index; not kept */
  gint64 made_us;          /* since 1970 */
  GPtrArray *nicknames;    /* (owned) of char* (owned): reserved beside the name */
  GPtrArray *certificates; /* (owned) of char* (owned): SHA-256 fingerprints, in hex */
} SrvAccount;

SrvAccount *srv_account_new (const char *name);
void srv_account_free (SrvAccount *account);

/* Up to when an account has read a target; both are keys. 0: it is not known any more. */
typedef struct
{
  const char *account;
  const char *target;
  gint64 time_us;
} SrvKeptMarker;

typedef struct _SrvAccountStore SrvAccountStore;

#define SRV_LOGIN_SECRET_BYTES 32

/* What is read at start goes here, one by one, accounts and rooms (transfer full). */
typedef struct
{
  void (*secret) (const guint8 *bytes, gpointer data);
  void (*account) (SrvAccount *account, gpointer data);
  void (*room) (SrvOwnedRoom *room, gpointer data);
  void (*marker) (const SrvKeptMarker *marker, gpointer data);
} SrvAccountReader;

SrvAccountStore *srv_account_store_open (const char *path, GError **error);
void srv_account_store_free (SrvAccountStore *store);
gboolean srv_account_store_read (SrvAccountStore *store,
                                 const SrvAccountReader *reader,
                                 gpointer data,
                                 GError **error);

gboolean srv_account_store_add (SrvAccountStore *store, const SrvAccount *account, GError **error);
gboolean
srv_account_store_update (SrvAccountStore *store, const SrvAccount *account, GError **error);
gboolean srv_account_store_drop (SrvAccountStore *store, const char *key, GError **error);

gboolean
srv_account_store_put_room (SrvAccountStore *store, const SrvOwnedRoom *room, GError **error);
gboolean srv_account_store_drop_room (SrvAccountStore *store, const char *room, GError **error);

gboolean srv_account_store_put_markers (SrvAccountStore *store,
                                        const SrvKeptMarker *markers,
                                        guint n,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvAccount, srv_account_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvAccountStore, srv_account_store_free)

G_END_DECLS
