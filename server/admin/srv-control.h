/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/srv-server.h"

G_BEGIN_DECLS

typedef struct _SrvControl SrvControl;

SrvControl *
srv_control_open (SrvServer *server, const char *path, const char *group, GError **error);
void srv_control_free (SrvControl *control);
char *srv_control_default_path (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvControl, srv_control_free)

G_END_DECLS
