/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A room in the sidebar: its name, where it is, how we stand to it, and how much in it
 * has not been read.
 */
#include "config.h"

#include "client-gtk/gui-room-row.h"

#include <glib/gi18n.h>
#include <handy.h>

#include "client-gtk/gui-room-actions.h"
#include "client-gtk/gui-text.h"

/* More than so many is "many". */
#define UNREAD_SHOWN_MAX 999

/* Pixels. */
#define AVATAR 36
#define AVATAR_BELOW 26

/* A flood of messages is counted so often. */
#define UPDATE_MS 50

struct _GuiRoomRow
{
  GtkListBoxRow parent;
  SalRoomModel *model; /* (owned) */
  HdyAvatar *avatar;
  GtkLabel *title;
  GtkLabel *state;
  GtkLabel *unread;
  guint update; /* of the main loop: it is not up to date */
};

G_DEFINE_FINAL_TYPE (GuiRoomRow, gui_room_row, GTK_TYPE_LIST_BOX_ROW)

/* One or two words; the room itself says more. */
static const char *
presence_word (SalRoomModel *model)
{
  switch (sal_room_model_get_presence (model))
    {
    case SAL_PRESENCE_WAITING:
      return _ ("trying again soon");
    case SAL_PRESENCE_CONNECTING:
      return _ ("connecting");
    case SAL_PRESENCE_ENTERING:
      return _ ("entering");
    case SAL_PRESENCE_IN:
      return _ ("connected");
    case SAL_PRESENCE_LEAVING:
      return _ ("leaving");
    case SAL_PRESENCE_OFFLINE:
    default:
      return _ ("not connected");
    }
}

static void
set_style (GtkWidget *widget, const char *name, gboolean on)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);

  if (on)
    gtk_style_context_add_class (context, name);
  else
    gtk_style_context_remove_class (context, name);
}

/* One of several conversations on its server: it stands below the server's own row, which says
 * where that is. */
static gboolean
is_below (SalRoomModel *model)
{
  SalServer *server = sal_room_model_get_server (model);

  return sal_server_has_rooms (server) && sal_server_get_main_room (server) != model;
}

/* Returns: (transfer full) (nullable): below the title. Of a room that is as it should be, there
 * is nothing to say but what it is about. */
static char *
state_to_text (SalRoomModel *model)
{
  const char *topic = sal_room_model_get_topic (model);
  gboolean in = sal_room_model_get_presence (model) == SAL_PRESENCE_IN;
  /* Whoever is away is connected. */
  const char *word = in && sal_room_model_is_away (model) ? _ ("away") : presence_word (model);

  if (!is_below (model))
    return g_strdup_printf ("%s · %s", word, sal_room_model_get_host (model));
  if (!in)
    return g_strdup (word);
  return topic != NULL && *topic != '\0' ? gui_text_limit_marks (topic) : NULL;
}

/* Returns: (transfer full): a room as it is read aloud. */
static char *
row_to_speech (SalRoomModel *model, guint unread, guint mentions)
{
  const char *title = sal_room_model_get_title (model);
  const char *host = sal_room_model_get_host (model);
  GString *text = g_string_new (NULL);

  g_string_printf (text, "%s, %s, %s", title, host, presence_word (model));
  if (sal_room_model_is_away (model))
    g_string_append_printf (text, ", %s", _ ("away"));
  if (unread > 0)
    g_string_append_printf (text, ngettext (", %u unread message", ", %u unread messages", unread),
                            unread);
  if (mentions > 0 && sal_room_model_get_kind (model) != SAL_ROOM_PRIVATE)
    /* TRANSLATORS: after a room and how much in it is unread */
    g_string_append_printf (text, ngettext (", %u names you", ", %u name you", mentions), mentions);
  return g_string_free (text, FALSE);
}

