/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands as people of IRC type them, from a line to what is meant by it; the table is also
 * what /help shows and Tab completes. Pure: it knows no connection, and carries nothing out.
 * A command that only the server understands becomes the line that it understands (RFC 2812;
 * the modern IRC documents for what is newer). What is a command and what is said decides the client
 * core, for all programs (sal_client_find_command()): two slashes say what begins with one.
 */
#include "config.h"

#include "client-gtk/gui-command.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/client/sal-client-action.h"
#include "common/client/sal-filter.h"

/* What a row makes of the words behind the command: @place is the conversation in which it
 * was typed, "" for the server's own. Returns FALSE if they are not what it needs. */
typedef gboolean (*Make) (GuiCommand *command, const char *rest, const char *place);

/* Words. */

/* Returns: (transfer full) (nullable): the first word; *@rest is what follows. */
static char *
take_word (const char **rest)
{
  const char *start = *rest;
  gsize len = 0;

  start += strspn (start, " ");
  len = strcspn (start, " ");
  *rest = start + len + strspn (start + len, " ");
  return len > 0 ? g_strndup (start, len) : NULL;
}

static gboolean
is_channel (const char *name)
{
  return name != NULL && strchr ("#&+!", *name) != NULL && *name != '\0';
}

static void set_line (GuiCommand *command, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
set_line (GuiCommand *command, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  command->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  command->kind = GUI_COMMAND_LINE;
}

/* Conversations. */

static gboolean
make_me (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_SAY;
  command->text = g_strconcat ("/me ", rest, NULL);
  return *rest != '\0';
}

static gboolean
make_join (GuiCommand *command, const char *rest, const char *place)
{
  g_autofree char *name = take_word (&rest);

  if (name == NULL)
    return FALSE;
  command->kind = GUI_COMMAND_JOIN;
  command->target = is_channel (name) ? g_strdup (name) : g_strconcat ("#", name, NULL);
  command->text = *rest != '\0' ? g_strdup (rest) : NULL;
  return TRUE;
}

static gboolean
make_part (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_PART;
  command->target = take_word (&rest);
  return TRUE;
}

static gboolean
make_talk (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_TALK;
  command->target = take_word (&rest);
  command->text = *rest != '\0' ? gui_command_quote (rest) : NULL;
  return command->target != NULL;
}

static gboolean
make_msg (GuiCommand *command, const char *rest, const char *place)
{
  return make_talk (command, rest, place) && command->text != NULL;
}

static gboolean
make_notice (GuiCommand *command, const char *rest, const char *place)
{
  g_autofree char *name = take_word (&rest);

  if (name == NULL || *rest == '\0')
    return FALSE;
  set_line (command, "NOTICE %s :%s", name, rest);
  return TRUE;
}

/* Oneself. */

static gboolean
make_nick (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_NICK;
  command->target = take_word (&rest);
  return command->target != NULL && *rest == '\0';
}

static gboolean
make_away (GuiCommand *command, const char *rest, const char *place)
{
  /* Without a reason the server would take it for a return. */
  set_line (command, "AWAY :%s", *rest != '\0' ? rest : _ ("away"));
  return TRUE;
}

static gboolean
make_back (GuiCommand *command, const char *rest, const char *place)
{
  set_line (command, "AWAY");
  return *rest == '\0';
}

/* The room. */

static gboolean
make_topic (GuiCommand *command, const char *rest, const char *place)
{
  if (!is_channel (place))
    return FALSE;
  if (*rest == '\0')
    set_line (command, "TOPIC %s", place);
  else
    {
      command->kind = GUI_COMMAND_TOPIC;
      command->text = g_strdup (rest);
    }
  return TRUE;
}

static gboolean
make_names (GuiCommand *command, const char *rest, const char *place)
{
  g_autofree char *name = take_word (&rest);

  if (name == NULL && !is_channel (place))
    return FALSE;
  set_line (command, "NAMES %s", name != NULL ? name : place);
  return TRUE;
}

static gboolean
make_invite (GuiCommand *command, const char *rest, const char *place)
{
  g_autofree char *name = take_word (&rest);
  g_autofree char *room = take_word (&rest);

  if (name == NULL || (room == NULL && !is_channel (place)))
    return FALSE;
  set_line (command, "INVITE %s %s", name, room != NULL ? room : place);
  return TRUE;
}

static gboolean
make_kick (GuiCommand *command, const char *rest, const char *place)
{
  g_autofree char *name = take_word (&rest);

  if (name == NULL || !is_channel (place))
    return FALSE;
  if (*rest != '\0')
    set_line (command, "KICK %s %s :%s", place, name, rest);
  else
    set_line (command, "KICK %s %s", place, name);
  return TRUE;
}

static gboolean
make_mode_of (GuiCommand *command, const char *rest, const char *place, const char *mode)
{
  g_autofree char *name = take_word (&rest);

  if (name == NULL || *rest != '\0' || !is_channel (place))
    return FALSE;
  set_line (command, "MODE %s %s %s", place, mode, name);
  return TRUE;
}

static gboolean
make_op (GuiCommand *command, const char *rest, const char *place)
{
  return make_mode_of (command, rest, place, "+o");
}

static gboolean
make_deop (GuiCommand *command, const char *rest, const char *place)
{
  return make_mode_of (command, rest, place, "-o");
}

static gboolean
make_voice (GuiCommand *command, const char *rest, const char *place)
{
  return make_mode_of (command, rest, place, "+v");
}

static gboolean
make_devoice (GuiCommand *command, const char *rest, const char *place)
{
  return make_mode_of (command, rest, place, "-v");
}

static gboolean
make_ban (GuiCommand *command, const char *rest, const char *place)
{
  return make_mode_of (command, rest, place, "+b");
}

static gboolean
make_unban (GuiCommand *command, const char *rest, const char *place)
{
  return make_mode_of (command, rest, place, "-b");
}

static gboolean
make_mode (GuiCommand *command, const char *rest, const char *place)
{
  if (*rest == '\0' && !is_channel (place))
    return FALSE;
  /* Of this room, unless somebody or something else is named. */
  if (*rest == '\0')
    set_line (command, "MODE %s", place);
  else if ((*rest == '+' || *rest == '-') && is_channel (place))
    set_line (command, "MODE %s %s", place, rest);
  else
    set_line (command, "MODE %s", rest);
  return TRUE;
}

/* The server. */

static gboolean
make_whois (GuiCommand *command, const char *rest, const char *place)
{
  g_autofree char *name = take_word (&rest);

  if (name == NULL && (*place == '\0' || is_channel (place)))
    return FALSE;
  set_line (command, "WHOIS %s", name != NULL ? name : place);
  return TRUE;
}

static gboolean
make_who (GuiCommand *command, const char *rest, const char *place)
{
  if (*rest == '\0' && *place == '\0')
    return FALSE;
  set_line (command, "WHO %s", *rest != '\0' ? rest : place);
  return TRUE;
}

static gboolean
make_list (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_LIST;
  command->text = g_strdup (rest);
  return TRUE;
}

static gboolean
make_motd (GuiCommand *command, const char *rest, const char *place)
{
  set_line (command, "MOTD");
  return TRUE;
}

static gboolean
make_quote (GuiCommand *command, const char *rest, const char *place)
{
  set_line (command, "%s", rest);
  return *rest != '\0';
}

static gboolean
make_quit (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_LEAVE;
  return TRUE;
}

/* This program. */

/* In private it is the other who is meant. */
static gboolean
make_ignore (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_IGNORE;
  command->target = take_word (&rest);
  if (command->target == NULL && *place != '\0' && !is_channel (place))
    command->target = sal_filter_mask_of_name (place);
  return *rest == '\0';
}

static gboolean
make_unignore (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_HEAR;
  command->target = take_word (&rest);
  if (command->target == NULL && *place != '\0' && !is_channel (place))
    command->target = sal_filter_mask_of_name (place);
  return command->target != NULL && *rest == '\0';
}

static gboolean
make_raw (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_RAW;
  return TRUE;
}

static gboolean
make_search (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_SEARCH;
  command->text = g_strdup (rest);
  return TRUE;
}

static gboolean
make_help (GuiCommand *command, const char *rest, const char *place)
{
  command->kind = GUI_COMMAND_HELP;
  command->target = take_word (&rest);
  return TRUE;
}

/* By their names; two of a kind, one after the other. */
static const struct
{
  GuiCommandWord word;
  Make make;
} rows[] = {
  { { "away", N_ ("[WHY]"), N_ ("Tell others that you are away") }, make_away },
  { { "back", "", N_ ("You are not away any more") }, make_back },
  { { "ban", N_ ("MASK"), N_ ("Whoever this fits may not come into this room") }, make_ban },
  { { "deop", N_ ("NAME"), N_ ("Somebody is no operator of this room any more") }, make_deop },
  { { "devoice", N_ ("NAME"), N_ ("Take somebody's voice in this room") }, make_devoice },
  { { "help", N_ ("[COMMAND]"), N_ ("Show these commands") }, make_help },
  { { "ignore", N_ ("[MASK]"), N_ ("Do not show what somebody says, or list of whom that is so") },
    make_ignore },
  { { "invite", N_ ("NAME [ROOM]"), N_ ("Invite somebody into this room") }, make_invite },
  { { "join", N_ ("ROOM [PASSWORD]"), N_ ("Go into a room, or make it") }, make_join },
  { { "kick", N_ ("NAME [WHY]"), N_ ("Put somebody out of this room") }, make_kick },
  { { "list", N_ ("[WORDS]"), N_ ("The server lists its rooms") }, make_list },
  { { "me", N_ ("TEXT"), N_ ("Say what you do: “Ada waves”") }, make_me },
  { { "mode", N_ ("[CHANGE]"), N_ ("Show or change the modes of this room") }, make_mode },
  { { "motd", "", N_ ("The server's message of the day") }, make_motd },
  { { "msg", N_ ("NAME TEXT"), N_ ("Say something to somebody in private") }, make_msg },
  { { "names", N_ ("[ROOM]"), N_ ("The server lists who is in this room") }, make_names },
  { { "nick", N_ ("NAME"), N_ ("Have another name on this server") }, make_nick },
  { { "notice", N_ ("NAME TEXT"), N_ ("Say something that no program answers") }, make_notice },
  { { "op", N_ ("NAME"), N_ ("Make somebody an operator of this room") }, make_op },
  { { "part", N_ ("[ROOM]"), N_ ("Leave this room") }, make_part },
  { { "query", N_ ("NAME [TEXT]"), N_ ("Talk to somebody in private") }, make_talk },
  { { "quit", "", N_ ("Leave the server, with all of its rooms") }, make_quit },
  { { "quote", N_ ("LINE"), N_ ("Send a line of IRC to the server as it is") }, make_quote },
  { { "raw", "", N_ ("Show what goes to the server and what comes") }, make_raw },
  { { "search", N_ ("[WORDS]"), N_ ("Look for words in this room") }, make_search },
  { { "topic", N_ ("[TEXT]"), N_ ("Show or set the topic of this room") }, make_topic },
  { { "unban", N_ ("MASK"), N_ ("Take a ban back") }, make_unban },
  { { "unignore", N_ ("MASK"), N_ ("Show again what somebody says") }, make_unignore },
  { { "voice", N_ ("NAME"), N_ ("Let somebody speak where not everybody may") }, make_voice },
  { { "who", N_ ("[MASK]"), N_ ("The server tells of people") }, make_who },
  { { "whois", N_ ("NAME"), N_ ("The server tells of one of them") }, make_whois },
};

/* Other names for the same. */
static const struct
{
  const char *name;
  const char *same;
} aliases[] = {
  { "j", "join" },    { "leave", "part" }, { "close", "part" }, { "m", "msg" },   { "q", "query" },
  { "exit", "quit" }, { "t", "topic" },    { "wi", "whois" },   { "say", "say" },
};

static const char *
real_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_str_equal (aliases[i].name, name))
      return aliases[i].same;
  return name;
}

