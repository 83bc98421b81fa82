/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of this folder share of the accounts. Nobody else includes this.
 */
#pragma once

#include <pthread.h>

#include "server/accounts/srv-account-store.h"
#include "server/accounts/srv-accounts.h"
#include "server/accounts/srv-job-pool.h"
#include "server/accounts/srv-login-guard.h"
#include "server/accounts/srv-markers.h"

G_BEGIN_DECLS

/* How many accounts have keys of that many iterations. */
typedef struct
{
  guint iterations;
  guint n_accounts;
} SrvRounds;

/* Two locks. Whoever changes an account holds `store_mutex` from reading it until it is
 * in the file and in the index; `mutex` is held for moments only, never while the file
 * is written or a password derived. The first is taken before the second. */
struct _SrvAccounts
{
  SrvAccountsClock clock;
  SrvJobPool *pool; /* (owned) */

  pthread_mutex_t store_mutex;
  SrvAccountStore *store; /* (owned) (nullable): there is no file */

  SrvMailbox *watcher; /* (unowned) (nullable): who is told of another password */
  SrvPasswordFunc on_password;
  gpointer on_password_data;

  pthread_mutex_t mutex; /* for all that follows */
  SrvAccountsConfig config;
  char *invitation_code;       /* (owned) (nullable) */
  guint64 generations;         /* given so far, see SrvAccount */
  GHashTable *accounts;        /* (owned): key (of the account) -> SrvAccount (owned) */
  GHashTable *nicknames;       /* (owned): key (owned) -> SrvAccount (unowned) */
  GHashTable *certificates;    /* (owned): fingerprint (owned) -> SrvAccount (unowned) */
  GHashTable *rooms;           /* (owned): key (owned) -> SrvOwnedRoom (owned) */
  GHashTable *unsaved_rooms;   /* (owned): set of keys (owned) */
  gboolean saving_rooms;       /* somebody is on the way to do it */
  GHashTable *markers;         /* (owned): key of an account (owned) -> SrvMarkers (owned) */
  GHashTable *unsaved_markers; /* (owned): set of "ACCOUNT\nTARGET" (owned) */
  gboolean saving_markers;     /* somebody is on the way to do it */
  SrvLoginGuard *guard;        /* (owned) */
  GArray *rounds;              /* (owned) of SrvRounds, by their iterations */
  guint8 secret[SRV_LOGIN_SECRET_BYTES];
};

/* The index: with the mutex held. */
SrvAccount *srv_accounts_find (const SrvAccounts *accounts, const char *name);
SrvAccount *srv_accounts_find_reserved (const SrvAccounts *accounts, const char *nick);
void srv_accounts_index (SrvAccounts *accounts, SrvAccount *account);
void srv_accounts_unindex (SrvAccounts *accounts, const char *key);

/* Read markers; loading is done at start, when nobody else is there. */
void srv_accounts_load_marker (SrvAccounts *accounts,
                               const char *account_key,
                               const char *target_key,
                               gint64 time_us);
void srv_accounts_save_markers (gpointer data, gboolean cancelled);

/* How long a guess has to wait; the three of srv-login-guard. */
gint64 srv_accounts_enter (SrvAccounts *accounts, const SrvAddress *address, const char *name);
void srv_accounts_passed (SrvAccounts *accounts, const SrvAddress *address, const char *name);
void srv_accounts_withdraw (SrvAccounts *accounts, const SrvAddress *address, const char *name);

gboolean srv_accounts_push (SrvAccounts *accounts, SrvJobFunc func, gpointer data, gint64 delay_us);

guint64 srv_accounts_find_keys (SrvAccounts *accounts, const char *name, SrvScramKeys *keys);
char *srv_accounts_dup_proven (SrvAccounts *accounts, const char *name, guint64 generation);
char *srv_accounts_dup_by_certificate (SrvAccounts *accounts, const char *fingerprint);
gboolean srv_accounts_takes_passwords (SrvAccounts *accounts, const SrvLoginPeer *peer);
gboolean srv_accounts_is_usable (SrvAccounts *accounts);

/* Registering, in the order in which it happens. */
SrvVerdict srv_accounts_may_register (SrvAccounts *accounts,
                                      const SrvLoginPeer *peer,
                                      const SrvLoginRequest *request);
SrvVerdict srv_accounts_register (SrvAccounts *accounts,
                                  const char *name,
                                  const char *password,
                                  const char *email,
                                  SrvAccount **pending);
SrvVerdict srv_accounts_verify (SrvAccounts *accounts, SrvAccount **pending, const char *code);

/* Another password, in the same order; the one until now was looked at in between. */
SrvVerdict srv_accounts_may_set_password (SrvAccounts *accounts,
                                          const SrvLoginPeer *peer,
                                          const char *password);
SrvVerdict srv_accounts_set_password (
    SrvAccounts *accounts, const char *name, const char *password, guint64 generation, guint64 by);

G_END_DECLS
