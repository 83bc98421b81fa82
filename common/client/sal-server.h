/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/client/sal-filter.h"
#include "common/client/sal-room-list.h"
#include "common/client/sal-room-model.h"
#include "common/client/sal-store.h"
#include "common/client/sal-tls.h"

G_BEGIN_DECLS

#define SAL_TYPE_SERVER (sal_server_get_type ())
G_DECLARE_FINAL_TYPE (SalServer, sal_server, SAL, SERVER, GObject)

/* What is asked of the person. The connection is offline until it is answered. */
typedef enum
{
  SAL_QUESTION_NONE,
  SAL_QUESTION_PASSWORD,    /* for the account; the error says so if it was a wrong one */
  SAL_QUESTION_CERTIFICATE, /* a key that was never seen, or another than last time: whether it
                               is the right one */
} SalQuestion;

char *sal_server_split_uri (const char *uri, char **place, GError **error);

SalServer *sal_server_new (SalStore *store, const SalStoredServer *row, GError **error);

void sal_server_connect (SalServer *server);
void sal_server_hurry (SalServer *server);
void sal_server_leave (SalServer *server);
void sal_server_suspend (SalServer *server);
void sal_server_forget (SalServer *server);
SalPresence sal_server_get_presence (SalServer *server);
const GError *sal_server_get_error (SalServer *server);

const char *sal_server_get_uri (SalServer *server);
const char *sal_server_get_host (SalServer *server);
const char *sal_server_get_title (SalServer *server);
const char *sal_server_get_name (SalServer *server);
void sal_server_set_name (SalServer *server, const char *name);
void sal_server_set_filter (SalServer *server, SalFilter *filter);
const char *sal_server_get_account (SalServer *server);
void sal_server_set_account (SalServer *server, const char *account);
const char *sal_server_get_certificate (SalServer *server);
const char *sal_server_get_key (SalServer *server);
gboolean sal_server_set_certificate (SalServer *server,
                                     const char *certificate,
                                     const char *key,
                                     GError **error);
gboolean sal_server_is_wanted (SalServer *server);
const SalTlsDetails *sal_server_get_tls (SalServer *server);

gboolean sal_server_has_rooms (SalServer *server);
SalRoomModel *sal_server_get_main_room (SalServer *server);
gboolean sal_server_is_room_name (SalServer *server, const char *place);
SalRoomModel *sal_server_find_room (SalServer *server, const char *place);
SalRoomModel *
sal_server_join (SalServer *server, const char *place, const char *key, GError **error);
SalRoomModel *sal_server_talk_to (SalServer *server, const char *nick, GError **error);
void sal_server_forget_room (SalServer *server, SalRoomModel *room);

SalRoomList *sal_server_get_room_list (SalServer *server);
gboolean sal_server_list_rooms (SalServer *server, guint least, GError **error);

SalQuestion sal_server_get_question (SalServer *server);
void sal_server_answer_password (SalServer *server,
                                 const char *account,
                                 const char *password,
                                 gboolean remember);
const SalTlsDetails *sal_server_get_offered (SalServer *server);
void sal_server_answer_certificate (SalServer *server, gboolean trust);

gboolean sal_server_quote (SalServer *server, const char *line, GError **error);
GPtrArray *sal_server_dup_raw (SalServer *server);

G_END_DECLS