static void
set_wrong (GuiCommand *command, const char *text)
{
  g_clear_pointer (&command->target, g_free);
  g_free (command->text);
  command->kind = GUI_COMMAND_WRONG;
  command->text = g_strdup (text);
}

static void
make (GuiCommand *command, const char *name, const char *rest, const char *place)
{
  g_autofree char *text = NULL;

  if (g_str_equal (name, "say"))
    {
      command->kind = GUI_COMMAND_SAY;
      command->text = gui_command_quote (rest);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].word.name, name))
      {
        if (rows[i].make (command, rest, place))
          return;
        /* TRANSLATORS: how a command is written, and what it does */
        text = g_strdup_printf (_ ("It is written so: /%s %s (%s)"), name,
                                *rows[i].word.arguments != '\0' ? _ (rows[i].word.arguments) : "",
                                _ (rows[i].word.help));
        set_wrong (command, text);
        return;
      }
  text = g_strdup_printf (_ ("There is no command /%s; /help lists those there are. /quote sends a "
                             "line to the server as "
                             "it is, and two slashes say it."),
                          name);
  set_wrong (command, text);
}

/**
 * gui_command_is_one:
 * @text: a line as it was typed
 *
 * Returns: whether it is not simply said.
 */
gboolean
gui_command_is_one (const char *text)
{
  const char *said = NULL;

  return sal_client_find_command (text, TRUE, &said) != NULL;
}

