/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/accounts/srv-login.h"
#include "server/accounts/srv-owned-room.h"
#include "server/net/srv-address.h"
#include "server/net/srv-mailbox.h"

G_BEGIN_DECLS

/* The accounts of the server. All functions are for any thread unless they say so, and
 * none of them waits for a disk or for a password to be derived. */
typedef struct _SrvAccounts SrvAccounts;

typedef enum
{
  SRV_REGISTRATION_OFF,
  SRV_REGISTRATION_OPEN,
  SRV_REGISTRATION_INVITATION, /* VERIFY with the code that everybody was given */
} SrvRegistration;

/* The part of the configuration that concerns accounts. */
typedef struct
{
  SrvRegistration registration;
  const char *invitation_code; /* (unowned) (nullable) */
  gboolean email_required;
  gboolean before_connect;  /* REGISTER before the connection's registration is complete */
  gboolean local_passwords; /* passwords as they are, also without TLS, from this machine */
  guint iterations;         /* of new passwords */
  guint max_accounts;
  guint registrations_per_hour; /* from one address; 0: no limit */
} SrvAccountsConfig;

/* Microseconds of a clock that is never set, injected for the tests. */
typedef gint64 (*SrvAccountsClock) (void);

SrvAccounts *srv_accounts_new (const char *path, SrvAccountsClock clock, GError **error);
void srv_accounts_free (SrvAccounts *accounts);
void srv_accounts_configure (SrvAccounts *accounts, const SrvAccountsConfig *config);

/* The account @name has another password; @by: the connection of who wanted it, 0: an
 * operator. */
typedef void (*SrvPasswordFunc) (const char *name, guint64 by, gpointer data);

void srv_accounts_watch_passwords (SrvAccounts *accounts,
                                   SrvMailbox *mailbox,
                                   SrvPasswordFunc func,
                                   gpointer data);

/* What capabilities say. */
char *srv_accounts_dup_mechanisms (SrvAccounts *accounts, const SrvLoginPeer *peer);
char *srv_accounts_dup_registration (SrvAccounts *accounts, const SrvLoginPeer *peer);

/* Names. */
char *srv_accounts_dup_name (SrvAccounts *accounts, const char *name);
SrvRole srv_accounts_get_role (SrvAccounts *accounts, const char *name);
gboolean srv_accounts_may_use (SrvAccounts *accounts, const char *nick, const char *account);

/* Rooms. */
SrvOwnedRoom *srv_accounts_dup_room (SrvAccounts *accounts, const char *room);
gboolean srv_accounts_may_keep_room (SrvAccounts *accounts, const char *room, const char *founder);
gboolean srv_accounts_keep_room (SrvAccounts *accounts, const SrvOwnedRoom *room);
void srv_accounts_drop_room (SrvAccounts *accounts, const char *room);

typedef void (*SrvOwnedRoomFunc) (const SrvOwnedRoom *room, gpointer data);
void srv_accounts_foreach_room (SrvAccounts *accounts, SrvOwnedRoomFunc func, gpointer data);

/* Up to where people have read. */
gint64 srv_accounts_get_marker (SrvAccounts *accounts, const char *account, const char *target);
gint64 srv_accounts_set_marker (SrvAccounts *accounts,
                                const char *account,
                                const char *target,
                                gint64 time_us);

/* What an operator changes. */
typedef enum
{
  SRV_CHANGE_ADD,         /* text: the password; role */
  SRV_CHANGE_PASSWORD,    /* text */
  SRV_CHANGE_ROLE,        /* role */
  SRV_CHANGE_RESERVE,     /* text: a nickname */
  SRV_CHANGE_RELEASE,     /* text: a nickname, of whomever it is; no name */
  SRV_CHANGE_CERTIFICATE, /* text: a fingerprint; who has it already loses it */
  SRV_CHANGE_DROP,
} SrvChangeKind;

typedef enum
{
  SRV_CHANGED,
  SRV_UNCHANGED_NO_ACCOUNT,
  SRV_UNCHANGED_EXISTS, /* an account or a reserved nickname of that name */
  SRV_UNCHANGED_BAD_NAME,
  SRV_UNCHANGED_BAD_PASSWORD,
  SRV_UNCHANGED_BAD_CERTIFICATE,
  SRV_UNCHANGED_TOO_MANY,
  SRV_UNCHANGED_FAILED, /* the store has an error, or there is none, or it is too busy */
} SrvChangeResult;

/* @message: (nullable): of the store's error */
typedef void (*SrvChangeFunc) (SrvChangeResult result, const char *message, gpointer data);

void srv_accounts_change (SrvAccounts *accounts,
                          SrvChangeKind kind,
                          const char *name,
                          const char *text,
                          SrvRole role,
                          SrvMailbox *mailbox,
                          SrvChangeFunc on_changed,
                          gpointer data);

/* @name, @email (nullable), and how many nicknames, certificates and rooms it has. */
typedef struct
{
  const char *name;
  const char *email;
  SrvRole role;
  gint64 made_us;
  const GPtrArray *nicknames;
  const GPtrArray *certificates;
} SrvAccountInfo;

typedef void (*SrvAccountFunc) (const SrvAccountInfo *account, gpointer data);

void srv_accounts_foreach (SrvAccounts *accounts, SrvAccountFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvAccounts, srv_accounts_free)

G_END_DECLS
