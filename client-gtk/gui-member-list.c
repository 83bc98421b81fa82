/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is in a room: what they may do, and who is away. It costs the same with five people
 * and with 5,000, also while hundreds of them come and go: the view is told of some
 * changes one by one, and of many at once by being shown the list anew, once a frame.
 *
 * Signal:
 *   talk-to (char *)   a private conversation with that person is wanted
 */
#include "config.h"

#include "client-gtk/gui-member-list.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-list-rows.h"
#include "client-gtk/gui-person-menu.h"
#include "client-gtk/gui-table-view.h"
#include "client-gtk/gui-text.h"

/* More changes in a frame than this are shown together. */
#define MANY 100
/* Pixels. */
#define WIDTH 220
/* While changes come, the list is not shown anew more often than this. */
#define REST_US (150 * 1000)

struct _GuiMemberList
{
  GtkBox parent;
  SalRoomModel *room;  /* (owned) */
  GListModel *members; /* (owned): of the room */
  GtkLabel *count;
  GtkTreeView *view;
  GuiListRows *rows; /* (owned) (nullable): while the view has them */
  char *chosen;      /* (owned) (nullable): on whom the cursor is, or was when they went */
  char *gone;        /* (owned) (nullable): on whom it was when they went in this frame: who gets
                        another role goes, and comes at another place */
  guint changes;     /* since the last frame */
  guint tick;
  gint64 rest_until_us;
};

G_DEFINE_FINAL_TYPE (GuiMemberList, gui_member_list, GTK_TYPE_BOX)

static guint talk_to_signal;

/* Cells. */

static const char *
role_to_text (SalRole role)
{
  switch (role)
    {
    case SAL_ROLE_OWNER:
      return _ ("owner");
    case SAL_ROLE_ADMIN:
      return _ ("administrator");
    case SAL_ROLE_OPERATOR:
      return _ ("operator");
    case SAL_ROLE_HALF:
      /* TRANSLATORS: of a room: may do some of what an operator may */
      return _ ("half operator");
    case SAL_ROLE_VOICE:
      /* TRANSLATORS: of a room: may speak where not everybody may */
      return _ ("has a voice");
    case SAL_ROLE_NONE:
    default:
      return NULL;
    }
}

/* Returns: (transfer full): "operator, away" */
static char *
state_to_text (SalMember *member)
{
  const char *words[4] = { NULL };
  guint n = 0;
  const char *role = role_to_text (sal_member_get_role (member));

  if (sal_member_is_own (member))
    words[n++] = _ ("you");
  if (role != NULL)
    words[n++] = role;
  if (sal_member_is_away (member))
    words[n++] = _ ("away");
  if (sal_member_is_bot (member) && n < 3)
    words[n++] = _ ("program");
  return g_strjoinv (", ", (char **) words);
}

static void
draw_name (GtkTreeViewColumn *column,
           GtkCellRenderer *renderer,
           GtkTreeModel *model,
           GtkTreeIter *iter,
           gpointer data)
{
  g_autoptr (SalMember) member = gui_list_rows_get (GUI_LIST_ROWS (model), iter);
  const char *name = sal_member_get_name (member);
  g_autofree char *tame = gui_text_limit_marks (name);
  g_autofree char *start = gui_text_shorten (tame, GUI_TEXT_NAME_WEIGHT);

  g_object_set (renderer, "text", start != NULL ? start : tame, "style",
                sal_member_is_away (member) ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL, NULL);
}

static void
draw_state (GtkTreeViewColumn *column,
            GtkCellRenderer *renderer,
            GtkTreeModel *model,
            GtkTreeIter *iter,
            gpointer data)
{
  g_autoptr (SalMember) member = gui_list_rows_get (GUI_LIST_ROWS (model), iter);
  g_autofree char *state = state_to_text (member);

  g_object_set (renderer, "text", state, NULL);
}

static void
add_column (GuiMemberList *list, GtkTreeCellDataFunc draw, gboolean is_name)
{
  GtkCellRenderer *renderer = gtk_cell_renderer_text_new ();
  GtkTreeViewColumn *column = gtk_tree_view_column_new ();

  g_object_set (renderer, "xpad", 8, "ellipsize", PANGO_ELLIPSIZE_END, "single-paragraph-mode",
                TRUE, "ypad", 4, "scale", is_name ? 1.0 : 0.85, "xalign", is_name ? 0.0f : 1.0f,
                NULL);
  gtk_tree_view_column_set_sizing (column, GTK_TREE_VIEW_COLUMN_FIXED);
  gtk_tree_view_column_set_expand (column, TRUE);
  gtk_tree_view_column_pack_start (column, renderer, TRUE);
  gtk_tree_view_column_set_cell_data_func (column, renderer, draw, list, NULL);
  gtk_tree_view_append_column (list->view, column);
}

