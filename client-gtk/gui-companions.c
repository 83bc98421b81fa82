/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The windows in front of the main one that show something: preferences, keys, commands, who can
 * read along, what goes to and fro, the rooms of a server. Each is made when it is first wanted, then
 * hidden and shown: GTK does not like to be asked by a screen reader about windows that are gone.
 */
#include "config.h"

#include "client-gtk/gui-companions.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-help-dialog.h"
#include "client-gtk/gui-preferences.h"
#include "client-gtk/gui-raw-window.h"
#include "client-gtk/gui-room-list.h"
#include "client-gtk/gui-security-dialog.h"

/* Pixels. */
#define FACTS_WIDTH 520
#define LIST_WIDTH 680
#define LIST_HEIGHT 520
#define HELP_WIDTH 460
#define HELP_HEIGHT 520
#define PREFERENCES_WIDTH 480
#define PREFERENCES_HEIGHT 460
#define NARROWEST 320
/* By so much the window behind is to be seen. */
#define MARGIN 24

struct _GuiCompanions
{
  GtkWindow *window;   /* (unowned) */
  GSettings *settings; /* (owned) */
  GuiCompanionsJoin join;
  gpointer data; /* for it */

  /* (unowned) (nullable, weak) */
  GtkWidget *preferences;
  GtkWidget *shortcuts;
  GtkWidget *help;     /* commands */
  GtkWidget *security; /* of a room's connection */
  GtkWidget *raw;      /* what goes to a server and comes */
  GtkWidget *list;     /* of a server's rooms */
};

/**
 * gui_companions_keep:
 * @place: where to keep @other; weak
 *
 * Makes @other a window in front of @window, which is hidden when it is closed.
 */
void
gui_companions_keep (GtkWindow *window, GtkWidget **place, GtkWidget *other)
{
  gtk_window_set_transient_for (GTK_WINDOW (other), window);
  gtk_window_set_position (GTK_WINDOW (other), GTK_WIN_POS_CENTER_ON_PARENT);
  g_signal_connect (other, "delete-event", G_CALLBACK (gtk_widget_hide_on_delete), NULL);
  g_set_weak_pointer (place, other);
}

/**
 * gui_companions_fit:
 * @width: pixels; less where @window is narrow
 * @height: pixels
 */
void
gui_companions_fit (GtkWindow *window, GtkWidget *other, int width, int height)
{
  int most = 0;

  gtk_window_get_size (window, &most, NULL);
  gtk_window_resize (GTK_WINDOW (other), CLAMP (most - MARGIN, NARROWEST, width), height);
}

static void
present (GuiCompanions *companions, GtkWidget *other, int width, int height)
{
  if (!gtk_widget_get_visible (other))
    gui_companions_fit (companions->window, other, width, height);
  gtk_window_present (GTK_WINDOW (other));
}

/**
 * gui_companions_show_preferences:
 */
void
gui_companions_show_preferences (GuiCompanions *companions)
{
  if (companions->preferences == NULL)
    gui_companions_keep (companions->window, &companions->preferences,
                         gui_preferences_new (companions->settings));
  present (companions, companions->preferences, PREFERENCES_WIDTH, PREFERENCES_HEIGHT);
}

/* GTK has given it a picture and no name. */
static void
name_search_button (GtkWidget *widget, gpointer data)
{
  if (GTK_IS_TOGGLE_BUTTON (widget))
    atk_object_set_name (gtk_widget_get_accessible (widget), _ ("Search"));
}

/**
 * gui_companions_show_shortcuts:
 */
void
gui_companions_show_shortcuts (GuiCompanions *companions)
{
  if (companions->shortcuts == NULL)
    {
      g_autoptr (GtkBuilder) builder =
          gtk_builder_new_from_resource ("/org/salotto/Salotto/gui-shortcuts.ui");
      GtkWidget *shortcuts = GTK_WIDGET (gtk_builder_get_object (builder, "shortcuts"));

      gui_companions_keep (companions->window, &companions->shortcuts, shortcuts);
      gtk_container_forall (GTK_CONTAINER (gtk_window_get_titlebar (GTK_WINDOW (shortcuts))),
                            name_search_button, NULL);
    }
  gtk_window_present (GTK_WINDOW (companions->shortcuts));
}

