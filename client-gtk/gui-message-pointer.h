/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/gui-message-selection.h"

G_BEGIN_DECLS

typedef struct _GuiMessagePointer GuiMessagePointer;

GuiMessagePointer *gui_message_pointer_new (GuiMessageWindow *window,
                                            GuiMessageSelection *selection,
                                            GtkListBox *box,
                                            GtkAdjustment *scroll);
void gui_message_pointer_free (GuiMessagePointer *pointer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiMessagePointer, gui_message_pointer_free)

G_END_DECLS
