/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-tls.h"

G_BEGIN_DECLS

GtkWidget *gui_tls_facts_new (void);
void gui_tls_facts_fill (GtkWidget *facts, const SalTlsDetails *details);

G_END_DECLS
