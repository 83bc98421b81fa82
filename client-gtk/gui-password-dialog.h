/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-server.h"

G_BEGIN_DECLS

#define GUI_TYPE_PASSWORD_DIALOG (gui_password_dialog_get_type ())
G_DECLARE_FINAL_TYPE (
    GuiPasswordDialog, gui_password_dialog, GUI, PASSWORD_DIALOG, GtkMessageDialog)

GtkWidget *gui_password_dialog_new (void);
void gui_password_dialog_ask (GuiPasswordDialog *dialog, SalServer *server);
const char *gui_password_dialog_get_account (GuiPasswordDialog *dialog);
const char *gui_password_dialog_get_password (GuiPasswordDialog *dialog);
const char *gui_password_dialog_get_certificate (GuiPasswordDialog *dialog);
const char *gui_password_dialog_get_key (GuiPasswordDialog *dialog);
void gui_password_dialog_complain (GuiPasswordDialog *dialog, const char *text);
gboolean gui_password_dialog_is_to_remember (GuiPasswordDialog *dialog);
void gui_password_dialog_forget (GuiPasswordDialog *dialog);

G_END_DECLS
