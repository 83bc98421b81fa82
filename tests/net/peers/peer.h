/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdio.h>

int peer_connect (const char *host, const char *port);
int peer_listen (const char *host);
void peer_send (int fd, const void *bytes, size_t len);
FILE *peer_keyboard (void);
int peer_wait (int fd, FILE *keyboard);
