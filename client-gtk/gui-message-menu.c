/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be done with messages: copying, and with one of ours that has not arrived,
 * sending it again, writing it again, or giving it up. The actions of the group "messages",
 * which rows use in their explanations too, and the menu that offers them where the second
 * button or a long press is. What can be done about who has said it is added by whoever has the list.
 */
#include "config.h"

#include "client-gtk/gui-message-menu.h"

#include <glib/gi18n.h>

struct _GuiMessageMenu
{
  GuiMessageList *list;           /* (unowned) */
  SalRoomModel *model;            /* (owned) */
  GuiMessageWindow *window;       /* (unowned) */
  GuiMessageSelection *selection; /* (unowned) */
  GSimpleActionGroup *actions;    /* (owned) */
  GtkGesture *click;              /* (owned): of the second button */
  GtkGesture *press;              /* (owned): of a finger */
  guint64 about;                  /* the message for which the menu was opened last */
};

static void
copy_text (GuiMessageMenu *menu, const char *text)
{
  gtk_clipboard_set_text (
      gtk_widget_get_clipboard (GTK_WIDGET (menu->list), GDK_SELECTION_CLIPBOARD), text, -1);
}

/* Returns: (nullable): the row for which the menu was opened. More may have been folded into it since:
 * then its number is another one. */
static GuiMessageRow *
find_about (GuiMessageMenu *menu)
{
  GuiMessageRow *row = gui_message_window_find_from (menu->window, menu->about);

  return row != NULL && gui_message_row_get_first_id (row) <= menu->about &&
                 menu->about <= gui_message_row_get_id (row)
             ? row
             : NULL;
}

/**
 * gui_message_menu_copy:
 * @row: where the reader is
 *
 * Copies the messages that are selected; else what is selected of the row's text; else the
 * row's message.
 */
void
gui_message_menu_copy (GuiMessageMenu *menu, GuiMessageRow *row)
{
  GtkLabel *label = gui_message_row_get_label (row);
  g_autofree char *text = gui_message_selection_to_text (menu->selection);

  if (text != NULL)
    copy_text (menu, text);
  else if (gtk_label_get_selection_bounds (label, NULL, NULL))
    g_signal_emit_by_name (label, "copy-clipboard");
  else
    {
      text = gui_message_row_dup_text (row);
      copy_text (menu, text);
    }
}

/* The actions. */

static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageMenu *menu = data;
  GuiMessageRow *row = find_about (menu);

  if (row != NULL)
    gui_message_menu_copy (menu, row);
}

/* One with its time and name, several without. */
static void
on_copy_otherwise (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageMenu *menu = data;
  GuiMessageRow *row = find_about (menu);
  g_autofree char *text = gui_message_selection_to_texts (menu->selection);

  if (text == NULL && row != NULL)
    text = gui_message_row_dup_copied (row);
  if (text != NULL)
    copy_text (menu, text);
}

static void
on_copy_link (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  copy_text (data, g_variant_get_string (parameter, NULL));
}

static void
on_say_again (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageMenu *menu = data;

  if (sal_room_model_say_again (menu->model, g_variant_get_uint64 (parameter)))
    gui_message_list_go_to_end (menu->list);
}

static void
on_edit_again (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageMenu *menu = data;
  GuiMessageRow *row = gui_message_window_find (menu->window, g_variant_get_uint64 (parameter));

  if (row != NULL)
    g_signal_emit_by_name (menu->list, "edit-again", gui_message_row_get_entry (row)->text);
}

static void
on_discard (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageMenu *menu = data;

  sal_room_model_discard (menu->model, g_variant_get_uint64 (parameter));
}

static const GActionEntry action_entries[] = {
  { .name = "copy", .activate = on_copy },
  { .name = "copy-otherwise", .activate = on_copy_otherwise },
  { .name = "copy-link", .activate = on_copy_link, .parameter_type = "s" },
  { .name = "say-again", .activate = on_say_again, .parameter_type = "t" },
  { .name = "edit-again", .activate = on_edit_again, .parameter_type = "t" },
  { .name = "discard", .activate = on_discard, .parameter_type = "t" },
};

/* The menu. */

