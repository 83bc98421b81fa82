/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a person types in `chat` where IRC is spoken: commands of the plain dialect that go on
 * meaning what they mean there, and the usual ones of IRC.
 */
#include "config.h"

#include "client-cli/cli-commands.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-cli/cli-names.h"
#include "client-cli/cli-print.h"
#include "common/base/sal-columns.h"
#include "common/base/sal-limits.h"
#include "common/client/sal-ignored.h"
#include "common/proto/sal-dialect-plain.h"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

/* Programs get it in the words of the plain dialect. */
static void
tell_who (CliTalk *talk, const SalIrcRoom *room)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *text = NULL;
  GHashTableIter iter;
  gpointer member = NULL;
  SalEvent event = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_WHO };

  g_hash_table_iter_init (&iter, room->members);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    g_ptr_array_add (names, ((SalIrcMember *) member)->user->nick);
  g_ptr_array_sort (names, compare_names);
  event.number = names->len;
  g_ptr_array_set_size (names, (int) MIN (names->len, SAL_WHO_NAMES));
  g_ptr_array_add (names, NULL);
  text = g_strjoinv (", ", (char **) names->pdata);
  event.text = text;
  event.room = *room->name == '#' ? room->name + 1 : room->name;
  cli_talk_show (talk, &event);
}

/* Who is in @place; as soon as it is known. */
static void
show_who (CliTalk *talk, const char *place)
{
  const SalIrcRoom *room = sal_irc_rooms_find (sal_client_get_rooms (talk->client), place);
  g_autoptr (GString) out = g_string_new (NULL);

  talk->asked_who = room != NULL && room->state == SAL_ROOM_IN && !room->complete;
  if (room == NULL || talk->asked_who)
    return;
  if (!talk->style.terminal)
    {
      tell_who (talk, room);
      return;
    }
  cli_names_append (out, sal_client_get_support (talk->client), room, cli_screen_columns (),
                    talk->style.colours);
  g_string_append_c (out, '\n');
  cli_print (out->str);
}

/* One is not any more where one was: goes into the room before, or home, or into another room that is left. */
static void
go_elsewhere (CliTalk *talk)
{
  const SalIrcRooms *rooms = sal_client_get_rooms (talk->client);
  g_autoptr (GPtrArray) list = sal_irc_rooms_list (rooms);
  const char *home = sal_client_get_home (talk->client);
  const SalIrcRoom *room = talk->room != NULL ? sal_irc_rooms_find (rooms, talk->room) : NULL;

  if ((room == NULL || room->state != SAL_ROOM_IN) && home != NULL)
    room = sal_irc_rooms_find (rooms, home);
  for (guint i = 0; (room == NULL || room->state != SAL_ROOM_IN) && i < list->len; i++)
    room = list->pdata[i];
  cli_talk_go (talk, room != NULL && room->state == SAL_ROOM_IN ? room->name : NULL);
}

static gboolean
is_room (CliTalk *talk, const char *word)
{
  return sal_irc_support_is_channel (sal_client_get_support (talk->client), word);
}

/* Takes the first word off @rest. Returns: (transfer full): "" if there is none. */
static char *
take_word (const char **rest)
{
  gsize n = strcspn (*rest, " ");
  char *word = g_strndup (*rest, n);

  *rest += n + strspn (*rest + n, " ");
  return word;
}

static guint
count_words (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text += strspn (text, " "))
    {
      text += strcspn (text, " ");
      n++;
    }
  return n;
}

static gboolean
is_inside (CliTalk *talk, const char *name)
{
  const SalIrcRoom *room = sal_irc_rooms_find (sal_client_get_rooms (talk->client), name);

  return room != NULL && room->state == SAL_ROOM_IN;
}

/* The room that a command is about: its first word, if that is one; else where one is. */
static char *
take_room (CliTalk *talk, const char **rest)
{
  return is_room (talk, *rest) ? take_word (rest) : g_strdup (cli_talk_here (talk));
}

