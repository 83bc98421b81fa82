/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-irc-rooms.h"

G_BEGIN_DECLS

void cli_names_append (GString *out,
                       const SalIrcSupport *support,
                       const SalIrcRoom *room,
                       guint columns,
                       gboolean dim);

G_END_DECLS