static GMenu *
create_menu (GuiMessageMenu *menu, GuiMessageRow *row)
{
  GMenu *model = g_menu_new ();
  g_autoptr (GMenu) own = g_menu_new ();
  const char *link = gtk_label_get_current_uri (gui_message_row_get_label (row));
  gboolean several = !gui_message_selection_is_empty (menu->selection) &&
                     !gui_message_selection_is_single (menu->selection);

  g_menu_append (model, several ? _ ("_Copy messages") : _ ("_Copy"), "messages.copy");
  g_menu_append (model, several ? _ ("Copy without _times") : _ ("Copy with _time and name"),
                 "messages.copy-otherwise");
  if (link != NULL)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (_ ("Copy _link"), NULL);

      g_menu_item_set_action_and_target (item, "messages.copy-link", "s", link);
      g_menu_append_item (model, item);
    }
  gui_message_row_append_actions (row, own);
  if (g_menu_model_get_n_items (G_MENU_MODEL (own)) > 0)
    g_menu_append_section (model, NULL, G_MENU_MODEL (own));
  if (!several)
    g_signal_emit_by_name (menu->list, "fill-menu", model, gui_message_row_get_entry (row));
  return model;
}

/**
 * gui_message_menu_show:
 * @row: what it is about; if other messages are selected, they no longer are
 * @event: (nullable): where to show it; at the row, if it was asked for by keys
 */
void
gui_message_menu_show (GuiMessageMenu *menu, GuiMessageRow *row, const GdkEvent *event)
{
  g_autoptr (GMenu) model = NULL;
  GtkWidget *popup = NULL;

  menu->about = gui_message_row_get_id (row);
  if (!gui_message_selection_contains (menu->selection, menu->about))
    gui_message_selection_clear (menu->selection);
  model = create_menu (menu, row);
  popup = gtk_menu_new_from_model (G_MENU_MODEL (model));
  gtk_menu_attach_to_widget (GTK_MENU (popup), GTK_WIDGET (menu->list), NULL);
  g_signal_connect (popup, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  if (event != NULL)
    gtk_menu_popup_at_pointer (GTK_MENU (popup), event);
  else
    gtk_menu_popup_at_widget (GTK_MENU (popup), GTK_WIDGET (gui_message_row_get_label (row)),
                              GDK_GRAVITY_SOUTH_WEST, GDK_GRAVITY_NORTH_WEST, NULL);
}

static void
show_at (GuiMessageMenu *menu, GtkGesture *gesture, double y)
{
  GuiMessageRow *row = gui_message_window_find_at_y (menu->window, (int) y);

  if (row == NULL)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  gui_message_menu_show (menu, row, gtk_gesture_get_last_event (gesture, NULL));
}

static void
on_click (GtkGesture *gesture, int n, double x, double y, GuiMessageMenu *menu)
{
  show_at (menu, gesture, y);
}

static void
on_press (GtkGesture *gesture, double x, double y, GuiMessageMenu *menu)
{
  show_at (menu, gesture, y);
}

/**
 * gui_message_menu_new:
 * @list: (transfer none): gets the actions
 * @window: (transfer none): the rows
 * @selection: (transfer none): which of them are selected
 * @box: (transfer none): where they are
 *
 * Returns: (transfer full)
 */
GuiMessageMenu *
gui_message_menu_new (GuiMessageList *list,
                      SalRoomModel *model,
                      GuiMessageWindow *window,
                      GuiMessageSelection *selection,
                      GtkListBox *box)
{
  GuiMessageMenu *menu = g_new0 (GuiMessageMenu, 1);

  menu->list = list;
  menu->model = g_object_ref (model);
  menu->window = window;
  menu->selection = selection;
  menu->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (menu->actions), action_entries,
                                   G_N_ELEMENTS (action_entries), menu);
  gtk_widget_insert_action_group (GTK_WIDGET (list), "messages", G_ACTION_GROUP (menu->actions));

  menu->click = gtk_gesture_multi_press_new (GTK_WIDGET (box));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu->click), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (menu->click),
                                              GTK_PHASE_CAPTURE);
  g_signal_connect (menu->click, "pressed", G_CALLBACK (on_click), menu);
  menu->press = gtk_gesture_long_press_new (GTK_WIDGET (box));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (menu->press), TRUE);
  g_signal_connect (menu->press, "pressed", G_CALLBACK (on_press), menu);
  return menu;
}

/**
 * gui_message_menu_free:
 * @menu: (nullable) (transfer full): before its list box goes
 */
void
gui_message_menu_free (GuiMessageMenu *menu)
{
  if (menu == NULL)
    return;
  gtk_widget_insert_action_group (GTK_WIDGET (menu->list), "messages", NULL);
  g_clear_object (&menu->actions);
  g_clear_object (&menu->click);
  g_clear_object (&menu->press);
  g_clear_object (&menu->model);
  g_free (menu);
}
