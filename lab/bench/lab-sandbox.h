/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An empty folder inside, in memory. */
#define LAB_SANDBOX_FOLDER "/run/salotto-lab"

/* What is done inside. Returns an exit status. */
typedef int (*LabSandboxFunc) (gpointer data);

int lab_sandbox_run (LabSandboxFunc function, gpointer data, GError **error);
gboolean lab_sandbox_has_ended (void);
int lab_sandbox_get_lifeline (void);

G_END_DECLS
