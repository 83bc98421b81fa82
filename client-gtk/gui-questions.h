/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client-gtk/gui-rooms.h"

G_BEGIN_DECLS

typedef struct _GuiQuestions GuiQuestions;

GuiQuestions *gui_questions_new (GuiRooms *rooms, GtkWindow *window);
void gui_questions_free (GuiQuestions *questions);
void gui_questions_log_in (GuiQuestions *questions, SalServer *server);
void gui_questions_set_dialog (GuiQuestions *questions, GtkWindow *dialog);

G_END_DECLS
