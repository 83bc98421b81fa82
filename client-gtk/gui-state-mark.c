/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The small sign beside a message of ours: a clock, one check, two checks, or a warning.
 * It is drawn, not an icon: no theme has all four in one hand, and it follows the size of
 * the text.
 */
#include "config.h"

#include "client-gtk/gui-state-mark.h"

/* The sign is drawn in a square of this size, which is as high as the text's line. */
#define GRID 16.0

struct _GuiStateMark
{
  GtkDrawingArea parent;
  SalMessageState state;
  const char *words; /* (nullable): translated, never freed */
  gboolean spoken;   /* somebody has asked for the accessible object */
};

G_DEFINE_FINAL_TYPE (GuiStateMark, gui_state_mark, GTK_TYPE_DRAWING_AREA)

static void
draw_check (cairo_t *cr, double x)
{
  cairo_move_to (cr, x, 8.5);
  cairo_line_to (cr, x + 3, 11.5);
  cairo_line_to (cr, x + 9, 4.5);
  cairo_stroke (cr);
}

static void
draw_clock (cairo_t *cr)
{
  cairo_arc (cr, 8, 8, 5.25, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_move_to (cr, 8, 5);
  cairo_line_to (cr, 8, 8.25);
  cairo_line_to (cr, 10, 9.5);
  cairo_stroke (cr);
}

static void
draw_warning (cairo_t *cr)
{
  cairo_move_to (cr, 8, 2.5);
  cairo_line_to (cr, 14, 13.25);
  cairo_line_to (cr, 2, 13.25);
  cairo_close_path (cr);
  cairo_stroke (cr);
  cairo_move_to (cr, 8, 6.5);
  cairo_line_to (cr, 8, 9.25);
  cairo_stroke (cr);
  cairo_arc (cr, 8, 11.25, 0.4, 0, 2 * G_PI);
  cairo_stroke (cr);
}

static gboolean
gui_state_mark_draw (GtkWidget *widget, cairo_t *cr)
{
  GuiStateMark *mark = GUI_STATE_MARK (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  int width = gtk_widget_get_allocated_width (widget);
  int height = gtk_widget_get_allocated_height (widget);
  double size = MIN (width, height);
  GdkRGBA colour;

  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_translate (cr, (width - size) / 2, (height - size) / 2);
  cairo_scale (cr, size / GRID, size / GRID);
  cairo_set_line_width (cr, 1.4);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  switch (mark->state)
    {
    case SAL_MESSAGE_QUEUED:
      draw_clock (cr);
      break;
    case SAL_MESSAGE_SENT:
      draw_check (cr, 3.5);
      break;
    case SAL_MESSAGE_DELIVERED:
      draw_check (cr, 1.25);
      draw_check (cr, 5.75);
      break;
    case SAL_MESSAGE_FAILED:
    case SAL_MESSAGE_UNKNOWN:
      draw_warning (cr);
      break;
    }
  return FALSE;
}

/* As high as a line of text with its usual leading. */
static void
gui_state_mark_get_size (GtkWidget *widget, int *minimum, int *natural)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  const PangoFontDescription *font = pango_context_get_font_description (context);
  double points = pango_font_description_get_size (font) / (double) PANGO_SCALE;
  double dpi = pango_cairo_context_get_resolution (context);

  if (!pango_font_description_get_size_is_absolute (font))
    points *= (dpi > 0 ? dpi : 96) / 72;
  *minimum = *natural = (int) (points * 1.2 + 0.5);
}

/* Only for those who ask: most people do not have their screen read to them. */
static AtkObject *
gui_state_mark_get_accessible (GtkWidget *widget)
{
  GuiStateMark *mark = GUI_STATE_MARK (widget);
  AtkObject *accessible = GTK_WIDGET_CLASS (gui_state_mark_parent_class)->get_accessible (widget);

  if (!mark->spoken && mark->words != NULL)
    atk_object_set_name (accessible, mark->words);
  mark->spoken = TRUE;
  return accessible;
}

static void
gui_state_mark_class_init (GuiStateMarkClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  widget->draw = gui_state_mark_draw;
  widget->get_accessible = gui_state_mark_get_accessible;
  widget->get_preferred_width = gui_state_mark_get_size;
  widget->get_preferred_height = gui_state_mark_get_size;
  gtk_widget_class_set_css_name (widget, "statemark");
  gtk_widget_class_set_accessible_role (widget, ATK_ROLE_IMAGE);
}

static void
gui_state_mark_init (GuiStateMark *mark)
{
  gtk_widget_set_has_window (GTK_WIDGET (mark), FALSE);
}

/**
 * gui_state_mark_new:
 *
 * Returns: (transfer floating): a mark that shows a clock.
 */
GtkWidget *
gui_state_mark_new (void)
{
  return g_object_new (GUI_TYPE_STATE_MARK, "visible", TRUE, NULL);
}

/**
 * gui_state_mark_set_state:
 * @words: the same in words; translated, and never freed
 */
void
gui_state_mark_set_state (GuiStateMark *mark, SalMessageState state, const char *words)
{
  mark->state = state;
  mark->words = words;
  if (mark->spoken && words != NULL)
    atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (mark)), words);
  gtk_widget_queue_draw (GTK_WIDGET (mark));
}
