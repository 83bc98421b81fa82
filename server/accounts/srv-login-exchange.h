/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/accounts/srv-accounts.h"
#include "server/accounts/srv-login.h"

G_BEGIN_DECLS

/* One connection's way of logging in. Made when it asks for the first time. */
typedef struct _SrvLogin SrvLogin;

/* Called in the thread of the mailbox, once for each request. */
typedef void (*SrvLoginFunc) (const SrvLoginAnswer *answer, gpointer data);

SrvLogin *srv_login_new (SrvAccounts *accounts,
                         const SrvLoginPeer *peer,
                         SrvMailbox *mailbox,
                         SrvLoginFunc on_answer,
                         gpointer data);
void srv_login_free (SrvLogin *login);

void srv_login_ask (SrvLogin *login, const SrvLoginRequest *request);
void srv_login_give_up (SrvLogin *login);
gboolean srv_login_is_waiting (const SrvLogin *login);
gboolean srv_login_is_open (const SrvLogin *login);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvLogin, srv_login_free)

G_END_DECLS