static void G_GNUC_PRINTF (2, 3) ask_server (CliTalk *talk, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  sal_client_command (talk->client, cli_talk_here (talk), line);
}

/* Words that people say. */

static void
say_to (CliTalk *talk, const char *place, const char *text)
{
  if (cli_talk_say (talk, place, text) == 0)
    cli_complain (_ ("not sent: %s"), text);
}

static void
do_me (CliTalk *talk, const char *rest)
{
  g_autofree char *text = g_strconcat ("/me ", rest, NULL);

  say_to (talk, cli_talk_here (talk), text);
}

static void
do_say (CliTalk *talk, const char *rest)
{
  say_to (talk, cli_talk_here (talk), rest);
}

static void
do_msg (CliTalk *talk, const char *rest)
{
  g_autofree char *name = take_word (&rest);

  say_to (talk, name, rest);
}

static void
do_notice (CliTalk *talk, const char *rest)
{
  g_autofree char *name = take_word (&rest);

  ask_server (talk, "NOTICE %s :%s", name, rest);
}

static void
do_query (CliTalk *talk, const char *rest)
{
  g_autofree char *name = take_word (&rest);

  if (*name == '\0')
    {
      go_elsewhere (talk);
      return;
    }
  cli_talk_go (talk, name);
  if (*rest != '\0')
    say_to (talk, name, rest);
}

/* Where something was said that was not looked at. */
static void
do_next (CliTalk *talk, const char *rest)
{
  const char *next = talk->unread != NULL ? cli_unread_next (talk->unread) : NULL;
  g_autofree char *place = g_strdup (next); /* which going there takes out */

  if (place != NULL)
    cli_talk_go (talk, place);
  else
    cli_complain (_ ("nothing was said where you are not"));
}

/* Rooms. */

static void
do_join (CliTalk *talk, const char *rest)
{
  g_autofree char *name = take_word (&rest);
  g_autofree char *spelt = is_room (talk, name) ? g_strdup (name) : g_strconcat ("#", name, NULL);
  SalClientRoom wish = { .name = spelt, .key = *rest != '\0' ? rest : NULL, .no_resume = TRUE };

  if (is_inside (talk, spelt))
    {
      cli_talk_go (talk, spelt);
      return;
    }
  g_free (talk->going);
  talk->going = g_strdup (spelt);
  sal_client_join (talk->client, &wish);
}

static void
do_part (CliTalk *talk, const char *rest)
{
  g_autofree char *room = take_room (talk, &rest);

  if (room == NULL || !is_room (talk, room))
    {
      go_elsewhere (talk);
      return;
    }
  if (!is_inside (talk, room))
    {
      cli_complain (_ ("you are not in %s"), room);
      return;
    }
  g_free (talk->going);
  talk->going = g_strdup (room);
  sal_client_part (talk->client, room, *rest != '\0' ? rest : NULL);
}

static void
do_rooms (CliTalk *talk, const char *rest)
{
  g_autoptr (GPtrArray) list = sal_irc_rooms_list (sal_client_get_rooms (talk->client));
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const SalIrcRoom *room = list->pdata[i];

      if (room->state == SAL_ROOM_IN)
        g_string_append_printf (out, "%s%s (%u)\n", room->name,
                                g_strcmp0 (room->name, cli_talk_here (talk)) == 0 ? " *" : "",
                                g_hash_table_size (room->members));
    }
  cli_print (out->str);
}

/* The room that a command is about, as take_room(); in private there is none, and that is said. */
static char *
need_room (CliTalk *talk, const char **rest)
{
  char *room = take_room (talk, rest);

  if (room != NULL && is_room (talk, room))
    return room;
  cli_complain (_ ("that is for rooms, and you are in none now"));
  g_free (room);
  return NULL;
}

static void
do_topic (CliTalk *talk, const char *rest)
{
  g_autofree char *room = need_room (talk, &rest);

  if (room == NULL)
    return;
  if (*rest != '\0')
    ask_server (talk, "TOPIC %s :%s", room, rest);
  else
    ask_server (talk, "TOPIC %s", room);
}

