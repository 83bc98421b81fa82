/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/accounts/srv-login.h"
#include "server/net/srv-address.h"
#include "server/net/srv-mailbox.h"

G_BEGIN_DECLS

/* The accounts of the server. All functions are for any thread unless they say so, and
 * none of them waits for a disk or a password. */
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
  char *invitation_code; /* (owned) (nullable) */
  gboolean email_required;
  gboolean before_connect;    /* REGISTER before the connection's registration is complete */
  gboolean plain_on_loopback; /* passwords as they are, also without TLS from this machine */
  guint iterations;           /* of new passwords */
  guint max_accounts;
  guint registrations_per_hour; /* from one address; 0: no limit */
} SrvAccountsConfig;

/* Who is at the other end, as far as logging in is concerned. A value. */
typedef struct
{
  SrvAddress address;
  gboolean tls;
  const char *fingerprint; /* (unowned) (nullable): SHA-256 of the client's certificate, in hex */
} SrvLoginPeer;

/* Logging in. One of these per connection that has asked something; see srv_login_ask(). */
typedef struct _SrvLogin SrvLogin;

/* @tag: what the login was made with */
typedef void (*SrvLoginFunc) (gpointer owner, guint64 tag, const SrvLoginAnswer *answer);

SrvLogin *srv_login_new (SrvAccounts *accounts,
                         const SrvLoginPeer *peer,
                         SrvMailbox *mailbox,
                         SrvLoginFunc on_answer,
                         gpointer owner,
                         guint64 tag);
void srv_login_free (SrvLogin *login);
void srv_login_ask (SrvLogin *login, const SrvLoginRequest *request);
gboolean srv_login_is_waiting (const SrvLogin *login);

/* What a capability says: the value of `sasl` ("" where there is no mechanism, so that it
 * is not offered), and whether draft/account-registration is offered and with what value. */
char *srv_accounts_dup_mechanisms (SrvAccounts *accounts, const SrvLoginPeer *peer);
char *srv_accounts_dup_registration (SrvAccounts *accounts, const SrvLoginPeer *peer);

/* Names. */
char *srv_accounts_dup_name (SrvAccounts *accounts, const char *name);
SrvRole srv_accounts_get_role (SrvAccounts *accounts, const char *name);
gboolean srv_accounts_may_use (SrvAccounts *accounts, const char *nick, const char *account);

/* Rooms that belong to an account: what of a room is left when everybody has gone. The
 * topic is in the log. */
typedef struct
{
  char list;     /* 'b', 'e', 'I', ... */
  char *mask;    /* (owned) */
  char *setter;  /* (owned) */
  gint64 set_us; /* since 1970 */
} SrvRoomMask;

typedef struct
{
  char *name;       /* (owned): without # */
  char *founder;    /* (owned): the account */
  char *modes;      /* (owned): letters of the modes without a parameter, "nt" */
  char *key;        /* (owned) (nullable): +k */
  guint limit;      /* +l; 0: none */
  GPtrArray *masks; /* (owned) of SrvRoomMask (owned) */
} SrvOwnedRoom;

SrvOwnedRoom *srv_owned_room_new (const char *name, const char *founder);
void srv_owned_room_free (SrvOwnedRoom *room);
void srv_owned_room_add_mask (
    SrvOwnedRoom *room, char list, const char *mask, const char *setter, gint64 set_us);

SrvOwnedRoom *srv_accounts_dup_room (SrvAccounts *accounts, const char *room);
void srv_accounts_keep_room (SrvAccounts *accounts, const SrvOwnedRoom *room);
void srv_accounts_drop_room (SrvAccounts *accounts, const char *room);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvOwnedRoom, srv_owned_room_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvLogin, srv_login_free)

G_END_DECLS
