/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's answers: numerics (the modern documents) and standard replies (IRCv3). What changes
 * rooms does; a refusal ends what it refuses; the rest is told in words, where the question was
 * asked or else in the room that the answer names.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/proto/sal-irc-numeric.h"
#include "common/proto/sal-irc-parse.h"

/* What only some servers say. */
#define ERR_LINKCHANNEL 470

/* Everything from parameter @from on, as one text. */
char *
sal_irc_join_params (const SalIrcLine *line, guint from)
{
  GString *text = g_string_new (NULL);

  for (guint i = from; i < line->n_params; i++)
    {
      if (text->len > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, line->params[i]);
    }
  return g_string_free (text, FALSE);
}

static const char *
last_param (const SalIrcLine *line)
{
  return line->n_params > 0 ? line->params[line->n_params - 1] : "";
}

static char *
clean_param (const SalIrcLine *line, guint i)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  sal_irc_append_clean (clean, line->params[i]);
  return g_strdup (clean->str);
}

/* Rooms. */

/* `@+nick!user@host` */
static void
add_name (SalIrcMachine *machine, SalIrcRoom *room, const char *word)
{
  gsize ranks = strspn (word, machine->rooms.support.prefixes);
  const char *bang = strchr (word + ranks, '!');
  g_autofree char *nick = bang != NULL ? g_strndup (word + ranks, (gsize) (bang - word) - ranks)
                                       : g_strdup (word + ranks);
  g_autoptr (GString) clean = g_string_new (NULL);
  SalIrcMember *member = NULL;

  sal_irc_append_clean (clean, nick);
  if (clean->len == 0)
    return;
  member = sal_irc_room_add_member (&machine->rooms, room, clean->str);
  if (member == NULL)
    return;
  member->prefixes[0] = '\0';
  for (gsize i = 0; i < ranks; i++)
    sal_irc_room_set_rank (&machine->rooms, room, clean->str, word[i], TRUE);
  if (bang != NULL)
    {
      g_string_truncate (clean, 0);
      sal_irc_append_clean (clean, bang + 1);
      sal_irc_rooms_set_host (member->user, clean->str);
    }
}

/* Returns whether it was the list that follows a join. */
static gboolean
on_names (SalIrcMachine *machine, const SalIrcLine *line)
{
  SalIrcRoom *room =
      line->n_params > 3 ? sal_irc_rooms_find (&machine->rooms, line->params[2]) : NULL;
  g_auto (GStrv) words = NULL;
  gboolean first = FALSE;

  if (room == NULL || room->state != SAL_ROOM_IN)
    return FALSE;
  first = !room->complete;
  words = g_strsplit (last_param (line), " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      add_name (machine, room, words[i]);
  return first;
}

static gboolean
on_names_end (SalIrcMachine *machine, const SalIrcLine *line)
{
  SalIrcRoom *room =
      line->n_params > 1 ? sal_irc_rooms_find (&machine->rooms, line->params[1]) : NULL;
  gboolean first = room != NULL && room->state == SAL_ROOM_IN && !room->complete;

  if (room == NULL || room->state != SAL_ROOM_IN)
    return FALSE;
  room->complete = TRUE;
  sal_irc_members_changed (machine, room->name, NULL);
  if (first)
    sal_irc_away_begin (machine, room);
  return first;
}

static gboolean
on_topic (SalIrcMachine *machine, const SalIrcLine *line, guint code)
{
  SalIrcRoom *room =
      line->n_params > 2 ? sal_irc_rooms_find (&machine->rooms, line->params[1]) : NULL;
  g_autofree char *text = NULL;

  if (room == NULL)
    return FALSE;
  text = clean_param (line, 2);
  if (code == RPL_TOPICWHOTIME)
    {
      g_autofree char *topic = g_strdup (room->topic);
      gint64 seconds = line->n_params > 3 ? g_ascii_strtoll (line->params[3], NULL, 10) : 0;

      text[strcspn (text, "!")] = '\0';
      sal_irc_room_set_topic (room, topic, text,
                              CLAMP (seconds, 0, G_MAXINT64 / G_USEC_PER_SEC) * G_USEC_PER_SEC);
    }
  else
    sal_irc_room_set_topic (room, code == RPL_TOPIC ? text : NULL, NULL, 0);
  (void) sal_irc_push_at (machine, SAL_ACTION_TOPIC, room->name);
  return TRUE;
}

/* Where to tell it. */

static gboolean
is_ordinary_answer (guint code)
{
  return code >= RPL_STATSCOMMANDS && !(code >= RPL_LUSERCLIENT && code <= RPL_LUSERME) &&
         code != RPL_LOCALUSERS && code != RPL_GLOBALUSERS && code != RPL_MOTD &&
         code != RPL_MOTDSTART && code != RPL_ENDOFMOTD;
}

/* @asked: (nullable). Returns it in the line, the machine or @asked; NULL: the server. */
static const char *
place_of_answer (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked)
{
  for (guint i = 1; i < line->n_params && i < 4; i++)
    {
      SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, line->params[i]);

      if (room != NULL && (asked == NULL || asked->place == NULL))
        return room->name;
    }
  if (asked != NULL && asked->place != NULL)
    return asked->place;
  if (code == RPL_AWAY && line->n_params > 2)
    return line->params[1];
  if (machine->state == SAL_IRC_IN && asked == NULL && is_ordinary_answer (code))
    return sal_irc_typed_at (machine);
  return NULL;
}

