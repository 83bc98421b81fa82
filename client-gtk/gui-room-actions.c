/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be done with a room from outside of it, as actions of a widget, and the menu
 * for them: connecting, leaving, forgetting. What cannot be done now is not in the menu.
 */
#include "config.h"

#include "client-gtk/gui-room-actions.h"

#include <glib/gi18n.h>

#include "common/client/sal-server.h"

static void
enable (GActionMap *map, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, name)), enabled);
}

static void
update (SalRoomModel *model, GActionMap *map)
{
  SalPresence presence = sal_room_model_get_presence (model);
  SalServer *server = sal_room_model_get_server (model);

  enable (map, "connect", presence == SAL_PRESENCE_OFFLINE || presence == SAL_PRESENCE_WAITING);
  /* A conversation with a person is not left: it goes on when one of them says something. */
  enable (map, "leave",
          presence != SAL_PRESENCE_OFFLINE && presence != SAL_PRESENCE_LEAVING &&
              sal_room_model_get_kind (model) != SAL_ROOM_PRIVATE);
  enable (map, "list", server != NULL && sal_server_has_rooms (server));
}

static SalRoomModel *
model_of (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (gtk_widget_get_action_group (widget, "room")), "room");
}

static void
on_connect (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  sal_room_model_connect (model_of (data));
}

static void
on_leave (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  sal_room_model_leave (model_of (data));
}

/* What the window does: it has dialogs for it. */
static void
ask_window (GtkWidget *widget, const char *action)
{
  g_action_group_activate_action (G_ACTION_GROUP (gtk_widget_get_toplevel (widget)), action,
                                  g_variant_new_int64 (sal_room_model_get_id (model_of (widget))));
}

static void
on_search (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_window (data, "room-search");
}

static void
on_list (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_window (data, "room-list");
}

static void
on_security (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_window (data, "room-security");
}

static void
on_login (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_window (data, "room-login");
}

static void
on_raw (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_window (data, "room-raw");
}

static void
on_forget (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_window (data, "forget-room");
}

static const GActionEntry actions[] = {
  { .name = "connect", .activate = on_connect },   { .name = "leave", .activate = on_leave },
  { .name = "security", .activate = on_security }, { .name = "raw", .activate = on_raw },
  { .name = "login", .activate = on_login },       { .name = "forget", .activate = on_forget },
  { .name = "search", .activate = on_search },     { .name = "list", .activate = on_list },
};

/**
 * gui_room_actions_insert:
 * @widget: gets the group of actions "room", instead of another room's if it has one; in a
 *   window that has the actions `forget-room`, `room-list`, `room-login`, `room-search`,
 *   `room-security` and `room-raw`
 * @model: (transfer none): the room
 */
void
gui_room_actions_insert (GtkWidget *widget, SalRoomModel *model)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  g_object_set_data_full (G_OBJECT (group), "room", g_object_ref (model), g_object_unref);
  g_action_map_add_action_entries (G_ACTION_MAP (group), actions, G_N_ELEMENTS (actions), widget);
  g_signal_connect_object (model, "presence", G_CALLBACK (update), group, 0);
  update (model, G_ACTION_MAP (group));
  gtk_widget_insert_action_group (widget, "room", G_ACTION_GROUP (group));
}

static void
append (GMenu *menu, const char *label, const char *action)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, action);

  g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
  g_menu_append_item (menu, item);
}

/**
 * gui_room_actions_menu_new:
 *
 * Returns: (transfer full): the menu of the widget's group "room".
 */
GMenuModel *
gui_room_actions_menu_new (void)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) first = g_menu_new ();
  g_autoptr (GMenu) second = g_menu_new ();

  append (first, _ ("S_earch…"), "room.search");
  append (first, _ ("_Connect"), "room.connect");
  append (first, _ ("_Leave"), "room.leave");
  append (first, _ ("Other _rooms of the server…"), "room.list");
  append (first, _ ("Lo_g in…"), "room.login");
  append (first, _ ("_Security"), "room.security");
  append (first, _ ("_Traffic with the server"), "room.raw");
  append (second, _ ("_Forget…"), "room.forget");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (second));
  return G_MENU_MODEL (g_steal_pointer (&menu));
}
