/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/bench/lab-diag.h"

G_BEGIN_DECLS

void lab_socket_table_text (
    GString *out, const GPtrArray *sockets, gboolean with_info, guint columns, guint rows);
void lab_socket_json (GString *out, const char *type, gint64 time_us, const LabSocket *socket);
void lab_socket_json_members (GString *out, const LabSocket *socket);
char *lab_socket_key (const LabSocket *socket);
char *lab_socket_end_text (const LabEndpoint *end, guint16 port);
char *lab_socket_owner_text (const LabSocket *socket);
char *lab_socket_timer_text (const LabSocket *socket);
char *lab_socket_info_text (const LabSocket *socket);

G_END_DECLS
