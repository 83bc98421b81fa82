/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The longest line that is sent, and the largest message of --size. */
#define LAB_ECHO_LINE_BYTES 65536

typedef struct
{
  int count;     /* 0: lines of standard input; else so many messages */
  int size;      /* bytes of each of them */
  int timeout_s; /* 0: wait for ever for an answer */
} LabEchoClientOptions;

int lab_echo_client_run (int fd, const LabEchoClientOptions *options, GError **error);

G_END_DECLS
