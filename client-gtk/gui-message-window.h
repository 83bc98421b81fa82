/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client-gtk/gui-message-row.h"
#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

/* Rows that are there at most, and how many are read at once. */
#define GUI_WINDOW_MAX_ROWS 150
#define GUI_WINDOW_PAGE_ROWS 25
/* Rows at the beginning; more than any screen shows. */
#define GUI_WINDOW_FIRST_ROWS 100

/* What the texts of the rows may weigh that are made at once (gui_text_weigh()): with the
 * most expensive ones there are, it is 50 ms. */
#define GUI_WINDOW_WEIGHT 3000

typedef struct _GuiMessageWindow GuiMessageWindow;

GuiMessageWindow *gui_message_window_new (SalRoomModel *model, GtkListBox *box);
void gui_message_window_free (GuiMessageWindow *window);

void gui_message_window_open_at_end (GuiMessageWindow *window, guint rows);
void gui_message_window_open_around (GuiMessageWindow *window, guint64 id);
GuiMessageRow *gui_message_window_get_gap (GuiMessageWindow *window, gboolean *answered);
void gui_message_window_look_into_gap (GuiMessageWindow *window);
gboolean gui_message_window_page_before (GuiMessageWindow *window);
gboolean gui_message_window_waits (GuiMessageWindow *window);
void gui_message_window_take_older (GuiMessageWindow *window, guint n);
void gui_message_window_reach (GuiMessageWindow *window);
gboolean gui_message_window_page_after (GuiMessageWindow *window);
void gui_message_window_append (GuiMessageWindow *window, const SalEntry *entry);
void gui_message_window_refresh (GuiMessageWindow *window);
void gui_message_window_let_go_of_end (GuiMessageWindow *window);
void gui_message_window_change (GuiMessageWindow *window, const SalEntry *entry);
void gui_message_window_remove (GuiMessageWindow *window, guint64 id);
gboolean gui_message_window_reuse (GuiMessageWindow *window, guint64 id, const SalEntry *entry);
void gui_message_window_trim_start (GuiMessageWindow *window);

void gui_message_window_set_unread_after (GuiMessageWindow *window, guint64 id);
guint64 gui_message_window_get_unread_after (GuiMessageWindow *window);
void gui_message_window_update_days (GuiMessageWindow *window);

gboolean gui_message_window_has_oldest (GuiMessageWindow *window);
gboolean gui_message_window_has_newest (GuiMessageWindow *window);
guint64 gui_message_window_get_last_id (GuiMessageWindow *window);
guint gui_message_window_count (GuiMessageWindow *window);
GuiMessageRow *gui_message_window_get (GuiMessageWindow *window, guint index);
GuiMessageRow *gui_message_window_find (GuiMessageWindow *window, guint64 id);
GuiMessageRow *gui_message_window_find_from (GuiMessageWindow *window, guint64 id);
GuiMessageRow *gui_message_window_find_at_y (GuiMessageWindow *window, int y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiMessageWindow, gui_message_window_free)

G_END_DECLS