/* What changes. */

static void
update_count (GuiMemberList *list)
{
  guint n = g_list_model_get_n_items (list->members);
  g_autofree char *text = g_strdup_printf (ngettext ("%u person here", "%u people here", n), n);

  gtk_label_set_text (list->count, text);
}

/* Returns: (transfer full) (nullable): whom the cursor is on. */
static char *
dup_chosen (GuiMemberList *list)
{
  g_autoptr (SalMember) member = gui_list_rows_dup_chosen (list->view);

  return member != NULL ? g_strdup (sal_member_get_name (member)) : NULL;
}

/* When the list is told that others are there now, it is too late to look. */
static void
on_cursor_changed (GuiMemberList *list)
{
  if (list->rows == NULL)
    return;
  g_free (list->chosen);
  list->chosen = dup_chosen (list);
}

static void
choose (GuiMemberList *list, const char *name)
{
  guint n = g_list_model_get_n_items (list->members);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalMember) member = g_list_model_get_item (list->members, i);
      g_autoptr (GtkTreePath) path = NULL;

      if (!g_str_equal (sal_member_get_name (member), name))
        continue;
      path = gtk_tree_path_new_from_indices ((int) i, -1);
      gtk_tree_view_set_cursor (list->view, path, NULL, FALSE);
      return;
    }
}

static void
take_rows (GuiMemberList *list)
{
  g_autoptr (GuiListRows) rows G_GNUC_UNUSED = g_steal_pointer (&list->rows);

  gtk_tree_view_set_model (list->view, NULL);
}

/* The cursor goes with the person on whom it was. */
static void
give_rows (GuiMemberList *list)
{
  g_autofree char *chosen = g_steal_pointer (&list->chosen);

  list->rows = gui_list_rows_new (list->members);
  gtk_tree_view_set_model (list->view, GTK_TREE_MODEL (list->rows));
  if (chosen != NULL)
    choose (list, chosen);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GuiMemberList *list = GUI_MEMBER_LIST (widget);

  if (g_get_monotonic_time () < list->rest_until_us)
    return G_SOURCE_CONTINUE;
  if (list->rows == NULL)
    {
      give_rows (list);
      list->rest_until_us = g_get_monotonic_time () + REST_US;
    }
  else if (list->gone != NULL)
    choose (list, list->gone);
  g_clear_pointer (&list->gone, g_free);
  update_count (list);
  list->changes = 0;
  list->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
queue_tick (GuiMemberList *list)
{
  if (list->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (list)))
    list->tick = gtk_widget_add_tick_callback (GTK_WIDGET (list), on_tick, NULL, NULL);
}

static gboolean
has_cursor (GuiMemberList *list, guint position)
{
  g_autoptr (GtkTreePath) path = NULL;

  gtk_tree_view_get_cursor (list->view, &path, NULL);
  return path != NULL && gtk_tree_path_get_indices (path)[0] == (int) position;
}

/* Before the rows are told of it, who can only tell of one at a time. */
static void
on_items_changed (
    GListModel *members, guint position, guint removed, guint added, GuiMemberList *list)
{
  gboolean several = removed > 1 || added > 1;

  list->changes += removed + added;
  if (removed == 1 && added == 0 && list->gone == NULL && list->rows != NULL &&
      has_cursor (list, position))
    list->gone = g_strdup (list->chosen);
  if (list->rows != NULL &&
      (several || list->changes > MANY || !gtk_widget_get_mapped (GTK_WIDGET (list))))
    take_rows (list);
  queue_tick (list);
}

static void
gui_member_list_map (GtkWidget *widget)
{
  GuiMemberList *list = GUI_MEMBER_LIST (widget);

  GTK_WIDGET_CLASS (gui_member_list_parent_class)->map (widget);
  if (list->rows == NULL)
    give_rows (list);
  update_count (list);
}

/* What can be done. */

static void
on_row_activated (GuiMemberList *list)
{
  g_autofree char *name = dup_chosen (list);

  if (name != NULL)
    g_signal_emit (list, talk_to_signal, 0, name);
}

static GtkMenu *
make_menu (GuiMemberList *list, const char *name)
{
  g_autoptr (GMenuModel) model = gui_person_menu_new (list->room, name);
  GtkWidget *menu = gtk_menu_new_from_model (model);

  gtk_menu_attach_to_widget (GTK_MENU (menu), GTK_WIDGET (list), NULL);
  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  return GTK_MENU (menu);
}

