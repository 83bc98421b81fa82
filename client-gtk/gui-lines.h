/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* More messages than this are not sent at once without asking. */
#define GUI_LINES_UNASKED 3
/* Nor this many in any case: a room is no place to put a file. */
#define GUI_LINES_MOST 1000

typedef enum
{
  GUI_LINES_NOTHING,  /* white space at most */
  GUI_LINES_GOOD,     /* may be sent */
  GUI_LINES_MANY,     /* may be sent when that is what is meant */
  GUI_LINES_TOO_MANY, /* more than %GUI_LINES_MOST */
  GUI_LINES_TOO_LONG, /* line @number has @bytes, more than a message may have */
  GUI_LINES_LEAVE,    /* nothing but a word that leaves the room */
  GUI_LINES_WORD,     /* line @number is such a word, among others */
  GUI_LINES_COMMAND,  /* a command is among others, see gui_lines_find_command() */
} GuiLinesVerdict;

/* A text that was typed, as the messages that it is. */
typedef struct
{
  GPtrArray *messages; /* (owned) (element-type utf8): clean and not empty */
  GuiLinesVerdict verdict;
  guint number; /* of the line that is the reason, as it was typed; the first is 1 */
  gsize bytes;
  const char *word; /* (unowned) (nullable): that is the reason; of @messages */
} GuiLines;

GuiLines *gui_lines_new (const char *text, gboolean any_word);
void gui_lines_find_command (GuiLines *lines);
char *gui_lines_explain (const GuiLines *lines);
void gui_lines_free (GuiLines *lines);
gboolean gui_lines_has_any (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiLines, gui_lines_free)

G_END_DECLS
