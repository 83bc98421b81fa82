/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GUI_COMMAND_SAY,    /* text: for the room to say; with /me in front, an action */
  GUI_COMMAND_JOIN,   /* target, text (nullable): the room's password */
  GUI_COMMAND_PART,   /* target (nullable): this room */
  GUI_COMMAND_TALK,   /* target, text (nullable): said in private */
  GUI_COMMAND_NICK,   /* target */
  GUI_COMMAND_TOPIC,  /* text: the new one; "" for none */
  GUI_COMMAND_LINE,   /* text: goes to the server as it is */
  GUI_COMMAND_LEAVE,  /* the server */
  GUI_COMMAND_HELP,   /* target (nullable): about one of them */
  GUI_COMMAND_LIST,   /* text: words that rooms have to have; "" for all of them */
  GUI_COMMAND_RAW,    /* show what goes to and fro */
  GUI_COMMAND_SEARCH, /* text: looked for in this room */
  GUI_COMMAND_IGNORE, /* target (nullable): whose words are passed over; none: who they are */
  GUI_COMMAND_HEAR,   /* target: not any more */
  GUI_COMMAND_WRONG,  /* text: what is wrong, for people */
} GuiCommandKind;

/* What was typed after a slash. */
typedef struct
{
  GuiCommandKind kind;
  char *target; /* (owned) (nullable) */
  char *text;   /* (owned) (nullable) */
} GuiCommand;

/* A word that can be typed. */
typedef struct
{
  const char *name;      /* without the slash */
  const char *arguments; /* as they are written in its help; not translated yet */
  const char *help;      /* what it does; not translated yet */
} GuiCommandWord;

gboolean gui_command_is_one (const char *text);
char *gui_command_quote (const char *text);
GuiCommand *gui_command_parse (const char *text, const char *place);
void gui_command_free (GuiCommand *command);
const GuiCommandWord *gui_command_list (guint *n);
GPtrArray *gui_command_names (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiCommand, gui_command_free)

G_END_DECLS
