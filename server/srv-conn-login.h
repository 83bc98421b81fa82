/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/accounts/srv-login.h"
#include "server/chat/srv-session.h"
#include "server/net/srv-deadlines.h"

G_BEGIN_DECLS

/* One connection's way of logging in; made when it asks for the first time. */
typedef struct _SrvConnLogin SrvConnLogin;

gboolean srv_conn_login (SrvSession *session, const SrvLoginRequest *request);
char *srv_conn_mechanisms (SrvSession *session);
char *srv_conn_registration (SrvSession *session);
gint64 srv_conn_marker (SrvSession *session, const char *account, const char *target);

void srv_conn_login_due (SrvDeadline *deadline);
void srv_conn_login_free (SrvConnLogin *login);

G_END_DECLS
