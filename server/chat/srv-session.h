/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-command.h"
#include "common/proto/sal-event.h"
#include "server/accounts/srv-login.h"
#include "server/chat/srv-quota.h"
#include "server/chat/srv-room.h"
#include "server/log/srv-entry.h"
#include "server/log/srv-log-query.h"

G_BEGIN_DECLS

typedef struct _SrvIrc SrvIrc;
typedef struct _SrvSessionExtra SrvSessionExtra;

/* How a conversation ends, once what waits has been sent. */
typedef enum
{
  SRV_END_POLITE, /* the peer may take its time to read what it was told */
  SRV_END_PROMPT, /* it was put out: it gets the drain time and no more */
  SRV_END_HTTP,   /* after an answer in HTTP */
  SRV_END_TLS,    /* after a TLS alert */
} SrvEnd;

/* What a session asks of the connection that carries it. */
typedef struct
{
  void (*tell) (SrvSession *session, const SalEvent *event);
  void (*post) (SrvSession *session, SrvEntry *entry);    /* (transfer full) */
  void (*read) (SrvSession *session, SrvLogQuery *query); /* (transfer full) */
  void (*end) (SrvSession *session, SrvEnd how);
  guint (*limit) (SrvSession *session, SalLimit limit);             /* its value now */
  void (*send) (SrvSession *session, const char *bytes, gsize len); /* IRC: whole lines */
  void (*restyle) (SrvSession *session);   /* IRC: other capabilities from now on */
  gint64 (*wall_us) (SrvSession *session); /* IRC: what time it is, since 1970, UTC */
  /* IRC: asks about accounts; srv_irc_on_login() gets the answer, perhaps at once. Returns
   * whether it is still to come. */
  gboolean (*login) (SrvSession *session, const SrvLoginRequest *request);
  char *(*mechanisms) (SrvSession *session);   /* (transfer full) (nullable): of SASL */
  char *(*registration) (SrvSession *session); /* (transfer full) (nullable): NULL: none */
  char *(*sts) (SrvSession *session); /* (transfer full) (nullable): where TLS is promised */
  /* IRC: up to when @account has read @target, see SrvMarkers. */
  gint64 (*marker) (SrvSession *session, const char *account, const char *target);
  /* IRC: what was done for it took as much time as telling it so many bytes. */
  void (*spend) (SrvSession *session, guint bytes);
} SrvSessionHost;

typedef enum
{
  SRV_SESSION_NEW,      /* has not said its name */
  SRV_SESSION_ENTERING, /* has; the log has not answered */
  SRV_SESSION_IN,       /* is in a room */
  SRV_SESSION_MOVING,   /* is on the way to another */
  SRV_SESSION_LEAVING,  /* waits for its leave to come back */
  SRV_SESSION_OVER,     /* nothing more will happen */
} SrvSessionState;

/* Values of all limits. */
typedef struct
{
  guint value[SAL_N_LIMITS];
} SrvLimits;

/* One person's conversation with the server. Embedded in the connection. */
struct _SrvSession
{
  const SrvSessionHost *host; /* (unowned) */
  guint64 connection;         /* its number: the origin of its entries */
  SrvIrc *irc;                /* (owned) (nullable): what else it has when it speaks IRC */
  SrvPerson *who;             /* (owned): with the name, once the log has given it */
  char *room;                 /* (owned): a GRefString: where it is, or will be first */
  SrvSessionExtra *extra;     /* (owned) (nullable): what hardly any has, and not for long */
  guint64 told;               /* the request of which it was told last, see SrvEntry.group */
  const SrvRoom *present;     /* (unowned) (nullable): the room, for who is in it */
  SrvQuota quota;
  guint16 posts; /* that the log has not answered */
  guint8 errors; /* in a row (S25) */
  guint8 blanks; /* before the name (S21) */
  guint saying_goodbye : 1;
  guint muted : 1;
  guint stranger : 1; /* counted among those who have not said who they are */
  guint reading : 1;  /* waits for its history */
  guint put_out : 1;
  guint state : 3; /* SrvSessionState */
};

void srv_session_init (SrvSession *session,
                       const SrvSessionHost *host,
                       guint64 connection,
                       SrvPerson *who,
                       const char *room);
void srv_session_clear (SrvSession *session);
void srv_session_become_irc (SrvSession *session, SrvIrc *irc);

void srv_session_greet (SrvSession *session);
void srv_session_handle (SrvSession *session, const SalCommand *command, gint64 now_us);
void srv_session_entry (SrvSession *session, const SrvEntry *entry);
void
srv_session_history (SrvSession *session, GPtrArray *entries, guint64 gone_seq, gboolean failed);
void srv_session_eof (SrvSession *session);
void srv_session_goodbye (SrvSession *session);
void srv_session_put_out (SrvSession *session, const SalEvent *why);
void srv_session_lost (SrvSession *session, const char *why);
void srv_session_killed (SrvSession *session, const char *why);
void srv_session_give_up_waiting (SrvSession *session);
void srv_session_shut_down (SrvSession *session);

gboolean srv_session_is_waiting (const SrvSession *session);
gboolean srv_session_is_named (const SrvSession *session);
void srv_session_set_person (SrvSession *session, SrvPerson *who);
void srv_session_set_last_words (SrvSession *session, char *words);

void srv_event_from_entry (SalEvent *event, const SrvEntry *entry);

G_END_DECLS
