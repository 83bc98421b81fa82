/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

/* What opens in front of a window beside its questions. */
typedef struct _GuiCompanions GuiCompanions;

/* Somebody wants to go into a room. */
typedef void (*GuiCompanionsJoin) (SalRoomModel *room, gpointer data);

GuiCompanions *
gui_companions_new (GtkWindow *window, GSettings *settings, GuiCompanionsJoin join, gpointer data);
void gui_companions_free (GuiCompanions *companions);

void gui_companions_keep (GtkWindow *window, GtkWidget **place, GtkWidget *other);
void gui_companions_fit (GtkWindow *window, GtkWidget *other, int width, int height);

void gui_companions_show_preferences (GuiCompanions *companions);
void gui_companions_show_shortcuts (GuiCompanions *companions);
void gui_companions_show_help (GuiCompanions *companions, const char *command);
void gui_companions_show_security (GuiCompanions *companions, SalRoomModel *room);
void gui_companions_show_raw (GuiCompanions *companions, SalRoomModel *room);
void gui_companions_show_list (GuiCompanions *companions, SalRoomModel *room, const char *words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiCompanions, gui_companions_free)

G_END_DECLS