/**
 * gui_command_quote:
 *
 * Returns: (transfer full): what has to be said where there are commands, so that @text is what is
 *   said. Of somebody who does something (`/me`), that stays what it is.
 */
char *
gui_command_quote (const char *text)
{
  gboolean changes = gui_command_is_one (text) || g_str_has_prefix (text, "//");

  return changes ? g_strconcat ("/", text, NULL) : g_strdup (text);
}

/**
 * gui_command_parse:
 * @text: a line that is one
 * @place: the conversation in which it was typed; "" for the server's own
 *
 * Returns: (transfer full): what is meant, perhaps that something is wrong with it.
 */
GuiCommand *
gui_command_parse (const char *text, const char *place)
{
  GuiCommand *command = g_new0 (GuiCommand, 1);
  const char *rest = text + 1;
  g_autofree char *typed = take_word (&rest);
  g_autofree char *name = g_ascii_strdown (typed != NULL ? typed : "", -1);
  g_autofree char *trimmed = g_strchomp (g_strdup (rest));

  make (command, real_name (name), trimmed, place);
  return command;
}

/**
 * gui_command_free:
 * @command: (nullable) (transfer full)
 */
void
gui_command_free (GuiCommand *command)
{
  if (command == NULL)
    return;
  g_free (command->target);
  g_free (command->text);
  g_free (command);
}

/**
 * gui_command_list:
 *
 * Returns: (transfer none) (array length=n): all of them, by their names.
 */
const GuiCommandWord *
gui_command_list (guint *n)
{
  static GuiCommandWord words[G_N_ELEMENTS (rows)];

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    words[i] = rows[i].word;
  *n = G_N_ELEMENTS (rows);
  return words;
}

/**
 * gui_command_names:
 *
 * Returns: (transfer full) (element-type utf8): what may be written after a slash.
 */
GPtrArray *
gui_command_names (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_ptr_array_add (names, g_strdup (rows[i].word.name));
  return names;
}