static void
do_who (CliTalk *talk, const char *rest)
{
  g_autofree char *word = take_word (&rest);
  const char *here = cli_talk_here (talk);
  g_autofree char *room = *word == '\0'          ? g_strdup (here)
                          : is_room (talk, word) ? g_strdup (word)
                                                 : g_strconcat ("#", word, NULL);

  if (room == NULL || !is_room (talk, room))
    cli_complain (_ ("that is for rooms, and you are in none now"));
  else if (is_inside (talk, room))
    show_who (talk, room);
  else
    ask_server (talk, "NAMES %s", room);
}

static void
do_history (CliTalk *talk, const char *rest)
{
  const char *here = cli_talk_here (talk);
  guint64 number = SAL_HISTORY_DEFAULT;

  if (*rest != '\0')
    (void) g_ascii_string_to_unsigned (rest, 10, 1, SAL_HISTORY_MAX, &number, NULL);
  if (here == NULL ||
      !sal_client_read_past (talk->client, here, SAL_HISTORY_LATEST, NULL, 0, (guint) number))
    cli_complain (_ ("this server keeps no history"));
}

static void
do_kick (CliTalk *talk, const char *rest)
{
  g_autofree char *room = need_room (talk, &rest);
  g_autofree char *name = take_word (&rest);

  if (room != NULL)
    ask_server (talk, "KICK %s %s%s%s", room, name, *rest != '\0' ? " :" : "", rest);
}

static void
do_mode (CliTalk *talk, const char *rest)
{
  g_autofree char *room = NULL;

  if (g_ascii_isalpha (*rest))
    {
      ask_server (talk, "MODE %s", rest); /* of oneself */
      return;
    }
  room = take_room (talk, &rest);
  if (room != NULL)
    ask_server (talk, "MODE %s%s%s", room, *rest != '\0' ? " " : "", rest);
}

/* @change is made for one person or mask, in the room. */
static void
change_mode (CliTalk *talk, const char *change, const char *rest)
{
  g_autofree char *room = need_room (talk, &rest);

  if (room != NULL)
    ask_server (talk, "MODE %s %s %s", room, change, rest);
}

static void
do_op (CliTalk *talk, const char *rest)
{
  change_mode (talk, "+o", rest);
}

static void
do_deop (CliTalk *talk, const char *rest)
{
  change_mode (talk, "-o", rest);
}

static void
do_voice (CliTalk *talk, const char *rest)
{
  change_mode (talk, "+v", rest);
}

static void
do_devoice (CliTalk *talk, const char *rest)
{
  change_mode (talk, "-v", rest);
}

static void
do_ban (CliTalk *talk, const char *rest)
{
  if (count_words (rest) == 0 || (count_words (rest) == 1 && is_room (talk, rest)))
    {
      g_autofree char *room = need_room (talk, &rest);

      if (room != NULL)
        ask_server (talk, "MODE %s b", room);
      return;
    }
  change_mode (talk, "+b", rest);
}

static void
do_unban (CliTalk *talk, const char *rest)
{
  change_mode (talk, "-b", rest);
}

static void
do_invite (CliTalk *talk, const char *rest)
{
  g_autofree char *name = take_word (&rest);
  const char *room = *rest != '\0' ? rest : cli_talk_here (talk);

  if (room != NULL)
    ask_server (talk, "INVITE %s %s", name, room);
}

/* People, and the server. */

static void
do_nick (CliTalk *talk, const char *rest)
{
  g_autofree char *name = take_word (&rest);

  sal_client_set_nick (talk->client, name);
}

static void
do_away (CliTalk *talk, const char *rest)
{
  if (*rest != '\0')
    ask_server (talk, "AWAY :%s", rest);
  else
    ask_server (talk, "AWAY");
}

static void
do_back (CliTalk *talk, const char *rest)
{
  do_away (talk, "");
}

