/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

gboolean lab_shell_run (FILE *in, gboolean prompt);

G_END_DECLS
