/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/base/sal-uri.h"
#include "server/net/srv-address.h"
#include "server/net/srv-reactor.h"

G_BEGIN_DECLS

typedef struct _SrvListener SrvListener;

/* Somebody has connected. @fd is non-blocking and (transfer full). */
typedef void (*SrvAcceptFunc) (SrvListener *listener,
                               int fd,
                               const SrvAddress *peer,
                               gpointer data);

/* There is no descriptor for somebody who has connected: @fd is on loan, to be told
 * so; it is closed on return. */
typedef void (*SrvRefuseFunc) (SrvListener *listener, int fd, gpointer data);

SrvListener *srv_listener_new (const SalUri *uri,
                               SrvReactor *reactor,
                               guint pause_queue,
                               SrvAcceptFunc accept,
                               SrvRefuseFunc refuse,
                               gpointer data);
void srv_listener_free (SrvListener *listener);

gboolean srv_listener_open (SrvListener *listener, int backlog, GError **error);
gboolean srv_listener_adopt (SrvListener *listener, int fd, GError **error);
void srv_listener_set_patience (SrvListener *listener, guint stall_s);
void srv_listener_close (SrvListener *listener);
void srv_listener_resume (SrvDeadline *pause);

gboolean srv_listener_is_open (const SrvListener *listener);
gboolean srv_listener_is_inherited (const SrvListener *listener);
gboolean srv_listener_is_wildcard (const SrvListener *listener);
const SalUri *srv_listener_get_uri (const SrvListener *listener);
guint16 srv_listener_get_port (const SrvListener *listener);
const char *srv_listener_get_name (const SrvListener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvListener, srv_listener_free)

G_END_DECLS