static void
do_whois (CliTalk *talk, const char *rest)
{
  ask_server (talk, "WHOIS %s", rest);
}

static void
do_motd (CliTalk *talk, const char *rest)
{
  ask_server (talk, "MOTD");
}

static void
do_ctcp (CliTalk *talk, const char *rest)
{
  g_autofree char *name = take_word (&rest);
  g_autofree char *word = take_word (&rest);
  g_autofree char *upper = g_ascii_strup (word, -1);

  ask_server (talk, "PRIVMSG %s :\001%s%s%s\001", name, upper, *rest != '\0' ? " " : "", rest);
}

/* Whom one does not want to hear. */

/* The mask that is meant, in private the other; NULL: none. */
static char *
take_mask (CliTalk *talk, const char *rest)
{
  const char *here = cli_talk_here (talk);

  if (*rest != '\0')
    return g_strdup (rest);
  return here != NULL && !is_room (talk, here) ? sal_filter_mask_of_name (here) : NULL;
}

static void
set_ignored (CliTalk *talk, const char *mask, gboolean ignored)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  g_autofree char *line = NULL;

  if (talk->filter == NULL) /* from a pipe: until it ends, and for the program alone */
    cli_talk_filter (talk);
  if (mask != NULL && !cli_filter_set_ignored (talk->filter, mask, ignored, &error))
    {
      cli_complain ("%s", error->message);
      return;
    }
  said = sal_ignored_to_text (cli_filter_get_list (talk->filter), mask, ignored);
  line = g_strconcat (said, "\n", NULL);
  cli_print (line);
}

static void
do_ignore (CliTalk *talk, const char *rest)
{
  g_autofree char *mask = take_mask (talk, rest);

  set_ignored (talk, mask, TRUE);
}

static void
do_unignore (CliTalk *talk, const char *rest)
{
  g_autofree char *mask = take_mask (talk, rest);

  if (mask != NULL)
    set_ignored (talk, mask, FALSE);
  else
    cli_complain (_ ("this is how it is used: /%s %s"), "unignore", _ ("MASK"));
}

static void
do_list (CliTalk *talk, const char *rest)
{
  ask_server (talk, "LIST%s%s", *rest != '\0' ? " " : "", rest);
}

static void
do_quote (CliTalk *talk, const char *rest)
{
  ask_server (talk, "%s", rest);
}

static void
do_quit (CliTalk *talk, const char *rest)
{
  talk->leaving = TRUE;
  if (*rest != '\0')
    sal_client_quit_with (talk->client, rest);
  else
    sal_client_end_input (talk->client);
}

static void do_help (CliTalk *talk, const char *rest);

typedef struct
{
  const char *name;
  const char *arguments; /* as a person writes them; "" for none */
  guint least;           /* so many words at least, ... */
  guint most;            /* ... and so many at the most; 0: any number */
  void (*run) (CliTalk *talk, const char *rest);
  const char *help; /* (nullable): another name of another command */
} Command;

