/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A list as one stop for Tab. GTK's own lets Tab walk through all rows, which is a long way where there
 * are a hundred; Up and Down are for that.
 */
#include "config.h"

#include "client-gtk/gui-tab-stop.h"

static gboolean
on_focus (GtkWidget *list, GtkDirectionType direction, gpointer data)
{
  GtkWidget *row = gtk_container_get_focus_child (GTK_CONTAINER (list));
  gboolean tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;

  if (!tab || row == NULL)
    return FALSE; /* GTK goes to the row that is selected */
  if (gtk_widget_child_focus (row, direction))
    return TRUE;
  g_signal_stop_emission_by_name (list, "focus");
  return FALSE;
}

/**
 * gui_tab_stop_make:
 *
 * From a row of it, Tab goes on to what is in the row, and out.
 */
void
gui_tab_stop_make (GtkListBox *list)
{
  g_signal_connect (list, "focus", G_CALLBACK (on_focus), NULL);
}
