/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/net/srv-reactor.h"

G_BEGIN_DECLS

typedef struct _SrvMailbox SrvMailbox;

/* Called in the thread of the mailbox's reactor. Owns @letter. */
typedef void (*SrvMailFunc) (gpointer owner, gpointer letter);

SrvMailbox *srv_mailbox_new (SrvReactor *reactor, gpointer owner);
void srv_mailbox_free (SrvMailbox *mailbox);
void srv_mailbox_post (SrvMailbox *mailbox, SrvMailFunc func, gpointer letter);

gboolean srv_mailbox_has_mail (SrvMailbox *mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvMailbox, srv_mailbox_free)

G_END_DECLS
