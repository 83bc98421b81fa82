/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _GuiCompletion GuiCompletion;

GuiCompletion *gui_completion_new (GtkTextBuffer *buffer, GPtrArray *people, GPtrArray *commands);
void gui_completion_free (GuiCompletion *completion);
gboolean gui_completion_is_at_cursor (GuiCompletion *completion);
gboolean gui_completion_next (GuiCompletion *completion, gboolean backwards);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiCompletion, gui_completion_free)

G_END_DECLS
