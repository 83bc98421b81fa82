/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The dialog "Join a room". It stays open, with what was typed, until somebody is in the
 * room or gives up; what is wrong is said below the field that is wrong. A room that
 * could not be joined from here is not tried again by itself: the address may be a
 * mistake.
 *
 * Signal:
 *   entered (SalRoomModel *)   somebody is in that room now; the dialog is hidden
 */
#include "config.h"

#include "client-gtk/gui-connect-dialog.h"

#include <glib/gi18n.h>
#include <handy.h>
#include <string.h>

#include "client-gtk/gui-ago.h"
#include "client-gtk/gui-room-view.h"
#include "client-gtk/gui-tab-stop.h"
#include "client-gtk/gui-text.h"
#include "common/proto/sal-name.h"

struct _GuiConnectDialog
{
  GtkDialog parent;
  GuiRooms *known;     /* (unowned) */
  GSettings *settings; /* (owned) */
  SalRoomModel *room;  /* (owned) (nullable): the one that is being joined */
  gboolean asked;      /* whether its server is the right one */

  GtkEntry *address;
  GtkLabel *address_note;
  GtkEntry *name;
  GtkLabel *name_note;
  GtkRevealer *progress;
  GtkSpinner *spinner;
  GtkLabel *progress_text;
  GtkWidget *rooms_box;
  GtkListBox *rooms;
  GtkWidget *connect_button;
};

G_DEFINE_FINAL_TYPE (GuiConnectDialog, gui_connect_dialog, GTK_TYPE_DIALOG)

static guint entered_signal;

/* Fields. */

/* Says below a field what is wrong with it, or (@error is %NULL) what it is for. */
static void
set_note (GtkEntry *entry, GtkLabel *note, const char *error, const char *help)
{
  GtkStyleContext *entry_style = gtk_widget_get_style_context (GTK_WIDGET (entry));
  GtkStyleContext *note_style = gtk_widget_get_style_context (GTK_WIDGET (note));
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (entry));

  gtk_label_set_text (note, error != NULL ? error : help);
  gtk_widget_set_visible (GTK_WIDGET (note), error != NULL || help != NULL);
  atk_object_set_description (accessible, gtk_label_get_text (note));
  if (error == NULL)
    {
      gtk_style_context_remove_class (entry_style, GTK_STYLE_CLASS_ERROR);
      gtk_style_context_remove_class (note_style, GTK_STYLE_CLASS_ERROR);
      return;
    }
  gtk_style_context_add_class (entry_style, GTK_STYLE_CLASS_ERROR);
  gtk_style_context_add_class (note_style, GTK_STYLE_CLASS_ERROR);
  gtk_widget_grab_focus (GTK_WIDGET (entry));
}

static void
set_address_error (GuiConnectDialog *dialog, const char *error)
{
  g_autoptr (SalServer) server = NULL;
  g_autofree char *also = NULL;

  if (dialog->known != NULL)
    server = gui_rooms_dup_server (dialog->known);
  if (server != NULL)
    /* TRANSLATORS: examples of addresses; ROOM may be translated. %s is a server */
    also = g_strdup_printf (_ ("For example #ROOM on %s, localhost, HOST:PORT or ircs://HOST/ROOM"),
                            sal_server_get_title (server));
  set_note (dialog->address, dialog->address_note, error,
            also != NULL ? also
                         /* TRANSLATORS: examples of addresses; ROOM may be translated */
                         : _ ("For example localhost, HOST:PORT or ircs://HOST/ROOM"));
}

/* Where one is already, one has a name. */
static gboolean
is_on_known_server (GuiConnectDialog *dialog)
{
  const char *address = gtk_entry_get_text (dialog->address);

  return address[strspn (address, " ")] == '#';
}

static void
set_name_error (GuiConnectDialog *dialog, const char *error)
{
  set_note (dialog->name, dialog->name_note, error, NULL);
}

/* While a room is being joined, nothing can be changed. */
static void
update_sensitive (GuiConnectDialog *dialog)
{
  gboolean idle = dialog->room == NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (dialog->address), idle);
  gtk_widget_set_sensitive (GTK_WIDGET (dialog->name), idle && !is_on_known_server (dialog));
  gtk_widget_set_sensitive (GTK_WIDGET (dialog->rooms), idle);
  gtk_widget_set_sensitive (dialog->connect_button, idle);
}

static void
on_address_changed (GuiConnectDialog *dialog)
{
  set_address_error (dialog, NULL);
  if (is_on_known_server (dialog))
    set_name_error (dialog, NULL);
  update_sensitive (dialog);
}

static void
on_name_changed (GuiConnectDialog *dialog)
{
  set_name_error (dialog, NULL);
}

/* Joining. */

static void on_presence (SalRoomModel *room, GuiConnectDialog *dialog);