/**
 * gui_companions_show_help:
 * @command: (nullable): about this one
 */
void
gui_companions_show_help (GuiCompanions *companions, const char *command)
{
  if (companions->help == NULL)
    gui_companions_keep (companions->window, &companions->help, gui_help_dialog_new ());
  present (companions, companions->help, HELP_WIDTH, HELP_HEIGHT);
  gui_help_dialog_show_command (companions->help, command);
}

/**
 * gui_companions_show_security:
 *
 * Shows who can read along in this room.
 */
void
gui_companions_show_security (GuiCompanions *companions, SalRoomModel *room)
{
  if (companions->security == NULL)
    {
      gui_companions_keep (companions->window, &companions->security, gui_security_dialog_new ());
      g_signal_connect (companions->security, "response", G_CALLBACK (gtk_widget_hide), NULL);
    }
  gui_security_dialog_fill (GUI_SECURITY_DIALOG (companions->security), room);
  gui_companions_fit (companions->window, companions->security, FACTS_WIDTH, 1);
  gtk_window_present (GTK_WINDOW (companions->security));
}

/**
 * gui_companions_show_raw:
 *
 * Shows what goes to the server of this room, and what comes.
 */
void
gui_companions_show_raw (GuiCompanions *companions, SalRoomModel *room)
{
  if (companions->raw == NULL)
    gui_companions_keep (companions->window, &companions->raw, gui_raw_window_new ());
  gui_raw_window_show_server (GUI_RAW_WINDOW (companions->raw), sal_room_model_get_server (room));
  gtk_window_present (GTK_WINDOW (companions->raw));
}

static void
on_joining (GuiCompanions *companions, SalRoomModel *room)
{
  companions->join (room, companions->data);
}

/**
 * gui_companions_show_list:
 * @words: (nullable): to look for
 *
 * Shows what rooms there are on the server of this one.
 */
void
gui_companions_show_list (GuiCompanions *companions, SalRoomModel *room, const char *words)
{
  if (companions->list == NULL)
    {
      gui_companions_keep (companions->window, &companions->list, gui_room_list_new ());
      g_signal_connect_swapped (companions->list, "joining", G_CALLBACK (on_joining), companions);
    }
  gui_room_list_show_server (GUI_ROOM_LIST (companions->list), sal_room_model_get_server (room),
                             words);
  present (companions, companions->list, LIST_WIDTH, LIST_HEIGHT);
}

/**
 * gui_companions_new:
 * @window: (transfer none): in front of which they are; outlives this
 * @settings: (transfer none): the preferences
 * @join: called with @data
 *
 * Returns: (transfer full)
 */
GuiCompanions *
gui_companions_new (GtkWindow *window, GSettings *settings, GuiCompanionsJoin join, gpointer data)
{
  GuiCompanions *companions = g_new0 (GuiCompanions, 1);

  companions->window = window;
  companions->settings = g_object_ref (settings);
  companions->join = join;
  companions->data = data;
  return companions;
}

/**
 * gui_companions_free:
 * @companions: (nullable) (transfer full): the windows are GTK's, and hear of it no more
 */
void
gui_companions_free (GuiCompanions *companions)
{
  if (companions == NULL)
    return;
  if (companions->list != NULL)
    g_signal_handlers_disconnect_by_data (companions->list, companions);
  g_clear_weak_pointer (&companions->preferences);
  g_clear_weak_pointer (&companions->shortcuts);
  g_clear_weak_pointer (&companions->help);
  g_clear_weak_pointer (&companions->security);
  g_clear_weak_pointer (&companions->raw);
  g_clear_weak_pointer (&companions->list);
  g_clear_object (&companions->settings);
  g_free (companions);
}
