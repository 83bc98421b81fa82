/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _GuiUndo GuiUndo;

GuiUndo *gui_undo_new (GtkTextBuffer *buffer);
void gui_undo_free (GuiUndo *undo);
gboolean gui_undo_can_undo (GuiUndo *undo);
gboolean gui_undo_can_redo (GuiUndo *undo);
gboolean gui_undo_undo (GuiUndo *undo);
gboolean gui_undo_redo (GuiUndo *undo);
void gui_undo_forget (GuiUndo *undo);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiUndo, gui_undo_free)

G_END_DECLS
