/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The commands that can be typed, each with what it does: the table of gui-command as rows.
 */
#include "config.h"

#include "client-gtk/gui-help-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-gtk/gui-command.h"
#include "client-gtk/gui-tab-stop.h"

#define WIDTH 460
#define HEIGHT 520

static GtkWidget *
label_new (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), style);
  return label;
}

static GtkWidget *
row_new (const GuiCommandWord *word)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  const char *arguments = *word->arguments != '\0' ? _ (word->arguments) : "";
  g_autofree char *usage = g_strchomp (g_strdup_printf ("/%s %s", word->name, arguments));
  g_autofree char *spoken = g_strdup_printf ("%s: %s", usage, _ (word->help));

  gtk_container_add (GTK_CONTAINER (box), label_new (usage, "fact"));
  gtk_container_add (GTK_CONTAINER (box), label_new (_ (word->help), "field-note"));
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "help-row");
  gtk_container_add (GTK_CONTAINER (row), box);
  atk_object_set_name (gtk_widget_get_accessible (row), spoken);
  return row;
}

/**
 * gui_help_dialog_new:
 *
 * Returns: the dialog, not shown yet.
 */
GtkWidget *
gui_help_dialog_new (void)
{
  GtkWidget *dialog =
      g_object_new (GTK_TYPE_DIALOG, "use-header-bar", TRUE, "title", _ ("Commands"), NULL);
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *list = gtk_list_box_new ();
  guint n = 0;
  const GuiCommandWord *words = gui_command_list (&n);

  for (guint i = 0; i < n; i++)
    gtk_container_add (GTK_CONTAINER (list), row_new (&words[i]));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_BROWSE);
  gui_tab_stop_make (GTK_LIST_BOX (list));
  atk_object_set_name (gtk_widget_get_accessible (list), _ ("Commands"));
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (scroller), list);
  gtk_container_add (GTK_CONTAINER (gtk_dialog_get_content_area (GTK_DIALOG (dialog))), scroller);
  gtk_window_set_default_size (GTK_WINDOW (dialog), WIDTH, HEIGHT);
  g_object_set_data (G_OBJECT (dialog), "list", list);
  gtk_widget_show_all (scroller);
  return dialog;
}

/**
 * gui_help_dialog_show_command:
 * @dialog: from gui_help_dialog_new()
 * @name: (nullable): a command, with its slash or without
 *
 * Moves the keyboard to it, if there is such a one.
 */
void
gui_help_dialog_show_command (GtkWidget *dialog, const char *name)
{
  GtkListBox *list = g_object_get_data (G_OBJECT (dialog), "list");
  guint n = 0;
  const GuiCommandWord *words = gui_command_list (&n);
  int found = 0;

  if (name != NULL && *name == '/')
    name++;
  for (guint i = 0; i < n && name != NULL; i++)
    if (g_ascii_strcasecmp (words[i].name, name) == 0)
      found = (int) i;
  gtk_list_box_select_row (list, gtk_list_box_get_row_at_index (list, found));
  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (list, found)));
}