static void
set_room (GuiConnectDialog *dialog, SalRoomModel *room)
{
  gboolean busy = room != NULL;

  if (dialog->room != NULL)
    g_signal_handlers_disconnect_by_data (dialog->room, dialog);
  g_set_object (&dialog->room, room);
  if (busy)
    g_signal_connect (room, "presence", G_CALLBACK (on_presence), dialog);

  update_sensitive (dialog);
  gtk_revealer_set_reveal_child (dialog->progress, busy);
  g_object_set (dialog->spinner, "active", busy, NULL);
}

/* Stops trying. */
static void
give_up (GuiConnectDialog *dialog)
{
  g_autoptr (SalRoomModel) room = NULL;

  if (dialog->room == NULL)
    return;
  room = g_object_ref (dialog->room);
  set_room (dialog, NULL);
  if (gui_rooms_keeps (dialog->known, room))
    sal_room_model_leave (room);
  else
    gui_rooms_forget (dialog->known, room);
}

/* The first name that somebody chose is the one to propose from then on. */
static void
remember_name (GuiConnectDialog *dialog)
{
  g_autofree char *before = g_settings_get_string (dialog->settings, "name");

  if (*before == '\0')
    g_settings_set_string (dialog->settings, "name", gtk_entry_get_text (dialog->name));
}

static void
succeed (GuiConnectDialog *dialog)
{
  g_autoptr (SalRoomModel) room = g_object_ref (dialog->room);

  set_room (dialog, NULL);
  if (!is_on_known_server (dialog))
    remember_name (dialog);
  gtk_widget_hide (GTK_WIDGET (dialog));
  g_signal_emit (dialog, entered_signal, 0, room);
}

static void
fail (GuiConnectDialog *dialog)
{
  const GError *error = sal_room_model_get_error (dialog->room);
  g_autofree char *text = g_strdup (error != NULL   ? error->message
                                    : dialog->asked ? _ ("you have decided not to connect")
                                                    : _ ("the room could not be joined"));

  give_up (dialog);
  set_address_error (dialog, text);
}

/* On a server of IRC one is first, and asks for the room then; that it is refused has a reason. */
static gboolean
is_about_to_join (SalRoomModel *room)
{
  return sal_server_get_presence (sal_room_model_get_server (room)) == SAL_PRESENCE_IN &&
         sal_room_model_get_error (room) == NULL;
}

static void
on_presence (SalRoomModel *room, GuiConnectDialog *dialog)
{
  g_autofree char *text = NULL;

  /* Somebody is being asked. */
  if (sal_server_get_question (sal_room_model_get_server (room)) != SAL_QUESTION_NONE)
    {
      dialog->asked = TRUE;
      gtk_label_set_text (dialog->progress_text, _ ("Is this the right server?"));
      return;
    }
  switch (sal_room_model_get_presence (room))
    {
    case SAL_PRESENCE_IN:
      succeed (dialog);
      return;
    case SAL_PRESENCE_OFFLINE:
      if (is_about_to_join (room))
        return;
      fail (dialog);
      return;
    case SAL_PRESENCE_WAITING:
      fail (dialog);
      return;
    case SAL_PRESENCE_CONNECTING:
    case SAL_PRESENCE_ENTERING:
    case SAL_PRESENCE_LEAVING:
    default:
      text = gui_presence_to_text (room);
      gtk_label_set_text (dialog->progress_text, text);
    }
}

static void
begin (GuiConnectDialog *dialog)
{
  g_autofree char *typed = g_strstrip (g_strdup (gtk_entry_get_text (dialog->name)));
  g_autofree char *name = sal_name_from_text (typed);
  g_autoptr (GError) error = NULL;
  SalRoomModel *room = NULL;

  if (dialog->room != NULL)
    return;
  set_address_error (dialog, NULL);
  set_name_error (dialog, NULL);
  if (name == NULL && !is_on_known_server (dialog))
    {
      set_name_error (dialog, _ ("the others need something to call you"));
      return;
    }
  room = gui_rooms_try (dialog->known, gtk_entry_get_text (dialog->address),
                        is_on_known_server (dialog) ? NULL : name, &error);
  if (room == NULL)
    {
      set_address_error (dialog, error->message);
      return;
    }
  dialog->asked = FALSE;
  set_room (dialog, room);
  on_presence (room, dialog);
}

static void
gui_connect_dialog_response (GtkDialog *base, int response)
{
  GuiConnectDialog *dialog = GUI_CONNECT_DIALOG (base);

  if (response == GTK_RESPONSE_ACCEPT)
    begin (dialog);
  else if (response == GTK_RESPONSE_CANCEL && dialog->room != NULL)
    {
      give_up (dialog);
      gtk_widget_grab_focus (GTK_WIDGET (dialog->address));
    }
  else
    {
      give_up (dialog);
      gtk_widget_hide (GTK_WIDGET (dialog));
    }
}

/* Rooms that are known. */

