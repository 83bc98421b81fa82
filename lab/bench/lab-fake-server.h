/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How far a server that never accepts has come. */
typedef enum
{
  LAB_STAGE_NONE,   /* no socket */
  LAB_STAGE_SOCKET, /* after socket() */
  LAB_STAGE_BIND,   /* after bind() */
  LAB_STAGE_LISTEN, /* after listen(): the passive open */
} LabStage;

gboolean lab_fake_parse_stage (const char *text, LabStage *stage, GError **error);
gboolean lab_fake_serve (
    const char *place, LabStage last, gboolean step, int backlog, guint columns, GError **error);

G_END_DECLS
