/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-server.h"

G_BEGIN_DECLS

#define GUI_TYPE_SECURITY_DIALOG (gui_security_dialog_get_type ())
G_DECLARE_FINAL_TYPE (
    GuiSecurityDialog, gui_security_dialog, GUI, SECURITY_DIALOG, GtkMessageDialog)

GtkWidget *gui_security_dialog_new (void);
void gui_security_dialog_fill (GuiSecurityDialog *dialog, SalRoomModel *model);

G_END_DECLS
