/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a person types in `chat` where IRC is spoken: commands of the plain dialect that go on
 * meaning what they mean there, and the usual ones of IRC.
 */
#include "config.h"

#include "client-cli/cli-commands.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-cli/cli-input.h"
#include "common/base/sal-limits.h"
#include "common/proto/sal-dialect-plain.h"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

/**
 * cli_commands_show_who:
 *
 * Who is in @place, in the words of the plain dialect; as soon as it is known.
 */
void
cli_commands_show_who (CliTalk *talk, const char *place)
{
  const SalIrcRooms *rooms = sal_client_get_rooms (talk->client);
  const SalIrcRoom *room = sal_irc_rooms_find (rooms, place);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *text = NULL;
  GHashTableIter iter;
  gpointer member = NULL;
  SalEvent event = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_WHO };

  talk->asked_who = room != NULL && room->state == SAL_ROOM_IN && !room->complete;
  if (room == NULL || talk->asked_who)
    return;
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

static void
misused (CliTalk *talk, const char *command)
{
  SalEvent event = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_MISUSED, .text = command };

  cli_talk_show (talk, &event);
}

static void
do_who (CliTalk *talk, const char *rest)
{
  const char *home = sal_client_get_home (talk->client);

  if (*rest != '\0')
    misused (talk, "/who");
  else if (home != NULL)
    cli_commands_show_who (talk, home);
}

static void
do_history (CliTalk *talk, const char *rest)
{
  const char *home = sal_client_get_home (talk->client);
  guint64 number = SAL_HISTORY_DEFAULT;

  if (*rest != '\0' && !g_ascii_string_to_unsigned (rest, 10, 1, SAL_HISTORY_MAX, &number, NULL))
    misused (talk, "/history");
  else if (home == NULL ||
           !sal_client_read_past (talk->client, home, SAL_HISTORY_LATEST, NULL, 0, (guint) number))
    cli_complain (_ ("this server keeps no history"));
}

static void
do_help (CliTalk *talk, const char *rest)
{
  SalEvent event = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_HELP };

  cli_talk_show (talk, &event);
}

static void
do_me (CliTalk *talk, const char *rest)
{
  g_autofree char *text = g_strconcat ("/me ", rest, NULL);

  if (*rest == '\0')
    misused (talk, "/me");
  else
    (void) sal_client_say (talk->client, text);
}

static void
do_quit (CliTalk *talk, const char *rest)
{
  talk->leaving = TRUE;
  sal_client_end_input (talk->client);
}

static const struct
{
  const char *name;
  void (*run) (CliTalk *talk, const char *rest);
} commands[] = {
  { "help", do_help }, { "history", do_history }, { "me", do_me },
  { "quit", do_quit }, { "exit", do_quit },       { "who", do_who },
};

/**
 * cli_commands_take:
 * @line: as it was typed, clean
 *
 * Carries out a command, where IRC is spoken; the plain dialect's are the server's affair.
 *
 * Returns: %FALSE if @line is something to say.
 */
gboolean
cli_commands_take (CliTalk *talk, const char *line)
{
  gsize n = 0;
  const char *rest = NULL;

  if (!sal_client_is_irc (talk->client))
    return FALSE;
  if (sal_plain_is_leaving_word (line))
    {
      do_quit (talk, "");
      return TRUE;
    }
  if (*line != '/')
    return FALSE;
  n = strcspn (line + 1, " ");
  rest = line + 1 + n + strspn (line + 1 + n, " ");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strlen (commands[i].name) == n && g_ascii_strncasecmp (commands[i].name, line + 1, n) == 0)
      {
        commands[i].run (talk, rest);
        return TRUE;
      }
  return FALSE;
}