static int
compare_last_used (gconstpointer a, gconstpointer b, gpointer data)
{
  gint64 first = sal_room_model_get_last_used_us ((SalRoomModel *) a);
  gint64 second = sal_room_model_get_last_used_us ((SalRoomModel *) b);

  return (first < second) - (first > second);
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  SalRoomModel *room = item;
  GtkWidget *row = hdy_action_row_new ();
  g_autofree char *title = gui_text_limit_marks (sal_room_model_get_title (room));
  g_autofree char *ago =
      gui_ago_to_text (sal_room_model_get_last_used_us (room), g_get_real_time ());
  /* TRANSLATORS: a host, one's name there, and when one was there last */
  g_autofree char *subtitle = g_strdup_printf (
      _ ("%s · as %s · %s"), sal_room_model_get_host (room), sal_room_model_get_name (room), ago);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", title, subtitle);

  hdy_preferences_row_set_title (HDY_PREFERENCES_ROW (row), title);
  hdy_action_row_set_subtitle (HDY_ACTION_ROW (row), subtitle);
  hdy_action_row_set_title_lines (HDY_ACTION_ROW (row), 1);
  hdy_action_row_set_subtitle_lines (HDY_ACTION_ROW (row), 1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (row), spoken);
  g_object_set_data_full (G_OBJECT (row), "room", g_object_ref (room), g_object_unref);
  gtk_widget_show (row);
  return row;
}

static void
fill_rooms (GuiConnectDialog *dialog)
{
  GListModel *rooms = gui_rooms_get_list (dialog->known);
  g_autoptr (GListStore) sorted = g_list_store_new (SAL_TYPE_ROOM_MODEL);
  guint n = g_list_model_get_n_items (rooms);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) room = g_list_model_get_item (rooms, i);

      g_list_store_insert_sorted (sorted, room, compare_last_used, NULL);
    }
  gtk_list_box_bind_model (dialog->rooms, G_LIST_MODEL (sorted), make_row, NULL, NULL);
  gtk_widget_set_visible (dialog->rooms_box, n > 0);
  gtk_entry_set_text (dialog->address, n == 0 ? "localhost" : "");
}

static void
on_room_activated (GtkListBox *list, GtkListBoxRow *row, GuiConnectDialog *dialog)
{
  SalRoomModel *room = g_object_get_data (G_OBJECT (row), "room");

  gtk_entry_set_text (dialog->address, sal_room_model_get_uri (room));
  gtk_entry_set_text (dialog->name, sal_room_model_get_name (room));
  begin (dialog);
}

/* The dialog itself. */

static void
gui_connect_dialog_dispose (GObject *object)
{
  GuiConnectDialog *dialog = GUI_CONNECT_DIALOG (object);

  give_up (dialog);
  g_clear_object (&dialog->settings);
  G_OBJECT_CLASS (gui_connect_dialog_parent_class)->dispose (object);
}

static void
gui_connect_dialog_class_init (GuiConnectDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gui_connect_dialog_dispose;
  GTK_DIALOG_CLASS (klass)->response = gui_connect_dialog_response;
  entered_signal = g_signal_new ("entered", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, SAL_TYPE_ROOM_MODEL);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/salotto/Salotto/gui-connect-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, address);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, address_note);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, name);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, name_note);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, progress);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, progress_text);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, rooms_box);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, rooms);
  gtk_widget_class_bind_template_child (widget_class, GuiConnectDialog, connect_button);
  gtk_widget_class_bind_template_callback (widget_class, on_address_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_name_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_room_activated);
}

static void
gui_connect_dialog_init (GuiConnectDialog *dialog)
{
  gtk_widget_init_template (GTK_WIDGET (dialog));
  gui_tab_stop_make (dialog->rooms);
  set_address_error (dialog, NULL);
  set_name_error (dialog, NULL);
}

/**
 * gui_connect_dialog_new:
 * @rooms: (transfer none): what is known and what will be; outlive it
 * @settings: (transfer none): the preferences
 *
 * Returns: the dialog, not shown yet. It hides by itself.
 */
GtkWidget *
gui_connect_dialog_new (GuiRooms *rooms, GSettings *settings)
{
  GuiConnectDialog *dialog = g_object_new (GUI_TYPE_CONNECT_DIALOG, "use-header-bar", TRUE, NULL);

  dialog->known = rooms;
  dialog->settings = g_object_ref (settings);
  return GTK_WIDGET (dialog);
}

/**
 * gui_connect_dialog_reset:
 *
 * Makes it as if nobody had typed anything.
 */
void
gui_connect_dialog_reset (GuiConnectDialog *dialog)
{
  g_autofree char *name = gui_rooms_dup_name (dialog->known);

  give_up (dialog);
  fill_rooms (dialog);
  gtk_entry_set_text (dialog->name, name);
  set_address_error (dialog, NULL);
  set_name_error (dialog, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (dialog->address));
}

/**
 * gui_connect_dialog_fill:
 * @uri: an address
 * @error: (nullable): what is wrong with it
 */
void
gui_connect_dialog_fill (GuiConnectDialog *dialog, const char *uri, const GError *error)
{
  give_up (dialog);
  gtk_entry_set_text (dialog->address, uri);
  if (error != NULL)
    set_address_error (dialog, error->message);
}
