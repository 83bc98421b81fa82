/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One drawing: the ladders of all connections below one another, or their ways through
 * the state diagram. A drawing says at its beginning how high it is, so it is written at
 * the end; and one that is too high for any viewer is of no use, so there is a limit.
 */
#include "config.h"

#include "lab/explain/lab-explain.h"
#include "lab/view/lab-diagram.h"
#include "lab/view/lab-ladders.h"
#include "lab/view/lab-svg.h"
#include "lab/view/lab-view-private.h"
#include "lab/view/lab-words.h"

#define MOST_CONNECTIONS 50
#define TITLE_HEIGHT 34.0
#define STORY_LINE 17.0
#define STORY_CHARS 140
#define SPACE 30.0
#define MARGIN 16.0

typedef struct
{
  LabView base;
  LabLadders *ladders; /* (owned) */
  GString *body;       /* (owned) */
  double height;
  guint shown;
  guint left_out;
} SvgView;

static SvgView *
svg_view (LabView *view)
{
  return (SvgView *) (void *) view;
}

static void
svg_begin (LabView *view)
{
  svg_view (view)->ladders = lab_ladders_new (view->options.absolute);
  svg_view (view)->body = g_string_new (NULL);
  svg_view (view)->height = MARGIN;
}

static void
svg_clear (LabView *view)
{
  lab_ladders_free (svg_view (view)->ladders);
  if (svg_view (view)->body != NULL)
    g_string_free (svg_view (view)->body, TRUE);
}

static void
svg_packet (LabView *view, const LabFinding *finding)
{
  if (svg_view (view)->shown < MOST_CONNECTIONS && !view->options.diagram)
    lab_ladders_add (svg_view (view)->ladders, finding);
}

/* Text in lines of at most so many characters: SVG breaks none by itself. */
static void
append_story (SvgView *view, const char *story)
{
  g_auto (GStrv) words = g_strsplit (story, " ", -1);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (line->len > 0)
        g_string_append_c (line, ' ');
      g_string_append (line, words[i]);
      if (words[i + 1] != NULL &&
          g_utf8_strlen (line->str, -1) + g_utf8_strlen (words[i + 1], -1) < STORY_CHARS)
        continue;
      view->height += STORY_LINE;
      lab_svg_text (MARGIN, view->height, "faint", line->str, view->body);
      g_string_truncate (line, 0);
    }
}

static void
append_title (SvgView *view, const LabConnection *connection)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "Connection #%u", connection->stream);
  lab_svg_text (MARGIN, view->height + 18, "head", text->str, view->body);
  view->height += 20;
  g_string_truncate (text, 0);
  lab_explain_connection (connection, text);
  append_story (view, text->str);
  view->height += MARGIN / 2;
}

static void
begin_group (SvgView *view)
{
  g_string_append (view->body, "<g transform=\"translate(0 ");
  lab_svg_number (view->height, view->body);
  g_string_append (view->body, ")\">\n");
}

static void
append_ladder (SvgView *view, const LabConnection *connection, const LabLadder *ladder)
{
  begin_group (view);
  lab_svg_head (connection, view->body);
  g_string_append (view->body, "</g>\n");
  view->height += LAB_SVG_HEAD_HEIGHT;
  begin_group (view);
  lab_svg_rows (ladder, 0, lab_ladder_get_rows (ladder)->len, view->body);
  g_string_append (view->body, "</g>\n");
  view->height += lab_ladder_get_height (ladder) + SPACE;
}

static void
append_diagram (SvgView *view, const LabConnection *connection)
{
  g_string_append (view->body, "<g transform=\"translate(");
  lab_svg_number ((LAB_SVG_WIDTH - LAB_DIAGRAM_WIDTH) / 2, view->body);
  g_string_append_c (view->body, ' ');
  lab_svg_number (view->height, view->body);
  g_string_append (view->body, ")\">\n");
  lab_view_diagram_svg (connection, view->body);
  g_string_append (view->body, "</g>\n");
  view->height += LAB_DIAGRAM_HEIGHT + SPACE;
}

static void
svg_connection (LabView *base, const LabConnection *connection)
{
  SvgView *view = svg_view (base);
  g_autoptr (LabLadder) ladder = NULL;

  if (view->shown >= MOST_CONNECTIONS)
    {
      view->left_out++;
      return;
    }
  ladder = lab_ladders_take (view->ladders, connection);
  if (ladder == NULL && !base->options.diagram)
    return;
  view->shown++;
  append_title (view, connection);
  if (base->options.diagram)
    append_diagram (view, connection);
  else
    append_ladder (view, connection, ladder);
}

static void
svg_end (LabView *base)
{
  SvgView *view = svg_view (base);
  GString *out = base->out;

  if (view->left_out > 0 || view->shown == 0)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      if (view->shown == 0)
        g_string_append (text, "There is no TCP connection in it.");
      else
        {
          lab_words_count (view->left_out, "more connection is", "more connections are", text);
          g_string_append (text, " left out; --connection N draws one.");
        }
      lab_svg_text (MARGIN, view->height + 18, "head", text->str, view->body);
      view->height += TITLE_HEIGHT;
    }
  g_string_append (out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<svg xmlns=\"http://www.w3.org/2000/svg\"");
  lab_svg_attribute ("width", LAB_SVG_WIDTH, out);
  lab_svg_attribute ("height", view->height, out);
  g_string_append (out, " viewBox=\"0 0 ");
  lab_svg_number (LAB_SVG_WIDTH, out);
  g_string_append_c (out, ' ');
  lab_svg_number (view->height, out);
  g_string_append_printf (out,
                          "\">\n<title>TCP connections</title>\n<style>%s</style>\n"
                          "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n",
                          lab_svg_style);
  g_string_append_len (out, view->body->str, (gssize) view->body->len);
  g_string_append (out, "</svg>\n");
}

const LabViewClass lab_view_svg_class = { .size = sizeof (SvgView),
                                          .begin = svg_begin,
                                          .packet = svg_packet,
                                          .other = svg_packet,
                                          .connection = svg_connection,
                                          .end = svg_end,
                                          .clear = svg_clear };