static const Command commands[] = {
  { "away", N_ ("[TEXT]"), 0, 0, do_away, N_ ("say that you are away; without: back") },
  { "back", "", 0, 0, do_back, N_ ("say that you are not away any more") },
  { "ban", N_ ("[MASK]"), 0, 2, do_ban,
    N_ ("whoever this fits may not come into the room; without: who may not") },
  { "ctcp", N_ ("NAME WORD"), 2, 0, do_ctcp, N_ ("ask somebody's program: VERSION, TIME, PING") },
  { "deop", N_ ("NAME"), 1, 2, do_deop, N_ ("somebody does not lead the room any more") },
  { "devoice", N_ ("NAME"), 1, 2, do_devoice, N_ ("take somebody's voice in the room") },
  { "exit", "", 0, 0, do_quit, NULL },
  { "help", "", 0, 0, do_help, N_ ("this") },
  { "history", N_ ("[N]"), 0, 1, do_history, N_ ("the last N messages here, at most 100") },
  { "ignore", N_ ("[MASK]"), 0, 1, do_ignore,
    N_ ("do not show what somebody says; without: of whom that is so") },
  { "invite", N_ ("NAME [ROOM]"), 1, 2, do_invite, N_ ("invite somebody into the room") },
  { "j", "", 1, 2, do_join, NULL },
  { "join", N_ ("ROOM [PASSWORD]"), 1, 2, do_join, N_ ("go into a room, or back to it") },
  { "kick", N_ ("NAME [REASON]"), 1, 0, do_kick, N_ ("put somebody out of the room") },
  { "leave", "", 0, 0, do_part, NULL },
  { "list", N_ ("[PATTERN]"), 0, 1, do_list, N_ ("the rooms of the server") },
  { "me", N_ ("TEXT"), 1, 0, do_me, N_ ("what you do") },
  { "mode", N_ ("[CHANGE]"), 0, 0, do_mode, N_ ("the rules of the room, and who leads it") },
  { "motd", "", 0, 0, do_motd, N_ ("the server's message of the day") },
  { "msg", N_ ("NAME TEXT"), 2, 0, do_msg, N_ ("say something to one person alone") },
  { "names", N_ ("[ROOM]"), 0, 1, do_who, N_ ("who is here") },
  { "next", "", 0, 0, do_next, N_ ("go where something was said that you have not looked at") },
  { "nick", N_ ("NAME"), 1, 1, do_nick, N_ ("be called otherwise") },
  { "notice", N_ ("NAME TEXT"), 2, 0, do_notice, N_ ("the same, and no program answers") },
  { "op", N_ ("NAME"), 1, 2, do_op, N_ ("let somebody lead the room") },
  { "part", N_ ("[ROOM] [REASON]"), 0, 0, do_part, N_ ("leave the room") },
  { "query", N_ ("[NAME]"), 0, 0, do_query, N_ ("talk with one person alone; without: back") },
  { "quit", N_ ("[TEXT]"), 0, 0, do_quit, N_ ("leave") },
  { "q", "", 0, 0, do_query, NULL },
  { "quote", N_ ("LINE"), 1, 0, do_quote, N_ ("send a line of IRC as it is") },
  { "rooms", "", 0, 0, do_rooms, N_ ("the rooms you are in") },
  { "say", N_ ("TEXT"), 1, 0, do_say, N_ ("say it, whatever it begins with") },
  { "topic", N_ ("[TEXT]"), 0, 0, do_topic, N_ ("what the room is about") },
  { "unban", N_ ("MASK"), 1, 2, do_unban, N_ ("take a ban back") },
  { "unignore", N_ ("MASK"), 0, 1, do_unignore, N_ ("show again what somebody says") },
  { "voice", N_ ("NAME"), 1, 2, do_voice, N_ ("let somebody speak where not everybody may") },
  { "who", N_ ("[ROOM]"), 0, 1, do_who, NULL },
  { "whois", N_ ("NAME"), 1, 2, do_whois, N_ ("who somebody is") },
};

#define HELP_INDENT 26
/* Narrower than that, nothing is gained by a second column. */
#define HELP_COLUMNS 16

/* What a command is, in two columns, wrapped at blanks where the screen ends. */
static void
append_help (GString *out, const Command *command, guint screen)
{
  g_autofree char *typed = g_strdup_printf (
      "/%s %s", command->name, *command->arguments != '\0' ? _ (command->arguments) : "");
  g_auto (GStrv) words = g_strsplit (_ (command->help), " ", -1);
  guint width = sal_columns_of_text (typed);
  guint row = MAX (HELP_INDENT, width + 1);

  g_string_append_printf (out, "%s%*s", typed, (int) (row - width), "");
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint word = sal_columns_of_text (words[i]);
      gboolean first = i == 0;

      if (!first && row + 1 + word > screen && screen >= HELP_INDENT + HELP_COLUMNS)
        {
          g_string_append_printf (out, "\n%*s", HELP_INDENT, "");
          row = HELP_INDENT;
          first = TRUE;
        }
      g_string_append_printf (out, "%s%s", first ? "" : " ", words[i]);
      row += word + !first;
    }
  g_string_append_c (out, '\n');
}

