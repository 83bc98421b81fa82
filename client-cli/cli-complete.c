/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What Tab makes of a word that is being typed in `chat`.
 */
#include "config.h"

#include "client-cli/cli-complete.h"

#include "client-cli/cli-commands.h"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

static void
add_candidate (GPtrArray *found, const char *word, const char *name, const char *behind)
{
  g_autofree char *a = g_utf8_casefold (word, -1);
  g_autofree char *b = g_utf8_casefold (name, -1);

  if (g_str_has_prefix (b, a))
    g_ptr_array_add (found, g_strconcat (name, behind, NULL));
}

static void
add_commands (CliTalk *talk, GPtrArray *found, const char *word)
{
  /* What a salottod understands in the plain dialect. */
  static const char *const plain[] = { "help", "history", "join", "me", "quit", "who", NULL };
  gboolean irc = sal_client_is_irc (talk->client);
  const char *name = NULL;

  for (guint i = 0; (name = irc ? cli_commands_get_name (i) : plain[i]) != NULL; i++)
    {
      g_autofree char *typed = g_strconcat ("/", name, NULL);

      add_candidate (found, word, typed, " ");
    }
}

static void
add_rooms (CliTalk *talk, GPtrArray *found, const char *word)
{
  g_autoptr (GPtrArray) list = sal_irc_rooms_list (sal_client_get_rooms (talk->client));

  for (guint i = 0; i < list->len; i++)
    add_candidate (found, word, ((SalIrcRoom *) list->pdata[i])->name, " ");
}

/* Whoever is here; in private the other. */
static void
add_people (CliTalk *talk, GPtrArray *found, const char *word, const char *behind)
{
  const SalIrcRooms *rooms = sal_client_get_rooms (talk->client);
  const char *here = cli_talk_here (talk);
  const SalIrcRoom *room = here != NULL ? sal_irc_rooms_find (rooms, here) : NULL;
  GHashTableIter iter;
  gpointer member = NULL;

  if (room == NULL)
    {
      if (here != NULL)
        add_candidate (found, word, here, behind);
      return;
    }
  g_hash_table_iter_init (&iter, room->members);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    add_candidate (found, word, ((SalIrcMember *) member)->user->nick, behind);
}

/**
 * cli_complete:
 *
 * See #SalCompleteFunc: commands and people at the beginning of a line, rooms and people in it.
 */
char **
cli_complete (CliTalk *talk, const char *line, gsize start, const char *word)
{
  GPtrArray *found = g_ptr_array_new ();

  if (!g_utf8_validate (word, -1, NULL))
    ; /* half a character, which is no beginning of anything */
  else if (start == 0 && *word == '/')
    add_commands (talk, found, word);
  else if (sal_client_is_irc (talk->client))
    {
      if (*word != '\0' && sal_irc_support_is_channel (sal_client_get_support (talk->client), word))
        add_rooms (talk, found, word);
      add_people (talk, found, word, start == 0 ? ": " : " ");
    }
  g_ptr_array_sort (found, compare_names);
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}
