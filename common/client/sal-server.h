/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/client/sal-room-model.h"
#include "common/client/sal-store.h"
#include "common/client/sal-tls.h"

G_BEGIN_DECLS

/* One identity on one server: the connection that comes and goes, and the conversations
 * on it. A GListModel of SalRoomModel: those of the store, then those that are opened.
 *
 * Signals:
 *   presence ()                 the state of the connection, or its error, has changed
 *   name ()                     who we are there has changed
 *   question ()                 what is asked of the person has changed, see
 *                               sal_server_get_question()
 *   raw (gboolean, const char *)  a line that was sent (TRUE) or has come, as clean text
 *   notified (SalRoomModel *, SalEntry *)  something that the person may want to be told
 *                               of now: a mention, or a message in a private conversation;
 *                               never of the past
 */
#define SAL_TYPE_SERVER (sal_server_get_type ())
G_DECLARE_FINAL_TYPE (SalServer, sal_server, SAL, SERVER, GObject)

/* What is asked of the person. The connection is offline until it is answered. */
typedef enum
{
  SAL_QUESTION_NONE,
  SAL_QUESTION_PASSWORD,    /* for the account; the error says so if it was a wrong one */
  SAL_QUESTION_CERTIFICATE, /* another key than last time: whether that is right */
} SalQuestion;

/* @server: as the store has it. Its rooms are loaded; nothing is connected. A plain server
 * has its one room from the beginning. */
SalServer *sal_server_new (SalStore *store, const SalStoredServer *server, GError **error);

void sal_server_connect (SalServer *server);
void sal_server_hurry (SalServer *server);
void sal_server_leave (SalServer *server);
SalPresence sal_server_get_presence (SalServer *server);
const GError *sal_server_get_error (SalServer *server);
gint64 sal_server_get_retry_us (SalServer *server);

gint64 sal_server_get_id (SalServer *server);
const char *sal_server_get_uri (SalServer *server);
const char *sal_server_get_host (SalServer *server);  /* with the port */
const char *sal_server_get_title (SalServer *server); /* in few words */
const char *sal_server_get_name (SalServer *server);
void sal_server_set_name (SalServer *server, const char *name);
/* "" for none. Used at the next connection. */
const char *sal_server_get_account (SalServer *server);
void sal_server_set_account (SalServer *server, const char *account);
/* Whether the person wants to be connected, also the next time. Kept. */
gboolean sal_server_is_wanted (SalServer *server);
gint64 sal_server_get_last_used_us (SalServer *server);

/* Whether there can be more than one room: it is an IRC server, by its address or since it
 * was found out. */
gboolean sal_server_has_rooms (SalServer *server);
/* (nullable): the room of a plain server, or the server's own conversation. */
SalRoomModel *sal_server_get_main_room (SalServer *server);
SalRoomModel *sal_server_find_room (SalServer *server, const char *place);
/* Joins @place ("#tea"; made if it is new) now or when the server is reached.
 * @key: (nullable). Returns: (transfer none) (nullable) */
SalRoomModel *
sal_server_join (SalServer *server, const char *place, const char *key, GError **error);
/* The conversation with @nick; made if it is new. Returns: (transfer none) (nullable) */
SalRoomModel *sal_server_talk_to (SalServer *server, const char *nick, GError **error);
/* Leaves the room and deletes all that is kept of it. */
void sal_server_forget_room (SalServer *server, SalRoomModel *room);
/* Leaves, and deletes all that is kept of the server and its rooms, when offline. */
void sal_server_forget (SalServer *server);

SalQuestion sal_server_get_question (SalServer *server);
/* @password: (nullable): none: the person does not want to. @remember: in the keyring. */
void sal_server_answer_password (SalServer *server,
                                 const char *account,
                                 const char *password,
                                 gboolean remember);
/* (nullable): the key that is in question, as a pin and as its certificate's fingerprint. */
const SalTlsDetails *sal_server_get_offered (SalServer *server);
/* TRUE: the new key is the right one from now on. */
void sal_server_answer_certificate (SalServer *server, gboolean trust);
/* (nullable): of the connection. */
const SalTlsDetails *sal_server_get_tls (SalServer *server);

/* Sends a line as it is (`/quote`). */
gboolean sal_server_quote (SalServer *server, const char *line, GError **error);
/* What was sent and has come lately, oldest first, each line with "> " or "< " in front.
 * Passwords are not in it. (element-type utf8) (transfer full) */
GPtrArray *sal_server_dup_raw (SalServer *server);

G_END_DECLS
