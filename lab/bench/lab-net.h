/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* An address and port as the kernel wants them. */
typedef struct
{
  struct sockaddr_storage storage;
  socklen_t len;
} LabEndpoint;

/* What is set on a listening socket before bind(). */
typedef struct
{
  int backlog;
  gboolean reuse_address;
  int maxseg; /* 0: leave it alone */
} LabListenOptions;

#define LAB_DEFAULT_BACKLOG 16

char *lab_net_host (const char *text);
gboolean lab_endpoint_parse (const char *text, LabEndpoint *address);
char *lab_endpoint_format (const LabEndpoint *address);
gboolean lab_endpoint_of_peer (int fd, LabEndpoint *address);
gboolean lab_endpoint_of_socket (int fd, LabEndpoint *address);
gboolean lab_net_is_connected_to_itself (int fd);

char *lab_net_error_text (int number);
gboolean lab_net_parse_place (const char *text, LabEndpoint *address, GError **error);
gboolean lab_net_parse_port (const char *text, guint16 *port, GError **error);
gboolean lab_net_set_maxseg (int fd, int maxseg, GError **error);

int lab_net_open (LabEndpoint *address, const LabListenOptions *options, GError **error);
gboolean lab_net_bind (int fd, LabEndpoint *address, GError **error);
gboolean lab_net_listen (int fd, const LabEndpoint *address, int backlog, GError **error);
int lab_net_open_listener (const char *place,
                           const LabListenOptions *options,
                           LabEndpoint *bound,
                           GError **error);
int lab_net_accept (int listener, LabEndpoint *peer, GError **error);
int lab_net_connect (const char *host,
                     guint16 port,
                     int maxseg,
                     int timeout_ms,
                     LabEndpoint *reached,
                     GError **error);

gboolean lab_net_send_all (int fd, const void *bytes, gsize len);
gboolean lab_net_send_all_by (int fd, const void *bytes, gsize len, gint64 deadline_us);

G_END_DECLS
