/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-client-action.h"

G_BEGIN_DECLS

gboolean sal_answers_is_told (gboolean *filled, const SalClientAction *action);
void sal_answers_append (GString *out, const SalClientAction *action);

G_END_DECLS
