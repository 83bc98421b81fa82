/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/log/srv-entry.h"
#include "server/state/srv-state.h"

G_BEGIN_DECLS

typedef struct _SrvHub SrvHub;
typedef struct _SrvSession SrvSession;

/* How the server shows itself to people who speak IRC. Owned by the configuration. */
typedef struct
{
  const char *name;         /* of the server */
  const char *network;      /* (nullable) */
  const char *description;  /* (nullable) */
  const char *password;     /* (nullable): that everybody must know */
  const char *const *motd;  /* (nullable) (array zero-terminated=1): its lines */
  gboolean addresses_shown; /* else they are hidden from everybody */
  guint history_on_join;    /* messages shown to who comes in and cannot ask for them */
  gint64 started_us;        /* since 1970, UTC */
} SrvIrcConfig;

/* Somebody who was here. */
typedef struct
{
  SrvPerson *who; /* (owned) */
  gint64 left_us;
} SrvFormerUser;

/* What the sessions of one worker share: who is here, as the log says, and who of them are
 * this worker's. */
struct _SrvHub
{
  SrvState *state;      /* (owned) */
  GHashTable *sessions; /* (owned): set of SrvSession.connection, and so of SrvSession
                           (unowned) */
  GHashTable *watchers; /* (owned): key of a name -> GHashTable, set of SrvSession (unowned) */
  GQueue former;        /* (owned) of SrvFormerUser (owned), newest first */
  SrvIrcConfig config;
  guint8 log_id[16];
  guint max_users; /* at a time */
  guint n_irc;     /* sessions that speak IRC: nobody else sees the names of messages */
};

SrvHub *srv_hub_new (void);
void srv_hub_free (SrvHub *hub);

void srv_hub_add (SrvHub *hub, SrvSession *session);
void srv_hub_remove (SrvHub *hub, SrvSession *session);
SrvSession *srv_hub_find (const SrvHub *hub, guint64 connection);
SrvSession *srv_hub_session_from_id (gconstpointer id);
void srv_hub_note_known (SrvHub *hub, SrvSession *session);
guint srv_hub_count_strangers (void);

void srv_hub_remember (SrvHub *hub, const SrvUser *user, gint64 now_us);

gboolean srv_hub_watch (SrvHub *hub, SrvSession *session, const char *key);
void srv_hub_unwatch (SrvHub *hub, SrvSession *session, const char *key);
GHashTable *srv_hub_watchers (const SrvHub *hub, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvHub, srv_hub_free)

G_END_DECLS