static gboolean
is_among (const guint *codes, gsize n, guint code)
{
  for (gsize i = 0; i < n; i++)
    if (codes[i] == code)
      return TRUE;
  return FALSE;
}

static gboolean
is_error (guint code)
{
  static const guint others[] = { 691, 696, 716, 723, 734, 902, 904, 905, 906, 907, 972 };

  if (code >= ERR_UNKNOWNERROR && code < 600)
    return code != ERR_NOMOTD;
  return is_among (others, G_N_ELEMENTS (others), code);
}

/* Refusals. */

static gboolean
refuses_join (guint code)
{
  static const guint codes[] = { ERR_NOSUCHCHANNEL,
                                 ERR_TOOMANYCHANNELS,
                                 ERR_TOOMANYTARGETS,
                                 437,
                                 ERR_LINKCHANNEL,
                                 ERR_CHANNELISFULL,
                                 ERR_INVITEONLYCHAN,
                                 ERR_BANNEDFROMCHAN,
                                 ERR_BADCHANNELKEY,
                                 ERR_BADCHANMASK,
                                 477,
                                 479,
                                 480,
                                 489,
                                 495,
                                 520 };

  return is_among (codes, G_N_ELEMENTS (codes), code);
}

static gboolean
refuses_message (guint code)
{
  static const guint codes[] = { ERR_NOSUCHNICK,
                                 ERR_NOSUCHSERVER,
                                 ERR_NOSUCHCHANNEL,
                                 ERR_CANNOTSENDTOCHAN,
                                 ERR_TOOMANYTARGETS,
                                 408,
                                 ERR_NORECIPIENT,
                                 ERR_NOTEXTTOSEND,
                                 413,
                                 414,
                                 415,
                                 ERR_INPUTTOOLONG,
                                 ERR_NOTONCHANNEL,
                                 477,
                                 486,
                                 489,
                                 531,
                                 716 };

  return is_among (codes, G_N_ELEMENTS (codes), code);
}

static SalIrcRoom *
room_on_the_way (SalIrcMachine *machine, const char *name)
{
  SalIrcRoom *room = name != NULL ? sal_irc_rooms_find (&machine->rooms, name) : NULL;

  return room != NULL && room->state == SAL_ROOM_JOINING ? room : NULL;
}

/* Returns whether this refuses something of ours that is told in another way. */
static gboolean
on_refusal (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked)
{
  const char *about = line->n_params > 2 ? line->params[1] : NULL;
  SalIrcRoom *room = room_on_the_way (
      machine, asked != NULL && asked->kind == SAL_IRC_ASKED_QUIETLY ? asked->place : about);
  g_autofree char *words = NULL;

  if (line->n_params < 2)
    return FALSE;
  words = clean_param (line, line->n_params - 1);
  if (room != NULL && refuses_join (code))
    {
      sal_irc_room_refused (machine, room, line->verb, words);
      return TRUE;
    }
  if (asked != NULL && asked->kind == SAL_IRC_ASKED_MESSAGE && asked->message == 0 &&
      is_error (code))
    return TRUE; /* another line of a message that was refused */
  if (asked != NULL
          ? asked->kind == SAL_IRC_ASKED_MESSAGE && (is_error (code) || code == RPL_TRYAGAIN)
          : refuses_message (code))
    return sal_irc_message_refused (machine, asked, about, line->verb, words);
  return FALSE;
}

/* Numerics. */

/* Whether this may be the answer to what somebody has typed: where there are no labels, what comes
 * before the first list of who is here belongs to the join. */
static gboolean
is_typed (const SalIrcMachine *machine, const SalIrcLine *line, const SalIrcAsked *asked)
{
  const SalIrcRoom *room =
      line->n_params > 1 ? sal_irc_rooms_find (&machine->rooms, line->params[1]) : NULL;

  if (asked != NULL || (machine->caps & SAL_IRC_CAP_LABELED_RESPONSE))
    return asked != NULL && asked->kind == SAL_IRC_ASKED_COMMAND;
  return room != NULL && room->complete && sal_irc_typed_at (machine) != NULL;
}

