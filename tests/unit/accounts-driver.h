/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/accounts/srv-accounts.h"
#include "server/accounts/srv-login-exchange.h"

G_BEGIN_DECLS

/* Accounts in a file, and the main loop of whoever asks them. */
typedef struct _AccountsRun AccountsRun;
struct _AccountsRun
{
  GMainContext *context; /* (owned) */
  SrvReactor *reactor;   /* (owned) */
  SrvMailbox *mailbox;   /* (owned) */
  SrvAccounts *accounts; /* (owned) */
  SrvAccountsConfig config;
  GString *said; /* (owned): the last answer, see accounts_run_ask() */
  guint answers;
  void (*before_last) (AccountsRun *run); /* (nullable): the last line that SCRAM's client says */
};

AccountsRun *accounts_run_new (const char *path);
void accounts_run_free (AccountsRun *run);
void accounts_run_reopen (AccountsRun *run, const char *path);

SrvChangeResult accounts_run_change (
    AccountsRun *run, SrvChangeKind kind, const char *name, const char *text, SrvRole role);
void accounts_run_add (AccountsRun *run, const char *name, const char *password, SrvRole role);

SrvLoginPeer accounts_peer (const char *host);
SrvLogin *accounts_run_login (AccountsRun *run, const SrvLoginPeer *peer);
const char *accounts_run_ask (AccountsRun *run, SrvLogin *login, const SrvLoginRequest *request);
const char *accounts_run_say (AccountsRun *run, SrvLogin *login, const char *line);
const char *
accounts_run_plain (AccountsRun *run, SrvLogin *login, const char *name, const char *password);
gboolean
accounts_run_scram (AccountsRun *run, SrvLogin *login, const char *name, const char *password);

void accounts_clock_forward (gint64 us);

G_END_DECLS