static void
do_help (CliTalk *talk, const char *rest)
{
  SalEvent event = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_HELP };
  g_autoptr (GString) out = g_string_new (NULL);

  if (!talk->style.terminal)
    {
      cli_talk_show (talk, &event); /* programs get what a salottod would have said */
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (commands[i].help != NULL)
      append_help (out, &commands[i], cli_screen_columns ());
  cli_print (out->str);
}

static gboolean
is_used_well (const Command *command, const char *rest)
{
  guint words = count_words (rest);
  guint64 number = 0;

  if (command->run == do_history && *rest != '\0')
    return g_ascii_string_to_unsigned (rest, 10, 1, SAL_HISTORY_MAX, &number, NULL);
  return words >= command->least && (command->most == 0 || words <= command->most);
}

static void
misused (CliTalk *talk, const Command *command)
{
  g_autofree char *typed = g_strconcat ("/", command->name, NULL);
  SalEvent event = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_MISUSED, .text = typed };

  if (talk->style.terminal && command->help != NULL)
    cli_complain (_ ("this is how it is used: /%s %s - %s"), command->name,
                  *command->arguments != '\0' ? _ (command->arguments) : "", _ (command->help));
  else if (talk->style.terminal)
    cli_complain (_ ("this is how it is used: /%s %s"), command->name,
                  *command->arguments != '\0' ? _ (command->arguments) : "");
  else
    cli_talk_show (talk, &event);
}

/**
 * cli_commands_get_name:
 *
 * Returns: (transfer none) (nullable): the @i-th command that is worth offering; %NULL: there are no more.
 */
const char *
cli_commands_get_name (guint i)
{
  for (gsize j = 0; j < G_N_ELEMENTS (commands); j++)
    if (commands[j].help != NULL && i-- == 0)
      return commands[j].name;
  return NULL;
}

static const Command *
find_command (const char *name, gsize len)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strlen (commands[i].name) == len && g_ascii_strncasecmp (commands[i].name, name, len) == 0)
      return &commands[i];
  return NULL;
}

/**
 * cli_commands_take:
 * @line: as it was typed, clean
 * @strict: what looks like a command and is none is not said
 * @said: (out): what is to be said, if this returns %FALSE
 *
 * Carries out a command, where IRC is spoken; the plain dialect's are the server's affair.
 *
 * Returns: %FALSE if @line is something to say.
 */
gboolean
cli_commands_take (CliTalk *talk, const char *line, gboolean strict, const char **said)
{
  gboolean irc = sal_client_is_irc (talk->client);
  const char *word = sal_client_find_command (line, irc, said);
  const Command *command = NULL;
  gsize n = 0;
  const char *rest = NULL;

  if (irc && sal_plain_is_leaving_word (line))
    {
      do_quit (talk, "");
      return TRUE;
    }
  if (word == NULL)
    return FALSE;
  n = strcspn (word, " ");
  rest = word + n + strspn (word + n, " ");
  command = find_command (word, n);
  if (command == NULL && !strict)
    return FALSE; /* what a program says */
  if (command == NULL)
    cli_complain (_ ("there is no command /%.*s; /help lists them, /quote sends a line to the "
                     "server as it is, and two slashes say it"),
                  (int) n, word);
  else if (!is_used_well (command, rest))
    misused (talk, command);
  else
    command->run (talk, rest);
  return TRUE;
}

static void
on_left (gpointer talk)
{
  go_elsewhere (talk);
}

static void
on_members (gpointer talk, const char *place)
{
  show_who (talk, place);
}

/**
 * cli_commands_begin:
 *
 * From now on commands may be typed in @talk.
 */
void
cli_commands_begin (CliTalk *talk)
{
  talk->on_left = on_left;
  talk->on_members = on_members;
}