static gboolean
on_popup_menu (GtkWidget *view, GuiMemberList *list)
{
  g_autofree char *name = dup_chosen (list);

  if (name == NULL)
    return FALSE;
  gtk_menu_popup_at_widget (make_menu (list, name), view, GDK_GRAVITY_CENTER,
                            GDK_GRAVITY_NORTH_WEST, NULL);
  return TRUE;
}

static gboolean
on_button_press (GtkWidget *view, GdkEventButton *event, GuiMemberList *list)
{
  g_autoptr (GtkTreePath) path = NULL;
  g_autofree char *name = NULL;

  if (!gdk_event_triggers_context_menu ((GdkEvent *) event) ||
      !gtk_tree_view_get_path_at_pos (list->view, (int) event->x, (int) event->y, &path, NULL, NULL,
                                      NULL))
    return GDK_EVENT_PROPAGATE;
  gtk_tree_view_set_cursor (list->view, path, NULL, FALSE);
  name = dup_chosen (list);
  if (name != NULL)
    gtk_menu_popup_at_pointer (make_menu (list, name), (GdkEvent *) event);
  return GDK_EVENT_STOP;
}

/* What is typed into the list looks for a name. */
static gboolean
is_no_match (GtkTreeModel *model, int column, const char *key, GtkTreeIter *iter, gpointer data)
{
  g_autoptr (SalMember) member = gui_list_rows_get (GUI_LIST_ROWS (model), iter);
  g_autofree char *name = g_utf8_casefold (sal_member_get_name (member), -1);
  g_autofree char *wanted = g_utf8_casefold (key, -1);

  return !g_str_has_prefix (name, wanted);
}

/* The list itself. */

static void
gui_member_list_dispose (GObject *object)
{
  GuiMemberList *list = GUI_MEMBER_LIST (object);

  if (list->members != NULL)
    g_signal_handlers_disconnect_by_data (list->members, list);
  g_clear_object (&list->members);
  g_clear_object (&list->room);
  g_clear_object (&list->rows);
  g_clear_pointer (&list->chosen, g_free);
  g_clear_pointer (&list->gone, g_free);
  G_OBJECT_CLASS (gui_member_list_parent_class)->dispose (object);
}

static void
gui_member_list_class_init (GuiMemberListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gui_member_list_dispose;
  GTK_WIDGET_CLASS (klass)->map = gui_member_list_map;
  talk_to_signal = g_signal_new ("talk-to", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gui_member_list_init (GuiMemberList *list)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = gui_table_view_new ();
  GtkWidget *count = gtk_label_new (NULL);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (list), GTK_ORIENTATION_VERTICAL);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (list)), "member-list");
  gtk_widget_set_size_request (GTK_WIDGET (list), WIDTH, -1);
  list->count = GTK_LABEL (count);
  gtk_label_set_xalign (list->count, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (count), "member-count");
  gtk_container_add (GTK_CONTAINER (list), count);

  list->view = GTK_TREE_VIEW (view);
  gtk_tree_view_set_headers_visible (list->view, FALSE);
  add_column (list, draw_name, TRUE);
  add_column (list, draw_state, FALSE);
  gtk_tree_view_set_fixed_height_mode (list->view, TRUE);
  gtk_tree_view_set_search_equal_func (list->view, is_no_match, NULL, NULL);
  gtk_tree_view_set_search_column (list->view, GUI_LIST_ROWS_ITEM);
  atk_object_set_name (gtk_widget_get_accessible (view), _ ("People"));
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  gtk_container_add (GTK_CONTAINER (list), scroller);

  g_signal_connect_swapped (view, "cursor-changed", G_CALLBACK (on_cursor_changed), list);
  g_signal_connect_swapped (view, "row-activated", G_CALLBACK (on_row_activated), list);
  g_signal_connect (view, "popup-menu", G_CALLBACK (on_popup_menu), list);
  g_signal_connect (view, "button-press-event", G_CALLBACK (on_button_press), list);
  gtk_widget_show (count);
  gtk_widget_show_all (scroller);
}

/**
 * gui_member_list_new:
 * @room: (transfer none): in a widget that has the actions of gui-person-menu
 *
 * Returns: (transfer floating)
 */
GtkWidget *
gui_member_list_new (SalRoomModel *room)
{
  GuiMemberList *list = g_object_new (GUI_TYPE_MEMBER_LIST, NULL);

  list->room = g_object_ref (room);
  list->members = g_object_ref (sal_room_model_get_members (room));
  g_signal_connect (list->members, "items-changed", G_CALLBACK (on_items_changed), list);
  update_count (list);
  return GTK_WIDGET (list);
}

/**
 * gui_member_list_focus:
 *
 * Gives it the keyboard.
 */
void
gui_member_list_focus (GuiMemberList *list)
{
  gtk_widget_grab_focus (GTK_WIDGET (list->view));
}
