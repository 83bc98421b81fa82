/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of SalServer and its rooms share.
 */
#pragma once

#include "common/base/sal-uri.h"
#include "common/client/sal-back-off.h"
#include "common/client/sal-client.h"
#include "common/client/sal-filter.h"
#include "common/client/sal-server.h"

G_BEGIN_DECLS

/* A message of ours that a client has been given. */
typedef struct
{
  SalRoomModel *room; /* (unowned) */
  guint64 entry;
  gboolean again; /* it had been with a server before */
} SalGiven;

struct _SalServer
{
  GObject parent;
  SalStore *store;      /* (owned) */
  SalStoredServer *row; /* (owned) */
  SalUri *uri;          /* (owned) */
  char *title;          /* (owned) */
  char *host;           /* (owned) */
  char *name;           /* (owned): as the server has us, or will */
  SalFilter *filter;    /* (owned) (nullable): whom the person wants to hear, and of what */

  SalPresence presence;
  GError *error; /* (owned) (nullable) */
  gboolean wanted;
  SalBackOff back_off;
  guint retry; /* source */
  gint64 retry_us;
  gint64 in_since_us;
  gboolean let_in; /* by this connection */
  gboolean away;   /* so the server has marked us */
  gint64 known_us; /* since when private conversations may have gone on without us; 0: none have */
  SalClient *client;        /* (owned) (nullable) */
  GNetworkMonitor *monitor; /* (owned) */
  char *put_out;            /* (owned) (nullable): the server's last words to us */
  gboolean put_out_for_good;
  gboolean forgotten; /* to be deleted when offline */

  SalQuestion question;
  char *password;               /* (owned) (nullable): of the account */
  gboolean anonymous;           /* not to be logged in, this time */
  gboolean kept_is_wrong;       /* the server does not take the one that the keyring has */
  gboolean unknown_certificate; /* the server does not take ours: a password is needed */
  GCancellable *looking_up;     /* (owned) (nullable): the password is looked for */
  SalTlsDetails *offered;       /* (owned) (nullable): a server with another key */
  char *pin;                    /* (owned) (nullable): the key that the person has accepted */

  GPtrArray *rooms;   /* (owned) of SalRoomModel (owned) */
  SalRoomModel *main; /* (unowned) (nullable): one of them */
  GHashTable *given;  /* (owned): number of the client -> SalGiven (owned) */
  SalGiven giving;    /* what is being given to the client */
  GQueue raw;         /* of char* (owned) */

  GPtrArray *strangers; /* (owned): see sal-server-strangers.c */

  SalRoomList *room_list; /* (owned): of all rooms there, if somebody has asked */
};

/* sal-server-rooms.c */
gboolean sal_server_load_rooms (SalServer *server, GError **error);
void sal_server_unload_rooms (SalServer *server);
void sal_server_begin_connection (SalServer *server);
void sal_server_end_connection (SalServer *server);
void sal_server_name_changed (SalServer *server);
void sal_server_presence_changed (SalServer *server);
void sal_server_on_action (SalClient *client, const SalClientAction *action, SalServer *server);
gboolean sal_server_is_plain (const SalServer *server);
gboolean sal_server_speaks_irc (const SalServer *server);
gboolean sal_server_ignores (const SalServer *server, const SalClientAction *action);

SalRoomModel *sal_server_make_private (SalServer *server, const char *place);
gboolean sal_server_takes_stranger (SalServer *server, const char *place);

/* sal-server-strangers.c */
GPtrArray *sal_server_strangers_new (void);
void sal_server_on_missed (SalServer *server, const SalClientAction *action);
gboolean sal_server_is_stranger (const SalServer *server, const char *place);
gboolean sal_server_passes_over (SalServer *server, const SalClientAction *action);
void sal_server_meet (SalServer *server, SalRoomModel *room);
void sal_server_on_strangers_page (SalServer *server, const SalClientAction *action);

/* sal-server-list.c */
void sal_server_on_listed (SalServer *server, const SalClientAction *action);
void sal_server_stop_listing (SalServer *server);

/* sal-server-login.c */
void sal_server_ask (SalServer *server, SalQuestion question);
gboolean sal_server_logs_in_by_certificate (SalServer *server);
gboolean
sal_server_load_certificate (SalServer *server, GTlsCertificate **certificate, GError **error);
gboolean sal_server_needs_password (SalServer *server);
void sal_server_stop_looking_up (SalServer *server);

/* sal-server.c, for the others. */
void sal_server_start_client (SalServer *server);
void sal_server_wait_for_person (SalServer *server, SalQuestion question, GError *why);
void sal_server_on_ready (SalServer *server, const char *name);
void sal_server_set_current_name (SalServer *server, const char *name);
void sal_server_put_out (SalServer *server, const char *line, gboolean for_good);

/* sal-server-raw.c */
void sal_server_add_raw (SalServer *server, gboolean own, const char *line);

/* For the rooms: gives a message to the client, and how many more it may be given now. */
guint sal_server_count_free (const SalServer *server);
gboolean
sal_server_give (SalServer *server, SalRoomModel *room, const SalEntry *mine, gboolean again);

G_END_DECLS
