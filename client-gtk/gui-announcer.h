/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

typedef struct _GuiAnnouncer GuiAnnouncer;

GuiAnnouncer *gui_announcer_new (GtkWidget *widget);
void gui_announcer_free (GuiAnnouncer *announcer);
void gui_announcer_hear (GuiAnnouncer *announcer, const SalEntry *entry);
void gui_announcer_forget (GuiAnnouncer *announcer);

G_END_DECLS