/* Returns whether it is done with. */
static gboolean
on_state_numeric (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked)
{
  gboolean typed = asked != NULL && asked->kind == SAL_IRC_ASKED_COMMAND;

  switch (code)
    {
    case RPL_NAMREPLY:
      return on_names (machine, line) && !typed;
    case RPL_ENDOFNAMES:
      return on_names_end (machine, line) && !typed;
    case RPL_TOPIC:
    case RPL_NOTOPIC:
    case RPL_TOPICWHOTIME:
      return on_topic (machine, line, code) && !is_typed (machine, line, asked);
    case RPL_AWAY:
      sal_irc_on_away (machine, line);
      return FALSE;
    case RPL_UNAWAY:
    case RPL_NOWAWAY:
      sal_irc_on_own_away (machine, code == RPL_NOWAWAY);
      return FALSE;
    case 396: /* RPL_VISIBLEHOST: `host` or `user@host` */
      if (line->n_params > 2 && strchr (line->params[1], '@') != NULL)
        {
          g_free (machine->host);
          machine->host = clean_param (line, 1);
        }
      return FALSE;
    case RPL_MOTD:
      return machine->motd_lines++ >= SAL_CLIENT_MOTD_LINES;
    case RPL_MOTDSTART:
      machine->motd_lines = 0;
      return FALSE;
    default:
      return FALSE;
    }
}

/* `Bob #tea: No such nick` */
static char *
words_of (const SalIrcLine *line)
{
  GString *text = g_string_new (NULL);

  for (guint i = 1; i < line->n_params; i++)
    {
      if (text->len > 0)
        g_string_append (text, i + 1 == line->n_params ? ": " : " ");
      g_string_append (text, line->params[i]);
    }
  return g_string_free (text, FALSE);
}

static char **
clean_params (const SalIrcLine *line)
{
  GPtrArray *params = g_ptr_array_new ();

  for (guint i = 1; i < line->n_params; i++)
    g_ptr_array_add (params, clean_param (line, i));
  g_ptr_array_add (params, NULL);
  return (char **) g_ptr_array_free (params, FALSE);
}

void
sal_irc_on_numeric (SalIrcMachine *machine, const SalIrcLine *line, guint code, SalIrcAsked *asked)
{
  g_autofree char *text = NULL;
  g_autofree char *place = NULL;

  if (sal_irc_on_register_numeric (machine, line, code) ||
      sal_irc_on_who (machine, line, code, asked) || sal_irc_on_list (machine, line, code, asked) ||
      on_state_numeric (machine, line, code, asked) || on_refusal (machine, line, code, asked) ||
      sal_irc_on_who_refused (machine, line, code, asked))
    return;
  if (asked != NULL && !is_error (code) && asked->kind == SAL_IRC_ASKED_QUIETLY)
    return;
  place = g_strdup (place_of_answer (machine, line, code, asked));
  text = words_of (line);
  sal_irc_tell_text (machine, place, line->verb, is_error (code), text, clean_params (line));
}

/* Standard replies. */

/* The question that a FAIL without a label is about. */
static SalIrcAsked *
failed_question (SalIrcMachine *machine, const SalIrcLine *line)
{
  SalIrcAsked *asked = NULL;

  if (g_ascii_strcasecmp (line->params[0], "CHATHISTORY") != 0)
    return NULL;
  for (guint i = 2; i < line->n_params && asked == NULL; i++)
    asked = sal_irc_asked_history (machine, line->params[i]);
  return asked;
}

/* Returns whether a FAIL is told in another way than in words. */
static gboolean
on_fail (SalIrcMachine *machine, const SalIrcLine *line, SalIrcAsked *asked)
{
  const char *code = line->params[1];
  g_autofree char *words = clean_param (line, line->n_params - 1);
  SalIrcRoom *room = NULL;

  if (asked == NULL)
    {
      SalIrcAsked *found = failed_question (machine, line);

      if (found == NULL)
        return FALSE;
      sal_irc_history_failed (machine, found, code, words);
      sal_irc_answered (machine, found);
      return TRUE;
    }
  switch (asked->kind)
    {
    case SAL_IRC_ASKED_HISTORY:
      sal_irc_history_failed (machine, asked, code, words);
      return TRUE;
    case SAL_IRC_ASKED_MESSAGE:
      return asked->message == 0 || sal_irc_message_refused (machine, asked, NULL, code, words);
    case SAL_IRC_ASKED_WHO:
      return TRUE;
    case SAL_IRC_ASKED_LIST:
      sal_irc_list_end (machine, asked, code, words);
      return TRUE;
    case SAL_IRC_ASKED_QUIETLY:
      room = room_on_the_way (machine, asked->place);
      if (room != NULL)
        sal_irc_room_refused (machine, room, code, words);
      return room != NULL;
    default:
      return FALSE;
    }
}

/* `FAIL COMMAND CODE [context...] :words`, WARN and NOTE likewise. */
void
sal_irc_on_standard_reply (SalIrcMachine *machine, const SalIrcLine *line, SalIrcAsked *asked)
{
  gboolean fail = g_ascii_strcasecmp (line->verb, "FAIL") == 0;
  g_autofree char *place = NULL;

  if (line->n_params < 3)
    return;
  if (fail && on_fail (machine, line, asked))
    return;
  if (fail && machine->state == SAL_IRC_REGISTERING && !machine->welcomed)
    {
      g_free (machine->last_error);
      machine->last_error = clean_param (line, line->n_params - 1);
    }
  place = g_strdup (place_of_answer (machine, line, RPL_STATSCOMMANDS, asked));
  sal_irc_tell_text (machine, place, line->params[1], fail, last_param (line), NULL);
}
