/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/bench/lab-net.h"

G_BEGIN_DECLS

/* How a server looks after more than one client. */
typedef enum
{
  LAB_ECHO_SEQUENTIAL,
  LAB_ECHO_FORK,
  LAB_ECHO_THREAD,
  LAB_ECHO_SELECT,
  LAB_ECHO_POLL,
  LAB_ECHO_EPOLL,
  LAB_ECHO_SIGIO,
} LabEchoModel;

typedef struct
{
  LabEchoModel model;
  const char *greeting; /* (nullable) (unowned): on accept */
  const char *prefix;   /* (nullable) (unowned): in front of what one read returned */
  const char *farewell; /* (nullable) (unowned): when the client has ended, before our FIN */
  gboolean leak_close;  /* the bug of the lab: never close */
  gboolean verbose;     /* say each read */
  gboolean quiet;       /* say nothing: standard output is the connection */
} LabEchoOptions;

/* The most clients that are looked after at a time; others wait in the accept queue. */
#define LAB_ECHO_MOST_CLIENTS 1000

/* One client, whatever the model. */
typedef struct _LabEchoConn LabEchoConn;

LabEchoConn *lab_echo_conn_new (const LabEchoOptions *options, int fd, const LabEndpoint *peer);
void lab_echo_conn_free (LabEchoConn *conn);
gboolean lab_echo_conn_wants_to_write (const LabEchoConn *conn);
gboolean lab_echo_conn_work (LabEchoConn *conn, gboolean *progress);

const char *lab_echo_model_name (LabEchoModel model);
gboolean lab_echo_parse_model (const char *text, LabEchoModel *model, GError **error);

gboolean lab_echo_serve (int listener, const LabEchoOptions *options, GError **error);
gboolean lab_echo_serve_ready (int listener, const LabEchoOptions *options, GError **error);
int lab_echo_serve_inetd (const LabEchoOptions *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabEchoConn, lab_echo_conn_free)

G_END_DECLS
