/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-tls.h"

G_BEGIN_DECLS

#define GUI_TYPE_CERTIFICATE_DIALOG (gui_certificate_dialog_get_type ())
G_DECLARE_FINAL_TYPE (
    GuiCertificateDialog, gui_certificate_dialog, GUI, CERTIFICATE_DIALOG, GtkMessageDialog)

GtkWidget *gui_certificate_dialog_new (void);
void gui_certificate_dialog_ask (GuiCertificateDialog *dialog,
                                 const char *host,
                                 const SalTlsDetails *offered);

G_END_DECLS