static void
update (GuiRoomRow *row)
{
  g_autofree char *title = gui_text_limit_marks (sal_room_model_get_title (row->model));
  guint unread = sal_room_model_count_unread (row->model);
  guint mentions = sal_room_model_count_mentions (row->model);
  g_autofree char *state = state_to_text (row->model);
  g_autofree char *count = unread > UNREAD_SHOWN_MAX ? g_strdup_printf ("%d+", UNREAD_SHOWN_MAX)
                                                     : g_strdup_printf ("%u", unread);
  g_autofree char *spoken = row_to_speech (row->model, unread, mentions);
  gboolean below = is_below (row->model);

  hdy_avatar_set_size (row->avatar, below ? AVATAR_BELOW : AVATAR);
  hdy_avatar_set_text (row->avatar, title);
  gtk_label_set_text (row->title, title);
  gtk_label_set_text (row->state, state != NULL ? state : "");
  gtk_widget_set_visible (GTK_WIDGET (row->state), state != NULL);
  gtk_label_set_text (row->unread, count);
  gtk_widget_set_visible (GTK_WIDGET (row->unread), unread > 0);
  set_style (GTK_WIDGET (row), "has-unread", unread > 0);
  set_style (GTK_WIDGET (row), "has-mentions", mentions > 0);
  set_style (GTK_WIDGET (row), "is-below", below);
  set_style (GTK_WIDGET (row), "is-away",
             sal_room_model_get_presence (row->model) != SAL_PRESENCE_IN);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (row)), spoken);
}

static gboolean
on_update (gpointer data)
{
  GuiRoomRow *row = data;

  row->update = 0;
  update (row);
  return G_SOURCE_REMOVE;
}

static void
queue_update (GuiRoomRow *row)
{
  if (row->update == 0)
    row->update = g_timeout_add (UPDATE_MS, on_update, row);
}

static GtkMenu *
make_menu (GuiRoomRow *row)
{
  g_autoptr (GMenuModel) model = gui_room_actions_menu_new ();
  GtkWidget *menu = gtk_menu_new_from_model (model);

  gtk_menu_attach_to_widget (GTK_MENU (menu), GTK_WIDGET (row), NULL);
  /* It is hidden before what was chosen is done, for which it has to be attached. */
  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  return GTK_MENU (menu);
}

/**
 * gui_room_row_show_menu:
 * @event: (nullable): where to show it; at the row, if it was asked for by keys
 *
 * Shows what can be done with the room.
 */
void
gui_room_row_show_menu (GuiRoomRow *row, const GdkEvent *event)
{
  if (event != NULL)
    gtk_menu_popup_at_pointer (make_menu (row), event);
  else
    gtk_menu_popup_at_widget (make_menu (row), GTK_WIDGET (row), GDK_GRAVITY_SOUTH_WEST,
                              GDK_GRAVITY_NORTH_WEST, NULL);
}

static gboolean
gui_room_row_popup_menu (GtkWidget *widget)
{
  gui_room_row_show_menu (GUI_ROOM_ROW (widget), NULL);
  return TRUE;
}

static void
gui_room_row_dispose (GObject *object)
{
  GuiRoomRow *row = GUI_ROOM_ROW (object);

  if (row->model != NULL)
    g_signal_handlers_disconnect_by_data (row->model, row);
  g_clear_handle_id (&row->update, g_source_remove);
  g_clear_object (&row->model);
  G_OBJECT_CLASS (gui_room_row_parent_class)->dispose (object);
}

static void
gui_room_row_class_init (GuiRoomRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gui_room_row_dispose;
  widget_class->popup_menu = gui_room_row_popup_menu;
  g_type_ensure (HDY_TYPE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/salotto/Salotto/gui-room-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GuiRoomRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomRow, title);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomRow, state);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomRow, unread);
}

static void
gui_room_row_init (GuiRoomRow *row)
{
  gtk_widget_init_template (GTK_WIDGET (row));
}

/**
 * gui_room_row_new:
 * @model: followed while the row is there
 */
GtkWidget *
gui_room_row_new (SalRoomModel *model)
{
  GuiRoomRow *row = g_object_new (GUI_TYPE_ROOM_ROW, NULL);

  row->model = g_object_ref (model);
  gui_room_actions_insert (GTK_WIDGET (row), model);
  g_signal_connect_swapped (model, "presence", G_CALLBACK (update), row);
  g_signal_connect_swapped (model, "unread", G_CALLBACK (queue_update), row);
  g_signal_connect_swapped (model, "topic", G_CALLBACK (queue_update), row);
  g_signal_connect_swapped (model, "name", G_CALLBACK (queue_update), row);
  update (row);
  return GTK_WIDGET (row);
}

/**
 * gui_room_row_get_model:
 *
 * Returns: (transfer none): the room.
 */
SalRoomModel *
gui_room_row_get_model (GuiRoomRow *row)
{
  return row->model;
}
